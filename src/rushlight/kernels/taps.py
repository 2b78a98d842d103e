"""Linear maps along one dim of which each result reads a few elements: sums over windows,
interpolation.

`Taps` hold such a map as a handful of parts (results, places, weights): the elements at `places`,
times `weights`, are added to the results at `results`. Both are slices wherever possible, so that
applying a part is one pass over memory.
"""

import numpy as np


class Taps:
    """A map from `length` elements to `count` results."""

    def __init__(self, count, length, parts):
        self.count = count
        self.length = length
        self.parts = parts


def taps(places, length, weights=None):
    """The map whose result i is the sum over j of `weights[i, j] * x[places[i, j]]`.

    A place of -1 reads nothing. Without weights they are all 1.

    Example:
        >>> apply(np.array([1.0, 2.0, 4.0]), taps(np.array([[0, 1], [2, -1]]), 3), -1).tolist()
        [3.0, 4.0]
    """
    parts = []
    for j in range(places.shape[1]):
        results = np.flatnonzero(places[:, j] >= 0)
        if len(results):
            w = None if weights is None else weights[results, j]
            parts.append((as_slice(results), as_slice(places[results, j]), w))
    return Taps(len(places), length, parts)


def as_slice(places):
    """An array of places as a slice, if they follow each other in equal steps."""
    first = int(places[0])
    if len(places) == 1:
        return slice(first, first + 1, 1)
    step = int(places[1]) - first
    if step > 0 and (np.diff(places) == step).all():
        return slice(first, int(places[-1]) + 1, step)
    return places


def along(dim, places):
    """The key that reads places of a dim counted from the end."""
    return (Ellipsis, places) + (slice(None),) * (-dim - 1)


def apply(x, map, dim):
    """The results of a map along a dim counted from the end."""
    out = None
    for results, places, weights in map.parts:
        values = x[along(dim, places)] if isinstance(places, slice) else x.take(places, dim)
        if weights is not None:
            column = weights.astype(x.dtype, copy=False).reshape((-1,) + (1,) * (-dim - 1))
            values = values * column
        if out is None and isinstance(results, slice) and results == slice(0, map.count, 1):
            out = values.copy() if values.base is not None else values
            continue
        out = zeros(x, map.count, dim) if out is None else out
        out[along(dim, results)] += values
    return zeros(x, map.count, dim) if out is None else out


def zeros(x, count, dim):
    """An array like `x`, of another length along a dim."""
    return np.zeros((*x.shape[:dim], count, *x.shape[x.ndim + dim + 1 :]), x.dtype)


def transposed(map):
    """The transpose of a map: from its results to its elements."""
    if all(distinct(places) for _, places, _ in map.parts):
        parts = [(places, results, weights) for results, places, weights in map.parts]
        return Taps(map.length, map.count, parts)
    return regrouped(map)


def distinct(places):
    return isinstance(places, slice) or len(np.unique(places)) == len(places)


def regrouped(map):
    """The transpose of a map with parts that read an element more than once."""
    rows = [np.arange(map.count)[results] for results, _, _ in map.parts]
    read = [np.arange(map.length)[places] for _, places, _ in map.parts]
    rows, read = np.concatenate(rows), np.concatenate(read)
    order = np.argsort(read, kind="stable")
    rows, read = rows[order], read[order]
    rank = np.arange(len(read)) - np.searchsorted(read, read)  # among those that read the same
    places = np.full((map.length, rank.max() + 1), -1)
    places[read, rank] = rows
    if map.parts[0][2] is None:
        return taps(places, map.count)
    weights = np.zeros(places.shape)
    weights[read, rank] = np.concatenate([w for _, _, w in map.parts])[order]
    return taps(places, map.count, weights)
