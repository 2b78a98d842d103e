"""Channels made pixels, and back."""

import math

from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.publish import public
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
