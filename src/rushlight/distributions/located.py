"""Numbers around a place, at a scale: bells of several shapes, the uniform, and the circle's."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import (
    Distribution,
    ExponentialFamily,
    broadcast_all,
    lazy_property,
    standard_normal,
)
from rushlight.distributions.gamma import Chi2
from rushlight.tensor.tensor import Tensor

__all__ = [
    "Cauchy",
    "GeneralizedPareto",
    "Laplace",
    "Normal",
    "StudentT",
    "Uniform",
    "VonMises",
]


class Located(Distribution):
    """Said by a place `loc` and a positive `scale`; `loc` is its mode."""

    arg_constraints: Any = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.real
    has_rsample = True
    _batched: ClassVar[tuple[str, ...]] = ("loc", "scale")
    loc: Tensor
    scale: Tensor

    def _init_located(self, loc: Any, scale: Any, validate_args: bool | None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.size(), validate_args=validate_args)

    def _distance(self, value: Tensor) -> Tensor:
        """From `loc`, in units of `scale`."""
        return (value - self.loc) / self.scale

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc


class Normal(Located, ExponentialFamily):
    """The normal distribution.

    Args:
        loc: the mean.
        scale: the standard deviation, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Normal(0.0, 1.0).log_prob(torch.tensor([0.0]))
        tensor([-0.9189])
    """

    _mean_carrier_measure = 0
    _batched = Located._batched

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._init_located(loc, scale, validate_args)

    @property
    def stddev(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.pow(2)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return torch.normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        noise = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + noise * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        square = (value - self.loc) ** 2 / (2 * self.scale**2)
        return -square - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        distance = (value - self.loc) * self.scale.reciprocal()
        return 0.5 * (1 + torch.erf(distance / math.sqrt(2)))

    def icdf(self, value: Tensor) -> Tensor:
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Tensor:
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.loc / self.scale.pow(2), -0.5 * self.scale.pow(2).reciprocal()

    def _log_normalizer(self, x: Tensor, y: Tensor) -> Tensor:  # type: ignore[override]
        return -0.25 * x.pow(2) / y + 0.5 * torch.log(-math.pi / y)


class Laplace(Located):
    """Two exponential distributions back to back.

    Args:
        loc: the mean.
        scale: the mean distance from it, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Laplace(0.0, 1.0).variance
        tensor(2.)
    """

    _batched = Located._batched

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._init_located(loc, scale, validate_args)

    @property
    def variance(self) -> Tensor:
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Tensor:
        return 2**0.5 * self.scale

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape, dtype = self._extended_shape(sample_shape), self.loc.dtype
        u = torch.empty(shape, dtype=dtype).uniform_(torch.finfo(dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * torch.log1p(-u.abs())

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return -torch.log(2 * self.scale) - torch.abs(value - self.loc) / self.scale

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        d = value - self.loc
        return 0.5 - 0.5 * d.sign() * torch.expm1(-d.abs() / self.scale)

    def icdf(self, value: Tensor) -> Tensor:
        term = value - 0.5
        return self.loc - self.scale * term.sign() * torch.log1p(-2 * term.abs())

    def entropy(self) -> Tensor:
        return 1 + torch.log(2 * self.scale)


class Cauchy(Located):
    """The ratio of two independent normal numbers of mean 0; it has no mean.

    Args:
        loc: the median.
        scale: half the distance of the quartiles, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Cauchy(0.0, 1.0).cdf(torch.tensor([1.0]))
        tensor([0.7500])
    """

    _batched = Located._batched

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._init_located(loc, scale, validate_args)

    @property
    def mean(self) -> Tensor:
        return self._constant(torch.nan, self.loc)

    @property
    def variance(self) -> Tensor:
        return self._constant(torch.inf, self.loc)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        noise = torch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_()
        return self.loc + noise * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return -math.log(math.pi) - self.scale.log() - (self._distance(value) ** 2).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return torch.atan(self._distance(value)) / math.pi + 0.5

    def icdf(self, value: Tensor) -> Tensor:
        return torch.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self) -> Tensor:
        return math.log(4 * math.pi) + self.scale.log()


class StudentT(Located):
    """A normal number divided by the root of a Chi2 number over its degrees of freedom.

    Args:
        df: the degrees of freedom, positive.
        loc: the place.
        scale: the scale, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for degrees or a scale that are not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.StudentT(torch.tensor([4.0])).variance
        tensor([2.])
    """

    arg_constraints = {"df": constraints.positive, **Located.arg_constraints}
    _batched = ("df", "loc", "scale", "_chi2")
    df: Tensor

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        Distribution.__init__(self, self.df.size(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        mean = self.loc.clone(memory_format=torch.contiguous_format)
        mean[self.df <= 1] = torch.nan
        return mean

    @property
    def variance(self) -> Tensor:
        df = self.df
        out = df.clone(memory_format=torch.contiguous_format)
        some = df > 2
        out[some] = self.scale[some].pow(2) * df[some] / (df[some] - 2)
        out[(df <= 2) & (df > 1)] = torch.inf
        out[df <= 1] = torch.nan
        return out

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        noise = standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        spread = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (noise * torch.rsqrt(spread / self.df))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        df = self.df
        log_norm = (
            self.scale.log()
            + 0.5 * df.log()
            + 0.5 * math.log(math.pi)
            + torch.lgamma(0.5 * df)
            - torch.lgamma(0.5 * (df + 1.0))
        )
        square = self._distance(value) ** 2.0 / df
        return -0.5 * (df + 1.0) * torch.log1p(square) - log_norm

    def entropy(self) -> Tensor:
        half, more = 0.5 * self.df, 0.5 * (self.df + 1)
        log_beta = torch.lgamma(half) + math.lgamma(0.5) - torch.lgamma(more)
        slopes = more * (torch.digamma(more) - torch.digamma(half))
        return self.scale.log() + slopes + 0.5 * self.df.log() + log_beta


class GeneralizedPareto(Located):
    """What exceeds a high threshold: the tail falls as a power, or ends, by `concentration`.

    Args:
        loc: the threshold.
        scale: the scale, positive.
        concentration: the power's inverse; 0 for an exponential tail, negative for one that ends.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a scale that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.GeneralizedPareto(0.0, 1.0, 0.5).mean
        tensor(2.)
    """

    arg_constraints = {**Located.arg_constraints, "concentration": constraints.real}
    _batched = ("loc", "scale", "concentration")
    concentration: Tensor

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        Distribution.__init__(self, self.loc.size(), validate_args=validate_args)

    def _branches(self) -> tuple[Tensor, Tensor]:
        """Where the tail is exponential, and the concentration with 1 there."""
        zero = torch.isclose(self.concentration, torch.zeros_like(self.concentration))
        return zero, torch.where(zero, torch.ones_like(self.concentration), self.concentration)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        z = self._distance(value)
        zero, c = self._branches()
        power = 1 / c + torch.ones_like(z)
        log_tail = torch.where(power == 0, power, power * torch.log1p(c * z))
        return -self.scale.log() - torch.where(zero, z, log_tail)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of more than `value`."""
        self._check_value(value)
        z = self._distance(value)
        zero, c = self._branches()
        return torch.where(zero, -z, -torch.log1p(c * z) / c)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of `cdf`."""
        return torch.log1p(-torch.exp(self.log_survival_function(value)))

    def cdf(self, value: Tensor) -> Tensor:
        return torch.exp(self.log_cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        zero, c = self._branches()
        log_rest = torch.log1p(-value)
        powered = self.loc + self.scale / c * torch.expm1(-c * log_rest)
        return torch.where(zero, self.loc - self.scale * log_rest, powered)

    @property
    def mean(self) -> Tensor:
        valid = self.concentration < 1
        c = torch.where(valid, self.concentration, 0.5)
        return torch.where(valid, self.loc + self.scale / (1 - c), torch.nan)

    @property
    def variance(self) -> Tensor:
        valid = self.concentration < 0.5
        c = torch.where(valid, self.concentration, 0.25)
        return torch.where(valid, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), torch.nan)

    def entropy(self) -> Tensor:
        return torch.broadcast_to(torch.log(self.scale) + self.concentration + 1, self._batch_shape)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        c = self.concentration
        upper = torch.where(c < 0, self.loc - self.scale / c, torch.inf)
        return constraints.interval(self.loc, upper)


class Uniform(Distribution):
    """Any number from `low` to before `high`, as likely as another.

    Args:
        low: the lower end.
        high: the upper end.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless `low` is less than `high`.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Uniform(0.0, 5.0).mean
        tensor(2.5000)
    """

    has_rsample = True
    _batched = ("low", "high")
    low: Tensor
    high: Tensor

    @property
    def arg_constraints(self) -> Any:
        return {
            "low": constraints.less_than(self.high),
            "high": constraints.greater_than(self.low),
        }

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.size(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Tensor:
        return torch.nan * self.high

    @property
    def stddev(self) -> Tensor:
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Tensor:
        return (self.high - self.low).pow(2) / 12

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.interval(self.low, self.high)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = torch.rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        inside = self.low.le(value).type_as(self.low).mul(self.high.gt(value).type_as(self.low))
        return torch.log(inside) - torch.log(self.high - self.low)

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Tensor) -> Tensor:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        return torch.log(self.high - self.low)


# Abramowitz and Stegun 9.8.1 to 9.8.4: I0 and I1, below 3.75 and above.
BESSEL = (
    (
        (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
        (0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2)
        + (-0.2057706e-1, 0.2635537e-1, -0.1647633e-1, 0.392377e-2),
    ),
    (
        (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
        (0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1)
        + (0.2282967e-1, -0.2895312e-1, 0.1787654e-1, -0.420059e-2),
    ),
)


def polynomial(y: Tensor, coefficients: tuple[float, ...]) -> Any:
    """By Horner's rule, the constant first."""
    total: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = c + y * total
    return total


def log_bessel(x: Tensor, order: int = 0) -> Tensor:
    """The logarithm of the modified Bessel function I0 or I1."""
    below, above = BESSEL[order]
    small = polynomial((x / 3.75) ** 2, below)
    small = (x.abs() * small if order else small).log()
    large = x - 0.5 * x.log() + polynomial(3.75 / x, above).log()
    return torch.where(x < 3.75, small, large)


class VonMises(Distribution):
    """Angles around `loc`: the circle's counterpart of the normal distribution.

    Args:
        loc: an angle.
        concentration: the inverse of a variance, positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a concentration that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.VonMises(torch.tensor([1.0]), torch.tensor([1.0])).mean
        tensor([1.])
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    _batched = ("loc", "concentration")
    loc: Tensor
    concentration: Tensor

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        exponent = self.concentration * torch.cos(value - self.loc)
        return exponent - math.log(2 * math.pi) - log_bessel(self.concentration)

    @lazy_property
    def _proposal(self) -> Tensor:
        """The parameter r of the wrapped Cauchy numbers that are drawn first."""
        kappa = self.concentration.double()
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        return torch.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws by rejection, after Best and Fisher (1979)."""
        with torch.no_grad():
            x = torch.empty(self._extended_shape(sample_shape), dtype=torch.float64)
            loc, kappa, r = self.loc.double(), self.concentration.double(), self._proposal
            done = torch.zeros(x.shape, dtype=torch.bool)
            while not done.all():
                u1, u2, u3 = torch.rand((3, *x.shape), dtype=torch.float64).unbind()
                z = torch.cos(math.pi * u1)
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
                x = torch.where(accept, (u3 - 0.5).sign() * f.acos(), x)
                done = done | accept
            angles = (x + math.pi + loc) % (2 * math.pi) - math.pi
            return angles.to(self.loc.dtype)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @lazy_property
    def variance(self) -> Tensor:
        """The circular variance."""
        kappa = self.concentration
        return 1 - (log_bessel(kappa, 1) - log_bessel(kappa, 0)).exp()
