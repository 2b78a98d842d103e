"""Computing in a lower precision where that is safe: `torch.autocast`."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from rushlight.amp import casting, settings
from rushlight.amp.casting import SETTINGS
from rushlight.amp.settings import is_autocast_available
from rushlight.kernels import dtypes
from rushlight.tape.core import TensorBase

__all__ = ["autocast", "autocast_decorator", "custom_bwd", "custom_fwd", "is_autocast_available"]


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
        self.fast_dtype = settings.get_autocast_dtype(device_type) if dtype is None else dtype
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
        self.prev = settings.is_autocast_enabled(device)
        self.prev_fastdtype = settings.get_autocast_dtype(device)
        st.enabled[device] = self._enabled
        st.dtypes[device] = self.fast_dtype
        if device == "cpu":
            # Inside of a function that was cast for, the mode is out of force though enabled.
            self._present = casting.present(self._enabled)
        settings.autocast_increment_nesting()
        st.cache_enabled = self._cache_enabled
        return self

    def __exit__(self, *exc: object) -> None:
        st, device = SETTINGS, self.device
        if settings.autocast_decrement_nesting() == 0:
            settings.clear_autocast_cache()
        st.enabled[device] = self.prev
        st.dtypes[device] = self.prev_fastdtype
        if device == "cpu":
            casting.present(self._present)
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
        wanted = casting.eligible(value) and device_type == "cpu"
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
        enabled = settings.is_autocast_enabled(device_type)
        ctx._dtype = settings.get_autocast_dtype(device_type)
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
