"""The same elements in other places: flip, roll, repeat, triangles and diagonals."""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.memory_layout import empty_like
from rushlight.kernels.metadata import contiguous_format
from rushlight.kernels.quiet import quietly
from rushlight.ops.families import (
    Operation,
    as_tensor_argument,
    int_argument,
    numel,
    sizes_argument,
    wrap_dim,
    wrap_dims,
)
from rushlight.ops.publish import public
from rushlight.ops.slices import diagonal, diagonal_backward
from rushlight.tape.core import TensorBase


class Rearrangement(Operation, family=True):
    """Linear, of one tensor, and no view."""

    linear = True
    takes_out = False

    def binding(self, input, *args, **kwargs):
        as_tensor_argument(self.name, "input", 1, input)
        return super().binding(input, *args, **kwargs)


def listed(name, argument, dims, named_dims):
    """Ints given one by one, as one sequence, or by name."""
    if not dims and not named_dims:
        raise TypeError(f'{name}() missing 1 required positional arguments: "{argument}"')
    return sizes_argument(dims or tuple(named_dims.values()))


# -- flip, roll, rotate ----------------------------------------------------------------------


class flip(Rearrangement):
    """`input` in reverse order along `dims`; a copy, unlike NumPy's.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).flip(0)
        tensor([[3, 4],
                [1, 2]])
    """

    def bind(input, *dims, **named_dims):
        dims, n = listed("flip", "dims", dims, named_dims), input.dim()
        return (input,), (wrap_dims(dims, n) if dims else (),)

    def forward(x, dims):
        return flipped(x, dims if x.ndim else ())

    def vjp_x(g, dims):
        return g.flip(dims)

    def lift(size, ndim, dims):
        return (tuple([d + 1 for d in dims]) if ndim else (),)


def flipped(x, dims):
    """A copy in reverse order along some dims, laid out as the array is."""
    out = empty_like(x)
    out[...] = np.flip(x, dims)
    return out


@public("torch Tensor")
def fliplr(input):
    """A matrix (or more) in reverse order along its second dim."""
    if as_tensor_argument("fliplr", "input", 1, input).dim() < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return input.flip(1)


@public("torch Tensor")
def flipud(input):
    """A tensor in reverse order along its first dim."""
    if as_tensor_argument("flipud", "input", 1, input).dim() < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return input.flip(0)


class roll(Rearrangement):
    """`input` shifted along `dims`, what leaves at one end coming in at the other.

    Without `dims` the elements shift as if in one dim.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(4).roll(1)
        tensor([3, 0, 1, 2])
    """

    def bind(input, shifts, dims=None):
        shifts = sizes_argument((shifts,))
        dims = () if dims is None else sizes_argument((dims,))
        if not shifts:
            raise RuntimeError("`shifts` required")
        if len(dims) != len(shifts) and (dims or len(shifts) > 1):
            raise RuntimeError(
                f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
            )
        if dims and not input.dim():
            raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
        return (input,), (shifts, tuple([wrap_dim(d, input.dim()) for d in dims]), 0)

    def forward(x, shifts, dims, front):
        if dims:
            for shift, dim in zip(shifts, dims, strict=True):
                x = rolled(x, shift, dim)
            return x
        flat = x.reshape(*x.shape[:front], numel(x.shape[front:]))
        return rolled(flat, shifts[0], front).reshape(x.shape)

    def vjp_x(g, shifts, dims, front):
        return roll(g, tuple([-s for s in shifts]), dims, front)

    def lift(size, ndim, shifts, dims, front):
        # PyTorch's rule flattens what there is, so that numbers roll along the batch.
        return shifts, tuple([d + 1 for d in dims]), front + (ndim > 0)


def rolled(x, shift, dim):
    """A contiguous copy of an array shifted along one dim."""
    n = x.shape[dim]
    out = np.empty(x.shape, x.dtype)
    if n:
        lead, cut = (slice(None),) * dim, shift % n
        out[(*lead, slice(cut, None))] = x[(*lead, slice(0, n - cut))]
        out[(*lead, slice(0, cut))] = x[(*lead, slice(n - cut, None))]
    return out


class rot90(Rearrangement):
    """`input` turned by `k` quarters from the first of `dims` towards the second.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).rot90()
        tensor([[2, 4],
                [1, 3]])
    """

    node = "Rot90Backward0"

    def bind(input, k=1, dims=(0, 1)):
        n, dims = input.dim(), sizes_argument((dims,))
        if len(dims) != 2:
            raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
        if n < 2:
            raise RuntimeError(f"expected total dims >= 2, but got total dims = {n}")
        first, second = [wrap_dim(d, n) for d in dims]
        if first == second:
            raise RuntimeError(
                "expected rotation dims to be different, but got dim0 = "
                f"{dims[0]} and dim1 = {dims[1]}"
            )
        return (input,), (k % 4, (first, second))

    def forward(x, k, dims):
        if k % 2 == 0:
            return flipped(x, dims) if k else x.copy()
        return flipped(x, dims[1 if k == 1 else 0]).swapaxes(*dims)

    def vjp_x(g, k, dims):
        return g.rot90(-k, dims)

    def lift(size, ndim, k, dims):
        return k, tuple([d + 1 for d in dims])


# -- repeat ----------------------------------------------------------------------------------


class repeat(Rearrangement):
    """`input` repeated so many times along each dim; further counts in front add dims.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]).repeat(2, 2)
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])
    """

    places = "Tensor"

    def bind(input, *repeats, **named_repeats):
        repeats = listed("repeat", "repeats", repeats, named_repeats)
        if len(repeats) < input.dim():
            raise RuntimeError(
                "Number of dimensions of repeat dims can not be smaller than number "
                "of dimensions of tensor"
            )
        shape = (1,) * (len(repeats) - input.dim()) + tuple(input.shape)
        total = [n * r for n, r in zip(shape, repeats, strict=True)]
        for n, r in zip(total, repeats, strict=True):
            if n < 0 or r < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {total}")
        return (input,), (repeats, 0)

    def forward(x, repeats, front):
        lead = len(repeats) - x.ndim
        shape = (*x.shape[:front], *[1] * lead, *x.shape[front:])
        out = np.empty([n for pair in zip(repeats, shape, strict=True) for n in pair], x.dtype)
        out[...] = x.reshape([n for m in shape for n in (1, m)])
        return out.reshape([r * n for r, n in zip(repeats, shape, strict=True)])

    def vjp_x(g, x_shape, repeats, front):
        lead = len(repeats) - len(x_shape)
        shape = (*x_shape[:front], *[1] * lead, *x_shape[front:])
        if 0 in repeats:
            return g.new_zeros(x_shape)
        pairs = [n for pair in zip(repeats, shape, strict=True) for n in pair]
        if not pairs:
            return g
        return g.reshape(pairs).sum(tuple(range(0, len(pairs), 2))).reshape(x_shape)

    def lift(size, ndim, repeats, front):
        return (1, *repeats), front + 1


@public("torch Tensor")
def tile(input, *dims, **named_dims):
    """`input` repeated along each dim; counts that are missing in front are 1.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]).tile(2)
        tensor([1, 2, 1, 2])
    """
    t = as_tensor_argument("tile", "input", 1, input)
    dims = listed("tile", "dims", dims, named_dims)
    return t.repeat((1,) * (t.dim() - len(dims)) + dims)


@public("torch Tensor")
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Each element, or each index of `dim`, repeated in place, as often as `repeats` says.

    A tensor alone is taken as `repeats` of the indices 0, 1, 2...

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]).repeat_interleave(2)
        tensor([1, 1, 2, 2])
    """
    t = as_tensor_argument("repeat_interleave", "input", 1, input)
    if repeats is None:
        return repeated_indices(t, t.numel(), output_size)
    if dim is None:
        t, dim = t.flatten(), 0
    dim = wrap_dim(dim, t.dim())
    if not isinstance(repeats, TensorBase):
        return each_repeated(
            t, int_argument("repeat_interleave", "repeats", 1, repeats), dim, output_size
        )
    return t.index_select(dim, repeated_indices(repeats, t.shape[dim], output_size))


def each_repeated(t, repeats, dim, output_size):
    """Every index of `dim` repeated equally often."""
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    apart = t.unsqueeze(dim + 1)
    size = t.shape[dim] * repeats
    if output_size is not None and output_size != size:
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {size} but got {output_size}"
        )
    spread = [*t.shape[: dim + 1], repeats, *t.shape[dim + 1 :]]
    copy = apart.expand(spread).clone(memory_format=contiguous_format)
    return copy.flatten(dim, dim + 1)


class counted_indices(Operation):
    """The indices 0 to length - 1, each as often as a tensor of counts says."""

    public_name = "repeat_interleave"
    slow_batch = True
    places = None
    takes_out = False

    def forward(counts, length, output_size):
        if (counts < 0).any():
            raise RuntimeError("repeats can not be negative")
        index = np.repeat(np.arange(length), counts)
        if output_size is not None and output_size != index.size:
            raise RuntimeError("allocated size does not match required size")
        return index


def repeated_indices(repeats, length, output_size):
    """The indices that `repeats` asks for; PyTorch's errors where it cannot."""
    if repeats.dim() > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if repeats.dtype.name not in ("int32", "int64"):
        raise NotImplementedError(
            f"\"repeat_interleave_cpu\" not implemented for '{repeats.dtype.scalar_type}'"
        )
    count = repeats.numel()
    if count != length and count != 1:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got "
            f"repeats.size(0) = {count} and input.size(0) = {length}"
        )
    return counted_indices(repeats, length, output_size)


# -- triangles -------------------------------------------------------------------------------


class Triangle(Rearrangement, family=True):
    """Zeros on one side of a diagonal of the last two dims."""

    inplace = True
    takes_out = True

    def binding(self, input, diagonal=0):
        as_tensor_argument(self.name, "input", 1, input)
        if input.dim() < 2:
            raise RuntimeError(f"{self.name}: input tensor must have at least 2 dimensions")
        return self, (input,), (int_argument(self.name, "diagonal", 1, diagonal),)

    def lift(self, size, ndim, diagonal):
        return (diagonal,)


class tril(Triangle):
    """The last two dims with zeros above the `diagonal`-th diagonal.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2, 2).tril()
        tensor([[1., 0.],
                [1., 1.]])
    """

    def forward(x, diagonal):
        return np.tril(x, diagonal)

    def vjp_x(g, diagonal):
        return g.tril(diagonal)


class triu(Triangle):
    """The last two dims with zeros below the `diagonal`-th diagonal.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2, 2).triu()
        tensor([[1., 1.],
                [0., 1.]])
    """

    def forward(x, diagonal):
        return np.triu(x, diagonal)

    def vjp_x(g, diagonal):
        return g.triu(diagonal)


# -- diagonals -------------------------------------------------------------------------------


class trace(Rearrangement):
    """The sum of the main diagonal of a matrix; integers add up in int64."""

    def bind(input):
        if input.dtype is dtypes.bool:
            raise NotImplementedError("\"trace\" not implemented for 'Bool'")
        if input.dim() != 2:
            raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.dim()}")
        return (input,), (0,)

    def forward(x, front):
        dtype = np.int64 if x.dtype.kind in "iu" else x.dtype
        return np.asarray(quietly(x.diagonal(0, front, front + 1).sum, (-1, dtype)))

    def vjp_x(g, x_shape, front):
        n = min(x_shape[front:])
        each = g.unsqueeze(-1).expand((*g.shape, n))
        return diagonal_backward(each, tuple(x_shape), 0, front, front + 1)

    def lift(size, ndim, front):
        return (front + 1,)


class diag_embed(Rearrangement):
    """The last dim put on the `offset`-th diagonal of new dims `dim1` and `dim2`, zeros elsewhere.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1, 2]).diag_embed()
        tensor([[1, 0],
                [0, 2]])
    """

    def bind(input, offset=0, dim1=-2, dim2=-1):
        n = input.dim() + 1
        first, second = wrap_dim(dim1, n), wrap_dim(dim2, n)
        if first == second:
            raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
        return (input,), (offset, first, second)

    def forward(x, offset, dim1, dim2):
        n = x.shape[-1] + abs(offset)
        rest = iter(x.shape[:-1])
        out = np.zeros([n if d in (dim1, dim2) else next(rest) for d in range(x.ndim + 1)], x.dtype)
        diagonal.forward(out, offset, dim1, dim2)[...] = x
        return out

    def vjp_x(g, offset, dim1, dim2):
        return g.diagonal(offset, dim1, dim2)

    def lift(size, ndim, offset, dim1, dim2):
        return offset, dim1 + 1, dim2 + 1


class diagonal_copy(Rearrangement):
    """A copy of `diagonal`."""

    node = "DiagonalBackward0_copy"
    places = "torch"
    takes_out = True

    def bind(input, offset=0, dim1=0, dim2=1):
        return diagonal.binding(input, offset, dim1, dim2)[1:]

    def forward(x, offset, dim1, dim2):
        return diagonal.forward(x, offset, dim1, dim2).copy()

    def vjp_x(g, x_shape, offset, dim1, dim2):
        return diagonal_backward(g, x_shape, offset, dim1, dim2)

    def lift(size, ndim, offset, dim1, dim2):
        return offset, dim1 + 1, dim2 + 1


@public("torch Tensor", out=True)
def diag(input, diagonal=0):
    """The diagonal of a matrix (a copy), or the matrix with a vector on its diagonal.

    Example:
        >>> import rushlight as torch
        >>> torch.diag(torch.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
    """
    n = as_tensor_argument("diag", "input", 1, input).dim()
    if n not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {n}D")
    offset = int_argument("diag", "diagonal", 1, diagonal)
    return diag_embed(input, offset, 0, 1) if n == 1 else diagonal_copy(input, offset, 0, 1)


@public("torch Tensor")
def diagflat(input, offset=0):
    """A matrix with all elements of `input` on its diagonal."""
    return as_tensor_argument("diagflat", "input", 1, input).contiguous().view(-1).diag(offset)
