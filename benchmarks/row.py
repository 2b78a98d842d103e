"""What a row of the table is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Call = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """A program, written once as a function of the module that stands for torch.

    `setup` prepares and returns the call to be timed, `divide` says how many units one call does.
    A `single` row takes seconds and runs once; `--smoke` runs the short row `smoke` instead.
    """

    name: str
    setup: Callable[[Any], Call]
    divide: int = 1
    threads: tuple[int, ...] = (1,)
    single: bool = False
    smoke: "Row | None" = None


@dataclass(frozen=True)
class ProcessRow:
    """A program with `{module}` in it that prints one number, run in fresh interpreters."""

    name: str
    unit: str
    program: str
    beside: tuple[str, ...] = ()
