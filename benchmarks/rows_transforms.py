"""Transforms of functions: what a call costs, Jacobians, Hessians, gradients of every sample."""

from collections.abc import Callable
from typing import Any

from .row import Call, Row


def gradient_of_a_scalar(torch: Any) -> Call:
    x = torch.tensor(0.5)
    gradient = torch.func.grad(torch.sin)
    return lambda: gradient(x)


def sixth_derivative(torch: Any) -> Call:
    x = torch.tensor(0.5)
    f = torch.sin
    for _ in range(6):
        f = torch.func.grad(f)
    return lambda: f(x)


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rosenbrock_hessian(variables: int) -> Callable[[Any], Call]:
    def setup(torch: Any) -> Call:
        x = torch.linspace(-1, 1, variables, dtype=torch.float64)
        hessian = torch.func.hessian(rosenbrock)
        return lambda: hessian(x)

    return setup


def jacobian(transform: str) -> Callable[[Any], Call]:
    """Of a dense layer, 200 to 200."""

    def setup(torch: Any) -> Call:
        weight, x = torch.randn(200, 200), torch.linspace(-1, 1, 200)
        made = getattr(torch.func, transform)(lambda x: torch.tanh(weight @ x))
        return lambda: made(x)

    return setup


def sample_gradients(samples: int) -> Callable[[Any], Call]:
    """Of a 32-64-10 classifier, one gradient for each sample."""

    def setup(torch: Any) -> Call:
        functional = torch.nn.functional
        parameters = tuple(
            [0.1 * torch.randn(*size) for size in ((64, 32), (64,), (10, 64), (10,))]
        )
        x, labels = torch.randn(samples, 32), torch.arange(samples) % 10

        def loss(parameters: Any, x: Any, label: Any) -> Any:
            w1, b1, w2, b2 = parameters
            hidden = torch.tanh(functional.linear(x[None], w1, b1))
            return functional.cross_entropy(functional.linear(hidden, w2, b2), label[None])

        each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
        return lambda: each(parameters, x, labels)

    return setup


def batched_product(torch: Any) -> Call:
    x, y = torch.randn(64, 32), torch.randn(64, 32)
    product = torch.func.vmap(torch.dot)
    return lambda: product(x, y)


ROWS = [
    Row("func.grad of a scalar function", gradient_of_a_scalar),
    Row("6th derivative, func.grad nested", sixth_derivative),
    Row("func.vmap of dot, 64 samples", batched_product),
    Row("func.hessian, 40-variable Rosenbrock", rosenbrock_hessian(40)),
    Row(
        "func.hessian, 1000-variable Rosenbrock",
        rosenbrock_hessian(1000),
        smoke=Row("func.hessian, 100-variable Rosenbrock", rosenbrock_hessian(100)),
    ),
    Row("func.jacrev, 200x200", jacobian("jacrev")),
    Row("func.jacfwd, 200x200", jacobian("jacfwd")),
    Row("gradients of 64 samples, 32-64-10 classifier", sample_gradients(64)),
    Row("gradients of 1024 samples, 32-64-10 classifier", sample_gradients(1024)),
]
