"""Function transforms: `torch.func` (for now, `vmap`)."""

from rushlight.func.vmap import vmap

__all__ = ["vmap"]
