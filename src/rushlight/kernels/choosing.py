"""Limits, choices by a mask, places in an order, and arrays made one."""

import numpy as np


def clamped(x, low, high):
    """An array between two numbers or arrays of its dtype (None for no limit); NaN stays NaN."""
    if low is not None:
        x = np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def clamped_gradient(g, x, low, high):
    """`g` where `x` is within its limits, zero elsewhere (even where `g` is infinite or NaN)."""
    inside = True if low is None else x >= low
    if high is not None:
        inside = inside & (x <= high)
    return np.where(inside, g, g.dtype.type(0))


def chosen(mask, a, b):
    """`a` where the mask is true, `b` elsewhere; all are broadcast, either may be a number."""
    return np.where(mask, a, b)


def selected(x, mask):
    """The elements where a mask, of the leading dims, is true."""
    return x[mask]


def unselected(values, mask):
    """Zeros in the shape of a mask, with the 1-d `values` in order where it is true."""
    out = np.zeros(mask.shape, values.dtype)
    out[mask] = values
    return out


def overwrite(x, mask, value):
    """Write a number, or an array that is broadcast, where a mask of the leading dims is true."""
    x[mask] = value


def places(x):
    """The indices of the elements that are not zero: one row for each dim."""
    return np.array(np.nonzero(x), np.int64)


def joined(arrays, dim):
    """Arrays one after another along a dim."""
    return np.concatenate(arrays, dim)


def stacked(arrays, dim):
    """Arrays of one shape along a new dim."""
    return np.stack(arrays, dim)


def insertion_places(boundaries, values, right):
    """Where each value would go among 1-d rising boundaries: the first place, or the last."""
    return np.asarray(np.searchsorted(boundaries, values, "right" if right else "left"))
