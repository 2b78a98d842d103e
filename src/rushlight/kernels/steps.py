"""Optimizer steps by the best kernels of this build: C++ where there is some, else NumPy.

What they do is said in `kernels.optimizers`.
"""

from contextlib import suppress

from rushlight.kernels import door, optimizers

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.steps  # noqa: F401  (enters its functions)

adadelta = door.native_or(optimizers.adadelta)
adafactor = door.native_or(optimizers.adafactor)
adagrad = door.native_or(optimizers.adagrad)
adam = door.native_or(optimizers.adam)
adamax = door.native_or(optimizers.adamax)
asgd = door.native_or(optimizers.asgd)
clamp = door.native_or(optimizers.clamp)
clear = door.native_or(optimizers.clear)
gapless = door.native_or(optimizers.gapless)
nadam = door.native_or(optimizers.nadam)
norms = door.native_or(optimizers.norms)
radam = door.native_or(optimizers.radam)
reals = door.native_or(optimizers.reals)
rectification = optimizers.rectification
rmsprop = door.native_or(optimizers.rmsprop)
rprop = door.native_or(optimizers.rprop)
scale = door.native_or(optimizers.scale)
sgd = door.native_or(optimizers.sgd)
