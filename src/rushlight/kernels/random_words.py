"""Words and uniform numbers read from a bit generator, as PyTorch makes them of its own."""

from __future__ import annotations

from typing import Any

import numpy as np


def words32(bits: Any, count: int) -> np.ndarray:
    """The next `count` words, as uint32."""
    words: np.ndarray = bits.random_raw(count).astype(np.uint32)
    return words


def words64(bits: Any, count: int) -> np.ndarray:
    """The next `count` pairs of words, the first in the high half, as uint64."""
    words = bits.random_raw(2 * count)
    pairs: np.ndarray = words[0::2]
    pairs <<= np.uint64(32)
    pairs |= words[1::2]
    return pairs.copy()


def floats(bits: Any, count: int) -> np.ndarray:
    """The next `count` uniform float32 in [0, 1): the low 24 bits of one word each."""
    words = words32(bits, count)
    words &= np.uint32(2**24 - 1)
    numbers: np.ndarray = words.astype(np.float32)
    numbers *= np.float32(2.0**-24)
    return numbers


def floats_between(bits: Any, count: int, low: float, high: float) -> np.ndarray:
    """The next `count` uniform float32 from `low` to below `high`: product and sum rounded once."""
    first, last = np.float32(low), np.float32(high)
    with np.errstate(over="ignore", invalid="ignore"):
        wide = np.multiply(floats(bits, count), last - first, dtype=np.float64)  # exact
        wide += first
        numbers: np.ndarray = wide.astype(np.float32)
    numbers[numbers == last] = first  # rounding may have reached the end, which is left out
    return numbers


def doubles(bits: Any, count: int) -> np.ndarray:
    """The next `count` uniform float64 in [0, 1): the low 53 bits of two words each."""
    words = words64(bits, count)
    words &= np.uint64(2**53 - 1)
    numbers: np.ndarray = words * np.float64(2.0**-53)
    return numbers
