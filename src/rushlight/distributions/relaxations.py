"""Continuous numbers in place of choices: relaxations, and the continuous Bernoulli distribution."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import (
    Distribution,
    ExponentialFamily,
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
)
from rushlight.distributions.categorical import PLACES, ByCategories, Categorical
from rushlight.distributions.composed import TransformedDistribution
from rushlight.distributions.transforms import ExpTransform, SigmoidTransform
from rushlight.distributions.trials import ByProbability
from rushlight.nn import functional as F
from rushlight.tensor.tensor import Tensor

__all__ = [
    "ContinuousBernoulli",
    "ExpRelaxedCategorical",
    "LogitRelaxedBernoulli",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
]


def noise(shape: Any, dtype: Any) -> Tensor:
    """Uniform numbers without 0 and 1."""
    return clamp_probs(torch.rand(shape, dtype=dtype))


class LogitRelaxedBernoulli(ByProbability):
    """The log odds of RelaxedBernoulli numbers.

    Args:
        temperature: a positive tensor; at 0 the numbers would be all or nothing.
        probs: the probability of 1.
        logits: its log odds, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, within [0, 1] or real.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    _batched = ("probs", "logits", "_param")
    _kept = ("temperature",)
    temperature: Tensor

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._take_either(probs, logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = noise(shape, probs.dtype)
        odds = u.log() - (-u).log1p() + probs.log() - (-probs).log1p()
        return odds / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        logits, value = broadcast_all(self.logits, value)
        diff = logits - value.mul(self.temperature)
        return self.temperature.log() + diff - 2 * diff.exp().log1p()


class ExpRelaxedCategorical(ByCategories):
    """The logarithms of RelaxedOneHotCategorical numbers.

    Args:
        temperature: a positive tensor; at 0 the numbers would be all or nothing.
        probs: weights along the last dim, brought to a sum of 1.
        logits: their logarithms, up to a constant, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, with a dim.
    """

    support = constraints.real_vector
    has_rsample = True
    _batched = ByCategories._batched
    _kept = ("temperature",)
    temperature: Tensor

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._init_categorical(Categorical(probs, logits), validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = noise(self._extended_shape(sample_shape), self.logits.dtype)
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        places = self._categorical._num_events
        logits, value = broadcast_all(self.logits, value)
        log_norm = torch.full_like(self.temperature, float(places)).lgamma()
        log_norm = log_norm + self.temperature.log() * (places - 1)
        score = logits - value.mul(self.temperature)
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + log_norm


class Relaxed(TransformedDistribution):
    """Passes questions on to the distribution of the logarithms."""

    has_rsample = True
    base_dist: Any

    def _init_relaxed(self, base: Distribution, transform: Any, validate_args: Any) -> None:
        super().__init__(base, transform, validate_args=validate_args)

    @property
    def temperature(self) -> Tensor:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The log odds, or logarithms of probabilities."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self.base_dist.probs


class RelaxedBernoulli(Relaxed):
    """Numbers between 0 and 1 that move smoothly with the probability of 1.

    Args:
        temperature: a positive tensor; at 0 the numbers would be all or nothing.
        probs: the probability of 1.
        logits: its log odds, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, within [0, 1] or real.

    Example:
        >>> import rushlight as torch
        >>> p = torch.tensor([0.25], requires_grad=True)
        >>> torch.distributions.RelaxedBernoulli(torch.tensor(0.5), p).rsample().requires_grad
        True
    """

    arg_constraints = LogitRelaxedBernoulli.arg_constraints
    support = constraints.unit_interval
    _batched = TransformedDistribution._batched

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        self._init_relaxed(base, SigmoidTransform(), validate_args)


class RelaxedOneHotCategorical(Relaxed):
    """Shares of 1, close to a row of one 1, that move smoothly with the probabilities.

    Args:
        temperature: a positive tensor; at 0 the numbers would be all or nothing.
        probs: weights along the last dim, brought to a sum of 1.
        logits: their logarithms, up to a constant, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, with a dim.

    Example:
        >>> import rushlight as torch
        >>> p = torch.tensor([0.25, 0.75])
        >>> torch.distributions.RelaxedOneHotCategorical(torch.tensor(0.5), p).event_shape
        torch.Size([2])
    """

    arg_constraints = PLACES
    support = constraints.simplex
    _batched = TransformedDistribution._batched

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        self._init_relaxed(base, ExpTransform(), validate_args)


class ContinuousBernoulli(ByProbability, ExponentialFamily):
    """Numbers within [0, 1], of density proportional to probs^x (1 - probs)^(1 - x).

    Its formulas divide by 1 - 2 probs; near one half their Taylor series stand in.

    Args:
        probs: the parameter, within [0, 1].
        logits: its log odds, instead.
        lims: between which probabilities the series are used.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, within [0, 1] or real.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.ContinuousBernoulli(torch.tensor([0.5])).mean
        tensor([0.5000])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0
    _batched = ("probs", "logits", "_param")
    _kept = ("_lims",)

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._take_either(probs, logits)
        if probs is not None:
            given = self._param
            if validate_args is not None and not constraints.unit_interval.check(given).all():
                raise ValueError("The parameter probs has invalid values")
            self._take("probs", clamp_probs(given))
        self._lims = lims
        super().__init__(self._param.size(), validate_args=validate_args)

    @lazy_property
    def probs(self) -> Tensor:
        """The parameter."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _outside(self, x: Tensor, centre: float = 0.0) -> Tensor:
        """Is `x`, a probability less `centre`, where the formulas hold?"""
        low, high = self._lims
        return torch.max(torch.le(x, low - centre), torch.gt(x, high - centre))

    def _split(self) -> tuple[Tensor, Tensor]:
        """Where the formulas hold, and the probabilities with a harmless one elsewhere."""
        outside = self._outside(self.probs)
        return outside, torch.where(outside, self.probs, self._lims[0])

    def _cont_bern_log_norm(self) -> Tensor:
        """The logarithm of what the density is multiplied by."""
        outside, p = self._split()
        low = torch.le(p, 0.5)
        below = torch.where(low, p, torch.zeros_like(p))
        above = torch.where(torch.ge(p, 0.5), p, torch.ones_like(p))
        log_gap = torch.where(low, torch.log1p(-2.0 * below), torch.log(2.0 * above - 1.0))
        log_norm = torch.log(torch.abs(torch.log1p(-p) - torch.log(p))) - log_gap
        x = torch.pow(self.probs - 0.5, 2)
        taylor = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x
        return torch.where(outside, log_norm, taylor)

    @property
    def mean(self) -> Tensor:
        outside, p = self._split()
        mean = p / (2.0 * p - 1.0) + 1.0 / (torch.log1p(-p) - torch.log(p))
        x = self.probs - 0.5
        return torch.where(outside, mean, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * torch.pow(x, 2)) * x)

    @property
    def variance(self) -> Tensor:
        outside, p = self._split()
        odds = torch.log1p(-p) - torch.log(p)
        variance = p * (p - 1.0) / torch.pow(1.0 - 2.0 * p, 2) + 1.0 / torch.pow(odds, 2)
        x = torch.pow(self.probs - 0.5, 2)
        return torch.where(outside, variance, 1 / 12.0 - (1 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        logits, value = broadcast_all(self.logits, value)
        loss = F.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return -loss + self._cont_bern_log_norm()

    def cdf(self, value: Tensor) -> Tensor:
        self._check_value(value)
        outside, p = self._split()
        top = torch.pow(p, value) * torch.pow(1.0 - p, 1.0 - value) + p - 1.0
        inner = torch.where(outside, top / (2.0 * p - 1.0), value)
        inner = torch.where(torch.ge(value, 1.0), torch.ones_like(value), inner)
        return torch.where(torch.le(value, 0.0), torch.zeros_like(value), inner)

    def icdf(self, value: Tensor) -> Tensor:
        outside, p = self._split()
        top = torch.log1p(-p + value * (2.0 * p - 1.0)) - torch.log1p(-p)
        return torch.where(outside, top / (torch.log(p) - torch.log1p(-p)), value)

    def entropy(self) -> Tensor:
        log0, log1 = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (log0 - log1) - self._cont_bern_log_norm() - log0

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Tensor) -> Tensor:  # type: ignore[override]
        outside = self._outside(x, 0.5)
        y = torch.where(outside, x, self._lims[0] - 0.5)
        log_norm = torch.log(torch.abs(torch.special.expm1(y))) - torch.log(torch.abs(y))
        taylor = 0.5 * x + torch.pow(x, 2) / 24.0 - torch.pow(x, 4) / 2880.0
        return torch.where(outside, log_norm, taylor)
