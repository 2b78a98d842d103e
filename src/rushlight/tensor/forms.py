"""The complaint that arguments fit none of a function's forms, with the forms spelt out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rushlight.kernels.metadata import type_name
from rushlight.tape.core import TensorBase

_MADE = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool "
    "pin_memory = False, bool requires_grad = False"
)
_OUT = f"Tensor out = None, {_MADE}"
_DRAWN = (f"*, torch.Generator generator, {_OUT}", f"*, {_OUT}")
_MOVED = "bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None"
_BOUNDS = [f"{a} start, {b} end" for b in ("Tensor", "Number") for a in ("Tensor", "Number")]
_SIZE = "tuple of ints size"

FORMS: dict[str, Sequence[str]] = {
    "rand": [f"{_SIZE}, {options}" for options in _DRAWN],
    "randn": [f"{_SIZE}, {options}" for options in _DRAWN],
    "randint": [
        f"{bounds}, {_SIZE}, {options}"
        for bounds in ("int high", "int low, int high")
        for options in _DRAWN
    ],
    "normal": [
        "Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
        "Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None",
        "float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
        f"float mean, float std, {_SIZE}, *, torch.Generator generator = None, {_OUT}",
    ],
    "arange": [
        f"Number end, *, {_OUT}",
        f"Number start, Number end, *, {_MADE}",
        f"Number start, Number end, Number step = 1, *, {_OUT}",
    ],
    "linspace": [f"{bounds}, int steps, *, {_OUT}" for bounds in _BOUNDS],
    "logspace": [f"{bounds}, int steps, float base = 10.0, *, {_OUT}" for bounds in _BOUNDS],
    "to": [
        f"torch.device device = None, torch.dtype dtype = None, {_MOVED}",
        f"torch.dtype dtype, {_MOVED}",
        f"Tensor tensor, {_MOVED}",
    ],
}


def shown_type(x: Any) -> str:
    """The name of an argument's type in such a complaint."""
    return "Tensor" if isinstance(x, TensorBase) else type_name(type(x))


def no_form(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TypeError:
    """The error for arguments that fit no form of `name`."""
    got = [shown_type(x) for x in args]
    got += [f"{k}={shown_type(x)}" for k, x in kwargs.items() if x is not None]
    forms = "".join(f" * ({form})\n" for form in FORMS[name])
    return TypeError(
        f"{name}() received an invalid combination of arguments - got "
        f"({', '.join(got)}), but expected one of:\n{forms}"
    )
