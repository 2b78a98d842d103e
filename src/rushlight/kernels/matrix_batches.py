"""Arrays as batches of matrices: their dims before the last ones made one, and their diagonals."""

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
