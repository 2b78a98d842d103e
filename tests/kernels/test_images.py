"""The native kernels of convolution and pooling against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import convolution as convolutions
from rushlight.kernels import images, pooling
from tests.kernels.odd import ODD, native_only

pytestmark = native_only(images.convolution, convolutions.convolution)

CONVOLUTIONS = [
    # samples, channels, outputs, groups, input, kernel, stride, padding, dilation
    (2, 3, 4, 1, (9,), (3,), (1,), (1,), (1,)),
    (3, 4, 6, 2, (11,), (3,), (2,), (2,), (2,)),
    (2, 3, 13, 1, (8, 7), (3, 2), (1, 1), (0, 0), (1, 1)),
    (9, 2, 8, 1, (28, 28), (5, 5), (1, 1), (2, 2), (1, 1)),
    (2, 3, 7, 1, (15, 16), (7, 7), (2, 2), (3, 3), (1, 1)),
    (3, 4, 6, 1, (10, 10), (1, 1), (1, 1), (0, 0), (1, 1)),
    (2, 4, 6, 1, (5, 5), (1, 1), (3, 2), (0, 0), (1, 1)),
    (2, 5, 5, 5, (12, 9), (3, 3), (1, 1), (1, 1), (1, 1)),  # each channel by itself
    (2, 3, 4, 1, (9, 9), (2, 2), (1, 1), (3, 3), (1, 1)),  # more padding than kernel
    (2, 2, 17, 1, (4, 40), (2, 3), (1, 3), (1, 0), (3, 2)),
    (2, 2, 3, 1, (5, 6, 4), (2, 3, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2)),
    (1, 20, 9, 1, (3, 3), (3, 3), (1, 1), (0, 0), (1, 1)),  # one place
    (1, 1, 1, 1, (3,), (2,), (4,), (3,), (1,)),  # places that lie on zeros only
]
CLOSE = {"float32": {"rtol": 1e-4, "atol": 1e-4}, "float64": {"rtol": 1e-12, "atol": 1e-12}}


def of_case(case, dtype):
    """(x, w, bias, y), the sizes of x and y, and how."""
    n, c, o, groups, length, kernel, *how = case
    size = convolutions.places(length, kernel, *how)
    rng = np.random.default_rng(0)
    shapes = ((n, c, *length), (o, c // groups, *kernel), (o,), (n, o, *size))
    return [rng.standard_normal(s).astype(dtype) for s in shapes], length, size, (*how, groups)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolutions_agree_with_numpy(case, dtype):
    (x, w, b, y), length, size, how = of_case(case, dtype)
    kernel = w.shape[2:]
    for name, args in (
        ("convolution", (x, w, size, *how)),
        ("convolution", (x, w, size, *how, b)),
        ("convolution_input", (y, w, length, *how)),
        ("convolution_input", (y, w, length, *how, x[0].reshape(x.shape[1], -1)[:, 0])),
        ("convolution_weight", (y, x, kernel, *how)),
    ):
        native, plain = getattr(images, name)(*args), getattr(convolutions, name)(*args)
        assert (native.dtype, native.shape) == (plain.dtype, plain.shape)
        np.testing.assert_allclose(native, plain, **CLOSE[dtype])


@pytest.mark.parametrize("odd", ODD)
def test_convolutions_of_odd_arrays(odd):
    (x, w, b, y), length, size, how = of_case(CONVOLUTIONS[3], "float64")
    if odd in ("whole numbers", "complex", "half"):
        w, b = ODD[odd](w), ODD[odd](b)
    x, y = ODD[odd](x), ODD[odd](y)
    close = {"rtol": 1e-2, "atol": 1} if odd == "half" else {"rtol": 1e-10, "atol": 1e-10}
    for name, args in (
        ("convolution", (x, w, size, *how, b)),
        ("convolution_input", (y, w, length, *how)),
        ("convolution_weight", (y, x, w.shape[2:], *how)),
    ):
        native, plain = getattr(images, name)(*args), getattr(convolutions, name)(*args)
        assert native.dtype == plain.dtype
        np.testing.assert_allclose(native, plain, **close)


def test_convolutions_of_two_dtypes_are_left_to_numpy():
    (x, w, b, _), _, size, how = of_case(CONVOLUTIONS[0], "float64")
    args = (x, w.astype(np.float32), size, *how, b)
    np.testing.assert_array_equal(images.convolution(*args), convolutions.convolution(*args))


# -- pooling ---------------------------------------------------------------------------------

POOLS = [
    # lengths, and of each dim (count, kernel, stride, padding, dilation) or (count,)
    ((9,), ((4, 2, 2, 0, 1),)),
    ((9,), ((5, 3, 2, 1, 1),)),
    ((8, 9), ((4, 2, 2, 0, 1), (3, 3, 3, 0, 1))),
    ((8, 40), ((4, 3, 2, 1, 1), (40, 3, 1, 1, 1))),
    ((7, 11), ((3, 3, 1, 1, 3), (4, 2, 3, 1, 2))),
    ((7, 5), ((3,), (5,))),
    ((7, 5), ((9,), (1,))),
    ((4, 5, 6), ((2, 2, 2, 0, 1), (2, 3, 2, 0, 1), (3, 3, 2, 1, 1))),
    ((2, 2), ((2, 2, 2, 1, 3), (2, 2, 1, 1, 1))),  # a window that reads nothing
]


def of_pool(lengths, dtype, values="normal"):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 3, *lengths))
    if values == "equal":
        x = x.round()
    if values == "special":
        x = np.where(rng.random(x.shape) < 0.3, rng.choice([np.nan, np.inf, -np.inf], x.shape), x)
    return x.astype(dtype)


@pytest.mark.parametrize("values", ["normal", "equal", "special"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("lengths", "windows"), POOLS, ids=str)
def test_the_largest_agree_with_numpy(lengths, windows, dtype, values):
    x = of_pool(lengths, dtype, values)
    found, places = images.largest(x, windows)
    expected = pooling.largest(x, windows)
    np.testing.assert_array_equal(found, expected[0])
    np.testing.assert_array_equal(places, expected[1])
    np.testing.assert_array_equal(
        images.largest_values(x, windows), pooling.largest_values(x, windows)
    )
    assert (found.dtype, places.dtype) == (x.dtype, np.int64)
    back = images.placed(found, places, lengths)
    np.testing.assert_allclose(back, pooling.placed(found, places, lengths), rtol=1e-6)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("divisor", [None, -3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("lengths", "windows"), [p for p in POOLS if p[0] != (7, 11)][:-1], ids=str
)
def test_means_agree_with_numpy(lengths, windows, dtype, divisor, padded):
    how = (windows, padded, divisor)
    x = of_pool(lengths, dtype)
    found, expected = images.averaged(x, *how), pooling.averaged(x, *how)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    back = images.averaged_backward(found, lengths, *how)
    np.testing.assert_allclose(
        back, pooling.averaged_backward(found, lengths, *how), rtol=1e-5, atol=1e-6
    )
    assert found.dtype == back.dtype == x.dtype


@pytest.mark.parametrize("odd", [name for name in ODD if name != "complex"])
def test_pooling_of_odd_arrays(odd):
    lengths, windows = POOLS[2]
    x = ODD[odd](of_pool(lengths, "float64"))
    close = {"rtol": 1e-2, "atol": 1e-2} if odd == "half" else {"rtol": 1e-12, "atol": 1e-12}
    native, plain = images.largest(x, windows), pooling.largest(x, windows)
    for a, b in zip(native, plain, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(images.placed(*native, lengths), pooling.placed(*plain, lengths))
    if odd != "whole numbers":
        found, expected = (k.averaged(x, windows, True, None) for k in (images, pooling))
        np.testing.assert_allclose(found, expected, **close)
        back, wanted = (
            k.averaged_backward(expected, lengths, windows, True, None) for k in (images, pooling)
        )
        np.testing.assert_allclose(back, wanted, **close)


def test_places_outside_are_not_written_to():
    places = np.array([[5, -1, 9]])
    with pytest.raises(IndexError):
        images.placed(np.ones((1, 3)), places, (4,))
