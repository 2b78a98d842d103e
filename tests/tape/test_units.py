"""Bands: batches whose samples differ in few elements, against the same written out and PyTorch."""

import numpy as np
import pytest
import torch as oracle

import rushlight as torch
from rushlight.tape import units
from tests.func.programs import agree, evaluated, leaves

FUNCTIONS = [
    "lambda t: (100 * (t[1:] - t[:-1] ** 2) ** 2 + (1 - t[:-1]) ** 2).sum() * t",
    "lambda t: (t[2:] - 2 * t[1:-1] + t[:-2]).tanh()",
    "lambda t: t.reshape(2, 3)[:, 1:].exp()",
    "lambda t: t.reshape(2, 3).t().sin()",
    "lambda t: t * B",
    "lambda t: t[3].sin() * t.clone()",
    "lambda t: (B @ t.cos()).sin()",
    "lambda t: t.cos() @ B",
    "lambda t: (t.cos() @ B, t[1:4] * 2)",
    "lambda t: torch.where(t > 0, t * 2, -t).sum(0, keepdim=True) + t[::2].sum()",
    "lambda t: t.double() * 2",
    "lambda t: (t * float('inf')).clamp(max=1) - t",
    "lambda t: t.expand(2, 6) / (t - t)",
    "lambda t: t.new_ones(6) + t.to(torch.float64).reshape(3, 2).sum(1).repeat(2)",
    "lambda t: (lambda u: (u[1:4].mul_(t[:3]), u * t)[1])(t.clone() * 3)",
    "lambda t: (lambda u: (u[1:4], u[::2].mul_(2), u[1:4] * 3)[2])(-t)",
    "lambda t: (lambda u, v: (u.add_(1), v.clone())[1])(*((u, u[1:]) for u in [t * 2]).__next__())",
    "lambda t: t.masked_scatter(t > 0, t * 2)",
    "lambda t: t.detach() * t",
]
SETUP = (
    "B = torch.linspace(-1, 2, 36, dtype=torch.float64).reshape(6, 6); "
    "z = torch.linspace(-1, 1.5, 6, dtype=torch.float64); "
)


@pytest.fixture(autouse=True)
def every_batch(monkeypatch):
    """However small."""
    monkeypatch.setattr(units, "SMALL", 0)


@pytest.mark.parametrize("body", FUNCTIONS)
@pytest.mark.parametrize("transform", ["func.jacrev({})(z)", "func.jacfwd({})(z)"])
def test_jacobians(transform, body):
    agree(SETUP + "result = " + transform.format(body))


@pytest.mark.parametrize("body", FUNCTIONS)
@pytest.mark.parametrize(
    "transform",
    [
        "func.jacfwd(func.jacrev({}))(z)",
        "func.jacrev(func.jacfwd({}))(z)",
        "func.vmap(func.jacrev({}))(B)",
        "func.vmap(func.jacfwd(func.jacfwd({})))(B[:2])",
    ],
)
def test_nested_as_written_out(transform, body, monkeypatch):
    """Where PyTorch lacks this or that."""
    source = SETUP + "result = " + transform.format(body)
    band = evaluated(torch, source)
    monkeypatch.setattr(units, "SMALL", 2**20)
    whole = evaluated(torch, source)
    if isinstance(whole, Exception):
        assert str(band) == str(whole)
        return
    for ours, theirs in zip(leaves(band), leaves(whole), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-12, 1e-12)


@pytest.mark.parametrize("chunk", [4, 5])
def test_parts_of_a_band(chunk):
    agree(
        SETUP + "result = func.jacrev(lambda s, t: {'a': s * t.sum(), 'b': (t @ B)[1:] * t[1:]}, "
        f"argnums=(0, 1), chunk_size={chunk})(z, z * 2)"
    )


def test_gradients_by_what_is_outside():
    agree(
        SETUP + "w = z.clone().requires_grad_(); "
        "(func.jacrev(lambda t: (t * w)[1:] * t[:-1])(z) * B[1:]).sum().backward(); result = w.grad"
    )


def test_signs_of_zeros():
    def signs(library):
        x = library.linspace(-1, 1, 6)
        return library.func.jacrev(lambda t: -t)(x).signbit().tolist()

    assert signs(torch) == signs(oracle)


def test_a_hessian_is_written_out_once(monkeypatch):
    written = []
    whole = units.BandBox.whole
    monkeypatch.setattr(units.BandBox, "whole", lambda self: (written.append(0), whole(self))[1])
    x = torch.linspace(-1, 1, 20, dtype=torch.float64)

    def f(x):
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    found = torch.func.hessian(f)(x)
    assert len(written) == 1
    theirs = oracle.linspace(-1, 1, 20, dtype=oracle.float64)
    assert found.tolist() == pytest.approx(oracle.func.hessian(f)(theirs).numpy())
