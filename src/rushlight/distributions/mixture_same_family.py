"""Mixtures of distributions of one kind."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.categorical import Categorical
from rushlight.distributions.distribution import Distribution
from rushlight.tensor.tensor import Tensor

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """One of the distributions along the last dim of a batch, chosen by weight.

    Args:
        mixture_distribution: a Categorical that chooses.
        component_distribution: what is chosen from; the last dim of its batch lists them.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for other types, or shapes that do not match.

    Example:
        >>> import rushlight as torch
        >>> d = torch.distributions
        >>> mix = d.Categorical(torch.ones(2))
        >>> d.MixtureSameFamily(mix, d.Normal(torch.tensor([0.0, 4.0]), torch.ones(2))).variance
        tensor(5.)
    """

    arg_constraints: Any = {}
    _batched = ("_component_distribution", "_mixture_distribution")
    _kept = ("_num_component", "_event_ndims")

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Any,
        validate_args: bool | None = None,
    ) -> None:
        mixture, component = mixture_distribution, component_distribution
        if not isinstance(mixture, Categorical):
            raise ValueError(
                " The Mixture distribution needs to be an  instance of "
                "torch.distributions.Categorical"
            )
        if not isinstance(component, Distribution):
            raise ValueError(
                "The Component distribution needs to be an instance of "
                "torch.distributions.Distribution"
            )
        self._mixture_distribution = mixture
        self._component_distribution = component
        choosing, batch = mixture.batch_shape, component.batch_shape[:-1]
        for i, j in zip(reversed(choosing), reversed(batch), strict=False):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({choosing}) is not compatible with "
                    f"`component_distribution.batch_shape`({batch})"
                )
        weights, listed = mixture.logits.shape[-1], component.batch_shape[-1]
        if weights != listed:
            raise ValueError(
                f"`mixture_distribution component` ({weights}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({listed})"
            )
        self._num_component = weights
        self._event_ndims = len(component.event_shape)
        super().__init__(batch, component.event_shape, validate_args=validate_args)

    @constraints.dependent_property
    def support(self) -> Any:
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """What chooses."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        """What is chosen from."""
        return self._component_distribution

    def _weighted(self, values: Tensor) -> Tensor:
        """The mean over the components."""
        return torch.sum(self._weights() * values, dim=-1 - self._event_ndims)

    @property
    def mean(self) -> Tensor:
        return self._weighted(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        component = self.component_distribution
        distances = (component.mean - self._pad(self.mean)).pow(2.0)
        return self._weighted(component.variance) + self._weighted(distances)

    def cdf(self, value: Tensor) -> Tensor:
        cdf = self.component_distribution.cdf(self._pad(value))
        return torch.sum(cdf * self.mixture_distribution.probs, dim=-1)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        log_prob = self.component_distribution.log_prob(self._pad(value))
        log_weights = torch.log_softmax(self.mixture_distribution.logits, dim=-1)
        return torch.logsumexp(log_prob + log_weights, dim=-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with torch.no_grad():
            dim = len(sample_shape) + len(self.batch_shape)
            chosen = self.mixture_distribution.sample(sample_shape)
            all_drawn = self.component_distribution.sample(sample_shape)
            index = chosen.reshape((*chosen.shape, *(1,) * (self._event_ndims + 1)))
            index = index.expand((*chosen.shape, 1, *self.event_shape))
            return torch.gather(all_drawn, dim, index).squeeze(dim)

    def _pad(self, x: Tensor) -> Tensor:
        """With a dim for the components."""
        return x.unsqueeze(-1 - self._event_ndims)

    def _weights(self) -> Tensor:
        """The probabilities of the components, with dims for the batch and events."""
        probs = self.mixture_distribution.probs
        own = len(self.mixture_distribution.batch_shape)
        missing = 0 if own == 1 else len(self.batch_shape) - own
        shape = probs.shape[:-1] + (1,) * missing + probs.shape[-1:] + (1,) * self._event_ndims
        return probs.reshape(shape)

    def __repr__(self) -> str:
        inner = f"\n  {self.mixture_distribution},\n  {self.component_distribution}"
        return f"MixtureSameFamily({inner})"
