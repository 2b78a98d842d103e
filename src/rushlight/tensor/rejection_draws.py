"""Tensors of gamma, Dirichlet and binomial numbers: `torch.binomial`, draws of distributions."""

from __future__ import annotations

from typing import Any

from rushlight.ops import rejection_draws as operations
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tensor import drawn
from rushlight.tensor.generator import engine_of


@public("torch")
def binomial(count: Any, prob: Any, generator: Any = None) -> Any:
    """How many of `count` tries succeed, each with probability `prob`; both are floating tensors.

    Raises:
        ValueError: if `count` is of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.binomial(torch.tensor([5.0, 5.0]), torch.tensor([0.0, 1.0]))
        tensor([0., 5.])
    """
    as_tensor_argument("binomial", "count", 1, count)
    as_tensor_argument("binomial", "prob", 2, prob)
    engine = engine_of("binomial", generator)
    return operations.binomial_each(drawn.per_sample(count), drawn.per_sample(prob), engine)


@public("torch")
def _standard_gamma(self: Any, generator: Any = None) -> Any:
    """Gamma numbers of the shapes `self` and scale 1, differentiable by the shapes."""
    return operations.standard_gamma(
        drawn.per_sample(self), engine_of("_standard_gamma", generator)
    )


@public("torch")
def _standard_gamma_grad(self: Any, output: Any) -> Any:
    """How gamma numbers `output` move with their shapes `self`."""
    return operations.standard_gamma_grad(self, output)


@public("torch")
def _sample_dirichlet(self: Any, generator: Any = None) -> Any:
    """Shares of 1 along the last dim, with the weights `self`."""
    return operations.sample_dirichlet(
        drawn.per_sample(self), engine_of("_sample_dirichlet", generator)
    )


@public("torch")
def _dirichlet_grad(x: Any, alpha: Any, total: Any) -> Any:
    """How shares `x` of Dirichlet numbers move with their weights `alpha`, which sum to `total`."""
    return operations.dirichlet_grad(x, alpha, total)
