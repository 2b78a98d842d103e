"""The memory of large results: kept when an array goes, for the next one of about its size.

New memory costs more than most operations on it, because the system clears every page of it. The
native build therefore keeps blocks; used and kept together are never more than was in use at some
time, and what is kept has a limit. Without the native build the system's own way stays, and the
statistics are zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from rushlight.kernels import door

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.memory  # noqa: F401  (enters its functions)

COUNTS = (
    *("allocated_bytes", "allocated_bytes.peak", "kept_bytes", "kept_bytes.limit"),
    *("blocks.reused", "blocks.made", "blocks.released"),
)


def lasting(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`function(*args)`; arrays that it makes take kept memory if they are large."""
    return function(*args)


def lasting_if_large(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """The same as `lasting` where one of the arguments is a large array."""
    return function(*args)


def copied(x: Any) -> Any:
    """A copy of an array, its dims in the same order in memory."""
    return x.copy("K")


def counts() -> tuple[int, ...]:
    """The numbers that `COUNTS` names."""
    return (0,) * len(COUNTS)


def limit_kept(bytes: int) -> None:
    """Keep no more than so many bytes from now on."""


def forget_peak() -> None:
    """Take what is in use for its peak."""


lasting = door.native_or(lasting)
lasting_if_large = door.native_or(lasting_if_large)
copied = door.native_or(copied)
counts = door.native_or(counts)
limit_kept = door.native_or(limit_kept)
forget_peak = door.native_or(forget_peak)


def memory_stats() -> dict[str, int]:
    """What the memory of large results amounts to: in bytes, and in blocks since the start.

    `allocated_bytes` are in use, at most `allocated_bytes.peak` were at a time; `kept_bytes` wait to
    be used again, at most `kept_bytes.limit`. Blocks were `reused`, newly `made`, or `released` to
    the system.

    Example:
        >>> import rushlight as torch
        >>> torch.memory_stats()["kept_bytes"] <= torch.memory_stats()["kept_bytes.limit"]
        True
    """
    return dict(zip(COUNTS, counts(), strict=True))


def set_memory_limit(bytes: int) -> None:
    """How many bytes may be kept for new tensors; with 0 none are.

    At first it is an eighth of the machine's memory, and a gibibyte at most.

    Raises:
        ValueError: for a negative number.

    Example:
        >>> import rushlight as torch
        >>> before = torch.memory_stats()["kept_bytes.limit"]
        >>> torch.set_memory_limit(0)
        >>> torch.memory_stats()["kept_bytes"]
        0
        >>> torch.set_memory_limit(before)
    """
    if bytes < 0:
        raise ValueError(f"set_memory_limit() expects a number of bytes, but got {bytes}")
    limit_kept(bytes)


def empty_cache() -> None:
    """Give the memory that is kept for new tensors back to the system.

    Example:
        >>> import rushlight as torch
        >>> torch.empty_cache()
        >>> torch.memory_stats()["kept_bytes"]
        0
    """
    before = memory_stats()["kept_bytes.limit"]
    limit_kept(0)
    limit_kept(before)


def reset_peak_memory_stats() -> None:
    """Count the peak of `memory_stats` anew from what is in use.

    Example:
        >>> import rushlight as torch
        >>> torch.reset_peak_memory_stats()
        >>> counts = torch.memory_stats()
        >>> counts["allocated_bytes.peak"] == counts["allocated_bytes"]
        True
    """
    forget_peak()
