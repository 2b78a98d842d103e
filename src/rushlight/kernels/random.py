"""Random arrays with PyTorch's numbers for the same seed: the one place to import from.

`Engine` is the stream; a draw is a function of an engine, a shape, a NumPy dtype and parameters (or
of an array that says them for each element) that gives a new array; `fill` does the same to an
existing array of any strides.
"""

from __future__ import annotations

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
from .random_rejection import dirichlet, poisson, standard_gamma
from .random_selection import multinomial, randperm
from .random_stream import DEFAULT_SEED, STATE_BYTES, Engine, default_engine

__all__ = [
    "DEFAULT_SEED",
    "STATE_BYTES",
    "Engine",
    "bernoulli",
    "bernoulli_each",
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
