"""Special functions: gamma and incomplete gamma, error, Bessel and others."""

import math

import numpy as np

from rushlight import kernels
from rushlight.kernels import gamma as kernel
from rushlight.ops.exponential import sigmoid
from rushlight.ops.families import Binary, Elementwise, Unary, as_tensor_argument, lacks, type_word
from rushlight.ops.publish import public
from rushlight.ops.rounding import round
from rushlight.tape.core import TensorBase

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


class lgamma(Unary):
    """`log(|gamma(input)|)`, elementwise; infinite at gamma's poles 0, -1, -2...

    Example:
        >>> import rushlight as torch
        >>> torch.lgamma(torch.tensor([1.0, 5.0]))
        tensor([0.0000, 3.1781])
    """

    kind = "float"
    refuses = lacks("lgamma_vml_cpu", "complex")

    def forward(x):
        return kernels.gamma.lgamma(x)

    def vjp_x(g, x):
        return g * x.digamma()


class digamma(Unary):
    """The derivative of `lgamma`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.digamma(torch.tensor([1.0, 0.5]))
        tensor([-0.5772, -1.9635])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("digamma", "complex")

    def forward(x):
        return kernels.gamma.digamma(x)

    def vjp_x(g, x):
        return g * polygamma(x, 1)


class polygamma(Elementwise):
    """The n-th derivative of `digamma`, elementwise: `torch.polygamma(n, input)`.

    Raises:
        RuntimeError: for a negative `n`.

    Example:
        >>> import rushlight as torch
        >>> torch.polygamma(1, torch.tensor([1.0, 0.5]))
        tensor([1.6449, 4.9348])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("trigamma", "complex")

    def bind(n, input):
        if isinstance(n, TensorBase):  # as a method: input.polygamma(n)
            n, input = input, n
        as_tensor_argument("polygamma", "input", 2, input)
        if not isinstance(n, int):
            raise TypeError(
                f"polygamma(): argument 'n' (position 1) must be int, not {type_word(n)}"
            )
        if n < 0:
            raise RuntimeError("polygamma(n, x) does not support negative n.")
        return (input,), (n,)

    def forward(x, n):
        return kernels.gamma.polygamma(n, x)

    def vjp_x(g, x, n):
        return g * polygamma(x, n + 1)


class mvlgamma(Elementwise):
    """The logarithm of the multivariate gamma function of dimension `p`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.mvlgamma(torch.tensor([2.0, 3.0]), p=2)
        tensor([0.4516, 1.5502])
    """

    kind = "float"
    refuses = lacks("mvlgamma_cpu", "complex")

    def operands(self, values):
        if values[0].dtype.kind == "b":
            raise RuntimeError("The input tensor may not be a boolean tensor.")
        return super().operands(values)

    def bind(input, p):
        as_tensor_argument("mvlgamma", "input", 1, input)
        if p < 1:
            raise RuntimeError("p has to be greater than or equal to 1")
        return (input,), (p,)

    def forward(x, p):
        constant = p * (p - 1) / 4 * math.log(math.pi)
        return sum((kernels.gamma.lgamma(x - k / 2) for k in range(p)), constant).astype(x.dtype)

    def vjp_x(g, x, p):
        slope = x.digamma()
        for k in range(1, p):
            slope = slope + (x - k / 2).digamma()
        return g * slope


class zeta(Binary):
    """The sum of `(other + k) ** -input` over k = 0, 1, 2..., elementwise (Hurwitz zeta).

    Example:
        >>> import rushlight as torch
        >>> torch.special.zeta(torch.tensor([2.0, 4.0]), 1)
        tensor([1.6449, 1.0823])
    """

    kind = "float"
    places = "special"
    inplace = False
    node = "SpecialZetaBackward0"
    number_nodes = ("SpecialZetaBackward1", "SpecialZetaBackward2")
    refuses = lacks("zeta_cpu", "complex")

    def forward(a, b):
        return kernels.gamma.zeta(a, b)

    def vjp_a(g):
        raise RuntimeError(
            "zeta's derivative with respect to its first argument is not implemented"
        )

    def vjp_b(g, a, b):
        return g * -a * zeta.called(a + 1, b)


def density(a, x):
    """The derivative of `igamma(a, x)` by x: that of the gamma distribution."""
    return ((a - 1) * x.log() - x - a.lgamma()).exp()


class igamma(Binary):
    """The lower regularised incomplete gamma function, elementwise: the integral of
    `t ** (input - 1) * exp(-t)` from 0 to `other`, over gamma(`input`).

    Gradients flow to `other` only.

    Raises:
        NotImplementedError: for integers alone, and for complex numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
        tensor([0.6321, 0.2642])
    """

    numbers = (False, False)
    refuses = lacks("igamma_cpu", "bool int complex")

    def forward(a, x):
        return kernel.lower(a, x)

    def vjp_a(g):
        raise NotImplementedError("the derivative for 'igamma: input' is not implemented.")

    def vjp_x(g, a, x):
        return g * density(a, x)


class igammac(Binary):
    """The upper regularised incomplete gamma function, elementwise: 1 less `igamma`.

    Example:
        >>> import rushlight as torch
        >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
        tensor([0.3679, 0.7358])
    """

    numbers = (False, False)
    refuses = lacks("igammac_cpu", "bool int complex")

    def forward(a, x):
        return kernel.upper(a, x)

    def vjp_a(g):
        raise NotImplementedError("the derivative for 'igammac: input' is not implemented.")

    def vjp_x(g, a, x):
        return -g * density(a, x)


@public("special", out=True)
def gammainc(input, other):
    """`torch.igamma`."""
    as_tensor_argument("special_gammainc", "input", 1, input)
    return igamma.bound(input, other)


@public("special", out=True)
def gammaincc(input, other):
    """`torch.igammac`."""
    as_tensor_argument("special_gammaincc", "input", 1, input)
    return igammac.bound(input, other)
