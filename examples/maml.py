"""Learning to learn: a network that fits a new sine wave from five points in one step.

    python examples/maml.py
    python examples/maml.py --backend torch

The training step differentiates through a training step: Finn, Abbeel and Levine, "Model-Agnostic
Meta-Learning for Fast Adaptation of Deep Networks" (2017).
"""

from math import pi

from scaffold import Training

import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

TASKS, POINTS = 25, 5
INNER_RATE = 0.02


def new_waves(count):
    """Heights and phases of random sine waves, each of shape (count, 1, 1)."""
    return 0.1 + 4.9 * torch.rand(count, 1, 1), pi * torch.rand(count, 1, 1)


def points(waves, count):
    """That many random points on each wave."""
    height, phase = waves
    x = torch.rand(len(height), count, 1) * 10 - 5
    return x, height * torch.sin(x + phase)


def main():
    training = Training(__doc__, steps=1500)
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1)
    )
    parameters = dict(model.named_parameters())
    optimizer = torch.optim.Adam(parameters.values(), lr=2e-3)

    def error(parameters, x, y):
        return F.mse_loss(functional_call(model, parameters, (x,)), y)

    def adapted(parameters, x, y):
        """The parameters after one step of gradient descent on a task's few points."""
        slopes = grad(error)(parameters, x, y)
        return {name: p - INNER_RATE * slopes[name] for name, p in parameters.items()}

    def error_after_adapting(few, others):
        return error(adapted(parameters, *few), *others)

    for _ in training:
        waves = new_waves(TASKS)
        loss = vmap(error_after_adapting)(points(waves, POINTS), points(waves, 10)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        training.record(loss)

    waves = new_waves(1)
    x, y = (values[0] for values in points(waves, POINTS))
    line = torch.linspace(-5, 5, 101).unsqueeze(1)
    wave = waves[0][0] * torch.sin(line + waves[1][0])
    learned, curves = parameters, []
    for step in range(11):
        with torch.no_grad():
            curves.append(functional_call(model, learned, (line,)))
        if step in (0, 1, 10):
            print(f"after {step:2} steps on five points: error {F.mse_loss(curves[-1], wave):.3f}")
        learned = {name: p.detach() for name, p in adapted(learned, x, y).items()}

    def draw(axes):
        axes.plot(line.numpy(), wave.numpy(), "k", label="the wave")
        axes.plot(x.numpy(), y.numpy(), "ko")
        for step in (0, 1, 10):
            axes.plot(line.numpy(), curves[step].numpy(), "--", label=f"after {step} steps")
        axes.legend()

    training.plot(draw)


if __name__ == "__main__":
    main()
