"""First values of parameters: `torch.nn.init`.

Every function overwrites a tensor outside the graph, with the numbers that PyTorch draws for the
same seed, and returns it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import rushlight as torch
from rushlight.alias import missing
from rushlight.tape.modes import no_grad
from rushlight.tensor.creation import empty_like

__all__ = [
    "calculate_gain",
    "uniform_",
    "normal_",
    "trunc_normal_",
    "constant_",
    "ones_",
    "zeros_",
    "eye_",
    "dirac_",
    "xavier_uniform_",
    "xavier_normal_",
    "kaiming_uniform_",
    "kaiming_normal_",
    "orthogonal_",
    "sparse_",
    "uniform",
    "normal",
    "constant",
    "eye",
    "dirac",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "orthogonal",
    "sparse",
]

LINEAR = (
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
)
FAR_MEAN = (
    "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may "
    "be incorrect."
)
NO_ELEMENTS = "Initializing zero-element tensors is a no-op"
TOO_FEW_DIMS = "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """By what weights are scaled so that values keep their spread through a nonlinearity.

    Args:
        nonlinearity: its name in `nn.functional`.
        param: the negative slope of 'leaky_relu'.

    Raises:
        ValueError: for an unknown name, or a slope that is no number.

    Example:
        >>> calculate_gain("relu") ** 2
        2.0000000000000004
    """
    if nonlinearity in LINEAR:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if isinstance(param, bool) or not isinstance(param, (int, float, type(None))):
            raise ValueError(f"negative_slope {param} not a valid number")
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


# -- simple distributions ------------------------------------------------------------------------


def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Any:
    """Numbers drawn uniformly from [a, b).

    Example:
        >>> import rushlight as torch
        >>> torch.nn.init.uniform_(torch.empty(2), 3, 3)
        tensor([3., 3.])
    """
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Any:
    """Normal numbers."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(
    tensor: Any,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Any:
    """Normal numbers on condition that they lie in [a, b].

    Example:
        >>> import rushlight as torch
        >>> torch.nn.init.trunc_normal_(torch.empty(100)).abs().max() <= 2
        tensor(True)
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(FAR_MEAN, stacklevel=2)
    inside = normal_cdf((b - mean) / std) - normal_cdf((a - mean) / std)
    with no_grad():
        if inside > 0.3:
            redraw_outside(tensor, mean, std, a, b, generator)
        else:
            reject_uniform(tensor, mean, std, a, b, generator)
    return tensor


def normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def redraw_outside(
    tensor: Any, mean: float, std: float, a: float, b: float, generator: Any
) -> None:
    """Draw normal numbers until all are inside: where most are at once."""
    low, high = tensor.new_tensor(a).item(), tensor.new_tensor(b).item()
    tensor.normal_(mean, std, generator=generator)
    outside = (tensor < low) | (tensor > high)
    while outside.any():
        again = empty_like(tensor).normal_(mean, std, generator=generator)
        tensor.copy_(again.where(outside, tensor))
        outside = (tensor < low) | (tensor > high)


def reject_uniform(
    tensor: Any, mean: float, std: float, a: float, b: float, generator: Any
) -> None:
    """Draw uniform numbers and keep each with a probability as its density: where few are inside."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    pending = None
    while pending is None or pending.any():
        drawn = empty_like(tensor).uniform_(a, b, generator=generator)
        log_density = drawn.clone().sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak)
        tensor.copy_(drawn if pending is None else drawn.where(pending, tensor))
        rejected = empty_like(tensor).uniform_(generator=generator).log_().gt(log_density)
        pending = rejected if pending is None else rejected & pending


# -- constants -------------------------------------------------------------------------------


def constant_(tensor: Any, val: float) -> Any:
    """The value `val` everywhere.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.init.constant_(torch.empty(2), 0.5)
        tensor([0.5000, 0.5000])
    """
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Any) -> Any:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Any) -> Any:
    """Zeros."""
    with no_grad():
        return tensor.zero_()


def eye_(tensor: Any) -> Any:
    """The identity matrix.

    Raises:
        ValueError: unless the tensor has two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.init.eye_(torch.empty(2, 3))
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    check_matrix(tensor)
    with no_grad():
        tensor.zero_()
        tensor.diagonal().fill_(1)
    return tensor


def check_matrix(tensor: Any) -> None:
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")


def dirac_(tensor: Any, groups: int = 1) -> Any:
    """Weights of a convolution that hands its channels through.

    Raises:
        ValueError: unless the tensor has three to five dims and the groups divide the first.
    """
    if tensor.ndimension() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.size(0) % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = tensor.size(0) // groups
    middle = [length // 2 for length in tensor.shape[2:]]
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(per_group, tensor.size(1))):
                tensor[(group * per_group + channel, channel, *middle)] = 1
    return tensor


# -- by the number of inputs and outputs -----------------------------------------------------------


def _calculate_fan_in_and_fan_out(tensor: Any) -> tuple[int, int]:
    """How many numbers each output depends on, and how many depend on each input."""
    if tensor.dim() < 2:
        raise ValueError(TOO_FEW_DIMS)
    field = math.prod(tensor.shape[2:])
    return tensor.size(1) * field, tensor.size(0) * field


def _calculate_correct_fan(tensor: Any, mode: str) -> int:
    mode = mode.lower()
    valid = ["fan_in", "fan_out"]
    if mode not in valid:
        raise ValueError(f"Mode {mode} not supported, please use one of {valid}")
    return _calculate_fan_in_and_fan_out(tensor)[valid.index(mode)]


def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """Glorot and Bengio's uniform numbers, of variance 2 gain^2 / (fan_in + fan_out).

    Raises:
        ValueError: for fewer than two dims.
    """
    std = gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))
    a = math.sqrt(3.0) * std
    return uniform_(tensor, -a, a, generator)


def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """Glorot and Bengio's normal numbers, of variance 2 gain^2 / (fan_in + fan_out).

    Raises:
        ValueError: for fewer than two dims.
    """
    std = gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Any,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Any:
    """He's uniform numbers, of variance gain^2 / fan.

    Args:
        tensor: weights of the form (outputs, inputs, ...).
        a: the negative slope of 'leaky_relu'.
        mode: which fan counts, 'fan_in' or 'fan_out'.
        nonlinearity: what follows the layer, see `calculate_gain`.
        generator: where the numbers come from.

    Raises:
        ValueError: for fewer than two dims, or an unknown mode or nonlinearity.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.init.kaiming_uniform_(torch.empty(2, 6)).abs().max() <= 1
        tensor(True)
    """
    if 0 in tensor.shape:
        warnings.warn(NO_ELEMENTS, stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    bound = math.sqrt(3.0) * (calculate_gain(nonlinearity, a) / math.sqrt(fan))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Any,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Any:
    """He's normal numbers, of variance gain^2 / fan; arguments as of `kaiming_uniform_`."""
    if 0 in tensor.shape:
        warnings.warn(NO_ELEMENTS, stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(fan), generator)


# -- matrices ------------------------------------------------------------------------------------


def orthogonal_(tensor: Any, gain: float = 1, generator: Any = None) -> Any:
    """A matrix of orthonormal rows or columns, whichever are fewer, times `gain`.

    Dims after the first are taken together.

    Raises:
        ValueError: for fewer than two dims.

    Example:
        >>> import rushlight as torch
        >>> q = torch.nn.init.orthogonal_(torch.empty(2, 5))
        >>> torch.allclose(q @ q.T, torch.eye(2), atol=1e-6)
        True
    """
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    drawn = tensor.new_empty((rows, tensor.numel() // rows)).normal_(0, 1, generator=generator)
    wide = rows < drawn.size(1)
    q, r = np.linalg.qr(drawn.T.numpy() if wide else drawn.numpy())
    q = q * np.sign(np.diagonal(r))  # without it the matrices are not equally likely
    with no_grad():
        tensor.copy_(tensor.new_tensor(q.T if wide else q).view(tensor.shape))
        tensor.mul_(gain)
    return tensor


def sparse_(tensor: Any, sparsity: float, std: float = 0.01, generator: Any = None) -> Any:
    """Normal numbers of which a fraction `sparsity` of each column is zero.

    Raises:
        ValueError: unless the tensor has two dims.
    """
    check_matrix(tensor)
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[torch.randperm(rows)[:zeros], column] = 0
    return tensor


# -- old names ------------------------------------------------------------------------------------


def deprecated(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function under its old name, without the underscore, which warns."""
    name = function.__name__
    old = name[:-1]

    def renamed(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{name}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    renamed.__name__ = renamed.__qualname__ = old
    renamed.__doc__ = f"Deprecated name of `{name}`."
    return renamed


uniform = deprecated(uniform_)
normal = deprecated(normal_)
constant = deprecated(constant_)
eye = deprecated(eye_)
dirac = deprecated(dirac_)
xavier_uniform = deprecated(xavier_uniform_)
xavier_normal = deprecated(xavier_normal_)
kaiming_uniform = deprecated(kaiming_uniform_)
kaiming_normal = deprecated(kaiming_normal_)
orthogonal = deprecated(orthogonal_)
sparse = deprecated(sparse_)

__getattr__ = missing(__name__)
