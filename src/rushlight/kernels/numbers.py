"""Python numbers as elements of arrays: which dtype can hold them."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from . import dtypes

# How C++ spells element types where a number does not fit one.
_SPELLED = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t", "float16": "c10::Half",
    "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip
# How C++ spells them where a tensor has the wrong one.
_WORDS = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float",
    "float64": "double", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip
NOT_READ = "value cannot be converted to type {0} without overflow"


def word(dtype: dtypes.dtype) -> str:
    """A dtype as C++ spells it: float, long int.

    Example:
        >>> word(dtypes.int64)
        'long int'
    """
    return _WORDS.get(dtype.name, dtype.name)


def element(x: Any, dtype: dtypes.dtype) -> Any:
    """A Python number as a NumPy scalar of `dtype`, as `full` and `fill_` take it.

    Raises:
        RuntimeError: if the number does not fit; a negative one may wrap around an unsigned type.
        OverflowError: for integers that no 64-bit type holds.
    """
    if isinstance(x, int) and 0 <= x < 128:
        return dtype.numpy.type(x)
    if isinstance(x, int) and abs(x) >= 2**64:
        raise OverflowError("int too big to convert")
    if not fits(x, dtype):
        raise RuntimeError(NOT_READ.format(_SPELLED.get(dtype.name, dtype.name)))
    return stored(x, dtype)


def stored(x: Any, dtype: dtypes.dtype) -> Any:
    """A Python number that fits as a NumPy scalar of `dtype`."""
    if dtype.category == dtypes.INT:
        whole = int(x.real if isinstance(x, complex) else x)
        return np.array(whole % 2**64, np.uint64).astype(dtype.numpy)[()]
    if isinstance(x, complex) and not dtype.is_complex and dtype is not dtypes.bool:
        x = x.real
    with np.errstate(all="ignore"):
        return np.asarray(x).astype(dtype.numpy)[()]


def fits(x: Any, dtype: dtypes.dtype) -> bool:
    """Can `dtype` hold the number, rounded or truncated?

    Example:
        >>> fits(300, dtypes.uint8), fits(-1, dtypes.uint8), fits(2.7, dtypes.int32)
        (False, True, True)
    """
    if dtype.category == dtypes.BOOL:
        return True
    if isinstance(x, complex):
        if dtype.is_complex:
            return fits(x.real, dtype.to_real()) and fits(x.imag, dtype.to_real())
        return x.imag == 0 and fits(x.real, dtype)
    if dtype.category == dtypes.INT:
        return _fits_integer(x, dtype)
    return not math.isfinite(x) or abs(x) <= _largest(dtype)


@cache
def _largest(dtype: dtypes.dtype) -> float:
    """The largest finite number of a floating dtype, or of a complex one's parts."""
    return float(dtypes.finfo(dtype.to_real()).max)


def _fits_integer(x: Any, dtype: dtypes.dtype) -> bool:
    limits = dtypes.iinfo(dtype)
    if isinstance(x, float):
        return math.isfinite(x) and limits.min <= x <= limits.max
    low = -limits.max if not dtype.is_signed else limits.min
    return low <= x <= limits.max
