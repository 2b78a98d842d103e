"""Overriding functions for one's own tensor types: `torch.overrides`."""

from __future__ import annotations

from typing import Any

from rushlight.alias import missing
from rushlight.tape.core import state
from rushlight.tape.overrides import has, overriding, take_over

__all__ = [
    "TorchFunctionMode",
    "handle_torch_function",
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
]


def has_torch_function(relevant_args: Any) -> bool:
    """Does any of the arguments, or an open mode, override functions?"""
    return bool(state().overrides) or any(has(x) for x in relevant_args)


def has_torch_function_unary(relevant_arg: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((relevant_arg,))


def has_torch_function_variadic(*relevant_args: Any) -> bool:
    """`has_torch_function` of several arguments."""
    return has_torch_function(relevant_args)


def handle_torch_function(public_api: Any, relevant_args: Any, *args: Any, **kwargs: Any) -> Any:
    """Call `public_api` as the overriding arguments would have it."""
    if overriding(relevant_args, {}) or state().overrides:
        return take_over(public_api, args, kwargs)
    return public_api(*args, **kwargs)


def is_tensor_like(inp: Any) -> bool:
    """Is `inp` a Tensor, or of a type that overrides functions?"""
    return hasattr(type(inp), "__torch_function__")


class TorchFunctionMode:
    """A context in which every function call goes through `__torch_function__` of the mode."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> TorchFunctionMode:
        st = state()
        st.overrides.append(self)
        st.special += 1
        return self

    def __exit__(self, *exc: object) -> None:
        st = state()
        st.overrides.remove(self)
        st.special -= 1


__getattr__ = missing(__name__)
