"""`backward` and `grad`: what the user asks for, checked and brought to the engine's terms."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rushlight.tape import engine, errors, levels, overrides, views
from rushlight.tape.core import box, state, wants
from rushlight.tensor import once
from rushlight.tensor.tensor import Tensor

UNUSED = (
    "The differentiated Tensor at index {0} appears to not have been used in the graph. Set "
    "allow_unused=True if this is the desired behavior."
)

CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when creating "
    "the graph to avoid this. If you have to use this function, make sure to reset the .grad fields "
    "of your parameters to None after use to break the cycle and avoid the leak."
)
BATCHED_SHAPE = (
    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
    "dimension. The sizes of the remaining dimensions are expected to match the shape of "
    "corresponding output, but a mismatch was detected: {0} If you only want some tensors in "
    "`grad_output` to be considered batched, consider using vmap."
)
NOT_BATCHED = (
    "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
    "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
)

ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient "
    "for other parts of the graph, please use torch.autograd.backward."
)
BOTH_NAMES = (
    "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please "
    "only use `grad_tensors`."
)


class GradientEdge(tuple):
    """A place in the graph: a node and the number of one of its outputs."""

    __slots__ = ()

    def __new__(cls, node: Any, output_nr: int, ownership_token: Any = None) -> GradientEdge:
        return tuple.__new__(cls, (node, output_nr, ownership_token))

    node = property(lambda self: self[0])
    output_nr = property(lambda self: self[1])
    ownership_token = property(lambda self: self[2])

    def __repr__(self) -> str:
        return f"GradientEdge(node={self[0]!r}, output_nr={self[1]!r}, ownership_token={self[2]!r})"


def as_tuple(x: Any) -> tuple[Any, ...]:
    """One tensor or edge, or a sequence of them, as a tuple."""
    if x is None:
        return ()
    return (x,) if isinstance(x, (Tensor, GradientEdge)) else tuple(x)


def listed(inputs: Any, function: str) -> tuple[Any, ...]:
    """What gradients are asked for: a tensor or edge, several, or the values of a dict.

    Raises:
        TypeError: for another mapping.
    """
    if type(inputs) is dict:
        inputs = tuple(inputs.values())
    elif isinstance(inputs, Mapping):
        raise TypeError(
            f"`inputs` argument to `{function}()` must be a dict, not {type(inputs).__name__}. "
            "Other Mapping types are not supported."
        )
    wanted = as_tuple(inputs)
    for x in wanted:
        if not isinstance(x, (Tensor, GradientEdge)):
            kind = type(x).__name__
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {kind}")
    return wanted


def edge_of(x: Any) -> tuple[Any, int]:
    """(target, output number) for the engine."""
    if isinstance(x, GradientEdge):
        node = x.node
        return (
            node.saved_[0] if node.next_ == () and node.name().endswith("AccumulateGrad") else node
        ), x.output_nr
    return views.source_edge(x)


def requires_grad(x: Any) -> bool:
    return isinstance(x, GradientEdge) or wants(x)


def check_roots(roots: Sequence[Any]) -> None:
    """Every root must have a graph."""
    for i, root in enumerate(roots):
        if not requires_grad(root) or edge_of(root)[0] is None:
            text = f"element {i} of tensors does not require grad and does not have a grad_fn"
            raise RuntimeError(errors.advised(text, "without_graph", root))


def cotangents(roots: Sequence[Any], grads: Sequence[Any], batched: bool) -> list[Any]:
    """A cotangent per root: the one given, or ones for a scalar."""
    if len(grads) < len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(grads)} gradients")
    return [
        one_cotangent(i, root, g, batched)
        for i, (root, g) in enumerate(zip(roots, grads, strict=False))
    ]


def one_cotangent(i: int, root: Any, g: Any, batched: bool) -> Any:
    if isinstance(g, Tensor):
        if isinstance(root, Tensor):
            check_cotangent(i, root, g, batched)
            return g.to(root.dtype)
        return g
    if g is not None:
        raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
    if not isinstance(root, Tensor):
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if not wants(root):
        return None  # `check_roots` will refuse it
    if root.numel() != 1:
        text = "grad can be implicitly created only for scalar outputs"
        raise RuntimeError(errors.advised(text, "not_scalar", root))
    if not root.dtype.is_floating_point:
        raise RuntimeError(
            f"grad can be implicitly created only for real scalar outputs but got {root.dtype}"
        )
    one = np.ones_like(root.array) if root.box is None else np.ones(root.shape, root.dtype.numpy)
    return box(one)


def check_cotangent(i: int, root: Tensor, g: Tensor, batched: bool) -> None:
    """A cotangent must look like its output."""
    shape = g.shape[1:] if batched else g.shape
    if shape != root.shape:
        shown = shape[1:] if batched else shape  # PyTorch leaves out one dim too many
        where = (
            f"grad_output[{i}] has a shape of {shown} and output[{i}] has a shape of {root.shape}."
        )
        raise RuntimeError(
            BATCHED_SHAPE.format(where) if batched else f"Mismatch in shape: {where}"
        )
    if root.dtype.is_complex != g.dtype.is_complex:
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. "
            f"Mismatch in dtype: grad_output[{i}] has a dtype of {g.dtype} and output[{i}] has a "
            f"dtype of {root.dtype}."
        )


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Accumulate the gradients of `tensors` into the `.grad` of the leaves they depend on.

    Args:
        tensors: a tensor or several; those that are not scalars need a cotangent.
        grad_tensors: cotangents of the same shapes.
        retain_graph: keep what the graph saved (default: as `create_graph`).
        create_graph: record the gradients' own computation, for higher derivatives.
        inputs: accumulate into these tensors (or those of a dict) only.

    Raises:
        RuntimeError: for a tensor without a graph, a missing or misshapen cotangent, or a graph
            that an earlier backward freed.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> torch.autograd.backward((x * x).sum())
        >>> x.grad
        tensor([2., 4.])
    """
    if state().levels:
        levels.refuse_inside(levels.BACKWARD)
    if grad_variables is not None:
        text = "`grad_variables` is deprecated. Use `grad_tensors` instead."
        warnings.warn(text, FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(BOTH_NAMES)
        grad_tensors = grad_variables
    wanted = None if inputs is None else listed(inputs, "backward")
    if wanted == ():
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = as_tuple(tensors)
    given = (None,) * len(roots) if grad_tensors is None else as_tuple(grad_tensors)
    grads = cotangents(roots, given, False)
    check_roots(roots)
    retain = create_graph if retain_graph is None else retain_graph
    edges = [edge_of(root) for root in roots]
    if create_graph:
        once.warn(CYCLE, stacklevel=3)
    if wanted is None:
        engine.run(edges, grads, bool(retain), bool(create_graph), None, True)
        return
    for x in wanted:
        if isinstance(x, Tensor):
            x.retain_grad()
    engine.run(edges, grads, bool(retain), bool(create_graph), [edge_of(x) for x in wanted], True)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `.grad` is touched.

    Args:
        inputs: tensors or edges; for a dict of them the result is a dict of the same keys.
        grad_outputs: cotangents, needed for outputs that are not scalars.
        allow_unused: give None for an input that the outputs do not depend on.
        is_grads_batched: the cotangents have a batch dim in front, and so have the results.
        materialize_grads: zeros instead of None.

    Raises:
        RuntimeError: for an input that was not used (unless allowed), and as `backward`.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> torch.autograd.grad(x ** 2, x)
        (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when "
            "materialize_grads=True, but got: allow_unused=False."
        )
    allowed = materialize_grads if allow_unused is None else allow_unused
    roots, wanted = as_tuple(outputs), listed(inputs, "grad")
    given = (None,) * len(roots) if grad_outputs is None else as_tuple(grad_outputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    overridden = overrides.overriding((*roots, *wanted), {})
    if overridden:
        options = {
            "grad_outputs": grad_outputs,
            "retain_graph": retain_graph,
            "create_graph": create_graph,
            "only_inputs": only_inputs,
            "allow_unused": allowed,
            "is_grads_batched": is_grads_batched,
            "materialize_grads": materialize_grads,
        }
        return named_as(inputs, overrides.take_over(grad, (roots, wanted), options))
    if not only_inputs:
        warnings.warn(ONLY_INPUTS, FutureWarning, stacklevel=2)
    grads = cotangents(roots, given, is_grads_batched)
    check_roots(roots)
    retain = create_graph if retain_graph is None else retain_graph

    def run(cotangent: Sequence[Any]) -> tuple[Any, ...]:
        return propagate(roots, wanted, cotangent, bool(retain), bool(create_graph), allowed)

    result = batched(run, grads) if is_grads_batched else run(grads)
    if materialize_grads:
        zeros = [materialized(g, x, create_graph) for g, x in zip(result, wanted, strict=True)]
        result = tuple(zeros)
    return named_as(inputs, result)


def materialized(g: Any, x: Any, create: bool) -> Any:
    """A gradient, zeros for one that there is not."""
    if g is not None:
        return g
    if not isinstance(x, Tensor):
        raise RuntimeError(
            "materialize_grads cannot be used when the given input is a GradientEdge"
        )
    return x.new_zeros(x.shape).requires_grad_(create)


def named_as(inputs: Any, result: Any) -> Any:
    """The gradients under the names of a dict of inputs."""
    return dict(zip(inputs, result, strict=True)) if type(inputs) is dict else result


def propagate(
    roots: Any, wanted: Any, grads: Any, retain: bool, create: bool, allowed: bool
) -> Any:
    """One run of the engine for the gradients of `wanted`."""
    for i, x in enumerate(wanted):
        if not requires_grad(x):
            text = "One of the differentiated Tensors does not require grad"
            raise RuntimeError(errors.advised(text, "not_wanted", i, x))
    found = engine.run(
        [edge_of(x) for x in roots],
        list(grads),
        retain,
        create,
        [edge_of(x) for x in wanted],
        False,
    )
    for i, g in enumerate(found):
        if g is None and not allowed:
            raise RuntimeError(errors.advised(UNUSED.format(i), "unused", wanted[i], roots))
    return tuple(found)


def batched(run: Any, grads: Sequence[Any]) -> tuple[Any, ...]:
    """`run` once for all cotangents of a batch."""
    from rushlight.tape.batching import vmap_flat

    if any(isinstance(g, Tensor) and not g.dim() for g in grads):
        raise ValueError(NOT_BATCHED)
    return tuple(vmap_flat(lambda *cotangent: run(cotangent), grads))


def method_backward(
    self: Tensor,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Accumulate this tensor's gradient into the leaves it depends on; see `autograd.backward`."""
    if overrides.has(self):
        return overrides.take_over(
            Tensor.backward,
            (self,),
            {
                "gradient": gradient,
                "retain_graph": retain_graph,
                "create_graph": create_graph,
                "inputs": inputs,
            },
        )
    everyday = gradient is None and inputs is None and not create_graph
    if everyday and engine.run_from_scalar(self, bool(retain_graph)):
        return
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


method_backward.__name__, method_backward.__qualname__ = "backward", "Tensor.backward"
Tensor.backward = method_backward  # type: ignore[method-assign]
