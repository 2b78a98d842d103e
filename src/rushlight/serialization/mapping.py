"""How files are mapped into memory by `torch.load(mmap=True)`."""

from __future__ import annotations

import mmap

from rushlight.utils.serialization import config

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
