"""Activations on arrays, and what a cotangent `g` becomes on the way back, in one go."""

import math

import numpy as np

from rushlight.kernels import error_function

ROOT_HALF = math.sqrt(0.5)
GELU_INNER, GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715


def real(x, value):
    """A Python number in the dtype of an array; a TypeError for what is no number."""
    return x.dtype.type(value + 0.0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# -- of their result -------------------------------------------------------------------------


def tanh_gradient(g, y):
    """Of the result `y`."""
    return g * (1 - y * y)


def sigmoid_gradient(g, y):
    """Of the result `y`."""
    return g * ((1 - y) * y)


def threshold_gradient(g, x, threshold):
    """`g` where `x` is above the threshold, or NaN."""
    return np.where(x <= threshold, real(g, 0), g)


# -- smooth ----------------------------------------------------------------------------------


def gelu(x):
    """x times the standard normal distribution's probability of being below x."""
    return x * real(x, 0.5) * (1 + error_function.erf(x * real(x, ROOT_HALF)))


def gelu_gradient(g, x):
    density = np.exp(x * x * real(x, -0.5)) * real(x, GELU_INNER / 2)
    return g * (real(x, 0.5) * (1 + error_function.erf(x * real(x, ROOT_HALF))) + x * density)


def gelu_tanh(x):
    """`gelu` with the probability approximated by a tanh."""
    inner = real(x, GELU_INNER) * (x + real(x, GELU_CUBIC) * x * x * x)
    return x * real(x, 0.5) * (1 + np.tanh(inner))


def gelu_tanh_gradient(g, x):
    square = x * x
    t = np.tanh(real(x, GELU_INNER) * (x + real(x, GELU_CUBIC) * x * square))
    slope = real(x, GELU_INNER) * (1 + real(x, 3 * GELU_CUBIC) * square)
    return g * (real(x, 0.5) * (1 + t) + real(x, 0.5) * x * (1 - t * t) * slope)


def silu(x):
    """x sigmoid(x)."""
    return x / (1 + np.exp(-x))


def silu_gradient(g, x):
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


def mish(x):
    """x tanh(log(1 + exp(x)))."""
    return x * np.tanh(np.logaddexp(x, real(x, 0)))


def mish_gradient(g, x):
    t = np.tanh(np.logaddexp(x, real(x, 0)))
    return g * (t + x * sigmoid(x) * (1 - t * t))


def softplus(x, beta, threshold):
    """log(1 + exp(beta x)) / beta, and x where beta x is above the threshold."""
    scaled = x * real(x, beta)
    return np.where(scaled > threshold, x, np.logaddexp(scaled, real(x, 0)) / real(x, beta))


def softplus_gradient(g, x, beta, threshold):
    scaled = x * real(x, beta)
    return np.where(scaled > threshold, g, g * sigmoid(scaled))


def logsigmoid(x):
    """log(sigmoid(x))."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def logsigmoid_gradient(g, x):
    return g * sigmoid(-x)


def erf_gradient(g, x):
    """Of the error function."""
    return g * (real(x, 2 / math.sqrt(math.pi)) * np.exp(-(x * x)))


# -- with corners ----------------------------------------------------------------------------


def elu(x, alpha, scale, input_scale):
    """`scale * x` above zero, `scale * alpha * expm1(input_scale * x)` below."""
    below = np.expm1(x * real(x, input_scale)) * real(x, alpha * scale)
    return np.where(x > 0, x * real(x, scale), below)


def elu_gradient(g, x, alpha, scale, input_scale):
    below = np.exp(np.minimum(x, 0) * real(x, input_scale)) * real(x, alpha * scale * input_scale)
    return g * np.where(x <= 0, below, real(x, scale))


def leaky_relu(x, negative_slope):
    """x above zero, `negative_slope * x` below."""
    return np.where(x > 0, x, x * real(x, negative_slope))


def leaky_relu_gradient(g, x, negative_slope):
    return np.where(x > 0, g, g * real(g, negative_slope))


def hardtanh(x, low, high):
    """x limited to [low, high]."""
    low, high = np.asarray([low, high]).astype(x.dtype)
    return np.minimum(np.maximum(x, low), high)


def hardtanh_gradient(g, x, low, high):
    return np.where((x <= low) | (x >= high), real(g, 0), g)


def hardswish(x):
    """x relu6(x + 3) / 6."""
    return x * np.minimum(np.maximum(x + real(x, 3), 0), 6) / real(x, 6)


def hardswish_gradient(g, x):
    between = np.where(x <= -3, real(g, 0), g * (x / real(x, 3) + real(x, 0.5)))
    return np.where((x >= 3) | (x != x), g, between)


def hardsigmoid(x):
    """relu6(x + 3) / 6."""
    return np.minimum(np.maximum(x + real(x, 3), 0), 6) / real(x, 6)


def hardsigmoid_gradient(g, x):
    return np.where((x > -3) & (x < 3), g / real(g, 6), real(g, 0))
