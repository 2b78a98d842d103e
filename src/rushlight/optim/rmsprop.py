"""RMSprop: gradients over the root of their mean square."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.kernels import steps as kernels
from rushlight.kernels.quiet import quietly
from rushlight.optim.dense import (
    DenseOptimizer,
    check_lr,
    check_not_negative,
    counter,
    followed,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["RMSprop"]


class RMSprop(DenseOptimizer):
    """The gradient over the root of the running mean of its squares.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        alpha: the weight of the past in the mean.
        eps: added to the root.
        weight_decay: how much of the parameter is added to its gradient.
        momentum: the weight of earlier steps in the next one.
        centered: subtract the square of the mean gradient.
        capturable: refused when stepping: there is no CUDA graph to capture.
        foreach: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.RMSprop([x], lr=0.01)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    _late_options = {
        "momentum": 0,
        "centered": False,
        **DenseOptimizer._late_options,
        "capturable": False,
    }
    _takes = ("lr", "alpha", "eps", "weight_decay", "momentum", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("epsilon value", eps)
        check_not_negative("momentum value", momentum)
        check_not_negative("weight_decay value", weight_decay)
        check_not_negative("alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        made = {"step": counter(), "square_avg": torch.zeros_like(p)}
        if group["momentum"] > 0:
            made["momentum_buffer"] = torch.zeros_like(p)
        if group["centered"]:
            made["grad_avg"] = torch.zeros_like(p)
        return made

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        means = ("grad_avg",) if group["centered"] else ()
        buffers = ("momentum_buffer",) if group["momentum"] > 0 else ()
        return ("square_avg", *means, *buffers, "step")

    def _compute(self, group: dict[str, Any], params: Any, grads: Any, *slots: Any) -> None:
        squares, *optional, steps = slots
        means = optional[0] if group["centered"] else []
        buffers = optional[-1] if group["momentum"] > 0 else []
        quietly(
            kernels.rmsprop,
            (params, grads, squares, means, buffers, steps, *self._numbers_of(group)),
        )

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        alpha, momentum = group["alpha"], group["momentum"]
        remembered["step"].add_(1)
        slots = [remembered[name] for name in self._slots(group)[:-1]]
        p, g, v, *optional = paired(p, followed(group, p, g), *slots)
        v = v.mul_(alpha).add_((1 - alpha) * g * g).clone()
        if group["centered"]:
            mean = optional[0].lerp_(g, 1 - alpha).clone()
            v = v - mean * mean
        way = g / (v.sqrt() + group["eps"])
        if momentum > 0:
            way = optional[-1].mul_(momentum).add_(way)
        p.sub_(_to_scalar(group["lr"]) * way)
