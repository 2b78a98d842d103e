"""Schedules that rise and fall: along a cosine, in cycles, once."""

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
    values,
)
from rushlight.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """The rate falls along half a cosine, from the first one to `eta_min` (SGDR, without restarts).

    Args:
        optimizer: whose rates change.
        T_max: the number of epochs until `eta_min`.
        eta_min: the least rate.
        last_epoch: -1, or the epoch to go on from.

    Example:
        >>> import rushlight as torch
        >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> round(scheduler.get_last_lr()[0], 4)
        0.5
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The next rates of the groups, for `step`."""
        self._warn_outside_step()
        if self._is_initial:
            return values(self.optimizer, "lr")
        if self._step_count == 1 and self.last_epoch > 0:
            return self._get_closed_form_lr()
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            return self._turned()
        factor = self._height(self.last_epoch) / self._height(self.last_epoch - 1)
        lowest = self.eta_min
        return [factor * (g["lr"] - lowest) + lowest for g in self.optimizer.param_groups]

    def _turned(self) -> list[Any]:
        """Just past the lowest point, where the quotient of heights would divide by zero."""
        rise = (1 - math.cos(math.pi / self.T_max)) / 2
        pairs = zip(self.base_lrs, self.optimizer.param_groups, strict=True)
        return [group["lr"] + (lr - self.eta_min) * rise for lr, group in pairs]

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def _get_closed_form_lr(self) -> list[Any]:
        height = self._height(self.last_epoch)
        return [self.eta_min + (lr - self.eta_min) * height / 2 for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """The rate falls along half a cosine, again and again (SGDR).

    Args:
        optimizer: whose rates change.
        T_0: the number of epochs of the first fall.
        T_mult: by how much each fall is longer than the one before.
        eta_min: the least rate.
        last_epoch: -1, or the epoch to go on from.

    Raises:
        ValueError: numbers of epochs that are no positive integers.

    Example:
        >>> import rushlight as torch
        >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        self.T_0 = T_0
        self.T_i: float = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The next rates of the groups, for `step`."""
        self._warn_outside_step()
        height = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (lr - self.eta_min) * height / 2 for lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the rates of the next epoch.

        Args:
            epoch: where to go instead; fractions are allowed, to change rates within an epoch.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self._jump(epoch)
        self.last_epoch = math.floor(epoch)
        self._set_rates(self.get_lr)

    def _jump(self, epoch: float) -> None:
        """Find the fall that an epoch lies in, and the place there."""
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            falls = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            grown = self.T_mult**falls
            self.T_cur = epoch - self.T_0 * (grown - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * grown


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


class OneCycleLR(LRScheduler):
    """The rate rises to `max_lr` and then falls far below where it began, batch by batch.

    Args:
        optimizer: whose rates change.
        max_lr: the highest rate, or a list of one for each group.
        total_steps: the number of batches; or give both of
        epochs, steps_per_epoch: whose product it is.
        pct_start: the part of the batches in which the rate rises.
        anneal_strategy: along a cosine ("cos") or in lines ("linear").
        cycle_momentum: let the momentum fall while the rate rises, and rise while it falls.
        base_momentum, max_momentum: the momentum's bounds.
        div_factor: the highest rate over the first.
        final_div_factor: the first rate over the last.
        three_phase: fall as fast as it rose, then on to the last rate.
        last_epoch: -1, or the batch to go on from.

    Raises:
        ValueError: for an option out of its range; too many steps.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(1, requires_grad=True)
        >>> optimizer = torch.optim.SGD([x], lr=1.0, momentum=0.9)
        >>> scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=10)
        >>> rates = scheduler.get_last_lr()
        >>> for batch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        ...     rates += scheduler.get_last_lr()
        >>> [round(rate, 4) for rate in rates]
        [0.02, 0.26, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = counted_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = phases(float(pct_start * self.total_steps), self.total_steps,
                                       three_phase)  # fmt: skip
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        check_strategy(anneal_strategy)
        self._anneal_func_type = anneal_strategy
        max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = has_betas(optimizer)
            high = per_group("max_momentum", optimizer, max_momentum)
            low = per_group("base_momentum", optimizer, base_momentum)
            if last_epoch == -1:
                start_momentum(optimizer, high, low, self.use_beta1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The next rates of the groups, for `step`; momenta are set at once."""
        self._warn_outside_step()
        t = self.last_epoch
        if t > self.total_steps:
            raise ValueError(
                f"Tried to step {t} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        phase, share = self._phase(t)
        anneal = cosine if self._anneal_func_type == "cos" else linear
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(anneal(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                set_momentum(group, anneal(*ends, share), self.use_beta1)
        return rates

    def _phase(self, t: int) -> tuple[dict[str, Any], float]:
        """The phase that step `t` lies in, and which part of it has passed."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if t <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        return phase, (t - start) / (end - start)


def counted_steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    """The number of batches."""
    if total_steps is not None:
        check_count("total_steps", total_steps)
        return int(total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    check_count("epochs", epochs)
    check_count("steps_per_epoch", steps_per_epoch)
    return int(epochs * steps_per_epoch)


def check_count(name: str, value: Any) -> None:
    """Refuse what is no positive integer."""
    if value <= 0 or not isinstance(value, int):
        raise ValueError(f"Expected positive integer {name}, but got {value}")


def check_strategy(name: Any) -> None:
    """Refuse an unknown curve."""
    if name not in ("cos", "linear"):
        raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {name}")


def phases(rise: float, total: int, three: bool) -> list[dict[str, Any]]:
    """Until which step each phase goes, and between which options of a group."""
    up = ("initial_lr", "max_lr", "max_momentum", "base_momentum")
    if three:
        down = ("max_lr", "initial_lr", "base_momentum", "max_momentum")
        out = ("initial_lr", "min_lr", "max_momentum", "max_momentum")
        table: list[tuple[float, tuple[str, ...]]] = [
            (rise - 1, up),
            (2 * rise - 2, down),
            (total - 1, out),
        ]
    else:
        down = ("max_lr", "min_lr", "base_momentum", "max_momentum")
        table = [(rise - 1, up), (total - 1, down)]
    names = ("start_lr", "end_lr", "start_momentum", "end_momentum")
    return [{"end_step": end, **dict(zip(names, options, strict=True))} for end, options in table]


def cosine(start: Any, end: Any, share: float) -> Any:
    """From start to end along half a cosine."""
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def linear(start: Any, end: Any, share: float) -> Any:
    """From start to end in a line."""
    return (end - start) * share + start
