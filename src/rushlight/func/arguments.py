"""What the transforms of `torch.func` ask of arguments and results, in PyTorch's words."""

from __future__ import annotations

from typing import Any

from rushlight.tensor.tensor import Tensor
from rushlight.trees import tree_map

Argnums = int | tuple[int, ...]


def checked_argnum(argnum: Any, count: int) -> int:
    """An argument's number, negative ones counted from the end.

    Raises:
        RuntimeError: if it is no int or out of range.
    """
    if not isinstance(argnum, int):
        raise RuntimeError(f"argnum must be int, got: {type(argnum)}")
    if -count <= argnum < count:
        return argnum % count
    raise RuntimeError(f"Got argnum={argnum}, but only {count} positional inputs")


def selected(args: tuple[Any, ...], argnums: Any) -> Any:
    """The arguments that `argnums` names: one, or a tuple of them.

    Raises:
        RuntimeError: for what names no arguments, or one twice.
    """
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    if isinstance(argnums, int):
        return args[checked_argnum(argnums, len(args))]
    if not argnums:
        raise RuntimeError("argnums must be non-empty")
    numbers = [checked_argnum(i, len(args)) for i in argnums]
    if len(set(numbers)) != len(numbers):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return tuple([args[i] for i in numbers])


def replaced(args: tuple[Any, ...], new: Any, argnums: Argnums) -> tuple[Any, ...]:
    """`args` with those that `argnums` names replaced by `new`."""
    out = list(args)
    if isinstance(argnums, int):
        out[argnums % len(args)] = new
    else:
        for i, x in zip(argnums, new, strict=True):
            out[i % len(args)] = x
    return tuple(out)


def check_transformed(x: Any) -> None:
    """Only tensors can be differentiated by."""
    if not isinstance(x, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")


def split_aux(api: str, result: Any) -> tuple[Any, Any]:
    """The (output, aux) that a function with `has_aux` returned."""
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(
            f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True"
        )
    return result


def check_leaves(api: str, which: str, leaves: list[Any]) -> None:
    """Primals and tangents are trees of at least one tensor, and of nothing else."""
    if not leaves:
        raise RuntimeError(f"{api}: Expected {which} to contain at least one Tensor.")
    for x in leaves:
        if not isinstance(x, Tensor):
            raise RuntimeError(f"{api}: Expected {which} to only contain Tensors, got {type(x)}")


def check_results(api: str, leaves: list[Any]) -> None:
    """A differentiated function returns at least one tensor, and nothing else."""
    if not leaves:
        raise RuntimeError(
            f"{api}: Expected f to be a function that has non-empty output (got output = {leaves})"
        )
    for x in leaves:
        if not isinstance(x, Tensor):
            raise RuntimeError(
                f"{api}: expected f(*primals) to return only tensors, got unsupported type {type(x)}"
            )


def refuse_complex(api: str, leaves: list[Any], which: str) -> None:
    """Jacobians are of real functions of real numbers."""
    for i, x in enumerate(leaves):
        if isinstance(x, Tensor) and x.dtype.is_complex:
            raise RuntimeError(
                f"{api}: Expected all {which} to be real but received complex tensor at flattened "
                f"input idx: {i}"
            )


def starred(spec: Any) -> str:
    """A structure as text, an asterisk for each leaf."""
    return repr(spec.unflatten([Star()] * spec.num_leaves))


class Star:
    """A leaf in `starred`."""

    def __repr__(self) -> str:
        return "*"


def mapped(function: Any, tree: Any) -> Any:
    """`function` on every tensor of a tree."""
    if isinstance(tree, Tensor):
        return function(tree)
    return tree_map(lambda x: function(x) if isinstance(x, Tensor) else x, tree)
