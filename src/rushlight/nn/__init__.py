"""Building blocks of networks: `torch.nn` (for now, parameters and functions)."""

from rushlight.alias import missing
from rushlight.nn import functional, parameter
from rushlight.nn.parameter import Parameter

__all__ = ["Parameter", "functional", "parameter"]

__getattr__ = missing(__name__)
