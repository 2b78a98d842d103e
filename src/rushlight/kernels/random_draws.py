"""Draws that need a fixed number of words per value: uniform, integers, Bernoulli and their kin.

Each takes the engine, the shape and the NumPy dtype of the result, then the parameters of the
distribution, and gives a new C-contiguous array; an empty one takes no words.  Values are made in C
order.
"""

from __future__ import annotations

import math

import numpy as np

from .random_arithmetic import fused, libm, rounded
from .random_checks import (
    bounds,
    integer_bounds,
    integer_range,
    is_floating,
    require,
    require_continuous,
    require_floating,
)
from .random_stream import Engine

__all__ = [
    "bernoulli",
    "bernoulli_each",
    "cauchy",
    "exponential",
    "geometric",
    "integers",
    "integers_any",
    "uniform",
]

_DIGITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
_LEAST, _MOST = -(2**63), 2**63 - 1
_WIDE_RANGE = 2**28  # from this range on, PyTorch takes two words per integer


def uniform(
    engine: Engine,
    shape: tuple[int, ...],
    dtype: np.dtype,
    low: float = 0.0,
    high: float = 1.0,
) -> np.ndarray:
    """Uniform numbers in [low, high), as of `rand` and `Tensor.uniform_`; floating or complex.

    The two parts of a complex number are drawn one after the other.

    RuntimeError for bounds out of order or out of reach of `dtype`, NotImplementedError for another
    dtype.

    >>> uniform(Engine(0), (2,), np.dtype("float64")).round(4).tolist()
    [0.9701, 0.7078]
    """
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        parts = uniform(engine, (*shape, 2), part, low, high)
        return parts.reshape(-1).view(dtype).reshape(shape)
    require_floating(dtype, "check_uniform_bounds")
    bounds(dtype, low, high)
    count = math.prod(shape)
    unit = (low, high) == (0, 1)
    if dtype == np.float32 and not unit:
        return engine.floats_between(count, low, high).reshape(shape)
    values = engine.doubles(count) if dtype == np.float64 else engine.floats(count)
    if not unit:
        first, last = values.dtype.type(low), values.dtype.type(high)
        values = fused(values, last - first, first)
    if not unit or dtype.itemsize == 2:  # rounding may have reached the end, which is left out
        values = rounded(values, dtype)
        values[values == np.array(high).astype(dtype)] = low
    return values.reshape(shape)


def integers(
    engine: Engine, shape: tuple[int, ...], dtype: np.dtype, low: int, high: int | None
) -> np.ndarray:
    """Integers in [low, high), as of `randint` and `Tensor.random_(low, high)`; any real dtype.

    Without `high` they reach to the last integer of `dtype` (of those that a floating dtype tells
    apart).

    RuntimeError for an empty range or one that `dtype` does not hold; UserWarning where a floating
    `dtype` does not hold every integer of it.

    >>> integers(Engine(0), (4,), np.dtype("int64"), 0, 10).tolist()
    [4, 9, 3, 0]
    """
    digits = _DIGITS.get(dtype.name)
    if high is None and low == _LEAST:
        return _any_int64(engine, shape, dtype)
    if high is not None:
        low, last = _closed(dtype, low, high, digits)
    else:
        low, last = _to_the_end(dtype, low, digits)
    if dtype.kind == "c":
        raise RuntimeError(
            "check_random_bounds handles only integral, floating-point and boolean types"
        )
    integer_bounds(dtype, low, last, digits)
    count, span = math.prod(shape), last - low + 1
    words = engine.words64(count) if span >= _WIDE_RANGE else engine.words32(count)
    words %= words.dtype.type(span)
    values = words.astype(np.int64)
    values += low
    return rounded(values, dtype).reshape(shape)


def integers_any(engine: Engine, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Integers from 0 to the last one of `dtype`, as of `Tensor.random_()`.

    In a floating dtype the last is the one up to which it holds them all.
    NotImplementedError for complex and the wider unsigned dtypes.

    >>> integers_any(Engine(0), (3,), np.dtype("int8")).tolist()
    [44, 47, 117]
    """
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    known = is_floating(dtype) or (dtype.kind in "bi") or dtype == np.uint8
    require(known, "random_kernel_cpu", dtype)
    digits = _DIGITS.get(dtype.name)
    last = 2**digits if digits else integer_range(dtype)[1]
    words = engine.words64(count) if dtype.itemsize == 8 else engine.words32(count)
    words %= words.dtype.type(last + 1)
    return rounded(words, dtype).reshape(shape)


def _any_int64(engine: Engine, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    kernel = "random_full_64_bits_range_kernel_cpu"
    known = dtype.kind in "if" or dtype.name in ("uint8", "bfloat16")
    require(known and dtype != np.float16, kernel, dtype)
    if dtype.kind in "iu" and dtype != np.int64:
        raise RuntimeError(f"{kernel} handles only int64, double, float and bfloat16")
    return rounded(engine.words64(count).view(np.int64), dtype).reshape(shape)


def _closed(dtype: np.dtype, low: int, high: int, digits: int | None) -> tuple[int, int]:
    """The first and last integer of [low, high), moved inward to those a floating `dtype` has."""
    if not low < high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    if digits:
        low, high = _first_held(dtype, low, digits), _end_held(dtype, high, digits)
        if not low < high:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, "
                f"but got from={low} >= to={high}"
            )
    return low, high - 1


def _to_the_end(dtype: np.dtype, low: int, digits: int | None) -> tuple[int, int]:
    if dtype.kind == "c":
        raise RuntimeError(
            "random_from_to_impl handles only integral, floating-point and boolean types"
        )
    if not digits:  # the end of uint64 is -1 to PyTorch, and refused
        last = integer_range(dtype)[1]
        return low, last if last <= _MOST else -1
    low, last = _first_held(dtype, low, digits), 2**digits
    if not low < last:
        raise RuntimeError(
            "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted "
            f"to dtype, but got from={low} > to_inc={last}"
        )
    return low, last


def _first_held(dtype: np.dtype, low: int, digits: int) -> int:
    """`low`, or the next number of `dtype` if it rounds the integer after `low` to below it."""
    after = _held(dtype, low + 1)
    if after >= low:
        return low
    return after + 2 ** max(abs(low + 1).bit_length() - digits, 0)


def _end_held(dtype: np.dtype, high: int, digits: int) -> int:
    """`high`, or the number of `dtype` before it if it rounds the integer before up to it."""
    before = _held(dtype, high - 1)
    if before < high:
        return high
    return before - 2 ** max(abs(high - 1).bit_length() - digits, 0)


def _held(dtype: np.dtype, value: int) -> int:
    """The number of `dtype` nearest to `value`; one out of reach stays, to be refused later."""
    with np.errstate(over="ignore"):
        number = float(rounded(np.array([value], np.int64), dtype)[0])
    return int(number) if math.isfinite(number) else value


def bernoulli(engine: Engine, shape: tuple[int, ...], dtype: np.dtype, p: float) -> np.ndarray:
    """One with probability `p`, else zero, as of `Tensor.bernoulli_(p)` with a number.

    Every value takes two words, whatever the dtype.
    RuntimeError for `p` outside [0, 1], NotImplementedError for complex and the wider unsigned
    dtypes.

    >>> bernoulli(Engine(0), (5,), np.dtype("bool"), 0.5).tolist()
    [False, False, True, False, False]
    """
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    _require_common(dtype, "bernoulli_scalar_cpu_")
    return (engine.doubles(count) < p).astype(dtype).reshape(shape)


def bernoulli_each(
    engine: Engine, shape: tuple[int, ...], dtype: np.dtype, p: np.ndarray
) -> np.ndarray:
    """One with the probability in `p`, else zero, as of `bernoulli(p)` with a tensor.

    `p` broadcasts to `shape`.  float64 probabilities take two words per value, others one.

    RuntimeError for a probability outside [0, 1], NotImplementedError for a `p` that is not
    floating.

    >>> bernoulli_each(Engine(0), (2,), np.dtype("float32"), np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    _require_common(dtype, "bernoulli_tensor_cpu_self_")
    require_floating(p.dtype, "bernoulli_tensor_cpu_p_")
    wide = p.dtype == np.float64
    p = p if wide else p.astype(np.float32)
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    values = engine.doubles(count) if wide else engine.floats(count)
    return (values.reshape(shape) < p).astype(dtype)


def _require_common(dtype: np.dtype, kernel: str, boolean: bool = True) -> None:
    common = is_floating(dtype) or dtype.kind == "i" or dtype == np.uint8
    require(common or (boolean and dtype.kind == "b"), kernel, dtype)


def exponential(
    engine: Engine, shape: tuple[int, ...], dtype: np.dtype, rate: float = 1.0
) -> np.ndarray:
    """Waiting times at `rate` events per unit of time, as of `Tensor.exponential_`; floating.

    RuntimeError for a rate that is not positive or another dtype.

    >>> exponential(Engine(0), (2,), np.dtype("float64")).round(4).tolist()
    [3.5083, 1.2304]
    """
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    require_continuous(dtype, "Exponential")
    values = -1.0 / rate * libm("log1p", -engine.doubles(count))
    return rounded(values, dtype).reshape(shape)


def geometric(engine: Engine, shape: tuple[int, ...], dtype: np.dtype, p: float) -> np.ndarray:
    """How many tries of success `p` a first success takes, as of `Tensor.geometric_`.

    RuntimeError unless 0 < p < 1, NotImplementedError for bool, complex and the wider unsigned
    dtypes.

    >>> geometric(Engine(0), (3,), np.dtype("int64"), 0.5).tolist()
    [1, 1, 2]
    """
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    _require_common(dtype, "geometric_cpu", boolean=False)
    values = np.ceil(libm("log", engine.doubles(count)) / math.log1p(-p))
    return rounded(values, dtype).reshape(shape)


def cauchy(
    engine: Engine,
    shape: tuple[int, ...],
    dtype: np.dtype,
    median: float = 0.0,
    sigma: float = 1.0,
) -> np.ndarray:
    """Cauchy's distribution around `median` with half-width `sigma`, as of `Tensor.cauchy_`.

    RuntimeError unless `sigma` is positive and `dtype` floating.

    >>> cauchy(Engine(0), (2,), np.dtype("float64")).round(4).tolist()
    [10.5977, 0.7648]
    """
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    require_continuous(dtype, "Cauchy", cpp=True)
    tangents = libm("tan", math.pi * (engine.doubles(math.prod(shape)) - 0.5))
    return rounded(fused(tangents, sigma, median), dtype).reshape(shape)
