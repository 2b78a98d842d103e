"""One index per element along a dim: gather, scatter and their like."""

import numpy as np

from rushlight.kernels import dtypes, elements, scatter
from rushlight.ops.dims import shape_of
from rushlight.ops.families import Operation, as_tensor_argument, int_argument, warn_once, wrap_dim
from rushlight.ops.overwrite import Writing, broadcast_shape, put_number
from rushlight.ops.publish import public
from rushlight.tape import batching
from rushlight.tape.core import TensorBase

REDUCE = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a "
    "future PyTorch release. Use torch.scatter_reduce instead for more reduction options."
)

# -- checks ----------------------------------------------------------------------------------


def bound_arguments(name, input, dim, index, src=None):
    """(x, dim counted from the front, index) of a caller's arguments."""
    x = as_tensor_argument(name, "input", 1, input)
    if type(dim) is not int:
        dim = int_argument(name, "dim", 1, dim)
    as_tensor_argument(name, "index", 2, index)
    if src is not None:
        as_tensor_argument(name, "src", 3, src)
    if index.dtype is not dtypes.int64 and index.dtype is not dtypes.int32 and index.numel():
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    return x, wrap_dim(dim, x.dim()), index


def check_ranks(shape, index_shape, what):
    if index_shape and 0 not in index_shape and len(shape or (1,)) != len(index_shape):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {what} tensor")


def check_gather(x, dim, index):
    """The index must not be longer than `x` except along `dim`."""
    own, wanted = shape_of(x), shape_of(index)
    if own == wanted:
        return
    check_ranks(own, wanted, "input")
    for d, n in enumerate(own):
        if d != dim and len(wanted) > d and wanted[d] > n and 0 not in wanted:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {[*wanted]} to be no larger "
                f"than self {[*own]} apart from dimension {dim}"
            )


def check_scatter(x, dim, index, src):
    """The index must not be longer than `src`, nor than `x` except along `dim`."""
    own, wanted = shape_of(x) or (1,), shape_of(index)
    if own == wanted and (src is None or shape_of(src) == wanted):
        return
    if 0 in wanted:
        return
    check_ranks(own, wanted, "self")
    other = wanted
    if src is not None:
        other = src.shape or (1,)
        check_ranks(other, wanted, "src")
    for d, m in enumerate(wanted):
        if (d != dim and m > own[d]) or m > other[d]:
            rest = "" if src is None else f" and to be no larger size than src {[*src.shape]}"
            raise RuntimeError(
                f"Expected index {[*wanted]} to be no larger than self {[*x.shape]} "
                f"apart from dimension {dim}{rest}"
            )


def check_same(x, src):
    if x.dtype is not src.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")


def dimmed(*arrays):
    """Arrays, where one is 0-d all 0-d ones seen as arrays of one dim."""
    return [a if a.ndim else a.reshape(1) for a in arrays]


class ByElement(Writing, family=True):
    """Writes where an index says, element by element; the index is the last input.

    Under vmap the batch dim goes in front of all inputs, which must be of one rank for that.
    """

    layout = "C"

    def settled(self):
        self.edges = self.arity - 1

    def batch(self, values, dims, params, size):
        return one_rank(self, values, dims, params, size)


def one_rank(op, values, dims, params, size):
    """vmap's rule: `dim` moves one back; a 0-d tensor with one of a dim goes sample by sample."""
    if len(set(batching.ranks_of(values, dims))) > 1:
        return batching.loop(op, values, dims, params, size)
    return batching.lifted(op, values, dims, params, size)


# -- gather ----------------------------------------------------------------------------------


class gather(Operation):
    """The elements of `input` that `index` names along `dim`; the result has the index's shape.

    In two dims and for dim 1, `out[i][j] = input[i][index[i][j]]`.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[1, 2], [3, 4]])
        >>> torch.gather(x, 1, torch.tensor([[0, 0], [1, 0]]))
        tensor([[1, 1],
                [4, 3]])
    """

    tensors = 2
    differentiable = 1
    linear = True

    def bind(input, dim, index, *, sparse_grad=False):
        x, dim, index = bound_arguments("gather", input, dim, index)
        check_gather(x, dim, index)
        return (x, index), (dim,)

    def forward(x, index, dim):
        if not index.size:
            return np.empty(index.shape, x.dtype)
        if not (x.ndim and index.ndim):
            return gather.forward(*dimmed(x, index), dim).reshape(index.shape)
        return elements.take_along(x, index, dim)

    def vjp_x(g, index, x_shape, dim):
        return gather_backward(g, index, tuple(x_shape), dim)

    def batch(self, values, dims, params, size):
        return one_rank(self, values, dims, params, size)

    def lift(size, ndim, dim):
        return (dim + 1,)


class gather_backward(Operation):
    """Zeros of a shape with `g` added where `gather` took from."""

    tensors = 2
    differentiable = 1
    places = None
    linear = True

    def forward(g, index, shape, dim):
        whole = elements.zeros(shape, g.dtype)
        scatter_add.forward(whole, g, index, dim)
        return whole

    def vjp_g(g, index, dim):
        return gather(g, index, dim)

    def batch(self, values, dims, params, size):
        if batching.ranks_of(values, dims) != [len(params[0])] * 2:
            return batching.loop(self, values, dims, params, size)
        return batching.lifted(self, values, dims, params, size)

    def lift(size, ndim, shape, dim):
        return (size, *(shape or (1,))), dim + 1


@public("torch Tensor", out=True)
def take_along_dim(input, indices, dim=None):
    """`gather` with `input` and `indices` broadcast; without `dim`, both are flattened.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[10, 30, 20], [60, 40, 50]])
        >>> torch.take_along_dim(x, torch.argmax(x, 1, keepdim=True), 1)
        tensor([[30],
                [60]])
    """
    x = as_tensor_argument("take_along_dim", "input", 1, input)
    as_tensor_argument("take_along_dim", "indices", 2, indices)
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(
            "torch.take_along_dim(): dtype of indices should be Long but got "
            f"{indices.dtype.scalar_type}"
        )
    if dim is None:
        return x.reshape(-1).gather(0, indices.reshape(-1))
    if x.dim() != indices.dim():
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {x.dim()} dimensions for input, and {indices.dim()} dimensions for indices"
        )
    dim = wrap_dim(dim, x.dim())
    rest = [(*t.shape[:dim], 1, *t.shape[dim + 1 :]) for t in (x, indices)]
    shape = list(broadcast_shape([np.broadcast_to(0, sizes) for sizes in rest]))
    wide, index = list(shape), list(shape)
    wide[dim], index[dim] = x.shape[dim], indices.shape[dim]
    indices = indices.remainder(x.shape[dim]) if x.shape[dim] else indices
    return x.expand(wide).gather(dim, indices.expand(index))


# -- scatter ---------------------------------------------------------------------------------


class scatter_(ByElement):
    """`input` with `src`, a tensor or number, written where `index` says along `dim`.

    In two dims and for dim 0, `out[index[i][j]][j] = src[i][j]`.  `reduce`, 'add' or 'multiply',
    combines with what is there (no gradient).

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 2).scatter(1, torch.tensor([[1], [0]]), 5.0)
        tensor([[0., 5.],
                [5., 0.]])
    """

    tensors = 3
    inplace = True
    linear = True

    def binding(self, input, dim, index, src=None, *, value=None, reduce=None):
        src = value if src is None else src
        x, dim, index = bound_arguments("scatter", input, dim, index)
        if reduce not in (None, "add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        tensor = isinstance(src, TensorBase)
        check_scatter(x, dim, index, src if tensor else None)
        if not tensor and reduce is None:
            return scatter_value, (x, index), (dim, src)
        if not tensor:
            src = x.new_full((1,) * max(x.dim(), 1), src)
        check_same(x, src)
        if reduce is not None and tensor:
            warn_once(REDUCE)
        if reduce is not None:
            return scatter_reduced, (x, src, index), (dim, reduce)
        return self, (x, src, index), (dim,)

    def forward(x, src, index, dim):
        if index.size:
            x, index, src = dimmed(x, index, src)
            elements.put_along(x, src, index, dim)

    def vjp_x(g, index, dim):
        return g.scatter(dim, index, 0)

    def vjp_src(g, index, src_shape, dim):
        return grown(g.gather(dim, index), src_shape)

    def lift(size, ndim, dim):
        return (dim + 1,)


def grown(g, shape):
    """The gradient of a `src` that was larger than its index: zeros in the rest."""
    if g.shape == shape:
        return g
    whole = g.new_zeros(shape)
    whole[tuple([slice(n) for n in g.shape])] = g
    return whole


class scatter_value(ByElement):
    """`x` with a number written where `index` says."""

    node = "ScatterBackward1"
    public_name = "scatter"
    places = None
    tensors = 2

    def forward(x, index, dim, value):
        if index.size:
            x, index = dimmed(x, index)
            number = np.empty((), x.dtype)
            put_number(number, value)
            elements.put_along(x, number, index, dim)

    def vjp_x(g, index, dim):
        return g.scatter(dim, index, 0)

    def jvp_x(t, index, dim):
        return t.scatter(dim, index, 0)

    def lift(size, ndim, dim, value):
        return dim + 1, value


class scatter_reduced(ByElement):
    """`scatter` with the old `reduce` argument; PyTorch has no derivative for it."""

    public_name = "scatter"
    places = None
    tensors = 3

    def forward(x, src, index, dim, reduce):
        if index.size:
            x, index, src = dimmed(x, index, src)
            places = scatter.places_along(x.shape, scatter.in_range(index, x.shape[dim], dim), dim)
            values = np.broadcast_to(scatter.part(src, index) if src.size > 1 else src, index.shape)
            ufunc = np.add if reduce == "add" else np.multiply
            scatter.accumulate(x, places, values.astype(x.dtype), ufunc)

    def vjp(g, need):
        raise NotImplementedError("derivative for scatter with reduce is not implemented")

    def lift(size, ndim, dim, reduce):
        return dim + 1, reduce


class scatter_add(ByElement):
    """`input` with the elements of `src` added where `index` says along `dim`.

    In two dims and for dim 0, `out[index[i][j]][j] += src[i][j]`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 0, 2]), torch.ones(3))
        tensor([2., 0., 1.])
    """

    tensors = 3
    inplace = True
    linear = True

    def bind(input, dim, index, src):
        x, dim, index = bound_arguments("scatter_add", input, dim, index, src)
        check_same(x, src)
        check_scatter(x, dim, index, src)
        return (x, src, index), (dim,)

    def forward(x, src, index, dim):
        if index.size:
            x, index, src = dimmed(x, index, src)
            elements.add_along(x, src, index, dim)

    def vjp_x(g):
        return g

    def vjp_src(g, index, src_shape, dim):
        return grown(g.gather(dim, index), src_shape)

    def lift(size, ndim, dim):
        return (dim + 1,)
