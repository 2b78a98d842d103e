"""Reading a grid at arbitrary places: interpolation at coordinates that another array holds.

A coordinate of -1 is one end of a dim and 1 the other. `how` is (mode, padding, align_corners). A
coordinate reads a few elements of a dim, its taps, with weights that are polynomials of its
distance from the element before it; the corners of a point are the products of its dims' taps.
"""

import math
from itertools import product

import numpy as np

A = -0.75  # of R. Keys' cubic convolution
POLYNOMIALS = {
    "nearest": ((1.0,),),
    "bilinear": ((-1.0, 1.0), (1.0, 0.0)),
    "bicubic": (
        (A, -2 * A, A, 0.0),
        (A + 2, -A - 3, 0.0, 1.0),
        (-A - 2, 2 * A + 3, -A, 0.0),
        (-A, A, 0.0, 0.0),
    ),
}
FIRST = {"nearest": 0, "bilinear": 0, "bicubic": -1}  # where the first tap is

# -- coordinates -----------------------------------------------------------------------------


def position(x, length, how):
    """The place among the elements that a coordinate means, and its derivative."""
    mode, padding, align_corners = how
    if align_corners:
        at, slope = (x + 1) / 2 * (length - 1), (length - 1) / 2
    else:
        at, slope = ((x + 1) * length - 1) / 2, length / 2
    if padding == "zeros" or mode == "bicubic":  # whose taps are padded one by one
        return at, slope
    at, sign = padded(at, length, padding, align_corners)
    return at, sign * slope


def padded(at, length, padding, align_corners):
    """A place brought inside, and the derivative of that: 1, -1 or 0."""
    sign = np.ones_like(at)
    if padding == "reflection":
        low, high = (0, length - 1) if align_corners else (-0.5, length - 0.5)
        at, sign = reflected(at, low, high)
    sign = np.where((at > 0) & (at < length - 1), sign, 0 * one(at))
    return np.clip(at, 0, length - 1), sign


def reflected(at, low, high):
    """A place mirrored at both ends as often as it takes, and the derivative of that."""
    if low == high:
        return np.zeros_like(at), np.zeros_like(at)
    span, sign = high - low, np.where(at < low, -one(at), one(at))
    away = np.abs(at - low)
    rest, odd = np.fmod(away, span), np.floor(away / span) % 2 == 1
    return np.where(odd, span - rest, rest) + low, np.where(odd, -sign, sign)


def one(x):
    """1 in the dtype of an array."""
    return x.dtype.type(1)


def element_before(at, mode):
    return np.rint(at) if mode == "nearest" else np.floor(at)


def tap_weight(x, length, how, tap, order):
    """The weight of one tap of coordinates, or its derivative of some order."""
    at, slope = position(x, length, how)
    t = at - element_before(at, how[0])
    out = np.zeros_like(t)
    for c in np.polyder(POLYNOMIALS[how[0]][tap], order):
        out = out * t + float(c)
    return out * slope**order if order else out


def tap_place(x, length, how, tap):
    """The element that one tap of coordinates reads; -1 for none."""
    mode, padding, align_corners = how
    at = element_before(position(x, length, how)[0], mode) + (FIRST[mode] + tap)
    if mode == "bicubic" and padding != "zeros":
        at = padded(at, length, padding, align_corners)[0]
    inside = (at >= 0) & (at < length)
    return np.where(inside, at, -1).astype(np.int64)


# -- corners ---------------------------------------------------------------------------------


def taps_of(grid, lengths, how, function):
    """Per dim, first to last, what `function` says of each tap of the grid's coordinates.

    The grid's last dim holds them last dim first; its dims before that, the points, become one.
    """
    rank = len(lengths)
    lead, out = grid.shape[: grid.ndim - rank - 1], grid.shape[grid.ndim - rank - 1 : -1]
    points = grid.reshape(*lead, math.prod(out), rank)
    return [
        [
            function(points[..., rank - 1 - d], n, how, tap)
            for tap in range(len(POLYNOMIALS[how[0]]))
        ]
        for d, n in enumerate(lengths)
    ]


def corner_places(grid, lengths, how):
    """The elements that points read, as places in the flattened dims; -1 for none."""
    steps = [math.prod(lengths[d + 1 :]) for d in range(len(lengths))]
    corners = []
    for places in product(*taps_of(grid, lengths, how, tap_place)):
        flat = sum([p * s for p, s in zip(places, steps, strict=True)])
        corners.append(np.where(np.min(places, 0) < 0, -1, flat))
    return np.stack(corners, -2)


def corner_weights(grid, lengths, how):
    """By what points weight the elements that they read."""

    def weight(x, n, how, tap):
        return tap_weight(x, n, how, tap, 0)

    return np.stack([math.prod(c) for c in product(*taps_of(grid, lengths, how, weight))], -2)


# -- the sum  g[c, p] * w[k, p] * x[c, places[k, p]]  and what its factors are multiplied by -----


def rows_of(x):
    """The elements of (batch x channels x elements) as rows of channels, and a row of zeros."""
    batch, channels, length = x.shape
    rows = np.zeros((batch * length + 1, channels), x.dtype)
    rows[:-1].reshape(batch, length, channels)[...] = x.transpose(0, 2, 1)
    return rows


def row_numbers(places, length):
    """The rows of `rows_of` that places (batch x corners x points) read, corner by corner."""
    batch = np.arange(len(places))[:, None, None] * length
    return np.where(places < 0, -1, places + batch).swapaxes(0, 1)


def batched(*arrays):
    """Arrays with all dims before the last two made one."""
    return [a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:]) for a in arrays]


def sampled(x, weights, places):
    """What `g` is multiplied by: the weighted sums of the elements that points read."""
    lead, (x, w, places) = x.shape[:-1], batched(x, weights, places)
    rows, out = rows_of(x), 0
    for k, numbers in enumerate(row_numbers(places, x.shape[-1])):
        out = out + rows[numbers] * w[:, k, :, None]
    return np.ascontiguousarray(out.swapaxes(1, 2)).reshape(*lead, w.shape[-1])


def spread(g, weights, places, length):
    """What `x` is multiplied by: each element gets back the weighted `g` of who reads it."""
    lead, (g, w, places) = g.shape[:-1], batched(g, weights, places)
    batch, channels, _ = g.shape
    rows = np.zeros((batch * length + 1, channels), g.dtype)
    g = g.swapaxes(1, 2)
    each = np.arange(channels)
    for k, numbers in enumerate(row_numbers(places, length)):
        numbers = np.where(numbers < 0, batch * length, numbers)
        into = (numbers[..., None] * channels + each).ravel()
        np.add.at(rows.reshape(-1), into, (g * w[:, k, :, None]).ravel())
    out = rows[:-1].reshape(batch, length, channels).swapaxes(1, 2)
    return np.ascontiguousarray(out).reshape(*lead, length)


def matched(g, x, places):
    """What `w` is multiplied by: the products of `g` and the elements read, over the channels."""
    lead, (g, x, places) = places.shape, batched(g, x, places)
    rows, g = rows_of(x), g.swapaxes(1, 2)
    each = [(rows[numbers] * g).sum(-1) for numbers in row_numbers(places, x.shape[-1])]
    return np.stack(each, 1).reshape(lead)


# -- affine grids ----------------------------------------------------------------------------


def base_grid(lengths, align_corners, dtype):
    """The homogeneous coordinates (last dim first) of all points of a grid, row by row."""
    axes = []
    for n in lengths:
        ends = np.linspace(-1, 1, n) if n > 1 else np.zeros(n)
        axes.append(ends if align_corners or n <= 1 else ends * (n - 1) / n)
    points = np.meshgrid(*axes, indexing="ij")[::-1]
    return np.stack([*[p.ravel() for p in points], np.ones(math.prod(lengths))], 1).astype(dtype)
