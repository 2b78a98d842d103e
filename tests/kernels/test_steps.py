"""The native steps of optimizers against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import optimizers, steps
from tests.kernels.odd_arrays import WRITABLE as ODD

pytestmark = pytest.mark.skipif(
    steps.sgd is optimizers.sgd, reason="the pure build has only the twins"
)

SHAPES = [(3, 4), (1,), (0, 2), (2, 3, 2), (1030,), (70, 1000), (70, 1001)]  # the last in chunks
# name, how many arrays of a parameter's shape are remembered, how many counters, numbers
STEPS = [
    ("sgd", (0,), 0, (0.1, 0.0, 0.0, 0.2, False, False)),
    ("sgd", (1,), 0, (0.1, 0.9, 0.5, 0.0, False, True)),
    ("sgd", (1,), 0, (0.1, 0.9, 0.0, 0.2, True, True)),
    ("adam", (1, 1, 0), 1, (0.1, 0.9, 0.99, 1e-6, 0.2, False, False)),
    ("adam", (1, 1, 1), 1, (0.1, 0.3, 0.99, 1e-6, 0.2, True, True)),
    ("adamax", (1, 1), 1, (0.1, 0.9, 0.99, 1e-6, 0.2, False)),
    ("nadam", (1, 1), 2, (0.1, 0.9, 0.99, 1e-6, 0.2, 0.1, True, False)),
    ("radam", (1, 1), 1, (0.1, 0.9, 0.99, 1e-6, 0.2, False, True)),
    ("radam", (1, 1), 1, (0.1, 0.9, 0.5, 1e-6, 0.0, False, False)),  # never trusts the squares
    ("adadelta", (1, 1), 1, (0.1, 0.9, 1e-6, 0.2, False)),
    ("adagrad", (1,), 1, (0.1, 0.1, 1e-6, 0.2, False)),
    ("rmsprop", (1, 0, 0), 1, (0.1, 0.9, 1e-3, 0.2, 0.0, False)),
    ("rmsprop", (1, 1, 1), 1, (0.1, 0.9, 1.0, 0.2, 0.9, True)),
    ("rprop", (1, 1), 1, (0.5, 1.2, 1e-3, 0.5, False)),
    ("asgd", (1,), 2, (1e-2, 0.2, False)),
]
CLOSE = {"float32": 2e-5, "float64": 1e-12, "complex64": 2e-5, "complex128": 1e-12}


def drawn(rng, shape, dtype):
    made = rng.standard_normal(shape)
    return np.asarray(made + 1j * made if np.dtype(dtype).kind == "c" else made).astype(dtype)


def inputs(slots, counters, dtype, shapes=SHAPES, odd=lambda a: a):
    """Lists of parameters, gradients, what is remembered (positive, as squares are), counters."""
    rng = np.random.default_rng(0)
    lists = [[odd(drawn(rng, s, dtype)) for s in shapes] for _ in range(2)]
    for least, n in zip((100, 0, 0), slots, strict=False):  # squares are larger than those of means
        lists.append(
            [
                odd((least + abs(drawn(rng, s, dtype))).astype(dtype))
                for s in shapes[: n * len(shapes)]
            ]
        )
    return [*lists, *[[np.full((), 0.5, "float32") for _ in shapes] for _ in range(counters)]]


def agree(native, plain, dtype):
    for a, b in zip(native, plain, strict=True):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x, y, rtol=CLOSE[dtype], atol=CLOSE[dtype])


def compare(name, slots, counters, numbers, dtype, **how):
    native, plain = inputs(slots, counters, dtype, **how), inputs(slots, counters, dtype, **how)
    start = [a.copy() for a in native[0]]
    for _ in range(3):
        getattr(steps, name)(*native, *numbers)
        getattr(optimizers, name)(*map(optimizers.reals, plain), *numbers)
    agree(native, plain, dtype)
    assert not all(np.array_equal(a, b) for a, b in zip(start, native[0], strict=True))
    if counters and name != "asgd":  # whose steps are counted elsewhere
        assert {float(count) for count in native[-1]} == {3.5}


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("case", STEPS, ids=str)
def test_steps_agree_with_numpy(case, dtype):
    compare(*case, dtype)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("case", STEPS, ids=str)
def test_odd_arrays_are_left_to_numpy(case, odd):
    compare(*case, "float64", shapes=[(3, 4), (2, 3, 2)], odd=ODD[odd])


@pytest.mark.parametrize("dtype", ["float16", "int64"])
def test_other_dtypes_are_left_to_numpy(dtype):
    native, plain = [[[np.arange(1, 5).astype(dtype)] for _ in range(2)] for _ in range(2)]
    if dtype == "int64":
        with pytest.raises(TypeError, match="Cannot cast"):
            steps.sgd(*native, [], 0.5, 0.0, 0.0, 0.0, False, False)
        return
    steps.sgd(*native, [], 0.5, 0.0, 0.0, 0.0, False, False)
    optimizers.sgd(*plain, [], 0.5, 0.0, 0.0, 0.0, False, False)
    np.testing.assert_array_equal(native[0][0], plain[0][0])


def test_orders_that_differ_are_left_to_numpy():
    p, g = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2).T
    expected = p - g
    steps.sgd([p], [g], [], 1.0, 0.0, 0.0, 0.0, False, False)
    np.testing.assert_array_equal(p, expected)


def test_read_only_arrays():
    p, g = np.ones(3), np.ones(3)
    g.flags.writeable = False
    steps.sgd([p], [g], [], 0.5, 0.0, 0.0, 0.0, False, False)
    np.testing.assert_array_equal(p, [0.5] * 3)
    with pytest.raises(ValueError, match="read-only"):
        steps.sgd([g], [p], [], 0.5, 0.0, 0.0, 0.0, False, False)


def test_gradients_that_overlap_their_parameters():
    memory = np.arange(2000.0)
    p, g = memory[1:], memory[:-1]
    expected = p - 0.5 * g
    steps.sgd([p], [g], [], 0.5, 0.0, 0.0, 0.0, False, False)
    np.testing.assert_array_equal(p, expected)


def test_a_parameter_that_is_there_twice_moves_twice():
    p, g = np.zeros(200_000, np.float32), np.ones(200_000, np.float32)
    steps.sgd([p, p], [g, g], [], 1.0, 0.0, 0.0, 0.0, False, False)
    np.testing.assert_array_equal(p, -2)


def test_what_is_no_number():
    for name, slots, counters, numbers in STEPS:
        native = inputs(slots, counters, "float64", shapes=[(6,)])
        native[0][0][:] = 0.5, np.nan, np.inf, -np.inf, 0.0, -0.0
        native[1][0][:] = np.nan, 0.0, 1.0, np.inf, 0.0, -np.inf
        plain = [[a.copy() for a in column] for column in native]
        getattr(steps, name)(*native, *numbers)
        with np.errstate(all="ignore"):
            getattr(optimizers, name)(*map(optimizers.reals, plain), *numbers)
        agree(native, plain, "float64")


# -- gradients by themselves ------------------------------------------------------------------


@pytest.mark.parametrize("odd", [None, *ODD])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_by_themselves(dtype, odd):
    shapes = [(3, 4), (2, 3, 2)] if odd else [*SHAPES, ()]
    how = {"shapes": shapes, "odd": ODD.get(odd, lambda a: a)}
    native, plain = inputs((), 0, dtype, **how)[0], inputs((), 0, dtype, **how)[0]
    np.testing.assert_allclose(steps.norms(native), optimizers.norms(plain), rtol=CLOSE[dtype])
    for name, numbers in (
        ("scale", (3.0,)),
        ("clamp", (-0.5, 0.25)),
        ("clamp", (2.0, 1.0)),
        ("clear", ()),
    ):
        getattr(steps, name)(native, *numbers)
        getattr(optimizers, name)(optimizers.reals(plain), *numbers)
        agree([native], [plain], dtype)
    assert all(steps.norms(native) == np.zeros(len(native)))


def test_norms_end_where_the_precision_ends():
    large = np.full(70_000, 1e20, np.float32)
    assert steps.norms([large, large.astype("float64")]) == [
        np.inf,
        pytest.approx(1e20 * 70_000**0.5),
    ]


def test_arrays_without_gaps():
    whole, odd = np.ones((3, 4)), np.ones((3, 4))[:, ::2]
    for kernel in (steps.gapless, optimizers.gapless):
        assert kernel([whole, whole.T, np.ones(())])
        assert not kernel([whole, odd])
