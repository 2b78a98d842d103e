"""Matrices to decompose, made of random ones, and errors in the words of both libraries."""

import warnings

import pytest

import rushlight
from rushlight.ops.families import warn_once

torch = pytest.importorskip("torch")

SQUARE = [[(3, 3)], [(2, 4, 4)], [(1, 1)], [(0, 0)], [(0, 2, 2)], [(2, 0, 0)]]
TALL = [[(4, 2)], [(2, 3, 1)], [(3, 0)], [(0, 3, 2)]]
WIDE = [[(2, 4)], [(2, 1, 3)], [(0, 3)], [(0, 2, 3)]]
ANY = SQUARE + TALL + WIDE
DTYPES = "float32 float64 complex128"
REASON = "decompositions multiply roundings by the condition of the matrix"


def one(lib, x):
    """Ones on the main diagonals of zeros shaped like `x`."""
    return lib.eye(x.shape[-2], x.shape[-1], dtype=x.dtype)


def regular(lib, x):
    """`x` with different large numbers added on its diagonal: well conditioned."""
    k = min(x.shape[-2:])
    return x + one(lib, x) * (6 + 4 * lib.arange(x.shape[-1], dtype=x.dtype)) if k else x


def definite(lib, x):
    """A positive definite matrix made of the square `x`, with different eigenvalues."""
    return x @ x.mH + one(lib, x) * (3 + 5 * lib.arange(x.shape[-1], dtype=x.dtype))


def hermitian(lib, x):
    """A Hermitian matrix made of the square `x`, with different eigenvalues."""
    return (x + x.mH) / 2 + one(lib, x) * (9 * lib.arange(x.shape[-1], dtype=x.dtype) - 9)


def error_of(call, lib):
    """The name of an error's class and its message's first line, or the result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(call(lib))
        except Exception as error:
            return type(error).__name__, str(error).splitlines()[0]


def same_error(call):
    """Both libraries refuse the same way."""
    ours, theirs = error_of(call, rushlight), error_of(call, torch)
    assert isinstance(theirs, tuple), theirs
    assert ours == theirs


def warned_once(call, message):
    """The first call warns as PyTorch's does, the second does not."""
    warn_once.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(rushlight)
        call(rushlight)
    assert [str(w.message).startswith(message) for w in caught] == [True]
