"""The memory under a tensor: where it is, how large, and the storage objects that stand for it.

Tensors that are views of each other have one storage: the memory of the array that owns it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from rushlight.kernels import dtypes, memory_layout, metadata, strides
from rushlight.kernels.numbers import word
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import enter, public
from rushlight.tape import inplace, views
from rushlight.tape.core import TensorBase, note, state, wants
from rushlight.tensor import once
from rushlight.tensor.options import check_format, fresh, sizes
from rushlight.tensor.to_python import NO_STORAGE, number

TYPED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


def array_of(t: Any) -> Any:
    """The array of a tensor that has one."""
    if t.array is None:
        kind = "TensorWrapper" if t.box.dim is None else "BatchedTensorImpl"
        raise NotImplementedError(f"Cannot access storage of {kind}")
    return t.array


class UntypedStorage:
    """A stretch of memory as bytes.

    `UntypedStorage(n)` is new memory of n bytes; `tensor.untyped_storage()` is that of a tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2).untyped_storage().nbytes()
        8
    """

    __module__ = "torch.storage"

    def __init__(self, size: Any = 0, *, device: Any = None) -> None:
        self.owner = np.zeros(size, np.uint8) if isinstance(size, int) else np.array(size, np.uint8)

    @classmethod
    def under(cls, array: Any) -> UntypedStorage:
        """The storage of an array."""
        made = cls.__new__(cls)
        made.owner = strides.root(array)
        return made

    @staticmethod
    def from_file(filename: Any, shared: bool = False, nbytes: int = 0) -> UntypedStorage:
        """The first bytes of a file; `shared`, what is written to them is written to the file.

        Raises:
            RuntimeError: the file cannot be opened, or is shorter and not shared.
        """
        try:
            file = open(filename, "r+b" if shared else "rb")  # noqa: SIM115 (closed below)
        except OSError as error:
            mode = "read-write" if shared else "read-only"
            raise RuntimeError(
                f"unable to open file <{filename}> in {mode} mode: {error.strerror} ({error.errno})"
            ) from None
        with file:
            size = os.fstat(file.fileno()).st_size
            if size < nbytes and not shared:
                raise RuntimeError(
                    f"file <{filename}> size <{size}> is smaller than the required mapping size "
                    f"<{nbytes}>"
                )
            if not nbytes:
                return UntypedStorage()
            return UntypedStorage.under(
                np.memmap(file, np.uint8, "r+" if shared else "c", shape=(nbytes,))
            )

    @property
    def bytes(self) -> Any:
        """The memory as an array of bytes."""
        owner = self.owner
        if owner.flags.c_contiguous:
            return owner.reshape(-1).view(np.uint8)
        flat = owner.transpose(memory_layout.order_of(owner.shape, owner.strides))
        return flat.reshape(-1).view(np.uint8)

    device = metadata.cpu
    is_cuda = is_sparse = False

    def nbytes(self) -> int:
        """How many bytes there are."""
        return int(self.owner.nbytes)

    size = __len__ = nbytes

    def data_ptr(self) -> int:
        """The address of the first byte; 0 if there is none."""
        return strides.address(self.owner) if self.owner.size else 0

    def element_size(self) -> int:
        return 1

    def tolist(self) -> list[int]:
        """The bytes as a list of ints."""
        return self.bytes.tolist()

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            if not -len(self) <= index < len(self):
                raise IndexError(f"index {index} out of range for storage of size {len(self)}")
            return int(self.bytes[index])
        if index.step not in (None, 1):
            raise RuntimeError(
                f"Trying to slice with a step of {index.step}, but only a step of 1 is supported"
            )
        part = UntypedStorage()
        part.owner = self.bytes[index]
        return part

    def __setitem__(self, index: Any, value: Any) -> None:
        self.bytes[index] = value

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, UntypedStorage)
            and self.data_ptr() == other.data_ptr()
            and (self.nbytes() == other.nbytes())
        )

    def __hash__(self) -> int:
        return hash(self.data_ptr())

    def clone(self) -> UntypedStorage:
        """A copy of the memory."""
        return UntypedStorage.under(self.bytes.copy())

    def copy_(self, source: UntypedStorage, non_blocking: bool = False) -> UntypedStorage:
        """Overwrite with the bytes of another storage."""
        self.bytes[:] = source.bytes
        return self

    def fill_(self, value: int) -> UntypedStorage:
        """Overwrite with one byte."""
        self.bytes[:] = value
        return self

    def cpu(self) -> UntypedStorage:
        return self

    untyped = _untyped = cpu  # the safetensors package asks for the second

    def is_shared(self) -> bool:
        return False

    def is_pinned(self, device: Any = "cuda") -> bool:
        return False

    def resizable(self) -> bool:
        return False

    def resize_(self, size: int) -> NoReturn:
        """Refused: a NumPy array keeps its length."""
        raise RuntimeError("Trying to resize storage that is not resizable")

    def __repr__(self) -> str:
        lines = "".join(f" {byte}\n" for byte in self.tolist())
        return f"{lines}[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"

    def _tensor_over(self, dtype: dtypes.dtype) -> Any:
        return fresh(self.bytes.view(dtype.numpy))

    def __reduce__(self) -> Any:
        return UntypedStorage, (self.bytes.copy(),)

    def __deepcopy__(self, memo: dict[int, Any]) -> UntypedStorage:
        return self.clone()


class TypedStorage:
    """A stretch of memory as elements of a dtype: the old view of storages."""

    __module__ = "torch.storage"

    def __init__(
        self, *, wrap_storage: UntypedStorage, dtype: dtypes.dtype, _internal: bool = False
    ) -> None:
        self._untyped_storage = wrap_storage
        self.dtype = dtype

    device = metadata.cpu
    is_cuda = is_sparse = False

    @property
    def elements(self) -> Any:
        """The memory as an array of the dtype."""
        return self._untyped_storage.bytes.view(self.dtype.numpy)

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return self._untyped_storage

    def size(self) -> int:
        """How many elements there are."""
        return int(self.elements.size)

    __len__ = size

    def nbytes(self) -> int:
        return self._untyped_storage.nbytes()

    def data_ptr(self) -> int:
        return self._untyped_storage.data_ptr()

    def element_size(self) -> int:
        return int(self.dtype.itemsize)

    def tolist(self) -> list[Any]:
        """The elements as a list of Python numbers."""
        return [number(x) for x in self.elements]

    def __getitem__(self, index: int) -> Any:
        return number(self.elements[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.elements[index] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __repr__(self) -> str:
        lines = "".join(f" {x}\n" for x in self.tolist())
        kind = f"torch.storage.TypedStorage(dtype={self.dtype}, device=cpu)"
        return f"{lines}[{kind} of size {len(self)}]"

    def _tensor_over(self, dtype: dtypes.dtype) -> Any:
        return fresh(self.elements)


# -- what a tensor says of its memory ------------------------------------------------------------


@public("Tensor")
def untyped_storage(self: Any) -> UntypedStorage:
    """The memory that this tensor and its views share."""
    return UntypedStorage.under(array_of(self))


@public("Tensor")
def storage(self: Any) -> TypedStorage:
    """The memory that this tensor and its views share, as elements; deprecated."""
    once.warn(TYPED)
    return typed_storage(self)


@public("Tensor", name="_typed_storage")
def typed_storage(self: Any) -> TypedStorage:
    """The memory that this tensor and its views share, as elements."""
    return TypedStorage(wrap_storage=untyped_storage(self), dtype=self.dtype)


@public("Tensor")
def data_ptr(self: Any) -> int:
    """The address of the first element; 0 for an empty tensor."""
    if self.array is None:
        raise RuntimeError(NO_STORAGE)
    return strides.address(self.array) if self.array.size else 0


@public("Tensor")
def storage_offset(self: Any) -> int:
    """How many elements of the storage come before the first one of this tensor."""
    if self.array is None:
        return int(storage_offset(self.box.value))
    return strides.offset(self.array) // self.array.itemsize


@public("torch")
def is_storage(obj: Any, /) -> bool:
    """Is `obj` a storage?"""
    return isinstance(obj, (UntypedStorage, TypedStorage))


@public("Tensor")
def is_set_to(self: Any, tensor: Any) -> bool:
    """Do two tensors have the same memory, shape and strides?"""
    return bool(
        self.data_ptr() == tensor.data_ptr()
        and self.shape == tensor.shape
        and self.stride() == tensor.stride()
    )


@public("Tensor", name="share_memory_")
def share_memory_(self: Any) -> Any:
    """Accepted: memory here belongs to one process, and threads share it anyway."""
    return self


@public("Tensor")
def is_shared(self: Any) -> bool:
    """Is the memory shared between processes?  Never."""
    return False


@public("Tensor")
def is_pinned(self: Any, device: Any = None) -> bool:
    """Is the memory pinned?  Never, as there is no device to pin it for."""
    return False


@public("Tensor")
def pin_memory(self: Any, device: Any = None) -> NoReturn:
    """Refused: there is no device to pin memory for."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


# -- other memory for a tensor -------------------------------------------------------------------


@public("Tensor", name="resize_")
def resize_(self: Any, *size: Any, memory_format: Any = None) -> Any:
    """Give the tensor another shape: the elements it has stay, new ones are uninitialised.

    Raises:
        RuntimeError: for a tensor that requires grad.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(3).resize_(2)
        tensor([1., 1.])
    """
    if wants(self):
        raise RuntimeError("cannot resize variables that require grad")
    shape = sizes("resize_", size)
    if any(n < 0 for n in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    check_format("resize_", memory_format)
    array = array_of(self)
    if shape != array.shape:
        array = resized(array, shape)
        note(self)
    if memory_format not in (None, metadata.contiguous_format, metadata.preserve_format):
        array = memory_layout.copied(array, memory_format=memory_format)
    self.array = array
    return self


def resized(array: Any, shape: tuple[int, ...]) -> Any:
    """An array of another shape over the memory of `array` if it is large enough, else over new
    memory that begins with the same values."""
    needed = math.prod(shape) * array.itemsize
    owner = strides.root(array)
    if needed <= owner.nbytes - strides.offset(array) and array.size:
        return strides.restride(array, shape, strides.contiguous(shape, array.itemsize))
    memory = np.empty(math.prod(shape), array.dtype)
    held = UntypedStorage.under(array).bytes[strides.offset(array) :].view(array.dtype)
    kept = min(held.size, memory.size)
    memory[:kept] = held[:kept]
    return memory.reshape(shape)


@public("Tensor", name="resize_as_")
def resize_as_(self: Any, the_template: Any, *, memory_format: Any = None) -> Any:
    """Give the tensor the shape of another one."""
    return resize_(self, the_template.shape, memory_format=memory_format)


@public("Tensor", name="set_")
def set_(
    self: Any, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Any:
    """Make this tensor look at the memory of another tensor, or of a storage.

    Raises:
        RuntimeError: for a tensor of another dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2).set_(torch.arange(3.0))
        tensor([0., 1., 2.])
    """
    other = source if isinstance(source, TensorBase) else None
    recording = state().grad and (wants(self) or (other is not None and wants(other)))
    if source is None:
        inplace.check(self, recording)
        self.array = np.empty(0, array_of(self).dtype)
        return self
    if isinstance(source, TensorBase):
        taken = array_of(as_tensor_argument("set_", "source", 1, source))
    else:
        memory = source.untyped() if isinstance(source, TypedStorage) else source
        taken = memory.bytes.view(array_of(self).dtype)
    if taken.dtype != self.array.dtype:
        given, own = [word(dtypes.of(x.dtype)) for x in (taken, self.array)]
        raise RuntimeError(f"Could not set tensor of type {given} to a tensor of type {own}")
    inplace.check(self, recording)
    if size is not None:
        shape = tuple(size)
        item = taken.itemsize
        steps = strides.contiguous(shape, item) if stride is None else [s * item for s in stride]
        taken = strides.restride(taken.reshape(-1)[storage_offset:], shape, tuple(steps))
    moved = views.tear(self, other) if recording else lambda: note(self)
    self.array = taken
    moved()
    return self


enter("torch", "UntypedStorage", UntypedStorage)
enter("torch", "TypedStorage", TypedStorage)
