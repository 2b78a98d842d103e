"""Where libraries look for PyTorch's own collating functions."""

from rushlight.utils.data._utils import collate

__all__ = ["collate"]
