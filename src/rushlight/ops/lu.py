"""LU factors: `linalg.lu`, `lu_factor`, `lu_solve`, and their older forms."""

import numpy as np

from rushlight.kernels import dtypes, linalg
from rushlight.kernels.linalg import solve_triangular as solve_arrays
from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import (
    check_floating,
    check_info,
    check_kernel,
    check_solvable,
    check_square,
    values_of,
)
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    adjoint,
    by_columns,
    columns,
    named_results,
    rows,
)
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.ops.solve import solved

NO_PIVOT = "linalg.lu_factor: LU without pivoting is not implemented on the CPU"
SINGULAR = (
    "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero. If you still "
    "want to perform the factorization, consider calling linalg.lu(A, pivot) or "
    "linalg.lu_factor_ex(A, pivot)"
)
DEPRECATED = (
    "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and "
    "will be removed in a future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\n"
    "should be replaced with\nLU, pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\n"
    "LU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)\nshould be replaced with\n"
    "LU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)"
)
SOLVE_DEPRECATED = (
    "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a "
    "future PyTorch release.\nNote that torch.linalg.lu_solve has its arguments reversed.\n"
    "X = torch.lu_solve(B, LU, pivots)\nshould be replaced with\n"
    "X = torch.linalg.lu_solve(LU, pivots, B)"
)
PIVOT_DTYPE = (
    "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
    "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor"
)

# -- derivatives -----------------------------------------------------------------------------
#
# Of a square B = L U: dB = dL U + L dU, so with M = L^-1 dB U^-1 = L^-1 dL + dU U^-1, whose two
# terms are strictly lower and upper triangular, dL = L tril(M, -1) and dU = triu(M) U. What is
# more, in the longer of two dims, follows from the square part: U2 = L^-1 B2 of a wide matrix
# and L2 = B2 U^-1 of a tall one.


def gradient_of_factored(gl, gu, lower, upper):
    """The gradient of L U from those of L and U."""
    m, n = lower.shape[-2], upper.shape[-1]
    if m == n:
        return square_gradient(gl, gu, lower, upper)
    if m < n:
        u1, u2 = columns(upper, 0, m), columns(upper, m, n)
        right = solved(adjoint(lower), columns(gu, m, n), True, True, True)
        gl = gl - right @ adjoint(u2)
        return cat([square_gradient(gl, columns(gu, 0, m), lower, u1), right], -1)
    l1, l2 = rows(lower, 0, n), rows(lower, n, m)
    below = solved(adjoint(upper), rows(gl, n, m), False, False)
    gu = gu - adjoint(l2) @ below
    return cat([square_gradient(rows(gl, 0, n), gu, l1, upper), below], -2)


def square_gradient(gl, gu, lower, upper):
    middle = (adjoint(lower) @ gl).tril(-1) + (gu @ adjoint(upper)).triu()
    middle = solved(adjoint(lower), middle, True, True, True)
    return solved(adjoint(upper), middle, False, False)


def tangents_of_factors(t, lower, upper):
    """The tangents of L and U from that of L U."""
    m, n = t.shape[-2:]
    k = min(m, n)
    l1, u1 = rows(lower, 0, k), columns(upper, 0, k)
    middle = solved(l1, rows(columns(t, 0, k), 0, k), False, True, True)
    middle = solved(u1, middle, True, False)
    tl, tu = l1 @ middle.tril(-1), middle.triu() @ u1
    if m < n:
        right = columns(t, m, n) - tl @ columns(upper, m, n)
        tu = cat([tu, solved(lower, right, False, True, True)], -1)
    elif m > n:
        below = rows(t, n, m) - rows(lower, n, m) @ tu
        tl = cat([tl, solved(upper, below, True, False)], -2)
    return tl, tu


def packed(lower, upper):
    """What stands for L below the diagonal and for U from it on, in one matrix."""
    m, n = lower.shape[-2], upper.shape[-1]
    lower, upper = lower.tril(-1), upper.triu()
    if m < n:
        lower = cat([lower, lower.new_zeros((*lower.shape[:-1], n - m))], -1)
    elif m > n:
        upper = cat([upper, upper.new_zeros((*upper.shape[:-2], m - n, n))], -2)
    return lower + upper


def unpacked(lu):
    """L, U of packed factors, as tensors; L with ones on the diagonal."""
    m, n = lu.shape[-2:]
    k = min(m, n)
    lower = columns(lu, 0, k).tril(-1)
    lower = lower + packed_ones(lower)
    return lower, rows(lu, 0, k).triu()


def packed_ones(lower):
    """Ones on the main diagonal of zeros shaped like `lower`, which has no more columns."""
    m, k = lower.shape[-2:]
    ones = lower.new_ones((*lower.shape[:-2], k)).diag_embed()
    if m == k:
        return ones
    return cat([ones, lower.new_zeros((*lower.shape[:-2], m - k, k))], -2)


class permuting(MatrixOperation):
    """The matrix P of pivots, with `A = P L U`."""

    core = (1,)

    def forward(pivots, m, dtype):
        return linalg.permutation_matrix(pivots, m, dtype.numpy)


# -- decompositions --------------------------------------------------------------------------


class linalg_lu_factor_ex(Decomposition):
    """Packed factors, pivots, and the place of a zero pivot."""

    def forward(a):
        lu, pivots, info = linalg.lu_factor(a)
        return by_columns(lu), pivots, info

    def vjp_a(g, ans0, ans1):
        lower, upper = unpacked(ans0)
        gl, gu = columns(g[0], 0, lower.shape[-1]), rows(g[0], 0, upper.shape[-2])
        out = gradient_of_factored(gl.tril(-1), gu.triu(), lower, upper)
        return permuting(ans1, ans0.shape[-2], ans0.dtype) @ out

    def jvp(tangents, ans0, ans1):
        p = permuting(ans1, ans0.shape[-2], ans0.dtype)
        t = p.transpose(-2, -1) @ tangents[0]
        return packed(*tangents_of_factors(t, *unpacked(ans0))), None, None


class linalg_lu_(Decomposition):
    """The pivots, L and U."""

    public_name = "linalg_lu"

    def forward(a):
        lu, pivots, _ = linalg.lu_factor(a)
        return (pivots, *linalg.lu_unpack(lu))

    def vjp_a(g, ans0, ans1, ans2):
        p = permuting(ans0, ans1.shape[-2], ans1.dtype)
        return p @ gradient_of_factored(g[1], g[2].triu(), ans1, ans2)

    def jvp(tangents, ans0, ans1, ans2):
        p = permuting(ans0, ans1.shape[-2], ans1.dtype)
        t = p.transpose(-2, -1) @ tangents[0]
        return None, *tangents_of_factors(t, ans1, ans2)


def check_factorable(name, A, pivot):
    if A.dim() < 2:
        raise RuntimeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {[*A.shape]} instead"
        )
    check_kernel("lu_cpu", A)
    if not pivot:
        raise RuntimeError(NO_PIVOT)


@public("linalg", out=True, name="lu")
def linalg_lu_public(A, *, pivot=True):
    """P, L, U with `A = P L U`: a permutation, and factors with triangles of zeros.

    Of a matrix m x n, with k the smaller of the two, P is m x m, L is m x k with ones on its
    diagonal, and U is k x n. There is always a factorization, of a singular matrix too.

    Raises:
        RuntimeError: for fewer than two dims, and for `pivot=False`.

    Example:
        >>> import rushlight as torch
        >>> P, L, U = torch.linalg.lu(torch.tensor([[1.0, 2.0], [2.0, 2.0]]))
        >>> L
        tensor([[1.0000, 0.0000],
                [0.5000, 1.0000]])
        >>> U
        tensor([[2., 2.],
                [0., 1.]])
    """
    as_tensor_argument("linalg_lu", "A", 1, A)
    check_factorable("linalg.lu", A, pivot)
    pivots, L, U = linalg_lu_(A)
    return named_results("linalg_lu", (permuting(pivots, A.shape[-2], A.dtype), L, U))


def factored(function, A, pivot):
    as_tensor_argument(function, "A", 1, A)
    check_factorable("torch.lu_factor", A, pivot)
    return linalg_lu_factor_ex(A)


@public("linalg", out=True)
def lu_factor(A, *, pivot=True):
    """The factors of `linalg.lu` in one matrix, and the rows exchanged, for `linalg.lu_solve`.

    Returns:
        LU: shaped like `A`, L below the diagonal (its ones are not there) and U from it on.
        pivots: int32, of the smaller size k; step i exchanged row i with `pivots[i] - 1`.

    Raises:
        RuntimeError: a pivot is zero, so that no system could be solved.

    Example:
        >>> import rushlight as torch
        >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [2.0, 2.0]]))
        >>> LU
        tensor([[2.0000, 2.0000],
                [0.5000, 1.0000]])
        >>> pivots
        tensor([2, 2], dtype=torch.int32)
    """
    LU, pivots, info = factored("linalg_lu_factor", A, pivot)
    check_info("torch.linalg.lu_factor", info, SINGULAR, RuntimeError)
    return named_results("linalg_lu_factor", (LU, pivots))


@public("linalg", out=True)
def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """`linalg.lu_factor` that tells of a zero pivot by a third result, `info`.

    It is the pivot's place, counted from 1, and 0 where there is none. With `check_errors` it is
    an error after all.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.lu_factor_ex(torch.zeros(2, 2)).info
        tensor(1, dtype=torch.int32)
    """
    out = factored("linalg_lu_factor_ex", A, pivot)
    if check_errors:
        check_info("torch.linalg.lu_factor_ex", out[2], SINGULAR, RuntimeError)
    return named_results("linalg_lu_factor_ex", out)


@public("torch Tensor")
def lu(A, pivot=True, get_infos=False, out=None):
    """`linalg.lu_factor` without its error, deprecated: (LU, pivots), and info if `get_infos`.

    Example:
        >>> import rushlight as torch
        >>> torch.eye(2).lu()[1]
        tensor([1, 2], dtype=torch.int32)
    """
    as_tensor_argument("_lu_with_info", "input", 1, A)
    warn_once(DEPRECATED)
    check_factorable("torch.lu_factor", A, pivot)
    results = linalg_lu_factor_ex(A)
    results = named_results("_lu_with_info", results) if get_infos else results[:2]
    if out is None:
        return results
    if not isinstance(out, (tuple, list)):
        raise TypeError(f"argument 'out' must be tuple of Tensors, not {type(out).__name__}")
    if len(out) - int(get_infos) != 2:
        raise TypeError(f"expected tuple of {2 + int(get_infos)} elements but got {len(out)}")
    for target, result in zip(out, results, strict=True):
        target.resize_as_(result).copy_(result)
    return out


# -- unpacking -------------------------------------------------------------------------------


class lu_unpack_(Decomposition):
    """L and U of packed factors."""

    public_name = "lu_unpack"

    def forward(lu):
        return linalg.lu_unpack(lu)

    def vjp_lu(g):
        return packed(*g)

    def jvp(tangents, lu_shape):
        t, k = tangents[0], min(lu_shape[-2:])
        return columns(t, 0, k).tril(-1), rows(t, 0, k).triu()


@public("torch", out=True)
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """P, L, U of the results of `linalg.lu_factor`; without elements what is not to be unpacked.

    Raises:
        RuntimeError: the pivots are not contiguous int32, or out of range.

    Example:
        >>> import rushlight as torch
        >>> P, L, U = torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[4.0, 2.0], [2.0, 3.0]])))
        >>> L @ U
        tensor([[4., 2.],
                [2., 3.]])
    """
    as_tensor_argument("lu_unpack", "LU_data", 1, LU_data)
    as_tensor_argument("lu_unpack", "LU_pivots", 2, LU_pivots)
    if LU_data.dim() < 2:
        raise RuntimeError(
            "torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: "
            f"{[*LU_data.shape]} instead"
        )
    if unpack_pivots and LU_pivots.dtype is not dtypes.int32:
        raise RuntimeError(PIVOT_DTYPE)
    if unpack_pivots and out_of_range(LU_pivots, LU_data.shape[-2]):
        raise RuntimeError(
            "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive."
            "Did you properly pass the result of lu_factor?"
        )
    none = LU_data.new_empty((0,))
    P = permuting(LU_pivots, LU_data.shape[-2], LU_data.dtype) if unpack_pivots else none
    L, U = lu_unpack_(LU_data) if unpack_data else (none, none)
    return named_results("lu_unpack", (P, L, U))


def out_of_range(pivots, m):
    """-1 if a pivot is less than 1, 1 if one is more than `m`, else 0."""
    values = values_of(pivots)
    if not values.size:
        return 0
    return -1 if values.min() < 1 else int(values.max() > m)


# -- solving ---------------------------------------------------------------------------------


class linalg_lu_solve(MatrixOperation):
    """X of `A X = B` or `A^H X = B`, and of `X A = B`, `X A^H = B` if not `left`, for A = P L U.

    `X A = B` is `A^H X^H = B^H`, so the rules speak of a left A only. With Z = P^T X the adjoint
    system is L^H Z = Y, U^H Y = B.
    """

    tensors = 3
    core = (2, 1, 2)

    def forward(lu, pivots, b, left, adjoined):
        if not left:
            b, adjoined = b.swapaxes(-1, -2).conj(), not adjoined
        x = (solve_adjoint if adjoined else solve_plain)(lu, pivots, b)
        return by_columns(x) if left else x.swapaxes(-1, -2).conj()

    def vjp(g, lu, pivots, ans, left, adjoined, need):
        gb = linalg_lu_solve(lu, pivots, g, left, not adjoined)
        glu = None
        if need[0]:
            glu = gradient_of_solving(lu, pivots, *sides(ans, g, gb, left, adjoined))
        return glu, None, gb if need[2] else None

    def jvp_lu(t, lu, pivots, ans, left, adjoined):
        x, _, _, adjoined = sides(ans, ans, ans, left, adjoined)
        lower, upper = unpacked(lu)
        p = permuting(pivots, lu.shape[-2], lu.dtype)
        tl, tu = t.tril(-1), t.triu()
        if adjoined:
            z = p.transpose(-2, -1) @ x
            y = adjoint(lower) @ z
            moved = adjoint(tl) @ z + solved(adjoint(upper), adjoint(tu) @ y, False)
            moved = p @ solved(adjoint(lower), moved, True, True, True)
        else:
            moved = solved(lower, tl @ (upper @ x), False, True, True)
            moved = solved(upper, tu @ x + moved, True)
        return -(moved if left else adjoint(moved))

    def jvp_b(t, lu, pivots, left, adjoined):
        return linalg_lu_solve(lu, pivots, t, left, adjoined)


def sides(x, g, gb, left, adjoined):
    """Solution, cotangent, gradient of B and adjointness as those of a system with A on the left."""
    return (x, g, gb, adjoined) if left else (adjoint(x), adjoint(g), adjoint(gb), not adjoined)


def gradient_of_solving(lu, pivots, x, g, gb, adjoined):
    """The gradient of the packed factors from those of X and of B."""
    lower, upper = unpacked(lu)
    p = permuting(pivots, lu.shape[-2], lu.dtype).transpose(-2, -1)
    if adjoined:
        z = p @ x
        gy = solved(lower, p @ g, False, True, True)
        gl = -z @ adjoint(gy)
        gu = -(adjoint(lower) @ z) @ adjoint(gb)
    else:
        inner = p @ gb
        gl = -(inner @ adjoint(upper @ x))
        gu = -(adjoint(lower) @ inner) @ adjoint(x)
    return gl.tril(-1) + gu.triu()


def solve_plain(lu, pivots, b):
    """X of `P L U X = B` on arrays."""
    order = linalg.permutation(pivots, lu.shape[-1])
    batch = np.broadcast_shapes(order.shape[:-1], b.shape[:-2])
    b = np.broadcast_to(b, batch + b.shape[-2:])
    order = np.broadcast_to(order, batch + order.shape[-1:])
    x = solve_arrays(lu, np.take_along_axis(b, order[..., None], -2), False, True)
    return solve_arrays(lu, x, True)


def solve_adjoint(lu, pivots, b):
    """X of `U^H L^H P^T X = B` on arrays."""
    h = lu.swapaxes(-1, -2).conj()
    x = solve_arrays(h, solve_arrays(h, b, False), True, True)
    order = np.argsort(linalg.permutation(pivots, lu.shape[-1]), -1)
    order = np.broadcast_to(order, x.shape[:-2] + order.shape[-1:])
    return np.take_along_axis(x, order[..., None], -2)


def check_lu_solve(LU, pivots, B, left):
    """PyTorch's refusals, in its order."""
    check_floating("torch.linalg.lu_solve", LU)
    if LU.dtype is not B.dtype:
        raise RuntimeError(
            "linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type "
            f"{LU.dtype.scalar_type} and B of type {B.dtype.scalar_type} instead"
        )
    if pivots.dtype is not dtypes.int32:
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    check_square("torch.linalg.lu_solve", LU)
    check_solvable("linalg.lu_solve", LU, B, left)
    if LU.shape[-1] != pivots.shape[-1]:
        raise RuntimeError(
            "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the "
            "matrix"
        )
    if LU.shape[:-1] != pivots.shape:
        raise RuntimeError(
            "linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got "
            f"pivots with shape {[*pivots.shape]} instead"
        )
    common_shape([B.shape[:-2], LU.shape[:-2]])
    check_kernel("linalg.lu_solve_cpu", LU)
    side = out_of_range(pivots, LU.shape[-2])
    if side:
        bound = "greater or equal to 1" if side < 0 else "smaller or equal to LU.size(-2)"
        raise RuntimeError(
            f"Pivots given to lu_solve must all be {bound}. Did you properly pass the result of "
            "lu_factor?"
        )


@public("linalg", out=True, name="lu_solve")
def linalg_lu_solve_public(LU, pivots, B, *, left=True, adjoint=False):
    """X of `A X = B` for the A that `linalg.lu_factor` made `LU` and `pivots` of.

    Args:
        LU, pivots: what `linalg.lu_factor` gave for ... x n x n.
        B: ... x n x k, or ... x k x n if not `left`.
        left: solve `A X = B`, else `X A = B`.
        adjoint: take A^H for A.

    Raises:
        RuntimeError: sizes, dtypes or pivots that do not fit.

    Example:
        >>> import rushlight as torch
        >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
        >>> torch.linalg.lu_solve(LU, pivots, torch.tensor([[3.0], [4.0]]))
        tensor([[2.],
                [3.]])
    """
    for i, (name, x) in enumerate((("LU", LU), ("pivots", pivots), ("B", B))):
        as_tensor_argument("linalg_lu_solve", name, i + 1, x)
    check_lu_solve(LU, pivots, B, left)
    return linalg_lu_solve(LU, pivots, B, bool(left), bool(adjoint))


@public("torch Tensor", out=True)
def lu_solve(input, LU_data, LU_pivots):
    """`linalg.lu_solve(LU_data, LU_pivots, input)`, deprecated.

    Example:
        >>> import rushlight as torch
        >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
        >>> torch.lu_solve(torch.tensor([[3.0], [4.0]]), LU, pivots)
        tensor([[2.],
                [3.]])
    """
    names = (("input", input), ("LU_data", LU_data), ("LU_pivots", LU_pivots))
    for i, (name, x) in enumerate(names):
        as_tensor_argument("lu_solve", name, i + 1, x)
    warn_once(SOLVE_DEPRECATED)
    check_lu_solve(LU_data, LU_pivots, input, True)
    return linalg_lu_solve(LU_data, LU_pivots, input, True, False)
