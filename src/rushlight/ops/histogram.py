"""Histograms over given or equal intervals, of one variable or of several."""

import operator

import numpy as np

from rushlight.kernels.numbers import word
from rushlight.ops import return_types
from rushlight.ops.families import as_tensor_argument, refusal, type_word
from rushlight.ops.publish import public
from rushlight.ops.sequences import Sequence
from rushlight.tape.core import TensorBase

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
