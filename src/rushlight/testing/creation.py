"""Tensors of chance numbers within bounds, to try things on."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.tensor.tensor import Tensor

__all__ = ["make_tensor"]


def make_tensor(
    *shape: Any,
    dtype: Any,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of numbers from `low` to before `high`.

    Args:
        shape: ints, or one sequence of them.
        dtype: of the tensor.
        device: only the CPU.
        low: the least; None for -9 (floating, complex), 0 (bool, uint8) or -9 (ints).
        high: the end; None for 9, 10 (ints) or 2 (bool).
        requires_grad: whether gradients are wanted.
        noncontiguous: whether elements shall not lie side by side.
        exclude_zero: whether zeros become the smallest number.
        memory_format: of the tensor.

    Raises:
        ValueError: for bounds in the wrong order, or options that exclude each other.

    Example:
        >>> import rushlight as torch
        >>> torch.testing.make_tensor(2, dtype=torch.int64, device="cpu", low=3, high=4)
        tensor([3, 3])
    """
    sizes = list(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else list(shape)
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"noncontiguous={noncontiguous!r} and memory_format={memory_format!r}"
        )
    floating = dtype.is_floating_point or dtype.is_complex
    if requires_grad and not floating:
        raise ValueError(
            "`requires_grad=True` is not supported for boolean and integral dtypes, but got "
            f"dtype={dtype!r}"
        )
    wide = noncontiguous and math.prod(sizes) > 1
    if wide:
        sizes[-1] *= 2
    unsigned = dtype in (torch.bool, torch.uint8)
    low = (0 if unsigned else -9) if low is None else low
    high = (2 if dtype is torch.bool else 9 if floating else 10) if high is None else high
    if not low < high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    if dtype.is_complex:
        parts = torch.empty((*sizes, 2), dtype=torch.zeros((), dtype=dtype).real.dtype)
        result = torch.view_as_complex(parts.uniform_(low, high))
    elif floating:
        result = torch.empty(sizes, dtype=dtype).uniform_(low, high)
    else:
        result = torch.randint(math.floor(low), math.ceil(high), sizes, dtype=dtype)
    if wide:
        result = result[..., ::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = torch.finfo(dtype).tiny if floating else 1
    return result.requires_grad_(requires_grad)
