"""Trigonometric and hyperbolic functions, their inverses, and angles."""

import math

import numpy as np

from rushlight import kernels
from rushlight.ops.families import Binary, Slope, Unary, lacks
from rushlight.tape.core import state
from rushlight.tape.dispatch import conj


class sin(Unary):
    """The sine, elementwise, of radians.

    Example:
        >>> import rushlight as torch
        >>> torch.sin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8415])
    """

    kind = "float"

    def forward(x):
        return np.sin(x)

    def vjp_x(g, x):
        return g * conj(x.cos())


class cos(Unary):
    """The cosine, elementwise, of radians.

    Example:
        >>> import rushlight as torch
        >>> torch.cos(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.5403])
    """

    kind = "float"

    def forward(x):
        return np.cos(x)

    def vjp_x(g, x):
        return g * -conj(x.sin())


class tan(Unary):
    """The tangent, elementwise, of radians.

    Example:
        >>> import rushlight as torch
        >>> torch.tan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5574])
    """

    kind = "float"

    def forward(x):
        return np.tan(x)

    def vjp_x(g, ans):
        return g * conj(1 + ans * ans)


class asin(Unary):
    """The angle in [-pi/2, pi/2] whose sine is `input`; nan outside [-1, 1], unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])
    """

    kind = "float"
    aliases = ("arcsin",)

    def forward(x):
        return np.arcsin(x)

    def vjp_x(g, x):
        return g * conj((1 - x * x).rsqrt())


class acos(Unary):
    """The angle in [0, pi] whose cosine is `input`; nan outside [-1, 1], unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.acos(torch.tensor([1.0, 0.0]))
        tensor([0.0000, 1.5708])
    """

    kind = "float"
    aliases = ("arccos",)

    def forward(x):
        return np.arccos(x)

    def vjp_x(g, x):
        return g * -conj((1 - x * x).rsqrt())


class atan(Unary):
    """The angle in (-pi/2, pi/2) whose tangent is `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])
    """

    kind = "float"
    aliases = ("arctan",)

    def forward(x):
        return np.arctan(x)

    def vjp_x(g, x):
        return g / conj(x * x + 1)


class atan2(Binary):
    """The angle of the point (`other`, `input`), elementwise, in (-pi, pi].

    Example:
        >>> import rushlight as torch
        >>> torch.atan2(torch.tensor([1.0, -1.0]), torch.tensor([-1.0, 0.0]))
        tensor([ 2.3562, -1.5708])
    """

    kind = "float"
    aliases = ("arctan2",)
    numbers = (False, False)
    refuses = lacks("atan2_cpu", "complex")

    def forward(a, b):
        return np.arctan2(a, b)

    def vjp_a(g, a, b):
        return g * (b * inverse_square(a, b))

    def vjp_b(g, a, b):
        return g * (-a * inverse_square(a, b))


def inverse_square(a, b):
    """1 / (a^2 + b^2), and 0 at the origin, where the angle has no derivative."""
    square = a * a + b * b
    return square.reciprocal().masked_fill(square == 0, 0)


class hypot(Binary):
    """`sqrt(input^2 + other^2)`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.hypot(torch.tensor([3.0]), torch.tensor([4.0]))
        tensor([5.])
    """

    numbers = (False, False)
    refuses = lacks("hypot_cpu", "bool int complex")

    def forward(a, b):
        return np.hypot(a, b)

    def vjp_a(g, a, ans):
        return g * direction(a, ans)

    def vjp_b(g, b, ans):
        return g * direction(b, ans)


def direction(a, length):
    """`a / length`; under `safe_grad` 0 at the origin, which is a subgradient there."""
    ratio = a / length
    return ratio.masked_fill(length == 0, 0) if state().safe else ratio


# -- hyperbolic ------------------------------------------------------------------------------


class sinh(Unary):
    """The hyperbolic sine, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.sinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.1752])
    """

    kind = "float"

    def forward(x):
        return np.sinh(x)

    def vjp_x(g, x):
        return g * conj(x.cosh())


class cosh(Unary):
    """The hyperbolic cosine, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.cosh(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.5431])
    """

    kind = "float"

    def forward(x):
        return np.cosh(x)

    def vjp_x(g, x):
        return g * conj(x.sinh())


class tanh(Unary):
    """The hyperbolic tangent, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.tanh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7616])
    """

    kind = "float"
    places = "torch Tensor F"

    def forward(x):
        return np.tanh(x)

    def vjp_x(g, ans):
        return g * conj(1 - ans * ans) if ans.dtype.is_complex else tanh_gradient(g, ans)


class tanh_gradient(Slope):
    """What tanh makes of a real cotangent, by its result."""

    node = "TanhBackwardBackward0"

    def forward(g, y):
        return kernels.curves.tanh_gradient(g, y)

    def vjp_g(u, y):
        return tanh_gradient(u, y)

    def vjp_y(u, g, y):
        return u * g * (y * -2)


class asinh(Unary):
    """The inverse of `sinh`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])
    """

    kind = "float"
    aliases = ("arcsinh",)

    def forward(x):
        return np.arcsinh(x)

    def vjp_x(g, x):
        return g * conj((x * x + 1).rsqrt())


class acosh(Unary):
    """The inverse of `cosh`, elementwise; nan below 1, unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])
    """

    kind = "float"
    aliases = ("arccosh",)

    def forward(x):
        return np.arccosh(x)

    def vjp_x(g, x):
        if x.dtype.is_complex:  # rsqrt(x^2 - 1) would be on the other branch for Re x < 0
            return g * conj((x + 1).rsqrt() * (x - 1).rsqrt())
        return g * (x * x - 1).rsqrt()


class atanh(Unary):
    """The inverse of `tanh`, elementwise; nan outside [-1, 1], unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])
    """

    kind = "float"
    aliases = ("arctanh",)

    def forward(x):
        return np.arctanh(x)

    def vjp_x(g, x):
        return g / conj(1 - x * x)


# -- angles ----------------------------------------------------------------------------------


class sinc(Unary):
    """`sin(pi x) / (pi x)` of `input`, elementwise, which is 1 at zero.

    Example:
        >>> import rushlight as torch
        >>> torch.sinc(torch.tensor([0.0, 0.5]))
        tensor([1.0000, 0.6366])
    """

    kind = "float"
    places = "torch Tensor special"

    def forward(x):
        turn = x * x.dtype.type(math.pi)
        return np.where(x == 0, 1, np.sin(turn) / turn).astype(x.dtype)

    def vjp_x(g, x):
        turn = x * math.pi
        square = turn * x  # may be 0 although x is not
        slope = (turn * turn.cos() - turn.sin()) / square
        return g * conj(slope.masked_fill(square == 0, 0))


class deg2rad(Unary):
    """Degrees in radians, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.deg2rad(torch.tensor([180.0]))
        tensor([3.1416])
    """

    kind = "float"
    node = "Deg2RadBackward0"
    refuses = {"complex": (RuntimeError, "deg2rad is not supported for complex tensors.")}

    def forward(x):
        return x * x.dtype.type(math.pi / 180)

    def vjp_x(g):
        return g * (math.pi / 180)


class rad2deg(Unary):
    """Radians in degrees, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.rad2deg(torch.tensor([3.14159265]))
        tensor([180.])
    """

    kind = "float"
    node = "Rad2DegBackward0"
    refuses = {"complex": (RuntimeError, "rad2deg is not supported for complex tensors.")}

    def forward(x):
        return x * x.dtype.type(180 / math.pi)

    def vjp_x(g):
        return g * (180 / math.pi)
