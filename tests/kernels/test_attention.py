"""Native attention against the operation's own NumPy code."""

import numpy as np
import pytest

import rushlight
from rushlight.kernels import door
from rushlight.ops import attention
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


def assert_agrees(arrays, dtype, scale=0.3, causal=False):
    found = attention_.fast.call2(arrays, (scale, causal))
    with np.errstate(all="ignore"):
        expected = attention_.forward(*arrays, scale, causal)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, **CLOSE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_agrees_with_numpy(sizes, dtype):
    arrays = drawn(sizes, dtype)
    batch, heads, rows, columns = sizes[:4]
    rng = np.random.default_rng(1)
    assert_agrees([*arrays, None], dtype)
    assert_agrees([*arrays, None], dtype, causal=True)
    for shape in ((1, 1, rows, columns), (batch, heads, rows, columns), (batch, 1, 1, columns)):
        mask = rng.standard_normal(shape).astype(dtype)
        assert_agrees([*arrays, mask], dtype)
        mask[rng.random(shape) < 0.4] = -np.inf
        assert_agrees([*arrays, mask], dtype)


def by_the_rule(gradient, arrays, causal):
    """The gradients as the operation's rule has them, which is in operations on tensors."""
    tensors = [None if a is None else rushlight.from_numpy(a) for a in (gradient, *arrays)]
    with rushlight.enable_grad():  # which the native form leaves to the rule
        made = attention_.joint(*tensors, 0.3, causal, (True, True, True))
    return [t.numpy() for t in made]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("masked", ["", "mask", "causal"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_agree_with_the_rule(sizes, masked, dtype):
    arrays, mask = drawn(sizes, dtype), None
    rng = np.random.default_rng(2)
    gradient = rng.standard_normal((*sizes[:3], sizes[5])).astype(dtype)
    if masked == "mask":
        mask = rng.standard_normal((sizes[0], 1, 1, sizes[3])).astype(dtype)
        mask[..., 1:][rng.random(mask[..., 1:].shape) < 0.4] = -np.inf
    found = attention.gradients(gradient, [*arrays, mask], 0.3, masked == "causal")
    expected = by_the_rule(gradient, [*arrays, mask], masked == "causal")
    for x, y in zip(found, expected, strict=True):
        np.testing.assert_allclose(x, y, **CLOSE[dtype])


@pytest.mark.parametrize("odd", [name for name in ODD if name != "overlapping"])
def test_gradients_of_odd_arrays(odd):
    arrays = [*drawn((2, 2, 9, 30, 16, 16), "float64"), None]
    gradient = np.random.default_rng(2).standard_normal((2, 2, 9, 16))
    changed = ODD[odd](gradient)
    found = attention.gradients(changed, arrays, 0.3, False)
    if changed.dtype == gradient.dtype and changed.shape == gradient.shape:
        for x, y in zip(found, by_the_rule(gradient, arrays, False), strict=True):
            np.testing.assert_allclose(x, y, **CLOSE["float64"])
    else:
        assert found is None
    if odd != "read-only":
        assert attention.gradients(gradient, [ODD[odd](arrays[0]), *arrays[1:]], 0.3, False) is None


def test_of_nan_and_infinity():
    q, k, v = drawn((1, 1, 20, 18, 8, 8), "float32")
    q[0, 0, 3, 1], q[0, 0, 5, 2], v[0, 0, 0, 1] = np.nan, np.inf, np.inf
    assert_agrees([q, k, v, None], "float32")


def test_a_row_that_attends_to_nothing():
    mask = np.zeros((1, 1, 4, 4), "float32")
    mask[0, 0, 2] = -np.inf
    out = attention_.fast.call2([*drawn(SIZES[0], "float32"), mask], (1.0, False))
    np.testing.assert_array_equal(out[:, :, 2], 0)


@pytest.mark.parametrize("odd", [name for name in ODD if name != "overlapping"])
def test_odd_arrays(odd):
    q, k, v = drawn((2, 2, 9, 30, 16, 16), "float64")
    for arrays in ([ODD[odd](q), k, v, None], [q, ODD[odd](k), v, None], [q, k, ODD[odd](v), None]):
        if odd == "read-only":
            assert_agrees(arrays, "float64")
        else:
            assert attention_.fast.call2(arrays, (1.0, False)) is None


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
        assert attention_.fast.call2(arrays, (1.0, False)) is None
