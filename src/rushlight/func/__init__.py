"""Function transforms: `torch.func` (for now, `vmap` and `jvp`)."""

from rushlight.alias import missing
from rushlight.func.jvp import jvp
from rushlight.func.vmap import vmap

__all__ = ["jvp", "vmap"]

__getattr__ = missing(__name__)
