"""Settings that are accepted: of determinism, precision, threads between operations, denormals."""

from __future__ import annotations

import warnings
from typing import Any

__all__ = [
    "are_deterministic_algorithms_enabled",
    "compiled_with_cxx11_abi",
    "get_deterministic_debug_mode",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "is_deterministic_algorithms_warn_only_enabled",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "use_deterministic_algorithms",
]

_set: dict[str, Any] = {"deterministic": 0, "precision": "highest", "threads": 1}
MODES = ("default", "warn", "error")


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Say that results shall be the same each time, which they are.

    Example:
        >>> import rushlight as torch
        >>> torch.use_deterministic_algorithms(True)
        >>> torch.are_deterministic_algorithms_enabled()
        True
        >>> torch.use_deterministic_algorithms(False)
    """
    _set["deterministic"] = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """Was it said that results shall be the same each time?"""
    return _set["deterministic"] > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Was it said with `warn_only`?"""
    return _set["deterministic"] == 1


def get_deterministic_debug_mode() -> int:
    """0, 1 with `warn_only`, 2 else."""
    return _set["deterministic"]


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by a number, or "default", "warn" and "error".

    Raises:
        TypeError: for another type.
        RuntimeError: for another value.
    """
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in MODES:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                f"{debug_mode}"
            )
        debug_mode = MODES.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}"
        )
    _set["deterministic"] = debug_mode


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` said."""
    return _set["precision"]


def set_float32_matmul_precision(precision: str) -> None:
    """Accept "highest", "high" or "medium"; products are of the highest precision."""
    if precision in ("highest", "high", "medium"):
        _set["precision"] = precision
        return
    warnings.warn(
        f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
        "setFloat32MatmulPrecision call has no effect.",
        UserWarning,
        stacklevel=2,
    )


def get_num_interop_threads() -> int:
    """How many threads would run operations side by side."""
    return _set["threads"]


def set_num_interop_threads(num_threads: int) -> None:
    """Accepted: operations run one after another.

    Raises:
        RuntimeError: for a number that is not positive.
    """
    if num_threads < 1:
        raise RuntimeError("Expected num_threads > 0 to be true, but got false.")
    _set["threads"] = num_threads


def set_flush_denormal(mode: bool) -> bool:
    """Whether denormal numbers can be made zeros: no, they are kept."""
    return False


def compiled_with_cxx11_abi() -> bool:
    """Yes."""
    return True
