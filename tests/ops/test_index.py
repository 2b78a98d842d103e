"""Indexing functions, masks, writes of whole tensors, embedding."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

from tests.ops.checker import Row, checks_of  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore:The reduce argument of torch.scatter", "ignore:index_reduce.. is in beta"
)
REAL = "float32 float64 int64"
GRID, LINE = [[(3, 4)]], [[(5,)]]
PAIR = [[(3, 4), (3, 4)]]
plain = {"special": False}


def lines(torch):
    return torch.tensor([2, 0, 2])


def grid(torch):
    return torch.tensor([[0, 2, 1, 0], [2, 2, 0, 1]])


def mask(torch):
    return torch.tensor([[True, False, True, False], [False] * 4, [True] * 4])


ROWS = [
    # -- whole tensors
    Row(
        "copy_",
        lambda torch, x, y: x.clone().copy_(y),
        [[(2, 3), (3,)], [(3,), ()], [(), ()]],
        **plain,
    ),
    Row("copy_ too large", lambda torch, x, y: x.clone().copy_(y), [[(3,), (2, 3)]], **plain),
    Row("copy_ misfit", lambda torch, x, y: x.clone().copy_(y), [[(3,), (2,)]], **plain),
    Row("fill", lambda torch, x: torch.fill(x, 2), **plain),
    Row("fill_", lambda torch, x: x.clone().fill_(2), **plain),
    Row("fill_ tensor", lambda torch, x, y: x.clone().fill_(y), [[(2, 3), ()], [(), ()]], **plain),
    Row(
        "fill_ long tensor",
        lambda torch, x, y: x.clone().fill_(y),
        [[(2, 3), (1,)]],
        vmap=False,
        **plain,
    ),
    Row("zero_", lambda torch, x: x.clone().zero_(), **plain),
    # -- masks
    Row("where", lambda torch, x, y: torch.where(x > y, x, y), dtypes=REAL, derivatives="float64"),
    Row(
        "where number",
        lambda torch, x: torch.where(x > 0, x, 2.5),
        dtypes=REAL,
        derivatives="float64",
    ),
    Row("where numbers", lambda torch, x: torch.where(x > 0, 1, 2.5), dtypes=REAL, derivatives=""),
    Row(
        "where promotes",
        lambda torch, x: torch.where(x > 0, x, x.double()),
        dtypes=REAL,
        derivatives="float32",
    ),
    Row("where method", lambda torch, x, y: x.where(x > 0, y), dtypes=REAL, derivatives="float64"),
    Row("where alone", lambda torch, x: torch.where(x > 0), dtypes=REAL, derivatives=""),
    Row(
        "where of floats",
        lambda torch, x: torch.where(x, x, x),
        dtypes="float32",
        derivatives="",
        **plain,
    ),
    Row(
        "masked_fill",
        lambda torch, x: x.masked_fill(mask(torch), 3),
        [[(3, 4)], [(4,)], [()]],
        **plain,
    ),
    Row("masked_fill_", lambda torch, x: x.clone().masked_fill_(mask(torch), 3), GRID, **plain),
    Row(
        "masked_fill_ wider",
        lambda torch, x: x.clone().masked_fill_(mask(torch), 3),
        [[(4,)]],
        **plain,
    ),
    Row(
        "masked_fill tensor",
        lambda torch, x, y: x.masked_fill(mask(torch), y),
        [[(3, 4), ()]],
        **plain,
    ),
    Row(
        "masked_fill long tensor",
        lambda torch, x, y: x.masked_fill(mask(torch), y),
        [[(3, 4), (1,)]],
        **plain,
    ),
    Row("masked_fill misfit", lambda torch, x: x.masked_fill(mask(torch), 3), [[(3,)]], **plain),
    Row(
        "masked_fill by floats",
        lambda torch, x: x.masked_fill(x, 3),
        dtypes="float32 int64",
        derivatives="",
        **plain,
    ),
    Row(
        "masked_select",
        lambda torch, x: x.masked_select(mask(torch)),
        [[(3, 4)], [(4,)], [()]],
        vmap=False,
        **plain,
    ),
    Row(
        "masked_scatter",
        lambda torch, x, y: x.masked_scatter(mask(torch), y),
        [[(3, 4), (6,)], [(3, 4), (3, 4)], [(4,), (7,)]],
        vmap=False,
        **plain,
    ),
    Row(
        "masked_scatter short",
        lambda torch, x, y: x.masked_scatter(mask(torch), y),
        [[(3, 4), (5,)]],
        **plain,
    ),
    Row("nonzero", lambda torch, x: x.round().nonzero(), dtypes="float32 float64", derivatives=""),
    Row("nonzero tuple", lambda torch, x: torch.nonzero(x, as_tuple=True), derivatives=""),
    Row("argwhere", lambda torch, x: torch.argwhere(x), derivatives=""),
    # -- along a dim
    Row("gather", lambda torch, x: x.gather(0, grid(torch)), GRID, **plain),
    Row(
        "gather 1", lambda torch, x: torch.gather(x, -1, grid(torch)), [[(2, 3)], [(3, 5)]], **plain
    ),
    Row("gather 0-d", lambda torch, x: x.gather(0, torch.tensor(0)), [[()], [(3,)]], **plain),
    Row(
        "gather none",
        lambda torch, x: x.gather(0, torch.tensor([]).long()),
        [[(3,)], [(2, 3)]],
        **plain,
    ),
    Row("gather beyond", lambda torch, x: x.gather(0, grid(torch)), [[(2, 4)], [(3, 3)]], **plain),
    Row("gather rank", lambda torch, x: x.gather(0, grid(torch)), [[(3,)]], **plain),
    Row("gather negative", lambda torch, x: x.gather(0, torch.tensor([-1])), LINE, **plain),
    Row("gather by floats", lambda torch, x: x.gather(0, torch.ones(1)), LINE, **plain),
    Row(
        "take_along_dim",
        lambda torch, x: x.take_along_dim(grid(torch)[:, :1] - 1, 1),
        [[(2, 3)], [(1, 3)]],
        **plain,
    ),
    Row(
        "take_along_dim flat",
        lambda torch, x: x.contiguous().take_along_dim(grid(torch)),
        GRID,
        **plain,
    ),
    Row("take_along_dim rank", lambda torch, x: x.take_along_dim(grid(torch), 0), LINE, **plain),
    Row(
        "scatter",
        lambda torch, x, y: x.scatter(0, torch.tensor([[0, 2, 1, 0]]), y),
        [[(3, 4), (1, 4)]],
        **plain,
    ),
    Row(
        "scatter_",
        lambda torch, x, y: x.clone().scatter_(1, torch.tensor([[3], [0], [2]]), y),
        [[(3, 4), (3, 1)]],
        **plain,
    ),
    Row(
        "scatter of more",
        lambda torch, x, y: x.scatter(0, torch.tensor([[0, 2, 1, 0]]), y),
        PAIR,
        derivatives="",
        **plain,
    ),
    Row("scatter value", lambda torch, x: x.scatter(0, grid(torch), 2), GRID, **plain),
    Row("scatter 0-d", lambda torch, x, y: x.scatter(0, torch.tensor(0), y), [[(), ()]], **plain),
    Row(
        "scatter add",
        lambda torch, x, y: x.scatter(0, grid(torch), y, reduce="add"),
        PAIR,
        derivatives="",
        **plain,
    ),
    Row(
        "scatter multiply",
        lambda torch, x: x.scatter(0, grid(torch), 3, reduce="multiply"),
        GRID,
        dtypes=REAL,
        derivatives="",
        **plain,
    ),
    Row(
        "scatter wrong",
        lambda torch, x, y: x.scatter(0, grid(torch), y, reduce="min"),
        PAIR,
        **plain,
    ),
    Row(
        "scatter misfit",
        lambda torch, x, y: x.scatter(0, grid(torch), y),
        [[(3, 3), (3, 4)], [(3, 4), (1, 4)], [(3,), (3, 4)]],
        **plain,
    ),
    Row("scatter beyond", lambda torch, x, y: x.scatter(0, grid(torch) + 1, y), PAIR, **plain),
    Row(
        "scatter_add",
        lambda torch, x, y: x.scatter_add(0, grid(torch), y),
        [[(3, 4), (2, 4)]],
        **plain,
    ),
    Row(
        "scatter_add of more",
        lambda torch, x, y: x.scatter_add(0, grid(torch), y),
        PAIR,
        derivatives="",
        **plain,
    ),
    Row(
        "scatter_add_",
        lambda torch, x, y: x.clone().scatter_add_(1, grid(torch), y),
        [[(2, 3), (2, 4)]],
        **plain,
    ),
    Row(
        "scatter_add misfit",
        lambda torch, x, y: x.scatter_add(0, grid(torch), y),
        [[(3, 4), (1, 4)]],
        **plain,
    ),
    *[
        Row(
            f"scatter_reduce {reduce} {own}",
            lambda torch, x, y, reduce=reduce, own=own: x.scatter_reduce(
                0, grid(torch), y, reduce, include_self=own
            ),
            [[(3, 4), (2, 4)]],
            dtypes=REAL,
            derivatives="float64",
            second=False,
            jvp=reduce != "prod",  # PyTorch gives zeros
            **plain,
        )
        for reduce in ("sum", "mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
    Row(
        "scatter_reduce wrong",
        lambda torch, x, y: x.scatter_reduce(0, grid(torch), y, "add"),
        PAIR,
        **plain,
    ),
    # -- whole slices
    Row(
        "index_select",
        lambda torch, x: x.index_select(0, lines(torch)),
        [[(3, 4)], [(3,)]],
        **plain,
    ),
    Row(
        "index_select 1",
        lambda torch, x: x.index_select(-1, lines(torch).int()),
        [[(2, 4)], [(0, 3)]],
        **plain,
    ),
    Row("index_select 0-d", lambda torch, x: x.index_select(0, torch.tensor([0])), [[()]], **plain),
    Row(
        "index_select beyond", lambda torch, x: x.index_select(0, lines(torch)), [[(2, 4)]], **plain
    ),
    Row(
        "index_select matrix",
        lambda torch, x: x.index_select(0, grid(torch)),
        GRID,
        vmap=False,
        **plain,
    ),
    Row("index_add", lambda torch, x, y: x.index_add(0, lines(torch), y), PAIR, **plain),
    Row(
        "index_add alpha",
        lambda torch, x, y: x.index_add(1, lines(torch), y, alpha=2),
        [[(2, 3), (2, 3)]],
        dtypes="float64 complex128 int64",
        **plain,
    ),
    Row(
        "index_add_",
        lambda torch, x, y: x.clone().index_add_(0, lines(torch), y),
        [[(4,), (3,)]],
        **plain,
    ),
    Row(
        "index_add misfit",
        lambda torch, x, y: x.index_add(0, lines(torch), y),
        [[(3, 4), (2, 4)], [(3, 4), (3, 3)], [(2, 4), (3, 4)], [(3, 4), ()]],
        **plain,
    ),
    Row(
        "index_copy", lambda torch, x, y: x.index_copy(0, torch.tensor([2, 0, 1]), y), PAIR, **plain
    ),
    Row(
        "index_copy misfit",
        lambda torch, x, y: x.index_copy(0, lines(torch), y),
        [[(3, 4), (2, 4)], [(3, 4), (3, 3)], [(2, 4), (3, 4)], [(3, 4), (3,)]],
        **plain,
    ),
    Row("index_fill", lambda torch, x: x.index_fill(0, lines(torch) - 1, 2), GRID, **plain),
    Row(
        "index_fill tensor",
        lambda torch, x, y: x.index_fill(1, lines(torch), y),
        [[(2, 3), ()]],
        vmap=False,
        **plain,
    ),
    Row(
        "index_fill misfit",
        lambda torch, x, y: x.index_fill(0, lines(torch), y),
        [[(3,), (1,)], [(2,), ()]],
        vmap=False,
        **plain,
    ),
    *[
        Row(
            f"index_reduce {reduce} {own}",
            lambda torch, x, y, reduce=reduce, own=own: x.index_reduce(
                0, lines(torch), y, reduce, include_self=own
            ),
            PAIR,
            dtypes=REAL,
            derivatives="float64",
            second=False,
            vmap=False,
            **plain,
        )
        for reduce in ("mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
    # -- any elements
    Row("take", lambda torch, x: x.take(grid(torch) - 1), [[(3, 4)], [(3,)], [(2,)]], **plain),
    Row("take of none", lambda torch, x: x.take(grid(torch)), [[(0,)]], **plain),
    Row("put", lambda torch, x, y: x.put(torch.tensor([4, 0, -1]), y), [[(3, 4), (3,)]], **plain),
    Row(
        "put accumulate",
        lambda torch, x, y: x.put(lines(torch), y, accumulate=True),
        [[(3, 4), (3,)]],
        dtypes="float32 float64 complex128 int64",
        **plain,
    ),
    Row(
        "put misfit",
        lambda torch, x, y: x.put(lines(torch), y),
        [[(3,), (2,)], [(2,), (3,)]],
        **plain,
    ),
    Row(
        "index_put",
        lambda torch, x, y: x.index_put((torch.tensor([2, 0]),), y),
        [[(3, 4), (2, 4)], [(3, 4), (4,)], [(3, 4), ()]],
        **plain,
    ),
    Row(
        "index_put accumulate",
        lambda torch, x, y: x.index_put((lines(torch), lines(torch)), y, accumulate=True),
        [[(3, 4), (3,)], [(3, 3, 2), (3, 2)], [(3, 3), ()]],
        dtypes=REAL,
        **plain,
    ),
    Row(
        "index_put mask",
        lambda torch, x, y: x.index_put((mask(torch),), y),
        [[(3, 4), (6,)]],
        vmap=False,
        **plain,
    ),
    Row(
        "index_put misfit",
        lambda torch, x, y: x.index_put((lines(torch),), y),
        [[(3, 4), (2, 4)], [(2, 4), (3, 4)]],
        **plain,
    ),
    # -- tables
    Row(
        "embedding",
        lambda torch, x: torch.nn.functional.embedding(grid(torch), x),
        [[(3, 2)], [(4, 0)]],
        dtypes="float32 float64",
        derivatives="float64",
        **plain,
    ),
    Row(
        "embedding padding",
        lambda torch, x: torch.nn.functional.embedding(grid(torch), x, padding_idx=-1),
        [[(3, 2)]],
        dtypes="float32 float64",
        derivatives="float64",
        **plain,
    ),
    Row(
        "embedding frequency",
        lambda torch, x: torch.nn.functional.embedding(lines(torch), x, scale_grad_by_freq=True),
        [[(3, 2)]],
        dtypes="float64",
        derivatives="float64",
        second=False,
        vmap=False,
        **plain,
    ),
    Row(
        "embedding beyond",
        lambda torch, x: torch.nn.functional.embedding(grid(torch), x),
        [[(2, 2)], [(3,)]],
        dtypes="float32",
        derivatives="",
        **plain,
    ),
    *[
        Row(
            f"embedding_bag {mode}",
            lambda torch, x, mode=mode: torch.nn.functional.embedding_bag(
                torch.tensor([0, 2, 1, 2, 2]), x, torch.tensor([0, 2, 2]), mode=mode, padding_idx=1
            ),
            [[(3, 2)]],
            dtypes="float32 float64",
            derivatives="float64",
            second=False,
            vmap=False,
            **plain,
        )
        for mode in ("sum", "mean", "max")
    ],
    Row(
        "embedding_bag weights",
        lambda torch, x, w: torch.nn.functional.embedding_bag(
            torch.tensor([[0, 2], [1, 1]]), x, mode="sum", per_sample_weights=w
        ),
        [[(3, 2), (2, 2)]],
        dtypes="float32 float64",
        derivatives="float64",
        second=False,
        vmap=False,
        **plain,
    ),
    Row(
        "one_hot",
        lambda torch, x: torch.nn.functional.one_hot(x.abs(), 9),
        dtypes="int64 float32",
        derivatives="",
        **plain,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

both = pytest.mark.parametrize("lib", [rushlight, torch], ids=["rushlight", "torch"])


@both
def test_products_of_factors_that_are_zero(lib):
    """The gradient of a factor is the product of the others, zero or not."""
    x = lib.tensor([2.0, 0.0, 3.0, 0.0], requires_grad=True)
    s = lib.tensor([4.0, 0.5, 0.0, 7.0, 0.0, 5.0], requires_grad=True)
    where = lib.tensor([0, 0, 1, 1, 2, 3])
    x.scatter_reduce(0, where, s, "prod").sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0, 5.0]
    assert s.grad.tolist() == [1.0, 8.0, 0.0, 0.0, 3.0, 0.0]


@both
def test_rows_are_scaled_down_to_max_norm_in_the_table_itself(lib):
    table = lib.tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]], requires_grad=True)
    rows = lib.nn.functional.embedding(lib.tensor([0, 1]), table, max_norm=1.0)
    expected = [[0.6, 0.8], [0.3, 0.4], [6.0, 8.0]]
    np.testing.assert_allclose(table.detach().numpy(), expected, 1e-6)
    np.testing.assert_allclose(rows.detach().numpy(), expected[:2], 1e-6)


@both
def test_equal_elements_share_the_gradient_of_their_maximum(lib):
    x = lib.tensor([1.0, 1.0], requires_grad=True)
    s = lib.tensor([1.0, 1.0, 0.0], requires_grad=True)
    x.scatter_reduce(0, lib.tensor([0, 0, 1]), s, "amax").sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [1 / 3, 1], 1e-6)
    np.testing.assert_allclose(s.grad.numpy(), [1 / 3, 1 / 3, 0], 1e-6)
