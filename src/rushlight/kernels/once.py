"""Warnings that are given once per process, as PyTorch's C++ code gives them."""

from __future__ import annotations

import warnings

_given: set[str] = set()
_always: list[bool] = []


def warn(message: str, stacklevel: int = 4) -> None:
    """Give a UserWarning unless it has been given before."""
    if _always or message not in _given:
        _given.add(message)
        warnings.warn(message, UserWarning, stacklevel=stacklevel)


def forget() -> None:
    """Let every warning be given once more."""
    _given.clear()


def set_warn_always(b: bool, /) -> None:
    """Give such warnings every time (True) or once per process (False, the default)."""
    if not isinstance(b, bool):
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _always[:] = [b] if b else []


def is_warn_always_enabled() -> bool:
    """Are warnings that PyTorch gives once given every time?"""
    return bool(_always)
