"""Adagrad: steps that shrink with the gradients seen."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import (
    DenseOptimizer,
    check_fused_flags,
    check_lr,
    check_not_negative,
    counter,
    followed,
    paired,
)
from rushlight.optim.optimizer import ParamsT, _get_value, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["Adagrad"]


class Adagrad(DenseOptimizer):
    """The gradient over the root of the sum of all its squares.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step.
        lr_decay: how fast the length shrinks besides.
        weight_decay: how much of the parameter is added to its gradient.
        initial_accumulator_value: where the sum of squares starts.
        eps: added to the root.
        foreach, fused: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adagrad([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    _late_options = {**DenseOptimizer._late_options, "fused": None}
    _keeps = ("sum",)
    _kernel = "adagrad"
    _takes = ("lr", "lr_decay", "eps", "weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check_not_negative("lr_decay value", lr_decay)
        check_not_negative("weight_decay value", weight_decay)
        check_not_negative("initial_accumulator_value value", initial_accumulator_value)
        check_not_negative("epsilon value", eps)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_fused_flags(fused, foreach, differentiable)
        if fused:
            self._step_supports_amp_scaling = True
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p].update(self._begin(p, None, group))

    def share_memory(self) -> None:
        """Move the sums to memory that other processes see."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["sum"].share_memory_()

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        value = self.defaults["initial_accumulator_value"]
        start = complex(value, value) if p.is_complex() else value
        return {"step": counter(fused=group["fused"]), "sum": torch.full_like(p, start)}

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        step = _get_value(remembered["step"].add_(1))
        p, g, total = paired(p, followed(group, p, g), remembered["sum"])
        total = total.add_(g * g).clone()
        pace = _to_scalar(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
        p.sub_(pace * g / (total.sqrt() + group["eps"]))
