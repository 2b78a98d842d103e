"""Convolutions and pooling by the best kernels of this build: C++ where there is some, else NumPy.

What they do is said in `kernels.convolution` and `kernels.pooling`.
"""

from contextlib import suppress

from rushlight.kernels import convolution as convolutions
from rushlight.kernels import door, pooling

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.images  # noqa: F401  (enters its functions)

convolution = door.native_or(convolutions.convolution)
convolution_input = door.native_or(convolutions.convolution_input)
convolution_weight = door.native_or(convolutions.convolution_weight)
largest = door.native_or(pooling.largest)
largest_values = door.native_or(pooling.largest_values)
placed = door.native_or(pooling.placed)
averaged = door.native_or(pooling.averaged)
averaged_backward = door.native_or(pooling.averaged_backward)
