"""Exponentials, logarithms, powers and roots."""

import math

import numpy as np

from rushlight import kernels
from rushlight.kernels import dtypes
from rushlight.ops.families import Binary, Elementwise, Slope, Unary, as_tensor_argument, lacks
from rushlight.ops.publish import public
from rushlight.tape.core import state, wants
from rushlight.tape.dispatch import conj, ready

LN_2 = math.log(2.0)
LN_10 = math.log(10.0)


class exp(Unary):
    """`e ** input`, elementwise; integers become the default float.

    Example:
        >>> import rushlight as torch
        >>> torch.exp(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 2.7183])
    """

    kind = "float"

    def forward(x):
        return np.exp(x)

    def vjp_x(g, ans):
        return g * conj(ans)


class exp2(Unary):
    """`2 ** input`, elementwise; integers become the default float.

    Example:
        >>> import rushlight as torch
        >>> torch.exp2(torch.tensor([0, 3]))
        tensor([1., 8.])
    """

    kind = "float"
    places = "torch Tensor special"

    def forward(x):
        return np.exp(x * x.dtype.type(LN_2)) if x.dtype.kind == "c" else np.exp2(x)

    def vjp_x(g, ans):
        return g * conj(ans) * LN_2


class expm1(Unary):
    """`e ** input - 1`, elementwise, exact for small inputs too.

    Example:
        >>> import rushlight as torch
        >>> torch.expm1(torch.tensor([0.0, 1e-6]))
        tensor([0.0000e+00, 1.0000e-06])
    """

    kind = "float"
    places = "torch Tensor special"

    def forward(x):
        return np.expm1(x)

    def vjp_x(g, ans):
        return g * conj(ans + 1)


class log(Unary):
    """The natural logarithm, elementwise; nan below zero, unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.log(torch.tensor([1.0, 0.0, -1.0]))
        tensor([0., -inf, nan])
    """

    kind = "float"

    def forward(x):
        return np.log(x)

    def vjp_x(g, x):
        return g / conj(x)


class log2(Unary):
    """The logarithm to base 2, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.log2(torch.tensor([1, 8]))
        tensor([0., 3.])
    """

    kind = "float"

    def forward(x):
        return np.log2(x)

    def vjp_x(g, x):
        return g / (conj(x) * LN_2)


class log10(Unary):
    """The logarithm to base 10, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.log10(torch.tensor([1, 100]))
        tensor([0., 2.])
    """

    kind = "float"

    def forward(x):
        return np.log10(x)

    def vjp_x(g, x):
        return g / (conj(x) * LN_10)


class log1p(Unary):
    """`log(1 + input)`, elementwise, exact for small inputs too.

    Example:
        >>> import rushlight as torch
        >>> torch.log1p(torch.tensor([0.0, 1e-6]))
        tensor([0.0000e+00, 1.0000e-06])
    """

    kind = "float"
    places = "torch Tensor special"
    node = "Log1PBackward0"

    def forward(x):
        return np.log1p(x)

    def vjp_x(g, x):
        return g / conj(x + 1)


# -- roots and squares -----------------------------------------------------------------------


class sqrt(Unary):
    """The square root, elementwise; nan below zero, unless complex.

    Example:
        >>> import rushlight as torch
        >>> torch.sqrt(torch.tensor([4, 9]))
        tensor([2., 3.])
    """

    kind = "float"

    def forward(x):
        return np.sqrt(x)

    def vjp_x(g, ans):
        return g / (2 * conj(ans))


class rsqrt(Unary):
    """`1 / sqrt(input)`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.rsqrt(torch.tensor([4.0, 0.0]))
        tensor([0.5000,    inf])
    """

    kind = "float"

    def forward(x):
        return np.reciprocal(np.sqrt(x))

    def vjp_x(g, ans):
        return -0.5 * g * conj(ans * ans * ans)


class square(Unary):
    """`input ** 2`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.square(torch.tensor([3, -4]))
        tensor([ 9, 16])
    """

    node = "PowBackward0"

    def forward(x):
        return np.square(x.astype(np.int64) if x.dtype.kind == "b" else x)

    def vjp_x(g, x):
        return g * (2 * conj(x))


# -- powers ----------------------------------------------------------------------------------


class pow(Binary):
    """`input ** exponent`, elementwise; one of the two may be a number.

    Raises:
        RuntimeError: for integers to a negative integer number.

    Example:
        >>> import rushlight as torch
        >>> torch.pow(torch.tensor([1, 2, 3]), 2)
        tensor([1, 4, 9])
        >>> 2 ** torch.tensor([1.0, 0.5])
        tensor([2.0000, 1.4142])
    """

    arguments = ("input", "exponent")
    node = "PowBackward1"
    refuses = lacks("pow", "bool")

    def bind(input, exponent):
        return powers_of(input, exponent)

    def forward(x, exponent):
        return by_logarithm(x, exponent)

    def vjp_x(g, x, exponent):
        return (g * conj(exponent * x ** (exponent - 1))).masked_fill(exponent == 0, 0)

    def vjp_exponent(g, x, exponent, ans):
        return (g * conj(ans * x.log())).masked_fill((x == 0) & is_nonnegative(exponent), 0)


class pow_scalar(Elementwise):
    """`pow` with a number as exponent."""

    public_name = "pow"
    places = None
    refuses = lacks("pow", "bool")

    def compute(self, inputs, params):
        out = self.fast.call2(inputs[0].array, params[0])
        if out is not None:
            return out
        if isinstance(params[0], bool) and inputs[0].array.dtype.kind == "b":
            return np.asarray(inputs[0].array | (not params[0]))
        values = [inputs[0].array, params[0]]
        x, exponent = values if ready(self, values) else self.operands(values)
        if x.dtype.kind in "iu" and params[0] < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        with np.errstate(all="ignore"):
            if params[0] == 2:
                return np.asarray(np.square(x))
            if params[0] in (0.5, -0.5):  # nan for -inf, as of roots
                root = np.sqrt(x)
                return np.asarray(root if params[0] == 0.5 else np.reciprocal(root))
            return np.asarray(power(x, exponent))

    def forward(x, exponent):
        return power(x, exponent)

    def vjp_x(g, x, exponent):
        if exponent == 0:
            return g.new_zeros(g.shape)
        if exponent in (1, 2) and (x.box is not None or not (state().grad and wants(x))):
            if exponent == 2:  # an operand in a transform, which may have a tangent, is used once
                return (2 * g) * conj(x) if g.box is None is not x.box else g * (2 * conj(x))
            return g
        # recorded, x ** 1 keeps the graph that PyTorch has
        return g * conj(exponent * x ** (exponent - 1))


class pow_of_scalar(Elementwise):
    """`pow` of a number."""

    public_name = "pow"
    places = None
    node = "PowBackward2"
    refuses = lacks("pow", "bool")

    def compute(self, inputs, params):
        exponent, base = self.operands([inputs[0].array, params[0]])
        with np.errstate(all="ignore"):
            return np.asarray(by_logarithm(base, exponent))

    def forward(exponent, base):
        return by_logarithm(base, exponent)

    def vjp_exponent(g, exponent, base, ans):
        if base == 0:
            return (g * -math.inf * conj(ans)).masked_fill(is_nonnegative(exponent), 0)
        return g * conj(ans * log_of_number(base, ans.dtype.is_complex))


def powers_of(base, exponent):
    """The power operation for operands of which one may be a number, and its arguments."""
    if isinstance(exponent, (int, float, complex)):
        return pow_scalar, (base,), (exponent,)
    if isinstance(base, (int, float, complex)):
        return pow_of_scalar, (exponent,), (base,)
    return pow, (base, exponent), ()


def power(a, b):
    """a ** b on arrays of one dtype; integers wrap around."""
    if a.dtype.kind in "iu" and np.any(b < 0):
        return integer_reciprocal_power(a, b)
    return np.power(a, b)


def by_logarithm(a, b):
    """`power` with an exponent that is no number: complex, 0 ** 0 is nan, for 0 has no logarithm."""
    out = power(a, b)
    if out.dtype.kind != "c" or np.all(b):
        return out
    return np.where((a == 0) & (b == 0), out.dtype.type(complex("nan+nanj")), out)


def integer_reciprocal_power(a, b):
    """Integer powers with some negative exponents: there only 1 and -1 have integer results."""
    whole = np.power(a, np.abs(b))
    small = np.where(np.abs(a) == 1, whole, 0)
    return np.where(b >= 0, whole, small).astype(a.dtype)


def is_nonnegative(exponent):
    """Where powers of zero with this exponent are no poles."""
    if exponent.dtype.is_complex:
        return (exponent.imag == 0) & (exponent.real >= 0)
    return exponent >= 0


def log_of_number(x, to_complex):
    """The logarithm of a Python number; nan for a negative one unless the result is complex."""
    if to_complex or isinstance(x, complex):
        return complex(np.log(complex(x)))
    return math.log(x) if x > 0 else math.nan


@public("torch Tensor", out=True)
def float_power(input, exponent):
    """`input ** exponent` computed in float64, or complex128.

    Example:
        >>> import rushlight as torch
        >>> torch.float_power(torch.tensor([2, 3]), -1)
        tensor([0.5000, 0.3333], dtype=torch.float64)
    """
    wide = power_dtype(input, exponent)
    operation, inputs, params = powers_of(widened(input, wide), widened(exponent, wide))
    return operation.run(inputs, params)


@public("Tensor", name="float_power_")
def float_power_over(input, exponent):
    """In-place version of `float_power`, for tensors of the dtype it computes in.

    Raises:
        RuntimeError: for another dtype.
    """
    wide = power_dtype(input, exponent)
    if input.dtype is not wide:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {input.dtype.scalar_type} "
            f"but the operation's result requires dtype {wide.scalar_type}"
        )
    return input.pow_(widened(exponent, wide))


def power_dtype(*operands):
    """complex128 if an operand of `float_power` is complex, else float64."""
    for x in operands:
        if isinstance(x, complex) or (not isinstance(x, (int, float)) and x.dtype.is_complex):
            return dtypes.complex128
    return dtypes.float64


def widened(x, dtype):
    """A tensor in a dtype, a number in its Python type."""
    if isinstance(x, (int, float, complex)):
        return complex(x) if dtype.is_complex else float(x)
    return x.to(dtype)


# -- sums of exponentials, products with logarithms ------------------------------------------


class logaddexp(Binary):
    """`log(exp(input) + exp(other))`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.logaddexp(torch.tensor([100.0]), torch.tensor([100.0]))
        tensor([100.6931])
    """

    inplace = False
    numbers = (False, False)
    refuses = lacks("logaddexp_cpu", "bool int")

    def forward(a, b):
        if a.dtype.kind != "c":
            return np.logaddexp(a, b)
        high = np.where(a.real >= b.real, a, b)
        return high + np.log1p(np.exp(np.where(a.real >= b.real, b, a) - high))

    def vjp_a(g, a, b):
        return g * conj(1 / (1 + (b - a).exp()))

    def vjp_b(g, a, b):
        return g * conj(1 / (1 + (a - b).exp()))


class logaddexp2(Binary):
    """`log2(2 ** input + 2 ** other)`, elementwise, without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.logaddexp2(torch.tensor([100.0]), torch.tensor([100.0]))
        tensor([101.])
    """

    inplace = False
    numbers = (False, False)
    refuses = lacks("logaddexp2_cpu", "bool int complex")

    def forward(a, b):
        return np.logaddexp2(a, b)

    def vjp_a(g, a, b):
        return g / (1 + (b - a).exp2())

    def vjp_b(g, a, b):
        return g / (1 + (a - b).exp2())


class xlogy(Binary):
    """`input * log(other)`, elementwise, which is 0 where `input` is (unless `other` is nan).

    Example:
        >>> import rushlight as torch
        >>> torch.xlogy(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0]))
        tensor([0., 0.])
    """

    kind = "float"
    places = "torch Tensor special"
    number_nodes = ("XlogyBackward1", "XlogyBackward2")
    refuses = lacks("xlogy_cpu", "complex")

    def forward(a, b):
        return np.where(np.isnan(b), b, np.where(a == 0, 0, a * np.log(b)).astype(a.dtype))

    def vjp_a(g, a, b):
        if not hasattr(b, "log"):
            return (g * log_of_number(b, False)).masked_fill((a == 0) & (b <= 0), 0)
        return (g * b.log()).masked_fill((a == 0) & (b <= 0), 0)

    def vjp_b(g, a, b):
        return g * a / b


class xlog1py(Binary):
    """`input * log1p(other)`, elementwise, which is 0 where `input` is (unless `other` is nan).

    Example:
        >>> import rushlight as torch
        >>> torch.special.xlog1py(torch.tensor([0.0, 1.0]), torch.tensor([-1.0, 1.0]))
        tensor([0.0000, 0.6931])
    """

    kind = "float"
    places = "special"
    inplace = False
    node = "SpecialXlog1PyBackward0"
    number_nodes = ("SpecialXlog1PyBackward1", "SpecialXlog1PyBackward2")
    refuses = lacks("xlog1py_cpu", "complex")

    def forward(a, b):
        return np.where(np.isnan(b), b, np.where(a == 0, 0, a * np.log1p(b)).astype(a.dtype))

    def vjp_a(g, a, b):
        if not hasattr(b, "log1p"):
            return (g * log_of_number(1 + b, False)).masked_fill((a == 0) & (b <= -1), 0)
        return (g * b.log1p()).masked_fill((a == 0) & (b <= -1), 0)

    def vjp_b(g, a, b):
        return g * a / (b + 1)


# -- logistic --------------------------------------------------------------------------------


class sigmoid(Unary):
    """`1 / (1 + exp(-input))`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.sigmoid(torch.tensor([0.0, 100.0]))
        tensor([0.5000, 1.0000])
    """

    kind = "float"
    places = "torch Tensor F"

    def forward(x):
        return np.reciprocal(1 + np.exp(-x))

    def vjp_x(g, ans):
        return g * conj((1 - ans) * ans) if ans.dtype.is_complex else sigmoid_gradient(g, ans)


class sigmoid_gradient(Slope):
    """What sigmoid makes of a real cotangent, by its result."""

    node = "SigmoidBackwardBackward0"

    def forward(g, y):
        return kernels.curves.sigmoid_gradient(g, y)

    def vjp_g(u, y):
        return sigmoid_gradient(u, y)

    def vjp_y(u, g, y):
        return u * g * (1 - y * 2)


class logit(Elementwise):
    """`log(input / (1 - input))`, elementwise, of the input clamped to `[eps, 1 - eps]`.

    Example:
        >>> import rushlight as torch
        >>> torch.logit(torch.tensor([0.5, 1.0]), eps=1e-6)
        tensor([ 0.0000, 13.8023])
    """

    kind = "float"
    places = "torch Tensor special"
    refuses = lacks("logit_cpu", "complex")

    def bind(input, eps=None):
        return (as_tensor_argument("logit", "input", 1, input),), (eps,)

    def forward(x, eps):
        if eps is not None:
            low, high = np.asarray([eps, 1 - eps], x.dtype)
            x = np.where(x < low, low, np.where(x > high, high, x))
        return np.log(x / (1 - x))

    def vjp_x(g, x, eps):
        low, high = (0.0, 1.0) if eps is None else (eps, 1 - eps)
        outside = math.nan if eps is None else 0.0
        return (g / (x * (1 - x))).masked_fill((x < low) | (x > high), outside)
