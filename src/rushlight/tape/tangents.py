"""Forward mode beside reverse mode: tensors with a tangent, in one graph with all others.

A dual tensor of `autograd.forward_ad` is recorded as if it had no tangent. What a node saves of it
keeps the tangent, so that a backward inside the level has tangents too. Tangents are computed from
values whose history goes on through an `Identity` node, so that they can be differentiated.
When the level closes its tensors are plain again.
"""

import threading
import weakref

from rushlight.tape import gradients, inplace, views
from rushlight.tape.core import (
    VIEW_DEFAULT,
    VIEW_NO_GRAD,
    TensorBase,
    alias,
    box,
    share_version,
    state,
    wants,
)
from rushlight.tape.dispatch import INPLACE, attach_view, needs, new_node, record
from rushlight.tape.duals import DualBox, tangent_of, written_over, zero_tangent
from rushlight.tape.levels import Level, root_of
from rushlight.tape.nodes import GraphNode


class Settings(threading.local):
    """Are tangents computed on this thread?"""

    forward = True


settings = Settings()


class without_tangents:
    """Within the block, operations on dual tensors give no tangents."""

    def __enter__(self):
        self.before = settings.forward
        settings.forward = False

    def __exit__(self, *exc):
        settings.forward = self.before


class TangentLevel(Level):
    """The level of `forward_ad`, outermost; nothing else is boxed below it."""

    transform = False

    def __init__(self):
        super().__init__()
        self.made = []
        self.boxes = []

    def adopt(self, t, tangent):
        """Give a tensor a tangent."""
        if t.box is None:
            if t.origin is not None and t.origin.replay is None:
                t.origin.replay = views.replay(t)
            value = box(t.array)
            value.shared = share_version(t)
            t.array = None
            self.made.append(weakref.ref(t))
        else:
            value = t.box.value
        t.box = TangentBox(self, value, tangent)
        self.boxes.append(weakref.ref(t.box))
        t.born = self.number
        return t

    def __exit__(self, *exc):
        super().__exit__(*exc)
        for made in self.made:
            t = made()
            if t is not None and t.box is not None and t.box.owner is self:
                t.array, t.box = t.box.value.array, None
        for boxes in self.boxes:  # a node may keep its result, whose tangent leads to the node
            b = boxes()
            if b is not None:
                b.forget()
        self.made.clear()
        self.boxes.clear()


class Identity(GraphNode):
    """Hands the gradient of a value without its tangent on to the dual tensor."""

    __slots__ = ()

    def backprop_(self, g):
        return [g]


Identity.__module__ = "builtins"


def primal(t):
    """The value of a tensor without its tangent, with a history of its own."""
    plain = box(t.array if t.box is None else t.box.value.array)
    st = state()
    attach_view(
        plain, t, VIEW_DEFAULT if st.grad else VIEW_NO_GRAD, lambda base: base.view_as(base)
    )
    if st.grad and wants(t):
        plain.node = new_node(Identity, (t,), 1, st)
        plain.rg = True
    return plain


def dual(level, t, tangent):
    """A view of `t` that has a tangent."""
    if t.box is None:
        return level.adopt(t.view(t.shape), tangent)
    out = alias(t)
    out.box = None
    out.array = t.box.value.array
    return level.adopt(out, tangent)


class TangentBox(DualBox):
    """A value and its tangent; the tensor's own fields are its place in the graph."""

    records = True

    def wants(self):
        return False  # the tensor's own flag tells

    def forget(self):
        self.tangent = None

    def values(self, inputs):
        """The inputs without tangents, and without history if they have one."""
        return tuple([x if self.at(x) is None else x.box.value for x in inputs])

    def primals(self, inputs):
        """The inputs without tangents, with their history."""
        grad = state().grad
        return tuple(
            [
                x if self.at(x) is None else primal(x) if grad and wants(x) else x.box.value
                for x in inputs
            ]
        )

    def tangents(self, inputs):
        """The tangent of each input, None for zero."""
        return [None if self.at(x) is None else x.box.tangent for x in inputs]

    def moving(self, op, inputs):
        """Have the results of an operation tangents?"""
        return (
            self.owner.open
            and settings.forward
            and op.rules is not None
            and any(t is not None for t in self.tangents(inputs))
        )

    def process(self, op, inputs, params):
        """Interpret an operation: values first, then the history, then tangents."""
        out = unrecorded(op.run, self.values(inputs), params)
        results = out if op.many else (out,)
        st = state()
        moving = self.moving(op, inputs)
        for t in results if moving else ():
            if differentiable(t):  # before it is saved
                self.owner.adopt(t, None)
        mask = needs(inputs) if st.grad and not st.inference and op.rules is not None else 0
        if mask:
            record_results(op, inputs, params, results, mask, st)
        if op.is_view:
            creation = VIEW_DEFAULT if st.grad else VIEW_NO_GRAD
            for t in results:
                attach_view(
                    t, inputs[0], creation, lambda base: op.run((base, *inputs[1:]), params)
                )
        if moving:
            seen = tuple([primal(t) if wants(t) else unboxed(t) for t in results])
            moved = tangent_of(
                op,
                self.primals(inputs),
                self.tangents(inputs),
                params,
                seen if op.many else seen[0],
            )
            for t, tangent in zip(results, moved if op.many else (moved,), strict=True):
                if differentiable(t):
                    t.box.tangent = tangent
        return out

    def write(self, op, inputs, params):
        """An in-place operation: value, history and tangent of the first input."""
        target, st = inputs[0], state()
        mask = needs(inputs) if st.grad and not st.inference and op.rules is not None else 0
        inplace.check(target, bool(mask))
        before = inplace.old_values(op, alias(target), 1) if mask else alias(target)
        held = (before, *[before if x is target else x for x in inputs[1:]])
        moved = None
        if self.moving(op, inputs):
            out = unrecorded(op.run, self.values(inputs), params)
            moved = tangent_of(op, self.primals(inputs), self.tangents(inputs), params, out)
            if self.at(target) is None:
                self.admit(target, op)
        unrecorded(inplace.proceed, op, self.values(inputs), params)
        if self.at(target) is not None and settings.forward:
            self.replace_tangent(target, moved)
        if mask and differentiable(target):
            node = record(op, held, params, target, mask, st, INPLACE)
            if op.fixing:
                node.fix_ = op.fixes(held, gradients.Described(*gradients.described(target)))
            views.rebase(target, node)
        return target

    def replace_tangent(self, target, moved):
        """Write a new tangent over the old one, which views of the tensor share."""
        target.box.tangent = written_over(target.box.tangent, moved)

    def admit(self, target, op):
        """Give a tensor that is about to be written to, and what it is a view of, zero tangents."""
        root = root_of(target)
        again = None if root is target else views.replay(target)
        zeros = zero_tangent(root) if self.at(root) is None else root.box.tangent
        if again is not None:  # the view first, whose layout is read off arrays
            self.owner.adopt(target, again(zeros))
        if self.at(root) is None or root.box.tangent is None:
            self.owner.adopt(root, zeros)

    def overwrite(self, target, result):
        """Give `target` value, history and tangent of `result`."""
        target.copy_(result)

    def apply_function(self, cls, args):
        """A custom Function sees dual tensors, but its rules alone give tangents."""
        return cls.applied_at_base(args, self)

    def unmoved(self, function, *args):
        """Call a function that gives no tangents."""
        with without_tangents():
            return function(*args)

    def push(self, cls, ctx, args, result, made):
        """Give the outputs of a custom Function their tangents, before `made` are saved."""
        tangents = self.tangents(args)
        if not (self.owner.open and settings.forward) or all(t is None for t in tangents):
            return
        given = args if cls.has_jvp() else self.primals(args)
        with without_tangents():
            moved = cls.pushed(ctx, given, tangents, result)
        for t, tangent in zip(made, moved, strict=True):
            if tangent is not None and differentiable(t):
                self.owner.adopt(t, tangent)


def unrecorded(function, *args):
    """Call a function with recording off."""
    st = state()
    before, st.grad = st.grad, False
    try:
        return function(*args)
    finally:
        st.grad = before


def record_results(op, inputs, params, results, mask, st):
    """Make the results of an operation part of the graph."""
    active = [differentiable(t) for t in results]
    if not any(active):
        return
    node = record(op, inputs, params, results if op.many else results[0], mask, st)
    if op.many:
        node.outputs_ = tuple([gradients.described(t) for t in results])
    elif op.fixing:
        node.fix_ = op.fixes(inputs, gradients.Described(*gradients.described(results[0])))
    for nr, (t, follows) in enumerate(zip(results, active, strict=True)):
        if follows:
            t.node, t.nr, t.rg = node, nr, True


def unboxed(t):
    """The value of a tensor that nothing is recorded of."""
    return t if t.box is None else t.box.value


def differentiable(t):
    return isinstance(t, TensorBase) and t.dtype.category >= 2
