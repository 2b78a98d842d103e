"""Functions of networks: `torch.nn.functional`."""

from rushlight.alias import missing
from rushlight.ops import (  # noqa: F401  (importing declares; these publish nothing elsewhere)
    attention,
    classification,
    ctc,
    embedding_bag,
    loss,
    ranking,
)
from rushlight.ops.publish import namespaces, publish_operations

publish_operations()
globals().update(namespaces["F"])

__all__ = sorted(namespaces["F"])

__getattr__ = missing(__name__)
