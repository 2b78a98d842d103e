"""`jvp`: a function's value and its derivative in a direction, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.func.vmap import flatten, unflatten
from rushlight.tape.duals import DualBox
from rushlight.tape.levels import Level, boxed
from rushlight.tensor.tensor import Tensor


def jvp(
    func: Callable[..., Any],
    primals: Any,
    tangents: Any,
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """`func(*primals)` and its Jacobian at `primals` times `tangents`.

    Args:
        primals: the arguments, a tuple (of trees) of tensors.
        tangents: the direction, of the same structure, shapes and dtypes.
        strict: refuse results that do not depend on the arguments.
        has_aux: `func` returns a pair, whose second part is handed through.

    Raises:
        RuntimeError: for arguments that are no tuple, or a direction of another structure.

    Example:
        >>> import rushlight as torch
        >>> torch.func.jvp(torch.sin, (torch.zeros(()),), (torch.ones(()),))
        (tensor(0.), tensor(1.))
    """
    for name, value in (("primals", primals), ("tangents", tangents)):
        if not isinstance(value, tuple):
            raise RuntimeError(
                f"jvp(f, primals, tangents): Expected {name} to be a tuple. E.g. it should be "
                "valid to call f(*primals)."
            )
    leaves, spec = flatten(primals)
    directions, other = flatten(tangents)
    if len(leaves) != len(directions) or repr(spec) != repr(other):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python "
            f"structure. For example, if primals is a tuple of 3 tensors, tangents also must be. "
            f"Got primals with structure {spec} and tangents with structure {other}"
        )
    with Level() as level:
        duals = [boxed(DualBox(level, x, t)) for x, t in zip(leaves, directions, strict=True)]
        out = func(*unflatten(duals, spec))
        out, aux = out if has_aux else (out, None)
        results, out_spec = flatten(out)
        pairs = [parts(level, x, strict) for x in results]
    value = unflatten([p for p, _ in pairs], out_spec)
    moved = unflatten([t for _, t in pairs], out_spec)
    return (value, moved, aux) if has_aux else (value, moved)


def parts(level: Level, x: Any, strict: bool) -> tuple[Any, Any]:
    """The primal and the tangent of a result; zeros where it does not depend on the arguments."""
    if not isinstance(x, Tensor):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected f to be a function that has only tensors as "
            f"outputs, got unsupported type {type(x)}"
        )
    if x.box is not None and x.box.owner is level:
        value, tangent = x.box.value, x.box.tangent
        return value, value.new_zeros(value.shape) if tangent is None else tangent
    if strict:
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
            "This is not allowed with strict=True."
        )
    return x, x.new_zeros(x.shape)
