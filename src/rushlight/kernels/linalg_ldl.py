"""LDL factors of symmetric and Hermitian matrices: Bunch and Kaufman's pivoting, LAPACK's layout.

The columns of L stand below blocks of D, one by one or two by two. `pivots`, counted from 1, are
negative, and both the same, for a block of two.
"""

import math

import numpy as np

from rushlight.kernels.matrix_batches import magnitude, stacked

ALPHA = (1 + math.sqrt(17)) / 8  # keeps the growth of a step of one and of a step of two equal


def ldl_factor(a, hermitian):
    """(LD, pivots, info) of a batch of which the lower triangles are read."""
    out = np.tril(a)
    pivots = np.empty(a.shape[:-1], np.int32)
    info = [factor(x, p, hermitian) for x, p in zip(stacked(out), stacked(pivots, 1), strict=True)]
    return out, pivots, np.array(info, np.int32).reshape(a.shape[:-2])


def factor(a, pivots, hermitian):
    """Overwrite the lower triangle of one matrix; returns the place of a zero in D, or 0."""
    info, k, n = 0, 0, len(a)
    while k < n:
        chosen, step = pivot(a, k)
        if not step:
            info, step = info or k + 1, 1
        else:
            exchange(a, k, k + step - 1, chosen, hermitian)
            eliminate(a, k, step, hermitian)
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


def eliminate(a, k, step, hermitian):
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
