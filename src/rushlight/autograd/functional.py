"""Derivatives of functions: `torch.autograd.functional`.

Products with a vector cost one backward (or two); whole Jacobians and Hessians one per element.
All functions here take one tensor or a tuple of tensors, and give back the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.autograd.functional_arguments import (
    CONSTANT_GRADIENT,
    CONSTANT_JACOBIAN,
    HESSIAN_WITHOUT_GRAPH,
    JACOBIAN_WITHOUT_GRAPH,
    LINEAR,
    NO_GRAPH,
    UNUSED,
    UNUSED_COTANGENT,
    UNUSED_DIRECTION,
    as_tuple,
    check_recorded,
    filled,
    given_back,
    gradients,
    prepared,
    results_of,
    scalar_of,
    vector,
)
from rushlight.autograd.functional_jacobian import hessian, jacobian
from rushlight.tape.modes import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

ONE_OUTPUT = "the user-provided function returns"
ONE_INPUT = "the input to the user-provided function is"


def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """`func(*inputs)`, and the product of the vector `v` with its Jacobian there.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        v: of the shapes of the results; may be left out for a result of one element.
        create_graph: make both results differentiable.
        strict: refuse a result that does not depend on an input, instead of giving zeros.

    Returns:
        The function's results and the product, of the shapes of the inputs.

    Raises:
        RuntimeError: for a `v` of other shapes, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0])
        >>> torch.autograd.functional.vjp(lambda x: x**2, x, torch.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        given, is_tuple = as_tuple(inputs, "inputs", "vjp")
        xs = prepared(given, create_graph)
        outputs, many = results_of(func, xs, "vjp")
        check_recorded(outputs, strict, NO_GRAPH)
        cotangents = vector(v, outputs, create_graph, ONE_OUTPUT)
    found = gradients(outputs, xs, cotangents, create_graph)
    product = filled(found, xs, strict, create_graph, UNUSED, JACOBIAN_WITHOUT_GRAPH)
    return given_back(outputs, create_graph, many), given_back(product, create_graph, is_tuple)


def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """`func(*inputs)`, and the product of its Jacobian there with the vector `v`.

    The product is the derivative of the vjp by its vector: two backwards. `torch.func.jvp` and
    `autograd.forward_ad` do it in one pass.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        v: of the shapes of the inputs; may be left out for an input of one element.
        create_graph: make both results differentiable.
        strict: refuse a result that does not depend on an input, instead of giving zeros.

    Returns:
        The function's results and the product, of the shapes of the results.

    Raises:
        RuntimeError: for a `v` of other shapes, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0])
        >>> torch.autograd.functional.jvp(lambda x: x.prod(), x, torch.tensor([1.0, 0.0]))
        (tensor(2.), tensor(2.))
    """
    with enable_grad():
        given, _ = as_tuple(inputs, "inputs", "jvp")
        xs = prepared(given, create_graph)
        tangents = vector(v, xs, create_graph, ONE_INPUT)
        outputs, many = results_of(func, xs, "jvp")
        check_recorded(outputs, strict, NO_GRAPH)
        probes = tuple([out.new_zeros(out.shape).requires_grad_() for out in outputs])
        pulled = gradients(outputs, xs, probes, True)
        check_recorded(pulled, strict, CONSTANT_GRADIENT)
    found = gradients(pulled, probes, tangents, create_graph)
    product = filled(found, outputs, strict, create_graph, UNUSED_COTANGENT, JACOBIAN_WITHOUT_GRAPH)
    return given_back(outputs, create_graph, many), given_back(product, create_graph, many)


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """`func(*inputs)`, a single number, and the product of the vector `v` with its Hessian there.

    The Hessian of a twice differentiable function is symmetric, so this is also `hvp`, at less
    cost.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: of the shapes of the inputs; may be left out for an input of one element.
        create_graph: make both results differentiable.
        strict: refuse a result that does not depend on an input, instead of giving zeros.

    Raises:
        RuntimeError: for more than one number, a `v` of other shapes, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0])
        >>> torch.autograd.functional.vhp(lambda x: (x**3).sum(), x, torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        given, is_tuple = as_tuple(inputs, "inputs", "vhp")
        xs = prepared(given, create_graph)
        direction = vector(v, xs, create_graph, ONE_INPUT)
        outputs, many = results_of(func, xs, "vhp")
        check_recorded(outputs, strict, NO_GRAPH)
        value = scalar_of(outputs, many, "vhp")
        slopes = gradients((value,), xs, None, True)
        check_recorded(slopes, strict, LINEAR)
    found = gradients(slopes, xs, direction, create_graph)
    product = filled(found, xs, strict, create_graph, CONSTANT_JACOBIAN, HESSIAN_WITHOUT_GRAPH)
    return given_back(outputs, create_graph, many), given_back(product, create_graph, is_tuple)


def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """`func(*inputs)`, a single number, and the product of its Hessian there with the vector `v`.

    Three backwards; `vhp` gives the same for twice differentiable functions and takes two.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: of the shapes of the inputs; may be left out for an input of one element.
        create_graph: make both results differentiable.
        strict: refuse a result that does not depend on an input, instead of giving zeros.

    Raises:
        RuntimeError: for more than one number, a `v` of other shapes, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0])
        >>> torch.autograd.functional.hvp(lambda x: (x**3).sum(), x, torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        given, is_tuple = as_tuple(inputs, "inputs", "hvp")
        xs = prepared(given, create_graph)
        direction = vector(v, xs, create_graph, ONE_INPUT)
        outputs, many = results_of(func, xs, "hvp")
        check_recorded(outputs, strict, NO_GRAPH)
        value = scalar_of(outputs, many, "hvp")
        slopes = gradients((value,), xs, None, True)
        check_recorded(slopes, strict, LINEAR)
        probes = tuple([x.new_zeros(x.shape).requires_grad_() for x in xs])
        pulled = gradients(slopes, xs, probes, True)
        check_recorded(slopes, strict, LINEAR)
    found = gradients(pulled, probes, direction, create_graph)
    product = filled(found, xs, strict, create_graph, UNUSED_DIRECTION, HESSIAN_WITHOUT_GRAPH)
    return given_back(outputs, create_graph, many), given_back(product, create_graph, is_tuple)
