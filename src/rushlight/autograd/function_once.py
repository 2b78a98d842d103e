"""`once_differentiable`: a `backward` whose own computation is not to be differentiated."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.tape.core import state, wants
from rushlight.tape.dispatch import new_node
from rushlight.tape.modes import no_grad
from rushlight.tape.nodes import GraphNode
from rushlight.tensor.tensor import Tensor

TWICE = "trying to differentiate twice a function that was marked with @once_differentiable"


class DelayedError(GraphNode):
    """A node that raises when backward reaches it."""

    __slots__ = ("message",)

    def backprop_(self, g: Any) -> list[Any]:
        raise RuntimeError(self.message)


DelayedError.__module__ = "builtins"


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a `backward` whose own computation is not to be differentiated."""

    @functools.wraps(function)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = function(ctx, *args)
        if not state().grad:
            return outputs
        if not any(isinstance(x, Tensor) and wants(x) for x in args):
            return outputs
        if not isinstance(outputs, tuple):
            return refusing(outputs)
        return tuple([refusing(x) for x in outputs])

    return wrapper


def refusing(x: Any) -> Any:
    """`x` with a history that refuses to be differentiated."""
    if not isinstance(x, Tensor):
        return x
    x = x.detach()
    x.requires_grad = True
    node = new_node(DelayedError, (x,), 1, state())
    node.message = TWICE
    out = x.detach()
    out.node, out.nr, out.rg = node, 0, True
    return out
