"""The named tuples that some operations return, `torch.return_types.max` and its like."""

from rushlight.ops import return_types as _classes
from rushlight.ops.return_types import *  # noqa: F403

__all__ = _classes.__all__
