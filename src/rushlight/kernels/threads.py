"""How many threads large loops and linear algebra may use.

The native loops share one pool (`cpu/pool.hpp`); the BLAS that NumPy brought has a pool of its own,
which is asked here.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import numpy as np

SET = (
    "scipy_openblas_set_num_threads64_",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)

_wanted: list[int] = []


def _setter() -> Any:
    """The BLAS library's function that sets its number of threads, or None."""
    import ctypes  # slow to import, both
    from pathlib import Path

    folder = Path(np.__file__).parent.parent / "numpy.libs"
    for path in sorted(folder.glob("*openblas*")):
        library = ctypes.CDLL(str(path))
        for name in SET:
            function = getattr(library, name, None)
            if function is not None:
                return function
    return None


def set_num_threads(num: int, /) -> None:
    """Let large loops and linear algebra use `num` threads.

    Raises:
        TypeError: if `num` is no int.
        RuntimeError: if it is not positive.
    """
    if isinstance(num, bool) or not isinstance(num, int):
        raise TypeError(f"set_num_threads expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _wanted[:] = [num]
    with suppress(ImportError):  # the pure build has no loops of its own
        import rushlight.kernels.cpu.pool as pool

        pool.set_threads(num)
    setter = _setter()
    if setter is not None:
        setter(num)


def get_num_threads() -> int:
    """How many threads large loops and linear algebra may use.

    Example:
        >>> import rushlight as torch
        >>> torch.get_num_threads() >= 1
        True
    """
    if _wanted:
        return _wanted[0]
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else len(os.sched_getaffinity(0))
