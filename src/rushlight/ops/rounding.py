"""Rounding, signs and magnitudes: functions made of steps."""

import numpy as np

from rushlight.ops.families import Binary, Elementwise, Unary, as_tensor_argument, lacks, type_word
from rushlight.tape.dispatch import conj


class Step(Unary, family=True):
    """Constant between its steps, so that its gradient is zero; integers stay as they are."""

    def vjp_x(g):
        return g.new_zeros(g.shape)

    def settled(self):
        super().settled()
        self.plainly = True  # integers never become known

    def compute(self, inputs, params):
        if inputs[0].array.dtype.kind in "iu":
            return inputs[0].array.copy()
        return super().compute(inputs, params)


class ceil(Step):
    """The smallest whole number not below `input`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.ceil(torch.tensor([0.5, -0.5]))
        tensor([1., -0.])
    """

    refuses = lacks("ceil_vml_cpu", "bool") | {
        "complex": (NotImplementedError, "ceil is not supported for complex inputs")
    }

    def forward(x):
        return np.ceil(x)


class floor(Step):
    """The largest whole number not above `input`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.floor(torch.tensor([0.5, -0.5]))
        tensor([ 0., -1.])
    """

    refuses = lacks("floor_vml_cpu", "bool") | {
        "complex": (NotImplementedError, "floor is not supported for complex inputs")
    }

    def forward(x):
        return np.floor(x)


class trunc(Step):
    """`input` rounded towards zero, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.trunc(torch.tensor([1.5, -1.5]))
        tensor([ 1., -1.])
    """

    aliases = ("fix",)
    refuses = lacks("trunc_vml_cpu", "bool") | {
        "complex": (NotImplementedError, "trunc is not supported for complex inputs")
    }

    def forward(x):
        return np.trunc(x)


class round(Elementwise):
    """`input` rounded to `decimals` places, elementwise; halves go to the even neighbour.

    Example:
        >>> import rushlight as torch
        >>> torch.round(torch.tensor([0.5, 1.5, 2.5]))
        tensor([0., 2., 2.])
        >>> torch.round(torch.tensor([3.14159]), decimals=2)
        tensor([3.1400])
    """

    refuses = lacks("round_vml_cpu", "bool complex")

    def bind(input, *, decimals=None):
        as_tensor_argument("round", "input", 1, input)
        return ((input,), ()) if decimals is None else (round_decimals, (input,), (decimals,))

    def forward(x):
        return x.copy() if x.dtype.kind in "iu" else np.rint(x)

    def vjp_x(g):
        return g.new_zeros(g.shape)


class round_decimals(Elementwise):
    """`round` to some number of decimals, which may be negative."""

    public_name = "round"
    places = None
    node = "RoundBackward1"
    refuses = lacks("round_cpu", "bool int complex")

    def forward(x, decimals):
        scale = x.dtype.type(10.0 ** max(decimals, -decimals))
        return np.rint(x / scale) * scale if decimals < 0 else np.rint(x * scale) / scale

    def vjp_x(g):
        return g.new_zeros(g.shape)


class frac(Unary):
    """What `trunc` takes away: `input - trunc(input)`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.frac(torch.tensor([1.5, -2.25]))
        tensor([ 0.5000, -0.2500])
    """

    refuses = lacks("frac_cpu", "bool int complex")

    def forward(x):
        return x - np.trunc(x)

    def vjp_x(g):
        return g


class nan_to_num(Elementwise):
    """`input` with nan and the infinities replaced by finite numbers.

    The default is 0 for nan, and the largest and smallest finite number for the infinities.

    Example:
        >>> import rushlight as torch
        >>> torch.nan_to_num(torch.tensor([float("nan"), 1.0, float("inf")]), posinf=9)
        tensor([0., 1., 9.])
    """

    def bind(input, nan=None, posinf=None, neginf=None):
        for name, value in (("nan", nan), ("posinf", posinf), ("neginf", neginf)):
            if value is not None and not isinstance(value, (int, float)):
                raise TypeError(
                    f"nan_to_num(): argument '{name}' must be float, not {type_word(value)}"
                )
        if input.requires_grad and input.dtype.is_complex:
            raise RuntimeError(
                "nan_to_num does not support automatic differentiation for outputs "
                "with complex dtype."
            )
        return (as_tensor_argument("nan_to_num", "input", 1, input),), (nan, posinf, neginf)

    def forward(x, nan, posinf, neginf):
        if x.dtype.kind in "iub":
            return x.copy()
        return np.nan_to_num(x, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)

    def vjp_x(g, x):
        return g * x.isfinite()


# -- signs and magnitudes --------------------------------------------------------------------


class abs(Unary):
    """The distance from zero, elementwise; real for complex numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.abs(torch.tensor([-1, 2]))
        tensor([1, 2])
    """

    aliases = ("absolute",)
    holomorphic = False
    refuses = lacks("abs_cpu", "bool")

    def forward(x):
        return np.absolute(x)

    def vjp_x(g, x):
        return g * x.sgn()


class sign(Unary):
    """-1, 0 or 1, elementwise, as `input` is negative, zero (or nan) or positive.

    Example:
        >>> import rushlight as torch
        >>> torch.sign(torch.tensor([-2.5, 0.0, 7.0]))
        tensor([-1.,  0.,  1.])
    """

    refuses = {
        "complex": (
            NotImplementedError,
            "Unlike NumPy, torch.sign is not intended to "
            "support complex numbers. Please use torch.sgn instead.",
        )
    }

    def forward(x):
        return signs(x)

    def vjp_x(g):
        return g.new_zeros(g.shape)


def signs(x):
    """The signs of real numbers; that of nan is 0, as in PyTorch."""
    if x.dtype.kind in "bu":
        return (x != 0).astype(x.dtype)
    return np.subtract(x > 0, x < 0, dtype=np.int8).astype(x.dtype)


class sgn(Unary):
    """The sign of real numbers, the direction `input / |input|` of complex ones; 0 at zero.

    Example:
        >>> import rushlight as torch
        >>> torch.sgn(torch.tensor([3 + 4j, 0]))
        tensor([0.6000+0.8000j, 0.0000+0.0000j])
    """

    holomorphic = False

    def forward(x):
        if x.dtype.kind != "c":
            return signs(x)
        length = np.absolute(x)
        return np.where(length == 0, 0, x / length).astype(x.dtype)

    def vjp_x(g, x, ans):
        if not x.dtype.is_complex:
            return g.new_zeros(g.shape)
        along = (g * conj(ans)).real * ans
        return ((g - along) / x.abs()).masked_fill(x == 0, 0)


class copysign(Binary):
    """The magnitude of `input` with the sign of `other`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.copysign(torch.tensor([1.0, 2.0]), -0.0)
        tensor([-1., -2.])
    """

    kind = "float"
    numbers = (False, True)
    number_nodes = (None, "CopysignBackward1")
    refuses = lacks("copysign_cpu", "complex")

    def forward(a, b):
        return np.copysign(a, b)

    def vjp_a(g, a, ans):
        return g * (ans / a).masked_fill(a == 0, 0)

    def vjp_b(g):
        return g.new_zeros(g.shape)


class heaviside(Binary):
    """0 below zero, 1 above, `values` at zero, elementwise; not differentiable.

    Raises:
        RuntimeError: if the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([0.5]))
        tensor([0.0000, 0.5000, 1.0000])
    """

    arguments = ("input", "values")
    numbers = (False, False)
    node = "NotImplemented"

    def bind(input, values):
        if input.dtype.is_complex or values.dtype.is_complex:
            raise RuntimeError("heaviside is not yet implemented for complex tensors.")
        if input.dtype is not values.dtype:
            raise RuntimeError(
                "heaviside is not yet implemented for tensors with different dtypes."
            )
        return (input, values), ()

    def forward(a, b):
        return np.where(a == 0, b, a > 0).astype(a.dtype)

    def vjp_a(g):
        raise RuntimeError("derivative for aten::heaviside is not implemented")

    def vjp_b(g):
        raise RuntimeError("derivative for aten::heaviside is not implemented")
