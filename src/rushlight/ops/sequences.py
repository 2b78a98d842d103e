"""The family of operations that take one sequence of tensors."""

from rushlight.ops.families import Operation
from rushlight.tape.core import TensorBase


class Sequence(Operation, family=True):
    """Takes one sequence of tensors; `forward` gets the list of their arrays."""

    tensors = -1
    linear = True

    def compute(self, inputs, params):
        return self.forward([x.array for x in inputs], *params)


def tensors_argument(name, tensors):
    """A tuple or list of tensors as a tuple: PyTorch's errors otherwise."""
    if not isinstance(tensors, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, "
            f"not {type(tensors).__name__}"
        )
    for i, t in enumerate(tensors):
        if not isinstance(t, TensorBase):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(t).__name__}"
            )
    return tuple(tensors)
