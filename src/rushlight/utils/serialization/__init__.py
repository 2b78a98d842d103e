"""How files are saved and loaded unless a call says otherwise: `torch.utils.serialization`."""

from rushlight.utils.serialization import config

__all__ = ["config"]
