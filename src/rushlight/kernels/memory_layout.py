"""How a new array lies in memory: like another one, or as a memory format says.

Strides here are counted in elements.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .metadata import channels_last, channels_last_3d, contiguous_format, preserve_format

Array = np.ndarray[Any, Any]

_CHANNELS_LAST = {channels_last: (4, (0, 2, 3, 1)), channels_last_3d: (5, (0, 2, 3, 4, 1))}
_ORDINARY = (None, preserve_format, contiguous_format)
_SHOWN = {contiguous_format: "Contiguous", preserve_format: "Preserve"}


def permuted(shape: tuple[int, ...], order: tuple[int, ...], dtype: Any) -> Array:
    """An uninitialised dense array whose dims lie in memory in `order`, outermost first.

    Example:
        >>> permuted((2, 3), (1, 0), np.float64).strides
        (8, 16)
    """
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return np.empty([shape[d] for d in order], dtype).transpose(inverse)


def formatted(shape: tuple[int, ...], dtype: Any, memory_format: Any) -> Array:
    """An uninitialised array of a memory format; None means contiguous.

    Raises:
        RuntimeError: channels-last of another number of dims, or a format that only copies know.
    """
    if memory_format is None or memory_format is contiguous_format:
        return np.empty(shape, dtype)
    if memory_format not in _CHANNELS_LAST:
        raise RuntimeError(f"unsupported memory format {_SHOWN[memory_format]}")
    rank, order = _CHANNELS_LAST[memory_format]
    if len(shape) != rank:
        raise RuntimeError(f"required rank {rank} tensor to use {memory_format.name} format")
    return permuted(shape, order, dtype)


def empty_like(array: Array, dtype: Any = None, memory_format: Any = None) -> Array:
    """An uninitialised array of the same shape; by default its dims lie in the same order too.

    Example:
        >>> empty_like(np.ones((2, 3)).T).strides
        (8, 24)
    """
    dtype = array.dtype if dtype is None else dtype
    if memory_format is not None and memory_format is not preserve_format:
        return formatted(array.shape, dtype, memory_format)
    if array.flags.c_contiguous:
        return np.empty(array.shape, dtype)
    if is_dense(array.shape, array.strides, array.itemsize):
        item = np.dtype(dtype).itemsize
        strides = [s // array.itemsize * item for s in array.strides]
        return as_strided(np.empty(array.size, dtype), array.shape, strides)
    return permuted(array.shape, order_of(array.shape, array.strides), dtype)


def copied(array: Array, dtype: Any = None, memory_format: Any = None) -> Array:
    """A copy, laid out as by `empty_like`; other dtypes take what C's conversion gives them."""
    if memory_format in _ORDINARY and array.flags.c_contiguous:
        if dtype is None or dtype == array.dtype:
            return array.copy()
        if array.dtype.kind != "c":
            with np.errstate(all="ignore"):
                return array.astype(dtype)
    out = empty_like(array, dtype, memory_format)
    if array.dtype.kind == "c" and out.dtype.kind not in "cb":
        array = array.real  # NumPy would warn of what is lost
    with np.errstate(all="ignore"):
        np.copyto(out, array, casting="unsafe")
    return out


def is_dense(shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> bool:
    """Do the elements fill a stretch of memory, each in a place of its own?"""
    expected = item
    for stride, n in sorted(zip(strides, shape, strict=True)):
        if n == 1:
            continue
        if stride != expected:
            return False
        expected *= n
    return True


def order_of(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, ...]:
    """The dims from the outermost to the innermost in memory.

    An expanded dim (stride 0) keeps its place among its neighbours; of dims with equal strides the
    longer one is the outer.
    """
    order = list(range(len(shape) - 1, -1, -1))  # innermost first
    for i in range(1, len(order)):
        at = i
        for j in range(i - 1, -1, -1):
            inner, outer = order[j], order[at]
            turn = _compare(shape, strides, inner, outer)
            if turn > 0:
                order[j], order[at] = outer, inner
                at = j
            elif turn < 0:
                break
    return tuple(reversed(order))


def _compare(shape: tuple[int, ...], strides: tuple[int, ...], inner: int, outer: int) -> int:
    """1 when two dims should swap, -1 when they stand right, 0 when strides do not tell."""
    a, b = strides[inner], strides[outer]
    if a == 0 or b == 0:
        return 0
    if a != b:
        return 1 if a > b else -1
    return 1 if shape[inner] > shape[outer] else 0


def strided(shape: tuple[int, ...], stride: tuple[int, ...], dtype: Any) -> Array:
    """An uninitialised array with these strides, over memory of its own.

    Raises:
        RuntimeError: for strides that are negative, or not as many as dims.
    """
    if len(shape) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of "
            f"strides ({len(stride)})"
        )
    if any(s < 0 for s in stride):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={[*shape]} and strides={[*stride]}"
        )
    item = np.dtype(dtype).itemsize
    reach = sum((n - 1) * s for n, s in zip(shape, stride, strict=True)) + 1
    memory = np.empty(reach if math.prod(shape) else 0, dtype)
    return as_strided(memory, shape, [s * item for s in stride])
