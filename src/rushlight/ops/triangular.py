"""Triangular systems of equations: `linalg.solve_triangular` and `triangular_solve`."""

import numpy as np

from rushlight.kernels.linalg_triangular import solve_triangular as solve_arrays
from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.linalg_checks import check_kernel, check_legacy_solvable, check_solvable
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    adjoint,
    by_columns,
    named_results,
)
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.tape.gradients import sum_to

DEPRECATED = (
    "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be "
    "removed in a future PyTorch release.\ntorch.linalg.solve_triangular has its arguments "
    "reversed and does not return a copy of one of the inputs.\n"
    "X = torch.triangular_solve(B, A).solution\nshould be replaced with\n"
    "X = torch.linalg.solve_triangular(A, B)."
)


class linalg_solve_triangular(MatrixOperation):
    """X of `A X = B`, or of `X A = B` if not `left`.

    From dA X + A dX = dB: the gradient of B solves the system with A^H, that of A is -gB X^H.
    """

    tensors = 2

    def forward(a, b, upper, left, unit):
        if left:
            return by_columns(solve_arrays(a, b, upper, unit))
        a, b = a.swapaxes(-1, -2), b.swapaxes(-1, -2)
        return solve_arrays(a, b, not upper, unit).swapaxes(-1, -2)

    def vjp(g, a, ans, upper, left, unit, need):
        gb = linalg_solve_triangular(adjoint(a), g, not upper, left, unit)
        if not need[0]:
            return None, gb
        ga = gb @ adjoint(ans) if left else adjoint(ans) @ gb
        return -triangle(ga, upper, unit), gb if need[1] else None

    def jvp_a(t, a, ans, upper, left, unit):
        t = triangle(t, upper, unit)
        return linalg_solve_triangular(a, -(t @ ans if left else ans @ t), upper, left, unit)

    def jvp_b(t, a, upper, left, unit):
        return linalg_solve_triangular(a, t, upper, left, unit)


def triangle(x, upper, unit):
    """The triangle of `x` that is read; without the diagonal if that is taken to be ones."""
    return x.triu(int(unit)) if upper else x.tril(-int(unit))


def solved(a, b, upper, left=True, unit=False):
    """`linalg_solve_triangular` for rules."""
    return linalg_solve_triangular(a, b, upper, left, unit)


@public("linalg", out=True, name="solve_triangular")
def solve_triangular(input, B, *, upper, left=True, unitriangular=False):
    """X of `input X = B` for a triangular `input`, or of `X input = B` if not `left`.

    Args:
        input: ... x n x n, read on and above the diagonal if `upper`, else on and below it.
        B: ... x n x k (... x k x n if not `left`), of the same dtype.
        unitriangular: take the diagonal to be of ones, without reading it.

    A zero on the diagonal gives infinities and NaN, no error. Batch dims broadcast.

    Raises:
        RuntimeError: `input` is not square, or the sizes do not fit.

    Example:
        >>> import rushlight as torch
        >>> A = torch.tensor([[2.0, 0.0], [1.0, 1.0]])
        >>> torch.linalg.solve_triangular(A, torch.tensor([[2.0], [3.0]]), upper=False)
        tensor([[1.],
                [2.]])
    """
    as_tensor_argument("linalg_solve_triangular", "input", 1, input)
    as_tensor_argument("linalg_solve_triangular", "B", 2, B)
    check_solvable("linalg.solve_triangular", input, B, left)
    common_shape([B.shape[:-2], input.shape[:-2]])
    check_kernel("triangular_solve_cpu", input)
    return linalg_solve_triangular(
        input, B.to(input.dtype), bool(upper), bool(left), bool(unitriangular)
    )


class triangular_solve_(Decomposition):
    """X of `A X = b`, `A^T X = b` or `A^H X = b`, and a copy of A."""

    public_name = "triangular_solve"
    tensors = 2
    expands = True

    def forward(b, a, upper, transpose, unit):
        m = a.swapaxes(-1, -2) if transpose else a
        x = solve_arrays(m, b, upper != transpose, unit)
        return by_columns(x), by_columns(np.broadcast_to(a, x.shape[:-2] + a.shape[-2:]))

    def vjp(g, a, ans0, b_shape, upper, transpose, unit, need):
        m = a.conj() if transpose else adjoint(a)
        gb = solved(m, g[0], upper == transpose, True, unit)
        ga = -(ans0.conj() @ gb.transpose(-2, -1) if transpose else gb @ adjoint(ans0))
        ga = triangle(ga, upper, unit) + g[1]
        return sum_to(gb, b_shape) if need[0] else None, sum_to(ga, a.shape)

    def jvp(tangents, a, ans0, upper, transpose, unit):
        tb, ta = tangents
        moved = 0 if tb is None else tb
        if ta is not None:
            t = triangle(ta, upper, unit)
            moved = moved - (t.transpose(-2, -1) if transpose else t) @ ans0
        m = a.transpose(-2, -1) if transpose else a
        return solved(m, moved, upper != transpose, True, unit), ta


@public("torch Tensor", out=True)
def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False):
    """X of `A X = input` (`A^T X = input` if `transpose`) for a triangular A, and a copy of A.

    Deprecated: `linalg.solve_triangular` takes its arguments the other way round.

    Raises:
        RuntimeError: A is not square, the sizes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> A = torch.tensor([[1.0, 1.0], [0.0, 2.0]])
        >>> torch.triangular_solve(torch.tensor([[3.0], [4.0]]), A).solution
        tensor([[1.],
                [2.]])
    """
    as_tensor_argument("triangular_solve", "input", 1, input)
    as_tensor_argument("triangular_solve", "A", 2, A)
    warn_once(DEPRECATED)
    for x, argument in ((input, "b"), (A, "A")):
        if x.dim() < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {argument} to have at least 2 dimensions, "
                f"but it has {x.dim()} dimensions instead"
            )
    check_legacy_solvable("triangular_solve", input, A)
    common_shape([input.shape[:-2], A.shape[:-2]])
    check_kernel("triangular_solve_cpu", input)
    out = triangular_solve_(input, A, bool(upper), bool(transpose), bool(unitriangular))
    return named_results("triangular_solve", out)
