"""The gamma function's logarithm, its derivatives, and the zeta function."""

import math

from rushlight import kernels
from rushlight.ops.families import (
    Binary,
    Elementwise,
    Unary,
    as_tensor_argument,
    lacks,
    type_word,
)
from rushlight.tape.core import TensorBase


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
