"""Averages of a model's weights along its training: `torch.optim.swa_utils`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal

from rushlight.alias import missing
from rushlight.optim.lr_scheduler.cycles import check_strategy
from rushlight.optim.lr_scheduler.scheduler import LRScheduler, per_group
from rushlight.optim.optimizer import Optimizer
from rushlight.tape.modes import no_grad

__all__ = [
    "AveragedModel",  # noqa: F822  (from __getattr__)
    "update_bn",
    "SWALR",
    "get_ema_multi_avg_fn",
    "get_swa_multi_avg_fn",
    "get_ema_avg_fn",
    "get_swa_avg_fn",
]

# A module: networks are imported when it is asked for.
__getattr__ = missing(__name__, elsewhere={"AveragedModel": "rushlight.optim.averaged_model"})


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], None]:
    """The function that moves a list of averages exponentially towards a list of weights.

    Args:
        decay: the weight of the past.

    Raises:
        ValueError: `decay` is not between 0 and 1.

    Example:
        >>> import rushlight as torch
        >>> averages, weights = [torch.zeros(2)], [torch.ones(2)]
        >>> torch.optim.swa_utils.get_ema_multi_avg_fn(0.75)(averages, weights, 1)
        >>> averages
        [tensor([0.2500, 0.2500])]
    """
    check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list: Any, current_param_list: Any, _: Any) -> None:
        for average, p in zip(ema_param_list, current_param_list, strict=True):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(p, 1 - decay)
            else:
                average.copy_(average * decay + p * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Callable[[Any, Any, Any], None]:
    """The function that takes a list of weights into a list of averages of equal parts.

    Example:
        >>> import rushlight as torch
        >>> averages, weights = [torch.zeros(2)], [torch.ones(2)]
        >>> torch.optim.swa_utils.get_swa_multi_avg_fn()(averages, weights, 3)
        >>> averages
        [tensor([0.2500, 0.2500])]
    """

    @no_grad()
    def swa_update(averaged_param_list: Any, current_param_list: Any, num_averaged: Any) -> None:
        share = 1 / (float(num_averaged) + 1)
        for average, p in zip(averaged_param_list, current_param_list, strict=True):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(p, share)
            else:
                average.add_((p - average) * share)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], Any]:
    """The function that gives an average moved exponentially towards a weight.

    Args:
        decay: the weight of the past.

    Raises:
        ValueError: `decay` is not between 0 and 1.

    Example:
        >>> import rushlight as torch
        >>> torch.optim.swa_utils.get_ema_avg_fn(0.75)(torch.zeros(2), torch.ones(2), 1)
        tensor([0.2500, 0.2500])
    """
    check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Callable[[Any, Any, Any], Any]:
    """The function that gives an average of equal parts with one weight more.

    Example:
        >>> import rushlight as torch
        >>> torch.optim.swa_utils.get_swa_avg_fn()(torch.zeros(2), torch.ones(2), 3)
        tensor([0.2500, 0.2500])
    """

    @no_grad()
    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def check_decay(decay: float) -> None:
    """Refuse what is not between 0 and 1."""
    if decay < 0.0 or decay > 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


@no_grad()
def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    """Compute the statistics of a model's batch norms anew, from the batches of a loader.

    Args:
        loader: gives batches, or lists and tuples that begin with one.
        model: is called with each batch, in training mode.
        device: where batches are moved first.
    """
    from rushlight.nn.modules.batchnorm import _BatchNorm

    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None  # the mean of all batches, not a running one
    for batch in loader:
        first = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(first if device is None else first.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """The rate goes to a constant one, at which weights are then averaged.

    Args:
        optimizer: whose rates change.
        swa_lr: the rate in the end, or a list of one for each group.
        anneal_epochs: the number of epochs until then.
        anneal_strategy: along a cosine ("cos") or in a line ("linear").
        last_epoch: -1, or the epoch to go on from.

    Raises:
        ValueError: for an option out of its range.

    Example:
        >>> import rushlight as torch
        >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.swa_utils.SWALR(optimizer, 0.5, 2, anneal_strategy="linear")
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.75]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = per_group("swa_lr", optimizer, swa_lr)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        check_strategy(anneal_strategy)
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The next rates of the groups, for `step`."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, share = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            last = group["swa_lr"]
            # Where it came from is not kept: the other end of the way made so far.
            first = last if before == 1 else (group["lr"] - before * last) / (1 - before)
            rates.append(last * share + first * (1 - share))
        return rates

    def _share(self, step: int) -> float:
        """Which part of the way to the last rate has been made."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t
