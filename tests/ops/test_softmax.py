"""Softmax, its logarithm, softmin and gated linear units, against PyTorch."""

import warnings

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

LINES = [[(3,)], [(2, 3)], [(0, 2)], [(2, 0)], [()], [(2, 3, 2)]]
FLOATS = "float16 bfloat16 float32 float64"

ROWS = [
    Row(
        "softmax",
        lambda torch, x: torch.softmax(x, -1),
        LINES,
        dtypes=FLOATS + " int64 bool complex64",
        derivatives="float32 float64",
    ),
    Row(
        "softmax first dim",
        lambda torch, x: x.softmax(0),
        LINES,
        dtypes=FLOATS,
        derivatives="float64",
    ),
    Row(
        "softmax dtype",
        lambda torch, x: x.softmax(0, torch.float64),
        LINES,
        dtypes="float32 int64",
        derivatives="float32",
    ),
    Row(
        "softmax bad dim",
        lambda torch, x: torch.softmax(x, 2),
        [[(3,)], [(2, 3)]],
        dtypes="float64",
        derivatives="",
    ),
    Row(
        "special.softmax",
        lambda torch, x: torch.special.softmax(x, -1),
        LINES,
        dtypes="float64",
        derivatives="float64",
    ),
    Row(
        "log_softmax",
        lambda torch, x: torch.log_softmax(x, -1),
        LINES,
        dtypes=FLOATS + " int64 bool complex64",
        derivatives="float32 float64",
    ),
    Row(
        "log_softmax first dim",
        lambda torch, x: x.log_softmax(0),
        LINES,
        dtypes=FLOATS,
        derivatives="float64",
    ),
    Row(
        "F.softmax",
        lambda torch, x: torch.nn.functional.softmax(x, dim=-1),
        dtypes="float64",
        derivatives="float64",
    ),
    Row(
        "F.log_softmax",
        lambda torch, x: torch.nn.functional.log_softmax(x, dim=0, dtype=torch.float64),
        dtypes="float32",
        derivatives="float32",
    ),
    Row(
        "softmin",
        lambda torch, x: torch.nn.functional.softmin(x, -1),
        LINES,
        dtypes=FLOATS,
        derivatives="float64",
    ),
    Row(
        "glu",
        lambda torch, x: torch.nn.functional.glu(x),
        [[(4,)], [(2, 6)], [(0, 2)]],
        dtypes=FLOATS + " int64",
        derivatives="float64",
        special=False,
    ),
    Row(
        "glu first dim",
        lambda torch, x: torch.nn.functional.glu(x, 0),
        [[(4,)], [(2, 3)]],
        dtypes="float64",
        derivatives="float64",
        special=False,
    ),
    Row(
        "glu bad",
        lambda torch, x: torch.nn.functional.glu(x),
        [[(3,)], [()], [(2, 3)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 2)])
def test_dim_left_out(name, shape):
    found = []
    for lib in (rushlight, torch):
        with pytest.warns(UserWarning, match="^Implicit dimension choice") as caught:
            out = getattr(lib.nn.functional, name)(lib.ones(shape))
        found.append((str(caught[0].message), out.tolist()))
    assert found[0] == found[1]


def test_large_scores_do_not_overflow():
    x = rushlight.tensor([1e4, 1e4, -1e4])
    assert x.softmax(0).tolist() == [0.5, 0.5, 0.0]
    np.testing.assert_allclose(
        x.log_softmax(0).numpy(), [-np.log(2), -np.log(2), -20000.69], rtol=1e-6
    )


def test_nothing_warns_about_infinities():
    x = rushlight.tensor([[-np.inf, -np.inf], [np.inf, 0.0]], requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x.softmax(1).sum() + x.log_softmax(1).sum()).backward()
    assert np.isnan(x.grad.numpy()).any()
