"""Channels dealt out anew: `torch.channel_shuffle`."""

from rushlight.ops.families import as_tensor_argument, int_argument
from rushlight.ops.rearrange import Rearrangement


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
