"""Hooks: on tensors, on nodes, on accumulation, and callbacks at the end of a backward.

Everything here is off the straight path: a node or leaf without hooks pays one test.
"""

import weakref

from rushlight.tape import dispatch
from rushlight.tape.core import TensorBase, state


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook away; also a context manager.

    `extra_dict` is a dict, or a list of them, with more entries under the handle's number.
    """

    next_id = 0

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self.refer(hooks_dict, extra_dict)

    def refer(self, hooks_dict, extra_dict):
        extra = [extra_dict] if isinstance(extra_dict, dict) else extra_dict or ()
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.extra_dict_ref = tuple([weakref.ref(each) for each in extra])

    def remove(self):
        for reference in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self):
        return self.hooks_dict_ref(), self.id, tuple([each() for each in self.extra_dict_ref])

    def __setstate__(self, state):
        hooks, self.id, extra = state
        self.refer(
            Table() if hooks is None else hooks, [each for each in extra if each is not None]
        )
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


Handle = RemovableHandle


class Table(dict):
    """Hooks by handle number, in the order of registration (a dict that can be weakly held)."""

    __slots__ = ("__weakref__",)

    def add(self, hook):
        handle = Handle(self)
        self[handle.id] = hook
        return handle


class TensorHooks:
    """The hooks of a leaf: on its gradient, and after accumulation; before them, its `grad_dtype`.

    That is the leaf's own dtype (...), another, or None for what comes.
    """

    def __init__(self):
        self.dtype = ...
        self.grad = Table()
        self.accumulated = Table()


class NodeHooks:
    """The hooks of a node: per output on the gradient, then before and after its rule."""

    def __init__(self):
        self.outputs = {}
        self.retains = {}
        self.pre = Table()
        self.post = Table()


def of_node(node):
    """The hooks of a node, made on first demand."""
    if node.hooks_ is None:
        node.hooks_ = NodeHooks()
        dispatch.collectable(node)
    return node.hooks_


def of_leaf(t):
    """The hooks of a leaf, made on first demand."""
    if t.hooks is None:
        t.hooks = TensorHooks()
    return t.hooks


def run_table(table, g):
    """Each hook sees the gradient; one that returns another replaces it."""
    for hook in list(table.values()):
        new = hook(g)
        if new is not None:
            check_replacement(hook, g, new)
            g = new
    return g


def name_of(hook):
    return getattr(hook, "__name__", type(hook).__name__)


def check_replacement(hook, old, new):
    """A hook may change a gradient's values, not what it is."""
    if old is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not isinstance(new, TensorBase):
        raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
    if tuple(new.shape) != tuple(old.shape):
        raise RuntimeError(f"hook '{name_of(hook)}' has changed the size of value")
    if new.dtype is not old.dtype:
        raise RuntimeError(
            f"hook '{name_of(hook)}' has changed the type of value (was "
            f"{old.type()} got {new.type()})"
        )


def replaced(hook, old, new):
    """The gradients of a node after one of its hooks returned `new`."""
    if new is None:
        return old
    if not isinstance(new, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(new).__name__}'")
    if len(new) != len(old):
        raise RuntimeError(
            f"hook '{name_of(hook)}' has returned an incorrect number of values "
            f"(got {len(new)}, but expected {len(old)})"
        )
    for before, after in zip(old, new, strict=True):
        if after is not None:
            check_replacement(hook, before, after)
    return list(new)


def run_tensor_hooks(hooks, g):
    """A leaf's hooks on its complete gradient, cast if the leaf asks for that."""
    if g is not None and hooks.dtype not in (..., None):
        g = g.to(hooks.dtype)
    return run_table(hooks.grad, g)


def of_outputs(node, g):
    """The cotangents of a node as a list, and whether it has several outputs."""
    if node.outputs_ is None:
        return [g], False
    return [None] * len(node.outputs_) if g is None else list(g), True


def before(node, g, runs):
    """What happens to the cotangents of a node with hooks before it runs.

    Tensor hooks first, then gradients are retained, then, if the node is to run at all, its
    pre-hooks.  Returns what the first made of the cotangents, for those who asked for the
    gradients here, and what the node's rule is to see.
    """
    grads, many = of_outputs(node, g)
    for nr, table in node.hooks_.outputs.items():
        grads[nr] = run_table(table, grads[nr])
    for nr, kept in node.hooks_.retains.items():
        t = kept()
        if t is not None and grads[nr] is not None:
            t.kept_grad = grads[nr] if t.kept_grad is None else t.kept_grad + grads[nr]
    asked = grads if many else grads[0]
    if runs:
        for hook in list(node.hooks_.pre.values()):
            grads = replaced(hook, grads, hook(tuple(grads)))
    return asked, grads if many else grads[0]


def after(node, grads, g):
    """Post-hooks of a node that has run."""
    outputs = tuple(of_outputs(node, g)[0])
    for hook in list(node.hooks_.post.values()):
        grads = replaced(hook, grads, hook(tuple(grads), outputs))
    return grads


def accumulate(leaf, g, owned, create):
    """Accumulate with the hooks of the leaf's AccumulateGrad node and of the leaf around it."""
    from rushlight.tape.engine import accumulate as plainly

    node = leaf.accumulator() if leaf.accumulator is not None else None
    hooked = node is not None and node.hooks_ is not None
    if hooked:
        g = before(node, g, True)[1]
        owned = False
    if g is not None:
        plainly(leaf, g, owned, create)
    if leaf.hooks is not None:
        for hook in list(leaf.hooks.accumulated.values()):
            check_nothing(hook(leaf))
    if hooked:
        after(node, [], g)


def check_nothing(result):
    """A hook after accumulation has nothing to replace."""
    if isinstance(result, TensorBase):
        raise RuntimeError("Tensor post accumulate grad hooks should return None.")
    if result is not None:
        raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")


# -- the run of a backward ----------------------------------------------------------------


def current_task():
    """The innermost backward running on this thread, or None."""
    tasks = state().tasks
    return tasks[-1] if tasks else None


def notes():
    """A dict that lives as long as the innermost backward running on this thread."""
    task = current_task()
    if task.notes is None:
        task.notes = {}
    return task.notes


def reached():
    """The nodes and leaves that the innermost backward on this thread visits."""
    task = current_task()
    found = set()
    stack = [root for root, _ in task.roots]
    while stack:
        target = stack.pop()
        if target is None or target in found:
            continue
        if task.needed is None or target in task.needed:
            found.add(target)
            stack.extend(getattr(target, "next_", ()))
    return found


def queue_callback(callback):
    """Call `callback()` when the backward now running on this thread has finished."""
    task = current_task()
    if task is None:
        raise RuntimeError("Final callbacks can only be installed during backward pass.")
    task.callbacks.append(callback)


def run_callbacks(task):
    """Call what was queued, in order; callbacks may queue more."""
    i = 0
    while i < len(task.callbacks):
        task.callbacks[i]()
        i += 1
