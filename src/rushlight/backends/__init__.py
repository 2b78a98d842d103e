"""Settings of PyTorch's libraries, for programs that ask or set them: `torch.backends`.

They are kept and change nothing: there is one way to compute each operation.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from rushlight.alias import missing

__all__ = [
    "cpu",
    "cuda",
    "cudnn",
    "mha",
    "mkl",
    "mkldnn",
    "mps",
    "openmp",
    "opt_einsum",
    "quantized",
    "xeon",
]


def answering(value: Any) -> Callable[..., Any]:
    """A function that takes anything and gives `value`."""
    return lambda *args, **kwargs: value


def flags_of(module: Any) -> Callable[..., Any]:
    """The context `flags` of a module: settings that hold within it."""

    @contextlib.contextmanager
    def flags(**settings: Any) -> Iterator[None]:
        before = {name: getattr(module, name) for name in settings}
        vars(module).update(settings)
        try:
            yield
        finally:
            vars(module).update(before)

    return flags


def made(name: str, doc: str, **contents: Any) -> Any:
    """A module of settings and functions, which can be imported."""
    module = types.ModuleType(f"{__name__}.{name}", doc)
    module.flags = flags_of(module)  # type: ignore[attr-defined]
    vars(module).update(contents)
    sys.modules[module.__name__] = module
    return module


def switch(module: Any, name: str, default: bool = True) -> None:
    """Functions `enable_name` and `name_enabled` of a module."""
    state = [default]

    def enable(enabled: bool) -> None:
        state[0] = bool(enabled)

    vars(module)[f"enable_{name}"] = enable
    vars(module)[f"{name}_enabled"] = lambda: state[0]


no, yes = answering(False), answering(True)

cudnn = made(
    "cudnn",
    "cuDNN, which there is none of.",
    is_available=no,
    version=answering(None),
    enabled=True,
    benchmark=False,
    benchmark_limit=10,
    deterministic=False,
    allow_tf32=True,
    set_flags=answering(None),
)
cuda = made(
    "cuda",
    "Ways to compute on GPUs, which there are none of.",
    is_built=no,
    matmul=types.SimpleNamespace(
        allow_tf32=False,
        allow_fp16_reduced_precision_reduction=True,
        allow_bf16_reduced_precision_reduction=True,
    ),
    cufft_plan_cache=types.SimpleNamespace(size=0, max_size=0, clear=answering(None)),
    preferred_linalg_library=answering(None),
    preferred_blas_library=answering(None),
)
for _name in ("flash_sdp", "mem_efficient_sdp", "math_sdp", "cudnn_sdp"):
    switch(cuda, _name)
mps = made("mps", "Apple's GPUs.", is_available=no, is_built=no, is_macos_or_newer=no)
mkl = made("mkl", "Intel's library of mathematics.", is_available=no, VERBOSE_OFF=0, VERBOSE_ON=1)
mkldnn = made("mkldnn", "oneDNN.", is_available=no, enabled=True, deterministic=False)
openmp = made("openmp", "Threads.", is_available=no)
opt_einsum = made(
    "opt_einsum",
    "Orders of contraction.",
    is_available=no,
    get_opt_einsum=answering(None),
    enabled=False,
    strategy=None,
)
cpu = made("cpu", "The CPU.", get_cpu_capability=answering("DEFAULT"))
quantized = made("quantized", "Quantization.", engine="none", supported_engines=["none"])
xeon = made("xeon", "Intel's servers.")
_fast = [True]
mha = made(
    "mha",
    "The fast path of attention.",
    get_fastpath_enabled=lambda: _fast[0],
    set_fastpath_enabled=lambda value: _fast.__setitem__(0, value),
)

__getattr__ = missing(__name__)
