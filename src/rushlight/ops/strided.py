"""Memory by size, stride and offset, and writing a view's values back into a copy of the whole."""

import numpy as np

from rushlight.kernels import strides
from rushlight.kernels.memory_layout import copied
from rushlight.kernels.metadata import contiguous_format
from rushlight.ops.families import Operation, View, numel, sizes_argument
from rushlight.ops.publish import public
from rushlight.ops.slices import diagonal, select, slice_
from rushlight.tape import gradients
from rushlight.tape.core import wants
from rushlight.tape.dispatch import OTHER_DTYPE

# -- where a tensor is -----------------------------------------------------------------------


@public("Tensor")
def storage_offset(self):
    """Elements from the beginning of the memory to the tensor's first one."""
    while self.array is None:
        self = self.box.value
    return strides.offset(self.array) // self.array.itemsize


@public("Tensor")
def data_ptr(self):
    """The address of the tensor's first element."""
    return strides.address(self.array) if self.array.size else 0


# -- as_strided ------------------------------------------------------------------------------


class as_strided(View):
    """The memory of `input` under any size and stride, from `storage_offset` on.

    Elements may overlap; where they do, gradients add up.

    Raises:
        RuntimeError: if the layout reaches beyond the memory.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(4).as_strided((3, 2), (1, 1))
        tensor([[0, 1],
                [1, 2],
                [2, 3]])
    """

    moves = False

    def bind(input, size, stride, storage_offset=None):
        size, stride = sizes_argument((size,)), sizes_argument((stride,))
        check_layout(size, stride, storage_offset)
        shift = 0 if storage_offset is None else storage_offset - input.storage_offset()
        return (input,), (size, stride, shift, tuple(input.stride()))

    def forward(x, size, stride, shift, own):
        item = x.itemsize
        check_bounds(x, size, stride, shift)
        return strides.restride(x, size, tuple([s * item for s in stride]), shift * item)

    def vjp_x(g, x_shape, size, stride, shift, own):
        return as_strided_backward(g, tuple(x_shape), own, size, stride, shift)

    def jvp_x(t, x_shape, size, stride, shift, own):
        return as_strided_again(t, tuple(x_shape), own, size, stride, shift)

    def batch(self, values, dims, params, count):
        """A view here too: the batch dim keeps its stride."""
        whole, (size, stride, shift, _) = values[0], params
        steps = tuple(whole.stride())
        params = (count, *size), (steps[dims[0]], *stride), shift, steps
        return self.run((whole,), params), 0


def check_layout(size, stride, offset):
    """Refuse sizes and strides that describe no layout."""
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in stride):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got "
            f"strides: {[*stride]}"
        )
    if any(n < 0 for n in size):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={[*size]} and strides={[*stride]}"
        )
    if offset is not None and offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")


def check_bounds(x, size, stride, shift):
    """Refuse a layout that reaches beyond the memory of an array."""
    item = x.itemsize
    first = strides.offset(x) // item + shift
    need, have = (first + strides.extent(size, stride)) * item, strides.memory(x)
    if 0 not in size and need > have:
        raise RuntimeError(
            f"setStorage: sizes {[*size]}, strides {[*stride]}, storage offset {first}, and "
            f"itemsize {item} requiring a storage size of {need} are out of bounds for storage of "
            f"size {have}"
        )


class Reading(Operation, family=True):
    """Rules about one memory that two layouts see: an input's (`shape`, `own` strides), which
    begins at 0, and a view's (`size`, `stride`), which begins at `shift`."""

    places = None
    takes_out = False
    linear = True


class as_strided_backward(Reading):
    """The gradient of `as_strided`: what falls on a place in memory adds up; input elements that
    lie in one place share it evenly."""

    node = "AsStridedBackwardBackward0"

    def forward(g, shape, own, size, stride, shift):
        memory, low = spanned(g.dtype, shape, own, size, stride, shift)
        add_at(memory, g, size, stride, shift - low)
        found = layout(memory, shape, own, -low)
        return shared(found.copy(), shape, own, memory.size, -low)

    def vjp_g(g, shape, own, size, stride, shift):
        return as_strided_again(g, shape, own, size, stride, shift)


class as_strided_again(Reading):
    """The derivative of `as_strided_backward`: an input's values read in the view's layout."""

    def forward(g, shape, own, size, stride, shift):
        memory, low = spanned(g.dtype, shape, own, size, stride, shift)
        add_at(memory, shared(g, shape, own, memory.size, -low), shape, own, -low)
        return layout(memory, size, stride, shift - low).copy()

    def vjp_g(g, shape, own, size, stride, shift):
        return as_strided_backward(g, shape, own, size, stride, shift)


def spanned(dtype, shape, own, size, stride, shift):
    """(zeros for the memory that both layouts span, where it begins)."""
    low = min(shift, 0)
    high = max(shift + strides.extent(size, stride), strides.extent(shape, own))
    return np.zeros(max(high - low, 1), dtype), low


def layout(memory, size, stride, shift):
    """A view of flat memory."""
    if 0 in size:
        shift = 0
    item = memory.itemsize
    return strides.restride(memory, size, tuple([s * item for s in stride]), shift * item)


def overlaps(size, stride):
    """May two elements of a layout lie in one place?"""
    reach = 0
    for s, n in sorted(zip(stride, size, strict=True)):
        if n > 1 and s <= reach:
            return True
        reach += (n - 1) * s
    return False


def add_at(memory, values, size, stride, shift):
    """Add values to their places in memory."""
    if overlaps(size, stride):
        np.add.at(memory, places_of(size, stride, shift, memory.size), values)
    else:
        layout(memory, size, stride, shift)[...] = values


def places_of(size, stride, shift, length):
    """For each element of a layout, its place in memory."""
    return layout(np.arange(length), size, stride, shift)


def shared(values, size, stride, length, shift):
    """Values divided by how many elements of their layout lie in the same place."""
    if not overlaps(size, stride):
        return values
    places = places_of(size, stride, shift, length)
    counts = np.bincount(places.ravel(), minlength=length)[places]
    return np.divide(values, counts.astype(values.dtype))


# -- a view's values put into a copy of the whole --------------------------------------------


class Scatter(Operation, family=True):
    """A copy of `input` with `src` in the place of a view, whose parameters are `own`."""

    tensors = 2
    linear = True
    takes_out = False

    def settled(self):
        self.fixing = OTHER_DTYPE

    def fixes(self, inputs, out):
        src = gradients.described(inputs[1])
        return None if src[1] == out.dtype else (None, src)


def memory_copy(x):
    """An array like `x` over a copy of all the memory behind it."""
    if overlaps(x.shape, x.strides):
        return x.copy()
    item, first = x.itemsize, strides.offset(x)
    flat = strides.restride(x, (strides.memory(x) // item,), (item,), -first)
    return strides.restride(flat.copy(), x.shape, x.strides, first)


def placed(whole, src, part, *own):
    """`whole` after writing `src` where `part` looks."""
    where = part(whole, *own)
    if src.shape != where.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{[*src.shape]}, slice size = {[*where.shape]}"
        )
    where[...] = src
    return whole


class select_scatter(Scatter):
    """A copy of `input` with `src` at `index` of dim `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 2).select_scatter(torch.ones(2), 0, 1)
        tensor([[0., 0.],
                [1., 1.]])
    """

    def bind(input, src, dim, index):
        _, own = select.binding(input, dim, index)[1:]
        return (input, src), own

    def forward(x, src, dim, index):
        return placed(copied(x), src, select.forward, dim, index)

    def vjp_x(g, src_shape, dim, index):
        return select_scatter(g, g.new_zeros(src_shape), dim, index)

    def vjp_src(g, dim, index):
        return select(g, dim, index)

    def lift(size, ndim, dim, index):
        return dim + 1, index


class slice_scatter(Scatter):
    """A copy of `input` with `src` in the slice `start:end:step` of dim `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(4).slice_scatter(torch.ones(2), start=1, end=3)
        tensor([0., 1., 1., 0.])
    """

    def bind(input, src, dim=0, start=None, end=None, step=1):
        _, own = slice_.binding(input, dim, start, end, step)[1:]
        return (input, src), own

    def forward(x, src, dim, start, end, step):
        return placed(copied(x), src, slice_.forward, dim, start, end, step)

    def vjp_x(g, src_shape, dim, start, end, step):
        return slice_scatter(g, g.new_zeros(src_shape), dim, start, end, step)

    def vjp_src(g, dim, start, end, step):
        return slice_(g, dim, start, end, step)

    def lift(size, ndim, dim, start, end, step):
        return dim + 1, start, end, step


class diagonal_scatter(Scatter):
    """A copy of `input` with `src` in a diagonal."""

    def bind(input, src, offset=0, dim1=0, dim2=1):
        _, own = diagonal.binding(input, offset, dim1, dim2)[1:]
        return (input, src), own

    def forward(x, src, offset, dim1, dim2):
        return placed(copied(x), src, diagonal.forward, offset, dim1, dim2)

    def vjp_x(g, src_shape, offset, dim1, dim2):
        return diagonal_scatter(g, g.new_zeros(src_shape), offset, dim1, dim2)

    def vjp_src(g, offset, dim1, dim2):
        return diagonal(g, offset, dim1, dim2)

    def lift(size, ndim, offset, dim1, dim2):
        return offset, dim1 + 1, dim2 + 1


class as_strided_scatter(Scatter):
    """A copy of `input`, and of its memory, with `src` in the place of an `as_strided` view."""

    def bind(input, src, size, stride, storage_offset=None):
        _, own = as_strided.binding(input, size, stride, storage_offset)[1:]
        return (input, src), own

    def forward(x, src, size, stride, shift, own):
        return placed(memory_copy(x), src, as_strided.forward, size, stride, shift, own)

    def vjp_x(g, x_shape, src_shape, size, stride, shift, own):
        seen = g.new_ones(src_shape)
        covered = as_strided_backward(seen, tuple(x_shape), own, size, stride, shift)
        return g.masked_fill(covered != 0, 0)

    def vjp_src(g, size, stride, shift, own):
        return as_strided_again(g, tuple(g.shape), own, size, stride, shift)


# -- new sizes in place ----------------------------------------------------------------------


@public("Tensor")
def resize_(self, *size, memory_format=contiguous_format):
    """Give this tensor another size, keeping the elements in memory; new ones are uninitialised.

    Raises:
        RuntimeError: for a tensor that requires grad.
    """
    if wants(self):
        raise RuntimeError("cannot resize variables that require grad")
    size = sizes_argument(size)
    if size != self.array.shape:
        self.array = resized(self.array, size)
    return self


def resized(x, size):
    """An array of another size over the memory of `x`, or over more of it with the same start."""
    item = x.itemsize
    need, first = numel(size) * item, strides.offset(x)
    if first + need <= strides.memory(x):
        return strides.restride(x, size, strides.contiguous(size, item))
    out = np.empty(size, x.dtype)
    held = (strides.memory(x) - first) // item
    out.reshape(-1)[:held] = strides.restride(x, (held,), (item,))
    return out


@public("torch Tensor")
def resize_as_(self, other, *, memory_format=contiguous_format):
    """Give this tensor the size of `other`."""
    return self.resize_(*other.shape)
