"""Borders put around: `torch.nn.modules.padding`.

The paddings of a dim stand before and after it, the last dim's first, as for `nn.functional.pad`.
"""

from __future__ import annotations

from typing import Any

from rushlight.nn import functional as F
from rushlight.nn.modules.module import Module
from rushlight.nn.modules.sizes import ntuple

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """What all share: `spatial` says over how many dims, the class's mode what the border holds."""

    __constants__ = ["padding"]
    spatial: int
    mode: str

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = ntuple(2 * self.spatial)(padding)

    def forward(self, input: Any) -> Any:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _CircularPadNd(_Pad):
    mode = "circular"

    def forward(self, input: Any) -> Any:
        self._check_input_dim(input)
        return super().forward(input)

    def _check_input_dim(self, input: Any) -> None:
        n = self.spatial
        if input.dim() not in (n + 1, n + 2):
            raise ValueError(f"expected {n + 1}D or {n + 2}D input (got {input.dim()}D input)")


class CircularPad1d(_CircularPadNd):
    """Continues (N, C, L) periodically.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.CircularPad1d(1)(torch.tensor([[[1.0, 2.0, 3.0]]]))
        tensor([[[3., 1., 2., 3., 1.]]])
    """

    spatial = 1


class CircularPad2d(_CircularPadNd):
    """Continues (N, C, H, W) periodically."""

    spatial = 2


class CircularPad3d(_CircularPadNd):
    """Continues (N, C, D, H, W) periodically."""

    spatial = 3


class _ConstantPadNd(_Pad):
    __constants__ = ["padding", "value"]

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Any:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """Puts `value` around the last dim.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ConstantPad1d((1, 0), 9.0)(torch.zeros(1, 2))
        tensor([[9., 0., 0.]])
    """

    spatial = 1


class ConstantPad2d(_ConstantPadNd):
    """Puts `value` around the last two dims."""

    spatial = 2


class ConstantPad3d(_ConstantPadNd):
    """Puts `value` around the last three dims."""

    spatial = 3


class _ZeroPad:
    """What the paddings with zeros share."""

    padding: Any

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)  # type: ignore[call-arg]

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad, ConstantPad1d):
    """Puts zeros around the last dim."""


class ZeroPad2d(_ZeroPad, ConstantPad2d):
    """Puts zeros around the last two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ZeroPad2d(1)(torch.ones(1, 2, 2)).shape
        torch.Size([1, 4, 4])
    """


class ZeroPad3d(_ZeroPad, ConstantPad3d):
    """Puts zeros around the last three dims."""


class _ReflectionPadNd(_Pad):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    """Mirrors (N, C, L) at its first and last element.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ReflectionPad1d(1)(torch.tensor([[[1.0, 2.0, 3.0]]]))
        tensor([[[2., 1., 2., 3., 2.]]])
    """

    spatial = 1


class ReflectionPad2d(_ReflectionPadNd):
    """Mirrors (N, C, H, W) at its first and last rows and columns."""

    spatial = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Mirrors (N, C, D, H, W) at its outermost elements."""

    spatial = 3


class _ReplicationPadNd(_Pad):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    """Repeats the outermost elements of (N, C, L).

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ReplicationPad1d(1)(torch.tensor([[[1.0, 2.0, 3.0]]]))
        tensor([[[1., 1., 2., 3., 3.]]])
    """

    spatial = 1


class ReplicationPad2d(_ReplicationPadNd):
    """Repeats the outermost elements of (N, C, H, W)."""

    spatial = 2


class ReplicationPad3d(_ReplicationPadNd):
    """Repeats the outermost elements of (N, C, D, H, W)."""

    spatial = 3
