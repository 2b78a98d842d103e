"""What works along rows by the best kernels of this build: C++ where there is some, else NumPy.

What they do is said in `kernels.softmax` and `kernels.standardize`.
"""

from contextlib import suppress

from rushlight.kernels import door, losses, standardize
from rushlight.kernels import softmax as softmaxes

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.rows  # noqa: F401  (enters its functions)

softmax = door.native_or(softmaxes.softmax)
log_softmax = door.native_or(softmaxes.log_softmax)
softmax_gradient = door.native_or(softmaxes.softmax_gradient)
log_softmax_gradient = door.native_or(softmaxes.log_softmax_gradient)
class_losses = door.native_or(losses.class_losses)
normalize = door.native_or(standardize.normalize)
normalize_by = door.native_or(standardize.normalize_by)
normalize_gradient = door.native_or(standardize.normalize_gradient)
moments = door.native_or(standardize.moments)

with suppress(ImportError):
    from rushlight.kernels.cpu import calls

    calls.along_dim("softmax", softmax)
    calls.along_dim("log_softmax", log_softmax)
    calls.layer_norms(normalize)
