"""The older names of `torch.amp` for GPUs: `torch.cuda.amp`."""

from typing import Any

from rushlight.amp import autocast_mode
from rushlight.amp.devices import autocast_of, deprecated, grad_scaler_of
from rushlight.kernels import dtypes

autocast = autocast_of("cuda", dtypes.float16)
GradScaler = grad_scaler_of("cuda")

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def custom_fwd(fwd: Any = None, *, cast_inputs: Any = None) -> Any:
    """Deprecated: `torch.amp.custom_fwd` for "cuda"."""
    deprecated("cuda.amp.custom_fwd", "amp.custom_fwd(args..., device_type='cuda')")
    return autocast_mode.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Any) -> Any:
    """Deprecated: `torch.amp.custom_bwd` for "cuda"."""
    deprecated("cuda.amp.custom_bwd", "amp.custom_bwd(args..., device_type='cuda')")
    return autocast_mode.custom_bwd(bwd, device_type="cuda")
