"""A module's parameters and buffers as a dictionary, and from one."""

from __future__ import annotations

import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from rushlight.nn.modules.global_hooks import added
from rushlight.nn.modules.hooks import WrappedHook
from rushlight.nn.modules.members import is_tensor_like
from rushlight.tape.hooks import RemovableHandle as Handle
from rushlight.tape.modes import no_grad
from rushlight.tensor.parameter import Parameter, is_lazy

EXTRA_STATE_KEY_SUFFIX = "_extra_state"
POSITIONAL = (
    "Positional args are being deprecated, use kwargs instead. Refer to "
    "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict for "
    "details."
)
UNREACHABLE = (
    "Reached a code path in Module.{}() that should never be called. Please file an issue at "
    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
)
HOOK_RETURNED = (
    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
    "values, if incompatible_keys need to be modified, it should be done inplace."
)
REGISTERED_TWICE = (
    "Cannot register the same function as the state dict post hook that was previously registered "
    "via register_state_dict_post_hook"
)
NO_TENSOR = (
    'While copying the parameter named "{}", expected torch.Tensor or Tensor-like object from '
    "checkpoint but received {}"
)
OTHER_SHAPE = (
    "size mismatch for {}: copying a param with shape {} from checkpoint, the shape in current "
    "model is {}."
)
NOT_COPIED = (
    'While copying the parameter named "{}", whose dimensions in the model are {} and whose '
    "dimensions in the checkpoint are {}, an exception occurred : {}."
)


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ("missing_keys", "unexpected_keys"))):
    """What `load_state_dict` found missing, and what it found too much."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class Stateful:
    """The part of a module that is saved and loaded."""

    _version: int
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _state_dict_hooks: OrderedDict[int, Callable[..., Any]]
    _state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    # -- hooks ------------------------------------------------------------------------------

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata)`; it may return another dict."""
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(REGISTERED_TWICE)
        return added(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook: Any) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after `state_dict` has collected.

        The hook changes the dict in place.
        """
        hook._from_public_api = True
        return added(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict` collects."""
        return added(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> Handle:
        wrapped = WrappedHook(hook, self if with_module else None)
        return added(self._load_state_dict_pre_hooks, wrapped)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook` before this module takes its part of a state dict.

        Its arguments: module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook(module, incompatible_keys)` after this module has been loaded.

        The hook may change the lists of keys in place.
        """
        return added(self._load_state_dict_post_hooks, hook)

    # -- out --------------------------------------------------------------------------------

    def get_extra_state(self) -> Any:
        """What to save beside parameters and buffers: for subclasses, with `set_extra_state`."""
        raise RuntimeError(UNREACHABLE.format("get_extra_state"))

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave: for subclasses."""
        raise RuntimeError(UNREACHABLE.format("set_extra_state"))

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        """Enter this module's own parameters and persistent buffers under their names."""
        for name, value in self.saved().items():
            destination[prefix + name] = value if keep_vars else value.detach()
        if has_extra_state(self, "get_extra_state"):
            destination[prefix + EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def saved(self) -> dict[str, Any]:
        """This module's own parameters and persistent buffers."""
        found = dict(self._parameters)
        for name, buffer in self._buffers.items():
            if name not in self._non_persistent_buffers_set:
                found[name] = buffer
        return {name: value for name, value in found.items() if value is not None}

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Names and values of all parameters and persistent buffers.

        The values share memory with the module; with `keep_vars` they are its own tensors.

        Example:
            >>> import rushlight as torch
            >>> list(torch.nn.Linear(2, 3).state_dict())
            ['weight', 'bias']
        """
        if args:
            warnings.warn(POSITIONAL, FutureWarning, stacklevel=2)
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in self._state_dict_hooks.values():
            new = hook(self, destination, prefix, metadata)
            if new is not None:
                if getattr(hook, "_from_public_api", False):
                    raise RuntimeError("state_dict post-hook must return None")
                destination = new
        return destination

    # -- in ---------------------------------------------------------------------------------

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take this module's own parameters and buffers; note what is missing, too much or wrong."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(
                state_dict,
                prefix,
                local_metadata,
                strict,
                missing_keys,
                unexpected_keys,
                error_msgs,
            )
        own = self.saved()
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, value in own.items():
            key = prefix + name
            if key in state_dict:
                error = self.taken(name, key, value, state_dict[key], assign)
                if error is not None:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)
        extra = prefix + EXTRA_STATE_KEY_SUFFIX
        if has_extra_state(self, "set_extra_state"):
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            unexpected_keys += [
                key
                for key in state_dict
                if key.startswith(prefix)
                and key != extra
                and self.is_unknown(key[len(prefix) :], own)
            ]

    def is_unknown(self, name: str, own: dict[str, Any]) -> bool:
        """Does a name belong neither to a tensor of ours nor to a submodule?"""
        first, dot, _ = name.partition(".")
        return first not in (self._modules if dot else own)

    def taken(self, name: str, key: str, value: Any, new: Any, assign: bool) -> str | None:
        """Take over one tensor; the result says why that could not be."""
        if not is_tensor_like(new):
            return NO_TENSOR.format(key, type(new))
        if not is_lazy(value):
            if value.dim() == 0 and new.shape == (1,):  # as files older than PyTorch 0.4 have it
                new = new[0]
            if new.shape != value.shape:
                return OTHER_SHAPE.format(key, new.shape, value.shape)
        try:
            with no_grad():
                if assign:
                    setattr(self, name, as_parameter_like(value, new))
                else:
                    value.copy_(new)
        except Exception as e:
            return NOT_COPIED.format(key, value.size(), new.size(), e.args)
        return None

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Copy values into the parameters and buffers of those names, here and below.

        Args:
            state_dict: names and tensors, as from `state_dict()`.
            strict: names that are missing or too many are errors.
            assign: the tensors themselves become parameters and buffers, nothing is copied.

        Returns:
            A named tuple of the lists `missing_keys` and `unexpected_keys`.

        Raises:
            RuntimeError: names every tensor of another shape, and what `strict` forbids.

        Example:
            >>> import rushlight as torch
            >>> a, b = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
            >>> a.load_state_dict(b.state_dict())
            <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        state: Any = OrderedDict(state_dict)  # a copy, which hooks may change
        if metadata is not None:
            state._metadata = metadata
        incompatible = _IncompatibleKeys([], [])
        errors: list[str] = []
        load_into(self, state, "", metadata, assign, incompatible, errors)
        if strict:
            for kind, keys in (
                ("Unexpected", incompatible.unexpected_keys),
                ("Missing", incompatible.missing_keys),
            ):
                if keys:
                    listed = ", ".join([f'"{key}"' for key in keys])
                    errors.insert(0, f"{kind} key(s) in state_dict: {listed}. ")
        if errors:
            name = type(self).__name__
            raise RuntimeError(
                f"Error(s) in loading state_dict for {name}:\n\t" + "\n\t".join(errors)
            )
        return incompatible


def load_into(
    module: Any,
    state: dict[str, Any],
    prefix: str,
    metadata: Any,
    assign: bool,
    incompatible: Any,
    errors: list[str],
) -> None:
    """Load a module and those below it from the part of the state that begins with `prefix`."""
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state, prefix, local, True, *incompatible, errors)
    for name, child in module._modules.items():
        if child is not None:
            path = f"{prefix}{name}."
            part = {key: value for key, value in state.items() if key.startswith(path)}
            load_into(child, part, path, metadata, assign, incompatible, errors)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, incompatible) is not None:
            raise AssertionError(HOOK_RETURNED)


def as_parameter_like(value: Any, new: Any) -> Any:
    """`new` as what may be assigned where `value` is."""
    if not isinstance(value, Parameter):
        return new
    if isinstance(new, Parameter):
        return new.requires_grad_(value.requires_grad)
    return Parameter(new, requires_grad=value.requires_grad)


def has_extra_state(module: Any, method: str) -> bool:
    """Does a module's class define `get_extra_state` or `set_extra_state`?"""
    return getattr(type(module), method, None) is not getattr(Stateful, method)
