"""Number-crunching on arrays; knows nothing of tapes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rushlight.kernels import bessel, curves, error_function, gamma, random_arithmetic

LATE = ("bessel", "curves", "error_function", "gamma", "random_arithmetic")


def __getattr__(name: str) -> Any:
    """A module that few programs need, imported when first asked for as `kernels.gamma`."""
    if name in LATE:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
