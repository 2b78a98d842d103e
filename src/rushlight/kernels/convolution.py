"""Convolutions of arrays: one form, linear in each of three arrays, and its three derivatives.

    T(x, w, y) = sum of  y[n, o, t]  w[o, c, k]  x[n, c, stride t + dilation k - padding]

over samples n, channels o and c of the same group, places t and taps k, each with any number of
dims. `convolution` is its derivative by y, `convolution_input` by x (which is the transposed
convolution) and `convolution_weight` by w, so that each one's derivatives are the others. Channels
c of w count within their group.

The values under a tap at all places, or at a place under all taps, are laid side by side (the
`columns`), and one matrix product per sample or group does the sum. Samples are taken in blocks
whose columns stay in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from rushlight.kernels.quiet import quietly
from rushlight.kernels.strides import restride

Array = np.ndarray[Any, np.dtype[Any]]
Ints = tuple[int, ...]

BLOCK = 1 << 19  # elements of a block's columns: some megabytes
FEW = 64  # places in a sample that are too few for a matrix product of their own


def places(size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Ints:
    """How many places a kernel has in each dim of a padded input; not positive where it has none.

    Example:
        >>> places((8, 8), (3, 3), (1, 2), (1, 0), (1, 3))
        (8, 1)
    """
    return tuple(
        [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
        ]
    )


# -- the three derivatives ---------------------------------------------------------------------


def convolution(
    x: Array, w: Array, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int,
    bias: Array | None = None,
) -> Array:  # fmt: skip
    """Each output channel: the input's channels under its kernel, summed, at every place.

    `size` says how many places there are, at most `places`. `bias` is added, one per channel.
    """
    if bias is not None:
        return biased(convolution(x, w, size, stride, padding, dilation, groups), bias)
    (n, c), o, kernel = x.shape[:2], w.shape[0], w.shape[2:]
    matrices = matrices_of(w, groups)
    out = np.empty((n, groups, o // groups, prod(size)), x.dtype)
    if trivial(kernel, stride, padding) and x.shape[2:] == size:
        np.matmul(matrices, rows_of(x, groups), out=out)
        return out.reshape((n, o, *size))
    x = padded(x, padding)
    few = out.shape[-1] < FEW
    for part in blocks(n, c * prod(kernel) * prod(size)):
        view = windows(x[part], kernel, size, stride, dilation)
        if few:
            found = np.matmul(matrices, samples_last(view, groups))
            found = found.reshape((groups, o // groups, len(view), out.shape[-1]))
            out[part] = found.transpose(2, 0, 1, 3)
        else:
            columns = view.reshape((len(view), groups, matrices.shape[2], out.shape[-1]))
            np.matmul(matrices, columns, out=out[part])
    return out.reshape((n, o, *size))


def convolution_input(
    y: Array, w: Array, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int,
    bias: Array | None = None,
) -> Array:  # fmt: skip
    """The transposed convolution: every place's value times the kernel, added up where it lay.

    `size` is that of the result, without samples and channels. Where kernels lie one place apart
    this is a convolution with the kernel reversed, which costs less where its columns are no more.
    """
    if bias is not None:
        return biased(convolution_input(y, w, size, stride, padding, dilation, groups), bias)
    n, c, kernel = len(y), groups * w.shape[1], w.shape[2:]
    if prod(stride) == 1 and len(w) <= c:
        around = tuple([d * (k - 1) - p for k, p, d in zip(kernel, padding, dilation, strict=True)])
        if min(around) >= 0 and size == places(y.shape[2:], kernel, stride, around, dilation):
            return convolution(y, turned(w, groups), size, stride, around, dilation, groups)
    rows = rows_of(y, groups)
    matrices = matrices_of(w, groups).swapaxes(1, 2)
    out = np.zeros((n, c, *size), y.dtype)
    for part in blocks(n, c * prod(kernel) * rows.shape[-1]):
        columns = np.matmul(matrices, rows[part])
        columns = columns.reshape((len(columns), c, *kernel, *y.shape[2:]))
        spread(columns, out[part], stride, padding, dilation)
    return out


def convolution_weight(
    y: Array, x: Array, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """How much of `y` goes with what lies under each tap of a kernel of this size."""
    n, c, o = len(x), x.shape[1], y.shape[1]
    rows = rows_of(y, groups)
    out = np.zeros((groups, o // groups, c // groups * prod(kernel)), y.dtype)
    x = padded(x, padding)
    for part in blocks(n, c * prod(kernel) * rows.shape[-1]):
        columns = samples_last(windows(x[part], kernel, y.shape[2:], stride, dilation), groups)
        side = rows[part].transpose(1, 2, 0, 3).reshape((groups, o // groups, columns.shape[2]))
        out += np.matmul(side, columns.swapaxes(1, 2))
    return out.reshape((o, c // groups, *kernel))


def biased(out: Array, bias: Array) -> Array:
    """One number per channel added to an array of results."""
    out += bias.reshape((-1, *[1] * (out.ndim - 2)))
    return out


# -- columns -----------------------------------------------------------------------------------


def unfolded(x: Array, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Array:
    """The columns of an array (samples, channels, ...): samples, channels, taps, places.

    Example:
        >>> unfolded(np.arange(4).reshape(1, 1, 4), (2,), (1,), (0,), (1,))[0, 0]
        array([[0, 1, 2],
               [1, 2, 3]])
    """
    size = places(x.shape[2:], kernel, stride, padding, dilation)
    view = windows(padded(x, padding), kernel, size, stride, dilation)
    return view.reshape((*x.shape[:2], prod(kernel), prod(size)))


def folded(
    columns: Array, size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Array:
    """The transpose of `unfolded`: columns added up where they came from.

    Example:
        >>> folded(np.ones((1, 1, 2, 3), int), (4,), (2,), (1,), (0,), (1,))[0, 0]
        array([1, 2, 2, 1])
    """
    out = np.zeros((*columns.shape[:2], *size), columns.dtype)
    shape = places(size, kernel, stride, padding, dilation)
    columns = columns.reshape((*columns.shape[:2], *kernel, *shape))
    spread(columns, out, stride, padding, dilation)
    return out


def trivial(kernel: Ints, stride: Ints, padding: Ints) -> bool:
    """Is a convolution a matrix product of channels, place by place?"""
    return prod(kernel) == prod(stride) == 1 and not any(padding)


def matrices_of(w: Array, groups: int) -> Array:
    """A weight as (groups, outputs of a group, channels of a group and taps)."""
    return w.reshape((groups, len(w) // groups, prod(w.shape[1:])))


def turned(w: Array, groups: int) -> Array:
    """The weight of the transposed convolution: taps in reverse, outputs for channels."""
    w = np.flip(w, tuple(range(2, w.ndim)))
    w = w.reshape((groups, len(w) // groups, *w.shape[1:])).swapaxes(1, 2)
    return w.reshape((groups * w.shape[1], *w.shape[2:]))


def rows_of(x: Array, groups: int) -> Array:
    """(samples, groups, channels of a group, places), in memory as BLAS takes it."""
    return np.ascontiguousarray(x).reshape(
        (len(x), groups, x.shape[1] // groups, prod(x.shape[2:]))
    )


def samples_last(view: Array, groups: int) -> Array:
    """Windows as (groups, channels and taps, samples and places)."""
    n = (view.ndim - 2) // 2
    order = (*range(1, n + 2), 0, *range(n + 2, view.ndim))
    long = len(view) * prod(view.shape[n + 2 :])
    return view.transpose(order).reshape((groups, prod(view.shape[1 : n + 2]) // groups, long))


def blocks(n: int, each: int) -> Iterator[slice]:
    """Slices of `n` samples whose columns, of so many elements `each`, make a block."""
    step = max(1, BLOCK // max(each, 1))
    return (slice(i, min(i + step, n)) for i in range(0, n, step))


def padded(x: Array, padding: Ints) -> Array:
    """`x` with zeros around its last dims."""
    if not any(padding):
        return x
    lead = x.ndim - len(padding)
    size = [n + 2 * p for n, p in zip(x.shape[lead:], padding, strict=True)]
    out = np.zeros((*x.shape[:lead], *size), x.dtype)
    inner = [slice(p, p + n) for n, p in zip(x.shape[lead:], padding, strict=True)]
    out[at(inner)] = x
    return out


def windows(x: Array, kernel: Ints, size: Ints, stride: Ints, dilation: Ints) -> Array:
    """A view (samples, channels, *taps, *places) of a padded array."""
    steps = x.strides
    taps = [step * d for step, d in zip(steps[2:], dilation, strict=True)]
    moves = [step * s for step, s in zip(steps[2:], stride, strict=True)]
    return restride(x, (*x.shape[:2], *kernel, *size), (*steps[:2], *taps, *moves))


def spread(columns: Array, out: Array, stride: Ints, padding: Ints, dilation: Ints) -> None:
    """Add columns (samples, channels, *taps, *places) to where they lie in `out`.

    The loop is over taps, each with all its places, or the other way round: what is fewer.
    """
    n = len(stride)
    taps, size = columns.shape[2 : 2 + n], columns.shape[2 + n :]
    if prod(size) < prod(taps):
        columns = columns.transpose((0, 1, *range(2 + n, 2 + 2 * n), *range(2, 2 + n)))
        taps, size, stride, dilation = size, taps, dilation, stride
    for tap, there, here in shifts(taps, size, out.shape[2:], stride, padding, dilation):
        target = out[at(there)]
        quietly(np.add, (target, columns[at((*tap, *here))], target))


def shifts(
    taps: Ints, size: Ints, inside: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Iterator[tuple[Ints, tuple[slice, ...], tuple[slice, ...]]]:
    """For each tap: the slices of an array of size `inside` under it, and of the places there."""
    each = [
        [clipped(k * d - p, s, t, n) for k in range(count)]
        for count, t, n, s, p, d in zip(taps, size, inside, stride, padding, dilation, strict=True)
    ]
    for tap in product(*[range(count) for count in taps]):
        pairs = [dim[k] for dim, k in zip(each, tap, strict=True)]
        if None not in pairs:
            yield tap, tuple([there for there, _ in pairs]), tuple([here for _, here in pairs])


def at(key: Sequence[Any]) -> Any:
    """The key of an array's last dims."""
    return (..., *key)


def clipped(start: int, step: int, count: int, length: int) -> Any:
    """Of `count` steps from `start`, those inside a dim: slices there, and of the steps."""
    first = max(0, -(start // step))
    last = min(count - 1, (length - 1 - start) // step)
    if last < first:
        return None
    begin = start + first * step
    return slice(begin, begin + (last - first) * step + 1, step), slice(first, last + 1)
