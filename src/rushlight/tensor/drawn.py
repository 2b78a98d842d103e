"""Draws inside `vmap`: refused, the same for all samples, or different ones, as it was told.

A level of vmap says which by its `randomness` and how many samples there are by its `size`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.tape.batching import BatchBox
from rushlight.tape.core import state
from rushlight.tape.levels import boxed
from rushlight.tensor.options import fresh

REFUSED = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
    "'different' randomness flags on vmap or perform the randomness operation out of vmap"
)


def batches() -> list[Any]:
    """The open levels of vmap that want a draw per sample, from the outside.

    Raises:
        RuntimeError: if one of them wants no draws at all.
    """
    found = []
    for level in state().levels:
        how = getattr(level, "randomness", None)
        if how == "error":
            raise RuntimeError(REFUSED)
        if how == "different":
            found.append(level)
    return found


def drawn(make: Callable[[tuple[int, ...]], Any], shape: tuple[int, ...],
          requires_grad: bool = False) -> Any:
    """A tensor of `make(shape)`, an array; under vmap, one per sample where that is wanted."""
    if not state().levels:
        return fresh(make(shape), requires_grad)
    wanted = batches()
    t = fresh(make((*[level.size for level in wanted], *shape)), requires_grad)
    for level in wanted:
        t = boxed(BatchBox(level, t, 0, level.size))
    return t


def check() -> None:
    """Refuse a draw inside a vmap that wants none."""
    if state().levels:
        batches()
