"""Distributions that are transformed others."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import NUMBER, broadcast_all, euler_constant
from rushlight.distributions.composed import TransformedDistribution
from rushlight.distributions.gamma import Exponential, Gamma
from rushlight.distributions.located import Cauchy, Normal, Uniform
from rushlight.distributions.transforms import (
    AbsTransform,
    AffineTransform,
    ExpTransform,
    PowerTransform,
    StickBreakingTransform,
)
from rushlight.tensor.tensor import Tensor

__all__ = [
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "InverseGamma",
    "Kumaraswamy",
    "LogNormal",
    "LogisticNormal",
    "Pareto",
    "Weibull",
]

SCALED: Any = {"loc": constraints.real, "scale": constraints.positive}


class LogNormal(TransformedDistribution):
    """Numbers whose logarithms are normal.

    Args:
        loc: the mean of the logarithms.
        scale: their standard deviation, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.LogNormal(torch.zeros(1), torch.ones(1)).mean
        tensor([1.6487])
    """

    arg_constraints = SCALED
    support = constraints.positive
    has_rsample = True
    _batched = ()

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Tensor:
        """The mean of the logarithms."""
        return self.base_dist.loc

    @property
    def scale(self) -> Tensor:
        """Their standard deviation."""
        return self.base_dist.scale

    @property
    def mean(self) -> Tensor:
        return (self.loc + self.scale.pow(2) / 2).exp()

    @property
    def mode(self) -> Tensor:
        return (self.loc - self.scale.square()).exp()

    @property
    def variance(self) -> Tensor:
        square = self.scale.pow(2)
        return square.expm1() * (2 * self.loc + square).exp()

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() + self.loc


class LogisticNormal(TransformedDistribution):
    """Shares of 1, one more than normal numbers, that break off of a stick.

    Args:
        loc: the means of the normal numbers, along the last dim.
        scale: their standard deviations, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.LogisticNormal(torch.zeros(3), torch.ones(3)).event_shape
        torch.Size([4])
    """

    arg_constraints = SCALED
    support = constraints.simplex
    has_rsample = True
    _batched = ()

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Tensor:
        """The means of the normal numbers."""
        return self.base_dist.base_dist.loc

    @property
    def scale(self) -> Tensor:
        """Their standard deviations."""
        return self.base_dist.base_dist.scale


class Half(TransformedDistribution):
    """The distance from 0 of the numbers of a symmetric distribution."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def _init_half(self, base: Any, validate_args: bool | None) -> None:
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def scale(self) -> Tensor:
        """The scale of both sides."""
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        return torch.zeros_like(self.scale)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        value = torch.as_tensor(value, dtype=self.scale.dtype)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return torch.where(value >= 0, log_prob, -torch.inf)

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Tensor) -> Tensor:
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(Half):
    """Absolute values of normal numbers of mean 0.

    Args:
        scale: the standard deviation of the normal numbers, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.HalfNormal(torch.ones(1)).mean
        tensor([0.7979])
    """

    _batched = ()

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        self._init_half(Normal(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)


class HalfCauchy(Half):
    """Absolute values of Cauchy numbers of median 0.

    Args:
        scale: the scale of the Cauchy numbers, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.HalfCauchy(torch.ones(1)).cdf(torch.ones(1))
        tensor([0.5000])
    """

    _batched = ()

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        self._init_half(Cauchy(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        return self._constant(torch.inf, self.scale)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance


class Gumbel(TransformedDistribution):
    """The largest of many exponential numbers, brought to a limit.

    Args:
        loc: the mode.
        scale: the scale, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Gumbel(torch.zeros(1), torch.ones(1)).mean
        tensor([0.5772])
    """

    arg_constraints = SCALED
    support = constraints.real
    _batched = ("loc", "scale")
    loc: Tensor
    scale: Tensor

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        info = torch.finfo(self.loc.dtype)
        low, high = info.tiny, 1 - info.eps
        if not (isinstance(loc, NUMBER) and isinstance(scale, NUMBER)):
            low, high = torch.full_like(self.loc, low), torch.full_like(self.loc, high)
        base = Uniform(low, high, validate_args=validate_args)
        transforms = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-torch.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc=loc, scale=-self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        y = (self.loc - value) / self.scale
        return y - y.exp() - self.scale.log()

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.pow(2)

    def entropy(self) -> Tensor:
        return self.scale.log() + (1 + euler_constant)


class InverseGamma(TransformedDistribution):
    """Inverses of gamma numbers.

    Args:
        concentration: the shape parameter of the gamma numbers, positive.
        rate: the inverse of their scale, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for parameters that are not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.InverseGamma(torch.tensor([2.0]), torch.tensor([3.0])).mean
        tensor([3.])
    """

    arg_constraints = Gamma.arg_constraints
    support = constraints.positive
    has_rsample = True
    _batched = ()

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        power = PowerTransform(-base.rate.new_ones(()))
        super().__init__(base, power, validate_args=validate_args)

    @property
    def concentration(self) -> Tensor:
        """The shape parameter of the gamma numbers."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Tensor:
        """The inverse of their scale."""
        return self.base_dist.rate

    @property
    def mean(self) -> Tensor:
        a = self.concentration
        return torch.where(a > 1, self.rate / (a - 1), torch.inf)

    @property
    def mode(self) -> Tensor:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Tensor:
        a = self.concentration
        variance = self.rate.square() / ((a - 1).square() * (a - 2))
        return torch.where(a > 2, variance, torch.inf)

    def entropy(self) -> Tensor:
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


class Kumaraswamy(TransformedDistribution):
    """Numbers within [0, 1], much like Beta's, whose distribution function is simple.

    Args:
        concentration1: the weight of 1, positive.
        concentration0: the weight of 0, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for weights that are not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Kumaraswamy(torch.ones(1), torch.tensor([3.0])).mean
        tensor([0.2500])
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True
    _batched = ("concentration1", "concentration0")
    concentration1: Tensor
    concentration0: Tensor

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        a, b = self.concentration1, self.concentration0 = broadcast_all(
            concentration1, concentration0
        )
        base = Uniform(torch.full_like(b, 0), torch.full_like(b, 1), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=b.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=a.reciprocal()),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def _moment(self, n: int) -> Tensor:
        b = self.concentration0
        more = 1 + n / self.concentration1
        return b * torch.exp(torch.lgamma(more) + torch.lgamma(b) - torch.lgamma(more + b))

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        log_mode = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        log_mode[(b < 1) | (a < 1)] = torch.nan
        return log_mode.exp()

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - torch.pow(self.mean, 2)

    def entropy(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        harmonic = torch.digamma(b + 1) + euler_constant
        rest = 1 - b.reciprocal()
        return rest + (1 - a.reciprocal()) * harmonic - torch.log(a) - torch.log(b)


class Pareto(TransformedDistribution):
    """Numbers from `scale` up, that exceed x with probability (scale / x)^alpha.

    Args:
        scale: the least, positive.
        alpha: the power, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for parameters that are not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Pareto(torch.ones(1), torch.tensor([2.0])).mean
        tensor([2.])
    """

    arg_constraints = {"alpha": constraints.positive, "scale": constraints.positive}
    _batched = ("scale", "alpha")
    scale: Tensor
    alpha: Tensor

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        transforms = [ExpTransform(), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, transforms, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        a = self.alpha.clamp(min=1)  # infinite below
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        a = self.alpha.clamp(min=2)
        return self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.greater_than_eq(self.scale)

    def entropy(self) -> Tensor:
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())


class Weibull(TransformedDistribution):
    """Waiting times whose rate grows as a power of the time that has passed.

    Args:
        scale: the scale, positive.
        concentration: the power plus 1, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for parameters that are not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Weibull(torch.tensor([2.0]), torch.ones(1)).mean
        tensor([2.])
    """

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive
    _batched = ("scale", "concentration", "concentration_reciprocal")
    scale: Tensor
    concentration: Tensor
    concentration_reciprocal: Tensor

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        base = Exponential(torch.ones_like(self.scale), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=self.concentration_reciprocal),
            AffineTransform(loc=0, scale=self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def _log_moment(self, n: int) -> Tensor:
        return torch.lgamma(1 + n * self.concentration_reciprocal)

    @property
    def mean(self) -> Tensor:
        return self.scale * torch.exp(self._log_moment(1))

    @property
    def mode(self) -> Tensor:
        k = self.concentration
        return self.scale * ((k - 1) / k) ** k.reciprocal()

    @property
    def variance(self) -> Tensor:
        moments = torch.exp(self._log_moment(2)) - torch.exp(2 * self._log_moment(1))
        return self.scale.pow(2) * moments

    def entropy(self) -> Tensor:
        inverse = self.concentration_reciprocal
        return euler_constant * (1 - inverse) + torch.log(self.scale * inverse) + 1
