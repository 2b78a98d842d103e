"""Comparing results, and tensors to try things on: `torch.testing`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import rushlight as torch
from rushlight.alias import missing
from rushlight.tensor.tensor import Tensor

__all__ = [
    "assert_close",
    "make_tensor",
]

TOLERANCES = {
    torch.float16: (1e-3, 1e-5),
    torch.bfloat16: (1.6e-2, 1e-5),
    torch.float32: (1.3e-6, 1e-5),
    torch.float64: (1e-7, 1e-7),
    torch.complex64: (1.3e-6, 1e-5),
    torch.complex128: (1e-7, 1e-7),
}


class Options:
    """What the caller said about a comparison."""

    def __init__(self, rtol: Any, atol: Any, equal_nan: bool, **checks: bool) -> None:
        self.given = (rtol, atol)
        self.equal_nan = equal_nan
        self.checks = checks

    def tolerances(self, *dtypes: Any) -> tuple[float, float]:
        """The given ones, or the widest of those of the dtypes."""
        if self.given[0] is not None:
            return self.given
        found = [TOLERANCES.get(d, (0.0, 0.0)) for d in dtypes]
        return max(r for r, _ in found), max(a for _, a in found)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise unless |actual - expected| <= atol + rtol |expected| everywhere.

    Args:
        actual: a tensor, number or array, or a sequence or mapping of them, or None.
        expected: the same.
        allow_subclasses: whether a subclass may stand for its base.
        rtol: the relative tolerance; None for that of the dtype. Given both or none.
        atol: the absolute one.
        equal_nan: whether nan equals nan.
        check_device: whether devices have to be the same.
        check_dtype: whether dtypes have to be the same.
        check_layout: whether layouts have to be the same.
        check_stride: whether strides have to be the same.
        msg: the message of the error instead, or a function of the message.

    Raises:
        AssertionError: if they differ; it says where the most.
        ValueError: if just one of the tolerances is given.

    Example:
        >>> import rushlight as torch
        >>> torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))
    """
    if (rtol is None) != (atol is None):
        given = "atol" if rtol is None else "rtol"
        raise ValueError(
            "Both 'rtol' and 'atol' must be either specified or omitted, but got no "
            f"{'rtol' if given == 'atol' else 'atol'}."
        )
    options = Options(rtol, atol, equal_nan, dtype=check_dtype, stride=check_stride)
    problems = [
        text
        + (f"\n\nThe failure occurred for item {''.join(f'[{i!r}]' for i in at)}" if at else "")
        for text, at in differences(actual, expected, options, ())
    ]
    if not problems:
        return
    text = problems[0] if len(problems) == 1 else "\n\n".join(problems)
    raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg)


Found = Iterator[tuple[str, tuple[Any, ...]]]


def differences(actual: Any, expected: Any, options: Options, at: tuple[Any, ...]) -> Found:
    """What differs, and where."""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        yield from of_mappings(actual, expected, options, at)
    elif is_sequence(actual) and is_sequence(expected):
        if len(actual) != len(expected):
            lengths = f"{len(actual)} != {len(expected)}"
            yield f"The length of the sequences mismatch: {lengths}", at
            return
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            yield from differences(a, b, options, (*at, i))
    elif actual is None or expected is None:
        if actual is not expected:
            yield f"None mismatch: {actual} is not {expected}", at
    else:
        problem = of_values(actual, expected, options)
        if problem:
            yield problem, at


def is_sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)


def of_mappings(actual: Any, expected: Any, options: Options, at: tuple[Any, ...]) -> Found:
    missing, more = expected.keys() - actual.keys(), actual.keys() - expected.keys()
    if missing or more:
        yield (
            (
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(missing)}\n"
                f"Additional keys in the actual mapping: {sorted(more)}"
            ),
            at,
        )
        return
    for key in sorted(expected, key=str):
        yield from differences(actual[key], expected[key], options, (*at, key))


def of_values(actual: Any, expected: Any, options: Options) -> str | None:
    """What differs between two tensors, arrays or numbers."""
    scalars = all(isinstance(x, (bool, int, float, complex)) for x in (actual, expected))
    if scalars:
        return of_numbers(actual, expected, options)
    kinds = (Tensor, (np.ndarray, np.generic))
    if not any(isinstance(actual, k) and isinstance(expected, k) for k in kinds):
        raise TypeError(
            f"No comparison pair was able to handle inputs of type {type(actual)} and "
            f"{type(expected)}."
        )
    a, b = torch.as_tensor(actual), torch.as_tensor(expected)
    if a.shape != b.shape:
        return f"The values for attribute 'shape' do not match: {a.shape} != {b.shape}."
    for name in ("dtype", "stride"):
        if options.checks[name]:
            x, y = (getattr(t, name) if name == "dtype" else t.stride() for t in (a, b))
            if x != y:
                label = "stride()" if name == "stride" else name
                return f"The values for attribute '{label}' do not match: {x} != {y}."
    rtol, atol = options.tolerances(a.dtype, b.dtype)
    common = torch.promote_types(a.dtype, b.dtype)
    return of_tensors(a.detach().to(common), b.detach().to(common), rtol, atol, options.equal_nan)


def of_numbers(a: Any, b: Any, options: Options) -> str | None:
    if isinstance(a, bool) or isinstance(b, bool):
        return None if a is b else f"Booleans mismatch: {a} is not {b}"
    if options.checks["dtype"] and type(a) is not type(b):
        return f"The (d)types do not match: {type(a)} != {type(b)}."
    kinds = [
        torch.complex128 if isinstance(x, complex) else torch.float64 if isinstance(x, float)
        else torch.int64
        for x in (a, b)
    ]  # fmt: skip
    rtol, atol = options.tolerances(*kinds)
    if a == b or (options.equal_nan and a != a and b != b):
        return None
    if abs(a - b) < float("inf") and abs(a - b) <= atol + rtol * abs(b):
        return None
    return numbers_differ(a, b, rtol, atol)


def numbers_differ(a: Any, b: Any, rtol: float, atol: float) -> str:
    absolute = abs(a - b)
    relative = absolute / abs(b) if b != 0 else float("inf")
    equality = rtol == 0 and atol == 0
    lines = [f"Scalars are not {'equal' if equality else 'close'}!\n"]
    lines.append(f"Expected {b} but got {a}.")
    lines.append(f"Absolute difference: {absolute}{allowed(atol, equality)}")
    lines.append(f"Relative difference: {relative}{allowed(rtol, equality)}")
    return "\n".join(lines)


def allowed(tolerance: float, equality: bool) -> str:
    return "" if equality else f" (up to {tolerance} allowed)"


def of_tensors(a: Tensor, b: Tensor, rtol: float, atol: float, equal_nan: bool) -> str | None:
    close = torch.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if close.all():
        return None
    if not a.dim():
        return numbers_differ(a.item(), b.item(), rtol, atol)
    equality = rtol == 0 and atol == 0
    count, wrong = close.numel(), int((~close).sum())
    lines = [f"Tensor-likes are not {'equal' if equality else 'close'}!\n"]
    lines.append(f"Mismatched elements: {wrong} / {count} ({wrong / count:.1%})")
    if a.dtype is torch.bool:
        a, b = a.to(torch.uint8), b.to(torch.uint8)
    if not (a.is_floating_point() or a.is_complex()):
        a, b = a.to(torch.int64), b.to(torch.int64)
    absolute = (a - b).abs()
    relative = absolute / b.abs()
    for name, values, tolerance in (("absolute", absolute, atol), ("relative", relative, rtol)):
        shown = values.masked_fill(close, 0)  # what is close does not count
        at = int(shown.argmax())
        index = tuple(int(i) for i in np.unravel_index(at, tuple(a.shape)))
        place = f"{shown.flatten()[at].item()} at index {index}"
        lines.append(f"Greatest {name} difference: {place}{allowed(tolerance, equality)}")
    return "\n".join(lines)


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


__getattr__ = missing(__name__)
