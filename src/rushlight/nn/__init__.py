"""Building blocks of networks: `torch.nn` (for now, parameters and functions)."""

from rushlight.alias import missing
from rushlight.nn import parameter
from rushlight.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "grad",
    "parameter",
]

__getattr__ = missing(__name__, ("functional", "grad"))
