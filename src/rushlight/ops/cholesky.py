"""Factors of symmetric and Hermitian matrices: Cholesky and LDL."""

import numpy as np

from rushlight.kernels.linalg import cholesky as factor_arrays
from rushlight.kernels.linalg import ldl_factor as ldl_arrays
from rushlight.kernels.linalg import ldl_solve as ldl_solve_arrays
from rushlight.kernels.linalg import main_diagonal
from rushlight.kernels.linalg import solve_triangular as solve_arrays
from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.linalg_checks import (
    check_floating,
    check_info,
    check_kernel,
    check_legacy_solvable,
    check_square,
    values_of,
)
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    adjoint,
    by_columns,
    half_lower,
    named_results,
)
from rushlight.ops.products import adjoint as array_adjoint
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.ops.solve import solved

NOT_DEFINITE = (
    "The factorization could not be completed because the input is not positive-definite (the "
    "leading minor of order {} is not positive-definite)."
)
SINGULAR = (
    "The diagonal element {} is zero, the inversion could not be completed because the input "
    "matrix is singular."
)
DEPRECATED = (
    "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a "
    "future PyTorch release.\nL = torch.cholesky(A)\nshould be replaced with\n"
    "L = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, upper=True)\n"
    "should be replaced with\nU = torch.linalg.cholesky(A).mH\n"
    "This transform will produce equivalent results for all valid (symmetric positive definite) "
    "inputs."
)

# -- the factor ------------------------------------------------------------------------------
#
# With P the lower triangle with half of its diagonal: from dA = dL L^H + L dL^H,
# L^-1 dA L^-H = L^-1 dL + (L^-1 dL)^H, so dL = L P(L^-1 dA L^-H), and the gradient is
# L^-H P(L^H gL) L^-1, of which the Hermitian part counts. As in PyTorch the imaginary diagonal of
# L^H gL, which means nothing, stays.


def factor(a, upper):
    """The factor and `info` of an array."""
    if not a.size:
        return a.copy(), np.zeros(a.shape[:-2], np.int32)
    lower, info = factor_arrays(array_adjoint(a) if upper else a)
    return by_columns(array_adjoint(lower) if upper else lower), info


def gradient(g, factor, upper):
    lower = adjoint(factor) if upper else factor
    middle = (adjoint(lower) @ (adjoint(g) if upper else g)).tril()
    middle = (middle + adjoint(middle.tril(-1))) / 2
    return solved(adjoint(lower), solved(lower, middle, False, False), True)


def tangent(t, factor, upper):
    lower = adjoint(factor) if upper else factor
    middle = solved(adjoint(lower), solved(lower, t, False), True, False)
    moved = lower @ half_lower(middle)
    return adjoint(moved) if upper else moved


class linalg_cholesky_ex(Decomposition):
    """The factor, and the order of the first minor that is not positive."""

    def forward(a, upper):
        return factor(a, upper)

    def vjp_a(g, ans0, upper):
        return gradient(g[0], ans0, upper)

    def jvp(tangents, ans0, upper):
        return tangent(tangents[0], ans0, upper), None


class cholesky_(MatrixOperation):
    """The factor; an error where there is none."""

    def forward(a, upper):
        out, info = factor(a, upper)
        check_info("cholesky", info, NOT_DEFINITE)
        return out

    def vjp_a(g, ans, upper):
        return gradient(g, ans, upper)

    def jvp_a(t, ans, upper):
        return tangent(t, ans, upper)


def factored(function, input, upper):
    as_tensor_argument(function, "input", 1, input)
    check_square("linalg.cholesky", input)
    check_floating("linalg.cholesky", input)
    check_kernel("cholesky_cpu", input)
    return linalg_cholesky_ex(input, bool(upper))


@public("linalg", out=True, name="cholesky")
def linalg_cholesky(input, *, upper=False):
    """The lower triangular L with `input = L L^H`, for positive definite matrices ... x n x n.

    That they are Hermitian is not checked: only the lower triangle is read. With `upper` it is
    the upper one, and the result the U with `input = U^H U`.

    Raises:
        LinAlgError: a matrix is not positive definite.
        RuntimeError: they are not square, or of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
        tensor([[2., 0.],
                [1., 2.]])
    """
    L, info = factored("linalg_cholesky", input, upper)
    check_info("linalg.cholesky", info, NOT_DEFINITE)
    return L


@public("linalg", out=True)
def cholesky_ex(input, *, upper=False, check_errors=False):
    """`linalg.cholesky` that tells by a second result, `info`, where a matrix is not definite.

    It is the order of the first leading minor that is not positive, 0 if all are; then what stands
    in L is of no use. With `check_errors` it is an error after all.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.cholesky_ex(torch.tensor([[1.0, 2.0], [2.0, 1.0]])).info
        tensor(2, dtype=torch.int32)
    """
    out = factored("linalg_cholesky_ex", input, upper)
    if check_errors:
        check_info("linalg.cholesky_ex", out[1], NOT_DEFINITE)
    return named_results("linalg_cholesky_ex", out)


@public("torch Tensor", out=True)
def cholesky(input, upper=False):
    """`linalg.cholesky(input, upper=upper)`, deprecated.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[4.0, 2.0], [2.0, 5.0]]).cholesky()
        tensor([[2., 0.],
                [1., 2.]])
    """
    as_tensor_argument("cholesky", "input", 1, input)
    warn_once(DEPRECATED)
    if input.numel():
        check_square("cholesky", input)
    check_kernel("cholesky_cpu", input)
    return cholesky_(input, bool(upper))


# -- solving with it -------------------------------------------------------------------------


def solve_factored(factor, b, upper):
    """X of `A X = b` on arrays, for the A that has the factor."""
    first, second = (array_adjoint(factor), factor) if upper else (factor, array_adjoint(factor))
    return solve_arrays(second, solve_arrays(first, b, False), True)


def hermitian(x):
    """`x + x^H`."""
    return x + adjoint(x)


def of_factor(g, factor, upper):
    """The gradient of a factor from that of A, whose Hermitian part is `g / 2`."""
    return factor @ g if upper else g @ factor


class cholesky_solve_(MatrixOperation):
    """X of `A X = b` for the A that has the factor."""

    public_name = "cholesky_solve"
    tensors = 2

    def forward(b, factor, upper):
        return by_columns(solve_factored(factor, b, upper))

    def vjp(g, factor, ans, upper, need):
        gb = cholesky_solve_(g, factor, upper)
        if not need[1]:
            return gb, None
        return gb, of_factor(-hermitian(gb @ adjoint(ans)), factor, upper)

    def jvp_b(t, factor, upper):
        return cholesky_solve_(t, factor, upper)

    def jvp_factor(t, factor, ans, upper):
        moved = hermitian(adjoint(t) @ factor if upper else t @ adjoint(factor))
        return -cholesky_solve_(moved @ ans, factor, upper)


@public("torch Tensor", out=True)
def cholesky_solve(input, input2, upper=False):
    """X of `A X = input` for the A whose Cholesky factor is `input2`.

    Args:
        input: ... x n x k.
        input2: ... x n x n, as `linalg.cholesky` gives it.
        upper: is it the upper factor?

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    Example:
        >>> import rushlight as torch
        >>> L = torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
        >>> torch.cholesky_solve(torch.tensor([[6.0], [7.0]]), L)
        tensor([[1.],
                [1.]])
    """
    as_tensor_argument("cholesky_solve", "input", 1, input)
    as_tensor_argument("cholesky_solve", "input2", 2, input2)
    for x, word in ((input, "b"), (input2, "u")):
        if x.dim() < 2:
            raise RuntimeError(
                f"{word} should have at least 2 dimensions, but has {x.dim()} dimensions instead"
            )
    check_legacy_solvable("cholesky_solve", input, input2)
    common_shape([input.shape[:-2], input2.shape[:-2]])
    check_kernel("cholesky_solve_cpu", input)
    return cholesky_solve_(input, input2, bool(upper))


class cholesky_inverse_(MatrixOperation):
    """The inverse of the A that has the factor."""

    public_name = "cholesky_inverse"

    def forward(factor, upper):
        one = np.eye(factor.shape[-1], dtype=factor.dtype)
        return by_columns(solve_factored(factor, one, upper))

    def vjp_factor(g, factor, ans, upper):
        return of_factor(-(ans @ hermitian(g) @ ans), factor, upper)

    def jvp_factor(t, factor, ans, upper):
        moved = t @ ans if upper else ans @ t
        return -hermitian(solved(factor, moved, upper, upper))


@public("torch Tensor", out=True)
def cholesky_inverse(input, upper=False):
    """The inverse of the matrix whose Cholesky factor is `input`.

    Raises:
        LinAlgError: the factor has a zero on its diagonal.
        RuntimeError: it is not square.

    Example:
        >>> import rushlight as torch
        >>> torch.cholesky_inverse(torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([[0.2500, 0.0000],
                [0.0000, 1.0000]])
    """
    as_tensor_argument("cholesky_inverse", "input", 1, input)
    check_square("cholesky_inverse", input)
    check_kernel("cholesky_inverse_out_cpu", input)
    check_info("cholesky_inverse", first_zero(input), SINGULAR)
    return cholesky_inverse_(input, bool(upper))


def first_zero(factor):
    """The place of the first zero on each diagonal, counted from 1; 0 for none."""
    zero = main_diagonal(values_of(factor)) == 0
    if not zero.shape[-1]:
        return np.zeros(zero.shape[:-1], np.int32)
    return np.where(zero.any(-1), zero.argmax(-1) + 1, 0)


SINGULAR_BLOCKS = (
    "D[{0},{0}] is zero and using it on ldl_solve would result in a division by zero. If you "
    "still want to perform the factorization, consider calling linalg.ldl_factor_ex"
)


class linalg_ldl_factor_ex(Decomposition):
    """L and D in one matrix, pivots, and the place of a zero in D; no derivative."""

    node = "NotImplemented"

    def forward(a, hermitian):
        ld, pivots, info = ldl_arrays(a, hermitian and a.dtype.kind == "c")
        return by_columns(ld), pivots, info

    def vjp_a(g):
        raise RuntimeError("derivative for aten::linalg_ldl_factor_ex is not implemented")


def ldl_factored(function, input, hermitian):
    as_tensor_argument(function, "input", 1, input)
    check_square("torch.linalg.ldl_factor_ex", input)
    check_floating("torch.linalg.ldl_factor_ex", input)
    check_kernel("ldl_factor_kernel_cpu", input)
    return linalg_ldl_factor_ex(input, bool(hermitian))


@public("linalg", out=True)
def ldl_factor(input, *, hermitian=False):
    """The factors of `A = L D L^T` (`L D L^H` if `hermitian`), L with ones on its diagonal.

    D has blocks of one or two on its diagonal. Only the lower triangles of the matrices are read.
    There are no derivatives.

    Returns:
        LD: L and D in LAPACK's layout.
        pivots: int32, the rows exchanged, for `linalg.ldl_solve`.

    Raises:
        RuntimeError: D has a zero on its diagonal; matrices are not square, or of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.ldl_factor(torch.tensor([[2.0, 0.0], [1.0, 1.0]])).LD
        tensor([[2.0000, 0.0000],
                [0.5000, 0.5000]])
    """
    LD, pivots, info = ldl_factored("linalg_ldl_factor", input, hermitian)
    check_info("torch.linalg.ldl_factor", info, SINGULAR_BLOCKS, RuntimeError)
    return named_results("linalg_ldl_factor", (LD, pivots))


@public("linalg", out=True)
def ldl_factor_ex(input, *, hermitian=False, check_errors=False):
    """`linalg.ldl_factor` that tells of a zero in D by a third result, `info`.

    It is the zero's place, counted from 1, and 0 where there is none. With `check_errors` it is
    an error after all.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.ldl_factor_ex(torch.zeros(2, 2)).info
        tensor(1, dtype=torch.int32)
    """
    out = ldl_factored("linalg_ldl_factor_ex", input, hermitian)
    if check_errors:
        check_info("torch.linalg.ldl_factor_ex", out[2], SINGULAR_BLOCKS, RuntimeError)
    return named_results("linalg_ldl_factor_ex", out)


class linalg_ldl_solve(MatrixOperation):
    """X of `A X = B`; no derivative."""

    node = "NotImplemented"
    tensors = 3
    core = (2, 1, 2)

    def forward(ld, pivots, b, hermitian):
        return by_columns(ldl_solve_arrays(ld, pivots, b, hermitian and ld.dtype.kind == "c"))

    def vjp_ld(g):
        raise RuntimeError("derivative for aten::linalg_ldl_solve is not implemented")

    vjp_b = vjp_ld


@public("linalg", out=True)
def ldl_solve(LD, pivots, B, *, hermitian=False):
    """X of `A X = B` for the A that `linalg.ldl_factor` made `LD` and `pivots` of.

    There are no derivatives.

    Args:
        LD, pivots: what `linalg.ldl_factor` gave for ... x n x n.
        B: ... x n x k.
        hermitian: what `linalg.ldl_factor` was told.

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    Example:
        >>> import rushlight as torch
        >>> LD, pivots = torch.linalg.ldl_factor(torch.tensor([[2.0, 1.0], [1.0, 1.0]]))
        >>> torch.linalg.ldl_solve(LD, pivots, torch.tensor([[3.0], [2.0]]))
        tensor([[1.],
                [1.]])
    """
    for i, (name, x) in enumerate((("LD", LD), ("pivots", pivots), ("B", B))):
        as_tensor_argument("linalg_ldl_solve", name, i + 1, x)
    check_square("torch.linalg.ldl_solve", LD)
    check_floating("torch.linalg.ldl_solve", LD)
    if B.dim() < 2:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-max(B.dim(), 1)}, "
            f"{max(B.dim(), 1) - 1}], but got -2)"
        )
    check_legacy_solvable("torch.linalg.ldl_solve", B, LD)
    if LD.shape[:-1] != pivots.shape:
        raise RuntimeError(
            "torch.linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same, but "
            f"got pivots with shape {[*pivots.shape]} instead"
        )
    common_shape([B.shape[:-2], LD.shape[:-2]])
    check_kernel("ldl_solve_kernel_cpu", LD)
    return linalg_ldl_solve(LD, pivots, B, bool(hermitian))
