"""Sorting, top-k, distinct values, searching and counting, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 int64 int32 uint8 bool"
REAL = "float32 float64 int64 bool"
LINES = [[(3,)], [(2, 3)], [(3, 0)], [(2, 1, 3)]]
D = "float64"
SEARCH = [
    [(4,), ()],
    [(4,), (3,)],
    [(4,), (2, 3)],
    [(0,), (3,)],
    [(2, 4), (2, 3)],
    [(4,), (0,)],
    [(2, 4), (3,)],
    [(), (3,)],
]

ROWS = [
    Row("sort", lambda torch, x: torch.sort(x), dtypes=ALL, derivatives=D),
    Row("sort falling", lambda torch, x: x.sort(0, descending=True), dtypes=ALL, derivatives=D),
    Row("sort stable", lambda torch, x: x.sort(stable=True, dim=-1), dtypes=ALL, derivatives=D),
    Row(
        "sort stable falling",
        lambda torch, x: x.sort(dim=0, descending=True, stable=True),
        dtypes=REAL,
        derivatives=D,
    ),
    Row("argsort", lambda torch, x: torch.argsort(x, -1), dtypes=ALL, derivatives=""),
    Row("argsort falling", lambda torch, x: x.argsort(descending=True), dtypes=ALL, derivatives=""),
    Row(
        "argsort stable",
        lambda torch, x: x.argsort(dim=0, stable=True),
        dtypes=REAL,
        derivatives="",
    ),
    Row("msort", lambda torch, x: torch.msort(x), dtypes=ALL, derivatives=D),
    Row("topk", lambda torch, x: torch.topk(x, 2)[0], LINES, dtypes=ALL, derivatives=D),
    Row(
        "topk smallest", lambda torch, x: x.topk(1, 0, largest=False)[0], dtypes=ALL, derivatives=D
    ),
    Row("topk one", lambda torch, x: x.topk(1)[0], dtypes=REAL, derivatives=D),
    Row("topk none", lambda torch, x: x.topk(0), LINES, dtypes=REAL, derivatives=D),
    Row("topk too many", lambda torch, x: x.topk(9), derivatives="", special=False),
    Row("unique", lambda torch, x: torch.unique(x), dtypes=ALL, derivatives="", special=False),
    Row(
        "unique all",
        lambda torch, x: x.unique(return_inverse=True, return_counts=True),
        dtypes="float32 int64 bool",
        derivatives="",
    ),
    Row(
        "unique counts", lambda torch, x: x.unique(return_counts=True), dtypes=REAL, derivatives=""
    ),
    Row(
        "unique dim",
        lambda torch, x: x.unique(dim=0, return_inverse=True, return_counts=True),
        [[(3,)], [(4, 2)], [(0, 2)], [(2, 0)], [()]],
        dtypes=REAL,
        derivatives="",
    ),
    Row(
        "unique last dim",
        lambda torch, x: torch.unique(x, dim=-1),
        [[(2, 4)]],
        dtypes=REAL,
        derivatives="",
        special=False,
    ),
    Row(
        "unique_consecutive",
        lambda torch, x: torch.unique_consecutive(x, True, True),
        dtypes=REAL,
        derivatives="",
    ),
    Row(
        "unique_consecutive dim",
        lambda torch, x: x.unique_consecutive(dim=0, return_counts=True),
        [[(3,)], [(4, 1)], [(0, 2)]],
        dtypes=REAL,
        derivatives="",
        special=False,
    ),
    # PyTorch warns of what is not contiguous, or fails.
    Row("isin", lambda torch, x, y: torch.isin(x, y), dtypes=REAL, derivatives=""),
    Row(
        "isin inverted",
        lambda torch, x, y: torch.isin(x, y, invert=True),
        dtypes=REAL,
        derivatives="",
    ),
    Row("isin number", lambda torch, x: torch.isin(x, 1), dtypes=REAL, derivatives=""),
    Row(
        "number isin",
        lambda torch, x: torch.isin(1, x),
        [[()], [(3,)], [(0, 2)]],
        dtypes=REAL,
        derivatives="",
    ),
    Row(
        "searchsorted",
        lambda torch, x, y: torch.searchsorted(x.sort()[0], y.contiguous()),
        SEARCH,
        dtypes="float32 float64 int64",
        derivatives="",
        special=False,
    ),
    Row(
        "searchsorted right",
        lambda torch, x, y: torch.searchsorted(
            x.sort()[0], y.contiguous(), right=True, out_int32=True
        ),
        SEARCH,
        dtypes="float32 int64",
        derivatives="",
        special=False,
    ),
    Row(
        "searchsorted sorter",
        lambda torch, x, y: torch.searchsorted(
            x.contiguous(), y.contiguous(), sorter=x.argsort(), side="right"
        ),
        SEARCH[1:6],
        dtypes="float32 float64",
        derivatives="",
        special=False,
    ),
    Row(
        "searchsorted number",
        lambda torch, x: torch.searchsorted(x.sort()[0], 0.5),
        [[(3,)]],
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row(
        "searchsorted bad side",
        lambda torch, x: torch.searchsorted(x, x, side="middle"),
        dtypes="float32",
        derivatives="",
    ),
    Row(
        "searchsorted torn",
        lambda torch, x: torch.searchsorted(x, x, side="left", right=True),
        dtypes="float32",
        derivatives="",
    ),
    Row(
        "searchsorted bad sorter",
        lambda torch, x: torch.searchsorted(x, x, sorter=x[:1]),
        [[(3,)]],
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row(
        "bucketize",
        lambda torch, x, y: torch.bucketize(x.contiguous(), y.sort()[0]),
        [[(), (3,)], [(2, 3), (4,)], [(3,), (2, 2)]],
        dtypes="float32 int64",
        derivatives="",
        special=False,
    ),
    Row(
        "bucketize number",
        lambda torch, x: torch.bucketize(1.5, x.sort()[0], right=True),
        [[(3,)]],
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row(
        "bincount",
        lambda torch, x: torch.bincount(x),
        [[(3,)], [(7,)], [(0,)], [(2, 2)], [()]],
        domain=(0, 2),
        dtypes="int64 uint8 float32",
        derivatives="",
        special=False,
    ),
    Row(
        "bincount negative",
        lambda torch, x: torch.bincount(x),
        [[(9,)]],
        dtypes="int64",
        derivatives="",
        special=False,
    ),
    Row(
        "bincount weights",
        lambda torch, x, w: x.bincount(w, minlength=8),
        [[(3,), (3,)], [(7,), (7,)], [(0,), (0,)], [(3,), (4,)]],
        domain=(0, 2),
        dtypes="int64",
        derivatives="",
        special=False,
    ),
    Row(
        "bincount short",
        lambda torch, x: x.bincount(minlength=-1),
        [[(3,)]],
        dtypes="int64",
        derivatives="",
        special=False,
    ),
    Row(
        "histc",
        lambda torch, x: torch.histc(x, 4),
        dtypes="float32 float64 int64",
        derivatives="",
        special=False,
    ),
    Row(
        "histc range", lambda torch, x: x.histc(5, -1, 1), dtypes="float32 float64", derivatives=""
    ),
    Row(
        "histc of nan",
        lambda torch, x: torch.histc(x * float("nan")),
        [[(3,)]],
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row("histc no bins", lambda torch, x: torch.histc(x, 0), dtypes="float32", derivatives=""),
    Row(
        "histc turned",
        lambda torch, x: torch.histc(x, 3, 2, 1),
        dtypes="float32",
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_indices_of_long_lanes_without_ties():
    x = np.random.default_rng(0).permutation(400).reshape(2, 200).astype(np.float32)
    for call in (
        lambda t: t.sort()[1], lambda t: t.sort(descending=True)[1], lambda t: t.argsort(0),
        lambda t: t.topk(3)[1], lambda t: t.topk(3, largest=False)[1], lambda t: t.topk(100)[1],
        lambda t: t.topk(1)[1], lambda t: t.topk(1, 0, False)[1],
    ):  # fmt: skip
        assert call(rushlight.tensor(x)).tolist() == call(torch.tensor(x)).tolist()


def test_stable_sorting_keeps_the_order_of_equals():
    x = np.random.default_rng(0).integers(0, 3, 200)
    for falling in (False, True):
        ours, theirs = (
            lib.tensor(x).sort(stable=True, dim=0, descending=falling)[1]
            for lib in (rushlight, torch)
        )
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("largest", [True, False])
def test_nan_counts_as_the_largest(largest):
    lane = [1.0, float("nan"), 3.0, float("nan"), 2.0]
    ours, theirs = (lib.tensor(lane).topk(3, largest=largest)[0] for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("name", ["unique", "unique_consecutive"])
def test_distinct_values_have_no_derivative(name):
    messages = []
    for lib in (rushlight, torch):
        with pytest.raises(NotImplementedError) as error:
            getattr(lib.ones(3, requires_grad=True), name)().sum().backward()
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_bincount_of_float_weights_keeps_float32():
    weights = rushlight.ones(3)
    assert rushlight.tensor([0, 2, 2]).bincount(weights).dtype is rushlight.float32
    assert rushlight.tensor([0, 2, 2]).bincount(weights.int()).dtype is rushlight.float64


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("numbers", [[1.0, 2.0, 3.0, np.nan, np.nan], [np.nan] * 3, [0.0, np.nan]])
def test_searches_among_nan(numbers, right):
    """A comparison with nan is false, and the search goes on above it."""
    found = []
    for lib in (torch, rushlight):
        values = lib.tensor([[-1.0, 0.0, 1.5], [2.0, 9.0, float("nan")]])
        row = lib.tensor(numbers)
        both = lib.stack([row, row])
        found.append([lib.searchsorted(x, values, right=right).tolist() for x in (row, both)])
    assert found[0] == found[1]
