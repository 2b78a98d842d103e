"""Defaults of `torch.load` and `torch.save`: assign to the attributes of `load` and `save`.

Example:
    >>> import rushlight as torch
    >>> torch.utils.serialization.config.load.mmap
    False
"""

from __future__ import annotations

import mmap as _mmap
from typing import Any


class load:
    """Defaults of `torch.load`."""

    mmap: bool = False
    endianness: Any = None
    mmap_flags: int | None = getattr(_mmap, "MAP_PRIVATE", None)
    calculate_storage_offsets: bool = False


class save:
    """Defaults of `torch.save`; checksums are always written here."""

    compute_crc32: bool = True
    use_pinned_memory_for_d2h: bool = False
    storage_alignment: int = 64
