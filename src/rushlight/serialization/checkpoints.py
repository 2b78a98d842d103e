"""Checkpoints in the zip format: the archive, an object's pickle and its storages beside it."""

from __future__ import annotations

import io
import mmap
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from rushlight.serialization.locations import restorer
from rushlight.serialization.pickling import Storages, pickler_of
from rushlight.serialization.rebuild import StorageType
from rushlight.serialization.settings import LoadEndianness, get_default_load_endianness, skips_data
from rushlight.tensor.storage import TypedStorage, UntypedStorage

FORMAT_VERSION = b"3\n"
NEWEST_VERSION = 10
ALIGNMENT = 64
LOCAL_HEADER = 30
ZIP64_EXTRA = 20
ZIP64_LIMIT = 2**31 - 1
CHUNK = 2**24
MOST_EXPANSION = 100  # how many times a compressed record may grow
CORRUPT = (
    "PytorchStreamReader failed {0}. This is an internal miniz error. If you are seeing this error, "
    "there is a high likelihood that your checkpoint file is corrupted. This can happen if the "
    "checkpoint was not saved properly, was transferred incorrectly, or the file was modified after "
    "saving."
)


def corrupt(doing: str) -> RuntimeError:
    """The error for a damaged archive."""
    return RuntimeError(CORRUPT.format(doing))


class ArchiveWriter:
    """Writes records into a zip archive; a context manager that completes it."""

    def __init__(self, file: Any, folder: str) -> None:
        self.folder = folder
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.record("version", FORMAT_VERSION)
        self.zip.close()

    def record(self, name: str, data: Any) -> None:
        """Write the bytes of a record."""
        view = memoryview(data).cast("B") if len(data) else b""
        info = zipfile.ZipInfo(f"{self.folder}/{name}")
        info.file_size = len(view)
        info.extra = self.padding(info)
        with self.zip.open(info, "w") as out:
            out.write(view)

    def padding(self, info: zipfile.ZipInfo) -> bytes:
        """The extra field that makes the header end at a multiple of the alignment."""
        header = LOCAL_HEADER + len(info.filename.encode()) + 4
        if info.file_size * 1.05 > ZIP64_LIMIT:  # zipfile's own rule
            header += ZIP64_EXTRA
        start: int = self.zip.fp.tell()  # type: ignore[union-attr]
        missing = -(start + header) % ALIGNMENT
        return struct.pack("<2sH", b"FB", missing) + b"Z" * missing


class ArchiveReader:
    """The records of a zip archive in a seekable file.

    Raises:
        RuntimeError: for a file that is no archive, or one whose records overlap, have one name,
            lie outside the file or are encrypted.
    """

    def __init__(self, file: Any) -> None:
        self.file = file
        self.length = file.seek(0, os.SEEK_END) or file.tell()
        self.infos = list_of_records(file)
        self.folder = folder_of(self.infos)
        prefix = self.folder + "/"
        self.records = {
            info.filename.removeprefix(prefix): info
            for info in self.infos
            if info.filename.startswith(prefix)
        }
        self.check_space()
        self.check_version()

    def check_space(self) -> None:
        """Records that share bytes, or a name, are a trap."""
        taken = sum(info.compress_size + LOCAL_HEADER for info in self.infos)
        if taken > self.length:
            raise corrupt("reading zip archive: its records overlap")
        if len({info.filename for info in self.infos}) < len(self.infos):
            raise corrupt("reading zip archive: two records have the same name")

    def check_version(self) -> None:
        """Refuse what a later PyTorch may write."""
        name = ".data/version" if ".data/version" in self.records else "version"
        if name not in self.records:
            raise RuntimeError('Expected hasRecord("version") to be true, but got false.')
        text = self.read(name).tobytes().decode("latin1")
        try:
            version = int(text)
        except ValueError:
            raise RuntimeError(f"Couldn't parse the version {text} as Long Long.") from None
        if not 1 <= version <= NEWEST_VERSION:
            raise RuntimeError(
                f"Attempted to read a PyTorch file with version {version}, but the maximum "
                f"supported version for reading is {NEWEST_VERSION}. The version of your PyTorch "
                "installation may be too old, please upgrade PyTorch to latest version to mitigate "
                "this issue."
            )

    def __contains__(self, name: str) -> bool:
        return name in self.records

    def info(self, name: str) -> zipfile.ZipInfo:
        """What the archive's list says of a record."""
        if name not in self.records:
            raise corrupt(f"locating file {name}: file not found")
        return self.records[name]

    def size(self, name: str) -> int:
        """How many bytes a record holds."""
        return self.info(name).file_size

    def offset(self, name: str) -> int | None:
        """Where in the file the bytes of a record begin; None if they are compressed."""
        info = self.info(name)
        start = self.start(info)
        return start if info.compress_type == zipfile.ZIP_STORED else None

    def start(self, info: zipfile.ZipInfo) -> int:
        """Where the bytes of a record begin, by the header that stands before them."""
        if not 0 <= info.header_offset <= self.length - LOCAL_HEADER:
            raise corrupt(f"reading file {info.filename}: invalid header")
        self.file.seek(info.header_offset)
        header = self.file.read(LOCAL_HEADER)
        if header[:4] != b"PK\x03\x04":
            raise corrupt(f"reading file {info.filename}: invalid header")
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        start: int = info.header_offset + LOCAL_HEADER + name_length + extra_length
        if start + info.compress_size > self.length:
            raise corrupt(f"reading file {info.filename}: file read failed")
        return start

    def read(self, name: str) -> Any:
        """The bytes of a record as a new array.

        Raises:
            RuntimeError: for a record that is missing, damaged, encrypted, or compressed more than
                numbers are.
        """
        info = self.info(name)
        if info.flag_bits & 1:
            raise corrupt(f"reading file {name}: unsupported encryption")
        self.file.seek(self.start(info))
        if info.compress_type == zipfile.ZIP_STORED:
            if info.file_size != info.compress_size:
                raise corrupt(f"reading file {name}: invalid header")
            found = filled(self.file, info.file_size, name)
        elif info.compress_type == zipfile.ZIP_DEFLATED:
            found = inflated(self.file, info, name)
        else:
            raise corrupt(f"retrieving file meta-data for {name}: unsupported method")
        if info.CRC and zlib.crc32(found) != info.CRC:  # 0 where a writer left it out
            raise corrupt(f"reading file {name}: crc-32 check failed")
        return found


def list_of_records(file: Any) -> list[zipfile.ZipInfo]:
    """The archive's own list of its records."""
    try:
        with zipfile.ZipFile(file) as listing:
            return listing.infolist()
    except Exception as error:  # zipfile raises much beside BadZipFile for damaged lists
        raise corrupt("reading zip archive: failed finding central directory") from error


def folder_of(infos: list[zipfile.ZipInfo]) -> str:
    """The folder that all records are in."""
    if not infos:
        raise corrupt("reading zip archive: no files in it")
    folder, slash, _ = infos[0].filename.partition("/")
    if not slash:
        raise RuntimeError(f"file in archive is not in a subdirectory: {infos[0].filename}")
    return folder


def filled(file: Any, size: int, name: str) -> Any:
    """An array of the next `size` bytes of a file."""
    out = np.empty(size, np.uint8)
    view = out.data
    done = 0
    while done < size:
        read = read_into(file, view[done : done + CHUNK])
        if not read:
            raise corrupt(f"reading file {name}: file read failed")
        done += read
    return out


def read_into(file: Any, view: memoryview) -> int:
    """Read at most as many bytes as fit; how many there were."""
    if hasattr(file, "readinto"):
        return file.readinto(view) or 0
    chunk = file.read(len(view))
    view[: len(chunk)] = chunk
    return len(chunk)


def inflated(file: Any, info: zipfile.ZipInfo, name: str) -> Any:
    """The bytes of a compressed record, which must be as many as the list says."""
    if info.file_size > max(MOST_EXPANSION * info.compress_size, 2**16):
        raise corrupt(f"reading file {name}: it is compressed to less than a hundredth")
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = machine.decompress(file.read(info.compress_size), info.file_size + 1)
    except zlib.error as error:
        raise corrupt(f"reading file {name}: decompression failed") from error
    if len(data) != info.file_size:
        raise corrupt(f"reading file {name}: unexpected decompressed size")
    return np.frombuffer(bytearray(data), np.uint8)


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
