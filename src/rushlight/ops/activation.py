"""Smooth activations: the elu family, gelu, silu, mish, softplus and their like."""

from rushlight.kernels import curves
from rushlight.kernels.activations import GELU_CUBIC, GELU_INNER, ROOT_HALF
from rushlight.ops.at_once import activation_gradient, at_once
from rushlight.ops.families import Elementwise, as_tensor_argument, lacks
from rushlight.ops.masks import where
from rushlight.ops.publish import public
from rushlight.ops.rectifiers import NEGATIVE_SLOPE, Activation, choose

# Klambauer and others, Self-Normalizing Neural Networks (2017): the fixed point of mean 0,
# variance 1.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


# -- the elu family --------------------------------------------------------------------------


class elu(Activation):
    """`input` above zero, `alpha * (exp(input) - 1)` below, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.elu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """

    refuses = lacks("elu_cpu", "bool int complex")

    def bind(input, alpha=1.0, inplace=False):
        as_tensor_argument("elu", "input", 1, input)
        return choose(inplace, elu, elu_written), (input,), (alpha, 1, 1)

    def forward(x, alpha, scale, input_scale):
        return curves.elu(x, alpha, scale, input_scale)

    def vjp_x(g, x, alpha, scale, input_scale):
        return elu_slope(g, x, alpha, scale, input_scale)


class elu_written(Elementwise):
    """`elu` over its input."""

    places = None
    node = "EluBackward1"
    refuses = elu.refuses

    def forward(x, alpha, scale, input_scale):
        return curves.elu(x, alpha, scale, input_scale)

    def vjp_x(g, ans, alpha, scale, input_scale):
        return g * elu_slope_at(ans, alpha, scale, input_scale)


class celu(Activation):
    """`max(0, input) + min(0, alpha * (exp(input / alpha) - 1))`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.celu(torch.tensor([-1.0, 2.0]), alpha=2.0)
        tensor([-0.7869,  2.0000])
    """

    places = "torch F"
    refuses = elu.refuses

    def bind(input, alpha=1.0, inplace=False):
        as_tensor_argument("celu", "input", 1, input)
        if alpha == 0:
            raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
        return choose(inplace, celu, celu_written), (input,), (alpha,)

    def forward(x, alpha):
        return curves.elu(x, alpha, 1, 1 / alpha)

    def vjp_x(g, x, alpha):
        return elu_slope(g, x, alpha, 1, 1 / alpha)


class celu_written(Elementwise):
    """`celu` over its input."""

    places = None
    node = "CeluBackward1"
    refuses = elu.refuses

    def forward(x, alpha):
        return curves.elu(x, alpha, 1, 1 / alpha)

    def vjp_x(g, ans, alpha):
        return g * elu_slope_at(ans, alpha, 1, 1 / alpha)


def elu_slope(g, x, alpha, scale, input_scale):
    """What elu does to a cotangent; exp is kept from overflowing where it is not used."""
    if at_once(g, x):
        return activation_gradient(g, x, curves.elu_gradient, alpha, scale, input_scale)
    below = (x.clamp(max=0) * input_scale).exp() * (alpha * scale * input_scale)
    return g * where((below, scale), x <= 0)


def elu_slope_at(ans, alpha, scale, input_scale):
    """The derivative of elu where it has the value `ans`."""
    if alpha < 0:
        raise RuntimeError(NEGATIVE_SLOPE.format("elu"))
    return where(((ans + alpha * scale) * input_scale, scale), ans <= 0)


@public("torch F")
def selu(input, inplace=False):
    """`elu` scaled to keep mean 0 and variance 1 from layer to layer.

    Example:
        >>> import rushlight as torch
        >>> torch.selu(torch.tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])
    """
    as_tensor_argument("selu", "input", 1, input)
    return choose(inplace, elu, elu_written).run((input,), (SELU_ALPHA, SELU_SCALE, 1))


@public("F", name="elu_")
def elu_over(input, alpha=1.0):
    """In-place version of `elu`."""
    return elu.bound(input, alpha, True)


@public("torch F", name="selu_")
def selu_over(input):
    """In-place version of `selu`."""
    return selu(input, True)


@public("torch F", name="celu_")
def celu_over(input, alpha=1.0):
    """In-place version of `celu`."""
    return celu.bound(input, alpha, True)


# -- gated by a smooth step ------------------------------------------------------------------


class gelu(Activation):
    """`input` times the standard normal distribution's probability of being below it.

    `approximate="tanh"` approximates that probability by a tanh.

    Raises:
        RuntimeError: if `approximate` is neither 'none' nor 'tanh'.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.gelu(torch.tensor([-1.0, 2.0]))
        tensor([-0.1587,  1.9545])
    """

    takes_out = True
    refuses = lacks("GeluKernelImpl", "bool int complex")

    def bind(input, *, approximate="none"):
        as_tensor_argument("gelu", "input", 1, input)
        if approximate not in ("none", "tanh"):
            raise RuntimeError("approximate argument must be either none or tanh.")
        return (input,), (approximate,)

    def forward(x, approximate):
        return curves.gelu(x) if approximate == "none" else curves.gelu_tanh(x)

    def vjp_x(g, x, approximate):
        if at_once(g, x):
            exact = approximate == "none"
            kernel = curves.gelu_gradient if exact else curves.gelu_tanh_gradient
            return activation_gradient(g, x, kernel)
        if approximate == "none":
            density = (x * x * -0.5).exp() * (GELU_INNER / 2)
            return g * (0.5 * (1 + (x * ROOT_HALF).erf()) + x * density)
        square = x * x
        t = (GELU_INNER * (x + GELU_CUBIC * x * square)).tanh()
        slope = GELU_INNER * (1 + 3 * GELU_CUBIC * square)
        return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)


class silu(Activation):
    """`input * sigmoid(input)`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.silu(torch.tensor([-1.0, 2.0]))
        tensor([-0.2689,  1.7616])
    """

    refuses = lacks("silu_cpu", "bool int")

    def bind(input, inplace=False):
        as_tensor_argument("silu", "input", 1, input)
        return choose(inplace, silu), (input,), ()

    def forward(x):
        return curves.silu(x)

    def vjp_x(g, x):
        if at_once(g, x) and not x.dtype.is_complex:
            return activation_gradient(g, x, curves.silu_gradient)
        s = x.sigmoid()
        return g * (s * (1 + x * (1 - s))).conj()


class mish(Activation):
    """`input * tanh(softplus(input))`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.mish(torch.tensor([-1.0, 2.0]))
        tensor([-0.3034,  1.9440])
    """

    refuses = lacks("mish_cpu", "bool int complex")

    def bind(input, inplace=False):
        as_tensor_argument("mish", "input", 1, input)
        return choose(inplace, mish), (input,), ()

    def forward(x):
        return curves.mish(x)

    def vjp_x(g, x):
        if at_once(g, x):
            return activation_gradient(g, x, curves.mish_gradient)
        t = softplus(x, 1.0, 20.0).tanh()
        return g * (t + x * x.sigmoid() * (1 - t * t))


# -- logarithms of sigmoids ------------------------------------------------------------------


class softplus(Activation):
    """`log(1 + exp(beta * input)) / beta`, elementwise; above `threshold` the input itself.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.softplus(torch.tensor([-1.0, 2.0]))
        tensor([0.3133, 2.1269])
    """

    takes_out = True
    refuses = lacks("softplus_cpu", "bool int complex")

    def bind(input, beta=1, threshold=20):
        return (as_tensor_argument("softplus", "input", 1, input),), (beta, threshold)

    def forward(x, beta, threshold):
        return curves.softplus(x, beta, threshold)

    def vjp_x(g, x, beta, threshold):
        if at_once(g, x):
            return activation_gradient(g, x, curves.softplus_gradient, beta, threshold)
        scaled = x * beta
        return where((g, g * scaled.sigmoid()), scaled > threshold)


class logsigmoid(Activation):
    """`log(sigmoid(input))`, elementwise, without overflow.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.logsigmoid(torch.tensor([-100.0, 0.0]))
        tensor([-100.0000,   -0.6931])
    """

    takes_out = True
    node = "LogSigmoidBackward0"
    refuses = lacks("log_sigmoid_cpu", "bool int complex")

    def bind(input):
        return (as_tensor_argument("log_sigmoid", "input", 1, input),), ()

    def forward(x):
        return curves.logsigmoid(x)

    def vjp_x(g, x):
        if at_once(g, x):
            return activation_gradient(g, x, curves.logsigmoid_gradient)
        return g * (-x).sigmoid()


# -- compositions ----------------------------------------------------------------------------


@public("F")
def softsign(input):
    """`input / (1 + |input|)`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.softsign(torch.tensor([-1.0, 3.0]))
        tensor([-0.5000,  0.7500])
    """
    return input / (input.abs() + 1)


@public("F")
def tanhshrink(input):
    """`input - tanh(input)`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.tanhshrink(torch.tensor([0.0, 2.0]))
        tensor([0.0000, 1.0360])
    """
    return input - input.tanh()
