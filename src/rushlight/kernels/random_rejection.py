"""Draws that try until they succeed, so that each takes as many words as it happens to need.

Poisson and binomial numbers by Hoermann's transformed rejection (1993) where many are expected,
else by multiplying uniforms and by adding geometric numbers; gamma numbers by Marsaglia and Tsang
(2000).  The order in which uniforms are taken and the precision of each constant are PyTorch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .random_arithmetic import rounded
from .random_checks import require, require_floating
from .random_normal import standard_pair
from .random_stream import Engine

__all__ = ["binomial", "dirichlet", "poisson", "standard_gamma"]

Uniform = Callable[[], float]


def poisson(engine: Engine, rates: np.ndarray) -> np.ndarray:
    """A count for each of the expected counts `rates` (floating), as of `torch.poisson`.

    RuntimeError for a rate that is negative or nan, NotImplementedError for another dtype.

    >>> poisson(Engine(0), np.array([0.0, 4.0, 100.0])).shape
    (3,)
    """
    require_floating(rates.dtype, "poisson_cpu")
    if not (rates >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    with engine.doubles_one_by_one() as uniform:
        counts = [
            _many(uniform, rate) if rate >= 10 else _few(uniform, rate)
            for rate in rates.astype(np.float64).ravel().tolist()
        ]
    return rounded(np.array(counts, np.int64), rates.dtype).reshape(rates.shape)


def _few(uniform: Uniform, rate: float) -> int:
    """How many uniforms can be multiplied before the product falls to exp(-rate)."""
    if rate == 0:
        return 0
    floor, product, count = math.exp(-rate), uniform(), 0
    while product > floor:
        product *= uniform()
        count += 1
    return count


def _many(uniform: Uniform, rate: float) -> int:
    """Hoermann's method PTRS, for a rate of 10 or more."""
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    sure = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        count = math.floor((2 * a / us + b) * u + rate + 0.43) if us else -1
        if us >= 0.07 and v <= sure:
            return count
        if count < 0 or (us < 0.013 and v > us):
            continue
        accepted = -rate + count * log_rate - math.lgamma(count + 1)
        log_v = math.log(v) if v else -math.inf
        if log_v + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= accepted:
            return count


def binomial(engine: Engine, counts: np.ndarray, probs: np.ndarray) -> np.ndarray:
    """How many of `counts` tries succeed with probability `probs`, as of `torch.binomial`.

    Both are float32 or float64, of one dtype and shape.  NotImplementedError for another dtype.

    >>> binomial(Engine(0), np.array([3.0, 3.0]), np.array([0.0, 1.0])).tolist()
    [0.0, 3.0]
    """
    require(counts.dtype.name in ("float32", "float64"), "binomial_cpu", counts.dtype)
    with engine.doubles_one_by_one() as uniform:
        values = [
            _successes(uniform, count, prob)
            for count, prob in zip(counts.ravel(), probs.ravel(), strict=True)
        ]
    return np.array(values, np.float64).astype(counts.dtype).reshape(counts.shape)


def _successes(uniform: Uniform, count: np.floating, prob: np.floating) -> float:
    if count <= 0 or prob <= 0:
        return 0.0
    if prob >= 1:
        return float(count)
    if prob <= 0.5:
        return _rarer(uniform, count, prob)
    return float(count) - _rarer(uniform, count, 1 - prob) if prob > 0.5 else math.nan


def _rarer(uniform: Uniform, count: np.floating, prob: np.floating) -> float:
    """Successes of a probability of a half or less."""
    if count * prob >= 10:
        return _by_rejection(uniform, count, prob)
    log_failure, tries, successes = float(np.log1p(-prob)), 0.0, 0
    while True:
        u = uniform()
        tries += math.ceil(math.log(u) / log_failure) if u else math.inf
        if tries > count:
            return successes
        successes += 1


def _by_rejection(uniform: Uniform, tries: np.floating, prob: np.floating) -> float:
    """Hoermann's method BTRS; what depends on the parameters alone has their precision."""
    one = type(tries)(1)
    deviation = float(np.sqrt(tries * prob * (one - prob)))
    odds, centre = float(prob / (one - prob)), float(tries * prob) + 0.5
    mode, count = float(np.floor((tries + one) * prob)), float(tries)
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(prob)
    sure, alpha = 0.92 - 4.2 / b, (2.83 + 5.1 / b) * deviation
    at_mode = (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
    at_mode += _stirling_tail(mode) + _stirling_tail(count - mode)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + centre) if us else -1
        if k < 0 or k > count:
            continue
        if us >= 0.07 and v <= sure:
            return k
        bound = at_mode + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
        bound += (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
        bound -= _stirling_tail(k) + _stirling_tail(count - k)
        ratio = v * alpha / (a / (us * us) + b)
        if ratio == 0 or math.log(ratio) <= bound:
            return k


def _stirling_tail(k: float) -> float:
    """What Stirling's formula lacks of log((k + 1)!)."""
    n = k + 1
    if k < 10:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    return (1 / 12 - (1 / 360 - 1 / 1260 / (n * n)) / (n * n)) / n


def standard_gamma(engine: Engine, shapes: np.ndarray) -> np.ndarray:
    """A gamma number of scale 1 for each of the shape parameters, as of `torch._standard_gamma`.

    `shapes` is float32 or float64.  The least that is given is the smallest normal number of
    the dtype.

    NotImplementedError for another dtype.

    >>> bool(standard_gamma(Engine(0), np.array([2.0]))[0] > 0)
    True
    """
    require(shapes.dtype.name in ("float32", "float64"), "gamma_cpu", shapes.dtype)
    with engine.doubles_one_by_one() as uniform:
        values = [_gamma(engine, uniform, shape) for shape in shapes.ravel()]
    numbers = np.array(values, np.float64).astype(shapes.dtype)
    return np.fmax(numbers, np.finfo(shapes.dtype).tiny).reshape(shapes.shape)


def dirichlet(engine: Engine, shapes: np.ndarray) -> np.ndarray:
    """Shares of 1 along the last dimension, as of `torch._sample_dirichlet`.

    They are gamma numbers divided by their sum.
    NotImplementedError unless `shapes` is float32 or float64.

    >>> dirichlet(Engine(0), np.ones((2, 3))).sum(-1).round(12).tolist()
    [1.0, 1.0]
    """
    require(shapes.dtype.name in ("float32", "float64"), "dirichlet", shapes.dtype)
    gammas = standard_gamma(engine, shapes.astype(np.float64))
    shares = (gammas / gammas.sum(-1, keepdims=True)).astype(shapes.dtype)
    least, below_one = np.finfo(shapes.dtype).tiny, np.nextafter(shapes.dtype.type(1), 0)
    return np.clip(shares, least, below_one)


def _gamma(engine: Engine, uniform: Uniform, shape: np.float32 | np.float64) -> float:
    """Marsaglia and Tsang's method; a shape below 1 is raised by 1 and the number scaled back."""
    one = type(shape)(1)
    scale = 1.0
    if shape < 1:
        if shape == 0:
            return 0.0
        with np.errstate(over="ignore"):
            scale = (1 - uniform()) ** float(one / shape)
        shape = shape + one
    d = float(shape - type(shape)(np.float32(1) / np.float32(3)))
    c = 1.0 / math.sqrt(9.0 * d) if d > 0 else math.nan
    while True:
        x = _standard_normal(engine, uniform)
        y = 1.0 + c * x
        if y <= 0:
            continue
        v = y * y * y
        u = 1 - uniform()
        xx = x * x
        if u < 1.0 - float(np.float32(0.0331)) * xx * xx:
            return scale * d * v
        if math.log(u) < 0.5 * xx + d * (1.0 - v + math.log(v)):
            return scale * d * v


def _standard_normal(engine: Engine, uniform: Uniform) -> float:
    waiting = engine.next_normal
    if waiting is not None:
        engine.next_normal = None
        return waiting
    first, engine.next_normal = standard_pair(uniform(), uniform())
    return first
