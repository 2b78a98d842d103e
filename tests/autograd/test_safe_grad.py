"""`safe_grad`: branches not taken contribute nothing, whatever their derivative."""

import threading

import numpy as np
import pytest

import rushlight as torch

MASKED = {
    "where": lambda x: torch.where(x > 0, x.sqrt(), 0),
    "masked_fill": lambda x: x.log().masked_fill(x <= 0, 0),
    "clamp": lambda x: x.sqrt().clamp(min=0.5),
    "index": lambda x: x.reciprocal()[1:],
    "relu": lambda x: (x.sqrt() - 1e-3).relu(),
    "index_put": lambda x: x.log().index_put((torch.tensor([0]),), torch.tensor(0.0)),
}


@pytest.mark.parametrize("name", MASKED)
def test_the_branch_not_taken(name):
    x = torch.tensor([0.0, 4.0, 9.0], requires_grad=True)
    MASKED[name](x).sum().backward()
    assert np.isnan(x.grad[0].item())
    good = x.grad[1:].tolist()
    x.grad = None
    with torch.autograd.safe_grad():
        MASKED[name](x).sum().backward()
    assert x.grad.tolist() == [0, *good]


def test_second_derivatives():
    x = torch.tensor([0.0, 4.0], requires_grad=True, dtype=torch.float64)
    with torch.autograd.safe_grad():
        (g,) = torch.autograd.grad(torch.where(x > 0, x.sqrt(), 0).sum(), x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x)
    np.testing.assert_allclose(h.numpy(), [0, -(4**-1.5) / 4])


def test_inside_transforms():
    x = torch.tensor([0.0, 4.0])
    with torch.autograd.safe_grad():
        g = torch.func.grad(lambda t: torch.where(t > 0, t.sqrt(), 0).sum())(x)
        rows = torch.func.vmap(torch.func.grad(lambda t: torch.where(t > 0, t.sqrt(), 0)))(x)
    assert g.tolist() == rows.tolist() == [0, 0.25]


def test_broadcast_operands():
    x = torch.tensor(0.0, requires_grad=True)
    with torch.autograd.safe_grad():
        (x.sqrt() * torch.tensor([0.0, 0.0])).sum().backward()
    assert x.grad.item() == 0


@pytest.mark.parametrize("norm", [lambda x: x.square().sum(), lambda x: (x * x).sum()])
def test_a_norm_written_out(norm):
    x = torch.tensor([0.0, 0.0], requires_grad=True)
    norm(x).sqrt().backward()
    assert x.grad.isnan().all()
    x.grad = None
    with torch.autograd.safe_grad():
        norm(x).sqrt().backward()
    assert x.grad.tolist() == [0, 0]


def test_nan_of_the_data_stays():
    x = torch.tensor([float("nan"), 1.0], requires_grad=True)
    with torch.autograd.safe_grad():
        x.square().sqrt().sum().backward()
    assert x.grad.isnan().tolist() == [True, False]


def test_true_infinities_stay():
    x = torch.tensor([0.0], requires_grad=True)
    with torch.autograd.safe_grad():
        x.sqrt().sum().backward()
    assert x.grad.tolist() == [float("inf")]


def test_it_is_a_decorator_and_per_thread():
    seen = []

    @torch.autograd.safe_grad()
    def gradient():
        thread = threading.Thread(target=lambda: seen.append(run()))
        thread.start()
        thread.join()
        return run()

    def run():
        x = torch.tensor(0.0, requires_grad=True)
        (x.sqrt() * 0).backward()
        return x.grad.item()

    assert gradient() == 0
    assert np.isnan(seen[0]) and np.isnan(run())  # noqa: PT018 (one fact: nobody else is touched)


def test_it_can_be_switched_off_inside():
    x = torch.tensor(0.0, requires_grad=True)
    with torch.autograd.safe_grad(), torch.autograd.safe_grad(False):
        (x.sqrt() * 0).backward()
    assert np.isnan(x.grad.item())


def test_hypot_at_the_origin():
    x, y = (torch.zeros(2, requires_grad=True, dtype=torch.float64) for _ in "xy")
    with torch.autograd.safe_grad():
        torch.hypot(x, y + torch.tensor([0, 1])).sum().backward()
    assert x.grad.tolist() == [0, 0]
    assert y.grad.tolist() == [0, 1]
