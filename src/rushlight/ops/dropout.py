"""Dropout: elements or channels switched off at random, for `torch.nn.functional`."""

import math
import warnings

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import namespaces, public
from rushlight.tape.batching import copied_for

# What a switched-off element becomes under alpha dropout: minus scale * alpha of the SELU.
SELU_ALPHA = 1.7580993408473766
NO_CHANNEL = (
    "{name}: Received a {n}-D input to {name}, which is deprecated and will result in an error in "
    "a future release. To retain the behavior and silence this warning, please use dropout "
    "instead. Note that {name} exists to provide channel-wise dropout on inputs with {spatial} "
    "spatial dimensions, a channel dimension, and an optional batch dimension (i.e. {ranks} "
    "inputs)."
)
AMBIGUOUS = (
    "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout "
    "behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. "
    "This behavior will change in a future release to interpret the input as one without a batch "
    "dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please "
    "switch to using dropout1d instead."
)
DROPOUT_1D = (
    "dropout1d: Expected 2D or 3D input, but received a {0}D input. Note that dropout1d exists to "
    "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an "
    "optional batch dimension (i.e. 2D or 3D inputs)."
)


def dropped(input, p, train, channels=False, alpha=False, inplace=False):
    """All kinds of dropout.

    `channels` switches off whole channels; `alpha` keeps mean and variance of a SELU's outputs
    instead of the mean alone.
    """
    as_tensor_argument("dropout", "input", 1, input)
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {shown(p)}")
    if p == 0 or not train or input.numel() == 0:
        return input
    if p == 1:
        return multiplied(input, input.new_zeros(()), inplace)
    noise = kept(input, p, channels)
    if not alpha:
        return multiplied(input, noise.div_(1 - p), inplace)
    a = 1 / math.sqrt((SELU_ALPHA**2 * p + 1) * (1 - p))
    shift = (noise - 1).mul_(SELU_ALPHA * a).add_(SELU_ALPHA * a * p)
    out = multiplied(input, noise.mul_(a), inplace)
    return out.add_(shift) if inplace else out + shift


def shown(p):
    """A number as C++ prints it."""
    return f"{p:g}"


def kept(input, p, channels):
    """Ones where elements (or channels) stay, zeros where they go."""
    if input.dtype.category == dtypes.COMPLEX:
        raise NotImplementedError(
            f"\"bernoulli_scalar_cpu_\" not implemented for '{input.dtype.scalar_type}'"
        )
    if not channels:
        return namespaces["torch"]["empty_like"](input).bernoulli_(1 - p)
    n = input.dim()
    if n < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    noise = input.new_empty((*input.shape[:2], *[1] * (n - 2)))
    return copied_for(noise, input).bernoulli_(1 - p)


def multiplied(input, noise, inplace):
    return input.mul_(noise) if inplace else input * noise


# -- torch.* ---------------------------------------------------------------------------------


@public("torch", name="dropout")
def torch_dropout(input, p, train):
    """`torch.nn.functional.dropout`, all arguments required."""
    return dropped(input, p, train)


@public("torch", name="dropout_")
def torch_dropout_(input, p, train):
    """`dropout` in place."""
    return dropped(input, p, train, inplace=True)


@public("torch", name="feature_dropout")
def feature_dropout(input, p, train):
    """Dropout of whole channels, dim 1 of the input."""
    return dropped(input, p, train, channels=True)


@public("torch", name="feature_dropout_")
def feature_dropout_(input, p, train):
    """`feature_dropout` in place."""
    return dropped(input, p, train, channels=True, inplace=True)


@public("torch", name="alpha_dropout")
def torch_alpha_dropout(input, p, train):
    """`torch.nn.functional.alpha_dropout`, all arguments required."""
    return dropped(input, p, train, alpha=True)


@public("torch", name="alpha_dropout_")
def torch_alpha_dropout_(input, p, train):
    """`alpha_dropout` in place."""
    return dropped(input, p, train, alpha=True, inplace=True)


@public("torch", name="feature_alpha_dropout")
def torch_feature_alpha_dropout(input, p, train):
    """`torch.nn.functional.feature_alpha_dropout`, all arguments required."""
    return dropped(input, p, train, channels=True, alpha=True)


@public("torch", name="feature_alpha_dropout_")
def torch_feature_alpha_dropout_(input, p, train):
    """`feature_alpha_dropout` in place."""
    return dropped(input, p, train, channels=True, alpha=True, inplace=True)


# -- torch.nn.functional.* -------------------------------------------------------------------


def check_probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


@public("F")
def dropout(input, p=0.5, training=True, inplace=False):
    """Set elements to zero with probability `p` and divide the others by `1 - p`.

    Without `training` the input is returned as it is. Noise comes from the default generator.

    Raises:
        ValueError: `p` is no probability.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.dropout(torch.ones(3), 0.0)
        tensor([1., 1., 1.])
    """
    check_probability(p)
    return dropped(input, p, training, inplace=inplace)


@public("F")
def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance of a SELU's outputs.

    Raises:
        ValueError: `p` is no probability.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.alpha_dropout(torch.ones(2), training=False)
        tensor([1., 1.])
    """
    check_probability(p)
    return dropped(input, p, training, alpha=True, inplace=inplace)


@public("F")
def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels, dim 1 of the input.

    Raises:
        ValueError: `p` is no probability.
        RuntimeError: the input has fewer than two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.feature_alpha_dropout(torch.ones(1, 2), training=False)
        tensor([[1., 1.]])
    """
    check_probability(p)
    return dropped(input, p, training, channels=True, alpha=True, inplace=inplace)


@public("F")
def dropout1d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of N x C x L or C x L.

    Raises:
        ValueError: `p` is no probability.
        RuntimeError: the input has another rank.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.dropout1d(torch.ones(2, 3), p=0.0)
        tensor([[1., 1., 1.],
                [1., 1., 1.]])
    """
    check_probability(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(DROPOUT_1D.format(input.dim()))
    if input.dim() == 3:
        return dropped(input, p, training, channels=True, inplace=inplace)
    return one_sample_dropped(input, p, training, inplace)


def one_sample_dropped(input, p, training, inplace):
    """Dropout of the channels, dim 0, of a sample without a batch dim."""
    batch = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    out = dropped(batch, p, training, channels=True, inplace=inplace)
    return out.squeeze_(0) if inplace else out.squeeze(0)


@public("F")
def dropout2d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels, dim 1 of N x C x H x W.

    Raises:
        ValueError: `p` is no probability.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.dropout2d(torch.ones(1, 1, 1, 2), p=0.0)
        tensor([[[[1., 1.]]]])
    """
    check_probability(p)
    n = input.dim()
    if n not in (3, 4):
        warnings.warn(
            NO_CHANNEL.format(name="dropout2d", n=n, spatial=2, ranks="3D or 4D"), stacklevel=4
        )
    if n == 3:
        warnings.warn(AMBIGUOUS, stacklevel=4)
    return dropped(input, p, training, channels=True, inplace=inplace)


@public("F")
def dropout3d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of N x C x D x H x W or C x D x H x W.

    Raises:
        ValueError: `p` is no probability.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.dropout3d(torch.ones(1, 1, 1, 1, 2), p=0.0)
        tensor([[[[[1., 1.]]]]])
    """
    check_probability(p)
    n = input.dim()
    if n not in (4, 5):
        warnings.warn(
            NO_CHANNEL.format(name="dropout3d", n=n, spatial=3, ranks="4D or 5D"), stacklevel=4
        )
    if n == 5:
        return dropped(input, p, training, channels=True, inplace=inplace)
    return one_sample_dropped(input, p, training, inplace)


@public("F")
def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A sample of the softmax of `logits` with Gumbel noise, at temperature `tau`.

    With `hard` the result is one-hot, with the gradient of the soft sample.

    Example:
        >>> import rushlight as torch
        >>> sample = torch.nn.functional.gumbel_softmax(torch.zeros(4), hard=True)
        >>> float(sample.sum())
        1.0
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=4)
    gumbels = -namespaces["torch"]["empty_like"](logits).exponential_().log()
    soft = ((logits + gumbels) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = namespaces["torch"]["zeros_like"](logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft
