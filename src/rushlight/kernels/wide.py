"""Functions computed in float64, whatever real dtype their arguments have."""

import functools
import math

import numpy as np


def wide(function):
    """`function`, written for float64 arrays, for arrays of any real dtype (all of the same)."""

    @functools.wraps(function)
    def widened(*arrays):
        dtype = arrays[-1].dtype
        with np.errstate(all="ignore"):
            out = function(*[np.asarray(a, np.float64) for a in arrays])
        return np.asarray(out).astype(dtype)

    return widened


def mapped(function, x):
    """A function of Python floats, element by element: the C library's are exact to a rounding."""
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def log_gamma(x):
    """`math.lgamma` with infinities where that raises: at its poles, and on overflow."""
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf
