"""Whole layers of networks on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels.quiet import quietly

Array = np.ndarray[Any, Any]


def linear(x: Array, weight: Array, bias: Array | None) -> Array | None:
    """`x @ weight.T + bias` of matrices of one floating dtype; None to decline.

    Example:
        >>> linear(np.ones((1, 2)), np.array([[1.0, 2.0]]), np.array([0.5]))
        array([[3.5]])
    """
    if not x.dtype == weight.dtype in (np.float32, np.float64) or not x.ndim == 2 == weight.ndim:
        return None
    if x.shape[1] != weight.shape[1] or not x.size * weight.size:
        return None
    if bias is None:
        return np.dot(x, weight.T)
    if bias.dtype != x.dtype or bias.shape != weight.shape[:1]:
        return None
    out = np.dot(x, weight.T)
    quietly(np.add, (out, bias, out))
    return out
