"""Indices into a tensor's elements in order, as one index for each dim."""

from rushlight.kernels import dtypes
from rushlight.ops.publish import public


@public("torch")
def unravel_index(indices, shape):
    """For places in a flattened tensor of shape `shape`, a tuple of their indices in each dim.

    Raises:
        TypeError: if `indices` holds no integers, or `shape` is neither an int nor ints.
        ValueError: for a negative length in `shape`.

    Example:
        >>> import rushlight as torch
        >>> torch.unravel_index(torch.tensor([1, 4]), (2, 3))
        (tensor([0, 1]), tensor([1, 1]))
    """
    if indices.dtype.category != dtypes.INT:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    steps, step = [], 1
    shape = lengths(shape)
    for n in reversed(shape):
        steps.insert(0, step)
        step *= n
    indices = indices.long()
    steps, sizes = indices.new_tensor(steps), indices.new_tensor(shape)
    return (indices.unsqueeze(-1).floor_divide(steps) % sizes).unbind(-1)


def lengths(shape):
    """A shape given as an int or a sequence of them."""
    if isinstance(shape, int):
        shape = (shape,)
    if not hasattr(shape, "__getitem__") or hasattr(shape, "dim"):
        raise TypeError(
            f"expected 'shape' to be int or sequence of ints, but got {shown(type(shape))}"
        )
    for n in shape:
        if not isinstance(n, int):
            raise TypeError(
                f"expected 'shape' sequence to only contain ints, but got {shown(type(n))}"
            )
    if any(n < 0 for n in shape):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    return list(shape)


def shown(kind):
    """A class as PyTorch's error prints it."""
    return "<class 'torch.Tensor'>" if hasattr(kind, "dim") else str(kind)
