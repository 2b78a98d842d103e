"""What a tensor says of itself beside its numbers: Size, device, layout and memory_format."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NoReturn, Self, SupportsIndex

import numpy as np

_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: set for classes made by a class statement


class TorchClass(type):
    """Metaclass of the classes whose own repr is PyTorch's, such as ``<class 'torch.Size'>``."""

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


def type_name(cls: type) -> str:
    """The name that PyTorch's argument errors give to a type.

    Example:
        >>> type_name(dict), type_name(np.ndarray), type_name(Size)
        ('dict', 'numpy.ndarray', 'torch.Size')
    """
    if isinstance(cls, TorchClass):
        return f"torch.{cls.__name__}"
    if cls.__flags__ & _HEAP_TYPE or cls.__module__ == "builtins":
        return cls.__name__
    return f"{cls.__module__}.{cls.__name__}"


class Frozen(metaclass=TorchClass):
    """Base of classes with read-only attributes, whose errors carry PyTorch's class name."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(type(self), name):
            raise AttributeError(
                f"attribute '{name}' of '{type_name(type(self))}' objects is not writable"
            )
        _no_attribute(self, name)

    def __getattr__(self, name: str) -> Any:
        _no_attribute(self, name)


def _no_attribute(owner: object, name: str) -> NoReturn:
    raise AttributeError(f"'{type_name(type(owner))}' object has no attribute '{name}'")


class Constant(Frozen):
    """A named value of which there is one per process; copies and pickles are that same object."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        raise TypeError(f"cannot create '{type_name(cls)}' instances")

    @classmethod
    def define(cls, name: str, **fields: object) -> Any:
        """Make the one instance called `name`, with its other slots set from `fields`."""
        self = _constants[cls, name] = object.__new__(cls)
        for field, value in {"name": name, **fields}.items():
            object.__setattr__(self, field, value)
        return self

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __copy__(self) -> Constant:
        return self

    def __deepcopy__(self, memo: object) -> Constant:
        return self

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[type, str]]:
        return _constant, (type(self), self.name)


_constants: dict[tuple[type, str], Any] = {}


def _constant(cls: type, name: str) -> Constant:
    return _constants[cls, name]


class layout(Constant):
    """How a tensor lies in memory: ``strided`` here, the sparse ones by name only."""

    __slots__ = ()


strided = layout.define("strided")
sparse_coo = layout.define("sparse_coo")
sparse_csr = layout.define("sparse_csr")
sparse_csc = layout.define("sparse_csc")
sparse_bsr = layout.define("sparse_bsr")
sparse_bsc = layout.define("sparse_bsc")
jagged = layout.define("jagged")


class memory_format(Constant):
    """The order of a dense tensor's dimensions in memory, as ``clone`` and ``to`` take it."""

    __slots__ = ()


contiguous_format = memory_format.define("contiguous_format")
preserve_format = memory_format.define("preserve_format")
channels_last = memory_format.define("channels_last")
channels_last_3d = memory_format.define("channels_last_3d")
legacy_contiguous_format = contiguous_format


class Size(tuple[int, ...], metaclass=TorchClass):
    """The shape of a tensor: a tuple of ints that stays a Size when sliced, joined or repeated.

    Raises:
        TypeError: if an item is no integer.

    Example:
        >>> Size([2, 3]) + (4,)
        torch.Size([2, 3, 4])
        >>> Size([2, 3]).numel()
        6
    """

    __slots__ = ()

    def __new__(cls, iterable: Iterable[Any] = (), /) -> Size:
        items = tuple(iterable)
        for item in items:
            if type(item) is not int:
                items = _as_ints(items)
                break
        return tuple.__new__(cls, items)

    def numel(self) -> int:
        """How many elements a tensor of this shape has: the product of the items."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(repr, self))}])"

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            raise TypeError(
                f"can only concatenate tuple (not {type(other).__name__}) to torch.Size"
            )
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Size:
        return Size(other).__add__(self) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex) -> Size:
        if not hasattr(times, "__index__"):
            raise TypeError(f"can't multiply sequence by non-int of type '{type(times).__name__}'")
        return size_of(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return size_of(item) if type(index) is slice else item

    def __reduce__(self) -> tuple[type[Size], tuple[tuple[int, ...]]]:
        return Size, (tuple(self),)


# Makes a Size of a tuple known to hold ints, at a quarter of the cost of the checked Size(...).
size_of: Callable[[tuple[int, ...]], Size] = partial(tuple.__new__, Size)


def _as_ints(items: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(_as_int(item, i) for i, item in enumerate(items))


def _as_int(item: Any, position: int) -> int:
    try:
        return int(item.__index__())
    except (AttributeError, TypeError):
        raise TypeError(
            f"torch.Size() takes an iterable of 'int' (item {position} is '{type(item).__name__}')"
        ) from None


_DEVICE_TYPES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
    "mps, meta, hpu, mtia, privateuseone"
)
_KNOWN_DEVICE_TYPES = frozenset(_DEVICE_TYPES.split(", "))


class device(Frozen):
    """Where a tensor lives: a type such as 'cpu', 'cuda' or 'meta', and perhaps an index.

    Takes another device, a string ('cuda:1'), or a string and an index. As a context manager it is
    the device on which factory functions create tensors.

    Raises:
        RuntimeError: for an unknown type, a malformed string or a negative index.
        TypeError: for anything else than a device or a string.

    Example:
        >>> device("cuda:1")
        device(type='cuda', index=1)
        >>> device("cpu") == device("cpu")
        True
    """

    __slots__ = ("type", "index")
    type: str
    index: int | None

    def __new__(cls, *args: Any, **kwargs: Any) -> device:
        if len(args) == 1 and not kwargs:
            made = _devices.get(args[0]) if args[0].__class__ is str else None
            return made if made is not None else _device_of(args[0])
        if len(args) + len(kwargs) == 1 and "device" in kwargs:
            return _device_of(kwargs["device"])
        return _indexed_device(*_named_arguments(args, kwargs))

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __lt__(self, other: object) -> NoReturn:
        raise TypeError("comparison not implemented")

    __le__ = __gt__ = __ge__ = __lt__

    def __reduce__(self) -> tuple[Callable[..., device], tuple[str]]:
        return _device_of, (str(self),)

    def __copy__(self) -> device:
        return self

    def __deepcopy__(self, memo: object) -> device:
        return self

    def __enter__(self) -> device:
        _entered.devices = (*_entered.devices, self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if not _entered.devices:
            raise RuntimeError("trying to pop from empty mode stack")
        _entered.devices = _entered.devices[:-1]


def _new_device(type: str, index: int | None) -> device:
    if type not in _KNOWN_DEVICE_TYPES:
        raise RuntimeError(
            f"Expected one of {_DEVICE_TYPES} device type at start of device string: {type}"
        )
    if type == "mkldnn":
        warnings.warn(
            "'mkldnn' is no longer used as device type. So torch.device('mkldnn') will be "
            "deprecated and removed in the future. Please use other valid device types instead.",
            UserWarning,
            stacklevel=4,
        )
    self = object.__new__(device)
    object.__setattr__(self, "type", type)
    object.__setattr__(self, "index", index)
    return self


def _device_of(value: Any) -> device:
    """The device that one argument describes."""
    if isinstance(value, device):
        return value
    if isinstance(value, str):
        return _parse(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        if value < 0:
            raise RuntimeError("Device index must not be negative")
        raise RuntimeError("Cannot access accelerator device when none is available.")
    name = type_name(type(value))
    _invalid_arguments(
        f"({name})",
        f"      didn't match because some of the arguments have invalid types: (!{name}!)\n",
    )


def _parse(text: str) -> device:
    if not text:
        raise RuntimeError("Device string must not be empty")
    type, colon, digits = text.partition(":")
    if not type.replace("_", "").isalpha():
        raise RuntimeError(f"Invalid device string: '{text}'")
    if not colon:
        return _new_device(type, None)
    if not (digits.isascii() and digits.isdigit()) or (digits[0] == "0" and digits != "0"):
        raise RuntimeError(f"Invalid device string: '{text}'")
    return _new_device(type, int(digits))


def _named_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Bind the arguments of device(type, index=-1)."""
    named = dict(zip(("type", "index"), args, strict=False)) | kwargs
    if "type" not in named or len(args) > 2 or len(named) > 2:
        _invalid_arguments(f"({', '.join(type_name(type(a)) for a in args)})", "")
    return named["type"], named.get("index")


def _indexed_device(type: Any, index: Any) -> device:
    if not isinstance(type, str):
        raise TypeError(
            f"device(): argument 'type' (position 1) must be str, not {type_name(type.__class__)}"
        )
    if index is None:
        return _parse(type)
    if not isinstance(index, (int, np.integer)):
        raise TypeError(
            f"device(): argument 'index' (position 2) must be int, not {type_name(index.__class__)}"
        )
    if ":" in type:
        raise RuntimeError(
            "type (string) must not include an index because index was passed explicitly: " + type
        )
    if index < 0:
        raise RuntimeError("Device index must not be negative")
    return _new_device(type, int(index))


def _invalid_arguments(got: str, reason: str) -> NoReturn:
    raise TypeError(
        f"device() received an invalid combination of arguments - got {got}, but expected one of:\n"
        f" * (torch.device device)\n{reason} * (str type, int index = -1)\n"
    )


_devices: dict[str, device] = {}
cpu = _devices["cpu"] = _new_device("cpu", None)
meta = _devices["meta"] = _new_device("meta", None)


class _Entered(threading.local):
    devices: tuple[device, ...] = ()


_entered = _Entered()
_default_device = cpu


def get_default_device() -> device:
    """The device on which factory functions create a tensor when they are told none.

    Example:
        >>> with device("meta"):
        ...     get_default_device()
        device(type='meta')
    """
    return _entered.devices[-1] if _entered.devices else _default_device


def set_default_device(new: device | str | None) -> None:
    """Choose what get_default_device returns outside device contexts; None means the CPU.

    Example:
        >>> set_default_device("cpu")
    """
    global _default_device
    _default_device = cpu if new is None else device(new)
