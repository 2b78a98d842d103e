"""Elements chosen by their rank: largest, smallest, middle, k-th, most frequent."""

import numpy as np

from rushlight.kernels import ties
from rushlight.ops import return_types
from rushlight.ops.families import AlongDim, Reduction, numel, refusal, wrap_dim, wrap_dims
from rushlight.ops.masks import where
from rushlight.ops.reduce import restored
from rushlight.tape.core import TensorBase
from rushlight.tape.declare import table

NO_DIM = (
    "{0}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
    "dim with the 'dim' argument."
)
EMPTY_DIM = "{0}: Expected reduction dim {1} to have non-zero size."
BAD_CALL = "{0}() received an invalid combination of arguments - got dim={1}, keepdim={2}"
PAIRWISE = {"max": "maximum", "min": "minimum"}

# -- what they share -------------------------------------------------------------------------


class Extreme(Reduction, family=True):
    """Values at one rank over `dims`."""

    def result(self, out):
        return getattr(return_types, self.name)(out) if type(out) is tuple else out


class Chosen(AlongDim, family=True):
    """Elements chosen along `dim`, and their indices; the gradient goes to the chosen ones."""

    def settled(self):
        super().settled()
        self.many = self.named = True

    def result(self, out):
        return getattr(return_types, self.name)(out)

    def vjp_x(g, ans1, x_shape, dim, keepdim):
        return placed(g[0], ans1, x_shape, dim, keepdim)


def placed(g, indices, shape, dim, keepdim=True):
    """Zeros of a shape, with `g` put where `indices` say along `dim`."""
    if not keepdim and shape:
        g, indices = g.unsqueeze(dim), indices.unsqueeze(dim)
    return g.new_zeros(shape).scatter(dim, indices, g)


def shared(g, x, value, dims):
    """`g` divided evenly among the elements of `x` that equal `value`, over `dims`."""
    mask = x == value
    return g * mask / (mask.sum(dims, True) if dims else mask)  # a batch of numbers has no dims


def shared_by_all(g, x, value, dims):
    """`g` divided evenly among all elements of `x`, over `dims`, that equal `value`, NaN too."""
    if len(dims) < x.dim():  # a batch
        g, value = restored(g, x.shape, dims, False), restored(value, x.shape, dims, False)
    mask = x == value
    if value.array is None or np.isnan(value.array).any():
        mask = mask.logical_or(x.isnan().logical_and(value.isnan()))
    if dims:
        g = g / (mask.sum(dims, True) if len(dims) < x.dim() else mask.sum())
    return where((g, 0), mask)


def bind_dim(name, input, dim, keepdim, empty_name):
    """(dim, keepdim) of a choice along one dim, which must not be empty."""
    if type(dim) is int and type(keepdim) is bool and input.numel():
        return wrap_dim(dim, input.dim()), keepdim
    if not isinstance(keepdim, bool):
        raise TypeError(
            f"{name}(): argument 'keepdim' (position 2) must be bool, not {type(keepdim).__name__}"
        )
    if isinstance(dim, bool) or not isinstance(dim, (int, np.integer)):
        raise TypeError(BAD_CALL.format(name, type(dim).__name__, keepdim))
    dim = wrap_dim(int(dim), input.dim())
    if input.dim() and input.shape[dim] == 0:
        raise IndexError(EMPTY_DIM.format(empty_name, dim))
    return dim, keepdim


def refuse_complex(name, input):
    if input.dtype.is_complex:
        raise RuntimeError(f"{name}(): does not support complex input")


def check_all(name, input):
    """Refuse to reduce no elements to one."""
    if input.numel() == 0:
        raise RuntimeError(NO_DIM.format(name))


def folded(x, dims):
    """An array whose trailing dims `dims`, all that are not batched, are made one."""
    lead = x.shape[: x.ndim - len(dims)]
    return x.reshape(*lead, numel(x.shape[len(lead) :]))


def unfolded(out, x, dims, keepdim):
    """A result for the one dim of `folded` with as many dims of length 1 as that stood for."""
    return np.reshape(out, np.shape(out) + (1,) * len(dims)) if keepdim else out


# -- largest and smallest --------------------------------------------------------------------


def bind_extreme(name, input, dim, keepdim, other):
    """The operation meant by a call of `max` or `min`, with inputs and parameters."""
    if isinstance(dim, TensorBase):
        other = dim
    if other is not None:
        return table[PAIRWISE[name]], (input, other), ()
    if dim is None:
        check_all(name, input)
        if input.dtype.is_complex:
            raise refusal(f"{name}_all", input.dtype)
        return (input,), (wrap_dims(None, input.dim()),)
    params = bind_dim(name, input, dim, keepdim, f"{name}()")
    refuse_complex(name, input)
    return table[f"{name}_dim"], (input,), params


class max(Extreme):
    """The largest element; with `dim` those along it, with their indices; or the elementwise
    maximum of two tensors.

    `max(input)` divides the gradient evenly among equal maxima; `max(input, dim, keepdim)`
    returns (values, indices) and gives it to the first; `max(input, other)` is `maximum`. NaN
    counts as the largest.

    Raises:
        RuntimeError: for no elements, and for complex ones.
        IndexError: for a `dim` that is empty or does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.max(torch.tensor([[1.0, 4.0], [3.0, 2.0]]))
        tensor(4.)
        >>> torch.max(torch.tensor([[1.0, 4.0], [3.0, 2.0]]), 0).indices
        tensor([1, 0])
    """

    node = "MaxBackward1"

    def bind(input, dim=None, keepdim=False, *, other=None):
        return bind_extreme("max", input, dim, keepdim, other)

    def forward(x, dims):
        return np.maximum.reduce(x, dims)

    def vjp_x(g, x, ans, dims):
        return shared_by_all(g, x, ans, dims)


class max_dim(Chosen):
    """`max` along a dim."""

    public_name = "max"
    places = None

    def forward(x, dim, keepdim):
        return np.maximum.reduce(x, dim, None, None, keepdim), x.argmax(dim, keepdims=keepdim)


max.along = max_dim


class min(Extreme):
    """The smallest element; with `dim` those along it, with their indices; or the elementwise
    minimum of two tensors.

    `min(input)` divides the gradient evenly among equal minima; `min(input, dim, keepdim)`
    returns (values, indices) and gives it to the first; `min(input, other)` is `minimum`. NaN
    counts as the smallest.

    Raises:
        RuntimeError: for no elements, and for complex ones.
        IndexError: for a `dim` that is empty or does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.min(torch.tensor([[1.0, 4.0], [3.0, 2.0]]), 1).values
        tensor([1., 2.])
    """

    node = "MinBackward1"

    def bind(input, dim=None, keepdim=False, *, other=None):
        return bind_extreme("min", input, dim, keepdim, other)

    def forward(x, dims):
        return np.minimum.reduce(x, dims)

    def vjp_x(g, x, ans, dims):
        return shared_by_all(g, x, ans, dims)


class min_dim(Chosen):
    """`min` along a dim."""

    public_name = "min"
    places = None

    def forward(x, dim, keepdim):
        return np.minimum.reduce(x, dim, None, None, keepdim), x.argmin(dim, keepdims=keepdim)


min.along = min_dim


def bind_extremes(name, kernel, input, dim, keepdim):
    """Inputs and parameters of `amax` and `amin`."""
    if type(dim) is int and input.numel() and not input.dtype.is_complex:
        return (input,), (wrap_dims(dim, input.dim()), keepdim)
    if dim is None or dim in ((), []):
        check_all(name, input)
    elif not input.numel():
        for d in (dim,) if isinstance(dim, int) else dim:
            if input.size(d) == 0:
                raise IndexError(EMPTY_DIM.format(f"{name}()", d))
    dims = wrap_dims(dim, input.dim())
    if input.dtype.is_complex and input.numel():
        raise refusal(kernel, input.dtype)
    return (input,), (dims, keepdim)


class amax(Reduction):
    """The largest elements over `dim` (an int or several; all by default).

    The gradient is divided evenly among equal maxima.

    Raises:
        RuntimeError, IndexError: where there is no element to choose.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1.0, 4.0], [3.0, 2.0]]).amax(1)
        tensor([4., 3.])
    """

    def bind(input, dim=None, keepdim=False):
        return bind_extremes("amax", "max_values_cpu", input, dim, keepdim)

    def forward(x, dims, keepdim):
        return np.maximum.reduce(x, dims, None, None, keepdim)

    def vjp_x(g, x, ans, x_shape, dims, keepdim):
        g, ans = (restored(y, x_shape, dims, keepdim) for y in (g, ans))
        return shared(g, x, ans, dims)


class amin(Reduction):
    """The smallest elements over `dim` (an int or several; all by default).

    The gradient is divided evenly among equal minima.

    Raises:
        RuntimeError, IndexError: where there is no element to choose.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1.0, 4.0], [3.0, 2.0]]).amin(0)
        tensor([1., 2.])
    """

    def bind(input, dim=None, keepdim=False):
        return bind_extremes("amin", "min_values_cpu", input, dim, keepdim)

    def forward(x, dims, keepdim):
        return np.minimum.reduce(x, dims, None, None, keepdim)

    def vjp_x(g, x, ans, x_shape, dims, keepdim):
        g, ans = (restored(y, x_shape, dims, keepdim) for y in (g, ans))
        return shared(g, x, ans, dims)


class aminmax(Extreme):
    """The smallest and the largest elements, (min, max), along `dim` or of all elements.

    Raises:
        RuntimeError, IndexError: where there is no element to choose.

    Example:
        >>> import rushlight as torch
        >>> torch.aminmax(torch.tensor([1, 3, 2])).max
        tensor(3)
    """

    def settled(self):
        self.many = True

    def bind(input, *, dim=None, keepdim=False):
        if dim is None and input.numel() == 0:
            raise RuntimeError(
                "aminmax(): cannot compute aminmax over an empty dimension as the "
                "operation has no identity."
            )
        if dim is not None:
            dim, _ = bind_dim("aminmax", input, dim, keepdim, "aminmax")
        if input.dtype.is_complex and dim is not None and input.dim() == 0:
            raise RuntimeError(f"aminmax not implemented for {input.dtype.scalar_type}")
        if input.dtype.is_complex:
            raise refusal("aminmax_cpu", input.dtype)
        return (input,), (wrap_dims(dim, input.dim()), keepdim)

    def forward(x, dims, keepdim):
        ends = np.minimum, np.maximum
        return tuple([end.reduce(x, dims, None, None, keepdim) for end in ends])

    def vjp_x(g, x, ans0, ans1, x_shape, dims, keepdim):
        least, most, g0, g1 = (restored(y, x_shape, dims, keepdim) for y in (ans0, ans1, *g))
        return shared(g0, x, least, dims) + shared(g1, x, most, dims)


def bind_index(name, input, dim, keepdim):
    """Inputs and parameters of `argmax` and `argmin`."""
    if input.dtype.category == 0:
        raise RuntimeError(f"{name}(): does not support bool input")
    refuse_complex(name, input)
    if dim is not None:
        dim, keepdim = bind_dim(name, input, dim, keepdim, f"{name}()")
    elif input.numel() == 0:
        raise IndexError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        )
    return (input,), (wrap_dims(dim, input.dim()), keepdim)


class argmax(Reduction):
    """The index of the first largest element: in the flattened input, or along `dim`.

    Raises:
        RuntimeError: for bool and complex elements.
        IndexError: where there is no element to choose.

    Example:
        >>> import rushlight as torch
        >>> torch.argmax(torch.tensor([[1, 4], [3, 2]]))
        tensor(1)
    """

    def bind(input, dim=None, keepdim=False):
        return bind_index("argmax", input, dim, keepdim)

    def forward(x, dims, keepdim):
        if len(dims) == 1:
            return x.argmax(dims[0], keepdims=keepdim)
        return unfolded(folded(x, dims).argmax(-1), x, dims, keepdim)


class argmin(Reduction):
    """The index of the first smallest element: in the flattened input, or along `dim`.

    Raises:
        RuntimeError: for bool and complex elements.
        IndexError: where there is no element to choose.

    Example:
        >>> import rushlight as torch
        >>> torch.argmin(torch.tensor([[1, 4], [3, 2]]), dim=1)
        tensor([0, 1])
    """

    def bind(input, dim=None, keepdim=False):
        return bind_index("argmin", input, dim, keepdim)

    def forward(x, dims, keepdim):
        if len(dims) == 1:
            return x.argmin(dims[0], keepdims=keepdim)
        return unfolded(folded(x, dims).argmin(-1), x, dims, keepdim)


# -- middle, k-th, most frequent -------------------------------------------------------------


def bind_median(name, input, dim, keepdim):
    """The operation meant by a call of `median` or `nanmedian`, with inputs and parameters."""
    unordered = input.dtype.category == 0 or input.dtype.is_complex
    if dim is None:
        if unordered and input.numel():
            raise refusal("median_cpu", input.dtype)
        return (input,), (wrap_dims(None, input.dim()),)
    params = bind_dim(name, input, dim, keepdim, "median()")
    if unordered:
        raise refusal("median_out", input.dtype)
    return table[f"{name}_dim"], (input,), params


class median(Extreme):
    """The middle element, the lower of the two of an even number: of all elements, or along
    `dim`, with its index.

    `median(input, dim, keepdim)` returns (values, indices). A NaN makes the median NaN.

    Raises:
        NotImplementedError: for bool and complex elements.
        IndexError: for a `dim` that is empty or does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.median(torch.tensor([3.0, 1.0, 2.0, 4.0]))
        tensor(2.)
    """

    def bind(input, dim=None, keepdim=False):
        return bind_median("median", input, dim, keepdim)

    def forward(x, dims):
        if not x.size:
            return nothing(x, dims)
        x = folded(x, dims)
        return middle(x, -1, False, ranked(x, -1, (x.shape[-1] - 1) // 2))[0]

    def vjp_x(g, x, ans, dims):
        return shared_by_all(g, x, ans, dims)


class median_dim(Chosen):
    """`median` along a dim."""

    public_name = "median"
    node = "MedianBackward1"
    places = None

    def forward(x, dim, keepdim):
        indices = recast_places(median_dim, x, (dim, True))
        if indices is not None:
            return taken(x, indices, dim, keepdim)
        return middle(x, dim, keepdim, first_middle(x, dim))


median.along = median_dim


class nanmedian(Extreme):
    """`median` of the elements that are not NaN.

    Raises:
        NotImplementedError: for bool and complex elements.
        IndexError: for a `dim` that is empty or does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.nanmedian(torch.tensor([3.0, float("nan"), 2.0, 4.0]))
        tensor(3.)
    """

    def bind(input, dim=None, keepdim=False):
        return bind_median("nanmedian", input, dim, keepdim)

    def forward(x, dims):
        return middle_number(folded(x, dims), -1, False)[0] if x.size else nothing(x, dims)

    def vjp_x(g, x, ans, dims):
        return shared_by_all(g, x, ans, dims)


class nanmedian_dim(Chosen):
    """`nanmedian` along a dim."""

    public_name = "nanmedian"
    node = "NanmedianBackward1"
    places = None

    def forward(x, dim, keepdim):
        return middle_number(x, dim, keepdim)


def nothing(x, dims):
    """The median of no elements: NaN, or what bits of a NaN become."""
    value = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else np.nan
    return np.full(x.shape[: x.ndim - len(dims)], value, x.dtype)


def recast_places(op, x, params):
    """The places that an operation's native loop finds in an array it takes only recast, or None."""
    kind, name = x.dtype.kind, x.dtype.name
    if name not in ("float32", "float64", "int64"):
        if kind == "c" or name == "uint64":
            return None
        x = x.astype(np.int64 if kind in "iu" else np.float32, "C")
    elif x.flags.c_contiguous:
        return None
    else:
        x = x.copy()
    found = op.fast.call2(x, params)
    return found[1] if type(found) is tuple else found


def ranked(x, dim, k):
    """The index, kept as a dim of length 1, of the element of rank `k` along `dim`."""
    return np.argpartition(x, k, dim).take([k], dim)


def taken(x, indices, dim, keepdim):
    """(values, indices) of the elements at `indices`, which have a dim of length 1 at `dim`."""
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def first_middle(x, dim):
    """The index of the lower median where equal elements keep their order."""
    return np.argsort(x, dim, kind="stable").take([(x.shape[dim] - 1) // 2], dim)


def middle(x, dim, keepdim, indices):
    """The lower median of an array along a dim, given where; of a lane with NaN the first NaN."""
    if x.dtype.kind not in "iu":
        missing = np.isnan(x)
        if missing.any():
            has = missing.any(dim, keepdims=True)
            indices = np.where(has, missing.argmax(dim, keepdims=True), indices)
    return taken(x, indices, dim, keepdim)


def middle_number(x, dim, keepdim):
    """The lower median of the numbers of an array along a dim."""
    if x.dtype.kind in "iu":
        return middle(x, dim, keepdim, first_middle(x, dim))
    numbers = np.add.reduce(~np.isnan(x), dim, np.int64, None, True)
    order = np.argsort(x, dim, kind="stable")
    indices = np.take_along_axis(order, np.maximum(numbers - 1, 0) // 2, dim)
    return taken(x, indices, dim, keepdim)


class kthvalue(Chosen):
    """The `k`-th smallest elements along `dim`, counted from 1, with their indices.

    Raises:
        RuntimeError: for a `k` out of range.
        NotImplementedError: for bool and complex elements.

    Example:
        >>> import rushlight as torch
        >>> torch.kthvalue(torch.tensor([3.0, 1.0, 2.0]), 2).values
        tensor(2.)
    """

    def bind(input, k, dim=-1, keepdim=False):
        dim, keepdim = bind_dim("kthvalue", input, dim, keepdim, "kthvalue()")
        if not 1 <= k <= (input.shape[dim] if input.dim() else 1):
            raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
        if input.dim() and (input.dtype.category == 0 or input.dtype.is_complex):
            raise refusal("kthvalue_cpu", input.dtype)
        return (input,), (k, dim, keepdim)

    def forward(x, k, dim, keepdim):
        indices = recast_places(kthvalue, x, (k, dim, True))
        if indices is None:
            indices = ranked(x, dim, k - 1)
            tied = ties.equal(x, np.take_along_axis(x, indices, dim)).sum(dim) > 1
            ties.settled(x, indices, dim, tied, False, lambda key: ties.ranked_place(key, k - 1))
        return taken(x, indices, dim, keepdim)


class mode(Chosen):
    """The most frequent elements along `dim`, and where they are; of several the smallest.

    Raises:
        NotImplementedError: for complex elements.
        IndexError: for a `dim` that is empty or does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.mode(torch.tensor([3, 1, 2, 3])).indices
        tensor(3)
    """

    def bind(input, dim=-1, keepdim=False):
        params = bind_dim("mode", input, dim, keepdim, "mode()")
        if input.dim() and input.numel() and input.dtype.is_complex:
            raise refusal("mode_cpu", input.dtype)
        return (input,), params

    def forward(x, dim, keepdim):
        from rushlight.ops.sorting import argsort, order_of

        lanes = np.moveaxis(x, dim, -1)
        rows = lanes.reshape(-1, lanes.shape[-1])
        order = argsort.fast.call2(rows, (1, False, False))
        if order is None:
            order = order_of(rows, 1, False, stable=False)
        if rows.shape[1] <= 16 and rows.dtype.kind not in "biu":
            for row in np.isnan(rows).any(1).nonzero()[0]:
                order[row] = ties.inserted(rows[row].tolist())
        longest = longest_run_end(np.take_along_axis(rows, order, 1))[:, None]
        indices = np.take_along_axis(order, longest, 1).reshape(*lanes.shape[:-1], 1)
        return taken(x, np.moveaxis(indices, -1, dim), dim, keepdim)


def longest_run_end(lanes):
    """Where the first of the longest runs of equal elements ends, along the last dim."""
    places = np.arange(lanes.shape[-1])
    begins = np.zeros(lanes.shape, np.int64)
    begins[..., 1:] = np.where(lanes[..., 1:] != lanes[..., :-1], places[1:], 0)
    return (places - np.maximum.accumulate(begins, -1)).argmax(-1)
