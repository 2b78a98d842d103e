"""Transforms that work on each number by itself."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.transforms.base import Transform
from rushlight.distributions.utils import NUMBER, broadcast_all, lazy_property
from rushlight.nn.functional import softplus
from rushlight.tensor.tensor import Tensor


class Plain(Transform):
    """Without parameters: two of a kind are equal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self))


class Rising(Plain):
    """A bijection of the real numbers that rises."""

    domain = constraints.real
    bijective = True
    sign = +1


class ExpTransform(Rising):
    """y = exp(x).

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.ExpTransform().inv(torch.ones(1))
        tensor([0.])
    """

    codomain = constraints.positive

    def _call(self, x: Tensor) -> Tensor:
        return x.exp()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return x


class PowerTransform(Transform):
    """y = x ** exponent, of positive numbers.

    Args:
        exponent: a number or tensor.
        cache_size: 1 to remember the last pair of values.
    """

    domain = constraints.positive
    codomain = constraints.positive
    bijective = True
    _arguments = ("exponent",)
    exponent: Tensor

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        (self.exponent,) = broadcast_all(exponent)

    @lazy_property
    def sign(self) -> Any:
        return self.exponent.sign()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and same(self.exponent, other.exponent)

    def _call(self, x: Tensor) -> Tensor:
        return x.pow(self.exponent)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        return torch.broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape


def same(a: Any, b: Any) -> bool:
    """Are two parameters equal?"""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return a == b
    return bool((a == b).all())


def clipped_sigmoid(x: Tensor) -> Tensor:
    """The sigmoid, kept from 0 and 1."""
    return clipped(torch.sigmoid(x))


def clipped(p: Tensor) -> Tensor:
    """A probability, kept from 0 and 1."""
    info = torch.finfo(p.dtype)
    return torch.clamp(p, min=info.tiny, max=1.0 - info.eps)


class SigmoidTransform(Rising):
    """y = 1 / (1 + exp(-x)).

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.SigmoidTransform()(torch.zeros(1))
        tensor([0.5000])
    """

    codomain = constraints.unit_interval

    def _call(self, x: Tensor) -> Tensor:
        return clipped_sigmoid(x)

    def _inverse(self, y: Tensor) -> Tensor:
        y = clipped(y)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -softplus(-x) - softplus(x)


class SoftplusTransform(Rising):
    """y = log(1 + exp(x)).

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.SoftplusTransform()(torch.zeros(1))
        tensor([0.6931])
    """

    codomain = constraints.positive

    def _call(self, x: Tensor) -> Tensor:
        return softplus(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -softplus(-x)


class TanhTransform(Rising):
    """y = tanh(x).

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.TanhTransform().codomain
        Interval(lower_bound=-1.0, upper_bound=1.0)
    """

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x: Tensor) -> Tensor:
        return x.tanh()

    def _inverse(self, y: Tensor) -> Tensor:
        return torch.atanh(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        # log(1 - tanh(x)**2) without the square
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Plain):
    """y = |x|, whose inverse takes the positive one."""

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x: Tensor) -> Tensor:
        return x.abs()

    def _inverse(self, y: Tensor) -> Tensor:
        return y


class AffineTransform(Transform):
    """y = loc + scale x.

    Args:
        loc: a number or tensor.
        scale: a number or tensor.
        event_dim: how many dims an event has.
        cache_size: 1 to remember the last pair of values.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.AffineTransform(1.0, 2.0)(torch.ones(1))
        tensor([3.])
    """

    bijective = True
    _arguments = ("loc", "scale", "event_dim")

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.loc = loc
        self.scale = scale
        self._event_dim = event_dim

    @property
    def event_dim(self) -> int:
        """How many dims an event has."""
        return self._event_dim

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        dims = self._event_dim
        return constraints.independent(constraints.real, dims) if dims else constraints.real

    codomain = domain

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, AffineTransform)
            and same(self.loc, other.loc)
            and same(self.scale, other.scale)
        )

    @property
    def sign(self) -> Any:
        if isinstance(self.scale, NUMBER):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def _call(self, x: Tensor) -> Tensor:
        return self.loc + self.scale * x

    def _inverse(self, y: Tensor) -> Tensor:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        dims, scale = self._event_dim, self.scale
        if isinstance(scale, NUMBER):
            result = torch.full_like(x, math.log(abs(scale)))
        else:
            result = torch.abs(scale).log()
        if not dims:
            return result.expand(x.shape)
        return result.view((*result.shape[:-dims], -1)).sum(-1).expand(x.shape[:-dims])

    def forward_shape(self, shape: Any) -> Any:
        own = (getattr(parameter, "shape", ()) for parameter in (self.loc, self.scale))
        return torch.broadcast_shapes(shape, *own)

    inverse_shape = forward_shape


class CumulativeDistributionTransform(Transform):
    """y = the probability, by a distribution, of what is at most x.

    Args:
        distribution: one that has `cdf`, `icdf` and `log_prob`.
        cache_size: 1 to remember the last pair of values.

    Example:
        >>> import rushlight as torch
        >>> normal = torch.distributions.Normal(0.0, 1.0)
        >>> torch.distributions.CumulativeDistributionTransform(normal)(torch.zeros(1))
        tensor([0.5000])
    """

    bijective = True
    codomain = constraints.unit_interval
    sign = +1
    _arguments = ("distribution",)

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        return self.distribution.support

    def _call(self, x: Tensor) -> Tensor:
        return self.distribution.cdf(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return self.distribution.log_prob(x)
