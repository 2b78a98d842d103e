"""Activations and losses by the best kernels of this build: C++ where there is some, else NumPy.

What they do is said in `kernels.activations`, `kernels.error_function` and `kernels.losses`.
"""

from contextlib import suppress

from rushlight.kernels import activations as plain
from rushlight.kernels import door, error_function, losses

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.curves  # noqa: F401  (enters its functions)

erf = door.native_or(error_function.erf)
erf_gradient = door.native_or(plain.erf_gradient)
tanh_gradient = door.native_or(plain.tanh_gradient)
sigmoid_gradient = door.native_or(plain.sigmoid_gradient)
threshold_gradient = door.native_or(plain.threshold_gradient)
gelu = door.native_or(plain.gelu)
gelu_gradient = door.native_or(plain.gelu_gradient)
gelu_tanh = door.native_or(plain.gelu_tanh)
gelu_tanh_gradient = door.native_or(plain.gelu_tanh_gradient)
silu = door.native_or(plain.silu)
silu_gradient = door.native_or(plain.silu_gradient)
mish = door.native_or(plain.mish)
mish_gradient = door.native_or(plain.mish_gradient)
softplus = door.native_or(plain.softplus)
softplus_gradient = door.native_or(plain.softplus_gradient)
logsigmoid = door.native_or(plain.logsigmoid)
logsigmoid_gradient = door.native_or(plain.logsigmoid_gradient)
elu = door.native_or(plain.elu)
elu_gradient = door.native_or(plain.elu_gradient)
leaky_relu = door.native_or(plain.leaky_relu)
leaky_relu_gradient = door.native_or(plain.leaky_relu_gradient)
hardtanh = door.native_or(plain.hardtanh)
hardtanh_gradient = door.native_or(plain.hardtanh_gradient)
hardswish = door.native_or(plain.hardswish)
hardswish_gradient = door.native_or(plain.hardswish_gradient)
hardsigmoid = door.native_or(plain.hardsigmoid)
hardsigmoid_gradient = door.native_or(plain.hardsigmoid_gradient)

mse = door.native_or(losses.mse)
smooth_l1 = door.native_or(losses.smooth_l1)
huber = door.native_or(losses.huber)
bce = door.native_or(losses.bce)
bce_with_logits = door.native_or(losses.bce_with_logits)
