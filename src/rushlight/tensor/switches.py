"""Switches for PyTorch's hardware: set and asked as there; what we compute does not depend on them.

Our results are always the same on the same machine, products have the full precision of their
dtype, and there is one pool of threads.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from rushlight.kernels import metadata
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase

MODES = ("default", "warn", "error")
PRECISIONS = ("highest", "high", "medium")


class State:
    """What has been set."""

    debug_mode = 0
    precision = "highest"
    interop_threads: int | None = None


@public("torch")
def use_deterministic_algorithms(mode: Any, *, warn_only: bool = False) -> None:
    """Ask for operations that always give the same result, as all of ours do.

    Example:
        >>> import rushlight as torch
        >>> torch.use_deterministic_algorithms(False)
    """
    if not isinstance(mode, bool):
        raise TypeError(
            "_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not "
            f"{metadata.type_name(type(mode))}"
        )
    State.debug_mode = (1 if warn_only else 2) if mode else 0


@public("torch")
def are_deterministic_algorithms_enabled() -> bool:
    """Has `use_deterministic_algorithms` been asked for?

    Example:
        >>> import rushlight as torch
        >>> torch.are_deterministic_algorithms_enabled()
        False
    """
    return State.debug_mode > 0


@public("torch")
def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Has `use_deterministic_algorithms` been asked for with `warn_only`?

    Example:
        >>> import rushlight as torch
        >>> torch.is_deterministic_algorithms_warn_only_enabled()
        False
    """
    return State.debug_mode == 1


@public("torch")
def set_deterministic_debug_mode(debug_mode: Any) -> None:
    """`use_deterministic_algorithms` as one setting: 0 "default", 1 "warn" or 2 "error".

    Example:
        >>> import rushlight as torch
        >>> torch.set_deterministic_debug_mode("default")
    """
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in MODES:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                f"{debug_mode}"
            )
        debug_mode = MODES.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}"
        )
    State.debug_mode = debug_mode


@public("torch")
def get_deterministic_debug_mode() -> int:
    """What `set_deterministic_debug_mode` has set, as a number.

    Example:
        >>> import rushlight as torch
        >>> torch.get_deterministic_debug_mode()
        0
    """
    return State.debug_mode


@public("torch")
def set_float32_matmul_precision(precision: Any) -> None:
    """How float32 matrices may be rounded when multiplied; ours are not.

    Example:
        >>> import rushlight as torch
        >>> torch.set_float32_matmul_precision("highest")
    """
    if not isinstance(precision, str):
        kind = metadata.type_name(type(precision))
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {kind}")
    if precision not in PRECISIONS:
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            "setFloat32MatmulPrecision call has no effect.",
            stacklevel=2,
        )
        return
    State.precision = precision


@public("torch")
def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` has set.

    Example:
        >>> import rushlight as torch
        >>> torch.get_float32_matmul_precision()
        'highest'
    """
    return State.precision


@public("torch")
def set_num_interop_threads(num: Any) -> None:
    """How many operations may run at once, which can be said only once; here it is always one.

    Example:
        >>> import rushlight as torch
        >>> torch.set_num_interop_threads(0)
        Traceback (most recent call last):
        RuntimeError: set_num_interop_threads expects a positive integer
    """
    if not isinstance(num, int) or isinstance(num, bool):
        kind = metadata.type_name(type(num))
        raise RuntimeError(f"set_num_interop_threads expects an int, but got {kind}")
    if num < 1:
        raise RuntimeError("set_num_interop_threads expects a positive integer")
    if State.interop_threads is not None:
        raise RuntimeError(
            "Error: cannot set number of interop threads after parallel work has started or "
            "set_num_interop_threads called"
        )
    State.interop_threads = num


@public("torch")
def get_num_interop_threads() -> int:
    """What `set_num_interop_threads` has set; the number of processors at first.

    Example:
        >>> import rushlight as torch
        >>> torch.get_num_interop_threads() > 0
        True
    """
    return State.interop_threads or os.cpu_count() or 1


@public("torch")
def set_flush_denormal(mode: Any) -> bool:
    """Ask that numbers too small for full precision become 0; NumPy cannot, which False says.

    Example:
        >>> import rushlight as torch
        >>> torch.set_flush_denormal(True)
        False
    """
    if not isinstance(mode, bool):
        kind = metadata.type_name(type(mode))
        raise RuntimeError(f"flush_denormal expects a bool, but got {kind}")
    return False


@public("torch")
def typename(obj: Any, /) -> str:
    """The kind of a tensor, or the full name of an object or of its type, as of PyTorch.

    Example:
        >>> import rushlight as torch
        >>> torch.typename(torch.ones(1)), torch.typename(3), torch.typename(torch.nn.Identity())
        ('torch.FloatTensor', 'int', 'torch.nn.modules.linear.Identity')
    """
    if isinstance(obj, TensorBase):
        return str(obj.type())
    named = obj if hasattr(obj, "__qualname__") or hasattr(obj, "__name__") else type(obj)
    name = getattr(named, "__qualname__", None) or named.__name__
    module = getattr(obj if named is obj else named, "__module__", "") or ""
    if module.partition(".")[0] == "rushlight":
        module = "torch" + module.removeprefix("rushlight")
    return name if module in ("", "builtins") else f"{module}.{name}"
