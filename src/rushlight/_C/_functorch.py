"""How vmap speaks of operations that have no batching rule, under PyTorch's names."""

from __future__ import annotations

from rushlight.alias import missing
from rushlight.tape.batching import fallback


def _set_vmap_fallback_warning_enabled(enabled: bool) -> None:
    """Say whether vmap warns of operations that it does sample by sample.

    Example:
        >>> import rushlight as torch
        >>> torch._C._functorch._set_vmap_fallback_warning_enabled(False)
        >>> torch._C._functorch._set_vmap_fallback_warning_enabled(True)
    """
    fallback["warns"] = bool(enabled)


__getattr__ = missing(__name__)
