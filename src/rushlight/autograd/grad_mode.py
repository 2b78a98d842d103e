"""Modes of recording, under PyTorch's name for the module."""

from rushlight.tape.modes import (
    enable_grad,
    enforce_grad_layout_policy,
    inference_mode,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from rushlight.tape.modes import set_view_replay_enabled as _force_original_view_tracking
from rushlight.tape.modes import unsafe_preserve_version_counter as _unsafe_preserve_version_counter

__all__ = [
    "_force_original_view_tracking",
    "_unsafe_preserve_version_counter",
    "enable_grad",
    "enforce_grad_layout_policy",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]
