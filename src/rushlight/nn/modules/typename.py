"""Names of types as PyTorch's messages about modules give them."""

from __future__ import annotations

from typing import Any

from rushlight.tape.core import TensorBase


def typename(obj: Any) -> str:
    """The type of a tensor as `type()` gives it, else the full name of a class or of an object's.

    Example:
        >>> import rushlight as torch
        >>> typename(torch.ones(1)), typename(3), typename(torch.nn.Identity())
        ('torch.FloatTensor', 'int', 'torch.nn.modules.linear.Identity')
    """
    if isinstance(obj, TensorBase):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None) or ""
    if module == "builtins":
        return named.__qualname__
    if module.partition(".")[0] == "rushlight":
        module = "torch" + module[len("rushlight") :]
    return f"{module}.{named.__qualname__}"
