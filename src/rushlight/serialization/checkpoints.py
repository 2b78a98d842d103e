"""Checkpoints in the zip format: an object's pickle and its storages beside it."""

from __future__ import annotations

import io
import mmap
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.serialization.archive import ALIGNMENT, ArchiveReader, ArchiveWriter
from rushlight.serialization.locations import restorer
from rushlight.serialization.pickling import Storages, pickler_of
from rushlight.serialization.settings import LoadEndianness, get_default_load_endianness, skips_data
from rushlight.serialization.storage_types import StorageType
from rushlight.tensor.storage import TypedStorage, UntypedStorage

Array = np.ndarray[Any, Any]
WRONG_SIZE = (
    "record size ({0} bytes) does not match expected size ({1} bytes = {1} elements * 1 "
    "bytes/element) for dtype Byte"
)


def write(
    obj: Any, archive: ArchiveWriter, pickle_module: Any, protocol: int, byte_order: bool = True
) -> None:
    """Put an object into an archive."""
    buffer = io.BytesIO()
    pickler = pickler_of(pickle_module)(buffer, protocol=protocol)
    pickler.storages = storages = Storages()
    pickler.dump(obj)
    archive.record("data.pkl", buffer.getbuffer())
    archive.record(".storage_alignment", str(ALIGNMENT).encode())
    if byte_order:
        archive.record("byteorder", sys.byteorder.encode())
    for key, storage in storages.by_key.items():
        data = storage.bytes
        archive.record(f"data/{key}", np.zeros_like(data) if skips_data() else data)


class StorageLoader:
    """Turns the ids in a pickle into storages, each read once."""

    def __init__(
        self, archive: ArchiveReader, map_location: Any, mapped: mmap.mmap | None = None
    ) -> None:
        self.archive = archive
        self.restore: Callable[[Any, str], Any] = restorer(map_location)
        self.mapped = mapped
        self.loaded: dict[str, TypedStorage] = {}
        self.swaps = byte_order(archive) != sys.byteorder

    def persistent_load(self, saved_id: Any) -> TypedStorage:
        """The storage that an id names.

        Raises:
            RuntimeError: for a record that is missing or of another size than the id says.
        """
        kind, key, location, count = checked_id(saved_id, 4)
        if key not in self.loaded:
            self.loaded[key] = self.read(kind.dtype, key, location, count)
        return self.loaded[key]

    def read(self, dtype: Any, key: str, location: str, count: int) -> TypedStorage:
        memory = self.memory(f"data/{key}", count * dtype.itemsize)
        if self.swaps:
            memory = memory.view(dtype.numpy).byteswap().view(np.uint8)
        moved = self.restore(UntypedStorage.under(memory), location)
        return wrapped(moved, dtype)

    def memory(self, name: str, size: int) -> Array:
        """The bytes of a record, of which there must be `size`."""
        held = self.archive.size(name)
        if held != size:
            raise RuntimeError(WRONG_SIZE.format(held, size))
        if skips_data():
            return np.zeros(size, np.uint8)
        if self.mapped is not None and size:
            start = self.archive.offset(name)
            # Numbers that lie across the machine's words are copied, as code expects them not to.
            if start is not None and start % 16 == 0:
                return np.frombuffer(self.mapped, np.uint8, size, start)
        return self.archive.read(name)


def wrapped(storage: Any, dtype: Any) -> TypedStorage:
    """A storage as one of elements of a dtype."""
    if isinstance(storage, TypedStorage):
        storage = storage.untyped()
    if not isinstance(storage, UntypedStorage):
        raise TypeError(
            "TypedStorage.__init__ received an invalid combination of arguments. Expected one of:\n"
            " * (*, torch.device device, torch.dtype dtype)\n"
            " * (int size, *, torch.device device, torch.dtype dtype)\n"
            " * (Sequence data, *, torch.device device, torch.dtype dtype)\n"
            " * (*, UntypedStorage wrap_storage, torch.dtype dtype)\n"
            f"Argument 'wrap_storage' must be UntypedStorage, but got {type(storage)}"
        )
    return TypedStorage(wrap_storage=storage, dtype=dtype)


def checked_id(saved_id: Any, fields: int) -> tuple[Any, ...]:
    """The fields of the id of a storage, each of its type."""
    if not isinstance(saved_id, tuple):
        raise AssertionError(f"saved_id must be a tuple, got {type(saved_id).__name__}")
    kind, *rest = (text_of(saved_id[0]), *saved_id[1:]) if saved_id else ("",)
    if kind != "storage":
        raise AssertionError(
            f"Unknown typename for persistent_load, expected 'storage' but got '{kind}'"
        )
    if len(rest) != fields:
        raise ValueError(f"not enough values to unpack (expected {fields}, got {len(rest)})")
    storage_type, key, location, count, *others = rest
    key, location = text_of(key), text_of(location)
    sound = isinstance(storage_type, StorageType) and type(key) is type(location) is str
    if not sound or type(count) is not int or not 0 <= count < 2**63:
        raise RuntimeError(f"the id of a storage is none: {rest}")
    return storage_type, key, location, count, *others


def text_of(text: Any) -> Any:
    """Files of Python 2 have bytes for text."""
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text


def byte_order(archive: ArchiveReader) -> str:
    """The order of the bytes of numbers: 'little' or 'big'."""
    if "byteorder" in archive:
        said = archive.read("byteorder").tobytes()
        if said not in (b"little", b"big"):
            raise ValueError("Unknown endianness type: " + said.decode("ascii", "replace"))
        return str(said.decode())
    default = get_default_load_endianness()
    if default is LoadEndianness.NATIVE:
        return sys.byteorder
    return "big" if default is LoadEndianness.BIG else "little"


def read(
    archive: ArchiveReader,
    unpickler: type,
    map_location: Any,
    mapped: Any,
    arguments: dict[str, Any],
) -> Any:
    """The object in an archive."""
    file = io.BytesIO(archive.read("data.pkl").tobytes())
    machine = unpickler(file, **arguments)
    machine.persistent_load = StorageLoader(archive, map_location, mapped).persistent_load
    return machine.load()
