"""Exponential families, whose entropy and divergence follow from their normalizer."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.distributions.distribution import Distribution
from rushlight.tensor.tensor import Tensor

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """A distribution of density exp(<t(x), theta> - F(theta) + k(x)).

    A subclass says its natural parameters theta in `_natural_params`, its log normalizer F in
    `_log_normalizer` and the mean of its carrier measure k in `_mean_carrier_measure`. The entropy
    is F(theta) - <theta, grad F(theta)> less that mean, and the divergence of two members is one of
    Bregman's.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    def _normalized(self) -> tuple[Tensor, list[Tensor], tuple[Tensor, ...]]:
        """F at theta, theta, and the gradients there."""
        params = [p.detach().requires_grad_() for p in self._natural_params]
        log_norm = self._log_normalizer(*params)
        gradients = torch.autograd.grad(log_norm.sum(), params, create_graph=True)
        return log_norm, params, gradients

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        carrier = self._mean_carrier_measure
        log_norm, params, gradients = self._normalized()
        entropy = -carrier + log_norm
        for theta, slope in zip(params, gradients, strict=True):
            entropy = entropy - (theta * slope).reshape((*self._batch_shape, -1)).sum(-1)
        return entropy
