"""The named tuples that some operations return, `torch.return_types.max` and its like."""

from rushlight.ops.return_types import *  # noqa: F403
