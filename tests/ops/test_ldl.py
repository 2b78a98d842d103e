"""LDL factors against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import DTYPES, REASON, SQUARE, error_of, same_error, torch

SETTINGS = {"special": False, "derivatives": "", "tolerance": 40, "reason": REASON}
SYSTEMS = [
    [(3, 3), (3, 2)],
    [(2, 4, 4), (4, 1)],
    [(3, 3), (2, 3, 1)],
    [(0, 0), (0, 2)],
    [(0, 2, 2), (0, 2, 1)],
]


def made(torch, x, flag):
    """A symmetric (Hermitian if `flag`) matrix, not definite."""
    other = x.mH if flag else x.mT
    return x + other - 2 * torch.eye(x.shape[-1], dtype=x.dtype)


ROWS = [
    row
    for flag in (False, True)
    for row in (
        Row(
            f"ldl_factor_ex hermitian={flag}",
            lambda torch, x, flag=flag: torch.linalg.ldl_factor_ex(
                made(torch, x, flag), hermitian=flag
            ),
            SQUARE,
            dtypes=DTYPES,
            **SETTINGS,
        ),
        Row(
            f"ldl_solve hermitian={flag}",
            lambda torch, x, b, flag=flag: torch.linalg.ldl_solve(
                *torch.linalg.ldl_factor(made(torch, x, flag), hermitian=flag), b, hermitian=flag
            ),
            SYSTEMS,
            dtypes="float64 complex128",
            **SETTINGS,
        ),
    )
]

test_values, _, _ = checks_of(ROWS)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("weight", [1.0, 0.01])
def test_pivoting(dtype, flag, weight):
    """Small diagonals make blocks of two; small whole numbers make ties."""
    rng = np.random.default_rng(0)
    blocks = 0
    for n in (2, 3, 5, 8, 9) * 3:
        a = np.rint(2 * rng.normal(size=(n, n))) if n == 9 else rng.normal(size=(n, n))
        a = a + 1j * rng.normal(size=(n, n)) if dtype[0] == "c" else a
        a = a + (a.conj().T if flag else a.T)
        a[range(n), range(n)] *= weight
        ours, theirs = (
            lib.linalg.ldl_factor_ex(lib.tensor(a), hermitian=flag) for lib in (rushlight, torch)
        )
        np.testing.assert_array_equal(ours.pivots.numpy(), theirs.pivots.numpy())
        np.testing.assert_array_equal(ours.info.numpy(), theirs.info.numpy())
        np.testing.assert_allclose(ours.LD.numpy(), theirs.LD.numpy(), rtol=1e-9, atol=1e-10)
        blocks += (ours.pivots < 0).sum().item()
        x = rng.normal(size=(n, 2)).astype(dtype)
        b = rushlight.tensor(a @ x)
        back = rushlight.linalg.ldl_solve(ours.LD, ours.pivots, b, hermitian=flag)
        np.testing.assert_allclose(back.numpy(), x, rtol=1e-7, atol=1e-8)
    assert blocks


def test_zero():
    out = rushlight.linalg.ldl_factor_ex(rushlight.zeros(2, 3, 3))
    assert out.info.tolist() == [1, 1]
    for lib in (rushlight, torch):
        name, message = error_of(lambda t: t.linalg.ldl_factor(t.zeros(3, 3)), lib)
        assert name == "RuntimeError"
        assert "torch.linalg.ldl_factor: " in message


def test_batched():
    x = rushlight.tensor(np.random.default_rng(0).normal(size=(2, 3, 3)))
    x = x + x.mT
    mapped = rushlight.func.vmap(rushlight.linalg.ldl_factor_ex)(x)
    for a, b in zip(mapped, rushlight.linalg.ldl_factor_ex(x), strict=True):
        assert a.tolist() == b.tolist()


def leaf(t):
    return t.eye(3, requires_grad=True)


def factors(t):
    return t.eye(3), t.tensor([1, 2, 3], dtype=t.int32)


ERRORS = [
    *[
        lambda t, name=name, x=x: getattr(t.linalg, name)(x(t))
        for name in ("ldl_factor", "ldl_factor_ex")
        for x in (
            lambda t: t.ones(3),
            lambda t: t.tensor(1.0),
            lambda t: t.ones(2, 3),
            lambda t: t.eye(3).long(),
            lambda t: t.eye(3).half(),
            lambda t: "x",
        )
    ],
    lambda t: t.linalg.ldl_factor(leaf(t)).LD.sum().backward(),
    lambda t: t.linalg.ldl_solve(*factors(t), leaf(t)).sum().backward(),
    *[
        lambda t, a=a, b=b: t.linalg.ldl_solve(t.ones(a), factors(t)[1], t.ones(b))
        for a, b in (((3,), (3,)), ((3, 3), (3,)), ((2, 3), (3, 3)), ((3, 3), (2, 3)))
    ],
    lambda t: t.linalg.ldl_solve(t.ones(2, 3, 3), factors(t)[1], t.ones(3, 1)),
    lambda t: t.linalg.ldl_solve(*factors(t), t.eye(3).double()),
    lambda t: t.linalg.ldl_solve(t.eye(3).int(), factors(t)[1], t.eye(3).int()),
    lambda t: t.linalg.ldl_solve(*factors(t), None),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)
