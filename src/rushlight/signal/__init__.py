"""Signal processing: `torch.signal`."""

from rushlight.alias import missing
from rushlight.signal import windows

__all__ = ["windows"]

__getattr__ = missing(__name__)
