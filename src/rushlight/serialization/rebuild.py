"""Tensors made again from what a file says of them; nothing in it is taken on trust."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

import numpy as np

from rushlight.kernels import dtypes, memory_layout, metadata, strides
from rushlight.tape import core
from rushlight.tape.core import TensorBase
from rushlight.tensor.options import fresh
from rushlight.tensor.parameter import Parameter
from rushlight.tensor.storage import TypedStorage, UntypedStorage, array_of
from rushlight.tensor.tensor import Tensor

# PyTorch gave each dtype a class of storages, which lives on in its files only.  Newer dtypes have
# none: their storages are untyped, and the tensor says the dtype.
DTYPES = {
    "DoubleStorage": dtypes.float64,
    "FloatStorage": dtypes.float32,
    "HalfStorage": dtypes.float16,
    "LongStorage": dtypes.int64,
    "IntStorage": dtypes.int32,
    "ShortStorage": dtypes.int16,
    "CharStorage": dtypes.int8,
    "ByteStorage": dtypes.uint8,
    "BoolStorage": dtypes.bool,
    "BFloat16Storage": dtypes.bfloat16,
    "ComplexDoubleStorage": dtypes.complex128,
    "ComplexFloatStorage": dtypes.complex64,
    "UntypedStorage": dtypes.uint8,
}
QUANTIZED = frozenset(
    {"QInt8Storage", "QInt32Storage", "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage"}
)


class StorageType:
    """Stands for a class of storages that a file names; `dtype` is that of its elements."""

    __module__ = "torch.serialization"

    def __init__(self, name: str) -> None:
        self.name = name
        self._dtype = DTYPES[name]

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def home(self) -> str:
        """The module that a file names with it."""
        return "torch.storage" if self.name == "UntypedStorage" else "torch"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return named, (self.name,)

    def __str__(self) -> str:
        return f"StorageType(dtype={self.dtype})"


UNTYPED = StorageType("UntypedStorage")
# One object per name, so that a pickle says it once.
BY_NAME = {name: StorageType(name) for name in DTYPES} | {"UntypedStorage": UNTYPED}
BY_DTYPE = {kind.dtype: kind for name, kind in BY_NAME.items() if kind is not UNTYPED}


def named(name: str) -> StorageType:
    """The storage type of a name (how one is unpickled)."""
    return BY_NAME[name]


MOST_DIMS = 64  # NumPy's limit
LONG = 2**63
OVERFLOW = "numel: integer multiplication overflow"
TOO_SMALL = (
    "Trying to resize storage that is not resizable: the file describes a tensor of size {0}, "
    "stride {1} and storage offset {2}, which takes {3} bytes of a storage that has {4}"
)
LAYOUTS = {
    str(layout): layout
    for layout in (
        metadata.strided,
        metadata.sparse_coo,
        metadata.sparse_csr,
        metadata.sparse_csc,
        metadata.sparse_bsr,
        metadata.sparse_bsc,
        metadata.jagged,
    )
}


def rebuild_tensor(storage: Any, storage_offset: Any, size: Any, stride: Any) -> Any:
    """A tensor over a storage that knows its dtype."""
    if not isinstance(storage, TypedStorage):
        raise TypeError(f"expected a storage in the file, but got {type(storage).__name__}")
    return lay(storage.untyped(), storage.dtype, storage_offset, size, stride)


def rebuild_tensor_v2(
    storage: Any,
    storage_offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any,
    backward_hooks: Any,
    metadata: Any = None,
) -> Any:
    """A tensor over a storage that knows its dtype; hooks are never saved, so there are none."""
    made = rebuild_tensor(storage, storage_offset, size, stride)
    return finish(made, requires_grad, metadata)


def rebuild_tensor_v3(
    storage: Any,
    storage_offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any,
    backward_hooks: Any,
    dtype: Any,
    metadata: Any = None,
) -> Any:
    """A tensor of a dtype over untyped memory."""
    if not isinstance(storage, (TypedStorage, UntypedStorage)):
        raise TypeError(f"expected a storage in the file, but got {type(storage).__name__}")
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(f"expected a dtype in the file, but got {type(dtype).__name__}")
    memory = storage.untyped() if isinstance(storage, TypedStorage) else storage
    return finish(lay(memory, dtype, storage_offset, size, stride), requires_grad, metadata)


def finish(made: Any, requires_grad: Any, bits: Any) -> Any:
    """Apply what a file says beside the layout: lazy conjugation and negation, requires_grad."""
    if not isinstance(requires_grad, bool):
        raise TypeError("requires_grad must be a bool")
    if bits is not None and not isinstance(bits, dict):
        raise AssertionError(f"expected dict, got {type(bits).__name__}")
    if bits and bits.get("conj"):
        made = made.conj()
    if bits and bits.get("neg"):
        made = made.neg()
    return made.requires_grad_() if requires_grad else made


def lay(memory: UntypedStorage, dtype: Any, offset: Any, size: Any, stride: Any) -> Any:
    """A tensor over memory, if the layout is one and lies inside the memory.

    Raises:
        TypeError, ValueError: for what are no 64-bit integers.
        RuntimeError: for a negative size, stride or offset, and for a layout that leaves the memory.
    """
    offset, size, stride = integers(offset, size, stride)
    check_layout(offset, size, stride)
    flat, item = memory.bytes, dtype.numpy.itemsize
    shift = offset * item
    if 0 in size:
        shift = min(shift, flat.size)
    elif (needed := shift + spanned(size, stride, item)) > flat.size:
        raise RuntimeError(TOO_SMALL.format([*size], [*stride], offset, needed, flat.size))
    if dtype is dtypes.bool:
        make_truth_values(flat)
    try:
        steps = tuple(s * item for s in stride)
        return fresh(np.ndarray(size, dtype.numpy, flat, shift, steps))
    except (ValueError, OverflowError):
        raise RuntimeError(OVERFLOW) from None


def integers(offset: Any, size: Any, stride: Any) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The numbers of a layout, known to be numbers."""
    sequences = isinstance(size, (tuple, list)) and isinstance(stride, (tuple, list))
    every = (offset, *size, *stride) if sequences else (None,)
    if not all(type(n) is int for n in every):
        kinds = ", ".join(type(x).__name__ for x in (offset, size, stride))
        raise TypeError(
            "set_() received an invalid combination of arguments - got "
            f"(torch.storage.UntypedStorage, {kinds})"
        )
    if not all(-LONG <= n < LONG for n in every):
        raise ValueError("Overflow when unpacking long long")
    return offset, tuple(size), tuple(stride)


def check_layout(offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> None:
    """Refuse what is no layout at all."""
    if len(size) != len(stride):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if len(size) > MOST_DIMS:
        raise RuntimeError(f"tensors have at most {MOST_DIMS} dims here, not {len(size)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any(n < 0 for n in size) or math.prod(n or 1 for n in size) >= LONG:
        raise RuntimeError(OVERFLOW)
    if any(s < 0 for s in stride):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={[*size]} and strides={[*stride]}"
        )


def spanned(size: tuple[int, ...], stride: tuple[int, ...], item: int) -> int:
    return item * (1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True)))


def make_truth_values(flat: Any) -> None:
    """Bytes other than 0 and 1 become 1: code that counts booleans adds them up."""
    if flat.size and flat.max() > 1:
        np.minimum(flat, 1, out=flat)


def rebuild_parameter(data: Any, requires_grad: Any, backward_hooks: Any) -> Any:
    """A parameter over a tensor."""
    if not isinstance(data, TensorBase) or not isinstance(requires_grad, bool):
        raise TypeError("expected a tensor and a bool in the file to make a Parameter of")
    return Parameter(data, requires_grad)


def rebuild_parameter_with_state(
    data: Any, requires_grad: Any, backward_hooks: Any, state: Any
) -> Any:
    """A parameter over a tensor, with the attributes that it had."""
    return take_over(rebuild_parameter(data, requires_grad, backward_hooks), state)


def rebuild_from_type_v2(function: Any, new_type: Any, args: Any, state: Any) -> Any:
    """A tensor of a subclass, or with attributes."""
    made = function(*args)
    if not (isinstance(new_type, type) and issubclass(new_type, TensorBase)):
        raise TypeError(f"expected a class of tensors in the file, but got {new_type!r}")
    if type(made) is not new_type:
        made = made.as_subclass(new_type)
    if new_type.__setstate__ is not Tensor.__setstate__:
        made.__setstate__(state)
        return made
    return take_over(made, state)


def take_over(made: Any, state: Any) -> Any:
    """Give a tensor the attributes that it was saved with.

    Raises:
        RuntimeError: for a state that is none, or that reaches for what every tensor has.
    """
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    for part in (attributes, slots):
        check_attributes({} if part is None else part)
    made.__dict__.update(attributes or {})
    for name, value in (slots or {}).items():
        setattr(made, name, value)
    return made


def check_attributes(part: Any) -> None:
    """Refuse attributes that would take the place of a tensor's own."""
    if not isinstance(part, dict) or any(type(name) is not str for name in part):
        raise RuntimeError(f"Invalid serialized state: {type(part).__name__}")
    for name in part:
        if hasattr(Tensor, name) or name.startswith("__"):
            raise RuntimeError(f"Invalid serialized state: it would change {name!r}")


def get_layout(name: str) -> Any:
    """The layout called `name`, such as 'torch.strided'."""
    return LAYOUTS[name]


# -- the other way: what is saved of a tensor ------------------------------------------------------


def describe(t: Any) -> tuple[Any, ...]:
    """The function and the arguments that make a tensor again, without its attributes."""
    storage, offset, stride = placed(t)
    common: tuple[Any, ...] = (
        storage,
        offset,
        tuple(t.shape),
        stride,
        bool(t.requires_grad),
        OrderedDict(),
    )
    if isinstance(storage, UntypedStorage):
        return rebuild_tensor_v3, (*common, t.dtype)
    return rebuild_tensor_v2, common


def placed(t: Any) -> tuple[Any, int, tuple[int, ...]]:
    """Storage, offset and strides of a tensor; of a copy where its memory has gaps."""
    array = array_of(t)
    owner = strides.root(array)
    dense = not owner.size or memory_layout.is_dense(owner.shape, owner.strides, owner.itemsize)
    if not dense or any(step < 0 or step % array.itemsize for step in array.strides):
        t = fresh(array.copy())
    memory = t.untyped_storage()
    typed = t.dtype in BY_DTYPE
    storage = TypedStorage(wrap_storage=memory, dtype=t.dtype) if typed else memory
    return storage, t.storage_offset(), tuple(t.stride())


def state_of(t: Any) -> Any:
    """What a program added to a tensor: its attributes, and a pair if some are in slots."""
    attributes = core.attributes(t)
    own = type(t).__mro__[: type(t).__mro__.index(Tensor)]
    names = [name for cls in own for name in slots_of(cls)]
    slots = {name: getattr(t, name) for name in names if hasattr(t, name)}
    return (attributes or None, slots) if slots else attributes


def slots_of(cls: type) -> tuple[str, ...]:
    declared = cls.__dict__.get("__slots__", ())
    return (declared,) if isinstance(declared, str) else tuple(declared)
