"""Max pooling, and its way back."""

from rushlight.kernels import dtypes, images, pooling
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.pool_arguments import (
    check_not_empty,
    check_rank,
    check_windows,
    kernel_arguments,
    listed,
    once,
    output_sizes,
    windows_of,
    with_default,
)
from rushlight.ops.publish import public
from rushlight.ops.spatial import (
    Spatial,
    check_dtype,
    check_one_dim,
    each_dim,
    flattened,
    ints,
    one_int,
)
from rushlight.tape.core import state

# -- operations ------------------------------------------------------------------------------


class placed(Spatial):
    """Zeros with dims of given lengths at the end, and `g` added at places in them, flattened."""

    node = "MaxPool2DWithIndicesBackwardBackward0"
    tensors = 2
    differentiable = 1

    def forward(g, places, lengths):
        return images.placed(g, places, lengths)

    def vjp_g(g, places, lengths):
        return picked(g, places, len(lengths))


def picked(x, places, rank):
    """The elements of `x` at places in its flattened last dims."""
    return flattened(x, rank).gather(-1, flattened(places, rank)).view(places.shape)


class Largest(Spatial, family=True):
    """The largest elements of windows, and their places in the flattened last dims."""

    linear = False

    def settled(self):
        self.many = True

    def forward(x, windows):
        return images.largest(x, windows)

    def vjp_x(g, ans1, x_shape, windows):
        return placed(g[0], ans1, tuple(x_shape[len(x_shape) - len(windows) :]))

    def jvp(tangents, ans1, windows):
        return picked(tangents[0], ans1, len(windows)), None


class max_pool2d_with_indices_(Largest):
    node = "MaxPool2DWithIndicesBackward0"
    layout_rank = 4


class max_pool2d_(max_pool2d_with_indices_):
    """The same, of which a caller gets the elements alone."""

    def settled(self):
        self.many = self.named = True

    def result(self, outs):
        return outs[0]


class max_pool3d_with_indices_(Largest):
    node = "MaxPool3DWithIndicesBackward0"
    layout_rank = 5


class adaptive_max_pool2d_(Largest):
    node = "AdaptiveMaxPool2DBackward0"
    layout_rank = 4


class adaptive_max_pool3d_(Largest):
    node = "AdaptiveMaxPool3DBackward0"


class largest_values(Spatial):
    """The largest elements of windows, where nothing is differentiated."""

    def forward(x, windows):
        return images.largest_values(x, windows)


class largest_values2d(largest_values):
    layout_rank = 4


class largest_values3d(largest_values):
    layout_rank = 5


def without_places(op, plain, input, windows):
    """The values alone: no places are looked for if no derivative will ask for them."""
    if input.array is not None and not (input.requires_grad and state().grad):
        return plain(input, windows)
    return op(input, windows)[0]


# -- one dim ---------------------------------------------------------------------------------

ONE = "max_pool1d() {0} must be {1} of size 1 but got size {2}"
PLAIN, OPTIONAL = (
    "an int, list of ints or tuple of ints",
    "None, an int, list of ints, or tuple of ints",
)


def single(argument, position, value, kinds=PLAIN):
    found = ints("max_pool1d", argument, position, value)
    if len(found) != 1:
        raise RuntimeError(ONE.format(argument, kinds, len(found)))
    return found[0]


@public("torch", name="max_pool1d")
def torch_max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest elements of windows over the last dim: see `torch.nn.functional.max_pool1d`."""
    as_tensor_argument("max_pool1d", "input", 1, input)
    shape = input.shape
    if input.dim() not in (2, 3) or 0 in shape[input.dim() - 2 :]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{listed(shape)}"
        )
    k = single("kernel_size", 2, kernel_size)
    s = k if stride in (None, (), []) else single("stride", 3, stride, OPTIONAL)
    p, d = single("padding", 4, padding), single("dilation", 5, dilation)
    check_single(k, s, p, d)
    count = pooling.window_count(shape[-1], k, s, p, d, ceil_mode)
    if count <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
    if input.array is not None and not (input.requires_grad and state().grad):
        check_dtype("max_pool1d_impl", input)
        return largest_values(input, ((count, k, s, p, d),))
    return torch_max_pool1d_with_indices(input, k, s, p, d, ceil_mode)[0]


def check_single(kernel, stride, padding, dilation):
    """PyTorch's checks of windows over one dim."""
    for name, n in (("kernel_size", kernel), ("stride", stride)):
        if n <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {n}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}")
    if padding > kernel // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got "
            f"padding={padding} and kernel_size={kernel}"
        )
    if dilation <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {dilation}")


@public("torch", name="max_pool1d_with_indices")
def torch_max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    """`torch.nn.functional.max_pool1d` with `return_indices`."""
    check_one_dim("max_pool1d", input)
    name = "max_pool1d_with_indices"
    k = one_int(name, "kernel_size", 2, kernel_size)
    s = k if stride in (None, (), []) else one_int(name, "stride", 3, stride)
    p, d = one_int(name, "padding", 4, padding), one_int(name, "dilation", 5, dilation)
    rows = input.unsqueeze(-2)
    found = with_places2d(rows, (1, k), (1, s), (0, p), (1, d), ceil_mode)
    return tuple([t.squeeze(-2) for t in found])


@public("F")
def max_pool1d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest elements of windows that slide over the last dim.

    Args:
        input: N x C x L, or C x L.
        kernel_size: how many elements a window has.
        stride: from one window to the next; `kernel_size` unless given.
        padding: places at both ends that no maximum is found at.
        dilation: from one element of a window to the next.
        ceil_mode: a last window may stick out.
        return_indices: return (values, indices), the places of the maxima.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.max_pool1d(torch.tensor([[1.0, 2.0, 5.0, 3.0]]), 2)
        tensor([[2., 5.]])
    """
    pool = torch_max_pool1d_with_indices if return_indices else torch_max_pool1d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


@public("F")
def max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool1d` with `return_indices`."""
    return torch_max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


# -- two and three dims ----------------------------------------------------------------------


@once
def max_windows(input, rank, kernel_size, stride, padding, dilation, ceil_mode):
    """The windows of max_pool2d and max_pool3d, checked."""
    name = f"max_pool{rank}d"
    as_tensor_argument(name, "input", 1, input)
    arguments = kernel_arguments(name, rank, kernel_size, stride, padding)
    apart = ints(name, "dilation", 5, dilation)
    apart = each_dim(apart, rank, f"{name}: dilation must be either ")
    check_rank(name, input, rank)
    windows = windows_of(input.shape[-rank:], *arguments, apart, ceil_mode)
    check_windows(name if rank == 2 else f"{name}_with_indices_out_cpu_template", input, windows)
    check_dtype(name, input, "bool complex")
    return windows


def with_places2d(input, *arguments):
    return max_pool2d_with_indices_(input, max_windows(input, 2, *arguments))


def with_places3d(input, *arguments):
    return max_pool3d_with_indices_(input, max_windows(input, 3, *arguments))


@public("torch", name="max_pool2d", quick=max_pool2d_)
def torch_max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest elements of windows: `torch.nn.functional.max_pool2d` without indices."""
    windows = max_windows(input, 2, kernel_size, stride, padding, dilation, ceil_mode)
    return without_places(max_pool2d_with_indices_, largest_values2d, input, windows)


@public("torch", name="max_pool3d")
def torch_max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest elements of windows: `torch.nn.functional.max_pool3d` without indices."""
    windows = max_windows(input, 3, kernel_size, stride, padding, dilation, ceil_mode)
    return without_places(max_pool3d_with_indices_, largest_values3d, input, windows)


@public("F", quick=max_pool2d_)
def max_pool2d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest elements of windows that slide over the last two dims.

    Args:
        input: N x C x H x W, or C x H x W.
        kernel_size, stride, padding, dilation: one number for both dims, or one for each, as for
            `max_pool1d`.
        ceil_mode: a last window may stick out.
        return_indices: return (values, indices), the places of the maxima in the flattened H x W.

    The gradient goes to the first of equal maxima.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[[1.0, 2.0], [4.0, 3.0]]])
        >>> torch.nn.functional.max_pool2d(x, 2, return_indices=True)
        (tensor([[[4.]]]), tensor([[[2]]]))
    """
    pool = with_places2d if return_indices else torch_max_pool2d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


@public("F")
def max_pool2d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool2d` with `return_indices`."""
    return with_places2d(input, kernel_size, stride, padding, dilation, ceil_mode)


@public("F")
def max_pool3d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest elements of windows that slide over the last three dims.

    The arguments are those of `max_pool2d`; `input` is N x C x D x H x W, or without N.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.max_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 2)
        tensor([[[[7.]]]])
    """
    pool = with_places3d if return_indices else torch_max_pool3d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


@public("F")
def max_pool3d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool3d` with `return_indices`."""
    return with_places3d(input, kernel_size, stride, padding, dilation, ceil_mode)


# -- adaptive windows ------------------------------------------------------------------------


@public("torch", name="adaptive_max_pool1d")
def torch_adaptive_max_pool1d(input, output_size):
    """The largest elements of `output_size` windows over the last dim, and their places."""
    check_one_dim("adaptive_max_pool1d", input)
    count = one_int("adaptive_max_pool1d", "output_size", 2, output_size)
    check_not_empty("adaptive_max_pool1d", input, range(1, input.dim()))
    found = adaptive(input.unsqueeze(-2), (1, count), 2)
    return tuple([t.squeeze(-2) for t in found])


@public("F")
def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The largest elements of `output_size` windows that divide the last dim evenly.

    Args:
        input: N x C x L, or C x L.
        return_indices: return (values, indices), the places of the maxima.

    Raises:
        RuntimeError: an empty dim, or sizes below 0.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.adaptive_max_pool1d(torch.tensor([[1.0, 2.0, 6.0]]), 2)
        tensor([[2., 6.]])
    """
    found = torch_adaptive_max_pool1d(input, output_size)
    return found if return_indices else found[0]


@public("F")
def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    """`adaptive_max_pool1d` with `return_indices`."""
    return torch_adaptive_max_pool1d(input, output_size)


@public("F")
def adaptive_max_pool2d(input, output_size, return_indices=False):
    """The largest elements of windows that divide the last two dims as evenly as can be.

    Args:
        input: N x C x H x W, or C x H x W.
        output_size: how many windows; one number for both dims, or one for each. None keeps a dim.
        return_indices: return (values, indices), the places of the maxima in the flattened H x W.

    Raises:
        RuntimeError: an empty dim, or sizes below 0.
        ValueError: the input has too few dims.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[[1.0, 2.0], [4.0, 3.0]]])
        >>> torch.nn.functional.adaptive_max_pool2d(x, (None, 1))
        tensor([[[2.],
                 [4.]]])
    """
    found = adaptive(input, output_size, 2)
    return found if return_indices else found[0]


@public("F")
def adaptive_max_pool2d_with_indices(input, output_size, return_indices=False):
    """`adaptive_max_pool2d` with `return_indices`."""
    return adaptive(input, output_size, 2)


@public("F")
def adaptive_max_pool3d(input, output_size, return_indices=False):
    """The largest elements of windows that divide the last three dims as evenly as can be.

    The arguments are those of `adaptive_max_pool2d`.

    Raises:
        RuntimeError: an empty dim, or sizes below 0.
        ValueError: the input has too few dims.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.adaptive_max_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 1)
        tensor([[[[7.]]]])
    """
    found = adaptive(input, output_size, 3)
    return found if return_indices else found[0]


@public("F")
def adaptive_max_pool3d_with_indices(input, output_size, return_indices=False):
    """`adaptive_max_pool3d` with `return_indices`."""
    return adaptive(input, output_size, 3)


def adaptive(input, output_size, rank):
    """Adaptive maxima over the last two or three dims, and their places."""
    name = f"adaptive_max_pool{rank}d"
    as_tensor_argument(name, "input", 1, input)
    size = with_default(output_size, input.shape)
    if input.dim() not in (rank + 1, rank + 2):
        wanted = {2: "3D or 4D", 3: "4D or 5D"}[rank]
        raise RuntimeError(f"{name}(): Expected {wanted} tensor, but got: {listed(input.shape)}")
    check_not_empty(name, input, range(1, input.dim()))
    sizes = output_sizes(name, rank, size, f"{name}(): internal error: output_size.size()")
    if min(sizes) < 0:
        shape = [*input.shape[: input.dim() - rank], *sizes]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {shape}")
    check_dtype(name if rank == 2 else f"{name}_cpu", input)
    op = adaptive_max_pool2d_ if rank == 2 else adaptive_max_pool3d_
    return op(input, tuple([(n,) for n in sizes]))


# -- operations ------------------------------------------------------------------------------


class Unpooling(Spatial, family=True):
    """Elements of `x` at their `places` in the flattened last dims of given lengths."""

    tensors = 2
    differentiable = 1

    def forward(x, places, lengths):
        return pooling.unpooled(x, places, lengths)

    def vjp_x(g, places, lengths):
        return picked(g, places, len(lengths))


class max_unpool2d_(Unpooling):
    node = "MaxUnpool2DBackward0"
    layout_rank = 4


class max_unpool3d_(Unpooling):
    node = "MaxUnpool3DBackward0"


# -- functions -------------------------------------------------------------------------------


@public("F")
def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool1d` undone: elements where `indices` say, zeros elsewhere.

    Args:
        input, indices: N x C x L, or C x L: what `max_pool1d` with `return_indices` returned.
        kernel_size, stride, padding: what it was called with.
        output_size: the length wanted, where several led to the same.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional
        >>> f.max_unpool1d(*f.max_pool1d(torch.tensor([[1.0, 2.0, 5.0, 3.0]]), 2, None, 0, 1, False,
        ...                              True), 2)
        tensor([[0., 2., 5., 0.]])
    """
    lengths = output_lengths(input, 1, kernel_size, stride, padding, output_size)
    check_unpooling(2, input.unsqueeze(-1), indices.unsqueeze(-1))
    lengths = (*lengths, 1)
    return max_unpool2d_(input.unsqueeze(-1), indices.unsqueeze(-1), lengths).squeeze(-1)


@public("F")
def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool2d` undone: elements where `indices` say, zeros elsewhere.

    The arguments are those of `max_unpool1d`, with one number for both dims or one for each.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> x, places = torch.tensor([[[4.0]]]), torch.tensor([[[2]]])
        >>> torch.nn.functional.max_unpool2d(x, places, 2)
        tensor([[[0., 0.],
                 [4., 0.]]])
    """
    lengths = output_lengths(input, 2, kernel_size, stride, padding, output_size)
    check_unpooling(2, input, indices)
    return max_unpool2d_(input, indices, lengths)


@public("F")
def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool3d` undone: elements where `indices` say, zeros elsewhere.

    The arguments are those of `max_unpool1d`, with one number for all dims or one for each.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> x, places = torch.tensor([[[[4.0]]]]), torch.tensor([[[[1]]]])
        >>> torch.nn.functional.max_unpool3d(x, places, (1, 1, 2))
        tensor([[[[0., 4.]]]])
    """
    lengths = output_lengths(input, 3, kernel_size, stride, padding, output_size)
    steps = each(3, kernel_size if stride is None else stride)
    if min(steps) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {listed(steps)}")
    check_unpooling(3, input, indices)
    return max_unpool3d_(input, indices, lengths)


# -- checks ----------------------------------------------------------------------------------


def each(rank, value):
    """One number for all dims, or one for each."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


def output_lengths(input, rank, kernel_size, stride, padding, output_size):
    """The lengths of the last dims: as asked for, else the least that pooling leads from."""
    kernel = each(rank, kernel_size)
    stride, padding = each(rank, kernel if stride is None else stride), each(rank, padding)
    shape = input.shape
    least = [
        (shape[d - len(kernel)] - 1) * stride[d] + kernel[d] - 2 * padding[d]
        for d in range(len(kernel))
    ]
    if output_size is None:
        return tuple(least)
    if len(output_size) == rank + 2:
        output_size = output_size[2:]
    if len(output_size) != rank:
        raise ValueError(
            f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it "
            f"has a length of '{len(output_size)}'"
        )
    for d, n in enumerate(output_size):
        low, high = least[d] - stride[d], least[d] + stride[d]
        if not low < n < high:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {d} must be between {low} and {high})'
            )
    return tuple([int(n) for n in output_size])


def check_unpooling(rank, input, indices):
    """Refuse indices that do not fit, empty dims, other ranks and dtypes."""
    name = f"max_unpooling{rank}d"
    as_tensor_argument(f"max_unpool{rank}d", "input", 1, input)
    if indices.dtype is not dtypes.int64:
        got = f" but got: {indices.dtype.scalar_type}" if rank == 2 else ""
        raise RuntimeError(f"elements in indices should be type int64{got}")
    if input.dim() not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Input to {name} should be a {rank + 1}d or {rank + 2}d Tensor, but got a tensor with "
            f"{input.dim()} dimensions."
        )
    if input.shape != indices.shape:
        raise RuntimeError(
            "Expected shape of indices to be same as that of the input tensor "
            f"({listed(input.shape)}) but got indices tensor with shape: {listed(indices.shape)}"
        )
    for d in range(1, input.dim()):
        if input.shape[d] == 0:
            raise RuntimeError(
                f"{name}_forward_out_cpu(): Expected input to have non-zero size for non-batch "
                f"dimensions, but got {listed(input.shape)} with dimension {d} being empty."
            )
    check_dtype(f"max_unpool{rank}d", input)
