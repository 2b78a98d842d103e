"""The CPU as a device, for programs that ask any device the same: `torch.cpu`."""

from __future__ import annotations

import contextlib
from typing import Any

from rushlight.alias import missing

__all__ = [
    "Event",
    "Stream",
    "StreamContext",
    "current_device",
    "current_stream",
    "device_count",
    "is_available",
    "is_initialized",
    "set_device",
    "stream",
    "synchronize",
]


class Stream:
    """Stands for a queue of work; on the CPU all is done at once."""

    def __init__(self, priority: int = -1) -> None:
        pass

    def wait_stream(self, stream: Any) -> None:
        """Nothing to wait for."""

    record_event = wait_event = wait_stream


class Event:
    """Stands for a point in a queue of work."""

    def query(self) -> bool:
        """All is done."""
        return True

    def record(self, stream: Any = None) -> None:
        """Nothing to note."""

    synchronize = wait = record


_current = Stream()


class StreamContext(contextlib.AbstractContextManager[None]):
    """Makes a stream the current one."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream
        self.outer = _current

    def __enter__(self) -> None:
        global _current
        if self.stream is not None:
            self.outer, _current = _current, self.stream

    def __exit__(self, *exc: object) -> None:
        global _current
        if self.stream is not None:
            _current = self.outer


def stream(stream: Stream | None) -> StreamContext:
    """A context in which a stream is the current one."""
    return StreamContext(stream)


def current_stream(device: Any = None) -> Stream:
    """The current stream."""
    return _current


def is_available() -> bool:
    """Yes."""
    return True


def is_initialized() -> bool:
    """Yes."""
    return True


def device_count() -> int:
    """One."""
    return 1


def current_device() -> str:
    """The only one."""
    return "cpu"


def set_device(device: Any) -> None:
    """There is one."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


__getattr__ = missing(__name__, ("amp",))
