"""Writing: over a tensor, and into part of one."""

import warnings

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.memory import lasting_if_large
from rushlight.kernels.numbers import element
from rushlight.ops.families import Operation, as_tensor_argument, check_broadcast, fix_of
from rushlight.ops.publish import public
from rushlight.tape import batching, inplace
from rushlight.tape.core import TensorBase, box
from rushlight.tape.dispatch import OTHER_SHAPE_OR_DTYPE


class Writing(Operation, family=True):
    """Writes into part of the first input: `forward` changes the array it is given.

    The operation proper gives it a copy, the in-place method the tensor's own array, so `forward`
    checks everything before it changes anything; what it returns is ignored.
    """

    writes = True
    layout = "K"

    def compute(self, inputs, params):
        out = lasting_if_large(np.ndarray.copy, (inputs[0].array, self.layout))
        self.forward(out, *arrays_of(inputs[1:]), *params)
        return out

    def write(self, target, inputs, params):
        """Apply to the tensor `target` in place."""
        self.forward(target.array, *arrays_of(inputs[1:]), *params)


def arrays_of(inputs):
    """The arrays of tensors; numbers stay."""
    return [x.array if isinstance(x, TensorBase) else x for x in inputs]


class Broadcast(Writing, family=True):
    """Writing whose inputs broadcast against each other; the result has the first one's dtype."""

    def settled(self):
        self.fixing = OTHER_SHAPE_OR_DTYPE

    def compute(self, inputs, params):
        arrays = arrays_of(inputs)
        x, shape = arrays[0], broadcast_shape(arrays)
        whole = x if x.shape == shape else np.broadcast_to(x, shape)
        out = lasting_if_large(np.ndarray.copy, (whole, self.layout))
        self.forward(out, *arrays[1:], *params)
        return out

    def write(self, target, inputs, params):
        arrays = arrays_of(inputs)
        shape = broadcast_shape(arrays)
        if shape != target.array.shape:
            raise RuntimeError(
                f"output with shape {[*target.array.shape]} doesn't match the "
                f"broadcast shape {[*shape]}"
            )
        self.forward(target.array, *arrays[1:], *params)

    def fixes(self, inputs, out):
        return tuple([fix_of(x, out.shape, out.dtype) for x in inputs[: self.edges or None]])

    def batch(self, values, dims, params, size):
        return batching.broadcast(self, values, dims, params, size)


def broadcast_shape(arrays):
    """The shape that arrays broadcast to; PyTorch's error where they do not."""
    shape = arrays[0].shape
    for x in arrays:
        if x.shape and x.shape != shape:
            check_broadcast(arrays)
            return np.broadcast_shapes(*[x.shape for x in arrays])
    return shape


EXPANDED = (
    "Use of {0} on expanded tensors is deprecated. Please clone() the tensor before performing "
    "this operation. This also applies to advanced indexing e.g. tensor[{1}"
)
DISCARDS = "Casting complex values to real discards the imaginary part"

# -- copy ------------------------------------------------------------------------------------


class copy(Broadcast):
    """The values of `other`, broadcast and cast, in place of those of `x`."""

    node = "CopyBackwards"
    places = None
    tensors = 2
    linear = True

    def forward(x, src):
        assign(x, src)

    def vjp_x(g):
        return zero_gradient(g)

    def vjp_src(g):
        return g


def zero_gradient(g):
    """Zeros like `g`, in one element of memory."""
    return g.new_zeros(()).expand(g.shape)


def assign(x, values):
    """Write an array into another, whatever the dtypes."""
    if values.dtype is x.dtype:
        np.copyto(x, values)
        return
    if values.dtype.kind == "c" and x.dtype.kind not in "bc":
        warnings.warn(DISCARDS, UserWarning, stacklevel=6)
        values = values.real
    with np.errstate(all="ignore"):
        np.copyto(x, values, casting="unsafe")


@public("Tensor", name="copy_")
def copy_(self, other, non_blocking=False):
    """Overwrite `self` with the values of `src`, broadcast and cast as need be; returns `self`.

    Gradients flow to `other`.

    Raises:
        RuntimeError: if `other` does not broadcast to the shape of `self`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 2).copy_(torch.tensor([1, 2]))
        tensor([[1., 2.],
                [1., 2.]])
    """
    if isinstance(other, (bool, int, float, complex, np.number)):
        other = box(np.asarray(other))
    return inplace.apply(copy, (self, as_tensor_argument("copy_", "other", 1, other)), ())


# -- fill ------------------------------------------------------------------------------------


def put_number(x, value, where=True):
    """Write a Python number into an array, if the array's dtype can hold it."""
    if not (type(value) in (int, float) and 0 <= value < 100):
        value = element(value, dtypes.of(x.dtype))
    if where is True:
        x[...] = value
    else:
        np.copyto(x, value, casting="unsafe", where=where)


class fill(Writing):
    """`input` with every element replaced by `value`, a number or a 0-d tensor.

    Raises:
        RuntimeError: if the value is a tensor with dims, or out of the range of the dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.fill(torch.zeros(2), 3)
        tensor([3., 3.])
    """

    takes_out = False
    places = "torch"
    overlaps = True

    def bind(input, value):
        as_tensor_argument("fill", "input", 1, input)
        return filling(input, value, fill, fill_tensor)

    def forward(x, value):
        put_number(x, value)

    def vjp_x(g):
        return zero_gradient(g)

    def lift(size, ndim, value):
        return (value,)


class fill_tensor(Broadcast):
    """`x` with every element replaced by that of the 0-d tensor `value`."""

    node = "FillBackward1"
    places = None
    tensors = 2
    linear = True

    def forward(x, value):
        assign(x, value)

    def vjp_x(g):
        return zero_gradient(g)

    def vjp_value(g):
        return g


class fill_number_(fill):
    """`fill_` with a number."""

    node = "FillBackward2"
    places = None


class fill_tensor_(fill_tensor):
    """`fill_` with a tensor."""

    node = "FillBackward3"


def filling(x, value, number_op, tensor_op):
    """(operation, inputs, params) that fill `x`."""
    if isinstance(value, TensorBase):
        if value.dim():
            raise RuntimeError(
                "fill_ only supports 0-dimension value tensor but got tensor with "
                f"{value.dim()} dimensions."
            )
        return tensor_op, (x, value), ()
    if isinstance(value, (np.number, np.bool_)):
        value = value.item()
    if not isinstance(value, (bool, int, float, complex)):
        raise TypeError(
            "fill_() received an invalid combination of arguments - got "
            f"({type(value).__name__}), but expected one of:\n * (Tensor value)\n"
            " * (Number value)\n"
        )
    return number_op, (x,), (value,)


@public("torch Tensor", name="fill_")
def fill_(self, value):
    """Overwrite every element of `self` with `value`, a number or a 0-d tensor; returns `self`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2).fill_(3)
        tensor([3., 3.])
    """
    return inplace.apply(*filling(self, value, fill_number_, fill_tensor_))


class zero(Writing):
    """Zeros like `x`."""

    places = None
    overlaps = True

    def forward(x):
        x[...] = 0

    def vjp_x(g):
        return zero_gradient(g)

    def lift(size, ndim):
        return ()


@public("torch Tensor", name="zero_")
def zero_(self):
    """Overwrite every element of `self` with zero; returns `self`.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2).zero_()
        tensor([0., 0.])
    """
    return inplace.apply(zero, (self,), ())


@public("Tensor", name="fill_diagonal_")
def fill_diagonal_(self, fill_value, wrap=False):
    """Overwrite the main diagonal with a number; with `wrap`, a tall matrix has several.

    Raises:
        RuntimeError: for less than two dims, or more than two of different lengths.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3).fill_diagonal_(1)
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    if self.dim() < 2:
        raise RuntimeError("dimensions must larger than 1")
    if self.dim() > 2 and len(set(self.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    n, steps = min(self.shape), sum(self.stride())
    self.as_strided((n,), (steps,), self.storage_offset()).fill_(fill_value)
    rows, columns = self.shape[:2]
    if wrap and self.dim() == 2:
        for first in range(columns + 1, rows, columns + 1):
            self.narrow(0, first, min(columns, rows - first)).diagonal().fill_(fill_value)
    return self
