"""The gamma function's logarithm and its derivatives, and the Hurwitz zeta function."""

import math

import numpy as np

from rushlight.kernels.wide import log_gamma, mapped, wide

BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
)
FAR, FAR_ZETA = 10, 20  # from here on the asymptotic series give all digits


@wide
def lgamma(x):
    """log|gamma(x)|, elementwise."""
    return mapped(log_gamma, x)


@wide
def digamma(x):
    """The derivative of log gamma, elementwise.

    Small arguments are moved up by psi(y) = psi(y + 1) - 1/y, negative ones mirrored by
    psi(x) = psi(1 - x) - pi / tan(pi x).  At 0 it is infinite, at the other poles nan.
    """
    mirrored = x < 0
    y = np.where(mirrored, 1 - x, x)
    out = np.zeros_like(y)
    while (low := y < FAR).any():
        out -= np.where(low, 1 / y, 0)
        y = y + low
    inverse = 1 / (y * y)
    series = np.zeros_like(y)
    for k in range(7, 0, -1):
        series = (series + BERNOULLI[k - 1] / (2 * k)) * inverse
    out += np.log(y) - 0.5 / y - series
    out -= np.where(mirrored, np.pi / np.tan(np.pi * np.fmod(x, 1)), 0)
    poles = (x < 0) & (x == np.floor(x))
    return np.where(x == 0, -np.copysign(np.inf, x), np.where(poles, np.nan, out))


@wide
def zeta(s, q):
    """The sum of (q + k)**-s over k = 0, 1, 2..., elementwise (Hurwitz zeta).

    Terms are added one by one until q + k is large; the rest is Euler and Maclaurin's:
    y^(1-s)/(s-1) + y^-s/2 + sum over j of B_2j/(2j)! s(s+1)...(s+2j-2) y^(1-s-2j).
    """
    s, y = np.broadcast_arrays(s, q)
    usable = np.isfinite(y) & ((y > 0) | (y != np.floor(y)) & (s == np.floor(s)))
    y = np.where(usable, y, FAR_ZETA)
    out = np.zeros(y.shape)
    while (low := y < FAR_ZETA).any():
        out += np.where(low, np.power(y, -s), 0)
        y = y + low
    term = np.power(y, -s)
    out += np.power(y, 1 - s) / (s - 1) + 0.5 * term
    factor = s * term / y
    for j, bernoulli in enumerate(BERNOULLI, 1):
        out += factor * (bernoulli / math.factorial(2 * j))
        factor = factor * (s + 2 * j - 1) * (s + 2 * j) / (y * y)
    return improper(out, s, np.broadcast_to(q, y.shape))


def improper(out, s, q):
    """`zeta` where the sum diverges, or has terms of no real value."""
    at_pole = (q <= 0) & (q == np.floor(q))
    no_value = (q <= 0) & (s != np.floor(s)) & ~at_pole
    out = np.where(q == np.inf, 0, np.where(at_pole, np.inf, np.where(no_value, np.nan, out)))
    out = np.where(s == 1, np.inf, np.where(s < 1, np.nan, out))
    return np.where(np.isnan(s) | np.isnan(q), np.nan, out)


def polygamma(n, x):
    """The n-th derivative of digamma, elementwise: (-1)^(n+1) n! zeta(n + 1, x)."""
    if n == 0:
        return digamma(x)
    sign = 1 if n % 2 else -1
    return (sign * math.gamma(n + 1) * zeta(np.float64(n + 1), np.asarray(x, np.float64))).astype(
        x.dtype
    )
