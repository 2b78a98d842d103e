"""Norms of matrices and what follows from them: `linalg.matrix_norm`, `norm` and `cond`."""

import math

from rushlight.ops.families import as_tensor_argument, wrap_dim, wrong_arguments
from rushlight.ops.linalg_checks import check_floating, check_lapack, check_matrix, check_square
from rushlight.ops.publish import public
from rushlight.ops.solve import inv_ex
from rushlight.ops.svd import svdvals
from rushlight.ops.vector_norm import NARROWING, vector_norm

NAME = "linalg.matrix_norm"
ORDERS = (1, -1, 2, -2, math.inf, -math.inf)


@public("linalg", out=True)
def matrix_norm(input, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """A norm of matrices, which are the two dims of `dim`.

    With s for the singular values, `ord` is one of

    - "fro": the square root of the sum of squares of the elements; "nuc": the sum of s;
    - 2, -2: the largest and the smallest of s;
    - 1, -1: the largest and the smallest sum of absolute values of a column;
    - inf, -inf: of a row.

    Args:
        dtype: what is computed in.

    Raises:
        RuntimeError: for integers, for another `ord`, or if `dim` are not two different dims.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.matrix_norm(torch.tensor([[1.0, -2.0], [3.0, 4.0]]), 1)
        tensor(6.)
    """
    as_tensor_argument("linalg_matrix_norm", "input", 1, input)
    if not isinstance(ord, (str, int, float, complex)) or not isinstance(dim, (tuple, list)):
        raise wrong_arguments("linalg_matrix_norm", (input, ord, dim))
    if isinstance(ord, complex):
        raise RuntimeError(f"{NAME}: Expected a non-complex scalar as the order of norm.")
    if ord not in ("fro", "nuc", *ORDERS):
        raise RuntimeError(f"{NAME}: Order {shown(ord)} not supported.")
    check_matrix(NAME, input)
    check_floating(NAME, input)
    dims = matrix_dims(dim, input.dim())
    check_dtype(input.dtype, dtype)
    if ord == "fro":
        return vector_norm.bound(input, 2, dims, keepdim, dtype=dtype)
    if ord in ("nuc", 2, -2):
        check_lapack(NAME, input)
        return spectral(input if dtype is None else input.to(dtype), ord, dims, keepdim)
    return of_sums(input, ord, dims, keepdim, dtype)


def shown(ord):
    """An order as C++ prints it."""
    return f"{ord:g}" if isinstance(ord, float) else str(ord)


def matrix_dims(dim, ndim):
    """Two different dims, counted from the front."""
    if len(dim) != 2:
        raise RuntimeError(f"{NAME}: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    first, second = (wrap_dim(d, ndim) for d in dim)
    if first == second:
        raise RuntimeError(f"{NAME}: dims must be different. Got ({first}, {second})")
    return first, second


def check_dtype(own, asked):
    """Refuse to compute in a dtype that loses something of the input's."""
    if asked is None:
        return
    if asked.category < 2:
        raise RuntimeError(
            f"{NAME}: dtype should be floating point or complex, but got {asked.scalar_type}"
        )
    if asked.is_complex is not own.is_complex:
        kind = "complex" if own.is_complex else "real"
        raise RuntimeError(
            f"{NAME}: dtype should be {kind} for {kind} inputs, but got {asked.scalar_type}"
        )
    if asked.itemsize < own.itemsize:
        narrowing = NARROWING.replace("linalg.vector_norm", NAME)
        raise RuntimeError(narrowing.format(own.scalar_type, asked.scalar_type))


def spectral(x, ord, dims, keepdim):
    """A norm by singular values."""
    n = x.dim()
    order = [d for d in range(n) if d not in dims] + [*dims]
    s = svdvals(x.permute(order))
    out = s.sum(-1, keepdim) if ord == "nuc" else extreme(s, ord, -1, keepdim)
    if not keepdim:
        return out
    return out.unsqueeze(-1).permute([order.index(d) for d in range(n)])


def of_sums(x, ord, dims, keepdim, dtype):
    """A norm by the sums over columns or rows."""
    summed, compared = dims if abs(ord) == 1 else reversed(dims)
    sums = vector_norm.bound(x, 1, summed, keepdim, dtype=dtype)
    if not keepdim and compared > summed:
        compared -= 1
    return extreme(sums, ord, compared, keepdim)


def extreme(x, ord, dim, keepdim):
    """The largest, for a negative `ord` the smallest, along `dim`; the largest of none is 0."""
    if ord > 0 and x.shape[dim] == 0:
        return x.sum(dim, keepdim)
    return x.amax(dim, keepdim) if ord > 0 else x.amin(dim, keepdim)


@public("linalg", out=True)
def norm(input, ord=None, dim=None, keepdim=False, *, dtype=None):
    """A norm of vectors or of matrices.

    It is that of `linalg.vector_norm` if `dim` is an int, that of `linalg.matrix_norm` if `dim` is
    two. Without `dim`, the input has to be a vector or a matrix. Without `ord`, the norm is 2 or
    "fro", of all elements if `dim` is not given either.

    Raises:
        RuntimeError: as those two functions, or if it is to be of more than two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), 2)
        tensor(4.)
    """
    as_tensor_argument("linalg_norm", "input", 1, input)
    dims = (dim,) if isinstance(dim, int) else dim
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {[*dims]}"
        )
    if ord is None:
        return vector_norm.bound(input, 2, dims, keepdim, dtype=dtype)
    if dims is None:
        if input.dim() not in (1, 2):
            raise RuntimeError(
                "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
                f"Got {input.dim()}D."
            )
        if isinstance(ord, str):
            return matrix_norm(input, ord, (-2, -1), keepdim, dtype=dtype)
        dims = tuple(range(input.dim()))
    if len(dims) == 1 and not isinstance(ord, str):
        return vector_norm.bound(input, ord, dims, keepdim, dtype=dtype)
    return matrix_norm(input, ord, tuple(dims), keepdim, dtype=dtype)


# -- condition -------------------------------------------------------------------------------


@public("linalg", out=True)
def cond(input, p=None):
    """The condition number of matrices: the norm of order `p` times that of the inverse.

    Args:
        p: an order of `linalg.matrix_norm`; 2 by default. The matrices need not be square for 2
            and -2, which give the quotient of the extreme singular values.

    Returns:
        Tensor: real; infinity for a singular matrix, and 0 for one without elements.

    Raises:
        RuntimeError: for another `p`, or matrices that are not square.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 0.5]]))
        tensor(8.)
    """
    as_tensor_argument("linalg_cond", "input", 1, input)
    check_conditionable(input, p)
    if not input.numel():
        nothing = input.new_zeros(input.shape[:-2])
        return nothing.real if nothing.dtype.is_complex else nothing
    if p is None or p in (2, -2):
        s = svdvals(input)
        k = s.shape[-1]
        ends = s.narrow(-1, 0, 1), s.narrow(-1, k - 1, 1)
        return (ends[1] / ends[0] if p == -2 else ends[0] / ends[1]).squeeze(-1)
    if p == "nuc":
        s = svdvals(input)
        return s.sum(-1) * s.reciprocal().sum(-1)
    inverse, info = inv_ex(input)
    inverse = inverse.masked_fill((info != 0).unsqueeze(-1).unsqueeze(-1), math.inf)
    product = matrix_norm(input, p) * matrix_norm(inverse, p)
    return product.nan_to_num(math.inf, math.inf, -math.inf)


def check_conditionable(input, p):
    """Refuse what is no matrix, not square where it must be, and what is no order of a norm."""
    if isinstance(p, str):
        check_square(f"linalg.cond(ord={p})", input)
    elif input.dim() < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if isinstance(p, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    if p is not None and p not in ("fro", "nuc", *ORDERS):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {shown(p)}")
    if p not in (None, 2, -2):
        check_square(f"linalg.cond(ord={shown(p)})", input)
