"""torch.quantile and torch.nanquantile against PyTorch."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

REAL = {"dtypes": "float32 float64 int64", "derivatives": "float64"}
SHAPES = [[()], [(5,)], [(2, 4)], [(3, 1, 2)], [(0, 2)]]


def row(name, q, **options):
    """A row for some quantiles; a list of them becomes a tensor."""

    def call(torch, x):
        tensor = torch.tensor(q, dtype=x.dtype) if isinstance(q, list) else q
        return getattr(torch, name)(x, tensor, **options)

    return Row(f"{name} {q} {options}", call, shapes=SHAPES, **REAL)


ROWS = [
    *[
        row(name, q, **options)
        for name in ("quantile", "nanquantile")
        for q in (0.3, [0.0, 0.6, 1.0])
        for options in ({}, {"dim": 0, "keepdim": True}, {"dim": -1})
    ],
    *[
        row("quantile", [0.1, 0.5, 0.7], dim=-1, interpolation=mode)
        for mode in ("lower", "higher", "midpoint", "nearest", "wild")
    ],
    Row(
        "gradients of the quantiles themselves",
        lambda torch, x, q: torch.quantile(x, q.sigmoid(), 0),
        shapes=[[(4,), (2,)], [(3, 2), ()]],
        special=False,
        **REAL,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

SETUP = """
nan = float('nan')
x = torch.tensor([[1., 3, 2, 8], [4, 5, nan, 2]], dtype=torch.float64)
q = torch.tensor([.1, .5], dtype=torch.float64)
"""


@pytest.mark.parametrize(
    "expression",
    rows("""
torch.quantile(x, q, 1)
torch.quantile(x, q, 1, interpolation='higher')
torch.nanquantile(x, q, 1)
torch.nanquantile(torch.full((2, 2), nan), .5, 1)
torch.quantile(x, q, 0, True)
torch.quantile(x, q[:0], 1)
torch.quantile(x, 2.)
torch.quantile(x, q * 9)
torch.quantile(x, q.float())
torch.quantile(x.half(), .5)
torch.quantile(x + 0j, .5)
torch.quantile(x, q.view(1, 2))
torch.quantile(x, q, 3)
torch.quantile(x[:, :0], .5, 0)
x.quantile(.5, -1)
torch.quantile(x, q, 1, out=torch.empty(0, dtype=torch.float64))
torch.quantile(x[0], .2, interpolation='nearest')
"""),
)
def test_nan_and_errors(expression):
    check(expression, SETUP)


def nodes(node):
    """The nodes of a graph by name, as nested tuples."""
    inner = [nodes(n) for n, _ in node.next_functions if n is not None]
    return (node.name(), *inner)


@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": 1, "interpolation": "lower"}])
def test_the_graph_is_pytorchs(options):
    found = []
    for lib in (torch, rushlight):
        x = lib.arange(6.0).view(2, 3).requires_grad_()
        several = lib.tensor([0.3, 0.7])
        found.append([nodes(lib.quantile(x, q, **options).grad_fn) for q in (0.3, several)])
    assert found[1] == found[0]
