"""The regularised incomplete gamma functions."""

import math

import numpy as np

from rushlight.kernels.gamma import BERNOULLI
from rushlight.kernels.wide import log_gamma, mapped, wide

ENOUGH = 1e-17  # terms smaller than this share of the sum change it no more
MOST = 20_000
LARGE = 16.0  # from here on Stirling's series gives all digits of log gamma
TINY = 1e-300


@wide
def lower(a, x):
    """P(a, x): the integral of t^(a-1) e^-t from 0 to x, over gamma(a)."""
    return either(a, x, False)


@wide
def upper(a, x):
    """Q(a, x) = 1 - P(a, x)."""
    return either(a, x, True)


def either(a, x, complement):
    """P or Q: of the two the smaller one is computed, the other is what is missing to 1."""
    a, x = np.broadcast_arrays(a, x)
    usual = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    a_, x_ = np.where(usual, a, 1.0), np.where(usual, x, 1.0)
    short = x_ < a_ + 1
    front = leading(a_, x_)
    p = front * series(np.where(short, a_, 1.0), np.where(short, x_, 0.5))
    q = front * fraction(np.where(short, 1.0, a_), np.where(short, 3.0, x_))
    out = np.where(short, 1 - p, q) if complement else np.where(short, p, 1 - q)
    return improper(out, a, x, usual, complement)


def improper(out, a, x, usual, complement):
    """The limits at 0 and infinity, asked for in PyTorch's order: not all of NaN is NaN."""
    none, all_ = (1.0, 0.0) if complement else (0.0, 1.0)
    cases = [
        (usual, out),
        ((a < 0) | (x < 0), np.nan),
        (a == 0, np.where(x > 0, all_, np.nan)),
        (x == 0, none),
        (np.isinf(a), np.where(np.isinf(x), np.nan, none)),
        (np.isinf(x), all_),
    ]
    return np.select([case for case, _ in cases], [value for _, value in cases], np.nan)


def leading(a, x):
    """x^a e^-x / gamma(a + 1).

    For large a by Stirling's formula, e^-a(m - log(1 + m)) / sqrt(2 pi a) with m = (x - a) / a:
    the difference of large logarithms would lose digits.
    """
    large = a >= LARGE
    b = np.where(large, a, LARGE)
    m = (np.where(large, x, LARGE) - b) / b
    rest = sum(
        value / (2 * k * (2 * k - 1) * b ** (2 * k - 1)) for k, value in enumerate(BERNOULLI[:8], 1)
    )
    far = np.exp(-b * (m - np.log1p(m)) - rest) / np.sqrt(2 * math.pi * b)
    s = np.where(large, 1.0, a)
    near = np.exp(s * np.log(x) - x - mapped(log_gamma, s + 1))
    return np.where(large, far, near)


def series(a, x):
    """The sum of x^n / ((a + 1) (a + 2) ... (a + n)), for x up to a + 1."""
    term = total = np.ones_like(x)
    for n in range(1, MOST):
        term = term * x / (a + n)
        total = total + term
        if not (term > ENOUGH * total).any():
            break
    return total


def fraction(a, x):
    """a times Legendre's continued fraction 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- ...))), for
    larger x; evaluated from the left by Lentz's method."""
    b = x + 1 - a
    c = np.full_like(x, 1 / TINY)
    d = 1 / b
    out = d
    for n in range(1, MOST):
        factor = -n * (n - a)
        b = b + 2
        d = factor * d + b
        d = 1 / np.where(np.abs(d) < TINY, TINY, d)
        c = b + factor / c
        c = np.where(np.abs(c) < TINY, TINY, c)
        out = out * (c * d)
        if not (np.abs(c * d - 1) > 2e-16).any():
            break
    return a * out
