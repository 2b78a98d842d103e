"""LU factors with row interchanges, `P A = L U`, for batches of matrices at once."""

import numpy as np

from rushlight.kernels.linalg_triangular import substitute
from rushlight.kernels.matrix_batches import magnitude, main_diagonal, stacked

PANEL = 16  # columns eliminated one by one before the rest is updated by a matrix product


def lu_factor(a):
    """(LU, pivots, info): L below the diagonal and U from it on; pivots count from 1.

    Step i exchanged row i with row `pivots[i]`; `info` is the place of the first zero pivot, 0 for
    none.
    """
    m, n = a.shape[-2:]
    k = min(m, n)
    work = stacked(np.array(a, order="C"))
    pivots = np.empty((len(work), k), np.int32)
    for start in range(0, k, PANEL):
        stop = min(start + PANEL, k)
        eliminate(work, pivots, start, stop)
        if stop < n:
            right = work[:, start:stop, stop:]
            substitute(work[:, start:stop, start:stop], right, False, True)
            work[:, stop:, stop:] -= work[:, stop:, start:stop] @ right
    zero = work.diagonal(0, 1, 2) == 0
    info = np.where(zero.any(1), zero.argmax(1) + 1 if k else 0, 0).astype(np.int32)
    batch = a.shape[:-2]
    return work.reshape(a.shape), pivots.reshape((*batch, k)), info.reshape(batch)


def eliminate(work, pivots, start, stop):
    """Factor the columns from `start` to `stop`; whole rows are exchanged."""
    each = np.arange(len(work))
    for j in range(start, stop):
        chosen = j + magnitude(work[:, j:, j]).argmax(1)
        pivots[:, j] = chosen + 1
        rows = work[each, chosen]
        work[each, chosen] = work[:, j]
        work[:, j] = rows
        pivot = work[:, j, j, None]
        below = work[:, j + 1 :, j]
        below /= np.where(pivot == 0, 1, pivot)
        if j + 1 < stop:
            rest = slice(j + 1, stop)
            work[:, j + 1 :, rest] -= below[:, :, None] * work[:, j, None, rest]


def permutation(pivots, m):
    """Row i of `P A` is row `permutation[i]` of A."""
    batch, k = pivots.shape[:-1], pivots.shape[-1]
    steps = stacked(pivots, 1).astype(np.intp) - 1
    order = np.tile(np.arange(m), (len(steps), 1))
    each = np.arange(len(steps))
    for j in range(k):
        taken = order[each, steps[:, j]]
        order[each, steps[:, j]] = order[:, j]
        order[:, j] = taken
    return order.reshape((*batch, m))


def permutation_matrix(pivots, m, dtype):
    """P with `A = P L U`."""
    order = permutation(pivots, m)
    return (order[..., None, :] == np.arange(m)[:, None]).astype(dtype)


def lu_unpack(lu):
    """(L, U) of packed factors."""
    k = min(lu.shape[-2:])
    lower = np.tril(lu[..., :, :k], -1)
    main_diagonal(lower[..., :k, :])[...] = 1
    return lower, np.triu(lu[..., :k, :])
