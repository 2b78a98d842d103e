"""Triangular systems of equations on batches of matrices: forward and back substitution."""

import numpy as np

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
