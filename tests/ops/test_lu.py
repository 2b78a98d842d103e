"""LU factors against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import ANY, DTYPES, REASON, SQUARE, regular, same_error, torch, warned_once

pytestmark = pytest.mark.filterwarnings("ignore:torch.lu.* is deprecated")
SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 20, "reason": REASON}
SYSTEMS = [
    [(3, 3), (3, 2)],
    [(2, 4, 4), (4, 1)],
    [(3, 3), (2, 3, 1)],
    [(2, 1, 2, 2), (3, 2, 1)],
    [(0, 0), (0, 2)],
    [(0, 2, 2), (0, 2, 1)],
]
RIGHT = [[a, (*b[:-2], b[-1], b[-2])] for a, b in SYSTEMS]


def mixed(torch, x):
    """A well conditioned matrix whose rows are exchanged."""
    return regular(torch, x).flip(-2)


ROWS = [
    Row("lu", lambda torch, x: torch.linalg.lu(mixed(torch, x)), ANY, node=False, **SETTINGS),
    Row(
        "lu_factor_ex", lambda torch, x: torch.linalg.lu_factor_ex(mixed(torch, x)), ANY, **SETTINGS
    ),
    Row("lu_factor", lambda torch, x: torch.linalg.lu_factor(mixed(torch, x)), ANY, **SETTINGS),
    Row("torch.lu", lambda torch, x: mixed(torch, x).lu(), SQUARE, **SETTINGS),
    Row("torch.lu infos", lambda torch, x: torch.lu(x, get_infos=True), [[(3, 3)]], **SETTINGS),
    Row(
        "lu_unpack",
        lambda torch, x: torch.lu_unpack(*torch.linalg.lu_factor(mixed(torch, x))),
        ANY,
        node=False,
        **SETTINGS,
    ),
    *[
        Row(
            f"lu_unpack {data=} {order=}",
            lambda torch, x, data=data, order=order: torch.lu_unpack(
                *torch.linalg.lu_factor(mixed(torch, x)), data, order
            ),
            SQUARE[:2],
            derivatives="",
            **SETTINGS,
        )
        for data, order in ((True, False), (False, True), (False, False))
    ],
    *[
        Row(
            f"lu_solve {left=} {adjoint=}",
            lambda torch, a, b, left=left, adjoint=adjoint: torch.linalg.lu_solve(
                *torch.linalg.lu_factor(mixed(torch, a)), b, left=left, adjoint=adjoint
            ),
            SYSTEMS if left else RIGHT,
            vmap=False,
            **SETTINGS,
        )
        for left in (True, False)
        for adjoint in (False, True)
    ],
    Row(
        "torch.lu_solve",
        lambda torch, a, b: b.lu_solve(*torch.linalg.lu_factor(mixed(torch, a))),
        SYSTEMS[:2],
        **SETTINGS,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("shapes", SYSTEMS)
@pytest.mark.parametrize("batched", [(0, 0), (0, None), (None, 0)])
def test_batched_lu_solve(shapes, batched):
    """PyTorch's batching rule reads wrong memory where batch dims broadcast."""
    rng = np.random.default_rng(0)
    inputs = [
        rushlight.tensor(rng.normal(size=s if d is None else (2, *s)))
        for s, d in zip(shapes, batched, strict=True)
    ]

    def solution(a, b):
        return rushlight.linalg.lu_solve(*rushlight.linalg.lu_factor(mixed(rushlight, a)), b)

    samples = [
        solution(*[x if d is None else x[i] for x, d in zip(inputs, batched, strict=True)])
        for i in range(2)
    ]
    mapped = rushlight.func.vmap(solution, batched)(*inputs)
    np.testing.assert_allclose(mapped.numpy(), rushlight.stack(samples).numpy(), 1e-12, 1e-12)


@pytest.mark.parametrize("shape", [(70, 70), (2, 50, 30), (30, 50)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_large(shape, dtype):
    rng = np.random.default_rng(0)
    a = rng.normal(size=shape) + (1j * rng.normal(size=shape) if dtype[0] == "c" else 0)
    ours, theirs = (lib.linalg.lu_factor(lib.tensor(a)) for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours.pivots.numpy(), theirs.pivots.numpy())
    np.testing.assert_allclose(ours.LU.numpy(), theirs.LU.numpy(), rtol=1e-9, atol=1e-10)
    P, L, U = rushlight.lu_unpack(*ours)
    np.testing.assert_allclose((P @ L @ U).numpy(), a, rtol=1e-12, atol=1e-12)


def test_singular():
    a = np.array([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
    ours, theirs = (lib.linalg.lu_factor_ex(lib.tensor(a)) for lib in (rushlight, torch))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(x.numpy(), y.numpy())
    assert rushlight.lu(rushlight.zeros(2, 2))[1].tolist() == [1, 2]


def test_nodes():
    x = rushlight.tensor([[4.0, 1.0], [1.0, 3.0]], requires_grad=True)
    P, L, U = rushlight.linalg.lu(x)
    assert not P.requires_grad
    assert L.grad_fn is U.grad_fn
    assert L.grad_fn.name() == "LinalgLuBackward0"
    unpacked = rushlight.lu_unpack(*rushlight.linalg.lu_factor(x))
    assert unpacked.U.grad_fn.name() == "LuUnpackBackward0"


def test_out():
    P, L, U = (rushlight.empty(0) for _ in range(3))
    x = rushlight.tensor([[1.0, 2.0], [2.0, 2.0]])
    out = rushlight.linalg.lu(x, out=(P, L, U))
    assert out.U is U
    np.testing.assert_allclose((P @ L @ U).numpy(), x.numpy())
    LU, pivots = rushlight.empty(0), rushlight.empty(0, dtype=rushlight.int32)
    assert rushlight.lu(x, out=(LU, pivots))[0] is LU
    assert pivots.tolist() == [2, 2]


PIVOTS = [1, 2, 3]
ERRORS = [
    lambda t: t.linalg.lu(t.ones(3)),
    lambda t: t.linalg.lu(t.eye(3).long()),
    lambda t: t.linalg.lu(t.eye(3), pivot=False),
    lambda t: t.linalg.lu_factor(t.ones(3)),
    lambda t: t.linalg.lu_factor(t.zeros(3, 3)),
    lambda t: t.linalg.lu_factor(t.stack([t.eye(3), t.zeros(3, 3)])),
    lambda t: t.linalg.lu_factor("x"),
    lambda t: t.linalg.lu_factor_ex(t.zeros(3, 3), check_errors=True),
    lambda t: t.lu("x"),
    lambda t: t.lu(t.eye(3), pivot=False),
    lambda t: t.lu_unpack(t.eye(3), t.tensor(PIVOTS)),
    lambda t: t.lu_unpack(t.eye(3), t.tensor([1, 2, 5], dtype=t.int32)),
    lambda t: t.lu_unpack(t.ones(3), t.tensor(PIVOTS, dtype=t.int32)),
    lambda t: t.linalg.lu_solve(t.eye(3), t.tensor(PIVOTS), t.eye(3)),
    lambda t: t.linalg.lu_solve(t.eye(3), t.tensor(PIVOTS, dtype=t.int32), None),
    *[
        lambda t, p=p: t.linalg.lu_solve(t.eye(3), t.tensor(p, dtype=t.int32), t.eye(3))
        for p in ([1, 2], [1, 2, 5], [0, 2, 3])
    ],
    *[
        lambda t, a=a, b=b: t.linalg.lu_solve(t.ones(a), t.tensor(PIVOTS, dtype=t.int32), t.ones(b))
        for a, b in (((3,), (3,)), ((3, 3), (3,)), ((2, 3), (3, 3)), ((3, 3), (2, 3)))
    ],
    lambda t: t.linalg.lu_solve(t.ones(2, 3, 3), t.tensor(PIVOTS, dtype=t.int32), t.ones(3, 1)),
    lambda t: t.linalg.lu_solve(t.eye(3), t.tensor(PIVOTS, dtype=t.int32), t.eye(3).double()),
    lambda t: t.linalg.lu_solve(t.eye(3).int(), t.tensor(PIVOTS, dtype=t.int32), t.eye(3).int()),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)


def test_deprecations():
    pivots = rushlight.tensor([1], dtype=rushlight.int32)
    warned_once(lambda t: t.lu(t.eye(1)), "torch.lu is deprecated in favor of")
    warned_once(
        lambda t: t.lu_solve(t.eye(1), t.eye(1), pivots), "torch.lu_solve is deprecated in favor of"
    )
