"""Determinants, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.regular import regular

torch = pytest.importorskip("torch")

SQUARE = [[(0, 0)], [(1, 1)], [(2, 2)], [(3, 3)], [(2, 4, 4)], [(0, 3, 3)], [(2, 3)], [(3,)]]
SOME = [[(1, 1)], [(2, 2)], [(2, 4, 4)], [(2, 3)]]
ALL = "float16 float32 float64 complex64 complex128 int64 bool"
OFTEN = {"tolerance": 100, "reason": "condition numbers of random matrices", "special": False}


def definite(torch, a):
    return a @ a.mH + torch.eye(a.shape[-1], dtype=a.dtype)


ROWS = [
    Row("det", lambda torch, a: torch.linalg.det(a), SQUARE, dtypes=ALL, **OFTEN),
    Row("torch.det", lambda torch, a: torch.det(a), SQUARE, **OFTEN),
    Row("Tensor.det", lambda torch, a: a.det(), SQUARE, **OFTEN),
    Row("det of many", lambda torch, a: torch.linalg.det(a), [[(20, 20)]], **OFTEN),
    Row("slogdet", lambda torch, a: torch.linalg.slogdet(regular(torch, a)), SOME, **OFTEN),
    Row("torch.slogdet", lambda torch, a: torch.slogdet(regular(torch, a)), SOME, **OFTEN),
    Row(
        "slogdet of other dtypes, and of nothing",
        lambda torch, a: torch.linalg.slogdet(regular(torch, a)),
        SQUARE,
        dtypes=ALL,
        **{**OFTEN, "derivatives": ""},
    ),
    Row("logdet", lambda torch, a: torch.logdet(regular(torch, a)), SQUARE, **OFTEN),
    Row("Tensor.logdet", lambda torch, a: definite(torch, a).logdet(), SQUARE[:5], **OFTEN),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

SINGULAR = [
    [[0.0, 0.0], [0.0, 0.0]],
    [[1.0, 2.0], [2.0, 4.0]],
    [[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]],
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 3.0]],
]


def slopes_of_gradient(matrix, weights):
    """The derivative of `(weights * gradient).sum()` by differences, exact for n <= 3."""

    def weighted(values):
        a = rushlight.tensor(values, requires_grad=True)
        rushlight.linalg.det(a).backward()
        return (weights * a.grad.numpy()).sum()

    out = np.empty_like(matrix)
    for at in np.ndindex(matrix.shape):
        step = np.zeros_like(matrix)
        step[at] = 0.5
        out[at] = weighted(matrix + step) - weighted(matrix - step)
    return out


@pytest.mark.parametrize("matrix", SINGULAR)
def test_derivatives_of_the_determinant_of_a_singular_matrix(matrix):
    """PyTorch has the first where it is to be differentiated, and else may give zeros.

    It has the second where the rank is one short.
    """

    def derivatives(lib):
        a = lib.tensor(matrix, dtype=lib.float64, requires_grad=True)
        (first,) = lib.autograd.grad(lib.linalg.det(a), a, create_graph=True)
        weights = lib.arange(a.numel(), dtype=lib.float64).reshape(a.shape)
        (second,) = lib.autograd.grad((first * weights).sum(), a)
        return first.detach().numpy(), second.numpy()

    (ours, ours2), (theirs, theirs2) = derivatives(rushlight), derivatives(torch)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    if np.isfinite(theirs2).all():
        np.testing.assert_allclose(ours2, theirs2, atol=1e-12)
    a = rushlight.tensor(matrix, dtype=rushlight.float64, requires_grad=True)
    a.det().backward()
    np.testing.assert_allclose(a.grad.numpy(), ours)
    weights = np.arange(ours.size, dtype=float).reshape(ours.shape)
    np.testing.assert_allclose(ours2, slopes_of_gradient(np.array(matrix), weights), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_third_derivative_of_the_determinant(dtype):
    rng = np.random.default_rng(0)
    values = rng.standard_normal((3, 3)) + (1j * rng.standard_normal((3, 3)) if "x" in dtype else 0)

    def third(lib):
        a = lib.tensor(values, dtype=getattr(lib, dtype), requires_grad=True)
        out = lib.linalg.det(a)
        for _ in range(2):
            out = lib.autograd.grad(out, a, lib.ones_like(out), create_graph=True)[0][:2].sum()
        return lib.autograd.grad(out, a, lib.ones_like(out))[0].numpy()

    np.testing.assert_allclose(third(rushlight), third(torch), atol=1e-10)


def test_whole_numbers_stay_whole():
    assert rushlight.linalg.det(2 * rushlight.eye(3)).item() == 8.0
    assert rushlight.linalg.det(rushlight.eye(4)[[1, 0, 2, 3]]).item() == -1.0


@pytest.mark.parametrize("values", [[[0.0, 0], [0, 0]], [[np.nan, 1], [1, 1]]])
@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_sign_of_what_has_none(values, dtype):
    ours, theirs = (
        lib.linalg.slogdet(lib.tensor(values, dtype=getattr(lib, dtype)))
        for lib in (rushlight, torch)
    )
    np.testing.assert_array_equal(ours.sign.numpy(), theirs.sign.numpy())
    np.testing.assert_array_equal(ours.logabsdet.numpy(), theirs.logabsdet.numpy())


def test_results_are_named():
    a = rushlight.eye(2)
    assert isinstance(rushlight.linalg.slogdet(a), rushlight.return_types.linalg_slogdet)
    assert isinstance(a.slogdet(), rushlight.return_types.slogdet)
    assert rushlight.slogdet(a).logabsdet.item() == 0.0


def test_logdet_of_a_negative_determinant_is_nan():
    a = rushlight.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert a.logdet().isnan().item()
    assert rushlight.zeros(2, 2).logdet().item() == -np.inf
