"""The gamma function and its kin: logarithm, derivatives, the Hurwitz zeta function, the regularised
incomplete gamma functions, and how gamma and Dirichlet numbers move with their parameters.
"""

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
    return improper_gamma(out, a, x, usual, complement)


def improper_gamma(out, a, x, usual, complement):
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


# exp(p / q) of a polynomial in u = log(x / a) (rows) and v = log(a): p in the first half, then q.
GAMMA_FIT = np.array(
    [
        [0.16009398, -0.094634809, 0.025146376, -0.0030648343]
        + [1, 0.32668115, 0.10406089, 0.0014179084],
        [0.53487893, 0.1298071, 0.065735949, -0.0015649758]
        + [0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
        [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777]
        + [0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-07],
    ]
).reshape(3, 2, 4)
# p / q of polynomials in u, a and b, by the power of each.
BETA_FIT = np.array(
    [
        [[1.003668233, -0.01061107488, -0.0657888334, 0.01201642863],
         [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
         [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013]],
        [[0.221950385, -0.3187676331, 0.01799915743, 0.01074823814],
         [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
         [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05]],
        [[-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565],
         [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
         [0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05]],
        [[1, -0.02924021934, -0.04438342661, 0.007285809825],
         [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
         [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149]],
        [[0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273],
         [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
         [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05]],
        [[0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05],
         [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05],
         [-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06]],
    ]
).reshape(2, 3, 3, 4)  # fmt: skip


def by_region(regions, *arrays):
    """`formula(*arrays)` wherever the first of the `regions` (mask, formula) applies."""
    out = np.empty(arrays[0].shape)
    left = np.ones(arrays[0].shape, bool)
    for mask, formula in regions:
        here = left & mask
        left &= ~here
        if here.any():
            out[here] = formula(*[a[here] for a in arrays])
    return out


@wide
def standard_gamma_grad(a, x):
    """dx/da of gamma numbers `x` of shape parameter `a` and scale 1."""
    a, x = np.broadcast_arrays(a, x)
    regions = (
        (x < 0.8, gamma_small),
        ((a > 8) & (0.9 * a <= x) & (x <= 1.1 * a), gamma_middle),
        (a > 8, gamma_saddle),
        (True, gamma_fitted),
    )
    return by_region(regions, a, x)


def gamma_small(a, x):
    """F = x**a sum (-x)**i / i! / (a + i) / gamma(a), and its derivative by `a` term by term."""
    term = np.ones_like(x)
    series, squares = 1 / a, 1 / (a * a)
    for i in range(1, 6):
        term = term * -x / i
        series = series + term / (a + i)
        squares = squares + term / (a + i) ** 2
    power = x**a
    slope = (np.log(x) - digamma(a)) * power * series - power * squares
    out = -slope / (x ** (a - 1) * np.exp(-x))
    return np.where(np.isnan(out), 0, out)


def gamma_middle(a, x):
    """The saddle point expansion around its removable singularity x = a."""
    first = 1 + 24 * a * (1 + 12 * a)
    second = 1440 * a**2 + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x)
    return first * second / (1244160 * a**4)


def gamma_saddle(a, x):
    root = np.sqrt(8 * a)
    third = (x - a - a * np.log(x / a)) ** -1.5
    both = root / (a - x) + np.where(x < a, -third, third)
    inner = np.log(x / a) * both - np.sqrt(2 / a) * (a + x) / (a - x) ** 2
    stirling = 1 + 1 / (12 * a) * (1 + 1 / (24 * a))
    return -stirling * x * inner / root


def gamma_fitted(a, x):
    powers = np.log(x / a)[:, None] ** np.arange(3)
    p, q = np.einsum("nu,ukv,nv->kn", powers, GAMMA_FIT, np.log(a)[:, None] ** np.arange(4))
    return np.exp(p / q)


@wide
def dirichlet_grad(x, a, total):
    """dx/da / (1 - x) of beta numbers `x` of parameters `a` and `total - a`.

    So scaled it makes the gradient of a share of a Dirichlet number, whose `total` is the sum.
    """
    x, a, total = np.broadcast_arrays(x, a, total)
    b = total - a
    boundary = total * x * (1 - x)
    regions = (
        ((x <= 0.5) & (boundary < 2.5), beta_small),
        ((x >= 0.5) & (boundary < 0.75), beta_large),
        ((a > 6) & (b > 6), beta_saddle),
        (True, beta_fitted),
    )
    return by_region(regions, x, a, b)


def beta_small(x, a, b):
    """Near 0: the series of the distribution function, by `a`."""
    factor = digamma(a) - digamma(a + b) - np.log(x)
    term = np.ones_like(x)
    series = (factor + 1 / a) / a
    for i in range(1, 11):
        term = term * (i - b) * x / i
        series = series + term / (a + i) * (factor + 1 / (a + i))
    out = x * (1 - x) ** -b * series
    return np.where(np.isnan(out), 0, out)


def beta_large(x, a, b):
    """Near 1: 1 - x is a beta number of `b` and `a`, whose series is derived by the second."""
    x, a, b = 1 - x, b, a
    factor = digamma(a + b) - digamma(b)
    term, product, slope = np.ones_like(x), np.ones_like(x), np.zeros_like(x)
    series = factor / a
    for i in range(1, 9):
        term = term * -x / i
        slope = slope * (b - i) + product
        product = product * (b - i)
        series = series + term / (a + i) * (slope + factor * product)
    out = (1 - x) ** (1 - b) * series
    return np.where(np.isnan(out), 0, out)


def beta_saddle(x, a, b):
    """Rice's expansion, with a polynomial around its removable singularity at the mean."""
    total = a + b
    mean = a / total
    spread = np.sqrt(a * b / (total + 1)) / total
    near = (mean - 0.1 * spread <= x) & (x <= mean + 0.1 * spread)
    return by_region(((near, beta_middle), (True, beta_away)), x, a, b)


def beta_middle(x, a, b):
    total = a + b
    # by powers of a, the highest innermost
    inner = (453 + 1620 * b * (1 - x) - 455 * x) * b + a * (8 * (1 - x) * (135 * b - 11))
    inner = 3 * (59 + 180 * b - 90 * x) * b**2 + a * inner
    inner = (43 + 20 * (16 + 27 * b) * x) * b**3 + a * inner
    poly = 47 * x * b**4 + a * inner
    scale = (1 + 12 * a) * (1 + 12 * b) / total**2
    return scale / (1 - x) * poly / (12960 * a**3 * b**2 * (1 + 12 * total))


def beta_away(x, a, b):
    total = a + b

    def stirling(n):
        return 1 + 1 / (12 * n) + 1 / (288 * n * n)

    gap = a * (x - 1) + b * x
    first = 2 * a * a * (x - 1) + a * b * (x - 1) - x * b * b
    first = first / (np.sqrt(2 * a / b) * total**1.5 * gap * gap)
    third = np.sqrt(8 * a * b / total) / gap
    entropy = b * np.log(b / (total * (1 - x))) + a * np.log(a / (total * x))
    fourth = np.where(x < a / total, 1, -1) * entropy**-1.5
    bracket = first + 0.5 * np.log(a / (total * x)) * (third + fourth)
    return stirling(a) * stirling(b) / stirling(total) * -x / np.sqrt(2 * a * b / total) * bracket


def beta_fitted(x, a, b):
    u = np.log(x)
    v = np.log(a) - u
    w = np.log(a + b) - v
    powers = (t[:, None] ** np.arange(k) for t, k in ((u, 3), (v, 3), (w, 4)))
    p, q = np.einsum("kuvw,nu,nv,nw->kn", BETA_FIT, *powers)
    return p / q * x * (digamma(a + b) - digamma(a)) / b
