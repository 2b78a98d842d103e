"""Gradients kept from getting too large: `torch.nn.utils.clip_grad`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from types import GeneratorType
from typing import Any

import rushlight as torch
from rushlight.alias import missing
from rushlight.optim import lists
from rushlight.tape.core import TensorBase
from rushlight.tape.modes import no_grad

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]

NOT_FINITE = (
    "The total norm of order {} for gradients from `parameters` is non-finite, so it cannot be "
    "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
    "`error_if_nonfinite=False`"
)


def as_list(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, TensorBase) else list(tensors)


def recorded(tensors: list[Any]) -> bool:
    """Does a gradient flow through what is computed of the tensors?"""
    return torch.is_grad_enabled() and any(t.requires_grad for t in tensors)


def get_total_norm(
    tensors: Any,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """The p-norm of all numbers in the tensors.

    Args:
        tensors: one or several.
        norm_type: p; infinity is allowed.
        error_if_nonfinite: refuse a norm that is infinite or not a number.
        foreach: accepted.

    Raises:
        RuntimeError: for a norm that is not finite, if asked for.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])])
        tensor(5.)
    """
    norm_type = float(norm_type)
    tensors = as_list(tensors)
    if not tensors:
        return torch.tensor(0.0)
    p: Any = norm_type
    norms = lists.euclidean_norms(tensors) if p == 2.0 and not recorded(tensors) else None
    total = (torch.stack([t.norm(p) for t in tensors]) if norms is None else norms).norm(p)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(NOT_FINITE.format(norm_type))
    return total


def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None
) -> None:
    """Scale gradients whose norm is `total_norm` down to `max_norm`, in place, if it is larger."""
    grads = [p.grad for p in as_list(parameters) if p.grad is not None]
    with no_grad():
        factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        lists.scale(grads, factor)


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """Scale the gradients of parameters, in place, so that their common norm is `max_norm` at most.

    Args:
        parameters: one tensor or several.
        max_norm: the largest norm allowed.
        norm_type: p; infinity is allowed.
        error_if_nonfinite: refuse a norm that is infinite or not a number.
        foreach: accepted.

    Returns:
        The norm before.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> x.grad = torch.tensor([3.0, 4.0])
        >>> torch.nn.utils.clip_grad_norm_(x, 1.0), x.grad
        (tensor(5.), tensor([0.6000, 0.8000]))
    """
    if isinstance(parameters, TensorBase):
        parameters = [parameters]
    else:
        generator = isinstance(parameters, GeneratorType)
        parameters = list(parameters)
        if generator and not parameters:
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3
            )
    with no_grad():
        grads = [p.grad for p in parameters if p.grad is not None]
        total = get_total_norm(grads, norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """Deprecated name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(
    parameters: Any | Iterable[Any], clip_value: float, foreach: bool | None = None
) -> None:
    """Cut the gradients of parameters off, in place, below -clip_value and above clip_value.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> x.grad = torch.tensor([-3.0, 0.5])
        >>> torch.nn.utils.clip_grad_value_(x, 1.0)
        >>> x.grad
        tensor([-1.0000,  0.5000])
    """
    clip_value = float(clip_value)
    with no_grad():
        grads = [p.grad for p in as_list(parameters) if p.grad is not None]
        lists.clamp(grads, -clip_value, clip_value)


__getattr__ = missing(__name__)
