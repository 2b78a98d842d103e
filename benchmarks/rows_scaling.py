"""How time grows with the graph, the arrays, the batch and the threads; `--plots` draws it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .row import Call, Row
from .rows_kernels import elementwise_chain
from .rows_programs import deep_chain

NODES = "graph of {:,} nodes: build, backward, free; per node"
ELEMENTS = "x * y + x of {:,} elements, forward and backward; per element"
BATCH = "perceptron step, batch {:,}; per sample"
THREADS = "elementwise chain 1000x1000; threads: {:,}"
SERIES = {
    NODES: ("nodes", "seconds per node"),
    ELEMENTS: ("elements", "seconds per element"),
    BATCH: ("samples in a batch", "seconds per sample"),
    THREADS: ("threads", "seconds of a chain of operations"),
}


def elements(count: int) -> Callable[[Any], Call]:
    def setup(torch: Any) -> Call:
        x = torch.randn(count, requires_grad=True)
        y = torch.randn(count)
        one = torch.ones(count)

        def step() -> None:
            x.grad = None
            (x * y + x).backward(one)

        return step

    return setup


def batch(count: int) -> Callable[[Any], Call]:
    def setup(torch: Any) -> Call:
        nn = torch.nn
        net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
        x, labels = torch.randn(count, 64), torch.arange(count) % 10

        def step() -> None:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), labels).backward()
            optimizer.step()

        return step

    return setup


def grown(name: str, make: Callable[[int], Callable[[Any], Call]], powers: range) -> Iterator[Row]:
    """A row for each power of ten; the smallest stands for all in a smoke run."""
    for power in powers:
        count = 10**power
        smoke = Row(name.format(10), make(10), divide=10)
        yield Row(name.format(count), make(count), divide=count, threads=(1, 2), smoke=smoke)


ROWS = [
    *grown(NODES, deep_chain, range(3, 7)),
    *grown(ELEMENTS, elements, range(3, 9)),
    *grown(BATCH, batch, range(5)),
    *(Row(THREADS.format(count), elementwise_chain, threads=(count,)) for count in (1, 2)),
]


def draw(results: list[dict[str, Any]], folder: Path) -> None:
    """Write `scaling.png`: a panel for each series, a line for each peer."""
    import matplotlib

    matplotlib.use("Agg")  # draws into files, no screen needed
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(SERIES), figsize=(4 * len(SERIES), 3.2), layout="tight")
    for panel, (pattern, (unit, time)) in zip(panels, SERIES.items(), strict=True):
        for peer, points in lines(results, pattern).items():
            panel.plot(*zip(*points, strict=True), marker="o", markersize=3, label=peer)
        panel.set(xlabel=unit, ylabel=time, yscale="log")
        if unit == "threads":
            panel.set_xticks([1, 2])
        else:
            panel.set_xscale("log")
        panel.legend()
    figure.savefig(folder / "scaling.png", dpi=100)


def lines(results: list[dict[str, Any]], pattern: str) -> dict[str, list[tuple[int, float]]]:
    """By peer, (count, time) of the rows whose names were made from `pattern`."""
    before, _, behind = pattern.partition("{:,}")
    found: dict[str, list[tuple[int, float]]] = {}
    for result in results:
        name = result["row"]
        count = name.removeprefix(before).removesuffix(behind)
        if name == before + count + behind and count.replace(",", "").isdecimal():
            for peer, taken in result["peers"].items():
                found.setdefault(peer, []).append((int(count.replace(",", "")), taken["median"]))
    return found
