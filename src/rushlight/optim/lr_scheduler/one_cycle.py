"""A schedule of one rise and one long fall."""

from __future__ import annotations

import math
from typing import Any, Literal

from rushlight.optim.lr_scheduler.scheduler import (
    LRScheduler,
    check_optimizer,
    has_betas,
    per_group,
    set_momentum,
    start_momentum,
)
from rushlight.optim.optimizer import Optimizer


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
