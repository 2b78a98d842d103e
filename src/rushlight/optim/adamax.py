"""Adamax: Adam with the largest gradients in the place of the mean square."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import (
    DenseOptimizer,
    check_betas,
    check_lr,
    check_not_negative,
    followed,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["Adamax"]


class Adamax(DenseOptimizer):
    """Steps of the running mean of the gradients over their decaying maximum.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        betas: the weights of the past in the mean and in the maximum.
        eps: added to the size of gradients.
        weight_decay: how much of the parameter is added to its gradient.
        foreach: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        differentiable: record the steps, so that gradients flow through them.
        capturable: refused when stepping: there is no CUDA graph to capture.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adamax([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    _late_options = {**DenseOptimizer._late_options, "capturable": False}
    _keeps = ("exp_avg", "exp_inf")
    _kernel = "adamax"
    _takes = ("lr", "betas", "eps", "weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("epsilon value", eps)
        check_betas(betas)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        step = _get_value(remembered["step"].add_(1))
        p, g, m, u = paired(p, followed(group, p, g), remembered["exp_avg"], remembered["exp_inf"])
        m = m.lerp_(g, 1 - beta1).clone()
        # The gradient goes in equal parts to what is equally large, as that of amax does.
        largest = torch.stack([u * beta2, g.abs() + group["eps"]]).amax(0)
        u.copy_(largest)
        p.sub_(_to_scalar(group["lr"]) / (1 - beta1**step) * m / largest)
