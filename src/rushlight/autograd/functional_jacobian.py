"""Whole Jacobians and Hessians: row by row, all rows at once by vmap, or column by column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.autograd import forward_ad
from rushlight.autograd.functional_arguments import (
    JACOBIAN_WITHOUT_GRAPH,
    LINEAR,
    NO_GRAPH,
    Tensors,
    as_tuple,
    check_recorded,
    prepared,
    results_of,
    scalar_of,
)
from rushlight.ops.join import stack
from rushlight.tape.batching import vmap_flat
from rushlight.tape.modes import enable_grad
from rushlight.tensor.differentiate import grad
from rushlight.tensor.tensor import Tensor

STRATEGIES = (
    'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has '
    'more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use '
    '"reverse-mode".'
)
OUTER_STRATEGIES = 'Expected strategy to be either "forward-mode" or "reverse-mode".'
ONLY_VECTORIZED = (
    "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
    "`vectorize=True`."
)
NOT_STRICT = (
    "torch.autograd.functional.jacobian: `strict=True` and {0} are not supported together{2}. "
    "Please either set `strict=False` or `{1}`."
)
NO_GRAPH_FORWARD = (
    'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are '
    "not supported together (yet). Please either set `create_graph=False` or "
    '`strategy="reverse-mode"`.'
)
UNUSED_BY_OUTPUT = (
    "Output {0} of the user-provided function is independent of input {1}. This is not allowed in "
    "strict mode."
)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """All partial derivatives of `func` at `inputs`.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        create_graph: make the result differentiable.
        strict: refuse an output that does not depend on an input, instead of giving zeros.
        vectorize: all rows (or columns) in one pass under `vmap`, instead of one pass for each.
        strategy: "reverse-mode", a row per element of the outputs, or "forward-mode", a column
            per element of the inputs, which wants `vectorize`.

    Returns:
        A tensor of shape (*shape of the output, *shape of the input). A tuple of inputs, of
        outputs, or both gives a tuple, in the last case `result[output][input]`.

    Raises:
        RuntimeError: for options that do not go together, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(STRATEGIES)
    if strategy == "forward-mode":
        check_forward(create_graph, strict, True)
        given, is_tuple = as_tuple(inputs, "inputs", "jacobian")
        check_forward(False, False, vectorize)
        return forward_jacobian(func, given, is_tuple)
    with enable_grad():
        given, is_tuple = as_tuple(inputs, "inputs", "jacobian")
        xs = prepared(given, create_graph)
        outputs, many = results_of(func, xs, "jacobian")
        check_recorded(outputs, strict, NO_GRAPH)
        if not vectorize:
            rows = [one_by_one(i, out, xs, create_graph, strict) for i, out in enumerate(outputs)]
        elif strict:
            raise RuntimeError(NOT_STRICT.format("`vectorized=True`", "vectorize=False", ""))
        else:
            rows = at_once(outputs, xs, create_graph)
    kept = rows if create_graph else [tuple([x.detach() for x in row]) for row in rows]
    return shaped(tuple(kept), many, is_tuple)


def shaped(rows: Any, many: bool, is_tuple: bool) -> Any:
    """`rows[output][input]` without the levels that the user's arguments do not have."""
    if not is_tuple:
        rows = tuple([row[0] for row in rows])
    return rows if many else rows[0]


def one_by_one(i: int, out: Tensor, xs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The derivatives of output `i` by every input, one backward per element."""
    columns: list[list[Tensor]] = [[] for _ in xs]
    flat = out.reshape(-1)
    for j in range(out.numel()):
        found = row_of(flat[j], xs, create_graph)
        for k, (x, g) in enumerate(zip(xs, found, strict=True)):
            if strict and g is None:
                raise RuntimeError(UNUSED_BY_OUTPUT.format(i, k))
            if strict and create_graph and not g.requires_grad:
                raise RuntimeError(JACOBIAN_WITHOUT_GRAPH.format(i))
            columns[k].append(x.new_zeros(x.shape) if g is None else g)
    return tuple(
        [
            stack(column, 0).view((*out.shape, *x.shape))
            for column, x in zip(columns, xs, strict=True)
        ]
    )


def row_of(element: Tensor, xs: Tensors, create_graph: bool) -> tuple[Any, ...]:
    """The gradients of one element."""
    if not element.requires_grad:
        return (None,) * len(xs)
    return grad(element, xs, retain_graph=True, create_graph=create_graph, allow_unused=True)


def at_once(outputs: Tensors, xs: Tensors, create_graph: bool) -> list[Tensors]:
    """The derivatives of all outputs by every input, from one backward of batched unit vectors."""
    live = [out for out in outputs if out.requires_grad]
    found: tuple[Any, ...] = (None,) * len(xs)
    if live:
        found = grad(
            tuple([out.reshape(-1) for out in live]),
            xs,
            unit_vectors(live),
            create_graph=create_graph,
            allow_unused=True,
            is_grads_batched=True,
        )
    rows, start = [], 0
    for out in outputs:
        reached = out.requires_grad
        slopes = found if reached else (None,) * len(xs)
        rows.append(tuple([block(g, start, out, x) for g, x in zip(slopes, xs, strict=True)]))
        start += out.numel() if reached else 0
    return rows


def block(rows: Tensor | None, start: int, out: Tensor, x: Tensor) -> Tensor:
    """The derivative of one output by one input, cut from the rows of all outputs."""
    shape = (*out.shape, *x.shape)
    if rows is None:
        return x.new_zeros(shape)
    return rows.narrow(0, start, out.numel()).view(shape)


def unit_vectors(tensors: Any) -> Tensors:
    """The identity matrix over the elements of all tensors, by columns: one piece per tensor."""
    total = sum(t.numel() for t in tensors)
    pieces, start = [], 0
    for t in tensors:
        piece = t.new_zeros((total, t.numel()))
        piece.diagonal(-start).fill_(1)
        pieces.append(piece)
        start += t.numel()
    return tuple(pieces)


def check_forward(create_graph: bool, strict: bool, vectorize: bool) -> None:
    """Forward mode does not go together with every option."""
    if create_graph:
        raise NotImplementedError(NO_GRAPH_FORWARD)
    if strict:
        raise RuntimeError(
            NOT_STRICT.format('`strategy="forward-mode"`', 'strategy="reverse-mode"', " (yet)")
        )
    if not vectorize:
        raise NotImplementedError(ONLY_VECTORIZED)


def forward_jacobian(func: Callable[..., Any], given: Tensors, is_tuple: bool) -> Any:
    """The Jacobian column by column: tangents that are unit vectors, batched."""
    known: list[Any] = []

    def column(*tangents: Tensor) -> list[Tensor]:
        with forward_ad.dual_level():
            duals = [
                forward_ad.make_dual(x, t.view_as(x)) for x, t in zip(given, tangents, strict=True)
            ]
            outputs, many = results_of(func, duals, None)
            known[:] = [many, [out.shape for out in outputs]]
            return [moved(out) for out in outputs]

    blocks = vmap_flat(column, unit_vectors(given))
    many, shapes = known
    sizes = [x.numel() for x in given]
    rows = [
        [
            part.permute(*range(1, part.dim()), 0).reshape((*shape, *x.shape))
            for part, x in zip(columns.split(sizes, 0), given, strict=True)
        ]
        for columns, shape in zip(blocks, shapes, strict=True)
    ]
    return shaped(rows, many, is_tuple)


def moved(out: Tensor) -> Tensor:
    """The tangent of a result; zeros where it has none."""
    value, tangent = forward_ad.unpack_dual(out)
    return value.new_zeros(value.shape) if tangent is None else tangent


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """All second derivatives of `func`, which returns a single number, at `inputs`.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        create_graph: make the result differentiable.
        strict: refuse a result that does not depend on an input, instead of giving zeros.
        vectorize: as for `jacobian`, for the outer of the two.
        outer_jacobian_strategy: "reverse-mode", or "forward-mode", which wants `vectorize`. Both
            are computed in reverse: a tangent does not pass through a recorded backward here.

    Returns:
        For one input a tensor of its shape twice over; for a tuple `result[i][j]`, of shape
        (*shape of input i, *shape of input j).

    Raises:
        RuntimeError: for more than one number, and what `strict` refuses.
        TypeError: for anything but tensors and tuples of them.

    Example:
        >>> import rushlight as torch
        >>> torch.autograd.functional.hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    given, is_tuple = as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(OUTER_STRATEGIES)

    def number(*xs: Tensor) -> Tensor:
        outputs, many = results_of(func, xs, "hessian")
        check_recorded(outputs, strict, NO_GRAPH)
        return scalar_of(outputs, many, "hessian").squeeze()

    def slopes(*xs: Tensor) -> Tensors:
        found: Tensors = jacobian(number, xs, create_graph=True)
        check_recorded(found, strict, LINEAR)
        return found

    forward = outer_jacobian_strategy == "forward-mode"
    if forward:
        check_forward(create_graph, strict, vectorize)
    rows = jacobian(
        slopes,
        given,
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
    )
    return shaped([list(row) for row in rows] if forward else rows, is_tuple, is_tuple)
