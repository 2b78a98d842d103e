"""Pooling on arrays: the mean or the largest element of windows over the last dims.

The windows over a dim are described by (count, kernel, stride, padding, dilation), or by (count,)
alone: adaptive windows, that divide the dim as evenly as can be. Leading dims are batches.
"""

import functools
import math

import numpy as np

from .taps import along, apply, as_slice, taps, transposed

# -- windows ---------------------------------------------------------------------------------


def window_count(length, kernel, stride, padding, dilation, ceil_mode):
    """How many windows fit; with `ceil_mode`, also one that starts inside and sticks out."""
    room = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= length + padding:
        count -= 1
    return count


def adaptive_bounds(length, count):
    """Where adaptive windows begin and end."""
    i = np.arange(count)
    return i * length // max(count, 1), -(-((i + 1) * length) // max(count, 1))


def places_read(length, window):
    """Per window (row) the places it reads; -1 for padding and unused columns."""
    if len(window) == 1:
        begin, end = adaptive_bounds(length, window[0])
        places = begin[:, None] + np.arange((end - begin).max(initial=0))
        return np.where(places < end[:, None], places, -1)
    count, kernel, stride, padding, dilation = window
    places = (np.arange(count) * stride - padding)[:, None] + np.arange(kernel) * dilation
    return np.where(places < length, np.maximum(places, -1), -1)


@functools.lru_cache(256)
def window_sums(length, window):
    """The map that sums over windows."""
    return taps(places_read(length, window), length)


@functools.lru_cache(256)
def spreading(length, window):
    """Its transpose."""
    return transposed(window_sums(length, window))


# -- means -----------------------------------------------------------------------------------


@functools.lru_cache(256)
def sizes(length, window, padded):
    """How many elements each window has, with the padding or without; at least 1."""
    if len(window) == 1:
        begin, end = adaptive_bounds(length, window[0])
        return np.maximum(end - begin, 1)
    count, kernel, stride, padding, _ = window
    begin = np.arange(count) * stride - padding
    end = np.minimum(begin + kernel, length + padding)
    if not padded:
        begin, end = np.maximum(begin, 0), np.minimum(end, length)
    return np.maximum(end - begin, 1)


@functools.lru_cache(256)
def divisors(lengths, windows, padded):
    """By what the sum over each window is divided to get its mean."""
    each = [sizes(n, w, padded) for n, w in zip(lengths, windows, strict=True)]
    return functools.reduce(np.multiply.outer, each)


@functools.lru_cache(256)
def divisors_in(dtype, lengths, windows, padded):
    """The same in a dtype."""
    return np.ascontiguousarray(divisors(lengths, windows, padded), dtype)


def divided(x, lengths, windows, padded, divisor):
    """Sums over windows (or what flows back into them) divided: integers towards zero."""
    by = divisors(lengths, windows, padded) if divisor is None else np.asarray(divisor)
    if x.dtype.kind in "iu":
        return (np.abs(x) // np.abs(by) * np.sign(x) * np.sign(by)).astype(x.dtype)
    return (x / by.astype(x.dtype)).astype(x.dtype, copy=False)


def averaged(x, windows, padded, divisor):
    """The means of windows; `divisor` takes the place of their sizes."""
    lengths = x.shape[x.ndim - len(windows) :]
    for d in range(1, len(windows) + 1):
        x = apply(x, window_sums(lengths[-d], windows[-d]), -d)
    return divided(x, lengths, windows, padded, divisor)


def averaged_backward(g, lengths, windows, padded, divisor):
    """The transpose of `averaged`, from the windows to dims of the given lengths."""
    g = divided(g, lengths, windows, padded, divisor)
    for d in range(1, len(windows) + 1):
        g = apply(g, spreading(lengths[-d], windows[-d]), -d)
    return g


# -- the largest -----------------------------------------------------------------------------


@functools.lru_cache(256)
def candidates(length, window):
    """Per window the first place it reads, the map of the others, and which windows read none.

    An adaptive window with fewer places than others reads its last one again.
    """
    places = places_read(length, window)
    read = places >= 0
    if not places.size:
        return slice(0), taps(places, length), ()
    first = np.maximum(places[np.arange(len(places)), read.argmax(1)], 0)
    if len(window) == 1:
        places = np.where(read, places, places.max(1, keepdims=True))
    if read[:, 0].all():
        places = places[:, 1:]
    return as_slice(first), taps(places, length), np.flatnonzero(~read.any(1))


def starting(x, dim, first, blank):
    """The first elements that windows read; below all others where they read none."""
    best = x[along(dim, first)].copy()
    if len(blank):
        best[along(dim, blank)] = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
    return best


def better(candidate, best):
    """Where a candidate takes the place of the best so far: if larger, or NaN."""
    wins = candidate > best
    if best.dtype.kind not in "iub":
        wins |= candidate != candidate
    return wins


def largest(x, windows):
    """The largest elements of windows, and their places in the flattened dims.

    The first of equals, but the last NaN: dim by dim from the last one on, a window's rows are
    compared in order, as going through them element by element would.
    """
    place, step = None, 1
    for d in range(1, len(windows) + 1):
        n = x.shape[-d]
        own = (np.arange(n) * step).reshape((n,) + (1,) * (d - 1))
        place = np.broadcast_to(own, x.shape) if place is None else place + own
        x, place = largest_along(x, place, candidates(n, windows[-d]), -d)
        step *= n
    return x, place


def largest_along(x, place, windows, dim):
    """The largest of windows over one dim, and what `place` says of them."""
    first, others, blank = windows
    best, found = starting(x, dim, first, blank), place[along(dim, first)].copy()
    for results, places, _ in others.parts:
        own, read = along(dim, results), along(dim, places)
        wins = better(x[read], best[own])
        np.copyto(best[own], x[read], where=wins)
        np.copyto(found[own], place[read], where=wins)
    return best, found


def largest_values(x, windows):
    """What `largest` finds, without the places."""
    for d in range(1, len(windows) + 1):
        first, others, blank = candidates(x.shape[-d], windows[-d])
        best = starting(x, -d, first, blank)
        for results, places, _ in others.parts:
            own = best[along(-d, results)]
            np.maximum(own, x[along(-d, places)], out=own)
        x = best
    return x


# -- windows at random places ----------------------------------------------------------------


def random_starts(samples, length, kernel, count):
    """Where `count` windows begin: steps of two lengths, in an order that a sample of [0, 1) says.

    (B. Graham, Fractional max-pooling, 2014: the sequences `int(alpha * (i + u))`.)
    """
    one = samples.dtype.type
    starts = np.full((*samples.shape, count), length - kernel, np.int64)
    if count > 1:
        alpha = one(length - kernel) / one(count - 1)
        steps = np.arange(count - 1).astype(samples.dtype)
        u = samples[..., None]
        starts[..., :-1] = ((steps + u) * alpha).astype(np.int64) - (u * alpha).astype(np.int64)
    return starts


def fractional(x, starts, kernel):
    """The largest of windows, and their places, where each plane of `x` has its own windows.

    `starts` holds, per pooled dim, the first places of the windows of each plane.
    """
    rank = len(kernel)
    lead, lengths = x.shape[: x.ndim - rank], x.shape[x.ndim - rank :]
    steps = [math.prod(lengths[d + 1 :]) for d in range(rank)]
    corner = 0
    for d, begin in enumerate(starts):
        shape = [1] * rank
        shape[d] = begin.shape[-1]
        corner = corner + (begin * steps[d]).reshape(*lead, *shape)
    counts = corner.shape[len(lead) :]
    corner, planes = corner.reshape(*lead, math.prod(counts)), x.reshape(*lead, math.prod(lengths))
    place = corner.copy()
    best = np.take_along_axis(planes, corner, -1)
    for offset in np.ndindex(*kernel):
        read = corner + sum([o * s for o, s in zip(offset, steps, strict=True)])
        values = np.take_along_axis(planes, read, -1)
        wins = better(values, best)
        np.copyto(best, values, where=wins)
        np.copyto(place, read, where=wins)
    return best.reshape(*lead, *counts), place.reshape(*lead, *counts)


# -- the other way ---------------------------------------------------------------------------


def placed(g, places, lengths):
    """Zeros, with the elements of `g` added at their places in the flattened dims of given lengths.

    Example:
        >>> placed(np.ones((1, 3)), np.array([[2, 0, 2]]), (3,))
        array([[1., 0., 2.]])
    """
    lead, volume = g.shape[: g.ndim - len(lengths)], math.prod(lengths)
    planes, each = math.prod(lead), math.prod(g.shape[len(lead) :])
    places = places.reshape(planes, each) + np.arange(planes)[:, None] * volume
    out = np.zeros(planes * volume, g.dtype)
    np.add.at(out, places.reshape(-1), g.reshape(-1))
    return out.reshape(*lead, *lengths)


def unpooled(x, places, lengths):
    """Zeros, and the elements of `x` at their places in the flattened dims of given lengths.

    Raises:
        RuntimeError: for a place out of range.
    """
    lead, volume = x.shape[: x.ndim - len(lengths)], math.prod(lengths)
    places = places.reshape(*lead, math.prod(places.shape[len(lead) :]))
    bad = (places < 0) | (places >= volume)
    if bad.any():
        raise RuntimeError(
            f"Found an invalid max index: {places[bad][0]} (output volumes are of size "
            f"{'x'.join([str(n) for n in lengths])})"
        )
    out = np.zeros((*lead, volume), x.dtype)
    np.put_along_axis(out, places, x.reshape(places.shape), -1)
    return out.reshape(*lead, *lengths)
