"""LDL factors of symmetric and Hermitian matrices, definite or not."""

from rushlight.kernels.linalg_ldl import ldl_factor as factor_arrays
from rushlight.kernels.linalg_ldl import ldl_solve as solve_arrays
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.linalg_checks import (
    check_floating,
    check_info,
    check_kernel,
    check_legacy_solvable,
    check_square,
)
from rushlight.ops.matrices import Decomposition, MatrixOperation, by_columns, named_results
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape

SINGULAR = (
    "D[{0},{0}] is zero and using it on ldl_solve would result in a division by zero. If you "
    "still want to perform the factorization, consider calling linalg.ldl_factor_ex"
)


class linalg_ldl_factor_ex(Decomposition):
    """L and D in one matrix, pivots, and the place of a zero in D; no derivative."""

    node = "NotImplemented"

    def forward(a, hermitian):
        ld, pivots, info = factor_arrays(a, hermitian and a.dtype.kind == "c")
        return by_columns(ld), pivots, info

    def vjp_a(g):
        raise RuntimeError("derivative for aten::linalg_ldl_factor_ex is not implemented")


def factored(function, input, hermitian):
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
    LD, pivots, info = factored("linalg_ldl_factor", input, hermitian)
    check_info("torch.linalg.ldl_factor", info, SINGULAR, RuntimeError)
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
    out = factored("linalg_ldl_factor_ex", input, hermitian)
    if check_errors:
        check_info("torch.linalg.ldl_factor_ex", out[2], SINGULAR, RuntimeError)
    return named_results("linalg_ldl_factor_ex", out)


class linalg_ldl_solve(MatrixOperation):
    """X of `A X = B`; no derivative."""

    node = "NotImplemented"
    tensors = 3
    core = (2, 1, 2)

    def forward(ld, pivots, b, hermitian):
        return by_columns(solve_arrays(ld, pivots, b, hermitian and ld.dtype.kind == "c"))

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
