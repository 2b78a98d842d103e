"""Hooks common to all modules; `torch.nn.modules.module` publishes the functions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rushlight.tape.hooks import RemovableHandle as Handle

Hooks = OrderedDict[int, Callable[..., Any]]

MIXED = (
    "Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please "
    "use only one of them."
)

forward_pre: Hooks = OrderedDict()
forward: Hooks = OrderedDict()
forward_with_kwargs: OrderedDict[int, bool] = OrderedDict()
forward_always: OrderedDict[int, bool] = OrderedDict()
backward_pre: Hooks = OrderedDict()
backward: Hooks = OrderedDict()
backward_is_full: list[bool] = []  # empty: undecided; the kinds cannot be mixed
buffer_registration: Hooks = OrderedDict()
module_registration: Hooks = OrderedDict()
parameter_registration: Hooks = OrderedDict()


def added(
    hooks: Hooks, hook: Callable[..., Any], prepend: bool = False, marks: Any = (), extra: Any = ()
) -> Handle:
    """Enter a hook into a table, and its number into the tables of `marks`.

    `extra` are all tables from which the handle takes the hook away again.
    """
    handle = Handle(hooks, extra_dict=extra or marks)
    hooks[handle.id] = hook
    for table in marks:
        table[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, args)` before the forward of every module; it may return new args.

    Example:
        >>> import rushlight as torch
        >>> handle = register_module_forward_pre_hook(lambda module, args: (2 * args[0],))
        >>> torch.nn.Identity()(torch.ones(2))
        tensor([2., 2.])
        >>> handle.remove()
    """
    return added(forward_pre, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> Handle:
    """Call `hook(module, args, output)` after the forward of every module; it may replace it.

    With `with_kwargs` the keyword arguments come third; with `always_call` the hook runs also when
    the forward raised.
    """
    marks = [forward_with_kwargs] * with_kwargs + [forward_always] * always_call
    return added(forward, hook, marks=marks)


def register_module_backward_hook(hook: Callable[..., Any]) -> Handle:
    """Deprecated: `register_module_full_backward_hook` sees all gradients.

    Raises:
        RuntimeError: if a global full backward hook is registered.
    """
    return added_backward(hook, full=False)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, grad_output)` before the backward of every module."""
    return added(backward_pre, hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, grad_input, grad_output)` after the backward of every module.

    Raises:
        RuntimeError: if a global hook of the old kind is registered.
    """
    return added_backward(hook, full=True)


def added_backward(hook: Callable[..., Any], full: bool) -> Handle:
    if backward_is_full and backward_is_full[0] is not full:
        raise RuntimeError(MIXED)
    backward_is_full[:] = [full]
    return added(backward, hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, name, buffer)` whenever a buffer is registered; it may replace it."""
    return added(buffer_registration, hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, name, submodule)` whenever a submodule is registered; it may replace it."""
    return added(module_registration, hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(module, name, param)` whenever a parameter is registered; it may replace it."""
    return added(parameter_registration, hook)


def asked(hooks: Hooks, module: Any, name: str, value: Any) -> Any:
    """What is registered in place of `value` after the hooks on registration had their say."""
    for hook in hooks.values():
        instead = hook(module, name, value)
        if instead is not None:
            value = instead
    return value
