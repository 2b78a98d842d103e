"""Several tensors made one: cat, stack and their relatives, grids and products."""

import numpy as np

from rushlight.kernels import dtypes, elements, once, promotion
from rushlight.ops.families import as_tensor_argument, wrap_dim
from rushlight.ops.publish import public
from rushlight.ops.sequences import Sequence, tensors_argument
from rushlight.ops.shape import atleast_1d, atleast_2d, atleast_3d
from rushlight.ops.slices import slice_
from rushlight.tape import gradients, inplace, outputs
from rushlight.tape.core import box, state
from rushlight.tape.dispatch import finish


class cat(Sequence):
    """The tensors one after another along dim `dim`; empty 1-d tensors are passed over.

    Raises:
        RuntimeError: if the other dims differ.

    Example:
        >>> import rushlight as torch
        >>> torch.cat([torch.tensor([1, 2]), torch.tensor([3])])
        tensor([1, 2, 3])
    """

    aliases = ("concat", "concatenate")
    places = "torch"

    def __call__(self, tensors, dim):
        return self.bound(tensors, dim)

    def public(self, function, args, kwargs, out):
        if out is not None and any(x is out for x in outputs.flat((*args, *kwargs.values()))):
            raise RuntimeError(inplace.ALIASED)
        try:
            return super().public(function, args, kwargs, out)
        except RuntimeError as error:
            if out is None or not str(error).startswith("result type"):
                raise
        raise TypeError(
            "torch.cat(): input types can't be cast to the desired output type "
            f"{out.dtype.scalar_type}"
        )

    def bound(self, *args, **kwargs):
        out = plainly(self, elements.joined, *args, **kwargs)
        return super().bound(*args, **kwargs) if out is None else out

    def plain_params(self, arrays, dim, out):
        dim %= out.ndim
        return dim, tuple([a.shape[dim] for a in arrays]), None

    def bind(tensors, dim=0):
        tensors = tensors_argument("cat", tensors)
        if not tensors:
            raise ValueError("torch.cat(): expected a non-empty list of Tensors")
        shapes = [t.shape for t in tensors]
        kept = [i for i, shape in enumerate(shapes) if len(shape) != 1 or shape[0]] or [0]
        dim = wrap_dim(dim, check_ranks(shapes, kept))
        lengths = tuple([s[dim] if i in kept else tuple(s) for i, s in enumerate(shapes)])
        return tensors, (dim, lengths, mixed(tensors))

    def forward(xs, dim, lengths, dtypes):
        kept = [i for i, n in enumerate(lengths) if isinstance(n, int)]
        parts = [xs[i] for i in kept]
        if dtypes is not None:
            common = promotion.of_operands(*xs).numpy
            parts = [x.astype(common) for x in parts]
        try:
            return joined(parts, dim)
        except ValueError:
            check_sizes([(i, xs[i].shape) for i in kept], dim)
            raise

    def vjp(g, dim, lengths, dtypes, need):
        grads, start = [], 0
        for i, n in enumerate(lengths):
            if isinstance(n, int):
                grads.append(slice_(g, dim, start, start + n, 1) if need[i] else None)
                start += n
            else:
                grads.append(g.new_zeros(n) if need[i] else None)
        return unmixed(grads, dtypes)

    def lift(size, ndim, dim, lengths, dtypes):
        return dim + 1, tuple([n if isinstance(n, int) else (size, *n) for n in lengths]), dtypes


def joined(parts, dim):
    """The arrays one after another, in row-major order unless all are channels-last."""
    out = elements.joined(parts, dim)
    if out.flags.c_contiguous or all(channels_last(x) for x in parts):
        return out
    return out.copy()


def channels_last(x):
    """Does an image batch lie in memory with its channels innermost?"""
    return x.ndim == 4 and x.transpose(0, 2, 3, 1).flags.c_contiguous


def mixed(tensors):
    """The dtypes of tensors, or None if they are one."""
    dtypes = tuple([t.dtype for t in tensors])
    return None if all(d is dtypes[0] for d in dtypes) else dtypes


def unmixed(grads, dtypes):
    """Gradients in the dtypes of their inputs."""
    if dtypes is None:
        return grads
    return [
        None if g is None else gradients.to_dtype(g, d.numpy)
        for g, d in zip(grads, dtypes, strict=True)
    ]


def check_ranks(shapes, kept):
    """How many dims the tensors have; PyTorch's errors if that differs."""
    for i, shape in enumerate(shapes):
        if not len(shape):
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    first = shapes[kept[0]]
    for i in kept:
        if len(shapes[i]) != len(first):
            raise RuntimeError(
                "Tensors must have same number of dimensions: got "
                f"{len(first)} and {len(shapes[i])}"
            )
    return len(first)


def check_sizes(shapes, dim):
    """Refuse shapes that differ in another dim than `dim`."""
    _, first = shapes[0]
    for i, shape in shapes[1:]:
        for d, (n, m) in enumerate(zip(first, shape, strict=True)):
            if n != m and d != dim:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but "
                    f"got size {m} for tensor number {i} in the list."
                )


def plainly(op, join, tensors=None, dim=0, **kwargs):
    """The result where NumPy joins the arrays as PyTorch would (none converted, row-major order).

    None where it does not, or refuses: the general way finds out what to do, or say.
    """
    if kwargs or not isinstance(tensors, (tuple, list)):
        return None
    try:
        arrays = [t.array for t in tensors]
        out = join(arrays, dim)
        if [a.dtype for a in arrays] != [out.dtype] * len(arrays) or not out.flags.c_contiguous:
            return None
    except (ValueError, TypeError, AttributeError, IndexError):
        return None
    return finish(op, tuple(tensors), op.plain_params(arrays, dim, out), out, state())


class stack(Sequence):
    """The tensors, all of one shape, along a new dim `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])], dim=1)
        tensor([[1, 3],
                [2, 4]])
    """

    places = "torch"
    dim_of_scalar = False

    def __call__(self, tensors, dim):
        return self.bound(tensors, dim)

    def bound(self, *args, **kwargs):
        out = plainly(self, elements.stacked, *args, **kwargs)
        return super().bound(*args, **kwargs) if out is None else out

    def plain_params(self, arrays, dim, out):
        return dim % out.ndim, None

    def bind(tensors, dim=0):
        tensors = tensors_argument("stack", tensors)
        if not tensors:
            raise RuntimeError("stack expects a non-empty TensorList")
        first = tensors[0].shape
        for i, t in enumerate(tensors):
            if t.shape != first:
                raise RuntimeError(
                    "stack expects each tensor to be equal size, but got "
                    f"{[*first]} at entry 0 and {[*t.shape]} at entry {i}"
                )
        return tensors, (wrap_dim(dim, len(first) + 1), mixed(tensors))

    def forward(xs, dim, dtypes):
        if dtypes is not None:
            common = promotion.of_operands(*xs).numpy
            xs = [x.astype(common) for x in xs]
        out = elements.stacked(xs, dim)
        return out if out.flags.c_contiguous else out.copy()

    def vjp(g, dim, dtypes, need):
        parts = g.unbind(dim)
        return unmixed([p if n else None for p, n in zip(parts, need, strict=True)], dtypes)

    def lift(size, ndim, dim, dtypes):
        return dim + 1, dtypes


@public("torch", out=True)
def hstack(tensors):
    """The tensors side by side: along the second dim, or the only one of 1-d tensors."""
    tensors = raised("hstack", tensors, atleast_1d)
    return cat.bound(tensors, 0 if tensors[0].dim() == 1 else 1)


@public("torch", out=True, aliases=("row_stack",))
def vstack(tensors):
    """The tensors on top of each other, 1-d ones as rows."""
    return cat.bound(raised("vstack", tensors, atleast_2d), 0)


@public("torch", out=True)
def dstack(tensors):
    """The tensors behind each other, along the third dim."""
    return cat.bound(raised("dstack", tensors, atleast_3d), 2)


@public("torch", out=True)
def column_stack(tensors):
    """The tensors side by side, 0-d and 1-d ones as columns."""
    tensors = nonempty("column_stack", tensors)
    return hstack([t.reshape(t.numel(), 1) if t.dim() <= 1 else t for t in tensors])


def nonempty(name, tensors):
    """A sequence of at least one tensor."""
    tensors = tensors_argument(name, tensors)
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


def raised(name, tensors, atleast):
    """The tensors with as many dims as `atleast` gives them."""
    return tuple([atleast(t) for t in nonempty(name, tensors)])


# -- grids and products ----------------------------------------------------------------------


@public("torch")
def meshgrid(*tensors, indexing=None):
    """Each 1-d tensor expanded over the grid that all of them span.

    With `indexing` 'ij' (the default) the dims are those of the tensors in order; 'xy' swaps the
    first two.

    Example:
        >>> import rushlight as torch
        >>> a, b = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
        >>> a
        tensor([[0, 0, 0],
                [1, 1, 1]])
    """
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    tensors = nonempty("meshgrid", tensors)
    check_grid(tensors)
    if indexing is None:
        once.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the "
            "indexing argument."
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    return grid(tensors, indexing == "xy" and len(tensors) >= 2)


def grid(tensors, swapped):
    """The tensors expanded over their grid, whose first two dims are swapped or not."""
    order = (1, 0, *range(2, len(tensors))) if swapped else range(len(tensors))
    shape = [tensors[i].numel() for i in order]
    lines = [[-1 if d == order[i] else 1 for d in range(len(shape))] for i in range(len(shape))]
    return tuple([t.view(*line).expand(shape) for t, line in zip(tensors, lines, strict=True)])


def check_grid(tensors):
    """Grids are made of 0-d or 1-d tensors of one dtype."""
    for t in tensors:
        if t.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    for t in tensors:
        if t.dim() > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t}"
            )


class block_diag(Sequence):
    """A matrix with the tensors (of up to two dims) along its diagonal, zeros elsewhere.

    Example:
        >>> import rushlight as torch
        >>> torch.block_diag(torch.ones(1, 2), torch.tensor([3.0]))
        tensor([[1., 1., 0.],
                [0., 0., 3.]])
    """

    places = "torch"
    takes_out = False

    def bind(*tensors):
        tensors = tensors_argument("block_diag", tensors) or (empty_row(),)
        for i, t in enumerate(tensors):
            if t.dim() > 2:
                raise RuntimeError(
                    "torch.block_diag: Input tensors must have 2 or fewer "
                    f"dimensions. Input {i} has {t.dim()} dimensions"
                )
        return tensors, ()

    def forward(xs):
        blocks = [matrix_shape(x.shape) for x in xs]
        whole = np.zeros(
            [sum(n) for n in zip(*blocks, strict=True)], promotion.of_operands(*xs).numpy
        )
        for x, (rows, columns) in zip(xs, places(blocks), strict=True):
            whole[rows, columns] = x
        return whole

    def vjp(g, shapes, dtypes, need):
        blocks = [matrix_shape(shape) for shape in shapes]
        return unmixed(
            [
                g[rows, columns].reshape(shape) if needed else None
                for shape, (rows, columns), needed in zip(shapes, places(blocks), need, strict=True)
            ],
            dtypes,
        )


def empty_row():
    """What `block_diag` of nothing is."""
    return box(np.empty((1, 0), dtypes.get_default_dtype().numpy))


def matrix_shape(shape):
    """A shape of up to two dims as that of a matrix."""
    return (1,) * (2 - len(shape)) + tuple(shape)


def places(blocks):
    """The slices of rows and columns that each block takes."""
    row = column = 0
    for height, width in blocks:
        yield slice(row, row + height), slice(column, column + width)
        row, column = row + height, column + width


@public("torch")
def cartesian_prod(*tensors):
    """All ways to take one element of each 1-d tensor, as the rows of a matrix.

    Example:
        >>> import rushlight as torch
        >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[1, 3],
                [1, 4],
                [2, 3],
                [2, 4]])
    """
    for t in tensors:
        vector_argument("cartesian_prod", t)
    if len(tensors) == 1:
        return tensors[0]
    tensors = nonempty("meshgrid", tensors)
    check_grid(tensors)
    return stack.bound([g.flatten() for g in grid(tensors, False)], 1)


@public("torch")
def combinations(input, r=2, with_replacement=False):
    """All ways to choose `r` elements of a 1-d tensor, as the rows of a matrix.

    Example:
        >>> import rushlight as torch
        >>> torch.combinations(torch.tensor([1, 2, 3]))
        tensor([[1, 2],
                [1, 3],
                [2, 3]])
    """
    t = vector_argument("combinations", input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return t.new_empty(0)
    mask = box(chosen(t.numel(), r, np.less_equal if with_replacement else np.less))
    return stack.bound([g.masked_select(mask) for g in grid((t,) * r, False)], 1)


def chosen(n, r, before):
    """Which points of an r-dimensional grid have each index `before` the next one."""
    mask = np.ones((n,) * r, np.bool_)
    index = np.indices((n,) * r)
    for i in range(r - 1):
        mask &= before(index[i], index[i + 1])
    return mask


def vector_argument(name, t):
    """A tensor that must have one dim."""
    if as_tensor_argument(name, "input", 1, t).dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {[*t.shape]}")
    return t
