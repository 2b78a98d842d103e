"""`functionalize`, and a look inside the tensors that transforms make."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

REMOVALS = (
    "functionalize(f, remove='mutations'): received invalid argument for remove={0}. Valid options "
    "are:\n     remove='mutations': all inplace and out= operators will be removed from the "
    "program, and replaced with their out-of-place equivalents.\n     "
    "remove='mutations_and_views': In addition to the above, all aliasing operators {{view}} will "
    "be replaced with their non-aliasing counterparts, {{view}}_copy.\n"
)


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """`func`, whose results and effects on its arguments stay what they are.

    PyTorch rewrites in-place operations for the compilers that trace the result; nothing traces
    here, so that `func` is called as it is.

    Args:
        remove: 'mutations' or 'mutations_and_views'.

    Raises:
        RuntimeError: for another `remove`.

    Example:
        >>> import rushlight as torch
        >>> torch.func.functionalize(lambda x: x.clone().add_(1))(torch.zeros(2))
        tensor([1., 1.])
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(REMOVALS.format(remove))

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return wrapped


def debug_unwrap(tensor: Any, *, recurse: bool = True) -> Any:
    """The tensor inside one that a transform made: a look for debugging, not for computing with.

    Args:
        recurse: look through all transforms, or through the innermost alone.

    Example:
        >>> import rushlight as torch
        >>> def show(x):
        ...     print(torch.func.debug_unwrap(x).shape)
        ...     return x
        >>> torch.func.vmap(show)(torch.zeros(3, 2)).shape
        torch.Size([3, 2])
        torch.Size([3, 2])
    """
    while tensor.box is not None:
        tensor = tensor.box.value
        if not recurse:
            break
    return tensor
