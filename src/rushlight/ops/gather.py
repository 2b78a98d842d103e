"""One index per element along a dim: gather, scatter and their like."""

import numpy as np

from rushlight.kernels import dtypes, scatter
from rushlight.ops.families import Operation, Writing, as_tensor_argument, int_argument, wrap_dim
from rushlight.ops.overwrite import put_number
from rushlight.ops.publish import public
from rushlight.tape import batching
from rushlight.tape.core import TensorBase

# -- checks ----------------------------------------------------------------------------------


def bound_arguments(name, input, dim, index, src=None):
    """(x, dim counted from the front, index) of a caller's arguments."""
    x = as_tensor_argument(name, "input", 1, input)
    dim = int_argument(name, "dim", 1, dim)
    as_tensor_argument(name, "index", 2, index)
    if src is not None:
        as_tensor_argument(name, "src", 3, src)
    dim = wrap_dim(dim, x.dim())
    if index.dtype not in (dtypes.int64, dtypes.int32) and index.numel():
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    return x, dim, index


def check_ranks(shape, index_shape, what):
    if index_shape and 0 not in index_shape and len(shape or (1,)) != len(index_shape):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as {what} tensor")


def check_gather(x, dim, index):
    """The index must not be longer than `x` except along `dim`."""
    check_ranks(x.shape, index.shape, "input")
    for d, (n, m) in enumerate(zip(x.shape, index.shape, strict=False)):
        if d != dim and m > n and index.numel():
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {[*index.shape]} to be no "
                f"larger than self {[*x.shape]} apart from dimension {dim}")


def check_scatter(x, dim, index, src):
    """The index must not be longer than `src`, nor than `x` except along `dim`."""
    if 0 in index.shape:
        return
    check_ranks(x.shape, index.shape, "self")
    if src is not None:
        check_ranks(src.shape, index.shape, "src")
    own, other = x.shape or (1,), src.shape or (1,) if src is not None else None
    for d, m in enumerate(index.shape):
        if (d != dim and m > own[d]) or (other is not None and m > other[d]):
            rest = "" if src is None else f" and to be no larger size than src {[*src.shape]}"
            raise RuntimeError(f"Expected index {[*index.shape]} to be no larger than self "
                               f"{[*x.shape]} apart from dimension {dim}{rest}")


def check_same(name, x, src):
    if x.dtype is not src.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")


def checked(index, length, dim):
    """The index as int64; PyTorch's error for an entry out of range (negative ones are)."""
    if index.dtype != np.int64:
        index = index.astype(np.int64)
    if not scatter.within(index, length):
        bad = index[(index < 0) | (index >= length)][0]
        raise RuntimeError(
            f"index {bad} is out of bounds for dimension {dim} with size {length}")
    return index


def dimmed(*arrays):
    """0-d arrays seen as arrays of one dim."""
    return [a if a.ndim else a.reshape(1) for a in arrays]


def part(src, index):
    """What of `src` belongs to an index that is smaller."""
    if src.shape == index.shape:
        return src
    return src[tuple([slice(n) for n in index.shape])]


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
    exact_out = Writing.exact_out

    def bind(input, dim, index, *, sparse_grad=False):
        x, dim, index = bound_arguments("gather", input, dim, index)
        check_gather(x, dim, index)
        return (x, index), (dim,)

    def forward(x, index, dim):
        if not index.size:
            return np.empty(index.shape, x.dtype)
        (x,) = dimmed(x)
        flat = index.reshape(-1) if not index.ndim else index
        out = x[scatter.along(checked(flat, x.shape[dim], dim), dim)]
        return out.reshape(index.shape)

    def vjp_x(g, index, x_shape, dim):
        return gather_backward(g, index, tuple(x_shape), dim)

    def batch(self, values, dims, params, size):
        if batching.ranks_of(values, dims) == [0, 1]:
            return batching.loop(self, values, dims, params, size)
        return super().batch(values, dims, params, size)

    def lift(size, ndim, dim):
        return (dim + 1,)


class gather_backward(Operation):
    """Zeros of a shape with `g` added where `gather` took from."""

    tensors = 2
    differentiable = 1
    places = None
    linear = True

    def forward(g, index, shape, dim):
        whole = np.zeros(shape, g.dtype)
        scatter_add.forward(whole, g, index, dim)
        return whole

    def vjp_g(g, index, dim):
        return gather(g, index, dim)

    def lift(size, ndim, shape, dim):
        return (size, *(shape or (1,) * ndim)), dim + 1


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
        raise RuntimeError("torch.take_along_dim(): dtype of indices should be Long but got "
                           f"{indices.dtype.scalar_type}")
    if dim is None:
        return x.reshape(-1).gather(0, indices.reshape(-1))
    if x.dim() != indices.dim():
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {x.dim()} dimensions for input, and {indices.dim()} dimensions for indices")
    dim = wrap_dim(dim, x.dim())
    shape = list(np.broadcast_shapes(
        *[tuple([1 if d == dim else n for d, n in enumerate(t.shape)]) for t in (x, indices)]))
    wide, index = list(shape), list(shape)
    wide[dim], index[dim] = x.shape[dim], indices.shape[dim]
    indices = indices.remainder(x.shape[dim]) if x.shape[dim] else indices
    return x.expand(wide).gather(dim, indices.expand(index))


# -- scatter ---------------------------------------------------------------------------------


class scatter_(Writing):
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
    differentiable = 2
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
        check_same("scatter", x, src)
        if reduce is not None:
            return scatter_reduced, (x, src, index), (dim, reduce)
        return self, (x, src, index), (dim,)

    def forward(x, src, index, dim):
        if index.size:
            x, index, src = dimmed(x, index, src)
            x[scatter.along(checked(index, x.shape[dim], dim), dim)] = part(src, index)

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


class scatter_value(Writing):
    """`x` with a number written where `index` says."""

    node = "ScatterBackward1"
    public_name = "scatter"
    places = None
    tensors = 2
    differentiable = 1

    def forward(x, index, dim, value):
        if index.size:
            x, index = dimmed(x, index)
            number = np.empty((), x.dtype)
            put_number(number, value)
            x[scatter.along(checked(index, x.shape[dim], dim), dim)] = number

    def vjp_x(g, index, dim):
        return g.scatter(dim, index, 0)

    def jvp_x(t, index, dim):
        return t.scatter(dim, index, 0)

    def lift(size, ndim, dim, value):
        return dim + 1, value


class scatter_reduced(Writing):
    """`scatter` with the old `reduce` argument; PyTorch has no derivative for it."""

    public_name = "scatter"
    places = None
    tensors = 3
    differentiable = 2

    def forward(x, src, index, dim, reduce):
        if index.size:
            x, index, src = dimmed(x, index, src)
            places = scatter.places_along(x.shape, checked(index, x.shape[dim], dim), dim)
            values = np.broadcast_to(part(src, index) if src.size > 1 else src, index.shape)
            ufunc = np.add if reduce == "add" else np.multiply
            scatter.accumulate(x, places, values.astype(x.dtype), ufunc)

    def vjp(g, need):
        raise NotImplementedError("derivative for scatter with reduce is not implemented")

    def lift(size, ndim, dim, reduce):
        return dim + 1, reduce


class scatter_add(Writing):
    """`input` with the elements of `src` added where `index` says along `dim`.

    In two dims and for dim 0, `out[index[i][j]][j] += src[i][j]`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 0, 2]), torch.ones(3))
        tensor([2., 0., 1.])
    """

    tensors = 3
    differentiable = 2
    inplace = True
    linear = True

    def bind(input, dim, index, src):
        x, dim, index = bound_arguments("scatter_add", input, dim, index, src)
        check_same("scatter_add", x, src)
        check_scatter(x, dim, index, src)
        return (x, src, index), (dim,)

    def forward(x, src, index, dim):
        if index.size:
            x, index, src = dimmed(x, index, src)
            places = scatter.places_along(x.shape, checked(index, x.shape[dim], dim), dim)
            scatter.accumulate(x, places, part(src, index))

    def vjp_x(g):
        return g

    def vjp_src(g, index, src_shape, dim):
        return grown(g.gather(dim, index), src_shape)

    def lift(size, ndim, dim):
        return (dim + 1,)
