"""Views of the whole tensor: the same elements under another shape."""

import math

from rushlight.kernels import dtypes, strides
from rushlight.kernels.metadata import Size, contiguous_format
from rushlight.ops.copies import Outside, clone, is_contiguous
from rushlight.ops.families import (
    Operation,
    View,
    as_tensor_argument,
    int_argument,
    sizes_argument,
    wrap_dim,
    wrap_dims,
)
from rushlight.ops.publish import public
from rushlight.tape.core import state
from rushlight.tape.dispatch import finish

# -- view and reshape ------------------------------------------------------------------------


class view(View):
    """`input` under the shape `size`, sharing memory; one entry may be -1 and is inferred.

    Given a dtype instead, the bytes are read as that dtype (no gradient passes).

    Raises:
        RuntimeError: if the number of elements differs, or the strides do not allow it without
            a copy.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(6).view(2, -1).shape
        torch.Size([2, 3])
    """

    places = "Tensor"

    def bind(input, *size, dtype=None, **named_size):
        if named_size:
            size = (named_size.pop("size"), *named_size)
        if size and isinstance(size[0], dtypes.dtype):
            size, dtype = (), size[0]
        if dtype is not None:
            return view_dtype, (input,), (dtype,)
        if not size:
            raise TypeError(NO_SIZE)
        out = straight(input.array, size)
        if out is not None:
            return (input,), (out.shape,)
        return (input,), (inferred(input.shape, sizes_argument(size)),)

    def forward(x, size):
        if x.flags.c_contiguous and x.shape != size:
            return x.reshape(size)
        layout = strides.viewed(x.shape, x.strides, size, x.itemsize)
        if layout is None:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one "
                "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
            )
        if x.shape == size and x.strides == layout:
            return x.view()
        return strides.restride(x, size, layout)

    def vjp_x(g, x_shape):
        return g.reshape(x_shape)

    def lift(size, ndim, shape):
        return ((size, *shape),)


NO_SIZE = (
    "view() received an invalid combination of arguments - got (), but expected one of:\n"
    " * (torch.dtype dtype)\n * (tuple of ints size)\n"
)


class reshape_alias(view):
    """A view of a tensor that is not contiguous, as `reshape` makes it."""

    node = "ReshapeAliasBackward0"
    places = None


class unsafe_view(Operation):
    """A view of a fresh copy, which nobody else can see and so need not count as a view."""

    places = None
    linear = True

    def forward(x, size):
        return x.reshape(size)

    def vjp_x(g, x_shape):
        return g.reshape(x_shape)

    def lift(size, ndim, shape):
        return ((size, *shape),)


def inferred(shape, size):
    """`size` with -1 filled in; PyTorch's errors where `shape` cannot become it."""
    have, want = math.prod(shape), math.prod(size)
    if have == want and min(size, default=0) >= 0:
        return size
    unknown = None
    for i, n in enumerate(size):
        if n == -1 and unknown is not None:
            raise RuntimeError("only one dimension can be inferred")
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n} at index {i} of shape {[*size]}")
        unknown = i if n == -1 else unknown
    if unknown is None or (want and have % want) or (have and not want):
        raise RuntimeError(f"shape '{[*size]}' is invalid for input of size {have}")
    if not want:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {[*size]} because the "
            "unspecified dimension size -1 can be any value and is ambiguous"
        )
    return (*size[:unknown], have // -want, *size[unknown + 1 :])


@public("torch Tensor", quick=view)
def reshape(input, *shape, **named_shape):
    """`input` under another shape: a view where its strides allow one, else a copy.

    Raises:
        RuntimeError: if the number of elements differs.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(4).reshape(2, 2)
        tensor([[0, 1],
                [2, 3]])
    """
    t = as_tensor_argument("reshape", "input", 1, input)
    shape = shape or tuple(named_shape.values())
    if not shape:
        raise TypeError('reshape() missing 1 required positional arguments: "shape"')
    out = straight(t.array, shape)
    if out is not None:
        return finish(view, (t,), (out.shape,), out, state())
    return reshaped(t, inferred(t.shape, sizes_argument(shape)))


def straight(array, size):
    """A contiguous array reshaped as NumPy reads `size`; None where it needs a closer look."""
    if array is None or not array.flags.c_contiguous:
        return None
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    try:
        return array.reshape(size) if not size or min(size) >= -1 else None
    except (TypeError, ValueError):
        return None


def reshaped(t, size):
    """`t` under a shape known to fit."""
    a = t.array
    if is_contiguous(t):
        if a is None:
            return view.run((t,), (size,))
        return finish(view, (t,), (size,), a.reshape(size), state())
    if a is not None and strides.viewed(a.shape, a.strides, size, a.itemsize) is not None:
        return reshape_alias.run((t,), (size,))
    return unsafe_view.run((clone.run((t,), (contiguous_format,)),), (size,))


@public("Tensor")
def view_as(input, other):
    """`input` viewed under the shape of `other`."""
    return input.view(other.shape)


@public("Tensor")
def reshape_as(input, other):
    """`input` reshaped to the shape of `other`."""
    return input.reshape(other.shape)


@public("torch Tensor")
def ravel(input):
    """All elements in one dim: a view of a contiguous tensor, else a copy."""
    return as_tensor_argument("ravel", "input", 1, input).contiguous().view(-1)


@public("torch Tensor", quick=view)
def flatten(input, start_dim=0, end_dim=-1):
    """`input` with dims `start_dim` to `end_dim` made one; a 0-d tensor gets one dim.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3, 4).flatten(1).shape
        torch.Size([2, 12])
    """
    n = as_tensor_argument("flatten", "input", 1, input).dim()
    start, end = wrap_dim(start_dim, n), wrap_dim(end_dim, n)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if n == 0:
        return input.reshape(1)
    if start == end:
        return input
    shape = input.shape
    return reshaped(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@public("torch Tensor")
def unflatten(input, dim, sizes):
    """`input` with dim `dim` split into dims of lengths `sizes`, one of which may be -1.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 6).unflatten(1, (3, -1)).shape
        torch.Size([2, 3, 2])
    """
    t = as_tensor_argument("unflatten", "input", 1, input)
    dim = wrap_dim(int_argument("unflatten", "dim", 1, dim), t.dim())
    sizes = sizes_argument((sizes,))
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if sizes.count(-1) > 1:
        raise RuntimeError("unflatten got an unexpected error:\nonly one dimension can be inferred")
    shape = t.shape
    try:
        parts = inferred((shape[dim],), sizes)
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {[*sizes]} don't multiply up to the size of "
            f"dim {dim} ({shape[dim]}) in the input tensor"
        ) from None
    return t.view(*shape[:dim], *parts, *shape[dim + 1 :])


# -- the bytes under another dtype -----------------------------------------------------------


class view_dtype(Outside):
    """The memory of a tensor read as another dtype: nothing to differentiate."""

    places = None

    def forward(x, dtype):
        own = dtypes.of(x.dtype)
        if own.itemsize != dtype.itemsize:
            check_bytes(x, own, dtype)
        return x.view(dtype.numpy)

    def lift(size, ndim, dtype):
        return (dtype,)


def check_bytes(x, own, dtype):
    """Refuse to read memory in items of another size where they do not fit."""
    why = f"to view {own.scalar_type} as {dtype.scalar_type} (different element sizes)"
    if x.ndim == 0:
        raise RuntimeError(f"self.dim() cannot be 0 {why}")
    steps = [s // x.itemsize for s in x.strides]
    ratio = max(dtype.itemsize // own.itemsize, 1)

    def check_divisible(what, n):
        if n % ratio:
            raise RuntimeError(f"self.{what} must be divisible by {ratio} {why}, but got {n}")

    check_divisible("size(-1)", x.shape[-1])
    if steps[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {why}, but got {steps[-1]}")
    check_divisible("storage_offset()", strides.offset(x) // x.itemsize)
    for i, s in enumerate(steps[:-1]):
        check_divisible(f"stride({i})", s)


# -- dims of length 1 ------------------------------------------------------------------------


class squeeze(View):
    """`input` without its dims of length 1, or without those among `dim` (an int or several).

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(1, 3, 1).squeeze(0).shape
        torch.Size([3, 1])
    """

    def bind(input, dim=None):
        shape = input.shape
        if dim is None:
            return (input,), (singletons(shape, range(len(shape))),)
        variant = squeeze_dims if isinstance(dim, (tuple, list)) else squeeze_dim
        dims = wrap_dims(dim, len(shape)) if dim != () and dim != [] else ()
        return variant, (input,), (singletons(shape, dims),)

    def forward(x, dims):
        return x.squeeze(dims) if dims else x.view()

    def vjp_x(g, x_shape):
        return g.reshape(x_shape)

    def lift(size, ndim, dims):
        return (tuple([d + 1 for d in dims]),)


class squeeze_dim(squeeze):
    """`squeeze` of one dim."""

    public_name = "squeeze"
    node = "SqueezeBackward1"
    places = None


class squeeze_dims(squeeze):
    """`squeeze` of several dims."""

    public_name = "squeeze"
    node = "SqueezeBackward2"
    places = None


def singletons(shape, dims):
    """Those of `dims` that have length 1."""
    return tuple([d for d in dims if shape and shape[d] == 1])


class unsqueeze(View):
    """`input` with a dim of length 1 put in at `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(3).unsqueeze(-1).shape
        torch.Size([3, 1])
    """

    def bind(input, dim):
        dim = int_argument("unsqueeze", "dim", 1, dim)
        return (input,), (wrap_dim(dim, input.dim() + 1),)

    def forward(x, dim):
        shape = x.shape
        size = (*shape[:dim], 1, *shape[dim:])
        if x.flags.c_contiguous and (x.base is None or 1 not in shape):
            return x.reshape(size)
        step = shape[dim] * x.strides[dim] if dim < x.ndim else x.itemsize
        return strides.restride(x, size, (*x.strides[:dim], step, *x.strides[dim:]))

    def vjp_x(g, dim):
        return g.squeeze(dim)

    def lift(size, ndim, dim):
        return (dim + 1,)


@public("torch")
def atleast_1d(*tensors):
    """0-d tensors with one dim of length 1, others as they are; several give a tuple."""
    return each(tensors, lambda t: t.reshape(1) if t.dim() == 0 else t, "atleast_1d")


@public("torch")
def atleast_2d(*tensors):
    """Tensors with dims of length 1 in front until they have two; several give a tuple."""
    return each(tensors, two_dims, "atleast_2d")


def two_dims(t):
    if t.dim() == 0:
        return t.reshape(1, 1)
    return t.unsqueeze(0) if t.dim() == 1 else t


@public("torch")
def atleast_3d(*tensors):
    """Tensors with dims of length 1 around them until they have three; several give a tuple."""
    return each(tensors, three_dims, "atleast_3d")


def three_dims(t):
    if t.dim() == 0:
        return t.reshape(1, 1, 1)
    if t.dim() == 1:
        return t.unsqueeze(0).unsqueeze(-1)
    return t.unsqueeze(-1) if t.dim() == 2 else t


def each(tensors, change, name):
    """`change` of one tensor, or of each of several."""
    if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
        return change(as_tensor_argument(name, "input", 1, tensors[0]))
    if len(tensors) == 1:
        tensors = tensors[0]
    return tuple([change(as_tensor_argument(name, "tensors", 1, t)) for t in tensors])


# -- expanding -------------------------------------------------------------------------------


class expand(View):
    """`input` with dims of length 1 repeated to `size`, without copying; -1 keeps a dim.

    New dims may be put in front.

    Raises:
        RuntimeError: if another dim would have to change.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1], [2]]).expand(-1, 3)
        tensor([[1, 1, 1],
                [2, 2, 2]])
    """

    places = "Tensor"

    def bind(input, *size, implicit=False, **named_size):
        size = size or tuple(named_size.values())
        return (input,), (expanded(input, sizes_argument(size)), 0)

    def forward(x, size, front):
        if not x.ndim:
            return strides.restride(x, size, (0,) * len(size))
        return strides.restride(x, size, stretched(x.shape, x.strides, size, front))

    def vjp_x(g, x_shape, front):
        if g.shape == x_shape:
            return g
        added = tuple(range(front, front + g.dim() - len(x_shape)))
        return (g.sum(added) if front and added else g).sum_to_size(x_shape)

    def lift(size, ndim, shape, front):
        return (size, *shape), front + 1


def stretched(shape, steps, size, front):
    """The strides of a layout expanded to `size`, with new dims after the first `front`.

    A new dim of length 1 gets the stride it would have in a contiguous tensor, others get 0.
    """
    lead = len(size) - len(shape)
    out = [
        s if n == m else 0
        for s, n, m in zip(steps[front:], shape[front:], size[front + lead :], strict=True)
    ]
    for d in range(front + lead - 1, front - 1, -1):
        out.insert(0, size[d + 1] * out[0] if out and size[d] == 1 else 0)
    return (*steps[:front], *out)


LEGACY = frozenset({"Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte"})


def type_text(dtype):
    """How PyTorch's oldest error texts call a tensor of a dtype."""
    name = dtype.scalar_type
    return f"torch.{name}Tensor" if name in LEGACY else f"CPU{name}Type"


def expanded_to(t, shape):
    """`t` expanded to a shape that it is known to fit."""
    return expand.run((t,), (tuple(shape), 0))


def expanded(input, size):
    """`size` with -1 filled in; PyTorch's errors where `input` cannot be expanded to it."""
    shape = input.shape
    lead = len(size) - len(shape)
    if size == shape or (not shape and min(size, default=0) >= 0):
        return size
    if lead < 0:
        raise RuntimeError(
            f"expand({type_text(input.dtype)}{{{[*shape]}}}, size={[*size]}): the number "
            f"of sizes provided ({len(size)}) must be greater or equal to the number of "
            f"dimensions in the tensor ({len(shape)})"
        )
    out = list(size)
    for i in range(len(size) - 1, -1, -1):
        want, own = size[i], shape[i - lead] if i >= lead else None
        if own is None and want < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({want}) isn't allowed in a "
                f"leading, non-existing dimension {i}"
            )
        if want == -1:
            out[i] = own
        elif own not in (None, want) and (own != 1 or want < 0):
            raise RuntimeError(
                f"The expanded size of the tensor ({want}) must match the existing size ({own}) at "
                f"non-singleton dimension {i}.  Target sizes: {[*size]}.  Tensor sizes: {[*shape]}"
            )
    return tuple(out)


@public("Tensor")
def expand_as(input, other):
    """`input` expanded to the shape of `other`."""
    return input.expand(other.shape)


@public("torch Tensor")
def broadcast_to(input, *size, **named_size):
    """`input` expanded to `size`."""
    t = as_tensor_argument("broadcast_to", "input", 1, input)
    return t.expand(*(size or tuple(named_size.values())))


@public("torch")
def broadcast_tensors(*tensors):
    """The tensors expanded to the shape that all of them broadcast to.

    Example:
        >>> import rushlight as torch
        >>> a, b = torch.broadcast_tensors(torch.zeros(3), torch.zeros(2, 1))
        >>> a.shape, b.shape
        (torch.Size([2, 3]), torch.Size([2, 3]))
    """
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    for t in tensors:
        as_tensor_argument("broadcast_tensors", "tensors", 1, t)
    shape = common_shape([t.shape for t in tensors])
    return tuple([t if t.shape == shape else t.expand(shape) for t in tensors])


@public("torch")
def broadcast_shapes(*shapes):
    """The shape that shapes (tuples, or ints for one dim) broadcast to.

    Raises:
        RuntimeError: if they do not broadcast.
        ValueError: for a negative length.

    Example:
        >>> import rushlight as torch
        >>> torch.broadcast_shapes((2, 1), (3,))
        torch.Size([2, 3])
    """
    out = [1] * max([len(sizes_argument((s,))) for s in shapes], default=0)
    for position, given in enumerate(shapes):
        shape = sizes_argument((given,))
        for d in range(-1, -1 - len(shape), -1):
            n = shape[d]
            if n < 0:
                raise ValueError("Attempting to broadcast a dimension with negative length!")
            if out[d] == 1:
                out[d] = n
            elif n not in (1, out[d]):
                shown = shape if isinstance(given, int) else given
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at {d}! Mismatching "
                    f"argument at index {position} had {shown}; but expected shape should be "
                    f"broadcastable to {out}"
                )
    return Size(out)


def common_shape(shapes):
    """The shape that shapes broadcast to."""
    shape = ()
    for other in shapes:
        n = max(len(shape), len(other))
        left, right = (1,) * (n - len(shape)) + shape, (1,) * (n - len(other)) + tuple(other)
        for d in range(n - 1, -1, -1):
            if left[d] != right[d] and 1 not in (left[d], right[d]):
                raise RuntimeError(
                    f"The size of tensor a ({left[d]}) must match the size of "
                    f"tensor b ({right[d]}) at non-singleton dimension {d}"
                )
        shape = tuple([q if p == 1 else p for p, q in zip(left, right, strict=True)])
    return shape
