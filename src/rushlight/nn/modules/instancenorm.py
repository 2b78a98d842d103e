"""Normalisation of each sample's channels: `torch.nn.modules.instancenorm`."""

from __future__ import annotations

import warnings
from typing import Any

from rushlight.nn import functional as F
from rushlight.nn.modules.batchnorm import STATISTICS, _LazyNormBase, _NormBase

__all__ = [
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
]

OLD_STATISTICS = (
    "Unexpected running stats buffer(s) {names} for {cls} with track_running_stats=False. "
    "If state_dict is a checkpoint saved before 0.4.0, this may be expected because {cls} does not "
    "track running stats by default since 0.4.0. Please remove these keys from state_dict. If the "
    "running stats are actually needed, instead set track_running_stats=True in {cls} to enable "
    "them. See the documentation of {cls} for details."
)
SILENT = (
    "input's size at dim={} does not match num_features. You can silence this warning by not "
    "passing in num_features, which is not used because affine=False"
)


class _InstanceNorm(_NormBase):
    """What the numbers of dims share: `spatial` is how many follow the channels."""

    spatial: int

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def _get_no_batch_dim(self) -> int:
        return self.spatial + 1

    def _check_input_dim(self, input: Any) -> None:
        n = self._get_no_batch_dim()
        if input.dim() not in (n, n + 1):
            raise ValueError(f"expected {n}D or {n + 1}D input (got {input.dim()}D input)")

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        if local_metadata.get("version", None) is None and not self.track_running_stats:
            # Before PyTorch 0.4 there always were statistics.
            keys = [prefix + name for name in STATISTICS[:2] if prefix + name in state_dict]
            if keys:
                names = " and ".join([f'"{key}"' for key in keys])
                error_msgs.append(OLD_STATISTICS.format(names=names, cls=type(self).__name__))
                for key in keys:
                    state_dict.pop(key)
        super()._load_from_state_dict(
            state_dict,
            prefix,
            local_metadata,
            strict,
            missing_keys,
            unexpected_keys,
            error_msgs,
        )

    def forward(self, input: Any) -> Any:
        self._check_input_dim(input)
        dim = input.dim() - self._get_no_batch_dim()
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={dim} to match num_features "
                    f"({self.num_features}), but got: {input.size(dim)}."
                )
            warnings.warn(SILENT.format(dim), stacklevel=3)
        if dim == 0:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)

    def _apply_instance_norm(self, input: Any) -> Any:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum if self.momentum is not None else 0.0,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """(x - mean) / sqrt(var + eps) for each channel of each sample: (N, C, L) or (C, L).

    Args:
        num_features: C.
        eps: keeps from dividing by zero.
        momentum: part of a batch in the running statistics.
        affine: whether `weight` and `bias` follow.
        track_running_stats: whether statistics are kept, which evaluation then uses.
        device: only the CPU.
        dtype: of parameters and statistics.
        bias: whether `bias` is there.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.InstanceNorm1d(1)(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """

    spatial = 1


class InstanceNorm2d(_InstanceNorm):
    """`InstanceNorm1d` for images (N, C, H, W) or (C, H, W)."""

    spatial = 2


class InstanceNorm3d(_InstanceNorm):
    """`InstanceNorm1d` for volumes (N, C, D, H, W) or (C, D, H, W)."""

    spatial = 3


class LazyInstanceNorm1d(_LazyNormBase, _InstanceNorm):
    """An InstanceNorm1d that takes `num_features` from its first input."""

    cls_to_become = InstanceNorm1d
    spatial = 1


class LazyInstanceNorm2d(_LazyNormBase, _InstanceNorm):
    """An InstanceNorm2d that takes `num_features` from its first input."""

    cls_to_become = InstanceNorm2d
    spatial = 2


class LazyInstanceNorm3d(_LazyNormBase, _InstanceNorm):
    """An InstanceNorm3d that takes `num_features` from its first input."""

    cls_to_become = InstanceNorm3d
    spatial = 3
