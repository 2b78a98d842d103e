"""What the functions of `autograd.functional` take and give: checked, and made ready to record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from rushlight.tape.modes import enable_grad
from rushlight.tensor.differentiate import grad
from rushlight.tensor.tensor import Tensor

Tensors: TypeAlias = tuple[Tensor, ...]

NO_GRAPH = (
    "Output {0} of the user-provided function does not require gradients. The outputs must be "
    "computed in a differentiable manner from the input when running in strict mode."
)
UNUSED = (
    "The output of the user-provided function is independent of input {0}. This is not allowed in "
    "strict mode."
)
LINEAR = (
    "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {0} is independent of the input. This is not allowed in strict mode. You "
    "should ensure that your function is twice differentiable and that the jacobian depends on the "
    "inputs (this would be violated by a linear function for example)."
)
CONSTANT_GRADIENT = (
    "The gradient with respect to input {0} is independent of the inputs of the user-provided "
    "function. This is not allowed in strict mode."
)
UNUSED_COTANGENT = (
    "The gradient with respect to the input is independent of entry {0} in the grad_outputs when "
    "using the double backward trick to compute forward mode gradients. This is not allowed in "
    "strict mode."
)
CONSTANT_JACOBIAN = (
    "The jacobian of the user-provided function is independent of input {0}. This is not allowed "
    "in strict mode."
)
UNUSED_DIRECTION = (
    "The hessian of the user-provided function is independent of entry {0} in the grad_jacobian. "
    "This is not allowed in strict mode as it prevents from using the double backward trick to "
    "replace forward mode AD."
)
JACOBIAN_WITHOUT_GRAPH = (
    "The jacobian of the user-provided function is independent of input {0}. This is not allowed "
    "in strict mode when create_graph=True."
)
HESSIAN_WITHOUT_GRAPH = JACOBIAN_WITHOUT_GRAPH.replace("jacobian", "hessian")
NO_VECTOR = "The vector v can only be None if {0} a single Tensor with a single element."


def as_tuple(x: Any, what: str | None, function: str | None) -> tuple[Tensors, bool]:
    """One tensor or a tuple of them as a tuple, and whether it was one.

    Raises:
        TypeError: for anything else; `what` it is and the name of the `function` are in the text.
    """
    given = x if isinstance(x, tuple) else (x,)
    for i, each in enumerate(given):
        if not isinstance(each, Tensor):
            found = f"the value at index {i}" if given is x else f"the given {what}"
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but "
                f"{found} has type {type(each)}."
            )
    return given, given is x


def results_of(func: Callable[..., Any], inputs: Sequence[Tensor], function: str | None) -> Any:
    """The results of the user's function as a tuple, and whether they were one."""
    what = "outputs" if function is None else "outputs of the user-provided function"
    return as_tuple(func(*inputs), what, function)


def prepared(inputs: Tensors, create_graph: bool) -> Tensors:
    """Tensors to differentiate by: in the user's graph if it is to go on, else new leaves."""
    return tuple(
        [
            x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_()
            for x in inputs
        ]
    )


def vector(v: Any, shaped_as: Tensors, create_graph: bool, what: str) -> Tensors | None:
    """The vector(s) of a product, shaped as `shaped_as`; None for the 1 of a single number.

    Raises:
        RuntimeError: for None where there is more than a number, and for wrong shapes.
    """
    if v is None:
        if len(shaped_as) != 1 or shaped_as[0].numel() != 1:
            raise RuntimeError(NO_VECTOR.format(what))
        return None
    vectors = as_tuple(v, "v", "vjp")[0]
    if len(vectors) != len(shaped_as):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(shaped_as)} but got {len(vectors)}."
        )
    for i, (each, like) in enumerate(zip(vectors, shaped_as, strict=True)):
        if each.shape != like.shape:
            name = f"Entry {i} in v" if len(vectors) > 1 else "v"
            raise RuntimeError(
                f"{name} has invalid size: should be {like.shape} but got {each.shape}."
            )
    if not create_graph:
        return tuple([each.detach() for each in vectors])
    return tuple([each.view_as(each) if each.requires_grad else each for each in vectors])


def scalar_of(results: Tensors, is_tuple: bool, function: str) -> Tensor:
    """The one number that a function must return to have a Hessian."""
    if is_tuple:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if results[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {function} should contain a single "
            "element"
        )
    return results[0]


def gradients(
    outputs: Sequence[Any],
    inputs: Tensors,
    cotangents: Sequence[Any] | None = None,
    create_graph: bool = False,
) -> tuple[Any, ...]:
    """As `autograd.grad`, passing over outputs without a graph; None where nothing is reached."""
    given = cotangents if cotangents is not None else (None,) * len(outputs)
    pairs = [
        (out, g)
        for out, g in zip(outputs, given, strict=True)
        if out is not None and out.requires_grad
    ]
    if not pairs:
        return (None,) * len(inputs)
    with enable_grad():
        return grad(
            tuple([out for out, _ in pairs]),
            inputs,
            tuple([g for _, g in pairs]),
            create_graph=create_graph,
            allow_unused=True,
        )


def check_recorded(found: Sequence[Any], strict: bool, refusal: str) -> None:
    """In strict mode everything found must depend on the inputs."""
    if not strict:
        return
    for i, x in enumerate(found):
        if x is None:
            raise RuntimeError(UNUSED.format(i))
        if not x.requires_grad:
            raise RuntimeError(refusal.format(i))


def filled(
    found: Sequence[Any],
    like: Tensors,
    strict: bool,
    create_graph: bool,
    unused: str,
    without_graph: str,
) -> Tensors:
    """Zeros for None; in strict mode refuse what is none or cannot be differentiated further."""
    for i, g in enumerate(found):
        if strict and g is None:
            raise RuntimeError(unused.format(i))
        if strict and create_graph and not g.requires_grad:
            raise RuntimeError(without_graph.format(i))
    return tuple(
        [x.new_zeros(x.shape) if g is None else g for g, x in zip(found, like, strict=True)]
    )


def given_back(found: Any, create_graph: bool, was_tuple: bool) -> Any:
    """Results as the user gave the arguments: one or a tuple, with a graph only if asked for."""
    kept = found if create_graph else [x.detach() for x in found]
    return tuple(kept) if was_tuple else kept[0]
