"""GPUs, for programs that ask whether there are any: `torch.cuda`.

What asks about devices answers that there are none; what needs one raises as PyTorch's build for
the CPU does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rushlight.alias import missing
from rushlight.kernels.metadata import device as _device

__all__ = [
    "Event",
    "Stream",
    "StreamContext",
    "device",
    "device_count",
    "empty_cache",
    "get_arch_list",
    "get_rng_state_all",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_rng_state_all",
    "stream",
]

NOT_BUILT = "Torch not compiled with CUDA enabled"
has_half: bool = True


def is_available() -> bool:
    """Is there a GPU that can be used?  No.

    Example:
        >>> import rushlight as torch
        >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def is_initialized() -> bool:
    """No."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """No."""
    return False


def device_count() -> int:
    """None."""
    return 0


def manual_seed(seed: int) -> None:
    """Would seed the current GPU."""
    int(seed)


manual_seed_all = manual_seed


def seed() -> None:
    """Would seed the current GPU by chance."""


seed_all = empty_cache = seed


def memory_allocated(device: Any = None) -> int:
    """Bytes in use on a GPU: 0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """What is known of the memory of a GPU: nothing."""
    return OrderedDict()


def get_arch_list() -> list[str]:
    """The architectures that kernels were built for: none."""
    return []


def get_rng_state_all() -> list[Any]:
    """The states of the random numbers of all GPUs: none."""
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Set the states of the random numbers of all GPUs.

    Raises:
        AssertionError: if there is one.
    """
    for _ in new_states:
        raise AssertionError(NOT_BUILT)


def set_device(device: Any) -> None:
    """Choose a GPU.

    Raises:
        ValueError: for a device without index.
        AssertionError: for one that is not there.
    """
    if not isinstance(device, int) and _device(device).index is None:
        raise ValueError(
            f"Expected a torch.device with a specified index or an integer, but got:{device}"
        )
    if device != -1:
        raise AssertionError(NOT_BUILT)


class device:
    """A context in which a GPU is the current one; -1 and None are none."""

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device in (None, -1) else device

    def __enter__(self) -> None:
        if self.idx != -1:
            raise RuntimeError("PyTorch was compiled without CUDA support")

    def __exit__(self, *exc: object) -> None:
        pass


class StreamContext:
    """A context in which a stream is the current one."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass


stream = StreamContext


class Stream:
    """A queue of work on a GPU, of which there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("torch.cuda.Stream requires CUDA support")


class Event:
    """A point in a queue of work on a GPU, of which there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Tried to instantiate dummy base class Event")


_NEEDS_ONE = """
    can_device_access_peer current_blas_handle current_device current_stream default_stream
    get_device_capability get_device_name get_device_properties get_rng_state init initial_seed
    ipc_collect mem_get_info memory_summary reset_max_memory_allocated reset_max_memory_cached
    reset_peak_memory_stats set_per_process_memory_fraction set_rng_state set_stream synchronize
"""
_unknown = missing(__name__, ("amp",))


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError(NOT_BUILT)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


def __getattr__(name: str) -> Any:
    return _refusing(name) if name in _NEEDS_ONE.split() else _unknown(name)
