"""Functions of square matrices: determinants, powers, the exponential."""

import numpy as np

from rushlight.kernels import linalg
from rushlight.kernels.linalg import main_diagonal
from rushlight.kernels.linalg import matrix_exp as exponential
from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import check_floating, check_kernel, check_lapack, check_square
from rushlight.ops.matrices import Decomposition, MatrixOperation, adjoint, named_results
from rushlight.ops.publish import namespaces, public
from rushlight.ops.solve import inv, linalg_inv_ex
from rushlight.tape.dispatch import conj


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


SMALL = 16  # up to here the pivots are multiplied; NumPy's sum of logarithms loses last digits

# -- derivatives -----------------------------------------------------------------------------
#
# The derivative of det A is the matrix C(A) of cofactors, det(A) A^-T where A has an inverse.
# Being polynomials, cofactors exist for every A: C(X Y) = C(X) C(Y), and so for A = U S V^H
#
#     C(A) = det(U V^H) conj(U) C(S) conj(V^H),    C(S) = diag(products of the others of S).
#
# In the same way the second derivative follows from that at S, where with E for the change and
# P[i, j] for the product of S without i and j (0 for i = j), dC = diag(P diag E) - P * E^T.
# The third one is taken from the inverse: of D2[E, F] = det (tr XE tr XF - tr XEXF), X = A^-1.


def others(s):
    """The products of all elements but one along the last dim."""
    ones = np.ones_like(s[..., :1])
    before = np.concatenate([ones, np.cumprod(s[..., :-1], -1)], -1)
    after = np.concatenate([ones, np.cumprod(s[..., :0:-1], -1)], -1)
    return before * after[..., ::-1]


def others_of_pairs(s):
    """The products of all elements but i and j; 0 for i = j."""
    n = s.shape[-1]
    without_i = np.where(np.eye(n, dtype=bool), 1, s[..., None, :])
    return others(without_i) * ~np.eye(n, dtype=bool)


def factors_of(a):
    """conj(U), S, conj(V^H) of the singular value decomposition, and det(U V^H)."""
    u, s, vh = np.linalg.svd(a)
    return u.conj(), s, vh.conj(), (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]


class cofactors(MatrixOperation):
    """The derivatives of the determinant by the elements of `a`."""

    def forward(a):
        if not a.size:
            return np.zeros_like(a)
        u, s, vh, sign = factors_of(a)
        return (sign * (u * others(s)[..., None, :]) @ vh).astype(a.dtype, copy=False)

    def vjp_a(g, a):
        return conj(cofactors_change(a, conj(g)))

    def jvp_a(t, a):
        return cofactors_change(a, t)


class cofactors_change(MatrixOperation):
    """How the cofactors of `a` change in the direction `e`: linear in `e`, and symmetric."""

    tensors = 2

    def forward(a, e):
        if not a.size:
            return np.zeros_like(e)
        u, s, vh, sign = factors_of(a)
        e = u.swapaxes(-1, -2) @ e @ vh.swapaxes(-1, -2)
        pairs = others_of_pairs(s)
        change = -pairs * e.swapaxes(-1, -2)
        main_diagonal(change)[...] = (pairs @ main_diagonal(e)[..., None])[..., 0]
        return (sign * u @ change @ vh).astype(a.dtype, copy=False)

    def vjp(g, a, e, need):
        g = conj(g)
        ga = conj(cofactors_turn(a, e, g)) if need[0] else None
        return ga, conj(cofactors_change(a, g)) if need[1] else None

    def jvp_a(t, a, e):
        return cofactors_turn(a, e, t)

    def jvp_e(t, a):
        return cofactors_change(a, t)


def cofactors_turn(a, e, f):
    """How `cofactors_change` of `a` and `e` changes with `a` in the direction `f`, a tensor."""
    x = linalg_inv_ex(a)[0]
    xe, xf = x @ e, x @ f
    te, tf = (as_factor(t.diagonal(0, -2, -1).sum(-1)) for t in (xe, xf))
    tef = as_factor((xe * xf.transpose(-2, -1)).sum((-2, -1)))
    turned = (te * tf - tef) * x + (xe @ xf + xf @ xe - tf * xe - te * xf) @ x
    return as_factor(determinants(a)) * turned.transpose(-2, -1)


def as_factor(t):
    """One number per matrix, ready to multiply the matrices."""
    return t.unsqueeze(-1).unsqueeze(-1)


# -- operations ------------------------------------------------------------------------------


class determinants(MatrixOperation):
    """The determinant."""

    public_name = "linalg_det"

    def forward(a):
        if a.shape[-1] > SMALL:
            return np.linalg.det(a)
        lu, pivots, _ = linalg.lu_factor(a)
        swaps = (pivots != np.arange(1, a.shape[-1] + 1)).sum(-1)
        return main_diagonal(lu).prod(-1) * (1 - 2 * (swaps % 2)).astype(a.dtype)

    def vjp_a(g, a):
        return as_factor(g) * conj(cofactors(a))

    def jvp_a(t, a):
        return (cofactors(a) * t).sum((-2, -1))


class signs_and_logarithms(Decomposition):
    """The sign and the logarithm of the absolute value of the determinant.

    With z = tr(A^-1 dA) the logarithm changes by Re z, and the sign by itself times i Im z.
    """

    public_name = "linalg_slogdet"

    def forward(a):
        sign, logarithm = np.linalg.slogdet(a)
        undefined = np.isnan(a).any((-2, -1))
        if undefined.any():
            sign = np.where(undefined, 0 if a.dtype.kind == "f" else np.nan, sign)
            logarithm = np.where(undefined, np.nan, logarithm)
        return np.asarray(sign, a.dtype), np.asarray(logarithm, a.real.dtype)

    def vjp_a(g, a, ans0):
        weight = g[1]
        if ans0.dtype.is_complex:
            weight = namespaces["torch"]["complex"](g[1], -(conj(g[0]) * ans0).imag)
        return as_factor(weight) * adjoint(linalg_inv_ex(a)[0])

    def jvp(tangents, a, ans0):
        z = (linalg_inv_ex(a)[0].transpose(-2, -1) * tangents[0]).sum((-2, -1))
        if not ans0.dtype.is_complex:
            return None, z
        return ans0 * (z - conj(z)) / 2, z.real


def determinant(function, argument, A):
    """The determinant, after PyTorch's checks."""
    as_tensor_argument(function, argument, 1, A)
    check_square("linalg.det", A)
    check_floating("linalg.det", A)
    if A.numel():
        check_kernel("lu_cpu", A)
    return determinants(A)


@public("linalg", out=True, name="det")
def linalg_det(A):
    """The determinant of a square matrix, or of each of a batch.

    Raises:
        RuntimeError: the matrices are not square, or their elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.det(torch.tensor([[3.0, 1.0], [2.0, 4.0]]))
        tensor(10.)
    """
    return determinant("linalg_det", "A", A)


@public("torch Tensor")
def det(input):
    """`linalg.det`.

    Example:
        >>> import rushlight as torch
        >>> torch.det(torch.tensor([[3.0, 1.0], [2.0, 4.0]]))
        tensor(10.)
    """
    return determinant("det", "input", input)


def sign_and_logarithm(name, A):
    """The sign and logarithm of the determinant, after PyTorch's checks."""
    check_square(name, A)
    check_lapack(name, A)
    return signs_and_logarithms(A)


@public("linalg", out=True, name="slogdet")
def linalg_slogdet(A):
    """The determinant as its sign and the logarithm of its absolute value, which does not overflow.

    Returns:
        sign: 1, -1 or 0; of complex matrices a number of absolute value 1, or 0.
        logabsdet: real, `-inf` where the sign is 0.

    Raises:
        RuntimeError: the matrices are not square, or their elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.slogdet(torch.tensor([[0.0, 1.0], [1.0, 0.0]])).sign
        tensor(-1.)
    """
    as_tensor_argument("linalg_slogdet", "A", 1, A)
    return named_results("linalg_slogdet", sign_and_logarithm("linalg.slogdet", A))


@public("torch Tensor", out=True)
def slogdet(input):
    """`linalg.slogdet`.

    Example:
        >>> import rushlight as torch
        >>> torch.slogdet(torch.eye(3)).logabsdet
        tensor(0.)
    """
    as_tensor_argument("slogdet", "input", 1, input)
    return named_results("slogdet", sign_and_logarithm("linalg.slogdet", input))


@public("torch Tensor")
def logdet(input):
    """The logarithm of the determinant: NaN where that is negative, `-inf` where it is 0.

    Example:
        >>> import rushlight as torch
        >>> torch.logdet(torch.eye(3))
        tensor(0.)
    """
    as_tensor_argument("logdet", "input", 1, input)
    sign, logarithm = sign_and_logarithm("logdet", input)
    if input.dtype.is_complex:
        return sign.log() + logarithm
    return namespaces["torch"]["where"](sign == -1, float("nan"), logarithm)
