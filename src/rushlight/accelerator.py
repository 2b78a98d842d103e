"""The accelerator of this machine, which has none: `torch.accelerator`."""

from typing import Any

from rushlight.alias import refusing

__all__ = ["current_accelerator", "device_count", "is_available"]


def is_available() -> bool:
    """No."""
    return False


def device_count() -> int:
    """None."""
    return 0


def current_accelerator(check_available: bool = False) -> Any:
    """None.

    Example:
        >>> import rushlight as torch
        >>> torch.accelerator.current_accelerator() is None
        True
    """
    return None


__getattr__ = refusing(
    __name__,
    "there is no such device",
    "current_device_idx current_device_index current_stream device_index empty_cache memory_stats "
    "set_device_idx set_device_index set_stream synchronize",
)
