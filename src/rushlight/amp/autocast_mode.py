"""Computing in a lower precision where that is safe: `torch.autocast`, and what it casts for."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.metadata import device
from rushlight.tape.core import TensorBase, state

__all__ = [
    "autocast",
    "autocast_decorator",
    "autocast_decrement_nesting",
    "autocast_increment_nesting",
    "clear_autocast_cache",
    "custom_bwd",
    "custom_fwd",
    "get_autocast_cpu_dtype",
    "get_autocast_dtype",
    "get_autocast_gpu_dtype",
    "is_autocast_available",
    "is_autocast_cache_enabled",
    "is_autocast_cpu_enabled",
    "is_autocast_enabled",
    "set_autocast_cache_enabled",
    "set_autocast_cpu_dtype",
    "set_autocast_cpu_enabled",
    "set_autocast_dtype",
    "set_autocast_enabled",
    "set_autocast_gpu_dtype",
]

# As PyTorch 2.13 was seen to do; functions are told apart by their names alone.
LOWER = """
    addbmm addmm baddbmm bmm chain_matmul conv1d conv2d conv3d conv_tbc conv_transpose1d
    conv_transpose2d conv_transpose3d convolution einsum inner linear matmul matrix_power mm
    multi_dot pinv prelu scaled_dot_product_attention tensordot vecdot
"""
FLOAT = """
    adaptive_avg_pool3d adaptive_max_pool3d adaptive_max_pool3d_with_indices avg_pool3d
    binary_cross_entropy binary_cross_entropy_with_logits cdist cholesky cholesky_ex
    cholesky_inverse cholesky_solve cond cosine_embedding_loss cross_entropy ctc_loss eig eigh
    eigvals eigvalsh fft fft2 fftn fractional_max_pool2d fractional_max_pool2d_with_indices
    fractional_max_pool3d fractional_max_pool3d_with_indices geqrf grid_sample grid_sampler
    grid_sampler_2d grid_sampler_3d hfft hinge_embedding_loss householder_product huber_loss ifft
    ifft2 ifftn ihfft inv inv_ex inverse irfft irfft2 irfftn kl_div l1_loss lstsq lu lu_solve
    margin_ranking_loss matrix_rank max_unpool1d max_unpool2d max_unpool3d mse_loss
    multi_margin_loss multilabel_margin_loss nanquantile nll_loss orgqr ormqr pinverse
    poisson_nll_loss polar prod qr quantile rfft rfft2 rfftn smooth_l1_loss soft_margin_loss solve
    stft svd svdvals tensorinv tensorsolve trace triangular_solve triplet_margin_loss
    view_as_complex
"""
WIDEST = "cat concat concatenate index_copy stack"
# Written in terms of others that are looked at, as in PyTorch.
TRANSPARENT = "corrcoef cov linear_cross_entropy multi_head_attention_forward"


def lower(settings: Settings, arguments: list[Any]) -> Any:
    return settings.dtypes["cpu"]


def single(settings: Settings, arguments: list[Any]) -> Any:
    return dtypes.float32


def widest(settings: Settings, arguments: list[Any]) -> Any:
    """float32 if one of the tensors is; else the dtype of autocast, which all must have."""
    low = settings.dtypes["cpu"]
    found = [x.dtype for x in tensors_of(arguments) if eligible(x)]
    if any(d is not low and d is not dtypes.float32 for d in found):
        raise RuntimeError("Unexpected floating ScalarType in at::autocast::prioritize")
    return dtypes.float32 if dtypes.float32 in found else low


POLICIES = {
    name: policy
    for names, policy in ((LOWER, lower), (FLOAT, single), (WIDEST, widest))
    for name in names.split()
}
THROUGH = frozenset(TRANSPARENT.split())


def tensors_of(arguments: list[Any]) -> list[Any]:
    """The tensors among arguments and in their lists."""
    found: list[Any] = []
    for x in arguments:
        found += x if type(x) in (list, tuple) else [x]
    return [x for x in found if isinstance(x, TensorBase)]


def eligible(t: Any) -> bool:
    """Does autocast cast this tensor?"""
    return t.is_floating_point() and t.dtype is not dtypes.float64


class Settings(threading.local):
    """What is set in a thread."""

    def __init__(self) -> None:
        self.dtypes: dict[str, Any] = {"cpu": dtypes.bfloat16}
        self.enabled: dict[str, bool] = {}
        self.cache_enabled = True
        self.nesting = 0
        self.cache: dict[int, tuple[Any, Any]] = {}


class Casting:
    """The mode: casts what the called function's policy says."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").removeprefix("fft_")
        policy = POLICIES.get(name)
        if name == "pad" and padded_in_float(*args, **kwargs):
            policy = single
        if policy is None or kwargs.get("out") is not None:
            if name in THROUGH and not types and kwargs.get("options") is None:  # chunks are not
                return seen(func.__wrapped__, args, kwargs)
            return func(*args, **kwargs)
        to = policy(SETTINGS, [*args, *kwargs.values()])
        args = [cast(x, to) for x in args]
        return func(*args, **{name: cast(x, to) for name, x in kwargs.items()})


SETTINGS = Settings()
MODE = Casting()


def padded_in_float(input: Any, pad: Any = (), mode: str = "constant", *_: Any, **__: Any) -> bool:
    return mode == "replicate" or (mode == "reflect" and len(pad) < 6)


def seen(body: Any, args: Any, kwargs: Any) -> Any:
    """Run the body of a function with the mode in force."""
    before = present(True)
    try:
        return body(*args, **kwargs)
    finally:
        present(before)


def cast(x: Any, to: Any) -> Any:
    """`x`, or what of a list of it is eligible, in another dtype."""
    if isinstance(x, TensorBase):
        return cast_tensor(x, to) if eligible(x) and x.dtype is not to else x
    if type(x) in (list, tuple):
        return type(x)(cast(y, to) for y in x)
    return x


def cast_tensor(x: Any, to: Any) -> Any:
    """Parameters are cast once: the result is kept until the outermost autocast is left."""
    st = SETTINGS
    lasting = x.requires_grad and x.is_leaf and not x._is_view() and x.dtype is dtypes.float32
    if not (lasting and st.cache_enabled and to is st.dtypes["cpu"]):
        return x.to(to)
    kept = st.cache.get(id(x))
    if kept is None:
        kept = st.cache[id(x)] = (x, x.to(to))
    return kept[1]


def present(wanted: bool) -> bool:
    """Put the mode in force or take it out; says whether it was."""
    st = state()
    was = MODE in st.overrides
    if wanted and not was:
        st.overrides.insert(0, MODE)
        st.special += 1
    elif was and not wanted:
        st.overrides.remove(MODE)
        st.special -= 1
    return was


HAVE_AUTOCAST = ("cpu", "cuda", "xpu", "ipu", "hpu", "xla", "mps", "mtia", "maia", "privateuseone")


def is_autocast_available(device_type: str) -> bool:
    """Has PyTorch autocast for a type of device?

    Raises:
        RuntimeError: for what is no type of device.

    Example:
        >>> is_autocast_available("cpu")
        True
    """
    return device(device_type).type in HAVE_AUTOCAST


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Is autocast in force for a type of device?"""
    return SETTINGS.enabled.get(device(device_type).type, False)


def set_autocast_enabled(device_type: Any, enabled: bool | None = None) -> None:
    """Put autocast in force for a type of device, or out; better use `torch.autocast`."""
    if enabled is None:
        device_type, enabled = "cuda", device_type
    kind = device(device_type).type
    SETTINGS.enabled[kind] = bool(enabled)
    if kind == "cpu":
        present(bool(enabled))


def get_autocast_dtype(device_type: str) -> Any:
    """The lower dtype of autocast: at first bfloat16 on the CPU and float16 elsewhere."""
    kind = device(device_type).type
    if kind not in HAVE_AUTOCAST:
        raise RuntimeError("unsupported scalarType")
    return SETTINGS.dtypes.get(kind, dtypes.float16)


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Set the lower dtype of autocast."""
    SETTINGS.dtypes[device(device_type).type] = dtype


def is_autocast_cache_enabled() -> bool:
    """Are parameters cast only once within an autocast?"""
    return SETTINGS.cache_enabled


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Say whether parameters are cast only once within an autocast."""
    SETTINGS.cache_enabled = enabled


def clear_autocast_cache() -> None:
    """Forget the parameters that were cast."""
    SETTINGS.cache.clear()


def autocast_increment_nesting() -> int:
    """Count one more autocast; the number of them."""
    SETTINGS.nesting += 1
    return SETTINGS.nesting


def autocast_decrement_nesting() -> int:
    """Count one autocast less; the number of them."""
    SETTINGS.nesting -= 1
    return SETTINGS.nesting


def deprecated(old: str, new: str) -> None:
    warnings.warn(
        f"torch.{old} is deprecated. Please use torch.{new} instead.",
        DeprecationWarning,
        stacklevel=3,
    )


def is_autocast_cpu_enabled() -> bool:
    """Deprecated: `is_autocast_enabled("cpu")`."""
    deprecated("is_autocast_cpu_enabled()", "is_autocast_enabled('cpu')")
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Deprecated: `set_autocast_enabled("cpu", enabled)`."""
    deprecated("set_autocast_cpu_enabled(enabled)", "set_autocast_enabled('cpu', enabled)")
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype() -> Any:
    """Deprecated: `get_autocast_dtype("cpu")`."""
    deprecated("get_autocast_cpu_dtype()", "get_autocast_dtype('cpu')")
    return get_autocast_dtype("cpu")


def get_autocast_gpu_dtype() -> Any:
    """Deprecated: `get_autocast_dtype("cuda")`."""
    deprecated("get_autocast_gpu_dtype()", "get_autocast_dtype('cuda')")
    return get_autocast_dtype("cuda")


def set_autocast_cpu_dtype(dtype: Any) -> None:
    """Deprecated: `set_autocast_dtype("cpu", dtype)`."""
    deprecated("set_autocast_cpu_dtype(dtype)", "set_autocast_dtype('cpu', dtype)")
    set_autocast_dtype("cpu", dtype)


def set_autocast_gpu_dtype(dtype: Any) -> None:
    """Deprecated: `set_autocast_dtype("cuda", dtype)`."""
    deprecated("set_autocast_gpu_dtype(dtype)", "set_autocast_dtype('cuda', dtype)")
    set_autocast_dtype("cuda", dtype)


class autocast:
    """Within it, products run in a lower precision and what needs range in float32.

    Linear layers, convolutions and matrix products cast their inputs down; losses, decompositions
    and transforms cast theirs up to float32; `cat` and `stack` take the widest dtype of what they
    join. All else is as without. Tensors of float64 are left alone. It is a context manager and a
    decorator, and nests.

    Args:
        device_type: "cpu"; "cuda" warns and does nothing.
        dtype: bfloat16 or float16; None for the default, which is bfloat16.
        enabled: False to compute as usual within an outer autocast.
        cache_enabled: whether parameters are cast only once; None: as before.

    Raises:
        ValueError: unless `device_type` is a string.
        RuntimeError: for a device without autocast.
        ImportError: for bfloat16 without the package ml_dtypes.

    Example:
        >>> import rushlight as torch
        >>> x = torch.ones(2, 2)
        >>> with torch.autocast("cpu", dtype=torch.float16):
        ...     (x @ x).dtype, (x + x).dtype
        (torch.float16, torch.float32)
    """

    def __init__(
        self,
        device_type: str,
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        self.device = device_type
        if not is_autocast_available(device_type):
            raise RuntimeError(
                f"User specified an unsupported autocast device_type '{device_type}'"
            )
        self._cache_enabled = SETTINGS.cache_enabled if cache_enabled is None else cache_enabled
        if enabled and (why := self._unsupported()):
            warnings.warn(why, stacklevel=2)
            enabled = False
        self._enabled = enabled
        if enabled and device_type == "cpu":
            self.fast_dtype.numpy  # noqa: B018  (says so if bfloat16 lacks its package)

    def _unsupported(self) -> str | None:
        if self.device == "cuda":
            return "CUDA is not available or torch_xla is imported. Disabling autocast."
        supported = (dtypes.bfloat16, dtypes.float16)
        if self.fast_dtype in supported:
            return None
        name = self.device.upper()
        return (
            f"In {name} autocast, but the target dtype is not supported. Disabling autocast.\n"
            f"{name} Autocast only supports dtypes of {', '.join(map(str, supported))} currently."
        )

    def __enter__(self) -> autocast:
        st, device = SETTINGS, self.device
        self.prev_cache_enabled = st.cache_enabled
        self.prev = is_autocast_enabled(device)
        self.prev_fastdtype = get_autocast_dtype(device)
        st.enabled[device] = self._enabled
        st.dtypes[device] = self.fast_dtype
        if device == "cpu":
            # Inside of a function that was cast for, the mode is out of force though enabled.
            self._present = present(self._enabled)
        autocast_increment_nesting()
        st.cache_enabled = self._cache_enabled
        return self

    def __exit__(self, *exc: object) -> None:
        st, device = SETTINGS, self.device
        if autocast_decrement_nesting() == 0:
            clear_autocast_cache()
        st.enabled[device] = self.prev
        st.dtypes[device] = self.prev_fastdtype
        if device == "cpu":
            present(self._present)
        st.cache_enabled = self.prev_cache_enabled

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(func):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(func).__name__}. Did you "
                "mean to use autocast as a context manager? For example:\n"
                "    with torch.autocast(device_type=...):\n        output = model(input)"
            )
        return autocast_decorator(self, func)


def autocast_decorator(autocast_instance: autocast, func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`, run within an autocast."""

    @functools.wraps(func)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        with autocast_instance:
            return func(*args, **kwargs)

    return decorated


def _cast(value: Any, device_type: str, dtype: Any) -> Any:
    """`value`, with the tensors that autocast would cast in `dtype`."""
    if isinstance(value, TensorBase):
        wanted = eligible(value) and device_type == "cpu"
        return value.to(dtype) if wanted else value
    if isinstance(value, (str, bytes, np.ndarray)):
        return value
    if isinstance(value, Mapping):
        return {
            _cast(k, device_type, dtype): _cast(v, device_type, dtype) for k, v in value.items()
        }
    if isinstance(value, Iterable):
        items = (_cast(v, device_type, dtype) for v in value)
        return type(value)(items) if isinstance(value, (list, tuple)) else items
    return value


def require_string(device_type: Any) -> None:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")


def custom_fwd(fwd: Any = None, *, device_type: str, cast_inputs: Any = None) -> Any:
    """Decorates `forward` of a custom Function that is used within autocast.

    Args:
        fwd: `forward`; without it, a decorator of one is returned.
        device_type: "cpu" or another.
        cast_inputs: a dtype to cast the inputs to, if autocast is in force; `forward` then runs
            without. None to leave them, and autocast in force.

    Raises:
        ValueError: unless `device_type` is a string.
    """
    require_string(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def decorated(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        enabled = is_autocast_enabled(device_type)
        ctx._dtype = get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = enabled and cast_inputs is None
        if cast_inputs is None or not enabled:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            args = _cast(args, device_type, cast_inputs)
            return fwd(ctx, *args, **_cast(kwargs, device_type, cast_inputs))

    return decorated


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """Decorates `backward` of a custom Function: runs it under the autocast of its `forward`.

    Args:
        bwd: `backward`; without it, a decorator of one is returned.
        device_type: "cpu" or another.

    Raises:
        ValueError: unless `device_type` is a string.
    """
    require_string(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def decorated(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **kwargs)

    return decorated
