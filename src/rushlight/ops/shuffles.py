"""Channels and pixels in another order."""

import math

from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.publish import public
from rushlight.ops.rearrange import Rearrangement
from rushlight.ops.spatial import Spatial


class pixel_shuffle_(Spatial):
    """Every r x r channels become one, of r x r pixels for each one."""

    layout_rank = 4
    node = "PixelShuffleBackward0"

    def forward(x, r):
        *lead, c, h, w = x.shape
        blocks = x.reshape(math.prod(lead), c // (r * r), r, r, h, w).transpose(0, 1, 4, 2, 5, 3)
        return blocks.reshape(*lead, c // (r * r), h * r, w * r)

    def vjp_x(g, r):
        return pixel_unshuffle_(g, r)


class pixel_unshuffle_(Spatial):
    """Every r x r pixels become one, of r x r channels for each one."""

    layout_rank = 4
    node = "PixelUnshuffleBackward0"

    def forward(x, r):
        *lead, c, h, w = x.shape
        blocks = x.reshape(math.prod(lead), c, h // r, r, w // r, r).transpose(0, 1, 3, 5, 2, 4)
        return blocks.reshape(*lead, c * r * r, h // r, w // r)

    def vjp_x(g, r):
        return pixel_shuffle_(g, r)


@public("torch F")
def pixel_shuffle(input, upscale_factor):
    """Channels rearranged as pixels: ... x C r^2 x H x W becomes ... x C x H r x W r.

    Args:
        upscale_factor: the number r.

    Raises:
        RuntimeError: the channels cannot be divided so.

    Example:
        >>> import rushlight as torch
        >>> torch.pixel_shuffle(torch.arange(4).view(4, 1, 1), 2)
        tensor([[[0, 1],
                 [2, 3]]])
    """
    r = checked_factor("pixel_shuffle", "upscale_factor", input, upscale_factor)
    channels = input.shape[-3]
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={channels} is not divisible by {r * r}"
        )
    return pixel_shuffle_(input, r)


@public("torch F")
def pixel_unshuffle(input, downscale_factor):
    """Pixels rearranged as channels: ... x C x H r x W r becomes ... x C r^2 x H x W.

    Args:
        downscale_factor: the number r.

    Raises:
        RuntimeError: height or width cannot be divided so.

    Example:
        >>> import rushlight as torch
        >>> torch.pixel_unshuffle(torch.arange(4).view(1, 2, 2), 2).flatten()
        tensor([0, 1, 2, 3])
    """
    r = checked_factor("pixel_unshuffle", "downscale_factor", input, downscale_factor)
    for word, d in (("height", -2), ("width", -1)):
        if input.shape[d] % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {word} to be divisible by downscale_factor, but "
                f"input.size({d})={input.shape[d]} is not divisible by {r}"
            )
    return pixel_unshuffle_(input, r)


def checked_factor(name, argument, input, factor):
    """The factor as an int; the input must have channels, height and width."""
    as_tensor_argument(name, "input", 1, input)
    r = int_argument(name, argument, 2, factor)
    if input.dim() < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with "
            f"{input.dim()} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"{name} expects a positive {argument}, but got {r}")
    return r


class channel_shuffle(Rearrangement):
    """The channels (dim 1) of `input`, in groups, dealt out: the groups' first ones come first.

    Args:
        input: samples x channels x ..., three dims at least.
        groups: their number; it divides that of the channels.

    Raises:
        RuntimeError: too few dims, or groups that do not come out even.

    Example:
        >>> import rushlight as torch
        >>> torch.channel_shuffle(torch.arange(6).view(1, 6, 1), 2).flatten()
        tensor([0, 3, 1, 4, 2, 5])
    """

    places = "torch F"

    def bind(input, groups):
        return (input,), (checked_groups("channel_shuffle", input, groups), 1)

    def forward(x, groups, dim):
        shape, n = x.shape, x.shape[dim]
        dealt = x.reshape((*shape[:dim], groups, n // groups, *shape[dim + 1 :]))
        return dealt.swapaxes(dim, dim + 1).reshape(shape)

    def vjp_x(g, groups, dim):
        return channel_shuffle(g, max(g.shape[dim] // groups, 1), dim)

    def lift(size, ndim, groups, dim):
        return groups, dim + 1


class native_channel_shuffle(channel_shuffle):
    """`channel_shuffle` under another name."""

    def bind(input, groups):
        return (input,), (checked_groups("native_channel_shuffle", input, groups), 1)


def checked_groups(name, input, groups):
    """The number of groups, which divides the channels."""
    groups, shape = int_argument(name, "groups", 2, groups), input.shape
    as_tensor_argument(name, "input", 1, input)
    if len(shape) < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}"
        )
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} "
            "groups."
        )
    return groups
