"""Convolutions."""

import numpy as np

from rushlight.kernels import images
from rushlight.kernels import images as kernels
from rushlight.kernels.quiet import quietly
from rushlight.ops import convolution_arguments as arguments
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.pad import constant_pad_nd
from rushlight.ops.publish import public
from rushlight.tape import batching
from rushlight.tape.dispatch import conj

# -- the operations ------------------------------------------------------------------------------


class Trilinear(Operation, family=True):
    """The derivative of the form y w x (see the kernels) by one of the three.

    `roles` says which are the first input, the second, and the result; a third input is a bias.
    The parameters are the size of the result without its first two dims, and `how`: (stride,
    padding, dilation, groups). Half precision is computed in float32.
    """

    places = None
    tensors = 3
    node = "ConvolutionBackward0"

    def compute(self, inputs, params):
        arrays = [None if t is None else t.array for t in inputs]
        dtype = arrays[0].dtype
        if dtype.itemsize > 2 or dtype.kind not in "fV":
            return quietly(self.forward, (*arrays, *params))
        wide = [None if a is None else a.astype(np.float32) for a in arrays]
        return quietly(self.forward, (*wide, *params)).astype(dtype)

    def batch(self, values, dims, params, size):
        bias = values[2] if self.tensors == 3 else None
        if bias is None or dims[1] is dims[2] is None:
            return self.folding(values, dims, params, size), 0
        factors = (*values[:2], None)
        if dims[0] is dims[1] is None:
            out = self.run(factors, params).unsqueeze(0)
        else:
            out = self.folding(factors, dims, params, size)
        bias = bias.unsqueeze(0) if dims[2] is None else bias.movedim(dims[2], 0)
        return out + bias.reshape((len(bias), 1, bias.shape[1], *[1] * (out.dim() - 3))), 0

    def folding(self, values, dims, params, size):
        """The batch dim becomes a part of what those share that have one, the result included."""
        result_size, (stride, padding, dilation, groups) = params
        first, second, result = self.roles
        having = {role for role, d in ((first, dims[0]), (second, dims[1])) if d is not None}
        shared = SHARED["".join(sorted({*having, result}))]
        factors = [
            t if d is None else folded(t.movedim(d, 0), role, shared, groups)
            for t, d, role in ((values[0], dims[0], first), (values[1], dims[1], second))
        ]
        how = (stride, padding, dilation, groups * size if shared == "groups" else groups)
        out = self.run((*factors, *values[2:]), (result_size, how))
        return unfolded(out, result, shared, groups, size)


SHARED = {"xy": "samples", "wy": "outputs", "wx": "inputs", "wxy": "groups"}


def place_of(role, shared, groups):
    """The dim of x, w or y that counts what is shared, and how many groups stand outside of it."""
    first = shared == "samples" or (role == "w" and shared != "inputs")
    grouped = (role, shared) in (("y", "outputs"), ("w", "outputs"), ("x", "inputs"))
    return (0 if first else 1), (groups if grouped else 1)


def folded(t, role, shared, groups):
    """`t` with the batch dim in front as part of the dim that counts what is shared."""
    (dim, outside), (size, *shape) = place_of(role, shared, groups), t.shape
    split = (size, *shape[:dim], outside, shape[dim] // outside, *shape[dim + 1 :])
    t = t.reshape(split).movedim(0, dim + 1)
    return t.reshape((*shape[:dim], size * shape[dim], *shape[dim + 1 :]))


def unfolded(t, role, shared, groups, size):
    """The inverse of `folded`."""
    (dim, outside), shape = place_of(role, shared, groups), t.shape
    own = shape[dim] // size
    split = (*shape[:dim], outside, size, own // outside, *shape[dim + 1 :])
    t = t.reshape(split).movedim(dim + 1, 0)
    return t.reshape((size, *shape[:dim], own, *shape[dim + 1 :]))


class convolve(Trilinear):
    """The convolution of x with w, plus b for each output channel."""

    roles = "xwy"

    def forward(x, w, b, size, how):
        return kernels.convolution(x, w, size, *how, b)

    def vjp_x(g, w, x_shape, how):
        return gradient_of_input(g, conj(w), None, tuple(x_shape[2:]), how)

    def vjp_w(g, x, w_shape, how):
        return gradient_of_weight(g, conj(x), tuple(w_shape[2:]), how)

    def vjp_b(g):
        return total_by_channel(g)

    def jvp_x(t, w, size, how):
        return convolve(t, w, None, size, how)

    def jvp_w(t, x, size, how):
        return convolve(x, t, None, size, how)

    def jvp_b(t, ans):
        return in_each_place(t, ans)


class convolve_transposed(Trilinear):
    """What `convolve` does, transposed: y's values times w added up; plus b for each channel."""

    roles = "ywx"

    def forward(y, w, b, size, how):
        return kernels.convolution_input(y, w, size, *how, b)

    def vjp_y(g, w, y_shape, how):
        return gradient_of_places(g, conj(w), None, tuple(y_shape[2:]), how)

    def vjp_w(g, y, w_shape, how):
        return gradient_of_weight(conj(y), g, tuple(w_shape[2:]), how)

    def vjp_b(g):
        return total_by_channel(g)

    def jvp_y(t, w, size, how):
        return convolve_transposed(t, w, None, size, how)

    def jvp_w(t, y, size, how):
        return convolve_transposed(y, t, None, size, how)

    def jvp_b(t, ans):
        return in_each_place(t, ans)


class gradient_of_weight(Trilinear):
    """What is under each tap of a kernel in x, times y, summed over places and samples."""

    node = "ConvolutionBackwardBackward0"
    tensors = 2
    roles = "yxw"

    def forward(y, x, kernel, how):
        return kernels.convolution_weight(y, x, kernel, *how)

    def vjp_y(g, x, y_shape, how):
        return gradient_of_places(conj(x), g, None, tuple(y_shape[2:]), how)

    def vjp_x(g, y, x_shape, how):
        return gradient_of_input(conj(y), g, None, tuple(x_shape[2:]), how)

    def jvp_y(t, x, kernel, how):
        return gradient_of_weight(t, x, kernel, how)

    def jvp_x(t, y, kernel, how):
        return gradient_of_weight(y, t, kernel, how)


class gradient_of_places(convolve):
    """`convolve` in a gradient."""

    node = "ConvolutionBackwardBackward0"


class gradient_of_input(convolve_transposed):
    """`convolve_transposed` in a gradient."""

    node = "ConvolutionBackwardBackward0"


def total_by_channel(g):
    """The gradient of a bias."""
    return g.sum((0, *range(2, g.dim())))


def in_each_place(t, like):
    """A bias as a tensor like the result."""
    return t.reshape((-1, *[1] * (like.dim() - 2))).expand(like.shape)


# -- functions -----------------------------------------------------------------------------------


@public("torch F")
def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slides a kernel over `input` and sums what is under it, for each output channel.

    Args:
        input: samples x channels x length, or channels x length.
        weight: outputs x channels / groups x taps.
        bias: outputs; is added.
        stride: how far the kernel moves.
        padding: zeros in front and behind; or "valid" for none, or "same" for as many as keep
            the length.
        dilation: how far its taps are apart.
        groups: into how many groups the channels are cut; each group of outputs sees one of them.

    Returns:
        samples x outputs x places, where there are
        (length + 2 padding - dilation (taps - 1) - 1) // stride + 1 places.

    Raises:
        RuntimeError: sizes or dtypes that do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.conv1d(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[[-1.0, 1.0]]]))
        tensor([[1., 2.]])
    """
    return convolved("conv1d", 1, input, weight, bias, (stride, padding, dilation, groups))


@public("torch F")
def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """`conv1d` with two dims in place of the length, and kernels of two dims.

    Where sizes are two ints, the first is for the rows.

    Example:
        >>> import rushlight as torch
        >>> image = torch.arange(9.0).view(1, 3, 3)
        >>> torch.conv2d(image, torch.ones(1, 1, 2, 2), padding=(0, 1))
        tensor([[[ 3.,  8., 12.,  7.],
                 [ 9., 20., 24., 13.]]])
    """
    return convolved("conv2d", 2, input, weight, bias, (stride, padding, dilation, groups))


@public("torch F")
def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """`conv1d` with three dims in place of the length, and kernels of three dims.

    Example:
        >>> import rushlight as torch
        >>> torch.conv3d(torch.ones(1, 4, 4, 4), torch.ones(1, 1, 3, 3, 3), stride=(1, 2, 2))
        tensor([[[[27.]],
        <BLANKLINE>
                 [[27.]]]])
    """
    return convolved("conv3d", 3, input, weight, bias, (stride, padding, dilation, groups))


def convolved(name, n, input, weight, bias, how):
    """A convolution over the last `n` dims, of a sample or several."""
    how = arguments.of_convolution(name, n, input, weight, bias, how)
    x = arguments.batched(name, n, input)
    if isinstance(how[1], str):
        x, how = with_padding_of(how[1], x, weight, how)
    out = convolution_of(x, weight, bias, how)
    return out if x.dim() == input.dim() or input.dim() == n + 2 else out.squeeze(0)


def with_padding_of(word, x, weight, how):
    """The input and `how` with zeros for "same" or "valid" in numbers."""
    stride, _, dilation, groups = how
    n = weight.dim() - 2
    if word == "valid":
        return x, (stride, (0,), dilation, groups)
    arguments.check_same(x, weight, how)
    dilation = dilation * n if len(dilation) == 1 else dilation
    totals = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
    odd = [total % 2 for total in totals]
    if any(odd):
        arguments.warn_of_copy()
        x = constant_pad_nd(x, tuple([(0, more) for more in reversed(odd)]), 0)
    return x, (stride, tuple([total // 2 for total in totals]), dilation, groups)


def convolution_of(x, weight, bias, how):
    """A convolution of samples, its arguments checked."""
    size, how = arguments.checked(x, weight, bias, how)
    return convolve(x, weight, bias, size, how)


@public("torch F")
def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The transpose of `conv1d`: each value times a kernel, added up where the kernel lies.

    Args:
        input: samples x channels x length, or channels x length.
        weight: channels x outputs / groups x taps.
        bias: outputs; is added.
        stride: how far kernels are apart in the result.
        padding: how much of the result is cut off in front and behind.
        output_padding: how much longer the result is behind; less than stride or dilation.
        groups: into how many groups the channels are cut.
        dilation: how far a kernel's taps are apart.

    Returns:
        samples x outputs x length' of
        (length - 1) stride - 2 padding + dilation (taps - 1) + output_padding + 1.

    Raises:
        RuntimeError: sizes or dtypes that do not fit.

    Example:
        >>> import rushlight as torch
        >>> kernel = torch.tensor([[[1.0, 10.0, 100.0]]])
        >>> torch.conv_transpose1d(torch.tensor([[1.0, 2.0]]), kernel, stride=2)
        tensor([[  1.,  10., 102.,  20., 200.]])
    """
    how = (stride, padding, output_padding, dilation, groups)
    return transposed("conv_transpose1d", 1, input, weight, bias, how)


@public("torch F")
def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """`conv_transpose1d` with two dims in place of the length: the transpose of `conv2d`.

    Example:
        >>> import rushlight as torch
        >>> torch.conv_transpose2d(torch.ones(1, 1, 2), torch.ones(1, 1, 2, 2))
        tensor([[[1., 2., 1.],
                 [1., 2., 1.]]])
    """
    how = (stride, padding, output_padding, dilation, groups)
    return transposed("conv_transpose2d", 2, input, weight, bias, how)


@public("torch F")
def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """`conv_transpose1d` with three dims in place of the length: the transpose of `conv3d`.

    Example:
        >>> import rushlight as torch
        >>> torch.conv_transpose3d(torch.ones(1, 1, 1, 1), torch.ones(1, 2, 1, 1, 3)).shape
        torch.Size([2, 1, 1, 3])
    """
    how = (stride, padding, output_padding, dilation, groups)
    return transposed("conv_transpose3d", 3, input, weight, bias, how)


def transposed(name, n, input, weight, bias, how):
    """A transposed convolution over the last `n` dims, of a sample or several."""
    how = arguments.of_transposed(name, n, input, weight, bias, how)
    x = arguments.batched(name, n, input)
    out = transposed_of(x, weight, bias, how)
    return out if input.dim() == n + 2 else out.squeeze(0)


def transposed_of(x, weight, bias, how):
    """A transposed convolution of samples, its arguments checked."""
    size, how = arguments.checked_transposed(x, weight, bias, how)
    return convolve_transposed(x, weight, bias, size, how)


@public("torch")
def convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """A convolution, or with `transposed` a transposed one, over as many dims as the weight has.

    The sizes are sequences of ints, of length one or of one for each dim; `input` has samples.

    Example:
        >>> import rushlight as torch
        >>> x, w = torch.ones(1, 1, 3), torch.ones(1, 1, 2)
        >>> torch.convolution(x, w, None, [1], [0], [1], True, [0], 1)
        tensor([[[1., 2., 2., 1.]]])
    """
    lists = (stride, padding, dilation, output_padding)
    stride, padding, dilation, output_padding = arguments.lists("convolution", lists)
    if transposed:
        how = (stride, padding, output_padding, dilation, groups)
        return transposed_of(input, weight, bias, how)
    return convolution_of(input, weight, bias, (stride, padding, dilation, groups))


@public("torch")
def _convolution(
    input, weight, bias, stride, padding, dilation, transposed, output_padding, groups,
    benchmark, deterministic, cudnn_enabled, allow_tf32=False,
):  # fmt: skip
    """`convolution`; the other arguments are for graphics cards."""
    return convolution(
        input, weight, bias, stride, padding, dilation, transposed, output_padding, groups
    )


@public("torch")
def _convolution_mode(input, weight, bias, stride, padding, dilation, groups):
    """A convolution with "same" or "valid" padding, over as many dims as the weight has."""
    if padding not in ("same", "valid"):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    stride, dilation = tuple(stride), tuple(dilation)
    x, how = with_padding_of(padding, input, weight, (stride, padding, dilation, groups))
    return convolution_of(x, weight, bias, how)


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
