"""Activations made of straight pieces: relu, its leaky kin, hard limits, shrinkage.

All stand in `torch.nn.functional`; with `inplace=True` they write over their input.
"""

import numpy as np

from rushlight.kernels import curves, random
from rushlight.ops.at_once import activation_gradient, at_once
from rushlight.ops.families import Elementwise, Unary, as_tensor_argument, lacks, type_word
from rushlight.ops.masks import where
from rushlight.ops.numbers import plain_number
from rushlight.ops.publish import namespaces, public
from rushlight.tape import inplace as writes
from rushlight.tape.core import TensorBase
from rushlight.tape.straight import unary

NO_COMPLEX = {"complex": (NotImplementedError, "clamp is not supported for complex types")}
NEGATIVE_SLOPE = (
    "In-place {0} backward calculation is triggered with a negative slope which is not supported. "
    "This is caused by calling in-place forward function with a negative slope, please call "
    "out-of-place version instead."
)
REPORT = (
    " File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place "
    "leakRelu backward calculation with negative slope"
)


class Overwriting:
    """Runs an operation over its first input: what a binding returns for `inplace=True`."""

    def __init__(self, op):
        self.op = op

    def run(self, inputs, params):
        return writes.apply(self.op, inputs, params)


class Activation(Elementwise, family=True):
    """A function of `torch.nn.functional` with an argument `inplace`.

    A binding returns `choose(inplace, op, written)`: `written` is the operation whose rule reads
    the result where the input was overwritten, if that is not `op` too.
    """

    places = "F"
    inplace = False
    takes_out = False


def choose(inplace, op, written=None):
    """The operation to run, in place if asked to."""
    return Overwriting(written or op) if inplace else op


class threshold_gradient(Elementwise):
    """The cotangent where the input (or result) is above a threshold, 0 elsewhere."""

    tensors = 2
    node = "ThresholdBackwardBackward0"
    places = None

    def forward(g, x, threshold):
        return curves.threshold_gradient(g, x, threshold)

    def vjp_g(u, x, threshold):
        return threshold_gradient(u, x, threshold)

    def vjp_x(u):
        return namespaces["torch"]["zeros_like"](u)


class relu(Unary):
    """`max(0, input)`, elementwise; the gradient at 0 is 0.

    Example:
        >>> import rushlight as torch
        >>> torch.relu(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    takes_out = False
    refuses = NO_COMPLEX | {"bool": (RuntimeError, "Boolean inputs not supported for relu")}

    def forward(x):
        return np.maximum(x, np.zeros((), x.dtype))

    def vjp_x(g, ans):
        return threshold_gradient(g, ans, 0)


@public("F", name="relu")
def relu_function(input, inplace=False):
    """`max(0, input)`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.relu(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    as_tensor_argument("relu", "input", 1, input)
    return Overwriting(relu).run((input,), ()) if inplace else unary(relu, input)


@public("F", name="relu_")
def relu_over(input):
    """In-place version of `relu`."""
    return Overwriting(relu).run((as_tensor_argument("relu_", "input", 1, input),), ())


class threshold(Activation):
    """`input` where it is above `threshold`, `value` elsewhere.

    Example:
        >>> import rushlight as torch
        >>> torch.threshold(torch.tensor([-1.0, 2.0]), 0.5, -7.0)
        tensor([-7.,  2.])
    """

    places = "torch F"
    refuses = lacks("threshold_cpu", "bool complex")

    def bind(input, threshold, value, inplace=False):
        as_tensor_argument("threshold", "input", 1, input)
        threshold, value = plain_number(threshold), plain_number(value)
        for position, (name, x) in enumerate((("threshold", threshold), ("value", value)), 2):
            if not isinstance(x, (int, float)):
                raise TypeError(
                    f"threshold(): argument '{name}' (position {position}) must be "
                    f"Number, not {type_word(x)}"
                )
        return choose(inplace, threshold_op, threshold_written), (input,), (threshold, value)

    def forward(x, threshold, value):
        return np.where(x <= threshold, np.asarray(value).astype(x.dtype), x)

    def vjp_x(g, x, threshold):
        return threshold_gradient(g, x, threshold)


threshold_op = threshold


class threshold_written(Elementwise):
    """`threshold` over its input."""

    places = None
    node = "ThresholdBackward1"
    refuses = threshold_op.refuses

    def forward(x, threshold, value):
        return threshold_op.forward(x, threshold, value)

    def vjp_x(g, x, threshold):
        return threshold_gradient(g, x, threshold)


@public("torch F", name="threshold_")
def threshold_over(input, threshold, value):
    """In-place version of `threshold`."""
    return threshold_op.bound(input, threshold, value, True)


class leaky_relu(Activation):
    """`input` above zero, `negative_slope * input` below, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.leaky_relu(torch.tensor([-1.0, 2.0]))
        tensor([-0.0100,  2.0000])
    """

    refuses = lacks("leaky_relu_cpu", "bool int complex")

    def bind(input, negative_slope=0.01, inplace=False):
        as_tensor_argument("leaky_relu", "input", 1, input)
        return choose(inplace, leaky_relu, leaky_relu_written), (input,), (negative_slope,)

    def forward(x, negative_slope):
        return curves.leaky_relu(x, negative_slope)

    def vjp_x(g, x, negative_slope):
        return leaky_relu_slope(g, x, negative_slope)


class leaky_relu_written(Elementwise):
    """`leaky_relu` over its input."""

    places = None
    node = "LeakyReluBackward1"
    refuses = leaky_relu.refuses

    def forward(x, negative_slope):
        return leaky_relu.forward(x, negative_slope)

    def vjp_x(g, ans, negative_slope):
        if negative_slope < 0:
            raise RuntimeError(NEGATIVE_SLOPE.format("leakyReLu") + REPORT)
        return leaky_relu_slope(g, ans, negative_slope)


def leaky_relu_slope(g, x, negative_slope):
    """What leaky_relu does to a cotangent, by its input or result."""
    if at_once(g, x):
        return activation_gradient(g, x, curves.leaky_relu_gradient, negative_slope)
    return where((g, g * negative_slope), x > 0)


@public("F", name="leaky_relu_")
def leaky_relu_over(input, negative_slope=0.01):
    """In-place version of `leaky_relu`."""
    return leaky_relu.bound(input, negative_slope, True)


# -- learned and random slopes ---------------------------------------------------------------


class prelu_kernel(Elementwise):
    """`input` above zero, `weight * input` below, for a weight that broadcasts."""

    tensors = 2
    places = None
    refuses = lacks("prelu_cpu", "bool int complex")

    def forward(x, weight):
        return np.where(x > 0, x, x * weight)

    def vjp_x(g, x, weight):
        return where((g, g * weight), x > 0)

    def vjp_weight(g, x):
        return (g * x).masked_fill(x > 0, 0)


@public("torch Tensor F")
def prelu(input, weight):
    """`input` above zero, `weight * input` below; one weight for all, or one per channel (dim 1).

    Raises:
        RuntimeError: if the number of weights is neither 1 nor that of the channels.

    Example:
        >>> import rushlight as torch
        >>> torch.prelu(torch.tensor([-1.0, 2.0]), torch.tensor([0.25]))
        tensor([-0.2500,  2.0000])
    """
    as_tensor_argument("prelu", "input", 1, input)
    as_tensor_argument("prelu", "weight", 2, weight)
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            "prelu: Type promoting not supported. Got "
            f"{input.dtype.scalar_type} and {weight.dtype.scalar_type}"
        )
    count = weight.numel()
    if count != 1:
        if input.dim() == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.dim() > 1 else 1
        if channels != count:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found "
                f"parameter numbers = {count} and channel size = {channels}."
            )
    if weight.dim() > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}"
        )
    if weight.dim() != input.dim():
        weight = weight.reshape([count if i == 1 else 1 for i in range(input.dim())])
    return prelu_kernel(input, weight)


class rrelu(Activation):
    """`leaky_relu` with a slope for each element drawn from `[lower, upper)` in training.

    Otherwise the slope is the middle of that interval.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.rrelu(torch.tensor([-1.0, 2.0]), 0.1, 0.3)
        tensor([-0.2000,  2.0000])
    """

    tensors = 2
    differentiable = 1
    node = "RreluWithNoiseBackward0"
    places = "torch F"
    refuses = lacks("leaky_relu_cpu", "bool int complex")

    def bind(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
        as_tensor_argument("rrelu", "input", 1, input)
        if lower > upper:
            raise RuntimeError("Lower bound should be less than or equal to the upper bound")
        slopes = slopes_of(input, lower, upper) if training else (lower + upper) / 2
        if not training:
            return choose(inplace, mean_slope, mean_slope_written), (input,), (slopes,)
        return choose(inplace, rrelu, rrelu_written), (input, slopes), ()

    def forward(x, noise):
        return x * noise

    def vjp_x(g, noise):
        return g * noise


class rrelu_written(Elementwise):
    """`rrelu` in training, over its input."""

    tensors = 2
    differentiable = 1
    places = None
    node = "RreluWithNoiseBackward1"

    def forward(x, noise):
        return x * noise

    def vjp_x(g, noise):
        return g * noise


class mean_slope(Elementwise):
    """`rrelu` outside training."""

    places = None
    node = "RreluWithNoiseBackward0"
    refuses = rrelu.refuses

    def forward(x, slope):
        return leaky_relu.forward(x, slope)

    def vjp_x(g, x, slope):
        return leaky_relu_slope(g, x, slope)


class mean_slope_written(Elementwise):
    """`rrelu` outside training, over its input."""

    places = None
    node = "RreluWithNoiseBackward1"
    refuses = rrelu.refuses

    def forward(x, slope):
        return leaky_relu.forward(x, slope)

    def vjp_x(g, ans, slope):
        return leaky_relu_slope(g, ans, slope)


def slopes_of(input, lower, upper):
    """`random_slopes`; inside transforms, drawn as vmap was told to."""
    if input.array is not None:
        return random_slopes(input, lower, upper)
    drawn = namespaces["torch"]["empty_like"](input).uniform_(lower, upper)
    return where((drawn, 1.0), input.detach() <= 0)


class random_slopes(Elementwise):
    """A slope drawn for each element that is not positive, 1 for the others; not recorded."""

    places = None
    refuses = rrelu.refuses

    def forward(x, lower, upper):
        slopes = np.ones(x.shape, x.dtype)
        low = x <= 0
        drawn = random.default_engine.doubles(int(np.count_nonzero(low)))
        slopes[low] = drawn * (upper - lower) + lower
        return slopes


@public("torch F", name="rrelu_")
def rrelu_over(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """In-place version of `rrelu`."""
    return rrelu.bound(input, lower, upper, training, True)


# -- hard limits -----------------------------------------------------------------------------


class hardtanh(Activation):
    """`input` limited to `[min_val, max_val]`, elementwise; no gradient at the limits.

    Raises:
        ValueError: if `min_val > max_val`.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.hardtanh(torch.tensor([-3.0, 0.5, 3.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """

    refuses = NO_COMPLEX | {"bool": (RuntimeError, "Bool inputs not supported for hardtanh")}

    def bind(input, min_val=-1.0, max_val=1.0, inplace=False):
        if min_val > max_val:
            raise ValueError("min_val cannot be greater than max_val")
        return choose(inplace, hardtanh), (input,), limits_of("hardtanh", input, min_val, max_val)

    def forward(x, min_val, max_val):
        return curves.hardtanh(x, min_val, max_val)

    def vjp_x(g, x, min_val, max_val):
        if at_once(g, x):
            return activation_gradient(g, x, curves.hardtanh_gradient, min_val, max_val)
        return g.masked_fill((x <= min_val) | (x >= max_val), 0)


def limits_of(name, input, min_val, max_val):
    """The limits for an input's dtype: whole numbers for integers, not negative for unsigned."""
    as_tensor_argument(name, "input", 1, input)
    if input.dtype.category != 1:
        return min_val, max_val
    low, high = int(min_val), int(max_val)
    if not input.dtype.is_signed and (low < 0 or high < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    return low, high


@public("F", name="hardtanh_")
def hardtanh_over(input, min_val=-1.0, max_val=1.0):
    """In-place version of `hardtanh`."""
    return hardtanh.bound(input, min_val, max_val, True)


@public("F")
def relu6(input, inplace=False):
    """`min(max(0, input), 6)`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.relu6(torch.tensor([-1.0, 2.0, 9.0]))
        tensor([0., 2., 6.])
    """
    return hardtanh.bound(input, 0.0, 6.0, inplace)


class hardswish(Activation):
    """`input * relu6(input + 3) / 6`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.hardswish(torch.tensor([-4.0, 1.0, 4.0]))
        tensor([-0.0000, 0.6667, 4.0000])
    """

    refuses = lacks("hardswish_cpu", "bool int complex")

    def bind(input, inplace=False):
        as_tensor_argument("hardswish", "input", 1, input)
        return choose(inplace, hardswish), (input,), ()

    def forward(x):
        return curves.hardswish(x)

    def vjp_x(g, x):
        if at_once(g, x):
            return activation_gradient(g, x, curves.hardswish_gradient)
        return where((g, (g * (x / 3 + 0.5)).masked_fill(x <= -3, 0)), (x >= 3) | x.isnan())


class hardsigmoid(Activation):
    """`relu6(input + 3) / 6`, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.hardsigmoid(torch.tensor([-4.0, 0.0, 4.0]))
        tensor([0.0000, 0.5000, 1.0000])
    """

    refuses = lacks("hardsigmoid_cpu", "bool int complex")

    def bind(input, inplace=False):
        as_tensor_argument("hardsigmoid", "input", 1, input)
        return choose(inplace, hardsigmoid), (input,), ()

    def forward(x):
        return curves.hardsigmoid(x)

    def vjp_x(g, x):
        if at_once(g, x):
            return activation_gradient(g, x, curves.hardsigmoid_gradient)
        return where((g / 6, 0), (x > -3) & (x < 3))


# -- shrinkage -------------------------------------------------------------------------------


class hardshrink(Activation):
    """`input` outside `[-lambd, lambd]`, 0 inside, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.hardshrink(torch.tensor([-1.0, 0.3]))
        tensor([-1.,  0.])
    """

    places = "torch Tensor F"
    takes_out = True
    refuses = lacks("hardshrink_cpu", "bool int complex")

    def bind(input, lambd=0.5):
        return (as_tensor_argument("hardshrink", "input", 1, input),), (lambd,)

    def forward(x, lambd):
        return np.where((x >= -lambd) & (x <= lambd), 0, x).astype(x.dtype)

    def vjp_x(g, x, lambd):
        return g.masked_fill((x >= -lambd) & (x <= lambd), 0)


class softshrink(Activation):
    """`input` moved towards 0 by `lambd`, and 0 where it would cross, elementwise.

    Example:
        >>> import rushlight.nn.functional as F, rushlight as torch
        >>> F.softshrink(torch.tensor([-1.0, 0.3]))
        tensor([-0.5000,  0.0000])
    """

    takes_out = True
    refuses = lacks("softshrink_check", "bool int complex")

    def bind(input, lambd=0.5):
        as_tensor_argument("softshrink", "input", 1, input)
        if isinstance(input, TensorBase) and input.dtype.is_floating_point and not lambd >= 0:
            top = np.finfo(input.dtype.numpy).max
            raise RuntimeError(
                f"lambda must be in range [0, {top:g}] for input dtype "
                f"{input.dtype.scalar_type}, but found {lambd:g}"
            )
        return (input,), (lambd,)

    def forward(x, lambd):
        size = x.dtype.type(lambd)
        return np.where(np.abs(x) > size, x - np.copysign(size, x), x * 0)

    def vjp_x(g, x, lambd):
        return g.masked_fill((x >= -lambd) & (x <= lambd), 0)
