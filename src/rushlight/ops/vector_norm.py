"""Vector norms: `linalg.vector_norm`, and `norm` in front of it."""

import math

import numpy as np

from rushlight.ops.families import Reduction, wrap_dim, wrap_dims
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reduce import restored, widened

NARROWING = (
    "linalg.vector_norm: the dtype of the input ({0}) should be convertible without narrowing to "
    "the specified dtype ({1})"
)


class vector_norm(Reduction):
    """The `ord`-norm of the elements over `dim` (an int or several; all by default).

    `ord` is a real number: 2 is Euclid's norm, `inf` the largest and `-inf` the smallest absolute
    value, 0 the number of nonzero elements, any other `sum(abs(x) ** ord) ** (1 / ord)`. The
    norm of complex elements is real. `dtype` is what is computed in.

    Raises:
        RuntimeError: for integers, for a complex `ord`, and for a norm without identity (a
            negative or infinite `ord`) of no elements.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.vector_norm(torch.tensor([3.0, -4.0]))
        tensor(5.)
        >>> torch.linalg.vector_norm(torch.tensor([3.0, -4.0]), float("inf"))
        tensor(4.)
    """

    places = "linalg"
    node = "LinalgVectorNormBackward0"

    def bind(input, ord=2, dim=None, keepdim=False, *, dtype=None):
        if isinstance(ord, str):
            raise TypeError(
                "linalg_vector_norm(): argument 'ord' (position 2) must be Number, not str"
            )
        check_dtypes(input.dtype, dtype)
        if isinstance(ord, complex):
            raise RuntimeError(
                "linalg.vector_norm: Expected a non-complex scalar as the order of norm."
            )
        if ord < 0 or ord == math.inf:
            check_not_empty(input.shape, ord, dim)
        return (input,), (ord, wrap_dims(dim, input.dim()), keepdim, dtype)

    def forward(x, ord, dims, keepdim, dtype):
        if dtype is not None:
            x = x.astype(dtype.numpy, copy=False)
        return widened(norm_of, x, ord, dims, keepdim)

    def vjp_x(g, x, ans, x_shape, ord, dims, keepdim):
        if ord == 0:
            return None
        g, ans = (restored(y, x_shape, dims, keepdim) for y in (g, ans))
        return norm_gradient(g, x, ans, ord, dims)


def check_dtypes(own, asked):
    """Refuse integers, and to compute in a dtype that loses something of the input's."""
    if own.category < 2:
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as "
            f"input. Got {own.scalar_type}"
        )
    if asked is None:
        return
    if asked.is_complex is not own.is_complex:
        kind = "complex" if own.is_complex else "real"
        raise RuntimeError(
            f"linalg.vector_norm: dtype should be {kind} for {kind} inputs, but "
            f"got {asked.scalar_type}"
        )
    if asked.itemsize < own.itemsize:
        raise RuntimeError(NARROWING.format(own.scalar_type, asked.scalar_type))


def check_not_empty(shape, ord, dim):
    """Refuse a norm of no elements that has no value."""
    dims = (dim,) if isinstance(dim, int) else dim or ()
    name = str(ord) if isinstance(ord, int) else f"{ord:g}"
    if 0 in shape and not dims:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {name} norm on an empty tensor "
            "because the operation does not have an identity"
        )
    for d in dims:
        if shape and shape[wrap_dim(d, len(shape))] == 0:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {name} norm on the "
                f"dimension {d}because this dimension is empty and the operation "
                "does not have an identity"
            )


def norm_of(x, ord, dims, keepdim):
    """The norm of an array of four or more bytes an element."""
    if ord == 2:
        return euclidean(x, dims, keepdim)
    size = np.abs(x)
    if ord == 0:
        return np.add.reduce(size != 0, dims, size.dtype, None, keepdim)
    if ord == 1:
        return np.add.reduce(size, dims, None, None, keepdim)
    if math.isinf(ord):
        extreme = np.maximum if ord > 0 else np.minimum
        return extreme.reduce(size, dims, None, None, keepdim)
    powers = np.add.reduce(np.power(size, size.dtype.type(ord)), dims, None, None, keepdim)
    return np.power(powers, powers.dtype.type(1 / ord))


def euclidean(x, dims, keepdim):
    """The 2-norm of an array; of a whole contiguous one by BLAS."""
    if len(dims) == x.ndim and x.flags.c_contiguous and not keepdim:
        flat = x.reshape(-1)
        if x.dtype.kind == "c":  # as real numbers, for an infinite part makes all infinite
            flat = flat.view(x.real.dtype)
        return np.sqrt(np.vdot(flat, flat))
    squares = x.real**2 + x.imag**2 if x.dtype.kind == "c" else x * x
    return np.sqrt(np.add.reduce(squares, dims, None, None, keepdim))


def norm_gradient(g, x, norm, ord, dims):
    """The gradient of a norm of order other than 0; `g` and `norm` have the reduced dims.

    Where the norm is 0 the subgradient 0 is taken, and the extreme norms divide the gradient
    evenly among the elements that attain the norm.
    """
    if ord == 1:
        return x.sgn() * g
    if ord == 2:
        return g * (x / norm).masked_fill(norm == 0, 0)
    size = x.abs()
    if math.isinf(ord):
        attained = size == norm
        ties = attained.sum(dims, True) if dims else 1  # a batch of numbers has no dims of its own
        return x.sgn() * (g / ties * attained)
    if ord < 1:
        powers = (size ** (ord - 1)).masked_fill(x == 0, 0)
        return x.sgn() * powers * g * norm ** (1 - ord)
    share = (g / norm ** (ord - 1)).masked_fill(norm == 0, 0)
    if ord < 2:
        return x.sgn() * size ** (ord - 1) * share
    return x * size ** (ord - 2) * share


@public("torch Tensor", out=True, quick=vector_norm)
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """The vector norm of order `p` over `dim`, or over all elements.

    `p` is a number as in `linalg.vector_norm`, "fro" for 2, or "nuc" for the sum of a matrix's
    singular values.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[3.0, 0.0], [0.0, 4.0]]).norm()
        tensor(5.)
    """
    dims = (dim,) if isinstance(dim, int) else dim
    if p is None or (p == "fro" and (dims is None or len(dims) <= 2)):
        p = 2.0
    if not isinstance(p, str):
        return vector_norm.bound(input, p, dims, keepdim, dtype=dtype)
    if dims is None:
        dims = tuple(range(input.dim()))
    return namespaces["linalg"]["matrix_norm"](input, p, dims, keepdim, dtype=dtype)
