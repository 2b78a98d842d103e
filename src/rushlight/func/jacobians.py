"""`jacrev`, `jacfwd`, `hessian` and `linearize`: whole Jacobians, and linear maps kept for use."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.func.arguments import (
    Argnums,
    refuse_complex,
    selected,
)
from rushlight.func.chunks import Chunks, checked_chunk
from rushlight.func.forward import check_moving, jvp_by
from rushlight.func.reverse import left, pull, vjp_by
from rushlight.ops.join import cat
from rushlight.tape.batching import vmap_flat
from rushlight.tape.reverse import GradLevel, leaf, unwrapped
from rushlight.tape.units import unit_vectors
from rushlight.tensor.tensor import Tensor
from rushlight.trees import tree_flatten

LINEARIZED = "Expected the tangents {0} to have the same argspec as the primals {1}"
UNLIKE = (
    "tangent:{0} with {1} {2} in flattened pytree doesn't match the {1} {3} of the corresponding "
    "primal."
)


def of_units(
    function: Callable[..., list[Any]], leaves: list[Any], start: int, count: int
) -> list[Any]:
    """`function` of a batch of unit vectors of the space of all leaves, from number `start` on."""
    parts = []
    for x in leaves:
        parts.append(unit_vectors(x.shape, x.dtype, start, count))
        start -= x.numel()
    return function(*parts)


def for_all_units(
    function: Callable[..., list[Any]],
    leaves: list[Any],
    chunk_size: int | str | None,
    randomness: str = "error",
) -> list[Any]:
    """`function` of every unit vector; its results along a new dim 0."""
    total, start = sum([x.numel() for x in leaves]), 0
    chunks, found = Chunks(chunk_size), []
    while True:
        count = chunks.step(total - start)
        rows = functools.partial(of_units, function, leaves, start, count)
        found.append(vmap_flat(rows, [], None, count, randomness, took=chunks.took))
        start += count
        if start >= total:
            break
    if len(found) == 1:
        return found[0]
    return [cat(list(column), 0) for column in zip(*found, strict=True)]


def rows_of(stacked: Any, leaves: list[Any]) -> list[Any]:
    """A tensor whose dim 0 counts the unit vectors of all leaves, cut up by leaf."""
    parts, start = [], 0
    for x in leaves:
        part = stacked.narrow(0, start, x.numel())
        parts.append(part.reshape((*x.shape, *stacked.shape[1:])))
        start += x.numel()
    return parts


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | str | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """A function that computes the Jacobian of `func` in reverse mode, one row per output element.

    Args:
        argnums: the positional arguments to differentiate by, an int or a tuple.
        has_aux: `func` returns (output, aux); the result is (Jacobian, aux).
        chunk_size: at most so many rows at once; fewer need less memory. "auto", which PyTorch does
            not have, takes as many as half a GiB allows.

    Returns:
        A function whose result has, per output, the structure of the chosen arguments, with tensors
        of shape (*output.shape, *argument.shape).

    Raises:
        RuntimeError: for complex arguments or outputs.

    Example:
        >>> import rushlight as torch
        >>> torch.func.jacrev(torch.sin)(torch.zeros(2))
        tensor([[1., 0.],
                [0., 1.]])
    """
    checked_chunk(chunk_size, "jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any) -> Any:
        refuse_complex("jacrev", tree_flatten(args)[0], "inputs")
        output, pull_back, *aux = vjp_by(func, args, argnums, has_aux)
        outputs, out_spec = tree_flatten(output)
        refuse_complex("jacrev", outputs, "outputs")
        in_spec = tree_flatten(selected(args, argnums))[1]

        def row(*unit: Any) -> list[Any]:
            return tree_flatten(pull_back(out_spec.unflatten(unit)))[0]

        if sum([y.numel() for y in outputs]) == 1:  # a gradient, which needs no batch
            stacked = [g.unsqueeze(0) for g in row(*[y.new_ones(y.shape) for y in outputs])]
        else:
            stacked = for_all_units(row, outputs, chunk_size)
        by_input = [rows_of(each, outputs) for each in stacked]
        jacobian = out_spec.unflatten(
            [in_spec.unflatten(list(blocks)) for blocks in zip(*by_input, strict=True)]
        )
        return (jacobian, aux[0]) if has_aux else jacobian

    return wrapper


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
    chunk_size: int | str | None = None,
) -> Callable[..., Any]:
    """A function that computes the Jacobian of `func` in forward mode, one column per input element.

    Args:
        argnums: the positional arguments to differentiate by, an int or a tuple.
        has_aux: `func` returns (output, aux); the result is (Jacobian, aux).
        randomness: what random draws do, see `vmap`.
        chunk_size: at most so many columns at once, see `jacrev`; PyTorch does not have this.

    Returns:
        A function whose result has, per output, the structure of the chosen arguments, with tensors
        of shape (*output.shape, *argument.shape).

    Raises:
        RuntimeError: for complex arguments or outputs.

    Example:
        >>> import rushlight as torch
        >>> torch.func.jacfwd(lambda x: x * x)(torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """

    checked_chunk(chunk_size, "jacfwd: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any) -> Any:
        refuse_complex("jacfwd", tree_flatten(args)[0], "inputs")
        inputs, in_spec = tree_flatten(selected(args, argnums))
        seen: list[Any] = []

        def column(*unit: Any) -> list[Any]:
            tangents = in_spec.unflatten(unit)
            output, moved, *aux = jvp_by(func, args, tangents, argnums, False, has_aux)
            outputs, spec = tree_flatten(output)
            seen[:] = [outputs, spec, *aux]
            return tree_flatten(moved)[0]

        found = for_all_units(column, inputs, chunk_size, randomness)
        outputs, out_spec, *aux = seen
        refuse_complex("jacfwd", outputs, "outputs")
        blocks = [in_spec.unflatten(columns_of(each.movedim(0, -1), inputs)) for each in found]
        jacobian = out_spec.unflatten(blocks)
        return (jacobian, aux[0]) if has_aux else jacobian

    return wrapper


def columns_of(stacked: Any, leaves: list[Any]) -> list[Any]:
    """A tensor whose last dim counts the unit vectors of all leaves, cut up by leaf."""
    parts, start = [], 0
    for x in leaves:
        part = stacked.narrow(-1, start, x.numel())
        parts.append(part.reshape((*stacked.shape[:-1], *x.shape)))
        start += x.numel()
    return parts


def hessian(
    func: Callable[..., Any], argnums: Argnums = 0, *, chunk_size: int | str | None = None
) -> Callable[..., Any]:
    """A function that computes the second derivatives of `func`: forward mode over reverse mode.

    Args:
        argnums: the positional arguments to differentiate by, an int or a tuple.
        chunk_size: at most so many columns at once, see `jacrev`; PyTorch does not have this.

    Returns:
        A function whose result has, per output, the structure of the chosen arguments twice.

    Example:
        >>> import rushlight as torch
        >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums, chunk_size=chunk_size)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of `func` at `primals`, and its derivative there as a function of tangents.

    `func` runs once; the linear function can be called many times.

    Returns:
        (output, jvp_fn). `jvp_fn(*tangents)` takes trees like `primals` and returns one like the
        output.

    Raises:
        RuntimeError: for tangents that do not look like the primals.

    Example:
        >>> import rushlight as torch
        >>> _, along = torch.func.linearize(torch.sin, torch.zeros(()))
        >>> along(torch.tensor(2.0))
        tensor(2.)
    """
    inputs, spec = tree_flatten(primals)
    for x in inputs:
        check_moving("primal", x)
    with GradLevel() as outer:
        with GradLevel() as inner:
            inner.always = True
            probes = [leaf(inner, x) for x in inputs]
            outputs, out_spec = tree_flatten(func(*spec.unflatten(probes)))
            values = [unwrapped(inner, y) for y in outputs]
            live = [i for i, y in enumerate(outputs) if isinstance(y, Tensor)]
            us = [leaf(outer, values[i].new_zeros(values[i].shape)) for i in live]
            inner.recording = False
            pulled = pull(inner, [outputs[i] for i in live], us, probes, False)
        outer.recording = False
        results = left(outer, out_spec.unflatten(values))

    def jvp_fn(*tangents: Any) -> Any:
        ts, t_spec = tree_flatten(tangents)
        if t_spec != spec:
            raise RuntimeError(LINEARIZED.format(t_spec, spec))
        for i, (x, t) in enumerate(zip(inputs, ts, strict=True)):
            for what in ("shape", "device", "dtype"):
                if getattr(x, what) != getattr(t, what):
                    raise RuntimeError(UNLIKE.format(i, what, getattr(t, what), getattr(x, what)))
        moved = dict(zip(live, pull(outer, pulled, ts, us, True), strict=True))
        return out_spec.unflatten([moved.get(i, y) for i, y in enumerate(values)])

    return results, jvp_fn
