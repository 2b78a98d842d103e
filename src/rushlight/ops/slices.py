"""Views of a part: select, slice, narrow, diagonal, unfold, and how their gradients go back."""

import numpy as np

from rushlight.kernels import strides
from rushlight.ops.families import (
    Operation,
    View,
    as_tensor_argument,
    int_argument,
    wrap_dim,
)
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase


class Embedding(Operation, family=True):
    """The gradient of a view of a part: zeros of the whole's shape, with `g` in its place.

    Parameters are the whole's shape and the view's own; `part(whole, *own)` is the array that the
    view makes.
    """

    places = None
    takes_out = False
    dim_of_scalar = False
    linear = True
    moves = True


def embedded(shape, g, part, *own):
    """Zeros with `g` in the place that `part` takes of them."""
    whole = np.zeros(shape, g.dtype)
    part(whole, *own)[...] = g
    return whole


# -- select ----------------------------------------------------------------------------------


class select(View):
    """`input` at one `index` of dim `dim`, which disappears.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).select(1, 0)
        tensor([1, 3])
    """

    def bind(input, dim, index):
        n = input.dim()
        if n == 0:
            raise IndexError("select() cannot be applied to a 0-dim tensor.")
        dim = wrap_dim(int_argument("select", "dim", 1, dim), n)
        index = int_argument("select", "index", 2, index)
        length = input.shape[dim]
        if not -length <= index < length:
            raise IndexError(
                f"select(): index {index} out of range for tensor of size "
                f"{[*input.shape]} at dimension {dim}"
            )
        return (input,), (dim, index % length)

    def forward(x, dim, index):
        return x[(slice(None),) * dim + (index, ...)]

    def vjp_x(g, x_shape, dim, index):
        return select_backward(g, x_shape, dim, index)

    def lift(size, ndim, dim, index):
        return dim + 1, index


class select_backward(Embedding):
    """The gradient of `select`."""

    node = "SelectBackwardBackward0"

    def forward(g, shape, dim, index):
        return embedded(shape, g, select.forward, dim, index)

    def vjp_g(g, dim, index):
        return select(g, dim, index)

    def lift(size, ndim, shape, dim, index):
        return (size, *shape), dim + 1, index


# -- slice -----------------------------------------------------------------------------------


class slice_(View):
    """The indices from `start` up to `end` (counted from the front) of dim `dim`, by `step`."""

    places = None

    def bind(input, dim=0, start=None, end=None, step=1):
        dim = wrap_dim(dim, input.dim())
        if step <= 0:
            raise RuntimeError("slice step must be positive")
        start, end, step = slice(start, end, step).indices(input.shape[dim])
        return (input,), (dim, start, max(start, end), step)

    def forward(x, dim, start, end, step):
        return x[(slice(None),) * dim + (slice(start, end, step),)]

    def vjp_x(g, x_shape, dim, start, end, step):
        return slice_backward(g, x_shape, dim, start, end, step)

    def lift(size, ndim, dim, start, end, step):
        return dim + 1, start, end, step


class slice_backward(Embedding):
    """The gradient of a slice."""

    node = "SliceBackwardBackward0"

    def forward(g, shape, dim, start, end, step):
        return embedded(shape, g, slice_.forward, dim, start, end, step)

    def vjp_g(g, dim, start, end, step):
        return slice_(g, dim, start, end, step)

    def lift(size, ndim, shape, dim, start, end, step):
        return (size, *shape), dim + 1, start, end, step


@public("torch Tensor", quick=slice_)
def narrow(input, dim, start, length):
    """`length` indices of dim `dim` from `start` on.

    Raises:
        IndexError: if `start` is out of range.
        RuntimeError: if they reach beyond the end.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(5).narrow(0, 1, 2)
        tensor([1, 2])
    """
    t = as_tensor_argument("narrow", "input", 1, input)
    if t.dim() == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(int_argument("narrow", "dim", 1, dim), t.dim())
    return slice_(t, dim, *narrowed(t.shape[dim], start, length), 1)


def narrowed(size, start, length):
    """(start, end) of a narrow part of a dim of length `size`."""
    start = start_of(start)
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start += size if start < 0 else 0
    if start + length > size or length < 0:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return start, start + length


def start_of(start):
    """Where to begin, given as a number or a 0-d integer tensor."""
    if not isinstance(start, TensorBase):
        return int_argument("narrow", "start", 2, start)
    if start.dim() or start.dtype.category != 1:
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return int(start.item())


class narrow_copy(Operation):
    """A copy of `narrow`."""

    linear = True

    def bind(input, dim, start, length):
        n = as_tensor_argument("narrow_copy", "input", 1, input).dim()
        if dim >= n:
            raise RuntimeError(
                "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false."
            )
        dim = wrap_dim(dim, n)
        return (input,), (dim, *narrowed(input.shape[dim], start, length))

    def forward(x, dim, start, end):
        return slice_.forward(x, dim, start, end, 1).copy()

    def vjp_x(g, x_shape, dim, start, end):
        return slice_backward(g, x_shape, dim, start, end, 1)

    def lift(size, ndim, dim, start, end):
        return dim + 1, start, end


# -- diagonal --------------------------------------------------------------------------------


class diagonal(View):
    """The diagonal `offset` places above the main one, over `dim1` and `dim2`, as the last dim.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).diagonal()
        tensor([1, 4])
    """

    def bind(input, offset=0, dim1=0, dim2=1):
        n = input.dim()
        first, second = wrap_dim(dim1, n), wrap_dim(dim2, n)
        if first == second:
            raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
        return (input,), (int_argument("diagonal", "offset", 1, offset), first, second)

    def forward(x, offset, dim1, dim2):
        steps, shape = x.strides, x.shape
        below, right = max(-offset, 0), max(offset, 0)
        length = max(min(shape[dim1] - below, shape[dim2] - right), 0)
        rest = [d for d in range(x.ndim) if d not in (dim1, dim2)]
        shift = below * steps[dim1] + right * steps[dim2] if length else 0
        return strides.restride(
            x,
            (*[shape[d] for d in rest], length),
            (*[steps[d] for d in rest], steps[dim1] + steps[dim2]),
            shift,
        )

    def vjp_x(g, x_shape, offset, dim1, dim2):
        return diagonal_backward(g, x_shape, offset, dim1, dim2)

    def lift(size, ndim, offset, dim1, dim2):
        return offset, dim1 + 1, dim2 + 1


@public("linalg", name="diagonal")
def linalg_diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """`Tensor.diagonal` of the last two dims, by default.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.diagonal(torch.ones(5, 2, 3)).shape
        torch.Size([5, 2])
    """
    as_tensor_argument("linalg_diagonal", "A", 1, A)
    return diagonal.bound(A, offset, dim1, dim2)


class diagonal_backward(Embedding):
    """The gradient of `diagonal`."""

    node = "DiagonalBackwardBackward0"

    def forward(g, shape, offset, dim1, dim2):
        return embedded(shape, g, diagonal.forward, offset, dim1, dim2)

    def vjp_g(g, offset, dim1, dim2):
        return diagonal(g, offset, dim1, dim2)

    def lift(size, ndim, shape, offset, dim1, dim2):
        return (size, *shape), offset, dim1 + 1, dim2 + 1


# -- unfold ----------------------------------------------------------------------------------


class unfold(View):
    """Windows of length `size` along `dimension`, every `step` places; they become the last dim.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(5).unfold(0, 3, 2)
        tensor([[0, 1, 2],
                [2, 3, 4]])
    """

    places = "Tensor"

    def bind(input, dimension, size, step):
        n = input.dim()
        dim = wrap_dim(int_argument("unfold", "dimension", 1, dimension), n)
        length = input.shape[dim] if n else 1
        if size > length:
            raise RuntimeError(
                f"maximum size for tensor at dimension {dim} is {length} but size is {size}"
            )
        if size < 0:
            raise RuntimeError(f"size is {size} but must be >= 0")
        if step <= 0:
            raise RuntimeError(f"step is {step} but must be > 0")
        return (input,), (dim, size, step)

    def forward(x, dim, size, step):
        shape, steps = list(x.shape), list(x.strides)
        if dim == x.ndim:  # a 0-d tensor has one dim to speak of
            shape, steps = [*shape, 1], [*steps, x.itemsize]
        inner = steps[dim]
        shape[dim] = (shape[dim] - size) // step + 1
        steps[dim] = inner * step
        if dim == x.ndim:
            del shape[dim], steps[dim]
        return strides.restride(x, (*shape, size), (*steps, inner))

    def vjp_x(g, x_shape, dim, size, step):
        return unfold_backward(g, x_shape, dim, size, step)

    def lift(size, ndim, dim, window, step):
        return dim + 1, window, step


class unfold_backward(Embedding):
    """The gradient of `unfold`: where windows overlap it adds up."""

    node = "UnfoldBackwardBackward0"

    def forward(g, shape, dim, size, step):
        whole = np.zeros(shape, g.dtype)
        windows = unfold.forward(whole, dim, size, step)
        for i in range(size):
            windows[..., i] += g[..., i]
        return whole

    def vjp_g(g, dim, size, step):
        return unfold(g, dim, size, step)

    def lift(size, ndim, shape, dim, window, step):
        return (size, *shape), dim + 1, window, step
