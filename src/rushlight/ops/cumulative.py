"""Running sums, products, extremes, and differences along a dim."""

from itertools import pairwise

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.extremes import Chosen
from rushlight.ops.families import AlongDim, as_tensor_argument, refusal, wrap_dim
from rushlight.ops.gather import gather_backward
from rushlight.ops.join import cat
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reduce import cast, sum_dtype, wide
from rushlight.tape.core import state


def bind_running(name, input, dim, dtype):
    """Inputs and parameters of `cumsum` and `cumprod`."""
    dtype = sum_dtype(input, dtype)
    if dtype.category == 0 and input.dim() and input.numel():
        raise refusal(f"{name}_out_cpu", dtype)
    return (input,), (wrap_dim(dim, input.dim()), dtype)


def running(ufunc, x, dim, wanted):
    """The running reduction of an array in a NumPy dtype."""
    out = ufunc.accumulate(cast(x, wanted), dim, wide(wanted))
    return out if out.dtype is wanted else out.astype(wanted)


def backwards(running, x, dim):
    """A running reduction from the end of `dim` to its beginning."""
    return running(x.flip(dim), dim).flip(dim)


class cumsum(AlongDim):
    """The running sum along `dim`; integers add up in int64 unless `dtype` is given.

    Raises:
        IndexError: for a dim that the input does not have.

    Example:
        >>> import rushlight as torch
        >>> torch.cumsum(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([1., 3., 6.])
    """

    linear = True
    inplace = True

    out_decides = True

    def bind(input, dim, *, dtype=None):
        return bind_running("cumsum", input, dim, dtype)

    def forward(x, dim, dtype):
        return running(np.add, x, dim, dtype.numpy)

    def vjp_x(g, dim):
        return summed_back(g, dim)


class cumsum_back(AlongDim):
    """The running sum from the end of `dim` to its beginning."""

    node = "FlipBackward0"
    places = None
    linear = True

    def forward(x, dim, dtype):
        return np.flip(running(np.add, np.flip(x, dim), dim, dtype.numpy), dim).copy()

    def vjp_x(g, dim):
        return g.cumsum(dim)


def summed_back(x, dim):
    """`cumsum_back` in the tensor's own dtype."""
    return cumsum_back(x, dim, x.dtype)


class cumprod(AlongDim):
    """The running product along `dim`; integers multiply in int64 unless `dtype` is given.

    Raises:
        IndexError: for a dim that the input does not have.

    Example:
        >>> import rushlight as torch
        >>> torch.cumprod(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([1., 2., 6.])
    """

    inplace = True

    out_decides = True

    def bind(input, dim, *, dtype=None):
        return bind_running("cumprod", input, dim, dtype)

    def forward(x, dim, dtype):
        return running(np.multiply, x, dim, dtype.numpy)

    def vjp_x(g, x, ans, dim):
        if x.dim() == 0 or x.shape[dim] == 1:
            return g
        if x.array is not None and x.array.all():
            return summed_back(g * ans.conj(), dim) / x.conj()
        if x.array is None or g.array is None or x.requires_grad or g.requires_grad:
            return cumprod_gradient_anywhere(g, x, dim)
        return cumprod_gradient_once(g, x, ans, dim)


def cumprod_gradient_anywhere(g, x, dim):
    """The gradient of `cumprod` at any x, itself differentiable, from all n * n products.

    Row i of `factors` is x without element i, so its running product at k >= i is how the result
    at k depends on element i.
    """
    n = x.shape[dim]
    g, x = g.movedim(dim, -1).unsqueeze(-2), x.movedim(dim, -1).unsqueeze(-2)
    own = namespaces["torch"]["eye"](n, dtype=dtypes.bool)
    factors = x.expand(*x.shape[:-2], n, n).masked_fill(own, 1)
    return (g * factors.cumprod(-1).conj()).triu().sum(-1).movedim(-1, dim)


def cumprod_gradient_once(g, x, ans, dim):
    """The gradient of `cumprod` at an x with zeros, not itself differentiable.

    Elements before the first zero see quotients of the result; the first zero itself sees the
    products without it; those after it see nothing.
    """
    seen = (x == 0).cumsum(dim)
    first = (seen == 1).logical_and(x == 0)
    without = x.masked_fill(first, 1).cumprod(dim)
    quotients = summed_back(g * ans.conj(), dim) / x.conj()
    products = summed_back(g * without.conj(), dim)
    return products.masked_fill(first.logical_not(), 0) + quotients.masked_fill(seen > 0, 0)


class logcumsumexp(AlongDim):
    """`log(cumsum(exp(input)))` along `dim`, computed without overflow.

    Raises:
        NotImplementedError: for integers.

    Example:
        >>> import rushlight as torch
        >>> torch.logcumsumexp(torch.tensor([500.0, 500.0]), 0)
        tensor([500.0000, 500.6931])
    """

    def bind(input, dim):
        if input.dtype.category < 2:
            raise refusal("logcumsumexp_out_cpu", input.dtype)
        return (input,), (wrap_dim(dim, input.dim()),)

    def forward(x, dim):
        if x.dtype.kind == "c":
            return running_complex_logsumexp(x, dim)
        # sums of many terms, from which gradients are told by small differences
        return np.logaddexp.accumulate(x.astype(np.float64), dim).astype(x.dtype)

    def vjp_x(g, x, ans, dim):
        if x.dim() == 0:
            return g
        if x.dtype.is_complex:
            tail = backwards(logcumsumexp.bound, g.conj().log() - ans, dim)
            return (tail + x).exp().conj()
        rising = from_later(g, x, ans, dim)
        return rising if nowhere_negative(g) else rising - from_later(-g, x, ans, dim)

    def jvp_x(t, x, dim):
        if x.numel() == 0:
            return t
        weights = (x - x.detach().real.amax(dim, True)).exp()
        return (weights * t).cumsum(dim) / weights.cumsum(dim)


def from_later(g, x, ans, dim):
    """What the positive elements of `g` give to the gradient of `logcumsumexp`."""
    return (backwards(logcumsumexp.bound, log_of_positive(g) - ans, dim) + x).exp()


def nowhere_negative(g):
    """Is a gradient known to be so, and nothing recorded that might see the difference?"""
    return g.array is not None and not state().grad and g.array.min(initial=0) >= 0


def log_of_positive(g):
    """The logarithm where `g` is positive, elsewhere a number so low that its exp is 0."""
    rest = g <= 0
    return g.masked_fill(rest, 1).log().masked_fill(rest, dtypes.finfo(g.dtype).min / 2)


def running_complex_logsumexp(x, dim):
    """`logcumsumexp` of a complex array, one step after the other."""
    out = x.copy()
    lanes = np.moveaxis(out, dim, 0)[..., None]
    for before, here in pairwise(lanes):
        larger = before.real > here.real
        high, low = np.where(larger, before, here), np.where(larger, here, before)
        here[...] = np.where(np.isinf(high.real), high, high + np.log1p(np.exp(low - high)))
    return out


# -- running extremes ------------------------------------------------------------------------


def bind_running_extreme(name, input, dim):
    """Inputs and parameters of `cummax` and `cummin`."""
    dim = wrap_dim(dim, input.dim())
    if input.dtype.is_complex and input.dim() and input.numel():
        raise refusal(f"{name}_cpu", input.dtype)
    return (input,), (dim,)


def running_extreme(ufunc, x, dim):
    """(values, indices) of a running extreme; of equal elements the latest counts."""
    values = ufunc.accumulate(x, dim)
    places = np.arange(x.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.ndim)])
    attained = (x == values) | (x != x)
    return values, np.maximum.accumulate(np.where(attained, places, 0), dim)


class gathered(gather_backward):
    """Zeros of a shape with every element of `g` added where `indices` say along `dim`."""

    node = "ScatterAddBackward0"


class cummax(Chosen):
    """The largest elements so far along `dim`, with their (latest) indices.

    Example:
        >>> import rushlight as torch
        >>> torch.cummax(torch.tensor([1.0, 3.0, 2.0]), 0).values
        tensor([1., 3., 3.])
    """

    def bind(input, dim):
        return bind_running_extreme("cummax", input, dim)

    def forward(x, dim):
        return running_extreme(np.maximum, x, dim)

    def vjp_x(g, ans1, dim):
        return gathered(g[0], ans1, tuple(g[0].shape), dim)


class cummin(Chosen):
    """The smallest elements so far along `dim`, with their (latest) indices.

    Example:
        >>> import rushlight as torch
        >>> torch.cummin(torch.tensor([2.0, 3.0, 1.0]), 0).indices
        tensor([0, 0, 2])
    """

    def bind(input, dim):
        return bind_running_extreme("cummin", input, dim)

    def forward(x, dim):
        return running_extreme(np.minimum, x, dim)

    def vjp_x(g, ans1, dim):
        return gathered(g[0], ans1, tuple(g[0].shape), dim)


# -- differences -----------------------------------------------------------------------------


@public("torch Tensor", out=True)
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """The differences of neighbours along `dim`, taken `n` times, after putting `prepend` before
    and `append` behind the input.

    Raises:
        RuntimeError: for a 0-d input, a negative `n`, or parts that do not fit together.

    Example:
        >>> import rushlight as torch
        >>> torch.diff(torch.tensor([1, 3, 2]))
        tensor([ 2, -1])
    """
    if as_tensor_argument("diff", "input", 1, input).dim() == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0:
        return input.clone()
    dim = wrap_dim(dim, input.dim())
    parts = [part for part in (prepend, input, append) if part is not None]
    for part in parts:
        check_joined(input, part, dim)
    if len(parts) > 1:
        input = cat(parts, dim)
    for _ in range(min(n, input.shape[dim])):
        input = neighbours_difference(input, dim)
    return input


def check_joined(input, part, dim):
    """Refuse what cannot be put before or behind the input of `diff`."""
    if part.dim() != input.dim():
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for d in range(input.dim()):
        if d != dim and part.shape[d] != input.shape[d]:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input "
                f"except along the differencing dimension; input.size({d}) = {input.shape[d]}, "
                f"but got tensor.size({d}) = {part.shape[d]}"
            )


def neighbours_difference(t, dim):
    """Each element's successor along `dim`, less the element."""
    n = max(t.shape[dim] - 1, 0)
    if t.shape[dim] == 0:
        return t
    after, before = t.narrow(dim, 1, n), t.narrow(dim, 0, n)
    return after.logical_xor(before) if t.dtype.category == 0 else after - before
