"""Levels of interpretation: what transforms open, and the boxes that live in them.

At the base a tensor's value is an array.  A transform opens a level and boxes tensors in it; an
operation on boxes is interpreted by the highest level among its inputs, in terms of operations one
level down (`Box.process`).
"""

from rushlight.tape import views
from rushlight.tape.core import TensorBase, alias, box, state, wants


class Level:
    """An open transform of this thread; levels are numbered from the outside."""

    def __init__(self):
        self.number = 0
        self.open = False
        self.converted = []

    def __enter__(self):
        st = state()
        st.special += 1
        self.number = len(st.levels) + 1
        self.open = True
        st.levels.append(self)
        return self

    def __exit__(self, *exc):
        st = state()
        self.open = False
        st.levels.remove(self)
        st.special -= 1
        for t in self.converted:
            t.box.restore(t)


class Box:
    """A tensor's value at a level: a tensor of a lower level, and what the transform adds."""

    def __init__(self, owner, value):
        self.owner = owner
        self.level = owner.number
        self.value = value

    records = False  # has a tensor at this level a node of its own?

    @property
    def shape(self):
        return self.value.shape

    @property
    def dtype(self):
        return self.value.dtype

    @property
    def grad_fn(self):
        return self.value.grad_fn

    def wants(self):
        return wants(self.value)

    def require_grad(self, flag):
        self.value.requires_grad_(flag)

    def forget(self):
        """Drop what a detached tensor does not have."""

    def copied(self):
        """A box around a copy of the value."""
        return type(self)(self.owner, self.value.clone())

    def at(self, x):
        """The box of `x` if it lives at this level, else None."""
        if isinstance(x, TensorBase) and x.box is not None and x.box.owner is self.owner:
            return x.box
        return None

    def write(self, op, inputs, params):
        """An in-place operation, one of whose inputs lives at this level; returns the target."""
        target = inputs[0]
        result = op.run(inputs, params)
        if self.at(target) is None:
            self.admit(target, op)
        self.overwrite(target, result)
        return target


def lift(target, adopt):
    """Turn a tensor, with the base that it is a view of, into one that `adopt` boxes."""
    root = target if target.origin is None else target.origin.base
    again = None if root is target else views.replay(target)
    value = alias(root)
    root.array, root.node, root.nr, root.rg, root.shared, root.version = (
        None,
        None,
        0,
        False,
        None,
        0,
    )
    root.box = adopt(value)
    if again is not None:
        seen = again(root)
        target.array, target.box, target.shared, target.origin = (
            None,
            seen.box,
            seen.shared,
            seen.origin,
        )
        target.node, target.nr, target.rg = seen.node, seen.nr, seen.rg


def boxed(made):
    """A tensor around a box."""
    t = box(None)
    t.box = made
    t.born = len(state().levels)
    return t
