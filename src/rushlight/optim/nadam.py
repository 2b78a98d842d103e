"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import (
    DenseOptimizer,
    check_betas,
    check_lr,
    check_not_negative,
    counter,
    decoupled,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["NAdam"]


class NAdam(DenseOptimizer):
    """Adam that takes the momentum of the coming step into account.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        betas: the weights of the past in the means of gradients and of their squares.
        eps: added to the root of the mean square.
        weight_decay: how much of the parameter is added to its gradient.
        momentum_decay: how slowly the momentum grows to its full size.
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
        >>> optimizer = torch.optim.NAdam([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.8944, -1.8944], requires_grad=True)
    """

    _late_options = {
        **DenseOptimizer._late_options,
        "capturable": False,
        "decoupled_weight_decay": False,
    }
    _counters = ("step", "mu_product")
    _capturable = DenseOptimizer._capturable.replace("params", "params, mu_products")
    _kernel = "nadam"
    _takes = (
        "lr",
        "betas",
        "eps",
        "weight_decay",
        "momentum_decay",
        "decoupled_weight_decay",
        "maximize",
    )

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check_not_negative("momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        return {
            "step": counter(),
            "mu_product": counter(1.0),
            "exp_avg": torch.zeros_like(p),
            "exp_avg_sq": torch.zeros_like(p),
        }

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "mu_product", "step")

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        lr, decay = _to_scalar(group["lr"]), group["momentum_decay"]
        step = _get_value(remembered["step"].add_(1))
        p, g, m, v = paired(
            p, decoupled(group, p, g), remembered["exp_avg"], remembered["exp_avg_sq"]
        )
        mu = beta1 * (1.0 - 0.5 * 0.96 ** (step * decay))
        following = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * decay))
        done = remembered["mu_product"].mul_(mu)
        done = done.clone() if group["differentiable"] else _get_value(done)
        m = m.lerp_(g, 1 - beta1).clone()
        v = v.mul_(beta2).add_((1 - beta2) * g * g).clone()
        root = (v / (1 - beta2**step)).sqrt() + group["eps"]
        p.sub_(g * (lr * (1.0 - mu) / (1.0 - done)) / root)
        p.sub_(m * (lr * following / (1.0 - done * following)) / root)
