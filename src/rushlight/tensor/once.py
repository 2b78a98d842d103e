"""Warnings that are given once per process: see `rushlight.kernels.once`."""

from rushlight.kernels.once import forget, is_warn_always_enabled, set_warn_always, warn

__all__ = ["forget", "is_warn_always_enabled", "set_warn_always", "warn"]
