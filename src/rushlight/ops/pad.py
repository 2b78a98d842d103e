"""Padding: constants, reflections, copies of the edge, or the other end, around a tensor."""

import numpy as np

from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import public

# -- constants -------------------------------------------------------------------------------


class constant_pad_nd(Operation):
    """`input` with `value` around it; `pad` holds (before, after) of the last dim, then of the one
    before it, and so on. Negative amounts cut off."""

    places = "torch"
    takes_out = False

    def bind(input, pad, value=0):
        t, pad = as_tensor_argument("constant_pad_nd", "input", 1, input), pad_argument(pad)
        check_length(t.shape, pad)
        amounts = by_dim(pad)
        for n, (before, after) in zip(reversed(t.shape), amounts, strict=False):
            if n + min(before, 0) + min(after, 0) < 0:
                raise RuntimeError("narrow(): length must be non-negative.")
        return (t,), (amounts, value or 0)

    def forward(x, amounts, value):
        size, inner, outer = list(x.shape), [slice(None)] * x.ndim, [slice(None)] * x.ndim
        for d, (before, after) in enumerate(amounts, 1):
            n = size[-d]
            size[-d] = n + before + after
            inner[-d] = slice(max(-before, 0), n + min(after, 0))
            outer[-d] = slice(max(before, 0), n + before + min(after, 0))
        out = np.full(size, value, x.dtype) if value else np.zeros(size, x.dtype)
        out[tuple(outer)] = x[tuple(inner)]
        return out

    def vjp_x(g, amounts):
        return constant_pad_nd(g, tuple([(-before, -after) for before, after in amounts]), 0)

    def jvp_x(t, amounts):
        return constant_pad_nd(t, amounts, 0)

    def lift(size, ndim, amounts, value):
        return amounts, value


def pad_argument(pad):
    """The amounts as a tuple of ints: PyTorch's error otherwise."""
    for i, n in enumerate(pad):
        if not isinstance(n, (int, np.integer)):
            raise TypeError(
                "pad(): argument 'pad' (position 2) must be tuple of ints, but found "
                f"element of type {type(n).__name__} at pos {i}"
            )
    return tuple([int(n) for n in pad])


def check_length(shape, pad):
    """Amounts come in pairs, one for each of the last dims."""
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {len(shape)}"
        )


def by_dim(pad):
    """(before, after) of the last dim, the one before it, and so on."""
    return tuple(zip(pad[::2], pad[1::2], strict=True))


# -- values of the tensor itself -------------------------------------------------------------


def reflect(before, n, after):
    """Places outside mirror those inside; the edge itself is not repeated."""
    places = np.arange(-before, n + after)
    return np.where(places < 0, -places, np.where(places >= n, 2 * (n - 1) - places, places))


def replicate(before, n, after):
    """Places outside take the nearest element."""
    return np.clip(np.arange(-before, n + after), 0, n - 1)


def circular(before, n, after):
    """Places outside take from the other end of what is left."""
    low, high = max(-before, 0), n - max(-after, 0)
    return low + (np.arange(-before, n + after) - low) % max(high - low, 1)


class Padding(Operation, family=True):
    """Places outside take values from within, as `source` says: indices of a dim of length n
    for n elements and so many before and after. One dim at a time."""

    places = None
    takes_out = False
    linear = True


def padded(x, amounts, source):
    """`x` with each of its last dims read at the places that `source` says."""
    for d, (before, after) in enumerate(amounts, 1):
        x = x.take(source(before, x.shape[-d], after), -d)
    return x


def folded(g, shape, amounts, source):
    """The transpose of `padded`: what was read several times adds up."""
    for d, (before, after) in enumerate(amounts, 1):
        n, length = shape[-d], g.shape[-d]
        read = source(before, n, after)
        inner = slice(max(before, 0), length - max(after, 0))
        g = np.moveaxis(g, -d, 0)
        out = np.zeros((n, *g.shape[1:]), g.dtype)
        out[read[inner]] = g[inner]
        for i in (*range(inner.start), *range(inner.stop, length)):
            out[read[i]] += g[i]
        g = np.moveaxis(out, 0, -d)
    return np.ascontiguousarray(g)


class pad_within(Padding):
    """Padding by a rule such as `reflect`."""

    def forward(x, amounts, source):
        return padded(x, amounts, source)

    def vjp_x(g, x_shape, amounts, source):
        return pad_within_backward(g, x_shape, amounts, source)

    def lift(size, ndim, amounts, source):
        return amounts, source


class pad_within_backward(Padding):
    """The gradient of `pad_within`."""

    def forward(g, shape, amounts, source):
        return folded(g, shape, amounts, source)

    def vjp_g(g, amounts, source):
        return pad_within(g, amounts, source)

    def lift(size, ndim, shape, amounts, source):
        return (size, *shape), amounts, source


class reflection_pad1d(pad_within):
    """Reflections before and after the last dim."""

    node = "ReflectionPad1DBackward0"


class reflection_pad2d(pad_within):
    """Reflections around the last two dims."""

    node = "ReflectionPad2DBackward0"


class reflection_pad3d(pad_within):
    """Reflections around the last three dims."""

    node = "ReflectionPad3DBackward0"


class replication_pad1d(pad_within):
    """Copies of the edges of the last dim."""

    node = "ReplicationPad1DBackward0"


class replication_pad2d(pad_within):
    """Copies of the edges of the last two dims."""

    node = "ReplicationPad2DBackward0"


class replication_pad3d(pad_within):
    """Copies of the edges of the last three dims."""

    node = "ReplicationPad3DBackward0"


MODES = {
    "reflect": (reflect, (reflection_pad1d, reflection_pad2d, reflection_pad3d)),
    "replicate": (replicate, (replication_pad1d, replication_pad2d, replication_pad3d)),
    "circular": (circular, (pad_within, pad_within, pad_within)),
}


@public("F")
def pad(input, pad, mode="constant", value=None):
    """`input` with room around its last dims, filled as `mode` says.

    `pad` holds (before, after) of the last dim, then of the one before it, and so on; negative
    amounts cut off. Modes: 'constant' (`value`, 0 by default), 'reflect', 'replicate' (the nearest
    element) and 'circular' (the other end), the latter three for one to three dims.

    Raises:
        RuntimeError: if `pad` does not fit `input`.
        NotImplementedError: for other modes or numbers of dims.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.nn.functional import pad
        >>> pad(torch.tensor([[1, 2, 3]]), (2, 0), mode="reflect")
        tensor([[3, 2, 1, 2, 3]])
    """
    t, pad = as_tensor_argument("pad", "input", 1, input), pad_argument(pad)
    check_length(t.shape, pad)
    if mode == "constant":
        return constant_pad_nd.bound(t, pad, value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    source, operations = MODES[mode]
    amounts = by_dim(pad)
    if not 1 <= len(amounts) <= 3 or t.dim() - len(amounts) not in (1, 2):
        raise NotImplementedError(unsupported(len(pad), t.dim()))
    check_within(t.shape, amounts, mode)
    return operations[len(amounts) - 1](t, amounts, source)


def unsupported(length, ndim):
    return (
        f"Padding size {length} is not supported for {ndim}D input tensor.\n"
        "Supported combinations for non-constant padding:\n"
        "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
        "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
        "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
    )


def check_within(shape, amounts, mode):
    """Refuse amounts that the tensor cannot fill."""
    for d, (before, after) in enumerate(amounts, 1):
        n = shape[-d]
        if mode == "circular" and (before > n or after > n):
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if mode == "reflect" and (before >= n or after >= n):
            raise RuntimeError(
                f"Argument #{2 * d + 2}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({before}, {after}) at dimension {len(shape) - d} of "
                f"input {[*shape]}"
            )
    if mode != "circular":
        check_result(shape, amounts)


def check_result(shape, amounts):
    """Refuse to cut everything off."""
    letters = "WHD"
    names = [f"{letters[d]}: {shape[-1 - d]}" for d in reversed(range(len(amounts)))]
    sizes = [
        n + before + after for n, (before, after) in zip(reversed(shape), amounts, strict=False)
    ]
    if min(sizes) < 1:
        results = [f"{letters[d]}: {sizes[d]}" for d in reversed(range(len(amounts)))]
        raise RuntimeError(
            f"input ({' '.join(names)}) is too small. Calculated output {' '.join(results)}"
        )
