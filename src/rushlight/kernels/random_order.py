"""In which order an existing tensor is filled.

PyTorch fills a tensor in the order of its memory, not of its indices: `x.t().uniform_()` gives the
numbers of `x.uniform_()`, transposed.  (Found by trying: axes are taken from the largest stride to
the smallest.)  A strided target also changes how normal numbers are made, see `random_normal`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .random_normal import normal
from .random_stream import Engine

__all__ = ["fill"]


def fill(
    engine: Engine, target: np.ndarray, draw: Callable[..., np.ndarray], *parameters: Any
) -> None:
    """Overwrite `target` with `draw(engine, shape, dtype, *parameters)` in PyTorch's order.

    This is what the in-place draws (`uniform_`, `normal_`, `random_`, ...) and those that allocate
    a tensor like another (`rand_like`, `randn_like`, dropout's mask) need.  Array parameters are
    broadcast to the target.

    >>> from rushlight.kernels.random_draws import uniform
    >>> straight, turned = np.empty((2, 3), "f4"), np.empty((3, 2), "f4").T
    >>> fill(Engine(0), straight, uniform, 0.0, 1.0)
    >>> fill(Engine(0), turned.T, uniform, 0.0, 1.0)
    >>> bool((straight.ravel() == turned.T.ravel()).all())
    True
    """
    if target.flags.c_contiguous and np.ndarray not in map(type, parameters):
        target[...] = draw(engine, target.shape, target.dtype, *parameters)
        return
    axes = sorted(range(target.ndim), key=lambda axis: -target.strides[axis])
    ordered = target.transpose(axes)
    parameters = tuple(_ordered(value, target.shape, axes) for value in parameters)
    if draw is normal and not target.flags.c_contiguous:
        parameters += (0.0, 1.0)[len(parameters) :] + (False,)
    ordered[...] = draw(engine, ordered.shape, target.dtype, *parameters)


def _ordered(value: Any, shape: tuple[int, ...], axes: list[int]) -> Any:
    if isinstance(value, np.ndarray):
        return np.broadcast_to(value, shape).transpose(axes)
    return value
