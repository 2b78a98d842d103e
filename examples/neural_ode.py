"""A network as the law of motion: it learns from a path how a point moves, by solving an ODE.

    python examples/neural_ode.py
    python examples/neural_ode.py --backend torch

Gradients come from the adjoint equation, solved backwards in time beside the path, so that no step
of the solver has to be remembered: Chen et al., "Neural Ordinary Differential Equations" (2018).
"""

from scaffold import Training

import torch
from torch import nn

TIMES, TAKEN, BATCH = 400, 10, 32
STEP = 25.0 / TIMES


def runge_kutta(slope, states, step):
    """One step of the classical method of order 4, for several states at once."""

    def moved(slopes, size):
        return [state + size * s for state, s in zip(states, slopes)]

    k1 = slope(*states)
    k2 = slope(*moved(k1, step / 2))
    k3 = slope(*moved(k2, step / 2))
    k4 = slope(*moved(k3, step))
    mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(k1, k2, k3, k4)]
    return moved(mean, step)


class Path(torch.autograd.Function):
    """`count` points on the path that starts at y, one every STEP: shape (count, *y.shape)."""

    @staticmethod
    def forward(ctx, law, count, y, *parameters):
        path = [y]
        while len(path) < count:
            path += runge_kutta(lambda y: [law(y)], path[-1:], STEP)
        path = torch.stack(path)
        ctx.law = law
        ctx.save_for_backward(path, *parameters)
        return path

    @staticmethod
    def backward(ctx, path_gradient):
        path, *parameters = ctx.saved_tensors

        def backwards(y, adjoint, *_):
            """y' = f(y), a' = -a df/dy, and what the parameters' gradients grow by: -a df/dw."""
            with torch.enable_grad():
                y = y.detach().requires_grad_()
                slope = ctx.law(y)
            return slope.detach(), *torch.autograd.grad(slope, (y, *parameters), -adjoint)

        adjoint = torch.zeros_like(path[0])
        totals = [torch.zeros_like(p) for p in parameters]
        for y, g in zip(path.flip(0)[:-1], path_gradient.flip(0)):
            states = [y, adjoint + g, *totals]
            _, adjoint, *totals = runge_kutta(backwards, states, -STEP)
        return None, None, adjoint + path_gradient[0], *totals


class Law(nn.Module):
    """The velocity at each place."""

    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(2, 50), nn.Tanh(), nn.Linear(50, 2))

    def forward(self, y):
        return self.network(y**3)

    def path(self, start, count):
        return Path.apply(self, count, start, *self.parameters())


def true_path():
    """A point that spirals inwards: y' = y^3 A, from (2, 0)."""
    spiral = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
    path = [torch.tensor([2.0, 0.0])]
    while len(path) < TIMES:
        path += runge_kutta(lambda y: [y**3 @ spiral], path[-1:], STEP)
    return torch.stack(path)


def main():
    training = Training(__doc__, steps=600)
    torch.manual_seed(0)
    truth = true_path()
    law = Law()
    optimizer = torch.optim.RMSprop(law.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=training.steps)

    for _ in training:
        starts = torch.randint(TIMES - TAKEN, (BATCH,))
        wanted = torch.stack([truth[starts + i] for i in range(TAKEN)])
        loss = (law.path(truth[starts], TAKEN) - wanted).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        training.record(loss)

    with torch.no_grad():
        found = law.path(truth[0], TIMES)
    print(f"mean distance between the whole paths: {(found - truth).norm(dim=1).mean():.3f}")

    def draw(axes):
        axes.plot(*truth.T.numpy(), label="the path")
        axes.plot(*found.T.numpy(), "--", label="solved with what was learned")
        axes.set_aspect("equal")
        axes.legend(loc="upper right")

    training.plot(draw, scale="log")


if __name__ == "__main__":
    main()
