"""Whole slices of a dim chosen by an index vector: index_select, index_add and their like."""

import numpy as np

from rushlight.kernels import dtypes, elements, scatter
from rushlight.ops.dims import shape_of
from rushlight.ops.families import Operation, as_tensor_argument, int_argument, wrap_dim
from rushlight.ops.overwrite import EXPANDED, Writing, put_number
from rushlight.tape import batching
from rushlight.tape.core import TensorBase

# -- checks ----------------------------------------------------------------------------------


def bound_arguments(name, input, dim, index):
    """(x, dim counted from the front, index) of a caller's arguments."""
    x = as_tensor_argument(name, "input", 1, input)
    if type(dim) is not int:
        dim = int_argument(name, "dim", 1, dim)
    as_tensor_argument(name, "index", 2, index)
    return x, wrap_dim(dim, x.dim()), index


def front(x, dim):
    """An array with dim `dim` in front; a 0-d one gets a dim."""
    return np.moveaxis(x, dim, 0) if x.ndim else x.reshape(1)


def rows_of(index):
    """An index vector as int64; a 0-d one gets a dim."""
    return index.reshape(-1).astype(np.int64, copy=False)


def checked(
    index, length, dim, error, message="index {0} is out of bounds for dimension {1} with size {2}"
):
    """The index vector; the operation's error for an entry out of range (negative ones are)."""
    index = rows_of(index)
    if not elements.within(index, length):
        bad = index[(index < 0) | (index >= length)][0]
        raise error(message.format(bad, dim, length))
    return index


class ByVector(Writing, family=True):
    """Writes whole slices of `dim`, the first parameter; the index vector is the last input."""

    inplace = True
    layout = "C"

    def settled(self):
        self.edges = self.arity - 1

    def batch(self, values, dims, params, size):
        return moved_on(self, values, dims, params, size)


def moved_on(op, values, dims, params, size):
    """vmap's rule where the index vector is not batched: `dim` is one further back."""
    rank = values[0].dim() - (dims[0] is not None)
    if dims[-1] is not None or rank == 0:
        return batching.loop(op, values, dims, params, size)
    lead = [batching.front(x, d, size) for x, d in zip(values[:-1], dims[:-1], strict=True)]
    return op.run((*lead, values[-1]), (params[0] + 1, *params[1:])), 0


# -- index_select ----------------------------------------------------------------------------


class index_select(Operation):
    """The slices of dim `dim` that the vector `index` names, in its order, as a copy.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[1, 2], [3, 4], [5, 6]])
        >>> torch.index_select(x, 0, torch.tensor([2, 0]))
        tensor([[5, 6],
                [1, 2]])
    """

    tensors = 2
    differentiable = 1
    linear = True

    def bind(input, dim, index):
        x, dim, index = bound_arguments("index_select", input, dim, index)
        if index.dim() > 1:
            raise IndexError("index_select(): Index is supposed to be a vector")
        if x.dim() == 0 and index.numel() != 1:
            raise RuntimeError(
                "index_select(): Index to scalar can have only 1 value, got "
                f"{index.numel()} value(s)"
            )
        if index.dtype not in (dtypes.int64, dtypes.int32):
            raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
        return (x, index), (dim,)

    def forward(x, index, dim):
        if x.ndim == 0:
            checked(index, 1, dim, IndexError, "index out of range in self")
            return x.copy()
        index = checked(index, x.shape[dim], dim, IndexError, "index out of range in self")
        return elements.take_at(x, (index,), dim)

    def vjp_x(g, x_shape, index, dim):
        return index_select_backward(g, index, dim, tuple(x_shape))

    def batch(self, values, dims, params, size):
        return moved_on(self, values, dims, params, size)


class index_select_backward(Operation):
    """Zeros of a shape with the slices of `g` added where `index_select` took them from."""

    tensors = 2
    differentiable = 1
    places = None
    linear = True

    def forward(g, index, dim, shape):
        whole = elements.zeros(shape, g.dtype)
        index_add.forward(whole, g, index, dim, 1)
        return whole

    def vjp_g(g, index, dim):
        return index_select(g, index, dim)

    def batch(self, values, dims, params, size):
        dim, shape = params
        if dims[1] is not None or not shape:
            return batching.loop(self, values, dims, params, size)
        g = batching.front(values[0], dims[0], size)
        return index_select_backward(g, values[1], dim + 1, (size, *shape)), 0


# -- index_add -------------------------------------------------------------------------------


class index_add(ByVector):
    """`input` with `alpha` times the slices of `source` added to those of `dim` at `index`.

    An index that comes several times gets all the slices meant for it.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).index_add(0, torch.tensor([0, 0, 2]), torch.ones(3))
        tensor([2., 0., 1.])
    """

    tensors = 3
    linear = True

    def bind(input, dim, index, source, *, alpha=1):
        x, dim, index = bound_arguments("index_add", input, dim, index)
        check_addition(
            "index_add_()", x, dim, index, as_tensor_argument("index_add", "source", 3, source)
        )
        return (x, source, index), (dim, alpha)

    def forward(x, source, index, dim, alpha):
        index = checked(index, x.shape[dim] if x.ndim else 1, dim, RuntimeError)
        if alpha != 1:
            source = source * np.asarray(alpha).astype(x.dtype)
        if x.ndim == 0:
            x, source = x.reshape(1), source.reshape(1)
        elements.add_slices(x, source, index, dim)

    def vjp_x(g):
        return g

    def vjp_source(g, index, source_shape, dim, alpha):
        picked = g.index_select(dim, index).reshape(source_shape)
        return picked if alpha == 1 else picked * alpha


def check_addition(name, x, dim, index, source):
    """What index_add and index_reduce ask of their arguments."""
    shape, given = shape_of(x), shape_of(source)
    if (
        x.dtype is source.dtype
        and index.dtype is dtypes.int64
        and len(shape) > dim
        and shape_of(index) == given[dim : dim + 1]
        and without(shape, dim) == without(given, dim)
    ):
        return
    if index.dim() > 1:
        raise IndexError(
            f"{name}: Index is supposed to be a vector, but got dim: "
            f"{index.dim()} with type: {index.dtype.scalar_type} and size: "
            f"{[*index.shape]}"
        )
    if index.dtype not in (dtypes.int64, dtypes.int32):
        raise RuntimeError(
            f"{name}: Expected dtype int32/int64 for index but got: {index.dtype.scalar_type}"
        )
    if x.dtype is not source.dtype:
        raise RuntimeError(
            f"{name}: self ({x.dtype.scalar_type}) and source "
            f"({source.dtype.scalar_type}) must have the same scalar type"
        )
    if dim and dim >= source.dim():
        raise RuntimeError(
            f"{name}: Indexing dim {dim} is out of bounds of the source tensor with "
            f"dim {source.dim()}"
        )
    if source.dim() == 0 and index.numel() != 1:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    own = source.shape[dim] if source.dim() else 1
    if index.numel() != own:
        raise RuntimeError(
            f"{name}: Number of indices ({index.numel()}) should be equal to "
            f"source.size(dim): ({own}), for dim: {dim}"
        )
    if x.dim() != source.dim() or without(x.shape, dim) != without(source.shape, dim):
        raise_slices(x, source)


def raise_slices(x, source):
    raise RuntimeError(
        "source tensor shape must match self tensor shape, excluding the specified "
        f"dimension. Got self.shape = {[*x.shape]} source.shape = {[*source.shape]}"
    )


def without(shape, dim):
    """A shape without one dim."""
    return (*shape[:dim], *shape[dim + 1 :])


# -- index_copy ------------------------------------------------------------------------------


class index_copy(ByVector):
    """`input` with the slices of `dim` at `index` replaced by those of `source`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).index_copy(0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])
    """

    tensors = 3
    linear = True

    def bind(input, dim, index, source):
        x, dim, index = bound_arguments("index_copy", input, dim, index)
        check_copy(x, dim, index, as_tensor_argument("index_copy", "source", 3, source))
        return (x, source, index), (dim,)

    def forward(x, source, index, dim):
        index = checked(
            index,
            x.shape[dim] if x.ndim else 1,
            dim,
            IndexError,
            "index_copy_(): index {0} is out of bounds for dimension {1} with size {2}",
        )
        front(x, dim)[index] = front(source, dim)

    def vjp_x(g, index, dim):
        return g.index_fill(dim, index, 0)

    def vjp_source(g, index, source_shape, dim):
        return g.index_select(dim, index).expand(source_shape)


def check_copy(x, dim, index, source):
    """What index_copy asks of its arguments."""
    name = "index_copy_(): "
    if index.dim() > 1:
        raise IndexError(f"{name}Index should have dimension 1 or 0 (got {index.dim()})")
    if x.dim() and source.dim() and x.dim() != source.dim():
        raise IndexError(
            f"{name}When source and destination are not scalars, their dimensionality must match. "
            f"Source dimensionality ({source.dim()}), destination dimensionality ({x.dim()})"
        )
    if index.dtype is not dtypes.int64:
        raise RuntimeError(
            f"{name}Expected a long tensor for index, but got {index.dtype.scalar_type}"
        )
    if x.dtype is not source.dtype:
        raise RuntimeError(
            f"{name}self and source expected to have the same dtype, but got (self) "
            f"{x.dtype.scalar_type} and (source) {source.dtype.scalar_type}"
        )
    slices = [without(t.shape, dim) if t.dim() else () for t in (x, source)]
    if slices[0] != slices[1]:
        shown = [" ".join([str(n) for n in s]) for s in slices]
        raise RuntimeError(
            f"{name}Source/destination tensor must have same slice shapes. Destination slice shape"
            f": {shown[0]} at dimension {dim} and source slice shape: {shown[1]} at dimension 0."
        )
    own = source.shape[dim] if source.dim() else 1
    if index.numel() != own:
        raise IndexError(
            f"{name}Number of indices ({index.numel()}) should be equal to source.size(dim) ({own})"
        )


# -- index_fill ------------------------------------------------------------------------------


class index_fill(ByVector):
    """`input` with the slices of `dim` at `index` filled with `value`, a number or 0-d tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).index_fill(0, torch.tensor([2, 0]), 7)
        tensor([7., 0., 7.])
    """

    layout = "K"
    tensors = 2
    takes_out = False
    overlaps = EXPANDED.format("index_fill_", "mask] = scalar")

    def bind(input, dim, index, value):
        x, dim, index = bound_arguments("index_fill", input, dim, index)
        check_fill(x, index, value)
        if isinstance(value, TensorBase):
            return index_fill_tensor, (x, value, index), (dim,)
        return (x, index), (dim, value)

    def forward(x, index, dim, value):
        number = np.empty((), x.dtype)
        put_number(number, value)
        fill_rows(x, number, index, dim)

    def vjp_x(g, index, dim):
        return g.index_fill(dim, index, 0)

    def jvp_x(t, index, dim):
        return t.index_fill(dim, index, 0)


def fill_rows(x, value, index, dim):
    """Fill slices of an array; negative indices count from the end."""
    length = x.shape[dim] if x.ndim else 1
    front(x, dim)[scatter.wrapped(rows_of(index), length, dim)] = value


class index_fill_tensor(ByVector):
    """`index_fill` with a tensor as value."""

    layout = "K"
    node = "IndexFillBackward1"
    places = None
    overlaps = index_fill.overlaps
    tensors = 3
    linear = True

    def forward(x, value, index, dim):
        fill_rows(x, value.astype(x.dtype), index, dim)

    def vjp_x(g, index, dim):
        return g.index_fill(dim, index, 0)

    def vjp_value(g, index, value_dtype, dim):
        return g.index_select(dim, index.unique()).sum().to(value_dtype)

    def batch(self, values, dims, params, size):
        x, value, index = values
        if dims[1] is not None or dims[2] is not None or x.dim() == 1:
            return batching.loop(self, values, dims, params, size)
        x = batching.front(x, dims[0], size)
        return self.run((x, value, index), (params[0] + 1,)), 0


def check_fill(x, index, value):
    """What index_fill asks of its arguments."""
    if index.dtype is not dtypes.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.dim() > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    if isinstance(value, TensorBase):
        if value.dim():
            raise RuntimeError(
                "index_fill_ only supports a 0-dimensional value tensor, but got "
                f"tensor with {value.dim()} dimension(s)."
            )
    elif isinstance(value, complex) and not x.dtype.is_complex:
        raise RuntimeError(
            "index_fill_(): Converting complex Scalar to non-complex type is not supported"
        )
