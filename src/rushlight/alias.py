"""`import torch` means rushlight: for a running interpreter, a notebook or `python -m rushlight`.

A finder in front of `sys.meta_path` answers for `torch` and everything under it with rushlight's
own module objects: `torch.nn is rushlight.nn`, in the program and in the libraries it imports.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType
from typing import Any

OURS = "rushlight"
THEIRS = "torch"
EMULATED_VERSION = "2.13.0"

# Layers below the public modules. `torch.tensor` is a function, `rushlight.tensor` also a package:
# were `import torch.tensor` answered, importlib would put the package in the function's place.
INTERNAL = frozenset({"__main__", "alias", "kernels", "tape", "ops", "tensor", "trees"})


def as_torch() -> Alias:
    """Make `import torch` mean rushlight in this interpreter, until told otherwise.

    Call it before anything imports PyTorch. As a context manager it undoes itself at the end of the
    block; what was imported inside keeps the modules it got. Calls nest.

    Raises:
        RuntimeError: PyTorch itself has been imported already, so parts of the program hold its
            tensors.

    >>> import rushlight
    >>> with rushlight.as_torch():
    ...     import torch
    ...     from torch.nn import functional
    >>> torch is rushlight and functional is rushlight.nn.functional
    True
    """
    loaded = sys.modules.get(THEIRS)
    if loaded is not None and loaded is not sys.modules[OURS]:
        raise RuntimeError(
            f"as_torch(): PyTorch is already imported, from {getattr(loaded, '__file__', loaded)}. "
            "Call rushlight.as_torch() before anything imports torch, or run the whole program "
            "with `python -m rushlight program.py`."
        )
    return Alias()


class Alias:
    """The handle that `as_torch()` returns; leaving it as a context manager undoes the alias."""

    def __init__(self) -> None:
        self._outermost = FINDER not in sys.meta_path
        if self._outermost:
            sys.meta_path.insert(0, FINDER)
            _mirror(OURS)
            ours: Any = sys.modules[OURS]
            ours.__version__ = (
                f"{EMULATED_VERSION}+{OURS}{ours.__version__}"  # libraries compare it
            )

    def __enter__(self) -> Alias:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._outermost or FINDER not in sys.meta_path:
            return
        sys.meta_path.remove(FINDER)
        ours: Any = sys.modules[OURS]
        ours.__version__ = ours.__version__.partition(f"+{OURS}")[2]
        for name in [name for name in sys.modules if _within(name, THEIRS)]:
            del sys.modules[name]


def missing(
    module_name: str,
    submodules: Collection[str] = (),
    late: Any = (),
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[str], Any]:
    """The `__getattr__` of a public module: says that a name does not exist and where to look.

    The names in `submodules` are imported when first asked for: `torch.distributions` works and
    `import torch` is no slower for it. So are those in the mapping `late`; `elsewhere` says which
    module of the package has a name. An unknown name raises AttributeError, or ImportError where
    the program said `from torch.x import name`.

    >>> import rushlight
    >>> rushlight.no_such_function
    Traceback (most recent call last):
    AttributeError: module 'rushlight' has no attribute 'no_such_function': rushlight does not ...
    """

    def __getattr__(name: str) -> Any:
        if name in submodules:
            return import_module(f"{module_name}.{name}")
        if name in late:
            setattr(sys.modules[module_name], name, late[name])
            return late[name]
        if name in elsewhere:
            found = getattr(import_module(elsewhere[name]), name)
            setattr(sys.modules[module_name], name, found)
            return found
        advice = _advice(module_name)
        if _is_from_import(sys._getframe(1)):
            raise ImportError(
                f"cannot import name {name!r} from {module_name!r}: {advice}", name=name
            )
        raise AttributeError(
            f"module {module_name!r} has no attribute {name!r}: {advice}",
            name=name,
            obj=sys.modules[module_name],
        )

    return __getattr__


def refusing(
    module_name: str, why: str, names: str, others: Callable[[str], Any] | None = None
) -> Callable[[str], Any]:
    """The `__getattr__` of a module whose `names` can be imported, but not called.

    What is called raises NotImplementedError with `why`; `others` finds the names that are not
    refused.
    """

    def __getattr__(name: str) -> Any:
        if name not in names.split():
            return (others or missing(module_name))(name)

        def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
            public = THEIRS + module_name[len(OURS) :]
            raise NotImplementedError(f"{public}.{name} is not there in rushlight: {why}")

        return type(name, (), {"__init__": refuse, "__module__": module_name, "__doc__": why})

    return __getattr__


class _Finder:
    """Answers for `torch`, `torch.anything` and the installed distribution called torch."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if not _within(name, THEIRS):
            return None
        module = _ours(name)
        _mirror(module.__name__)
        # What has appeared under its name meanwhile, importlib would load again by its own spec.
        sys.modules.pop(name, None)
        loader: Any = _Loader(module)
        return ModuleSpec(
            name, loader, origin=module.__file__, is_package=hasattr(module, "__path__")
        )

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """`importlib.metadata.version("torch")`: libraries ask it to choose between code paths."""
        from importlib.metadata import Distribution

        class Emulated(Distribution):
            def read_text(self, filename: str) -> str | None:
                if filename != "METADATA":
                    return None
                return f"Metadata-Version: 2.1\nName: {THEIRS}\nVersion: {EMULATED_VERSION}\n"

            def locate_file(self, path: Any) -> Any:
                raise FileNotFoundError(f"{path}: this torch is rushlight and has no files")

        if context.name is None or context.name.lower() == THEIRS:
            yield Emulated()


class _Loader:
    """Hands importlib a module that exists already.

    The new, empty module that importlib made is replaced in `sys.modules`; returning ours from
    `create_module` would have importlib overwrite its `__spec__`.
    """

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = self.module


FINDER: Any = _Finder()


def _ours(name: str) -> ModuleType:
    """The module of rushlight that stands for `name`, imported."""
    ours = OURS + name[len(THEIRS) :]
    if not _is_internal(ours):
        try:
            return import_module(ours)
        except ModuleNotFoundError as error:
            if error.name != ours:
                raise
    parent = ours.rpartition(".")[0]
    raise ModuleNotFoundError(f"No module named {name!r}: {_advice(parent)}", name=name)


def _mirror(root: str) -> None:
    """Enter what is loaded of `root` and below under torch's names.

    At once, not when asked for: importlib binds a module it finds to its parent's attribute, which
    would hide a function of the same name, as in `torch.autograd.gradcheck`.
    """
    for name, module in list(sys.modules.items()):
        if _within(name, root) and not _is_internal(name):
            sys.modules.setdefault(THEIRS + name[len(OURS) :], module)


def _within(name: str, root: str) -> bool:
    return name == root or name.startswith(root + ".")


def _is_internal(ours: str) -> bool:
    return ours.partition(".")[2].partition(".")[0] in INTERNAL


def _advice(module_name: str) -> str:
    return (
        "rushlight does not implement it; "
        f"`python -m rushlight --names {module_name}` lists what exists there"
    )


def _is_from_import(frame: Any) -> bool:
    """Whether `frame` stands at the `name` of a `from module import name`.

    An AttributeError is replaced there by Python's own bare ImportError, and the advice lost.
    """
    from opcode import opmap

    return bool(frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"])
