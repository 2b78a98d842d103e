"""Windows to multiply the frames of a signal by: `torch.signal.windows`.

All take the number of places `M`, and `sym`: is the window symmetric, or one period of what is
repeated (a symmetric one of M + 1 places, without the last)?  The other options are those of
functions that make tensors; the result is computed from what requires grad, if that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from rushlight.alias import missing
from rushlight.kernels import dtypes, metadata
from rushlight.ops.publish import namespaces
from rushlight.tape.core import TensorBase as Tensor

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]

__getattr__ = missing(__name__)


class Options:
    """The options of a function that makes a tensor, checked; called with a function, they are
    given to it."""

    def __init__(
        self, name: str, M: int, dtype: Any, layout: Any, device: Any, requires_grad: bool
    ) -> None:
        dtype = dtypes.get_default_dtype() if dtype is None else dtype
        if M < 0:
            raise ValueError(f"{name} requires non-negative window length, got M={M}")
        if layout is not metadata.strided:
            raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
        if dtype not in (dtypes.float32, dtypes.float64):
            raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
        self.dtype = dtype
        self.given = {
            "dtype": dtype, "layout": layout, "device": device, "requires_grad": requires_grad
        }  # fmt: skip

    def __call__(self, name: str, *args: Any) -> Any:
        return namespaces["torch"][name](*args, **self.given)

    def window(
        self, M: int, start: float, step: float, shape: Callable[[Any], Any], single: bool = True
    ) -> Any:
        """`shape` of M places from `start` on.  A single place is the middle of the window, unless
        not `single`: then it is what `start` says."""
        if M < 1 or (M == 1 and single):
            return self("ones", (M,))
        return shape(self("linspace", start, start + (M - 1) * step, M))


def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Bartlett's window: up to 1 and down again in straight lines.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.bartlett(5)
        tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    options = Options("bartlett", M, dtype, layout, device, requires_grad)
    return options.window(M, -1, 2 / max(span(M, sym), 1), lambda k: 1 - k.abs())


def span(M: int, sym: bool) -> int:
    """How many steps there are from one end of a window to where it begins again."""
    return M - 1 if sym or M == 1 else M


def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Half a wave of a sine, `sin(pi * (k + 1/2) / M)`.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.cosine(3)
        tensor([0.5000, 1.0000, 0.5000])
    """
    options = Options("cosine", M, dtype, layout, device, requires_grad)
    step = math.pi / (max(span(M, sym), 0) + 1)
    return options.window(M, 0.5 * step, step, lambda k: k.sin(), False)


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`exp(-|k - center| / tau)`; by default the centre is the middle.

    Raises:
        ValueError: for a `tau` that is not positive, and for a `center` with `sym`.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.exponential(3)
        tensor([0.3679, 1.0000, 0.3679])
    """
    options = Options("exponential", M, dtype, layout, device, requires_grad)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    middle = span(M, sym) / 2 if center is None else center
    return options.window(M, -middle / tau, 1 / tau, lambda k: (-k.abs()).exp(), False)


def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Gauss's bell of standard deviation `std` around the middle.

    Raises:
        ValueError: for a standard deviation that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.gaussian(3)
        tensor([0.6065, 1.0000, 0.6065])
    """
    options = Options("gaussian", M, dtype, layout, device, requires_grad)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    step = 1 / (std * math.sqrt(2))
    return options.window(M, -span(M, sym) / 2 * step, step, lambda k: (-(k**2)).exp(), False)


def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Kaiser's window: `i0(sqrt(beta**2 - k**2)) / i0(beta)`, k from -beta to beta.

    Raises:
        ValueError: for a negative `beta`.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.kaiser(3, beta=1.0)
        tensor([0.7898, 1.0000, 0.7898])
    """
    options = Options("kaiser", M, dtype, layout, device, requires_grad)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if M < 2:
        return options("ones", (M,))
    own = options.dtype.numpy.type  # rounded first: no k may be larger than beta
    end = min(float(own(beta)), float(-own(beta) + own((M - 1) * 2 * beta / span(M, sym))))
    k = options("linspace", -float(own(beta)), end, M)
    height = namespaces["torch"]["tensor"](beta, dtype=options.dtype)
    return (height**2 - k**2).sqrt().i0() / height.i0()


def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`a[0] - a[1] cos(x) + a[2] cos(2 x) - ...` over one period.

    Raises:
        TypeError: if `a` is no list or tuple.
        ValueError: if it is empty.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.general_cosine(5, a=[0.5, 0.5])
        tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    options = Options("general_cosine", M, dtype, layout, device, requires_grad)
    if M < 2:
        return options("ones", (M,))
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    weights = [-x if i % 2 else x for i, x in enumerate(a)]
    if not weights:
        raise ValueError("Coefficients cannot be empty")

    def shape(k: Any) -> Any:
        factors = k.new_tensor(weights).unsqueeze(-1)
        orders = k.new_tensor(range(len(weights))).unsqueeze(-1)
        return (factors * (orders * k).cos()).sum(0)

    return options.window(M, 0, 2 * math.pi / span(M, sym), shape)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`alpha - (1 - alpha) cos(x)` over one period.

    Example:
        >>> import rushlight as torch
        >>> torch.signal.windows.general_hamming(3, alpha=0.75)
        tensor([0.5000, 1.0000, 0.5000])
    """
    a = [alpha, 1 - alpha]
    return general_cosine(
        M, a=a, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def hamming(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Hamming's window, `0.54 - 0.46 cos(x)` over one period."""
    return general_hamming(
        M, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def hann(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Hann's window, `0.5 - 0.5 cos(x)` over one period."""
    return general_hamming(
        M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, device=device,
        requires_grad=requires_grad,
    )  # fmt: skip


def blackman(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Blackman's window, `0.42 - 0.5 cos(x) + 0.08 cos(2 x)` over one period."""
    a = [0.42, 0.5, 0.08]
    return general_cosine(
        M, a=a, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def nuttall(
    M: int,
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: metadata.layout = metadata.strided,
    device: metadata.device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Nuttall's minimum four-term window, with continuous first derivative."""
    a = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    return general_cosine(
        M, a=a, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )
