"""What is running: which build, on which NumPy, with what threads and instruction set."""

from __future__ import annotations

import os
import platform
import sys
from importlib.machinery import ExtensionFileLoader
from typing import Any

import numpy

from rushlight.version import __version__

__all__ = ["compiled_modules", "parallel_info", "show"]


def show() -> str:
    """A description of this build and of what it runs on, one fact a line.

    The first line says whether compiled modules run ("native build") or the same sources as plain
    Python ("pure build").

    >>> print(show().splitlines()[0])  # doctest: +ELLIPSIS
    rushlight ..., ... build, Python ...
    """
    compiled = compiled_modules()
    facts = [
        f"compiled modules: {', '.join(compiled) or 'none'}",
        f"NumPy {numpy.__version__}, BLAS: {_blas()}",
        f"threads: {_processors()} available, BLAS may use {_blas_threads()}",
        f"instruction set: {_instruction_set()}",
    ]
    build = "native" if compiled else "pure"
    heading = f"rushlight {__version__}, {build} build, Python {platform.python_version()}"
    return "\n".join([heading, *(f"  - {fact}" for fact in facts), ""])


def parallel_info() -> str:
    """How many threads there are to work with, and the settings that decide it.

    >>> "OMP_NUM_THREADS" in parallel_info()
    True
    """
    settings = (f"  {name}: {os.environ.get(name, '[not set]')}" for name in _THREAD_SETTINGS)
    return "\n".join(
        [
            f"processors available: {_processors()}",
            f"threads of the BLAS: {_blas_threads()}",
            "environment variables:",
            *settings,
            "",
        ]
    )


def compiled_modules() -> list[str]:
    """Names of rushlight's modules that run as machine code; empty in the pure build.

    >>> all(name.startswith("rushlight.") for name in compiled_modules())
    True
    """
    ours = [name for name in sys.modules if name.startswith("rushlight.")]
    specs = {name: getattr(sys.modules[name], "__spec__", None) for name in ours}
    return sorted(
        name
        for name, spec in specs.items()
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader)
    )


# In the order in which OpenBLAS looks at them.
_THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def _processors() -> int:
    """Processors this process may use, which a container or `taskset` may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blas_threads() -> int:
    for name in _THREAD_SETTINGS:
        value = os.environ.get(name, "")
        if value.isdecimal() and int(value) > 0:
            return int(value)
    return _processors()


def _numpy_build(section: str) -> dict[str, Any]:
    """A section of what NumPy says about itself; empty where it says nothing."""
    known: Any = numpy.show_config(mode="dicts")
    return dict(known.get(section, {}))


def _blas() -> str:
    blas = _numpy_build("Build Dependencies").get("blas", {})
    return " ".join(filter(None, [blas.get("name"), blas.get("version")])) or "unknown"


def _instruction_set() -> str:
    """The processor's family, and the extensions that NumPy's dispatch found on it."""
    extensions = _numpy_build("SIMD Extensions")
    found = [*extensions.get("baseline", []), *extensions.get("found", [])]
    return " ".join([platform.machine() or "unknown", *found])
