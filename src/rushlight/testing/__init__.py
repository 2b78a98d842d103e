"""Comparing results, and tensors to try things on: `torch.testing`."""

from rushlight.alias import missing
from rushlight.testing.comparison import assert_close
from rushlight.testing.creation import make_tensor

__all__ = ["assert_close", "make_tensor"]

__getattr__ = missing(__name__)
