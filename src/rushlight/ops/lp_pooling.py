"""Pooling by p-norms, composed of other poolings."""

import math

from rushlight.ops.average_pooling import avg_pool1d, avg_pool2d, avg_pool3d
from rushlight.ops.max_pooling import max_pool1d, max_pool2d, max_pool3d
from rushlight.ops.publish import public
from rushlight.ops.rectifiers import relu


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
