"""Linear maps along a dim, and what is built of them, against dense matrices and plain loops."""

import numpy as np
import pytest

from rushlight.kernels import grid_sampling, pooling, resampling
from rushlight.kernels.taps import apply, taps, transposed

RNG = np.random.default_rng(0)
MAPS = {
    "plain": np.array([[0, 1], [1, 2], [2, 3]]),
    "gaps": np.array([[-1, 0], [1, -1], [3, 2]]),
    "repeated": np.array([[0, 0, 1], [0, 1, 1], [3, 0, 3], [2, 2, 2]]),
    "backwards": np.array([[3], [1], [0]]),
    "nothing": np.array([[-1], [-1]]),
    "stepped": np.array([[0, 1], [2, 3]]),
}


def dense(places, length, weights):
    matrix = np.zeros((len(places), length))
    for i, row in enumerate(places):
        for j, place in enumerate(row):
            if place >= 0:
                matrix[i, place] += 1 if weights is None else weights[i, j]
    return matrix


@pytest.mark.parametrize("places", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_map_is_its_matrix(places, weighted):
    weights = RNG.uniform(1, 2, places.shape) if weighted else None
    map, matrix = taps(places, 4, weights), dense(places, 4, weights)
    x = RNG.standard_normal((2, 4, 3))
    np.testing.assert_allclose(apply(x, map, -2), matrix @ x)
    np.testing.assert_allclose(apply(x.swapaxes(1, 2), map, -1), (matrix @ x).swapaxes(1, 2))
    if map.parts:
        y = RNG.standard_normal((2, len(places), 3))
        np.testing.assert_allclose(apply(y, transposed(map), -2), matrix.T @ y)


def test_steps_are_slices():
    """Each part of a sliding window is one pass over memory."""
    parts = pooling.window_sums(20, (9, 3, 2, 1, 1)).parts
    assert all(isinstance(key, slice) for part in parts for key in part[:2])


WINDOWS = [
    ((4, 2, 2, 0, 1), (3, 2, 2, 0, 1)),
    ((5, 3, 2, 1, 1), (8, 1, 1, 0, 1)),
    ((4, 3, 1, 0, 2), (3, 2, 3, 1, 1)),
    ((3,), (5,)),
    ((10,), (1,)),
]


def elements(length, window):
    """The places that each window reads."""
    return [[p for p in row if p >= 0] for row in pooling.places_read(length, window).tolist()]


@pytest.mark.parametrize("windows", WINDOWS)
@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_pooling_element_by_element(windows, kind):
    x = RNG.integers(-9, 9, (2, 8, 8)).astype(kind)
    rows, columns = (elements(8, w) for w in windows)
    values, places = pooling.largest(x, windows)
    means = pooling.averaged(x, windows, False, None)
    assert values.shape == places.shape == means.shape == (2, len(rows), len(columns))
    assert (pooling.largest_values(x, windows) == values).all()
    for at in np.ndindex(values.shape):
        read = [(r, c) for r in rows[at[1]] for c in columns[at[2]]]
        found = [x[at[0], r, c] for r, c in read]
        assert values[at] == max(found)
        assert divmod(places[at], 8) == read[int(np.argmax(found))]
        mean = sum(found) / len(found)
        assert np.isclose(means[at], mean if kind == "float64" else int(mean))


def same_product(forward, backward, shape):
    """<f x, y> = <x, f' y>: one is the transpose of the other."""
    x = RNG.standard_normal(shape)
    y = RNG.standard_normal(forward(x).shape)
    np.testing.assert_allclose((forward(x) * y).sum(), (x * backward(y)).sum(), 1e-10)


@pytest.mark.parametrize("windows", WINDOWS)
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("divisor", [None, -3])
def test_transpose_of_means(windows, padded, divisor):
    arguments = windows, padded, divisor
    same_product(
        lambda x: pooling.averaged(x, *arguments),
        lambda y: pooling.averaged_backward(y, (8, 8), *arguments),
        (2, 8, 8),
    )


HOWS = [
    ("nearest", False, False),
    ("nearest-exact", False, False),
    *[(mode, align, False) for mode in ("linear", "cubic") for align in (False, True)],
    *[(mode, False, True) for mode in ("linear", "cubic", "lanczos")],
]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("counts", [(3, 11), (1, 7), (5, 14)])
@pytest.mark.parametrize("factors", [(None, None), (0.8, 2.3)])
def test_resampling(how, counts, factors):
    """The weights of a result add up to 1; the backward pass is the transpose."""
    ones = resampling.resampled(np.ones((1, 5, 7)), counts, how, factors)
    np.testing.assert_allclose(ones, 1)
    same_product(
        lambda x: resampling.resampled(x, counts, how, factors),
        lambda y: resampling.resampled_backward(y, (5, 7), how, factors),
        (2, 5, 7),
    )


@pytest.mark.parametrize("counts", [(3, 11), (12, 4)])
def test_bytes_are_rounded_numbers(counts):
    x = RNG.integers(60, 190, (3, 6, 7)).astype(np.uint8)  # nothing to cut off in between
    for how in HOWS[2:]:
        ours = resampling.resampled(x, counts, how, (None, None))
        exact = resampling.resampled(x.astype(float), counts, how, (None, None))
        assert ours.dtype == np.uint8
        assert np.abs(ours - exact).max() < 2  # half a unit per dim, the first spread by weights


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_corners(mode, padding):
    """A grid that stands on the elements reads them; weights add up to 1."""
    at = np.linspace(-1, 1, 5)
    grid = np.stack(np.meshgrid(at, at), -1)[None]
    how, x = (mode, padding, True), RNG.standard_normal((1, 2, 5, 5))
    weights = grid_sampling.corner_weights(grid, (5, 5), how)
    places = grid_sampling.corner_places(grid, (5, 5), how)
    np.testing.assert_allclose(weights.sum(-2), 1)
    out = grid_sampling.sampled(x.reshape(1, 2, 25), weights, places)
    np.testing.assert_allclose(out.reshape(x.shape), x, atol=1e-12)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("padding", ["border", "reflection", "zeros"])
def test_derivatives_of_weights(mode, padding):
    x, step = RNG.uniform(-2, 2, 50), 1e-6
    how = (mode, padding, False)
    for tap in range(len(grid_sampling.POLYNOMIALS[mode])):
        for order in range(2):
            above, below = (
                grid_sampling.tap_weight(x + s, 6, how, tap, order) for s in (step, -step)
            )
            slope = grid_sampling.tap_weight(x, 6, how, tap, order + 1)
            np.testing.assert_allclose((above - below) / (2 * step), slope, 1e-4, 1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_the_trilinear_form(seed):
    rng = np.random.default_rng(seed)
    g, x = rng.standard_normal((2, 3, 4)), rng.standard_normal((2, 3, 5))
    w, places = rng.standard_normal((2, 2, 4)), rng.integers(-1, 5, (2, 2, 4))
    total = sum(
        g[b, c, p] * w[b, k, p] * x[b, c, places[b, k, p]]
        for b, c, k, p in np.ndindex(2, 3, 2, 4)
        if places[b, k, p] >= 0
    )
    assert np.isclose((grid_sampling.sampled(x, w, places) * g).sum(), total)
    assert np.isclose((grid_sampling.spread(g, w, places, 5) * x).sum(), total)
    assert np.isclose((grid_sampling.matched(g, x, places) * w).sum(), total)
