"""Modules as functions of their parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rushlight.ops.join import stack


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: dict[str, Any] | Sequence[dict[str, Any]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call `module` with the given tensors in place of its parameters and buffers.

    Args:
        parameter_and_buffer_dicts: tensors by qualified name; several dicts are joined.
        args: the positional arguments, a tuple; anything else is the only one.
        tie_weights: what is one parameter under two names stays one.
        strict: refuse missing and unexpected names.

    Raises:
        ValueError: when a name occurs in two dicts.

    Example:
        >>> import rushlight as torch
        >>> linear = torch.nn.Linear(2, 1, bias=False)
        >>> torch.func.functional_call(linear, {"weight": torch.ones(1, 2)}, (torch.ones(2),))
        tensor([2.])
    """
    from rushlight.nn.utils.stateless import _functional_call

    given = parameter_and_buffer_dicts
    if not isinstance(given, dict):
        given = united(given)
    return _functional_call(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def united(dicts: Any) -> dict[str, Any]:
    """Several dicts as one."""
    if not isinstance(dicts, Sequence):
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(dicts)}"
        )
    if not all(isinstance(d, dict) for d in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    counts = Counter(key for d in dicts for key in d)
    repeated = [key for key, n in counts.items() if n > 1]
    if repeated:
        raise ValueError(
            f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
        )
    return {key: x for d in dicts for key, x in d.items()}


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of like modules, stacked along a new dim 0, by name.

    Raises:
        RuntimeError: for no modules, or such as differ in class, mode or requires_grad.
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({bool(m.training) for m in models}) > 1:
        raise RuntimeError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if any(type(m) is not type(models[0]) for m in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    return (
        stacked([dict(m.named_parameters()) for m in models]),
        stacked([dict(m.named_buffers()) for m in models]),
    )


def stacked(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Tensors of the same names, stacked by name; leaves that require grad if those did."""
    out = {}
    for name in states[0]:
        tensors = [state[name] for state in states]
        flags = {t.requires_grad for t in tensors}
        if len(flags) > 1:
            raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
        whole = stack(tensors, 0)
        out[name] = whole.detach().requires_grad_() if flags == {True} else whole
    return out


def replace_all_batch_norm_modules_(root: Any) -> Any:
    """Let the batch norms of a module use the statistics of each batch alone; returns the module.

    Running statistics are written to, which transforms refuse; they are taken away in place.

    Example:
        >>> import rushlight as torch
        >>> net = torch.nn.Sequential(torch.nn.BatchNorm1d(3))
        >>> torch.func.replace_all_batch_norm_modules_(net)[0].running_mean is None
        True
    """
    from rushlight.nn.modules.batchnorm import _BatchNorm

    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.track_running_stats = False
            module.running_mean = module.running_var = module.num_batches_tracked = None
    return root
