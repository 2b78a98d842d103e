"""Modules without first values: `torch.nn.utils.init`."""

from __future__ import annotations

from typing import Any

from rushlight.nn.modules.module import Module
from rushlight.tensor.generator import default_generator

__all__ = ["skip_init"]


def skip_init(module_cls: type, *args: Any, **kwargs: Any) -> Any:
    """A module whose parameters are not to be relied on until they are set.

    Random numbers are used up as if there were none: the generator is put back.

    Raises:
        RuntimeError: for what is no module class, or takes no `device`.
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    from inspect import signature

    if "device" not in signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    state = default_generator.get_state()
    module = module_cls(*args, **kwargs)
    default_generator.set_state(state)
    return module
