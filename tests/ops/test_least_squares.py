"""Least squares, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

OFTEN = {"tolerance": 300, "reason": "condition numbers of random matrices", "special": False}
FITS = [
    [(4, 3), (4, 2)],
    [(3, 3), (3, 2)],
    [(3, 4), (3, 2)],
    [(4, 3), (4,)],
    [(2, 4, 3), (2, 4)],
    [(2, 4, 3), (1, 4, 2)],
    [(0, 4, 3), (0, 4, 2)],
    [(0, 3), (0, 2)],
    [(3, 0), (3, 2)],
]
WRONG = [
    [(3,), (3,)],
    [(3, 3), ()],
    [(3, 2), (2, 2)],
    [(4, 3), (3,)],
    [(4, 3), (2, 4, 2)],
    [(2, 4, 3), (5, 4, 2)],
    [(2, 3, 2), (3, 3)],
    [(2, 3, 2), (2, 4)],
]


def of_full_rank(torch, a):
    return a + 5 * torch.eye(*a.shape[-2:], dtype=a.dtype)


def fitted(driver):
    return lambda torch, a, b: [*torch.linalg.lstsq(a, b, driver=driver)]


def solution_and_residuals(driver):
    return lambda torch, a, b: torch.linalg.lstsq(a, b, driver=driver)[:2]


# PyTorch has no forward mode for lstsq; `test_forward_mode` compares with differences.
OURS = {**OFTEN, "jvp": False, "derivatives": ""}
ROWS = [
    *[Row(f"lstsq {d}", fitted(d), FITS + WRONG, **OURS) for d in ("gelsy", "gelsd", "gelss")],
    Row(
        "lstsq gels",
        lambda torch, a, b: [*torch.linalg.lstsq(of_full_rank(torch, a), b, driver="gels")],
        FITS[:6],
        **{**OURS, "dtypes": "float32 float64 complex128"},
    ),
    Row("lstsq", fitted(None), FITS, **OURS),
    Row("lstsq of another driver", fitted("gelx"), FITS[:1], **OURS),
    Row(
        "derivatives of lstsq",
        solution_and_residuals("gelsd"),
        FITS[:6],
        jvp=False,
        vmap=False,
        **OFTEN,
    ),
    Row(
        "lstsq of mixed dtypes",
        lambda torch, a, b: torch.linalg.lstsq(a, b.float()),
        FITS[:1],
        **{**OURS, "dtypes": "float64 int64"},
    ),
]
test_values, test_derivatives, _ = checks_of(ROWS)


@pytest.mark.parametrize("driver", ["gels", "gelsy"])
@pytest.mark.parametrize("shapes", FITS[:6])
def test_forward_mode(driver, shapes):
    rng = np.random.default_rng(0)
    x, t = ([rushlight.tensor(rng.standard_normal(s)) for s in shapes] for _ in range(2))

    def call(a, b):
        return rushlight.linalg.lstsq(a, b, driver=driver)[:2]

    _, moved = rushlight.func.jvp(call, tuple(x), tuple(t))
    step = 1e-6
    ahead, behind = (call(*[p + s * step * q for p, q in zip(x, t, strict=True)]) for s in (1, -1))
    for m, p, q in zip(moved, ahead, behind, strict=True):
        np.testing.assert_allclose(m.numpy(), ((p - q) / (2 * step)).numpy(), 1e-5, 1e-6)


@pytest.mark.parametrize("driver", ["gels", "gelsy", "gelsd"])
def test_vmap_is_a_loop(driver):
    rng = np.random.default_rng(0)
    a, b = (rushlight.tensor(rng.standard_normal(s)) for s in ((5, 4, 3), (5, 4)))
    batched = rushlight.func.vmap(lambda a, b: tuple(rushlight.linalg.lstsq(a, b, driver=driver)))
    each = [rushlight.linalg.lstsq(p, q, driver=driver) for p, q in zip(a, b, strict=True)]
    for ours, theirs in zip(batched(a, b), zip(*each, strict=True), strict=True):
        np.testing.assert_allclose(ours.numpy(), np.stack([t.numpy() for t in theirs]))


@pytest.mark.parametrize("driver", ["gelsy", "gelsd"])
@pytest.mark.parametrize("rcond", [None, 0.05, 1e-3])
def test_rank(driver, rcond):
    def found(lib, driver):
        a = lib.eye(3) * lib.tensor([1.0, 0.1, 0.01])
        return lib.linalg.lstsq(a, lib.ones(3), rcond, driver=driver)

    # PyTorch's gelsy reads pivots that nobody has set: now and then it finds another rank.
    ours, theirs = found(rushlight, driver), found(torch, "gelsd")
    assert ours.rank.item() == theirs.rank.item()
    np.testing.assert_allclose(ours.solution.numpy(), theirs.solution.numpy(), 1e-5)


def test_gels_wants_full_rank():
    messages = []
    for lib in (rushlight, torch):
        a = lib.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
        with pytest.raises(lib.linalg.LinAlgError) as error:
            lib.linalg.lstsq(a, lib.ones(4), driver="gels")
        messages.append(str(error.value))
        assert not lib.linalg.lstsq(0 * a, lib.ones(4), driver="gels").solution.any()
    assert messages[0] == messages[1]


def test_negative_rcond_is_that_of_rounding():
    a = rushlight.eye(2) * rushlight.tensor([1.0, 1e-5])
    assert rushlight.linalg.lstsq(a, rushlight.ones(2), -1).rank.item() == 2


@pytest.mark.parametrize(("name", "value"), [("driver", 1), ("rcond", "a")])
def test_wrong_options_are_refused(name, value):
    messages = []
    for lib in (rushlight, torch):
        with pytest.raises(TypeError) as error:
            lib.linalg.lstsq(lib.ones(3, 2), lib.ones(3), **{name: value})
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_results_are_named():
    ours, theirs = (
        lib.linalg.lstsq(lib.eye(2, requires_grad=True), lib.ones(2)) for lib in (rushlight, torch)
    )
    assert isinstance(ours, rushlight.return_types.linalg_lstsq)
    assert [t.requires_grad for t in ours] == [t.requires_grad for t in theirs]
    assert ours.solution.grad_fn.name() == theirs.solution.grad_fn.name()
