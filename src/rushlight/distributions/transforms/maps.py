"""Transforms of numbers, vectors and matrices, and which of them lead to a constraint."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import (
    NUMBER,
    broadcast_all,
    lazy_property,
    tril_matrix_to_vec,
    vec_to_tril_matrix,
)
from rushlight.distributions.transforms.combined import (
    TOO_FEW,
    CatTransform,
    ComposeTransform,
    IndependentTransform,
    StackTransform,
    Transform,
    identity_transform,
)
from rushlight.nn.functional import logsigmoid, pad, softplus
from rushlight.tensor.tensor import Tensor

__all__ = [
    "ConstraintRegistry",
    "biject_to",
    "transform_to",
]


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


def require_dims(shape: Any, dims: int) -> None:
    """Raise unless a shape has so many dims."""
    if len(shape) < dims:
        raise ValueError(TOO_FEW)


class SoftmaxTransform(Plain):
    """Shares in proportion to exp(x) along the last dim, and back by their logarithms.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.SoftmaxTransform()(torch.zeros(2))
        tensor([0.5000, 0.5000])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Tensor) -> Tensor:
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        require_dims(shape, 1)
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(Plain):
    """Shares of a whole, one more than numbers: each says how much to break off of the rest.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.transforms.StickBreakingTransform()(torch.zeros(1))
        tensor([0.5000, 0.5000])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    @staticmethod
    def _offsets(x: Tensor) -> Tensor:
        """n, n - 1, ... 1: so many pieces are still to come, and zeros shall make them equal."""
        n = x.shape[-1]
        return (n + 1 - x.new_ones(n).cumsum(-1)).log()

    def _call(self, x: Tensor) -> Tensor:
        z = clipped_sigmoid(x - self._offsets(x))
        rest = (1 - z).cumprod(-1)
        return pad(z, [0, 1], value=1) * pad(rest, [1, 0], value=1)

    def _inverse(self, y: Tensor) -> Tensor:
        y = y[..., :-1]
        rest = torch.clamp(1 - y.cumsum(-1), min=torch.finfo(y.dtype).tiny)
        return y.log() - rest.log() + self._offsets(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        x = x - self._offsets(x)
        return (-x + logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        require_dims(shape, 1)
        return shape[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape: Any) -> Any:
        require_dims(shape, 1)
        return shape[:-1] + (shape[-1] - 1,)


class CorrCholeskyTransform(Transform):
    """Cholesky factors of correlation matrices, of the D (D - 1) / 2 numbers below their diagonal.

    tanh of the numbers gives canonical partial correlations; each row is then broken off of a
    stick whose squares add up to 1.
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Tensor) -> Tensor:
        x = torch.tanh(x)
        eps = torch.finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.clamp(min=-1 + eps, max=1 - eps), diag=-1)
        rest = (1 - r**2).sqrt().cumprod(-1)
        r = r + torch.eye(r.shape[-1], dtype=r.dtype)
        return r * pad(rest[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Tensor) -> Tensor:
        rest = 1 - torch.cumsum(y * y, dim=-1)
        rest = pad(rest[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(rest, diag=-1).sqrt()
        return (t.log1p() - t.neg().log1p()) / 2  # atanh

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor, intermediates: Any = None) -> Tensor:
        rest = tril_matrix_to_vec(1 - (y * y).cumsum(dim=-1), diag=-2)
        log_tanh = -2 * (x + softplus(-2 * x) - math.log(2.0)).sum(dim=-1)
        return 0.5 * rest.log().sum(-1) + log_tanh

    def forward_shape(self, shape: Any) -> Any:
        require_dims(shape, 1)
        count = shape[-1]
        n = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != count:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return shape[:-1] + (n, n)

    def inverse_shape(self, shape: Any) -> Any:
        require_dims(shape, 2)
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        return shape[:-2] + (shape[-1] * (shape[-1] - 1) // 2,)


class LowerCholeskyTransform(Plain):
    """Lower triangular matrices of positive diagonal: the exponential of what is there."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Tensor) -> Tensor:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(Plain):
    """Positive definite matrices, by their Cholesky factors as of LowerCholeskyTransform."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Tensor) -> Tensor:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Tensor) -> Tensor:
        return LowerCholeskyTransform().inv(torch.linalg.cholesky(y))


class ConstraintRegistry:
    """Finds a transform from unconstrained numbers to those of a constraint, by its type."""

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}
        super().__init__()

    def register(self, constraint: Any, factory: Callable[[Any], Any] | None = None) -> Any:
        """Enter what makes the transform of a constraint, or of all of a class of them.

        Without `factory` it is a decorator of one.

        Raises:
            TypeError: for what is no constraint.
        """
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, constraints.Constraint):
            constraint = type(constraint)
        if not isinstance(constraint, type) or not issubclass(constraint, constraints.Constraint):
            raise TypeError(
                "Expected constraint to be either a Constraint subclass or instance, but got "
                f"{constraint}"
            )
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform to a constraint.

        Raises:
            NotImplementedError: if none is known.
        """
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def scaled(base: type[Transform], loc: Any, scale: Any) -> Any:
    """`base`, then `loc` plus `scale` times that."""
    return ComposeTransform([base(), AffineTransform(loc, scale)])


def to_interval(c: Any) -> Any:
    """The sigmoid, brought to the bounds."""
    low, high = c.lower_bound, c.upper_bound
    if isinstance(low, NUMBER) and low == 0 and isinstance(high, NUMBER) and high == 1:
        return SigmoidTransform()
    return scaled(SigmoidTransform, low, high - low)


def recursive(registry: ConstraintRegistry) -> dict[Any, Callable[[Any], Any]]:
    """Those of constraints made of others."""
    return {
        constraints.independent: lambda c: IndependentTransform(
            registry(c.base_constraint), c.reinterpreted_batch_ndims
        ),
        constraints.cat: lambda c: CatTransform(
            [registry(each) for each in c.cseq], c.dim, c.lengths
        ),
        constraints.stack: lambda c: StackTransform([registry(each) for each in c.cseq], c.dim),
    }


BOTH: dict[Any, Callable[[Any], Any]] = {
    constraints.real: lambda c: identity_transform,
    constraints.greater_than: lambda c: scaled(ExpTransform, c.lower_bound, 1),
    constraints.greater_than_eq: lambda c: scaled(ExpTransform, c.lower_bound, 1),
    constraints.less_than: lambda c: scaled(ExpTransform, c.upper_bound, -1),
    constraints.interval: to_interval,
    constraints.half_open_interval: to_interval,
    constraints.corr_cholesky: lambda c: CorrCholeskyTransform(),
}
OWN: dict[ConstraintRegistry, dict[Any, Callable[[Any], Any]]] = {
    biject_to: {constraints.simplex: lambda c: StickBreakingTransform()},
    transform_to: {
        constraints.simplex: lambda c: SoftmaxTransform(),
        constraints.lower_cholesky: lambda c: LowerCholeskyTransform(),
        constraints.positive_definite: lambda c: PositiveDefiniteTransform(),
        constraints.positive_semidefinite: lambda c: PositiveDefiniteTransform(),
    },
}
for registry, own in OWN.items():
    for constraint, factory in {**BOTH, **recursive(registry), **own}.items():
        registry.register(constraint, factory)
