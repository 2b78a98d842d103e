"""The cross product of vectors in three dimensions."""

import warnings

import numpy as np

from rushlight.ops.families import Operation, as_tensor_argument, wrap_dim
from rushlight.ops.matmul import check_scalar_types
from rushlight.ops.products import refuse_bool
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.tape.dispatch import conj

NO_DIM = (
    "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim "
    "explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree "
    "with that of linalg.cross in a future release."
)


class cross_(Operation):
    """Cross products of vectors along `dim`, the other dims broadcast."""

    node = "LinalgCrossBackward0"
    tensors = 2
    places = None

    def forward(a, b, dim):
        a, b = np.broadcast_arrays(np.moveaxis(a, dim, 0), np.moveaxis(b, dim, 0))
        out = np.empty_like(a)
        with np.errstate(all="ignore"):
            for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
                out[i] = a[j] * b[k] - a[k] * b[j]
        return np.moveaxis(out, 0, dim)

    def vjp_a(g, b, a_shape, dim):
        return cross_(conj(b), g, dim).sum_to_size(a_shape)

    def vjp_b(g, a, b_shape, dim):
        return cross_(g, conj(a), dim).sum_to_size(b_shape)

    def jvp_a(t, b, dim):
        return cross_(t, b, dim)

    def jvp_b(t, a, dim):
        return cross_(a, t, dim)

    def lift(size, ndim, dim):
        return (dim + 1,)


def checked(input, other, dim):
    """The cross product along `dim`, after PyTorch's checks."""
    as_tensor_argument("linalg_cross", "input", 1, input)
    as_tensor_argument("linalg_cross", "other", 2, other)
    n = input.dim()
    if n != other.dim():
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    at = wrap_dim(dim, n)
    p, q = (t.shape[at] if n else 1 for t in (input, other))
    if p != 3 or q != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {p} and {q}"
        )
    common_shape([input.shape, other.shape])
    check_scalar_types(input, other)
    refuse_bool("cross", input.dtype, input.numel())
    return cross_(input, other, at)


@public("linalg", out=True, name="cross")
def linalg_cross(input, other, *, dim=-1):
    """The cross products of vectors of three elements along `dim`; other dims broadcast.

    Raises:
        RuntimeError: the ranks differ, or there are not three elements along `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    return checked(input, other, dim)


@public("torch Tensor", out=True)
def cross(input, other, dim=None):
    """`linalg.cross`; without `dim` (deprecated), along the first dim of length 3.

    Raises:
        RuntimeError: as `linalg.cross`, or no dim has length 3.

    Example:
        >>> import rushlight as torch
        >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
        tensor([0., 0., 1.])
    """
    if dim is None:
        warnings.warn(NO_DIM, UserWarning, stacklevel=3)
        dim = next((d for d, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return checked(input, other, dim)
