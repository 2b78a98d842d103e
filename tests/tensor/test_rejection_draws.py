"""Gamma, Dirichlet and binomial numbers, and how they move with their parameters, are PyTorch's."""

import numpy as np
import pytest

import rushlight
from tests.tensor.expressions import check, rows, torch

SETUP = """
c = torch.tensor([0.3, 2., 20.], requires_grad=True)
n = torch.tensor([5., 100., 7.], requires_grad=True)
p = torch.tensor([.5, .3, .99], requires_grad=True)

def slope(f, *x):
    return torch.autograd.grad(f.sum(), x, create_graph=True)
"""

DRAWS = rows("""
torch.binomial(n, p)
torch.binomial(n, p, generator=torch.Generator().manual_seed(3))
torch.binomial(n.detach().expand(50, 3), p.detach().expand(50, 3)).sum(0)
torch.binomial(n, p).sum().backward()
torch.binomial(n, p[:2])
torch.binomial(n.long(), p)
torch.binomial(n.double(), p)
torch.binomial(-n, p)
torch.binomial(n, p * 2)
torch.binomial(n, p * float('nan'))
torch.binomial(n.half(), p.half())
torch.binomial(n, 0.5)
torch._standard_gamma(c)
slope(torch._standard_gamma(c), c)
slope(torch._standard_gamma(c), c)[0].sum().backward()
torch._standard_gamma(c.detach().double().expand(20, 3)).sum(0)
torch._standard_gamma(c.half())
torch._standard_gamma(torch.tensor([3]))
torch._standard_gamma_grad(c, c.detach())
torch._standard_gamma_grad(c.double(), c)
torch._standard_gamma_grad(torch.tensor([3]), torch.tensor([3]))
torch._sample_dirichlet(c)
torch._sample_dirichlet(c).sum().backward()
torch._sample_dirichlet(c.half())
torch._dirichlet_grad(c / 25, c, c.sum().expand(3))
torch._dirichlet_grad(c / 25, c.double(), c)
""")


@pytest.mark.parametrize("expression", DRAWS)
def test_draws(expression):
    check(expression, SETUP)


def parameters(rng):
    return np.exp(rng.uniform(-4, 6, 5000))


def test_gradients_of_gamma_numbers_in_every_region():
    rng = np.random.default_rng(0)
    a = parameters(rng)
    x = a * np.exp(rng.normal(size=a.size) * np.minimum(1 / np.sqrt(a), 3) * 1.5) + 1e-6
    ours, theirs = (m._standard_gamma_grad(m.tensor(a), m.tensor(x)) for m in (rushlight, torch))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-9)


def test_gradients_of_shares_in_every_region():
    rng = np.random.default_rng(1)
    a, b = parameters(rng), parameters(rng)
    x = rng.beta(a, b).clip(1e-5, 1 - 1e-5)
    ours, theirs = (
        m._dirichlet_grad(m.tensor(x), m.tensor(a), m.tensor(a + b)) for m in (rushlight, torch)
    )
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_many_binomial_numbers(dtype):
    rng = np.random.default_rng(2)
    n = np.floor(np.exp(rng.uniform(0, 8, 2000))).astype(dtype)
    p = rng.uniform(-0.1, 1.1, 2000).astype(dtype)
    found = []
    for module in (rushlight, torch):
        module.manual_seed(3)
        found.append(module.binomial(module.tensor(n), module.tensor(p)).numpy())
        found.append(module.rand(1).numpy())  # as many words were taken
    assert (found[0] == found[2]).all()
    assert found[1] == found[3]


def test_expanded_weights_are_drawn_from_in_order():
    check("torch.multinomial(torch.tensor([.3, .7]).expand(20, 2), 1).T")
