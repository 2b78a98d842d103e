"""Modules that hold modules: `torch.nn.modules.container`."""

from __future__ import annotations

import operator
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rushlight.nn.modules.module import Module, indented
from rushlight.nn.modules.parameter_containers import (
    ParameterDict,
    ParameterList,
    check_iterable,
    pairs,
)

__all__ = [
    "Container",
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
    "Sequential",
]


class Container(Module):
    """Deprecated: a module with the given modules in it; subclass Module instead."""

    def __init__(self, **kwargs: Any) -> None:
        warnings.warn(
            "`nn.Container` is deprecated. All of its functionality is now implemented in "
            "`nn.Module`. Subclass that instead.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)


class Numbered(Module):
    """Modules under the names '0', '1', ...: what `Sequential` and `ModuleList` share."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def name_at(self, idx: Any) -> str:
        """The name of the module at a place, counted from the end if negative."""
        idx = operator.index(idx)
        names = list(self._modules)
        if not -len(names) <= idx < len(names):
            raise IndexError(f"index {idx} is out of range")
        return names[idx]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self.name_at(idx), module)

    def __delitem__(self, idx: int | slice) -> None:
        names = list(self._modules)[idx] if isinstance(idx, slice) else [self.name_at(idx)]
        for name in names:
            delattr(self, name)
        left = enumerate(self._modules.values())
        self._modules = OrderedDict((str(i), module) for i, module in left)

    def __getitem__(self, idx: int | slice) -> Any:
        raise NotImplementedError

    def append(self, module: Module) -> Any:
        """Add a module at the end.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Sequential(torch.nn.ReLU()).append(torch.nn.Tanh())
            Sequential(
              (0): ReLU()
              (1): Tanh()
            )
        """
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Add modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Add a module before the one at `index`; those behind it move on."""
        for i in range(len(self), index, -1):
            self._modules[str(i)] = self._modules[str(i - 1)]
        self._modules[str(index)] = module
        return self

    def pop(self, key: int | slice) -> Any:
        """Take a module out and return it."""
        module = self[key]
        del self[key]
        return module


class Sequential(Numbered):
    """Modules one after the other: each gets what the one before returned.

    Args:
        args: modules, or one OrderedDict of names and modules.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Flatten())(torch.ones(2, 1, 3)).shape
        torch.Size([2, 3])
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named: Any = args[0].items()
        else:
            named = [(str(i), module) for i, module in enumerate(args)]
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return self._modules[self.name_at(idx)]

    def insert(self, index: int, module: Module) -> Any:
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        n = len(self)
        if not -n <= index <= n:
            raise IndexError(f"Index out of range: {index}")
        return super().insert(index + n if index < 0 else index, module)

    def __add__(self, other: Any) -> Sequential:
        check_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other: Any) -> Any:
        check_sequential(other)
        return self.extend(list(other))

    def __mul__(self, other: Any) -> Sequential:
        check_factor(self, other)
        return Sequential(*list(self) * other)

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Any:
        check_factor(self, other)
        return self.extend(list(self) * (other - 1))


def check_sequential(other: Any) -> None:
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )


def check_factor(self: Any, other: Any) -> None:
    if not isinstance(other, int):
        raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
    if other <= 0:
        raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")


class ModuleList(Numbered):
    """A list of modules that are registered.

    Args:
        modules: those to start with.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(3)])
        ModuleList(
          (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
        )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self += modules

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self._modules.values())[idx])
        return self._modules[self.name_at(idx)]

    def extend(self, modules: Iterable[Module]) -> Any:
        check_iterable("ModuleList.extend", "an iterable", modules)
        return super().extend(list(modules))

    def __iadd__(self, modules: Iterable[Module]) -> Any:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def insert(self, index: int, module: Module) -> None:
        super().insert(index, module)

    def __repr__(self) -> str:
        runs: list[list[Any]] = []  # first place, last place, repr
        for i, module in enumerate(self):
            text = indented(module)
            if runs and runs[-1][2] == text:
                runs[-1][1] = i
            else:
                runs.append([i, i, text])
        lines = [
            f"  ({i}): {text}\n" if i == j else f"  ({i}-{j}): {j - i + 1} x {text}\n"
            for i, j, text in runs
        ]
        inside = "\n" + "".join(lines) if lines else ""
        return f"{self._get_name()}({inside})"


class ModuleDict(Module):
    """A dict of modules that are registered.

    Args:
        modules: a mapping, or pairs of names and modules, to start with.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ModuleDict({"act": torch.nn.ReLU()})["act"]
        ReLU()
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take a module out and return it."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def items(self) -> Any:
        """Names and modules."""
        return self._modules.items()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Add the modules of a mapping or of pairs, in their order.

        Raises:
            TypeError: for anything else.
        """
        check_iterable("ModuleDict.update", "an iterable of key/value pairs", modules)
        if isinstance(modules, (ModuleDict, Mapping)):
            found: Any = modules.items()
        else:
            found = pairs("ModuleDict", modules)
        for name, module in found:
            self[name] = module
