"""Adafactor: Adam's mean square in the memory of a row and a column."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.optim.dense import DenseOptimizer, check_one_element, counter
from rushlight.optim.optimizer import ParamsT, _to_scalar
from rushlight.tensor.tensor import Tensor

__all__ = ["Adafactor"]


class Adafactor(DenseOptimizer):
    """The gradient over the root of its mean square, of which only row and column sums are kept.

    Args:
        params: tensors, pairs of a name and a tensor, or groups as dicts.
        lr: the length of a step, relative to the size of the parameter.
        beta2_decay: the power of the step count by which the newest gradient weighs.
        eps: what the mean square is at least (the root of it; the dtype's epsilon for None), and
            the size of the parameter.
        d: updates with a larger root mean square are scaled down to it.
        weight_decay: how much parameters shrink in a step, times `lr`.
        foreach: accepted; there is one implementation, which takes whole lists.
        maximize: go up instead of down.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adafactor([x], lr=0.1)
        >>> (x * x).sum().backward()
        >>> optimizer.step()
        >>> x
        tensor([ 0.8419, -1.8419], requires_grad=True)
    """

    _late_options = {"foreach": None}
    _keeps = ("row_var", "col_var", "variance")
    _kernel = "adafactor"
    _takes = ("lr", "beta2_decay", "eps", "d", "weight_decay", "maximize")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_one_element(lr)
        check_at_least("Learning rate", lr)
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None:
            check_at_least("epsilon1", eps[0])
        check_at_least("epsilon2", eps[1])
        check_at_least("Clipping threshold d", d, 1)
        check_at_least("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        if p.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        if g.dim() <= 1:
            return {"step": counter(), "variance": torch.zeros_like(g)}
        return {
            "step": counter(),
            "row_var": g.new_zeros((*g.shape[:-1], 1)),
            "col_var": g.new_zeros((*g.shape[:-2], 1, g.shape[-1])),
        }

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        lr, (eps1, eps2) = _to_scalar(group["lr"]), group["eps"]
        smallest = torch.finfo(p.dtype).eps if eps1 is None else eps1
        step = remembered["step"].add_(1).item()
        g = -g if group["maximize"] else g
        pace = max(eps2, root_mean_square(p)) * min(lr, 1 / step**0.5)
        if group["weight_decay"] != 0:
            p.mul_(1 - lr * group["weight_decay"])
        weight = step ** group["beta2_decay"]
        if "variance" in remembered:
            square = remembered["variance"].lerp_(g * g, weight)
        else:
            row, column = remembered["row_var"], remembered["col_var"]
            row.lerp_((g * g).mean(-1, keepdim=True), weight)
            column.lerp_((g * g).mean(-2, keepdim=True), weight)
            square = row * column / row.mean(-2, keepdim=True).clamp(min=smallest)
        update = square.clamp(min=smallest * smallest).rsqrt() * g
        p.sub_(pace / max(1.0, root_mean_square(update) / group["d"]) * update)


def root_mean_square(x: Any) -> float:
    """The norm of `x` over that of ones."""
    return float(x.norm(2).item()) / x.numel() ** 0.5


def check_at_least(what: str, value: Any, least: int = 0) -> None:
    """Refuse what is smaller, and NaN."""
    if not float(least) <= value:
        raise ValueError(f"{what} should be >= {least} but is: {value}")
