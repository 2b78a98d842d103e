"""Functions of square matrices: `linalg.matrix_exp` and `matrix_power`."""

import numpy as np

from rushlight.kernels.matrix_exponential import matrix_exp as exponential
from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.inverse import inv
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import check_floating, check_square
from rushlight.ops.matrices import MatrixOperation, adjoint
from rushlight.ops.publish import public


class linalg_matrix_exp(MatrixOperation):
    """The exponential of a matrix.

    Its derivative at A in the direction T stands right above in exp([[A, T], [0, A]]) (R. Mathias,
    "A chain rule for matrix functions", 1996); the gradient is that at A^H in the direction g.
    """

    def forward(a):
        if a.dtype.itemsize > 2:
            return exponential(a)
        return exponential(a.astype(np.float32)).astype(a.dtype)

    def vjp_a(g, a):
        return change_of_exponential(adjoint(a), g)

    def jvp_a(t, a):
        return change_of_exponential(a, t)


def change_of_exponential(a, t):
    """The derivative of the exponential at `a` in the direction `t`."""
    n = a.shape[-1]
    block = cat([cat([a, t], -1), cat([a.new_zeros(a.shape), a], -1)], -2)
    return linalg_matrix_exp(block).narrow(-2, 0, n).narrow(-1, n, n)


@public("torch Tensor linalg")
def matrix_exp(input):
    """The exponential of a square matrix, or of each of a batch: the sum of A^k / k!.

    Raises:
        RuntimeError: the matrices are not square, or their elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.matrix_exp(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
        tensor([[1., 1.],
                [0., 1.]])
    """
    as_tensor_argument("linalg_matrix_exp", "input", 1, input)
    check_square("linalg.matrix_exp", input)
    check_floating("linalg.matrix_exp", input)
    return linalg_matrix_exp(input)


@public("torch Tensor linalg", out=True)
def matrix_power(input, n):
    """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0.

    Raises:
        LinAlgError: `n` is negative and a matrix singular.
        RuntimeError: the matrices are not square.

    Example:
        >>> import rushlight as torch
        >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
        tensor([[1., 3.],
                [0., 1.]])
    """
    as_tensor_argument("linalg_matrix_power", "input", 1, input)
    n = int_argument("linalg_matrix_power", "n", 2, n)
    check_square("linalg.matrix_power", input)
    if n == 0:
        return identities(input)
    if n == 1:
        return input.clone()
    return power_of(input, n) if n > 0 else power_of(inv(input), -n)


def identities(t):
    """Identity matrices shaped like `t`, without a gradient worth speaking of."""
    eye = t.new_ones(t.shape[-1]).diag()
    return t.clone().copy_(eye.expand(t.shape))


def power_of(base, n):
    """A positive power by squaring."""
    if n == 3:
        return (base @ base) @ base
    z = result = None
    while n:
        z = base if z is None else z @ z
        if n & 1:
            result = z if result is None else result @ z
        n >>= 1
    return result
