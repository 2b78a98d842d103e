"""Cholesky factors of batches of matrices, also of those that are not positive definite."""

import numpy as np

from rushlight.kernels.matrix_batches import main_diagonal, stacked


def cholesky(a):
    """(L, info) with `a = L L^H`; only the lower triangle is read.

    `info` is the order of the first leading minor that is not positive, 0 for none. There LAPACK
    stops: what it left is the result. (Not every LAPACK takes notice of NaN.)
    """
    try:
        out = np.linalg.cholesky(a)
        if not np.isnan(main_diagonal(out)).any():
            return out, np.zeros(a.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        pass
    out = np.tril(a)
    each = stacked(out)
    info = np.array([factor(x) for x in each], np.int32)
    return each.reshape(a.shape), info.reshape(a.shape[:-2])


def factor(a):
    """Overwrite the lower triangle of one matrix by its factor; returns its `info`."""
    for j in range(len(a)):
        row = a[j, :j]
        pivot = a[j, j].real - np.vdot(row, row).real
        a[j, j] = pivot
        if not pivot > 0:
            return j + 1
        a[j, j] = np.sqrt(pivot)
        a[j + 1 :, j] -= a[j + 1 :, :j] @ row.conj()
        a[j + 1 :, j] /= a[j, j]
    return 0
