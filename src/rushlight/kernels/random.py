"""Random arrays with PyTorch's numbers for the same seed: the one place to import from.

`Engine` is the stream; a draw is a function of an engine, a shape, a NumPy dtype and parameters (or
of an array that says them for each element) that gives a new array; `fill` does the same to an
existing array of any strides.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .random_stream import DEFAULT_SEED, STATE_BYTES, Engine, default_engine

if TYPE_CHECKING:
    from .random_draws import (
        bernoulli,
        bernoulli_each,
        cauchy,
        exponential,
        geometric,
        integers,
        integers_any,
        uniform,
    )
    from .random_normal import log_normal, normal, normal_around
    from .random_order import fill
    from .random_rejection import binomial, dirichlet, poisson, standard_gamma
    from .random_selection import multinomial, randperm

__all__ = [
    "DEFAULT_SEED",
    "STATE_BYTES",
    "Engine",
    "bernoulli",
    "bernoulli_each",
    "binomial",
    "cauchy",
    "default_engine",
    "dirichlet",
    "exponential",
    "fill",
    "geometric",
    "integers",
    "integers_any",
    "log_normal",
    "multinomial",
    "normal",
    "normal_around",
    "poisson",
    "randperm",
    "standard_gamma",
    "uniform",
]

DRAWS = ("random_draws", "random_normal", "random_order", "random_rejection", "random_selection")


def __getattr__(name: str) -> Any:
    """A draw, imported when first asked for: most programs that import us never draw."""
    if name in __all__:
        for module in DRAWS:
            found = getattr(import_module(f"rushlight.kernels.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
