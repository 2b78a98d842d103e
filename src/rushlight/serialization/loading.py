"""`torch.load`: choose format and unpickler, and say what to do when weights alone do not load."""

from __future__ import annotations

import io
import mmap as memory_map
import os
import pickle
import re
import warnings
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from rushlight.kernels import metadata
from rushlight.serialization import (
    checkpoints,
    legacy,
    names,
    rebuild,
    safe_globals,
    unpickling,
)
from rushlight.serialization.checkpoints import ArchiveReader
from rushlight.serialization.settings import get_default_mmap_options
from rushlight.utils.serialization import config

UNSAFE = (
    "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` "
    "from `False` to `True`. Re-running `torch.load` with `weights_only` set to `False` will likely "
    "succeed, but it can result in arbitrary code execution. Do it only if you got the file from a "
    "trusted source."
)
TWO_WAYS = (
    "Weights only load failed. This file can still be loaded, to do so you have two options, "
    "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. \n\t(1) {0}\n\t(2) "
    "Alternatively, to load with `weights_only=True` please check the recommended steps in the "
    "following error message.\n\tWeightsUnpickler error: {1}"
)
REPORT = (
    "Please file an issue with the following so that we can make `weights_only=True` compatible with "
    "your use case: WeightsUnpickler error: "
)
DOCS = (
    "\n\nCheck the documentation of torch.load to learn more about types accepted by default with "
    "weights_only https://pytorch.org/docs/stable/generated/torch.load.html."
)
SEEKABLE = (
    "{0}. You can only torch.load from a file that is seekable. Please pre-load the data into a "
    "buffer like io.BytesIO and try to load from it instead."
)
NO_MMAP = (
    "mmap can only be used with files saved with `torch.save({0}"
    "_use_new_zipfile_serialization=True), please torch.save your checkpoint with this option in "
    "order to use mmap."
)
TRUE = ("1", "y", "yes", "true")


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """The object that `torch.save` put into a file, by this package or by PyTorch.

    By default nothing in the file is executed: tensors, numbers, strings, containers, dtypes and the
    like load, and what `torch.serialization.add_safe_globals` allows.  With `weights_only=False` a
    file can run any code; use it for files of your own.

    Arguments:
        f: a path, or an open binary file that can seek.
        map_location: where to put storages: a device, a dict from places in the file to places
            here, or a function of a storage and its place. Only the CPU is there.
        pickle_module: what to unpickle with when `weights_only=False`.
        mmap: read numbers from the file when they are looked at; `f` must be a path.
        pickle_load_args: for the unpickler, such as `encoding="latin1"`.

    Raises:
        pickle.UnpicklingError: the file names what is not allowed, or is damaged.
        RuntimeError: the file is damaged, or asks for a device that is not there.

    Example:
        >>> import io, rushlight as torch
        >>> file = io.BytesIO()
        >>> torch.save({"weight": torch.ones(2)}, file)
        >>> _ = file.seek(0)
        >>> torch.load(file)
        {'weight': tensor([1., 1.])}
    """
    weights_only = decide(weights_only, pickle_module)
    if pickle_load_args and weights_only:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", UserWarning, 2)
    mmap = config.load.mmap if mmap is None else mmap
    pickle_load_args.setdefault("encoding", "utf-8")
    if is_path(f) and os.fspath(f).endswith(".safetensors"):
        return load_safetensors(f, map_location)
    way = Way(weights_only, pickle_module or pickle, map_location, pickle_load_args)
    with opened(f) as file:
        if not is_zip(file):
            if mmap:
                raise RuntimeError(NO_MMAP.format(f"{f}, " if isinstance(f, str) else ""))
            return way.load_legacy(file)
        if mmap and not is_path(f):
            raise ValueError("f must be a file path in order to use the mmap argument")
        return way.load_archive(ArchiveReader(file), file if mmap else None)


class Way:
    """How to unpickle: as weights only or with a pickle module."""

    def __init__(
        self, weights_only: bool, pickle_module: Any, map_location: Any, arguments: dict[str, Any]
    ) -> None:
        self.weights_only = weights_only
        self.map_location = map_location
        self.arguments = arguments
        self.unpickler = unpickling.Unpickler if weights_only else unpickler_of(pickle_module)

    def advice(self) -> Any:
        return advised() if self.weights_only else nullcontext()

    def load_archive(self, archive: ArchiveReader, mapped_file: Any) -> Any:
        if "constants.pkl" in archive:
            self.refuse_script()
        mapped = None if mapped_file is None else mapping_of(mapped_file)
        with self.advice():
            return checkpoints.read(
                archive, self.unpickler, self.map_location, mapped, self.arguments
            )

    def refuse_script(self) -> None:
        if self.weights_only:
            raise RuntimeError(
                "Cannot use ``weights_only=True`` with TorchScript archives passed to "
                f"``torch.load``. {UNSAFE}"
            )
        raise RuntimeError("this is a TorchScript archive, which rushlight does not load")

    def load_legacy(self, file: Any) -> Any:
        if legacy.is_tar(file):
            self.refuse_tar()
        with self.advice():
            return legacy.read(
                file, self.load_small, self.unpickler, self.map_location, self.arguments
            )

    def load_small(self, file: Any) -> Any:
        """One of the pickles that hold no tensors."""
        return self.unpickler(file, **self.arguments).load()

    def refuse_tar(self) -> None:
        if self.weights_only:
            raise RuntimeError(
                "Cannot use ``weights_only=True`` with files saved in the legacy .tar format. "
                + UNSAFE
            )
        raise RuntimeError(
            "this is a tar archive of PyTorch 0.1: load it with PyTorch and save it again"
        )


def decide(weights_only: bool | None, pickle_module: Any) -> bool:
    """Whether to load weights only: the argument, the environment, and what a pickle module means.

    Raises:
        RuntimeError: when two of them disagree.
    """
    wanted = pickle_module is None if weights_only is None else bool(weights_only)
    force, forbid = [
        os.getenv(name, "0").lower() in TRUE
        for name in ("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    ]
    if force and forbid:
        raise RuntimeError(
            "Only one of `TORCH_FORCE_WEIGHTS_ONLY_LOAD` or `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` "
            "should be set, but both were set."
        )
    if forbid and weights_only is None:
        warnings.warn(
            "Environment variable TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD detected, since the"
            "`weights_only` argument was not explicitly passed to `torch.load`, forcing "
            "weights_only=False.",
            UserWarning,
            stacklevel=3,
        )
        wanted = False
    wanted = wanted or force
    if wanted and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    return wanted


# -- errors ----------------------------------------------------------------------------------------


@contextmanager
def advised() -> Any:
    """Add to the errors of the weights-only unpickler what can be done."""
    try:
        yield
    except pickle.UnpicklingError as error:
        raise pickle.UnpicklingError(advice_on(str(error))) from None


def advice_on(message: str) -> str:
    """What PyTorch says when weights alone do not load."""
    if re.search(r"GLOBAL (\S+) was not an allowed global by default.", message):
        return TWO_WAYS.format(UNSAFE, message) + DOCS
    report = "" if re.search(r"whose module (\S+) is blocked", message) else REPORT
    return f"Weights only load failed. {UNSAFE}\n{report}\n\n{message}{DOCS}"


# -- unpickling everything -------------------------------------------------------------------------


@cache
def unpickler_of(pickle_module: Any) -> type:
    """The unpickler of a pickle module, which finds PyTorch's names here."""

    class Unpickler(pickle_module.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            kind = name.rpartition(".")[2]
            if kind in rebuild.BY_NAME or kind in rebuild.QUANTIZED:
                return named_storage(kind)
            if names.is_theirs(module):
                return names.find(module, name)
            return super().find_class(module, name)

    return Unpickler


def named_storage(kind: str) -> Any:
    """What stands for a class of storages, whichever module a file finds it in."""
    return names.find("torch.storage" if kind == "UntypedStorage" else "torch", kind)


# -- files -----------------------------------------------------------------------------------------


def is_path(f: Any) -> bool:
    return isinstance(f, (str, os.PathLike))


def opened(f: Any) -> Any:
    """An open file to read: `f` itself, which must be able to seek, or the file at the path `f`."""
    if is_path(f):
        return open(f, "rb")
    try:
        f.seek(f.tell())
    except (io.UnsupportedOperation, AttributeError) as error:
        if any(word in str(error) for word in ("seek", "tell")):
            raise type(error)(SEEKABLE.format(error)) from None
        raise
    return nullcontext(f)


def is_zip(file: Any) -> bool:
    """Does a zip archive begin here?"""
    start = file.tell()
    head = file.read(4)
    file.seek(start)
    return bool(head == b"PK\x03\x04")


def mapping_of(file: Any) -> memory_map.mmap:
    """The file as memory, to which may be written; the file stays as it is unless shared."""
    shared = get_default_mmap_options() == getattr(memory_map, "MAP_SHARED", None)
    if not shared:
        return memory_map.mmap(file.fileno(), 0, access=memory_map.ACCESS_COPY)
    with open(file.name, "r+b") as writable:
        return memory_map.mmap(writable.fileno(), 0, access=memory_map.ACCESS_WRITE)


def load_safetensors(f: Any, map_location: Any) -> Any:
    """The tensors of a safetensors file."""
    from rushlight.serialization.safetensors import load_file

    if not isinstance(map_location, (type(None), str, bytes, metadata.device)):
        kind = "dict" if isinstance(map_location, dict) else "callable"
        raise RuntimeError(
            f"Loading safetensors file with {kind} map_location is not supported. "
            "Use a device string or torch.device instead."
        )
    return load_file(f, device="cpu" if map_location is None else str(map_location))


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The names in a file that `weights_only=True` does not allow; nothing is executed.

    Raises:
        ValueError: for a file in another format than the zip one.
    """
    with opened(f) as file:
        if not is_zip(file):
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        archive = ArchiveReader(file)
        if "constants.pkl" in archive:
            raise ValueError(
                "Expected input to be a checkpoint returned by torch.save but got a torchscript "
                "checkpoint"
            )
        mentioned = unpickling.globals_in(archive.read("data.pkl").tobytes())
    return list(mentioned - {*safe_globals.allowed(), *safe_globals.added_by_name()})
