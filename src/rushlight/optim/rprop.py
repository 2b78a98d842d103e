"""Rprop: steps that follow the signs of gradients."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import DenseOptimizer, check_lr, counter, followed, paired
from rushlight.optim.optimizer import ParamsT, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["Rprop"]


class Rprop(DenseOptimizer):
    """Only the signs of the gradient count: an element's step grows while its sign stays.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of the first step.
        etas: the factors for a sign that changed and for one that stayed.
        step_sizes: the shortest and the longest step.
        capturable: refused when stepping: there is no CUDA graph to capture.
        foreach: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.
        differentiable: record the steps, so that gradients flow through them.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Rprop([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    _late_options = {**DenseOptimizer._late_options, "capturable": False}
    _numbers = ()
    _keeps = ("prev", "step_size")
    _kernel = "rprop"
    _takes = ("etas", "step_sizes", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        lr = _to_scalar(group["lr"])
        size = complex(lr, lr) if p.is_complex() else lr
        return {
            "step": counter(),
            "prev": torch.zeros_like(p),
            "step_size": torch.full_like(g, size),
        }

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        (minus, plus), (smallest, largest) = group["etas"], group["step_sizes"]
        remembered["step"].add_(1)
        p, g, before, size = paired(
            p, followed(group, p, g), remembered["prev"], remembered["step_size"]
        )
        agreement = (g * before.clone()).sign()
        turned = agreement < 0
        factor = agreement.masked_fill(agreement > 0, plus).masked_fill(turned, minus)
        factor = factor.masked_fill(agreement == 0, 1)
        way = g.masked_fill(turned, 0)
        pace = (size.clone() * factor).clamp(smallest, largest)
        size.copy_(pace)
        before.copy_(way)
        p.sub_(way.sign() * pace)
