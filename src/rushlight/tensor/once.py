"""Warnings that are given once per process, as PyTorch's C++ code gives them."""

from __future__ import annotations

import warnings

_given: set[str] = set()


def warn(message: str, stacklevel: int = 4) -> None:
    """Give a UserWarning unless it has been given before."""
    if message not in _given:
        _given.add(message)
        warnings.warn(message, UserWarning, stacklevel=stacklevel)


def forget() -> None:
    """Let every warning be given once more."""
    _given.clear()
