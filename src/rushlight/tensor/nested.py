"""Arrays from nested sequences of numbers: their shape, their dtype, their values.

Sequences are opened one level at a time, each level at once, so that a long list of Python numbers
costs one pass over its types and one conversion by NumPy.  Whatever else a program puts into a
list (NumPy scalars, 0-d tensors, things that do not belong there) is looked at one by one.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from rushlight.kernels import dtypes, promotion
from rushlight.kernels.metadata import type_name
from rushlight.tape.core import TensorBase, wants
from rushlight.tensor import once
from rushlight.tensor.numbers import fits, stored
from rushlight.tensor.to_python import GRAD_SCALAR

Array = np.ndarray[Any, Any]

_LISTS = {list, tuple}
_PLAIN = {bool, int, float, complex}
_SLOW = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting "
    "the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
)


def array_of(data: Any, wanted: dtypes.dtype | None) -> Array:
    """The array of a number or of a nested sequence of numbers, in `wanted` or an inferred dtype.

    Python floats are of the default dtype, ints int64; NumPy scalars and 0-d tensors have their
    own; different ones are promoted.

    Raises:
        ValueError: for sequences of unequal lengths, integers beyond 64 bits.
        TypeError, RuntimeError: for what is no number, or does not fit `wanted`.

    Example:
        >>> array_of([[1, 2], [3, 4]], None).dtype.name
        'int64'
    """
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type_name(type(data))}'")
    if type(data) is float and wanted is None:  # the everyday calls, without ado
        return np.array(data, dtypes.get_default_dtype().numpy)
    shape, leaves = opened(data, wanted)
    kinds = set(map(type, leaves))
    d = inferred(data, leaves, kinds) if wanted is None else wanted
    values = quick(leaves, kinds, d) if kinds <= _PLAIN else None
    if values is None:
        values = as_array([value(x, d) for x in leaves], d)
    return values.reshape(shape)


def opened(data: Any, wanted: dtypes.dtype | None) -> tuple[list[int], Sequence[Any]]:
    """The shape of nested sequences, which the first elements decide, and what is in them."""
    shape: list[int] = []
    kind = type(data)
    if kind in _PLAIN:
        return shape, [data]
    if kind is list and data and type(data[0]) in _PLAIN:
        return [len(data)], data
    items: Sequence[Any] = [data]
    while items and is_sequence(items[0]):
        n = len(items[0])
        if shape and isinstance(items[0], np.ndarray):
            once.warn(_SLOW)
        if n and not (set(map(type, items)) <= _LISTS and set(map(len, items)) == {n}):
            check_level(data, items, n, len(shape), wanted)
        shape.append(n)
        items = items[0] if len(items) == 1 and type(items[0]) in _LISTS else flattened(items, n)
    if shape and items and isinstance(items[0], (str, bytes)):
        raise ValueError(f"too many dimensions '{type_name(type(items[0]))}'")
    return shape, items


def flattened(items: Sequence[Any], n: int) -> list[Any]:
    """What is in sequences of length `n`."""
    return list(chain.from_iterable(items)) if n else []


def is_sequence(x: Any) -> bool:
    """Is `x` opened, rather than taken for a number?"""
    if type(x) in _LISTS or isinstance(x, np.ndarray):
        return True
    if isinstance(x, (int, float, complex, str, bytes, dict, TensorBase, np.generic)):
        return False
    return hasattr(type(x), "__getitem__") and hasattr(type(x), "__len__")


def check_level(
    data: Any, items: Sequence[Any], n: int, depth: int, wanted: dtypes.dtype | None
) -> None:
    """Raise for a level of which not all are sequences of length `n`."""
    for x in items:
        found = len(x) if is_sequence(x) else None
        if found != n and wanted is None:
            dtype_of(data)  # what has no dtype is complained about first
        if found is None:
            raise TypeError("not a sequence")
        if found != n:
            raise ValueError(f"expected sequence of length {n} at dim {depth} (got {found})")


# -- dtypes ------------------------------------------------------------------------------------


def inferred(data: Any, leaves: Sequence[Any], kinds: set[type]) -> dtypes.dtype:
    """The common dtype of what was found in sequences."""
    if not leaves:
        return dtypes.get_default_dtype()
    if not kinds <= _PLAIN:
        return dtype_of(data)
    if complex in kinds:
        return dtypes.get_default_complex_dtype()
    if float in kinds:
        return dtypes.get_default_dtype()
    return dtypes.int64 if int in kinds else dtypes.bool


def dtype_of(x: Any) -> dtypes.dtype:
    """The dtype of a number, or the common one of all in a sequence."""
    if isinstance(x, (TensorBase, np.generic)):
        return x.dtype if isinstance(x, TensorBase) else dtypes.of(x.dtype)
    for kind in (bool, int, float, complex):
        if isinstance(x, kind):
            return inferred(x, [x], {kind})
    if isinstance(x, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type_name(type(x))}'")
    if not is_sequence(x):
        raise RuntimeError(f"Could not infer dtype of {type_name(type(x))}")
    found = None
    for y in x:
        d = dtype_of(y)
        found = d if found is None else promotion.promote_types(found, d)
    return found or dtypes.get_default_dtype()


# -- values ------------------------------------------------------------------------------------


def quick(leaves: Sequence[Any], kinds: set[type], d: dtypes.dtype) -> Array | None:
    """The array of Python numbers that need no checks one by one; None if they do."""
    if d.category == dtypes.INT:
        return quick_integers(leaves, d) if kinds <= {int, bool} else None
    if d.category == dtypes.FLOAT and complex in kinds:
        return None
    return as_array(leaves, d)


def quick_integers(leaves: Sequence[Any], d: dtypes.dtype) -> Array | None:
    try:
        values = np.array(leaves, np.int64)
    except OverflowError:
        return None
    if d is dtypes.int64 or not leaves:
        return values.astype(d.numpy, copy=False)
    limits = dtypes.iinfo(d)
    held = limits.min <= values.min() and values.max() <= limits.max
    return values.astype(d.numpy) if held else None


def as_array(values: Sequence[Any], d: dtypes.dtype) -> Array:
    """An array of Python numbers; half precisions are rounded twice, by way of float32."""
    with np.errstate(all="ignore"):
        if d.itemsize == 2 and d.is_floating_point:
            return np.array(values, np.float32).astype(d.numpy)
        return np.array(values, d.numpy)


def value(x: Any, d: dtypes.dtype) -> Any:
    """One number as `d` stores it."""
    if isinstance(x, TensorBase):
        x = only_element(x, d)
    if d.category == dtypes.BOOL:
        return bool(x if isinstance(x, (int, float, complex, np.bool_)) else operator.index(x))
    if d.category == dtypes.FLOAT:
        return math.ldexp(x, 0)  # a float of it, or the error that C code gives
    if d.category == dtypes.COMPLEX:
        return complex(x)
    return integer(x, d)


def only_element(x: Any, d: dtypes.dtype) -> Any:
    """The number of a tensor of one element."""
    whole = d.category < dtypes.FLOAT
    if not whole and wants(x):
        once.warn(GRAD_SCALAR)
    if x.numel() == 1 and not (whole and x.dtype.category >= dtypes.FLOAT):
        return x.item()
    if whole:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    raise ValueError("only one element tensors can be converted to Python scalars")


def integer(x: Any, d: dtypes.dtype) -> Any:
    """One number in an integer dtype: fractions are cut off, what is too large refused."""
    if not isinstance(x, float):
        x = operator.index(x)
        if d is dtypes.uint64 and x < 0:
            raise OverflowError("can't convert negative int to unsigned")
        if not -(2**63) <= x < 2 ** (64 if d is dtypes.uint64 else 63):
            raise ValueError("Overflow when unpacking long long")
    if not fits(x, d):
        raise RuntimeError(f"value cannot be converted to type {d.name} without overflow")
    return stored(x, d)
