"""What remains of `torch.special`: Bessel functions, entropy, and other names of the well-known."""

import math

import numpy as np

from rushlight import kernels
from rushlight.ops.error_function import Special
from rushlight.ops.exponential import sigmoid
from rushlight.ops.families import Unary, lacks
from rushlight.ops.gamma import digamma, lgamma, mvlgamma
from rushlight.ops.publish import public
from rushlight.ops.rounding import round


class entr(Special):
    """`-input * log(input)`, elementwise; 0 at zero, minus infinity below.

    Example:
        >>> import rushlight as torch
        >>> torch.special.entr(torch.tensor([0.0, 0.5, -1.0]))
        tensor([0.0000, 0.3466,   -inf])
    """

    node = "SpecialEntrBackward0"
    refuses = lacks("entr_cpu", "complex")

    def forward(x):
        inner = np.where(x == 0, 0, -x * np.log(x))
        return np.where(x < 0, -math.inf, inner).astype(x.dtype)

    def vjp_x(g, x):
        return g * (-1 - x.log()).masked_fill(x < 0, -math.inf)


class i0(Unary):
    """The modified Bessel function of the first kind of order 0, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.special.i0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.2661])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("i0_vml_cpu", "complex")

    def forward(x):
        return kernels.bessel.i0(x)

    def vjp_x(g, x):
        return g * i1(x)


class i0e(Special):
    """`exp(-|input|) * i0(input)`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.special.i0e(torch.tensor([0.0, 1000.0]))
        tensor([1.0000, 0.0126])
    """

    node = "SpecialI0EBackward0"
    refuses = lacks("i0e_cpu", "complex")

    def forward(x):
        return kernels.bessel.i0e(x)

    def vjp_x(g, x, ans):
        return g * (i1e(x) - x.sgn() * ans)


class i1(Special):
    """The modified Bessel function of the first kind of order 1, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.special.i1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.5652])
    """

    node = "SpecialI1Backward0"
    refuses = lacks("i1_cpu", "complex")

    def forward(x):
        return kernels.bessel.i1(x)

    def vjp_x(g, x, ans):
        return g * (x.i0() - ans / off_zero(x)).masked_fill(x == 0, 0.5)


class i1e(Special):
    """`exp(-|input|) * i1(input)`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.special.i1e(torch.tensor([0.0, 1000.0]))
        tensor([0.0000, 0.0126])
    """

    node = "SpecialI1EBackward0"
    refuses = lacks("i1e_cpu", "complex")

    def forward(x):
        return kernels.bessel.i1e(x)

    def vjp_x(g, x, ans):
        return g * (i0e(x) - ans * (x.sgn() + 1 / off_zero(x))).masked_fill(x == 0, 0.5)


def off_zero(x):
    """A divisor without zeros, whose quotients are replaced there anyway."""
    return x.masked_fill(x == 0, 1)


# -- other names -----------------------------------------------------------------------------


@public("special", out=True)
def expit(input):
    """The logistic function: another name of `torch.sigmoid`."""
    return sigmoid(input)


@public("special", out=True)
def gammaln(input):
    """The logarithm of gamma's absolute value: another name of `torch.lgamma`."""
    return lgamma(input)


@public("special", out=True)
def psi(input):
    """The derivative of gamma's logarithm: another name of `torch.digamma`."""
    return digamma(input)


@public("special", out=True)
def multigammaln(input, p):
    """The logarithm of the multivariate gamma function: another name of `torch.mvlgamma`."""
    return mvlgamma.bound(input, p)


@public("special", out=True, name="round")
def round_(input, *, decimals=0):
    """`input` rounded to `decimals` places: `torch.round`."""
    return round.bound(input, decimals=decimals)
