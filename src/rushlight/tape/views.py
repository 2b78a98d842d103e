"""Views: what they remember, and how their history follows in-place writes.

A view and its base share memory, so a write to one changes the other.  A write to the base makes
the nodes of its views stale; they are made anew when next looked at (`refresh`).  A write to a
view becomes part of the base's history as a CopySlices node (`rebase`).
"""

import weakref

import numpy as np

from rushlight.tape import dispatch, errors, hooks
from rushlight.tape.core import (
    VIEW_DEFAULT,
    VIEW_INFERENCE,
    VIEW_NO_GRAD,
    VIEW_OF_FUNCTION,
    VIEW_OF_MANY,
    alias,
    box,
    bump,
    state,
    version_of,
    wants,
)
from rushlight.tape.nodes import GraphNode

UNCLEAR = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {0} block (if you don't "
    "want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
ADVICE = {
    VIEW_NO_GRAD: UNCLEAR.format("no_grad"),
    VIEW_INFERENCE: UNCLEAR.format("inference_mode"),
    VIEW_OF_FUNCTION: (
        "This view was created inside a custom Function (or because an input was returned as-is) "
        "and the autograd logic to handle view+inplace would override the custom backward "
        "associated with the custom Function, leading to incorrect gradients. This behavior is "
        "forbidden. You can fix this by cloning the output of the custom Function."
    ),
    VIEW_OF_MANY: (
        "This view is the output of a function that returns multiple views. Such functions do not "
        "allow the output views to be modified inplace. You should replace the inplace operation by "
        "an out-of-place one."
    ),
}
MODES = {
    VIEW_NO_GRAD: ("no_grad", "with grad mode enabled"),
    VIEW_INFERENCE: ("inference", "in normal mode"),
}
ELSEWHERE = "its base or another view of its base has been"


def refuse_unfollowed(t, written):
    """Refuse a write that the history of view `t` cannot follow; `written` says what was written."""
    creation = t.origin.creation
    if creation == VIEW_DEFAULT:
        return
    own = "" if t.node is None else f"Output {t.nr} of {errors.short_name(t.node)} is a view"
    if creation in (VIEW_NO_GRAD, VIEW_INFERENCE) or not own:
        start = f"{own} of a view which was" if own else "A view was"
        mode, now = MODES.get(creation, MODES[VIEW_NO_GRAD])
        case = f"{start} created in {mode} mode and {written} modified inplace {now}."
    else:
        case = f"{own} and {written} modified inplace."
    raise RuntimeError(errors.advised(f"{case} {ADVICE[creation]}", "view_written", t))


def geometry(view, base):
    """(size, stride, offset) of a view, in its elements, from the first element of `base` on."""
    item = view.array.itemsize
    offset = (address(view.array) - address(base.array)) // item
    return tuple(view.array.shape), tuple([s // item for s in view.array.strides]), offset


def address(array):
    return array.__array_interface__["data"][0]


def restride(view, base):
    """A function that makes of a tensor like `base` the view that `view` is of `base`."""
    if not np.may_share_memory(view.array, base.array) and view.array.size and base.array.size:
        return lambda t: torn(view, t)
    size, stride, offset = geometry(view, base)
    if view.dtype.is_complex == base.dtype.is_complex:
        return lambda t: t.as_strided(size, stride, t.storage_offset() + offset)
    from rushlight.tape.declare import table

    if base.dtype.is_complex:
        parts = table["view_as_real"]
        return lambda t: parts(t).as_strided(size, stride, 2 * t.storage_offset() + offset)
    whole, pairs = table["view_as_complex"], [2 * s for s in stride]
    return lambda t: whole(t.as_strided((*size, 2), (*pairs, 1), t.storage_offset() + 2 * offset))


def part_of(op, inputs, params):
    """A view operation as a function of the tensor that it views."""
    return lambda x: op.run((x, *inputs[1:]), params)


def after(first, then):
    """The view of a view."""
    return lambda t: then(first(t))


def replay(view):
    """The function that makes a view from its base."""
    return view.origin.replay or restride(view, view.origin.base)


def refresh(t):
    """Give a view a true node if its base was written to since the last look."""
    view = t.origin
    now = version_of(t)
    if view.seen == now or not (t.node is not None or wants(view.base)):
        return
    if t.box is not None and not t.box.records:
        return
    refuse_unfollowed(t, ELSEWHERE)
    if not wants(view.base):  # the write was not recorded: the view of a leaf that is a view itself
        view.seen = now
        return
    st = state()
    before, st.grad = st.grad, True
    try:
        fresh = replay(t)(view.base)
    finally:
        st.grad = before
    t.node, t.nr, t.rg = fresh.node, fresh.nr, fresh.rg
    view.seen = now


class NotImplemented(GraphNode):
    """The history of a tensor that was given other memory: backward raises."""

    __slots__ = ()

    def backprop_(self, g):
        raise RuntimeError("derivative for set_ is not implemented")


NotImplemented.__module__ = "builtins"


def torn(view, base):
    """What was a view of `base` until one of the two was given other memory."""
    out = alias(view)
    out.origin = None
    out.node = dispatch.new_node(NotImplemented, (base,), 1 if wants(base) else 0, state())
    out.nr, out.rg = 0, True
    return out


def tear(t, source):
    """Record that `t` was given the memory of `source` (or of nothing)."""
    inputs = (t,) if source is None else (t, source)
    node = dispatch.new_node(NotImplemented, inputs, dispatch.needs(inputs), state())

    def changed():
        bump(t)
        rebase(t, node)

    return changed


class CopySlices(GraphNode):
    """The history of a base after a write to one of its views.

    Backward: the part of the gradient that falls into the view goes through the rule of the
    writing operation; the rest passes unchanged.
    """

    __slots__ = ("base_layout", "rule", "slice_of")

    def backprop_(self, g):
        if self.freed_ is not None:
            errors.raise_freed(self)
        if g is None:
            return [None] * len(self.next_)
        if self.base_layout is None:
            return self.backprop_boxed(g)
        size, stride = self.base_layout
        whole = g.new_empty_strided(size, stride)
        whole.copy_(g)
        return self.spliced(whole, self.rule(self.slice_of(whole).clone()))

    def backprop_boxed(self, g):
        """In a transform, where the rule's gradient may have batch dims that `g` lacks."""
        grads = self.rule(self.slice_of(g).clone())
        inner = grads[0] if isinstance(grads, (tuple, list)) else grads
        if inner is None or inner.box is None:
            return self.spliced(g.clone(), grads)
        from rushlight.tape.batching import copied_for

        return self.spliced(g - copied_for(box(np.zeros((), g.dtype.numpy)), inner), grads)

    def spliced(self, whole, grads):
        """The rule's gradients, the first as a part of `whole`, in which it is written."""
        inner, *others = grads if isinstance(grads, (tuple, list)) else (grads,)
        part = self.slice_of(whole)
        if inner is None:
            part.zero_()
        else:
            part.copy_(inner)
        return [whole, *others]

    def release_(self, place):
        self.freed_ = place
        self.rule.release_saved(place)


CopySlices.__module__ = "builtins"


class Rule:
    """A node's rule that always computes the gradient of its first input."""

    def __init__(self, node):
        self.node = node

    def __call__(self, g):
        return self.node(g)

    def release_saved(self, place):
        """Drop what the rule saved, as the engine would."""
        node = self.node
        if node.op_ is None:
            node.release_(place)
        elif node.op_.keeps:
            node.saved_, node.freed_ = None, place


def rebase(t, node):
    """Make `node`, which wrote to `t`, the history of `t`, and of its base if it is a view."""
    if t.origin is None:
        move_retained(t, node)
        t.node, t.nr, t.rg = node, 0, True
        return
    base = t.origin.base
    st = state()
    copy = dispatch.new_node(CopySlices, (base,), 1 if wants(base) else 0, st)
    copy.next_ = (*copy.next_, *node.next_[1:])
    if node.nrs_ is not None or copy.nrs_ is not None:
        copy.nrs_ = (*(copy.nrs_ or (0,)), *(node.nrs_ or (0,) * len(node.next_))[1:])
    copy.base_layout = layout_of(base)
    copy.slice_of = replay(t)
    copy.rule = Rule(node)
    move_retained(base, copy)
    base.node, base.nr, base.rg = copy, 0, True
    t.origin.seen = -1
    refresh(t)


def layout_of(base):
    """Size and stride, in elements; None for a box, whose views are made by operations."""
    if base.array is None:
        return None
    item = base.array.itemsize
    return tuple(base.array.shape), tuple([s // item for s in base.array.strides])


def move_retained(t, node):
    """`retain_grad` follows its tensor through an in-place write; other hooks stay."""
    if not t.retains or t.node is None or t.node.hooks_ is None:
        return
    t.node.hooks_.retains.pop(t.nr, None)
    hooks.of_node(node).retains[0] = weakref.ref(t)


def source_edge(t):
    """(target, output number) of a tensor, for use as a root or an input of backward."""
    target = dispatch.edge(t)
    return target, t.nr
