"""Memory behind tensors: `torch.storage`."""

from rushlight.tensor.storage import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]
