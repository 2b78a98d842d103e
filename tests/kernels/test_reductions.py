"""The native reductions against the operations' own NumPy code, and both against float64."""

import itertools

import numpy as np
import pytest

import rushlight
import rushlight.ops.variance
import rushlight.ops.vector_norm
from rushlight.kernels import door, dtypes
from rushlight.tape.declare import table
from tests.kernels.odd import ODD

pytestmark = pytest.mark.skipif(
    "amax" not in door.registered(), reason="the pure build has only the twins"
)
INF = float("inf")
SHAPES = [
    *((4, 4), (1, 5), (3, 1, 2), (3, 5, 7), (70, 33), (3, 700), (1000, 3), (9, 600)),
    *((2, 64, 5, 9), (200_000,), (70_000, 2), (2, 70_000), (300, 500), (3, 300, 500)),
]
FLOATING = ["float32", "float64"]
CLOSE = {"float32": {"rtol": 2e-5, "atol": 2e-6}, "float64": {"rtol": 1e-11, "atol": 1e-12}}
ONE_DIM = ("max_dim", "min_dim", "prod_dim")

# How the parameters of each operation are made of (dims, keepdim, dtype of the input).
PARAMS = {
    "sum_dim": lambda dims, keep, dtype: (dims, keep, dtype),
    "mean_dim": lambda dims, keep, dtype: (dims, keep, dtype),
    "prod_dim": lambda dims, keep, dtype: (dims[0], keep, dtype),
    "amax": lambda dims, keep, dtype: (dims, keep),
    "amin": lambda dims, keep, dtype: (dims, keep),
    "aminmax": lambda dims, keep, dtype: (dims, keep),
    "argmax": lambda dims, keep, dtype: (dims, keep),
    "argmin": lambda dims, keep, dtype: (dims, keep),
    "max_dim": lambda dims, keep, dtype: (dims[0], keep),
    "min_dim": lambda dims, keep, dtype: (dims[0], keep),
    "var": lambda dims, keep, dtype: (dims, 1, keep),
    "std": lambda dims, keep, dtype: (dims, 0, keep),
    "var_mean": lambda dims, keep, dtype: (dims, 0.5, keep),
    "std_mean": lambda dims, keep, dtype: (dims, 1, keep),
    "logsumexp": lambda dims, keep, dtype: (dims, keep),
    "vector_norm": lambda dims, keep, dtype: (2, dims, keep, None),
    "norm of order 1": lambda dims, keep, dtype: (1, dims, keep, None),
    "norm of order inf": lambda dims, keep, dtype: (INF, dims, keep, None),
    "norm of order -inf": lambda dims, keep, dtype: (-INF, dims, keep, None),
}
OF_WHOLE_NUMBERS = [
    *("sum_dim", "prod_dim", "amax", "amin", "aminmax", "argmax", "argmin", "max_dim", "min_dim"),
]


def operation(name):
    return table["vector_norm" if "norm" in name else name]


def parts(out):
    return out if isinstance(out, tuple) else (out,)


def twin(op, x, params):
    with np.errstate(all="ignore"):
        return tuple([np.asarray(y) for y in parts(op.forward(x, *params))])


def exact(op, x, params):
    """The twin's result for the same numbers in float64."""
    wide = [dtypes.float64 if p is dtypes.float32 else p for p in params]
    return twin(op, x.astype(np.float64) if x.dtype == np.float32 else x, wide)


def assert_agrees(op, x, params):
    native = parts(op.fast.call2(x, params))
    for found, plain, right in zip(native, twin(op, x, params), exact(op, x, params), strict=True):
        assert (found.dtype, found.shape) == (plain.dtype, plain.shape)
        size = x.size / max(found.size, 1)
        close = dict(CLOSE.get(x.dtype.name, {"rtol": 0, "atol": 0}))
        close["atol"] *= max(size, 1) ** 0.5  # sums of terms of both signs
        np.testing.assert_allclose(found, right, **close)


def choices_of_dims(shape, name):
    n = len(shape)
    if name in ONE_DIM:
        return [(d,) for d in range(n)]
    dims = [(d,) for d in range(n)] + [tuple(range(n))]
    if n == 4 and not name.startswith("arg"):
        dims += [(0, 2, 3), (1, 3), (0, 1), (1, 2)]
    return dims


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    ("name", "dtype"),
    [*itertools.product(PARAMS, FLOATING), *itertools.product(OF_WHOLE_NUMBERS, ["int64"])],
)
def test_agrees_with_numpy(name, shape, dtype):
    x = (np.random.default_rng(0).standard_normal(shape) * 3).astype(dtype)
    if name == "prod_dim" and dtype != "int64":
        x = np.exp(x / 50)
    for dims, keep in itertools.product(choices_of_dims(shape, name), (False, True)):
        assert_agrees(operation(name), x, PARAMS[name](dims, keep, dtypes.of(x.dtype)))


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("shape", [(4, 5), (40, 70), (300, 500)], ids=str)
@pytest.mark.parametrize("name", PARAMS)
def test_of_nan_and_infinity(name, shape, dtype):
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape).astype(dtype)
    if name == "prod_dim":  # else it depends on the order what becomes 0 before it meets infinity
        x = np.sign(x)
    x[0, 1], x[2, 2], x[2, 3], x[3, 0], x[3, 1] = np.nan, np.inf, np.nan, -np.inf, np.inf
    x[1] = -np.inf
    op = operation(name)
    for dims in ((0,), (1,)):
        params = PARAMS[name](dims, False, dtypes.of(x.dtype))
        native = parts(op.fast.call2(x, params))
        for found, plain in zip(native, twin(op, x, params), strict=True):
            np.testing.assert_allclose(found, plain, rtol=2e-5, atol=1e-4)


@pytest.mark.parametrize("name", ["argmax", "argmin", "max_dim", "min_dim"])
@pytest.mark.parametrize("shape", [(6, 9), (50, 300), (600, 300)], ids=str)
def test_the_first_of_equals(name, shape):
    x = np.random.default_rng(2).integers(0, 3, shape).astype(np.float32)
    for dims in ((0,), (1,)):
        assert_agrees(operation(name), x, PARAMS[name](dims, False, None))


@pytest.mark.parametrize("shape", [(5, 7), (3, 4000), (300, 700), (200_000,)], ids=str)
@pytest.mark.parametrize("name", ["any", "all", "sum_dim"])
def test_of_truth_values(name, shape):
    for share in (0.0, 0.001, 0.999, 1.0):
        x = np.random.default_rng(3).random(shape) < share
        for dims in ((len(shape) - 1,), tuple(range(len(shape)))):
            params = (dims, False, dtypes.int64) if name == "sum_dim" else (dims, False)
            op = operation(name)
            (expected,) = twin(op, x, params)
            found = op.fast.call2(x, params)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", PARAMS)
def test_of_odd_arrays(name, odd):
    """What the kernel declines, the operation's own code does: the results are those of the twin."""
    x = ODD[odd](np.random.default_rng(4).standard_normal((6, 10, 8)))
    op = operation(name)
    params = PARAMS[name]((1,), False, dtypes.of(x.dtype.newbyteorder("=")))
    native = op.fast.call2(x, params)
    if odd not in ("read-only", "whole numbers"):
        assert native is None
    if native is not None:
        assert_agrees(op, x, params)


def test_variance_far_from_zero():
    x = (np.random.default_rng(5).standard_normal((4, 9000)) + 3e4).astype(np.float32)
    variance, mean = table["var_mean"].fast.call2(x, ((1,), 1, False))
    np.testing.assert_allclose(variance, x.astype(np.float64).var(1, ddof=1), rtol=1e-4)
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(1), rtol=1e-7)


def test_few_degrees_of_freedom():
    x = np.ones((2, 1), np.float32)
    np.testing.assert_array_equal(table["var"].fast.call2(x, ((1,), 1, False)), [np.nan, np.nan])


def test_threads_do_not_change_results():
    x = np.random.default_rng(6).standard_normal((500, 900)).astype(np.float32)
    threads = rushlight.get_num_threads()
    found = []
    try:
        for n in (1, 2):
            rushlight.set_num_threads(n)
            found.append(
                [
                    operation(name).fast.call2(x, PARAMS[name]((0, 1), False, dtypes.float32))
                    for name in ("sum_dim", "amax", "logsumexp", "var")
                ]
            )
    finally:
        rushlight.set_num_threads(threads)
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("size", [0, 5, 1000, 300_001])
def test_how_many_are_true(size):
    x = np.random.default_rng(3).random(size) < 0.3
    assert rushlight.from_numpy(x).sum().item() == x.sum()
