"""Transforms side by side along a dim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.transforms.base import Transform
from rushlight.distributions.utils import lazy_property, sum_rightmost
from rushlight.tensor.tensor import Tensor


class Joined(Transform):
    """Splits a tensor along a dim and transforms each piece by its own."""

    transforms: list[Transform]
    dim: int

    def _init_joined(self, tseq: Sequence[Transform], dim: int, cache_size: int) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise AssertionError("All elements of tseq must be Transform instances")
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    def _require(self, value: Tensor, name: str, length: int, what: str, where: str) -> None:
        dim = self.dim
        if not -value.dim() <= dim < value.dim():
            raise AssertionError(
                f"dim {dim} out of range for {where} with {value.dim()} dimensions"
            )
        if value.size(dim) != length:
            raise AssertionError(
                f"{name}.size({dim}) = {value.size(dim)} must equal {what} {length}"
            )

    @property
    def bijective(self) -> Any:
        return all(t.bijective for t in self.transforms)


class CatTransform(Joined):
    """Transforms of pieces of given lengths.

    Args:
        tseq: the transforms.
        dim: the dim that the pieces lie along.
        lengths: of the pieces; 1 each if None.
        cache_size: 1 to have them remember the last pair of values.
    """

    _arguments = ("transforms", "dim", "lengths")

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        self._init_joined(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(
                f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})"
            )

    @lazy_property
    def event_dim(self) -> Any:
        """The most that one of them has."""
        return max(t.event_dim for t in self.transforms)

    @property
    def length(self) -> int:
        """The length of all."""
        return sum(self.lengths)

    def _pieces(self, value: Tensor, name: str, where: str = "tensor") -> Any:
        self._require(value, name, self.length, "length", where)
        return value.split(self.lengths, self.dim)

    def _call(self, x: Tensor) -> Tensor:
        pieces = zip(self.transforms, self._pieces(x, "x"), strict=True)
        return torch.cat([t(piece) for t, piece in pieces], dim=self.dim)

    def _inverse(self, y: Tensor) -> Tensor:
        pieces = zip(self.transforms, self._pieces(y, "y"), strict=True)
        return torch.cat([t.inv(piece) for t, piece in pieces], dim=self.dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        xs, ys = self._pieces(x, "x", "x"), self._pieces(y, "y", "y")
        terms = []
        for t, a, b in zip(self.transforms, xs, ys, strict=True):
            terms.append(sum_rightmost(t.log_abs_det_jacobian(a, b), self.event_dim - t.event_dim))
        dim = self.dim - x.dim() if self.dim >= 0 else self.dim
        dim += self.event_dim
        return torch.cat(terms, dim=dim) if dim < 0 else sum(terms)  # type: ignore[return-value]

    @constraints.dependent_property
    def domain(self) -> Any:
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(Joined):
    """Transforms of the slices along a dim.

    Args:
        tseq: the transforms, one for each slice.
        dim: the dim.
        cache_size: 1 to have them remember the last pair of values.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.distributions.transforms import *
        >>> StackTransform([ExpTransform(), identity_transform])(torch.zeros(2))
        tensor([1., 0.])
    """

    _arguments = ("transforms", "dim")

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        self._init_joined(tseq, dim, cache_size)

    def _slices(self, value: Tensor, name: str, where: str = "tensor") -> Any:
        self._require(value, name, len(self.transforms), "len(transforms)", where)
        return value.unbind(self.dim)

    def _call(self, x: Tensor) -> Tensor:
        pairs = zip(self.transforms, self._slices(x, "x"), strict=True)
        return torch.stack([t(part) for t, part in pairs], dim=self.dim)

    def _inverse(self, y: Tensor) -> Tensor:
        pairs = zip(self.transforms, self._slices(y, "y"), strict=True)
        return torch.stack([t.inv(part) for t, part in pairs], dim=self.dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        both = zip(
            self.transforms, self._slices(x, "x", "x"), self._slices(y, "y", "y"), strict=True
        )
        return torch.stack([t.log_abs_det_jacobian(a, b) for t, a, b in both], dim=self.dim)

    @constraints.dependent_property
    def domain(self) -> Any:
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
