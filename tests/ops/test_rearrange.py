"""Elements in other places, and padding: values, derivatives, memory and errors."""

from functools import partial

import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.layouts import LAYOUTS, same_layout

torch = pytest.importorskip("torch")

row = partial(Row, dtypes="float32 int64 bool", derivatives="float64", special=False)
numeric = partial(row, dtypes="float32 int64")
ANY = [[()], [(3,)], [(2, 3)], [(0, 2)]]
MATRIX = [[(2, 3)], [(3, 2)], [(3, 0)]]
CUBE = [[(2, 3, 4)], [(1, 2, 1)]]


def pad(lib, x, *args, **kwargs):
    return lib.nn.functional.pad(x, *args, **kwargs)


ROWS = [
    row("flip", lambda torch, x: torch.flip(x, (0, -1)), MATRIX + CUBE),
    row("flip.ints", lambda torch, x: x.flip(0, 1), MATRIX),
    row("flip.scalar", lambda torch, x: x.flip(0), ANY),
    row("flip.nothing", lambda torch, x: x.flip(()), ANY),
    row("flip.twice", lambda torch, x: x.flip(0, -2), MATRIX),
    row("flip.range", lambda torch, x: x.flip(3), MATRIX),
    row("fliplr", lambda torch, x: torch.fliplr(x), [*MATRIX, [(3,)]]),
    row("flipud", lambda torch, x: torch.flipud(x), ANY),
    row("roll", lambda torch, x: torch.roll(x, 3), ANY),
    row("roll.dim", lambda torch, x: x.roll(-2, 0), [[(3,)], [(4, 2)], [()]]),
    row("roll.dims", lambda torch, x: torch.roll(x, (1, 2, 3), (0, 1, 0)), MATRIX),
    row("roll.align", lambda torch, x: x.roll((1, 1), 0), MATRIX),
    row("roll.nothing", lambda torch, x: x.roll((), ()), MATRIX),
    row("rot90", lambda torch, x: torch.rot90(x), MATRIX + CUBE),
    row("rot90.twice", lambda torch, x: x.rot90(-2, (1, 0)), MATRIX),
    row("rot90.three", lambda torch, x: x.rot90(3, [-1, 0]), CUBE),
    row("rot90.none", lambda torch, x: x.rot90(4), MATRIX),
    row("rot90.same", lambda torch, x: x.rot90(1, (0, -2)), MATRIX),
    row("rot90.one_dim", lambda torch, x: x.rot90(1, (0,)), MATRIX),
    row("rot90.line", lambda torch, x: x.rot90(), [[(3,)]]),
    row("repeat", lambda torch, x: x.repeat(2, 1, 3), ANY),
    row("repeat.list", lambda torch, x: x.repeat([0, 2]), ANY),
    row("repeat.once", lambda torch, x: x.repeat(1, 1), ANY),
    row("repeat.short", lambda torch, x: x.repeat(2), MATRIX),
    row("repeat.negative", lambda torch, x: x.repeat(-1, 2), MATRIX),
    row("tile", lambda torch, x: torch.tile(x, (2,)), [*ANY, [(2, 3, 1)]]),
    row("tile.more", lambda torch, x: x.tile(2, 1, 2), ANY),
    row("repeat_interleave", lambda torch, x: x.repeat_interleave(2), ANY),
    row("repeat_interleave.dim", lambda torch, x: torch.repeat_interleave(x, 3, -1), MATRIX),
    row("repeat_interleave.counts",
        lambda torch, x: x.repeat_interleave(torch.tensor([2, 0, 1]), 0), [[(3, 2)], [(3,)]],
        vmap=False),
    row("repeat_interleave.count",
        lambda torch, x: x.repeat_interleave(torch.tensor(2), dim=0), [[(3, 2)]], vmap=False),
    row("repeat_interleave.misfit",
        lambda torch, x: x.repeat_interleave(torch.tensor([1, 2]), 0), [[(3, 2)]], vmap=False),
    row("repeat_interleave.negative", lambda torch, x: x.repeat_interleave(-1), [[(3, 2)]]),
    row("repeat_interleave.size", lambda torch, x: x.repeat_interleave(2, 0, output_size=5),
        [[(3, 2)]]),
    row("tril", lambda torch, x: torch.tril(x), MATRIX + CUBE),
    row("tril.above", lambda torch, x: x.tril(1), MATRIX + CUBE),
    row("triu", lambda torch, x: torch.triu(x), MATRIX + CUBE),
    row("triu.below", lambda torch, x: x.triu(diagonal=-1), MATRIX + CUBE),
    row("triu.line", lambda torch, x: x.triu(), [[(3,)], [()]], vmap=False),
    numeric("trace", lambda torch, x: torch.trace(x), MATRIX),
    row("trace.cube", lambda torch, x: x.trace(), CUBE),
    row("diag", lambda torch, x: torch.diag(x), [*MATRIX, [(3,)], [(0,)]]),
    row("diag.offset", lambda torch, x: x.diag(-1), [*MATRIX, [(3,)]]),
    row("diag.cube", lambda torch, x: x.diag(), [*CUBE, [()]]),
    row("diagflat", lambda torch, x: torch.diagflat(x, 1), ANY, vmap=False),
    row("diag_embed", lambda torch, x: torch.diag_embed(x), [[(3,)], [(2, 3)]]),
    row("diag_embed.dims", lambda torch, x: x.diag_embed(-1, 0, 2), [[(2, 3)]]),
    row("diag_embed.same", lambda torch, x: x.diag_embed(0, 1, -1), [[(3,)]]),
    row("diagonal_copy", lambda torch, x: torch.diagonal_copy(x, 1), MATRIX + CUBE),
    row("pad", lambda torch, x: pad(torch, x, (1, 2)), [[(3,)], [(2, 3)], [(0, 2)]]),
    row("pad.value", lambda torch, x: pad(torch, x, (1, 0, 2, -1), value=1.0), MATRIX),
    row("pad.negative", lambda torch, x: pad(torch, x, (-1, 2, 0, -2)), [[(2, 3)], [(4, 1)]]),
    row("pad.odd", lambda torch, x: pad(torch, x, (1,)), [[(3,)]]),
    row("pad.long", lambda torch, x: pad(torch, x, (1, 1, 1, 1)), [[(3,)]]),
    row("pad.all", lambda torch, x: pad(torch, x, (-2, -2)), [[(3,)]]),
    row("pad.mode", lambda torch, x: pad(torch, x, (1, 1), "mirror"), [[(2, 3)]]),
    row("pad.value_in_mode", lambda torch, x: pad(torch, x, (1, 1), "reflect", 2), [[(2, 3)]]),
    *[
        row(f"pad.{mode}.{len(amounts)}",
            lambda torch, x, mode=mode, amounts=amounts: pad(torch, x, amounts, mode), [[shape]],
            dtypes="float32", node=mode != "circular")
        for mode in ("reflect", "replicate", "circular")
        for amounts, shape in [
            ((2, 1), (2, 3)), ((1, 2), (1, 2, 4)), ((2, 1, 1, 2), (2, 3, 3)),
            ((1, 0, 2, 1, 0, 1), (1, 2, 2, 3, 2)), ((-1, 1), (2, 4)), ((5, 1), (2, 3)),
            ((1, 1), (3,)), ((1, 1, 1, 1), (2, 3)),
        ]
    ],
]  # fmt: skip

test_values, test_derivatives, test_transforms = checks_of(ROWS)

REARRANGED = {
    "flip": lambda x: x.flip(0),
    "fliplr": lambda x: x.fliplr(),
    "roll": lambda x: x.roll(1, 1),
    "roll flat": lambda x: x.roll(1),
    "rot90": lambda x: x.rot90(),
    "rot90 3": lambda x: x.rot90(3),
    "repeat": lambda x: x.repeat(1, 2, 2),
    "tile": lambda x: x.tile(2),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
    "repeat_interleave flat": lambda x: x.repeat_interleave(2),
    "diag of a slice": lambda x: x[0].diag(),
    "diag_embed": lambda x: x.diag_embed(),
    "trace of a slice": lambda x: x[0].trace(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", REARRANGED)
def test_layout(name, layout):
    same_layout(REARRANGED[name], (4, 3, 3), layout, rushlight, torch)


@pytest.mark.parametrize("name", ["tril_", "triu_"])
def test_in_place(name):
    for lib in (torch, rushlight):
        x = lib.ones(3, 3, requires_grad=True)
        y = x * 2
        assert getattr(y, name)(1) is y
        y.square().sum().backward()
        assert x.grad.tolist() == getattr(lib.full((3, 3), 8.0), name)(1).tolist()


def test_repeat_interleave_of_counts():
    for lib in (torch, rushlight):
        assert lib.repeat_interleave(lib.tensor([1, 0, 2])).tolist() == [0, 2, 2]
        with pytest.raises(RuntimeError, match="repeats can not be negative"):
            lib.repeat_interleave(lib.tensor([1, -1]))
        with pytest.raises(NotImplementedError, match="not implemented for 'Float'"):
            lib.repeat_interleave(lib.tensor([1.0]))
