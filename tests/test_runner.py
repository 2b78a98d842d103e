"""`python -m rushlight` and `as_torch()`: programs written for torch get rushlight's modules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight

SOURCE = Path(rushlight.__file__).parents[1]

IDENTITY = """
import sys, importlib, importlib.util, importlib.metadata
import torch
import torch.nn.functional as F
import torch.autograd.gradcheck
from torch.autograd import Function, gradcheck
import rushlight
assert torch is rushlight and sys.modules["torch"] is rushlight
assert F is rushlight.nn.functional and torch.nn is rushlight.nn
assert Function is rushlight.autograd.Function
assert importlib.import_module("torch.nn") is rushlight.nn
assert importlib.util.find_spec("torch") is not None
assert importlib.metadata.version("torch") == "2.13.0"
assert torch.__version__ == f"2.13.0+rushlight{rushlight.version.__version__}"
assert callable(torch.tensor) and callable(gradcheck) and callable(torch.autograd.gradcheck)
assert rushlight.__spec__.name == "rushlight" and rushlight.nn.__spec__.name == "rushlight.nn"
print("all the same")
"""


def python(
    *arguments: str,
    cwd: Path,
) -> "subprocess.CompletedProcess[str]":
    paths = [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def rush(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return python("-m", "rushlight", *arguments, cwd=cwd)


def test_modules_are_the_same_objects(tmp_path: Path) -> None:
    done = rush("-c", IDENTITY, cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("all the same\n", "", 0)


def test_script_sees_what_python_gives_it(tmp_path: Path) -> None:
    program = "import sys, neighbour; print(sys.argv, __name__, __file__, sys.path[0])"
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "neighbour.py").write_text("")
    (tmp_path / "inner" / "program.py").write_text(program)
    script = os.path.join("inner", "program.py")
    done = rush(script, "-x", "two words", cwd=tmp_path)
    assert done.stdout == python(script, "-x", "two words", cwd=tmp_path).stdout != ""


def test_module_and_code_see_what_python_gives_them(tmp_path: Path) -> None:
    program = "import sys; print(sys.argv, __name__, sys.path[0])"
    (tmp_path / "program.py").write_text(program)
    for arguments in (("-m", "program", "a"), ("-c", program, "-m", "b")):
        done = rush(*arguments, cwd=tmp_path)
        assert done.stdout == python(*arguments, cwd=tmp_path).stdout != ""


@pytest.mark.parametrize(
    "ending",
    ["import sys; sys.exit(7)", "raise SystemExit('gone')", "def f():\n    1 / 0\nf()", "x = ("],
)
def test_ends_as_under_python(ending: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(f"print('here', flush=True)\n{ending}\n")
    ours = rush(str(tmp_path / "program.py"), cwd=tmp_path)
    theirs = python(str(tmp_path / "program.py"), cwd=tmp_path)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ours.stderr == theirs.stderr


def test_command_line_errors(tmp_path: Path) -> None:
    absent = rush("absent.py", cwd=tmp_path)
    assert absent.returncode == 2
    assert "can't open file" in absent.stderr
    nothing = rush(cwd=tmp_path)
    assert nothing.returncode == 2
    assert "-m module" in nothing.stderr
    unknown = rush("--names", "torch.nowhere", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "No module named" in unknown.stderr


def test_names_lists_what_exists(tmp_path: Path) -> None:
    names = rush("--names", "torch.nn.functional", cwd=tmp_path).stdout.split()
    assert "relu" in names
    assert names == sorted(names)
    assert set(names) <= set(dir(rushlight.nn.functional))


def test_what_is_missing_says_so(tmp_path: Path) -> None:
    program = """
import importlib
import torch
for statement in (
    "import torch.nowhere",
    "import torch.kernels",
    "from torch import nothing",
    "from torch.nn.functional import nothing",
    "torch.nothing",
    "torch.nn.nothing",
):
    try:
        exec(statement)
    except (AttributeError, ImportError) as error:
        print(type(error).__name__, error)
print(hasattr(torch, "nothing"), getattr(torch.nn, "nothing", None), callable(torch.tensor))
"""
    *lines, last = rush("-c", program, cwd=tmp_path).stdout.splitlines()
    there = (
        "rushlight does not implement it; `python -m rushlight --names {}` lists what exists there"
    )
    assert lines == [
        "ModuleNotFoundError No module named 'torch.nowhere': " + there.format("rushlight"),
        "ModuleNotFoundError No module named 'torch.kernels': " + there.format("rushlight"),
        "ImportError cannot import name 'nothing' from 'rushlight': " + there.format("rushlight"),
        "ImportError cannot import name 'nothing' from 'rushlight.nn.functional': "
        + there.format("rushlight.nn.functional"),
        "AttributeError module 'rushlight' has no attribute 'nothing': "
        + there.format("rushlight"),
        "AttributeError module 'rushlight.nn' has no attribute 'nothing': "
        + there.format("rushlight.nn"),
    ]
    assert last == "False None True"


def test_as_torch_undoes_itself(tmp_path: Path) -> None:
    program = """
import sys
before = list(sys.meta_path)
import rushlight
with rushlight.as_torch():
    with rushlight.as_torch():
        import torch.nn
    import torch.autograd
    assert torch is rushlight
assert not [name for name in sys.modules if name.partition(".")[0] == "torch"]
assert sys.meta_path == before
rushlight.as_torch()
with rushlight.as_torch():
    pass
import torch
print(torch is rushlight)
"""
    done = python("-c", program, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_as_torch_refuses_a_loaded_pytorch(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("")
    done = python("-c", "import torch, rushlight; rushlight.as_torch()", cwd=tmp_path)
    assert done.returncode == 1
    assert "RuntimeError: as_torch(): PyTorch is already imported, from " in done.stderr
    assert "python -m rushlight" in done.stderr


def test_einops_takes_our_tensors(tmp_path: Path) -> None:
    pytest.importorskip("einops")
    program = """
import torch
from einops import einsum, pack, rearrange, reduce, repeat
x = torch.arange(24.0).reshape(2, 3, 4).requires_grad_()
y = rearrange(x, "b (h two) c -> b c h two", two=1)
z = reduce(x, "b h c -> b c", "mean") + reduce(x, "b (h w) c -> b c", "max", w=3)[:, :4]
w = einsum(z, repeat(x[0, 0], "c -> c d", d=2), "b c, c d -> b d")
(y.sum() + w.sum()).backward()
print(type(y) is torch.Tensor, y.shape, z.shape, w.shape)
print(x.grad.sum().item())
"""
    ours = rush("-c", program, cwd=tmp_path)
    assert ours.stderr == ""
    pytest.importorskip("torch")
    assert ours.stdout == python("-c", program, cwd=tmp_path).stdout


def test_safetensors_maps_files_into_our_memory(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    program = """
import torch
from safetensors import safe_open
from safetensors.torch import load_file, load_model, save_file, save_model
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
save_model(net, "net.safetensors")
print(load_model(net, "net.safetensors"), sorted(load_file("net.safetensors")))
save_file({"a": torch.arange(6).reshape(2, 3), "b": torch.ones(2).bfloat16()}, "x", {"k": "v"})
with safe_open("x", framework="pt") as file:
    print(file.metadata(), file.keys(), file.get_slice("a")[:, 1:], file.get_tensor("b"))
"""
    ours = rush("-c", program, cwd=tmp_path)
    assert ours.stderr == ""
    pytest.importorskip("torch")
    assert ours.stdout == python("-c", program, cwd=tmp_path).stdout
