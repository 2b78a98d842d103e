"""Products of Householder reflections `I - tau v v^H`, in LAPACK's compact form.

With the vectors v as the columns of V, unit lower triangular, `H1 H2 ... Hk = I - V T V^H` for the
upper triangular `T = (I + D S)^-1 D`, where D holds the tau and S is the part of V^H V above its
diagonal.
"""

import numpy as np

from rushlight.kernels.linalg_triangular import solve_triangular
from rushlight.kernels.matrix_batches import main_diagonal


def geqrf(a):
    """(a, tau): R on and above the diagonal, and the vectors of the reflections below it."""
    h, tau = np.linalg.qr(a, "raw")
    return h.swapaxes(-1, -2), tau


def reflectors(a, tau):
    """(V, T) of the reflections whose vectors stand below the diagonal of `a`."""
    k = tau.shape[-1]
    v = np.tril(a[..., :, :k], -1)
    main_diagonal(v[..., :k, :])[...] = 1
    above = np.triu(v.swapaxes(-1, -2).conj() @ v, 1)
    scale = np.zeros(above.shape, a.dtype)
    main_diagonal(scale)[...] = tau
    return v, solve_triangular(tau[..., None] * above, scale, True, True)


def reflect(a, tau, c, adjoint=False):
    """The product of the reflections, or its adjoint, times `c`."""
    v, t = reflectors(a, tau)
    if adjoint:
        t = t.swapaxes(-1, -2).conj()
    return c - v @ (t @ (v.swapaxes(-1, -2).conj() @ c))
