"""The stubs are current, and a type checker sees through them what a program does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight
from tools import stubs

RIGHT = """
import rushlight as torch
import rushlight.nn.functional as F
from rushlight import Tensor, nn

def loss_of(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    hidden = torch.tanh(x @ w).add_(1).softmax(-1)
    values, indices = hidden.max(dim=1)
    best: Tensor = hidden.max(1).values
    parts: tuple[Tensor, ...] = hidden.split(2, dim=1)
    return F.mse_loss(torch.cat(parts, dim=1), y) + (best - values).abs().mean()

w = torch.randn(3, 4, dtype=torch.float32, requires_grad=True)
loss = loss_of(w, torch.ones(2, 3), torch.zeros(2, 4))
loss.backward()
if w.grad is not None:
    step: Tensor = -0.1 * w.grad
n: int = w.size(0) + len(w.shape)
with torch.no_grad():
    ok: bool = torch.equal(w, nn.Parameter(w))
for row in w:
    print(row.item(), w[0, 1:].numpy(), w.dtype is torch.float32, torch.linalg.vector_norm(row))
torch.sum(w, 0, keepdim=True, out=torch.empty(1, 4))
"""

WRONG = {
    "w.no_such_method()": 'has no attribute "no_such_method"',
    "torch.no_such_function(w)": 'has no attribute "no_such_function"',
    "torch.exp('one')": 'incompatible type "str"',
    "torch.sum(w, keepdims=True)": 'Unexpected keyword argument "keepdims"',
    "n: int = w + 1": 'expression has type "Tensor"',
    "w.grad.zero_()": 'has no attribute "zero_"',
    "w.sort().value": 'has no attribute "value"',
    "F.relu()": 'Missing positional argument "input"',
}


def test_stubs_are_current():
    """In a process of its own: other tests declare operations and import what is late."""
    check = [sys.executable, str(Path(stubs.__file__)), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"run `python tools/stubs.py`\n{done.stdout}{done.stderr}"


def test_a_stub_that_is_not_current_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(stubs, "SOURCE", tmp_path)
    monkeypatch.setattr(stubs, "STUBS", {"a.pyi": lambda: iter(["x: int"])})
    assert stubs.stale() == {tmp_path / "a.pyi": "x: int\n"}
    (tmp_path / "a.pyi").write_text("x: int\n")
    assert not stubs.stale()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("int", "_int"),
        ("dtypes.dtype | None", "_dtype | None"),
        ("tuple[int, ...]", "tuple[_int, ...]"),
        ("Callable[[Tensor], Any]", "Callable[[Tensor], Any]"),
        ("np.ndarray[Any, Any]", "Any"),
    ],
)
def test_annotations_in_the_names_of_a_stub(written, shown):
    assert stubs.annotation(written) == shown


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What mypy says of the wrong lines, each in its function, below a right program."""
    pytest.importorskip("mypy")
    folder = tmp_path_factory.mktemp("checked")
    wrong = [f"\ndef wrong{i}() -> None:\n    {line}\n" for i, line in enumerate(WRONG)]
    (folder / "program.py").write_text(RIGHT + "".join(wrong))
    source = str(Path(rushlight.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--no-incremental", "program.py"],
        cwd=folder,
        env=os.environ | {"MYPYPATH": source},
        capture_output=True,
        text=True,
    )
    return run.stdout.splitlines()


def test_a_right_program_type_checks(checked):
    last = RIGHT.count("\n")
    found = [line for line in checked if "error" in line and line.startswith("program.py")]
    assert not [line for line in found if int(line.split(":")[1]) <= last]


@pytest.mark.skipif(
    "site-packages" in rushlight.__file__, reason="mypy takes no search path inside site-packages"
)
@pytest.mark.parametrize("line", WRONG)
def test_a_mistake_is_found(checked, line):
    at = RIGHT.count("\n") + 3 + 3 * list(WRONG).index(line)
    assert any(text.startswith(f"program.py:{at}:") and WRONG[line] in text for text in checked)
