"""Keep the lists of functions in the pages of docs/reference complete.

    python tools/reference.py            write the lists
    python tools/reference.py --check    write nothing, fail where a page is not current

Between two comments of a page stand the entries of the functions that certain modules publish in a
namespace, or of all that a public module has:

    <!-- torch: ops.arithmetic ops.clamp -->
    <!-- all: autograd -->
    ...
    <!-- end -->
"""

import argparse
import importlib
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rushlight.nn.functional  # noqa: F401  (declares operations)
from rushlight.ops.late import import_all
from rushlight.ops.publish import namespaces
from rushlight.tape.declare import table
from rushlight.tape.straight import Operators
from rushlight.tensor.tensor import Tensor

import_all()
PAGES = Path(__file__).resolve().parent.parent / "docs" / "reference"
LIST = re.compile(r"<!-- (?P<place>\w+): (?P<modules>.*?) -->\n.*?<!-- end -->", re.DOTALL)
PATHS = {
    "torch": "rushlight",
    "F": "rushlight.nn.functional",
    "linalg": "rushlight.linalg",
    "special": "rushlight.special",
}
MODULES = [
    "accelerator",
    "amp",
    "autograd",
    "autograd.forward_ad",
    "autograd.functional",
    "autograd.graph",
    "autograd.profiler",
    "compiler",
    "cpu",
    "cuda",
    "distributions",
    "fft",
    "func",
    "hub",
    "jit",
    "mps",
    "nn",
    "nn.attention",
    "nn.init",
    "nn.parallel",
    "nn.utils",
    "optim",
    "optim.lr_scheduler",
    "optim.swa_utils",
    "profiler",
    "signal.windows",
    "testing",
    "utils.checkpoint",
    "utils.data",
]


def source_of(function: Any) -> str:
    """The module that a published function is written in: `ops.arithmetic`."""
    op = DOORS.get(id(function))
    module = inspect.unwrap(function).__module__ if op is None else op.__module__
    return str(module).removeprefix("rushlight.")


DOORS = {
    id(door): op
    for op in table.values()
    for door in (getattr(op, "function", None), getattr(op, "method", None))
    if door is not None
}


def published(place: str) -> dict[str, Any]:
    """The documented functions of a namespace, each by its first name, in-place forms left out."""
    found: dict[int, tuple[str, Any]] = {}
    for name, value in namespaces[place].items():
        if inspect.isroutine(value) and not is_form(name, value.__doc__):
            found.setdefault(id(value), (name, value))
    return dict(found.values())


def is_form(name: str, doc: str | None) -> bool:
    """Does a function do without an entry: the in-place form of another, or internal?"""
    return not doc or name.startswith("_") or doc.startswith("In-place version of")


def names_of(place: str, modules: Iterable[str]) -> list[str]:
    """The entries of a list."""
    if place == "all":
        return [name for module in modules for name in names_in(module)]
    if place == "Tensor":
        return [f"rushlight.Tensor.{name}" for name in own_methods(modules)]
    return [
        f"{PATHS[place]}.{name}"
        for name, function in sorted(published(place).items())
        if source_of(function) in modules
    ]


def names_in(module: str) -> list[str]:
    """The documented functions and classes of a public module."""
    path = f"rushlight.{module}"
    found = importlib.import_module(path)
    source = inspect.getsource(found)
    values = {name: getattr(found, name) for name in found.__all__}
    return [
        f"{path if named_in(source, name) else value.__module__}.{name}"
        for name, value in values.items()
        if not name.startswith("_")
        and (inspect.isroutine(value) or inspect.isclass(value))
        and value.__doc__
    ]


def named_in(source: str, name: str) -> bool:
    """Is a name defined or imported by a module, rather than found elsewhere when asked for?"""
    bare = source.replace(f'"{name}"', "")
    return re.search(rf"\b{name}\b|import \*|globals\(\)", bare) is not None


def own_methods(modules: Iterable[str]) -> list[str]:
    """The documented methods that are no functions as well; those of `tensor` stand in its class."""
    given: dict[str, Any] = published("Tensor")
    by_hand = {
        name: value
        for name, value in {**vars(Operators), **vars(Tensor)}.items()
        if name[0] != "_" and name not in namespaces["Tensor"] and value.__doc__
    }
    chosen = {
        name
        for name, value in given.items()
        if name not in namespaces["torch"] and source_of(value) in modules
    }
    return sorted(chosen | (set(by_hand) if "tensor" in modules else set()))


def current(text: str) -> str:
    """The text of a page with its lists as they should be."""

    def filled(found: re.Match[str]) -> str:
        names = names_of(found["place"], found["modules"].split())
        entries = "".join(f"\n::: {name}\n" for name in names)
        return f"<!-- {found['place']}: {found['modules']} -->\n{entries}\n<!-- end -->"

    return LIST.sub(filled, text)


def missing(texts: Iterable[str]) -> list[str]:
    """The functions that no page has an entry for."""
    there = {line.removeprefix("::: ") for text in texts for line in text.splitlines()}
    wanted = [f"{path}.{name}" for place, path in PATHS.items() for name in published(place)]
    return [name for name in wanted + names_of("all", MODULES) if name not in there]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    pages = {page: page.read_text() for page in sorted(PAGES.glob("*.md"))}
    now = {page: current(text) for page, text in pages.items()}
    stale = [page for page in pages if pages[page] != now[page]]
    for page in stale:
        print(f"{page.name}: {'not current' if options.check else 'written'}")
        if not options.check:
            page.write_text(now[page])
    absent = missing(now.values())
    if absent:
        print("In no page (name their module in a comment of one):", *absent, sep="\n  ")
    return int(bool(absent) or (bool(stale) and options.check))


if __name__ == "__main__":
    sys.exit(main())
