"""Importing rushlight stays quick: nothing is loaded that most programs do not need.

What it costs was counted under valgrind when this was written: 0.45 times the instructions of
`import numpy` on top of those.
"""

import json
import subprocess
import sys

import pytest

LOADED = """
import json, sys
import numpy
before = set(sys.modules)
import rushlight
print(json.dumps(sorted(set(sys.modules) - before)))
"""

# Of the standard library, beyond what NumPy has loaded.
NEEDED = {"__future__", "_heapq", "copy", "heapq", "threading"}

# Ours that wait until they are asked for.
LATE = {
    "rushlight.__config__",
    "rushlight.amp",
    "rushlight.autograd.checks",
    "rushlight.autograd.forward_ad",
    "rushlight.autograd.graph",
    "rushlight.distributions",
    "rushlight.func",
    "rushlight.kernels.bessel",
    "rushlight.kernels.gamma",
    "rushlight.kernels.random_draws",
    "rushlight.linalg",
    "rushlight.nn",
    "rushlight.special",
    "rushlight.tape.duals",
    "rushlight.tensor.numpy_functions",
}


@pytest.fixture(scope="module")
def loaded():
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_little_else_is_imported(loaded):
    others = {name for name in loaded if not name.startswith("rushlight")}
    # Cython registers a module of its own, named by its version, for each build.
    assert {name for name in others if "cython" not in name} <= NEEDED


def test_parts_that_few_programs_need_come_late(loaded):
    assert not {name for name in loaded if any(f"{name}.".startswith(f"{m}.") for m in LATE)}


def test_late_parts_are_there_when_asked_for():
    import rushlight as torch

    assert torch.autograd.graph.Node
    assert torch.autograd.forward_ad.dual_level
    assert torch.nn.functional.relu
    assert torch.special.i0(torch.zeros(1)) == 1
    assert "NumPy" in torch.__config__.show()
    assert torch.rand(3, generator=torch.Generator().manual_seed(1)).shape == (3,)
