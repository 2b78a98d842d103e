"""Sorted order, and what rests on it: top-k, distinct values, searching, counting."""

import numpy as np

from rushlight.kernels import dtypes, elements, promotion, ties
from rushlight.kernels.memory_layout import empty_like
from rushlight.ops.extremes import Chosen, placed, recast_places
from rushlight.ops.families import (
    AlongDim,
    Operation,
    Reduction,
    as_tensor_argument,
    refusal,
    wrap_dim,
)
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase, box

# -- sorting ---------------------------------------------------------------------------------


def refuse_complex_order(name, input):
    if input.dtype.is_complex:
        raise RuntimeError(f" {name} does not support complex dtypes on CPU")


def order_of(x, dim, descending, stable=True):
    """Indices that sort an array along a dim, NaN as the largest.

    Equal elements keep their order if it is `stable`, else they lie as in PyTorch.
    """
    stable = stable or x.shape[dim] <= 16 or x.strides[dim] == 0
    if not stable:
        native = recast_places(argsort, x, (dim, descending, False))
        if native is not None:
            return native
    if descending:
        order = x.shape[dim] - 1 - np.flip(np.argsort(np.flip(x, dim), dim, "stable"), dim)
    else:
        order = np.argsort(x, dim, "stable")
        # Long rows of integers PyTorch sorts by their digits.
        stable = stable or (x.ndim == 1 and x.dtype.kind in "iu" and x.size >= 32768)
    if stable:
        return order
    tied = ties.repeated(np.take_along_axis(x, order, dim), dim)
    return ties.settled(x, order, dim, tied, descending, ties.sorted_places)


def as_laid_out(values, x):
    """An array with its dims in memory as those of the array `x`."""
    if x.flags.c_contiguous:
        return values
    out = empty_like(x, values.dtype)
    out[...] = values
    return out


def bind_sort(input, dim, descending, stable):
    """Inputs and parameters of `sort` and `argsort`."""
    dim = wrap_dim(dim, input.dim())
    refuse_complex_order("Sort", input)
    return (input,), (dim, bool(descending), bool(stable))


class sort(Chosen):
    """The elements in rising (or falling) order along `dim`, with their indices.

    NaN counts as the largest. Equal elements keep their order if `stable`.

    Raises:
        RuntimeError: for complex elements.

    Example:
        >>> import rushlight as torch
        >>> torch.sort(torch.tensor([3, 1, 2]))
        torch.return_types.sort(
        values=tensor([1, 2, 3]),
        indices=tensor([1, 2, 0]))
    """

    def bind(input, dim=-1, descending=False, *, stable=None):
        op = sort if stable is None else sort_stable
        return op, *bind_sort(input, dim, descending, stable)

    layout = "K"

    def forward(x, dim, descending, stable):
        order = order_of(x, dim, descending, stable)
        return as_laid_out(np.take_along_axis(x, order, dim), x), as_laid_out(order, x)

    def vjp_x(g, ans1, x_shape, dim):
        return placed(g[0], ans1, x_shape, dim)


class sort_stable(sort):
    """`sort` called with `stable=`."""

    public_name = "sort"
    node = "SortBackward1"
    places = None


class argsort(AlongDim):
    """The indices that sort the elements along `dim`, as of `sort`.

    Example:
        >>> import rushlight as torch
        >>> torch.argsort(torch.tensor([3, 1, 2]), descending=True)
        tensor([0, 2, 1])
    """

    def bind(input, dim=-1, descending=False, *, stable=False):
        return bind_sort(input, dim, descending, stable)

    layout = "K"

    def forward(x, dim, descending, stable):
        return as_laid_out(order_of(x, dim, descending, stable), x)


@public("torch Tensor", out=True)
def msort(input):
    """`input` sorted along its first dim.

    Example:
        >>> import rushlight as torch
        >>> torch.msort(torch.tensor([[2, 1], [1, 3]]))
        tensor([[1, 1],
                [2, 3]])
    """
    return sort.bound(input, 0)[0]


class topk(Chosen):
    """The `k` largest (or smallest) elements along `dim`, in order, with their indices.

    Raises:
        RuntimeError: for a `k` out of range, and for complex elements.

    Example:
        >>> import rushlight as torch
        >>> torch.topk(torch.tensor([1.0, 4.0, 3.0]), 2).values
        tensor([4., 3.])
    """

    def bind(input, k, dim=-1, largest=True, sorted=True):
        dim = wrap_dim(dim, input.dim())
        if not 0 <= k <= (input.shape[dim] if input.dim() else 1):
            raise RuntimeError("selected index k out of range")
        refuse_complex_order("topk", input)
        if input.dtype.category == 0:
            raise RuntimeError("topk does not support bool dtypes on CPU")
        return (input,), (k if input.dim() else 1, dim, bool(largest), bool(sorted))

    def forward(x, k, dim, largest, in_order):
        indices = recast_places(topk, x, (k, dim, largest, in_order))
        if indices is None:
            indices = top_indices(x, k, dim, largest, in_order)
        return np.take_along_axis(x, indices, dim), indices

    def vjp_x(g, ans1, x_shape, dim):
        return placed(g[0], ans1, x_shape, dim)


def top_indices(x, k, dim, largest, in_order):
    """Indices of the `k` largest or smallest, in order if they are wanted so."""
    n = x.shape[dim]
    if k == 1 and largest and n >= 64:
        return np.argmax(x, dim, keepdims=True)
    head = [slice(None)] * x.ndim
    if k and n > 128 and 8 * k < n:
        head[dim] = slice(n - k, n) if largest else slice(k)
        indices = np.argpartition(x, n - k if largest else k, dim)[tuple(head)]
        order = order_of(np.take_along_axis(x, indices, dim), dim, largest)
        indices = np.take_along_axis(indices, order, dim)
    else:
        head[dim] = slice(k)
        indices = order_of(x, dim, largest)[tuple(head)].copy("K")
    if not k:
        return indices
    values, lasting = np.take_along_axis(x, indices, dim), 64 * k <= n or in_order
    last = values.take([k - 1], dim)
    outside = ties.equal(x, last).sum(dim) > ties.equal(values, last).sum(dim)
    tied = ties.repeated(values, dim) | outside | (not lasting)
    return ties.settled(
        x, indices, dim, tied, largest, lambda key: ties.top_places(key, k, in_order)
    )


# -- distinct values -------------------------------------------------------------------------


class Distinct(Operation, family=True):
    """Values without repeats: (values, where each input went, counts); no derivative."""

    places = None
    takes_out = False

    def settled(self):
        self.many = True

    def compute(self, inputs, params):
        return self.fast.call2(inputs[0].array, params) or super().compute(inputs, params)


class unique_flat(Distinct):
    """Distinct elements, sorted."""

    node = "Unique2Backward0"

    def forward(x, wants_inverse):
        flat = x.reshape(-1)
        values, order = sorted_flat(flat, True)
        if flat.size > 16 and values[-2] != values[-2]:  # which of the nans is which shows
            values, order = sorted_flat(flat, False)
        first = np.ones(flat.size, np.bool_)
        np.not_equal(values[1:], values[:-1], out=first[1:])
        begins = np.flatnonzero(first)
        counts = np.empty_like(begins)
        np.subtract(begins[1:], begins[:-1], out=counts[:-1])
        counts[-1:] = flat.size - begins[-1:]
        if not wants_inverse:
            return values[begins], np.empty(0, np.int64), counts
        inverse = np.empty(flat.size, np.int64)
        inverse[order] = np.cumsum(first) - 1
        return values[begins], inverse.reshape(x.shape), counts

    def vjp_x(g):
        raise NotImplementedError("the derivative for '_unique2' is not implemented.")


def sorted_flat(x, stable):
    return sort.fast.call2(x, (0, False, stable)) or sort.forward(x, 0, False, stable)


class unique_slices(Distinct):
    """Distinct slices along a dim, sorted."""

    node = "UniqueDimBackward0"

    def forward(x, dim):
        if x.size == 0:
            return x.copy(), np.zeros(0, np.int64), np.zeros(0, np.int64)
        parts = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
        return parts[0], parts[1].reshape(-1), parts[2]

    def vjp_x(g):
        raise NotImplementedError("the derivative for 'unique_dim' is not implemented.")


class runs(Distinct):
    """The first of each run of equal slices along a dim, or of equal elements for no dim."""

    node = "UniqueConsecutiveBackward0"

    def forward(x, dim):
        lanes = x.reshape(-1, 1) if dim is None else np.moveaxis(x, dim, 0)
        begins = np.ones(len(lanes), bool)
        begins[1:] = (lanes[1:] != lanes[:-1]).any(tuple(range(1, lanes.ndim)))
        inverse = np.cumsum(begins) - 1
        counts = np.diff(np.append(np.flatnonzero(begins), len(lanes)))
        if dim is None:
            return x.reshape(-1)[begins], inverse.reshape(x.shape), counts
        return np.compress(begins, x, dim), inverse, counts

    def vjp_x(g):
        raise NotImplementedError("the derivative for 'unique_consecutive' is not implemented.")


def wanted_parts(parts, return_inverse, return_counts):
    """The values alone, or a tuple with what else was asked for."""
    wanted = (True, return_inverse, return_counts)
    chosen = tuple([part for part, want in zip(parts, wanted, strict=True) if want])
    return chosen if len(chosen) > 1 else chosen[0]


@public("torch Tensor")
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements of `input` in rising order, or the distinct slices along `dim`.

    On request also, in a tuple, for each element the index of its value among the results, and how
    often each occurs. Every NaN is distinct. There is no derivative.

    Raises:
        NotImplementedError: for complex elements.

    Example:
        >>> import rushlight as torch
        >>> torch.unique(torch.tensor([2, 1, 2]), return_counts=True)
        (tensor([1, 2]), tensor([1, 2]))
    """
    if as_tensor_argument("unique", "input", 1, input).dtype.is_complex:
        raise refusal("unique" if dim is None else "unique_dim", input.dtype)
    if dim is None:
        return wanted_parts(unique_flat(input, bool(return_inverse)), return_inverse, return_counts)
    if input.dim() == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, input.dim())
    if any(n == 0 for d, n in enumerate(input.shape) if d != dim):
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    return wanted_parts(unique_slices(input, dim), return_inverse, return_counts)


@public("torch Tensor")
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The elements of `input` (or its slices along `dim`) that differ from the one before.

    On request also, in a tuple, for each element the index of its value among the results, and the
    length of each run. There is no derivative.

    Example:
        >>> import rushlight as torch
        >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
        tensor([1, 2, 1])
    """
    if as_tensor_argument("unique_consecutive", "input", 1, input).dtype.is_complex:
        raise refusal("unique", input.dtype)
    dim = None if dim is None else wrap_dim(dim, input.dim())
    return wanted_parts(runs(input, dim), return_inverse, return_counts)


@public("torch", out=True)
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Is each of `elements` among `test_elements`? (With `invert`: is it not?)

    One of the two may be a number.

    Example:
        >>> import rushlight as torch
        >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 4]))
        tensor([False,  True, False])
    """
    a, b = tensor_of(elements), tensor_of(test_elements)
    for t in (a, b):
        if t.dtype.category in (0, 3):
            raise RuntimeError(
                f"Unsupported input type encountered for isin(): {t.dtype.scalar_type}"
            )
    return is_among(a, b, bool(invert))


def tensor_of(x):
    """A tensor, or a number as a 0-d tensor."""
    if isinstance(x, TensorBase):
        return x
    return box(np.asarray(x, promotion.of_operands(x).numpy))


class is_among(Operation):
    """Membership of a's elements in b."""

    public_name = "isin"
    slow_batch = True
    tensors = 2
    places = None

    def forward(a, b, invert):
        return np.asarray(np.isin(a, b, invert=invert))


# -- searching -------------------------------------------------------------------------------


class searchsorted(Operation):
    """Where each of `input` would go in the rising `sorted_sequence`, along the last dim.

    The index is of the first place that keeps the order, or with `right=True` (`side="right"`) of
    the last. `sorted_sequence` is 1-d, or agrees with `input` in all dims but the last. `sorter`
    holds the indices that sort it, if it is not sorted. Indices are int64, or int32 if `out_int32`.

    Raises:
        RuntimeError: for shapes that do not fit, or a `side` that contradicts `right`.

    Example:
        >>> import rushlight as torch
        >>> torch.searchsorted(torch.tensor([1.0, 3.0, 5.0]), torch.tensor([3.0, 9.0]))
        tensor([1, 3])
    """

    tensors = 2
    places = "torch"

    def bind(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
        as_tensor_argument("searchsorted", "sorted_sequence", 1, sorted_sequence)
        input = tensor_of(input)
        check_search(sorted_sequence, input, right, side, sorter)
        if sorter is not None:
            sorted_sequence = sorted_sequence.gather(-1, sorter)
        return (sorted_sequence, input), (out_int32, right or side == "right")

    def forward(boundaries, values, out_int32, right):
        side = "right" if right else "left"
        wanted = np.int32 if out_int32 else np.int64
        if boundaries.dtype.kind in "fc" and np.isnan(boundaries).any():
            return halved(boundaries, values, right).astype(wanted)
        if boundaries.ndim == 1:
            return elements.insertion_places(boundaries, values, right).astype(wanted, copy=False)
        out = np.empty(values.shape, wanted)
        for at in np.ndindex(values.shape[:-1]):
            out[at] = np.searchsorted(boundaries[at], values[at], side)
        return out


def halved(boundaries, values, right):
    """Places of `values` by halving intervals, as comparisons with nan (all false) decide."""
    low = np.zeros(values.shape, np.int64)
    high = np.full(values.shape, boundaries.shape[-1])
    below = np.less_equal if right else np.less
    while (open_ := low < high).any():
        middle = np.where(open_, (low + high) // 2, 0)
        if boundaries.ndim == 1:
            there = boundaries[middle]
        else:
            there = np.take_along_axis(boundaries, middle, -1)
        above = below(there, values) | np.isnan(there) | np.isnan(values)
        low = np.where(open_ & above, middle + 1, low)
        high = np.where(open_ & ~above, middle, high)
    return low


def check_search(boundaries, values, right, side, sorter):
    """PyTorch's errors for arguments of `searchsorted` that do not fit together."""
    if side not in (None, "left", "right"):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}"
        )
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got "
            "side of left while right was True"
        )
    if boundaries.dim() == 0:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive "
            "dimension, but got 0 dimension"
        )
    fits = boundaries.dim() == 1 or (
        values.dim() == boundaries.dim() and values.shape[:-1] == boundaries.shape[:-1]
    )
    if not fits:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {[*boundaries.shape]} and input value tensor {[*values.shape]}"
        )
    if sorter is not None:
        check_sorter(boundaries, sorter)


def check_sorter(boundaries, sorter):
    if sorter.shape != boundaries.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary "
            f"tensor {[*boundaries.shape]}and got sorter tensor {[*sorter.shape]}"
        )
    if sorter.dtype is not dtypes.int64:
        raise RuntimeError(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got "
            f"dtype {sorter.dtype.scalar_type}"
        )


@public("torch", out=True, quick=searchsorted)
def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The index of the interval between the rising `boundaries` that each of `input` lies in.

    Example:
        >>> import rushlight as torch
        >>> torch.bucketize(torch.tensor([0.5, 2.5]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([0, 2])
    """
    if as_tensor_argument("bucketize", "boundaries", 2, boundaries).dim() != 1:
        raise RuntimeError(
            f"boundaries tensor must be 1 dimension, but got dim({boundaries.dim()})"
        )
    return searchsorted.bound(boundaries, input, out_int32=out_int32, right=right)


# -- counting --------------------------------------------------------------------------------

NOT_COUNTABLE = "bincount only supports 1-d non-negative integral inputs."


class counts(Operation):
    """The number of occurrences of 0, 1, 2, ..."""

    public_name = "bincount"
    slow_batch = True
    places = None

    def forward(x, minlength):
        if x.size and x.min() < 0:
            raise RuntimeError(NOT_COUNTABLE)
        return np.bincount(x.astype(np.int64, copy=False), minlength=minlength)


@public("torch Tensor", quick=counts)
def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2, ... occurs in the 1-d integer `input`, or the sum of its
    `weights`; at least `minlength` counts.

    Raises:
        RuntimeError: for negative elements, several dims, or weights of another length.

    Example:
        >>> import rushlight as torch
        >>> torch.bincount(torch.tensor([1, 3, 1]))
        tensor([0, 2, 0, 1])
    """
    as_tensor_argument("bincount", "input", 1, input)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.dtype.category >= 2:
        raise refusal("bincount_cpu", input.dtype)
    if input.dim() != 1:
        raise RuntimeError(NOT_COUNTABLE)
    if weights is None or input.numel() == 0:
        return counts(input, minlength)
    if weights.dim() != 1 or weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    return weighed_counts(input, weights.detach(), minlength)


class weighed_counts(Operation):
    """The sums of weights where 0, 1, 2, ... occur."""

    public_name = "bincount"
    slow_batch = True
    tensors = 2
    places = None

    def forward(x, weights, minlength):
        if x.size and x.min() < 0:
            raise RuntimeError(NOT_COUNTABLE)
        wanted = weights.dtype if weights.dtype == np.float32 else np.dtype(np.float64)
        return np.bincount(x.astype(np.int64, copy=False), weights, minlength).astype(wanted)


class histc(Reduction):
    """How many elements lie in each of `bins` equal intervals from `min` to `max`.

    Where `min` and `max` are both 0 the extent of the data is taken. Elements outside are ignored,
    the last interval includes `max`.

    Raises:
        RuntimeError: for no bins, or a range that is not finite or the wrong way round.
        NotImplementedError: for integers.

    Example:
        >>> import rushlight as torch
        >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """

    slow_batch = True
    lift = None

    def bind(input, bins=100, min=0, max=0):
        if input.dtype.category != 2:
            raise refusal("histogram_cpu", input.dtype)
        if bins <= 0:
            raise RuntimeError(
                f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0"
            )
        return (input,), (bins, float(min), float(max))

    def forward(x, bins, low, high):
        low, high = extent(x, low, high)
        inside = x[(x >= low) & (x <= high)]
        places = ((inside - low) * bins / (high - low)).astype(np.int64)
        return np.bincount(np.minimum(places, bins - 1), minlength=bins).astype(x.dtype)


def extent(x, low, high):
    """The range of a histogram: as given, else from the smallest element to the largest."""
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(f"torch.histc: range of [{printed(low)}, {printed(high)}] is not finite")
    if low == high:
        return low - 1, high + 1
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    return low, high


def printed(value):
    """A bound as C++ streams print it."""
    return "-nan" if np.isnan(value) else f"{value:g}"
