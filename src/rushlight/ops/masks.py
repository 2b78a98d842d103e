"""Choosing by a mask: where, masked_fill, masked_select, masked_scatter, nonzero."""

import warnings

import numpy as np

from rushlight.kernels import dtypes, elements, promotion
from rushlight.kernels.numbers import element, word
from rushlight.ops.families import (
    Elementwise,
    Operation,
    as_array,
    as_tensor_argument,
    check_broadcast,
)
from rushlight.ops.overwrite import EXPANDED, Broadcast, broadcast_shape, put_number
from rushlight.ops.publish import public
from rushlight.tape import batching
from rushlight.tape.core import TensorBase

BYTE_CONDITION = (
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a "
    "future version of PyTorch. Use a boolean condition instead."
)
CHOICES = (TensorBase, int, float, complex)

# -- where -----------------------------------------------------------------------------------


class where(Elementwise):
    """`input` where `condition` is true, `other` elsewhere; all are broadcast.

    `input` and `other` may be numbers and are promoted to a common dtype.  With the condition
    alone, the same as `nonzero(condition, as_tuple=True)`.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([-1.0, 2.0])
        >>> torch.where(x > 0, x, 0.0)
        tensor([0., 2.])
    """

    tensors = 3
    differentiable = 2
    places = "torch"
    inplace = False

    def binding(self, condition, *choices, **named):
        if not choices and not named:
            return nonzero_tuple.binding(condition)
        return self, chosen(condition, *choices, **named), ()

    def operands(self, values):
        a, b, condition = values
        common = promotion.of_operands(a, b).numpy
        return as_array(a, common), as_array(b, common), condition

    def batch(self, values, dims, params, size):
        ranks = batching.ranks_of(values, dims)
        a, b = batching.weighted(values[:2], dims[:2], ranks[:2])
        return batching.broadcast(self, (a, b, values[2]), dims, params, size)

    def forward(a, b, condition):
        return elements.chosen(condition, a, b)

    def vjp_a(g, condition):
        return where((g, 0), condition)

    def vjp_b(g, condition):
        return where((0, g), condition)

    def __call__(self, choices, condition):
        return self.run((*choices, condition), ())


def chosen(condition, input=None, other=None, **wrong):
    """The inputs of `where` from a caller's arguments."""
    if isinstance(input, np.generic):
        input = input.item()
    if isinstance(other, np.generic):
        other = other.item()
    if wrong or not (
        isinstance(condition, TensorBase)
        and isinstance(input, CHOICES)
        and isinstance(other, CHOICES)
    ):
        given = (condition, input, other, *wrong.values())
        got = [type(x).__name__ for x in given if x is not None]
        raise TypeError(
            f"where() received an invalid combination of arguments - got ({', '.join(got)}), but "
            "expected one of:\n * (Tensor condition)\n * (Tensor condition, Tensor input, Tensor "
            "other, *, Tensor out = None)\n * (Tensor condition, Number self, Tensor other)\n"
        )
    dtype = condition.dtype
    if dtype is dtypes.uint8:
        warnings.warn(BYTE_CONDITION, UserWarning, stacklevel=5)
        condition = condition.bool()
    elif dtype is not dtypes.bool:
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with "
            f"dtype {dtype.scalar_type}"
        )
    return input, other, condition


@public("Tensor", name="where")
def where_method(self, condition, other):
    """`self` where `condition` is true, `other` elsewhere."""
    return where.bound(condition, self, other)


# -- masked_fill -----------------------------------------------------------------------------


class masked_fill(Broadcast):
    """`input` with `value` (a number or 0-d tensor) where `mask` is true.

    `mask` is a bool tensor; it and `input` are broadcast.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(3).masked_fill(torch.tensor([True, False, True]), 0)
        tensor([0., 1., 0.])
    """

    tensors = 2
    differentiable = 1
    inplace = True
    takes_out = False
    overlaps = EXPANDED.format("masked_fill_", "mask] = scalar")

    def bind(input, mask, value):
        x, mask = tensors("masked_fill", input, mask)
        check_mask("masked_fill_ only supports boolean masks, but got mask with dtype {}", mask)
        if mask.shape != x.shape:
            check_broadcast((mask, x))
        if isinstance(value, TensorBase):
            if value.dim():
                raise RuntimeError(
                    "masked_fill_ only supports a 0-dimensional value tensor, but "
                    f"got tensor with {value.dim()} dimension(s)."
                )
            return masked_fill_tensor, (x, value, mask), ()
        return (x, mask), (value,)

    def compute(self, inputs, params):
        x, mask = inputs[0].array, inputs[1].array
        (value,) = params
        if x.shape == mask.shape and x.dtype.kind == "f" and type(value) in (int, float):
            if not -1e4 < value < 1e4:
                element(value, dtypes.of(x.dtype))  # refuses what does not fit
            out = elements.chosen(mask, value, x)
            return out if out.flags.c_contiguous else out.copy()
        return super().compute(inputs, params)

    def forward(x, mask, value):
        put_number(x, value, mask)

    def vjp_x(g, mask):
        return g.masked_fill(mask, 0)

    def jvp_x(t, mask):
        return t.masked_fill(mask, 0)


class masked_fill_tensor(Broadcast):
    """`masked_fill` with a tensor as value."""

    node = "MaskedFillBackward1"
    places = None
    tensors = 3
    differentiable = 2
    linear = True
    overlaps = masked_fill.overlaps

    def forward(x, value, mask):
        if value.ndim:
            np.copyto(x, value, casting="unsafe", where=mask)
        else:
            put_number(x, value.item(), mask)

    def vjp_x(g, mask):
        return g.masked_fill(mask, 0)

    def vjp_value(g, mask):
        return where((g, 0), mask)


def tensors(name, input, mask):
    """The two tensor arguments of the masked operations."""
    return (as_tensor_argument(name, "input", 1, input), as_tensor_argument(name, "mask", 2, mask))


def check_mask(message, mask):
    """Refuse a mask that is not bool."""
    if mask.dtype is not dtypes.bool:
        raise RuntimeError(message.format(word(mask.dtype)))


# -- masked_select and masked_scatter --------------------------------------------------------


class masked_select(Operation):
    """The elements of `input` where `mask` is true, in one dim; the two are broadcast.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1, -2, 3])
        >>> torch.masked_select(x, x > 0)
        tensor([1, 3])
    """

    tensors = 2
    differentiable = 1
    linear = True
    dynamic = (
        "vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support "
        "this because for each batch this would return a differently shaped Tensor. Please file an "
        "issue at https://github.com/pytorch/pytorch/issues if you need this feature."
    )

    def bind(input, mask):
        x, mask = tensors("masked_select", input, mask)
        check_mask("masked_select: expected BoolTensor for mask", mask)
        return (x, mask), ()

    def forward(x, mask):
        if x.shape != mask.shape:
            shape = broadcast_shape((mask, x))
            x, mask = np.broadcast_to(x, shape), np.broadcast_to(mask, shape)
        return elements.selected(x, mask)

    def vjp_x(g, x_shape, mask):
        shape = np.broadcast_shapes(tuple(x_shape), tuple(mask.shape))
        whole = masked_select_backward(g, mask, shape)
        return whole if shape == tuple(x_shape) else whole.sum_to_size(x_shape)


class masked_select_backward(Operation):
    """Zeros of a shape with `g` where `mask` is true."""

    tensors = 2
    differentiable = 1
    places = None
    linear = True

    def forward(g, mask, shape):
        return elements.unselected(g, np.broadcast_to(mask, shape))

    def vjp_g(g, mask):
        return masked_select(g, mask)


class masked_scatter(Broadcast):
    """`input` with the elements where `mask` is true replaced by those of `source` in order.

    Raises:
        RuntimeError: if `source` has fewer elements than `mask` has true ones.

    Example:
        >>> import rushlight as torch
        >>> mask = torch.tensor([False, True, True])
        >>> torch.zeros(3).masked_scatter(mask, torch.tensor([1.0, 2.0]))
        tensor([0., 1., 2.])
    """

    tensors = 3
    differentiable = 2
    pointwise = False
    inplace = True
    linear = True
    takes_out = False

    def binding(self, input, mask, source):
        x, mask = tensors("masked_scatter", input, mask)
        source = as_tensor_argument("masked_scatter", "source", 3, source)
        if mask.dtype is not dtypes.bool:
            raise RuntimeError(
                "masked_scatter_ only supports boolean masks, but got mask with "
                f"dtype {mask.dtype.scalar_type}"
            )
        if x.dtype is not source.dtype:
            raise RuntimeError(
                "masked_scatter: expected self and source to have same dtypes but "
                f"got{x.dtype.scalar_type} and {source.dtype.scalar_type}"
            )
        return self, (x, source, mask), ()

    def compute(self, inputs, params):
        x, source, mask = [t.array for t in inputs]
        out = np.array(np.broadcast_to(x, broadcast_shape((mask, x))), order="C")
        self.forward(out, source, mask)
        return out

    def write(self, target, inputs, params):
        _, source, mask = [t.array for t in inputs]
        if mask.ndim > target.array.ndim:
            raise RuntimeError(
                f"expand(CPUBoolType{{{[*mask.shape]}}}, size={[*target.array.shape]}): the "
                f"number of sizes provided ({target.array.ndim}) must be greater or equal to the "
                f"number of dimensions in the tensor ({mask.ndim})"
            )
        broadcast_shape((target.array, mask))
        inputs[2].expand(target.shape)  # refuses a mask that is larger
        self.forward(target.array, source, mask)

    def batch(self, values, dims, params, size):
        return batching.loop(self, values, dims, params, size)

    def fixes(self, inputs, out):
        return super().fixes(inputs, out)[0], None

    def forward(x, source, mask):
        mask = np.broadcast_to(mask, x.shape)
        count = int(np.count_nonzero(mask))
        if source.size < count:
            raise RuntimeError("Number of elements of source < number of ones in mask")
        x[mask] = source.reshape(-1)[:count]

    def vjp_x(g, mask):
        return g.masked_fill(mask, 0)

    def vjp_source(g, mask, source_shape):
        return filled_up(masked_select(g, mask), source_shape)


class filled_up(Operation):
    """The elements of `x`, in one dim, then zeros up to a shape."""

    places = None
    linear = True

    def forward(x, shape):
        whole = np.zeros(shape, x.dtype)
        whole.reshape(-1)[: x.size] = x
        return whole

    def vjp_x(g, x_shape):
        return g.reshape(-1)[: x_shape[0]]


# -- nonzero ---------------------------------------------------------------------------------


class nonzero_rows(Operation):
    """One row of indices for each nonzero element."""

    public_name = "nonzero"
    places = None

    def forward(x):
        if x.ndim == 0:
            return np.zeros((int(bool(x)), 0), np.int64)
        return elements.places(x).T  # column by column, as PyTorch lays it out


class nonzero_tuple(Operation):
    """One index vector per dim for the nonzero elements."""

    public_name = "nonzero"
    places = None
    dynamic = batching.MASKED  # whoever indexes with a mask comes here

    def settled(self):
        self.many = True

    def binding(self, input):
        return self, (as_tensor_argument("nonzero", "input", 1, input),), ()

    def forward(x):
        return tuple(elements.places(x if x.ndim else x.reshape(1)))


@public("torch Tensor", out=True)
def nonzero(input, *, as_tuple=False):
    """Where `input` is not zero: one row of indices per element, or one vector per dim.

    Example:
        >>> import rushlight as torch
        >>> torch.nonzero(torch.tensor([0, 3, 0, 5]))
        tensor([[1],
                [3]])
        >>> torch.nonzero(torch.tensor([0, 3, 0, 5]), as_tuple=True)
        (tensor([1, 3]),)
    """
    op = nonzero_tuple if as_tuple else nonzero_rows
    return op.run((as_tensor_argument("nonzero", "input", 1, input),), ())


@public("torch Tensor")
def argwhere(input):
    """One row of indices per nonzero element.

    Example:
        >>> import rushlight as torch
        >>> torch.argwhere(torch.tensor([[0, 1], [2, 0]]))
        tensor([[0, 1],
                [1, 0]])
    """
    return nonzero_rows.run((as_tensor_argument("argwhere", "input", 1, input),), ())
