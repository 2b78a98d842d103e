"""What is set about autocast in this thread: `torch.is_autocast_enabled` and its like."""

from __future__ import annotations

import warnings
from typing import Any

from rushlight.amp.casting import SETTINGS, present
from rushlight.kernels import dtypes
from rushlight.kernels.metadata import device

__all__ = [
    "autocast_decrement_nesting",
    "autocast_increment_nesting",
    "clear_autocast_cache",
    "get_autocast_cpu_dtype",
    "get_autocast_dtype",
    "get_autocast_gpu_dtype",
    "is_autocast_available",
    "is_autocast_cache_enabled",
    "is_autocast_cpu_enabled",
    "is_autocast_enabled",
    "set_autocast_cache_enabled",
    "set_autocast_cpu_dtype",
    "set_autocast_cpu_enabled",
    "set_autocast_dtype",
    "set_autocast_enabled",
    "set_autocast_gpu_dtype",
]

HAVE_AUTOCAST = ("cpu", "cuda", "xpu", "ipu", "hpu", "xla", "mps", "mtia", "maia", "privateuseone")


def is_autocast_available(device_type: str) -> bool:
    """Has PyTorch autocast for a type of device?

    Raises:
        RuntimeError: for what is no type of device.

    Example:
        >>> is_autocast_available("cpu")
        True
    """
    return device(device_type).type in HAVE_AUTOCAST


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Is autocast in force for a type of device?"""
    return SETTINGS.enabled.get(device(device_type).type, False)


def set_autocast_enabled(device_type: Any, enabled: bool | None = None) -> None:
    """Put autocast in force for a type of device, or out; better use `torch.autocast`."""
    if enabled is None:
        device_type, enabled = "cuda", device_type
    kind = device(device_type).type
    SETTINGS.enabled[kind] = bool(enabled)
    if kind == "cpu":
        present(bool(enabled))


def get_autocast_dtype(device_type: str) -> Any:
    """The lower dtype of autocast: at first bfloat16 on the CPU and float16 elsewhere."""
    kind = device(device_type).type
    if kind not in HAVE_AUTOCAST:
        raise RuntimeError("unsupported scalarType")
    return SETTINGS.dtypes.get(kind, dtypes.float16)


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Set the lower dtype of autocast."""
    SETTINGS.dtypes[device(device_type).type] = dtype


def is_autocast_cache_enabled() -> bool:
    """Are parameters cast only once within an autocast?"""
    return SETTINGS.cache_enabled


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Say whether parameters are cast only once within an autocast."""
    SETTINGS.cache_enabled = enabled


def clear_autocast_cache() -> None:
    """Forget the parameters that were cast."""
    SETTINGS.cache.clear()


def autocast_increment_nesting() -> int:
    """Count one more autocast; the number of them."""
    SETTINGS.nesting += 1
    return SETTINGS.nesting


def autocast_decrement_nesting() -> int:
    """Count one autocast less; the number of them."""
    SETTINGS.nesting -= 1
    return SETTINGS.nesting


def deprecated(old: str, new: str) -> None:
    warnings.warn(
        f"torch.{old} is deprecated. Please use torch.{new} instead.",
        DeprecationWarning,
        stacklevel=3,
    )


def is_autocast_cpu_enabled() -> bool:
    """Deprecated: `is_autocast_enabled("cpu")`."""
    deprecated("is_autocast_cpu_enabled()", "is_autocast_enabled('cpu')")
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Deprecated: `set_autocast_enabled("cpu", enabled)`."""
    deprecated("set_autocast_cpu_enabled(enabled)", "set_autocast_enabled('cpu', enabled)")
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype() -> Any:
    """Deprecated: `get_autocast_dtype("cpu")`."""
    deprecated("get_autocast_cpu_dtype()", "get_autocast_dtype('cpu')")
    return get_autocast_dtype("cpu")


def get_autocast_gpu_dtype() -> Any:
    """Deprecated: `get_autocast_dtype("cuda")`."""
    deprecated("get_autocast_gpu_dtype()", "get_autocast_dtype('cuda')")
    return get_autocast_dtype("cuda")


def set_autocast_cpu_dtype(dtype: Any) -> None:
    """Deprecated: `set_autocast_dtype("cpu", dtype)`."""
    deprecated("set_autocast_cpu_dtype(dtype)", "set_autocast_dtype('cpu', dtype)")
    set_autocast_dtype("cpu", dtype)


def set_autocast_gpu_dtype(dtype: Any) -> None:
    """Deprecated: `set_autocast_dtype("cuda", dtype)`."""
    deprecated("set_autocast_gpu_dtype(dtype)", "set_autocast_dtype('cuda', dtype)")
    set_autocast_dtype("cuda", dtype)
