"""What every optimizer is: groups of parameters with options, state per parameter, hooks."""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from rushlight.kernels.dtypes import float32
from rushlight.optim import lists
from rushlight.tape.core import TensorBase, state, wants
from rushlight.tape.hooks import Handle

__all__ = ["Optimizer", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

ParamsT = Iterable[Any]
StateDict = dict[str, Any]
Hooks = OrderedDict[int, Callable[..., Any]]

NO_SETS = (
    "optimizer parameters need to be organized in ordered collections, but the ordering of tensors "
    "in sets will change between runs. Please use a list instead."
)
TWICE = (
    "optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
    "error; see github.com/pytorch/pytorch/issues/40967 for more information"
)
HOOK_TABLES = (
    "_optimizer_step_pre_hooks",
    "_optimizer_step_post_hooks",
    "_optimizer_state_dict_pre_hooks",
    "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks",
    "_optimizer_load_state_dict_post_hooks",
)

_global_optimizer_pre_hooks: Hooks = OrderedDict()
_global_optimizer_post_hooks: Hooks = OrderedDict()


class _RequiredParameter:
    """Stands for a default that every group has to name itself."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(optimizer, args, kwargs)` before every step of every optimizer.

    A hook that returns a pair replaces the arguments of `step`. The returned handle's `remove()`
    takes it away again.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.optim.optimizer import register_optimizer_step_pre_hook
        >>> x = torch.zeros(1, requires_grad=True)
        >>> with register_optimizer_step_pre_hook(lambda *args: print("before")):
        ...     torch.optim.SGD([x]).step()
        before
    """
    return _enter(_global_optimizer_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> Handle:
    """Call `hook(optimizer, args, kwargs)` after every step of every optimizer.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.optim.optimizer import register_optimizer_step_post_hook
        >>> x = torch.zeros(1, requires_grad=True)
        >>> with register_optimizer_step_post_hook(lambda *args: print("after")):
        ...     torch.optim.SGD([x]).step()
        after
    """
    return _enter(_global_optimizer_post_hooks, hook)


def _enter(table: Hooks, hook: Callable[..., Any], first: bool = False) -> Handle:
    handle = Handle(table)
    table[handle.id] = hook
    if first:
        table.move_to_end(handle.id, last=False)
    return handle


class Optimizer:
    """The base of all optimizers: what to optimize, with which options, and what is remembered.

    A subclass writes `step()`, which reads `param_groups` (a list of dicts: the parameters under
    "params" beside the group's options) and keeps what it needs in `state[parameter]`.

    Args:
        params: tensors, or pairs of a name and a tensor, or dicts that describe groups.
        defaults: the options of groups that do not say otherwise.

    Raises:
        TypeError: `params` is a tensor, or holds something that is none.
        ValueError: no parameters, one that is computed, or one in two groups.

    Example:
        >>> import rushlight as torch
        >>> class Descent(torch.optim.Optimizer):
        ...     def __init__(self, params, lr):
        ...         super().__init__(params, {"lr": lr})
        ...
        ...     @torch.no_grad()
        ...     def step(self):
        ...         for group in self.param_groups:
        ...             for p in group["params"]:
        ...                 p -= group["lr"] * p.grad
        >>> x = torch.tensor([3.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> Descent([x], lr=0.5).step()
        >>> x
        tensor([0.], requires_grad=True)
    """

    defaults: dict[str, Any]
    state: defaultdict[Any, Any]
    param_groups: list[dict[str, Any]]
    _optimizer_step_pre_hooks: Hooks
    _optimizer_step_post_hooks: Hooks
    _optimizer_state_dict_pre_hooks: Hooks
    _optimizer_state_dict_post_hooks: Hooks
    _optimizer_load_state_dict_pre_hooks: Hooks
    _optimizer_load_state_dict_post_hooks: Hooks

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        for name in HOOK_TABLES:
            setattr(self, name, OrderedDict())
        self._patch_step_function()
        if isinstance(params, TensorBase):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {_described(params)}"
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        self._warned_capturable_if_run_uncaptured = True

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name in HOOK_TABLES:
            self.__dict__.setdefault(name, OrderedDict())
        self._patch_step_function()
        self.defaults.setdefault("differentiable", False)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
            lines.append("")
        return "\n".join(lines[:-1]) + "\n)"

    # -- stepping ------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters once; `closure` computes the loss anew and is what is returned."""
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros.

        Example:
            >>> import rushlight as torch
            >>> x = torch.ones(2, requires_grad=True)
            >>> optimizer = torch.optim.SGD([x])
            >>> x.sum().backward()
            >>> optimizer.zero_grad(set_to_none=False)
            >>> x.grad
            tensor([0., 0.])
        """
        params = [p for group in self.param_groups for p in group["params"]]
        if set_to_none:
            for p in params:
                p.kept_grad = None
            return
        grads = [g for p in params if (g := p.grad) is not None]
        for g in filter(wants, grads):
            if g.grad_fn is not None:
                g.detach_()
            else:
                g.requires_grad_(False)
        lists.clear(grads)

    def _patch_step_function(self) -> None:
        """Have the class's `step` call the hooks, once for each class."""
        cls: Any = type(self)
        self._zero_grad_profile_name = f"Optimizer.zero_grad#{cls.__name__}.zero_grad"
        if not getattr(cls.step, "hooked", None):
            cls.step = self.profile_hook_step(cls.step)
            cls.step.hooked = True

    @staticmethod
    def profile_hook_step(func: Callable[..., Any]) -> Callable[..., Any]:
        """`func`, a `step` method, with the hooks called around it."""

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self = args[0]
            if self._optimizer_step_pre_hooks or _global_optimizer_pre_hooks:
                args, kwargs = self._run_pre_hooks(func, args, kwargs)
            out = func(*args, **kwargs)
            self._optimizer_step_code()
            if self._optimizer_step_post_hooks or _global_optimizer_post_hooks:
                own = self._optimizer_step_post_hooks.values()
                for hook in chain(own, _global_optimizer_post_hooks.values()):
                    hook(self, args, kwargs)
            return out

        return wrapper

    def _run_pre_hooks(self, func: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        own = self._optimizer_step_pre_hooks.values()
        for hook in chain(_global_optimizer_pre_hooks.values(), own):
            result = hook(self, args, kwargs)
            if result is None:
                continue
            if not (isinstance(result, tuple) and len(result) == 2):
                raise RuntimeError(
                    f"{func} must return None or a tuple of (new_args, new_kwargs), but got "
                    f"{result}."
                )
            args, kwargs = result
        return args, kwargs

    def _optimizer_step_code(self) -> None:
        """Called after each step: a place for profilers to hook into."""

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook(optimizer, args, kwargs)` before each step; a pair replaces the arguments."""
        return _enter(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return _enter(self._optimizer_step_post_hooks, hook)

    # -- saving and loading --------------------------------------------------------------------

    def register_state_dict_pre_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> Handle:
        """Call `hook(optimizer)` before `state_dict()`, before all others if `prepend`."""
        return _enter(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[[Optimizer, StateDict], StateDict | None], prepend: bool = False
    ) -> Handle:
        """Call `hook(optimizer, state_dict)` on what `state_dict()` found; it may replace it."""
        return _enter(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[[Optimizer, StateDict], StateDict | None], prepend: bool = False
    ) -> Handle:
        """Call `hook(optimizer, state_dict)` before loading; it may replace what is loaded."""
        return _enter(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> Handle:
        """Call `hook(optimizer)` after loading."""
        return _enter(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    def state_dict(self) -> StateDict:
        """The state and the groups, with a number in the place of each parameter.

        Example:
            >>> import rushlight as torch
            >>> x = torch.ones(2, requires_grad=True)
            >>> torch.optim.SGD([x]).state_dict()["param_groups"][0]["params"]
            [0]
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers: dict[int, int] = {}
        groups, start = [], 0
        for group in self.param_groups:
            for i, p in enumerate(group["params"], start):
                numbers.setdefault(id(p), i)
            start += len(group["params"])
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        found: StateDict = {
            "state": {
                numbers[id(key)] if isinstance(key, TensorBase) else key: value
                for key, value in self.state.items()
            },
            "param_groups": groups,
        }
        for hook in self._optimizer_state_dict_post_hooks.values():
            replaced = hook(self, found)
            found = found if replaced is None else replaced
        return found

    def load_state_dict(self, state_dict: StateDict) -> None:
        """Go on from what `state_dict()` gave; parameters are matched by their order.

        Tensors are copied where dtype or device have to follow the parameter.

        Raises:
            ValueError: other groups, or groups of other sizes.

        Example:
            >>> import rushlight as torch
            >>> x = torch.ones(2, requires_grad=True)
            >>> a, b = torch.optim.SGD([x], lr=0.5), torch.optim.SGD([x], lr=0.1)
            >>> b.load_state_dict(a.state_dict())
            >>> b.param_groups[0]["lr"]
            0.5
        """
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        saved_groups = deepcopy(state_dict["param_groups"])
        self._check_sizes(saved_groups)
        parameters = chain.from_iterable(group["params"] for group in self.param_groups)
        numbers = chain.from_iterable(group["params"] for group in saved_groups)
        owners = dict(zip(numbers, parameters, strict=True))
        loaded: defaultdict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in owners:
                p = owners[key]
                loaded[p] = _fitted(p, value, key, state_dict["param_groups"])
            else:
                loaded[key] = value
        for group, saved in zip(self.param_groups, saved_groups, strict=True):
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": loaded, "param_groups": saved_groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def _check_sizes(self, saved_groups: list[dict[str, Any]]) -> None:
        if len(self.param_groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for group, saved in zip(self.param_groups, saved_groups, strict=True):
            if len(group["params"]) != len(saved["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    "optimizer's group"
                )

    # -- groups --------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize further parameters, with options of their own.

        Args:
            param_group: a dict with the parameters under "params"; options that it lacks are the
                defaults.

        Raises:
            TypeError: no dict, a set of parameters, or something that is no tensor.
            ValueError: a computed tensor, a parameter of another group, or names for some only.

        Example:
            >>> import rushlight as torch
            >>> x, y = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
            >>> optimizer = torch.optim.SGD([x], lr=0.1)
            >>> optimizer.add_param_group({"params": [y], "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(NO_SETS)
        param_group["params"] = [params] if isinstance(params, TensorBase) else list(params)
        _split_names(param_group)
        self._check_parameters(param_group["params"])
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            param_group.setdefault(name, default)
        self._check_new(param_group)
        self.param_groups.append(param_group)

    def _check_parameters(self, params: list[Any]) -> None:
        for p in params:
            if not isinstance(p, TensorBase):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {_described(p)}"
                )
            if not (self.defaults.get("differentiable") or p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")

    def _check_new(self, param_group: dict[str, Any]) -> None:
        own = {id(p) for p in param_group["params"]}
        if len(own) != len(param_group["params"]):
            warnings.warn(TWICE, stacklevel=4)
        named = "param_names" in param_group
        for group in self.param_groups:
            if named != ("param_names" in group):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param "
                    f"group {'with names' if named else 'without names'} to the optimizer"
                )
        if any(id(p) in own for group in self.param_groups for p in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")


def _described(x: Any) -> str:
    """How error messages name the type of `x`."""
    if isinstance(x, TensorBase):
        return str(x.type())
    module = getattr(x, "__module__", "builtins")
    name = getattr(x, "__qualname__", None) or type(x).__name__
    return str(name) if module == "builtins" else f"{module}.{name}"


def _split_names(group: dict[str, Any]) -> None:
    """Part pairs of a name and a parameter."""
    params = group["params"]
    names = [p[0] for p in params if isinstance(p, tuple)]
    group["params"] = [p[1] if isinstance(p, tuple) else p for p in params]
    if not names:
        return
    if len(names) != len(params):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    group["param_names"] = names


def _fitted(p: Any, value: Any, number: int, groups: list[Any], key: Any = None) -> Any:
    """A loaded value with its tensors in the dtype that `p` wants, however deep they lie."""
    if isinstance(value, TensorBase):
        return _fitted_tensor(p, value, number, groups, key)
    if isinstance(value, dict):
        return {k: _fitted(p, v, number, groups, k) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        made: Any = type(value)
        return made(_fitted(p, v, number, groups) for v in value)
    return value


def _fitted_tensor(p: Any, value: Any, number: int, groups: list[Any], key: Any) -> Any:
    """Counters keep their dtype, unless a fused implementation counts in float32."""
    if key == "step":
        group: dict[str, Any] = next((g for g in groups if number in g["params"]), {})
        counts = group.get("capturable", False) or group.get("fused", False)
        return value.to(float32) if counts else value
    return value.to(p.dtype) if p.is_floating_point() else value


def _use_grad_for_differentiable(step: Callable[..., Any]) -> Callable[..., Any]:
    """A `step` method that records only when the optimizer was made `differentiable`."""

    @functools.wraps(step)
    def within(self: Any, *args: Any, **kwargs: Any) -> Any:
        modes = state()
        before = modes.grad
        modes.grad = bool(self.defaults.get("differentiable"))
        try:
            return step(self, *args, **kwargs)
        finally:
            modes.grad = before

    return within


def _get_value(x: Any) -> Any:
    """The number in a tensor of one element; a number is one already."""
    return x.item() if isinstance(x, TensorBase) else x


def _to_scalar(x: Any) -> Any:
    """A tensor of one element without dims; a number stays what it is."""
    return x.squeeze() if isinstance(x, TensorBase) and x.dim() else x
