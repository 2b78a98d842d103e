"""Box and Muller's normal numbers, in the blocks of 16 in which PyTorch computes them."""

from __future__ import annotations

import math

import numpy as np

from .random_arithmetic import fused, libm, log32, sincos32

BLOCK = 16
CHUNK = 2048 * BLOCK  # what is worked on at a time, to stay in the cache
_TWO_PI = 2 * math.pi


def box_muller(uniforms: np.ndarray, mean: float, std: float) -> None:
    """Turn blocks of 16 uniforms in [0, 1), float32 or float64, into normal numbers, in place."""
    turn = _single if uniforms.dtype == np.float32 else _double
    for start in range(0, uniforms.size, CHUNK):
        turn(uniforms[start : start + CHUNK].reshape(-1, 2, BLOCK // 2), mean, std)


def _single(blocks: np.ndarray, mean: float, std: float) -> None:
    radius = np.sqrt(np.float32(-2) * log32(np.float32(1) - blocks[:, 0]))
    sine, cosine = sincos32(np.float32(_TWO_PI) * blocks[:, 1])
    blocks[:, 0] = fused(radius * cosine, np.float32(std), np.float32(mean))
    blocks[:, 1] = fused(radius * sine, np.float32(std), np.float32(mean))


def _double(blocks: np.ndarray, mean: float, std: float) -> None:
    radius = np.sqrt(-2 * libm("log", (1 - blocks[:, 0]).reshape(-1)))
    angle = (_TWO_PI * blocks[:, 1]).reshape(-1)
    for place, function in enumerate(("cos", "sin")):
        numbers = fused(radius * libm(function, angle), std, mean)
        blocks[:, place] = numbers.reshape(-1, BLOCK // 2)
