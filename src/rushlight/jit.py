"""TorchScript, which there is none of: `torch.jit`.

What only marks a function for it leaves the function as it is; what compiles or traces refuses.
"""

from __future__ import annotations

from typing import Any

from rushlight.alias import refusing

__all__ = [
    "annotate",
    "export",
    "ignore",
    "is_scripting",
    "is_tracing",
    "isinstance",
    "script_if_tracing",
    "unused",
]

_isinstance = isinstance


def is_scripting() -> bool:
    """Is this being compiled to TorchScript?  Never."""
    return False


def is_tracing() -> bool:
    """Is this being traced?  Never."""
    return False


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """Decorates what TorchScript should leave to Python: returns it.

    Example:
        >>> import rushlight as torch
        >>> @torch.jit.ignore
        ... def plain(x):
        ...     return x
        >>> plain(3)
        3
    """
    return drop if callable(drop) else (lambda fn: fn)


def unused(fn: Any) -> Any:
    """Decorates what TorchScript should not see: returns it."""
    return fn


export = script_if_tracing = unused


def annotate(the_type: Any, the_value: Any) -> Any:
    """`the_value`."""
    return the_value


def isinstance(obj: Any, target_type: Any) -> bool:
    """As Python's, for types without parameters."""
    return _isinstance(obj, target_type)


__getattr__ = refusing(
    __name__,
    "call the function or Module itself, which runs as Python; save a Module's state_dict() with "
    "torch.save, and load it into a new one",
    "CompilationUnit RecursiveScriptModule ScriptFunction ScriptModule TracerWarning fork freeze "
    "load optimize_for_inference save script script_method trace trace_module wait",
)
