"""The arithmetic behind PyTorch's draws, to the last bit.

PyTorch's x86 kernels use fused multiply-adds and, for float32 normals, eight-wide logarithm, sine
and cosine (the single-precision polynomials of Moshier's Cephes library).  NumPy has neither, so
both are rebuilt here. In float64 PyTorch calls the C library one number at a time, and so do we,
through `math`: NumPy's own vector loops differ from it in the last bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .random_checks import is_floating

__all__ = ["fused", "libm", "log32", "rounded", "sincos32"]

Numbers = float | np.floating[Any] | np.ndarray


def rounded(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """`values` in `dtype` as C++ casts them: to half precision through float32, rounding twice."""
    if values.dtype == dtype:
        return values
    with np.errstate(over="ignore", invalid="ignore"):  # C++ says nothing about infinities
        if dtype.itemsize == 2 and is_floating(dtype):
            values = values.astype(np.float32)
        return values.astype(dtype, copy=False)


def libm(name: str, values: np.ndarray) -> np.ndarray:
    """The C library's function `name` of each of the float64 `values`, which have one dimension.

    >>> libm("log", np.array([1.0, 0.0])).tolist()
    [0.0, -inf]
    """
    function = getattr(math, name)
    try:
        return np.fromiter(map(function, values.tolist()), np.float64, values.size)
    except (ValueError, OverflowError):  # math raises where C gives an infinity; NumPy knows which
        with np.errstate(all="ignore"):
            results = getattr(np, name)(values)
        finite = np.isfinite(results)
        results[finite] = libm(name, values[finite])
        return results


def fused(a: np.ndarray, b: Numbers, c: Numbers) -> np.ndarray:
    """`a * b + c` rounded once, in the dtype of `a` (float32 or float64)."""
    if a.dtype == np.float32:
        wide = np.multiply(a, b, dtype=np.float64)  # exact: 24 bits times 24 bits
        wide += c
        return rounded(wide, np.dtype(np.float32))
    if np.ndim(b) == 0 and b == 1:
        return a + c
    product = a * b
    total = product + c
    # The exact errors of the product (Dekker's) and of the sum (Knuth's) are added back to the sum.
    a_high, a_low, b_high, b_low = *_halves(a), *_halves(np.float64(b))
    error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    part = total - product
    error += (product - (total - part)) + (c - part)
    return np.where(np.isfinite(error), total + error, total)


def _halves(values: Numbers) -> tuple[Any, Any]:
    """float64 as a part with the upper 26 bits and the rest, with no step that could overflow."""
    bits = np.asarray(values, np.float64).view(np.int64)
    high = (bits & np.int64(-(2**27))).view(np.float64)
    return high, values - high


def _f32(*coefficients: float) -> tuple[np.float32, ...]:
    return tuple(np.float32(c) for c in coefficients)


_SQRT_HALF, _LN2_HIGH, _LN2_LOW = _f32(0.707106781186547524, 0.693359375, -2.12194440e-4)
_LOG = _f32(
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)
_FOUR_OVER_PI, *_QUARTER_PI = _f32(
    1.27323954473516, -0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8
)
_SIN = _f32(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = _f32(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_HALF, _ONE, _TWO = _f32(0.5, 1.0, 2.0)


def _polynomial(x: np.ndarray, coefficients: tuple[np.float32, ...]) -> np.ndarray:
    """Horner's rule in fused steps, highest power first."""
    first, second, *others = coefficients
    total = fused(x, first, second)
    for coefficient in others:
        total = fused(total, x, coefficient)
    return total


def log32(x: np.ndarray) -> np.ndarray:
    """The logarithm of normal positive float32 `x` = m * 2**e with m in [sqrt(1/2), sqrt(2))."""
    mantissa, exponent = np.frexp(x)
    small = mantissa < _SQRT_HALF
    exponent = (exponent - small).astype(np.float32)
    m = np.where(small, mantissa - _ONE + mantissa, mantissa - _ONE)
    square = m * m
    tail = fused(_polynomial(m, _LOG) * m, square, exponent * _LN2_LOW)
    tail = fused(square, -_HALF, tail)
    return fused(exponent, _LN2_HIGH, m + tail)


def sincos32(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine and cosine of float32 `x` >= 0, reduced to [-pi/4, pi/4] about the even octant."""
    octant = (x * _FOUR_OVER_PI).astype(np.int32)
    octant = (octant + 1) & ~1
    turns = octant.astype(np.float32)
    for part in _QUARTER_PI:
        x = fused(turns, part, x)
    square = x * x
    cosine = fused(_polynomial(square, _COS) * square, square, -_HALF * square) + _ONE
    sine = fused(_polynomial(square, _SIN) * square, x, x)
    swap = (octant & 2) != 0
    sine, cosine = np.where(swap, cosine, sine), np.where(swap, sine, cosine)
    np.negative(sine, out=sine, where=(octant & 4) != 0)
    np.negative(cosine, out=cosine, where=((octant - 2) & 4) == 0)
    return sine, cosine
