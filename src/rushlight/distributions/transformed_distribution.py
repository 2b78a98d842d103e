"""Draws of a distribution, transformed."""

from __future__ import annotations

from typing import Any, ClassVar

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.distribution import Distribution
from rushlight.distributions.independent import Independent
from rushlight.distributions.transforms import ComposeTransform, Transform
from rushlight.distributions.utils import sum_rightmost
from rushlight.kernels.metadata import Size
from rushlight.tensor.tensor import Tensor

__all__ = ["TransformedDistribution"]


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
