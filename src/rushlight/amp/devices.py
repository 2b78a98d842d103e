"""The older names of autocast and GradScaler, by device: `torch.cpu.amp`, `torch.cuda.amp`."""

from __future__ import annotations

import warnings
from typing import Any

from rushlight.amp import autocast_mode, grad_scaler


def deprecated(old: str, new: str) -> None:
    warnings.warn(
        f"`torch.{old}(args...)` is deprecated. Please use `torch.{new}` instead.",
        FutureWarning,
        stacklevel=3,
    )


def autocast_of(device: str, default: Any) -> Any:
    """The deprecated class for a device, with its default dtype."""

    class autocast(autocast_mode.autocast):
        """Deprecated: `torch.amp.autocast` for this device."""

        def __init__(
            self, enabled: bool = True, dtype: Any = default, cache_enabled: bool = True
        ) -> None:
            deprecated(f"{device}.amp.autocast", f"amp.autocast('{device}', args...)")
            super().__init__(device, dtype, enabled, cache_enabled)

    return autocast


def grad_scaler_of(device: str) -> Any:
    """The deprecated class for a device."""

    class GradScaler(grad_scaler.GradScaler):
        """Deprecated: `torch.amp.GradScaler` for this device."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            deprecated(f"{device}.amp.GradScaler", f"amp.GradScaler('{device}', args...)")
            super().__init__(device, *args, **kwargs)

    return GradScaler
