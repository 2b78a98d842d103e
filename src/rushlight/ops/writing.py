"""The families of operations that write into part of a tensor."""

import numpy as np

from rushlight.ops.families import Operation, check_broadcast, fix_of
from rushlight.tape import batching
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import OTHER_SHAPE_OR_DTYPE


class Writing(Operation, family=True):
    """Writes into part of the first input: `forward` changes the array it is given.

    The operation proper gives it a copy, the in-place method the tensor's own array, so `forward`
    checks everything before it changes anything; what it returns is ignored.
    """

    writes = True

    def compute(self, inputs, params):
        out = inputs[0].array.copy("K")
        self.forward(out, *arrays_of(inputs[1:]), *params)
        return out

    def write(self, target, inputs, params):
        """Apply to the tensor `target` in place."""
        self.forward(target.array, *arrays_of(inputs[1:]), *params)


def arrays_of(inputs):
    """The arrays of tensors; numbers stay."""
    return [x.array if isinstance(x, TensorBase) else x for x in inputs]


class Broadcast(Writing, family=True):
    """Writing whose inputs broadcast against each other; the result has the first one's dtype."""

    def settled(self):
        self.fixing = OTHER_SHAPE_OR_DTYPE

    def compute(self, inputs, params):
        arrays = arrays_of(inputs)
        x, shape = arrays[0], broadcast_shape(arrays)
        out = (x if x.shape == shape else np.broadcast_to(x, shape)).copy("K")
        self.forward(out, *arrays[1:], *params)
        return out

    def write(self, target, inputs, params):
        arrays = arrays_of(inputs)
        shape = broadcast_shape(arrays)
        if shape != target.array.shape:
            raise RuntimeError(
                f"output with shape {[*target.array.shape]} doesn't match the "
                f"broadcast shape {[*shape]}"
            )
        self.forward(target.array, *arrays[1:], *params)

    def fixes(self, inputs, out):
        return tuple([fix_of(x, out.shape, out.dtype) for x in inputs[: self.edges or None]])

    def batch(self, values, dims, params, size):
        return batching.broadcast(self, values, dims, params, size)


def broadcast_shape(arrays):
    """The shape that arrays broadcast to; PyTorch's error where they do not."""
    shape = arrays[0].shape
    for x in arrays:
        if x.shape and x.shape != shape:
            check_broadcast(arrays)
            return np.broadcast_shapes(*[x.shape for x in arrays])
    return shape
