"""Parameters computed from others: `torch.nn.utils.parametrize`.

A parametrized tensor becomes a property of a class made for its module. What it is computed from
lies in `module.parametrizations`, with the modules that compute it.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from rushlight.alias import missing
from rushlight.nn.modules.container import ModuleDict, ModuleList
from rushlight.nn.modules.module import Module
from rushlight.tape.core import TensorBase
from rushlight.tape.modes import no_grad
from rushlight.tensor.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]

NOT_SEQUENCE = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
ONLY_STATE_DICT = (
    "Serialization of parametrized modules is only supported through state_dict(). See:\n"
    "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
    "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
)


class Cache:
    """Computed tensors by module and name, while `depth` blocks of `cached` are open."""

    depth = 0
    tensors: dict[tuple[int, str], Any] = {}


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """In the block every parametrized tensor is computed only once.

    Example:
        >>> import rushlight as torch
        >>> with torch.nn.utils.parametrize.cached():
        ...     pass
    """
    Cache.depth += 1
    try:
        yield
    finally:
        Cache.depth -= 1
        if not Cache.depth:
            Cache.tensors = {}


def register(module: Any, name: str, tensor: Any) -> None:
    """Enter a tensor as what it is."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


class ParametrizationList(ModuleList):
    """The modules that compute a tensor, and what the first of them starts from.

    That is `original`, or `original0`, `original1`... if the first module takes several tensors.

    Args:
        modules: the modules, in the order in which they are called.
        original: the tensor that was there.
        unsafe: results may be of another shape and dtype.

    Raises:
        ValueError: for a result or an inverse of the wrong kind.
    """

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new: Any = self.inverted(original)
        self.is_tensor: bool = isinstance(new, TensorBase)
        if not self.is_tensor and not isinstance(new, Sequence):
            raise ValueError(f"{NOT_SEQUENCE}Got {type(new).__name__}")
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            with no_grad():
                original.set_(new)
            register(self, "original", original)
        else:
            self.register_several(original, new)
        if not unsafe:
            check_result(self(), shape, dtype, "parametrized ", "unparametrized ")

    def inverted(self, original: Any) -> Any:
        """What the modules would compute `original` from; where they do not say, itself."""
        with no_grad():
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with contextlib.suppress(NotImplementedError):
                        original = module.right_inverse(original)
        return original

    def register_several(self, original: Any, new: Sequence[Any]) -> None:
        for i, tensor in enumerate(new):
            if not isinstance(tensor, TensorBase):
                raise ValueError(
                    f"{NOT_SEQUENCE}Got element {i} of the sequence with type "
                    f"{type(tensor).__name__}."
                )
            if isinstance(original, Parameter):
                tensor = Parameter(tensor, original.requires_grad)
            tensor.requires_grad_(original.requires_grad)
            register(self, f"original{i}", tensor)

    def originals(self) -> list[Any]:
        """What the first module starts from."""
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Change the originals so that `value` is computed from them.

        Raises:
            RuntimeError: if a module has no `right_inverse`.
            ValueError: if one returns the wrong kind.
        """
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                value = module.right_inverse(value)
            for original, new in zip(self.originals(), self.checked(value), strict=True):
                original.set_(new)

    def checked(self, value: Any) -> Sequence[Any]:
        """What the inverse returned as a sequence that fits the originals."""
        if self.is_tensor:
            if not isinstance(value, TensorBase):
                raise ValueError(
                    f"`right_inverse` should return a tensor. Got {type(value).__name__}"
                )
            names = ["The tensor returned by `right_inverse`"], ["original"]
            value = [value]
        else:
            if not isinstance(value, Sequence):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors. Got "
                    f"{type(value).__name__}."
                )
            if len(value) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. "
                    f"Got a sequence of length {len(value)}."
                )
            every = range(self.ntensors)
            names = (
                [f"Tensor {i} returned by `right_inverse`" for i in every],
                [f"original{i}" for i in every],
            )
        for told, name, old, new in zip(*names, self.originals(), value, strict=True):
            if not isinstance(new, TensorBase):
                raise ValueError(
                    f"`right_inverse` must return a sequence of tensors. Got element of type "
                    f"{type(new).__name__}."
                )
            if old.dtype != new.dtype:
                raise ValueError(
                    f"{told} has dtype {new.dtype} while `{name}` has dtype {old.dtype}"
                )
        return value

    def forward(self) -> Any:
        first, *rest = self._modules.values()
        x = first(*self.originals())
        for module in rest:
            x = module(x)
        return x


def check_result(
    x: Any, shape: Any, dtype: Any, named: str, before: str, article: str = ""
) -> None:
    """A parametrization changes neither shape nor dtype.

    `named` and `before` begin the lines that tell what is and what was.
    """
    if not isinstance(x, TensorBase):
        raise ValueError(f"A parametrization must return a tensor. Got {type(x).__name__}.")
    for what, got, wanted in (("dtype", x.dtype, dtype), ("shape", x.shape, shape)):
        if got != wanted:
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless "
                f"{article}`unsafe` flag is enabled.\n{before}{what}: {wanted}\n{named}{what}: {got}"
            )


def check_another(module: Any, name: str, parametrization: Any) -> None:
    """May one more parametrization follow those that are there?"""
    y = getattr(module, name)
    x = parametrization(y)
    path = f"module.{name}"
    check_result(x, y.shape, y.dtype, f"parametrization({path}).", f"{path}.", "the ")
    if not hasattr(parametrization, "right_inverse"):
        return
    try:
        z = parametrization.right_inverse(x)
    except NotImplementedError:
        return
    if not isinstance(z, TensorBase):
        raise ValueError(
            f"parametrization.right_inverse must return a tensor. Got: {type(z).__name__}"
        )
    for what, got, wanted in (("dtype", z.dtype, y.dtype), ("shape", z.shape, y.shape)):
        if got != wanted:
            raise ValueError(
                f"The tensor returned by parametrization.right_inverse must have the same {what} "
                f"as {path}, unless the `unsafe` flag is enabled.\n{path}.{what}: {wanted}\n"
                f"returned {what}: {got}"
            )


# -- the class made for a module -----------------------------------------------------------------


def give_own_class(module: Any) -> None:
    """Make the module the only instance of a class of its own, which can have properties."""
    cls = type(module)
    members: dict[str, Any] = {"__getstate__": refuse_pickling}
    if not hasattr(cls, "__deepcopy__"):
        members["__deepcopy__"] = deep_copy
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), members)


def refuse_pickling(self: Any) -> NoReturn:
    raise RuntimeError(ONLY_STATE_DICT)


def deep_copy(self: Any, memo: dict[int, Any]) -> Any:
    """A copy of the same class: pickling, by which modules are copied, is refused."""
    if id(self) not in memo:
        made = memo[id(self)] = self.__new__(type(self))
        made.__dict__ = copy.deepcopy(self.__dict__, memo)
    return memo[id(self)]


def give_property(module: Any, name: str) -> None:
    """Let a name stand for what its parametrization computes."""

    def computed(self: Any) -> Any:
        parametrization = self.parametrizations[name]
        if not Cache.depth:
            return parametrization()
        key = (id(self), name)
        if key not in Cache.tensors:
            Cache.tensors[key] = parametrization()
        return Cache.tensors[key]

    def invert(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(computed, invert))


# -- what users call -------------------------------------------------------------------------------


def register_parametrization(
    module: Any, tensor_name: str, parametrization: Any, *, unsafe: bool = False
) -> Any:
    """Let a parameter or buffer be what a module computes from what it was.

    Args:
        module: whose tensor.
        tensor_name: its name.
        parametrization: called with the tensor; its `right_inverse`, if there is one, says what
            to start from, and what assignment does.
        unsafe: the result may be of another shape and dtype.

    Raises:
        ValueError: if there is no such tensor, or the parametrization is of the wrong kind.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.nn.utils import parametrize
        >>> class Doubled(torch.nn.Module):
        ...     def forward(self, x):
        ...         return 2 * x
        >>> layer = torch.nn.Linear(1, 1)
        >>> _ = torch.nn.init.ones_(layer.weight)
        >>> layer = parametrize.register_parametrization(layer, "weight", Doubled())
        >>> layer.weight.item(), [name for name, _ in layer.named_parameters()]
        (2.0, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            check_another(module, tensor_name, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        original = getattr(module, tensor_name)
        made = ParametrizationList([parametrization], original, unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            give_own_class(module)
            module.parametrizations = ModuleDict()
        give_property(module, tensor_name)
        module.parametrizations[tensor_name] = made
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    return module


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Has a module (or a tensor of it) a parametrization?"""
    parametrizations = module._modules.get("parametrizations")
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a parametrized tensor a plain one: as it is, or as it was before.

    Raises:
        ValueError: if it is not parametrized, or was computed from several and is to be as before.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrization = module.parametrizations[tensor_name]
    if parametrization.is_tensor:
        original = parametrization.original
        if leave_parametrized:
            with no_grad():
                original.set_(getattr(module, tensor_name))
    elif leave_parametrized:
        t = getattr(module, tensor_name)
        original = Parameter(t) if t.requires_grad else t
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
            "parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Any) -> type:
    """The class of a module, of a parametrized one that which it had."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Any, to_module: Any, tensor_name: str | None = None
) -> Any:
    """Give `to_module` the parametrizations of `from_module`, and what they start from."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        source = from_module.parametrizations[name]
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target = to_module.parametrizations[name]
        originals = (
            ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]
        )
        for original in originals:
            setattr(target, original, getattr(source, original))
    return to_module


__getattr__ = missing(__name__)
