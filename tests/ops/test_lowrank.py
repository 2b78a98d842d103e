"""Low-rank approximations against PyTorch, where random numbers do not matter."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import same_error

SHAPES = [[(5, 3)], [(3, 5)], [(2, 4, 3)]]
SETTINGS = {
    "special": False,
    "node": False,
    "dtypes": "float32 float64 complex128",
    "tolerance": 400,
    "reason": "several decompositions one after another",
}


def rebuilt(u, s, v):
    return s, (u * s.unsqueeze(-2)) @ v.mH


ROWS = [
    Row("svd_lowrank", lambda torch, x: rebuilt(*torch.svd_lowrank(x, 3)), SHAPES, **SETTINGS),
    Row(
        "svd_lowrank of a difference",
        lambda torch, x, m: rebuilt(*torch.svd_lowrank(x, 3, M=m)),
        [[(5, 3), (1, 3)], [(3, 5), (3, 5)]],
        **SETTINGS,
    ),
    Row(
        "pca_lowrank",
        lambda torch, x: rebuilt(*torch.pca_lowrank(x, 2)),
        [[(5, 2)], [(2, 6, 2)]],
        **SETTINGS,
    ),
    Row(
        "pca_lowrank not centered",
        lambda torch, x: rebuilt(*torch.pca_lowrank(x, center=False)),
        SHAPES,
        **SETTINGS,
    ),
]
ROWS = [row._replace(vmap=False) for row in ROWS]  # they draw random numbers

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_low_rank_is_found():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 30))
    u, s, v = rushlight.svd_lowrank(rushlight.tensor(x), 5)
    np.testing.assert_allclose((u * s @ v.mT).numpy(), x, atol=1e-12)
    np.testing.assert_allclose(s[:3].numpy(), np.linalg.svd(x, compute_uv=False)[:3], rtol=1e-12)


ERRORS = [
    lambda t: t.svd_lowrank(t.ones(3)),
    lambda t: t.svd_lowrank(t.ones(3, 3, dtype=t.int64), 2),
    lambda t: t.pca_lowrank(t.ones(3)),
    lambda t: t.pca_lowrank(t.ones(3, 2), q=3),
    lambda t: t.pca_lowrank(t.ones(3, 2), niter=-1),
    lambda t: t.pca_lowrank(t.ones(3, 2, dtype=t.int64)),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)
