"""Row operations, activations and losses, small and large, and all of them on a busy machine."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .row import Call, Row
from .rows_networks import BOTH, in_both_ways, with_inputs

Use = Callable[..., Any]


def leaf(*shape: int) -> Callable[[Any], tuple[Any, ...]]:
    return lambda torch: (torch.randn(*shape, requires_grad=True),)


def both_ways(
    name: str, make: Callable[[Any], tuple[Any, ...]], use: Use, large: bool
) -> list[Row]:
    """The row of a forward call, and that of a call and its gradients."""
    threads = BOTH if large else (1,)
    return [
        Row(name, with_inputs(make, use), threads=threads),
        Row(f"{name} forward and backward", in_both_ways(make, use), threads=threads),
    ]


# -- softmax, norms and losses -----------------------------------------------------------------


def softmax_rows() -> list[Row]:
    rows = []
    for name in ("softmax", "log_softmax"):
        for shape in ((4, 4), (128, 1000), (64, 50257)):

            def use(torch: Any, x: Any, name: str = name) -> Any:
                return getattr(torch, name)(x, -1)

            title = f"{name} {shape[0]}x{shape[1]}"
            rows += both_ways(title, leaf(*shape), use, shape[0] > 4)
    return rows


NORMS = {
    "layer norm 4x4": (4, 4),
    "layer norm 512x768": (512, 768),
    "group norm 16x64x28x28": (16, 64, 28, 28),
    "batch norm 256x512": (256, 512),
    "batch norm 16x64x28x28": (16, 64, 28, 28),
}


def norm_rows() -> list[Row]:
    rows = []
    for title, shape in NORMS.items():

        def make(torch: Any, s: Any = shape, kind: str = title.split()[0]) -> tuple[Any, ...]:
            size = s[-1] if kind == "layer" else s[1]
            parameters = [torch.randn(size, requires_grad=True) for _ in range(2)]
            return torch.randn(*s, requires_grad=True), *parameters

        def use(torch: Any, x: Any, w: Any, b: Any, kind: str = title.split()[0]) -> Any:
            functional = torch.nn.functional
            if kind == "layer":
                return functional.layer_norm(x, w.shape, w, b)
            if kind == "group":
                return functional.group_norm(x, 8, w, b)
            return functional.batch_norm(x, None, None, w, b, training=True)

        rows += both_ways(title, make, use, shape[0] > 4)
    return rows


def loss_rows() -> list[Row]:
    rows = []
    losses = ("mse_loss", "smooth_l1_loss", "binary_cross_entropy_with_logits")
    for name in losses:
        for shape in ((4, 4), (1000, 1000)):

            def make(torch: Any, s: Any = shape) -> tuple[Any, ...]:
                return torch.randn(*s, requires_grad=True), torch.rand(*s)

            def use(torch: Any, x: Any, t: Any, name: str = name) -> Any:
                return getattr(torch.nn.functional, name)(x, t)

            title = f"{name} {shape[0]}x{shape[1]}"
            rows += both_ways(title, make, use, shape[0] > 4)
    for shape in ((8, 10), (64, 50257)):

        def scores(torch: Any, s: Any = shape) -> tuple[Any, ...]:
            return torch.randn(*s, requires_grad=True), torch.randint(0, s[1], (s[0],))

        def entropy(torch: Any, x: Any, t: Any) -> Any:
            return torch.nn.functional.cross_entropy(x, t)

        rows += both_ways(f"cross entropy {shape[0]}x{shape[1]}", scores, entropy, shape[0] > 8)
    return rows


# -- elementwise -------------------------------------------------------------------------------


def activation_rows() -> list[Row]:
    rows = []
    for name in ("gelu", "silu", "softplus", "elu", "mish", "leaky_relu", "tanh", "sigmoid"):
        for shape in ((4, 4), (1000, 1000)):

            def use(torch: Any, x: Any, name: str = name) -> Any:
                return getattr(torch.nn.functional, name)(x)

            rows += both_ways(f"{name} {shape[0]}x{shape[1]}", leaf(*shape), use, shape[0] > 4)
    return rows


def elementwise_chain(torch: Any) -> Call:
    x, y = torch.rand(1000, 1000), torch.rand(1000, 1000)
    return lambda: ((x * y + x).exp() - y).tanh() / (y + 1.0)


# -- a busy machine ----------------------------------------------------------------------------


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Other processes that never rest, one for each core."""
    spin = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spin) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def while_busy(setup: Callable[[Any], Call]) -> Callable[[Any], Call]:
    """The call between the start and the end of busy processes, many times over."""

    def prepared(torch: Any) -> Call:
        call = setup(torch)

        def calls() -> None:
            with busy(2):
                for _ in range(200):
                    call()

        return calls

    return prepared


CHAIN = "elementwise chain 1000x1000"

ROWS = [
    *softmax_rows(),
    *norm_rows(),
    *loss_rows(),
    *activation_rows(),
    Row(CHAIN, elementwise_chain, threads=BOTH),
    Row(f"{CHAIN}, 2 threads", elementwise_chain, threads=(2,)),
    Row(
        f"{CHAIN}, 2 threads, busy machine",
        while_busy(elementwise_chain),
        divide=200,
        threads=(2,),
        single=True,
        smoke=Row(f"{CHAIN}, 2 threads, busy machine", elementwise_chain),
    ),
]
