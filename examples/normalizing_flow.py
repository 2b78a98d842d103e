"""A flow that bends a round cloud of points into two moons, and knows the density everywhere.

    python examples/normalizing_flow.py
    python examples/normalizing_flow.py --backend torch

Each layer moves one coordinate by an amount that depends on the other, which is easily undone:
Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP" (2016).
"""

from math import log, pi

from scaffold import Training

import torch
from torch import nn


def two_moons(count):
    """Points on two half circles that reach into each other, with some noise."""
    angle = pi * torch.rand(count)
    upper = torch.rand(count) < 0.5
    x = torch.where(upper, angle.cos(), 1 - angle.cos()) - 0.5
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin()) - 0.25
    return torch.stack([x, y], dim=1) * 1.5 + 0.08 * torch.randn(count, 2)


class Coupling(nn.Module):
    """Stretches and shifts one coordinate by what a network makes of the other."""

    def __init__(self, moved, hidden=32):
        super().__init__()
        self.moved = moved
        self.network = nn.Sequential(
            nn.Linear(1, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(),
            nn.Linear(hidden, 2),
        )  # fmt: skip
        nn.init.zeros_(self.network[-1].weight)  # it begins by moving nothing
        nn.init.zeros_(self.network[-1].bias)

    def stretch_and_shift(self, points):
        stretch, shift = self.network(points[:, 1 - self.moved, None]).unbind(dim=1)
        return torch.tanh(stretch), shift

    def forward(self, points):
        """The points moved, and the logarithm of how much area grew at each."""
        stretch, shift = self.stretch_and_shift(points)
        return self.put(points, points[:, self.moved] * stretch.exp() + shift), stretch

    def back(self, points):
        stretch, shift = self.stretch_and_shift(points)
        return self.put(points, (points[:, self.moved] - shift) * (-stretch).exp())

    def put(self, points, coordinate):
        pair = [points[:, 0], points[:, 1]]
        pair[self.moved] = coordinate
        return torch.stack(pair, dim=1)


class Flow(nn.Module):
    def __init__(self, layers=8):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2) for i in range(layers))

    def log_density(self, points):
        """Of each point: that of where it came from in the round cloud, and how area changed."""
        growth = torch.zeros(len(points))
        for layer in self.layers:
            points, stretch = layer(points)
            growth = growth + stretch
        return growth - 0.5 * points.square().sum(dim=1) - log(2 * pi)

    def sample(self, count):
        points = torch.randn(count, 2)
        for layer in reversed(self.layers):
            points = layer.back(points)
        return points


def main():
    training = Training(__doc__, steps=1500)
    torch.manual_seed(0)
    flow = Flow()
    optimizer = torch.optim.Adam(flow.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=training.steps)

    for _ in training:
        loss = -flow.log_density(two_moons(256)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        training.record(loss)

    def draw(axes):
        line = torch.linspace(-3, 3, 121)
        y, x = torch.meshgrid(line, line, indexing="ij")
        with torch.no_grad():
            density = flow.log_density(torch.stack([x.flatten(), y.flatten()], dim=1)).exp()
            sampled = flow.sample(500)
        axes.contourf(x.numpy(), y.numpy(), density.reshape(x.shape).numpy(), levels=20)
        axes.plot(*sampled.T.numpy(), "w.", markersize=2)
        axes.set(title="density, and points drawn from it", aspect="equal")

    training.plot(draw)


if __name__ == "__main__":
    main()
