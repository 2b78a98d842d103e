"""The pickler of `torch.save`: tensors and storages as PyTorch describes them, under its names."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from types import BuiltinFunctionType, FunctionType
from typing import Any

from rushlight.kernels import dtypes, metadata
from rushlight.ops.return_types import Result
from rushlight.serialization import names, rebuild
from rushlight.serialization.locations import location_tag
from rushlight.serialization.rebuild import BY_DTYPE, UNTYPED, StorageType
from rushlight.tape.core import TensorBase
from rushlight.tensor.copying import warn_of_hooks
from rushlight.tensor.generator import Generator
from rushlight.tensor.parameter import Parameter
from rushlight.tensor.storage import TypedStorage, UntypedStorage
from rushlight.tensor.tensor import Tensor

TWO_TYPES = "Cannot save multiple tensors or storages that view the same data as different types"
PLAIN = frozenset({int, float, str, bytes, bool, type(None), dict, list, tuple, set})
StorageKey = tuple[int, int]
PythonPickler: Any = pickle._Pickler  # a part of the standard library that has no stub


class Storages:
    """The storages met while pickling, kept alive until they are written."""

    def __init__(self, keys: Callable[[int], str] = str) -> None:
        self.keys = keys
        self.by_key: dict[str, UntypedStorage] = {}
        self.dtype_of_key: dict[str, Any] = {}
        self.key_of: dict[StorageKey, str] = {}
        self.dtype_at: dict[int, Any] = {}

    def enter(self, storage: Any) -> tuple[StorageType, str, str, int]:
        """Type, key, location and number of elements of a storage, as a file says them."""
        untyped = storage.untyped() if isinstance(storage, TypedStorage) else storage
        dtype = storage.dtype if isinstance(storage, TypedStorage) else dtypes.uint8
        kind = BY_DTYPE[dtype] if isinstance(storage, TypedStorage) else UNTYPED
        place, size = untyped.data_ptr(), untyped.nbytes()
        if place and self.dtype_at.setdefault(place, dtype) is not dtype:
            raise RuntimeError(TWO_TYPES)
        identity = (place, size) if place else (0, -id(untyped.owner))
        key = self.key_of.setdefault(identity, self.keys(len(self.key_of)))
        self.by_key.setdefault(key, untyped)
        self.dtype_of_key.setdefault(key, dtype)
        return kind, key, location_tag(untyped), size // dtype.itemsize


class Translation:
    """What a pickler is told in addition, whichever it is: storages, tensors, names."""

    storages: Storages
    view_metadata: tuple[None, ...] = ()  # the older format has one field more

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, (TypedStorage, UntypedStorage)):
            return ("storage", *self.storages.enter(obj), *self.view_metadata)
        return None

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind in PLAIN:
            return NotImplemented
        if isinstance(obj, TensorBase):
            return reduced_tensor(obj)
        if kind in REDUCERS:
            return REDUCERS[kind](obj)
        if isinstance(obj, Result):
            return kind, (tuple(obj), {})
        return NotImplemented


class Pickler(Translation, PythonPickler):
    """Python's own pickler, the one written in Python: it alone lets the names be chosen."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (dtypes.dtype, StorageType)):
            return obj.name
        if isinstance(obj, FunctionType):
            return obj.__qualname__
        if isinstance(obj, (type, BuiltinFunctionType)) or is_compiled_function(obj):
            return obj.__qualname__ if names.name_of(obj) else NotImplemented
        return super().reducer_override(obj)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write the name that PyTorch knows a thing by."""
        found = names.name_of(obj, name)
        if found is None:
            if "<locals>" in getattr(obj, "__qualname__", ""):
                raise AttributeError(f"Can't pickle local object {obj.__qualname__!r}")
            super().save_global(obj, name)
            return
        module, last = found
        if self.proto >= 4:
            self.save(module)
            self.save(last)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{module}\n{last}\n".encode())
        self.memoize(obj)


def is_compiled_function(obj: Any) -> bool:
    return type(obj).__name__ == "cython_function_or_method"


@cache
def pickler_of(pickle_module: Any) -> type:
    """The pickler to use for `pickle_module`: its own, told about tensors.

    One that is written in C cannot be told PyTorch's names; what it saves loads here only.
    """
    theirs = pickle_module.Pickler
    if theirs in (pickle.Pickler, PythonPickler):
        return Pickler
    if issubclass(theirs, PythonPickler):
        return type("Pickler", (Pickler, theirs), {})
    return type("Pickler", (Translation, theirs), {})


def reduced_tensor(t: Any) -> Any:
    """How a tensor is saved; its own way if its class has one."""
    kind: Any = type(t)
    if kind.__reduce_ex__ not in (Tensor.__reduce_ex__, Parameter.__reduce_ex__):
        return NotImplemented
    warn_of_hooks(t, stacklevel=6)
    state = rebuild.state_of(t)
    if kind.__reduce_ex__ is Parameter.__reduce_ex__:
        return reduced_parameter(t, state)
    function, args = rebuild.describe(t)
    if kind is Tensor and not state:
        return function, args
    return rebuild.rebuild_from_type_v2, (function, kind, args, state)


def reduced_parameter(p: Any, state: Any) -> Any:
    content: tuple[Any, ...] = (p.data, bool(p.requires_grad), OrderedDict())
    if state:
        return rebuild.rebuild_parameter_with_state, (*content, state)
    return rebuild.rebuild_parameter, content


def reduced_device(device: Any) -> Any:
    index = () if device.index is None else (device.index,)
    return metadata.device, (device.type, *index)


def reduced_generator(generator: Any) -> Any:
    state = (generator.initial_seed(), None, generator.get_state())
    return Generator, (generator.device,), state


REDUCERS: dict[type, Callable[[Any], Any]] = {
    metadata.device: reduced_device,
    metadata.layout: lambda layout: (rebuild.get_layout, (str(layout),)),
    Generator: reduced_generator,
}
