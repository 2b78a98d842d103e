"""Pseudo-inverses and ranks, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.regular import regular

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 complex128 int64 bool"
OFTEN = {"tolerance": 300, "reason": "condition numbers of random matrices", "special": False}
SHAPES = [[(4, 3)], [(3, 4)], [(3, 3)], [(2, 4, 3)], [(0, 3)], [(2, 3, 0)], [(0, 3, 2)], [(3,)]]
SQUARE = [[(3, 3)], [(2, 3, 3)], [(0, 0)], [(2, 3)]]


def hermitian(a):
    return a + a.mH if a.shape[-1] == a.shape[-2] else a


def pinv(**options):
    return lambda torch, a: torch.linalg.pinv(a, **options)


def rank(**options):
    return lambda torch, a: torch.linalg.matrix_rank(a, **options)


ROWS = [
    Row("pinv", pinv(), SHAPES, dtypes=ALL, **OFTEN),
    Row("pinv to rtol", pinv(rtol=0.3), SHAPES[:4], **OFTEN),
    Row("pinv to atol", pinv(atol=0.5), SHAPES[:4], **OFTEN),
    Row("pinv to rcond", pinv(rcond=0.3), SHAPES[:4], **OFTEN),
    Row(
        "pinv of low rank",
        lambda torch, a: torch.linalg.pinv(a[..., :1] @ a[..., :1, :]),
        SHAPES[:4],
        **{**OFTEN, "dtypes": "float32 float64 complex128"},
    ),
    Row(
        "pinv to a tensor",
        lambda torch, a: torch.linalg.pinv(a, rtol=torch.tensor(0.3)),
        SHAPES[:4],
        **OFTEN,
    ),
    Row(
        "pinv to both",
        lambda torch, a: torch.linalg.pinv(a, atol=0.1, rtol=torch.tensor(0.3)),
        SHAPES[:4],
        **OFTEN,
    ),
    Row(
        "pinv hermitian",
        lambda torch, a: torch.linalg.pinv(hermitian(a), hermitian=True),
        SQUARE,
        **OFTEN,
    ),
    Row("pinverse", lambda torch, a: torch.pinverse(regular(torch, a)), SQUARE[:3], **OFTEN),
    Row("Tensor.pinverse", lambda torch, a: a.pinverse(0.3), SHAPES[:4], **OFTEN),
    Row("matrix_rank", rank(), SHAPES, dtypes=ALL, **OFTEN),
    Row("matrix_rank to tol", rank(tol=1.5), SHAPES[:4], dtypes=ALL, **OFTEN),
    Row("matrix_rank to both", rank(atol=1.5, rtol=0.1), SHAPES[:4], **OFTEN),
    Row("matrix_rank to rtol", rank(rtol=0.4), SHAPES[:4], **OFTEN),
    Row("matrix_rank to atol", rank(atol=1.5), SHAPES[:4], **OFTEN),
    Row(
        "matrix_rank hermitian",
        lambda torch, a: torch.linalg.matrix_rank(hermitian(a), hermitian=True),
        SQUARE,
        **OFTEN,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("name", ["pinv", "matrix_rank"])
@pytest.mark.parametrize(
    "options",
    [
        {"rtol": [0.0, 0.5]},
        {"atol": [0.0, 1.0]},
        {"atol": [2.0, 0.0], "rtol": [0.0, 0.9]},
        {"rtol": [0.1, 0.2, 0.3]},
        {"atol": 1j},
        {"rtol": 1j},
    ],
)
def test_a_tolerance_for_each_matrix(name, options):
    values = np.random.default_rng(0).standard_normal((2, 3, 3))
    outcomes = []
    for lib in (rushlight, torch):
        given = {key: lib.tensor(value) for key, value in options.items()}
        try:
            outcomes.append(getattr(lib.linalg, name)(lib.tensor(values), **given).tolist())
        except RuntimeError as error:
            outcomes.append(str(error))
    if isinstance(outcomes[1], str):
        assert outcomes[0] == outcomes[1]
    else:
        np.testing.assert_allclose(outcomes[0], outcomes[1])


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.linalg.matrix_rank(lib.eye(2), atol=1j),
        lambda lib: lib.linalg.matrix_rank(lib.eye(2), tol=0.1, rtol=0.1),
        lambda lib: lib.linalg.matrix_rank(lib.eye(2), "a"),
        lambda lib: lib.linalg.pinv(lib.eye(2), rtol=[1]),
        lambda lib: lib.linalg.pinv(lib.eye(2), 0.1, atol=0.1),
    ],
)
def test_wrong_tolerances_are_refused(call):
    for lib in (rushlight, torch):
        with pytest.raises(TypeError, match="received an invalid combination of arguments"):
            call(lib)


@pytest.mark.parametrize("name", ["pinv", "matrix_rank"])
def test_what_is_not_finite_is_refused(name):
    for lib in (rushlight, torch):
        with pytest.raises(lib.linalg.LinAlgError, match="non-finite"):
            getattr(lib.linalg, name)(lib.full((2, 2), float("nan")))


def test_node():
    a = rushlight.eye(2, requires_grad=True)
    assert rushlight.linalg.pinv(a).grad_fn.name() == "LinalgPinvBackward0"
    assert len(rushlight.linalg.pinv(a).grad_fn.next_functions) == 1
    assert not rushlight.linalg.matrix_rank(a).requires_grad
