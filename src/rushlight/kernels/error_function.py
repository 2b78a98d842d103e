"""The error function, its complement, scaled complement and inverses."""

import math

import numpy as np

from rushlight.kernels.wide import mapped, wide

ROOT_2 = math.sqrt(2)
ROOT_PI = math.sqrt(math.pi)
DEPTH = 60  # of the continued fraction, enough for all digits from 2 on


@wide
def erf(x):
    """2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, elementwise."""
    return mapped(math.erf, x)


@wide
def erfc(x):
    """1 - erf(x) without cancellation, elementwise."""
    return mapped(math.erfc, x)


@wide
def erfcx(x):
    """exp(x^2) erfc(x), elementwise.

    For x > 2 by the continued fraction 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))) / sqrt(pi),
    where erfc is too small.
    """
    far = x > 2
    y = np.where(far, x, 2.0)
    tail = y
    for k in range(DEPTH, 0, -1):
        tail = y + 0.5 * k / tail
    near = np.where(far, 0.0, x)
    return np.where(far, 1 / (tail * ROOT_PI), np.exp(near * near) * mapped(math.erfc, near))


@wide
def erfinv(y):
    """The inverse of erf, elementwise; nan outside [-1, 1]."""
    size = np.abs(y)
    central = np.where(size < 0.5, size, 0.0)
    x = rough_inverse(central * central)
    for _ in range(2):
        x = improved(x, mapped(math.erf, x) - central)
    return np.copysign(np.where(size < 0.5, x, complement_inverse(1 - size)), y)


def complement_inverse(q):
    """The inverse of erfc for 0 <= q <= 2 on float64 arrays; nan elsewhere.

    Above 1 by erfc(-x) = 2 - erfc(x).
    """
    small = np.where(q > 1, 2 - q, q)
    inner = np.where((small > 0) & (small <= 1), small, 0.5)
    x = rough_inverse((1 - inner) ** 2, inner * (2 - inner))
    for _ in range(3):
        x = improved(x, inner - mapped(math.erfc, x))
    x = np.where(small == 0, np.inf, np.where(inner == small, x, np.nan))
    return np.where(q > 1, -x, x)


def rough_inverse(square, rest=None):
    """erfinv(y) to three digits from y^2 and 1 - y^2, after Winitzki."""
    log = np.log1p(-square) if rest is None else np.log(rest)
    half = 2 / (np.pi * 0.147) + log / 2
    return np.sqrt(np.maximum(np.sqrt(half * half - log / 0.147) - half, 0))


def improved(x, error):
    """One of Halley's steps towards erf(x) = y, from erf(x) - y."""
    newton = error * ROOT_PI / 2 * np.exp(np.minimum(x * x, 700))
    return x - newton / (1 + x * newton)


@wide
def ndtri(p):
    """The normal distribution's quantile function, elementwise."""
    return -ROOT_2 * complement_inverse(2 * p)


@wide
def log_ndtr(x):
    """The logarithm of the normal distribution's cumulative function, elementwise."""
    low = np.minimum(x, -1.0)
    below = np.log(erfcx(-low / ROOT_2) / 2) - low * low / 2
    above = np.log1p(-mapped(math.erfc, np.maximum(x, -1.0) / ROOT_2) / 2)
    return np.where(x < -1, below, above)
