"""Cholesky factors against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import DTYPES, REASON, SQUARE, definite, same_error, torch, warned_once

pytestmark = pytest.mark.filterwarnings("ignore:torch.cholesky is deprecated")
SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 8, "reason": REASON}
SYSTEMS = [
    [(3, 3), (3, 2)],
    [(2, 4, 4), (4, 1)],
    [(3, 3), (2, 3, 1)],
    [(0, 0), (0, 2)],
    [(0, 2, 2), (0, 2, 1)],
]


def factor(torch, a, upper):
    """A factor of a matrix made of `a`, by its own triangle only."""
    L = torch.linalg.cholesky(definite(torch, a))
    return L.mH if upper else L


ROWS = [
    Row("cholesky", lambda torch, x: torch.linalg.cholesky(definite(torch, x)), SQUARE, **SETTINGS),
    Row(
        "cholesky upper",
        lambda torch, x: torch.linalg.cholesky(definite(torch, x), upper=True),
        SQUARE,
        **SETTINGS,
    ),
    Row(
        "cholesky of one triangle",
        lambda torch, x: torch.linalg.cholesky(definite(torch, x).tril()),
        [[(3, 3)]],
        derivatives="",
        **SETTINGS,
    ),
    Row(
        "cholesky_ex",
        lambda torch, x: torch.linalg.cholesky_ex(definite(torch, x)),
        SQUARE,
        **SETTINGS,
    ),
    Row("torch.cholesky", lambda torch, x: definite(torch, x).cholesky(), SQUARE, **SETTINGS),
    Row(
        "torch.cholesky upper",
        lambda torch, x: torch.cholesky(definite(torch, x), True),
        SQUARE,
        **SETTINGS,
    ),
    *[
        Row(
            f"cholesky_solve {upper=}",
            lambda torch, a, b, upper=upper: torch.cholesky_solve(
                b, factor(torch, a, upper), upper
            ),
            SYSTEMS,
            **SETTINGS,
        )
        for upper in (False, True)
    ],
    *[
        Row(
            f"cholesky_inverse {upper=}",
            lambda torch, a, upper=upper: factor(torch, a, upper).cholesky_inverse(upper),
            SQUARE,
            jvp=False,
            **SETTINGS,
        )
        for upper in (False, True)
    ],
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_forward_mode_of_cholesky_inverse(upper, dtype):
    """PyTorch's is wrong but for factors near the identity matrix."""
    rng = np.random.default_rng(0)
    a, t = (rushlight.tensor(x.astype(dtype)) for x in rng.normal(size=(2, 3, 3)))
    a, t = (x.triu() if upper else x.tril() for x in (a + 3 * rushlight.eye(3), t))
    moved = rushlight.func.jvp(lambda x: rushlight.cholesky_inverse(x, upper), (a,), (t,))[1]
    h = 1e-6
    ends = [rushlight.cholesky_inverse(a + s * t, upper) for s in (h, -h)]
    np.testing.assert_allclose(moved.numpy(), ((ends[0] - ends[1]) / (2 * h)).numpy(), 1e-7, 1e-8)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives_off_the_hermitian(dtype, upper):
    """Gradients are shared by both triangles; tangents need not be Hermitian."""
    rng = np.random.default_rng(0)
    x, t, w = rng.normal(size=(3, 3, 3)) + (
        1j * rng.normal(size=(3, 3, 3)) if dtype[0] == "c" else 0
    )
    x = x @ x.conj().T + np.eye(3)
    found = []
    for lib in (rushlight, torch):

        def factor(a, lib=lib):
            return lib.linalg.cholesky(a, upper=upper)

        leaf = lib.tensor(x, requires_grad=True)
        factor(leaf).backward(lib.tensor(w))
        moved = lib.func.jvp(factor, (lib.tensor(x),), (lib.tensor(t),))[1]
        found.append((leaf.grad.numpy(), moved.numpy()))
    np.testing.assert_allclose(*found, atol=1e-14)


BAD = {
    "second": [[4.0, 2.0, 1.0], [2.0, 1.0, 3.0], [1.0, 3.0, 2.0]],
    "first": [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "last": [[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [2.0, 0.0, 1.0]],
    "nan": [[np.nan, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_not_definite(bad, dtype, upper):
    a = np.array([np.eye(3), bad]).astype(dtype)
    ours, theirs = (
        lib.linalg.cholesky_ex(lib.tensor(a), upper=upper) for lib in (rushlight, torch)
    )
    np.testing.assert_array_equal(ours.info.numpy(), theirs.info.numpy())
    if not np.isnan(a).any():
        np.testing.assert_allclose(ours.L.numpy(), theirs.L.numpy(), rtol=1e-15)
    same_error(lambda t: t.linalg.cholesky(t.tensor(a), upper=upper))
    same_error(lambda t: t.linalg.cholesky(t.tensor(a[1]), upper=upper))
    same_error(lambda t: t.cholesky(t.tensor(a), upper))
    same_error(lambda t: t.linalg.cholesky_ex(t.tensor(a), upper=upper, check_errors=True))


def test_error_class():
    assert issubclass(rushlight.linalg.LinAlgError, RuntimeError)
    assert repr(rushlight.linalg.LinAlgError) == repr(torch.linalg.LinAlgError)
    with pytest.raises(rushlight.linalg.LinAlgError, match="not positive-definite"):
        rushlight.func.vmap(rushlight.linalg.cholesky)(-rushlight.eye(2).expand(3, 2, 2))


def test_layout_and_out():
    out = rushlight.empty(0)
    assert rushlight.linalg.cholesky(4 * rushlight.eye(3), out=out) is out
    assert out.tolist() == (2 * rushlight.eye(3)).tolist()
    assert rushlight.linalg.cholesky(rushlight.eye(3)).stride() == (1, 3)


ERRORS = [
    *[
        lambda t, f=f, x=x: f(t)(x(t))
        for f in (
            lambda t: t.linalg.cholesky,
            lambda t: t.linalg.cholesky_ex,
            lambda t: t.cholesky,
            lambda t: t.cholesky_inverse,
        )
        for x in (
            lambda t: t.ones(3),
            lambda t: t.tensor(1.0),
            lambda t: t.ones(2, 3),
            lambda t: t.eye(3).long(),
            lambda t: t.eye(3).half(),
            lambda t: "x",
        )
    ],
    lambda t: t.cholesky_inverse(t.zeros(3, 3)),
    lambda t: t.cholesky_inverse(t.stack([t.eye(2), t.zeros(2, 2)])),
    *[
        lambda t, a=a, b=b: t.cholesky_solve(t.ones(a), t.ones(b))
        for a, b in (
            ((3,), (3, 3)),
            ((3, 3), (3,)),
            ((2, 3), (3, 3)),
            ((3, 3), (2, 3)),
            ((2, 3, 3), (4, 3, 3)),
        )
    ],
    lambda t: t.cholesky_solve(t.eye(3), t.eye(3).double()),
    lambda t: t.cholesky_solve(t.eye(3).int(), t.eye(3).int()),
    lambda t: t.cholesky_solve(t.eye(3), None),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)


def test_deprecation():
    warned_once(lambda t: t.cholesky(t.eye(1)), "torch.cholesky is deprecated in favor of")
