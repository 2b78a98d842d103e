"""Utilities: `torch.utils`."""

from rushlight.alias import missing
from rushlight.utils import hooks

__all__ = ["hooks"]

__getattr__ = missing(
    __name__,
    ("_pytree", "checkpoint", "data", "dlpack", "model_zoo", "serialization", "tensorboard"),
)
