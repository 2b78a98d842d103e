"""What linear algebra on batches of matrices needs beside LAPACK's routines that NumPy brings.

LU, LDL and Cholesky factors, Householder reflections, triangular systems, the exponential.
"""

import math

import numpy as np


def stacked(x, core=2):
    """`x` with one batch dim before its last `core` dims."""
    lead = x.ndim - core
    return x.reshape((math.prod(x.shape[:lead]), *x.shape[lead:]))


def main_diagonal(x):
    """The main diagonals of square matrices, to be read or written."""
    return np.einsum("...ii->...i", x)


def magnitude(x):
    """What LAPACK compares: the absolute value; of complex numbers, that of both parts summed."""
    return abs(x.real) + abs(x.imag) if x.dtype.kind == "c" else abs(x)


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
    info = np.array([factor_in_place(x) for x in each], np.int32)
    return each.reshape(a.shape), info.reshape(a.shape[:-2])


def factor_in_place(a):
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


ALPHA = (1 + math.sqrt(17)) / 8  # keeps the growth of a step of one and of a step of two equal


def ldl_factor(a, hermitian):
    """(LD, pivots, info) of a batch of which the lower triangles are read."""
    out = np.tril(a)
    pivots = np.empty(a.shape[:-1], np.int32)
    info = [
        ldl_in_place(x, p, hermitian) for x, p in zip(stacked(out), stacked(pivots, 1), strict=True)
    ]
    return out, pivots, np.array(info, np.int32).reshape(a.shape[:-2])


def ldl_in_place(a, pivots, hermitian):
    """Overwrite the lower triangle of one matrix; returns the place of a zero in D, or 0."""
    info, k, n = 0, 0, len(a)
    while k < n:
        chosen, step = pivot(a, k)
        if not step:
            info, step = info or k + 1, 1
        else:
            exchange(a, k, k + step - 1, chosen, hermitian)
            eliminate_block(a, k, step, hermitian)
        pivots[k : k + step] = chosen + 1 if step == 1 else -(chosen + 1)
        k += step
    return info


def pivot(a, k):
    """(row, step): the row that takes part in step k, and how many columns that eliminates.

    A step of 0 means that the column is zero or NaN.
    """
    own = magnitude(a[k, k])
    below = magnitude(a[k + 1 :, k])
    largest = below.max(initial=0)
    if max(own, largest) == 0 or np.isnan(own):
        return k, 0
    if own >= ALPHA * largest:
        return k, 1
    row = k + 1 + int(below.argmax())
    others = np.concatenate([magnitude(a[row, k:row]), magnitude(a[row + 1 :, row])]).max()
    if own >= ALPHA * largest * (largest / others):
        return k, 1
    if magnitude(a[row, row]) >= ALPHA * others:
        return row, 1
    return row, 2


def exchange(a, k, i, j, hermitian):
    """Exchange rows and columns i < j of what is left at step k."""
    if hermitian:
        rest = range(k, len(a))
        a[rest, rest] = a[rest, rest].real
    if i == j:
        return
    swap(a[j + 1 :, i], a[j + 1 :, j])
    swap(a[i + 1 : j, i], a[j, i + 1 : j])
    a[i, i], a[j, j] = a[j, j], a[i, i]
    if hermitian:
        a[i + 1 : j, i] = a[i + 1 : j, i].conj()
        a[j, i:j] = a[j, i:j].conj()
    if i > k:
        a[i, k], a[j, k] = a[j, k], a[i, k]


def swap(x, y):
    """Exchange the contents of two views."""
    held = x.copy()
    x[...] = y
    y[...] = held


def eliminate_block(a, k, step, hermitian):
    """Put the columns of L in place, and subtract what they make of the rest."""
    end = k + step
    below = a[end:, k:end].copy()
    if not len(below):
        return
    lower = below @ np.linalg.inv(block(a, k, step, hermitian))
    a[end:, end:] -= np.tril(lower @ (below.conj() if hermitian else below).T)
    a[end:, k:end] = lower


def block(a, k, step, hermitian):
    """The block of D at k, as a full matrix."""
    d = a[k : k + step, k : k + step].copy()
    if step == 2:
        d[0, 1] = d[1, 0].conj() if hermitian else d[1, 0]
    return d


def ldl_solve(ld, pivots, b, hermitian):
    """X of `A X = b` for the A that has these factors; batch dims broadcast."""
    batch = np.broadcast_shapes(ld.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, batch + b.shape[-2:]), order="C")
    ld, pivots = (
        np.broadcast_to(ld, batch + ld.shape[-2:]),
        np.broadcast_to(pivots, batch + pivots.shape[-1:]),
    )
    for one, p, target in zip(stacked(ld), stacked(pivots, 1), stacked(x), strict=True):
        solve(one, p, target, hermitian)
    return x


def solve(a, pivots, x, hermitian):
    """Solve for one right side in place: down with L and D, and up with the transpose of L."""
    starts = blocks(pivots)
    for k, step in starts:
        end = k + step
        exchange_rows(x, end - 1, pivots[k])
        x[end:] -= a[end:, k:end] @ x[k:end]
        with_inverse = block(a, k, step, hermitian)
        x[k:end] = np.linalg.solve(with_inverse, x[k:end]) if step == 2 else x[k:end] / with_inverse
    for k, step in reversed(starts):
        end = k + step
        lower = a[end:, k:end]
        x[k:end] -= (lower.conj() if hermitian else lower).T @ x[end:]
        exchange_rows(x, end - 1, pivots[k])


def blocks(pivots):
    """The places and sizes of the blocks of D."""
    found, k = [], 0
    while k < len(pivots):
        found.append((k, 1 if pivots[k] > 0 else 2))
        k += found[-1][1]
    return found


def exchange_rows(x, i, pivot):
    """Exchange row i with the one that a pivot names."""
    j = abs(int(pivot)) - 1
    if i != j:
        x[[i, j]] = x[[j, i]]


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


ROWS = 16  # fewer are solved row by row, more by halves


def solve_triangular(a, b, upper, unit=False):
    """X of `a X = b`; `a` is read above (or below) its diagonal only, batch dims broadcast.

    The diagonal is taken to be of ones if `unit`. A zero on it gives infinities.
    """
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, batch + b.shape[-2:]), order="C")
    if x.size:
        substitute(a, x, upper, unit)
    return x


def substitute(a, x, upper, unit):
    """Solve for `x` in place: one half, what it contributes to the other half, the other half."""
    n = a.shape[-1]
    if n <= ROWS:
        return substitute_rows(a, x, upper, unit)
    half = n // 2
    head, tail = slice(half), slice(half, n)
    first, second = (tail, head) if upper else (head, tail)
    substitute(a[..., first, first], x[..., first, :], upper, unit)
    x[..., second, :] -= a[..., second, first] @ x[..., first, :]
    return substitute(a[..., second, second], x[..., second, :], upper, unit)


def substitute_rows(a, x, upper, unit):
    """Solve for `x` in place, row by row."""
    n = a.shape[-1]
    for i in range(n - 1, -1, -1) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        row = x[..., i : i + 1, :]
        if known.start < known.stop:
            row -= a[..., i : i + 1, known] @ x[..., known, :]
        if not unit:
            row /= a[..., i : i + 1, i : i + 1]


# N. Higham, "The scaling and squaring method for the matrix exponential revisited" (2005):
# exp(A) = N(A) / N(-A) to the last digit of float64 for a 1-norm of A up to REACH, with the
# diagonal Padé approximant of degree 13, whose coefficients are
#
#     N[0] = 1,    N[k] = N[k - 1] (14 - k) / (k (27 - k)).
#
# A larger A is halved first, and the result squared as often.
REACH = 5.371920351148152
PADE = np.cumprod([1.0, *[(14 - k) / (k * (27 - k)) for k in range(1, 14)]])


def matrix_exp(a):
    """The exponential of each matrix of `a`; of one that is not finite, NaN."""
    if a.shape[-1] == 1:
        return np.exp(a)
    if not a.size:
        return a.copy()
    size = abs(a).sum(-2).max(-1)
    finite = np.isfinite(size)[..., None, None]
    halvings = np.where(size > REACH, np.ceil(np.log2(size / REACH)), 0)
    halvings = np.where(np.isfinite(halvings), halvings, 0).astype(int)[..., None, None]
    scale = np.ldexp(np.ones((), size.dtype), -halvings)
    x = quotient(np.where(finite, a, 0) * scale)
    for i in range(halvings.max()):
        x = np.where(halvings > i, x @ x, x)
    return np.where(finite, x, np.asarray(np.nan, a.dtype))


def quotient(a):
    """The approximant at matrices of small norm."""
    c = PADE.astype(a.real.dtype)
    one = np.eye(a.shape[-1], dtype=a.dtype)
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a6 @ (c[13] * a6 + c[11] * a4 + c[9] * a2)
    odd = a @ (odd + c[7] * a6 + c[5] * a4 + c[3] * a2 + c[1] * one)
    even = a6 @ (c[12] * a6 + c[10] * a4 + c[8] * a2)
    even = even + c[6] * a6 + c[4] * a4 + c[2] * a2 + c[0] * one
    return np.linalg.solve(even - odd, even + odd)
