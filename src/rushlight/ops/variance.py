"""Variances and standard deviations."""

import warnings

import numpy as np

from rushlight.ops.families import Reduction, wrap_dims
from rushlight.ops.matrices import absent
from rushlight.ops.reduce import count_of, mean_gradient, restored, widened

FEW_DEGREES = (
    "{0}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction "
    "factor (input numel divided by output numel)."
)


def bind_spread(name, input, dim, unbiased, keepdim, correction):
    """Inputs and parameters of var, std, var_mean and std_mean, whose signatures are two in one:
    `unbiased` may stand where `dim` does."""
    if input.dtype.category < 2:
        if name.endswith("_mean"):
            raise RuntimeError(f"{name} only support floating point and complex dtypes")
        raise RuntimeError("std and var only support floating point and complex dtypes")
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    elif unbiased is not None:
        raise TypeError(
            f"{name}() received an invalid combination of arguments: unbiased and correction"
        )
    dims = wrap_dims(dim, input.dim())
    if count_of(input.shape, dims) - correction <= 0:
        warnings.warn(FEW_DEGREES.format(name), stacklevel=6)
    return (input,), (dims, correction, keepdim)


def variance_and_mean(x, dims, correction, keepdim):
    """The variance and mean of an array of four or more bytes an element."""
    n = count_of(x.shape, dims)
    middle = np.add.reduce(x, dims, None, None, True) / x.dtype.type(n)
    away = x - middle
    squares = away.real**2 + away.imag**2 if away.dtype.kind == "c" else away * away
    freedom = squares.dtype.type(max(n - correction, 0))
    out = np.asarray(np.add.reduce(squares, dims, None, None, keepdim) / freedom)
    return out, middle if keepdim else np.reshape(middle, out.shape)


def variance(x, dims, correction, keepdim):
    return variance_and_mean(x, dims, correction, keepdim)[0]


def deviation(x, dims, correction, keepdim):
    return np.sqrt(variance(x, dims, correction, keepdim))


def deviation_and_mean(x, dims, correction, keepdim):
    """The standard deviation and mean of an array of four or more bytes an element."""
    variance, middle = variance_and_mean(x, dims, correction, keepdim)
    return np.sqrt(variance), middle


def var_gradient(g, x, dims, correction, keepdim):
    """The gradient of a variance: g * 2 (x - mean) / freedom."""
    freedom = count_of(x.shape, dims) - correction
    if len(dims) == x.dim():
        away = x - x.mean()
        return g * (away.abs() / 0.0 if freedom <= 0 else 2.0 / freedom * away)
    factor = 2.0 / freedom if freedom else float("inf")
    return factor * restored(g, x.shape, dims, keepdim) * (x - x.mean(dims, True))


def std_gradient(g, x, result, dims, correction, keepdim):
    """The gradient of a standard deviation, taken as 0 where that is 0."""
    g = (g / (2 * result)).masked_fill(result == 0, 0)
    return var_gradient(g, x, dims, correction, keepdim)


class var(Reduction):
    """The variance over `dim` (an int or several; all by default).

    The sum of squares is divided by the number of elements less `correction`, which is 1 by
    default; the older `unbiased=False` says 0. The variance of complex elements is real.

    Raises:
        RuntimeError: for integers.

    Example:
        >>> import rushlight as torch
        >>> torch.var(torch.tensor([1.0, 2.0, 3.0, 6.0]), correction=0)
        tensor(3.5000)
    """

    def bind(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        return bind_spread("var", input, dim, unbiased, keepdim, correction)

    def forward(x, dims, correction, keepdim):
        return widened(variance, x, dims, correction, keepdim)

    def vjp_x(g, x, dims, correction, keepdim):
        return var_gradient(g, x, dims, correction, keepdim)


class std(Reduction):
    """The standard deviation over `dim`: the square root of `var`, with its parameters.

    Example:
        >>> import rushlight as torch
        >>> torch.std(torch.tensor([1.0, 3.0]), unbiased=False)
        tensor(1.)
    """

    def bind(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        return bind_spread("std", input, dim, unbiased, keepdim, correction)

    def forward(x, dims, correction, keepdim):
        return widened(deviation, x, dims, correction, keepdim)

    def vjp_x(g, x, ans, dims, correction, keepdim):
        return std_gradient(g, x, ans, dims, correction, keepdim)


class var_mean(Reduction):
    """The variance and the mean over `dim`, as a pair; parameters as of `var`.

    Example:
        >>> import rushlight as torch
        >>> torch.var_mean(torch.tensor([1.0, 3.0]))
        (tensor(2.), tensor(2.))
    """

    places = "torch"

    def settled(self):
        self.many = True

    def bind(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        return bind_spread("var_mean", input, dim, unbiased, keepdim, correction)

    def forward(x, dims, correction, keepdim):
        return widened(variance_and_mean, x, dims, correction, keepdim)

    def vjp_x(g, x, x_shape, dims, correction, keepdim):
        of_mean = mean_gradient(g[1], x_shape, dims, keepdim)
        if absent(g[0]):
            return of_mean
        return var_gradient(g[0], x, dims, correction, keepdim) + of_mean


class std_mean(Reduction):
    """The standard deviation and the mean over `dim`, as a pair; parameters as of `var`.

    Example:
        >>> import rushlight as torch
        >>> torch.std_mean(torch.tensor([1.0, 3.0]), unbiased=False)
        (tensor(1.), tensor(2.))
    """

    places = "torch"

    def settled(self):
        self.many = True

    def bind(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        return bind_spread("std_mean", input, dim, unbiased, keepdim, correction)

    def forward(x, dims, correction, keepdim):
        return widened(deviation_and_mean, x, dims, correction, keepdim)

    def vjp_x(g, x, x_shape, ans0, dims, correction, keepdim):
        of_mean = mean_gradient(g[1], x_shape, dims, keepdim)
        if absent(g[0]):
            return of_mean
        return std_gradient(g[0], x, ans0, dims, correction, keepdim) + of_mean
