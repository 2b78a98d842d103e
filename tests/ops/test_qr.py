"""QR decompositions and Householder reflections against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import (
    ANY,
    DTYPES,
    REASON,
    SQUARE,
    TALL,
    WIDE,
    regular,
    same_error,
    torch,
    warned_once,
)

pytestmark = pytest.mark.filterwarnings("ignore:torch.qr is deprecated")
SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 20, "reason": REASON}
REFLECTIONS = [
    [(4, 3), (3,)],
    [(3, 3), (3,)],
    [(4, 3), (2,)],
    [(2, 3, 2), (2, 2)],
]
EMPTY = [[(3, 0), (0,)], [(0, 0), (0,)], [(0, 3, 2), (0, 2)]]
MULTIPLIED = {
    True: [[(4, 3), (3,), (4, 2)], [(2, 3, 2), (2, 2), (2, 3, 1)], [(3, 5), (3,), (3, 2)]],
    False: [[(4, 3), (3,), (2, 4)], [(2, 3, 2), (2, 2), (2, 1, 3)], [(3, 3), (3,), (2, 3)]],
}

ROWS = [
    Row("qr", lambda torch, x: torch.linalg.qr(regular(torch, x)), ANY, **SETTINGS),
    Row(
        "qr complete",
        lambda torch, x: torch.linalg.qr(regular(torch, x), "complete"),
        SQUARE + WIDE,
        **SETTINGS,
    ),
    Row(
        "qr complete of tall matrices",
        lambda torch, x: torch.linalg.qr(regular(torch, x), "complete"),
        TALL,
        derivatives="",
        **SETTINGS,
    ),
    Row(
        "qr r",
        lambda torch, x: torch.linalg.qr(regular(torch, x), "r"),
        ANY,
        derivatives="",
        **SETTINGS,
    ),
    Row("torch.qr", lambda torch, x: regular(torch, x).qr(), ANY, **SETTINGS),
    Row("torch.qr not some", lambda torch, x: regular(torch, x).qr(False), SQUARE, **SETTINGS),
    Row("geqrf", lambda torch, x: torch.geqrf(regular(torch, x)), ANY, derivatives="", **SETTINGS),
    Row(
        "householder_product",
        lambda torch, a, tau: torch.linalg.householder_product(a, tau),
        REFLECTIONS,
        **SETTINGS,
    ),
    Row(
        "householder_product of geqrf",
        lambda torch, x: torch.linalg.householder_product(*torch.geqrf(regular(torch, x))),
        SQUARE + TALL,
        derivatives="",
        **SETTINGS,
    ),
    Row(
        "householder_product of nothing",
        lambda torch, a, tau: torch.linalg.householder_product(a, tau),
        EMPTY,
        derivatives="",
        **SETTINGS,
    ),
    Row("orgqr", lambda torch, a, tau: a.orgqr(tau), REFLECTIONS[:2], **SETTINGS),
    *[
        Row(
            f"ormqr {left=} {transpose=}",
            lambda torch, a, tau, c, left=left, transpose=transpose: torch.ormqr(
                a, tau, c, left, transpose
            ),
            MULTIPLIED[left],
            **SETTINGS,
        )
        for left in (True, False)
        for transpose in (False, True)
    ],
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("transpose", [True, False])
def test_forward_mode_of_ormqr(left, transpose):
    """PyTorch has none."""
    rng = np.random.default_rng(0)
    shapes = (3, 2), (2,), (3, 3)
    primals, tangents = ([rushlight.tensor(rng.normal(size=s)) for s in shapes] for _ in range(2))

    def product(*inputs):
        return rushlight.ormqr(*inputs, left, transpose)

    moved = rushlight.func.jvp(product, tuple(primals), tuple(tangents))[1]
    h = 1e-6
    ends = [product(*[x + s * t for x, t in zip(primals, tangents, strict=True)]) for s in (h, -h)]
    np.testing.assert_allclose(moved.numpy(), ((ends[0] - ends[1]) / (2 * h)).numpy(), 1e-7, 1e-7)


def test_rank_deficient():
    x = np.ones((3, 2))
    for mode in ("reduced", "complete"):
        ours, theirs = (lib.linalg.qr(lib.tensor(x), mode) for lib in (rushlight, torch))
        np.testing.assert_allclose(ours.R.numpy(), theirs.R.numpy(), atol=1e-14)
        np.testing.assert_allclose((ours.Q @ ours.R).numpy(), x, atol=1e-14)


def test_out_and_layout():
    Q, R = rushlight.empty(0), rushlight.empty(0)
    x = rushlight.tensor([[3.0, 1.0], [4.0, 2.0]])
    assert rushlight.linalg.qr(x, out=(Q, R)).Q is Q
    np.testing.assert_allclose((Q @ R).numpy(), x.numpy(), rtol=1e-6)
    assert rushlight.linalg.qr(x).Q.stride() == (1, 2)


def leaf(t, *shape):
    return t.ones(shape).requires_grad_()


ERRORS = [
    *[
        lambda t, f=f, x=x: f(t)(x(t))
        for f in (lambda t: t.linalg.qr, lambda t: t.qr, lambda t: t.geqrf)
        for x in (
            lambda t: t.ones(3),
            lambda t: t.tensor(1.0),
            lambda t: t.eye(3).long(),
            lambda t: t.eye(3).half(),
            lambda t: "x",
        )
    ],
    lambda t: t.linalg.qr(t.eye(3), "full"),
    lambda t: t.linalg.qr(leaf(t, 3, 3), "r").R.sum().backward(),
    lambda t: t.linalg.qr(leaf(t, 4, 3), "complete").R.sum().backward(),
    lambda t: t.geqrf(leaf(t, 3, 3)).a.sum().backward(),
    *[
        lambda t, a=a, tau=tau: t.linalg.householder_product(t.ones(a), t.ones(tau))
        for a, tau in (
            ((3,), (3,)),
            ((2, 3), (2,)),
            ((3, 3), (4,)),
            ((3, 3), (1, 3)),
            ((2, 3, 3), (3, 3)),
        )
    ],
    lambda t: t.linalg.householder_product(t.eye(3), t.ones(3).double()),
    lambda t: t.linalg.householder_product(t.eye(3).int(), t.ones(3).int()),
    lambda t: t.orgqr(t.eye(3), None),
    *[
        lambda t, a=a, tau=tau, c=c, left=left: t.ormqr(t.ones(a), t.ones(tau), t.ones(c), left)
        for a, tau, c in (
            ((3,), (3,), (3,)),
            ((3, 3), (3,), (3,)),
            ((5, 3), (4,), (5, 2)),
            ((5, 3), (3,), (4, 2)),
            ((3, 3), (1, 3), (3, 3)),
            ((3, 3), (3,), (2, 3, 3)),
            ((2, 3, 3), (2, 3), (3, 3, 3)),
            ((2, 3, 3), (3, 3), (2, 3, 3)),
        )
        for left in (True, False)
    ],
    lambda t: t.ormqr(t.eye(3), t.ones(3).double(), t.eye(3)),
    lambda t: t.ormqr(t.eye(3), t.ones(3), t.eye(3).double()),
    lambda t: t.ormqr(t.eye(3).int(), t.ones(3).int(), t.eye(3).int()),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)


def test_deprecation():
    warned_once(lambda t: t.qr(t.eye(1)), "torch.qr is deprecated in favor of torch.linalg.qr")
