"""Modules on several devices, of which there is one: `torch.nn.parallel`."""

from .data_parallel import DataParallel, data_parallel

__all__ = ["DataParallel", "data_parallel"]
