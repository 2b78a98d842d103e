"""Writes to chosen places of an array, places that come more than once included.

`ufunc.at` is fast on one dim only, so places in several dims are made places in the flat array.
"""

import numpy as np


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
        ufunc.at(x.reshape(-1), places.reshape(-1), values.reshape(-1))
    else:
        whole = np.array(x, order="C")
        ufunc.at(whole.reshape(-1), places.reshape(-1), values.reshape(-1))
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
