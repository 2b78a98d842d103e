"""The old constructors: `torch.Tensor(2, 3)`, `torch.FloatTensor([1, 2])`, `tensor.new(...)`.

Sizes make uninitialised tensors, data makes tensors of the type's own dtype.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from rushlight.kernels import dtypes, metadata
from rushlight.kernels.metadata import Size, TorchClass, type_name
from rushlight.kernels.numbers import word
from rushlight.ops.copies import alias
from rushlight.ops.publish import enter, public
from rushlight.tape.core import TensorBase
from rushlight.tensor.nested import array_of, is_sequence
from rushlight.tensor.options import allocated, fresh, is_size, sizes

FORMS = """new() received an invalid combination of arguments - got ({0}), but expected one of:
 * (*, torch.device device = None)
      didn't match because some of the {1}
 * (torch.Storage storage)
 * (Tensor other)
 * (tuple of ints size, *, torch.device device = None)
 * (object data, *, torch.device device = None)
"""
OPTIONS = (
    "TensorOptions(dtype={0}, device=cpu, layout=Strided, requires_grad=false (default), "
    "pinned_memory=false (default), memory_format=(nullopt))"
)

LEGACY = {d: f"torch.{d.scalar_type}Tensor" for d in dtypes.ALL}


def constructed(
    dtype: dtypes.dtype, args: tuple[Any, ...], kwargs: dict[str, Any], exact: bool = True
) -> Any:
    """What an old constructor makes of its arguments; `exact` refuses tensors of other dtypes."""
    device = kwargs.pop("device", None)
    if device is not None:
        check_legacy_device(device)
    if len(args) + len(kwargs) > 1 and not all(map(is_size, args[:1])):
        raise no_such_form(args, kwargs)
    if kwargs:
        name, value = kwargs.popitem()
        if name not in ("size", "data", "other"):
            raise no_such_form(args, {name: value})
        args = (tuple(value) if name == "size" else value,)
        if name == "size":
            return uninitialised(dtype, args[0])
    if not args:
        return fresh(np.empty(0, dtype.numpy))
    first = args[0]
    if isinstance(first, Size) or (is_size(first) and not isinstance(first, TensorBase)):
        return uninitialised(dtype, args)
    if len(args) > 1:
        raise no_such_form(args, {})
    return from_value(dtype, first, exact)


def uninitialised(dtype: dtypes.dtype, args: tuple[Any, ...]) -> Any:
    return fresh(allocated(np.empty, sizes("new", args), dtype.numpy))


def from_value(dtype: dtypes.dtype, data: Any, exact: bool) -> Any:
    """A tensor of one argument: another tensor's memory, or a copy of a sequence."""
    if isinstance(data, TensorBase):
        if exact and data.dtype is not dtype:
            wanted, got = [OPTIONS.format(word(d)) for d in (dtype, data.dtype)]
            raise TypeError(f"expected {wanted} (got {got})")
        return alias.run((data,), ())
    if hasattr(data, "_tensor_over"):
        return data._tensor_over(dtype)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type_name(type(data))}'")
    if not is_sequence(data):
        raise TypeError(f"new(): data must be a sequence (got {type_name(type(data))})")
    if isinstance(data, np.ndarray):
        return fresh(data.astype(dtype.numpy))
    return fresh(array_of(data, dtype))


def check_legacy_device(device: Any) -> None:
    kind = metadata.device(device).type
    if kind != "cpu":
        raise RuntimeError(
            f"legacy constructor expects device type: cpu but device type: {kind} was passed"
        )


def no_such_form(args: tuple[Any, ...], kwargs: dict[str, Any]) -> TypeError:
    got = [type_name(type(x)) for x in args]
    why = f"keywords were incorrect: {', '.join(kwargs)}"
    if not kwargs:
        why = f"arguments have invalid types: ({', '.join(f'!{name}!' for name in got)})"
    got += [f"{name}={type_name(type(x))}" for name, x in kwargs.items()]
    return TypeError(FORMS.format(", ".join(got), why))


def new_tensor_of(cls: Any, *args: Any, **kwargs: Any) -> Any:
    """`torch.Tensor(...)`, and what subclasses inherit as `__new__`."""
    made = constructed(dtypes.get_default_dtype(), args, kwargs, exact=False)
    return made if type(made) is cls else made.as_subclass(cls)


@public("Tensor")
def new(self: Any, *args: Any, **kwargs: Any) -> Any:
    """The old constructor for tensors of this tensor's dtype."""
    return constructed(self.dtype, args, kwargs)


# -- torch.FloatTensor and its like ------------------------------------------------------------


class tensortype(metaclass=TorchClass):
    """One of `torch.FloatTensor`, `torch.LongTensor`...: callable, and a class for isinstance."""

    layout = metadata.strided

    def __init__(self, dtype: dtypes.dtype, cuda: bool = False) -> None:
        self.dtype = dtype
        self.is_cuda = cuda
        self.is_sparse = False
        self.__name__ = f"{dtype.scalar_type}Tensor"
        self.__module__ = "torch.cuda" if cuda else "torch"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_cuda:
            raise TypeError(
                f"type {self.__module__}.{self.__name__} not available. Torch not "
                "compiled with CUDA enabled."
            )
        return constructed(self.dtype, args, kwargs)

    def __instancecheck__(self, x: Any) -> bool:
        return not self.is_cuda and isinstance(x, TensorBase) and x.dtype is self.dtype

    def __subclasscheck__(self, cls: Any) -> bool:
        return cls is self

    def __repr__(self) -> str:
        return f"<class '{self.__module__}.{self.__name__}'>"

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"type object '{self.__module__}.{self.__name__}' has no attribute '{name}'"
        )

    def __reduce__(self) -> tuple[Any, tuple[str, bool]]:
        return tensor_type, (self.dtype.name, self.is_cuda)


TYPES = {(d.name, cuda): tensortype(d, cuda) for d in dtypes.ALL for cuda in (False, True)}


def tensor_type(name: str, cuda: bool = False) -> tensortype:
    """The old type of a dtype's name."""
    return TYPES[name, cuda]


def type_called(name: str) -> tensortype:
    """The old type of a full name such as 'torch.FloatTensor'.

    Raises:
        ModuleNotFoundError, AttributeError: where importing such a name would.
    """
    module, _, word = name.rpartition(".")
    if not module:
        raise ModuleNotFoundError(f"No module named '{name}'")
    for made in TYPES.values():
        if (made.__module__, made.__name__) == (module, word):
            return made
    raise AttributeError(f"module '{module}' has no attribute '{word}'")


# The dtypes that came after these constructors have none.
for _d in dtypes.ALL:
    if _d.name not in ("uint16", "uint32", "uint64", "complex32", "complex64", "complex128"):
        enter("torch", f"{_d.scalar_type}Tensor", TYPES[_d.name, False])
        enter("torch.cuda", f"{_d.scalar_type}Tensor", TYPES[_d.name, True])
