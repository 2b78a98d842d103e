"""Normalisation over batches: `torch.nn.modules.batchnorm`."""

from __future__ import annotations

from typing import Any, NoReturn

from rushlight.kernels import dtypes
from rushlight.nn import functional as F
from rushlight.nn import init
from rushlight.nn.modules.lazy import LazyModuleMixin
from rushlight.nn.modules.module import Module
from rushlight.tensor.creation import empty, ones, zeros
from rushlight.tensor.parameter import Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "SyncBatchNorm",
]


def register_affine(
    module: Any, shape: Any, weight: bool, bias: bool, device: Any, dtype: Any
) -> None:
    """Give a module `weight` and `bias` of a shape, or None where they are not wanted."""
    for name, wanted in (("weight", weight), ("bias", bias)):
        made = Parameter(empty(shape, device=device, dtype=dtype)) if wanted else None
        module.register_parameter(name, made)


def reset_affine(module: Any) -> None:
    """Weights of one and biases of zero, where they are there."""
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)


class _NormBase(Module):
    """What batch and instance normalisation keep."""

    _version = 2
    __constants__ = ["track_running_stats", "momentum", "eps", "num_features", "affine"]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        register_affine(self, num_features, affine, affine and bias, device, dtype)
        statistics: Any = (None, None, None)
        if track_running_stats:
            statistics = (
                zeros(num_features, device=device, dtype=dtype),
                ones(num_features, device=device, dtype=dtype),
                zeros((), device=device, dtype=dtypes.int64),
            )
        for name, value in zip(STATISTICS, statistics, strict=True):
            self.register_buffer(name, value)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget what has been seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Start again."""
        self.reset_running_stats()
        if self.affine:
            reset_affine(self)

    def _check_input_dim(self, input: Any) -> None:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any
    ) -> None:
        version = local_metadata.get("version", None)
        if (version is None or version < 2) and self.track_running_stats:
            # Files older than PyTorch 0.4.1 have no counter.
            count = self.num_batches_tracked
            state_dict.setdefault(
                f"{prefix}num_batches_tracked",
                zeros((), dtype=dtypes.int64) if count is None else count,
            )
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


class _BatchNorm(_NormBase):
    def forward(self, input: Any) -> Any:
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        training = self.training
        mean, var = self.running_mean, self.running_var
        if training:
            if not self.track_running_stats:
                mean = var = None
            elif self.num_batches_tracked is not None:
                self.num_batches_tracked.add_(1)
                if self.momentum is None:  # the plain average over all batches so far
                    momentum = 1.0 / float(self.num_batches_tracked)
        else:
            training = mean is None and var is None
        return F.batch_norm(input, mean, var, self.weight, self.bias, training, momentum, self.eps)


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """Takes `num_features` from dim 1 of the first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = zeros((), device=device, dtype=dtypes.int64)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Any) -> None:
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            waiting = [self.weight, self.bias] if self.affine else []
            waiting += [self.running_mean, self.running_var] if self.track_running_stats else []
            for value in waiting:
                if value is not None:
                    value.materialize((self.num_features,))
            self.reset_parameters()


class _Dims:
    """Refuses inputs of another number of dims than `dims` lists."""

    dims: tuple[int, ...]

    def _check_input_dim(self, input: Any) -> None:
        if input.dim() not in self.dims:
            wanted = " or ".join([f"{n}D" for n in self.dims])
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")


class BatchNorm1d(_Dims, _BatchNorm):
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C) or (N, C, L).

    In training mean and variance are the batch's, and move running ones, which evaluation uses.

    Args:
        num_features: C.
        eps: keeps from dividing by zero.
        momentum: part of a batch in the running statistics; None averages over all batches.
        affine: whether `weight` and `bias` are there.
        track_running_stats: whether running statistics are kept.
        device: only the CPU.
        dtype: of parameters and statistics.
        bias: whether `bias` is there.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.BatchNorm1d(1)(torch.tensor([[1.0], [3.0]])).detach()
        tensor([[-1.0000],
                [ 1.0000]])
    """

    dims = (2, 3)


class BatchNorm2d(_Dims, _BatchNorm):
    """`BatchNorm1d` for images (N, C, H, W)."""

    dims = (4,)


class BatchNorm3d(_Dims, _BatchNorm):
    """`BatchNorm1d` for volumes (N, C, D, H, W)."""

    dims = (5,)


class LazyBatchNorm1d(_Dims, _LazyNormBase, _BatchNorm):
    """A BatchNorm1d that takes `num_features` from its first input."""

    cls_to_become = BatchNorm1d
    dims = (2, 3)


class LazyBatchNorm2d(_Dims, _LazyNormBase, _BatchNorm):
    """A BatchNorm2d that takes `num_features` from its first input."""

    cls_to_become = BatchNorm2d
    dims = (4,)


class LazyBatchNorm3d(_Dims, _LazyNormBase, _BatchNorm):
    """A BatchNorm3d that takes `num_features` from its first input."""

    cls_to_become = BatchNorm3d
    dims = (5,)


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation over several processes, which are not there: it cannot be made.

    Raises:
        NotImplementedError: always.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "SyncBatchNorm needs GPUs and a process group, which rushlight does not have: use "
            "BatchNorm1d, BatchNorm2d or BatchNorm3d"
        )

    @classmethod
    def convert_sync_batchnorm(cls, module: Any, process_group: Any = None) -> NoReturn:
        """Not here either."""
        cls()
        raise AssertionError
