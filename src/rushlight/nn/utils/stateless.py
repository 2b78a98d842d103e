"""Modules called with parameters from elsewhere: `torch.nn.utils.stateless`."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

from rushlight.alias import missing
from rushlight.tape.core import TensorBase

__all__ = ["functional_call"]

MISSING = object()


def functional_call(
    module: Any,
    parameters_and_buffers: dict[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Deprecated: use `torch.func.functional_call`."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be "
        "removed in a future version of PyTorch. Please use `torch.func.functional_call` instead "
        "which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(
        module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict
    )


def _functional_call(
    module: Any,
    parameters_and_buffers: dict[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in the places of its parameters and buffers.

    Args:
        module: what is called; it has its own tensors again afterwards.
        parameters_and_buffers: names and tensors; a buffer that the call replaces is replaced here.
        args: the positional arguments, or the only one.
        kwargs: the keyword arguments.
        tie_weights: one name stands for all names of its tensor.
        strict: refuse names that are missing or not there.

    Raises:
        RuntimeError: for what `strict` forbids.
        ValueError: if several names of one tensor are given different ones.
    """
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights, strict):
        return module(*args, **(kwargs or {}))


@contextlib.contextmanager
def _reparametrize_module(
    module: Any,
    parameters_and_buffers: dict[str, Any],
    tie_weights: bool = False,
    strict: bool = False,
) -> Iterator[None]:
    """Other tensors in the places of a module's parameters and buffers, for the block."""
    given = parameters_and_buffers
    replacing = untied(module, given) if tie_weights else given
    if strict:
        check_names(module, replacing)
    own: dict[str, Any] = {}
    try:
        for path, value in replacing.items():
            own[path] = swapped(module, path, value)
        yield
    finally:
        for path, value in own.items():
            new = swapped(module, path, value)
            if path in given and new is not MISSING:
                given[path] = new


def swapped(module: Any, path: str, value: Any) -> Any:
    """Put a tensor in the place of another, which is returned."""
    prefix, _, name = path.rpartition(".")
    if not name:
        raise KeyError('tensor name can\'t be empty string ""')
    if not (value is None or value is MISSING or isinstance(value, TensorBase)):
        raise TypeError(f"{value} is not an instance of torch.Tensor")
    part = module.get_submodule(prefix)
    for table in (part._parameters, part._buffers):
        if name in table:
            old = table[name]
            if value is MISSING:
                del table[name]
            else:
                table[name] = value
            return old
    old = part.__dict__.get(name, MISSING)
    if old is MISSING and hasattr(part, name) and "parametrizations" not in part._modules:
        old = getattr(part, name)
    if old is not MISSING and not isinstance(old, TensorBase):
        raise TypeError(f"attribute `{name}`: {old} is not an instance of torch.Tensor")
    if value is MISSING:
        part.__dict__.pop(name, None)
    else:
        part.__dict__[name] = value
    return old


def names_of(module: Any) -> dict[str, Any]:
    """All names, also several of one tensor."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }


def untied(module: Any, given: dict[str, Any]) -> dict[str, Any]:
    """What is given, also for the other names of the same tensors."""
    tied: dict[int, list[str]] = {}
    for name, tensor in names_of(module).items():
        tied.setdefault(id(tensor), []).append(name)
    result = dict(given)
    for names in tied.values():
        values = [given[name] for name in names if name in given]
        if len(names) == 1 or not values:
            continue
        if any(value is not values[0] for value in values):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. "
                "Consider using tie_weights=False"
            )
        result.update(dict.fromkeys(names, values[0]))
    return result


def check_names(module: Any, given: dict[str, Any]) -> None:
    names = names_of(module)
    errors = [
        f"{kind} key(s): {', '.join(map(repr, keys))}."
        for kind, keys in (
            ("Unexpected", sorted(given.keys() - names.keys())),
            ("Missing", sorted(names.keys() - given.keys())),
        )
        if keys
    ]
    if errors:
        raise RuntimeError(
            f"Error(s) in reparametrizing for {module._get_name()}:\n\t" + "\n\t".join(errors)
        )


__getattr__ = missing(__name__)
