"""The native kernels of indexing, choosing and joining against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import choosing, elements, scatter
from tests.kernels.odd import ODD, assert_agree, converted, native_only, outcome, strided

pytestmark = native_only(elements.joined, choosing.joined)

DTYPES = ["float32", "float64", "int64", "bool", "int16"]
SHAPES = [
    # the array's shape, the dim, and how many rows the index has
    *(((4, 4), 0, 3), ((4, 4), 1, 5), ((7,), 0, 9), ((2, 5, 3), 1, 4), ((3, 1, 6), 1, 2)),
    *(((300, 500), 0, 300), ((300, 500), 1, 700), ((5000, 40), 0, 6000), ((2, 300, 300), 1, 250)),
]


def drawn(shape, dtype):
    return (np.random.default_rng(0).standard_normal(shape) * 3).astype(dtype)


def case(shape, dim, rows, dtype):
    """An array, an index of its shape but along `dim`, and values for it."""
    wanted = (*shape[:dim], rows, *shape[dim + 1 :])
    index = np.random.default_rng(1).integers(0, shape[dim], wanted)
    return drawn(shape, dtype), drawn(wanted, dtype), index


def written(function, kind):
    """A function that writes, as one that returns what it wrote into an array of a kind."""

    def applied(x, *args):
        out = kind(x.copy())
        function(out, *args)
        return out

    return applied


def assert_writes_agree(name, x, *args, kind=np.asarray, **close):
    """The same array afterwards, or the same error."""
    native, twin = [written(getattr(module, name), kind) for module in (elements, scatter)]
    assert_agree(native, twin, [x, *args], **close)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "dim", "rows"), SHAPES, ids=str)
def test_along_a_dim(shape, dim, rows, dtype):
    x, values, index = case(shape, dim, rows, dtype)
    assert_agree(elements.take_along, scatter.take_along, [x, index, dim])
    assert_writes_agree("put_along", x, np.array(7, dtype), index, dim)
    order = np.argsort(np.random.default_rng(2).random(x.shape), dim)  # each place once
    assert_writes_agree("put_along", x, drawn(x.shape, dtype)[::-1].copy(), order, dim)
    if dtype != "bool":
        assert_writes_agree("add_along", x, values, index, dim, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int16"])
@pytest.mark.parametrize(("shape", "dim", "rows"), SHAPES, ids=str)
def test_whole_slices(shape, dim, rows, dtype):
    x, values, _ = case(shape, dim, rows, dtype)
    index = np.random.default_rng(3).integers(0, shape[dim], rows)
    assert_writes_agree("add_slices", x, values, index, dim, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("wrong", [-1, 5, 2**40, -(2**63)])
@pytest.mark.parametrize("name", ["take_along", "put_along", "add_along", "add_slices"])
def test_index_out_of_range(name, wrong):
    x, values, index = case((5, 4), 0, 3, "float32")
    index = index[:, 0].copy() if name == "add_slices" else index
    index[(2, 1)[: index.ndim]] = wrong
    before = x.copy()
    args = (x, index, 0) if name == "take_along" else (x, values, index, 0)
    text = f"index {wrong} is out of bounds for dimension 0 with size 5"
    with pytest.raises(RuntimeError, match=text):
        getattr(elements, name)(*args)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["take_along", "put_along", "add_along", "add_slices"])
def test_indexing_of_odd_arrays(name, odd):
    x, values, index = case((6, 5), 0, 6, "float64")
    index = index[:, 0].copy() if name == "add_slices" else index
    if name == "take_along":
        index = index[:0] if odd == "no samples" else index
        assert_agree(elements.take_along, scatter.take_along, [ODD[odd](x), index, 0])
        return
    kind = np.asarray if odd == "overlapping" else ODD[odd]
    values = ODD[odd](values)
    if odd == "no samples":
        index = index[:0]
    assert_writes_agree(name, x, values, index, 0, kind=kind)


@pytest.mark.parametrize("change", [np.asfortranarray, lambda i: i.astype(">i8"), np.int32])
def test_odd_indexes(change):
    x, values, index = case((6, 5), 1, 5, "float32")
    index = change(index)
    assert_agree(elements.take_along, scatter.take_along, [x, index, 1])
    assert_writes_agree("add_along", x, values, index, 1)


def test_a_smaller_index():
    x, values, index = case((6, 5), 0, 6, "float32")
    assert_agree(elements.take_along, scatter.take_along, [x, index[:, :3], 0])
    for name in ("put_along", "add_along"):
        assert_writes_agree(name, x, values, index[:2, :3].copy(), 0)


# -- neighbouring dims -----------------------------------------------------------------------

AT = [
    # the array's shape, the first dim that is indexed, how many are, the shape of the indices
    *(((4, 5), 0, 2, (3,)), ((4, 5), 1, 1, (2, 3)), ((3, 4, 5), 1, 2, (6,)), ((2, 3, 4), 0, 1, ())),
    *(((3, 4, 5), 0, 2, (7,)), ((300, 400), 0, 2, (200000,)), ((700, 300), 0, 1, (900,))),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "first", "dims", "wanted"), AT, ids=str)
def test_neighbouring_dims(shape, first, dims, wanted, dtype):
    rng, lengths, x = np.random.default_rng(3), shape[first : first + dims], drawn(shape, dtype)
    indices = tuple([np.asarray(rng.integers(-n, n, wanted)) for n in lengths])
    assert_agree(elements.take_at, scatter.take_at, [x, indices, first])
    if dtype != "bool":
        within = tuple([i % n for i, n in zip(indices, lengths, strict=True)])
        values = drawn(elements.take_at(x, within, first).shape, dtype)
        assert_writes_agree("add_at", x, values, within, first, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("wrong", [5, -6, 2**62, -(2**63)])
def test_neighbouring_dims_out_of_range(wrong):
    x, good, bad = drawn((4, 5), "float32"), np.array([1, 2]), np.array([0, wrong])
    for indices, first in (((bad,), 1), ((good, bad), 0), ((bad % 4, bad), 0)):
        assert_agree(elements.take_at, scatter.take_at, [x, indices, first])
        with pytest.raises(IndexError):
            elements.take_at(x, indices, first)


@pytest.mark.parametrize("odd", ODD)
def test_neighbouring_dims_of_odd_arrays(odd):
    x, i, j = drawn((6, 5), "float64"), np.array([1, 5, 0]), np.array([[2], [4]])
    x = x if odd == "no samples" else ODD[odd](x)
    for indices in ((i,), (i, i - 1), (i, j), (ODD[odd](i), ODD[odd](i)), (i.astype(">i8"),)):
        if indices[0].dtype.kind == "i":
            assert_agree(elements.take_at, scatter.take_at, [x, indices, 0])
    if odd in ("byte-swapped", "misaligned", "whole numbers", "complex", "half"):
        x, values = drawn((6, 5), "float64"), ODD[odd](drawn((3,), "float64"))
        assert_writes_agree("add_at", x, values, (i, i % 5), 0, kind=ODD[odd])


@pytest.mark.parametrize("dtype", [*DTYPES, "complex128"])
@pytest.mark.parametrize("shape", [(), (0, 3), (3, 4), (300, 500)], ids=str)
def test_zeros(shape, dtype):
    assert_agree(elements.zeros, scatter.zeros, [shape, np.dtype(dtype)])


# -- masks -----------------------------------------------------------------------------------

MASKED = [(0,), (7,), (3, 4), (400, 500), (50000, 3), (2, 3, 4, 5), (300000,)]


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 1])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", MASKED, ids=str)
def test_masks(shape, dtype, share):
    x, mask = drawn(shape, dtype), np.random.default_rng(4).random(shape) < share
    assert_agree(elements.selected, choosing.selected, [x, mask])
    assert_agree(elements.unselected, choosing.unselected, [x[mask], mask])
    assert_agree(elements.places, choosing.places, [mask])
    assert_agree(elements.places, choosing.places, [np.where(mask, x, 0)])
    for value in (1, np.array(1, dtype), x[mask]):
        assert_overwritten(x, mask, value)


def assert_overwritten(x, mask, value, kind=np.asarray):
    native, twin = [written(module.overwrite, kind) for module in (elements, choosing)]
    assert_agree(native, twin, [x, mask, value])


@pytest.mark.parametrize("odd", ODD)
def test_masks_of_odd_arrays(odd):
    x, mask = drawn((60, 50), "float64"), drawn((60, 50), "float32") > 0.5
    kind = ODD[odd]
    for m in (kind(mask) if kind(mask).dtype == bool else mask, mask[:, ::-1], mask.T.copy().T):
        assert_agree(elements.selected, choosing.selected, [kind(x), m])
        assert_agree(elements.unselected, choosing.unselected, [kind(x[mask]), m])
        assert_agree(elements.places, choosing.places, [m])
        if odd != "overlapping":
            assert_overwritten(x, m, 2, kind)
    assert_agree(elements.places, choosing.places, [kind(x)])
    assert_agree(elements.selected, choosing.selected, [x, mask[:, 0]])
    assert_overwritten(x, mask[:, 0].copy(), 2)


def test_masks_of_other_true_bytes():
    x = np.zeros((64, 64), np.float32)
    mask = np.full((64, 64), 0x80, np.uint8).view(np.bool_)
    assert elements.selected(x, mask).size == elements.places(mask).shape[1] == x.size


# -- limits and choices ----------------------------------------------------------------------

LIMITS = [(-1.0, 1.0), (None, 0), (0.5, None), (2.0, -2.0), (np.nan, 1.0), (-np.inf, np.inf)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(), (3, 4), (400, 500)], ids=str)
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_limits(limits, shape, dtype):
    if dtype == "int64":
        limits = [None if v is None or v != v or v in (np.inf, -np.inf) else int(v) for v in limits]
        limits[1] = 1 if limits == [None, None] else limits[1]
    x, g = np.asarray(drawn(shape, dtype)), np.asarray(drawn(shape, dtype)) + 1
    if x.size > 10 and dtype != "int64":
        x[0, :3] = np.nan, np.inf, -np.inf
        g[0, :3] = np.inf, np.nan, 1
    assert_agree(elements.clamped, choosing.clamped, [x, *limits])
    assert_agree(elements.clamped_gradient, choosing.clamped_gradient, [g, x, *limits])


@pytest.mark.parametrize("odd", ODD)
def test_limits_of_odd_arrays(odd):
    x, g = converted([drawn((6, 5), "float64"), drawn((6, 5), "float64")], ODD[odd])
    if odd == "complex":
        return
    assert_agree(elements.clamped, choosing.clamped, [x, -1, 1])
    assert_agree(elements.clamped_gradient, choosing.clamped_gradient, [g, x, -1, 1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3, 4), (400, 500)], ids=str)
def test_choices(shape, dtype):
    a, b, mask = np.asarray(drawn(shape, dtype)), np.asarray(drawn(shape, dtype)), None
    mask = np.asarray(np.random.default_rng(5).random(shape) < 0.4)
    b = np.asarray(b[..., ::-1].copy() if shape else b)
    number = np.array(1, dtype)
    for pair in ((a, b), (a, number), (number, b), (number, number), (a, 2), (0.5, b)):
        assert_agree(elements.chosen, choosing.chosen, [mask, *pair])


@pytest.mark.parametrize("odd", ODD)
def test_choices_of_odd_arrays(odd):
    a, b = converted([drawn((6, 5), "float64"), drawn((6, 5), "float64")], ODD[odd])
    mask = drawn(a.shape, "float64") > 0
    assert_agree(elements.chosen, choosing.chosen, [mask, a, b])
    assert_agree(elements.chosen, choosing.chosen, [mask[:, ::-1], a, 0.0])
    assert_agree(elements.chosen, choosing.chosen, [mask[:1], a, b])


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 1000])
def test_insertion_places(n, dtype, right):
    rng = np.random.default_rng(6)
    boundaries = np.sort(rng.integers(-9, 10, n) * (1 if n < 100 else 50)).astype(dtype)
    for shape in ((), (0,), (3, 4), (300, 500)):
        values = np.asarray(rng.integers(-600, 600, shape).astype(dtype))
        if dtype != "int64" and values.size > 3:
            values[0, :3] = np.nan, np.inf, -np.inf
        args = [boundaries, values, right]
        assert_agree(elements.insertion_places, choosing.insertion_places, args)


@pytest.mark.parametrize("odd", ODD)
def test_insertion_places_of_odd_arrays(odd):
    boundaries, values = np.linspace(-2, 2, 7), ODD[odd](drawn((6, 5), "float64"))
    for args in ([boundaries, values, False], [strided(boundaries), values, True]):
        assert_agree(elements.insertion_places, choosing.insertion_places, args)


# -- joining ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_joined(dim, dtype):
    for shape in ((2, 3, 4), (0, 3, 4), (3, 200, 300)):
        parts = []
        for i in range(3):
            size = list(shape)
            size[dim] += i
            parts.append(drawn(size, dtype))
        assert_agree(elements.joined, choosing.joined, [parts, dim])
        same = [drawn(shape, dtype) for _ in range(3)]
        assert_agree(elements.stacked, choosing.stacked, [same, dim])
    assert_agree(elements.stacked, choosing.stacked, [[np.array(1.0), np.array(2.0)], 0])


@pytest.mark.parametrize("odd", ODD)
def test_odd_arrays_joined(odd):
    a = drawn((6, 5), "float64")
    parts = [a, ODD[odd](a)]
    assert_agree(elements.joined, choosing.joined, [parts, 0])
    assert_agree(elements.joined, choosing.joined, [parts[::-1], 0])
    if odd != "no samples":
        assert_agree(elements.stacked, choosing.stacked, [parts, 1])


@pytest.mark.parametrize(
    "arrays", [[], [np.ones(2), np.ones((2, 1))], [np.ones((2, 3)), np.ones((2, 4))], [1.0, 2.0]]
)
def test_what_cannot_be_joined(arrays):
    for name in ("joined", "stacked"):
        twin = outcome(getattr(choosing, name), [arrays, 0])
        if isinstance(twin, type):
            with pytest.raises(twin):
                getattr(elements, name)(arrays, 0)
        else:
            assert_agree(getattr(elements, name), getattr(choosing, name), [arrays, 0])
    with pytest.raises((ValueError, IndexError)):
        elements.joined([np.ones(2)], 1)


def test_many_parts():
    parts = [np.full((2, 3), i, np.float32) for i in range(100)]
    assert_agree(elements.joined, choosing.joined, [parts, 1])
