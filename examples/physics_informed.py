"""A network that solves a differential equation it has never seen solved.

    python examples/physics_informed.py
    python examples/physics_informed.py --backend torch

The heat equation u_t = u_xx / 10 on a rod whose ends are held at 0: the loss is how far the network
is from obeying it, which takes the network's derivatives; training takes the derivatives of those.
Raissi, Perdikaris and Karniadakis, "Physics-informed neural networks" (2019).
"""

from math import exp, pi

from scaffold import Training

import torch
from torch import nn

DIFFUSION = 0.1


class Temperature(nn.Module):
    """Temperatures at places x and times t, all of shape (n, 1)."""

    def __init__(self, hidden=32):
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(2, hidden), nn.Tanh(),
            nn.Linear(hidden, hidden), nn.Tanh(),
            nn.Linear(hidden, 1),
        )  # fmt: skip

    def forward(self, x, t):
        return self.network(torch.cat([x, t], dim=1))


def at_the_start(x):
    """Two waves, of which the shorter fades sooner."""
    return torch.sin(pi * x) + 0.5 * torch.sin(2 * pi * x)


def solution(x, t):
    """What the network should find."""
    slow, fast = exp(-DIFFUSION * pi**2 * t), exp(-DIFFUSION * 4 * pi**2 * t)
    return slow * torch.sin(pi * x) + 0.5 * fast * torch.sin(2 * pi * x)


def slope(y, x):
    """dy/dx at each point, itself to be differentiated."""
    return torch.autograd.grad(y.sum(), x, create_graph=True)[0]


def disobedience(u):
    """How far u is from the equation, from its start and from its ends, at random points."""
    x = torch.rand(128, 1, requires_grad=True)
    t = torch.rand(128, 1, requires_grad=True)
    temperature = u(x, t)
    equation = slope(temperature, t) - DIFFUSION * slope(slope(temperature, x), x)
    start = u(x, torch.zeros_like(t)) - at_the_start(x)
    ends = u(torch.zeros_like(x), t).square() + u(torch.ones_like(x), t).square()
    return equation.square().mean() + 10 * (start.square() + ends).mean()


def main():
    training = Training(__doc__, steps=2000)
    torch.manual_seed(0)
    u = Temperature()
    optimizer = torch.optim.Adam(u.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=training.steps)

    for _ in training:
        loss = disobedience(u)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        training.record(loss)

    x = torch.linspace(0, 1, 101).unsqueeze(1)
    times = (0.0, 0.1, 0.3, 1.0)
    with torch.no_grad():
        found = [u(x, torch.full_like(x, t)) for t in times]
    error = max((f - solution(x, t)).abs().max().item() for f, t in zip(found, times))
    print(f"largest error: {error:.4f}")

    def draw(axes):
        for t, values in zip(times, found):
            (line,) = axes.plot(x.numpy(), values.numpy(), label=f"t = {t}")
            axes.plot(x.numpy(), solution(x, t).numpy(), ":", color=line.get_color(), linewidth=3)
        axes.set(xlabel="x", title="found (lines) and exact (dots)")
        axes.legend()

    training.plot(draw, scale="log")


if __name__ == "__main__":
    main()
