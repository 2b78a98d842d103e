"""Handles of hooks: `torch.utils.hooks`."""

from rushlight.tape.hooks import Handle as RemovableHandle

__all__ = ["RemovableHandle"]
