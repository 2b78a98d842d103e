"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.kernels import steps as kernels
from rushlight.kernels.quiet import quietly
from rushlight.optim.dense import DenseOptimizer, check_fused_flags, check_one_element, followed
from rushlight.optim.optimizer import ParamsT, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["SGD"]


class SGD(DenseOptimizer):
    """Gradient descent, with momentum if wanted.

    With momentum the parameter follows a buffer `b`: `b = momentum * b + (1 - dampening) * g`, in
    the first step `b = g`; with `nesterov` it follows `g + momentum * b`.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step, relative to the gradient.
        weight_decay: how much of the parameter is added to its gradient.
        maximize: go up instead of down.
        foreach, fused: accepted; there is one implementation, which takes whole lists.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for a negative option, or `nesterov` without momentum.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.SGD([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.8000, -1.6000], requires_grad=True)
    """

    _late_options = {
        "nesterov": False,
        **DenseOptimizer._late_options,
        "fused": False,
    }
    _counters = ()
    _numbers = ("lr", "weight_decay")
    _takes = ("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_one_element(lr)
        options = {
            "learning rate": lr,
            "momentum value": momentum,
            "weight_decay value": weight_decay,
        }
        for what, value in options.items():
            if value < 0.0:
                raise ValueError(f"Invalid {what}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_fused_flags(fused, foreach, differentiable)
        if fused:
            self._step_supports_amp_scaling = True

    def _states(self, params: Any, grads: Any, group: dict[str, Any]) -> list[Any]:
        return [self.state[p] for p in params] if group["momentum"] != 0 else [{}] * len(params)

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] != 0 else ()

    def _step_arrays(self, group: Any, params: Any, grads: Any, states: Any) -> None:
        """A buffer's first step is undampened, and leads from zero."""
        begun = [held.get("momentum_buffer") is not None for held in states]
        if group["momentum"] != 0 and not all(begun):
            rows: tuple[list[Any], list[Any]] = [], []
            for p, g, held, old in zip(params, grads, states, begun, strict=True):
                if not old:
                    held["momentum_buffer"] = torch.zeros_like(g)
                rows[old].append((p, g, held))
            super()._step_arrays({**group, "dampening": 0}, *columns(rows[False]))
            if not rows[True]:
                return
            params, grads, states = columns(rows[True])
        super()._step_arrays(group, params, grads, states)

    def _compute(self, group: dict[str, Any], params: Any, grads: Any, *buffers: Any) -> None:
        quietly(
            kernels.sgd, (params, grads, buffers[0] if buffers else [], *self._numbers_of(group))
        )

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        momentum = group["momentum"]
        g = followed(group, p, g)
        if momentum != 0:
            b = remembered.get("momentum_buffer")
            if b is None:
                b = g.detach().clone()
            else:
                b.mul_(momentum).add_(g, alpha=1 - group["dampening"])
            remembered["momentum_buffer"] = b
            g = g + momentum * b if group["nesterov"] else b
        p.sub_(_to_scalar(group["lr"]) * g)


def columns(rows: list[Any]) -> list[list[Any]]:
    """Parameters, gradients and states, each as a list."""
    return [list(column) for column in zip(*rows, strict=True)]
