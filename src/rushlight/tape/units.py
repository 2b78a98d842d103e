"""Batches of unit vectors, with which Jacobians begin.

Their value is written out like that of any batch. What is known of it besides saves products with
the unit matrix, which are as expensive as any.
"""

import numpy as np

from rushlight.kernels.quiet import quietly
from rushlight.tape.batching import BatchBox
from rushlight.tape.core import TensorBase, box, state, version_of, wants


class UnitBox(BatchBox):
    """A batch whose sample i is zero but for its element i, which is `scale[i]`.

    That holds as long as nobody has written to the value.
    """

    def __init__(self, owner, value, dim, size, scale=None):
        super().__init__(owner, value, dim, size)
        self.scale = np.ones(size, value.array.dtype) if scale is None else scale
        self.version = version_of(value)

    def process(self, op, inputs, params):
        """Interpret an operation; a product takes rows or columns of its other factor."""
        which = next((i for i, x in enumerate(inputs) if self.at(x) is self), None)
        others = [plain(x) for i, x in enumerate(inputs) if i != which]
        known = which is not None and version_of(self.value) == self.version
        if not known or not all(map(constant, others)):
            return super().process(op, inputs, params)
        if op.of_units is not None:
            out, dim = op.of_units(which, others[0].array, self.scale, self.shape)
            if out is not None and finite(out):
                self.check_open()
                self.owner.counted += out.nbytes
                return self.wrapped(box(out), dim)
        made = super().process(op, inputs, params)
        if op.many:
            return made
        if op.scales and which == 0:
            return self.scaled(made, op.run((box(self.scale.reshape(self.shape)), *others), params))
        return self.scaled(made, box(self.scale)) if op.is_view else made

    def scaled(self, made, scale):
        """`made` as a batch of unit vectors, if it still is one."""
        value = made.box.value
        flat = made.box.dim == 0 and value.array.flags.c_contiguous
        if flat and value.array.size == self.size**2 and finite(scale.array):
            made.box = UnitBox(self.owner, value, 0, self.size, scale.array.reshape(-1))
        return made


def plain(x):
    """An input without the boxes of derivatives that have ended, which change nothing any more."""
    while isinstance(x, TensorBase) and x.box is not None:
        if x.box.owner.open or x.box.dim is not None:  # a batch's is an error
            return x
        x = x.box.value
    return x


def constant(x):
    """Is it a number, or a tensor of no level and without a history that is to be recorded?"""
    if not isinstance(x, TensorBase):
        return True
    return x.box is None and not (wants(x) and state().grad)


def finite(array):
    """Has an array no infinite element, for which zeros would matter?"""
    return np.isfinite(quietly(np.add.reduce, (array, None)))
