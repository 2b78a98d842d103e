"""Vandermonde matrices: `linalg.vander` and `vander`."""

from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import LAPACK
from rushlight.ops.publish import public


def powers(x, n):
    """The powers 0 to n - 1 of the elements, along a new last dim."""
    ones = x.new_ones((*x.shape, 1))
    if n == 1:
        return ones
    return cat([ones, x.unsqueeze(-1).expand((*x.shape, n - 1)).cumprod(-1)], -1)


@public("linalg", name="vander")
def linalg_vander(x, *, N=None):
    """The powers 0 to N - 1 of the elements, along a new last dim; of integers, in int64.

    Args:
        N: by default the length of the last dim.

    Raises:
        RuntimeError: N is less than 2, or for Booleans and half precision.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
        tensor([[1, 2, 4],
                [1, 3, 9]])
    """
    as_tensor_argument("linalg_vander", "x", 1, x)
    if x.dtype.category != 1 and x.dtype not in LAPACK:
        raise RuntimeError(
            "linalg.vander supports floating point, complex, and integer tensors, but got "
            f"{x.dtype.scalar_type}"
        )
    if N is not None and not isinstance(N, int):
        raise TypeError(f"linalg_vander(): argument 'N' must be int, not {type(N).__name__}")
    x = x if x.dim() else x.unsqueeze(0)
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    return powers(x, n)


@public("torch")
def vander(x, N=None, increasing=False):
    """The powers N - 1 to 0 of a vector's elements, one row for each.

    Args:
        N: by default the number of elements.
        increasing: from power 0 to N - 1 instead.

    Raises:
        RuntimeError: `x` is no vector, or N is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.vander(torch.tensor([2, 3]), 3)
        tensor([[4, 2, 1],
                [9, 3, 1]])
    """
    as_tensor_argument("vander", "x", 1, x)
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.shape[0] if N is None else int_argument("vander", "N", 2, N)
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    x = x if x.dtype.category >= 2 else x.long()
    out = powers(x, n) if n else x.new_empty((*x.shape, 0))
    return out if increasing else out.flip(1)
