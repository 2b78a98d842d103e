"""What PyTorch's files call the functions and classes of this package, and back.

A file names things by module: `torch.nn.modules.linear.Linear`.  The same module is found here under
`rushlight`, save for the exceptions listed.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from rushlight.alias import INTERNAL, OURS, THEIRS
from rushlight.kernels import dtypes
from rushlight.serialization import rebuild
from rushlight.tensor.generator import Generator
from rushlight.tensor.storage import TypedStorage
from rushlight.tensor.tensor import Tensor

# Where our files are other ones than PyTorch's.
MOVED = {
    "torch.nn.modules.rnn_cells": "torch.nn.modules.rnn",
    "torch.nn.modules.parameter_containers": "torch.nn.modules.container",
    "torch.nn.modules.attention": "torch.nn.modules.activation",
    "torch.nn.modules.linear_cross_entropy": "torch.nn.modules.loss",
    "torch.optim.adafactor": "torch.optim",
    "torch.optim.muon": "torch.optim",
    "torch.optim.averaged_model": "torch.optim.swa_utils",
}
# Packages whose names PyTorch defines in a single module of that name.
WHOLE = ("torch.optim.lr_scheduler",)
# Where a function may be public whose own module says nothing, as it is made from a declaration.
PLACES = (
    "torch.nn.functional",
    "torch",
    "torch.special",
    "torch.linalg",
    "torch.fft",
    "torch.nn",
    "torch.optim",
    "torch.utils.data",
    "torch.utils.hooks",
)
# Single names that PyTorch has elsewhere.
ALIASES = {
    ("torch.nn.modules.module", "_WrappedHook"): ("torch.nn.modules.hooks", "WrappedHook"),
    ("torch.nn.modules.linear_cross_entropy_options", "LinearCrossEntropyOptions"): (
        "torch.nn",
        "LinearCrossEntropyOptions",
    ),
}
LACKING = {
    "torch._utils._rebuild_qtensor": "quantized tensors",
    "torch._utils._rebuild_sparse_tensor": "sparse tensors",
    "torch._utils._rebuild_nested_tensor": "nested tensors",
    "torch._utils._rebuild_meta_tensor_no_storage": "tensors on the meta device",
    "torch._utils._rebuild_wrapper_subclass": "wrapper subclasses without memory",
    "torch._utils._rebuild_device_tensor_from_numpy": "tensors of other devices",
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": "tensors of other devices",
    "torch._utils._rebuild_xla_tensor": "tensors of other devices",
}


class Namespace:
    """Stands for the class that holds PyTorch's compiled functions: `getattr` finds ours."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.modules[OURS], name)


@cache
def special() -> dict[str, Any]:
    """The names that stand in files and have no module here."""
    functions: dict[str, Any] = {
        "_rebuild_tensor": rebuild.rebuild_tensor,
        "_rebuild_tensor_v2": rebuild.rebuild_tensor_v2,
        "_rebuild_tensor_v3": rebuild.rebuild_tensor_v3,
        "_rebuild_parameter": rebuild.rebuild_parameter,
        "_rebuild_parameter_with_state": rebuild.rebuild_parameter_with_state,
    }
    table: dict[str, Any] = {
        f"torch._utils.{name}": function for name, function in functions.items()
    }
    table |= {f"{kind.home}.{name}": kind for name, kind in rebuild.BY_NAME.items()}
    return table | {
        "torch._tensor._rebuild_from_type_v2": rebuild.rebuild_from_type_v2,
        "torch.tensor._rebuild_from_type_v2": rebuild.rebuild_from_type_v2,
        "torch.serialization._get_layout": rebuild.get_layout,
        "torch.storage.TypedStorage": TypedStorage,
        "torch.storage._TypedStorage": TypedStorage,
        "torch._C.Generator": Generator,
        "torch._C.TensorBase": Tensor,
        "torch._C._TensorBase": Tensor,
        "torch._C._VariableFunctionsClass": Namespace(),
        "torch._tensor.Tensor": Tensor,
        "torch.tensor.Tensor": Tensor,
    }


def is_theirs(module: str) -> bool:
    """Does a file mean this package by a module's name?"""
    return module == THEIRS or module.startswith(THEIRS + ".")


def find(module: str, name: str) -> Any:
    """What a file calls `name` in `module`, one of PyTorch's.

    Raises:
        AttributeError, ModuleNotFoundError: rushlight has no such thing.
        NotImplementedError: it is a kind of tensor that rushlight has not.
    """
    full = f"{module}.{name}"
    if full in LACKING or name in rebuild.QUANTIZED:
        raise NotImplementedError(f"rushlight has no {LACKING.get(full, 'quantized tensors')}")
    if full in special():
        return special()[full]
    module, name = ALIASES.get((module, name), (module, name))
    if module == "torch._C._nn":
        module = "torch.nn.functional"
    elif module.startswith("torch.nn.modules.") and not exists(module, name):
        module = "torch.nn"
    found: Any = imported(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def imported(module: str) -> ModuleType:
    """Our module that stands for PyTorch's `module`."""
    ours = OURS + module[len(THEIRS) :]
    if ours.split(".")[1:2] and ours.split(".")[1] in INTERNAL:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
    return import_module(ours)


def exists(module: str, name: str) -> bool:
    try:
        return hasattr(imported(module), name.partition(".")[0])
    except ModuleNotFoundError:
        return False


def name_of(found: Any, name: str | None = None) -> tuple[str, str] | None:
    """Module and name by which PyTorch's files call an object of ours; None if they do not.

    Example:
        >>> import rushlight as torch
        >>> name_of(torch.nn.Parameter)
        ('torch.nn.parameter', 'Parameter')
    """
    if isinstance(found, dtypes.dtype):
        return THEIRS, found.name
    if isinstance(found, rebuild.StorageType):
        return found.home, found.name
    for full, known in special().items():
        if known is found and full not in ("torch.tensor.Tensor", "torch._tensor.Tensor"):
            if found is Tensor:
                return THEIRS, "Tensor"
            module, _, last = full.rpartition(".")
            return module, last
    name = name or getattr(found, "__qualname__", None) or found.__name__
    home = getattr(found, "__module__", None) or ""
    for theirs in ALIASES:
        if name == ALIASES[theirs][1] and is_found(*theirs, found):
            return theirs
    for module in candidates(home):
        if is_found(module, name, found):
            return module, name
    return None


def candidates(home: str) -> list[str]:
    """PyTorch's modules in which a thing defined in `home` may be found."""
    if not (home == OURS or home.startswith(OURS + ".") or is_theirs(home)):
        return []
    theirs = THEIRS + home[len(OURS) :] if home.startswith(OURS) else home
    theirs = MOVED.get(theirs, theirs)
    for whole in WHOLE:
        if theirs.startswith(whole + "."):
            theirs = whole
    return [theirs, *PLACES]


def is_found(module: str, name: str, wanted: Any) -> bool:
    try:
        return find(module, name) is wanted
    except (AttributeError, ModuleNotFoundError, NotImplementedError):
        return False
