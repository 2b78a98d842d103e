"""Memory by size and stride, and views' values put into copies of the whole."""

from functools import partial

import numpy as np
import pytest

import rushlight
from rushlight.kernels import strides
from tests.ops.checker import Row, checks_of, outcome

torch = pytest.importorskip("torch")

row = partial(Row, dtypes="float32 bool", derivatives="float64", special=False)
ROWS = [
    row("as_strided", lambda torch, x: torch.as_strided(x, (2, 2), (1, 2)), [[(6,)], [(2, 3)]]),
    row("as_strided.offset", lambda torch, x: x.as_strided((2,), (2,), 1), [[(6,)], [(2, 3)]]),
    row("as_strided.overlap", lambda torch, x: x.as_strided((3, 3), (1, 1)), [[(6,)], [(2, 3)]]),
    row("as_strided.repeated", lambda torch, x: x.as_strided((2, 3), (0, 1)), [[(4,)]]),
    row("as_strided.scalar", lambda torch, x: x.as_strided((), (), 2), [[(4,)]]),
    row("as_strided.empty", lambda torch, x: x.as_strided((0, 2), (1, 1)), [[(4,)]]),
    row(
        "as_strided.of_part",
        lambda torch, x: x[1:3].as_strided((2, 2), (1, 1), 0),
        [[(4,)]],
        jvp=False,  # a tangent reaches no further than the view: docs/differences.md
    ),
    row("as_strided.of_transposed", lambda torch, x: x.t().as_strided((3,), (2,), 1), [[(2, 3)]]),
    row(
        "as_strided.of_expanded",
        lambda torch, x: x.expand(3, 4).as_strided((2, 2), (1, 2)),
        [[(4,)]],
    ),
    row("as_strided.ranks", lambda torch, x: x.as_strided((3,), (1, 2)), [[(6,)]]),
    row(
        "as_strided.outside", lambda torch, x: x.as_strided((9,), (1,)), [[(6,)]], dtypes="float32"
    ),
    row("as_strided.backwards", lambda torch, x: x.as_strided((2,), (-1,), 2), [[(6,)]]),
    row("as_strided.before", lambda torch, x: x.as_strided((1,), (1,), -1), [[(6,)]]),
    row(
        "select_scatter",
        lambda torch, x, y: torch.select_scatter(x, y, 0, -1),
        [[(2, 3), (3,)], [(4,), ()]],
    ),
    row("select_scatter.misfit", lambda torch, x, y: x.select_scatter(y, 0, 0), [[(2, 3), (2,)]]),
    row("select_scatter.range", lambda torch, x, y: x.select_scatter(y, 0, 5), [[(2, 3), (3,)]]),
    row(
        "slice_scatter",
        lambda torch, x, y: torch.slice_scatter(x, y, 0, 1, None, 2),
        [[(5,), (2,)], [(4, 2), (2, 2)]],
    ),
    row("slice_scatter.step", lambda torch, x, y: x.slice_scatter(y, step=0), [[(2,), (2,)]]),
    row(
        "diagonal_scatter",
        lambda torch, x, y: torch.diagonal_scatter(x, y, 1),
        [[(2, 3), (2,)], [(3, 3, 2), (2, 2)]],
    ),
    row(
        "as_strided_scatter",
        lambda torch, x, y: torch.as_strided_scatter(x, y, (2,), (2,), 1),
        [[(6,), (2,)]],
        derivatives="",
    ),
    row("mixed_scatter", lambda torch, x, y: x.select_scatter(y.float(), 0, 0), [[(2, 3), (3,)]]),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_as_strided_scatter_derivative():
    """PyTorch 2.13 gives the complement of the gradient of the first input."""
    x = rushlight.arange(4.0, requires_grad=True)
    y = rushlight.ones(2, requires_grad=True)
    out = x.as_strided_scatter(y, (2,), (2,), 1)
    weights = rushlight.tensor([1.0, 2.0, 3.0, 4.0])
    gx, gy = rushlight.autograd.grad((out * weights).sum(), (x, y))
    assert gx.tolist() == [1.0, 0.0, 3.0, 0.0]
    assert gy.tolist() == [2.0, 4.0]


OVERLAPPING = {
    "expanded": lambda x: x.expand(3, 4).as_strided((2, 2), (1, 1)),
    "windows": lambda x: x.unfold(0, 2, 1).as_strided((3,), (1,)),
    "repeated": lambda x: x.as_strided((2, 4), (0, 1)).as_strided((4,), (1,)),
    "outside of what is seen": lambda x: x[:2].as_strided((2,), (1,), 1),
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_gradients_where_memory_overlaps(name):
    found = []
    for lib in (torch, rushlight):
        x = lib.arange(4.0, requires_grad=True)
        y = OVERLAPPING[name](x * 1)
        (g,) = lib.autograd.grad(
            y, x, lib.arange(1.0, 1.0 + y.numel()).view(y.shape), create_graph=True
        )
        found.append(g.tolist())
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


@pytest.mark.parametrize("program", [
    lambda lib: lib.arange(6)[2:].storage_offset(),
    lambda lib: lib.arange(6).view(2, 3).t()[1].storage_offset(),
    lambda lib: lib.zeros(2, 3).new_empty_strided((2, 2), (1, 3)).stride(),
    lambda lib: lib.arange(6).resize_(2, 2).tolist(),
    lambda lib: lib.arange(4).resize_(2, 3).shape,
    lambda lib: lib.arange(4).resize_(6)[:4].tolist(),
    lambda lib: lib.arange(4).resize_as_(lib.zeros(2, 1)).tolist(),
    lambda lib: lib.zeros(2, requires_grad=True).resize_(3),
    lambda lib: lib.zeros(0, 3).select_scatter(lib.zeros(0), 1, 0).shape,
])  # fmt: skip
def test_said_alike(program):
    theirs, ours = outcome(program, torch), outcome(program, rushlight)
    assert str(ours) == str(theirs)


# -- kernels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_viewable_as_numpy_and_pytorch_find(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 4, 4).tolist())
    x = torch.arange(float(np.prod(shape))).reshape(shape).permute(tuple(rng.permutation(4)))
    a, b, c, d = shape
    for size in {(x.numel(),), shape, (a * b, -1), (-1, c * d), (1, -1)}:
        size = tuple(torch.empty(shape).reshape(size).shape)
        theirs = outcome(lambda size=size: x.view(size).stride())
        ours = strides.viewed(tuple(x.shape), x.stride(), size)
        assert (ours is None) == isinstance(theirs, RuntimeError)
        assert ours is None or ours == theirs


def test_restride_keeps_the_owner_alive_and_known():
    gapped = np.arange(12.0).reshape(3, 4)[:, ::2]
    lonely = np.lib.stride_tricks.as_strided(gapped)
    for x in (np.arange(12.0), np.asfortranarray(np.arange(12.0).reshape(3, 4)), gapped, lonely):
        part = strides.restride(x, (2,), (8,), 8)
        assert strides.root(part) is strides.root(x)
        assert strides.offset(part) == strides.offset(x) + 8
        part[...] = -1
        assert np.count_nonzero(x == -1) >= 1


def test_restride_of_user_defined_dtypes():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x = np.arange(6).astype(bfloat16)
    assert strides.restride(x, (2,), (4,), 2).tolist() == [1.0, 3.0]
