"""Windows to multiply the frames of a signal by, in the older form: torch.hann_window..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.kernels import bessel, dtypes
from rushlight.kernels.numbers import word
from rushlight.ops.families import int_argument
from rushlight.tensor.options import check_options, dtype_or, factory, fresh

NOT_FLOATING = (
    "{0} expects floating point dtypes, got: TensorOptions(dtype={1}, device=cpu, layout=Strided "
    "(default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
)


class Steps:
    """Numbers that are rounded to a dtype after every step, as PyTorch's in-place chains are."""

    def __init__(self, count: int, dtype: Any) -> None:
        self.dtype = dtype
        self.working = dtype if dtype.itemsize > 2 else np.dtype(np.float32)
        self.values = np.arange(count).astype(dtype)

    def then(self, function: Callable[..., Any], *numbers: float) -> Steps:
        """Go on with `function(values, *numbers)`."""
        given = [self.dtype.type(n).astype(self.working) for n in numbers]
        out = Steps(0, self.dtype)
        out.values = function(self.values.astype(self.working), *given).astype(self.dtype)
        return out

    def plus(self, other: Steps) -> Steps:
        """Go on with the sum."""
        return self.then(lambda x: x + other.values.astype(self.working))


def window(
    name: str,
    shape: Callable[[Steps, int], Steps],
    window_length: int,
    periodic: bool,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
) -> Any:
    """The tensor of a window, of which `shape(places, length)` gives the symmetric form.

    A periodic window is a symmetric one that is longer by one place, without the last.
    """
    length = int_argument(name, "window_length", 1, window_length)
    check_options(name, layout, device, pin_memory, requires_grad)
    d = dtype_or(name, dtype, dtypes.get_default_dtype())
    if d.category < dtypes.FLOAT:
        raise RuntimeError(NOT_FLOATING.format(name, word(d)))
    if length < 0:
        raise RuntimeError(
            f"{name} requires non-negative window_length, got window_length={length}"
        )
    if length < 2:
        return fresh(np.ones(length, d.numpy), requires_grad)
    if d.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{d.scalar_type}'")
    whole = length + bool(periodic)
    return fresh(shape(Steps(whole, d.numpy), whole).values[:length].copy(), requires_grad)


@factory
def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Hann's window: `(1 - cos(2 pi k / (n - 1))) / 2`, for n one more than the length if
    `periodic`.

    Raises:
        RuntimeError: for a negative length, and for a dtype of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.hann_window(4)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    options = (dtype, layout, device, pin_memory, requires_grad)
    return window("hann_window", raised_cosine(0.5, 0.5), window_length, periodic, *options)


@factory
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Hamming's window: `alpha - beta * cos(2 pi k / (n - 1))`; see `hann_window`.

    Example:
        >>> import rushlight as torch
        >>> torch.hamming_window(3, False)
        tensor([0.0800, 1.0000, 0.0800])
    """
    options = (dtype, layout, device, pin_memory, requires_grad)
    return window("hamming_window", raised_cosine(alpha, beta), window_length, periodic, *options)


def raised_cosine(alpha: float, beta: float) -> Callable[[Steps, int], Steps]:
    """`alpha - beta * cos` over one period."""

    def shape(places: Steps, n: int) -> Steps:
        wave = places.then(np.multiply, 2 * math.pi / (n - 1)).then(np.cos)
        return wave.then(np.multiply, -beta).then(np.add, alpha)

    return shape


@factory
def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Blackman's window: `0.42 - 0.5 cos(2 pi k / (n - 1)) + 0.08 cos(4 pi k / (n - 1))`.

    Example:
        >>> import rushlight as torch
        >>> torch.blackman_window(5, False).round(decimals=4)
        tensor([-0.0000,  0.3400,  1.0000,  0.3400, -0.0000])
    """

    def shape(places: Steps, n: int) -> Steps:
        turns = places.then(np.multiply, math.pi / (n - 1))
        fast = turns.then(np.multiply, 4.0).then(np.cos).then(np.multiply, 0.08)
        slow = turns.then(np.multiply, 2.0).then(np.cos).then(np.multiply, 0.5)
        return fast.plus(slow.then(np.negative)).then(np.add, 0.42)

    options = (dtype, layout, device, pin_memory, requires_grad)
    return window("blackman_window", shape, window_length, periodic, *options)


@factory
def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Bartlett's window: up to 1 and down again in straight lines.

    Example:
        >>> import rushlight as torch
        >>> torch.bartlett_window(4)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """

    def shape(places: Steps, n: int) -> Steps:
        rising = places.then(np.multiply, 2 / (n - 1))
        falling = rising.then(np.multiply, -1.0).then(np.add, 2.0)
        rising.values[(n + 1) // 2 :] = falling.values[(n + 1) // 2 :]
        return rising

    options = (dtype, layout, device, pin_memory, requires_grad)
    return window("bartlett_window", shape, window_length, periodic, *options)


@factory
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Kaiser's window: `i0(beta * sqrt(1 - y * y)) / i0(beta)`, y from -1 to 1.

    Example:
        >>> import rushlight as torch
        >>> torch.kaiser_window(3, False, 1.0)
        tensor([0.7898, 1.0000, 0.7898])
    """

    def shape(places: Steps, n: int) -> Steps:
        def kaiser(k: Any) -> Any:
            y = 2 * k.astype(np.float64) / (n - 1) - 1
            x = beta * np.sqrt(1 - y * y)  # i0(x) is e^x times what is computed
            return bessel.scaled(0, x) / bessel.scaled(0, np.float64(beta)) * np.exp(x - beta)

        return places.then(kaiser)

    options = (dtype, layout, device, pin_memory, requires_grad)
    return window("kaiser_window", shape, window_length, periodic, *options)
