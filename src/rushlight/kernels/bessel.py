"""The modified Bessel functions of the first kind of orders 0 and 1."""

import math

import numpy as np

from rushlight.kernels.wide import wide

NEAR = 25.0  # up to here the power series, from here on the asymptotic one
TERMS = 80


def scaled(order, x):
    """exp(-|x|) I_order(x) on float64 arrays."""
    size = np.abs(x)
    out = np.where(
        size <= NEAR,
        power_series(order, np.minimum(size, NEAR)),
        asymptotic(order, np.maximum(size, NEAR)),
    )
    return np.where(x < 0, -out, out) if order == 1 else out


def power_series(order, x):
    """exp(-x) times the sum of (x/2)^(2k + order) / (k! (k + order)!)."""
    quarter = x * x / 4
    term = np.exp(-x) * (x / 2) ** order
    total = term
    for k in range(1, TERMS):
        term = term * quarter / (k * (k + order))
        total = total + term
    return total


def asymptotic(order, x):
    """1/sqrt(2 pi x) times the sum of prod((2j-1)^2 - 4 order^2) / (k! (8x)^k)."""
    term = total = np.ones_like(x)
    for k in range(1, 30):
        term = term * ((2 * k - 1) ** 2 - 4 * order * order) / (k * 8 * x)
        total = total + term
    return total / np.sqrt(2 * math.pi * x)


@wide
def i0(x):
    """I_0, elementwise."""
    return scaled(0, x) * np.exp(np.abs(x))


@wide
def i0e(x):
    """exp(-|x|) I_0, elementwise."""
    return scaled(0, x)


@wide
def i1(x):
    """I_1, elementwise."""
    return scaled(1, x) * np.exp(np.abs(x))


@wide
def i1e(x):
    """exp(-|x|) I_1, elementwise."""
    return scaled(1, x)
