"""Triangular systems against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import DTYPES, REASON, regular, same_error, torch, warned_once

pytestmark = pytest.mark.filterwarnings("ignore:torch.triangular_solve is deprecated")
SYSTEMS = [
    [(3, 3), (3, 2)],
    [(2, 4, 4), (4, 1)],
    [(3, 3), (2, 3, 1)],
    [(2, 1, 2, 2), (3, 2, 1)],
    [(0, 0), (0, 2)],
    [(2, 2), (2, 0)],
    [(0, 2, 2), (0, 2, 1)],
]
RIGHT = [[a, (*b[:-2], b[-1], b[-2])] for a, b in SYSTEMS]
SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 4, "reason": REASON}
OLD = {f"{u:d}{t:d}{n:d}": (u, t, n) for u in (0, 1) for t in (0, 1) for n in (0, 1)}

ROWS = [
    *[
        Row(
            f"solve_triangular {upper=} {left=} {unit=}",
            lambda torch, a, b, upper=upper, left=left, unit=unit: torch.linalg.solve_triangular(
                regular(torch, a) / (8 if unit else 1),
                b,
                upper=upper,
                left=left,
                unitriangular=unit,
            ),
            SYSTEMS if left else RIGHT,
            **SETTINGS,
        )
        for upper in (False, True)
        for left in (False, True)
        for unit in (False, True)
    ],
    *[
        Row(
            f"triangular_solve {name}",
            lambda torch, a, b, flags=flags: torch.triangular_solve(
                b, regular(torch, a) / (8 if flags[2] else 1), *map(bool, flags)
            ),
            SYSTEMS,
            jvp=False,
            **SETTINGS,
        )
        for name, flags in OLD.items()
    ],
    Row(
        "sizes that do not fit",
        lambda torch, a, b: torch.linalg.solve_triangular(a, b, upper=True),
        [[(3,), (3,)], [(3, 3), (3,)], [(2, 3), (3, 3)], [(3, 3), (2, 3)], [(2, 3, 3), (4, 3, 1)]],
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("flags", OLD.values(), ids=OLD)
def test_forward_mode_of_triangular_solve(flags):
    """PyTorch's takes the part of the tangent that is not read for a part of the matrix."""
    rng = np.random.default_rng(0)
    a, t, b, s = (rushlight.tensor(x) for x in rng.uniform(1, 2, (4, 3, 3)))

    def solution(a, b):
        return rushlight.triangular_solve(b, a, *map(bool, flags)).solution

    moved = rushlight.func.jvp(solution, (a, b), (t, s))[1]
    h = 1e-6
    steps = (solution(a + h * t, b + h * s) - solution(a - h * t, b - h * s)) / (2 * h)
    np.testing.assert_allclose(moved.numpy(), steps.numpy(), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("upper", [False, True])
def test_large(dtype, upper):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(70, 70)) + 20 * np.eye(70)
    b = rng.normal(size=(2, 70, 5)).astype(dtype)
    a = (a * (1 + 0.1j) if dtype == "complex128" else a).astype(dtype)
    ours, theirs = (
        lib.linalg.solve_triangular(lib.tensor(a), lib.tensor(b), upper=upper).numpy()
        for lib in (rushlight, torch)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_zero_on_the_diagonal():
    a, b = np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([[1.0], [1.0]])
    ours, theirs = (
        lib.linalg.solve_triangular(lib.tensor(a), lib.tensor(b), upper=True).numpy()
        for lib in (rushlight, torch)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_out_and_layout():
    a, b, out = rushlight.eye(3), rushlight.ones(3, 2), rushlight.empty(0)
    assert rushlight.linalg.solve_triangular(a, b, upper=True, out=out) is out
    assert out.tolist() == b.tolist()
    assert rushlight.linalg.solve_triangular(a, b, upper=True).stride() == (1, 3)


ERRORS = [
    lambda t: t.triangular_solve(t.ones(3), t.eye(3)),
    lambda t: t.triangular_solve(t.eye(3), t.ones(3)),
    lambda t: t.triangular_solve(t.ones(2, 3), t.eye(3)),
    lambda t: t.triangular_solve(t.eye(3), t.ones(3, 2)),
    lambda t: t.triangular_solve(t.eye(3), t.eye(3).double()),
    lambda t: t.triangular_solve(t.eye(3).long(), t.eye(3).long()),
    lambda t: t.triangular_solve(t.eye(3), None),
    lambda t: t.linalg.solve_triangular(t.eye(3).half(), t.eye(3).half(), upper=True),
    lambda t: t.linalg.solve_triangular(t.eye(3), None, upper=True),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)


def test_deprecation():
    warned_once(
        lambda t: t.triangular_solve(t.eye(1), t.eye(1)),
        "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangular",
    )
