"""Lists of tensors written to at once, by one kernel for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from rushlight.kernels import steps as kernels
from rushlight.kernels.quiet import quietly
from rushlight.tape import inplace
from rushlight.tape.core import box, bump, note, plain, state, user_code, user_lasti

ARRAY, INFERENCE = attrgetter("array"), attrgetter("inference")


def simple(tensors: list[Any]) -> bool:
    """Can the arrays of the tensors be worked on directly?"""
    return all(map(plain, tensors)) and type(None) not in map(type, map(ARRAY, tensors))


def reals(tensors: Sequence[Any]) -> list[Any]:
    """The arrays of tensors, as kernels want them; None stays None."""
    return kernels.reals([None if t is None else t.array for t in tensors])


def written(tensors: Sequence[Any]) -> None:
    """Count a write to each tensor."""
    for t in tensors:
        if t is not None:
            bump(t)


def named(tensors: Sequence[Any]) -> None:
    """Count a write to each tensor, which an error will name if it did harm."""
    code, lasti = user_code(), user_lasti()
    for t in tensors:
        note(t, code, lasti)


def check_writes(tensors: list[Any]) -> None:
    """Refuse what in-place operations on the tensors would refuse."""
    if state().special or any(map(INFERENCE, tensors)):
        for t in tensors:
            inplace.check(t, False)
    arrays = list(map(ARRAY, tensors))
    if not kernels.gapless(arrays):
        for a in arrays:
            inplace.check_overlap(a)


def writable(tensors: list[Any]) -> list[Any] | None:
    """The arrays of tensors that kernels may write to unseen; None if operations had better do it.

    They are floating, and of one dtype.
    """
    if not tensors or state().special or not simple(tensors) or any(map(INFERENCE, tensors)):
        return None
    arrays = list(map(ARRAY, tensors))
    dtypes = {a.dtype for a in arrays}
    return (
        arrays
        if len(dtypes) == 1 and arrays[0].dtype.kind == "f" and kernels.gapless(arrays)
        else None
    )


def clear(tensors: list[Any]) -> None:
    """Fill tensors with zeros."""
    arrays = writable(tensors)
    if arrays is None:
        for t in tensors:
            t.zero_()
    else:
        kernels.clear(arrays)
        written(tensors)


def scale(tensors: list[Any], factor: Any) -> None:
    """Multiply tensors by a tensor of one element."""
    arrays = writable(tensors)
    if arrays is None or factor.array is None or factor.array.dtype != arrays[0].dtype:
        for t in tensors:
            t.mul_(factor)
    else:
        quietly(kernels.scale, (arrays, factor.item()))
        written(tensors)


def clamp(tensors: list[Any], low: float, high: float) -> None:
    """Raise what is below `low`, then cut off what is above `high`."""
    arrays = writable(tensors)
    if arrays is None:
        for t in tensors:
            t.clamp_(min=low, max=high)
    else:
        quietly(kernels.clamp, (arrays, low, high))
        written(tensors)


def euclidean_norms(tensors: list[Any]) -> Any:
    """The norm of each tensor, as a tensor; None if operations had better find it."""
    arrays = writable(tensors)
    if arrays is None or arrays[0].dtype.itemsize < 4:
        return None
    return box(np.array(quietly(kernels.norms, (arrays,)), arrays[0].dtype))
