"""Profiling by steps of a training loop: `torch.profiler`."""

from rushlight.alias import missing
from rushlight.autograd.profiler import record_function
from rushlight.autograd.profiler_util import DeviceType
from rushlight.profiler.profiler import (
    ProfilerAction,
    ProfilerActivity,
    kineto_available,
    profile,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)

__all__ = [
    "DeviceType",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]

__getattr__ = missing(__name__)
