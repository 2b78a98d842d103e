"""The error function and its kin, among them the normal distribution's."""

import math

from rushlight import kernels
from rushlight.ops.families import Unary, lacks
from rushlight.ops.publish import public

SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0


class erf(Unary):
    """The error function, elementwise: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0.

    Example:
        >>> import rushlight as torch
        >>> torch.erf(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8427])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("erf_vml_cpu", "complex")

    def forward(x):
        return kernels.curves.erf(x)

    def vjp_x(g, x):
        return g * (SLOPE * (-(x * x)).exp())


class erfc(Unary):
    """`1 - erf(input)`, elementwise, exact for large inputs too.

    Example:
        >>> import rushlight as torch
        >>> torch.erfc(torch.tensor([0.0, 5.0]))
        tensor([1.0000e+00, 1.5375e-12])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("erfc_vml_cpu", "complex")

    def forward(x):
        return kernels.error_function.erfc(x)

    def vjp_x(g, x):
        return g * (-SLOPE * (-(x * x)).exp())


class erfinv(Unary):
    """The inverse of `erf`, elementwise; nan outside [-1, 1].

    Example:
        >>> import rushlight as torch
        >>> torch.erfinv(torch.tensor([0.0, 0.5, 1.0]))
        tensor([0.0000, 0.4769,    inf])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("erfinv_vml_cpu", "complex")

    def forward(x):
        return kernels.error_function.erfinv(x)

    def vjp_x(g, x):
        return g * ((x.erfinv() ** 2).exp() / SLOPE)


class Special(Unary, family=True):
    """Functions of `torch.special` alone."""

    kind = "float"
    places = "special"
    inplace = False


class erfcx(Special):
    """`exp(input ** 2) * erfc(input)`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.special.erfcx(torch.tensor([0.0, 10.0]))
        tensor([1.0000, 0.0561])
    """

    node = "SpecialErfcxBackward0"
    refuses = lacks("erfcx_cpu", "complex")

    def forward(x):
        return kernels.error_function.erfcx(x)

    def vjp_x(g, x, ans):
        return g * (2 * x * ans - SLOPE)


@public("special", out=True)
def ndtr(input):
    """The area under the standard normal density left of `input`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.special.ndtr(torch.tensor([0.0, 1.0]))
        tensor([0.5000, 0.8413])
    """
    return (1 + (input * math.sqrt(0.5)).erf()) * 0.5


class ndtri(Special):
    """The inverse of `ndtr`, elementwise; nan outside [0, 1].

    Example:
        >>> import rushlight as torch
        >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
        tensor([0.0000, 1.9600])
    """

    node = "SpecialNdtriBackward0"
    refuses = lacks("ndtri_cpu", "complex")

    def forward(x):
        return kernels.error_function.ndtri(x)

    def vjp_x(g, ans):
        return g * (math.sqrt(2 * math.pi) * (ans * ans / 2).exp())


class log_ndtr(Special):
    """`log(ndtr(input))`, elementwise, exact for very negative inputs too.

    Example:
        >>> import rushlight as torch
        >>> torch.special.log_ndtr(torch.tensor([0.0, -4.0]))
        tensor([ -0.6931, -10.3601])
    """

    node = "SpecialLogNdtrBackward0"
    refuses = lacks("log_ndtr_cpu", "complex")

    def forward(x):
        return kernels.error_function.log_ndtr(x)

    def vjp_x(g, x):
        return g * (math.sqrt(2 / math.pi) / erfcx(-math.sqrt(0.5) * x))
