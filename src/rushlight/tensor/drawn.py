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


UNBATCHED = (
    "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear "
    "like same randomness. If this is necessary for your usage, please file an issue with "
    "functorch."
)
SAME_BATCHED = (
    "Vmap does not currently support same randomness with a batched tensor input. Please file an "
    "issue with functorch"
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


def drawn(
    make: Callable[[tuple[int, ...]], Any], shape: tuple[int, ...], requires_grad: bool = False
) -> Any:
    """A tensor of `make(shape)`, an array; under vmap, one per sample where that is wanted."""
    if not state().levels:
        return fresh(make(shape), requires_grad)
    wanted = batches()
    t = fresh(make((*[level.size for level in wanted], *shape)), requires_grad)
    for level in wanted:
        t = boxed(BatchBox(level, t, 0, level.size))
    return t


def check_target() -> None:
    """Refuse to fill one tensor for all samples where each wants numbers of its own."""
    if state().levels and batches():
        raise RuntimeError(UNBATCHED)


def per_sample(t: Any) -> Any:
    """The parameters of a draw, one copy per sample where each sample wants a draw of its own."""
    if not state().levels:
        return t
    for level in state().levels:
        if getattr(level, "randomness", None) == "same" and lives_in(t, level):
            raise RuntimeError(SAME_BATCHED)
    for level in batches():
        if not lives_in(t, level):
            t = boxed(BatchBox(level, t.expand((level.size, *t.shape)), 0, level.size))
    return t


def lives_in(t: Any, level: Any) -> bool:
    """Is `t`, or a value inside its box, batched at this level?"""
    while t.box is not None:
        if t.box.owner is level:
            return True
        t = t.box.value
    return False
