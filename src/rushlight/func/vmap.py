"""`vmap`: a function of one sample becomes a function of a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.func.chunks import Chunks, checked_chunk
from rushlight.tape.batching import Split, vmap_flat
from rushlight.tensor.options import fresh as from_array
from rushlight.tensor.tensor import Tensor
from rushlight.trees import TreeSpec, broadcast_to_and_flatten, tree_flatten

BATCHED = "vmap({0}, ...): `{0}` can not return a BatchedTensor when out_dim is None"


def whole(
    at_once: Any,
    leaves: list[Any],
    dims: list[Any],
    spec: TreeSpec,
    size: int,
    kwargs: Any,
    token: Any,
    chunks: Chunks,
) -> tuple[list[Any], TreeSpec, list[Any]]:
    """Results with the batch dim in front, their structure, and where the dim is to go."""
    try:
        return at_once(leaves, dims, spec, size, kwargs, token, chunks)
    except Split as found:
        if found.token is not token:
            raise
        labels = found.labels
    groups = [[i for i, k in enumerate(labels) if k == label] for label in sorted({*labels})]
    return rejoined(
        groups,
        [
            whole(
                at_once, chosen(leaves, dims, group), dims, spec, len(group), kwargs, token, chunks
            )
            for group in groups
        ],
    )


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | str | None = None,
    split: bool = False,
) -> Callable[..., Any]:
    """`func` over a batch: every tensor argument has a batch dim that `func` does not see.

    Args:
        in_dims: the batch dim of each argument (None: not batched), an int for all or a tree.
        out_dims: where the batch dim of each result goes.
        randomness: 'error', 'different' or 'same'.
        chunk_size: at most so many samples at once. "auto", which PyTorch does not have, takes as
            many as half a GiB allows.
        split: let samples go different ways: where `func` branches on a tensor (`if`, `item()`) or
            makes a result whose shape depends on values, it is called again for each group of
            samples that agree, and the results are joined. PyTorch does not have this.

    Raises:
        ValueError: for inputs without a batch dim, or with batches of different lengths.
        RuntimeError: where samples would have to go different ways, unless `split`.

    Example:
        >>> import rushlight as torch
        >>> torch.func.vmap(torch.dot)(torch.ones(2, 3), torch.ones(2, 3))
        tensor([3., 3.])
        >>> torch.vmap(lambda x: x if x > 0 else -2 * x, split=True)(torch.tensor([1.0, -1.0]))
        tensor([1., 2.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. "
            f"Got {randomness}"
        )
    checked_chunk(
        chunk_size, f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})"
    )

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        leaves, spec = tree_flatten(args)
        dims = checked_dims(in_dims, args, leaves, spec, func)
        size = batch_size(leaves, dims)
        chunks, start = Chunks(chunk_size), 0
        parts: list[Any] = []
        while not parts or start < size:
            n = chunks.step(size - start)
            cut = [
                x if d is None or n == size else x.narrow(d, start, n)
                for x, d in zip(leaves, dims, strict=True)
            ]
            start += n
            token = object() if split else None
            parts.append(whole(at_once, cut, dims, spec, n, kwargs, token, chunks))
        found, out_spec, places = parts[0]
        if len(parts) > 1:
            found = [
                joined(rows, d)
                for rows, d in zip(zip(*[p[0] for p in parts], strict=True), places, strict=True)
            ]
        return out_spec.unflatten([placed(x, d) for x, d in zip(found, places, strict=True)])

    def at_once(
        leaves: list[Any],
        dims: list[Any],
        spec: TreeSpec,
        size: int,
        kwargs: Any,
        token: Any,
        chunks: Chunks,
    ) -> tuple[list[Any], TreeSpec, list[Any]]:
        """`whole` in one call of the function."""
        shape: list[Any] = []

        def flat(*tensors: Any) -> list[Any]:
            found, out_spec = tree_flatten(func(*spec.unflatten(tensors), **kwargs))
            places = spread_results(func, out_dims, out_spec, found)
            shape[:] = [out_spec, places]
            return found

        def refusal(i: int) -> str:
            return BATCHED.format(name_of(func)) if shape[1][i] is None else ""

        results = vmap_flat(flat, leaves, dims, size, randomness, refusal, token, chunks.took)
        return results, shape[0], shape[1]

    return wrapped


def chosen(leaves: list[Any], dims: list[Any], group: list[int]) -> list[Any]:
    """The samples of a group."""
    index = from_array(np.array(group))
    return [x if d is None else x.index_select(d, index) for x, d in zip(leaves, dims, strict=True)]


def rejoined(groups: list[list[int]], parts: list[Any]) -> Any:
    """The results of groups of samples as those of all samples, in their order."""
    _, spec, places = parts[0]
    for _, other, _ in parts[1:]:
        if other != spec:
            raise ValueError(
                f"vmap(..., split=True): samples returned different structures: {spec} and {other}"
            )
    order = from_array(np.argsort([i for group in groups for i in group]))
    columns = zip(zip(*[found for found, _, _ in parts], strict=True), places, strict=True)
    found = [
        rows[0] if d is None else joined(rows, d).index_select(0, order) for rows, d in columns
    ]
    return found, spec, places


def joined(rows: Any, place: int | None) -> Any:
    """The results of all chunks as one."""
    from rushlight.ops.join import cat

    return rows[0] if place is None else cat(list(rows), 0)


def placed(x: Any, place: int | None) -> Any:
    """A result with its batch dim, which is in front, where it was asked for."""
    return x.movedim(0, place) if place else x


def name_of(func: Any) -> str:
    """How errors call a function."""
    if isinstance(func, functools.partial):
        return f"functools.partial({name_of(func.func)}, ...)"
    return getattr(func, "__name__", None) or repr(func)


def checked_dims(
    in_dims: Any, args: Any, leaves: list[Any], spec: TreeSpec, func: Any
) -> list[Any]:
    """The batch dim of every leaf; PyTorch's errors where they do not fit."""

    def head() -> str:
        return f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>): "

    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{head()}expected `in_dims` to be int or a (potentially nested) tuple "
            f"matching the structure of inputs, got: {type(in_dims)}."
        )
    if not leaves:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add "
            "inputs, or you are trying to vmap over a function with no inputs. The "
            "latter is unsupported."
        )
    dims = broadcast_to_and_flatten(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{head()}in_dims is not compatible with the structure of `inputs`. in_dims has "
            f"structure {tree_flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    for x, d in zip(leaves, dims, strict=True):
        if d is not None and not (isinstance(x, Tensor) and type(d) is int and 0 <= d < x.dim()):
            return [checked_dim(head, x, d) for x, d in zip(leaves, dims, strict=True)]
    return dims


def checked_dim(head: Callable[[], str], x: Any, d: Any) -> int | None:
    """The batch dim of one leaf, not negative."""
    if d is None:
        return None
    if not isinstance(d, int):
        raise ValueError(
            f"{head()}Got in_dim={d} for an input but in_dim must be either an integer dimension or "
            "None."
        )
    if not isinstance(x, Tensor):
        raise ValueError(
            f"{head()}Got in_dim={d} for an input but the input is of type {type(x)}. "
            "We cannot vmap over non-Tensor arguments, please use None as the "
            "respective in_dim"
        )
    if not -x.dim() <= d < x.dim():
        raise ValueError(
            f"{head()}Got in_dim={d} for some input, but that input is a Tensor of "
            f"dimensionality {x.dim()} so expected in_dim to satisfy "
            f"-{x.dim()} <= in_dim < {x.dim()}."
        )
    return d % x.dim()


def batch_size(leaves: list[Any], dims: list[Any]) -> int:
    """The common length of the batch dims."""
    sizes = [x.size(d) for x, d in zip(leaves, dims, strict=True) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if sizes.count(sizes[0]) < len(sizes):
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, "
            f"got sizes {sizes} for the mapped dimension"
        )
    return sizes[0]


def spread_results(func: Any, out_dims: Any, spec: TreeSpec, found: list[Any]) -> list[Any]:
    """Where the batch dim of each result goes; only tensors come out of a vmapped function."""
    if type(out_dims) is int and all(isinstance(x, Tensor) for x in found):
        return [out_dims] * len(found)
    name = name_of(func)
    if isinstance(out_dims, int) and spec.is_leaf():
        places: Any = [out_dims]
    elif isinstance(out_dims, tuple) and len(out_dims) == 1 and spec.is_leaf():
        places = [out_dims[0]]
    else:
        places = broadcast_to_and_flatten(out_dims, spec)
    bad = f"vmap({name}, ..., out_dims={out_dims})"
    if places is None:
        raise ValueError(
            f"{bad}(<inputs>): out_dims is not compatible with the structure of `outputs`. out_dims "
            f"has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    if any(d is not None and not isinstance(d, int) for d in places):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python "
            "collection of ints representing where in the outputs the vmapped dimension should "
            "appear."
        )
    for x, d in zip(found, places, strict=True):
        if not isinstance(x, Tensor) and d is not None:
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(x)}. Did you "
                "mean to set out_dims= to None for output?"
            )
    return places
