"""Patches of images as columns, and columns added up to images: `nn.functional.unfold`, `fold`."""

from math import prod

from rushlight.kernels import convolution as kernels
from rushlight.kernels import dtypes
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase

SETTINGS = ("kernel_size", "dilation", "padding", "stride")


class Columns(Operation, family=True):
    """Between ... x channels x height x width and ... x (channels, taps) x places.

    `how` is (kernel, stride, padding, dilation).
    """

    places = None
    linear = True

    def lift(self, size, ndim, *params):
        return params


class im2col(Columns):
    """Each place's patch as a column."""

    node = "Im2ColBackward0"

    def forward(x, how):
        lead = x.shape[:-3]
        columns = kernels.unfolded(x.reshape((prod(lead), *x.shape[-3:])), *how)
        rows = columns.shape[1] * columns.shape[2]
        return columns.reshape((*lead, rows, columns.shape[3]))

    def vjp_x(g, x_shape, how):
        return col2im(g, tuple(x_shape[-2:]), how)


class col2im(Columns):
    """The transpose of `im2col`: overlapping patches add up."""

    node = "Col2ImBackward0"

    def forward(x, size, how):
        (*lead, rows, count), taps = x.shape, prod(how[0])
        columns = x.reshape((prod(lead), rows // taps, taps, count))
        return kernels.folded(columns, size, *how).reshape((*lead, rows // taps, *size))

    def vjp_x(g, how):
        return im2col(g, how)


@public("F")
def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The patches that a kernel sees on an image, side by side as columns.

    Args:
        input: samples x channels x height x width, or without the samples.
        kernel_size: height and width of a patch; as all sizes here, one int or two.
        dilation: how far a patch's elements are apart.
        padding: zeros around the image.
        stride: how far patches are apart.

    Returns:
        samples x (channels, height and width of the kernel) x patches.

    Raises:
        RuntimeError: sizes that do not fit.
        NotImplementedError: integers.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.unfold(torch.arange(6.0).view(1, 2, 3), 2)
        tensor([[0., 1.],
                [1., 2.],
                [3., 4.],
                [4., 5.]])
    """
    settings = checked("im2col", input, (kernel_size, dilation, padding, stride), 2)
    kernel, dilation, padding, stride = settings
    check_image(input)
    size = kernels.places(tuple(input.shape[-2:]), kernel, stride, padding, dilation)
    if min(size) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, "
            f"dilation={dilation}, padding={padding}, calculated shape of the array of sliding "
            f"blocks as {size}, but its components must be at least one."
        )
    refuse_integers("im2col_out_cpu", input)
    return im2col(input, (kernel, stride, padding, dilation))


@public("F")
def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Images from columns, as `unfold` makes them of patches; where patches overlap they add up.

    Args:
        input: samples x (channels, height and width of the kernel) x patches, or without samples.
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: as for `unfold`.

    Returns:
        samples x channels x height x width.

    Raises:
        RuntimeError: sizes that do not fit.
        NotImplementedError: integers.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.fold(torch.ones(4, 2), (2, 3), 2)
        tensor([[[1., 2., 1.],
                 [1., 2., 1.]]])
    """
    settings = (output_size, kernel_size, dilation, padding, stride)
    size, kernel, dilation, padding, stride = checked("col2im", input, settings, 2)
    check_columns(input, size, kernel, dilation, padding, stride)
    refuse_integers("col2im_out_cpu", input)
    return col2im(input, size, (kernel, stride, padding, dilation))


def checked(name, input, settings, first):
    """The settings, each as two ints in their range."""
    as_tensor_argument(name, "input", 1, input)
    names = ("output_size", *SETTINGS)[-len(settings) :]
    pairs = [
        pair(name, key, position, value)
        for position, (key, value) in enumerate(zip(names, settings, strict=True), first)
    ]
    for key, values in zip(names, pairs, strict=True):
        if len(values) != 2:
            raise RuntimeError(f"It is expected {key} equals to 2, but got size {len(values)}")
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = pairs[-4:]
    if min(kh, kw) <= 0:
        raise RuntimeError(
            f"kernel size should be greater than zero, but got kernel_height: {kh} "
            f"kernel_width: {kw}"
        )
    if min(sh, sw) <= 0:
        raise RuntimeError(
            f"stride should be greater than zero, but got stride_height: {sh} stride_width: {sw}"
        )
    if min(dh, dw) <= 0:
        raise RuntimeError(
            f"dilation should be greater than zero, but got dilation_height: {dh} "
            f"dilation_width: {dw}"
        )
    if min(ph, pw) < 0:
        raise RuntimeError(
            f"padding should be non-negative, but got pad_height: {ph} pad_width: {pw}"
        )
    return pairs


def pair(name, key, position, value):
    """A setting as a tuple of ints; one int stands for two."""
    values = value if isinstance(value, (tuple, list)) else (value, value)
    for at, v in enumerate(values):
        if isinstance(v, (bool, float, str)) or not hasattr(v, "__index__"):
            word = type(v).__name__
            raise TypeError(
                f"{name}(): argument '{key}' failed to unpack the object at pos {at + 1} with "
                f'error "type must be tuple of ints,but got {word}"'
                if at
                else f"{name}(): argument '{key}' (position {position}) must be tuple of ints, but "
                f"found element of type {word} at pos {at}"
            )
    return tuple([int(v) for v in values])


def check_image(input):
    """One or several images that are not empty."""
    shape = input.shape
    if input.dim() not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(shape)}"
        )


def check_columns(input, size, kernel, dilation, padding, stride):
    """The columns are those of images of this size."""
    shape = input.shape
    if input.dim() not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(shape)}"
        )
    if shape[-2] % prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={shape[-2]} and kernel_size={kernel}."
        )
    rows, columns = kernels.places(size, kernel, stride, padding, dilation)
    if min(rows, columns) < 1 or rows * columns != shape[-1]:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, stride={stride}, expected size of input's dimension 2 to match "
            f"the calculated number of sliding blocks {rows} * {columns} = {rows * columns}, but "
            f"got input.size(2)={shape[-1]}."
        )


def refuse_integers(kernel, input):
    """PyTorch's kernels do all but integers."""
    if isinstance(input, TensorBase) and input.dtype.category == dtypes.INT:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.scalar_type}'")
