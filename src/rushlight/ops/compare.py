"""Comparisons, tests of values, and the logic of bools and bits."""

import numpy as np

from rushlight.ops.families import (
    Binary,
    Elementwise,
    Unary,
    as_tensor_argument,
    lacks,
)
from rushlight.ops.publish import public


class Comparison(Binary, family=True):
    """True or False per element. Only its in-place form is recorded: its gradient is zero."""

    numbers = (False, True)

    def vjp_a(g):
        return g.new_zeros(g.shape)

    def vjp_b(g):
        return g.new_zeros(g.shape)


class eq(Comparison):
    """Is `input` equal to `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]) == 2
        tensor([False,  True])
    """

    node = "EqBackward1"
    number_nodes = (None, "EqBackward0")

    def forward(a, b):
        return np.equal(a, b)


class ne(Comparison):
    """Is `input` unequal to `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]) != 2
        tensor([ True, False])
    """

    node = "NeBackward1"
    number_nodes = (None, "NeBackward0")
    aliases = ("not_equal",)

    def forward(a, b):
        return np.not_equal(a, b)


class lt(Comparison):
    """Is `input` less than `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]) < 2
        tensor([ True, False])
    """

    node = "LtBackward1"
    number_nodes = (None, "LtBackward0")
    aliases = ("less",)
    refuses = lacks("lt_cpu", "complex")

    def forward(a, b):
        return np.less(a, b)


class le(Comparison):
    """Is `input` less than or equal to `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2, 3]) <= 2
        tensor([ True,  True, False])
    """

    node = "LeBackward1"
    number_nodes = (None, "LeBackward0")
    aliases = ("less_equal",)
    refuses = lacks("le_cpu", "complex")

    def forward(a, b):
        return np.less_equal(a, b)


class gt(Comparison):
    """Is `input` greater than `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([2, 3]) > 2
        tensor([False,  True])
    """

    node = "GtBackward1"
    number_nodes = (None, "GtBackward0")
    aliases = ("greater",)
    refuses = lacks("gt_cpu", "complex")

    def forward(a, b):
        return np.greater(a, b)


class ge(Comparison):
    """Is `input` greater than or equal to `other`, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]) >= 2
        tensor([False,  True])
    """

    node = "GeBackward1"
    number_nodes = (None, "GeBackward0")
    aliases = ("greater_equal",)
    refuses = lacks("ge_cpu", "complex")

    def forward(a, b):
        return np.greater_equal(a, b)


# -- tests of values -------------------------------------------------------------------------


class isnan(Unary):
    """Which elements are nan (of a complex number, either part)?

    Example:
        >>> import rushlight as torch
        >>> torch.isnan(torch.tensor([1.0, float("nan")]))
        tensor([False,  True])
    """

    inplace = False
    takes_out = False

    def forward(x):
        return np.not_equal(x, x)


class isinf(Unary):
    """Which elements are infinite, of either sign?

    Example:
        >>> import rushlight as torch
        >>> torch.isinf(torch.tensor([1.0, -float("inf")]))
        tensor([False,  True])
    """

    inplace = False
    takes_out = False

    def forward(x):
        return np.isinf(x)


class isfinite(Unary):
    """Which elements are neither infinite nor nan?

    Example:
        >>> import rushlight as torch
        >>> torch.isfinite(torch.tensor([1.0, float("inf"), float("nan")]))
        tensor([ True, False, False])
    """

    inplace = False
    takes_out = False

    def forward(x):
        return np.isfinite(x)


class isposinf(Unary):
    """Which elements are plus infinity?

    Example:
        >>> import rushlight as torch
        >>> torch.isposinf(torch.tensor([float("inf"), -float("inf")]))
        tensor([ True, False])
    """

    inplace = False
    refuses = {"complex": (RuntimeError, "isposinf does not support complex inputs.")}

    def forward(x):
        return np.equal(x, np.inf)


class isneginf(Unary):
    """Which elements are minus infinity?

    Example:
        >>> import rushlight as torch
        >>> torch.isneginf(torch.tensor([float("inf"), -float("inf")]))
        tensor([False,  True])
    """

    inplace = False
    refuses = {"complex": (RuntimeError, "isneginf does not support complex inputs.")}

    def forward(x):
        return np.equal(x, -np.inf)


class isreal(Unary):
    """Which elements have no imaginary part?

    Example:
        >>> import rushlight as torch
        >>> torch.isreal(torch.tensor([1 + 0j, 1j]))
        tensor([ True, False])
    """

    inplace = False
    takes_out = False

    def forward(x):
        return np.isreal(x)


class signbit(Unary):
    """Which elements carry a minus sign (zero and nan may)?

    Example:
        >>> import rushlight as torch
        >>> torch.signbit(torch.tensor([1.0, -0.0]))
        tensor([False,  True])
    """

    inplace = False
    refuses = {"complex": (NotImplementedError, "signbit is not implemented for complex tensors.")}

    def forward(x):
        return np.less(x, 0) if x.dtype.kind in "iub" else np.signbit(x)


# -- closeness -------------------------------------------------------------------------------


class isclose(Elementwise):
    """Is `|input - other| <= atol + rtol * |other|`, elementwise? Infinities are close if equal.

    Raises:
        RuntimeError: if the dtypes differ, or a tolerance is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0 + 1e-6, 2.1]))
        tensor([ True, False])
    """

    tensors = 2
    inplace = False
    takes_out = False

    def bind(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
        as_tensor_argument("isclose", "input", 1, input)
        as_tensor_argument("isclose", "other", 2, other)
        if input.dtype is not other.dtype:
            raise RuntimeError(f"{input.dtype.scalar_type} did not match {other.dtype.scalar_type}")
        for name, value in (("rtol", rtol), ("atol", atol)):
            if value < 0:
                raise RuntimeError(
                    f"{name} must be greater than or equal to zero, but got {value:g}"
                )
        return (input, other), (rtol, atol, equal_nan)

    def forward(a, b, rtol, atol, equal_nan):
        close = a == b
        if equal_nan:
            close |= (a != a) & (b != b)
        if rtol == 0 and atol == 0:
            return close
        if a.dtype.kind not in "fc":
            a, b = a.astype(np.float64), b.astype(np.float64)
        distance = np.abs(a - b)
        allowed = atol + np.abs(b * rtol)
        return close | np.isfinite(distance) & (distance <= allowed)


@public("torch Tensor")
def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Are all elements close, in the sense of `isclose`? A bool, not a tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.allclose(torch.ones(2), torch.ones(2) + 1e-7)
        True
    """
    return bool(isclose.bound(input, other, rtol, atol, equal_nan).all().item())


@public("torch Tensor")
def equal(input, other):
    """Have the tensors the same shape and the same elements? A bool, not a tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
        True
    """
    as_tensor_argument("equal", "input", 1, input)
    as_tensor_argument("equal", "other", 2, other)
    return input.shape == other.shape and bool(eq(input, other).all().item())


# -- logic -----------------------------------------------------------------------------------


class Logical(Binary, family=True):
    """Of two tensors taken as truth values; the result is bool."""

    numbers = (False, False)


class logical_and(Logical):
    """Are both true, elementwise? Zero is false.

    Example:
        >>> import rushlight as torch
        >>> torch.logical_and(torch.tensor([1, 0]), torch.tensor([2.0, 1.0]))
        tensor([ True, False])
    """

    def forward(a, b):
        return np.logical_and(a, b)


class logical_or(Logical):
    """Is either true, elementwise? Zero is false.

    Example:
        >>> import rushlight as torch
        >>> torch.logical_or(torch.tensor([1, 0]), torch.tensor([2.0, 0.0]))
        tensor([ True, False])
    """

    def forward(a, b):
        return np.logical_or(a, b)


class logical_xor(Logical):
    """Is exactly one true, elementwise? Zero is false.

    Example:
        >>> import rushlight as torch
        >>> torch.logical_xor(torch.tensor([1, 0]), torch.tensor([2.0, 1.0]))
        tensor([False,  True])
    """

    def forward(a, b):
        return np.logical_xor(a, b)


class logical_not(Unary):
    """Is `input` zero, elementwise?

    Example:
        >>> import rushlight as torch
        >>> torch.logical_not(torch.tensor([1, 0]))
        tensor([False,  True])
    """

    def forward(x):
        return np.logical_not(x)


# -- bits ------------------------------------------------------------------------------------


class bitwise_and(Binary):
    """`input & other`, elementwise, of integers or bools.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([6, 3]) & 2
        tensor([2, 2])
    """

    refuses = lacks("bitwise_and_cpu", "float complex")

    def forward(a, b):
        return np.bitwise_and(a, b)


class bitwise_or(Binary):
    """`input | other`, elementwise, of integers or bools.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([4, 3]) | 2
        tensor([6, 3])
    """

    refuses = lacks("bitwise_or_cpu", "float complex")

    def forward(a, b):
        return np.bitwise_or(a, b)


class bitwise_xor(Binary):
    """`input ^ other`, elementwise, of integers or bools.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([6, 3]) ^ 2
        tensor([4, 1])
    """

    refuses = lacks("bitwise_xor_cpu", "float complex")

    def forward(a, b):
        return np.bitwise_xor(a, b)


class bitwise_not(Unary):
    """`~input`, elementwise, of integers or bools.

    Example:
        >>> import rushlight as torch
        >>> ~torch.tensor([True, False])
        tensor([False,  True])
    """

    refuses = lacks("bitwise_not_cpu", "float complex")

    def forward(x):
        return np.invert(x)


class bitwise_left_shift(Binary):
    """`input * 2 ** other`, elementwise, of integers; bits shifted out are lost.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 3]) << 2
        tensor([ 4, 12])
    """

    refuses = lacks("lshift_cpu", "bool float complex")

    def forward(a, b):
        too_far = (b < 0) | (b >= 8 * a.dtype.itemsize)
        return np.where(too_far, 0, np.left_shift(a, np.where(too_far, 0, b))).astype(a.dtype)


class bitwise_right_shift(Binary):
    """`input / 2 ** other` rounded down, elementwise, of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([12, -12]) >> 2
        tensor([ 3, -3])
    """

    refuses = lacks("rshift_cpu", "bool float complex")

    def forward(a, b):
        last = 8 * a.dtype.itemsize - (1 if a.dtype.kind == "i" else 0)
        if a.dtype.kind == "u":
            too_far = (b < 0) | (b >= last)
            return np.where(too_far, 0, np.right_shift(a, np.where(too_far, 0, b))).astype(a.dtype)
        return np.right_shift(a, np.where((b < 0) | (b > last), last, b).astype(a.dtype))
