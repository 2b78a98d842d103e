"""Arithmetic: sums, products, quotients, remainders, and the fused ones of three tensors."""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import (
    Binary,
    Elementwise,
    Unary,
    as_tensor_argument,
    is_operand,
    lacks,
    type_word,
)
from rushlight.ops.numbers import plain_number
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj
from rushlight.tape.straight import binary

NO_BOOL_SUB = "Subtraction, the `-` operator, with {0} not supported. "
USE_XOR = "Use the `^` or `logical_xor()` operator instead."
USE_NOT = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
NO_BOOL_NEG = f"Negation, the `-` operator, on a bool tensor is not supported. {USE_NOT}"
NO_INTEGER_ADDCDIV = (
    "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will "
    "perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be "
    "implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer "
    "inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv "
    "behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all "
    "dtypes."
)


class add(Binary):
    """`input + alpha * other`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.add(torch.tensor([1.0, 2.0]), 3, alpha=2)
        tensor([7., 8.])
    """

    two_numbers = True
    additive = True

    def bind(input, other, *, alpha=1):
        return (input, other), (factor(alpha, input, other),)

    def forward(a, b, alpha=1):
        return np.add(a, b if alpha == 1 else scaled(b, alpha, a))

    def vjp_a(g):
        return g

    def vjp_b(g, alpha):
        return g if alpha == 1 else g * conj(alpha)


class sub(Binary):
    """`input - alpha * other`, elementwise; booleans are refused.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1.0, 2.0]) - 3
        tensor([-2., -1.])
    """

    two_numbers = True
    additive = True
    aliases = ("subtract",)

    def bind(input, other, *, alpha=1):
        refuse_bool_difference(input, other)
        return (input, other), (factor(alpha, input, other),)

    def forward(a, b, alpha=1):
        return np.subtract(a, b if alpha == 1 else scaled(b, alpha, a))

    def vjp_a(g):
        return g

    def vjp_b(g, alpha):
        return -g if alpha == 1 else g * -conj(alpha)


class rsub(Binary):
    """`other - alpha * input`, elementwise: a subtraction with its operands exchanged.

    Example:
        >>> import rushlight as torch
        >>> torch.rsub(torch.tensor([1.0, 2.0]), 3)
        tensor([2., 1.])
    """

    inplace = False
    takes_out = False
    numbers = (False, True)
    node = "RsubBackward1"  # of the operator, whose other operand is a number
    number_nodes = (None, "RsubBackward1")

    def bind(input, other, *, alpha=1):
        refuse_bool_difference(input, other)
        alpha = factor(alpha, input, other)
        if isinstance(other, TensorBase):
            return rsub_tensor, (input, other), (alpha,)
        return (input, other), (alpha,)

    def forward(a, b, alpha=1):
        return np.subtract(b, a if alpha == 1 else scaled(a, alpha, b))

    def vjp_a(g, alpha):
        return -g if alpha == 1 else g * -conj(alpha)

    def vjp_b(g):
        return g


class rsub_tensor(Binary):
    """`rsub` of two tensors."""

    public_name = "rsub"
    places = None

    def forward(a, b, alpha):
        return rsub.forward(a, b, alpha)

    def vjp_a(g, alpha):
        return -g if alpha == 1 else g * -conj(alpha)

    def vjp_b(g):
        return g


def factor(alpha, a, b):
    """`alpha`, which may be a boolean only where the result is."""
    if type(alpha) in (int, float):
        return alpha
    alpha = plain_number(alpha)
    if isinstance(alpha, TensorBase):
        raise TypeError("add(): argument 'alpha' must be Number, not Tensor")
    if type(alpha) is bool:
        for x in (a, b):
            if (x.dtype is not dtypes.bool) if isinstance(x, TensorBase) else type(x) is not bool:
                raise RuntimeError("Boolean alpha only supported for Boolean results.")
    return alpha


def scaled(array, alpha, other):
    """`alpha * array` in the array's own dtype; a number takes that of the other operand."""
    if not isinstance(array, np.ndarray):
        array = np.asarray(array, other.dtype)
    category = dtypes.of(array.dtype).category
    if isinstance(alpha, complex) and category < 3:
        raise RuntimeError(
            "For non-complex input tensors, argument alpha must not be a complex number."
        )
    if isinstance(alpha, float) and category < 2:
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if not isinstance(alpha, (int, float, complex)):
        raise TypeError(f"add(): argument 'alpha' must be Number, not {type_word(alpha)}")
    return np.multiply(array, np.asarray(alpha).astype(array.dtype))


def refuse_bool_difference(a, b):
    """Booleans have no difference in PyTorch."""
    bools = [
        isinstance(x, bool) or (isinstance(x, TensorBase) and x.dtype is dtypes.bool)
        for x in (a, b)
    ]
    if all(bools):
        raise RuntimeError(NO_BOOL_SUB.format("two bool tensors is") + USE_XOR)
    if any(bools):
        raise RuntimeError(NO_BOOL_SUB.format("a bool tensor is") + USE_NOT)


class mul(Binary):
    """`input * other`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.mul(torch.tensor([1, 2]), 1.5)
        tensor([1.5000, 3.0000])
    """

    two_numbers = True
    aliases = ("multiply",)

    def forward(a, b):
        return np.multiply(a, b)

    def vjp_a(g, b):
        return g * conj(b)

    def vjp_b(g, a):
        return g * conj(a)


class div(Binary):
    """`input / other`, elementwise; `rounding_mode` 'trunc' or 'floor' rounds the quotient.

    Integers are divided as floats unless the quotient is rounded.

    Example:
        >>> import rushlight as torch
        >>> torch.div(torch.tensor([7, -7]), 2)
        tensor([ 3.5000, -3.5000])
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
        tensor([ 3, -4])
    """

    two_numbers = True
    kind = "float"
    aliases = ("divide", "true_divide")

    def bind(input, other, *, rounding_mode=None):
        if rounding_mode is None:
            return (input, other), ()
        return rounded(rounding_mode), (input, other), ()

    def forward(a, b):
        return np.divide(a, b)

    def vjp_a(g, b):
        return g / conj(b)

    def vjp_b(g, a, b):
        return -g * conj(a / b / b)

    def jvp(ts, b, ans):
        ta, tb = ts
        if tb is None:
            return ta / b
        moved = tb * ans
        return (-moved if ta is None else ta - moved) / b


def rounded(mode):
    """The division for a rounding mode."""
    if mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{mode}'"
        )
    return div_floor if mode == "floor" else div_trunc


class div_trunc(Binary):
    """The quotient rounded towards zero; its derivative is zero."""

    public_name = "div"
    places = None
    node = "DivBackward2"
    refuses = lacks("div_trunc_cpu", "bool complex")

    def forward(a, b):
        if a.dtype.kind not in "iu":
            return np.trunc(np.divide(a, b))
        refuse_zero(b)
        return np.floor_divide(a - np.fmod(a, b), b)

    def vjp_a(g):
        return g.new_zeros(g.shape)

    def vjp_b(g):
        return g.new_zeros(g.shape)


class div_floor(Binary):
    """The quotient rounded down; its derivative is zero."""

    public_name = "div"
    places = None
    node = "DivBackward2"
    refuses = lacks("div_floor_cpu", "bool complex")

    def forward(a, b):
        return floor_quotient(a, b)

    def vjp_a(g):
        return g.new_zeros(g.shape)

    def vjp_b(g):
        return g.new_zeros(g.shape)


class floor_divide(Binary):
    """`input / other` rounded down, elementwise, in the operands' common dtype; not differentiable.

    Raises:
        RuntimeError: for an integer division by zero.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([7, -7]) // 2
        tensor([ 3, -4])
    """

    two_numbers = True
    node = "NotImplemented"
    number_nodes = ("NotImplemented", "NotImplemented")
    refuses = lacks("div_floor_cpu", "bool complex")

    def forward(a, b):
        return floor_quotient(a, b)

    def vjp_a(g):
        raise RuntimeError("derivative for aten::floor_divide is not implemented")

    def vjp_b(g):
        raise RuntimeError("derivative for aten::floor_divide is not implemented")


def floor_quotient(a, b):
    """a / b rounded down, in the dtype of the operands; x / 0 is infinite as for division."""
    if a.dtype.kind in "iu":
        refuse_zero(b)
        return np.floor_divide(a, b)
    return np.where(b == 0, np.divide(a, b), np.floor_divide(a, b))


def refuse_zero(b):
    if not np.all(b):
        raise RuntimeError("ZeroDivisionError")


class remainder(Binary):
    """What division leaves, with the divisor's sign: `input - input.div(other, "floor") * other`.

    Raises:
        RuntimeError: for an integer division by zero.

    Example:
        >>> import rushlight as torch
        >>> torch.remainder(torch.tensor([-3.0, 3.0]), 2)
        tensor([1., 1.])
    """

    node = "RemainderBackward1"
    number_nodes = ("RemainderBackward1", "RemainderBackward0")
    refuses = lacks("remainder_cpu", "bool complex")

    def forward(a, b):
        if a.dtype.kind in "iu":
            refuse_zero(b)
            return np.remainder(a, b)
        rest = np.fmod(a, b)
        return np.where((rest != 0) & ((rest < 0) != (b < 0)), rest + b, rest)

    def vjp_a(g):
        return g

    def vjp_b(g, a, b):
        return -g * div_floor(a, b)


class fmod(Binary):
    """What division leaves, with the dividend's sign: `input - input.div(other, "trunc") * other`.

    Raises:
        RuntimeError: for an integer division by zero.

    Example:
        >>> import rushlight as torch
        >>> torch.fmod(torch.tensor([-3.0, 3.0]), 2)
        tensor([-1.,  1.])
    """

    numbers = (False, True)
    node = "FmodBackward1"
    number_nodes = (None, "FmodBackward0")
    refuses = lacks("fmod_cpu", "bool complex")

    def forward(a, b):
        if a.dtype.kind in "iu":
            refuse_zero(b)
        return np.fmod(a, b)

    def vjp_a(g):
        return g

    def vjp_b(g, a, b):
        return -g * div_trunc(a, b)


class reciprocal(Unary):
    """`1 / input`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.reciprocal(torch.tensor([2, 4]))
        tensor([0.5000, 0.2500])
    """

    kind = "float"

    def forward(x):
        return np.divide(np.ones((), x.dtype), x)

    def vjp_x(g, ans):
        return -g * conj(ans * ans)


class neg(Unary):
    """`-input`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])
    """

    aliases = ("negative",)
    refuses = {"bool": (RuntimeError, NO_BOOL_NEG)}

    def forward(x):
        return np.negative(x)

    def vjp_x(g):
        return -g


@public("torch Tensor")
def positive(input):
    """`input` itself; a bool tensor is refused.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1, -2])
        >>> +x is x
        True
    """
    if input.dtype is dtypes.bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


class ReflectedDivision:
    """`number / tensor`, as PyTorch does it: the reciprocal, times the number."""

    def operator(self, tensor, number):
        if not is_operand(number):
            return NotImplemented
        return binary(mul, tensor.reciprocal(), number)


# -- three tensors ---------------------------------------------------------------------------


class addcmul(Elementwise):
    """`input + value * tensor1 * tensor2`, elementwise, in the three tensors' common dtype.

    Example:
        >>> import rushlight as torch
        >>> one = torch.ones(2)
        >>> torch.addcmul(one, one, 2 * one, value=0.5)
        tensor([2., 2.])
    """

    tensors = 3
    refuses = lacks("addcmul_cpu_out", "bool")

    def bind(input, tensor1, tensor2, *, value=1):
        return three("addcmul", input, tensor1, tensor2), (value,)

    def forward(input, tensor1, tensor2, value):
        product = tensor1 * tensor2
        return input + (product if value == 1 else product * number_like(input, value))

    def vjp_input(g):
        return g

    def vjp_tensor1(g, tensor2, value):
        return g * conj(tensor2 * value)

    def vjp_tensor2(g, tensor1, value):
        return g * conj(tensor1 * value)


class addcdiv(Elementwise):
    """`input + value * tensor1 / tensor2`, elementwise, in the three tensors' common dtype.

    Raises:
        RuntimeError: when both tensor1 and tensor2 are integers.

    Example:
        >>> import rushlight as torch
        >>> one = torch.ones(2)
        >>> torch.addcdiv(one, one, 2 * one)
        tensor([1.5000, 1.5000])
    """

    tensors = 3

    def bind(input, tensor1, tensor2, *, value=1):
        inputs = three("addcdiv", input, tensor1, tensor2)
        if tensor1.dtype.category < 2 and tensor2.dtype.category < 2:
            raise RuntimeError(NO_INTEGER_ADDCDIV)
        return inputs, (value,)

    def forward(input, tensor1, tensor2, value):
        return input + number_like(input, value) * tensor1 / tensor2

    def vjp_input(g):
        return g

    def vjp_tensor1(g, tensor2, value):
        return g * conj(value / tensor2)

    def vjp_tensor2(g, tensor1, tensor2, value):
        return -g * conj(value * tensor1 / (tensor2 * tensor2))


def three(name, input, tensor1, tensor2):
    """Three arguments that must be tensors."""
    return (
        as_tensor_argument(name, "input", 1, input),
        as_tensor_argument(name, "tensor1", 2, tensor1),
        as_tensor_argument(name, "tensor2", 3, tensor2),
    )


def number_like(array, value):
    """A Python number as a 0-d array of another array's dtype."""
    return np.asarray(value).astype(array.dtype)


class lerp(Elementwise):
    """`input + weight * (end - input)`, elementwise; `weight` is a tensor or a number.

    The point nearer to the weight is the one started from, so that weight 1 gives `end` exactly.

    Example:
        >>> import rushlight as torch
        >>> torch.lerp(torch.tensor([0.0, 1.0]), torch.tensor([4.0, 5.0]), 0.25)
        tensor([1., 2.])
    """

    tensors = 3
    node = "LerpBackward1"
    refuses = lacks("lerp_kernel_tensor", "bool int")

    def bind(input, end, weight):
        as_tensor_argument("lerp", "input", 1, input)
        as_tensor_argument("lerp", "end", 2, end)
        refuse_mixed(input, end, "end")
        if not isinstance(weight, TensorBase):
            return lerp_by_number, (input, end), (weight,)
        if weight.dim() or weight.dtype.category > input.dtype.category:
            refuse_mixed(input, weight, "weight")
        return (input, end, weight), ()

    def forward(input, end, weight):
        return interpolated(input, end, weight)

    def vjp_input(g, weight):
        return g * conj(1 - weight)

    def vjp_end(g, weight):
        return g * conj(weight)

    def vjp_weight(g, input, end):
        return g * conj(end - input)


class lerp_by_number(Elementwise):
    """`lerp` with a number as weight."""

    tensors = 2
    public_name = "lerp"
    places = None
    refuses = lacks("lerp_kernel_scalar", "bool int")

    def forward(input, end, weight):
        return interpolated(input, end, number_like(input, weight))

    def vjp_input(g, weight):
        return g * conj(1 - weight)

    def vjp_end(g, weight):
        return g * conj(weight)


def interpolated(a, b, weight):
    """The point between a and b, reckoned from the nearer of the two."""
    step = b - a
    if weight.ndim == 0:
        return a + weight * step if abs(weight) < 0.5 else b - step * (1 - weight)
    return np.where(np.abs(weight) < 0.5, a + weight * step, b - step * (1 - weight))


def refuse_mixed(input, other, name):
    """`lerp` does not promote."""
    if input.dtype is not other.dtype:
        words = [x.dtype.scalar_type.lower() for x in (input, other)]
        raise RuntimeError(f"expected dtype {words[0]} for `{name}` but got dtype {words[1]}")
