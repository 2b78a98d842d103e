"""Distributions made of others: batches read as events, transformed draws, mixtures."""

from __future__ import annotations

from typing import Any, ClassVar

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import Distribution, sum_rightmost
from rushlight.distributions.categorical import Categorical
from rushlight.distributions.transforms import ComposeTransform, Transform
from rushlight.kernels.metadata import Size
from rushlight.tensor.tensor import Tensor

__all__ = [
    "Independent",
    "MixtureSameFamily",
    "TransformedDistribution",
]


class Independent(Distribution):
    """Another distribution, whose last batch dims count as dims of the event.

    Args:
        base_distribution: the other one.
        reinterpreted_batch_ndims: how many dims.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: if the batch has fewer dims.

    Example:
        >>> import rushlight as torch
        >>> normal = torch.distributions.Normal(torch.zeros(3), torch.ones(3))
        >>> torch.distributions.Independent(normal, 1).log_prob(torch.zeros(3))
        tensor(-2.7568)
    """

    arg_constraints: Any = {}
    _batched = ("base_dist",)
    _kept = ("reinterpreted_batch_ndims",)
    base_dist: Any
    reinterpreted_batch_ndims: int

    def __class_getitem__(cls, item: Any) -> Any:
        """Itself: `Independent[Normal]` says of which distributions it is made."""
        return cls

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        batch, dims = base_distribution.batch_shape, reinterpreted_batch_ndims
        if dims > len(batch):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {dims} vs {len(batch)}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = dims
        shape = batch + base_distribution.event_shape
        cut = len(batch) - dims
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> bool:
        return self.base_dist.has_enumerate_support and self.reinterpreted_batch_ndims <= 0

    @constraints.dependent_property
    def support(self) -> Any:
        inner, dims = self.base_dist.support, self.reinterpreted_batch_ndims
        return constraints.independent(inner, dims) if dims else inner

    @property
    def mean(self) -> Tensor:
        return self.base_dist.mean

    @property
    def mode(self) -> Tensor:
        return self.base_dist.mode

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"


class TransformedDistribution(Distribution):
    """The distribution of f(X), for X of another distribution and a transform f.

    Its density is that of X over |det df/dx|.

    Args:
        base_distribution: that of X.
        transforms: f, or a list of transforms, the first one first.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for what is no transform, or wants more dims than X has.

    Example:
        >>> import rushlight as torch
        >>> d = torch.distributions
        >>> uniform = d.Uniform(torch.zeros(1), torch.ones(1))
        >>> affine = d.AffineTransform(0.0, 4.0)
        >>> d.TransformedDistribution(uniform, [affine]).log_prob(torch.ones(1)).exp()
        tensor([0.2500])
    """

    arg_constraints: Any = {}
    _batched: ClassVar[tuple[str, ...]] = ()
    _kept = ("transforms",)
    base_dist: Any
    transforms: list[Transform]

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | list[Transform],
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(transforms, (Transform, list)):
            raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
        self.transforms = [transforms] if isinstance(transforms, Transform) else transforms
        if not all(isinstance(t, Transform) for t in self.transforms):
            raise ValueError("transforms must be a Transform or a list of Transforms")
        base, dims = base_distribution, len(base_distribution.event_shape)
        shape = base.batch_shape + base.event_shape
        whole = ComposeTransform(self.transforms)
        before, after = whole.domain.event_dim, whole.codomain.event_dim
        if len(shape) < before:
            raise ValueError(
                "base_distribution needs to have shape with size at least "
                f"{before}, but got {shape}."
            )
        forward = Size(whole.forward_shape(shape))
        broadcast = Size(whole.inverse_shape(forward))
        if shape != broadcast:
            base = base.expand(broadcast[: len(broadcast) - dims])
        if before > dims:
            base = Independent(base, before - dims)
        self.base_dist = base
        cut = len(forward) - max(after, dims + after - before)
        super().__init__(forward[:cut], forward[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        shape = Size(batch_shape) + self._event_shape
        for t in reversed(self.transforms):
            shape = t.inverse_shape(shape)
        new.base_dist = self.base_dist.expand(shape[: len(shape) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    @property
    def has_rsample(self) -> bool:
        return self.base_dist.has_rsample

    def _forward(self, x: Tensor) -> Tensor:
        for t in self.transforms:
            x = t(x)
        return x

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with torch.no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self._forward(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        dims = len(self.event_shape)
        log_prob: Any = 0.0
        for t in reversed(self.transforms):
            x = t.inv(value)
            before = t.domain.event_dim
            dims += before - t.codomain.event_dim
            log_prob = log_prob - sum_rightmost(t.log_abs_det_jacobian(x, value), dims - before)
            value = x
        base = self.base_dist
        return log_prob + sum_rightmost(base.log_prob(value), dims - len(base.event_shape))

    def _monotonize_cdf(self, value: Tensor) -> Tensor:
        """Probabilities counted from the other end where the transforms fall."""
        sign: Any = 1
        for t in self.transforms:
            sign = sign * t.sign
        return value if isinstance(sign, int) and sign == 1 else sign * (value - 0.5) + 0.5

    def cdf(self, value: Tensor) -> Tensor:
        for t in reversed(self.transforms):
            value = t.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._monotonize_cdf(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._forward(self.base_dist.icdf(self._monotonize_cdf(value)))


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
