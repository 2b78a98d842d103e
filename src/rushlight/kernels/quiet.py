"""NumPy's floating-point warnings, off: PyTorch has none, and infinities and NaNs are results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

try:
    from numpy._core import umath as _umath

    _modes: Any = _umath._extobj_contextvar
    _IGNORE = _umath._make_extobj(all="ignore")
except (ImportError, AttributeError):  # another NumPy: its public, slower door
    _modes = None


def quietly(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`function(*args)` without floating-point warnings.

    The same as under `np.errstate(all="ignore")`, of which it skips the half microsecond.

    Example:
        >>> float(quietly(np.log, [np.float64(0.0)]))
        -inf
    """
    if _modes is None:
        with np.errstate(all="ignore"):
            return function(*args)
    token = _modes.set(_IGNORE)
    try:
        return function(*args)
    finally:
        _modes.reset(token)
