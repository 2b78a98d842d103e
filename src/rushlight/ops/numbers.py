"""Numbers as arguments: a 0-d tensor outside any graph is one, too."""

from rushlight.tape.core import TensorBase


def plain_number(x):
    """The Python number in a 0-d tensor that wants no gradient; anything else as it is."""
    if isinstance(x, TensorBase) and x.dim() == 0 and not x.requires_grad:
        return x.item()
    return x


def plain_integer(x):
    """The same for the integers of a shape: only from a tensor of integers."""
    if isinstance(x, TensorBase) and (x.dtype.is_floating_point or x.dtype.is_complex):
        return x
    return plain_number(x)
