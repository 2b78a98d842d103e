"""What to do about a mistake: sentences after PyTorch's, with the lines of the user's program.

Imported when something has failed.  The variables of the user's frame tell what he calls a tensor;
the source of his function, where a value left the graph (`departures`).
"""

import copy
import sys

from rushlight.tape import errors
from rushlight.tape.core import Node, TensorBase, state, user_code, user_lasti, wants

PACKAGE = __file__.rsplit("tape", 1)[0]


def frame():
    """The user's innermost frame, or None; Python's own `copy` is not his either."""
    f = sys._getframe(1)
    while f is not None and f.f_code.co_filename.startswith((PACKAGE, copy.__file__)):
        f = f.f_back
    return f


def here():
    """The line of the user's program that is running."""
    return errors.place(user_code(), user_lasti())


def variables():
    """(name, value) of what the user's function has now, locals before globals."""
    f = frame()
    if f is None:
        return []
    spaces = [f.f_locals] if f.f_locals is f.f_globals else [f.f_locals, f.f_globals]
    return [item for space in spaces for item in list(space.items())]


def name_of(t):
    """What the user's function calls a tensor, or the tensor that a node made: '`h`', or ''."""
    node = isinstance(t, Node)
    for name, value in variables():
        if value is t or (node and isinstance(value, TensorBase) and value.node is t):
            return f"`{name}`"
    return ""


def called(t):
    return name_of(t) or "the tensor"


def shape(t):
    return list(t.shape)


def made(t):
    """'`y`, which MulBackward0 made at file:line ...', as far as that is known."""
    if t.grad_fn is None:
        return f"{called(t)}, a leaf of shape {shape(t)}"
    where = errors.place(t.grad_fn.code_, t.grad_fn.lasti_)
    return f"{called(t)}, which {t.grad_fn.name()} made" + (f" at {where}" if where else "")


def made_it(node):
    return errors.made_at(node).replace("was recorded at", "made it at", 1)


# -- about the graph ------------------------------------------------------------------------------


def modified(node, source, tensor, writes):
    """A saved tensor was written to; `writes` counted that."""
    saved_for = errors.made_at(node).replace("was recorded at", "saved it at", 1)
    by = ""
    if source not in (None, node):
        by = made_it(source)
    last = ""
    if writes is not None and writes.noted == writes.value and writes.code is not None:
        last = errors.place(writes.code, writes.lasti)
    wrote = f"It was last written to at {last}" if last and not by.endswith(last) else ""
    if not (last or by):
        wrote = (
            "What wrote to it was not recorded; under torch.autograd.detect_anomaly() it will be "
            "named here"
        )
    if tensor is not None and tensor.node is None and tensor.rg:
        cure = "change a leaf (or let an optimizer step) after the backward, or use a clone() of it"
    else:
        cure = "write out of place (`y = y + 1` for `y += 1`), or to a clone()"
    return (by, saved_for, wrote, f"Cure: {cure}")


def freed(node, stamp):
    """A graph was used up by the backward at `stamp`."""
    where = errors.place(*stamp)
    name = name_of(node)
    return (
        errors.made_at(node),
        f"It is {name} here" if name else "",
        f"The graph was freed by the backward at {where}" if where else "",
        "Cure: detach() what comes from an earlier step; compute anew what several backwards share, "
        "or add their losses and call backward() once",
    )


def without_graph(root):
    """A root of backward requires no gradient."""
    if not (root.dtype.is_floating_point or root.dtype.is_complex):
        return (
            f"(it has dtype {root.dtype}, which cannot require gradients)",
            *departures(),
        )
    if not state().grad:
        return (f"Recording is off (torch.no_grad) at {here()}", *departures())
    reason = (
        "(none of the tensors it was computed from required grad, or it was computed under no_grad "
        "or detached)"
    )
    found = departures()
    if found:
        return (reason, *found, "Cure: stay with operations on tensors up to the loss")
    leaves = [f"`{n}`" for n, v in variables() if isinstance(v, TensorBase) and wants(v)]
    have = f"{', '.join(leaves[:5])} would" if leaves else "no tensor here does"
    return (
        reason,
        f"Cure: compute it from tensors that require grad ({have}); a leaf begins with "
        "requires_grad=True",
    )


def departures():
    """Where the source says that a value left the graph."""
    from rushlight.tape.departures import found

    f = frame()
    return [] if f is None else found(f.f_code, errors.line_of(f.f_code, f.f_lasti))


def not_scalar(root):
    """backward() without a cotangent, of several elements."""
    return (
        f"The root is {made(root)}, of shape {shape(root)}",
        f"Cure: reduce it first (.sum() or .mean()), or pass a gradient of shape {shape(root)}",
    )


def unused(x, roots):
    """A gradient was asked for with respect to something the outputs do not depend on."""
    if not isinstance(x, TensorBase):
        return ()
    text = f"It is {made(x)}"
    same = [
        n
        for n, v in variables()
        if isinstance(v, TensorBase) and v is not x and v.shape == x.shape and reaches(roots, v)
    ]
    used = f"; what was used is {', '.join(f'`{n}`' for n in same[:5])}" if same else ""
    return (
        f"{text}; the outputs do not depend on it{used}",
        "Cure: differentiate with respect to the tensor that was used (a view, copy or cast made of "
        "it later is another one), or pass allow_unused=True for None, materialize_grads=True for "
        "zeros",
    )


def not_wanted(i, x):
    """A gradient was asked for with respect to something that does not require grad."""
    what = f"It is {called(x)}, at index {i}" if isinstance(x, TensorBase) else ""
    return (what, "Cure: requires_grad_() before the outputs are computed from it")


def reaches(roots, t):
    """Does the graph of the roots lead to a tensor?"""
    goal = t if t.node is None else t.node
    seen = set()
    stack = [r.node for r in roots if isinstance(r, TensorBase)]
    while stack and len(seen) < 10_000:
        node = stack.pop()
        if node is goal and goal is not None:
            return True
        if isinstance(node, Node) and node not in seen:
            seen.add(node)
            stack.extend(node.next_)
    return False


# -- about tensors --------------------------------------------------------------------------------


def leaf_written(t):
    """An in-place operation on a leaf that requires grad, or on a view of one."""
    view = t.origin is not None
    name = called(t.origin.base if view else t)
    at = here()
    return (
        f"{'A view of ' + name if view else name} is written to at {at}" if at else "",
        f"Cure: to update a parameter, write under `with torch.no_grad():`; to compute with it, write "
        f"to a clone() of {name}, or out of place",
    )


def not_a_leaf(t):
    """The `grad` of a computed tensor was read."""
    return (errors.made_at(t.grad_fn), "Cure: call its retain_grad() before the backward")


def with_history(t, cure):
    """A tensor that requires grad, where its history would be lost."""
    return (f"This is {made(t)}", f"Cure: {cure}")


NUMPY = (
    "functions of NumPy take {0} as it is, and are recorded (np.sin({1})); for values without "
    "history, {1}.detach().numpy()"
)


def to_numpy(t):
    """A tensor that requires grad asked for its array."""
    return with_history(t, NUMPY.format(called(t), name_of(t).strip("`") or "x"))


def copied(t):
    """A deep copy of a computed tensor."""
    name = name_of(t).strip("`") or "x"
    return with_history(t, f"copy {name}.detach(), or {name}.clone() to stay in the graph")


def view_written(t):
    """An in-place operation on a view that no history can follow."""
    made_by = "" if t.node is None else made_it(t.node)
    return (made_by, f"Cure: clone() {called(t)}, or write out of place")


def function_rule(node):
    """The `backward` of a custom Function returned something wrong."""
    cls = node._forward_cls
    code = getattr(cls.backward, "__code__", None) or getattr(cls.vjp, "__code__", None)
    where = "" if code is None else f"; its backward is at {errors.place(code, -1)}"
    return (errors.made_at(node) + where,)


def nan(node):
    """A node returned nan."""
    cure = (
        "if the branch that is nan was not taken (where, clamp, masks), keep its input away from "
        "there, or run the backward in torch.autograd.safe_grad()"
    )
    return (errors.made_at(node), f"Cure: {cure}")


def integers(dtype):
    """Gradients asked for what has no derivative."""
    return (
        f"The dtype is {dtype}, asked for at {here()}",
        "Cure: floating-point numbers (1. for 1, dtype=torch.float32, or .float())",
    )
