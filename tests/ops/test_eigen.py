"""Eigenvalues and eigenvectors against PyTorch, up to the phases that are free."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import DTYPES, REASON, SQUARE, hermitian, regular, same_error, torch

SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 40, "reason": REASON}


def rebuilt(values, vectors):
    """The matrix whose eigenvalues and orthonormal eigenvectors these are."""
    return (vectors * values.unsqueeze(-2)) @ vectors.mH


def general(torch, x):
    """What of `eig` does not depend on the choice of vectors; the order is LAPACK's."""
    values, vectors = torch.linalg.eig(regular(torch, x))
    return values, vectors.abs()


def symmetric(torch, x, side):
    """What of `eigh` does not depend on the choice of vectors."""
    values, vectors = torch.linalg.eigh(hermitian(torch, x), side)
    return values, vectors.abs(), rebuilt(values, vectors)


ROWS = [
    Row("eig", general, SQUARE, node=False, **SETTINGS),
    Row("eigvals", lambda torch, x: torch.linalg.eigvals(regular(torch, x)), SQUARE, **SETTINGS),
    *[
        Row(
            f"eigh {side}",
            lambda torch, x, side=side: symmetric(torch, x, side),
            SQUARE,
            node=False,
            **SETTINGS,
        )
        for side in "LU"
    ],
    Row(
        "eigvalsh", lambda torch, x: torch.linalg.eigvalsh(hermitian(torch, x)), SQUARE, **SETTINGS
    ),
    Row(
        "eigvalsh of the upper triangle",
        lambda torch, x: torch.linalg.eigvalsh(x, "u"),
        [[(3, 3)]],
        derivatives="",
        **SETTINGS,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradient_of_eigh_is_hermitian(dtype):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 3))
    x = (x + 1j * w).astype(dtype) if dtype[0] == "c" else x
    x = x + x.conj().T
    grads = []
    for lib in (rushlight, torch):
        leaf = lib.tensor(x, requires_grad=True)
        (lib.linalg.eigh(leaf).eigenvectors.abs() * lib.tensor(w)).sum().backward()
        grads.append(leaf.grad.numpy())
    np.testing.assert_allclose(*grads, atol=1e-13)


def test_real_eigenvalues_are_complex():
    out = rushlight.linalg.eig(rushlight.eye(2))
    assert out.eigenvalues.dtype is out.eigenvectors.dtype is rushlight.complex64


def test_values_of_repeated_ones_are_differentiable():
    for values in (rushlight.linalg.eigvalsh, lambda x: rushlight.linalg.eigvals(x).real):
        x = rushlight.eye(3, requires_grad=True)
        values(x).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), np.eye(3))


def test_nodes():
    x = rushlight.tensor([[2.0, 1.0], [0.0, 1.0]], requires_grad=True)
    assert rushlight.linalg.eigvals(x).grad_fn.name() == "LinalgEigBackward0"
    assert rushlight.linalg.eigvalsh(x).grad_fn.name() == "LinalgEighBackward0"


@pytest.mark.parametrize("name", ["eig", "eigh"])
def test_phase_is_refused(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    x = x + x.conj().T

    def differentiated(t):
        vectors = getattr(t.linalg, name)(t.tensor(x, requires_grad=True)).eigenvectors
        (vectors * t.tensor(rng.normal(size=(3, 3)) + 1j)).sum().imag.backward()

    same_error(differentiated)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")
def test_jacobian_of_eigenvectors():
    """Inside transforms the phase is not looked at."""
    x = np.array([[2.0, 1.0], [1.0, 5.0]])
    ours, theirs = (
        lib.func.jacrev(lambda m, lib=lib: lib.linalg.eigh(m).eigenvectors.abs())(lib.tensor(x))
        for lib in (rushlight, torch)
    )
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-14)


def test_out():
    values, vectors = rushlight.empty(0), rushlight.empty(0)
    x = rushlight.tensor([[2.0, 1.0], [1.0, 2.0]])
    assert rushlight.linalg.eigh(x, out=(values, vectors)).eigenvalues is values
    np.testing.assert_allclose(rebuilt(values, vectors).numpy(), x.numpy(), rtol=1e-6)


NAN = float("nan")
ERRORS = [
    *[
        lambda t, name=name, x=x: getattr(t.linalg, name)(x(t))
        for name in ("eig", "eigvals", "eigh", "eigvalsh")
        for x in (
            lambda t: t.ones(3),
            lambda t: t.tensor(1.0),
            lambda t: t.ones(2, 3),
            lambda t: t.eye(3).long(),
            lambda t: t.eye(3).bfloat16(),
            lambda t: "x",
        )
    ],
    lambda t: t.linalg.eig(t.eye(3) * NAN),
    lambda t: t.linalg.eigh(t.stack([t.eye(3), t.eye(3) * NAN])),
    lambda t: t.linalg.eigh(t.eye(3), "X"),
    lambda t: t.linalg.eigvalsh(t.eye(3), "LL"),
    lambda t: t.linalg.eigh(t.eye(3), None),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)
