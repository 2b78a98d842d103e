"""Gradients of convolutions as functions: `torch.nn.grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rushlight.alias import missing
from rushlight.ops import convolution_arguments as arguments
from rushlight.ops.convolution import gradient_of_input, gradient_of_weight

if TYPE_CHECKING:
    from rushlight.tensor.tensor import Tensor

__all__ = [
    "conv1d_input",
    "conv1d_weight",
    "conv2d_input",
    "conv2d_weight",
    "conv3d_input",
    "conv3d_weight",
]

Ints = int | Sequence[int]


def conv1d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The gradient of `conv1d` for its input, of size `input_size`, from that of its result.

    Raises:
        RuntimeError: sizes or dtypes that do not fit.

    Example:
        >>> import rushlight as torch
        >>> weight = torch.tensor([[[1.0, 10.0]]])
        >>> conv1d_input((1, 1, 3), weight, torch.tensor([[[1.0, 2.0]]]))
        tensor([[[ 1., 12., 20.]]])
    """
    return of_input(1, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv1d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """The gradient of `conv1d` for its weight, of size `weight_size`, from that of its result.

    Raises:
        RuntimeError: sizes or dtypes that do not fit.

    Example:
        >>> import rushlight as torch
        >>> input = torch.tensor([[[1.0, 2.0, 4.0]]])
        >>> conv1d_weight(input, (1, 1, 2), torch.tensor([[[1.0, 10.0]]]))
        tensor([[[21., 42.]]])
    """
    return of_weight(1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv2d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """`conv1d_input` for `conv2d`."""
    return of_input(2, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv2d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """`conv1d_weight` for `conv2d`."""
    return of_weight(2, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv3d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """`conv1d_input` for `conv3d`."""
    return of_input(3, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv3d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Ints = 1,
    padding: Ints = 0, dilation: Ints = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """`conv1d_weight` for `conv3d`."""
    return of_weight(3, input, weight_size, grad_output, (stride, padding, dilation, groups))


def of_input(n: int, size: Sequence[int], weight: Tensor, g: Tensor, how: Any) -> Tensor:
    """The gradient for an input of this size, once sizes are known to fit."""
    how = arguments.of_convolution(f"conv{n}d", n, g, weight, None, how)
    how = arguments.checked_gradient(tuple(size), weight, g, how)
    result: Tensor = gradient_of_input(g, weight, None, tuple(size[2:]), how)
    return result


def of_weight(n: int, input: Tensor, size: Sequence[int], g: Tensor, how: Any) -> Tensor:
    """The gradient for a weight of this size, once sizes are known to fit."""
    how = arguments.of_convolution(f"conv{n}d", n, input, g, None, how)
    how = arguments.checked_gradient(input, tuple(size), g, how)
    result: Tensor = gradient_of_weight(g, input, tuple(size[2:]), how)
    return result


__getattr__ = missing(__name__)
