"""The few names that programs take from PyTorch's compiled core."""

from rushlight.alias import missing

__getattr__ = missing(__name__, ("_autograd", "_functorch"))
