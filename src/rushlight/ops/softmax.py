"""Softmax and its relatives, and gated linear units."""

import warnings

import numpy as np

from rushlight.kernels import dtypes, rows
from rushlight.ops.families import AlongDim, Operation, as_tensor_argument, wrap_dim
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reduce import widened

IMPLICIT = (
    "Implicit dimension choice for {0} has been deprecated. Change the call to include dim=X as an "
    "argument."
)


class Softmax(AlongDim, family=True):
    """What is exp(x) over its sum along `dim`, wherever that is not 0."""

    layout = "K"
    places = None

    def vjp_x(g, ans, dim):
        return softmax_gradient(g, ans, dim)

    def jvp_x(t, ans, dim):
        return softmax_gradient(t, ans, dim)


class softmax_(Softmax):
    """exp(x) over its sum along `dim`."""

    node = "SoftmaxBackward0"

    def forward(x, dim):
        return widened(rows.softmax, x, dim)


class log_softmax_(AlongDim):
    """The logarithm of softmax."""

    layout = "K"
    node = "LogSoftmaxBackward0"
    places = None

    def forward(x, dim):
        return widened(rows.log_softmax, x, dim)

    def vjp_x(g, ans, dim):
        return log_softmax_gradient(g, ans, dim)

    def jvp_x(t, ans, dim):
        return t - (ans.exp() * t).sum(dim, keepdim=True)


class softmax_gradient(AlongDim):
    """`y (g - sum(g y))` along `dim`, of the result `y` of a softmax; symmetric in its Jacobian."""

    layout = "K"
    node = "SoftmaxBackwardDataBackward0"
    tensors = 2
    places = None

    def forward(g, y, dim):
        return rows.softmax_gradient(g, y, dim)

    def vjp_g(u, y, dim):
        return softmax_gradient(u, y, dim)

    def vjp_y(u, g, y, dim):
        return u * g - (u * y).sum(dim, keepdim=True) * g - u * (g * y).sum(dim, keepdim=True)


class log_softmax_gradient(AlongDim):
    """`g - exp(y) sum(g)` along `dim`, of the result `y` of a logarithm of softmax."""

    layout = "K"
    node = "LogSoftmaxBackwardDataBackward0"
    tensors = 2
    places = None

    def forward(g, y, dim):
        return rows.log_softmax_gradient(g, y, dim)

    def vjp_g(u, y, dim):
        return u - (u * y.exp()).sum(dim, keepdim=True)

    def vjp_y(u, g, y, dim):
        return -u * y.exp() * g.sum(dim, keepdim=True)


def kernel_of(x, dim):
    """PyTorch's kernel, by which its errors call a softmax along `dim`."""
    return "lastdim_kernel" if dim == max(x.dim() - 1, 0) else "kernel"


def normalised(op, name, input, dim, dtype):
    """Check the arguments of a softmax, cast and apply it."""
    as_tensor_argument(name, "input", 1, input)
    if dtype is not None:
        input = input.to(dtypes.as_dtype(dtype, f"{name}()"))
    dim = wrap_dim(dim, input.dim())
    if input.dtype.category != dtypes.FLOAT:
        if not input.numel():
            return input.clone()
        kernel = f"{name}_{kernel_of(input, dim)}_impl"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.scalar_type}'")
    return op(input, dim)


@public("torch Tensor", out=True, quick=softmax_)
def softmax(input, dim, dtype=None):
    """exp(input) divided by its sum along `dim`.

    Args:
        dtype: cast the input to it first.

    Raises:
        NotImplementedError: for integer and complex tensors.

    Example:
        >>> import rushlight as torch
        >>> torch.softmax(torch.tensor([0.0, 0.0]), 0)
        tensor([0.5000, 0.5000])
    """
    return normalised(softmax_, "softmax", input, dim, dtype)


@public("torch Tensor", out=True, quick=log_softmax_)
def log_softmax(input, dim, dtype=None):
    """The logarithm of `softmax`, computed so that it does not underflow.

    Args:
        dtype: cast the input to it first.

    Raises:
        NotImplementedError: for integer and complex tensors.

    Example:
        >>> import rushlight as torch
        >>> torch.log_softmax(torch.tensor([0.0, 0.0]), 0)
        tensor([-0.6931, -0.6931])
    """
    return normalised(log_softmax_, "log_softmax", input, dim, dtype)


@public("special", name="softmax")
def special_softmax(input, dim, *, dtype=None):
    """`torch.softmax`."""
    return softmax(input, dim, dtype)


@public("special", name="log_softmax")
def special_log_softmax(input, dim, *, dtype=None):
    """`torch.log_softmax`."""
    return log_softmax(input, dim, dtype)


def chosen_dim(name, input, dim, stacklevel):
    """`dim`, or the one that PyTorch chose in its early days, with a warning."""
    if dim is not None:
        return dim
    warnings.warn(IMPLICIT.format(name), stacklevel=stacklevel + 2)
    return 0 if input.dim() in (0, 1, 3) else 1


@public("F", name="softmax", quick=softmax_)
def functional_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """`torch.softmax`; without `dim`, a guess and a warning."""
    dim = chosen_dim("softmax", input, dim, _stacklevel)
    return normalised(softmax_, "softmax", input, dim, dtype)


@public("F", name="log_softmax", quick=log_softmax_)
def functional_log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """`torch.log_softmax`; without `dim`, a guess and a warning."""
    dim = chosen_dim("log_softmax", input, dim, _stacklevel)
    return normalised(log_softmax_, "log_softmax", input, dim, dtype)


@public("F")
def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """The softmax of `-input`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.softmin(torch.tensor([0.0, 0.0]), 0)
        tensor([0.5000, 0.5000])
    """
    return softmax(-input, chosen_dim("softmin", input, dim, _stacklevel), dtype)


class glu_(Operation):
    """`a * sigmoid(b)` for the halves a and b along `dim`."""

    node = "GluBackward0"
    places = None

    def forward(x, dim):
        a, b = np.split(x, 2, dim)
        with np.errstate(all="ignore"):
            return (a / (1 + np.exp(-b))).astype(x.dtype, copy=False)

    def vjp_x(g, x, dim):
        a, b = x.chunk(2, dim)
        s = b.sigmoid()
        gs = g * s
        return namespaces["torch"]["cat"]((gs, gs * a * (1 - s)), dim)

    def jvp_x(t, x, dim):
        a, b = x.chunk(2, dim)
        ta, tb = t.chunk(2, dim)
        s = b.sigmoid()
        return s * ta + a * s * (1 - s) * tb

    def lift(size, ndim, dim):
        return (dim + 1,)


@public("F")
def glu(input, dim=-1):
    """The gated linear unit: the first half along `dim` times the sigmoid of the second.

    Raises:
        RuntimeError: the length along `dim` is odd.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.glu(torch.tensor([1.0, 2.0, 0.0, 0.0]))
        tensor([0.5000, 1.0000])
    """
    as_tensor_argument("glu", "input", 1, input)
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, input.dim())
    if input.shape[dim] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}"
        )
    if input.dtype.category != dtypes.FLOAT:
        raise NotImplementedError(f"\"glu_cpu\" not implemented for '{input.dtype.scalar_type}'")
    return glu_(input, dim)
