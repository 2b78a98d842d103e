"""Interpolation on arrays: the last dims read at evenly spaced places, in or between the elements.

How a dim is resampled is said by (mode, align_corners, antialias): result i stands at the place
`scale * (i + 1/2) - 1/2` among the elements, or at `scale * i` where the corners are aligned.
"""

import functools

import numpy as np

from .taps import apply, taps, transposed

# -- where to read ---------------------------------------------------------------------------


def scale_of(length, count, align_corners, factor, dtype):
    """How many elements it is from one result to the next."""
    if align_corners:
        return dtype(length - 1) / dtype(count - 1) if count > 1 else dtype(0)
    if factor is not None and factor > 0:
        return dtype(1.0 / factor)
    return dtype(length) / dtype(count)


def nearest(length, count, scale, dtype):
    """One element each: the one that contains the result's left end."""
    return elements_at(np.arange(count).astype(dtype) * scale, length), None


def nearest_exact(length, count, scale, dtype):
    """One element each: the one that contains the result's middle."""
    return elements_at((np.arange(count).astype(dtype) + dtype(0.5)) * scale, length), None


def elements_at(at, length):
    """The elements that contain places; in single precision like PyTorch's, which decides ties."""
    return np.minimum(np.floor(at.astype(np.float32)).astype(np.int64), length - 1)[:, None]


def positions(count, scale, align_corners, dtype):
    """Where the results stand among the elements."""
    i = np.arange(count).astype(dtype)
    return scale * i if align_corners else scale * (i + dtype(0.5)) - dtype(0.5)


def linear(length, count, scale, align_corners, dtype):
    """Two neighbours each, weighted by their nearness."""
    at = np.maximum(positions(count, scale, align_corners, dtype), dtype(0))
    if length == count:
        return np.stack([np.arange(count)] * 2, 1), np.stack([np.ones(count), np.zeros(count)], 1)
    left = np.minimum(at.astype(np.int64), length - 1)
    t = np.clip(at - left.astype(dtype), dtype(0), dtype(1))
    right = np.minimum(left + 1, length - 1)
    return np.stack([left, right], 1), np.stack([1 - t, t], 1)


def cubic(length, count, scale, align_corners, dtype):
    """Four neighbours each, by R. Keys' convolution kernel; the edge goes on for ever."""
    at = positions(count, scale, align_corners, dtype)
    left = np.minimum(np.floor(at), dtype(length - 1))
    t = np.clip(at - left, dtype(0), dtype(1))
    places = left.astype(np.int64)[:, None] + np.arange(-1, 3)
    weights = np.stack([cubic_weight(np.abs(t - d), -0.75) for d in range(-1, 3)], 1)
    return np.clip(places, 0, length - 1), weights


def cubic_weight(x, a):
    """Keys' kernel: piecewise cubic, zero from distance 2 on."""
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


# -- a filter as wide as the results are apart -----------------------------------------------


def triangle(x):
    return np.maximum(1 - np.abs(x), 0)


def cubic_filter(x):
    return cubic_weight(np.abs(x), -0.5)


def lanczos(x):
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


FILTERS = {"linear": (triangle, 1), "cubic": (cubic_filter, 2), "lanczos": (lanczos, 3)}


def filtered(mode, length, count, scale, dtype):
    """All elements under a filter around the result, which widens when the dim shrinks."""
    function, reach = FILTERS[mode]
    wide = max(scale, dtype(1))
    center, support = scale * (np.arange(count).astype(dtype) + dtype(0.5)), dtype(reach) * wide
    begin = np.maximum((center - support + dtype(0.5)).astype(np.int64), 0)
    end = np.minimum((center + support + dtype(0.5)).astype(np.int64), length)
    places = begin[:, None] + np.arange(max((end - begin).max(initial=0), 1))
    x = (places.astype(dtype) - center[:, None] + dtype(0.5)) / wide
    weights = np.where(places < end[:, None], function(x), 0)
    total = weights.sum(1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    return np.where(places < end[:, None], places, -1), weights


# -- maps ------------------------------------------------------------------------------------

PLAIN = {"nearest": nearest, "nearest-exact": nearest_exact}
SMOOTH = {"linear": linear, "cubic": cubic}


@functools.lru_cache(256)
def table(length, count, mode, align_corners, antialias, factor, dtype):
    """(places, weights) of a dim of some length resampled to `count` elements."""
    scale = scale_of(length, count, align_corners, factor, dtype)
    if mode in PLAIN:
        return PLAIN[mode](length, count, scale, dtype)
    if antialias:
        return filtered(mode, length, count, scale, dtype)
    return SMOOTH[mode](length, count, scale, align_corners, dtype)


@functools.lru_cache(256)
def resampling(length, count, *how):
    """The map along a dim."""
    places, weights = table(length, count, *how)
    return taps(places, length, weights)


@functools.lru_cache(256)
def resampling_backward(length, count, *how):
    """Its transpose."""
    return transposed(resampling(length, count, *how))


def steps(lengths, counts, how, factors, dtype):
    """The dims to resample, from the last one on, and what to say of each to the functions above.

    A dim that keeps its length may be left alone, though a factor says otherwise: the filters and
    PyTorch's loop for the nearest pixel do so.
    """
    mode, _, antialias = how
    real = np.float64 if dtype == np.float64 else np.float32
    still = antialias or (mode == "nearest" and len(counts) == 2)
    for d in range(1, len(counts) + 1):
        if not (still and lengths[-d] == counts[-d]):
            yield -d, (lengths[-d], counts[-d], *how, factors[-d], real)


def resampled(x, counts, how, factors):
    """The last dims of `x` resampled to as many elements as `counts` says.

    A factor says how far apart results stand where that is not the ratio of the lengths.
    """
    if x.dtype == np.uint8 and how[0] not in PLAIN:
        return resampled_bytes(x, counts, how, factors)
    lengths = x.shape[x.ndim - len(counts) :]
    for d, each in steps(lengths, counts, how, factors, x.dtype):
        x = apply(x, resampling(*each), d)
    return x


def resampled_backward(g, lengths, how, factors):
    """The transpose of `resampled`, to dims of the given lengths."""
    counts = g.shape[g.ndim - len(lengths) :]
    for d, each in steps(lengths, counts, how, factors, g.dtype):
        g = apply(g, resampling_backward(*each), d)
    return g


# -- bytes -----------------------------------------------------------------------------------


def resampled_bytes(x, counts, how, factors):
    """Bytes resampled in integer arithmetic, rounded to bytes after each dim."""
    lengths = x.shape[x.ndim - len(counts) :]
    for d, (length, n, *rest) in steps(lengths, counts, how, factors, np.float64):
        if length == n:
            continue
        places, weights = merged(*table(length, n, *rest))
        bits = precision(weights.max(initial=0))
        whole = np.floor(np.abs(weights) * (1 << bits) + 0.5) * np.sign(weights)
        sums = apply(x.astype(np.int64), taps(places, length, whole), d)
        x = np.clip((sums + (1 << bits - 1)) >> bits, 0, 255).astype(np.uint8)
    return x


def merged(places, weights):
    """What reads one element twice (beyond an edge), reading it once: there is one rounding."""
    same = places[:, :, None] == places[:, None, :]
    again = np.tril(same, -1).any(2)
    return places, np.where(again, 0, (same * weights[:, None, :]).sum(2))


def precision(largest):
    """How many fractional bits weights can have to fit into signed integers of 16 bits."""
    for bits in range(22):
        if int(0.5 + largest * (1 << bits + 1)) >= 1 << 15:
            return bits
    return 22
