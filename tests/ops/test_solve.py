"""Systems of linear equations, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.regular import regular

torch = pytest.importorskip("torch")

OFTEN = {"tolerance": 100, "reason": "condition numbers of random matrices", "special": False}
SYSTEMS = [
    [(0, 0), (0, 2)],
    [(3, 3), (3, 0)],
    [(3, 3), (3, 2)],
    [(3, 3), (3,)],
    [(2, 3, 3), (2, 3)],
    [(2, 3, 3), (3,)],
    [(0, 3, 3), (0, 3, 2)],
]
WRONG = [
    [(3,), (3,)],
    [(2, 3), (2,)],
    [(3, 3), (2, 3)],
    [(3, 3), (2,)],
    [(3, 3), ()],
    [(2, 3, 3), (4, 3)],
    [(2, 3, 3), (3, 3, 3)],
]
RIGHT = [
    [(3, 3), (2, 3)],
    [(2, 3, 3), (2, 1, 3)],
    [(3, 3), (3,)],
    [(3, 3), (3, 2)],
]

ROWS = [
    Row(
        "solve",
        lambda torch, a, b: torch.linalg.solve(regular(torch, a), b),
        SYSTEMS + WRONG,
        **OFTEN,
    ),
    Row(
        "solve_ex",
        lambda torch, a, b: torch.linalg.solve_ex(regular(torch, a), b)[0],
        SYSTEMS,
        **OFTEN,
    ),
    Row(
        "solve from the right",
        lambda torch, a, b: torch.linalg.solve(regular(torch, a), b, left=False),
        RIGHT,
        **OFTEN,
    ),
    Row(
        "solve of a batch",
        lambda torch, a, b: torch.linalg.solve(regular(torch, a), b),
        [[(2, 3, 3), (3, 2)], [(2, 1, 3, 3), (4, 3, 1)]],
        vmap=False,
        **OFTEN,
    ),
    Row(
        "solve of mixed dtypes",
        lambda torch, a, b: torch.linalg.solve(a, b.float()),
        SYSTEMS[2:3],
        dtypes="float64 float16",
        derivatives="",
        special=False,
    ),
    Row(
        "tensorsolve",
        lambda torch, a, b: torch.linalg.tensorsolve(regular(torch, a).reshape(2, 3, -1), b),
        [[(6, 6), (2, 3)], [(5, 6), (2, 3)], [(6, 6), (2, 4)]],
        **OFTEN,
    ),
    Row(
        "tensorsolve with dims",
        lambda torch, a, b: torch.linalg.tensorsolve(
            regular(torch, a).reshape(2, 3, 6).movedim(-1, 1), b, dims=(1,)
        ),
        [[(6, 6), (2, 3)]],
        **OFTEN,
    ),
    Row(
        "tensorsolve with a bad dim",
        lambda torch, a, b: torch.linalg.tensorsolve(a, b, dims=(5,)),
        [[(2, 6, 3), (2, 3)]],
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

CALLS = {
    "solve": lambda lib, a, b: lib.linalg.solve(a, b),
    "solve_ex": lambda lib, a, b: lib.linalg.solve_ex(a, b, check_errors=True),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_singular_matrices_are_refused(call, shape):
    with pytest.raises(rushlight.linalg.LinAlgError) as ours:
        call(rushlight, rushlight.zeros(shape), rushlight.ones(3, 2))
    with pytest.raises(torch.linalg.LinAlgError) as theirs:
        call(torch, torch.zeros(shape), torch.ones(3, 2))
    assert str(ours.value) == str(theirs.value)


def test_solve_ex_tells_of_singular_matrices():
    def solved(lib):
        a = lib.stack([2 * lib.eye(2), lib.tensor([[1.0, 2.0], [2.0, 4.0]]), lib.zeros(2, 2)])
        return lib.linalg.solve_ex(a, lib.eye(2))

    ours, theirs = solved(rushlight), solved(torch)
    assert ours.info.tolist() == theirs.info.tolist() == [0, 2, 1]
    np.testing.assert_array_equal(ours.result.numpy(), theirs.result.numpy())


@pytest.mark.parametrize(("b", "left"), [((3, 4), True), ((2, 3, 4), True), ((4, 3), False)])
def test_layout(b, left):
    def strides(lib):
        a = lib.eye(3) if len(b) == 2 else lib.eye(3).expand(2, 3, 3)
        return lib.linalg.solve(a, lib.ones(b), left=left).stride()

    assert strides(rushlight) == strides(torch)


def test_vmap_of_a_batch_and_matrices_without():
    """PyTorch 2.13 mixes up the batch dims here."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 4, 3, 3)), rng.standard_normal((2, 3, 5))
    out = rushlight.func.vmap(rushlight.linalg.solve)(rushlight.tensor(a), rushlight.tensor(b))
    np.testing.assert_allclose(out.numpy(), np.linalg.solve(a, b[:, None]))


def test_one_vmapped_side():
    a = np.random.default_rng(0).standard_normal((3, 3))
    b = np.random.default_rng(1).standard_normal((4, 3))
    out = rushlight.func.vmap(rushlight.linalg.solve, (None, 0))(
        rushlight.tensor(a), rushlight.tensor(b)
    )
    np.testing.assert_allclose(out.numpy(), np.linalg.solve(a, b.T).T)
