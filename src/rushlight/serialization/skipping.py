"""Saving and loading without the numbers: `torch.serialization.skip_data`."""

from __future__ import annotations

import threading


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
