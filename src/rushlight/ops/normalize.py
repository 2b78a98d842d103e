"""Normalisation layers as functions, for `torch.nn.functional`."""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import Operation, as_tensor_argument, numel, wrap_dim
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reduce import widened
from rushlight.ops.reductions import refuse_weight_gradient
from rushlight.ops.standardize import (
    batch_norm_,
    group_norm_,
    layer_norm_,
    moments,
    refuse_unfit,
)
from rushlight.ops.vector_norm import check_dtypes, norm_gradient, norm_of
from rushlight.tape import batching, inplace
from rushlight.tape.dispatch import conj
from rushlight.tape.modes import no_grad

UNBATCHED_STATISTICS = (
    "Batch norm got a batched tensor as input while the running_mean or running_var, which will be "
    "updated in place, were not batched.\nIf you are using a module and do not need eval mode, "
    "please set `track_running_stats` to be False.If you are using a prebuilt module and do not "
    "need eval mode, please see the functorch website for resources on how to patch your module "
    "to work with vmap"
)


@public("torch", name="layer_norm")
def torch_layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """`torch.nn.functional.layer_norm`."""
    return layer_norm(input, normalized_shape, weight, bias, eps)


@public("F", quick=layer_norm_)
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """The input standardised over its last dims, times `weight` plus `bias`.

    Args:
        normalized_shape: the lengths of those dims, and the shape of weight and bias.
        eps: added to the variance.

    Raises:
        RuntimeError: the shapes do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.layer_norm(torch.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])
    """
    as_tensor_argument("layer_norm", "input", 1, input)
    shape = shape_argument("layer_norm", normalized_shape)
    check_normalized(input, shape, "[*, ")
    check_parameters(shape, weight=weight, bias=bias)
    refuse_unfit(input, weight, bias, "LayerNormKernelImpl")
    dims = tuple(range(input.dim() - len(shape), input.dim()))
    return layer_norm_(input, weight, bias, dims, dims, eps, 0, 0)


@public("torch")
def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """`layer_norm`, with the mean and the reciprocal deviation as further results."""
    out = layer_norm(input, normalized_shape, weight, bias, eps)
    n = input.dim()
    dims = list(range(n - len(normalized_shape), n))
    dtype = input.dtype if weight is None else weight.dtype
    return out, *mean_and_scale(input, dims, True, eps, dtype)


def mean_and_scale(input, dims, keepdim, eps, dtype):
    """What was standardised by: the mean and the reciprocal deviation."""
    x = input.detach()
    x = x.float() if x.dtype.itemsize == 2 else x
    variance, mean = namespaces["torch"]["var_mean"](x, dims, correction=0, keepdim=keepdim)
    return mean.to(dtype), (variance + eps).rsqrt().to(dtype)


def shape_argument(name, shape):
    """`normalized_shape` as a tuple."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'normalized_shape' (position 2) must be tuple of "
            f"ints, not {type(shape).__name__}"
        )
    return tuple([int(n) for n in shape])


def check_normalized(input, shape, stars):
    """The input's last dims must be the normalised ones."""
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., "
            "containing at least one element, but got normalized_shape = []"
        )
    if tuple(input.shape)[-len(shape) :] != shape:
        inner = ", ".join(str(n) for n in shape)
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape {stars}{inner}], "
            f"but got input of size{list(input.shape)}"
        )


def check_parameters(shape, **parameters):
    """Weight and bias must have the normalised shape."""
    for name, p in parameters.items():
        if p is not None and tuple(p.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(p.shape)} and normalized_shape = {list(shape)}"
            )


@public("torch F")
def rms_norm(input, normalized_shape, weight=None, eps=None):
    """The input over the root of its mean square over the last dims, times `weight`.

    Args:
        normalized_shape: the lengths of those dims, and the shape of the weight.
        eps: added to the mean square; the dtype's epsilon unless given.

    Raises:
        RuntimeError: the shapes do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.rms_norm(torch.tensor([1.0, 7.0]), (2,))
        tensor([0.2000, 1.4000])
    """
    as_tensor_argument("rms_norm", "input", 1, input)
    shape = shape_argument("rms_norm", normalized_shape)
    check_normalized(input, shape, "[*")
    check_parameters(shape, weight=weight)
    if input.dtype.category < dtypes.FLOAT:
        raise NotImplementedError(f"\"rms_norm\" not implemented for '{input.dtype.scalar_type}'")
    dims = list(range(-len(shape), 0))
    x = input.float() if input.dtype.itemsize == 2 else input
    if eps is None:
        eps = float(np.finfo(x.dtype.to_real().numpy).eps)
    out = (x * ((x**2).mean(dims, True) + eps).rsqrt()).to(input.dtype)
    return out if weight is None else (out * weight).to(input.dtype)


# -- channels --------------------------------------------------------------------------------


@public("F")
def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
    eps=1e-5,
):  # fmt: skip
    """Each channel (dim 1) standardised over all other dims, times `weight` plus `bias`.

    Args:
        running_mean, running_var: with `training` they are moved towards the batch's mean and
            variance; without, they take their place.
        momentum: how far.

    Raises:
        ValueError: `training` with one value per channel.
        RuntimeError: parameters of another length than the number of channels.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[1.0], [3.0]])
        >>> torch.nn.functional.batch_norm(x, None, None, training=True)
        tensor([[-1.0000],
                [ 1.0000]])
    """
    if training:
        check_several(input.size())
        if eps <= 0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return channels_normalized(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )


def check_several(size):
    """A batch's variance needs two values per channel."""
    values = size[0]
    for n in size[2:]:
        values *= n
    if values == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {size}"
        )


def channels_normalized(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """`batch_norm` after its first checks."""
    as_tensor_argument("batch_norm", "input", 1, input)
    if input.numel() == 0:
        return empty_normalized(input, weight, bias)
    if input.dim() < 2:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    check_running(running_mean, running_var, training)
    check_lengths(
        input.shape[1], running_mean=running_mean, running_var=running_var, weight=weight, bias=bias
    )
    refuse_unfit(input, weight, bias, "batch_norm")
    if input.dtype.itemsize > 2:
        refuse_unfit(input, running_mean, running_var, "batch_norm")
    refuse_running_gradient(running_mean=running_mean, running_var=running_var)
    dims = (0, *range(2, input.dim()))
    if not training:
        mean, variance = running_mean, running_var
    else:
        mean, variance = moments(input, dims)
        if running_mean is not None:
            n = numel([input.shape[d] for d in dims])
            follow(running_mean, mean, 1, momentum)
            follow(running_var, variance, n / (n - 1) if n > 1 else float("nan"), momentum)
    return batch_norm_(input, weight, bias, mean, variance, bool(training), dims, (1,), eps, 0)


def empty_normalized(input, weight, bias):
    """No elements, standardised: no channel has statistics."""
    out = input.clone() if weight is None else input * weight[0]
    return out if bias is None else out + bias[0]


def check_running(mean, variance, training):
    """Running statistics are needed for evaluation, and come in pairs."""
    if not training:
        for name, t in (("running_mean", mean), ("running_var", variance)):
            if t is None:
                raise RuntimeError(f"{name} must be defined in evaluation mode")
    if (mean is None) != (variance is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")


def check_lengths(channels, **parameters):
    """One number per channel."""
    for name, p in parameters.items():
        if p is not None and p.numel() != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {p.numel()}")


def refuse_running_gradient(**statistics):
    refuse_weight_gradient("native_batch_norm", **statistics)


def follow(running, new, factor, momentum):
    """Move a running statistic towards `new`; like PyTorch, without counting it as a write."""
    if running.array is None or new.array is None:
        running, new = beneath(running, new)
        return follow(running, new, factor, momentum)
    held = running.array
    new = new.array.reshape(held.shape).astype(np.float64) * factor
    held[...] = momentum * new + (1 - momentum) * held.astype(np.float64)


def beneath(running, new):
    """The two one level down; PyTorch's error where only `new` has a sample for each."""
    levels = [t.box.level if t.array is None else 0 for t in (running, new)]
    boxes = [
        t.box if n == max(levels) else None for t, n in zip((running, new), levels, strict=True)
    ]
    dims = [getattr(b, "dim", None) for b in boxes]
    if dims == [None, None]:
        return [t if b is None else b.value for t, b in zip((running, new), boxes, strict=True)]
    if dims[0] is None:
        raise RuntimeError(UNBATCHED_STATISTICS)
    size = boxes[0].size
    return [
        batching.front(t if b is None else b.value, d, size)
        for t, b, d in zip((running, new), boxes, dims, strict=True)
    ]


@public("torch", name="batch_norm")
def torch_batch_norm(
    input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled
):
    """`torch.nn.functional.batch_norm`, all arguments required."""
    return channels_normalized(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )


@public("torch F")
def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Each sample standardised over groups of its channels, times `weight` plus `bias`.

    Args:
        num_groups: into how many groups the channels (dim 1) are divided.
        weight, bias: one number per channel.

    Raises:
        RuntimeError: the channels cannot be divided so, or parameters of another length.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0, 5.0, 5.0]]), 2)
        tensor([[-1.0000,  1.0000,  0.0000,  0.0000]])
    """
    as_tensor_argument("group_norm", "input", 1, input)
    if input.dim() < 2:
        raise RuntimeError(
            f"Expected at least 2 dimensions for input tensor but received {input.dim()}"
        )
    n, channels = input.shape[:2]
    check_several((n * channels // num_groups, num_groups, *input.shape[2:]))
    check_groups(input, num_groups, weight=weight, bias=bias)
    refuse_unfit(input, weight, bias, "GroupNormKernelImpl")
    dims = tuple(range(2, input.dim() + 1))
    return group_norm_(input, weight, bias, dims, (1, 2), eps, num_groups, 0)


def check_groups(input, groups, **parameters):
    """Refuse groups and parameters that the channels do not fit."""
    channels = input.shape[1]
    if groups <= 0:
        raise RuntimeError("Expected num groups to be greater than 0, got " + str(groups))
    if channels % groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(input.shape)} and num_groups={groups}"
        )
    for name, p in parameters.items():
        if p is not None and tuple(p.shape) != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {list(p.shape)} and input of shape {list(input.shape)}"
            )


@public("F")
def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
    momentum=0.1, eps=1e-5,
):  # fmt: skip
    """Each channel of each sample standardised, times `weight` plus `bias`.

    Args:
        running_mean, running_var: as for `batch_norm`, averaged over the samples.
        use_input_stats: standardise by the input's statistics, not the running ones.

    Raises:
        ValueError: one value per channel.
        RuntimeError: parameters of another length than the number of channels.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.instance_norm(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """
    if use_input_stats:
        check_several_pixels(input.size())
    return instances_normalized(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True
    )


def check_several_pixels(size):
    """A channel's variance needs two values."""
    pixels = 1
    for n in size[2:]:
        pixels *= n
    if pixels == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {size}"
        )


@public("torch", name="instance_norm")
def instances_normalized(
    input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps,
    cudnn_enabled,
):  # fmt: skip
    """`torch.nn.functional.instance_norm`, all arguments required: a batch of one sample."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when use_input_stats is false"
        )
    n, channels = input.shape[:2]
    refuse_unfit(input, weight, bias, "batch_norm")

    def repeated(t):
        return t if t is None else t.repeat(n)

    mean, variance = repeated(running_mean), repeated(running_var)
    rows = input.contiguous().view((1, n * channels, *input.shape[2:]))
    out = channels_normalized(
        rows, repeated(weight), repeated(bias), mean, variance, use_input_stats, momentum, eps
    )
    for running, each in ((running_mean, mean), (running_var, variance)):
        if running is not None and use_input_stats:
            with no_grad():
                inplace.copy(running, each.view(n, channels).mean(0))
    return out.view(input.shape)


@public("torch", out=True)
def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """`batch_norm`, with the mean and the reciprocal deviation used as further results."""
    out = channels_normalized(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )
    if not training:
        return out, input.new_empty(0), input.new_empty(0)
    dims = [0, *range(2, input.dim())]
    return out, *mean_and_scale(input, dims, False, eps, input.dtype)


# -- others ----------------------------------------------------------------------------------


@public("F")
def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Each element over (k + alpha * mean of squares of `size` neighbouring channels) ** beta.

    Raises:
        ValueError: the input has fewer than three dims.

    Example:
        >>> import rushlight as torch
        >>> x = torch.ones(1, 3, 1)
        >>> torch.nn.functional.local_response_norm(x, 1, alpha=3.0, beta=0.5)
        tensor([[[0.5000],
                 [0.5000],
                 [0.5000]]])
    """
    if input.dim() < 3:
        raise ValueError(
            "Expected 3D or higher dimensionality                          input "
            f"(got {input.dim()} dimensions)"
        )
    if input.numel() == 0:
        return input
    if size < 1:
        raise RuntimeError(f"kernel size should be greater than zero, but got kH: {size} kW: 1")
    squares = input * input
    before = squares.new_zeros((squares.shape[0], size // 2, *squares.shape[2:]))
    after = squares.new_zeros((squares.shape[0], (size - 1) // 2, *squares.shape[2:]))
    windows = namespaces["torch"]["cat"]((before, squares, after), 1).unfold(1, size, 1)
    if input.dtype is dtypes.int64:
        means = windows.sum(-1).div(size, rounding_mode="trunc")
    elif input.dtype.category < dtypes.FLOAT:
        raise NotImplementedError(f"\"avg_pool2d\" not implemented for '{input.dtype.scalar_type}'")
    else:
        means = windows.mean(-1)
    return input / (means * alpha + k) ** beta


@public("F")
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """The input over its p-norm along `dim`, norms below `eps` counting as `eps`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    as_tensor_argument("normalize", "input", 1, input)
    length = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / length if out is None else namespaces["torch"]["div"](input, length, out=out)


class renorm(Operation):
    """The slices along `dim` whose p-norm exceeds `maxnorm` scaled down to it.

    Raises:
        RuntimeError: the input has fewer than two dims, `p` is not positive or `maxnorm` negative.

    Example:
        >>> import rushlight as torch
        >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.6, 0.8]]), 2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.6000, 0.8000]])
    """

    inplace = True

    def bind(input, p, dim, maxnorm):
        if p <= 0:
            raise RuntimeError("renorm: non-positive-norm not supported")
        if maxnorm < 0:
            raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
        n = input.dim()
        if n < 2:
            raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {n} dimensions")
        dim = wrap_dim(dim, n)
        check_dtypes(input.dtype, None)
        return (input,), (p, tuple([d for d in range(n) if d != dim]), maxnorm)

    def forward(x, p, dims, maxnorm):
        return widened(shrunk, x, p, dims, maxnorm)

    def vjp_x(g, x, p, dims, maxnorm):
        length = namespaces["linalg"]["vector_norm"](x, p, dims, True)
        long, bounded = length > maxnorm, length + 1e-7
        toward = -maxnorm * (g * conj(x)).sum(dims, True) / (bounded * bounded)
        if toward.dtype.is_complex:
            toward = toward.real
        scaled = g * (maxnorm / bounded) + norm_gradient(toward, x, length, p, dims)
        return namespaces["torch"]["where"](long, scaled, g)

    def lift(size, ndim, p, dims, maxnorm):
        return p, tuple([d + 1 for d in dims]), maxnorm


def shrunk(x, p, dims, maxnorm):
    """`renorm` of an array."""
    with np.errstate(all="ignore"):
        length = norm_of(x, p, dims, True)
        factor = np.where(length > maxnorm, maxnorm / (length + 1e-7), 1)
        return x * factor.astype(length.dtype)
