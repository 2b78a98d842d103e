"""Norms and condition numbers of matrices, against PyTorch."""

import math

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

OFTEN = {"tolerance": 100, "reason": "condition numbers of random matrices", "special": False}
SHAPES = [[(3, 4)], [(3, 3)], [(2, 3, 2)], [(0, 3)], [(3, 0)], [(0, 2, 3)], [(3,)]]
WHOLE = SHAPES[:3]
SQUARE = [[(3, 3)], [(2, 3, 3)], [(0, 0)], [(2, 0, 0)], [(0, 2, 2)], [(2, 3)], [(3,)]]
ORDERS = ["fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf]
NONE = {"derivatives": "", "special": False}

ROWS = [
    *[
        Row(f"matrix_norm {p}", lambda torch, a, p=p: torch.linalg.matrix_norm(a, p), WHOLE, **OFTEN)
        for p in ORDERS
    ],
    *[
        Row(
            f"matrix_norm {p} of nothing",
            lambda torch, a, p=p: torch.linalg.matrix_norm(a, p),
            SHAPES[3:],
            **NONE,
            message=p not in (-2, -1, -math.inf),  # PyTorch names the dim as it was given
        )
        for p in [*ORDERS, 3, "x", 0, 1j]
    ],
    *[
        Row(
            f"matrix_norm {p} over dims",
            lambda torch, a, p=p: torch.linalg.matrix_norm(a, p, (2, 0), True),
            [[(3, 2, 4)]],
            **OFTEN,
        )
        for p in ORDERS
    ],
    *[
        Row(
            f"matrix_norm over {dim}",
            lambda torch, a, dim=dim: torch.linalg.matrix_norm(a, 1, dim),
            SHAPES[:1],
            **NONE,
        )
        for dim in ((0,), (0, 0), (0, -2), (0, 3), (1, 0))
    ],
    *[
        Row(
            f"norm {p} over {dim}",
            lambda torch, a, p=p, dim=dim: torch.linalg.norm(a, p, dim),
            [[(3, 2)], [(2, 3, 2)], [(3,)], [()]],
            **OFTEN,
        )
        for p in (None, 2, "fro", "nuc", "x")
        for dim in (None, 0, (0,), (1, 0), (), (0, 1, 1))
    ],
    Row("norm kept", lambda torch, a: torch.linalg.norm(a, 2, None, True), WHOLE[:2], **OFTEN),
    Row("torch.norm nuc", lambda torch, a: torch.norm(a, "nuc"), [*WHOLE, [(3,)]], **OFTEN),
    Row(
        "torch.norm nuc of dims",
        lambda torch, a: torch.norm(a, "nuc", (2, 0), True),
        [[(2, 3, 2)]],
        **OFTEN,
    ),
    Row("Tensor.norm nuc", lambda torch, a: a.norm("nuc", (1, 0)), WHOLE[:1], **OFTEN),
]  # fmt: skip


def well_conditioned(torch, a):
    if a.dim() < 2 or a.shape[-1] != a.shape[-2]:
        return a
    return a / 10 + torch.eye(a.shape[-1], dtype=a.dtype)


ROWS += [
    Row(
        f"cond {p}",
        lambda torch, a, p=p: torch.linalg.cond(well_conditioned(torch, a), p),
        [s for s in SQUARE if s != [(2, 3)]],
        **{**OFTEN, "dtypes": "float32 float64 complex128"},
    )
    for p in (None, 2, -2)
]
# PyTorch writes infinity over its inverse and cannot differentiate these.
ROWS += [
    Row(
        f"cond {p}",
        lambda torch, a, p=p: torch.linalg.cond(well_conditioned(torch, a), p),
        SQUARE,
        dtypes="float32 float64 complex128",
        **{**OFTEN, "derivatives": ""},
    )
    for p in ("fro", "nuc", 1, -1, math.inf, -math.inf, 3, "x", 0, 1j)
]
test_values, test_derivatives, test_transforms = checks_of(ROWS)

DTYPES = ["float16", "float32", "float64", "int64", "complex64", "complex128"]


@pytest.mark.parametrize("p", [1, "fro", "nuc", 2])
@pytest.mark.parametrize("asked", DTYPES)
def test_dtype(p, asked):
    outcomes = []
    for lib in (rushlight, torch):
        a = lib.tensor([[1.0, 2.0], [3.0, 4.0]])
        try:
            out = lib.linalg.matrix_norm(a, p, dtype=getattr(lib, asked))
            outcomes.append((str(out.dtype), round(out.item(), 5)))
        except RuntimeError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("p", ORDERS)
def test_subgradients_at_zero(p):
    def gradient(lib):
        a = lib.zeros(3, 3, dtype=lib.float64, requires_grad=True)
        lib.linalg.matrix_norm(a, p).backward()
        return np.abs(a.grad.numpy()).sum()

    assert gradient(rushlight) == pytest.approx(gradient(torch))


@pytest.mark.parametrize("p", ["fro", 1, -1, math.inf, -math.inf])
def test_gradient_of_the_condition_number(p):
    values = np.random.default_rng(0).standard_normal((3, 3)) + 3 * np.eye(3)
    a = rushlight.tensor(values, requires_grad=True)
    rushlight.linalg.cond(a, p).backward()
    for at in np.ndindex(values.shape):
        step = np.zeros((3, 3))
        step[at] = 1e-6
        slope = (np.linalg.cond(values + step, p) - np.linalg.cond(values - step, p)) / 2e-6
        assert a.grad[at].item() == pytest.approx(slope, 1e-4, 1e-6)


@pytest.mark.parametrize("p", [None, 2, -2])
def test_condition_of_matrices_that_are_not_square(p):
    values = np.random.default_rng(0).standard_normal((2, 3, 4))
    ours, theirs = (lib.linalg.cond(lib.tensor(values), p) for lib in (rushlight, torch))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("p", ["fro", "nuc", 1, -1, 2])
def test_condition_of_singular_matrices(p):
    for matrix in ([[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]):
        ours, theirs = (lib.linalg.cond(lib.tensor(matrix), p) for lib in (rushlight, torch))
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("wrong", [{"ord": None}, {"dim": 1}, {"dim": None}])
def test_wrong_arguments_are_refused(wrong):
    for lib in (rushlight, torch):
        with pytest.raises(TypeError, match=r"norm\(\) received an invalid combination"):
            lib.linalg.matrix_norm(lib.eye(2), **wrong)
