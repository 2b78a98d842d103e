"""Reductions: one value for all elements, or one per position of the dims that remain."""

import builtins
import warnings

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import (
    AlongDim,
    Reduction,
    as_tensor_argument,
    numel,
    sizes_argument,
    wrap_dim,
    wrap_dims,
)
from rushlight.ops.join import cat
from rushlight.ops.publish import public
from rushlight.ops.shape import expanded_to
from rushlight.tape import gradients
from rushlight.tape.core import state, wants

DISCARDS = "Casting complex values to real discards the imaginary part"


def restored(g, shape, dims, keepdim):
    """`g` with the reduced dims put back as dims of length 1."""
    if keepdim or not shape or g.dim() == 0:
        return g
    return g.reshape([1 if d in dims else n for d, n in enumerate(shape)])


def count_of(shape, dims):
    """How many elements each element of the result is made of."""
    return numel([shape[d] for d in dims])


def wide(dtype):
    """The NumPy dtype to accumulate in: two-byte floats are too coarse for that."""
    coarse = dtype.itemsize == 2 and dtypes.by_numpy[dtype].category == 2
    return np.dtype(np.float32) if coarse else dtype


def cast(x, wanted):
    """An array in a NumPy dtype; PyTorch's warning where imaginary parts are lost."""
    if x.dtype is wanted:
        return x
    if x.dtype.kind == "c" and wanted.kind not in "cb":
        warnings.warn(DISCARDS, UserWarning, stacklevel=8)
        x = x.real
    return x.astype(wanted)


def total(x, dims, keepdim, wanted):
    """The sum of an array in a NumPy dtype."""
    if wanted.kind != x.dtype.kind and dtypes.of(wanted).category < dtypes.of(x.dtype).category:
        x = cast(x, wanted)
    out = np.add.reduce(x, dims, wide(wanted), None, keepdim)
    return out if out.dtype is wanted else out.astype(wanted)


def widened(compute, x, *params):
    """`compute(x, *params)`, where two-byte floats go by way of float32."""
    if wide(x.dtype) is x.dtype:
        return compute(x, *params)
    out = compute(x.astype(np.float32), *params)
    if isinstance(out, tuple):
        return tuple([y.astype(x.dtype) for y in out])
    return out.astype(x.dtype)


def sum_dtype(input, dtype):
    """The dtype of a sum or product: asked for, else the input's; integers count in int64."""
    if dtype is not None:
        if dtype.category < 2 and wants(input) and state().grad:
            raise RuntimeError(f"Autograd not support dtype: {dtype.scalar_type}")
        return dtype
    own = input.dtype
    return own if own.category >= 2 else dtypes.int64


# -- sums ------------------------------------------------------------------------------------


def spread(g, x_shape, dims, keepdim):
    """The gradient of a sum: the cotangent at every element."""
    return restored(g, x_shape, dims, keepdim).expand(x_shape)


class sum(Reduction):
    """The sum over `dim` (an int or several; all by default); integers add up in int64.

    The reduced dims are dropped, or kept with length 1 if `keepdim`. `dtype` is the result's, and
    what is computed in.

    Raises:
        IndexError: for a dim that the input does not have.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]]).sum(0)
        tensor([4., 6.])
    """

    linear = True
    sums = True
    in_batch = "sum_dim"
    totals = True
    out_decides = True

    def bind(input, dim=None, keepdim=False, *, dtype=None):
        op = sum if dim is None and not keepdim else sum_dim
        return op, (input,), (wrap_dims(dim, input.dim()), keepdim, sum_dtype(input, dtype))

    def forward(x, dims, keepdim, dtype):
        return total(x, dims, keepdim, dtype.numpy)

    def vjp_x(g, x_shape):
        return expanded_to(g, x_shape)


class sum_dim(sum):
    """`sum` over given dims."""

    public_name = "sum"
    node = "SumBackward1"
    places = None
    totals = False

    def vjp_x(g, x_shape, dims, keepdim):
        return spread(g, x_shape, dims, keepdim)


sum.along = sum_dim


@public("Tensor")
def sum_to_size(input, *size):
    """`input` summed over the dims in which it is broadcast from `size`, to have that shape.

    Raises:
        RuntimeError: if a tensor of shape `size` does not broadcast to the input's shape.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2, 3).sum_to_size(1, 3)
        tensor([[2., 2., 2.]])
    """
    size = sizes_argument(size)
    shape = tuple(input.shape)
    tail = shape[len(shape) - len(size) :]
    if len(size) > len(shape) or not builtins.all(
        m in (1, n) for m, n in zip(size, tail, strict=True)
    ):
        raise RuntimeError(f"size {{{[*size]}}} is not expandable to size {{{[*shape]}}}.")
    return gradients.sum_to(input, size) if size else sum.bound(input)


class nansum(Reduction):
    """The sum over `dim` of the elements that are not NaN.

    Example:
        >>> import rushlight as torch
        >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
        tensor(3.)
    """

    def bind(input, dim=None, keepdim=False, *, dtype=None):
        if input.dtype.is_complex:
            raise RuntimeError("nansum on CPU does not support complex inputs")
        return (input,), (wrap_dims(dim, input.dim()), keepdim, sum_dtype(input, dtype))

    def forward(x, dims, keepdim, dtype):
        if x.dtype.kind not in "biu":
            x = np.where(np.isnan(x), x.dtype.type(0), x)
        return total(x, dims, keepdim, dtype.numpy)

    def vjp_x(g, x, x_shape, dims, keepdim):
        return spread(g, x_shape, dims, keepdim).masked_fill(x.isnan(), 0)

    def jvp_x(t, x, dims, keepdim, dtype):
        return sum(t.masked_fill(x.isnan(), 0), dims, keepdim, dtype)


# -- means -----------------------------------------------------------------------------------


class mean(Reduction):
    """The mean over `dim` (an int or several; all by default) of floating or complex elements.

    Raises:
        RuntimeError: for integers, unless a floating `dtype` to compute in is given.

    Example:
        >>> import rushlight as torch
        >>> torch.mean(torch.tensor([1.0, 2.0, 6.0]))
        tensor(3.)
    """

    linear = True
    in_batch = "mean_dim"
    totals = True

    def bind(input, dim=None, keepdim=False, *, dtype=None):
        kind, wanted = ("Input", input.dtype) if dtype is None else ("Optional", dtype)
        if wanted.category < 2:
            raise RuntimeError(
                f"mean(): could not infer output dtype. {kind} dtype must be either a floating "
                f"point or complex dtype. Got: {wanted.scalar_type}"
            )
        op = mean if dim is None and not keepdim else mean_dim
        return op, (input,), (wrap_dims(dim, input.dim()), keepdim, wanted)

    def forward(x, dims, keepdim, dtype):
        return average(x, dims, keepdim, dtype.numpy)

    def vjp_x(g, x_shape):
        return g.expand(x_shape) / numel(x_shape)


class mean_dim(mean):
    """`mean` over given dims."""

    public_name = "mean"
    node = "MeanBackward1"
    places = None
    totals = False

    def vjp_x(g, x_shape, dims, keepdim):
        return mean_gradient(g, x_shape, dims, keepdim)


mean.along = mean_dim


def average(x, dims, keepdim, dtype):
    """The mean of an array in a NumPy dtype."""
    working = wide(dtype)
    n = working.type(count_of(x.shape, dims))
    if x.dtype.kind == "c" and dtype.kind != "c":
        x = cast(x, dtype)
    out = np.add.reduce(x, dims, working, None, keepdim) / n
    return out if working is dtype else out.astype(dtype)


def mean_gradient(g, x_shape, dims, keepdim):
    """The gradient of a mean over dims."""
    return spread(g, x_shape, dims, keepdim) / count_of(x_shape, dims)


@public("torch Tensor", out=True)
def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean over `dim` of the elements that are not NaN.

    Raises:
        RuntimeError: for integers.

    Example:
        >>> import rushlight as torch
        >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
        tensor(1.5000)
    """
    if as_tensor_argument("nanmean", "input", 1, input).dtype.category < 2:
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but "
            f"got {input.dtype.scalar_type}"
        )
    counted = input.detach().isnan().logical_not().sum(dim, keepdim)
    return input.nansum(dim, keepdim, dtype=dtype) / counted


# -- products --------------------------------------------------------------------------------


class prod(Reduction):
    """The product of all elements, or of those along `dim`; integers multiply in int64.

    Example:
        >>> import rushlight as torch
        >>> torch.prod(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 1)
        tensor([ 2., 12.])
    """

    out_decides = True

    def bind(input, dim=None, keepdim=False, *, dtype=None):
        dtype = sum_dtype(input, dtype)
        if dim is None:
            return (input,), (wrap_dims(None, input.dim()), dtype)
        return prod_dim, (input,), (wrap_dim(dim, input.dim()), keepdim, dtype)

    def forward(x, dims, dtype):
        return product(x, dims, False, dtype.numpy)

    def vjp_x(g, x, ans, dims):
        lead = tuple(x.shape[: x.dim() - len(dims)])  # the dims of batches
        rows = x.reshape((*lead, numel(x.shape[len(lead) :])))
        others = others_product(rows, ans.unsqueeze(-1), len(lead))
        return (g.unsqueeze(-1) * others).reshape(x.shape)


class prod_dim(AlongDim):
    """`prod` along one dim."""

    public_name = "prod"
    node = "ProdBackward1"
    places = None

    def forward(x, dim, keepdim, dtype):
        return product(x, dim, keepdim, dtype.numpy)

    def vjp_x(g, x, ans, dim, keepdim):
        if x.dim() == 0:
            return g
        if not keepdim:
            g, ans = g.unsqueeze(dim), ans.unsqueeze(dim)
        return g * others_product(x, ans, dim)


prod.along = prod_dim


def product(x, dims, keepdim, wanted):
    """The product of an array in a NumPy dtype."""
    out = np.multiply.reduce(cast(x, wanted), dims, wide(wanted), None, keepdim)
    return out if out.dtype is wanted else out.astype(wanted)


def others_product(x, result, dim):
    """For each element the conjugated product of the others along `dim`; `result` is of all."""
    if x.array is not None and x.array.all():
        return (result / x).conj()
    n, x = x.shape[dim], x.to(result.dtype)
    one = x.new_ones((1,)).expand([1 if d == dim else m for d, m in enumerate(x.shape)])
    before = cat([one, x.narrow(dim, 0, n - 1)], dim).cumprod(dim) if n else x
    after = cat([one, x.narrow(dim, 1, n - 1).flip(dim)], dim).cumprod(dim).flip(dim) if n else x
    return (before * after).conj()


class logsumexp(Reduction):
    """`log(sum(exp(input)))` over `dim` (an int or several), computed without overflow.

    Example:
        >>> import rushlight as torch
        >>> torch.logsumexp(torch.tensor([500.0, 500.0]), 0)
        tensor(500.6931)
    """

    places = "torch Tensor special"

    def bind(input, dim, keepdim=False):
        if input.dtype.category < 2:
            input = input.to(dtypes.get_default_dtype())
        return (input,), (wrap_dims(dim, input.dim()), keepdim)

    def forward(x, dims, keepdim):
        return widened(log_of_sum, x, dims, keepdim)

    def vjp_x(g, x, ans, x_shape, dims, keepdim):
        g, ans = (restored(y, x_shape, dims, keepdim) for y in (g, ans))
        return g * (x - ans).exp().conj()


def log_of_sum(x, dims, keepdim):
    """log(sum(exp(x))) of an array, shifted by the largest element unless that is infinite."""
    if x.size == 0:
        return np.log(np.add.reduce(x, dims, None, None, keepdim))
    shift = np.maximum.reduce(x.real, dims, None, None, True)
    shift = np.where(np.isinf(shift), x.dtype.type(0).real, shift)
    out = np.log(np.add.reduce(np.exp(x - shift), dims, None, None, keepdim))
    return out + np.reshape(shift, np.shape(out))


# -- truth and counts ------------------------------------------------------------------------


def bind_truth(input, dim=None, keepdim=False):
    """Inputs and parameters of `any` and `all`; no dims at all means elementwise."""
    dims = () if dim in ((), []) else wrap_dims(dim, input.dim())
    return (input,), (dims, keepdim)


def truth(reduce, x, dims, keepdim):
    """A logical reduction of an array; uint8 stays uint8."""
    out = np.asarray(reduce(x, dims, None, None, keepdim))
    return out.astype(np.uint8) if x.dtype == np.uint8 else out


class any(Reduction):
    """Is an element true (nonzero) - of all elements, or along `dim` (an int or several)?

    The result is bool, or uint8 for a uint8 input.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[True, False], [False, False]]).any(1)
        tensor([ True, False])
    """

    bind = bind_truth

    def forward(x, dims, keepdim):
        return truth(np.logical_or.reduce, x, dims, keepdim)


class all(Reduction):
    """Are all elements true (nonzero) - of all elements, or along `dim` (an int or several)?

    The result is bool, or uint8 for a uint8 input.

    Example:
        >>> import rushlight as torch
        >>> torch.all(torch.tensor([1.0, 2.0]))
        tensor(True)
    """

    bind = bind_truth

    def forward(x, dims, keepdim):
        return truth(np.logical_and.reduce, x, dims, keepdim)


class count_nonzero(Reduction):
    """How many elements over `dim` (an int or several; all by default) are not zero.

    Example:
        >>> import rushlight as torch
        >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
        tensor([1, 2])
    """

    takes_out = False

    def bind(input, dim=None):
        return (input,), (wrap_dims(dim, input.dim()),)

    def forward(x, dims):
        return np.add.reduce(x != 0, dims, np.int64)
