"""The native normalisation layers against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import rows, standardize
from tests.kernels.odd import ODD, assert_agree, converted, native_only

pytestmark = native_only(rows.normalize, standardize.normalize)

EPS = 1e-5
LAYERS = [  # shape, number of last dims
    *(((4, 4), 1), ((1, 1), 1), ((3, 5, 7), 2), ((6,), 1), ((2, 3000), 1), ((70, 65), 1)),
    *(((300, 700), 1), ((2, 3, 4, 5), 3)),
]
GROUPS = [  # shape, groups
    *(((2, 4), 2), ((3, 6, 5), 3), ((2, 4, 3, 5), 1), ((2, 4, 3, 5), 4), ((16, 8, 40, 40), 2)),
]
BATCHES = [  # shapes of samples x channels x ...
    *((5, 3), (4, 3, 7), (2, 3, 4, 5), (1, 6, 9), (3, 130), (1, 1, 4), (600, 300), (8, 6, 70, 70)),
]


def case(kind, shape, how, dtype="float64", affine="wb"):
    """The arguments of `normalize` and `normalize_gradient`, or of their forms for batches."""
    rng = np.random.default_rng(0)
    x = (rng.standard_normal(shape) * 3 + 1).astype(dtype)
    g = rng.standard_normal(shape).astype(dtype)
    n = len(shape)
    if kind == "layer":
        dims = axes = tuple(range(n - how, n))
        size, groups = shape[n - how :], 0
    else:
        dims = tuple(range(2, n + 1)) if kind == "group" else (0, *range(2, n))
        axes, size, groups = ((1, 2) if kind == "group" else (1,)), shape[1:2], how
    w, b = (rng.standard_normal(size).astype(dtype) if c in affine else None for c in "wb")
    wanted = (True, w is not None, b is not None)
    if kind != "batch":
        return (
            [x, w, b, dims, axes, EPS, groups, 0],
            [g, x, w, None, None, dims, axes, EPS, groups, 0, wanted],
        )
    mean, variance = standardize.moments(x, dims)
    return (
        [x, w, b, mean, variance, dims, axes, EPS, 0],
        [g, x, w, mean, variance, dims, axes, EPS, 0, 0, wanted],
    )


CASES = [
    *[("layer", shape, how) for shape, how in LAYERS],
    *[("group", shape, how) for shape, how in GROUPS],
    *[("batch", shape, 0) for shape in BATCHES],
]


def agree(kind, forward, backward, **close):
    name = "normalize_by" if kind == "batch" else "normalize"
    assert_agree(getattr(rows, name), getattr(standardize, name), forward, **close)
    assert_agree(rows.normalize_gradient, standardize.normalize_gradient, backward, **close)


@pytest.mark.parametrize("affine", ["wb", "w", "b", ""])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("kind", "shape", "how"), CASES, ids=str)
def test_norms_agree_with_numpy(kind, shape, how, dtype, affine):
    close = {"rtol": 2e-4, "atol": 2e-4} if dtype == "float32" else {"rtol": 1e-10, "atol": 1e-10}
    agree(kind, *case(kind, shape, how, dtype, affine), **close)


@pytest.mark.parametrize("far", [1e3, 1.1e6, 1.3e9])
@pytest.mark.parametrize("first", [0, 1, 200, 256, 600])
def test_variance_is_exact_wherever_the_first_numbers_lie(first, far):
    x = np.random.default_rng(0).standard_normal((1, 1 << 20)).astype(np.float32)
    x[:, :first] += far
    found = rows.normalize(x, None, None, (1,), (1,), EPS, 0, 0)
    wide = x.astype(np.float64)
    exact = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + EPS)
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-7 * far / wide.std())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", BATCHES, ids=str)
def test_moments_agree_with_numpy(shape, dtype):
    x = (np.random.default_rng(0).standard_normal(shape) * 3 + 1).astype(dtype)
    assert_agree(rows.moments, standardize.moments, [x, (0, *range(2, len(shape)))])


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind", ["layer", "group", "batch"])
def test_norms_of_odd_arrays(kind, odd):
    how = {"layer": 1, "group": 3, "batch": 0}[kind]
    forward, backward = case(kind, (4, 6, 5), how, affine="wb")
    others = [], []
    if odd == "no samples":  # parameters stay whole
        others = forward[1:], backward[2:]
    forward, backward = (
        [*converted(args[: len(args) - len(rest)], ODD[odd]), *rest]
        for args, rest in zip((forward, backward), others, strict=True)
    )
    close = {"rtol": 0.1, "atol": 0.2} if odd == "half" else {"rtol": 1e-9, "atol": 1e-9}
    agree(kind, forward, backward, **close)


def test_batch_dims_in_front_and_other_dims_are_left_to_numpy():
    x = np.random.default_rng(0).standard_normal((3, 4, 5))
    w = np.random.default_rng(1).standard_normal((3, 5))
    for args in (
        [x, w, None, (2,), (2,), EPS, 0, 1],
        [x, None, None, (0, 2), (1,), EPS, 0, 0],
        [x, w[0], None, (1, 2), (2,), EPS, 0, 0],
    ):
        assert_agree(rows.normalize, standardize.normalize, args)
    assert_agree(rows.moments, standardize.moments, [x, (0, 1)])


def test_results_lie_in_memory_as_numpys():
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 4)).transpose(0, 3, 1, 2)
    forward, _ = case("batch", x.shape, 0)
    forward[0] = x
    assert rows.normalize_by(*forward).strides == standardize.normalize_by(*forward).strides


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_special_values_spread_over_what_they_are_standardised_with(value):
    for kind, shape, how in (("layer", (4, 5), 1), ("group", (4, 6, 5), 2), ("batch", (4, 3), 0)):
        forward, backward = case(kind, shape, how)
        forward[0].flat[7] = backward[1].flat[7] = value
        if kind == "batch":
            with np.errstate(all="ignore"):
                forward[3:5] = backward[3:5] = standardize.moments(forward[0], (0,))
        agree(kind, forward, backward)
