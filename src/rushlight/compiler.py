"""Compilation, which there is none of: `torch.compile` and `torch.compiler`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.alias import refusing
from rushlight.kernels import once

__all__ = [
    "allow_in_graph",
    "assume_constant_result",
    "compile",
    "cudagraph_mark_step_begin",
    "disable",
    "is_compiling",
    "is_dynamo_compiling",
    "is_exporting",
    "list_backends",
    "reset",
    "set_stance",
    "wrap_numpy",
]

NOT_COMPILED = "rushlight has no compiler: compile() leaves functions and modules as they are."


def compile(
    model: Any = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = "inductor",
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    disable: bool = False,
) -> Any:
    """`model`, a function or Module, as it is; says once per process that nothing was compiled.

    Without `model` it is a decorator. The options are accepted.

    Raises:
        RuntimeError: for `mode` and `options` at once.

    Example:
        >>> import rushlight as torch
        >>> @torch.compile(disable=True)
        ... def double(x):
        ...     return 2 * x
        >>> double(torch.ones(1))
        tensor([2.])
    """
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if not disable:
        once.warn(NOT_COMPILED, stacklevel=3)
    return (lambda model: model) if model is None else model


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """`fn`, or a decorator: nothing is compiled anyway."""
    return (lambda fn: fn) if fn is None else fn


def allow_in_graph(fn: Any) -> Any:
    """`fn`: nothing is compiled."""
    return fn


assume_constant_result = allow_in_graph
wrap_numpy: Callable[[Any], Any] = functools.partial(allow_in_graph)


def reset() -> None:
    """Forget what was compiled: nothing."""


cudagraph_mark_step_begin = reset


def set_stance(*args: Any, **kwargs: Any) -> Any:
    """A context, or a decorator, that changes nothing."""
    from contextlib import nullcontext

    return nullcontext()


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """The compilers that can be chosen: none."""
    return []


def is_compiling() -> bool:
    """Is this being compiled?  Never.

    Example:
        >>> import rushlight as torch
        >>> torch.compiler.is_compiling()
        False
    """
    return False


is_dynamo_compiling = is_exporting = is_compiling

__getattr__ = refusing(
    __name__,
    "there is no compiler",
    "cudagraph_trees load_compiled_function nested_compile_region substitute_in_graph",
)
