"""Systems of linear equations: `linalg.solve`, `solve_ex` and `tensorsolve`."""

import numpy as np

from rushlight.ops.families import as_tensor_argument, numel, wrap_dim
from rushlight.ops.inverse import solved_by_elimination
from rushlight.ops.linalg_checks import check_floating, check_info, check_kernel, check_solvable
from rushlight.ops.matrices import Decomposition, adjoint, by_columns, named_results
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape

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
