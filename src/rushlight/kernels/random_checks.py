"""What the draws refuse: which dtype goes with which, and which bounds, in PyTorch's words."""

from __future__ import annotations

import functools
import warnings

import numpy as np

from . import dtypes

__all__ = [
    "bounds",
    "integer_bounds",
    "integer_range",
    "is_floating",
    "require",
    "require_continuous",
    "require_floating",
]

# How C++ spells the types; a few of PyTorch's messages show it.
_CPP_NAMES = {
    "bool": "bool",
    "uint8": "unsigned char",
    "int8": "signed char",
    "int16": "short int",
    "int32": "int",
    "int64": "long int",
    "uint16": "short unsigned int",
    "uint32": "unsigned int",
    "uint64": "long unsigned int",
    "float16": "c10::Half",
    "bfloat16": "c10::BFloat16",
    "float32": "float",
    "float64": "double",
    "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>",
}
_MAXIMA = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38}


def is_floating(dtype: np.dtype) -> bool:
    """Whether `dtype` is one of float16, bfloat16 (of the ml_dtypes package), float32, float64."""
    return dtype.kind == "f" or dtype.name == "bfloat16"


def require(condition: bool, kernel: str, dtype: np.dtype) -> None:
    """NotImplementedError, naming PyTorch's `kernel` and the dtype, unless `condition` holds."""
    if not condition:
        name = dtypes.of(dtype).scalar_type
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{name}'")


def require_floating(dtype: np.dtype, kernel: str) -> None:
    """NotImplementedError, naming PyTorch's `kernel`, unless `dtype` is floating."""
    require(is_floating(dtype), kernel, dtype)


def require_continuous(dtype: np.dtype, distribution: str, cpp: bool = False) -> None:
    """RuntimeError unless `dtype` is floating; `cpp` chooses the spelling of the dtype."""
    if not is_floating(dtype):
        name = _CPP_NAMES[dtype.name] if cpp else dtypes.of(dtype).scalar_type
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. "
            f"dtype must be a floating point but you specified {name}"
        )


def bounds(dtype: np.dtype, low: float, high: float) -> None:
    """RuntimeError unless floating `dtype` can hold `low` <= `high` and their distance."""
    if (low, high) == (0, 1):
        return
    maximum = _largest(dtype)
    for name, value in (("from", low), ("to", high)):
        if not -maximum <= value <= maximum:
            raise RuntimeError(f"{name} is out of bounds for {_CPP_NAMES[dtype.name]}")
    if not low <= high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if not high - low <= maximum:
        scalar_type = dtypes.of(dtype).scalar_type
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{scalar_type}>::max(), but found "
            f"to={high:g} and from={low:g} which result in to-from to exceed the limit"
        )


@functools.cache
def _largest(dtype: np.dtype) -> float:
    """The largest finite number of a floating dtype."""
    return _MAXIMA.get(dtype.name) or float(np.finfo(dtype).max)


def integer_range(dtype: np.dtype) -> tuple[int, int]:
    """The least and the largest number of an integer dtype or bool."""
    if dtype.kind == "b":
        return 0, 1
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def integer_bounds(dtype: np.dtype, low: int, last: int, digits: int | None) -> None:
    """RuntimeError unless `dtype` reaches from `low` to `last`, both included.

    UserWarning if it is floating (`digits` then says how many bits it has) and cannot tell all
    integers between.
    """
    least: float
    most: float
    if digits is None:
        least, most = integer_range(dtype)
        most = min(most, 2**63 - 1)
    else:
        least, most = -_largest(dtype), _largest(dtype)
    ends = (("from", low), ("to - 1", last))
    for name, value in ends:
        if not least <= value <= most:
            raise RuntimeError(f"{name} is out of bounds for {_CPP_NAMES[dtype.name]}")
    for name, value in ends:
        if digits is not None and abs(value) > 2**digits:
            warnings.warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision "
                f"limitations {_CPP_NAMES[dtype.name]} can support discrete uniform distribution "
                "only within this range. This warning will become an error in version 1.7 "
                "release, please fix the code in advance",
                UserWarning,
                stacklevel=4,
            )
