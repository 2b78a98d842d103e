"""`vmap`: a function of one sample becomes a function of a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.tape.batching import vmap_flat
from rushlight.tensor.tensor import Tensor


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """Leaves of nested tuples, lists and dicts, and a description to rebuild them."""
    if isinstance(tree, dict):
        keys = list(tree)
        values, inner = flatten([tree[k] for k in keys])
        return values, (type(tree), keys, inner)
    if isinstance(tree, (tuple, list)):
        leaves: list[Any] = []
        specs = []
        for x in tree:
            more, spec = flatten(x)
            leaves += more
            specs.append((spec, len(more)))
        return leaves, (type(tree), None, specs)
    return [tree], None


def unflatten(leaves: list[Any], spec: Any) -> Any:
    """The inverse of `flatten`."""
    if spec is None:
        return leaves[0]
    kind, keys, specs = spec
    if keys is not None:
        return kind(zip(keys, unflatten(leaves, specs), strict=True))
    out, at = [], 0
    for each, n in specs:
        out.append(unflatten(leaves[at : at + n], each))
        at += n
    return kind(*out) if hasattr(kind, "_fields") else kind(out)


def spread(dims: Any, tree: Any, name: str) -> list[Any]:
    """`dims`, an int or None or a tree like the beginning of `tree`, once per leaf of `tree`."""
    if dims is None or isinstance(dims, int):
        return [dims] * len(flatten(tree)[0])
    if isinstance(tree, dict) and isinstance(dims, dict):
        return [d for k in tree for d in spread(dims[k], tree[k], name)]
    if (
        isinstance(dims, (tuple, list))
        and isinstance(tree, (tuple, list))
        and len(dims) == len(tree)
    ):
        return [d for x, t in zip(dims, tree, strict=True) for d in spread(x, t, name)]
    raise ValueError(f"{name} is not compatible with the structure of the arguments: {dims!r}")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """`func` over a batch: every tensor argument has a batch dim that `func` does not see.

    Args:
        in_dims: the batch dim of each argument (None: not batched), an int for all or a tree.
        out_dims: where the batch dim of each result goes.
        randomness: 'error', 'different' or 'same'.
        chunk_size: at most so many samples at once.

    Raises:
        ValueError: for inputs without a batch dim, or with batches of different lengths.

    Example:
        >>> import rushlight as torch
        >>> torch.func.vmap(torch.dot)(torch.ones(2, 3), torch.ones(2, 3))
        tensor([3., 3.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. "
            f"Got {randomness}"
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        leaves, spec = flatten(args)
        dims = checked_dims(in_dims, args, leaves, func)
        size = batch_size(func, in_dims, leaves, dims)
        if chunk_size is not None and chunk_size < size:
            return in_chunks(leaves, dims, spec, size, kwargs)
        return whole(leaves, dims, spec, size, kwargs)

    def whole(leaves: list[Any], dims: list[Any], spec: Any, size: int, kwargs: Any) -> Any:
        shape: list[Any] = []

        def flat(*tensors: Any) -> list[Any]:
            out = func(*unflatten(list(tensors), spec), **kwargs)
            found, out_spec = flatten(out)
            check_results(func, found)
            shape[:] = [out_spec, spread(out_dims, out, "out_dims")]
            return found

        results = vmap_flat(flat, leaves, dims, size, randomness)
        out_spec, places = shape
        moved = [
            x if d in (0, None) else x.movedim(0, d) for x, d in zip(results, places, strict=True)
        ]
        return unflatten(moved, out_spec)

    def in_chunks(leaves: list[Any], dims: list[Any], spec: Any, size: int, kwargs: Any) -> Any:
        from rushlight.ops.join import cat

        assert chunk_size is not None
        parts, out_spec, places = [], None, []
        for start in range(0, size, chunk_size):
            n = min(chunk_size, size - start)
            cut = [
                x if d is None else x.narrow(d, start, n) for x, d in zip(leaves, dims, strict=True)
            ]
            out = whole(cut, dims, spec, n, kwargs)
            found, out_spec = flatten(out)
            places = spread(out_dims, out, "out_dims")
            parts.append(found)
        joined = [
            cat(list(column), d or 0)
            for column, d in zip(zip(*parts, strict=True), places, strict=True)
        ]
        return unflatten(joined, out_spec)

    return wrapped


def name_of(func: Any) -> str:
    return getattr(func, "__name__", repr(func))


def checked_dims(in_dims: Any, args: Any, leaves: list[Any], func: Any) -> list[Any]:
    """The batch dim of every leaf; PyTorch's errors where they do not fit."""
    head = f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>): "
    if not args:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add "
            "inputs, or you are trying to vmap over a function with no inputs. The "
            "latter is unsupported."
        )
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{head}expected `in_dims` to be int or a (potentially nested) tuple "
            f"matching the structure of inputs, got: {type(in_dims)}."
        )
    dims = spread(in_dims if isinstance(in_dims, int) else tuple(in_dims), args, "in_dims")
    for x, d in zip(leaves, dims, strict=True):
        if d is None:
            continue
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{head}Got in_dim={d} for an input but the input is of type {type(x)}. "
                "We cannot vmap over non-Tensor arguments, please use None as the "
                "respective in_dim"
            )
        if not -x.dim() <= d < x.dim():
            raise ValueError(
                f"{head}Got in_dim={d} for some input, but that input is a Tensor of "
                f"dimensionality {x.dim()} so expected in_dim to satisfy "
                f"-{x.dim()} <= in_dim < {x.dim()}."
            )
    return [d if d is None else d % x.dim() for x, d in zip(leaves, dims, strict=True)]


def batch_size(func: Any, in_dims: Any, leaves: list[Any], dims: list[Any]) -> int:
    """The common length of the batch dims."""
    sizes = [x.shape[d] for x, d in zip(leaves, dims, strict=True) if d is not None]
    if not sizes:
        raise ValueError(
            f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>): at least one "
            "input must be batched"
        )
    if any(n != sizes[0] for n in sizes):
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, "
            f"got sizes {sizes} for the mapped dimension"
        )
    return sizes[0]


def check_results(func: Any, found: list[Any]) -> None:
    """Only tensors come out of a vmapped function."""
    for x in found:
        if not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({name_of(func)}, ...): `{name_of(func)}` must only return "
                f"Tensors, got type {type(x)}. Did you mean to set out_dims= to None "
                "for output?"
            )
