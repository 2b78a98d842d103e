"""The format before PyTorch 1.6: a row of pickles, and after them the storages' bytes."""

from __future__ import annotations

import os
import struct
import sys
from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.serialization.checkpoints import checked_id, text_of, wrapped
from rushlight.serialization.locations import restorer
from rushlight.serialization.pickling import Storages, pickler_of
from rushlight.serialization.rebuild import make_truth_values
from rushlight.serialization.settings import skips_data
from rushlight.tensor.storage import TypedStorage, UntypedStorage

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
TAR_MARK = 257, b"ustar"  # where a tar archive says that it is one
CHUNK = 2**24
EOF = "unexpected EOF, expected {0} more bytes. The file might be corrupted."


def write(obj: Any, file: Any, pickle_module: Any, protocol: int) -> None:
    """Put an object into a file in the old format."""
    if skips_data():
        raise RuntimeError("Cannot use skip_data=True with _use_new_zipfile_serialization=False")
    system = {
        "protocol_version": PROTOCOL_VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for head in (MAGIC_NUMBER, PROTOCOL_VERSION, system):
        pickle_module.dump(head, file, protocol=protocol)
    pickler = pickler_of(pickle_module)(file, protocol=protocol)
    pickler.storages = storages = Storages()
    pickler.view_metadata = (None,)
    pickler.dump(obj)
    keys = sorted(storages.by_key)
    pickle_module.dump(keys, file, protocol=protocol)
    for key in keys:
        data, dtype = storages.by_key[key].bytes, storages.dtype_of_key[key]
        file.write(struct.pack("<q", data.size // dtype.itemsize))
        file.write(data)
    if hasattr(file, "flush"):
        file.flush()


class LegacyLoader:
    """Turns the ids in a pickle into storages, whose bytes come later in the file."""

    def __init__(self, map_location: Any, room: int) -> None:
        self.restore = restorer(map_location)
        self.room = room  # no file holds more bytes of storages than it has
        self.loaded: dict[str, TypedStorage] = {}
        self.memory: dict[str, Any] = {}
        self.views: dict[str, TypedStorage] = {}

    def persistent_load(self, saved_id: Any) -> Any:
        """The storage, or (in pickles of whole modules) the class that an id names."""
        if isinstance(saved_id, tuple) and saved_id and text_of(saved_id[0]) == "module":
            return saved_id[1]
        kind, key, location, count, view = checked_id(saved_id, 5)
        if key not in self.loaded:
            self.loaded[key] = self.reserved(kind.dtype, key, location, count)
        return self.loaded[key] if view is None else self.view(key, view)

    def reserved(self, dtype: Any, key: str, location: str, count: int) -> TypedStorage:
        """Memory to be filled later."""
        size = count * dtype.itemsize
        self.room -= size
        if self.room < 0:
            raise RuntimeError(EOF.format(-self.room))
        self.memory[key] = np.zeros(size, np.uint8)
        return wrapped(self.restore(UntypedStorage.under(self.memory[key]), location), dtype)

    def view(self, key: str, view: Any) -> TypedStorage:
        """A part of a storage as a storage of its own."""
        if not isinstance(view, tuple) or len(view) != 3:
            raise RuntimeError(f"a view of a storage is none: {view}")
        name, offset, count = view
        whole = self.loaded[key]
        numbers = type(offset) is int and type(count) is int and offset >= 0 and count >= 0
        if type(name) is not str or not numbers or offset + count > whole.size():
            raise RuntimeError(f"a view of a storage of {whole.size()} elements is none: {view}")
        if name not in self.views:
            item = whole.dtype.itemsize
            part = UntypedStorage()
            part.owner = whole.untyped().bytes[offset * item : (offset + count) * item]
            self.views[name] = TypedStorage(wrap_storage=part, dtype=whole.dtype)
        return self.views[name]

    def fill(self, file: Any, keys: Any) -> None:
        """Read the bytes of the storages, in the order of `keys`."""
        if not isinstance(keys, list) or any(key not in self.loaded for key in map(hashed, keys)):
            raise AssertionError("storage key not found in deserialized_objects")
        for key in keys:
            storage, memory = self.loaded[key], self.memory[key]
            (count,) = struct.unpack("<q", exactly(file, 8))
            item = storage.dtype.itemsize
            if count * item != memory.size:
                raise RuntimeError(
                    f"storage has wrong byte size: expected {memory.size} got {count * item}"
                )
            for start in range(0, memory.size, CHUNK):
                part = memory[start : start + CHUNK]
                part[:] = np.frombuffer(exactly(file, part.size), np.uint8)
            if sys.byteorder == "big":
                memory[:] = memory.view(storage.dtype.numpy).byteswap().view(np.uint8)
            normalise(storage)


def hashed(key: Any) -> Any:
    return key if type(key) is str else None


def normalise(storage: TypedStorage) -> None:
    """Truth values whose bytes are 0 and 1, as for tensors that are rebuilt after reading."""
    if storage.dtype is dtypes.bool:
        make_truth_values(storage.untyped().bytes)


def exactly(file: Any, size: int) -> bytes:
    """The next `size` bytes of a file."""
    data = bytes(file.read(size))
    if len(data) < size:
        raise RuntimeError(EOF.format(size - len(data)))
    return data


def is_tar(file: Any) -> bool:
    """Is this a file of PyTorch 0.1, which were tar archives?"""
    start, (place, mark) = file.tell(), TAR_MARK
    head = file.read(place + len(mark))
    file.seek(start)
    return bool(head[place:] == mark)


def read(
    file: Any, load: Any, unpickler: type, map_location: Any, arguments: dict[str, Any]
) -> Any:
    """The object in a file of the old format; `load` reads the small pickles around it."""
    start = file.tell()
    room = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    if load(file) != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = load(file)
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"Invalid protocol version: {version}")
    load(file)  # what system wrote it: numbers are little-endian on all
    machine = unpickler(file, **arguments)
    storages = LegacyLoader(map_location, room)
    machine.persistent_load = storages.persistent_load
    result = machine.load()
    keys = load(file)
    if not skips_data():
        storages.fill(file, keys)
    return result
