"""Linear algebra: `torch.linalg`."""

from rushlight.alias import missing
from rushlight.ops.publish import namespaces

globals().update(namespaces["linalg"])

__all__ = sorted(namespaces["linalg"])

__getattr__ = missing(__name__)
