"""Native sorting, ranks and running reductions against the operations' own NumPy code."""

import numpy as np
import pytest

from rushlight.kernels import door, dtypes
from rushlight.ops import cumulative, extremes, sorting
from tests.kernels.odd import ODD

pytestmark = pytest.mark.skipif(
    "cummax" not in door.registered(), reason="the pure build has only the twins"
)

OPERATIONS = {**vars(extremes), **vars(sorting), **vars(cumulative)}
SHAPES = [
    *(((7,), 0), ((4, 4), 0), ((4, 4), 1), ((3, 1, 2), 1), ((2, 5, 3), 1), ((9, 70), 1)),
    *(((17, 300), 1), ((300, 5), 0), ((3, 130, 40), 1), ((40_000,), 0), ((40, 9000), 1)),
    *(((500, 600), 0), ((2, 300, 300), 1)),
]
DTYPES = ["float32", "float64", "int64"]


def drawn(shape, dtype, kind="different"):
    rng = np.random.default_rng(0)
    x = rng.permutation(int(np.prod(shape))).reshape(shape) - 5
    if kind == "equal":
        x = rng.integers(-3, 4, shape)
    x = x.astype(dtype)
    if kind == "special":
        x = np.where(
            rng.random(shape) < 0.2, rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], shape), x
        ).astype(dtype)
    return x


def both(name, x, params):
    """What the kernel and the twin make of it, as tuples."""
    op = OPERATIONS[name]
    with np.errstate(all="ignore"):
        twin = op.forward(x, *params)
    native = op.fast.call2(x, params)
    return [out if isinstance(out, tuple) else (out,) for out in (native, twin)]


def assert_same(name, x, params):
    for found, expected in zip(*both(name, x, params), strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["different", "equal", "special"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
def test_order(shape, dim, dtype, kind):
    if kind == "special" and dtype == "int64":
        kind = "equal"
    x = drawn(shape, dtype, kind)
    for down in (False, True):
        for name in ("sort", "argsort"):
            assert_same(name, x, (dim, down, True))
            if x.size < 50_000:  # the twin is slow where elements are equal
                assert_same(name, x, (dim, down, False))
    assert_same("cummax", x, (dim,))
    assert_same("cummin", x, (dim,))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
def test_ranks(shape, dim, dtype):
    x, n = drawn(shape, dtype), shape[dim]
    for k in {1, 2, n // 3, n - 1, n}:
        if 0 < k <= n:
            for largest in (False, True):
                assert_same("topk", x, (k, dim, largest, True))
            assert_same("kthvalue", x, (k, dim, False))
    for keep in (False, True):
        assert_same("median_dim", x, (dim, keep))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ranks_of_equals_and_special_values(dtype):
    for kind in ("equal", "special"):
        x = drawn((30, 700), dtype, kind)
        for k in (1, 5, 100, 700):
            for largest in (False, True):
                for in_order in (False, True):
                    assert_same("topk", x, (k, 1, largest, in_order))
            assert_same("kthvalue", x, (k, 1, True))
        assert_same("median_dim", x, (1, False))


@pytest.mark.parametrize("kind", ["different", "equal", "special", "spread"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (3, 4), (700, 300)], ids=str)
def test_distinct(shape, dtype, kind):
    x = np.asarray(drawn(shape, dtype, "equal" if kind == "special" and dtype == "int64" else kind))
    if kind == "spread" and dtype == "int64":
        x = np.asarray(x * (2**62 // max(x.size, 8)))
    for inverse in (False, True):
        assert_same("unique_flat", x, (inverse,))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["different", "equal", "special"])
def test_histograms(kind, dtype):
    for shape in ((0,), (7,), (40, 50)):
        x = drawn(shape, dtype, kind)
        for how in ((1, -3.0, 3.0), (50, -2.5, 900.0), (7, 0.1, 0.3), (3, 5e6, 6e6)):
            assert_same("histc", x, how)
    for how in ((3, 1.0, 1.0), (3, 2.0, 1.0), (3, 0.0, np.inf), (3, np.nan, 1.0), (0, 0.0, 1.0)):
        assert OPERATIONS["histc"].fast.call2(x, how) is None


RUNNING = ("cumsum", "cumsum_back", "cumprod")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
def test_running(shape, dim, dtype):
    x = np.random.default_rng(1).standard_normal(shape) * 3
    for name in RUNNING:
        y = (np.exp(x / 1000) if name == "cumprod" else x).astype(dtype)
        params = (dim, dtypes.of(y.dtype))
        wide = y.astype(np.float64) if dtype == "float32" else y
        (found,), _ = both(name, y, params)
        expected = OPERATIONS[name].forward(wide, dim, dtypes.of(wide.dtype))
        assert (found.dtype, found.shape) == (y.dtype, y.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-6 if dtype == "float32" else 1e-10)


@pytest.mark.parametrize("name", RUNNING)
def test_running_of_nan_and_infinity(name):
    x = drawn((20, 30), "float32", "special")
    for dim in (0, 1):
        (found,), (expected,) = both(name, x, (dim, dtypes.float32))
        np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
def test_running_logarithms(shape, dim, dtype):
    x = np.random.default_rng(3).standard_normal(shape) * 30
    for y in (x, x + 600, x - 900, np.where(x < 0, -np.inf, x), np.where(x < 9, -9e37, x)):
        (found,), (expected,) = both("logcumsumexp", y.astype(dtype), (dim,))
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        close = {"rtol": 1e-6, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-13}
        np.testing.assert_allclose(found, expected, **close)
    y = drawn(shape, dtype, "special")
    (found,), (expected,) = both("logcumsumexp", y, (dim,))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


PARAMS = {
    "sort": (1, False, True),
    "argsort": (1, True, True),
    "topk": (3, 1, True, True),
    "kthvalue": (2, 1, False),
    "median_dim": (1, False),
    "cummax": (1,),
    "logcumsumexp": (1,),
    "cumsum": (1, dtypes.float64),
    "cumprod": (1, dtypes.float64),
    "unique_flat": (True,),
    "histc": (5, -1.0, 1.0),
}


OF_WHOLE_NUMBERS = ("sort", "argsort", "topk", "kthvalue", "median_dim", "cummax", "unique_flat")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", PARAMS)
def test_of_odd_arrays(name, odd):
    x = ODD[odd](np.random.default_rng(2).standard_normal((5, 9)))
    native = OPERATIONS[name].fast.call2(x, PARAMS[name])
    if (
        odd == "read-only"
        or (name, odd) == ("histc", "no samples")
        or (odd == "whole numbers" and name in OF_WHOLE_NUMBERS)
    ):
        assert native is not None
        native, twin = both(name, x, PARAMS[name])
        np.testing.assert_allclose(native[0], twin[0])
    else:
        assert native is None
