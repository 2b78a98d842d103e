"""What the options of optimizers may be."""

from __future__ import annotations

from typing import Any

from rushlight.tape.core import TensorBase


def check_lr(lr: Any) -> None:
    """A learning rate is one number, and not negative."""
    check_one_element(lr)
    check_not_negative("learning rate", lr)


def check_one_element(lr: Any) -> None:
    """A learning rate that is a tensor holds one number."""
    if isinstance(lr, TensorBase) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_not_negative(what: str, value: Any) -> None:
    """Refuse a negative value, and NaN."""
    if not value >= 0.0:
        raise ValueError(f"Invalid {what}: {value}")


def check_betas(betas: Any) -> None:
    """Weights of running means lie in [0, 1)."""
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def check_fused_flags(fused: Any, foreach: Any, differentiable: Any) -> None:
    """A fused implementation excludes the others."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
