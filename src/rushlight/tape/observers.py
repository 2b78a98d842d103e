"""Observers: they see every operation and node of a thread that runs, and may answer in its place.

An operation is shown with its inputs and parameters where it would compute on arrays, below
recording and every transform. Nothing of this costs anything while no observer is there.
"""

import contextlib

from rushlight.tape.core import state


class Observer:
    """Within its `with` block, sees what the calling thread runs; observers may be nested."""

    def __init__(self):
        self.outer = []

    def __enter__(self):
        st = state()
        self.outer.append(st.observer)
        st.observer = self
        st.special += 1
        return self

    def __exit__(self, *exc):
        st = state()
        st.observer = self.outer.pop()
        st.special -= 1

    def compute(self, op, inputs, params):
        """The operation's result on arrays."""
        return self.below(op, inputs, params)

    def below(self, op, inputs, params):
        """What the result is to the observers around this one."""
        outer = self.outer[-1]
        return op.compute(inputs, params) if outer is None else outer.compute(op, inputs, params)

    def calling(self, function, args):
        """A context in which a custom Function runs on `args`."""
        outer = self.outer[-1]
        return contextlib.nullcontext() if outer is None else outer.calling(function, args)

    def visiting(self, node):
        """A context in which backward runs `node`."""
        outer = self.outer[-1]
        return contextlib.nullcontext() if outer is None else outer.visiting(node)
