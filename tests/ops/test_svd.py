"""Singular value decompositions against PyTorch, up to the signs that are free."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.matrices import ANY, DTYPES, REASON, SQUARE, TALL, regular, same_error, torch

SETTINGS = {"special": False, "dtypes": DTYPES, "tolerance": 40, "reason": REASON, "node": False}


def free_of_phase(u, s, vh):
    """What does not depend on the choice of singular vectors."""
    return u.abs(), s, vh.abs(), (u * s.unsqueeze(-2)) @ vh


def thin(torch, x):
    return torch.linalg.svd(regular(torch, x), full_matrices=False)


def old(torch, x):
    u, s, v = regular(torch, x).svd()
    return u, s, v.mH


def full(torch, x):
    """The vectors that belong to singular values, of full matrices."""
    u, s, vh = torch.linalg.svd(regular(torch, x))
    k = s.shape[-1]
    return u[..., :k], s, vh[..., :k, :]


ROWS = [
    *[
        Row(name, lambda torch, x, parts=parts: free_of_phase(*parts(torch, x)), ANY, **SETTINGS)
        for name, parts in (("svd", thin), ("svd full", full), ("torch.svd", old))
    ],
    Row(
        "svdvals",
        lambda torch, x: torch.linalg.svdvals(regular(torch, x)),
        ANY,
        **{**SETTINGS, "node": True},
    ),
    Row(
        "torch.svd values only",
        lambda torch, x: torch.svd(regular(torch, x), compute_uv=False),
        SQUARE + TALL,
        **{**SETTINGS, "node": True},
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3), (2, 3, 1), (0, 3), (3, 0), (2, 0, 3)])
@pytest.mark.parametrize("whole", [True, False])
def test_shapes_and_orthonormality(shape, whole):
    x = np.random.default_rng(0).normal(size=shape)
    ours, theirs = (
        lib.linalg.svd(lib.tensor(x), full_matrices=whole) for lib in (rushlight, torch)
    )
    for a, b in zip(ours, theirs, strict=True):
        assert tuple(a.shape) == tuple(b.shape)
    u, vh = ours.U.numpy(), ours.Vh.numpy()
    for q in (u, vh.swapaxes(-1, -2)):
        one = np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], q.shape[-1], q.shape[-1]))
        np.testing.assert_allclose(q.swapaxes(-1, -2) @ q, one, atol=1e-14)


def test_values_of_repeated_ones_are_differentiable():
    x = rushlight.eye(3, requires_grad=True)
    rushlight.linalg.svdvals(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.eye(3))
    x = rushlight.eye(3, requires_grad=True)
    rushlight.linalg.svd(x).S.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.eye(3))


def test_nodes():
    x = rushlight.tensor([[2.0, 1.0], [0.0, 1.0]], requires_grad=True)
    assert rushlight.linalg.svdvals(x).grad_fn.name() == "LinalgSvdBackward0"
    assert rushlight.svd(x).V.grad_fn.name() == "TransposeBackward0"
    assert not rushlight.svd(x, compute_uv=False).U.requires_grad


def test_phase_is_refused():
    x = np.random.default_rng(0).normal(size=(3, 3)) + 1j * np.random.default_rng(1).normal(
        size=(3, 3)
    )
    same_error(lambda t: t.linalg.svd(t.tensor(x, requires_grad=True)).U.sum().real.backward())


def test_out():
    U, S, Vh = (rushlight.empty(0) for _ in range(3))
    x = rushlight.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert rushlight.linalg.svd(x, out=(U, S, Vh)).S is S
    np.testing.assert_allclose((U * S @ Vh).numpy(), x.numpy(), rtol=1e-6)


NAN = float("nan")
ERRORS = [
    *[
        lambda t, f=f, x=x: f(t)(x(t))
        for f in (lambda t: t.linalg.svd, lambda t: t.linalg.svdvals, lambda t: t.svd)
        for x in (
            lambda t: t.ones(3),
            lambda t: t.tensor(1.0),
            lambda t: t.eye(3).long(),
            lambda t: t.eye(3).half(),
            lambda t: "x",
            lambda t: t.eye(3) * NAN,
            lambda t: t.stack([t.eye(3), t.eye(3) * NAN]),
        )
    ],
    lambda t: t.linalg.svd(t.eye(3), driver="gesvd"),
    lambda t: t.linalg.svdvals(t.eye(3), driver="gesvd"),
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    same_error(call)
