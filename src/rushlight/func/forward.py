"""`jvp`: a function's value and its derivative in a direction, in one pass."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.func.arguments import (
    Argnums,
    check_leaves,
    check_results,
    mapped,
    replaced,
    selected,
    split_aux,
)
from rushlight.tape.duals import DualBox, DualLevel
from rushlight.tape.levels import boxed
from rushlight.tape.reverse import unwrapped
from rushlight.trees import tree_flatten

JVP = "jvp(f, primals, tangents)"


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
        has_aux: `func` returns (output, aux), and aux is handed through.

    Returns:
        (output, tangent of the output), or (output, tangent, aux).

    Raises:
        RuntimeError: for arguments that are no tuple, or a direction of another structure.

    Example:
        >>> import rushlight as torch
        >>> torch.func.jvp(torch.sin, (torch.zeros(()),), (torch.ones(()),))
        (tensor(0.), tensor(1.))
    """
    return jvp_by(func, primals, tangents, None, strict, has_aux)


def jvp_by(
    func: Callable[..., Any],
    primals: Any,
    tangents: Any,
    argnums: Argnums | None,
    strict: bool,
    has_aux: bool,
) -> Any:
    """`jvp` by the arguments that `argnums` names."""
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    inputs, spec = tree_flatten(primals if argnums is None else selected(primals, argnums))
    directions, other = tree_flatten(tangents)
    if spec != other:
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, "
            "if primals is a tuple of 3 tensors, tangents also must be. Got primals with structure "
            f"{spec} and tangents with structure {other}"
        )
    check_leaves(JVP, "primals", inputs)
    check_leaves(JVP, "tangents", directions)
    with DualLevel() as level:
        made = [dual(level, x, t) for x, t in zip(inputs, directions, strict=True)]
        duals = spec.unflatten(made)
        output = func(*(duals if argnums is None else replaced(primals, duals, argnums)))
        aux = None
        if has_aux:
            output, aux = split_aux(JVP, output)
            aux = mapped(functools.partial(unwrapped, level), aux)
        results, out_spec = tree_flatten(output)
        check_results(JVP, results)
        pairs = [parts(level, x, strict) for x in results]
    for x, t in zip(made, directions, strict=True):
        if x.box.writes:  # to the argument, and so to its tangent
            moved = x.box.tangent
            t.copy_(t.new_zeros(t.shape) if moved is None else moved)
    value = out_spec.unflatten([p for p, _ in pairs])
    moved = out_spec.unflatten([t for _, t in pairs])
    return (value, moved, aux) if has_aux else (value, moved)


def dual(level: DualLevel, x: Any, t: Any) -> Any:
    """A primal with its tangent.

    Raises:
        RuntimeError: for a tangent of another shape.
        ValueError: for integers.
    """
    check_moving("primal", x)
    check_moving("tangent", t)
    if x.shape != t.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original "
            f"Tensor, this is not supported. Tensor is of size {[*x.shape]} while the given forward "
            f"gradient is of size {[*t.shape]}."
        )
    return boxed(DualBox(level, x, t))


def check_moving(what: str, x: Any) -> None:
    """Only numbers that can change a little have tangents."""
    if x.dtype.category < 2:
        raise ValueError(f"Expected {what} to be floating point or complex, but got: {x.dtype}")


def parts(level: DualLevel, x: Any, strict: bool) -> tuple[Any, Any]:
    """The primal and the tangent of a result; zeros where it does not depend on the arguments."""
    if x.box is not None and x.box.owner is level:
        value, tangent = x.box.value, x.box.tangent
        return value, value.new_zeros(value.shape) if tangent is None else tangent
    if strict:
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
            "This is not allowed with strict=True."
        )
    return x, x.new_zeros(x.shape)
