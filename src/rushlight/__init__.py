"""PyTorch's tensors and automatic differentiation, small and fast, on NumPy.

`import rushlight as torch`, and a PyTorch program runs.  The names here are PyTorch's; what is not
implemented raises AttributeError and says so.
"""

import contextlib as _contextlib

with _contextlib.suppress(ImportError):  # the pure build has no native kernels
    import rushlight.kernels.cpu.native
    import rushlight.kernels.cpu.ordering
    import rushlight.kernels.cpu.reductions
    import rushlight.kernels.cpu.views

from rushlight.alias import as_torch, missing
from rushlight.ops.late import Late as _Late
from rushlight.ops.publish import namespaces as _namespaces
from rushlight.tensor import attach as _attach
from rushlight.tensor.tensor import Tensor
from rushlight.version import __version__

globals().update(_namespaces["torch"])

from rushlight import autograd  # noqa: E402  (it uses the names above)
from rushlight.autograd.anomaly_mode import (  # noqa: E402
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    set_anomaly_enabled,
)
from rushlight.autograd.grad_mode import (  # noqa: E402
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from rushlight.tape.modes import is_grad_enabled, is_inference_mode_enabled  # noqa: E402
from rushlight.tensor.parameter import Parameter as _Parameter  # noqa: E402

_LAZY = (
    "_C",
    "__config__",
    "accelerator",
    "amp",
    "backends",
    "compiler",
    "cpu",
    "cuda",
    "distributions",
    "fft",
    "func",
    "functional",
    "fx",
    "hub",
    "jit",
    "linalg",
    "mps",
    "nn",
    "optim",
    "overrides",
    "profiler",
    "random",
    "serialization",
    "signal",
    "special",
    "storage",
    "testing",
    "types",
    "utils",
    "return_types",
    "version",
)

_late = _Late("torch")

_ELSEWHERE = {
    "autocast": "rushlight.amp.autocast_mode",
    **dict.fromkeys(
        (
            "autocast_decrement_nesting",
            "autocast_increment_nesting",
            "clear_autocast_cache",
            "get_autocast_cpu_dtype",
            "get_autocast_dtype",
            "get_autocast_gpu_dtype",
            "is_autocast_cache_enabled",
            "is_autocast_cpu_enabled",
            "is_autocast_enabled",
            "set_autocast_cache_enabled",
            "set_autocast_cpu_dtype",
            "set_autocast_cpu_enabled",
            "set_autocast_dtype",
            "set_autocast_enabled",
            "set_autocast_gpu_dtype",
        ),
        "rushlight.amp.autocast_mode",
    ),
    "compile": "rushlight.compiler",
    "GradScaler": "rushlight.amp.grad_scaler",
    "load": "rushlight.serialization",
    "save": "rushlight.serialization",
    "vmap": "rushlight.func",
}

__getattr__ = missing(__name__, _LAZY, _late, _ELSEWHERE)


def __dir__() -> list[str]:
    names = {*globals(), *_LAZY, *_late, *_ELSEWHERE}
    return sorted(n for n in names if not n.startswith("_") or n.startswith("__"))


__all__ = [
    "Tensor",
    "__config__",
    "__version__",
    "as_torch",
    "autograd",
    "enable_grad",
    "inference_mode",
    "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_anomaly_enabled",
    "set_grad_enabled",
    *_ELSEWHERE,
    *(name for name in {**_namespaces["torch"], **_late.homes} if not name.startswith("_")),
]
