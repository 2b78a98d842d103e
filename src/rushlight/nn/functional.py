"""Functions of networks: `torch.nn.functional`."""

from rushlight.alias import missing
from rushlight.ops.publish import namespaces

globals().update(namespaces["F"])

__all__ = sorted(namespaces["F"])

__getattr__ = missing(__name__)
