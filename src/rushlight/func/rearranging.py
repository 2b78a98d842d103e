"""`rearrange`: dims named, moved, merged and split by a pattern, in the language of einops."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any

from rushlight.ops.join import stack
from rushlight.tensor.tensor import Tensor

TOKEN = re.compile(r"\.\.\.|…|\w+|[()]|\S")
REST = "…"
UNDERSCORES = (
    "Invalid axis identifier: {0}\naxis name should should not start or end with underscore"
)


class DimensionBindError(Exception):
    """The sizes that a pattern and its lengths speak of are not those of the tensor."""


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """A tensor with its dims reordered, merged and split as `pattern` says.

    Args:
        tensor: a tensor, or a sequence of tensors, which are stacked along a new dim 0.
        pattern: names of dims before and after `->`. Parentheses merge (on the right) and split (on
            the left), `...` stands for all dims not named, `1` or `()` for a dim of length 1.
        axes_lengths: lengths of named dims, where a dim is split and they do not follow.

    Raises:
        ValueError: for a pattern that makes no sense, or not for this tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.func.rearrange(torch.zeros(2, 6, 5), "b (h w) c -> b c h w", h=2).shape
        torch.Size([2, 5, 2, 3])
    """
    if isinstance(tensor, (list, tuple)) or not isinstance(tensor, Tensor):
        tensor = stack(tensor, 0)
    left, right = parsed(pattern)
    for size in axes_lengths.values():
        if not isinstance(size, int):
            raise TypeError(f"rearrange axis lengths must be integers, got: {type(size)}")
    check_names(left, right, axes_lengths)
    left, right = spread(left, right, tensor.dim())
    names = [name for group in left for name in group]
    parts = [
        size
        for i, group in enumerate(left)
        for size in part_sizes(group, tensor.shape[i], axes_lengths, names)
    ]
    tensor = tensor.reshape(parts) if len(parts) != tensor.dim() else tensor
    length = dict(zip(names, parts, strict=True))
    order = [names.index(name) for group in right for name in group]
    shape = [functools.reduce(lambda a, name: a * length[name], group, 1) for group in right]
    moved = tensor.permute(order) if order != [*range(tensor.dim())] else tensor
    return moved.reshape(shape) if shape != [*moved.shape] else moved


@functools.lru_cache(256)
def parsed(pattern: str) -> tuple[list[list[str]], list[list[str]]]:
    """The groups of names before and after the arrow."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError("Pattern must contain a single '->' separator")
    left, right = (groups_of(side) for side in sides)
    if any(REST in group for group in right) and not any(REST in group for group in left):
        raise ValueError(f"Ellipsis found in right side, but not left side of a pattern {pattern}")
    if any(REST in group and "(" in group for group in left):
        raise ValueError(f"Ellipsis is parenthesis in the left side is not allowed: {pattern}")
    return left, right


def groups_of(side: str) -> list[list[str]]:
    """One list of names for each dim; "(" stands first in those that are written in parentheses."""
    if "." in side.replace("...", "", 1):
        more = "; only one ellipsis for tensor " if side.count("...") * 3 == side.count(".") else ""
        raise ValueError(f"Expression may contain dots only inside ellipsis (...){more}")
    groups: list[list[str]] = []
    open_ = False
    for token in TOKEN.findall(side):
        if token == "(":
            if open_:
                raise ValueError(
                    "Axis composition is one-level (brackets inside brackets not allowed)"
                )
            open_ = True
            groups.append(["("])
        elif token == ")":
            if not open_:
                raise ValueError("Brackets are not balanced")
            open_ = False
        else:
            names = [] if token == "1" else [checked(token)]
            groups[-1].extend(names) if open_ else groups.append(names)
    if open_:
        raise ValueError(f"Imbalanced parentheses in expression: '{side}'")
    for name, times in Counter(name for g in groups for name in g if name != "(").items():
        if times > 1:
            raise ValueError(f"Indexing expression contains duplicate dimension '{name}'")
    return groups


def checked(token: str) -> str:
    """The name of a dim."""
    if token in ("...", REST):
        return REST
    if token.isdecimal():
        raise ValueError("rearrange only supports unnamed axes of size 1")
    if not token.isidentifier():
        raise ValueError(f"Unknown character '{token[0]}'")
    if token[0] == "_" or token[-1] == "_":
        raise ValueError(UNDERSCORES.format(token))
    return token


def check_names(left: Any, right: Any, lengths: dict[str, int]) -> None:
    """Every name stands on both sides, and lengths are those of names."""
    sides = [{name for group in side for name in group} - {"("} for side in (left, right)]
    alone = sides[0] ^ sides[1]
    if alone:
        raise ValueError(
            f"Identifiers only on one side of rearrange expression (should be on both): {alone}"
        )
    unknown = lengths.keys() - sides[0]
    if unknown:
        raise ValueError(f"Identifiers not found in rearrange expression: {unknown}")


def spread(left: Any, right: Any, ndim: int) -> tuple[list[list[str]], list[list[str]]]:
    """Both sides with a name for each dim that `...` stands for."""
    rest = [REST] in left
    count = ndim - len(left) + rest
    if count < 0 or (count and not rest):
        raise ValueError(
            f"Number of dimensions in pattern ({len(left) - rest}) must be equal to the number of "
            f"dimensions in the tensor ({ndim})"
        )
    names = [f"{REST}{i}" for i in range(count)]
    both = []
    for side in (left, right):
        made = []
        for group in side:
            if group == [REST]:
                made.extend([[name] for name in names])
            else:
                own = [name for name in group if name != "("]
                made.append([m for n in own for m in (names if n == REST else [n])])
        both.append(made)
    return both[0], both[1]


def part_sizes(group: list[str], size: int, lengths: dict[str, int], names: list[str]) -> list[int]:
    """The lengths of the names that one dim is split into."""
    labels = [f"d{names.index(name)}" for name in group]
    known = [lengths.get(name) for name in group]
    product = functools.reduce(lambda a, n: a * n, [n for n in known if n is not None], 1)
    free = [label for label, n in zip(labels, known, strict=True) if n is None]
    if len(free) > 1:
        raise DimensionBindError(
            f"cannot infer the sizes of two dimensions at once {free[0]} and {free[1]}"
        )
    if free and (product == 0 or size % product):
        shown = tuple(["?" if n is None else n for n in known])
        raise DimensionBindError(
            f"inferred dimension does not evenly fit into larger dimension: {size} vs {shown}"
        )
    if not free and size != product:
        pack = f"({', '.join(labels)}{',' * (len(labels) == 1)})"
        raise DimensionBindError(
            f"Dimension sizes to do not match ({size} != {product}) when matching dimension pack "
            f"{pack}"
        )
    return [size // product if n is None else n for n in known]
