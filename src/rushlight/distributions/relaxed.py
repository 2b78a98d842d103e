"""Continuous relaxations of choices, after Maddison et al. and Jang et al. (2017)."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.categorical import PLACES, ByCategories, Categorical
from rushlight.distributions.distribution import Distribution
from rushlight.distributions.transformed_distribution import TransformedDistribution
from rushlight.distributions.transforms import ExpTransform, SigmoidTransform
from rushlight.distributions.trials import ByProbability
from rushlight.distributions.utils import broadcast_all, clamp_probs
from rushlight.tensor.tensor import Tensor

__all__ = [
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
