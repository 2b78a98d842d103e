"""Adam: running means of the gradients and of their squares."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.kernels import steps as kernels
from rushlight.kernels.quiet import quietly
from rushlight.optim.dense import (
    DenseOptimizer,
    check_betas,
    check_fused_flags,
    check_lr,
    check_not_negative,
    counter,
    decoupled,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tape.core import TensorBase
from rushlight.tensor.tensor import Tensor

__all__ = ["Adam"]

LR_AND_FOREACH = "lr as a Tensor is not supported for capturable=False and foreach=True"
STEP_GRADIENT = "`requires_grad` is not supported for `step` in differentiable mode"


class Adam(DenseOptimizer):
    """Steps of the running mean of the gradients over the root of that of their squares.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        betas: the weights of the past in the two means.
        eps: added to the root.
        weight_decay: how much of the parameter is added to its gradient.
        amsgrad: divide by the largest mean of squares so far.
        foreach, fused: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        capturable: refused when stepping: there is no CUDA graph to capture.
        differentiable: record the steps, so that gradients flow through them.
        decoupled_weight_decay: let the parameter decay by itself, as AdamW does.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adam([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    _late_options = {
        "amsgrad": False,
        **DenseOptimizer._late_options,
        "capturable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }
    _takes = ("lr", "betas", "eps", "weight_decay", "decoupled_weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, TensorBase) and foreach and not capturable:
            raise ValueError(LR_AND_FOREACH)
        check_lr(lr)
        check_not_negative("epsilon value", eps)
        check_betas(betas)
        check_not_negative("weight_decay value", weight_decay)
        check_tensor_betas(betas, bool(foreach and not capturable))
        defaults = {
            "lr": lr,
            "betas": tuple(map(_to_scalar, betas)),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)
        check_fused_flags(fused, foreach, differentiable)
        if fused:
            self._step_supports_amp_scaling = True

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        made = {"step": counter(fused=group["fused"])}
        for name in self._slots(group)[:-1]:
            made[name] = torch.zeros_like(p)
        return made

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        maxima = ("max_exp_avg_sq",) if group["amsgrad"] else ()
        return ("exp_avg", "exp_avg_sq", *maxima, "step")

    def _check(self, group: dict[str, Any], params: list[Any], states: list[Any]) -> None:
        if group["differentiable"] and any(held["step"].requires_grad for held in states):
            raise RuntimeError(STEP_GRADIENT)
        if group["foreach"] and isinstance(group["lr"], TensorBase) and not group["capturable"]:
            raise RuntimeError(LR_AND_FOREACH)
        super()._check(group, params, states)

    def _traced(self, group: dict[str, Any]) -> bool:
        return super()._traced(group) or any(isinstance(b, TensorBase) for b in group["betas"])

    def _compute(self, group: dict[str, Any], params: Any, grads: Any, *slots: Any) -> None:
        means, squares, *maxima, steps = slots
        largest = maxima[0] if maxima else []
        quietly(
            kernels.adam, (params, grads, means, squares, largest, steps, *self._numbers_of(group))
        )

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        step = remembered["step"].add_(1)
        step = step.clone() if group["differentiable"] else _get_value(step)
        p, g, m, v = paired(
            p, decoupled(group, p, g), remembered["exp_avg"], remembered["exp_avg_sq"]
        )
        m.lerp_(g, 1 - beta1.to(p.dtype) if isinstance(beta1, TensorBase) else 1 - beta1)
        v = v.mul_(beta2).add_((1 - beta2) * g * g).clone()
        if group["amsgrad"]:
            (largest,) = paired(remembered["max_exp_avg_sq"])
            v = torch.maximum(largest.clone(), v)
            largest.copy_(v)
        size, root = -_to_scalar(group["lr"]) / (1 - beta1**step), (1 - beta2**step) ** 0.5
        if group["differentiable"]:
            # PyTorch's order: a count that is a float32 tensor rounds what it is multiplied with.
            p.add_(m.clone() / (v.sqrt() / (root * size) + group["eps"] / size))
        else:
            p.add_(size * (m / (v.sqrt() / root + group["eps"])))


def check_tensor_betas(betas: Any, refuse: bool) -> None:
    """Both betas are tensors of one element, or both are floats."""
    tensors = [isinstance(beta, TensorBase) for beta in betas]
    if tensors[0] != tensors[1] or not (tensors[0] or all(isinstance(b, float) for b in betas)):
        raise ValueError("betas must be either both floats or both Tensors")
    for i, beta in enumerate(betas):
        if tensors[i] and refuse:
            raise ValueError(
                f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True"
            )
        if tensors[i] and beta.numel() != 1:
            raise ValueError(f"Tensor betas[{i}] must be 1-element")
