"""One of several places, by its index or as a row of one 1; and how often each place comes up."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import Distribution, broadcast_all
from rushlight.distributions.trials import Binomial, ByProbability, enumerated, require_one
from rushlight.kernels.metadata import Size
from rushlight.nn import functional as F
from rushlight.tensor.tensor import Tensor

__all__ = [
    "Categorical",
    "Multinomial",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
]

PLACES: dict[str, constraints.Constraint] = {
    "probs": constraints.simplex,
    "logits": constraints.real_vector,
}


class Categorical(ByProbability):
    """An index from 0, with the probabilities along the last dim.

    Args:
        probs: weights along the last dim, brought to a sum of 1.
        logits: their logarithms, up to a constant, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, with a dim.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Categorical(torch.tensor([0.25, 0.75])).entropy()
        tensor(0.5623)
    """

    arg_constraints = PLACES
    has_enumerate_support = True
    _batched = ("probs", "logits", "_param")
    _kept = ("_num_events",)
    _binary = False

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        require_one(probs, logits)
        name, given = ("logits", logits) if probs is None else ("probs", probs)
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if name == "probs":
            self._take(name, given / given.sum(-1, keepdim=True))
        else:
            self._take(name, given - given.logsumexp(dim=-1, keepdim=True))
        self._num_events = self._param.size()[-1]
        super().__init__(self._param.size()[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        return self._constant(torch.nan, self.probs)

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(dim=-1)

    @property
    def variance(self) -> Tensor:
        return self._constant(torch.nan, self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        sample_shape = Size(sample_shape)
        rows = self.probs.reshape(-1, self._num_events)
        drawn = torch.multinomial(rows, sample_shape.numel(), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        index, log_probs = torch.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return log_probs.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        logits = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return enumerated(self._num_events, self, torch.long, expand)


class ByCategories(Distribution):
    """Draws of, or from, a Categorical, whose last dim is that of its events."""

    arg_constraints = PLACES
    _batched = ("_categorical",)
    _categorical: Categorical

    def _init_categorical(self, categorical: Categorical, validate_args: bool | None) -> None:
        self._categorical = categorical
        shape = categorical.param_shape[-1:]
        super().__init__(categorical.batch_shape, shape, validate_args=validate_args)

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._categorical._new(*args, **kwargs)

    @property
    def _param(self) -> Tensor:
        return self._categorical._param

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of what was given."""
        return self._categorical.param_shape


class OneHotCategorical(ByCategories):
    """A row of zeros with a 1 at the place that is drawn.

    Args:
        probs: weights along the last dim, brought to a sum of 1.
        logits: their logarithms, up to a constant, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, with a dim.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.OneHotCategorical(torch.tensor([0.25, 0.75])).mode
        tensor([0., 1.])
    """

    support = constraints.one_hot
    has_enumerate_support = True
    _batched = ByCategories._batched

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._init_categorical(Categorical(probs, logits), validate_args)

    def _row(self, index: Tensor) -> Tensor:
        return F.one_hot(index, self._categorical._num_events).to(self.probs)

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        return self._row(self._categorical.mode)

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self._row(self._categorical.sample(Size(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self) -> Tensor:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        n, batch = self.event_shape[0], self.batch_shape
        values = torch.eye(n, dtype=self._param.dtype).view((n, *(1,) * len(batch), n))
        return values.expand((n, *batch, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """OneHotCategorical whose draws hand their gradient on to the probabilities.

    After Bengio, Leonard and Courville (2013).

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.OneHotCategoricalStraightThrough(torch.ones(1)).rsample()
        tensor([1.])
    """

    has_rsample = True
    _batched = ByCategories._batched

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        drawn = self.sample(sample_shape)
        return drawn + (self.probs - self.probs.detach())


class Multinomial(ByCategories):
    """How often each place comes up in `total_count` draws.

    Args:
        total_count: the number of draws, an int.
        probs: weights along the last dim, brought to a sum of 1.
        logits: their logarithms, up to a constant, instead.
        validate_args: whether to check parameters and values.

    Raises:
        NotImplementedError: for a tensor of counts.
        ValueError: unless just one of `probs` and `logits` is given, with a dim.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Multinomial(4, torch.tensor([0.25, 0.75])).mean
        tensor([1., 3.])
    """

    _batched = ByCategories._batched
    _kept = ("total_count",)
    total_count: int

    def __init__(
        self,
        total_count: int = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=categorical.probs)
        self._init_categorical(categorical, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        sample_shape = Size(sample_shape)
        drawn = self._categorical.sample(Size((self.total_count,)) + sample_shape).movedim(0, -1)
        counts = torch.zeros(self._extended_shape(sample_shape), dtype=torch.long)
        counts.scatter_add_(-1, drawn, torch.ones_like(drawn))
        return counts.type_as(self.probs)

    def entropy(self) -> Tensor:
        n = torch.tensor(self.total_count)
        counts = self._binomial.enumerate_support(expand=False)[1:]
        weights = torch.exp(self._binomial.log_prob(counts)) * torch.lgamma(counts + 1)
        return n * self._categorical.entropy() - torch.lgamma(n + 1) + weights.sum([0, -1])

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.clone(memory_format=torch.contiguous_format)
        logits[(value == 0) & (logits == -torch.inf)] = 0
        log_ways = torch.lgamma(value.sum(-1) + 1) - torch.lgamma(value + 1).sum(-1)
        return log_ways + (logits * value).sum(-1)
