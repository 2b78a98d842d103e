"""How much of a batch is done at once."""

from __future__ import annotations

from typing import Any

BUDGET = 2**29  # bytes that the results of a chunk's operations may take together
FIRST = 16  # samples on which their size is measured


class Chunks:
    """The lengths of a batch's chunks: as asked for, or ("auto") as many as the budget allows.

    The first automatic chunk is small and tells how many bytes a sample needs.
    """

    def __init__(self, size: int | str | None) -> None:
        self.size = FIRST if size == "auto" else size
        self.automatic = size == "auto"

    def step(self, left: int) -> int:
        """The length of the next chunk where so many samples are left."""
        return left if self.size is None else min(int(self.size), left)

    def took(self, samples: int, size: int) -> None:
        """So many samples needed so many bytes."""
        if self.automatic and samples:
            self.size = max(1, BUDGET * samples // max(size, 1))


def checked_chunk(chunk_size: Any, message: str) -> None:
    """Refuse the length of a chunk that is not positive."""
    if chunk_size not in (None, "auto") and chunk_size <= 0:
        raise ValueError(message)
