"""RAdam: Adam with a warm-up that follows from its statistics."""

from __future__ import annotations

from typing import Any

from rushlight.kernels import steps as kernels
from rushlight.optim.dense import (
    DenseOptimizer,
    check_betas,
    check_lr,
    check_not_negative,
    decoupled,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["RAdam"]


class RAdam(DenseOptimizer):
    """Adam that divides by the mean square only as far as it is known well enough.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        betas: the weights of the past in the means of gradients and of their squares.
        eps: added to the root of the mean square.
        weight_decay: how much of the parameter is added to its gradient.
        decoupled_weight_decay: let the parameter decay by itself, as AdamW does.
        foreach: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        capturable: refused when stepping: there is no CUDA graph to capture.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.RAdam([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.8000, -1.6000], requires_grad=True)
    """

    _late_options = {
        **DenseOptimizer._late_options,
        "decoupled_weight_decay": False,
        "capturable": False,
    }
    _keeps = ("exp_avg", "exp_avg_sq")
    _kernel = "radam"
    _takes = ("lr", "betas", "eps", "weight_decay", "decoupled_weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        step = _get_value(remembered["step"].add_(1))
        p, g, m, v = paired(
            p, decoupled(group, p, g), remembered["exp_avg"], remembered["exp_avg_sq"]
        )
        m = m.lerp_(g, 1 - beta1).clone()
        v = v.mul_(beta2).add_((1 - beta2) * g * g).clone()
        way = m / (1 - beta1**step) * _to_scalar(group["lr"])
        trust = kernels.rectification(beta2, step)
        if trust is not None:
            way = way * ((1 - beta2**step) ** 0.5 / (v.sqrt() + group["eps"])) * trust
        p.sub_(way)
