"""Normal draws: PyTorch's two ways of making them, both by Box and Muller.

Sixteen or more values of a contiguous tensor are made in blocks of 16 uniforms, the first eight of
which give the radii and the last eight the angles of eight pairs.  Fewer, or those of a strided
tensor, are made pair by pair in float64; the second of a pair waits in the engine for the next such
draw.
"""

from __future__ import annotations

import math
from contextlib import suppress

import numpy as np

from . import box_muller as plain
from . import door
from .box_muller import BLOCK
from .random_arithmetic import fused, libm, rounded
from .random_checks import require_floating
from .random_stream import Engine

__all__ = ["log_normal", "normal", "normal_around"]

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.draws  # noqa: F401  (enters its function)

box_muller = door.native_or(plain.box_muller)
_TWO_PI = 2 * math.pi


def normal(
    engine: Engine,
    shape: tuple[int, ...],
    dtype: np.dtype,
    mean: float = 0.0,
    std: float = 1.0,
    contiguous: bool = True,
) -> np.ndarray:
    """Normal numbers, as of `randn` and `Tensor.normal_`.

    `dtype` is floating or complex; the variance of a complex number is halved between its parts.
    `contiguous` tells whether the tensor that they are for is contiguous, since PyTorch makes other
    numbers if it is not.

    RuntimeError if `std` is negative, NotImplementedError for another dtype.

    >>> normal(Engine(0), (2,), np.dtype("float64")).round(4).tolist()
    [1.541, -0.2934]
    """
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        parts = normal(engine, (*shape, 2), part, mean, std / math.sqrt(2), contiguous)
        return parts.reshape(-1).view(dtype).reshape(shape)
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    require_floating(dtype, "normal_kernel_cpu")
    if contiguous and count >= BLOCK:
        return _in_blocks(engine, count, dtype, mean, std).reshape(shape)
    return rounded(_in_pairs(engine, count, mean, std), dtype).reshape(shape)


def normal_around(
    engine: Engine, mean: float | np.ndarray, std: float | np.ndarray, dtype: np.dtype
) -> np.ndarray:
    """A normal number per element of `mean` and `std`, as of `torch.normal`.

    At least one of them is an array.  PyTorch's `dtype` for this is that of `mean` if it is an
    array, else that of `std`.

    RuntimeError if a `std` is negative or complex; ValueError if the shapes do not broadcast.

    >>> normal_around(Engine(0), np.zeros(2, "f4"), np.ones(2, "f4"), np.dtype("f4")).shape
    (2,)
    """
    if not isinstance(std, np.ndarray):
        draws = normal(engine, np.shape(mean), dtype, 0.0, std)
    else:
        if std.dtype.kind == "c":
            raise RuntimeError("normal expects standard deviation to be non-complex")
        if std.size and not (std >= 0).all():
            raise RuntimeError("normal expects all elements of std >= 0.0")
        shape = np.broadcast_shapes(np.shape(mean), std.shape)
        draws = normal(engine, shape, dtype)
        draws = np.asarray(np.multiply(draws, std)).astype(dtype, copy=False)
    if not isinstance(mean, np.ndarray):
        mean = rounded(np.array(mean, np.float64), dtype)
    return np.asarray(np.add(draws, mean)).astype(dtype, copy=False)


def log_normal(
    engine: Engine, shape: tuple[int, ...], dtype: np.dtype, mean: float = 1.0, std: float = 2.0
) -> np.ndarray:
    """The exponential of normal numbers, as of `Tensor.log_normal_`; `dtype` is floating.

    RuntimeError unless `std` is positive, NotImplementedError for another dtype.

    >>> bool((log_normal(Engine(0), (3,), np.dtype("float32")) > 0).all())
    True
    """
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, dtype)
    require_floating(dtype, "log_normal_cpu")
    values = libm("exp", _in_pairs(engine, count, mean, std))
    return rounded(values, dtype).reshape(shape)


def _in_blocks(engine: Engine, count: int, dtype: np.dtype, mean: float, std: float) -> np.ndarray:
    """Blocks of 16; for a rest, a block of fresh uniforms overwrites the last 16 numbers."""
    rest = count % BLOCK
    whole = count - rest
    half = dtype.itemsize == 2
    uniforms = engine.doubles if dtype == np.float64 else engine.floats
    with engine.lock:  # the uniforms of a rest are only skipped in half precision
        values = uniforms(whole if half else count)[:whole]
        last = uniforms(BLOCK if rest else 0)
    box_muller(values, mean, std)
    if not rest:
        return rounded(values, dtype)
    box_muller(last, mean, std)
    result = np.empty(count, dtype)
    result[:whole] = rounded(values, dtype)
    result[-BLOCK:] = rounded(last, dtype)
    return result


def _in_pairs(engine: Engine, count: int, mean: float, std: float) -> np.ndarray:
    """`count` float64 numbers, the first being the one that waits in the engine if one does."""
    with engine.lock:
        values = [] if engine.next_normal is None else [engine.next_normal]
        uniforms = iter(engine.doubles((count - len(values) + 1) // 2 * 2).tolist())
        for u1, u2 in zip(uniforms, uniforms, strict=True):
            values += standard_pair(u1, u2)
        engine.next_normal = values.pop() if len(values) > count else None
    return fused(np.array(values), std, mean)


def standard_pair(u1: float, u2: float) -> tuple[float, float]:
    """Two independent standard normal numbers from two uniform ones in [0, 1)."""
    radius = math.sqrt(-2.0 * math.log1p(-u2))
    angle = _TWO_PI * u1
    return radius * math.cos(angle), radius * math.sin(angle)
