"""A convolution of sequences whose first dim is time: `torch.conv_tbc`."""

import numpy as np

from rushlight.kernels import images
from rushlight.ops.convolution import (
    Trilinear,
    convolve,
    gradient_of_input,
    gradient_of_weight,
)
from rushlight.ops.families import as_tensor_argument
from rushlight.tape import batching
from rushlight.tape.dispatch import conj


class conv_tbc(Trilinear):
    """A convolution over time of sequences laid out as time x samples x channels.

    Args:
        input: time x samples x channels.
        weight: taps x channels x outputs.
        bias: outputs.
        pad: zeros before and after.

    Raises:
        RuntimeError: sizes or dtypes that do not fit.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0, 4.0]).view(3, 1, 1)
        >>> torch.conv_tbc(x, torch.tensor([-1.0, 1.0]).view(2, 1, 1), torch.zeros(1)).flatten()
        tensor([1., 2.])
    """

    places = "torch F"
    node = "ConvTbcBackward0"
    takes_out = False

    def bind(input, weight, bias, pad=0):
        check(input, weight, bias, pad)
        return (input, weight, bias), (int(pad),)

    def forward(x, w, b, pad):
        size = (len(x) + 2 * pad - len(w) + 1,)
        out = images.convolution(x.transpose(1, 2, 0), w.transpose(2, 1, 0), size, *in_time(pad))
        return np.ascontiguousarray(out.transpose(2, 0, 1)) + b

    def vjp_x(g, w, x_shape, pad):
        turned = gradient_of_input(
            samples_first(g), reversed_dims(conj(w)), None, (x_shape[0],), in_time(pad)
        )
        return time_first(turned)

    def vjp_w(g, x, w_shape, pad):
        turned = gradient_of_weight(
            samples_first(g), samples_first(conj(x)), (w_shape[0],), in_time(pad)
        )
        return reversed_dims(turned)

    def vjp_b(g):
        return g.sum((0, 1))

    def jvp_x(t, w, pad):
        return by_convolution(t, w, None, pad)

    def jvp_w(t, x, pad):
        return by_convolution(x, t, None, pad)

    def jvp_b(t, ans):
        return t.expand(ans.shape)

    def batch(self, values, dims, params, size):
        found = batching.vmap_flat(listed, (*values, *params), (*dims, None), size)
        return found[0], 0


def by_convolution(x, w, b, pad):
    """The same by `conv1d`'s operation, which has the rule for batches."""
    size = (x.shape[0] + 2 * pad - w.shape[0] + 1,)
    return time_first(convolve(samples_first(x), reversed_dims(w), b, size, in_time(pad)))


def listed(*args):
    """The one result in a list, as `vmap_flat` takes it."""
    return [by_convolution(*args)]


def in_time(pad):
    """The padding as `how` (see `Trilinear`)."""
    return (1,), (pad,), (1,), 1


def samples_first(t):
    """Time x samples x channels as samples x channels x time."""
    return t.permute((1, 2, 0))


def time_first(t):
    """The inverse of `samples_first`."""
    return t.permute((2, 0, 1))


def reversed_dims(w):
    """Taps x channels x outputs the other way round."""
    return w.permute((2, 1, 0))


def check(input, weight, bias, pad):
    """Refuse arguments that do not go together."""
    for position, (key, t) in enumerate((("self", input), ("weight", weight), ("bias", bias)), 1):
        as_tensor_argument("conv_tbc", key, position, t)
    if input.dim() != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.dim() != 3:
        raise RuntimeError(
            "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels."
        )
    if bias.dim() != 1:
        raise RuntimeError("Bias must be 1-D")
    if input.shape[2] != weight.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight.shape[2] != bias.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    length = input.shape[0] - weight.shape[0] + 1 + 2 * pad
    if length < 0:
        shape = [length, input.shape[1], weight.shape[2]]
        raise RuntimeError(f"Trying to create tensor with negative dimension {length}: {shape}")
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            "self and mat2 must have the same dtype, but got "
            f"{input.dtype.scalar_type} and {weight.dtype.scalar_type}"
        )
