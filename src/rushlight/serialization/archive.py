"""The zip archives that PyTorch keeps checkpoints in, written and read.

All records lie in one folder, uncompressed, each beginning at a multiple of 64 bytes so that it can
be mapped into memory: `data.pkl`, the pickle; `data/0`, `data/1`, ..., the storages; and a few notes.
A reader takes sizes and places from the file, so it checks each against the file's own length.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from types import TracebackType
from typing import Any

import numpy as np

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
