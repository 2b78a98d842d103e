"""The hooks on saved tensors as PyTorch's core has them: pushed and popped, without a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.alias import missing
from rushlight.autograd.graph import pop, saved_tensors_hooks
from rushlight.tape.core import state


def _push_saved_tensors_default_hooks(
    pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]
) -> None:
    """Enter `autograd.graph.saved_tensors_hooks(pack_hook, unpack_hook)`.

    Example:
        >>> import rushlight as torch
        >>> core = torch._C._autograd
        >>> core._push_saved_tensors_default_hooks(lambda t: t.numpy(), torch.from_numpy)
        >>> core._pop_saved_tensors_default_hooks()
    """
    saved_tensors_hooks(pack_hook, unpack_hook).__enter__()


def _pop_saved_tensors_default_hooks() -> None:
    """Leave the hooks that were pushed last."""
    pop(state())


def _saved_tensors_hooks_is_enabled() -> bool:
    """May hooks be pushed here (is no `disable_saved_tensors_hooks` open)?"""
    hooks = state().saved_hooks
    return not hooks or hooks[-1][0] is not None


__getattr__ = missing(__name__)
