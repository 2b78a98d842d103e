"""`torch.ops.aten`: operations by name, as selective checkpointing policies name them.

An operation has one form here, so that `aten.mul`, `aten.mul.default` and `aten.mul.Tensor` are the
same object.
"""

from __future__ import annotations

from typing import Any

from rushlight.ops import late
from rushlight.tape.declare import table


class OpOverload:
    """An operation by its name; calling it runs the operation."""

    __module__ = "torch._ops"

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        op = table[self.name]
        return op.result(op.bound(*args, **kwargs))

    def __getattr__(self, overload: str) -> OpOverload:
        if overload.startswith("_"):
            raise AttributeError(overload)
        return self

    def __repr__(self) -> str:
        return f"<OpOverload(op='aten.{self.name}', overload='default')>"

    def __str__(self) -> str:
        return f"aten.{self.name}.default"


known: dict[str, OpOverload] = {}


def named(name: str) -> OpOverload:
    """The one object that stands for an operation."""
    return known.setdefault(name, OpOverload(name))


def is_known(name: str) -> bool:
    """Is there such an operation?  Imports the module of one that is declared late."""
    for place, names in late.homes.items():
        if name in names and name not in table:
            late.Late(place)[name]
    return name in table


def __getattr__(name: str) -> OpOverload:
    if name.startswith("_") or not is_known(name):
        raise AttributeError(f"'_OpNamespace' 'aten' object has no attribute '{name}'", name=name)
    return named(name)
