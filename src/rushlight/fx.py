"""Graphs of programs, which are not captured here: `torch.fx`."""

from typing import Any

from rushlight.alias import refusing

__all__ = ["wrap"]


def wrap(fn_or_name: Any) -> Any:
    """Marks a function as one that a trace does not look into: returns it."""
    return fn_or_name


__getattr__ = refusing(
    __name__,
    "programs are not captured; to see or change what runs, use hooks, "
    "torch.overrides.TorchFunctionMode or the graph behind a result's grad_fn",
    "Graph GraphModule Interpreter Node Proxy Tracer Transformer replace_pattern symbolic_trace",
)
