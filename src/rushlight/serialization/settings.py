"""How files are read: byte order, mapping into memory, leaving the numbers out."""

from __future__ import annotations

import mmap
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from rushlight.alias import OURS
from rushlight.utils.serialization import config


class SourceChangeWarning(Warning):
    """The category PyTorch warns with when a class has changed since it was saved; unused here."""


@contextmanager
def mkdtemp() -> Iterator[str]:
    """The path of a temporary folder, which is removed at the end of the block."""
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def check_module_version_greater_or_equal(
    module: Any, req_version_tuple: tuple[Any, ...], error_if_malformed: bool = True
) -> bool:
    """Has a module at least this version?

    Raises:
        RuntimeError: its version is no row of numbers, unless a warning is to do.

    Example:
        >>> import numpy
        >>> check_module_version_greater_or_equal(numpy, (2, 0))
        True
    """
    try:
        parts = module.__version__.split(".")
        own = [type(wanted)(parts[i]) for i, wanted in enumerate(req_version_tuple)]
        return tuple(own) >= req_version_tuple
    except Exception as error:
        message = (
            f"'{module.__name__}' module version string is malformed '{module.__version__}' and "
            f"cannot be compared with tuple {req_version_tuple}"
        )
        if error_if_malformed:
            raise RuntimeError(message) from error
        warnings.warn(message + ", but continuing assuming that requirement is met", UserWarning, 2)
        return True


def get_crc32_options() -> bool:
    """What `set_crc32_options` said; checksums are written in any case."""
    return config.save.compute_crc32


def set_crc32_options(compute_crc32: bool) -> None:
    """Accepted: checksums cost little here, and are always written."""
    config.save.compute_crc32 = compute_crc32


def normalize_storage_type(storage_type: type) -> Any:
    """The class of storages in the torch namespace that has the name of another."""
    return getattr(sys.modules[OURS], storage_type.__name__)


def storage_to_tensor_type(storage: Any) -> Any:
    """The class of tensors that belongs to a storage's class."""
    name = type(storage).__name__.replace("Storage", "Tensor")
    return getattr(sys.modules[OURS], name)


class LoadEndianness(Enum):
    """The byte orders to choose from."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


def get_default_load_endianness() -> LoadEndianness | None:
    """The byte order of files that do not say; None, the default, means little."""
    return config.load.endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Choose the byte order of files that do not say.

    Raises:
        TypeError: for anything else than a LoadEndianness or None.
    """
    if endianness is not None and not isinstance(endianness, LoadEndianness):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    config.load.endianness = endianness


class _Skipping(threading.local):
    on = False


_skipping = _Skipping()


class skip_data:
    """Inside the `with` block, saving leaves room for the numbers, and loading leaves zeros.

    Example:
        >>> import io, rushlight as torch
        >>> file = io.BytesIO()
        >>> with torch.serialization.skip_data():
        ...     torch.save(torch.ones(2), file)
        >>> _ = file.seek(0)
        >>> torch.load(file)
        tensor([0., 0.])
    """

    def __init__(self, materialize_fake_tensors: bool = False) -> None:
        self.materialize_fake_tensors = materialize_fake_tensors

    def __enter__(self) -> None:
        self.before, _skipping.on = _skipping.on, True

    def __exit__(self, *exc_info: object) -> None:
        _skipping.on = self.before


def skips_data() -> bool:
    """Is this thread inside `skip_data`?"""
    return _skipping.on


PRIVATE, SHARED = getattr(mmap, "MAP_PRIVATE", None), getattr(mmap, "MAP_SHARED", None)


def get_default_mmap_options() -> int | None:
    """The flag for `torch.load(mmap=True)`: `mmap.MAP_PRIVATE` unless changed."""
    return config.load.mmap_flags


class set_default_mmap_options:
    """Choose the flag for `torch.load(mmap=True)`, for good or for a `with` block.

    With `mmap.MAP_SHARED` what is written to the tensors is written to the file.

    Raises:
        RuntimeError: on Windows.
        ValueError: for other flags than `mmap.MAP_PRIVATE` and `mmap.MAP_SHARED`.
    """

    def __init__(self, flags: int) -> None:
        if PRIVATE is None:
            raise RuntimeError(
                "Changing the default mmap options is currently not supported for Windows"
            )
        if flags not in (PRIVATE, SHARED):
            raise ValueError(
                "Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE "
                f"or mmap.MAP_SHARED, but got {flags}"
            )
        self.prev = config.load.mmap_flags
        config.load.mmap_flags = flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        config.load.mmap_flags = self.prev
