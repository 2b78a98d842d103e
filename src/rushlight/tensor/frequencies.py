"""The frequencies that belong to the places of a discrete Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import int_argument
from rushlight.ops.publish import public
from rushlight.tensor.options import allocated, check_options, dtype_or, fresh, into, out_dtype


@public("fft")
def fft_fftfreq(
    n: int,
    d: float = 1.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The frequency of each of the `n` places of `fft`, for samples that are `d` apart: the
    positive ones first, then the negative ones.

    Raises:
        RuntimeError: for a dtype of integers, and a negative `n`.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.fftfreq(5)
        tensor([ 0.0000,  0.2000,  0.4000, -0.4000, -0.2000])
    """

    def steps(shape: tuple[int, ...], np_dtype: Any) -> Any:
        places = np.zeros(shape, np_dtype)
        places[: (n + 1) // 2] = np.arange((n + 1) // 2)
        places[(n + 1) // 2 :] = np.arange(-(n // 2), 0)
        return places

    length = int_argument("fft_fftfreq", "n", 1, n)
    check_options("fft_fftfreq", layout, device, pin_memory, requires_grad)
    return frequencies("fftfreq", steps, (length,), n * d, out, dtype, requires_grad)


@public("fft")
def fft_rfftfreq(
    n: int,
    d: float = 1.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The frequency of each of the places that `rfft` of `n` samples has; see `fftfreq`.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.rfftfreq(4, d=0.5)
        tensor([0.0000, 0.5000, 1.0000])
    """

    def steps(shape: tuple[int, ...], np_dtype: Any) -> Any:
        return np.arange(shape[0], dtype=np.int64).astype(np_dtype)

    length = int_argument("fft_rfftfreq", "n", 1, n) // 2 + 1
    check_options("fft_rfftfreq", layout, device, pin_memory, requires_grad)
    return frequencies("rfftfreq", steps, (length,), n * d, out, dtype, requires_grad)


def frequencies(
    name: str,
    steps: Any,
    shape: tuple[int, ...],
    period: float,
    out: Any,
    dtype: Any,
    requires_grad: bool,
) -> Any:
    """The places that `steps(shape, numpy_dtype)` counts, over the duration of all samples."""
    own = f"fft_{name}"
    default = dtypes.get_default_dtype()
    d = dtype_or(own, dtype, default) if out is None else out_dtype(own, out, dtype)
    if d.category < dtypes.FLOAT:
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    if d.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{d.scalar_type}'")
    with np.errstate(all="ignore"):
        unit = np.float64(1.0) / np.float64(period)
        values = (allocated(steps, shape, d.numpy) * unit.astype(d.numpy)).astype(d.numpy)
    return fresh(values, requires_grad) if out is None else into(own, out, values)
