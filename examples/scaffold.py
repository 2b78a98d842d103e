"""What every example stands in: its command line, a progress bar, a plot, and PyTorch beside it.

Import it before torch: it decides whose torch that is.

    python examples/vae.py                        on rushlight
    python examples/vae.py --backend torch        the same file on PyTorch
    python examples/vae.py --compare              both in turn: their losses and times
    python examples/vae.py --steps 50             a shorter run
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = {"rushlight": "rushlight", "torch": "PyTorch"}
SHOWN = (0, 1, 2, 5, 10, 20, 30, 40, 49)
WARM_UP = 5  # steps that are not timed: they fill caches
ROUNDS = 3


def parser(description=None):
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--backend", choices=LABELS, default="rushlight", help="whose torch")
    options.add_argument("--compare", action="store_true", help="run on both, side by side")
    options.add_argument("--steps", type=int, help="how many steps to train")
    options.add_argument("--plot", type=Path, help="where the plot goes")
    options.add_argument("--record", type=Path, help="write losses and seconds there, as JSON")
    return options


BACKEND = parser().parse_known_args()[0].backend
if BACKEND == "rushlight":
    import rushlight

    rushlight.as_torch()


class Training:
    """The loop of an example: `for step in training:`, each of which ends with `training.record`.

    It reads the command line, shows a progress bar (with tqdm), and keeps the losses and the
    processor time of each step.
    """

    def __init__(self, description, steps):
        options = parser(description).parse_args()
        self.steps = steps if options.steps is None else options.steps
        if options.compare:
            compare(min(self.steps, 60) if options.steps is None else self.steps)
            sys.exit()
        self.picture = options.plot or Path(sys.argv[0]).with_suffix(".png").name
        self.report = options.record
        self.losses, self.seconds = [], []

    def __iter__(self):
        import torch

        print(f"{LABELS[BACKEND]} {torch.__version__}, {self.steps} steps")
        self.bar = progress_bar(self.steps)
        started = time.process_time()
        for step in self.bar:
            yield step
            now = time.process_time()
            self.seconds.append(now - started)
            started = now
        print(f"loss {self.losses[0]:.4f} -> {self.losses[-1]:.4f}")
        if self.report:
            self.report.write_text(json.dumps({"losses": self.losses, "seconds": self.seconds}))

    def record(self, loss, **others):
        """Keep a step's loss, and show it with whatever else is worth watching."""
        self.losses.append(loss.item())
        if len(self.losses) % 10 == 0:
            self.bar.set_postfix(loss=f"{self.losses[-1]:.4f}", **others)

    def plot(self, draw, rows=1, columns=1, scale="linear"):
        """Save the falling loss and, on axes beside it, what `draw(axes)` shows."""
        try:
            import matplotlib
        except ModuleNotFoundError:
            print("no plot: it takes matplotlib, from the extra `demo`")
            return
        matplotlib.use("Agg")  # draws into files, no screen needed
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(10, 4), layout="constrained")
        left, right = figure.subfigures(1, 2)
        axes = left.subplots()
        axes.plot(self.losses, linewidth=0.8)
        axes.set(xlabel="step", title="loss", yscale=scale)
        draw(right.subplots(rows, columns))
        figure.savefig(self.picture, dpi=120)
        plt.close(figure)
        print(f"plot {Path(self.picture).resolve()}")


class Silent:
    """Stands where tqdm is not installed."""

    def __init__(self, steps):
        self.steps = steps

    def __iter__(self):
        return iter(range(self.steps))

    def set_postfix(self, **values):
        pass


def progress_bar(steps):
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return Silent(steps)
    return tqdm(range(steps), unit="step")


def compare(steps):
    """Run this example on both in turn, and print losses and times side by side."""
    runs = {backend: [] for backend in LABELS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for backend, records in runs.items():
                records.append(recorded(backend, steps, Path(folder)))
    ours, theirs = (run[0]["losses"] for run in runs.values())
    print(f"{'step':>4} {'rushlight':>12} {'PyTorch':>12}")
    for step in SHOWN:
        if step < len(ours):
            print(f"{step:4} {ours[step]:12.4g} {theirs[step]:12.4g}")
    different = [i for i, pair in enumerate(zip(ours[:50], theirs[:50])) if not same(*pair)]
    print(
        f"the first {len(ours[:50])} losses are the same to 4 digits"
        if not different
        else f"the losses differ in the first 4 digits from step {different[0]} on"
    )
    fast, slow = (min(milliseconds(run["seconds"]) for run in runs[b]) for b in LABELS)
    print(
        f"processor time a step, one thread: {fast:.3g} ms on rushlight, "
        f"{slow:.3g} ms on PyTorch, {slow / fast:.1f} times as much"
    )


def recorded(backend, steps, folder):
    """The losses and seconds of a run of this example in another process, on one thread."""
    report = folder / "report.json"
    command = [sys.executable, *sys.argv[:1], f"--backend={backend}", f"--steps={steps}"]
    command += [f"--record={report}", f"--plot={folder / 'plot.png'}"]
    done = subprocess.run(
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(report.read_text())


def same(a, b):
    """Whether two losses agree to 4 digits."""
    return abs(a - b) <= 0.5e-3 * max(abs(a), abs(b))


def milliseconds(seconds):
    timed = seconds[WARM_UP:] or seconds
    return 1e3 * sum(timed) / len(timed)
