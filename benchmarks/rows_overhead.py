"""Small arrays, where time is what the library adds to the arithmetic."""

from collections.abc import Callable
from typing import Any

from .row import Call, Row

BINARY = ("add", "mul", "matmul")
UNARY = ("tanh", "sum")


def recorded(name: str) -> Callable[[Any], Call]:
    """One operation on 4x4 matrices that want gradients: result and node made, then dropped."""

    def setup(torch: Any) -> Call:
        operation = getattr(torch, name)
        a = torch.randn(4, 4, requires_grad=True)
        b = torch.randn(4, 4, requires_grad=True)
        return (lambda: operation(a, b)) if name in BINARY else (lambda: operation(a))

    return setup


def unrecorded(name: str) -> Callable[[Any], Call]:
    def setup(torch: Any) -> Call:
        operation = getattr(torch, name)
        a, b = torch.randn(4, 4), torch.randn(4, 4)
        return (lambda: operation(a, b)) if name in BINARY else (lambda: operation(a))

    return setup


def five_operations(torch: Any) -> Call:
    a = torch.randn(4, 4, requires_grad=True)
    b = torch.randn(4, 4, requires_grad=True)

    def step() -> None:
        ((a @ b + a) * b).tanh().sum().backward()

    return step


def chain(length: int) -> Callable[[Any], Call]:
    def setup(torch: Any) -> Call:
        x = torch.randn(4, 4, requires_grad=True)
        factor = torch.full((4, 4), 1.001)

        def step() -> None:
            y = x
            for _ in range(length):
                y = y * factor
            y.sum().backward()

        return step

    return setup


def scalar_expression(torch: Any) -> Call:
    """Twenty operations on 0-d tensors and Python numbers, forward and backward."""
    x = torch.tensor(0.7, requires_grad=True)
    y = torch.tensor(-1.3, requires_grad=True)

    def step() -> None:
        a = (x * y + 2.0) * 0.5 - x / 3.0
        b = (a * a + 1.0).log() - y * 0.25
        c = (b + a * x).tanh() * 2.0 + 1.5
        d = (c * c - a) / (1.0 + b * b) - x
        d.backward()

    return step


def scalar_descent(torch: Any) -> Call:
    """One step of (x - 3)^2 + 1, gradient taken and put back."""
    x = torch.tensor(1.0, requires_grad=True)

    def step() -> None:
        ((x - 3) ** 2 + 1).backward()
        x.grad = None

    return step


def python_number(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)
    return lambda: x * 2.5


def transposed_view(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)
    return lambda: x.t()


def reshaped_view(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)
    return lambda: x.reshape(2, 8)


def index_row(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)
    return lambda: x[1]


def index_slices(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)
    return lambda: x[1:3, ::2]


def index_backward(torch: Any) -> Call:
    x = torch.randn(4, 4, requires_grad=True)

    def step() -> None:
        (x[0] * x[:, 1]).sum().backward()

    return step


def custom_function(torch: Any) -> Call:
    class Square(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = torch.randn(4, 4, requires_grad=True)
    gradient = torch.ones(4, 4)
    return lambda: Square.apply(x).backward(gradient)


ROWS = [
    *(Row(f"recorded 4x4 {name}", recorded(name)) for name in BINARY + UNARY),
    *(Row(f"unrecorded 4x4 {name}", unrecorded(name)) for name in BINARY + UNARY),
    Row("recorded 4x4 times a Python number", python_number),
    Row("5 operations forward and backward", five_operations),
    Row("100-operation chain forward and backward", chain(100)),
    Row("0-d: 20-operation expression forward and backward", scalar_expression),
    Row("0-d: (x - 3)**2 + 1 forward and backward", scalar_descent),
    Row("recorded view: t()", transposed_view),
    Row("recorded view: reshape", reshaped_view),
    Row("recorded index: x[1]", index_row),
    Row("recorded index: x[1:3, ::2]", index_slices),
    Row("two indexes, product, sum forward and backward", index_backward),
    Row("custom Function forward and backward", custom_function),
]
