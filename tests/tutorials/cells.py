"""Tutorial pages as scripts of `# %%` cells, run the way a notebook runs them.

A cell that ends in an expression displays it as IPython would. A header that ends in
`raises SomeError` says that PyTorch stops there; the cells after it run all the same, as a reader
would go on. `# %name` lines are notebook magics and do nothing here.
"""

import ast
import contextlib
import io
import linecache
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r"0x[0-9a-f]+")
IDENTITY = re.compile(r"(?<![.\d])\d{12,}(?![.\d])")
# Where in PyTorch's C++ a warning arose, or in this file and pytest, is not for the reader.
ASIDE = re.compile(r" \(Triggered internally| Traceback of forward call")
RAISES = re.compile(r" raises (\w+)$")


@dataclass(frozen=True)
class Cell:
    place: str
    source: str
    raises: str | None


@dataclass
class Outcome:
    """What a reader sees of a cell, and the tensors that it leaves behind."""

    printed: str
    names: list[str] | None = None
    error: Exception | None = None
    warnings: list[str] = field(default_factory=list)
    tensors: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> list[Cell]:
    parts = re.split(r"^# %%(.*)\n", path.read_text(), flags=re.MULTILINE)
    cells = []
    for number, (header, source) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
        stop = RAISES.search(header)
        place = f"{path.name}, cell {number}{header}"
        cells.append(Cell(place, source, stop and stop[1]))
    return cells


def run(cells: list[Cell], torch: Any) -> Iterator[Outcome]:
    """Run the cells in one fresh namespace; `torch` tells which of its values are tensors."""
    torch.manual_seed(0)
    torch.set_warn_always(True)  # a warning shown once a process would depend on earlier tests
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        for cell in cells:
            outcome = execute(cell, namespace)
            outcome.tensors = {
                name: normal(repr(value))
                for name, value in namespace.items()
                if isinstance(value, torch.Tensor)
            }
            yield outcome
    finally:
        torch.set_warn_always(False)


def execute(cell: Cell, namespace: dict[str, Any]) -> Outcome:
    # Errors about a tape quote the user's line, which Python finds here.
    linecache.cache[cell.place] = (
        len(cell.source),
        None,
        cell.source.splitlines(keepends=True),
        cell.place,
    )
    body = ast.parse(cell.source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    out, value, error = io.StringIO(), None, None
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(compile(ast.Module(body, []), cell.place, "exec"), namespace)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), cell.place, "eval"), namespace)
        except Exception as raised:
            error = raised
        names = value if is_dir_listing(last) else None
        if value is not None and names is None:
            print(displayed(value))
    texts = [f"{w.category.__name__}: {ASIDE.split(str(w.message))[0]}" for w in caught]
    return Outcome(normal(out.getvalue()), names, error, texts)


def is_dir_listing(statement: Any) -> bool:
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and getattr(call.func, "id", None) == "dir"


def displayed(value: Any) -> str:
    """IPython's form of a value: a class by its name, an object without a repr of its own short."""
    kind = type(value)
    if isinstance(value, type) and kind.__repr__ is type.__repr__:
        return full_name(value)
    if kind is tuple:
        inside = ", ".join(map(displayed, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if kind.__repr__ is object.__repr__:
        return f"<{full_name(kind)} at {id(value):#x}>"
    return repr(value)


def full_name(kind: type) -> str:
    prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return prefix + kind.__qualname__


def normal(text: str) -> str:
    """Addresses without their digits; ids numbered in order, so that equal ones stay equal."""
    seen: dict[str, str] = {}
    numbered = IDENTITY.sub(lambda m: seen.setdefault(m[0], f"<id {len(seen)}>"), text)
    return ADDRESS.sub("0x...", numbered)


@contextlib.contextmanager
def rushlight_for_torch() -> Iterator[Any]:
    """`import torch` means rushlight inside, though PyTorch is loaded: it steps aside meanwhile."""
    import rushlight

    loaded = [name for name in sys.modules if name == "torch" or name.startswith("torch.")]
    aside = {name: sys.modules.pop(name) for name in loaded}
    try:
        with rushlight.as_torch():
            yield rushlight
    finally:
        sys.modules.update(aside)
