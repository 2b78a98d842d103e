"""The small public names of `torch.serialization`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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
