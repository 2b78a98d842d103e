"""Tensors made one, and taken apart: values, derivatives, memory and errors, against PyTorch."""

import warnings
from functools import partial

import numpy as np
import pytest

import rushlight
from rushlight.kernels import once
from tests.ops.checker import Row, checks_of, outcome
from tests.ops.layouts import LAYOUTS, same_layout

torch = pytest.importorskip("torch")

row = partial(Row, dtypes="float32 bool", derivatives="float64", special=False)
TWO = [[(2, 3), (2, 3)], [(3,), (3,)]]
ROWS = [
    row("cat", lambda torch, x, y: torch.cat([x, y]), [[(2, 3), (1, 3)], [(3,), (0,)]]),
    row("cat.dim", lambda torch, x, y: torch.cat((x, y), -1), [[(2, 3), (2, 1)], [(0, 2), (0, 3)]]),
    row("cat.one", lambda torch, x: torch.concat([x], dim=0), [[(3,)], [(0, 2)]]),
    row("cat.axis", lambda torch, x, y: torch.concatenate((x, y), axis=1), TWO[:1]),
    row(
        "cat.skipped", lambda torch, x, y: torch.cat([y[:0].reshape(0), x, x], 1), [[(2, 3), (3,)]]
    ),
    row("cat.sizes", lambda torch, x, y: torch.cat([x, y]), [[(2, 3), (2, 2)]]),
    row("cat.ranks", lambda torch, x, y: torch.cat([x, y]), [[(2, 3), (3,)]]),
    row("cat.scalar", lambda torch, x, y: torch.cat([x, y]), [[(2,), ()]]),
    row("cat.nothing", lambda torch, x: torch.cat([]), [[(2,)]]),
    row("cat.tensor", lambda torch, x: torch.cat(x), [[(2,)]]),
    row("cat.number", lambda torch, x: torch.cat([x, 2]), [[(2,)]]),
    row("cat.range", lambda torch, x: torch.cat([x], 2), [[(2, 3)]]),
    row("cat.mixed", lambda torch, x, y: torch.cat([x, y.float()]), TWO),
    row("stack", lambda torch, x, y: torch.stack([x, y]), [*TWO, [(), ()], [(0, 2), (0, 2)]]),
    row("stack.last", lambda torch, x, y: torch.stack((x, y), -1), [*TWO, [(), ()]]),
    row("stack.mixed", lambda torch, x, y: torch.stack((x, y.float()), 0), TWO),
    row("stack.sizes", lambda torch, x, y: torch.stack([x, y]), [[(2, 3), (3,)]]),
    row("stack.nothing", lambda torch, x: torch.stack([]), [[(2,)]]),
    row("stack.range", lambda torch, x: torch.stack([x], 3), [[(2, 3)]]),
    row("hstack", lambda torch, x, y: torch.hstack([x, y]), [*TWO, [(), ()]]),
    row("vstack", lambda torch, x, y: torch.vstack([x, y]), [*TWO, [(), ()]]),
    row("row_stack", lambda torch, x, y: torch.row_stack([x, y]), TWO),
    row("dstack", lambda torch, x, y: torch.dstack([x, y]), [*TWO, [(), ()]]),
    row("column_stack", lambda torch, x, y: torch.column_stack([x, y]), [*TWO, [(3,), (3, 2)]]),
    row("hstack.nothing", lambda torch, x: torch.hstack([]), [[(2,)]]),
    row(
        "meshgrid",
        lambda torch, x, y: torch.meshgrid(x, y, indexing="ij"),
        [[(2,), (3,)], [(), (3,)], [(0,), (2,)]],
    ),
    row(
        "meshgrid.xy",
        lambda torch, x, y, z: torch.meshgrid([x, y, z], indexing="xy"),
        [[(2,), (3,), (4,)], [(2,), (), (1,)]],
    ),
    row("meshgrid.nothing", lambda torch, x: torch.meshgrid(), [[(2,)]]),
    row("meshgrid.word", lambda torch, x: torch.meshgrid(x, indexing="yx"), [[(2,)]]),
    row("block_diag", lambda torch, x, y: torch.block_diag(x, y), [[(2, 3), (2,)], [(), (0, 2)]]),
    row("block_diag.cube", lambda torch, x: torch.block_diag(x), [[(2, 3, 1)]]),
    row("cartesian_prod", lambda torch, x, y: torch.cartesian_prod(x, y), [[(2,), (3,)]]),
    row("cartesian_prod.one", lambda torch, x: torch.cartesian_prod(x), [[(2,)], [(2, 3)]]),
    row("combinations", lambda torch, x: torch.combinations(x), [[(4,)], [(1,)]], vmap=False),
    row(
        "combinations.again", lambda torch, x: torch.combinations(x, 3, True), [[(3,)]], vmap=False
    ),
    row("combinations.none", lambda torch, x: torch.combinations(x, 0), [[(3,)]], vmap=False),
    row("combinations.negative", lambda torch, x: torch.combinations(x, -1), [[(3,)]]),
    row("split", lambda torch, x: torch.split(x, 2), [[(5,)], [(2, 3)], [(0, 2)]]),
    row("split.dim", lambda torch, x: x.split(2, dim=-1), [[(5,)], [(2, 3)]]),
    row("split.sizes", lambda torch, x: x.split([1, 0, 2], 0), [[(3,)], [(3, 2)]]),
    row("split.sum", lambda torch, x: x.split([1, 2]), [[(5,)]]),
    row("split.negative", lambda torch, x: x.split([3, -1]), [[(2,)]]),
    row("split.zero", lambda torch, x: x.split(0), [[(5,)], [(0,)], [()]]),
    row("split.below", lambda torch, x: x.split(-1), [[(5,)]]),
    row("split_with_sizes", lambda torch, x: torch.split_with_sizes(x, (1, 2), -1), [[(2, 3)]]),
    row("chunk", lambda torch, x: torch.chunk(x, 3), [[(5,)], [(2, 3)], [(0, 2)]]),
    row("chunk.none", lambda torch, x: x.chunk(0), [[(5,)]]),
    row("chunk.scalar", lambda torch, x: x.chunk(2), [[()]]),
    row("unbind", lambda torch, x: torch.unbind(x), [[(3,)], [(2, 3)], [(1, 0)]]),
    row("unbind.dim", lambda torch, x: x.unbind(-1), [[(3,)], [(2, 3)], [()]]),
    row("unsafe_split", lambda torch, x: torch.unsafe_split(x, 2), [[(5,)]]),
    row("unsafe_chunk", lambda torch, x: x.unsafe_chunk(2), [[(5,)]]),
    row("tensor_split", lambda torch, x: torch.tensor_split(x, 3), [[(5,)], [(2, 3)], [()]]),
    row(
        "tensor_split.indices", lambda torch, x: x.tensor_split((1, -1, 9), -1), [[(5,)], [(2, 3)]]
    ),
    row(
        "tensor_split.tensor",
        lambda torch, x: x.tensor_split(torch.tensor([1, 3])),
        [[(5,)]],
        vmap=False,
    ),
    row(
        "tensor_split.scalar",
        lambda torch, x: x.tensor_split(torch.tensor(2)),
        [[(5,)]],
        vmap=False,
    ),
    row("tensor_split.floats", lambda torch, x: x.tensor_split(torch.tensor([1.0])), [[(5,)]]),
    row("tensor_split.none", lambda torch, x: x.tensor_split(0), [[(5,)]]),
    row("hsplit", lambda torch, x: torch.hsplit(x, 2), [[(4,)], [(3, 2)], [(3, 3)], [()]]),
    row("hsplit.indices", lambda torch, x: x.hsplit([1]), [[(4,)], [(3, 2)]]),
    row("vsplit", lambda torch, x: torch.vsplit(x, 2), [[(4, 1)], [(3, 2)], [(3,)]]),
    row("dsplit", lambda torch, x: torch.dsplit(x, 2), [[(1, 2, 4)], [(3, 2)]]),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

JOINED = {
    "cat": lambda lib, x: lib.cat([x, x], 1),
    "stack": lambda lib, x: lib.stack([x, x], 1),
    "vstack of a slice": lambda lib, x: lib.vstack([x[0, 0], x[0, 0]]),
    "column_stack of a slice": lambda lib, x: lib.column_stack([x[0, 0], x[0, 0]]),
    "meshgrid": lambda lib, x: lib.meshgrid(x[0, 0], x[0, 0], indexing="xy"),
    "block_diag": lambda lib, x: lib.block_diag(x[0], x[0]),
    "cartesian_prod": lambda lib, x: lib.cartesian_prod(x[0, 0], x[0, 0]),
    "combinations": lambda lib, x: lib.combinations(x[0, 0]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", JOINED)
def test_layout(name, layout):
    def call(given):
        return JOINED[name](torch if isinstance(given, torch.Tensor) else rushlight, given)

    same_layout(call, (4, 3, 3), layout, rushlight, torch)


def test_channels_last_stays():
    for lib in (torch, rushlight):
        x = lib.zeros(2, 3, 4, 5).contiguous(memory_format=lib.channels_last)
        assert lib.cat([x, x], 1).is_contiguous(memory_format=lib.channels_last)


def test_only_wanted_parts_of_a_gradient():
    x, y = rushlight.ones(2, requires_grad=True), rushlight.ones(2)
    (g,) = rushlight.autograd.grad(rushlight.cat([y, x, y]).square().sum(), x)
    assert g.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("program", [
    lambda lib, x: x.split(1)[0].mul_(2),
    lambda lib, x: x.unbind()[1].add_(1),
    lambda lib, x: x.unsafe_split(1)[1].add_(1).tolist(),
    lambda lib, x: x.tensor_split(2)[0].mul_(2).tolist(),
    lambda lib, x: lib.cat([x, x], out=lib.empty(0)),
    lambda lib, x: lib.cat([x.detach()], out=lib.zeros(2, 2, dtype=lib.int32)),
    lambda lib, x: lib.stack([x.detach()], out=lib.zeros(0)).tolist(),
    lambda lib, x: lib.meshgrid(x[0], x[0])[0].shape,
    lambda lib, x: lib.meshgrid(x[0], x[0].int()),
    lambda lib, x: lib.block_diag().shape,
])  # fmt: skip
def test_said_alike(program):
    said = []
    for lib in (torch, rushlight):
        x = lib.ones(2, 2, requires_grad=True) * 3
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # given once per process
            said.append(str(outcome(program, lib, x)))
    assert said[1] == said[0] or said[1].startswith(f"{said[0]}\n")  # advice comes after


def test_many_tensors():
    parts = [rushlight.full((1,), float(i), requires_grad=True) for i in range(200)]
    whole = rushlight.cat(parts)
    grads = rushlight.autograd.grad((whole * whole).sum(), parts)
    np.testing.assert_array_equal([g.item() for g in grads], 2.0 * np.arange(200))


def test_meshgrid_asks_for_indexing():
    once.forget()
    with pytest.warns(UserWarning, match="it will be required to pass the indexing argument"):
        rushlight.meshgrid(rushlight.ones(2))


@pytest.mark.parametrize("which", [0, 1])
def test_cat_does_not_write_over_its_inputs(which):
    for lib in (rushlight, torch):
        x, y = lib.zeros(0), lib.ones(4, 6)
        with pytest.raises(RuntimeError, match="refer to a single memory location"):
            lib.cat((x, y), out=(x, y)[which])
