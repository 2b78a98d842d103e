"""Systems of linear equations: general, triangular, and inverses."""

import numpy as np

from rushlight.kernels import linalg
from rushlight.kernels.linalg import solve_triangular as solve_arrays
from rushlight.ops.families import as_tensor_argument, numel, warn_once, wrap_dim
from rushlight.ops.linalg_checks import (
    check_floating,
    check_info,
    check_kernel,
    check_lapack,
    check_legacy_solvable,
    check_solvable,
    check_square,
)
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

SINGULAR = "The solver failed because the input matrix is singular."


class linalg_solve_ex(Decomposition):
    """X of `A X = B`, or of `X A = B` if not `left`, and the place of a zero pivot of A.

    From A dX = dB - dA X; `X A = B` is the equation of the transposes.
    """

    tensors = 2

    def forward(a, b, left, vector):
        b = b[..., None] if vector else b
        if not left:
            a, b = a.swapaxes(-1, -2), b.swapaxes(-1, -2)
        try:
            x, info = np.linalg.solve(a, b), np.zeros(a.shape[:-2], np.int32)
        except np.linalg.LinAlgError:
            x, info = solved_by_elimination(a, b)
        x = by_columns(x) if left else np.ascontiguousarray(x.swapaxes(-1, -2))
        return x[..., 0] if vector else x, info

    def vjp(g, a, ans0, a_shape, b_shape, left, vector, need):
        gx, x = (as_matrix(t, vector) for t in (g[0], ans0))
        gb = solution(adjoint(a), gx, left)
        ga = None
        if need[0]:
            ga = -(gb @ adjoint(x) if left else adjoint(x) @ gb).sum_to_size(a_shape)
        return ga, as_given(gb, vector).sum_to_size(b_shape) if need[1] else None

    def jvp(tangents, a, ans0, left, vector):
        ta, tb = tangents
        x = as_matrix(ans0, vector)
        right = 0 if tb is None else as_matrix(tb, vector)
        if ta is not None:
            right = right - (ta @ x if left else x @ ta)
        return as_given(solution(a, right, left), vector), None


class solve_vector(linalg_solve_ex):
    """The same for vectors B."""

    public_name = "linalg_solve_ex"
    core = (2, 1)


def as_matrix(t, vector):
    return t.unsqueeze(-1) if vector else t


def as_given(t, vector):
    return t.squeeze(-1) if vector else t


def solution(a, b, left):
    """X of `a X = b`, or of `X a = b`, matrices."""
    return linalg_solve_ex(a, b, left, False)[0]


def solution_and_info(function, A, B, left):
    """What `linalg_solve_ex` gives, after PyTorch's checks."""
    as_tensor_argument(function, "A", 1, A)
    as_tensor_argument(function, "B", 2, B)
    name = "linalg.solve"
    check_floating(name, A)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type "
            f"{A.dtype.scalar_type} and B of type {B.dtype.scalar_type} instead"
        )
    vector = B.dim() == 1 or (A.dim() - 1 == B.dim() and B.shape == A.shape[:-1])
    check_solvable(name, A, as_matrix(B, vector), left)
    check_kernel("lu_cpu", A)
    common_shape([B.shape[:-1] if vector else B.shape[:-2], A.shape[:-2]])
    return (solve_vector if vector else linalg_solve_ex)(A, B, left, vector)


@public("linalg", out=True)
def solve(A, B, *, left=True):
    """X of the equation `A X = B`, or of `X A = B` if not `left`.

    Args:
        A: square matrices, n x n.
        B: matrices n x k (k x n if not `left`), or vectors: of one dim, or shaped like `A`
            without its last. Batch dims broadcast.

    Raises:
        LinAlgError: a matrix is singular.
        RuntimeError: the shapes do not fit, or the dtypes differ or are no floating point ones.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.solve(torch.tensor([[2.0, 1.0], [0.0, 4.0]]), torch.tensor([3.0, 4.0]))
        tensor([1., 1.])
    """
    X, info = solution_and_info("linalg_solve", A, B, left)
    check_info("torch.linalg.solve", info, SINGULAR)
    return X


@public("linalg", out=True)
def solve_ex(A, B, *, left=True, check_errors=False):
    """`linalg.solve` that does not raise for a singular matrix, but tells of it.

    Returns:
        result: for a singular matrix, infinities and NaN.
        info: int32, the place of the zero pivot that made it so, counted from 1; else 0.

    Raises:
        LinAlgError: with `check_errors`, as `linalg.solve`.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.solve_ex(torch.zeros(2, 2), torch.ones(2)).info
        tensor(1, dtype=torch.int32)
    """
    out = solution_and_info("linalg_solve_ex", A, B, left)
    if check_errors:
        check_info("torch.linalg.solve_ex", out[1], SINGULAR)
    return named_results("linalg_solve_ex", out)


@public("linalg", out=True)
def tensorsolve(input, other, dims=None):
    """X of the equation `tensordot(input, X, X.dim()) == other`.

    Args:
        dims: dims of `input` to be moved to its end first.

    Raises:
        RuntimeError: `input`, as a matrix with a row for each element of `other`, is not square.
        LinAlgError: it is singular.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), torch.ones(2, 3)).shape
        torch.Size([6])
    """
    as_tensor_argument("linalg_tensorsolve", "input", 1, input)
    as_tensor_argument("linalg_tensorsolve", "other", 2, other)
    if dims is not None:
        n = input.dim()
        moved = [wrap_dim(d, n) for d in dims]
        input = input.permute([d for d in range(n) if d not in moved] + moved)
    shape = tuple(input.shape[other.dim() :])
    rows, columns = other.numel(), numel(shape)
    if rows != columns:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
            f"prod(self.shape[:other.ndim]), but got {columns} != {rows}"
        )
    return solve(input.reshape((columns, rows)), other.reshape((-1,))).reshape(shape)


NO_INVERSE = (
    "The diagonal element {0} is zero, the inversion could not be completed because the input "
    "matrix is singular."
)


class linalg_inv_ex(Decomposition):
    """The inverse X of A, and the place of a zero pivot: dX = -X dA X."""

    def forward(a):
        try:
            return by_columns(np.linalg.inv(a)), np.zeros(a.shape[:-2], np.int32)
        except np.linalg.LinAlgError:
            x, info = solved_by_elimination(a, np.eye(a.shape[-1], dtype=a.dtype))
            return by_columns(x), info

    def vjp_a(g, ans0):
        turned = adjoint(ans0)
        return -(turned @ g[0] @ turned)

    def jvp(tangents, ans0):
        return -(ans0 @ tangents[0] @ ans0), None


def solved_by_elimination(a, b):
    """X of `a X = b`, and where each matrix has a zero pivot (0: nowhere).

    NumPy stops at singular matrices. Here they give infinities and NaN, as LAPACK's substitution
    does, and the other matrices of the batch their solutions.
    """
    lu, pivots, info = linalg.lu_factor(a)
    order = linalg.permutation_matrix(pivots, a.shape[-1], a.dtype)
    middle = solve_arrays(lu, order.swapaxes(-1, -2) @ b, False, True)
    return solve_arrays(lu, middle, True), info


def inverse_and_info(name, A):
    """The inverse and the place of a zero pivot, after PyTorch's checks."""
    check_square(name, A)
    check_lapack(name, A)
    return linalg_inv_ex(A)


@public("linalg", out=True)
def inv(A):
    """The inverse of a square matrix, or of each of a batch.

    To solve equations, `linalg.solve` is faster and more precise.

    Raises:
        LinAlgError: a matrix is singular.
        RuntimeError: the matrices are not square, or their elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.inv(torch.tensor([[2.0, 1.0], [0.0, 4.0]]))
        tensor([[ 0.5000, -0.1250],
                [ 0.0000,  0.2500]])
    """
    as_tensor_argument("linalg_inv", "A", 1, A)
    return checked_inverse("linalg.inv", A)


def checked_inverse(name, A):
    """The inverse, where there is one."""
    out, info = inverse_and_info("linalg.inv", A)
    check_info(name, info, NO_INVERSE)
    return out


@public("linalg", out=True)
def inv_ex(A, *, check_errors=False):
    """`linalg.inv` that does not raise for a singular matrix, but tells of it.

    Returns:
        inverse: of a singular matrix, infinities and NaN.
        info: int32, the place of the zero pivot that made it so, counted from 1; else 0.

    Raises:
        LinAlgError: with `check_errors`, as `linalg.inv`.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.inv_ex(torch.zeros(2, 2)).info
        tensor(1, dtype=torch.int32)
    """
    as_tensor_argument("linalg_inv_ex", "A", 1, A)
    out = inverse_and_info("linalg.inv", A)
    if check_errors:
        check_info("linalg.inv_ex", out[1], NO_INVERSE)
    return named_results("linalg_inv_ex", out)


@public("torch Tensor", out=True)
def inverse(input):
    """`linalg.inv`.

    Example:
        >>> import rushlight as torch
        >>> torch.inverse(torch.tensor([[2.0]]))
        tensor([[0.5000]])
    """
    as_tensor_argument("inverse", "input", 1, input)
    return checked_inverse("linalg.inv", input)


@public("linalg", out=True)
def tensorinv(input, ind=2):
    """The inverse under `tensordot(.., ind)` of a tensor seen as a matrix.

    The first `ind` dims make its rows and the others its columns; both must have as many elements.
    `tensordot(tensorinv(input, ind), x, ind)` is the y with `tensordot(input, y) == x`.

    Raises:
        RuntimeError: `ind` is not positive, or the matrix is not square.
        LinAlgError: it is singular.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 6)).shape
        torch.Size([6, 2, 3])
    """
    as_tensor_argument("linalg_tensorinv", "input", 1, input)
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    if ind > input.dim():
        raise RuntimeError(f"ArrayRef: invalid slice, N = {ind}; size = {input.dim()}")
    left, right = tuple(input.shape[:ind]), tuple(input.shape[ind:])
    rows, columns = numel(left), numel(right)
    if rows != columns:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == "
            f"prod(self.shape[:ind]), but got {columns} != {rows}"
        )
    out = checked_inverse("inv", input.reshape((columns, rows)))
    return out.reshape((*right, *left))


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
