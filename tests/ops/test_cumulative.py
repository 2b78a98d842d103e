"""Running sums, products and extremes, and differences, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 int64 int32 uint8 bool"
REAL = "float32 float64 int64 bool"
LINES = [[(3,)], [(2, 3)], [(0, 2)], [(2, 0)], [(1,)]]
MASKS = {"one": [0.0, 1.0, 1.0], "last": [1.0, 1.0, 0.0], "two": [1.0, 0.0, 0.0], "all": [0.0] * 3}
D = "float64"

ROWS = [
    Row("cumsum", lambda torch, x: torch.cumsum(x, 0), dtypes=ALL),
    Row("cumsum last", lambda torch, x: x.cumsum(-1), LINES, dtypes=ALL),
    Row(
        "cumsum dtype",
        lambda torch, x: x.cumsum(0, dtype=torch.float64),
        dtypes=REAL,
        derivatives="float32 float64",
    ),
    Row("cumsum to bool", lambda torch, x: x.cumsum(0, dtype=torch.bool), derivatives=""),
    Row("cumsum_", lambda torch, x: x.clone().cumsum_(-1), dtypes="float32 int64"),
    Row("cumsum bad dim", lambda torch, x: x.cumsum(3), derivatives=""),
    Row("cumprod", lambda torch, x: torch.cumprod(x, 0), dtypes=ALL),
    Row("cumprod last", lambda torch, x: x.cumprod(-1), LINES, dtypes=ALL),
    Row("cumprod_", lambda torch, x: x.clone().cumprod_(0), dtypes="float32 int64"),
    *[
        Row(
            f"cumprod {name} zero",
            lambda torch, x, mask=mask: (x * torch.tensor(mask)).cumprod(-1),
            [[(3,)], [(2, 3)]],
            special=False,
        )
        for name, mask in MASKS.items()
    ],
    Row(
        "logcumsumexp",
        lambda torch, x: torch.logcumsumexp(x, 0),
        dtypes=ALL,
        tolerance=3,
        reason="complex logarithms add up roundings",
        derivatives=D,
    ),
    Row(
        "logcumsumexp complex",
        lambda torch, x: x.logcumsumexp(-1),
        LINES,
        dtypes="complex128",
        derivatives="",
        tolerance=10,
        reason="complex logarithms add up roundings",
    ),
    Row("cummax", lambda torch, x: torch.cummax(x, 0), dtypes=ALL, derivatives=D),
    Row("cummax last", lambda torch, x: x.cummax(-1), LINES, dtypes=ALL, derivatives=D),
    Row("cummin", lambda torch, x: torch.cummin(x, -1), dtypes=ALL, derivatives=D),
    Row("diff", lambda torch, x: torch.diff(x), LINES, dtypes=ALL),
    Row("diff of 0-d", lambda torch, x: torch.diff(x), [[()]], derivatives=""),
    Row("diff twice", lambda torch, x: x.diff(n=2, dim=0), LINES, dtypes=REAL),
    Row("diff of order 0", lambda torch, x: x.diff(0), LINES, node=False),
    Row("diff many times", lambda torch, x: x.diff(9), LINES, derivatives=""),
    Row("diff negative order", lambda torch, x: x.diff(-1), LINES, derivatives=""),
    Row(
        "diff joined",
        lambda torch, x, y: x.diff(prepend=y, append=y),
        [[(3,), (2,)], [(2, 3), (2, 1)], [(2, 3), (1, 3)], [(3,), (1, 3)]],
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_cumprod_at_zeros_is_differentiated_without_recording(dtype):
    x = np.array([[2.0, 0.0, 3.0, 0.0, 1.5], [0.0, 1.0, 2.0, 3.0, 4.0]])
    g = np.random.default_rng(0).uniform(-1, 1, x.shape)
    results = []
    for lib in (rushlight, torch):
        leaf, v = (lib.tensor(a, dtype=getattr(lib, dtype)) for a in (x, g))
        leaf.requires_grad_().cumprod(1).backward(v)
        results.append(leaf.grad.numpy())
    np.testing.assert_allclose(*results, rtol=1e-14)


def test_logcumsumexp_of_infinities():
    lane = [-np.inf, -np.inf, 2.0, -np.inf, np.inf, 1.0]
    ours, theirs = (lib.tensor(lane).logcumsumexp(0) for lib in (rushlight, torch))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


def test_cumsum_out_and_in_place():
    x = rushlight.arange(4.0)
    out = rushlight.empty(0)
    assert rushlight.cumsum(x, 0, out=out) is out
    assert out.tolist() == [0.0, 1.0, 3.0, 6.0]
    assert x.cumsum_(0) is x
    assert x.tolist() == out.tolist()
