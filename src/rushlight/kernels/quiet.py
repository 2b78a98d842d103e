"""NumPy's floating-point warnings, off: PyTorch has none, and infinities and NaNs are results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from rushlight.kernels import door

try:
    from numpy._core import umath as _umath

    MODES: Any = _umath._extobj_contextvar
    IGNORE: Any = _umath._make_extobj(all="ignore")
except (ImportError, AttributeError):  # another NumPy: its public, slower door
    MODES = IGNORE = None


def quietly(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`function(*args)` without floating-point warnings.

    The same as under `np.errstate(all="ignore")`, of which it skips the half microsecond.

    Example:
        >>> float(quietly(np.log, [np.float64(0.0)]))
        -inf
    """
    if MODES is None:
        with np.errstate(all="ignore"):
            return function(*args)
    token = MODES.set(IGNORE)
    try:
        return function(*args)
    finally:
        MODES.reset(token)


with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.memory  # noqa: F401  (enters its functions)

quietly = door.native_or(quietly)
