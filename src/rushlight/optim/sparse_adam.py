"""SparseAdam, which is for gradients that are sparse: there are none here."""

from __future__ import annotations

from typing import Any

from rushlight.optim.dense import DenseOptimizer, check_betas, check_one_element
from rushlight.optim.optimizer import ParamsT
from rushlight.tensor.tensor import Tensor

__all__ = ["SparseAdam"]


class SparseAdam(DenseOptimizer):
    """Adam for sparse gradients. It can be made, but not step: gradients are dense.

    Raises:
        ValueError: for an option out of its range, or complex parameters.
        RuntimeError: when stepping.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0], requires_grad=True)
        >>> x.sum().backward()
        >>> torch.optim.SparseAdam([x]).step()
        Traceback (most recent call last):
        RuntimeError: SparseAdam does not support dense gradients, please consider Adam instead
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        check_one_element(lr)
        for what, value in (("learning rate", lr), ("epsilon value", eps)):
            if not value > 0.0:
                raise ValueError(f"Invalid {what}: {value}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        complex_ones = [
            [i, j]
            for i, group in enumerate(self.param_groups)
            for j, p in enumerate(group["params"])
            if p.is_complex()
        ]
        if complex_ones:
            raise ValueError(
                f"Complex params at indices {complex_ones}: SparseAdam does not support complex "
                "parameters"
            )

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(
            "SparseAdam does not support dense gradients, please consider Adam instead"
        )
