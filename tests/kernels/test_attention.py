"""Native attention against the operation's own NumPy code."""

import numpy as np
import pytest

from rushlight.kernels import door
from rushlight.ops.attention import attention_
from tests.kernels.odd import CLOSE, ODD

pytestmark = pytest.mark.skipif(
    attention_.fast is door.DECLINES, reason="the pure build has only the twin"
)

SIZES = [
    # batch, heads, rows, columns, width, width of the values
    *((1, 2, 4, 4, 8, 8), (2, 1, 1, 1, 1, 1), (1, 1, 7, 5, 3, 2), (2, 2, 9, 30, 16, 16)),
    *((1, 3, 33, 17, 20, 40), (2, 4, 70, 130, 64, 64), (1, 1, 15, 100, 33, 1)),
]


def drawn(sizes, dtype):
    batch, heads, rows, columns, width, out_width = sizes
    rng = np.random.default_rng(0)
    shapes = [(rows, width), (columns, width), (columns, out_width)]
    return [rng.standard_normal((batch, heads, *s)).astype(dtype) for s in shapes]


def assert_agrees(arrays, dtype, scale=0.3):
    found = attention_.fast.call2(arrays, (scale,))
    with np.errstate(all="ignore"):
        expected = attention_.forward(*arrays, scale)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, **CLOSE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_agrees_with_numpy(sizes, dtype):
    arrays = drawn(sizes, dtype)
    batch, heads, rows, columns = sizes[:4]
    rng = np.random.default_rng(1)
    assert_agrees([*arrays, None], dtype)
    for shape in ((1, 1, rows, columns), (batch, heads, rows, columns), (batch, 1, 1, columns)):
        mask = rng.standard_normal(shape).astype(dtype)
        assert_agrees([*arrays, mask], dtype)
        mask[rng.random(shape) < 0.4] = -np.inf
        assert_agrees([*arrays, mask], dtype)


def test_of_nan_and_infinity():
    q, k, v = drawn((1, 1, 20, 18, 8, 8), "float32")
    q[0, 0, 3, 1], q[0, 0, 5, 2], v[0, 0, 0, 1] = np.nan, np.inf, np.inf
    assert_agrees([q, k, v, None], "float32")


def test_a_row_that_attends_to_nothing():
    mask = np.zeros((1, 1, 4, 4), "float32")
    mask[0, 0, 2] = -np.inf
    out = attention_.fast.call2([*drawn(SIZES[0], "float32"), mask], (1.0,))
    np.testing.assert_array_equal(out[:, :, 2], 0)


@pytest.mark.parametrize("odd", [name for name in ODD if name != "overlapping"])
def test_odd_arrays(odd):
    q, k, v = drawn((2, 2, 9, 30, 16, 16), "float64")
    for arrays in ([ODD[odd](q), k, v, None], [q, ODD[odd](k), v, None], [q, k, ODD[odd](v), None]):
        if odd == "read-only":
            assert_agrees(arrays, "float64")
        else:
            assert attention_.fast.call2(arrays, (1.0,)) is None


def test_what_does_not_fit():
    q, k, v = drawn((2, 2, 9, 30, 16, 16), "float32")
    mask = np.zeros((1, 1, 9, 29), "float32")
    narrow = np.ascontiguousarray(k[..., :7])
    for arrays in (
        [q, k, v, mask],
        [q, narrow, v, None],
        [q, k[:1], v, None],
        [q, k, np.ascontiguousarray(v[:, :, :5]), None],
        [q, k.astype("float64"), v, None],
        [q[0], k, v, None],
    ):
        assert attention_.fast.call2(arrays, (1.0,)) is None
