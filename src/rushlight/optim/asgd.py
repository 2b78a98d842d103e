"""ASGD: descent, and the average of its path."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import (
    DenseOptimizer,
    check_lr,
    check_not_negative,
    counter,
    followed,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["ASGD"]


class ASGD(DenseOptimizer):
    """Gradient descent with shrinking steps that also averages where it has been (`ax`).

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        lambd: how fast parameters decay.
        alpha: the power by which steps shrink.
        t0: the step at which averaging starts.
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
        >>> optimizer = torch.optim.ASGD([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.8000, -1.6000], requires_grad=True)
    """

    _late_options = {**DenseOptimizer._late_options, "capturable": False}
    _counters = ("step", "eta", "mu")
    _capturable = DenseOptimizer._capturable.replace(
        "params and state_steps", "params, mus, etas, and state_steps"
    )
    _kernel = "asgd"
    _takes = ("lambd", "weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        return {
            "step": counter(),
            "eta": counter(float(_get_value(group["lr"]))),
            "mu": counter(1.0),
            "ax": torch.zeros_like(p),
        }

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("ax", "mu", "eta")

    def _step_arrays(self, group: Any, params: Any, grads: Any, states: Any) -> None:
        super()._step_arrays(group, params, grads, states)
        for remembered in states:
            anneal(group, remembered)

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        mu, pace = _get_value(remembered["mu"]), _get_value(remembered["eta"])
        p, g, average = paired(p, followed(group, p, g), remembered["ax"])
        p.mul_(1 - group["lambd"] * pace)
        p.sub_(pace * g)
        if mu == 1:
            average.copy_(p)
        else:
            average.add_((p - average) * mu)
        anneal(group, remembered)


def anneal(group: dict[str, Any], remembered: dict[str, Any]) -> None:
    """Count a step; from it follow the next step's length and its weight in the average.

    They have the precision that PyTorch gives them, which with `foreach` is the counter's.
    """
    lr, lambd = _to_scalar(group["lr"]), group["lambd"]
    step = remembered["step"].add_(1)
    pace = 1 + lambd * lr * (step if group["foreach"] else step.item())
    if group["foreach"]:  # NumPy's float32 powers can be off in the last bit
        power = (pace.double() ** group["alpha"]).to(step.dtype)
    else:
        power = pace ** group["alpha"]
    remembered["eta"].copy_(torch.as_tensor(lr / power))
    remembered["mu"].copy_(torch.as_tensor(1 / max(1, step.item() - group["t0"])))
