"""The direct loops of elementwise operations against NumPy's."""

import numpy as np
import pytest

from rushlight.kernels import door
from tests.kernels.odd import ODD, SPECIAL, with_special_values

pytestmark = pytest.mark.skipif(not door.registered(), reason="the pure build has no loops")

UNARY = {
    **{name: getattr(np, name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "abs")},
    "neg": np.negative,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.where(x <= 0, 0, x),
}
NAMES = ("floor", "ceil", "trunc", "expm1", "log1p", "log2", "log10", "exp2", "tan", "sinh", "cosh")
SMALL = {name: getattr(np, name) for name in NAMES} | {
    **{
        f"a{name}": getattr(np, f"arc{name}")
        for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")
    },
    "sign": lambda x: np.where(x != x, 0, np.sign(x)),
    "rsqrt": lambda x: 1 / np.sqrt(x),
}
BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
COMPARISONS = {
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal,
}  # fmt: skip
CLOSE = {"float32": {"rtol": 2e-6, "atol": 1e-37}, "float64": {"rtol": 1e-14, "atol": 1e-300}}


def quiet(function, *args):
    with np.errstate(all="ignore"):
        return function(*args)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [0, 1, 7, 64, 1009, 1 << 18])
@pytest.mark.parametrize("name", UNARY)
def test_one_operand(name, size, dtype):
    x = (np.random.default_rng(0).standard_normal(size) * 10).astype(dtype)
    if name in ("log", "sqrt"):
        x = np.exp2(x * 2)
    close = dict(CLOSE[dtype])
    if name in ("sin", "cos"):  # near a zero of theirs, what is left has few digits
        close["atol"] = 1e-7 if dtype == "float32" else 1e-16
    out = door.kernel(name).call1(x)
    np.testing.assert_allclose(out, quiet(UNARY[name], x), **close)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNARY)
def test_special_values(name, dtype):
    x = np.array([*SPECIAL, 88.7, 88.8, -87.0, -103.0, 709.7, 709.8, -745.0, 1e30, 1e-310]).astype(
        dtype
    )
    x = np.concatenate([x] * 3)
    expected = quiet(UNARY[name], x)
    found = door.kernel(name).call1(x)
    least = np.finfo(dtype).tiny
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2 * least)
    if name in ("neg", "tanh", "sin", "sqrt", "reciprocal"):
        np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_angles_of_many_turns(name, dtype):
    angles = np.array([3e4, -3.001e4, 1e5, 1e6, 1e7, 1.0001e7, 1e15, 1e30], dtype)
    exact = UNARY[name](angles)
    close = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-12}
    np.testing.assert_allclose(door.kernel(name).call1(angles), exact, **close)


@pytest.mark.parametrize("shape", [(5,), (3, 300), (4, 3, 2), (700, 300)], ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_two_operands_with_gaps_and_broadcasts(name, shape):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, *shape))
    pairs = [(x, y), (x, y[..., :1]), (x[..., ::2], y[..., ::2]), (x, y[:1]), (x[..., :1], y)]
    for a, b in pairs:
        out = door.kernel(name).call2(a, b)
        if out is not None:
            np.testing.assert_array_equal(out, BINARY[name](a, b))
    np.testing.assert_array_equal(door.kernel(name).call2(x, y), BINARY[name](x, y))
    np.testing.assert_array_equal(door.kernel(name).call2(x, 1.5), BINARY[name](x, 1.5))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("size", [0, 1, 7, 255, 1009, 1 << 18])
@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons(name, size, dtype):
    x, y = np.random.default_rng(0).integers(-2, 3, (2, size)).astype(dtype)
    if dtype != "int64":
        x[::7], y[::5] = np.nan, -0.0
    compare = door.kernel(name).call2
    for other in (y, 1, 0 if dtype == "int64" else np.nan):
        np.testing.assert_array_equal(compare(x, other), COMPARISONS[name](x, other), strict=True)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["exp", "tanh", "sin", "relu"])
def test_odd_arrays_are_done_or_declined(name, odd):
    special = with_special_values(np.random.default_rng(0).standard_normal((6, 300)))
    x = quiet(ODD[odd], special)
    out = door.kernel(name).call1(x)
    if out is None:
        assert odd not in ("strided", "read-only")
        return
    assert out.dtype == x.dtype
    np.testing.assert_allclose(out, quiet(UNARY[name], x), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SMALL)
def test_functions_of_few_numbers(name, dtype):
    drawn = np.random.default_rng(0).standard_normal(80) * 2
    x = np.concatenate([drawn, SPECIAL, [0.5, 1.5, -2.5]]).astype(dtype)
    close = {"rtol": 1e-6 if dtype == "float32" else 1e-14, "atol": 2 * np.finfo(dtype).tiny}
    for a in (x, x[:0], x[3]):
        a = np.asarray(a)
        out = door.kernel(name).call1(a)
        assert (out.dtype, out.shape) == (a.dtype, a.shape)
        np.testing.assert_allclose(out, quiet(SMALL[name], a), **close)
    assert door.kernel(name).call1(np.zeros(1000, dtype)) is None


@pytest.mark.parametrize("odd", ODD)
def test_functions_of_odd_arrays(odd):
    x = ODD[odd](np.random.default_rng(0).standard_normal((6, 10)))
    out = door.kernel("expm1").call1(x)
    if out is None:
        assert odd != "read-only"
    else:
        np.testing.assert_allclose(out, np.expm1(x), rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("lead", [(), (4,), (2, 3), (2, 0), (60, 40)], ids=str)
def test_products_of_small_matrices(lead, dtype):
    rng = np.random.default_rng(0)
    a, b, c, d = (
        rng.standard_normal((*lead, *s)).astype(dtype) for s in ((3, 4), (4, 5), (2, 4), (3, 6))
    )
    rtol = 1e-4 if dtype == "float32" else 1e-12
    close = {"rtol": rtol, "atol": rtol / 10}
    turned = [x.swapaxes(-1, -2) for x in (a, c)]
    np.testing.assert_allclose(door.kernel("mm").call2(a, b), a @ b, **close)
    np.testing.assert_allclose(door.kernel("times_adjoint").call2(a, c), a @ turned[1], **close)
    np.testing.assert_allclose(door.kernel("adjoint_times").call2(a, d), turned[0] @ d, **close)
    assert door.kernel("mm").call2(a, c) is None
    assert door.kernel("mm").call2(a[None], b) is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "sizes",
    [(8, 8, 8), (5, 1, 16), (4, 32, 32), (33, 7, 17), (1, 70, 31), (3, 256, 40), (40, 40, 4)],
    ids=str,
)
def test_products_of_batches(sizes, dtype):
    m, k, n = sizes
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((9, *s)).astype(dtype) for s in ((m, k), (k, n)))
    close = {"rtol": 0, "atol": 1e-4 if dtype == "float32" else 1e-12}
    times = door.kernel("bmm").call2
    for x, y in ((a, b), (a[::2], b[::2]), (a[:, ::-1], b[..., ::-1]), (a, b[:1].repeat(9, 0))):
        np.testing.assert_allclose(times(x, y), x @ y, **close)
    turned = [np.ascontiguousarray(x.swapaxes(1, 2)) for x in (a, b)]
    np.testing.assert_allclose(door.kernel("times_adjoint").call2(a, turned[1]), a @ b, **close)
    np.testing.assert_allclose(door.kernel("adjoint_times").call2(turned[0], b), a @ b, **close)
    still = np.broadcast_to(b[0], b.shape)
    np.testing.assert_allclose(times(a, still), a @ still, **close)


def test_products_that_are_left_to_blas():
    for shape in ((2, 3, 257), (2, 120, 100)):
        a = np.ones(shape, np.float32)
        assert door.kernel("times_adjoint").call2(a, a) is None
    odd = np.ones((2, 8, 8), np.float32)
    assert door.kernel("bmm").call2(odd.astype(">f4"), odd) is None
    assert door.kernel("bmm").call2(odd, odd.astype(np.float64)) is None


@pytest.mark.parametrize("odd", ODD)
def test_products_of_odd_batches(odd):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((5, 3, 4)), rng.standard_normal((5, 4, 2))
    for x, y in ((ODD[odd](a), b), (a, ODD[odd](b))):
        out = door.kernel("bmm").call2(x, y)
        if out is not None:
            np.testing.assert_allclose(out, x @ y, rtol=1e-12)
        else:
            assert odd not in ("strided", "reversed", "transposed", "overlapping", "read-only")
