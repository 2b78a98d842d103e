"""What mkdocstrings cannot find in the source: objects that are made when rushlight is imported.

A griffe extension (see `mkdocs.yml`): the public modules get their contents from the running
package, and examples in docstrings are fenced, since `>>>` is a quotation in Markdown.
"""

import importlib
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import griffe

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rushlight.ops.publish import namespaces
from rushlight.tape.straight import Operators
from rushlight.tensor.tensor import Tensor
from tools import stubs

MODULES = [
    "rushlight",
    "rushlight.autograd",
    "rushlight.autograd.forward_ad",
    "rushlight.autograd.graph",
    "rushlight.fft",
    "rushlight.func",
    "rushlight.linalg",
    "rushlight.nn",
    "rushlight.nn.functional",
    "rushlight.random",
    "rushlight.special",
]
EXAMPLE = re.compile(r"^(?P<indent> *)>>> .*\n(?:(?P=indent).*\S.*\n?)*", re.MULTILINE)
KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: griffe.ParameterKind.positional_only,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: griffe.ParameterKind.positional_or_keyword,
    inspect.Parameter.VAR_POSITIONAL: griffe.ParameterKind.var_positional,
    inspect.Parameter.KEYWORD_ONLY: griffe.ParameterKind.keyword_only,
    inspect.Parameter.VAR_KEYWORD: griffe.ParameterKind.var_keyword,
}


class Published(griffe.Extension):
    """Puts what a program finds in the public modules where mkdocstrings looks for it."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        for name in MODULES:
            module = importlib.import_module(name)
            path = name.partition(".")[2]
            target: Any = pkg[path] if path else pkg
            for public in public_names(module):
                target.set_member(public, described(public, getattr(module, public)))

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def public_names(module: ModuleType) -> list[str]:
    """The functions, classes and constants of a module."""
    names = getattr(module, "__all__", None) or dir(module)
    return [n for n in names if n[0] != "_" and not inspect.ismodule(getattr(module, n))]


def described(name: str, value: Any) -> griffe.Object:
    """The entry of a public object."""
    if inspect.isclass(value):
        return class_entry(name, value)
    if inspect.isroutine(value):
        return function_entry(name, value)
    return griffe.Attribute(name)


def function_entry(name: str, function: Any, method: bool = False) -> griffe.Function:
    """The entry of a function, with the parameters that its stub shows."""
    try:
        found = stubs.signature(function)
    except (TypeError, ValueError):  # written in C
        found = inspect.Signature()
    given = [p for p in found.parameters.values() if not stubs.dispensable(p, method)]
    return griffe.Function(
        name,
        parameters=griffe.Parameters(*[parameter(p) for p in given[method:]]),
        returns=known(returned(name, function, found.return_annotation)),
        docstring=docstring(function.__doc__, aliases(name, function)),
    )


def returned(name: str, function: Any, annotation: Any) -> str:
    """What a function returns; of those that are not operations, only what their source says."""
    if id(function) in OPERATIONS:
        return stubs.result(name, function, annotation)
    return stubs.annotation(annotation)


OPERATIONS = {id(value) for entries in namespaces.values() for value in entries.values()}


def parameter(p: inspect.Parameter) -> griffe.Parameter:
    default = None if p.default is p.empty else stubs.default(p.default)
    kind = stubs.annotation(p.annotation)
    kind = stubs.guess(p) if kind == "Any" else kind
    return griffe.Parameter(p.name, annotation=known(kind), kind=KINDS[p.kind], default=default)


def known(kind: str) -> str | None:
    """A stub's type as a reader wants it: `int` for `_int`, nothing for Any."""
    return None if kind == "Any" else re.sub(r"\b_(?=[a-zA-Z])", "", kind)


def class_entry(name: str, cls: type) -> griffe.Class:
    """The entry of a class, with its methods and properties that have a docstring."""
    entry = griffe.Class(name, docstring=docstring(cls.__doc__))
    inherited = vars(Operators) if cls is Tensor else {}
    for key, value in sorted({**inherited, **vars(cls)}.items()):
        bound = not isinstance(value, staticmethod)
        value = getattr(value, "__func__", value)
        if key.startswith("_") or not getattr(value, "__doc__", None):
            continue
        if isinstance(value, property):
            entry.set_member(key, griffe.Attribute(key, docstring=docstring(value.__doc__)))
        elif inspect.isroutine(value):
            entry.set_member(key, function_entry(key, value, method=bound))
    return entry


def aliases(name: str, function: Any) -> str:
    """A sentence on the other names of a published function, or ''."""
    others = {n for entries in namespaces.values() for n, f in entries.items() if f is function}
    shown = ", ".join(f"`{other}`" for other in sorted(others - {name}))
    return f"Also called {shown}." if shown else ""


def docstring(text: str | None, note: str = "") -> griffe.Docstring | None:
    if not text:
        return None
    first, _, rest = fenced(inspect.cleandoc(text)).partition("\n")
    noted = f"{first}\n\n{note}\n{rest}" if note else f"{first}\n{rest}"
    return griffe.Docstring(noted, parser=griffe.Parser.google)


def fenced(text: str) -> str:
    """A docstring with its examples as blocks of code.

    >>> print(fenced("Example:\\n    >>> 1 + 1\\n    2\\n"))
    Example:
        ```pycon
        >>> 1 + 1
        2
        ```
    <BLANKLINE>
    """

    def block(found: re.Match[str]) -> str:
        indent = found["indent"]
        return f"{indent}```pycon\n{found[0].rstrip()}\n{indent}```\n"

    return text if "```" in text else EXAMPLE.sub(block, text + "\n" * (not text.endswith("\n")))
