"""Covariances and correlations, against PyTorch."""

import warnings

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float32 float64 complex64 complex128 int64 int32 bool"
SHAPES = [[(3, 4)], [(4,)], [(1, 3)], [(0, 3)], [(2, 2, 2)]]
FEW = [[()], [(0,)], [(3, 1)], [(3, 0)]]
OFTEN = {"special": False, "tolerance": 20, "reason": "differences from means"}


def weights(torch, x, kind):
    n = x.shape[-1]
    if kind == "f":
        return torch.arange(1, n + 1)
    return torch.linspace(0.5, 1.5, n, dtype=torch.float64)


ROWS = [
    Row("cov", lambda torch, x: torch.cov(x), SHAPES, dtypes=ALL, **OFTEN),
    Row("Tensor.cov", lambda torch, x: x.cov(correction=0), SHAPES, **OFTEN),
    Row("cov fweights", lambda torch, x: x.cov(fweights=weights(torch, x, "f")), SHAPES, **OFTEN),
    Row("cov aweights", lambda torch, x: x.cov(aweights=weights(torch, x, "a")), SHAPES, **OFTEN),
    Row(
        "cov of both weights",
        lambda torch, x: torch.cov(
            x, correction=2, fweights=weights(torch, x, "f"), aweights=weights(torch, x, "a")
        ),
        SHAPES,
        **OFTEN,
    ),
    Row("corrcoef", lambda torch, x: torch.corrcoef(x), SHAPES, dtypes=ALL, **OFTEN),
    Row("Tensor.corrcoef", lambda torch, x: x.corrcoef(), SHAPES, **OFTEN),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("shape", [s for (s,) in FEW])
@pytest.mark.parametrize("correction", [0, 1, 5])
def test_too_few_observations(shape, correction):
    outcomes = []
    for lib in (rushlight, torch):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            out = lib.cov(lib.ones(shape), correction=correction)
        said = [str(w.message).partition(" (Triggered")[0] for w in caught]
        outcomes.append((out.numpy(), said))
    (ours, said), (theirs, expected) = outcomes
    np.testing.assert_array_equal(ours, theirs)
    assert said == expected or not expected  # PyTorch says it once in a process


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.cov(x, correction=1.5),
        lambda lib, x: lib.cov(x, aweights=[1, 2]),
        lambda lib, x: lib.cov(x, fweights=lib.zeros(2, dtype=lib.int64)),
        lambda lib, x: lib.cov(x, fweights=lib.ones(2)),
        lambda lib, x: lib.cov(x, aweights=lib.ones(2, dtype=lib.int64)),
        lambda lib, x: lib.cov(x, fweights=lib.ones(2, 2, dtype=lib.int64)),
        lambda lib, x: lib.cov(x, fweights=lib.ones(3, dtype=lib.int64)),
        lambda lib, x: lib.cov(x, aweights=-lib.ones(2)),
        lambda lib, x: lib.corrcoef(lib.ones(2, 2, 2)),
    ],
)
def test_errors(call):
    outcomes = []
    for lib in (rushlight, torch):
        with pytest.raises((RuntimeError, TypeError)) as error:
            call(lib, lib.ones(3, 2))
        outcomes.append((error.type, str(error.value)))
    assert outcomes[0] == outcomes[1]


def test_tangents_of_few_observations_weighed_in_float32():
    x, t, weights = np.float64([[0.1, 1.3], [2.1, -0.7]]), np.eye(2), np.float32([0.2598, 0.3666])
    ours, theirs = (
        lib.func.jvp(
            lambda a, w, lib=lib: lib.cov(a, aweights=w),
            (lib.tensor(x), lib.tensor(weights)),
            (lib.tensor(t), lib.tensor(weights[::-1].copy())),
        )[1]
        for lib in (rushlight, torch)
    )
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-12)
