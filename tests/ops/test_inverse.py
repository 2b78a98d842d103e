"""Inverses of square matrices, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.regular import regular

torch = pytest.importorskip("torch")

SQUARE = [[(0, 0)], [(1, 1)], [(3, 3)], [(2, 3, 3)], [(0, 3, 3)], [(2, 1, 4, 4)], [(2, 3)], [(3,)]]
ALL = "float16 float32 float64 complex64 complex128 int64 bool"
OFTEN = {"tolerance": 100, "reason": "condition numbers of random matrices", "special": False}

ROWS = [
    Row("inv", lambda torch, a: torch.linalg.inv(regular(torch, a)), SQUARE, dtypes=ALL, **OFTEN),
    Row("inv_ex", lambda torch, a: torch.linalg.inv_ex(regular(torch, a))[0], SQUARE[:6], **OFTEN),
    Row("inverse", lambda torch, a: torch.inverse(regular(torch, a)), SQUARE, **OFTEN),
    Row("Tensor.inverse", lambda torch, a: regular(torch, a).inverse(), SQUARE, **OFTEN),
    Row(
        "tensorinv",
        lambda torch, a: torch.linalg.tensorinv(regular(torch, a).reshape(2, 3, 3, 2), ind=2),
        [[(6, 6)]],
        **OFTEN,
    ),
    Row(
        "tensorinv 1",
        lambda torch, a: torch.linalg.tensorinv(regular(torch, a).reshape(-1, 2, 3), 1),
        [[(6, 6)], [(3, 6)]],
        **OFTEN,
    ),
    Row(
        "tensorinv 0",
        lambda torch, a: torch.linalg.tensorinv(a, 0),
        [[(3, 3)]],
        derivatives="",
        special=False,
    ),
    Row(
        "tensorinv 4",
        lambda torch, a: torch.linalg.tensorinv(a, 4),
        [[(3, 3)]],
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

SINGULAR = [
    [[0.0, 0.0], [0.0, 0.0]],
    [[1.0, 2.0], [2.0, 4.0]],
    [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 5.0]],
    [[[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0], [1.0, 1.0]]],
]
CALLS = {
    "inv": lambda lib, a: lib.linalg.inv(a),
    "inverse": lambda lib, a: lib.inverse(a),
    "inv_ex": lambda lib, a: lib.linalg.inv_ex(a, check_errors=True),
    "matrix_power": lambda lib, a: lib.linalg.matrix_power(a, -2),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("matrix", SINGULAR)
def test_singular_matrices_are_refused(call, matrix):
    with pytest.raises(rushlight.linalg.LinAlgError) as ours:
        call(rushlight, rushlight.tensor(matrix))
    with pytest.raises(torch.linalg.LinAlgError) as theirs:
        call(torch, torch.tensor(matrix))
    assert str(ours.value) == str(theirs.value)


def test_a_singular_tensor_is_refused():
    with pytest.raises(rushlight.linalg.LinAlgError, match=r"^inv: The diagonal element 1 is zero"):
        rushlight.linalg.tensorinv(rushlight.zeros(2, 3, 6))


@pytest.mark.parametrize("matrix", SINGULAR)
def test_inv_ex_tells_of_singular_matrices(matrix):
    ours = rushlight.linalg.inv_ex(rushlight.tensor(matrix))
    theirs = torch.linalg.inv_ex(torch.tensor(matrix))
    np.testing.assert_array_equal(ours.info.numpy(), theirs.info.numpy())
    assert str(ours.info.dtype) == str(theirs.info.dtype)
    whole = theirs.info.numpy() == 0
    np.testing.assert_allclose(ours.inverse.numpy()[whole], theirs.inverse.numpy()[whole])
    assert not np.isfinite(ours.inverse.numpy()[~whole]).all()


def test_results_are_named_and_laid_out_by_columns():
    a = [[2.0, 1.0], [0.0, 4.0]]
    ours, theirs = (lib.linalg.inv_ex(lib.tensor(a)) for lib in (rushlight, torch))
    assert repr(ours) == repr(theirs)
    assert ours.inverse.stride() == theirs.inverse.stride()


def test_a_singular_matrix_in_a_vmap_is_refused():
    with pytest.raises(rushlight.linalg.LinAlgError, match="Batch element 1"):
        rushlight.func.vmap(rushlight.linalg.inv)(rushlight.tensor(SINGULAR[3]))


def test_what_is_no_tensor_is_refused():
    for lib in (rushlight, torch):
        with pytest.raises(TypeError, match=r"inv\(\): argument 'A' \(position 1\) must be Tensor"):
            lib.linalg.inv([[1.0]])


def test_out():
    a, out = rushlight.tensor([[2.0, 0.0], [0.0, 4.0]]), rushlight.empty(2, 2)
    assert rushlight.linalg.inv(a, out=out) is out
    assert out.tolist() == [[0.5, 0.0], [0.0, 0.25]]
