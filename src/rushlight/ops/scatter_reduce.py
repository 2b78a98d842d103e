"""scatter_reduce and index_reduce: several source elements meet in one place and are reduced.

Both have the same derivative in terms of three maps: `take` reads, for each source element, the
place it goes to; `spread` adds source elements up in their places; `cover` puts zero in the places
that any element goes to (nothing, where the old values take part).
"""

import numpy as np

from rushlight.kernels import dtypes, scatter
from rushlight.ops import gather, rows
from rushlight.ops.families import as_tensor_argument, warn_once
from rushlight.ops.masks import where

UFUNCS = {
    "sum": np.add,
    "mean": np.add,
    "prod": np.multiply,
    "amax": np.maximum,
    "amin": np.minimum,
}
LEGACY = {"max": "amax", "min": "amin"}

# -- on arrays -------------------------------------------------------------------------------


def identity(reduce, dtype):
    """What a reduction starts from where the old values take no part."""
    if reduce in ("sum", "mean", "prod"):
        return dtype.type(reduce == "prod")
    if dtype.kind == "b":
        return reduce == "amin"
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return limits.min if reduce == "amax" else limits.max
    return dtype.type(-np.inf if reduce == "amax" else np.inf)


def reduce_into(x, places, values, reduce, include_self):
    """Reduce `values` into the flat `places` of an array."""
    places, values = places.reshape(-1), values.reshape(-1)
    whole = x if x.flags.c_contiguous else np.array(x, order="C")
    flat = whole.reshape(-1)
    if not include_self:
        flat[places] = identity(reduce, x.dtype)
    with np.errstate(all="ignore"):
        UFUNCS[reduce].at(flat, places, values)
        if reduce == "mean":
            divide(flat, np.bincount(places, minlength=flat.size), include_self)
    if whole is not x:
        x[...] = whole


def divide(sums, counts, include_self):
    """Sums made means, in place; integers are rounded down."""
    counts = np.maximum(counts + bool(include_self), 1)
    if sums.dtype.kind in "iu":
        np.floor_divide(sums, counts.astype(sums.dtype), out=sums)
    else:
        np.divide(sums, counts.astype(sums.dtype), out=sums)


# -- the derivative --------------------------------------------------------------------------


def gradients(reduce, g, x, src, ans, maps):
    """Gradients of the old values and of the source."""
    take, spread, cover, _ = maps
    if reduce == "sum":
        return cover(g), take(g)
    if reduce == "mean":
        share = g / cover(g.new_ones(g.shape)).add(spread(g.new_ones(src.shape))).clamp(min=1)
        return cover(share), take(share)
    if reduce == "prod":
        return product_gradients(g, x, src, ans, *maps)
    own, theirs = cover((x == ans).to(g.dtype)), (src == take(ans)).to(g.dtype)
    share = g / (own + spread(theirs))
    return own * share, theirs * take(share)


def product_gradients(g, x, src, ans, take, spread, cover, product):
    """Each factor gets the product of the others: the whole divided by it, computed with 1 for it
    where it is zero.  A source element beside another zero gets 0."""
    zero_x, zero_src = x == 0, src == 0
    safe_x, safe_src = x.masked_fill(zero_x, 1), src.masked_fill(zero_src, 1)
    gx = g * product(safe_x, src) / safe_x
    alone = g * product(x, safe_src).masked_fill(spread(zero_src.to(g.dtype)) != 1, 0)
    gs = where((take(alone), take(g * ans) / safe_src), zero_src)
    return cover(gx), gs


# -- scatter_reduce --------------------------------------------------------------------------


class scatter_reduce(gather.ByElement):
    """`input` with the elements of `src` reduced into the places that `index` names along `dim`.

    `reduce` is 'sum', 'prod', 'mean', 'amax' or 'amin'; the old values take part unless
    `include_self` is false.  Places that nothing goes to keep their values.

    Example:
        >>> import rushlight as torch
        >>> x, index = torch.tensor([1.0, 2.0]), torch.tensor([0, 0, 1])
        >>> x.scatter_reduce(0, index, torch.tensor([3.0, 4.0, 5.0]), "amax", include_self=False)
        tensor([4., 5.])
    """

    tensors = 3
    inplace = True

    def bind(input, dim, index, src, reduce, *, include_self=True):
        x, dim, index = gather.bound_arguments("scatter_reduce", input, dim, index, src)
        reduce = LEGACY.get(reduce, reduce)
        if reduce not in UFUNCS:
            raise RuntimeError(
                f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
            )
        gather.check_same(x, src)
        gather.check_scatter(x, dim, index, src)
        check_reducible(f"scatter_gather_tensor_cpu_reduce_{reduce}", reduce, x.dtype)
        return (x, src, index), (dim, reduce, bool(include_self))

    def forward(x, src, index, dim, reduce, include_self):
        if index.size:
            x, index, src = gather.dimmed(x, index, src)
            index = scatter.in_range(index, x.shape[dim], dim)
            places = scatter.places_along(x.shape, index, dim)
            reduce_into(x, places, scatter.part(src, index), reduce, include_self)

    def vjp(g, x, src, index, ans, dim, reduce, include_self, need):
        whole = src.shape
        if src.shape != index.shape:
            src = src[tuple([slice(n) for n in index.shape])]
        gx, gs = gradients(
            reduce,
            g,
            x,
            src,
            ans,
            (
                lambda t: t.gather(dim, index),
                lambda s: s.new_zeros(x.shape).scatter_add(dim, index, s),
                lambda t: t if include_self else t.scatter(dim, index, 0),
                lambda a, b: scatter_reduce(a, b, index, dim, "prod", include_self),
            ),
        )
        return gx, gather.grown(gs, whole)

    def lift(size, ndim, dim, reduce, include_self):
        return dim + 1, reduce, include_self


def check_reducible(kernel, reduce, dtype):
    """Complex numbers have no order; bool has no mean."""
    if dtype.is_complex and reduce in ("amax", "amin"):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype.scalar_type}'")
    if dtype is dtypes.bool and reduce == "mean":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


# -- index_reduce ----------------------------------------------------------------------------


class index_reduce(rows.ByVector):
    """`input` with the slices of `source` reduced into those of `dim` at `index`.

    `reduce` is 'prod', 'mean', 'amax' or 'amin'; the old values take part unless `include_self` is
    false.

    Example:
        >>> import rushlight as torch
        >>> x, index = torch.tensor([1.0, 2.0]), torch.tensor([0, 0, 1])
        >>> x.index_reduce(0, index, torch.tensor([3.0, 4.0, 5.0]), "prod")
        tensor([12., 10.])
    """

    tensors = 3

    def bind(input, dim, index, source, reduce, *, include_self=True):
        warn_once("index_reduce() is in beta and the API may change at any time.")
        x, dim, index = rows.bound_arguments("index_reduce", input, dim, index)
        if reduce not in UFUNCS or reduce == "sum":
            raise RuntimeError(
                "index_reduce(): Expected reduce to be one of prod, mean, amax or "
                f"amin but got {reduce}."
            )
        source = as_tensor_argument("index_reduce", "source", 3, source)
        rows.check_addition("index_reduce_()", x, dim, index, source)
        check_reducible("index_func_", reduce, x.dtype)
        return (x, source, index), (dim, reduce, bool(include_self))

    def forward(x, source, index, dim, reduce, include_self):
        length = x.shape[dim] if x.ndim else 1
        index = rows.checked(index, length, dim, IndexError, "index out of range in self")
        places = scatter.places_of_key(x.shape or (1,), (index,), (dim,))
        reduce_into(x, places, rows.front(source, dim), reduce, include_self)

    def vjp(g, x, source, index, ans, dim, reduce, include_self, need):
        return gradients(
            reduce,
            g,
            x,
            source,
            ans,
            (
                lambda t: t.index_select(dim, index).reshape(source.shape),
                lambda s: s.new_zeros(x.shape).index_add(dim, index, s),
                lambda t: t if include_self else t.index_fill(dim, index, 0),
                lambda a, b: index_reduce(a, b, index, dim, "prod", include_self),
            ),
        )
