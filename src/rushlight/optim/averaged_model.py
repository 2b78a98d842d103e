"""A model whose weights are averages of another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import rushlight as torch
from rushlight.nn import Module
from rushlight.optim.swa_utils import get_swa_multi_avg_fn

__all__ = ["AveragedModel"]


class AveragedModel(Module):
    """A copy of a model, whose weights become averages of what `update_parameters` is given.

    Args:
        model: what is copied, as `module`.
        device: where the copy lies.
        avg_fn: gives a new average from an average, a weight, and how many have been averaged;
            equal parts for None.
        multi_avg_fn: the same for lists of them, in place.
        use_buffers: average the buffers too, instead of copying them.

    Raises:
        AssertionError: both functions are given.

    Example:
        >>> import rushlight as torch
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> averaged = torch.optim.swa_utils.AveragedModel(model)
        >>> for value in [1.0, 2.0]:
        ...     with torch.no_grad():
        ...         _ = model.weight.fill_(value)
        ...     averaged.update_parameters(model)
        >>> averaged.module.weight
        Parameter containing:
        tensor([[1.5000]], requires_grad=True)
    """

    n_averaged: Any

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Any, Any, Any], Any] | None = None,
        multi_avg_fn: Callable[[Any, Any, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", torch.tensor(0, dtype=torch.long, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the averaged model."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the weights of a model into the averages; the first ones are copied."""
        averages = [p.detach() for p in self._averaged(self.module)]
        weights = [p.detach() for p in self._averaged(model)]
        if self.n_averaged == 0:
            for average, p in zip(averages, weights, strict=True):
                average.copy_(p)
        elif self.avg_fn is not None:
            for average, p in zip(averages, weights, strict=True):
                average.copy_(self.avg_fn(average, p, self.n_averaged))
        else:
            update = self.multi_avg_fn or get_swa_multi_avg_fn()
            for alike in grouped(averages, weights):
                update(*alike, self.n_averaged)
        if not self.use_buffers:
            for kept, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
                kept.detach().copy_(buffer.detach())
        self.n_averaged += 1

    def _averaged(self, model: Module) -> Iterator[Any]:
        """What of a model is averaged."""
        yield from model.parameters()
        if self.use_buffers:
            yield from model.buffers()


def grouped(averages: list[Any], weights: list[Any]) -> list[tuple[list[Any], list[Any]]]:
    """The two lists, by the dtype of the averages."""
    groups: dict[Any, tuple[list[Any], list[Any]]] = {}
    for average, p in zip(averages, weights, strict=True):
        pair = groups.setdefault(average.dtype, ([], []))
        pair[0].append(average)
        pair[1].append(p)
    return list(groups.values())
