"""The arguments of pooling functions: windows, and PyTorch's errors for those that do not fit."""

import functools

from rushlight.kernels.pooling import window_count
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.spatial import each_dim, ints
from rushlight.tape.core import TensorBase

LETTERS = {2: "HW", 3: "THW"}
BATCHES = {2: "3D or 4D", 3: "4D or 5D"}


PLAIN = frozenset({int, bool, str, type(None)})
MANY = 256


def once(windows):
    """`windows(input, ...)` remembered: it checks no more of the input than shape and dtype."""
    known = {}

    @functools.wraps(windows)
    def remembered(input, *args):
        if not (isinstance(input, TensorBase) and PLAIN.issuperset(map(type, args))):
            return windows(input, *args)
        key = (input.shape, input.dtype, args)
        found = known.get(key)
        if found is None:
            found = windows(input, *args)
            if len(known) == MANY:
                known.clear()
            known[key] = found
        return found

    return remembered


def listed(shape):
    return str([*shape])


def kernel_arguments(function, rank, kernel_size, stride, padding, either="either "):
    """(kernel, stride, padding), each with one number per dim."""
    be = f"must {either}be "
    kernel = ints(function, "kernel_size", 2, kernel_size)
    kernel = each_dim(kernel, rank, f"{function}: kernel_size {be}")
    step = () if stride is None else ints(function, "stride", 3, stride)
    step = each_dim(step, rank, f"{function}: stride {be}omitted, ") if step else kernel
    pad = ints(function, "padding", 4, padding)
    return kernel, step, each_dim(pad, rank, f"{function}: padding {be}")


def windows_of(lengths, kernel, stride, padding, dilation, ceil_mode):
    """The windows over each dim."""
    windows = []
    for n, k, s, p, d in zip(lengths, kernel, stride, padding, dilation, strict=True):
        check_padding(k, s, p, d)
        windows.append((window_count(n, k, s, p, d, ceil_mode), k, s, p, d))
    return tuple(windows)


def check_padding(kernel, stride, padding, dilation):
    """Refuse windows that could lie in the padding alone."""
    if stride == 0:
        raise RuntimeError("stride should not be zero")
    if padding < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {padding}")
    if padding > ((kernel - 1) * dilation + 1) // 2:
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={padding}, "
            f"kernel_size={kernel} and dilation={dilation}"
        )


def check_windows(function, input, windows):
    """Refuse windows that are empty or do not fit, and inputs of another rank or without planes."""
    rank = len(windows)
    for name, at, prefix in (("kernel size", 1, "k"), ("stride", 2, "d"), ("dilation", 4, None)):
        numbers = [w[at] for w in windows]
        if min(numbers) <= 0:
            words = zip(LETTERS[rank], numbers, strict=True)
            shown = " ".join([f"{prefix or 'dilation'}{c}: {n}" for c, n in words])
            raise RuntimeError(f"{name} should be greater than zero, but got {shown}")
    (check_planes if rank == 2 else check_volumes)(function, input, windows)
    check_half(windows)
    check_results(input, windows)


def check_half(windows):
    """Refuse padding of more than half a window, though dilation makes it wider."""
    kernel, padding = [w[1] for w in windows], [w[3] for w in windows]
    if any(p > k // 2 for k, p in zip(kernel, padding, strict=True)):
        if len(windows) == 2:
            (kh, kw), (ph, pw) = kernel, padding
            shown = f"padW = {pw}, padH = {ph}, kW = {kw}, kH = {kh}"
        else:
            (kt, kh, kw), (pt, ph, pw) = kernel, padding
            shown = f"kT: {kt} kW: {kw} kH: {kh} padT: {pt} padW: {pw} padH: {ph}"
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got {shown}"
        )


def check_planes(function, input, windows):
    if input.dim() not in (3, 4) or 0 in input.shape[input.dim() - 3 :]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{listed(input.shape)}"
        )


def check_volumes(function, input, windows):
    if 0 in input.shape[input.dim() - 4 :]:
        raise RuntimeError(
            f"{function}(): Expected input's non-batch dimensions to have positive length, but "
            f"input has a shape of {listed(input.shape)} and non-batch dimension 0 has length zero!"
        )
    lengths, kernel = input.shape[-3:], [w[1] for w in windows]
    if function == "avg_pool3d" and any(n < k for n, k in zip(lengths, kernel, strict=True)):
        own = " ".join([f"{c}: {n}" for c, n in zip("THW", lengths, strict=True)])
        wanted = " ".join([f"k{c}: {n}" for c, n in zip("THW", kernel, strict=True)])
        raise RuntimeError(f"input image ({own}) smaller than kernel size ({wanted})")


def check_results(input, windows):
    """Every dim needs a window."""
    counts = [w[0] for w in windows]
    if min(counts) < 1:
        own = input.shape[input.dim() - len(counts) - 1 :]
        raise RuntimeError(
            f"Given input size: ({'x'.join(map(str, own))}). Calculated output size: "
            f"({'x'.join(map(str, (own[0], *counts)))}). Output size is too small"
        )


def check_rank(function, input, rank):
    """Refuse anything but channels of `rank` dims, or a batch of such."""
    as_tensor_argument(function, "input", 1, input)
    if input.dim() not in (rank + 1, rank + 2):
        raise RuntimeError(f"non-empty {BATCHES[rank]} (batch mode) tensor expected for input")


# -- adaptive windows ------------------------------------------------------------------------


def with_default(output_size, shape):
    """An output size whose entries None stand for the input's own; a single one is left alone."""
    if not isinstance(output_size, (tuple, list)):
        return output_size
    if len(shape) <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    own = shape[len(shape) - len(output_size) :]
    return [n if v is None else v for v, n in zip(output_size, own, strict=True)]


def output_sizes(function, rank, output_size, message):
    """The output size of each dim; a single int stands for all."""
    alone = not isinstance(output_size, (tuple, list))
    sizes = ints(function, "output_size", 2, output_size)
    sizes = sizes * rank if alone else sizes
    if len(sizes) != rank:
        raise RuntimeError(f"{message} must be {rank}")
    return sizes


def check_not_empty(function, input, dims):
    """Refuse empty dims."""
    for d in dims:
        if input.shape[d] == 0:
            raise RuntimeError(
                f"{function}(): Expected input to have non-zero size for non-batch dimensions, "
                f"but input has sizes {listed(input.shape)} with dimension {d} being empty"
            )
