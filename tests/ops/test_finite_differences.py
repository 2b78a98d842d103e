"""torch.gradient, trapezoid and their kin against PyTorch."""

import pytest

from tests.ops.checker import Row, checks_of
from tests.tensor.expressions import check, rows

pytest.importorskip("torch")

PLAIN = {"special": False, "node": False}  # numbers are operands under another node name
GRIDS = [[(3,)], [(3, 4)], [(5, 3)]]


def integral(name, **options):
    """A row of an integral of one tensor."""
    return Row(
        f"{name} {options}",
        lambda torch, y: getattr(torch, name)(y, **options),
        shapes=[[()], [(4,)], [(2, 3)], [(3, 1)], [(2, 0)]],
        **PLAIN,
    )


def derivative(**options):
    """A row of `gradient`; a spacing of coordinates is given by their numbers."""

    def call(torch, f):
        given = dict(options)
        if "points" in given:
            given["spacing"] = [torch.tensor(p, dtype=torch.float64) for p in given.pop("points")]
        return torch.gradient(f, **given)

    return Row(f"gradient {options}", call, shapes=GRIDS, **PLAIN)


PLACES = [0.0, 1.0, 1.5]

ROWS = [
    *[
        integral(name, **options)
        for name in ("trapezoid", "cumulative_trapezoid")
        for options in ({}, {"dx": 2}, {"dx": 0.5, "dim": 0})
    ],
    integral("trapz", dx=3.0),
    *[
        Row(
            f"{name} over x",
            lambda torch, y, x, name=name: getattr(torch, name)(y, x, dim=0),
            shapes=[[(3,), (3,)], [(3, 2), (3,)], [(3, 2), (3, 1)], [(2, 2, 3), (2, 3)]],
            **PLAIN,
        )
        for name in ("trapezoid", "cumulative_trapezoid")
    ],
    derivative(),
    derivative(dim=0),
    derivative(spacing=2.0, dim=-1),
    derivative(dim=0, edge_order=2),
    derivative(points=[PLACES], dim=0)._replace(dtypes="float64 complex128"),
    derivative(points=[PLACES], dim=-1, edge_order=2)._replace(dtypes="float64 complex128"),
    derivative(spacing=[0.5], dim=(0,)),
]

test_values, test_derivatives, test_transforms = checks_of(
    [r._replace(shapes=[[(3,)], [(3, 3)]]) if "points" in r.name else r for r in ROWS]
)

SETUP = "y = torch.tensor([[1., 2, 4], [4, 3, 8]])"


@pytest.mark.parametrize(
    "expression",
    rows("""
torch.trapezoid(y, torch.tensor([0., 1]))
torch.trapezoid(y, torch.tensor(1.))
torch.trapezoid(y, torch.tensor([[0., 1, 2]] * 3))
torch.trapezoid(y.bool())
torch.trapezoid(y, y.bool())
torch.trapezoid(y, dx=2 + 1j)
torch.trapezoid(y, dim=5)
torch.trapezoid(torch.tensor(1.))
torch.trapezoid([1])
torch.trapz(y, x=y)
torch.cumulative_trapezoid(y, torch.tensor([0., 1]))
torch.cumulative_trapezoid(torch.tensor(1.))
torch.gradient(y)
torch.gradient(y, spacing=[2., 3])
torch.gradient(y, spacing=torch.tensor(2.))
torch.gradient(y, spacing=(torch.tensor([0., 1]), torch.tensor([0., 1, 3])))
torch.gradient(y, dim=[])
torch.gradient(y.half())
torch.gradient(torch.tensor(1.))
torch.gradient(y, edge_order=2)
torch.gradient(y, edge_order=3)
torch.gradient(y, spacing=[1.])
torch.gradient(y, spacing=[1.], dim=(0, 1))
torch.gradient(y, dim=(0, 0))
torch.gradient(y, dim=3)
torch.gradient(y.to(torch.uint8))
torch.gradient(y.bool())
torch.gradient(y, spacing=[torch.tensor([[0., 1, 2]])], dim=1)
torch.gradient(y, spacing=[2., torch.tensor([0., 1, 3])])
torch.gradient([1])
"""),
)
def test_forms_and_errors(expression):
    check(expression, SETUP)
