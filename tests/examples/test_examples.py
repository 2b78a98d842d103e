"""The first fifty losses of every example are PyTorch's, to four digits and more.

Where a maximum is taken of numbers that are equal but for rounding, the last digit decides what is
learned from then on. So where losses differ, PyTorch runs again from parameters moved by a last digit,
and what counts is the steps up to which PyTorch agrees with itself.
"""

import doctest
import importlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight

FOLDER = Path(__file__).parents[2] / "examples"
STAND_INS = Path(__file__).parent / "stand_ins"  # of packages that only bring data
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.py") if "Training(" in path.read_text())
STEPS = 50
CLOSE = 5e-5


def arguments(name, backend, folder):
    """The command line of a short run that leaves a file with its losses."""
    report = folder / f"{backend}.json"
    options = [f"--backend={backend}", f"--steps={STEPS}", f"--record={report}"]
    return report, [str(FOLDER / f"{name}.py"), *options, f"--plot={folder / 'plot.png'}"]


def losses(report):
    return json.loads(report.read_text())["losses"]


def ours(name, folder):
    """The losses on rushlight, in an interpreter where `import torch` is free to mean it."""
    report, command = arguments(name, "rushlight", folder)
    # The stand-ins first: where rushlight is installed, the real packages lie beside it.
    source = f"{STAND_INS}{os.pathsep}{Path(rushlight.__file__).parents[1]}"
    subprocess.run(
        [sys.executable, "-W", "error", *command],
        env={**os.environ, "PYTHONPATH": source, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=300,
    )
    return losses(report)


def theirs(name, folder, monkeypatch):
    """The losses on PyTorch, here, where it is loaded."""
    report, command = arguments(name, "torch", folder)
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.syspath_prepend(STAND_INS)
    runpy.run_path(command[0], run_name="__main__")
    return losses(report)


def test_every_subject_has_its_example():
    assert EXAMPLES == [
        "char_gpt",
        "digits_cnn",
        "gan",
        "lstm",
        "maml",
        "neural_ode",
        "normalizing_flow",
        "physics_informed",
        "policy_gradient",
        "train_digits",
        "vae",
    ]


def moved_by_a_digit(seed, monkeypatch):
    """Let optimizers begin with parameters of which each is moved by about its last digit."""
    import torch

    add = torch.optim.Optimizer.add_param_group
    noise = torch.Generator().manual_seed(seed)

    def add_moved(self, group):
        add(self, group)
        with torch.no_grad():
            for p in self.param_groups[-1]["params"]:
                p *= 1 + 6e-8 * torch.randn(p.shape, generator=noise)

    monkeypatch.setattr(torch.optim.Optimizer, "add_param_group", add_moved)


def steps_in_common(losses, others):
    """How many steps it takes until the losses differ."""
    pairs = zip(losses, others, strict=True)
    differ = [a != pytest.approx(b, rel=CLOSE) for a, b in pairs]
    return [*differ, True].index(True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_losses_are_those_of_pytorch(name, tmp_path, monkeypatch):
    found = ours(name, tmp_path)
    assert len(found) == STEPS
    expected = theirs(name, tmp_path, monkeypatch)
    told = steps_in_common(found, expected)
    for seed in range(1, 4) if told < STEPS else ():
        with monkeypatch.context() as patched:
            moved_by_a_digit(seed, patched)
            certain = steps_in_common(theirs(name, tmp_path, patched), expected)
        if certain <= told:
            break
    else:
        assert found == pytest.approx(expected, rel=CLOSE)
    assert told >= 5


def test_digits_are_drawn_as_their_docstring_says(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    assert doctest.testmod(importlib.import_module("drawn_digits")).failed == 0
