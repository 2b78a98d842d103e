"""Which byte order the numbers of a file have that does not say."""

from __future__ import annotations

from enum import Enum

from rushlight.utils.serialization import config


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
