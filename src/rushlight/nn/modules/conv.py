"""Convolutions: `torch.nn.modules.conv`."""

from __future__ import annotations

import math
from typing import Any

from rushlight.kernels.metadata import contiguous_format
from rushlight.nn import functional as F
from rushlight.nn import init
from rushlight.nn.modules.lazy import LazyModuleMixin
from rushlight.nn.modules.module import Module
from rushlight.nn.modules.sizes import ntuple, reversed_repeated
from rushlight.nn.modules.slot import Slot
from rushlight.tape.modes import no_grad
from rushlight.tensor.creation import empty, empty_like
from rushlight.tensor.parameter import Parameter, UninitializedParameter

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
]

PADDINGS = {"same", "valid"}
PADDING_MODES = {"zeros", "reflect", "replicate", "circular"}


class _ConvNd(Module):
    """What all convolutions share: arguments, checked, and parameters.

    Sizes are tuples already, one number for each of the dims that are convolved over.
    """

    __constants__ = [
        "stride",
        "padding",
        "dilation",
        "groups",
        "padding_mode",
        "output_padding",
        "in_channels",
        "out_channels",
        "kernel_size",
    ]
    spatial: int
    called: str
    weight: Any = Slot()
    bias: Any = Slot()

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: str | tuple[int, ...],
        dilation: tuple[int, ...],
        transposed: bool,
        output_padding: tuple[int, ...],
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_arguments(in_channels, out_channels, stride, padding, groups, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = border(padding, kernel_size, dilation)
        self.weight = Parameter(empty(self.weight_shape(), device=device, dtype=dtype))
        made = Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.register_parameter("bias", made)
        self.reset_parameters()

    def weight_shape(self) -> tuple[int, ...]:
        """(outputs, inputs of a group, *kernel), or the other way round if transposed."""
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        return (first, second // self.groups, *self.kernel_size)

    def reset_parameters(self) -> None:
        """Draw new first values, in row-major order however the weights lie in memory."""
        with no_grad():
            drawn = self.weight
            if not drawn.is_contiguous():
                drawn = empty_like(drawn, memory_format=contiguous_format)
            init.kaiming_uniform_(drawn, a=math.sqrt(5))
            if drawn is not self.weight:
                self.weight.copy_(drawn)
            if self.bias is not None:
                inputs = self.weight[0].numel() if self.weight.size(0) else 0
                bound = 1 / math.sqrt(inputs) if inputs > 0 else 0
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        n = len(self.kernel_size)
        parts = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}",
            f"stride={self.stride}",
        ]
        for name, usual in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = getattr(self, name)
            if value != (usual,) * n:
                parts.append(f"{name}={value}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


def check_arguments(
    in_channels: int, out_channels: int, stride: Any, padding: Any, groups: int, padding_mode: str
) -> None:
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups != 0:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups != 0:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in PADDINGS:
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {PADDINGS}")
        if padding == "same" and any(s != 1 for s in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    if padding_mode not in PADDING_MODES:
        raise ValueError(
            f"padding_mode must be one of {PADDING_MODES}, but got padding_mode='{padding_mode}'"
        )


def border(padding: Any, kernel_size: Any, dilation: Any) -> Any:
    """What `pad` has to put around the input where the border is no zeros, last dim first."""
    if not isinstance(padding, str):
        return reversed_repeated(padding, 2)
    widths = []
    for length, step in reversed(list(zip(kernel_size, dilation, strict=True))):
        total = step * (length - 1) if padding == "same" else 0
        widths += [total // 2, total - total // 2]
    return widths


class _Conv(_ConvNd):
    """A convolution over `spatial` dims by the function `called`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        each = ntuple(self.spatial)
        super().__init__(
            in_channels,
            out_channels,
            each(kernel_size),
            each(stride),
            padding if isinstance(padding, str) else each(padding),
            each(dilation),
            False,
            each(0),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _conv_forward(self, input: Any, weight: Any, bias: Any) -> Any:
        convolve = getattr(F, self.called)
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            padding = (0,) * self.spatial
        return convolve(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Any) -> Any:
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Conv):
    """Convolution of (N, C, L) or (C, L) with learned kernels.

    Args:
        in_channels: C of the input.
        out_channels: C of the result.
        kernel_size: length of the kernels, for each dim or one for all.
        stride: distance of neighbouring places of the kernel.
        padding: what is put on either side, or 'same' or 'valid'.
        dilation: distance of a kernel's elements.
        groups: into how many groups, on their own, the channels fall.
        bias: whether a number is added to each channel.
        padding_mode: what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'.
        device: only the CPU.
        dtype: of the parameters.

    Raises:
        ValueError: for groups that do not divide the channels, or an unknown padding.
    """

    spatial = 1
    called = "conv1d"


class Conv2d(_Conv):
    """Convolution of (N, C, H, W) or (C, H, W); arguments as of `Conv1d`.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.Conv2d(3, 8, 3, padding=1)
        Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    spatial = 2
    called = "conv2d"


class Conv3d(_Conv):
    """Convolution of (N, C, D, H, W) or (C, D, H, W); arguments as of `Conv1d`."""

    spatial = 3
    called = "conv3d"


# -- transposed --------------------------------------------------------------------------------


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution over `spatial` dims by the function `called`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            name = type(self).__name__
            raise ValueError(f'Only "zeros" padding mode is supported for {name}')
        each = ntuple(self.spatial)
        super().__init__(
            in_channels,
            out_channels,
            each(kernel_size),
            each(stride),
            each(padding),
            each(dilation),
            True,
            each(output_padding),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Any, output_size: Any = None) -> Any:
        if self.padding_mode != "zeros":
            name = type(self).__name__.removeprefix("Lazy")
            raise ValueError(f"Only `zeros` padding mode is supported for {name}")
        extra: Any = self.output_padding
        if output_size is not None:
            extra = self.to_reach(input, output_size)
        return getattr(F, self.called)(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )

    def to_reach(self, input: Any, output_size: Any) -> list[int]:
        """The output padding that leads to `output_size`, which may begin with batch and channels.

        Raises:
            ValueError: if none does.
        """
        n = self.spatial
        before = 2 if input.dim() == n + 2 else 1
        if len(output_size) == before + n:
            output_size = output_size[before:]
        if len(output_size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or "
                f"{before + n} elements (got {len(output_size)})"
            )
        sizes = zip(
            input.shape[before:],
            self.stride,
            self.padding,
            self.kernel_size,
            self.dilation,
            strict=True,
        )
        least = [(x - 1) * s - 2 * p + d * (k - 1) + 1 for x, s, p, k, d in sizes]  # type: ignore[operator]
        most = [size + s - 1 for size, s in zip(least, self.stride, strict=True)]
        if any(
            not low <= size <= high
            for size, low, high in zip(output_size, least, most, strict=True)
        ):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {least} to "
                f"{most} (for an input of {input.size()[2:]})"
            )
        return [size - low for size, low in zip(output_size, least, strict=True)]


class ConvTranspose1d(_ConvTransposeNd):
    """The transpose of a convolution, as a map from its results to its inputs: (N, C, L).

    Args:
        in_channels: C of the input.
        out_channels: C of the result.
        kernel_size: length of the kernels, for each dim or one for all.
        stride: distance of what neighbouring inputs give.
        padding: what is cut off on either side.
        output_padding: what is left standing at the end, of what the padding cut off.
        groups: into how many groups, on their own, the channels fall.
        bias: whether a number is added to each channel.
        dilation: distance of a kernel's elements.
        padding_mode: 'zeros'.
        device: only the CPU.
        dtype: of the parameters.
    """

    spatial = 1
    called = "conv_transpose1d"


class ConvTranspose2d(_ConvTransposeNd):
    """The transpose of `Conv2d`; arguments as of `ConvTranspose1d`."""

    spatial = 2
    called = "conv_transpose2d"


class ConvTranspose3d(_ConvTransposeNd):
    """The transpose of `Conv3d`; arguments as of `ConvTranspose1d`."""

    spatial = 3
    called = "conv_transpose3d"


# -- lazy ----------------------------------------------------------------------------------------


class _LazyConvXdMixin(LazyModuleMixin):
    """Takes `in_channels` from the first input."""

    in_channels: int
    out_channels: int
    groups: int
    spatial: int
    weight: Any
    bias: Any
    weight_shape: Any

    def await_channels(self, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        """Put parameters that wait in the place of those that were made for no channels."""
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        if self.has_uninitialized_params():
            self.in_channels = self._get_in_channels(input)
            if self.in_channels % self.groups != 0:
                raise ValueError("in_channels must be divisible by groups")
            self.weight.materialize(self.weight_shape())
            if self.bias is not None:
                self.bias.materialize((self.out_channels,))
            self.reset_parameters()

    def _get_in_channels(self, input: Any) -> int:
        alone = self.spatial + 1
        if input.dim() not in (alone, alone + 1):
            raise RuntimeError(
                f"Expected {alone}D (unbatched) or {alone + 1}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        return input.shape[input.dim() - alone]


class _LazyConv(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0,
            0,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            False,
            padding_mode,
            device,
            dtype,
        )
        self.await_channels(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d that takes `in_channels` from its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d that takes `in_channels` from its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d that takes `in_channels` from its first input."""

    cls_to_become = Conv3d


class _LazyConvTranspose(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0,
            0,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            False,
            dilation,
            padding_mode,
            device,
            dtype,
        )
        self.await_channels(out_channels, bias, device, dtype)


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ConvTranspose1d that takes `in_channels` from its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ConvTranspose2d that takes `in_channels` from its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A ConvTranspose3d that takes `in_channels` from its first input."""

    cls_to_become = ConvTranspose3d
