"""Layers of networks by the best kernels of this build: C++ where there is some, else NumPy.

What they do is said in `kernels.layers`.
"""

from contextlib import suppress

from rushlight.kernels import door, layers

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.layers  # noqa: F401  (enters its functions)

linear = door.native_or(layers.linear)
lstm = door.native_or(layers.lstm)
lstm_gradient = door.native_or(layers.lstm_gradient)
