"""Inverses of square matrices: `linalg.inv`, `inv_ex`, `tensorinv`, and `inverse`."""

import numpy as np

from rushlight.kernels import linalg_lu
from rushlight.kernels.linalg_triangular import solve_triangular
from rushlight.ops.families import as_tensor_argument, numel
from rushlight.ops.linalg_checks import check_info, check_lapack, check_square
from rushlight.ops.matrices import Decomposition, adjoint, by_columns, named_results
from rushlight.ops.publish import public

SINGULAR = (
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
    lu, pivots, info = linalg_lu.lu_factor(a)
    order = linalg_lu.permutation_matrix(pivots, a.shape[-1], a.dtype)
    middle = solve_triangular(lu, order.swapaxes(-1, -2) @ b, False, True)
    return solve_triangular(lu, middle, True), info


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
    check_info(name, info, SINGULAR)
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
        check_info("linalg.inv_ex", out[1], SINGULAR)
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
