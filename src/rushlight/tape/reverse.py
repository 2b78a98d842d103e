"""Reverse mode as a level: boxes with a history of their own, for `func.grad` and its relatives.

The value of such a box is a tensor of a lower level, which has whatever history it has there.  The
box's own fields (`node`, `nr`, `rg`) are its place in the graph of this level, so that the engine
walks it as it walks any graph.  Operations run below under the recording mode that was in force
when the level was opened.
"""

from rushlight.tape import gradients, inplace, native, views
from rushlight.tape.core import (
    VIEW_DEFAULT,
    VIEW_NO_GRAD,
    TensorBase,
    alias,
    note,
    state,
)
from rushlight.tape.core import wants as recorded
from rushlight.tape.dispatch import INPLACE, attach_view, record
from rushlight.tape.levels import Box, Level, box_at, boxed, lift


class GradLevel(Level):
    """An open reverse-mode transform.

    `recording` goes off for the transform's own backward, whose operations are differentiated by
    outer levels only.
    """

    derives = True

    def __init__(self):
        super().__init__()
        self.always = False  # are operations under no_grad recorded too, as forward mode follows?
        self.outer_grad = True

    def __enter__(self):
        st = state()
        self.outer_grad = st.grad
        st.grad = True
        return super().__enter__()

    def __exit__(self, *exc):
        super().__exit__(*exc)
        state().grad = self.outer_grad


def leaf(level, value):
    """A tensor of this level whose history begins here."""
    t = boxed(GradBox(level, value))
    t.rg = True
    return t


class GradBox(Box):
    """A value that is recorded at its level."""

    records = True

    def wants(self):
        return False  # the tensor's own flag tells

    def below(self, function, *args):
        """Call `function` with recording as it was outside of this level."""
        st = state()
        before = st.grad
        st.grad = before and self.owner.outer_grad
        try:
            return function(*args)
        finally:
            st.grad = before

    def values(self, inputs):
        """The inputs one level down."""
        values = []
        for x in inputs:
            b = box_at(self.owner, x)
            values.append(x if b is None else b.value)
        return tuple(values)

    def mask(self, inputs):
        """Bit i is set when input i has a history at this level that is being recorded."""
        owner = self.owner
        if not (owner.recording and (state().grad or owner.always)):
            return 0
        mask = i = 0
        for x in inputs:
            if box_at(owner, x) is not None and recorded(x):
                mask = mask | (1 << (i if i < 30 else 30))
            i += 1
        return mask

    def process(self, op, inputs, params):
        """Interpret an operation: run it one level down, and record it here."""
        owner = self.owner
        values = self.values(inputs)
        if not owner.open:
            return op.run(values, params)
        st = state()
        before = st.grad
        st.grad = before and owner.outer_grad
        try:
            out = op.run(values, params)
        finally:
            st.grad = before
        if not owner.recording:  # its own backward: nothing is left to record here
            return out
        mask = 0 if op.rules is None else self.mask(inputs)
        if op.many:
            return self.several(op, inputs, params, out, mask)
        follows = differentiable(out)
        if not (follows or op.is_view):
            return out
        t = self.wrapped(out)
        if mask and follows:
            t.node = record(op, inputs, params, t, mask, st)
            t.rg = True
            if op.fixing:
                t.node.fix_ = op.fixes(inputs, gradients.Described(*gradients.described(t)))
        if op.is_view:
            attach(t, op, inputs, params)
        return t

    def several(self, op, inputs, params, outs, mask):
        """The results of an operation that has several."""
        boxes = tuple([self.wrapped(x) for x in outs])
        active = [differentiable(t) for t in boxes]
        if not (mask and any(active)):
            return boxes
        node = record(op, inputs, params, boxes, mask, state())
        node.outputs_ = tuple([gradients.described(t) for t in boxes])
        for nr, (t, follows) in enumerate(zip(boxes, active, strict=True)):
            if follows:
                t.node, t.nr, t.rg = node, nr, True
        return boxes

    def wrapped(self, value):
        """A tensor of this level around one of a lower."""
        made = native.new(GradBox)
        made.owner, made.level, made.value = self.owner, self.level, value
        return boxed(made)

    def map(self, function, tensors):
        raise NotImplementedError("only a batch is mapped over")

    def write(self, op, inputs, params):
        """An in-place operation: done one level down, and recorded here."""
        target = inputs[0]
        if not (self.owner.open and self.owner.recording):
            self.below(inplace.proceed, op, self.values(inputs), params)
            return target
        if self.at(target) is None:
            self.admit(target, op)
        mask = self.mask(inputs)
        inplace.check(target, bool(mask))
        held = inputs
        if mask and op.rules is not None:
            before = alias(target)
            others = [before if x is target else x for x in inputs[1:]]
            held = (inplace.old_values(op, before, mask), *others)
        self.below(inplace.proceed, op, self.values(inputs), params)
        node = None
        if mask and op.rules is not None and differentiable(target):
            node = record(op, held, params, target, mask, state(), INPLACE)
            if op.fixing:
                node.fix_ = op.fixes(held, gradients.Described(*gradients.described(target)))
        note(target)
        if node is not None:
            views.rebase(target, node)
        return target

    def overwrite(self, target, result):
        """Give `target` the value and the history of `result`."""
        mine, theirs = self.at(target), self.at(result)
        inplace.copy(mine.value, result if theirs is None else theirs.value)
        target.node, target.nr, target.rg = result.node, result.nr, recorded(result)

    def admit(self, target, op):
        """Lift to this level a tensor that was made inside it and is about to be written to."""
        lift(target, lambda value: GradBox(self.owner, value))

    def apply_function(self, cls, args):
        """A custom Function: applied one level down, and recorded here.  Returns (result, ctx)."""
        values = self.values(args)
        result, ctx = self.below(cls.applied, values)
        if not self.owner.open:
            return result, ctx
        wanted = [
            self.at(x) is not None and recorded(x) and self.mask((x,)) != 0
            for x in args
            if isinstance(x, TensorBase)
        ]
        return cls.applied_above(args, values, result, ctx, wanted, self.wrapped)


def attach(t, op, inputs, params):
    """Make a result a view of the first input."""
    creation = VIEW_DEFAULT if state().grad else VIEW_NO_GRAD
    attach_view(t, inputs[0], creation, views.part_of(op, inputs, params))


def differentiable(t):
    """Has a tensor a dtype that gradients can have?"""
    return t.dtype.category >= 2


def unwrapped(level, x):
    """What a tensor of this level is one level down; anything else as it is."""
    b = box_at(level, x)
    return x if b is None else b.value
