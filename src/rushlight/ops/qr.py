"""QR decompositions, and the Householder reflections that they are made of."""

import numpy as np

from rushlight.kernels.linalg import geqrf as geqrf_arrays
from rushlight.kernels.linalg import reflect
from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import check_floating, check_kernel, check_matrix
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    adjoint,
    by_columns,
    columns,
    diagonal,
    named_results,
)
from rushlight.ops.publish import public
from rushlight.ops.solve import solved

NEEDS_Q = (
    "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
    "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
)
TALL = "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
DEPRECATED = (
    "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch "
    "release.\nThe boolean parameter 'some' has been replaced with a string parameter 'mode'.\n"
    "Q, R = torch.qr(A, some)\nshould be replaced with\n"
    "Q, R = torch.linalg.qr(A, 'reduced' if some else 'complete')"
)

# -- derivatives -----------------------------------------------------------------------------
#
# dA R^-1 = dQ + Q dR R^-1. With M = Q^H dA R^-1, the two terms of which are skew-Hermitian and
# upper triangular with a real diagonal, dR R^-1 = T(M), the upper triangle of M + M^H with the
# real part of M on its diagonal; the transpose of T puts X + X^H around the real diagonal of an
# upper triangular X. Of a wide matrix (A1 A2), Q comes from A1, and R2 = Q^H A2.


def upper_part(m):
    """T(M)."""
    both = m + adjoint(m)
    return both.triu() - (diagonal(both) / 2).diag_embed()


def around_diagonal(x):
    """The transpose of T."""
    both = x.triu() + adjoint(x.triu())
    return both - (diagonal(both) / 2).diag_embed()


def square_gradient(gq, gr, q, r):
    """The gradient of A, not wide, from those of Q and R."""
    middle = around_diagonal(gr @ adjoint(r) - adjoint(q) @ gq)
    return solved(adjoint(r), gq + q @ middle, False, False)


def square_tangents(t, q, r):
    """The tangents of Q and R from that of A, not wide."""
    t = solved(r, t, True, False)
    part = upper_part(adjoint(q) @ t)
    return t - q @ part, part @ r


def check_differentiable(mode, shape):
    if mode == "r":
        raise RuntimeError(NEEDS_Q)
    if mode == "complete" and shape[-2] > shape[-1]:
        raise RuntimeError(TALL)


class linalg_qr_(Decomposition):
    """Q and R; in mode "r" there is nothing in Q."""

    public_name = "linalg_qr"

    def forward(a, mode):
        if mode == "r":
            return np.empty(0, a.dtype), by_columns(np.linalg.qr(a, "r"))
        q, r = np.linalg.qr(a, mode)
        return by_columns(q), by_columns(r)

    def vjp_a(g, ans0, ans1, a_shape, mode):
        check_differentiable(mode, a_shape)
        gq, gr = g
        q, r = ans0, ans1
        m, n = a_shape[-2:]
        if m >= n:
            return square_gradient(gq, gr, q, r)
        gr2 = columns(gr, m, n)
        gq = gq + q @ columns(r, m, n) @ adjoint(gr2)
        first = square_gradient(gq, columns(gr, 0, m), q, columns(r, 0, m))
        return cat([first, q @ gr2], -1)

    def jvp(tangents, ans0, ans1, a_shape, mode):
        check_differentiable(mode, a_shape)
        t, q, r = tangents[0], ans0, ans1
        m, n = a_shape[-2:]
        if m >= n:
            return square_tangents(t, q, r)
        tq, tr = square_tangents(columns(t, 0, m), q, columns(r, 0, m))
        tr2 = adjoint(tq) @ q @ columns(r, m, n) + adjoint(q) @ columns(t, m, n)
        return tq, cat([tr, tr2], -1)


def decomposed(A, mode):
    check_matrix("linalg.qr", A)
    check_floating("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), "
            "'r', or 'complete'"
        )
    check_kernel("geqrf_cpu", A)
    return linalg_qr_(A, mode)


@public("linalg", out=True, name="qr")
def linalg_qr(A, mode="reduced"):
    """Q and R with `A = Q R`: orthonormal columns, and an upper triangle.

    Of matrices ... x m x n, with k the smaller of the two, Q is m x k and R is k x n; with `mode`
    "complete" Q is m x m and R is m x n; with "r" only R is computed and Q has no elements.

    The signs are those of Householder reflections, so the diagonal of R may be negative. Gradients
    need the first k columns of A to be independent, and "complete" only has them if m <= n.

    Raises:
        RuntimeError: for fewer than two dims, integers, and an unknown mode.

    Example:
        >>> import rushlight as torch
        >>> Q, R = torch.linalg.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
        >>> R
        tensor([[-5.0000, -2.2000],
                [ 0.0000,  0.4000]])
    """
    as_tensor_argument("linalg_qr", "A", 1, A)
    return named_results("linalg_qr", decomposed(A, mode))


@public("torch Tensor", out=True)
def qr(input, some=True):
    """`linalg.qr`, deprecated, with `mode` "complete" where `some` is false.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[3.0], [4.0]]).qr().R
        tensor([[-5.]])
    """
    as_tensor_argument("qr", "input", 1, input)
    warn_once(DEPRECATED)
    return named_results("qr", decomposed(input, "reduced" if some else "complete"))


# -- derivatives -----------------------------------------------------------------------------
#
# Of Y = C - V T V^H C with T = K^-1 D, K = I + D S, S the part of V^H V above its diagonal
# (`kernels.linalg`), D the tau: dT = K^-1 dD (I - S T) - T dS T.


class Reflections:
    """V, T and what else the derivatives need, as tensors."""

    def __init__(self, a, tau):
        k = tau.shape[-1]
        v = columns(a, 0, k).tril(-1)
        one = tau.new_ones(tau.shape).diag_embed()
        below = v.new_zeros((*v.shape[:-2], v.shape[-2] - k, k))
        self.v = v + join_rows(one, below)
        self.above = (adjoint(self.v) @ self.v).triu(1)
        self.k = tau.unsqueeze(-1) * self.above
        self.t = solved(self.k, tau.diag_embed(), True, True, True)
        self.rest = one - self.above @ self.t

    def gradients(self, g, c, transposed, shape):
        """The gradients of the matrix and of tau from that of Y."""
        v, t = self.v, self.t
        w = adjoint(v) @ c
        middle = adjoint(t) if transposed else t
        gv = -(g @ adjoint(middle @ w)) - c @ (adjoint(g) @ v @ middle)
        gt = -(adjoint(v) @ g @ adjoint(w))
        gt = adjoint(gt) if transposed else gt
        gs = -(adjoint(t) @ gt @ adjoint(t)).triu(1)
        gv = gv + v @ (gs + adjoint(gs))
        gd = solved(adjoint(self.k), gt @ adjoint(self.rest), False, True, True)
        return widened(gv.tril(-1), shape), diagonal(gd)

    def tangent(self, ta, ttau, c, transposed):
        """The tangent of Y from those of the matrix and of tau."""
        v, t = self.v, self.t
        tv = columns(ta, 0, v.shape[-1]).tril(-1) if ta is not None else v.new_zeros(v.shape)
        ts = (adjoint(tv) @ v + adjoint(v) @ tv).triu(1)
        tt = -(t @ ts @ t)
        if ttau is not None:
            tt = tt + solved(self.k, ttau.unsqueeze(-1) * self.rest, True, True, True)
        t, tt = (adjoint(t), adjoint(tt)) if transposed else (t, tt)
        w = adjoint(v) @ c
        return -(tv @ (t @ w) + v @ (tt @ w + t @ (adjoint(tv) @ c)))


def join_rows(upper, lower):
    return cat([upper, lower], -2) if lower.shape[-2] else upper


def widened(x, shape):
    """`x` with columns of zeros, as many as `shape` has more."""
    missing = shape[-1] - x.shape[-1]
    return cat([x, x.new_zeros((*x.shape[:-1], missing))], -1) if missing else x


def identity(a):
    """The columns of the identity matrix that there are in `a`, as a constant."""
    m, n = a.shape[-2:]
    one = a.new_ones((*a.shape[:-2], n)).diag_embed()
    return join_rows(one, a.new_zeros((*a.shape[:-2], m - n, n)))


# -- operations ------------------------------------------------------------------------------


class geqrf_(Decomposition):
    """R and the vectors of the reflections in one matrix, and their factors."""

    public_name = "geqrf"

    def forward(a):
        return geqrf_arrays(a)

    def vjp_a(g):
        raise NotImplementedError("the derivative for 'geqrf' is not implemented.")


@public("torch Tensor", out=True)
def geqrf(input):
    """LAPACK's form of `linalg.qr`: R on and above the diagonal, reflections below it, and `tau`.

    `linalg.householder_product` makes Q of it, `ormqr` multiplies by it.

    Example:
        >>> import rushlight as torch
        >>> torch.geqrf(torch.tensor([[3.0], [4.0]]))
        torch.return_types.geqrf(
        a=tensor([[-5.0000],
                [ 0.5000]]),
        tau=tensor([1.6000]))
    """
    as_tensor_argument("geqrf", "input", 1, input)
    if input.dim() < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    check_kernel("geqrf_cpu", input)
    return named_results("geqrf", geqrf_(input))


class linalg_householder_product(MatrixOperation):
    """The first columns of the product of reflections."""

    tensors = 2
    core = (2, 1)
    expands = True

    def forward(a, tau):
        m, n = a.shape[-2:]
        return by_columns(reflect(a, tau, np.eye(m, n, dtype=a.dtype)))

    def vjp(g, a, tau):
        return Reflections(a, tau).gradients(g, identity(a), False, a.shape)

    def jvp(tangents, a, tau):
        return Reflections(a, tau).tangent(*tangents, identity(a), False)


def check_product(input, tau):
    name = "torch.linalg.householder_product"
    if input.dim() < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    m, n = input.shape[-2:]
    if m < n:
        raise RuntimeError(
            f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if n < tau.shape[-1]:
        raise RuntimeError(
            f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    check_tau(name, input, tau)
    if tau.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {tau.dtype.scalar_type} does not match input dtype "
            f"{input.dtype.scalar_type}"
        )
    check_kernel("orgqr_cpu", input)


def check_tau(name, input, tau):
    """Refuse factors whose dims are not those of `input` but the last."""
    if input.dim() - tau.dim() != 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal "
            f"to {tau.dim()} and input.ndim is equal to {input.dim()}"
        )
    if input.shape[:-2] != tau.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got "
            f"{[*tau.shape[:-1]]}"
        )


@public("linalg", out=True)
def householder_product(input, tau):
    """The first n columns of `H1 H2 ... Hk`, reflections `Hi = I - tau[i] v v^H`.

    Args:
        input: ... x m x n with m >= n; the vectors are its columns below the diagonal, with 1 on
            it and 0 above. This is what `geqrf` gives.
        tau: ... x k, with k <= n.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.householder_product(*torch.geqrf(torch.tensor([[3.0], [4.0]])))
        tensor([[-0.6000],
                [-0.8000]])
    """
    as_tensor_argument("linalg_householder_product", "input", 1, input)
    as_tensor_argument("linalg_householder_product", "tau", 2, tau)
    check_product(input, tau)
    return linalg_householder_product(input, tau)


@public("torch Tensor", out=True)
def orgqr(input, input2):
    """`linalg.householder_product(input, input2)`.

    Example:
        >>> import rushlight as torch
        >>> torch.orgqr(*torch.geqrf(torch.tensor([[3.0], [4.0]])))
        tensor([[-0.6000],
                [-0.8000]])
    """
    as_tensor_argument("orgqr", "input", 1, input)
    as_tensor_argument("orgqr", "input2", 2, input2)
    check_product(input, input2)
    return linalg_householder_product(input, input2)


class ormqr_(MatrixOperation):
    """The product Q of reflections, or Q^H, times C; or C times it. `C Q` is `(Q^H C^H)^H`."""

    public_name = "ormqr"
    tensors = 3
    core = (2, 1, 2)

    def forward(a, tau, c, left, transposed):
        if left:
            return by_columns(reflect(a, tau, c, transposed))
        return np.conj(reflect(a, tau, np.conj(c.swapaxes(-1, -2)), not transposed)).swapaxes(
            -1, -2
        )

    def vjp(g, a, tau, c, left, transposed, need):
        gc = ormqr_(a, tau, g, left, not transposed) if need[2] else None
        if not (need[0] or need[1]):
            return None, None, gc
        g, c = (g, c) if left else (adjoint(g), adjoint(c))
        return (*Reflections(a, tau).gradients(g, c, transposed == left, a.shape), gc)

    def jvp(tangents, a, tau, c, left, transposed):
        ta, ttau, tc = tangents
        out = 0 if tc is None else ormqr_(a, tau, tc, left, transposed)
        if ta is None and ttau is None:
            return out
        c = c if left else adjoint(c)
        moved = Reflections(a, tau).tangent(ta, ttau, c, transposed == left)
        return out + (moved if left else adjoint(moved))


def check_ormqr(input, tau, other, left):
    """PyTorch's refusals, in its order."""
    if input.dim() < 2:
        raise RuntimeError("torch.ormqr: input must have at least 2 dimensions.")
    if other.dim() < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    side = -2 if left else -1
    if other.shape[side] != input.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau.shape[-1] != min(other.shape[side], input.shape[-1]):
        raise RuntimeError(
            f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])"
        )
    check_tau("torch.ormqr", input, tau)
    check_other(input, other)
    for word, x in (("tau", tau), ("other", other)):
        if x.dtype is not input.dtype:
            raise RuntimeError(
                f"torch.ormqr: Expected input and {word} to have the same dtype, but input has "
                f"dtype{input.dtype.scalar_type} and {word} has dtype {x.dtype.scalar_type}"
            )
    check_kernel("ormqr_cpu", input)


def check_other(input, other):
    """Refuse a factor whose batch dims are not those of `input`."""
    if input.dim() != other.dim():
        raise RuntimeError(
            "torch.ormqr: Expected other to have the same number of dimensions as input, but got "
            f"other.ndim equal to {other.dim()} and input.ndim is equal to {input.dim()}"
        )
    if input.shape[:-2] != other.shape[:-2]:
        raise RuntimeError(
            "torch.ormqr: Expected batch dimensions of other to be equal to input.shape[:-2], "
            f"but got {[*other.shape[:-2]]}"
        )


@public("torch Tensor", out=True)
def ormqr(input, input2, input3, left=True, transpose=False):
    """`Q input3`, for the Q of the reflections in `input` with factors `input2`.

    Args:
        input: ... x m x k, as `geqrf` gives it.
        input2: ... x k, its `tau`.
        input3: what is multiplied.
        left: multiply from the left, else from the right.
        transpose: take Q^H for Q.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example:
        >>> import rushlight as torch
        >>> a, tau = torch.geqrf(torch.tensor([[3.0], [4.0]]))
        >>> torch.ormqr(a, tau, torch.tensor([[3.0], [4.0]]), transpose=True)
        tensor([[-5.],
                [ 0.]])
    """
    for i, (name, x) in enumerate((("input", input), ("input2", input2), ("input3", input3))):
        as_tensor_argument("ormqr", name, i + 1, x)
    check_ormqr(input, input2, input3, left)
    return ormqr_(input, input2, input3, bool(left), bool(transpose))
