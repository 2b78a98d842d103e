"""Adadelta: steps measured by earlier steps."""

from __future__ import annotations

from typing import Any

from rushlight.optim.dense import DenseOptimizer, check_lr, check_not_negative, followed, paired
from rushlight.optim.optimizer import ParamsT, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["Adadelta"]


class Adadelta(DenseOptimizer):
    """The gradient, scaled to the size that earlier steps had.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: a factor on the step.
        rho: the weight of the past in the two mean squares.
        eps: added to the mean squares.
        weight_decay: how much of the parameter is added to its gradient.
        foreach: accepted; there is one implementation, which takes whole lists.
        capturable: refused when stepping: there is no CUDA graph to capture.
        maximize: go up instead of down.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adadelta([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9997, -1.9997], requires_grad=True)
    """

    _late_options = {**DenseOptimizer._late_options, "capturable": False}
    _capturable = DenseOptimizer._capturable.replace(", 'xla'", "")
    _keeps = ("square_avg", "acc_delta")
    _kernel = "adadelta"
    _takes = ("lr", "rho", "eps", "weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative("epsilon value", eps)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        rho, eps = group["rho"], group["eps"]
        remembered["step"].add_(1)
        p, g, v, c = paired(
            p, followed(group, p, g), remembered["square_avg"], remembered["acc_delta"]
        )
        v = v.mul_(rho).add_((1 - rho) * g * g).clone()
        change = (c + eps).sqrt() / (v + eps).sqrt() * g
        c.mul_(rho).add_((1 - rho) * change * change)
        p.sub_(_to_scalar(group["lr"]) * change)
