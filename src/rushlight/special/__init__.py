"""Special functions: `torch.special`."""

from rushlight.alias import missing
from rushlight.ops.publish import namespaces

globals().update(namespaces["special"])

__all__ = sorted(namespaces["special"])

__getattr__ = missing(__name__)
