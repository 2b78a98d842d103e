"""Discrete Fourier transforms: `torch.fft`."""

from rushlight.alias import missing
from rushlight.ops import fft as _transforms  # noqa: F401  (importing declares)
from rushlight.ops.publish import namespaces, publish_operations
from rushlight.tensor import frequencies as _frequencies  # noqa: F401  (the same)

publish_operations()
# PyTorch calls these functions fft_fft, fft_rfft...: in their errors, not in their module.
globals().update({name[len("fft_") :]: f for name, f in namespaces["fft"].items()})

__all__ = sorted(name[len("fft_") :] for name in namespaces["fft"])

__getattr__ = missing(__name__)
