"""Training steps of small networks: time, and the most memory that they take."""

from typing import Any

from .models import MODELS, Model, medium_perceptron, perceptron
from .row import Call, ProcessRow, Row
from .rows_networks import BOTH, Build


def training(model: Model, how: str) -> Build:
    """One step: loss, gradients, optimizer."""

    def setup(torch: Any) -> Call:
        torch.manual_seed(0)
        parameters, loss = model(torch)
        optimizer = getattr(torch.optim, how)(parameters, lr=0.001)

        def step() -> None:
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

        return step

    return setup


def inference(make: Any, size: int) -> Build:
    def setup(torch: Any) -> Call:
        model, x = make(torch), torch.randn(1, size)

        def call() -> None:
            with torch.no_grad():
                model(x)

        return call

    return setup


def loading(torch: Any) -> Call:
    """An epoch of 1,000 samples in shuffled batches of 50."""
    data = torch.utils.data
    pairs = data.TensorDataset(torch.randn(1000, 20), torch.randint(0, 10, (1000,)))
    loader = data.DataLoader(pairs, batch_size=50, shuffle=True)

    def epoch() -> None:
        for _ in loader:
            pass

    return epoch


PEAK = """
import {{module}} as torch
from benchmarks.models import MODELS
from benchmarks.rows_training import training

def most():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

torch.set_num_threads(1)
step = training(MODELS[{name!r}], "Adam")(torch)
before = most()
for _ in range(5):
    step()
print(most() - before)
"""

SMALL = {"10-16-1 perceptron", "physics-informed network, 100 points"}

STEPS = [
    Row(f"{name}, {how} step", training(model, how), threads=(1,) if name in SMALL else BOTH)
    for name, model in MODELS.items()
    for how in (("SGD", "Adam") if "perceptron" in name else ("Adam",))
]

ROWS: list[Row | ProcessRow] = [
    *STEPS,
    Row("10-16-1 perceptron, one sample, no gradients", inference(perceptron, 10)),
    Row("784-128-64-10 perceptron, one sample, no gradients", inference(medium_perceptron, 784)),
    Row("DataLoader, 1,000 samples in 20 batches", loading),
    *(
        ProcessRow(f"peak memory of {name}", "B", PEAK.format(name=name))
        for name in MODELS
        if name not in SMALL
    ),
]
