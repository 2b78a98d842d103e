"""Layers and optimizers."""

from collections.abc import Callable
from typing import Any

from .row import Call, Row

Build = Callable[[Any], Any]
BOTH = (1, 2)


def with_inputs(make: Callable[[Any], tuple[Any, ...]], use: Callable[..., Any]) -> Build:
    """A setup for `use` of what `make` prepares once."""

    def setup(torch: Any) -> Call:
        torch.manual_seed(0)
        made = make(torch)
        return lambda: use(torch, *made)

    return setup


def in_both_ways(make: Callable[[Any], tuple[Any, ...]], use: Callable[..., Any]) -> Build:
    """The same, and back to whatever wants a gradient."""

    def setup(torch: Any) -> Call:
        torch.manual_seed(0)
        made = make(torch)
        leaves = [t for t in made if t.requires_grad]
        ones = torch.ones_like(use(torch, *made))

        def step() -> None:
            use(torch, *made).backward(ones)
            for leaf in leaves:
                leaf.grad = None

        return step

    return setup


# -- convolution and pooling -------------------------------------------------------------------

IMAGES = {
    "2x3x8x8, 4 of 3x3": ((2, 3, 8, 8), (4, 3, 3, 3), {}),
    "32x16x32x32, 32 of 3x3": ((32, 16, 32, 32), (32, 16, 3, 3), {"padding": 1}),
    "8x64x28x28, 64 of 3x3": ((8, 64, 28, 28), (64, 64, 3, 3), {"padding": 1}),
    "64x1x28x28, 6 of 5x5": ((64, 1, 28, 28), (6, 1, 5, 5), {"padding": 2}),
    "16x3x64x64, 16 of 7x7, stride 2": (
        (16, 3, 64, 64),
        (16, 3, 7, 7),
        {"padding": 3, "stride": 2},
    ),
    "16x32x28x28, 64 of 1x1": ((16, 32, 28, 28), (64, 32, 1, 1), {}),
    "16x32x28x28, depthwise 3x3": ((16, 32, 28, 28), (32, 1, 3, 3), {"padding": 1, "groups": 32}),
}


def convolution_rows() -> list[Row]:
    rows = []
    for title, (shape, kernel, options) in IMAGES.items():

        def make(torch: Any, s: Any = shape, k: Any = kernel) -> Any:
            x = torch.randn(*s, requires_grad=True)
            return x, torch.randn(*k, requires_grad=True), torch.randn(k[0], requires_grad=True)

        def use(torch: Any, x: Any, w: Any, b: Any, how: Any = options) -> Any:
            return torch.nn.functional.conv2d(x, w, b, **how)

        threads = (1,) if shape[0] == 2 else BOTH
        rows.append(Row(f"conv2d {title}", with_inputs(make, use), threads=threads))
        both = in_both_ways(make, use)
        rows.append(Row(f"conv2d {title} forward and backward", both, threads=threads))
    return rows


def of_image(shape: tuple[int, ...]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda torch: (torch.randn(*shape, requires_grad=True),)


POOLS: dict[str, Callable[[Any, Any], Any]] = {
    "max_pool2d": lambda torch, x: torch.nn.functional.max_pool2d(x, 2),
    "max_pool2d 3x3, stride 2": lambda torch, x: torch.nn.functional.max_pool2d(x, 3, 2, 1),
    "avg_pool2d": lambda torch, x: torch.nn.functional.avg_pool2d(x, 2),
    "adaptive_avg_pool2d to 1x1": lambda torch, x: torch.nn.functional.adaptive_avg_pool2d(x, 1),
}

POOLING = [
    Row(f"{title} {'x'.join(map(str, shape))}{words}", way(of_image(shape), use), threads=BOTH)
    for shape in ((2, 3, 8, 8), (16, 32, 32, 32))
    for title, use in POOLS.items()
    for words, way in (("", with_inputs), (" forward and backward", in_both_ways))
]

# -- layers ------------------------------------------------------------------------------------


def linear_inputs(torch: Any) -> tuple[Any, ...]:
    w, b = torch.randn(4, 4, requires_grad=True), torch.randn(4, requires_grad=True)
    return torch.randn(4, 4), w, b


def linear(torch: Any, x: Any, w: Any, b: Any) -> Any:
    return torch.nn.functional.linear(x, w, b)


def recurrent(kind: str) -> Build:
    def setup(torch: Any) -> Call:
        torch.manual_seed(0)
        layer = getattr(torch.nn, kind)(8, 16)
        x = torch.randn(20, 4, 8)
        parameters = list(layer.parameters())

        def step() -> None:
            out, _ = layer(x)
            out.sum().backward()
            for p in parameters:
                p.grad = None

        return step

    return setup


def cell_loop(torch: Any) -> Call:
    torch.manual_seed(0)
    cell = torch.nn.LSTMCell(8, 16)
    x = torch.randn(20, 4, 8)

    def step() -> None:
        h = c = torch.zeros(4, 16)
        for t in x:
            h, c = cell(t, (h, c))
        h.sum().backward()
        cell.zero_grad()

    return step


# -- optimizers --------------------------------------------------------------------------------

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.01}),
    "SGD with momentum": ("SGD", {"lr": 0.01, "momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
    "RMSprop": ("RMSprop", {}),
    "Adagrad": ("Adagrad", {}),
}


def optimizer_step(name: str, options: dict[str, Any], count: int, size: int) -> Build:
    def setup(torch: Any) -> Call:
        parameters = [torch.randn(size, requires_grad=True) for _ in range(count)]
        for p in parameters:
            p.grad = torch.randn(size)
        return getattr(torch.optim, name)(parameters, **options).step  # type: ignore[no-any-return]

    return setup


def clipping(torch: Any) -> Call:
    parameters = [torch.randn(64, requires_grad=True) for _ in range(50)]
    for p in parameters:
        p.grad = torch.randn(64)
    return lambda: torch.nn.utils.clip_grad_norm_(parameters, 1.0)


STEPS = [
    Row(
        f"{title} step, {count} parameter{'s' * (count > 1)} of {size:,}",
        optimizer_step(name, options, count, size),
        threads=(1,) if size < 1000 else BOTH,
    )
    for title, (name, options) in OPTIMIZERS.items()
    for count, size in ((50, 64), (1, 1_000_000))
]

ROWS = [
    *convolution_rows(),
    *POOLING,
    Row("linear 4x4", with_inputs(linear_inputs, linear)),
    Row("linear 4x4 forward and backward", in_both_ways(linear_inputs, linear)),
    Row("nn.Linear(4, 4) made", lambda torch: lambda: torch.nn.Linear(4, 4)),
    *(Row(f"{kind} 20x4x8, hidden 16", recurrent(kind)) for kind in ("RNN", "LSTM", "GRU")),
    Row("LSTMCell loop of 20 steps", cell_loop),
    *STEPS,
    Row("clip_grad_norm_, 50 parameters of 64", clipping),
]
