"""Modules that learn sizes from their first input: `torch.nn.modules.lazy`."""

from __future__ import annotations

from typing import Any, NoReturn

from rushlight.tape.modes import no_grad
from rushlight.tensor.parameter import is_lazy

__all__ = ["LazyModuleMixin"]


class LazyModuleMixin:
    """What a lazy module adds: it makes its parameters at the first call and changes its class.

    A subclass gives `initialize_parameters(*args)`, which sees the arguments of the first call,
    and `cls_to_become`, the class of the module from then on (None: it stays).
    """

    cls_to_become: type[Any] | None = None
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _register_load_state_dict_pre_hook: Any
    register_forward_pre_hook: Any
    saved: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(
            self._infer_parameters, with_kwargs=True
        )

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give every parameter its shape: for subclasses."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Do parameters or buffers still wait for their shapes?"""
        return any(map(is_lazy, [*self._parameters.values(), *self._buffers.values()]))

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, value in self.saved().items():
            destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()

    def _lazy_load_hook(self, state_dict: Any, prefix: str, *_: Any) -> None:
        """Take the shapes that are in a state dict before its values are copied."""
        for name, value in [*self._parameters.items(), *self._buffers.items()]:
            new = state_dict.get(prefix + name)
            if new is not None and is_lazy(value) and not is_lazy(new):
                with no_grad():
                    value.materialize(new.shape)

    def _infer_parameters(self, module: Any, args: Any, kwargs: Any = None) -> None:
        """The hook before the first forward."""
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {type(self).__name__} has not been fully initialized")
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook
        del module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become

    def _replicate_for_data_parallel(self) -> NoReturn:
        raise RuntimeError(
            "Modules with uninitialized parameters can't be used with `DataParallel`. Run a dummy "
            "forward pass to correctly initialize the modules"
        )
