"""Tensors of evenly spaced numbers, the identity, and the indices of triangles."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from rushlight import kernels
from rushlight.kernels import dtypes
from rushlight.kernels.metadata import type_name
from rushlight.kernels.numbers import NOT_READ
from rushlight.ops.numbers import plain_integer
from rushlight.tape.core import TensorBase
from rushlight.tensor.forms import no_form
from rushlight.tensor.numbers import number_argument
from rushlight.tensor.options import (
    allocated,
    argument_type,
    check_options,
    dtype_or,
    factory,
    fresh,
    into,
    out_dtype,
)

RESIZED_ARANGE = (
    "The number of elements in the out tensor of shape {0} is {1} which does not match the "
    "computed number of elements {2}. Note that this may occur as a result of rounding error. The "
    "out tensor will be resized to a tensor of shape ({2},)."
)
RANGE_DEPRECATED = (
    "torch.range is deprecated and will be removed in a future release because its behavior is "
    "inconsistent with Python's range builtin. Instead, use torch.arange, which produces values in "
    "[start, end)."
)
UNSIGNED = (dtypes.uint16, dtypes.uint32, dtypes.uint64)


# -- arange ------------------------------------------------------------------------------------


@factory
def arange(
    *args: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The numbers from `start` (0) to before `end` in steps of `step` (1).

    They are int64 if all three are whole, else of the default dtype.

    Raises:
        RuntimeError: for a zero step, or one that leads away from `end`.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(1, 2.5, 0.5)
        tensor([1.0000, 1.5000, 2.0000])
    """
    check_options("arange", layout, device, pin_memory, requires_grad)
    if len(args) == 1 and start is end is step is out is dtype is None:
        n = args[0]
        if type(n) is int and 0 <= n < 2**31:  # the everyday call
            return fresh(np.arange(n), requires_grad)
    bounds = arange_bounds(args, start, end, step)
    if out is not None:
        return arange_into(out, bounds, dtype)
    d = dtype_or("arange", dtype, None) or dtype_of_bounds(bounds)
    return fresh(spaced("arange", *bounds, d), requires_grad)


def arange_bounds(args: tuple[Any, ...], start: Any, end: Any, step: Any) -> tuple[Any, Any, Any]:
    """(start, end, step) of any of the forms of `arange`, as Python numbers."""
    named = {"start": start, "end": end, "step": step}
    several = len(args) > 1 or end is not None
    names: tuple[str, ...] = ("start", "end", "step") if several else ("end",)
    if len(args) == 1 and step is not None and end is None:
        names = ()
    given = {k: v for k, v in named.items() if v is not None}
    found = dict(zip(names, args, strict=False))
    if len(args) > len(names) or found.keys() & given.keys() or "end" not in found | given:
        raise no_form("arange", args, given)
    found |= given
    values = [number_argument("arange", k, 1 + list(found).index(k), v) for k, v in found.items()]
    numbers = dict(zip(found, values, strict=True))
    return numbers.get("start", 0), numbers["end"], numbers.get("step", 1)


def dtype_of_bounds(bounds: tuple[Any, ...]) -> dtypes.dtype:
    whole = all(isinstance(x, int) for x in bounds)
    return dtypes.int64 if whole else dtypes.get_default_dtype()


def arange_into(out: Any, bounds: tuple[Any, Any, Any], dtype: Any) -> Any:
    values = spaced("arange", *bounds, out_dtype("arange", out, dtype))
    if 0 < out.numel() != values.size:
        warnings.warn(
            RESIZED_ARANGE.format([*out.shape], out.numel(), values.size), UserWarning, stacklevel=4
        )
    return into("arange", out, values.reshape(out.shape) if out.numel() == values.size else values)


def spaced(
    name: str, start: Any, end: Any, step: Any, d: dtypes.dtype, closed: bool = False
) -> Any:
    """The array of `start + i * step` up to `end`, which belongs to it if `closed`."""
    if d.is_complex or d is dtypes.bool or d in UNSIGNED:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{d.scalar_type}'")
    check_range(start, end, step, d)
    if d is dtypes.int64:
        start, end, step = int(start), int(end), int(step)
        count = (end - start) // step + 1 if closed else -((start - end) // step)
    else:
        exact = (float(end) - float(start)) / float(step)
        count = math.floor(exact) + 1 if closed else math.ceil(exact)
    if d.category == dtypes.INT:
        start, step = int(start), int(step)
        return allocated(whole_numbers, (count,), start, step, d.numpy)
    return allocated(real_numbers, (count,), float(start), float(step), d.numpy)


def whole_numbers(shape: tuple[int], start: int, step: int, dtype: Any) -> Any:
    return np.arange(start, start + step * shape[0], step, dtype=np.int64).astype(dtype, copy=False)


def real_numbers(shape: tuple[int], start: float, step: float, dtype: Any) -> Any:
    exact: Any = np.float32 if dtype.itemsize == 2 else np.float64
    places = np.arange(shape[0]).astype(exact)
    numbers = kernels.random_arithmetic.fused(places, exact(step), exact(start))
    return numbers.astype(dtype, copy=False)


def check_range(start: Any, end: Any, step: Any, d: dtypes.dtype) -> None:
    """Refuse ranges without an end."""
    for x in (start, end, step):
        if isinstance(x, complex):
            raise RuntimeError(NOT_READ.format("double"))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if d.category == dtypes.INT and int(step) == 0:
        raise ValueError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end < start) if step > 0 else (end > start):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


@factory
def range_(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The numbers from `start` to `end`, both included; deprecated in favour of `arange`."""
    warnings.warn(RANGE_DEPRECATED, UserWarning, stacklevel=3)
    check_options("range", layout, device, pin_memory, requires_grad)
    if end is None:
        start, end = 0, start
    default = dtypes.get_default_dtype()
    d = dtype_or("range", dtype, default) if out is None else out_dtype("range", out, dtype)
    values = spaced("range", start, end, step, d, closed=True)
    return fresh(values, requires_grad) if out is None else into("range", out, values)


# -- linspace, logspace --------------------------------------------------------------------------


@factory
def linspace(
    start: Any,
    end: Any,
    steps: Any = None,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """`steps` numbers from `start` to `end`, both included, at equal distances.

    Raises:
        RuntimeError: for a negative number of steps.

    Example:
        >>> import rushlight as torch
        >>> torch.linspace(0, 1, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    check_options("linspace", layout, device, pin_memory, requires_grad)
    if boxed(start) or boxed(end):
        return between(start, end, steps, dtype_or("linspace", dtype, dtypes.get_default_dtype()))
    start, end, steps, d = space_arguments("linspace", start, end, steps, out, dtype)
    values = evenly(start, end, steps, d)
    return fresh(values, requires_grad) if out is None else into("linspace", out, values)


@factory
def logspace(
    start: Any,
    end: Any,
    steps: Any = None,
    base: float = 10.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """`base` to the power of `steps` numbers from `start` to `end`, both included.

    Example:
        >>> import rushlight as torch
        >>> torch.logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    check_options("logspace", layout, device, pin_memory, requires_grad)
    if boxed(start) or boxed(end):
        d = dtype_or("logspace", dtype, dtypes.get_default_dtype())
        return (base ** between(start, end, steps, wide(d))).to(d)
    start, end, steps, d = space_arguments("logspace", start, end, steps, out, dtype)
    exact = wide(d)
    if d.category == dtypes.INT:
        start, end = int(start), int(end)
    with np.errstate(all="ignore"):
        powers = evenly(start, end, steps, exact)
        values = np.power(np.asarray(base, np.float64), powers).astype(d.numpy)
    return fresh(values, requires_grad) if out is None else into("logspace", out, values)


def boxed(x: Any) -> bool:
    """Is this a tensor that a transform has put in a box?"""
    return isinstance(x, TensorBase) and x.array is None


def wide(d: dtypes.dtype) -> dtypes.dtype:
    """The dtype to compute powers in."""
    return d if d.category >= dtypes.FLOAT and d.itemsize > 2 else dtypes.float64


def space_arguments(
    name: str, start: Any, end: Any, steps: Any, out: Any, dtype: Any
) -> tuple[Any, Any, int, dtypes.dtype]:
    """Bounds as numbers, the number of steps and the dtype of `linspace` and `logspace`."""
    tensors = [x for x in (start, end) if isinstance(x, TensorBase)]
    if any(x.dim() for x in tensors):
        described = [
            f"{which} with {x.dim()} dimension(s)"
            for which, x in (("start", start), ("end", end))
            if isinstance(x, TensorBase)
        ]
        raise RuntimeError(
            f"{name} only supports 0-dimensional start and end tensors, but got "
            f"{' and '.join(described)}."
        )
    first, last = [
        x.item() if isinstance(x, TensorBase) else number_argument(name, which, at, x)
        for at, which, x in ((1, "start", start), (2, "end", end))
    ]
    if not isinstance(steps, (int, np.integer)):
        raise no_form(name, [x for x in (start, end, steps) if x is not None], {})
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    default = dtypes.get_default_dtype()
    if isinstance(first, complex) or isinstance(last, complex):
        default = default.to_complex()
    d = dtype_or(name, dtype, default) if out is None else out_dtype(name, out, dtype)
    if d is dtypes.bool or d in UNSIGNED:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{d.scalar_type}'")
    return first, last, int(steps), d


def evenly(start: Any, end: Any, steps: int, d: dtypes.dtype) -> Any:
    """The numbers of `linspace`: counted from the start in the first half, from the end after."""
    if d.is_complex:
        part = d.to_real()
        parts = [
            evenly(x, y, steps, part)
            for x, y in (
                (complex(start).real, complex(end).real),
                (complex(start).imag, complex(end).imag),
            )
        ]
        return np.stack(parts, -1).view(d.numpy)[..., 0]
    exact = np.float64 if d.category == dtypes.INT else d.numpy.type
    first, last = [exact(d.numpy.type(x)) for x in (start, end)]
    if steps < 2:
        return np.full(steps, first).astype(d.numpy)
    with np.errstate(all="ignore"):
        step = exact((last - first) / exact(steps - 1))
        half = steps // 2
        near = along(first, step, np.arange(half).astype(exact))
        far = along(last, -step, np.arange(steps - half)[::-1].astype(exact))
        return np.concatenate((near, far)).astype(d.numpy)


def along(start: Any, step: Any, places: Any) -> Any:
    """`start + step * places`, rounded once; in half precision, after either operation."""
    if places.dtype.itemsize == 2:
        return start + step * places
    return kernels.random_arithmetic.fused(places, step, start)


def between(start: Any, end: Any, steps: int, d: dtypes.dtype) -> Any:
    """`linspace` between tensors that a transform has boxed, by operations on them."""
    exact = dtypes.float64 if d.category == dtypes.INT else d
    first, last = [x.to(d).to(exact) if isinstance(x, TensorBase) else x for x in (start, end)]
    places = fresh(np.arange(steps).astype(exact.numpy))
    step = (last - first) / max(steps - 1, 1)
    near = fresh(np.arange(steps) < max(steps // 2, steps == 1))
    values = (first + step * places).where(near, last - step * (steps - 1 - places))
    return values.to(d)


# -- matrices ------------------------------------------------------------------------------------


@factory
def eye(
    n: int,
    m: int | None = None,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The `n` by `m` matrix (by default square) with ones on the diagonal and zeros elsewhere.

    Example:
        >>> import rushlight as torch
        >>> torch.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    check_options("eye", layout, device, pin_memory, requires_grad)
    n = plain_integer(n)
    m = n if m is None else plain_integer(m)
    for position, (name, length) in enumerate((("n", n), ("m", m))):
        if not isinstance(length, (int, np.integer)) or isinstance(length, bool):
            raise TypeError(
                f"eye(): argument '{name}' (position {position + 1}) must be int, not "
                f"{type_name(type(length))}"
            )
        if length < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {length}")
    default = dtypes.get_default_dtype()
    d = dtype_or("eye", dtype, default) if out is None else out_dtype("eye", out, dtype)
    values = np.eye(n, m, dtype=d.numpy)
    return fresh(values, requires_grad) if out is None else into("eye", out, values)


def triangle(
    name: str,
    row: int,
    col: int,
    offset: int,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: bool,
    select: Any,
) -> Any:
    """Two rows of indices of the places of a matrix for which `select(i, j)` holds."""
    check_options(name, layout, device, pin_memory)
    for which, length in (("row", row), ("col", col)):
        if not isinstance(length, (int, np.integer)):
            raise argument_type(name, which, "int", length)
        if length < 0:
            raise RuntimeError(f"{which} must be non-negative, got{length}")
    d = dtype_or(name, dtype, dtypes.int64)
    if d not in (dtypes.int32, dtypes.int64):
        raise NotImplementedError(f"\"{name}\" not implemented for '{d.scalar_type}'")
    if requires_grad:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    i, j = np.indices((row, col), sparse=True)
    return fresh(np.stack(np.nonzero(select(i + offset, j))).astype(d.numpy))


@factory
def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = None,
    device: Any = None,
    layout: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Row and column indices, in two rows, of a matrix's lower triangle with its diagonal.

    `offset` moves the diagonal up (or down, if negative).

    Example:
        >>> import rushlight as torch
        >>> torch.tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])
    """
    return triangle(
        "tril_indices",
        row,
        col,
        offset,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
        np.greater_equal,
    )


@factory
def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = None,
    device: Any = None,
    layout: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Row and column indices, in two rows, of a matrix's upper triangle with its diagonal.

    Example:
        >>> import rushlight as torch
        >>> torch.triu_indices(2, 2)
        tensor([[0, 0, 1],
                [0, 1, 1]])
    """
    return triangle(
        "triu_indices",
        row,
        col,
        offset,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
        np.less_equal,
    )
