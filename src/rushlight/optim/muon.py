"""Muon: momentum made orthogonal, for matrices."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.optim.dense import DenseOptimizer, check_one_element
from rushlight.optim.optimizer import ParamsT, _to_scalar

__all__ = ["Muon"]

# The quintic of the Newton-Schulz iteration: its slope at 0 is large, at the price of singular
# values that end near 1 instead of at it.
COEFFICIENTS = (3.4445, -4.775, 2.0315)


class Muon(DenseOptimizer):
    """Steps by the nearest orthogonal matrix to the momentum of the gradients.

    Args:
        params: matrices, pairs of a name and a matrix, or groups as dicts.
        lr: the length of a step.
        weight_decay: how much parameters shrink in a step, times `lr`.
        momentum: the weight of the past in the mean of gradients.
        nesterov: go on from the newest gradient towards that mean.
        ns_coefficients: those of x, x^3 and x^5 in the iteration that makes orthogonal.
        eps: the least norm to divide by.
        ns_steps: the number of iterations.
        adjust_lr_fn: how `lr` follows the matrix's shape: "original" or "match_rms_adamw".

    Raises:
        ValueError: for an option out of its range, or a parameter that is no matrix.

    Example:
        >>> import rushlight as torch
        >>> w = torch.tensor([[3.0, 0.0], [0.0, 1.0]], requires_grad=True)
        >>> optimizer = torch.optim.Muon([w], lr=0.5, weight_decay=0.0)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> bool(((w - torch.tensor([[2.5, 0.0], [0.0, 0.5]])).abs() < 0.2).all())
        True
    """

    _late_options: dict[str, Any] = {}
    _counters = ()

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_one_element(lr)
        options = {"Learning rate": lr, "momentum": momentum, "weight decay": weight_decay}
        for what, value in options.items():
            if not value >= 0.0:
                raise ValueError(f"{what} should be >= 0 but is: {value}")
        if adjust_lr_fn is not None and adjust_lr_fn not in ("original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{p.size()}"
                    )

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        if p.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        return {"momentum_buffer": torch.zeros_like(g)}

    def _traced(self, group: dict[str, Any]) -> bool:
        return True

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        if g.ndim != 2:
            raise ValueError("Param gradient must be a 2D matrix")
        lr, momentum = _to_scalar(group["lr"]), group["momentum"]
        mean = remembered["momentum_buffer"].lerp_(g, 1 - momentum)
        mean = g.lerp(mean, momentum) if group["nesterov"] else mean
        way = orthogonal(mean, group["ns_coefficients"], group["ns_steps"], group["eps"])
        p.mul_(1 - lr * group["weight_decay"])
        p.sub_(lr * shape_factor(group["adjust_lr_fn"], *p.shape) * way.to(p.dtype))


def orthogonal(matrix: Any, coefficients: tuple[float, ...], steps: int, eps: float) -> Any:
    """An orthogonal matrix near `matrix`, roughly: the singular values are near 1.

    Each iteration applies an odd polynomial to the singular values, which matrix products do
    without computing them. In bfloat16, whose precision this does not lose.
    """
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    x = matrix.bfloat16()
    wide = x.size(0) <= x.size(1)
    x = x if wide else x.T
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if wide else x.T


def shape_factor(name: str | None, rows: int, columns: int) -> float:
    """By how much the learning rate grows with the shape of a matrix."""
    if name == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))
