"""What operations on images have in common: they work on the last dims, and keep a layout."""

import math
import operator

import numpy as np

from rushlight.kernels.memory_layout import permuted
from rushlight.kernels.quiet import quietly
from rushlight.ops.families import Operation, as_tensor_argument

CHANNELS_LAST = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
COUNTS = {1: "one int", 2: "two ints", 3: "three ints"}


class Spatial(Operation, family=True):
    """Works on the last dims alone, so that a batch dim may be put in front of all inputs.

    Half precision is computed in float32. The results lie in memory with the channels last if the
    first input does and has `layout_rank` dims.
    """

    places = None
    takes_out = False
    linear = True
    widens = 1  # how many inputs are computed with in float32
    layout_rank = 0

    def compute(self, inputs, params):
        arrays = [x.array for x in inputs]
        first, narrow = arrays[0], is_half(arrays[0])
        if narrow:
            n = self.widens
            arrays = [a.astype(np.float32) for a in arrays[:n]] + arrays[n:]
        out = quietly(self.forward, (*arrays, *params))
        out = out if self.many else (out,)
        if narrow:
            out = [y.astype(first.dtype) if y.dtype.kind == "f" else y for y in out]
        if first.ndim == self.layout_rank and has_channels_last(first):
            out = [laid_out(y, CHANNELS_LAST[self.layout_rank]) for y in out]
        elif first.ndim == 3:
            out = [np.ascontiguousarray(y) for y in out]
        return tuple(out) if self.many else out[0]

    def lift(self, size, ndim, *params):
        return params


def is_half(x):
    """Is an array of two-byte floats?"""
    return x.dtype.itemsize == 2 and x.dtype.kind not in "iu"


def has_channels_last(x):
    """Do the strides say that the channels (dim 1) come last?  Not where they say nothing."""
    least = 0
    if x.strides[1] == 0:
        return False
    for d in (1, *range(x.ndim - 1, 1, -1), 0):
        n, stride = x.shape[d], x.strides[d]
        if n == 0 or stride < least or (d == 0 and least == x.strides[1]):
            return False
        least = stride * max(n, 1)
    return True


def laid_out(x, order):
    """A copy whose dims lie in memory in `order`."""
    out = permuted(x.shape, order, x.dtype)
    out[...] = x
    return out


# -- arguments -------------------------------------------------------------------------------


def ints(function, argument, position, value):
    """An int, or a sequence of ints, as a tuple: PyTorch's error otherwise."""
    try:
        return (operator.index(value),)
    except TypeError:
        pass
    what = f"{function}(): argument '{argument}' "
    if not isinstance(value, (tuple, list)):
        kind = type(value).__name__
        raise TypeError(f"{what}(position {position}) must be tuple of ints, not {kind}")
    for i, n in enumerate(value):
        if not hasattr(n, "__index__"):
            raise TypeError(what + wrong_element(position, i, type(n).__name__))
    return tuple([operator.index(n) for n in value])


def wrong_element(position, i, kind):
    """What PyTorch says of the element of a tuple: of another one than the first, in other words."""
    if i == 0:
        what = f"(position {position}) must be tuple of ints"
        return f"{what}, but found element of type {kind} at pos 0"
    return (
        f"failed to unpack the object at pos {i + 1} with error "
        f'"type must be tuple of ints,but got {kind}"'
    )


def one_int(function, argument, position, value):
    """An int, or a sequence of one."""
    found = ints(function, argument, position, value)
    if len(found) != 1:
        raise RuntimeError(
            f"{function}() argument '{argument}' should contain one int (got {len(found)})"
        )
    return found[0]


def each_dim(found, rank, message):
    """One number for all dims, or one for each: an error with this message otherwise."""
    if len(found) == 1:
        return found * rank
    if len(found) != rank:
        raise RuntimeError(f"{message}a single int, or a tuple of {COUNTS[rank]}")
    return found


def check_one_dim(function, input):
    """Refuse anything but a row of channels, or a batch of such."""
    as_tensor_argument(function, "input", 1, input)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.dim()}-dimensional tensor for argument #1 "
            f"'self' (while checking arguments for {function})"
        )


def check_dtype(kernel, input, lacking="bool int complex", but=()):
    """Refuse categories of dtypes in the words of PyTorch's kernel."""
    category = ("bool", "int", "float", "complex")[input.dtype.category]
    if category in lacking and input.dtype.name not in but:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.scalar_type}'")


def volume(shape, rank):
    """How many elements the last dims have."""
    return math.prod(shape[len(shape) - rank :])


def flattened(x, rank):
    """`x` with its last dims made one."""
    lead = x.shape[: x.dim() - rank]
    return x.reshape((*lead, volume(x.shape, rank)))
