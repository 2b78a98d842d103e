"""What samples say of a distribution: covariance, quantiles, histograms."""

import operator
import warnings

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.numbers import word
from rushlight.ops import return_types
from rushlight.ops.families import as_tensor_argument, refusal, type_word, wrap_dim
from rushlight.ops.linalg_checks import values_of
from rushlight.ops.publish import namespaces, public
from rushlight.ops.sequences import Sequence
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj

FEW_DEGREES = (
    "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of "
    "observations."
)


@public("torch Tensor")
def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariances of variables, the rows of `input`, whose columns are observations.

    Args:
        correction: what is taken from the number of observations before it divides.
        fweights: integers, how often each observation occurred.
        aweights: floating point numbers, how much each observation weighs.

    Returns:
        Tensor: a matrix, on its diagonal the variances; the variance if `input` is a vector.

    Raises:
        RuntimeError: for more than two dims, Booleans, and weights that do not fit or are
            negative.

    Example:
        >>> import rushlight as torch
        >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    as_tensor_argument("cov", "input", 1, input)
    if type(correction) is not int:
        raise TypeError(
            f"cov(): argument 'correction' must be int, not {type(correction).__name__}"
        )
    if input.dim() > 2:
        raise RuntimeError(too_many_dims("cov", input))
    if input.dtype is dtypes.bool:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.dim() == 2 else input.reshape((1, -1))
    check_weights("fweights", fweights, x.shape[1], "integral", (1,))
    check_weights("aweights", aweights, x.shape[1], "floating point", (2,))
    w = fweights if aweights is None else aweights
    if fweights is not None and aweights is not None:
        w = fweights * aweights
    return centred_products(x, w, aweights, correction).squeeze()


def centred_products(x, w, aweights, correction):
    """The products of all pairs of rows less their means, summed and divided."""
    n = x.shape[1]
    total = n if w is None else w.sum()
    if w is not None and n and (values_of(total) == 0).any():
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = (x if w is None else x * w).sum(1) / total
    freedom = total - correction
    if w is not None and aweights is not None and correction:
        freedom = total - correction * (w * aweights).sum() / total
    if (values_of(freedom) if w is not None else freedom) <= 0:
        warnings.warn(FEW_DEGREES, UserWarning, stacklevel=4)
    freedom = max(freedom, 0) if w is None else freedom.clamp(min=0)
    away = x - mean.unsqueeze(1)
    return away @ conj((away if w is None else away * w).t()) / freedom


def too_many_dims(name, input):
    return (
        f"{name}(): expected input to have two or fewer dimensions but got an input with "
        f"{input.dim()} dimensions"
    )


def check_weights(name, w, n, kind, categories):
    """Refuse weights that are not one for each of `n` observations."""
    if w is None:
        return
    try:
        as_tensor_argument("cov", name, 1, w)
    except TypeError:
        raise TypeError(
            f"cov(): argument '{name}' must be Tensor, not {type(w).__name__}"
        ) from None
    if w.dim() > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with "
            f"{w.dim()} dimensions"
        )
    if w.dtype.category not in categories:
        raise RuntimeError(
            f"cov(): expected {name} to have {kind} dtype but got {name} with "
            f"{w.dtype.scalar_type} dtype"
        )
    if w.numel() != n:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the "
            f"input but got {w.numel()} != {n}"
        )
    if n and values_of(w).min() < 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")


@public("torch Tensor")
def corrcoef(input):
    """The correlations of variables, the rows of `input`, whose columns are observations.

    Returns:
        Tensor: a matrix of numbers between -1 and 1; 1 if `input` is a vector.

    Raises:
        RuntimeError: for more than two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    as_tensor_argument("corrcoef", "input", 1, input)
    if input.dim() > 2:
        raise RuntimeError(too_many_dims("corrcoef", input))
    c = cov(input)
    if c.dim() == 0:
        return c / c
    d = c.diagonal()
    d = (d.real if d.dtype.is_complex else d).sqrt()
    c = c / d.view((-1, 1)) / d.view((1, -1))
    if not c.dtype.is_complex:
        return c.clamp(-1, 1)
    return namespaces["torch"]["complex"](c.real.clamp(-1, 1), c.imag.clamp(-1, 1))


MODES = ("linear", "lower", "higher", "midpoint", "nearest")


@public("torch Tensor", out=True)
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The quantiles `q` (a number, or a 1-d tensor of them) along `dim`, or of all elements.

    For several quantiles the result has a dim in front for them. A quantile of NaN is NaN.

    Args:
        interpolation: what is taken where the quantile lies between two elements: a point as far
            between them ("linear"), one of them ("lower", "higher", "nearest") or their mean
            ("midpoint").

    Raises:
        RuntimeError: for quantiles outside of [0, 1], other dtypes than float32 and float64, and
            no elements.

    Example:
        >>> import rushlight as torch
        >>> torch.quantile(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5]))
        tensor([1.5000, 2.0000])
    """
    return quantiles("quantile", input, q, dim, keepdim, interpolation, False)


@public("torch Tensor", out=True)
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """`quantile` of the elements that are not NaN.

    Example:
        >>> import rushlight as torch
        >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 2.0]), 0.5)
        tensor(1.5000)
    """
    return quantiles("nanquantile", input, q, dim, keepdim, interpolation, True)


def quantiles(name, input, q, dim, keepdim, interpolation, skip_nan):
    """`quantile` and `nanquantile`."""
    as_tensor_argument(name, "input", 1, input)
    check(name, input, q, interpolation)
    alone = not isinstance(q, TensorBase) or q.dim() == 0
    if not isinstance(q, TensorBase):
        q = input.new_tensor(q)
    ordered = in_order(input, dim, keepdim)
    out = interpolated(ordered, ranks(ordered, q, skip_nan), interpolation)
    if alone:
        return out.squeeze_(-1)
    return out.unsqueeze_(0).transpose_(0, -1).squeeze_(-1)


def check(name, input, q, interpolation):
    """Refuse what has no quantiles, and what is none."""
    several = isinstance(q, TensorBase)
    if not several and (isinstance(q, bool) or not isinstance(q, (int, float))):
        words = ", ".join([type_word(x) for x in (input, q)])
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({words})")
    if interpolation not in MODES:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    if not several and not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if input.numel() == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if several and q.dim() > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if several and q.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if several and q.array is not None and not ((q.array >= 0) & (q.array <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")


def in_order(input, dim, keepdim):
    """The elements in order along a last dim, after dims of the shape that a quantile has."""
    ndim = input.dim()
    wrapped = None if dim is None else wrap_dim(dim, ndim)
    if wrapped is None:
        ordered, shape = input.flatten(), [1] * ndim if keepdim else []
    else:
        shape = list(input.shape)
        shape[wrapped : wrapped + 1] = [1] if keepdim and ndim else []
        last = wrapped == max(ndim - 1, 0)
        ordered = input if last else input.unsqueeze(-1).transpose(wrapped, -1)
    if not ordered.dim():
        ordered = ordered.unsqueeze(-1)
    ordered = ordered.sort(-1)[0]
    return ordered.view([*shape, ordered.shape[-1]])


def ranks(ordered, q, skip_nan):
    """How many steps each quantile is away from the smallest element."""
    where = [*ordered.shape[:-1], q.numel()]
    if skip_nan:
        places = ordered.detach().isnan().logical_not().sum(-1, True) - 1
        return (q * places).clamp(min=0).expand(where)
    end = ordered.shape[-1] - 1  # where NaN is, if there is any
    missing = ordered.detach()[..., -1:].isnan()
    return (q * end).expand(where).masked_fill(missing, end)


def interpolated(ordered, steps, mode):
    """What lies so many steps from the smallest element."""
    if mode not in ("linear", "midpoint"):
        rounding = {"nearest": "round", "lower": "floor", "higher": "ceil"}[mode]
        return ordered.gather(-1, getattr(steps, rounding)().long())
    below = steps.long()
    weight = steps - below if mode == "linear" else namespaces["torch"]["full_like"](steps, 0.5)
    above = ordered.gather(-1, steps.ceil().long())
    return ordered.gather(-1, below).lerp(above, weight)


# -- the operation ---------------------------------------------------------------------------


class histogram_(Sequence):
    """Counts, and the edges of each dim's bins.

    The arrays are the points (a row each), their weights if `has_weight`, and the edges of each
    dim unless `bins` says into how many equal intervals the range is divided.
    """

    places = None
    linear = False

    def settled(self):
        self.many = True

    def forward(arrays, has_weight, bins, ranges, density):
        x, rest = arrays[0], arrays[1 + has_weight :]
        edges = rest or [
            even_edges(x[:, d], n, None if ranges is None else ranges[2 * d : 2 * d + 2], d)
            for d, n in enumerate(bins)
        ]
        hist = tallied(x, arrays[1] if has_weight else None, edges)
        return (dense(hist, edges) if density else hist, *edges)


def even_edges(x, bins, limits, dim):
    """The edges of equal intervals between limits, or from the least to the greatest element."""
    if limits is None:
        limits = (x.min(), x.max()) if x.size else (0, 1)
    low, high = (x.dtype.type(limit) for limit in limits)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(
            f"torch.histogramdd: dimension {dim}'s range [{low:g}, {high:g}] is not finite"
        )
    if low > high:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for "
            f"dimension {dim}"
        )
    if low == high:
        half = x.dtype.type(0.5)
        low, high = low - half, high + half
    step = (high - low) / x.dtype.type(bins)
    i = np.arange(bins + 1).astype(x.dtype)
    return np.where(i < (bins + 1) // 2, low + step * i, high - step * (bins - i))


def tallied(x, weight, edges):
    """The number, or the weight, of the points in each bin; the last one includes its end."""
    inside = np.ones(len(x), bool)
    places = np.zeros(len(x), np.intp)
    for d, e in enumerate(edges):
        column = x[:, d]
        inside &= (column >= e[0]) & (column <= e[-1])
        place = np.searchsorted(e, column, "right") - 1
        bins = len(e) - 1
        places = places * bins + np.clip(place, 0, max(bins - 1, 0))
    sizes = [len(e) - 1 for e in edges]
    weight = None if weight is None else weight[inside]
    total = np.bincount(places[inside], weight, int(np.prod(sizes)))[: int(np.prod(sizes))]
    return total.reshape(sizes).astype(x.dtype)


def dense(hist, edges):
    """The share of each bin, over its length (area, volume)."""
    with np.errstate(all="ignore"):
        hist = hist / hist.sum()
        for d, e in enumerate(edges):
            hist = hist / np.diff(e).reshape([-1] + [1] * (len(edges) - 1 - d))
    return hist


# -- public ----------------------------------------------------------------------------------


@public("torch Tensor", out=True)
def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """How many elements lie in each of the intervals `bins`.

    Args:
        bins: the number of equal intervals, or the edges of intervals one beside the other.
        range: the end of the first and of the last interval, where `bins` is a number; by default
            the least and the greatest element. What lies outside is not counted.
        weight: how much each element counts.
        density: give the share of each interval, over its length.

    Returns:
        a named tuple of `hist` and `bin_edges`.

    Raises:
        RuntimeError: the arguments do not fit together.
        NotImplementedError: for other dtypes than float32 and float64.

    Example:
        >>> import rushlight as torch
        >>> torch.histogram(torch.tensor([1.0, 2.0, 1.0]), bins=2, range=(0.0, 3.0)).hist
        tensor([2., 1.])
    """
    as_tensor_argument("histogram", "input", 1, input)
    if isinstance(bins, TensorBase):
        edges, bins = [bins], []
    else:
        edges, bins = [], [count(input, bins)]
    points = input.reshape(-1, 1)
    weight = None if weight is None else weight.reshape(-1)
    hist, *edges = counted(points, edges, bins, range, weight, density)
    return return_types.histogram((hist, edges[0]))


def count(input, bins):
    """The number of intervals, which must be an int."""
    try:
        return operator.index(bins)
    except TypeError:
        words = ", ".join([type_word(x) for x in (input, bins)])
        raise TypeError(
            f"histogram() received an invalid combination of arguments - got ({words})"
        ) from None


@public("torch")
def histogramdd(input, bins, *, range=None, weight=None, density=False):
    """How many points, the last dim of `input` being their coordinates, lie in each of the bins
    that intervals of each coordinate form.

    Args:
        bins: for each coordinate the number of equal intervals, or their edges (all the one or all
            the other); one number for all.
        range: the ends for each coordinate, one after the other; others as of `histogram`.

    Returns:
        a named tuple of `hist` and `bin_edges`, the latter itself a tuple.

    Example:
        >>> import rushlight as torch
        >>> points = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> torch.histogramdd(points, bins=[2, 2]).hist
        tensor([[0., 1.],
                [1., 1.]])
    """
    as_tensor_argument("histogramdd", "input", 1, input)
    if input.dim() < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    size = input.shape[-1]
    bins = [bins] * size if isinstance(bins, int) else list(bins)
    edges = [e for e in bins if isinstance(e, TensorBase)]
    if not edges and len(bins) != size:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input."
        )
    points = input.reshape(-1, size)
    weight = None if weight is None else weight.reshape(-1)
    hist, *edges = counted(points, edges, [] if edges else bins, range, weight, density)
    return return_types.histogramdd((hist, tuple(edges)))


def counted(points, edges, bins, limits, weight, density):
    """(counts, edges of each dim...) of points, a row each."""
    if edges:
        check_edges(points, edges)
    for d, n in enumerate(bins or [e.numel() - 1 for e in edges]):
        if n < 1:
            raise RuntimeError(
                f"torch.histogram(): bins must be > 0, but got {n} for dimension {d}"
            )
    size = points.shape[-1]
    if limits is not None and len(limits) != 2 * size:
        raise RuntimeError(
            f"torch.histogramdd: for a {size}-dimensional histogram range should have {2 * size} "
            f"elements, but got {len(limits)}"
        )
    if weight is not None:
        check_weight(points, weight)
    if points.dtype.category != 2 or points.dtype.itemsize < 4:
        raise refusal("histogramdd", points.dtype)
    given = [points, *([] if weight is None else [weight]), *edges]
    limits = None if limits is None else tuple([float(limit) for limit in limits])
    return histogram_(
        [t.detach() for t in given], int(weight is not None), tuple(bins), limits, density
    )


def check_edges(points, edges):
    """Refuse edges that are none, or not those of the points' dims."""
    size = points.shape[-1]
    if len(edges) != size:
        raise RuntimeError(
            f"torch.histogramdd: expected {size} sequences of bin edges for a {size}-dimensional "
            f"histogram but got {len(edges)}"
        )
    for d, e in enumerate(edges):
        if e.dtype is not points.dtype:
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but "
                f"got input with dtype {word(points.dtype)} and bins for dimension {d} with dtype "
                f"{word(e.dtype)}"
            )
        if e.dim() != 1:
            raise RuntimeError(
                "torch.histogramdd: bins tensor should have one dimension, but got "
                f"{e.dim()} dimensions in the bins tensor for dimension {d}"
            )
        if e.numel() == 0:
            raise RuntimeError(
                "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements "
                f"in the bins tensor for dimension {d}"
            )


def check_weight(points, weight):
    """Refuse weights that are not those of the points."""
    if weight.dtype is not points.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor "
            f"should have the same dtype, but got input({word(points.dtype)}), and "
            f"weight({word(weight.dtype)})"
        )
    if weight.shape != points.shape[:-1]:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the "
            "input tensor excluding its innermost dimension, but got input with shape "
            f"{[*points.shape]} and weight with shape {[*weight.shape]}"
        )
