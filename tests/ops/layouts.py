"""Where a result's elements lie: memory, strides, offset, and the nodes that led to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LAYOUTS = {
    "plain": lambda x: x,
    "transposed": lambda x: x.transpose(0, -1),
    "sliced": lambda x: x.narrow(-1, 1, x.shape[-1] - 1),
    "stepped": lambda x: x.unfold(0, 1, 2).select(-1, 0),
    "expanded": lambda x: x[:1].expand(x.shape),
}


def source(lib: Any, shape: tuple[int, ...]) -> Any:
    """A computed tensor that requires grad, its elements all different."""
    count = int(np.prod(shape))
    return lib.arange(float(count), requires_grad=True).mul(2).view(shape)


def described(results: Any, given: Any) -> list[tuple[Any, ...]]:
    """Per result: is it the input, a view (of the same base); its layout and its nodes' names."""
    results = results if isinstance(results, (tuple, list)) else [results]
    return [
        (
            t is given, t._is_view(), t._base is given._base, tuple(t.shape), tuple(t.stride()),
            t.data_ptr() - given.data_ptr() if t._base is given._base and t.numel() else 0,
            nodes_of(t.grad_fn, 4),
        )
        for t in results
    ]  # fmt: skip


def nodes_of(node: Any, depth: int) -> str:
    """The names of a node and of those it leads to."""
    if node is None or not depth:
        return ""
    inner = ", ".join(nodes_of(n, depth - 1) for n, _ in node.next_functions)
    return f"{node.name()}({inner})"


def same_layout(
    call: Callable[..., Any], shape: tuple[int, ...], layout: str, ours: Any, theirs: Any
) -> None:
    """Compare what both libraries say of where the results lie."""
    found = []
    for lib in (theirs, ours):
        given = LAYOUTS[layout](source(lib, shape))
        try:
            found.append(described(call(given), given))
        except (RuntimeError, IndexError) as error:
            found.append((type(error), str(error)))
    assert found[1] == found[0], f"{shape} {layout}"
