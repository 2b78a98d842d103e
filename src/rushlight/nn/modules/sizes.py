"""Arguments that are one number or one per dim: `torch.nn.modules.utils`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    """A function that makes a tuple: of an iterable its elements, of anything else n times it.

    Example:
        >>> ntuple(2)(3), ntuple(2)((1, 2))
        ((3, 3), (1, 2))
    """

    def parse(x: Any) -> tuple[Any, ...]:
        return tuple(x) if isinstance(x, Iterable) else (x,) * n

    parse.__name__ = name
    return parse


single = ntuple(1, "_single")
pair = ntuple(2, "_pair")
triple = ntuple(3, "_triple")
quadruple = ntuple(4, "_quadruple")


def reversed_repeated(sizes: Any, n: int) -> tuple[Any, ...]:
    """Every size n times, the last first, as `pad` wants it.

    Example:
        >>> reversed_repeated((1, 2), 2)
        (2, 2, 1, 1)
    """
    return tuple([size for size in reversed(sizes) for _ in range(n)])
