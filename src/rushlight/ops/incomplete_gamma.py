"""The regularised incomplete gamma functions."""

from rushlight.kernels import incomplete_gamma as kernel
from rushlight.ops.families import Binary, as_tensor_argument, lacks
from rushlight.ops.publish import public


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
