"""The older names of `torch.amp` for the CPU: `torch.cpu.amp`."""

from rushlight.amp.devices import autocast_of, grad_scaler_of
from rushlight.kernels import dtypes

autocast = autocast_of("cpu", dtypes.bfloat16)
GradScaler = grad_scaler_of("cpu")

__all__ = ["GradScaler", "autocast"]
