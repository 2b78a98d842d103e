"""A schedule that goes up and down between two rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from rushlight.optim.lr_scheduler.scheduler import (
    LRScheduler,
    assign,
    attributes_of,
    check_optimizer,
    has_betas,
    per_group,
    set_momentum,
    start_momentum,
)
from rushlight.optim.optimizer import Optimizer


class CyclicLR(LRScheduler):
    """The rate rises and falls in lines between two bounds, batch by batch.

    Args:
        optimizer: whose rates change.
        base_lr: the lower bound, or a list of one for each group.
        max_lr: the upper bound, or a list of one for each group.
        step_size_up: the number of batches of a rise.
        step_size_down: the number of batches of a fall; as many for None.
        mode: "triangular"; "triangular2" halves the height after each cycle; "exp_range" scales
            it by `gamma` to the number of batches.
        gamma: for "exp_range".
        scale_fn: a function that says the height, in the place of `mode`.
        scale_mode: whether it gets the number of the "cycle" or of "iterations".
        cycle_momentum: let the momentum fall while the rate rises.
        base_momentum, max_momentum: the momentum's bounds.
        last_epoch: -1, or the batch to go on from.

    Raises:
        ValueError: for an unknown mode, or an optimizer without momentum.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(1, requires_grad=True)
        >>> optimizer = torch.optim.SGD([x], lr=1.0, momentum=0.9)
        >>> scheduler = torch.optim.lr_scheduler.CyclicLR(optimizer, 0.0, 1.0, step_size_up=2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    _scale_fn_ref: Callable[[float], float]

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                assign(group, "lr", lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self._init_scale_fn()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = has_betas(optimizer)
            self.base_momentums = per_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = per_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                bounds = self.max_momentums, self.base_momentums
                start_momentum(optimizer, *bounds, self.use_beta1)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _init_scale_fn(self) -> None:
        if self._scale_fn_custom is not None:
            return
        functions: dict[str, Callable[[float], float]] = {
            "triangular": full_height,
            "triangular2": half_height,
            "exp_range": partial(pow, self.gamma),
        }
        self._scale_fn_ref = functions[self.mode]
        self.scale_mode = "iterations" if self.mode == "exp_range" else "cycle"

    def scale_fn(self, x: float) -> float:
        """The height of cycle, or iteration, `x`."""
        return (self._scale_fn_custom or self._scale_fn_ref)(x)

    def get_lr(self) -> list[Any]:
        """The next rates of the groups, for `step`; momenta are set at once."""
        self._warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = self.optimizer.param_groups, self.base_momentums, self.max_momentums
            for group, low, high in zip(*bounds, strict=True):
                set_momentum(group, high - (high - low) * height * scale, self.use_beta1)
        pairs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height * scale for low, high in pairs]

    def state_dict(self) -> dict[str, Any]:
        """All there is to know, but for functions: of a callable object its attributes."""
        found = super().state_dict()
        found.pop("_scale_fn_ref", None)
        function = found.pop("_scale_fn_custom")
        found["_scale_fn_custom"] = None if function is None else attributes_of(function)
        return found

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict()` gave."""
        loaded = dict(state_dict)
        attributes = loaded.pop("_scale_fn_custom")
        super().load_state_dict(loaded)
        if attributes is not None:
            self._scale_fn_custom.__dict__.update(attributes)
        self._init_scale_fn()


def full_height(cycle: float) -> float:
    """Every cycle is as high as the first."""
    return 1.0


def half_height(cycle: float) -> float:
    """Every cycle is half as high as the one before."""
    return 1 / 2.0 ** (cycle - 1)
