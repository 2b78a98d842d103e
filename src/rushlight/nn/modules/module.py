"""The base of all modules: `torch.nn.modules.module`.

What a module holds lies in three tables, of parameters, buffers and submodules; assignment sorts a
value into the right one. Walking through them, conversion, saving and hooks have files of their
own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rushlight.nn.modules import global_hooks
from rushlight.nn.modules.convert import Convertible
from rushlight.nn.modules.global_hooks import (
    asked,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from rushlight.nn.modules.hooks import Hooked
from rushlight.nn.modules.hooks import WrappedHook as _WrappedHook  # noqa: F401 (PyTorch's name)
from rushlight.nn.modules.hooks import call as _hooked_call
from rushlight.nn.modules.members import Members
from rushlight.nn.modules.members import is_tensor_like as _is_tensor_like
from rushlight.nn.modules.state_dict import Stateful, _IncompatibleKeys  # noqa: F401 (likewise)
from rushlight.tape.core import TensorBase
from rushlight.tensor.parameter import Buffer, Parameter
from rushlight.tensor.switches import typename

__all__ = [
    "Module",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

NON_LEAF = (
    "Cannot assign non-leaf Tensor to parameter '{0}'. Model parameters must be created explicitly. "
    "To express '{0}' as a function of another Tensor, compute the value in the forward() method."
)
NO_PERSISTENT = (
    "Registering a non-persistent buffer on a Module subclass that implements register_buffer() "
    "without the persistent argument is not allowed."
)

# The tables under PyTorch's names, for programs that look whether hooks are there.
_global_forward_pre_hooks = global_hooks.forward_pre
_global_forward_hooks = global_hooks.forward
_global_forward_hooks_with_kwargs = global_hooks.forward_with_kwargs
_global_forward_hooks_always_called = global_hooks.forward_always
_global_backward_pre_hooks = global_hooks.backward_pre
_global_backward_hooks = global_hooks.backward
_global_buffer_registration_hooks = global_hooks.buffer_registration
_global_module_registration_hooks = global_hooks.module_registration
_global_parameter_registration_hooks = global_hooks.parameter_registration

TABLES = ("_parameters", "_buffers", "_modules")
# Attributes that every instance starts with; unpickled older ones may lack the later of them.
HOOK_TABLES = (
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def _has_any_global_hook() -> bool:
    """Has any hook been registered that all modules call?"""
    return bool(
        _global_backward_pre_hooks
        or _global_backward_hooks
        or _global_forward_hooks
        or _global_forward_pre_hooks
    )


def _forward_unimplemented(self: Any, *input: Any) -> None:
    """What the module computes: for subclasses.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError(
        f'Module [{type(self).__name__}] is missing the required "forward" function'
    )


class Module(Members, Stateful, Hooked, Convertible):
    """The base of everything that has parameters and computes with them.

    Parameters, buffers and modules that are assigned as attributes are registered; `forward` says
    what a call computes.

    Example:
        >>> import rushlight as torch
        >>> class Scale(torch.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = torch.nn.Parameter(torch.ones(1))
        ...     def forward(self, x):
        ...         return self.factor * x
        >>> Scale()(torch.arange(3.0))
        tensor([0., 1., 2.], grad_fn=<MulBackward0>)
    """

    dump_patches: bool = False
    _version: int = 1
    training: bool
    call_super_init: bool = False
    _compiled_call_impl: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init:
            name = type(self).__name__
            if kwargs:
                raise TypeError(
                    f"{name}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
                )
            if args:
                raise TypeError(
                    f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given"
                )
        own = self.__dict__
        own["training"] = True
        own["_parameters"] = {}
        own["_buffers"] = {}
        own["_non_persistent_buffers_set"] = set()
        for name in HOOK_TABLES:
            own[name] = OrderedDict()
        own["_is_full_backward_hook"] = None
        own["_modules"] = {}
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    forward: Callable[..., Any] = _forward_unimplemented

    # -- calls ------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward`, with the hooks if there are any."""
        if (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
            or _global_forward_hooks
            or _global_forward_pre_hooks
            or _global_backward_hooks
            or _global_backward_pre_hooks
        ):
            return _hooked_call(self, args, kwargs)
        return self.forward(*args, **kwargs)

    _call_impl = _wrapped_call_impl = __call__

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Accepted and without effect: there is no compiler; says so once."""
        from rushlight.compiler import compile

        compile(self, *args, **kwargs)

    # -- registration -------------------------------------------------------------------------

    def register_parameter(self, name: str, param: Any) -> None:
        """Enter a parameter, or None for one that is not there, under a name.

        Raises:
            KeyError: for a name that is empty, has a dot or is taken.
            TypeError: for what is no Parameter.
            ValueError: for a computed tensor.
        """
        self._check_name("parameter", name, self.__dict__.get("_parameters"))
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{typename(param)}' object to parameter '{name}' "
                    "(torch.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(NON_LEAF.format(name))
            param = asked(_global_parameter_registration_hooks, self, name, param)
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Enter a tensor that is kept and, if persistent, saved, but not learned.

        Raises:
            KeyError: for a name that is empty, has a dot or is taken.
            TypeError: for what is no tensor.

        Example:
            >>> import rushlight as torch
            >>> module = torch.nn.Module()
            >>> module.register_buffer("mean", torch.zeros(2))
            >>> list(module.state_dict())
            ['mean']
        """
        self._check_name("buffer", name, self.__dict__.get("_buffers"))
        if tensor is not None and not _is_tensor_like(tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = asked(_global_buffer_registration_hooks, self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Any) -> None:
        """Enter a submodule, or None for one that is not there, under a name.

        Raises:
            KeyError: for a name that is empty, has a dot or is taken.
            TypeError: for what is no module.
        """
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{typename(module)} is not a Module subclass")
        if not isinstance(name, str):
            raise TypeError(f"module name should be a string. Got {typename(name)}")
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError('module name can\'t be empty string ""')
        self._modules[name] = asked(_global_module_registration_hooks, self, name, module)

    def register_module(self, name: str, module: Any) -> None:
        """Another name of `add_module`."""
        self.add_module(name, module)

    def _check_name(self, kind: str, name: Any, table: dict[str, Any] | None) -> None:
        """May a parameter or buffer be entered under this name?"""
        if table is None:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if name not in table and hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")

    # -- attributes -------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if name in own.get("_parameters", ()):
            return own["_parameters"][name]
        if name in own.get("_buffers", ()):
            return own["_buffers"][name]
        if name in own.get("_modules", ()):
            return own["_modules"][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if not isinstance(value, (TensorBase, Module)) and not self._is_member(name):
            object.__setattr__(self, name, value)
        elif isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, "_buffers", "_modules")
            self.register_parameter(name, value)
        elif name in own.get("_parameters", ()):
            self._check_none(value, f"as parameter '{name}' (torch.nn.Parameter or None expected)")
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, "_parameters", "_buffers")
            own["_modules"][name] = asked(_global_module_registration_hooks, self, name, value)
        elif name in own.get("_modules", ()):
            self._check_none(value, f"as child module '{name}' (torch.nn.Module or None expected)")
            own["_modules"][name] = asked(_global_module_registration_hooks, self, name, value)
        elif isinstance(value, Buffer) or name in own.get("_buffers", ()):
            self._set_buffer(name, value)
        else:
            object.__setattr__(self, name, value)

    def _is_member(self, name: str) -> bool:
        own = self.__dict__
        return (
            name in own.get("_parameters", ())
            or name in own.get("_buffers", ())
            or name in own.get("_modules", ())
        )

    def _forget(self, name: str, *tables: str) -> None:
        """Remove what else the name stood for."""
        self.__dict__.pop(name, None)
        for table in tables:
            self.__dict__[table].pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def _check_none(self, value: Any, where: str) -> None:
        if value is not None:
            raise TypeError(f"cannot assign '{typename(value)}' {where}")

    def _set_buffer(self, name: str, value: Any) -> None:
        """Assign a buffer: a new one says whether it is persistent, others stay what they were."""
        if value is not None and not _is_tensor_like(value):
            raise TypeError(
                f"cannot assign '{typename(value)}' as buffer '{name}' "
                "(torch.nn.Buffer, torch.Tensor or None expected)"
            )
        if isinstance(value, Buffer):
            persistent = value.persistent  # type: ignore[attr-defined]
        else:
            persistent = name not in self._non_persistent_buffers_set
        method = self.register_buffer
        if getattr(method, "__func__", None) is Module.register_buffer or accepts_persistent(
            method
        ):
            method(name, value, persistent)
        elif persistent:
            method(name, value)
        else:
            raise RuntimeError(NO_PERSISTENT)

    def __delattr__(self, name: str) -> None:
        for table in TABLES:
            if name in self.__dict__[table]:
                del self.__dict__[table][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__}
        for table in TABLES:
            names.update(self.__dict__[table])
        return sorted(name for name in names if not name[0].isdigit())

    # -- pickling and copying -----------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, Any]) -> None:
        own = self.__dict__
        own.update(state)
        for name in HOOK_TABLES:
            own.setdefault(name, OrderedDict())
        own.setdefault("_non_persistent_buffers_set", set())
        own.setdefault("_is_full_backward_hook", None)

    def _replicate_for_data_parallel(self) -> Any:
        """A shallow copy with tables of its own and without parameters."""
        replica = self.__new__(type(self))
        replica.__dict__ = self.__dict__.copy()
        replica._parameters = {}
        replica._buffers = replica._buffers.copy()
        replica._modules = replica._modules.copy()
        replica._is_replica = True
        return replica

    # -- modes ------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Any:
        """Set this module and all below it to training, or to evaluation.

        Raises:
            ValueError: if `mode` is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Any:
        """Set this module and all below it to evaluation.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Dropout(0.5).eval()(torch.ones(2))
            tensor([1., 1.])
        """
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Say whether gradients are wanted of all parameters.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Linear(1, 1).requires_grad_(False).bias.requires_grad
            False
        """
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                parameter.grad.detach_() if parameter.grad.grad_fn is not None else (
                    parameter.grad.requires_grad_(False)
                )
                parameter.grad.zero_()

    # -- printing ---------------------------------------------------------------------------

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What stands in the parentheses of the module's repr: for subclasses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        below = [f"({name}): {indented(module)}" for name, module in self._modules.items()]
        if len(lines) == 1 and not below:
            inside = extra
        elif lines or below:
            inside = "\n  " + "\n  ".join(lines + below) + "\n"
        else:
            inside = ""
        return f"{self._get_name()}({inside})"


def indented(module: Any) -> str:
    """The repr of a submodule with every line but the first moved in."""
    return repr(module).replace("\n", "\n  ")


def accepts_persistent(method: Callable[..., Any]) -> bool:
    """Does a subclass's own `register_buffer` take the argument `persistent`?"""
    from inspect import signature

    return "persistent" in signature(method).parameters
