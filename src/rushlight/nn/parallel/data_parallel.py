"""A module called on one device, by the names that programs for several know."""

from __future__ import annotations

from typing import Any

from rushlight.alias import refusing
from rushlight.nn.modules.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Calls `module`, as PyTorch does where there are no GPUs.

    Args:
        module: what is called.
        device_ids: accepted.
        output_device: accepted.
        dim: accepted.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.DataParallel(torch.nn.Identity())(torch.ones(1))
        tensor([1.])
    """

    def __init__(
        self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Any,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Any = None,
) -> Any:
    """`module(*inputs, **module_kwargs)`."""
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*args, **(module_kwargs or {}))


__getattr__ = refusing(
    __name__,
    "there is one device and one process",
    "DistributedDataParallel gather parallel_apply replicate scatter",
)
