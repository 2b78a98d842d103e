"""torch.igamma, torch.igammac and torch.frexp against PyTorch."""

import math

import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

RATIO = {"tolerance": 1e4, "reason": "PyTorch's asymptotic series has ten digits"}
REAL = {"dtypes": "float32 float64 int64 bool", "domain": (0.1, 6.0), "derivatives": ""}

ROWS = [
    Row("igamma", lambda torch, a, x: torch.igamma(a, x), **REAL, **RATIO),
    Row("igammac", lambda torch, a, x: torch.igammac(a, x), **REAL, **RATIO),
    Row("gammainc", lambda torch, a, x: torch.special.gammainc(a, x), **REAL, **RATIO),
    Row("gammaincc", lambda torch, a, x: torch.special.gammaincc(a, x), **REAL, **RATIO),
    *[
        Row(
            f"{name} of x",
            lambda torch, x, name=name: getattr(torch, name)(torch.ones_like(x) * 2.5, x),
            **{**REAL, "dtypes": "float64", "derivatives": "float64"},
            **RATIO,
        )
        for name in ("igamma", "igammac")
    ],
    Row(
        "frexp",
        lambda torch, x: torch.frexp(x),
        dtypes="float16 bfloat16 float32 float64 int64 complex64",
        derivatives="float64",
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("a", [1e-3, 0.7, 3.0, 15.9, 16.0, 40.0, 1e3, 1e5])
@pytest.mark.parametrize("share", [1e-3, 0.3, 0.9, 1.0, 1.1, 3.0])
def test_small_and_large_arguments(a, share):
    x = a * share
    given = [lib.tensor([v], dtype=lib.float64) for lib in (rushlight, torch) for v in (a, x)]
    p, q = rushlight.igamma(*given[:2]).item(), rushlight.igammac(*given[:2]).item()
    assert p + q == pytest.approx(1, abs=1e-15)
    # PyTorch's asymptotic series has ten digits; ours are compared with exact sums below
    assert p == pytest.approx(torch.igamma(*given[2:]).item(), rel=2e-9, abs=1e-300)
    assert q == pytest.approx(torch.igammac(*given[2:]).item(), rel=2e-9, abs=1e-300)


def test_integral_parameters_have_sums():
    """Q(n, x) is e^-x times the first n terms of e^x."""
    for n in (1, 2, 5, 20):
        for x in (0.5, 4.0, 30.0):
            q = rushlight.igammac(*(rushlight.tensor(float(v)).double() for v in (n, x))).item()
            terms = [x**k / math.factorial(k) for k in range(n)]
            assert q == pytest.approx(math.exp(-x) * math.fsum(terms), rel=1e-13)


@pytest.mark.parametrize(
    "expression",
    rows("""
torch.igamma(torch.tensor([1.]), 2)
torch.igamma(1, torch.tensor([1.]))
torch.igamma(torch.tensor([1, 2]), torch.tensor([1, 2]))
torch.igammac(torch.tensor([1]), torch.tensor([2.5]))
torch.igamma(torch.tensor([1.]), torch.tensor([2.]) + 0j)
torch.igamma(torch.ones(2), torch.ones(3))
torch.igamma(torch.ones(1, requires_grad=True), torch.ones(1)).backward()
torch.igammac(torch.ones(1, requires_grad=True), torch.ones(1)).backward()
torch.ones(2).igamma_(torch.ones(2))
torch.frexp(True)
torch.frexp(torch.tensor([1.5, 0., float('inf')]))
torch.frexp(torch.ones(1, requires_grad=True))
"""),
)
def test_forms_and_errors(expression):
    check(expression)
