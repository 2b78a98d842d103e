"""Whole steps of small programs, and the deepest graph."""

from collections.abc import Callable
from typing import Any

from .row import Call, Row


def linear_regression(torch: Any) -> Call:
    features = torch.randn(64, 3)
    labels = features @ torch.tensor([1.0, -2.0, 0.5]) + 0.1 * torch.randn(64)
    w = torch.zeros(3, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)

    def step() -> None:
        loss = ((features @ w + b - labels) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for p in (w, b):
                p -= 0.01 * p.grad
                p.grad.zero_()

    return step


def multilayer_perceptron(torch: Any) -> Call:
    """10-16-1, 32 samples, plain gradient descent written out."""
    x, y = torch.randn(32, 10), torch.randn(32, 1)
    parameters = [
        (0.3 * torch.randn(10, 16)).requires_grad_(),
        torch.zeros(16, requires_grad=True),
        (0.3 * torch.randn(16, 1)).requires_grad_(),
        torch.zeros(1, requires_grad=True),
    ]

    def step() -> None:
        w1, b1, w2, b2 = parameters
        loss = (((x @ w1 + b1).relu() @ w2 + b2 - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= 0.001 * p.grad
                p.grad = None

    return step


def deep_chain(length: int) -> Callable[[Any], Call]:
    """A chain of additions: built, differentiated and freed."""

    def setup(torch: Any) -> Call:
        x = torch.ones(1, requires_grad=True)

        def step() -> None:
            y = x
            for _ in range(length):
                y = y + x
            y.backward()
            del y

        return step

    return setup


DEEP = "{:,}-node chain: build, backward, free; per node"
MILLION = 1_000_000

ROWS = [
    Row("linear regression step, 64x3", linear_regression, threads=(1, 2)),
    Row("10-16-1 perceptron step, batch 32, SGD by hand", multilayer_perceptron, threads=(1, 2)),
    Row(
        DEEP.format(MILLION),
        deep_chain(MILLION),
        divide=MILLION,
        single=True,
        smoke=Row(DEEP.format(100), deep_chain(100), divide=100, single=True),
    ),
]
