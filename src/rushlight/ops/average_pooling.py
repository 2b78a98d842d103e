"""Average pooling, and that by powers."""

import math

from rushlight.kernels import images
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.max_pooling import max_pool1d, max_pool2d, max_pool3d
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
from rushlight.ops.rectifiers import relu
from rushlight.ops.spatial import Spatial, check_dtype, check_one_dim, has_channels_last, one_int

# -- operations ------------------------------------------------------------------------------


class averaged(Spatial):
    """The means of windows; `divisor` takes the place of their sizes."""

    def forward(x, windows, padded, divisor):
        return images.averaged(x, windows, padded, divisor)

    def vjp_x(g, x_shape, windows, padded, divisor):
        lengths = tuple(x_shape[len(x_shape) - len(windows) :])
        return averaged_backward(g, lengths, windows, padded, divisor)


class averaged_backward(Spatial):
    """The gradient of `averaged`."""

    def forward(g, lengths, windows, padded, divisor):
        return images.averaged_backward(g, lengths, windows, padded, divisor)

    def vjp_g(g, windows, padded, divisor):
        return averaged(g, windows, padded, divisor)


class avg_pool2d_(averaged):
    node = "AvgPool2DBackward0"
    layout_rank = 4


class avg_pool3d_(averaged):
    node = "AvgPool3DBackward0"


class adaptive_avg_pool2d_(averaged):
    node = "AdaptiveAvgPool2DBackward0"
    layout_rank = 4


class adaptive_avg_pool3d_(averaged):
    node = "AdaptiveAvgPool3DBackward0"


# -- sliding windows -------------------------------------------------------------------------


@public("torch F")
def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The means of windows that slide over the last dim.

    Args:
        input: N x C x L, or C x L.
        kernel_size: the windows' length.
        stride: from one window to the next; `kernel_size` unless given.
        padding: zeros at both ends.
        ceil_mode: a last window may stick out.
        count_include_pad: the padding counts as elements.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.avg_pool1d(torch.tensor([[1.0, 2.0, 3.0, 5.0]]), 2)
        tensor([[1.5000, 4.0000]])
    """
    check_one_dim("avg_pool1d", input)
    kernel = one_int("avg_pool1d", "kernel_size", 2, kernel_size)
    step = kernel if stride in (None, (), []) else one_int("avg_pool1d", "stride", 3, stride)
    pad = one_int("avg_pool1d", "padding", 4, padding)
    rows = input.unsqueeze(-2)
    out = avg_pool2d(rows, (1, kernel), (1, step), (0, pad), ceil_mode, count_include_pad)
    return out.squeeze(-2)


@public("F", out=True, quick=avg_pool2d_)
def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
    divisor_override=None,
):  # fmt: skip
    """The means of windows that slide over the last two dims.

    Args:
        input: N x C x H x W, or C x H x W.
        kernel_size, stride, padding: one number for both dims, or one for each; the stride is the
            kernel's size unless given.
        ceil_mode: a last window may stick out.
        count_include_pad: the padding counts as elements.
        divisor_override: what sums are divided by, if not the windows' sizes.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.avg_pool2d(torch.tensor([[[1.0, 2.0], [3.0, 6.0]]]), 2)
        tensor([[[3.]]])
    """
    windows = windows2d(input, kernel_size, stride, padding, ceil_mode, divisor_override)
    return avg_pool2d_(input, windows, bool(count_include_pad), divisor_override)


@once
def windows2d(input, kernel_size, stride, padding, ceil_mode, divisor):
    """The windows of avg_pool2d, checked."""
    as_tensor_argument("avg_pool2d", "input", 1, input)
    arguments = kernel_arguments("avg_pool2d", 2, kernel_size, stride, padding)
    check_divisor(divisor)
    if input.dim() < 3:
        n = input.dim()
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got -3)"
        )
    windows = windows_of(input.shape[-2:], *arguments, (1, 1), ceil_mode)
    check_windows("avg_pool2d", input, windows)
    check_dtype("avg_pool2d", input, but=("int64",))
    return windows


@public("F", out=True)
def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
    divisor_override=None,
):  # fmt: skip
    """The means of windows that slide over the last three dims.

    The arguments are those of `avg_pool2d`; `input` is N x C x D x H x W, or without N.

    Raises:
        RuntimeError: the windows do not fit, or the rank does not.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.avg_pool3d(torch.ones(1, 2, 2, 2), 2)
        tensor([[[[1.]]]])
    """
    arguments = kernel_arguments("avg_pool3d", 3, kernel_size, stride, padding, "")
    check_rank("avg_pool3d", input, 3)
    check_divisor(divisor_override)
    windows = windows_of(input.shape[-3:], *arguments, (1, 1, 1), ceil_mode)
    check_windows("avg_pool3d", input, windows)
    check_dtype("avg_pool3d_out_frame", input, but=("int64",))
    if input.dtype.itemsize == 2:
        check_dtype("avg_pool3d_out_frame", input, "float")
    return avg_pool3d_(input, windows, bool(count_include_pad), divisor_override)


def check_divisor(divisor):
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")


# -- adaptive windows ------------------------------------------------------------------------


@public("torch F")
def adaptive_avg_pool1d(input, output_size):
    """The means of `output_size` windows that divide the last dim as evenly as can be.

    Args:
        input: N x C x L, or C x L.

    Raises:
        RuntimeError: an empty dim, or one of no length wanted.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1.0, 2.0, 6.0]]), 2)
        tensor([[1.5000, 4.0000]])
    """
    check_one_dim("adaptive_avg_pool1d", input)
    count = one_int("adaptive_avg_pool1d", "output_size", 2, output_size)
    return adaptive(input.unsqueeze(-2), (1, count)).squeeze(-2)


@public("F")
def adaptive_avg_pool2d(input, output_size):
    """The means of windows that divide the last two dims as evenly as can be.

    Args:
        input: N x C x H x W, or C x H x W.
        output_size: how many windows; one number for both dims, or one for each. None keeps a dim.

    Raises:
        RuntimeError: an empty dim, or sizes below 0.
        ValueError: the input has too few dims.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[[1.0, 2.0], [3.0, 6.0]]])
        >>> torch.nn.functional.adaptive_avg_pool2d(x, (1, None))
        tensor([[[2., 4.]]])
    """
    as_tensor_argument("adaptive_avg_pool2d", "input", 1, input)
    size = with_default(output_size, input.shape)
    sizes = output_sizes("adaptive_avg_pool2d", 2, size, "adaptive_avg_pool2d: output_size")
    return adaptive(input, sizes)


@public("F")
def adaptive_avg_pool3d(input, output_size):
    """The means of windows that divide the last three dims as evenly as can be.

    The arguments are those of `adaptive_avg_pool2d`.

    Raises:
        RuntimeError: an empty dim, or sizes below 0.
        ValueError: the input has too few dims.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.adaptive_avg_pool3d(torch.ones(1, 2, 2, 2), 1)
        tensor([[[[1.]]]])
    """
    as_tensor_argument("adaptive_avg_pool3d", "input", 1, input)
    size = with_default(output_size, input.shape)
    sizes = output_sizes("adaptive_avg_pool3d", 3, size, "adaptive_avg_pool3d: output_size")
    return adaptive(input, sizes)


def adaptive(input, sizes):
    """Adaptive means over the last two or three dims; a total mean where one window is wanted."""
    rank = len(sizes)
    name = f"adaptive_avg_pool{rank}d"
    if min(sizes) < 0:
        shown = ", ".join(map(str, sizes[:2])) + "".join([f",{n}" for n in sizes[2:]])
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{shown}}}"
        )
    if all(n == 1 for n in sizes):
        return total_mean(input, rank)
    if input.dim() not in (rank + 1, rank + 2):
        wanted = {2: "3D or 4D", 3: "4D or 5D"}[rank]
        raise RuntimeError(f"{name}(): Expected {wanted} tensor, but got {listed(input.shape)}")
    check_not_empty(name, input, range(input.dim() - rank, input.dim()))
    if rank == 3 or input.numel():
        check_dtype(name if rank == 2 else f"{name}_cpu", input)
    windows = tuple([(n,) for n in sizes])
    return (adaptive_avg_pool2d_ if rank == 2 else adaptive_avg_pool3d_)(input, windows, True, None)


def total_mean(input, rank):
    """The mean over the last dims; of an image with the channels last, laid out so."""
    out = input.mean(tuple(range(-1, -rank - 1, -1)), keepdim=True)
    array = input.array
    if rank == 2 and array is not None and array.ndim == 4 and has_channels_last(array):
        n, c = input.shape[:2]
        return out.as_strided((n, c, 1, 1), (c, 1, c, c))
    return out


@public("F")
def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The p-norms of windows that slide over the last dim, for p = `norm_type`.

    The other arguments are those of `avg_pool1d`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.lp_pool1d(torch.tensor([[3.0, 4.0]]), 2, 2)
        tensor([[5.]])
    """
    size = kernel_size
    pools = avg_pool1d, max_pool1d
    return power_mean(pools, input, norm_type, kernel_size, stride, ceil_mode, size)


@public("F")
def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The p-norms of windows that slide over the last two dims, for p = `norm_type`.

    The other arguments are those of `avg_pool2d`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.lp_pool2d(torch.tensor([[[3.0], [4.0]]]), 2, (2, 1))
        tensor([[[5.]]])
    """
    size = area(kernel_size, 2)
    pools = avg_pool2d, max_pool2d
    return power_mean(pools, input, norm_type, kernel_size, stride, ceil_mode, size)


@public("F")
def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The p-norms of windows that slide over the last three dims, for p = `norm_type`.

    The other arguments are those of `avg_pool3d`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.lp_pool3d(torch.ones(1, 2, 2, 1), 2, (2, 2, 1))
        tensor([[[[2.]]]])
    """
    size = area(kernel_size, 3)
    pools = avg_pool3d, max_pool3d
    return power_mean(pools, input, norm_type, kernel_size, stride, ceil_mode, size)


def area(kernel_size, rank):
    """How many elements a window has."""
    if not isinstance(kernel_size, (tuple, list)):
        return kernel_size**rank
    if len(kernel_size) != rank:
        raise ValueError(unpacking(len(kernel_size), rank))
    return math.prod(kernel_size)


def unpacking(found, wanted):
    """Python's words for a sequence of another length than there are names for."""
    if found > wanted:
        return f"too many values to unpack (expected {wanted})"
    return f"not enough values to unpack (expected {wanted}, got {found})"


def power_mean(pools, input, p, kernel_size, stride, ceil_mode, size):
    """(size * mean of x^p)^(1/p); for p = inf the largest magnitude, for -inf the smallest."""
    mean, largest = pools
    if p == math.inf:
        return largest(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    if p == -math.inf:
        return -largest(-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    out = mean(input.pow(p), kernel_size, stride, 0, ceil_mode)
    return (out.sign() * relu(out.abs())).mul(size).pow(1.0 / p)
