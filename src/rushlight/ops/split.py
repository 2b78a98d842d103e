"""One tensor taken apart along a dim: split, chunk, unbind and their relatives."""

from rushlight.ops.families import (
    Operation,
    View,
    as_tensor_argument,
    int_argument,
    sizes_argument,
    wrap_dim,
)
from rushlight.ops.join import cat, stack
from rushlight.ops.numbers import plain_integer
from rushlight.ops.publish import public
from rushlight.ops.slices import slice_
from rushlight.tape.core import TensorBase


class Views(View, family=True):
    """Several views of one tensor from one node."""

    def settled(self):
        super().settled()
        self.many = True


class unbind(Views):
    """The slices at each index of dim `dim`, which disappears.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).unbind()
        (tensor([1, 2]), tensor([3, 4]))
    """

    def bind(input, dim=0):
        if input.dim() == 0:
            wrap_dim(dim, 0)
            raise IndexError("Dimension specified as 0 but tensor has no dimensions")
        return (input,), (wrap_dim(dim, input.dim()),)

    def forward(x, dim):
        lead = (slice(None),) * dim
        return tuple([x[(*lead, i, ...)] for i in range(x.shape[dim])])

    def vjp_x(g, dim):
        return stack(g, dim)

    def lift(size, ndim, dim):
        return (dim + 1,)


class split_with_sizes(Views):
    """Consecutive parts of lengths `split_sizes` along dim `dim`.

    Raises:
        RuntimeError: unless the lengths add up to that of the dim.
    """

    def bind(input, split_sizes, dim=0):
        check_dims("split", input)
        if not isinstance(split_sizes, (tuple, list)):
            raise TypeError(
                "split_with_sizes(): argument 'split_sizes' (position 2) must be tuple "
                f"of ints, not {type(split_sizes).__name__}"
            )
        sizes, dim = sizes_argument((split_sizes,)), wrap_dim(dim, input.dim())
        check_lengths(sizes, input.shape[dim], dim)
        return (input,), (sizes, dim)

    def forward(x, sizes, dim):
        return parts(x, bounds(sizes), dim)

    def vjp_x(g, dim):
        return cat(g, dim)

    def lift(size, ndim, sizes, dim):
        return sizes, dim + 1


def check_dims(name, t):
    """A 0-d tensor cannot be taken apart."""
    if t.dim() == 0:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor")


def check_lengths(sizes, length, dim):
    """Lengths of parts must be none below 0 and add up to the whole."""
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, "
            f"but got split_sizes={[*sizes]}"
        )
    if sum(sizes) != length:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size "
            f"at dimension {dim}), but got split_sizes={[*sizes]}"
        )


def bounds(sizes):
    """(start, end) of consecutive parts."""
    start = 0
    for n in sizes:
        yield start, start + n
        start += n


def parts(x, limits, dim):
    """The slices of an array along a dim."""
    lead = (slice(None),) * dim
    return tuple([x[(*lead, slice(start, end))] for start, end in limits])


class split(Views):
    """Parts of length `split_size` (the last may be shorter) along dim `dim`; a list gives the
    lengths one by one.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(5).split(2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """

    def bind(input, split_size=None, dim=0, *, split_size_or_sections=None):
        size = split_size if split_size is not None else split_size_or_sections
        size = plain_integer(size)
        if not isinstance(size, int):
            return split_with_sizes, *split_with_sizes.bind(input, size, dim)
        check_dims("split", input)
        if size < 0:
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={size}"
            )
        dim = wrap_dim(dim, input.dim())
        length = input.shape[dim]
        if size == 0 and length:
            raise RuntimeError(
                "split_size can only be 0 if dimension size is 0, but got dimension "
                f"size of {length}"
            )
        return (input,), (size, dim)

    def forward(x, size, dim):
        length = x.shape[dim]
        starts = range(0, length, size) if length and size else (0,)
        return parts(x, [(i, min(i + size, length)) for i in starts], dim)

    def vjp_x(g, dim):
        return cat(g, dim)

    def lift(size, ndim, length, dim):
        return length, dim + 1


class Parts(Operation, family=True):
    """Several parts of one tensor that do not count as views, so that each may be written to."""

    linear = True
    takes_out = False

    def settled(self):
        self.many = True


class unsafe_split(Parts):
    """`split` whose parts do not count as views."""

    def bind(input, split_size, dim=0):
        return split.binding(input, split_size, dim)[1:]

    def forward(x, size, dim):
        return split.forward(x, size, dim)

    def vjp_x(g, dim):
        return cat(g, dim)

    def lift(size, ndim, length, dim):
        return length, dim + 1


class unsafe_split_with_sizes(Parts):
    """`split_with_sizes` whose parts do not count as views."""

    def bind(input, split_sizes, dim=0):
        return split_with_sizes.binding(input, split_sizes, dim)[1:]

    def forward(x, sizes, dim):
        return split_with_sizes.forward(x, sizes, dim)

    def vjp_x(g, dim):
        return cat(g, dim)

    def lift(size, ndim, sizes, dim):
        return sizes, dim + 1


@public("torch Tensor", quick=split)
def chunk(input, chunks, dim=0):
    """Up to `chunks` parts of equal length (the last may be shorter) along dim `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(5).chunk(3)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    return chunked(as_tensor_argument("chunk", "input", 1, input), chunks, dim, split)


@public("torch Tensor")
def unsafe_chunk(input, chunks, dim=0):
    """`chunk` whose parts do not count as views."""
    return chunked(as_tensor_argument("unsafe_chunk", "input", 1, input), chunks, dim, unsafe_split)


def chunked(t, chunks, dim, taken_apart):
    """The parts that `taken_apart` makes of the length for so many chunks."""
    check_dims("chunk", t)
    chunks = int_argument("chunk", "chunks", 1, chunks)
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    length = t.shape[wrap_dim(dim, t.dim())]
    if length == 0 and taken_apart is split:
        return split_with_sizes.bound(t, [0] * chunks, dim)
    return taken_apart.bound(t, -(-length // chunks), dim)


# -- parts at given places -------------------------------------------------------------------


@public("torch Tensor")
def tensor_split(input, indices_or_sections=None, dim=0, *, sections=None, indices=None):
    """Parts between the given indices, or a given number of nearly equal parts, along dim `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(5).tensor_split(2)
        (tensor([0, 1, 2]), tensor([3, 4]))
    """
    where = next((x for x in (indices_or_sections, sections, indices) if x is not None), None)
    t = as_tensor_argument("tensor_split", "input", 1, input)
    if t.dim() == 0:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    if isinstance(where, TensorBase):
        where = places_of(where)
    dim = wrap_dim(dim, t.dim())
    return cut(t, where if isinstance(where, int) else sizes_argument((where,)), dim)


def places_of(where):
    """Sections or indices given as a tensor."""
    if where.dim() > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a "
            "zero-dimensional or one-dimensional tensor, but got a tensor with "
            f"{where.dim()} dims"
        )
    if where.dtype.name != "int64":
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of "
            f"long, but got {where.dtype.scalar_type}"
        )
    return where.tolist()


def cut(t, where, dim):
    """Slices between indices, or a number of nearly equal ones."""
    length = t.shape[dim]
    if isinstance(where, int):
        if where <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {where}")
        short, longer = divmod(length, where)
        limits = list(bounds([short + 1] * longer + [short] * (where - longer)))
    else:
        limits = list(zip((0, *where), (*where, length), strict=True))
    return tuple([slice_(t, dim, *slice_limits(start, end, length)) for start, end in limits])


def slice_limits(start, end, length):
    """(start, end, step) of a Python slice, counted from the front."""
    start, end, step = slice(start, end).indices(length)
    return start, max(start, end), step


@public("torch Tensor")
def hsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Parts along the second dim (the only one of a 1-d tensor)."""
    where = next((x for x in (indices_or_sections, sections, indices) if x is not None), None)
    t = as_tensor_argument("hsplit", "input", 1, input)
    return evenly("hsplit", t, where, 1, 0 if t.dim() == 1 else 1)


@public("torch Tensor")
def vsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Parts along the first dim."""
    where = next((x for x in (indices_or_sections, sections, indices) if x is not None), None)
    return evenly("vsplit", as_tensor_argument("vsplit", "input", 1, input), where, 2, 0)


@public("torch Tensor")
def dsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Parts along the third dim."""
    where = next((x for x in (indices_or_sections, sections, indices) if x is not None), None)
    return evenly("dsplit", as_tensor_argument("dsplit", "input", 1, input), where, 3, 2)


def evenly(name, t, where, least, dim):
    """Parts between indices, or so many equal parts that there be no remainder."""
    if t.dim() < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but "
            f"got a tensor with {t.dim()} dimensions!"
        )
    if isinstance(where, (tuple, list)):
        return cut(t, sizes_argument((where,)), dim)
    if not isinstance(where, int):
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got (Tensor, "
            f"{type(where).__name__}), but expected one of:\n * (Tensor input, int "
            "sections)\n * (Tensor input, tuple of ints indices)\n"
        )
    if where == 0 or t.shape[dim] % where:
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size "
            f"of the dimension {t.shape[dim]} is not divisible by the split_size "
            f"{where}!"
        )
    return cut(t, where, dim)
