"""Which dtype an operation computes in when its operands differ.

Operands have three ranks: tensors with dimensions, 0-d tensors, Python numbers. A lower rank raises
the result's category (bool < int < float < complex) but never its precision, so that
``int8_tensor + 3`` stays int8 and ``float16_tensor * 2.5`` stays float16.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import BOOL, COMPLEX, FLOAT, INT, dtype

DIMENSIONED, ZERO_DIM, NUMBER = range(3)

_UNPROMOTABLE = frozenset((dtypes.uint16, dtypes.uint32, dtypes.uint64))
_NUMBERS = (  # bool comes before int, whose subclass it is
    ((bool, np.bool_), dtypes.bool),
    ((int, np.integer), dtypes.int64),
    ((float, np.floating), dtypes.float64),
    ((complex, np.complexfloating), dtypes.complex128),
)

_pairs: dict[tuple[dtype, dtype], dtype] = {}
_results: dict[tuple[Any, ...], dtype] = {}


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds the values of both dtypes, as PyTorch sees it.

    Raises:
        RuntimeError: for uint16, uint32 or uint64 with another integer, bool or complex dtype.
        TypeError: if an argument is no dtype.

    Example:
        >>> promote_types(dtypes.uint8, dtypes.int8)
        torch.int16
        >>> promote_types(dtypes.int64, dtypes.float16)
        torch.float16
    """
    found = _pairs.get((type1, type2))
    if found is None:
        a = dtypes.as_dtype(type1, "promote_types()", "'type1' (position 1)")
        b = dtypes.as_dtype(type2, "promote_types()", "'type2' (position 2)")
        found = _pairs[type1, type2] = _promote(a, b)
    return found


def _promote(a: dtype, b: dtype) -> dtype:
    if a is b:
        return a
    low, high = sorted((a, b), key=lambda d: (d.category, d.itemsize))
    if _UNPROMOTABLE.intersection((a, b)) and high.category != FLOAT:
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, "
            f"attempted to promote {a.scalar_type} and {b.scalar_type}"
        )
    if high.category == COMPLEX and low.category >= FLOAT:
        return promote_types(low.to_real(), high.to_real()).to_complex()
    if low.category == high.category and low.itemsize == high.itemsize:
        return dtypes.int16 if high.category == INT else dtypes.float32
    return high


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of dtype `from_` may be stored in a tensor of dtype `to`, as in-place
    operations and ``out=`` ask: unless the category falls (complex to float, float to int, ...).

    Example:
        >>> can_cast(dtypes.float64, dtypes.float16), can_cast(dtypes.float32, dtypes.int64)
        (True, False)
    """
    source = dtypes.as_dtype(from_, "can_cast()", "'from_' (position 1)")
    return source.category <= dtypes.as_dtype(to, "can_cast()", "'to' (position 2)").category


def result_dtype(operands: Iterable[tuple[dtype, int]]) -> dtype:
    """The dtype of operands given as pairs of their dtype and rank.

    The rank is DIMENSIONED, ZERO_DIM or NUMBER. The dtype of a number is its Python type's (bool,
    int64, float64, complex128); the default dtype takes the place of the latter two.

    Raises:
        RuntimeError: where promote_types does.

    Example:
        >>> result_dtype([(dtypes.int8, DIMENSIONED), (dtypes.float64, NUMBER)])
        torch.float32
    """
    found: list[dtype | None] = [None, None, None]
    for d, rank in operands:
        if rank == NUMBER:
            d = _of_number(d)
        before = found[rank]
        found[rank] = d if before is None else promote_types(before, d)
    combined = _combine(found[DIMENSIONED], _combine(found[ZERO_DIM], found[NUMBER]))
    if combined is None:
        raise ValueError("result_dtype() needs at least one operand")
    return combined


def _of_number(d: dtype) -> dtype:
    if d.category < FLOAT:
        return d
    default = dtypes.get_default_dtype()
    return default if d.category == FLOAT else default.to_complex()


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """The dtype of operands of a higher rank, raised to the category of those of a lower one."""
    if higher is None or lower is None:
        return higher or lower
    if higher.category == FLOAT and lower.category == COMPLEX:
        return higher.to_complex()
    if higher.category < FLOAT <= lower.category:
        return lower
    return promote_types(higher, lower) if higher.category == BOOL else higher


def of_operands(*operands: Any) -> dtype:
    """The dtype in which an operation on these arrays and Python numbers computes.

    Raises:
        RuntimeError: where promote_types does.
        TypeError: for operands that are neither, or arrays that no tensor can hold.

    Example:
        >>> of_operands(np.ones(3, np.float32), 2), of_operands(np.ones(3, np.int32), 2.5)
        (torch.float32, torch.float32)
    """
    if len(operands) == 2:
        a, b = operands
        if type(a) is np.ndarray and type(b) is np.ndarray and a.dtype is b.dtype:
            return dtypes.by_numpy[a.dtype]
    kinds: Iterable[Any] = [
        (x.dtype, x.ndim > 0) if isinstance(x, np.ndarray) else type(x) for x in operands
    ]
    if len(operands) > 2:  # repeats say nothing new, and would give each length a key of its own
        kinds = dict.fromkeys(kinds)
    key = (dtypes.get_default_dtype(), *kinds)
    found = _results.get(key)
    if found is None:
        found = _results[key] = result_dtype(map(_described, kinds))
    return found


def _described(kind: Any) -> tuple[dtype, int]:
    if isinstance(kind, tuple):
        np_dtype, has_dims = kind
        return dtypes.by_numpy[np_dtype], DIMENSIONED if has_dims else ZERO_DIM
    for classes, d in _NUMBERS:
        if issubclass(kind, classes):
            return d, NUMBER
    raise TypeError(f"result_type(): expected arrays or numbers, not {kind.__name__}")
