"""Hooks from outside: their handles, and what is said when they are not saved."""

from __future__ import annotations

from typing import Any

from rushlight.tape.hooks import RemovableHandle
from rushlight.tensor.copying import warn_of_hooks

__all__ = ["RemovableHandle", "unserializable_hook", "warn_if_has_hooks"]


def unserializable_hook(f: Any) -> Any:
    """Mark a hook as one that need not be saved with its tensor: no warning then."""
    f.__torch_unserializable__ = True
    return f


def warn_if_has_hooks(tensor: Any) -> None:
    """Warn of each hook on the gradient of a tensor that saving the tensor would lose."""
    warn_of_hooks(tensor, stacklevel=3)
