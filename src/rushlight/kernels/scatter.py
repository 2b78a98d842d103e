"""Writes to chosen places of an array, places that come more than once included.

`ufunc.at` is fast on one dim only, so places in several dims are made places in the flat array.
"""

import math

import numpy as np

from rushlight.kernels.quiet import quietly


def wrapped(index, length, dim):
    """An integer index array with negative entries counted from the end.

    Raises:
        IndexError: for an entry out of range; `dim` is what it calls the dimension.
    """
    if index.dtype != np.int64:
        index = index.astype(np.int64)
    if within(index, length):
        return index
    bad = (index < -length) | (index >= length)
    if bad.any():
        raise IndexError(
            f"index {index[bad][0]} is out of bounds for dimension {dim} with size {length}"
        )
    return np.where(index < 0, index + length, index)


def within(index, length):
    """Are all entries of an int64 array from 0 to length - 1?  Negative ones are huge unsigned."""
    return index.size == 0 or int(index.view(np.uint64).max()) < length


def accumulate(x, places, values, ufunc=np.add):
    """`x.flat[places] = ufunc(x.flat[places], values)`, one value after the other."""
    if x.flags.c_contiguous:
        quietly(ufunc.at, (x.reshape(-1), places.reshape(-1), values.reshape(-1)))
    else:
        whole = np.array(x, order="C")
        accumulate(whole, places, values, ufunc)
        x[...] = whole


def steps(shape):
    """How many elements lie between neighbours along each dim of a contiguous array."""
    out, step = [], 1
    for n in reversed(shape):
        out.append(step)
        step *= n
    return out[::-1]


def along(index, dim):
    """The key that takes, at each place of `index`, the entry of dim `dim` that it names."""
    shape, n = index.shape, index.ndim
    return tuple(
        [
            index if d == dim else np.arange(shape[d]).reshape((-1,) + (1,) * (n - d - 1))
            for d in range(n)
        ]
    )


def places_along(shape, index, dim):
    """The flat places of `along(index, dim)` in an array of a shape."""
    step = steps(shape)
    out = index * step[dim]
    for d, at in enumerate(along(index, dim)):
        if d != dim:
            out += at * step[d]
    return out


def places_of_key(shape, indices, dims):
    """Flat places of an index by integer arrays of dims `dims`: index dims first, then the rest."""
    step = steps(shape)
    rest = [d for d in range(len(shape)) if d not in dims]
    out = np.asarray(sum([i * step[d] for i, d in zip(indices, dims, strict=True)]))
    for d in rest:
        out = out[..., None] + np.arange(shape[d]) * step[d]
    return out


def in_range(index, length, dim):
    """The index as int64; PyTorch's error for an entry out of range (negative ones are)."""
    if index.dtype != np.int64:
        index = index.astype(np.int64)
    if not within(index, length):
        bad = index[(index < 0) | (index >= length)][0]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {length}")
    return index


def part(values, index):
    """What of `values` belongs to an index that is smaller; a number belongs to all."""
    if values.ndim == 0 or values.shape == index.shape:
        return values
    return values[tuple([slice(n) for n in index.shape])]


def take_along(x, index, dim):
    """The elements of `x` that an index of as many dims names along one of them, in rows."""
    return np.asarray(x[along(in_range(index, x.shape[dim], dim), dim)], order="C")


def put_along(x, values, index, dim):
    """Write `values` (one for each entry of the index, or more, or one for all) into `x`."""
    x[along(in_range(index, x.shape[dim], dim), dim)] = part(values, index)


def add_along(x, values, index, dim):
    """Add `values` to `x` where the index says; what is named twice gets both."""
    places = places_along(x.shape, in_range(index, x.shape[dim], dim), dim)
    accumulate(x, places, part(values, index))


def add_slices(x, values, index, dim):
    """Add the slices of `values` along `dim` to those of `x` that an index vector names."""
    places = places_of_key(x.shape, (in_range(index, x.shape[dim], dim),), (dim,))
    accumulate(x, places, np.moveaxis(values, dim, 0))


def take_at(x, indices, first):
    """What a tuple of int64 indices of as many dims, from `first` on, chooses; their dims stand
    there.  They broadcast, and negative ones count from the end.

    Raises:
        IndexError: for an entry out of range.
    """
    if len(indices) == 1 and x.shape[first]:
        return np.asarray(x.take(indices[0], first))
    return row_major(np.asarray(x[(*[slice(None)] * first, *indices)]))


def row_major(a):
    """An array that is, in the strides of dims of length 1 as well: NumPy's may be any."""
    return a.reshape(-1).reshape(a.shape) if a.flags.c_contiguous else a.copy()


def add_at(x, values, indices, first):
    """Add to what `take_at` takes of a contiguous array; the indices have one shape."""
    last = first + len(indices)
    at, *others = [i % n for i, n in zip(indices, x.shape[first:last], strict=True)]
    for index, n in zip(others, x.shape[first + 1 : last], strict=True):
        at = at * n + index
    before, behind = math.prod(x.shape[:first]), math.prod(x.shape[last:])
    whole = x.reshape(before, math.prod(x.shape[first:last]), behind)
    values = values.reshape(before, at.size, behind)
    add_slices(whole, values, at.reshape(-1), 1)


def zeros(shape, dtype):
    """Zeros that are to be written over soon."""
    return np.zeros(shape, dtype)
