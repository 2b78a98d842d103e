"""QR decompositions."""

import numpy as np

from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import check_floating, check_kernel, check_matrix
from rushlight.ops.matrices import (
    Decomposition,
    adjoint,
    by_columns,
    columns,
    diagonal,
    named_results,
)
from rushlight.ops.publish import public
from rushlight.ops.triangular import solved

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
