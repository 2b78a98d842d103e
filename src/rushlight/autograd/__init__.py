"""Automatic differentiation: `torch.autograd`."""

from rushlight.alias import missing
from rushlight.autograd import anomaly_mode, function, grad_mode, variable
from rushlight.autograd.anomaly_mode import detect_anomaly, set_detect_anomaly
from rushlight.autograd.function import Function, NestedIOFunction
from rushlight.autograd.grad_mode import (
    _force_original_view_tracking,
    _unsafe_preserve_version_counter,
    enforce_grad_layout_policy,
    set_multithreading_enabled,
)
from rushlight.autograd.gradcheck import gradcheck, gradgradcheck  # hides its module, as in torch
from rushlight.autograd.variable import Variable
from rushlight.tape.modes import (
    enable_grad,
    inference_mode,
    is_multithreading_enabled,
    is_view_replay_enabled,
    no_grad,
    safe_grad,
    set_grad_enabled,
)
from rushlight.tape.nodes import SavedTensor
from rushlight.tensor.differentiate import backward, grad

__all__ = [
    "Function",
    "NestedIOFunction",
    "SavedTensor",
    "Variable",
    "_force_original_view_tracking",
    "_unsafe_preserve_version_counter",
    "anomaly_mode",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "enforce_grad_layout_policy",
    "forward_ad",
    "function",
    "functional",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_multithreading_enabled",
    "is_view_replay_enabled",
    "no_grad",
    "profiler",
    "safe_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
    "variable",
]

__getattr__ = missing(
    __name__,
    ("forward_ad", "functional", "graph", "profiler", "profiler_util"),
    elsewhere={"kineto_available": "rushlight.profiler"},
)
