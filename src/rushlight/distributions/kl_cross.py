"""Divergences between distributions of two kinds: entered in `kl` by being imported.

Where `p` may give what `q` cannot, they are infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import rushlight as torch
from rushlight.distributions.base import euler_constant
from rushlight.distributions.gamma import Beta, Exponential, Gamma
from rushlight.distributions.kl import register_kl
from rushlight.distributions.located import Laplace, Normal, Uniform
from rushlight.distributions.relaxations import ContinuousBernoulli
from rushlight.distributions.transformed import Gumbel, Pareto
from rushlight.distributions.trials import Bernoulli, Binomial, Poisson
from rushlight.tensor.tensor import Tensor

inf, pi = math.inf, math.pi

# p, the parameter whose shape the result has, and the q that are too narrow for it
INFINITE: list[tuple[Any, str, tuple[Any, ...]]] = [
    (Beta, "concentration1", (Pareto,)),
    (ContinuousBernoulli, "probs", (Pareto,)),
    (Exponential, "rate", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gamma, "concentration", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gumbel, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Normal, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Pareto, "scale", (Beta, ContinuousBernoulli, Uniform)),
    (Poisson, "rate", (Bernoulli, Binomial)),
]


def infinite(parameter: str) -> Callable[[Any, Any], Tensor]:
    return lambda p, q: torch.full_like(getattr(p, parameter), inf)


for type_p, parameter, narrow in INFINITE:
    for type_q in narrow:
        register_kl(type_p, type_q)(infinite(parameter))


def x_log_x(x: Tensor) -> Tensor:
    return torch.xlogy(x, x)


@register_kl(Bernoulli, Poisson)
def bernoulli_poisson(p: Any, q: Any) -> Tensor:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Beta, ContinuousBernoulli)
def beta_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    cross = p.mean * q.logits + torch.log1p(-q.probs) + q._cont_bern_log_norm()
    return -p.entropy() - cross


def from_exponential(p: Any, q: Any) -> Tensor:
    return -p.entropy() - q.rate.log() + q.rate * p.mean


for type_p in (Beta, ContinuousBernoulli, Gamma):
    register_kl(type_p, Exponential)(from_exponential)


@register_kl(Beta, Gamma)
def beta_gamma(p: Any, q: Any) -> Tensor:
    mean_log = p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    log_norm = q.concentration.lgamma() - q.concentration * q.rate.log()
    return -p.entropy() + log_norm - (q.concentration - 1) * mean_log + q.rate * p.mean


def from_normal(p: Any, q: Any) -> Tensor:
    """By the first two moments of `p`."""
    spread = p.variance + p.mean.pow(2) - 2 * q.loc * p.mean + q.loc.pow(2)
    variance = q.scale.pow(2)
    return -p.entropy() + 0.5 * (variance * 2 * pi).log() + 0.5 * spread / variance


for type_p in (Beta, ContinuousBernoulli, Gamma):
    register_kl(type_p, Normal)(from_normal)


@register_kl(Beta, Uniform)
def beta_uniform(p: Any, q: Any) -> Tensor:
    result = -p.entropy() + (q.high - q.low).log()
    return torch.where((q.low > 0) | (q.high < 1), inf, result)


@register_kl(ContinuousBernoulli, Uniform)
def continuous_bernoulli_uniform(p: Any, q: Any) -> Tensor:
    result = -p.entropy() + (q.high - q.low).log()
    return torch.where((q.low >= 0) | (q.high <= 1), inf, result)  # the ends too, as PyTorch


@register_kl(Exponential, Gamma)
def exponential_gamma(p: Any, q: Any) -> Tensor:
    ratio, a = q.rate / p.rate, q.concentration
    return -a * torch.log(ratio) + ratio + a.lgamma() + a * euler_constant - (1 + euler_constant)


@register_kl(Exponential, Gumbel)
def exponential_gumbel(p: Any, q: Any) -> Tensor:
    product, place = p.rate * q.scale, q.loc / q.scale
    tail = torch.exp(place) * product / (product + 1)
    return product.log() - 1 - place + tail + product.reciprocal()


@register_kl(Exponential, Normal)
def exponential_normal(p: Any, q: Any) -> Tensor:
    variance, square = q.scale.pow(2), p.rate.pow(2)
    spread = square.reciprocal() - q.loc / p.rate + q.loc.pow(2) * 0.5
    return 0.5 * torch.log(square * variance * 2 * pi) - 1 + spread / variance


@register_kl(Gamma, Gumbel)
def gamma_gumbel(p: Any, q: Any) -> Tensor:
    product, place, a = p.rate * q.scale, q.loc / q.scale, p.concentration
    own = (a - 1) * a.digamma() - a.lgamma() - a
    tail = torch.exp(place) * (1 + product.reciprocal()).pow(-a) - place
    return own + product.log() + a / product + tail


@register_kl(Gumbel, Normal)
def gumbel_normal(p: Any, q: Any) -> Tensor:
    ratio = p.scale / q.scale
    spread = (pi * ratio * 0.5).pow(2) / 3
    shift = ((p.loc + p.scale * euler_constant - q.loc) / q.scale).pow(2) * 0.5
    return -(ratio / math.sqrt(2 * pi)).log() + spread + shift - (euler_constant + 1)


@register_kl(Laplace, Normal)
def laplace_normal(p: Any, q: Any) -> Tensor:
    variance = q.scale.pow(2)
    ratio = p.scale.pow(2) / variance
    shift = 0.5 * p.loc.pow(2) - p.loc * q.loc + 0.5 * q.loc.pow(2)
    return -0.5 * torch.log(2 * ratio / pi) + ratio + shift / variance - 1


@register_kl(Normal, Gumbel)
def normal_gumbel(p: Any, q: Any) -> Tensor:
    here, there, ratio = p.loc / q.scale, q.loc / q.scale, (p.scale / q.scale).pow(2)
    tail = torch.exp(-here + 0.5 * ratio + there)
    return -ratio.log() * 0.5 + (here - there) + tail - 0.5 * (1 + math.log(2 * pi))


@register_kl(Normal, Laplace)
def normal_laplace(p: Any, q: Any) -> Tensor:
    shift = p.loc - q.loc
    units = shift / p.scale
    folded = math.sqrt(2 / pi) * p.scale * torch.exp(-0.5 * units.pow(2))
    folded = folded + shift * torch.erf(math.sqrt(0.5) * units)
    return -torch.log(p.scale / q.scale) + folded / q.scale - 0.5 * (1 + math.log(0.5 * pi))


@register_kl(Pareto, Exponential)
def pareto_exponential(p: Any, q: Any) -> Tensor:
    product = p.scale * q.rate
    mean = p.alpha * product / (p.alpha - 1)
    result = (p.alpha / product).log() - p.alpha.reciprocal() + mean - 1
    return torch.where(p.alpha <= 1, inf, result)


@register_kl(Pareto, Gamma)
def pareto_gamma(p: Any, q: Any) -> Tensor:
    mean_log = p.scale.log() + p.alpha.reciprocal()
    log_norm = q.concentration.lgamma() - q.concentration * q.rate.log()
    mean = q.rate * p.alpha * p.scale / (p.alpha - 1)
    result = p.alpha.log() - mean_log + log_norm + (1 - q.concentration) * mean_log + mean - 1
    return torch.where(p.alpha <= 1, inf, result)


@register_kl(Pareto, Normal)
def pareto_normal(p: Any, q: Any) -> Tensor:
    a, less = p.alpha, p.scale / (p.alpha - 1)
    log_norm = (math.sqrt(2 * pi) * q.scale * a / p.scale).log()
    spread = a * less.pow(2) / (a - 2) + (a * less - q.loc).pow(2)
    result = log_norm - a.reciprocal() + spread / (2 * q.scale.pow(2)) - 1
    return torch.where(a <= 2, inf, result)


def mean_log(p: Any) -> Tensor:
    """The mean of log x, of a uniform x: x log x - x is the integral."""
    width = p.high - p.low
    return (x_log_x(p.high) - x_log_x(p.low) - width) / width


@register_kl(Uniform, Beta)
def uniform_beta(p: Any, q: Any) -> Tensor:
    a, b, width = q.concentration1, q.concentration0, p.high - p.low
    rest = (x_log_x(1 - p.high) - x_log_x(1 - p.low) + width) / width
    log_norm = a.lgamma() + b.lgamma() - (a + b).lgamma()
    result = (b - 1) * rest + log_norm - torch.log(width) - (a - 1) * mean_log(p)
    return torch.where((p.high > 1) | (p.low < 0), inf, result)


@register_kl(Uniform, ContinuousBernoulli)
def uniform_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    cross = p.mean * q.logits + torch.log1p(-q.probs) + q._cont_bern_log_norm()
    return torch.where((p.high >= 1) | (p.low <= 0), inf, -p.entropy() - cross)  # as PyTorch


@register_kl(Uniform, Exponential)
def uniform_exponential(p: Any, q: Any) -> Tensor:
    result = q.rate * (p.high + p.low) / 2 - ((p.high - p.low) * q.rate).log()
    return torch.where(p.low < 0, inf, result)


@register_kl(Uniform, Gamma)
def uniform_gamma(p: Any, q: Any) -> Tensor:
    log_norm = q.concentration.lgamma() - q.concentration * q.rate.log()
    cross = log_norm + (1 - q.concentration) * mean_log(p) + q.rate * (p.high + p.low) / 2
    return torch.where(p.low < 0, inf, cross - (p.high - p.low).log())


@register_kl(Uniform, Gumbel)
def uniform_gumbel(p: Any, q: Any) -> Tensor:
    narrow = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return narrow.log() + 0.5 * (high + low) - narrow * (torch.exp(-high) - torch.exp(-low))


@register_kl(Uniform, Normal)
def uniform_normal(p: Any, q: Any) -> Tensor:
    width = p.high - p.low
    spread = width.pow(2) / 12 + ((p.high + p.low - 2 * q.loc) / 2).pow(2)
    return (math.sqrt(pi * 2) * q.scale / width).log() + 0.5 * spread / q.scale.pow(2)


@register_kl(Uniform, Pareto)
def uniform_pareto(p: Any, q: Any) -> Tensor:
    log_norm = (q.alpha * q.scale.pow(q.alpha) * (p.high - p.low)).log()
    return torch.where(p.low < q.scale, inf, mean_log(p) * (q.alpha + 1) - log_norm)
