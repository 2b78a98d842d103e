"""The native kernels along rows against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import rows, softmax
from tests.kernels.odd import ODD, assert_agree, converted, native_only, with_special_values

pytestmark = native_only(rows.softmax, softmax.softmax)

NAMES = ["softmax", "log_softmax", "softmax_gradient", "log_softmax_gradient"]
SHAPES = [
    # shape, dim: short rows, whole vectors, long rows, several blocks, many columns, and a pool's
    *(((4, 4), 1), ((3, 1), 1), ((5, 64), 1), ((2, 65), 1), ((3, 4099), 1), ((9,), 0)),
    *(((4, 4), 0), ((2, 300, 3), 1), ((2, 5, 130), 1), ((3, 4, 5, 6), 2), ((700, 64), 0)),
    *(((40, 2000), 1), ((2000, 40), 0), ((2, 3, 30000), 1)),
]


def arrays_for(name, shape, dim, dtype):
    rng = np.random.default_rng(0)
    x, g = (rng.standard_normal(shape) * 3, rng.standard_normal(shape))
    if not name.endswith("gradient"):
        return [x.astype(dtype), dim]
    y = softmax.log_softmax(x, dim)
    return [g.astype(dtype), (np.exp(y) if name[0] == "s" else y).astype(dtype), dim]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_softmax_agrees_with_numpy(name, shape, dim, dtype):
    args = arrays_for(name, shape, dim, dtype)
    assert_agree(getattr(rows, name), getattr(softmax, name), args)


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_softmax_of_odd_arrays(name, odd, dim):
    args = converted(arrays_for(name, (6, 5), dim, "float64"), ODD[odd])
    assert_agree(getattr(rows, name), getattr(softmax, name), args)


@pytest.mark.parametrize("shape", [(40, 5), (40, 100)], ids=str)
@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_special_values(name, dim, shape):
    x, _ = arrays_for(name, shape, dim, "float32")
    x[10:] = with_special_values(x[10:])
    assert_agree(getattr(rows, name), getattr(softmax, name), [x, dim])


@pytest.mark.parametrize("name", NAMES[2:])
def test_gradients_of_two_shapes_or_dtypes_are_left_to_numpy(name):
    g, y, dim = arrays_for(name, (4, 5), 1, "float64")
    for pair in ((g[:1], y), (g.astype(np.float32), y)):
        assert_agree(getattr(rows, name), getattr(softmax, name), [*pair, dim])


def test_a_softmax_is_nought_where_nothing_normal_would_be_left():
    out = rows.softmax(np.array([[0.0, -90.0, -1e30, -np.inf]], np.float32), 1)
    np.testing.assert_array_equal(out, np.float32([[1, 0, 0, 0]]))
