"""`torch.save`: whole files or none."""

from __future__ import annotations

import os
import pickle
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rushlight.serialization import checkpoints, legacy
from rushlight.serialization.checkpoints import ArchiveWriter

NO_FILE = "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
PROTOCOL = 2  # what every PyTorch since 1.6 loads with weights_only


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Put an object into a file, in the format that PyTorch reads and writes.

    Tensors that share memory share it when they are loaded.  A file at a path is replaced when the
    new one is complete: whatever goes wrong on the way, the old one stays.

    Arguments:
        obj: tensors, containers of them, state dicts, modules, and all else that pickle can save.
        f: a path, or an open binary file.

    Raises:
        AttributeError: for an `f` that is neither.
        RuntimeError: for a path that cannot be written, and for tensors of two dtypes that share
            memory.

    Example:
        >>> import io, rushlight as torch
        >>> file = io.BytesIO()
        >>> torch.save([torch.ones(2), "text"], file)
        >>> _ = file.seek(0)
        >>> torch.load(file)
        [tensor([1., 1.]), 'text']
    """

    def write(file: Any, folder: str) -> None:
        if not _use_new_zipfile_serialization:
            legacy.write(obj, file, pickle_module, pickle_protocol)
            return
        with ArchiveWriter(file, folder) as archive:
            order = not _disable_byteorder_record
            checkpoints.write(obj, archive, pickle_module, pickle_protocol, order)

    if isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        folder = folder_name(path) if _use_new_zipfile_serialization else ""
        write_atomically(path, lambda file: write(file, folder))
    elif hasattr(f, "write"):
        write_to(f, write)
    else:
        raise AttributeError(NO_FILE)


def write_to(f: Any, write: Callable[[Any, str], None]) -> None:
    """Write into an open file."""
    if not callable(f.write):
        kind = str(type(f)).strip("<>")
        raise TypeError(f"Buffer of {kind} has no callable attribute 'write'")
    write(f, "archive")
    if hasattr(f, "flush"):
        f.flush()


def folder_name(path: str) -> str:
    """The folder inside the archive: the file's name without its last suffix.

    Example:
        >>> folder_name("runs/model.best.pt")
        'model.best'
    """
    name = os.path.basename(path)
    stem = name[: name.rfind(".")] if "." in name else name
    if not stem:
        raise RuntimeError(f"invalid file name: {path}")
    return stem if path.isascii() else "archive"


def write_atomically(path: str, write: Callable[[Any], None]) -> None:
    """Write a file beside the one at `path`, and put it there when it is complete."""
    place = os.path.realpath(path)
    parent = os.path.dirname(place)
    if not os.path.isdir(parent):
        raise RuntimeError(f"Parent directory {os.path.dirname(path) or parent} does not exist.")
    if os.path.isdir(place):
        raise RuntimeError("open file failed with strerror: Is a directory")
    if os.path.exists(place) and not stat.S_ISREG(os.stat(place).st_mode):
        with open(place, "wb") as file:  # a pipe or a device has nothing to lose
            write(file)
        return
    with replacement(place) as file:
        write(file)


@contextmanager
def replacement(place: str) -> Iterator[Any]:
    """A new file that takes the place of another at the end of the block, unless it fails."""
    beside = f"{place}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(place):
            os.chmod(beside, stat.S_IMODE(os.stat(place).st_mode))
        os.replace(beside, place)
    except BaseException as error:
        if os.path.exists(beside):
            os.remove(beside)
        if isinstance(error, OSError):
            reason = os.strerror(error.errno or 0)
            raise RuntimeError(f"open file failed with strerror: {reason}") from error
        raise
