"""Memory seen under another shape: roots, offsets, strides, and arrays made of them.

NumPy's own `as_strided` costs 5 us and breaks the chain of bases; an `ndarray` built on the array
that owns the memory costs half a microsecond and keeps it.  Strides are in bytes, as NumPy counts
them, or in units of `item` where a function has that argument.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import door
from .memory_layout import is_dense

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


class Anchor:
    """Hands memory at an address to NumPy and keeps its owner alive."""

    def __init__(self, owner: Array, interface: dict[str, Any]) -> None:
        self.base = owner
        self.__array_interface__ = interface


def root(x: Array) -> Array:
    """The array at the end of the chain of bases: the one that owns (or borrowed) the memory."""
    found, base = x, x.base
    while base is not None:
        if isinstance(base, np.ndarray):
            found = base
        base = getattr(base, "base", None)
    return found


def address(x: Array) -> int:
    """Where in memory the first element is."""
    return int(x.__array_interface__["data"][0])


def offset(x: Array) -> int:
    """Bytes from the beginning of the root's memory to the first element of `x`.

    Example:
        >>> offset(np.zeros((2, 3))[1:])
        24
    """
    owner = root(x)
    return 0 if owner is x else address(x) - address(owner)


def extent(shape: Shape, strides: Shape, item: int = 1) -> int:
    """How much memory a layout spans, from its first element on.

    Example:
        >>> extent((2, 3), (1, 2))
        6
    """
    if 0 in shape:
        return 0
    return item + sum([(n - 1) * s for n, s in zip(shape, strides, strict=True)])


def memory(x: Array) -> int:
    """Bytes in the memory of the root of `x`."""
    owner = root(x)
    return extent(owner.shape, owner.strides, owner.itemsize)


def contiguous(shape: Shape, item: int = 1) -> Shape:
    """The strides of a row-major layout; dims of length 0 count as 1.

    Example:
        >>> contiguous((2, 3))
        (3, 1)
    """
    out, step = [], item
    for n in reversed(shape):
        out.append(step)
        step *= n or 1
    return tuple(reversed(out))


def restride(x: Array, shape: Shape, strides: Shape, shift: int = 0) -> Array:
    """A view of the memory of `x` that begins `shift` bytes from its first element.

    Example:
        >>> restride(np.arange(4), (2, 2), (8, 16)).tolist()
        [[0, 2], [1, 3]]
    """
    owner = x
    if 0 in shape:
        shift = 0
    elif x.base is not None:
        owner = root(x)
        shift += address(x) - address(owner)
    if not owner.flags.c_contiguous:
        if not is_dense(owner.shape, owner.strides, owner.itemsize):
            return anchored(owner, x.dtype, shape, strides, shift)
        owner = owner.ravel("K")
    return np.ndarray(shape, x.dtype, owner, shift, strides)


def anchored(owner: Array, dtype: np.dtype[Any], shape: Shape, strides: Shape, shift: int) -> Array:
    """A view of memory whose owner leaves gaps between its elements."""
    interface = dict(owner.__array_interface__)
    place, readonly = interface["data"]
    raw = np.dtype(f"V{dtype.itemsize}")
    interface.update(
        shape=shape,
        strides=strides,
        data=(place + shift, readonly),
        typestr=raw.str,
        descr=raw.descr,
    )
    return np.asarray(Anchor(owner, interface)).view(dtype)


restride = door.native_or(restride)


def viewed(shape: Shape, strides: Shape, size: Shape, item: int = 1) -> Shape | None:
    """The strides with which a layout looks like `size` without copying; None if there are none.

    Dims of the old shape fall into chunks that are contiguous among themselves; each must be the
    product of neighbouring new dims.

    Example:
        >>> viewed((2, 3), (3, 1), (3, 2))
        (2, 1)
        >>> viewed((2, 3), (1, 2), (6,)) is None
        True
    """
    if 0 in shape:
        return strides if shape == size else contiguous(size, item)
    if not shape:
        return (item,) * len(size)
    out, new = [0] * len(size), len(size) - 1
    step, have, want = strides[-1], 1, 1
    for d in range(len(shape) - 1, -1, -1):
        have *= shape[d]
        if d and (shape[d - 1] == 1 or strides[d - 1] == have * step):
            continue
        while new >= 0 and (want < have or size[new] == 1):
            out[new] = want * step
            want *= size[new]
            new -= 1
        if want != have:
            return None
        step, have, want = strides[d - 1], 1, 1
    return tuple(out) if new < 0 else None


def ordered(x: Array, order: Shape) -> Array:
    """A copy whose dims lie in memory in `order`, outermost first.

    Example:
        >>> ordered(np.zeros((2, 3)), (1, 0)).strides
        (8, 16)
    """
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return x.transpose(order).copy().transpose(inverse)
