"""How far one distribution is from another: Kullback and Leibler's divergence."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import rushlight as torch
from rushlight.distributions.base import (
    Distribution,
    ExponentialFamily,
    euler_constant,
    sum_rightmost,
)
from rushlight.distributions.categorical import Categorical, OneHotCategorical
from rushlight.distributions.composed import Independent, TransformedDistribution
from rushlight.distributions.gamma import Beta, Dirichlet, Exponential, Gamma
from rushlight.distributions.located import Cauchy, Laplace, Normal, Uniform
from rushlight.distributions.multivariate import (
    LowRankMultivariateNormal,
    MultivariateNormal,
    log_diagonal,
    mahalanobis,
)
from rushlight.distributions.relaxations import ContinuousBernoulli
from rushlight.distributions.transformed import Gumbel, HalfNormal, Pareto
from rushlight.distributions.trials import Bernoulli, Binomial, Geometric, Poisson
from rushlight.nn.functional import softplus
from rushlight.tensor.tensor import Tensor

__all__ = [
    "kl_divergence",
    "register_kl",
]

Pair = tuple[type, type]
Rule = Callable[[Any, Any], Tensor]

_REGISTRY: dict[Pair, Rule] = {}
_FOUND: dict[Pair, Rule | None] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Rule], Rule]:
    """A decorator of the function that gives KL(p || q) for `p` and `q` of two types.

    It serves their subclasses too, unless something more specific is registered for those.

    Raises:
        TypeError: for what is no class of distributions.

    Example:
        >>> import rushlight as torch
        >>> class Mine(torch.distributions.Normal): ...
        >>> @torch.distributions.register_kl(Mine, Mine)
        ... def kl_mine(p, q):
        ...     return torch.zeros(p.batch_shape)
        >>> torch.distributions.kl_divergence(Mine(0.0, 1.0), Mine(1.0, 1.0))
        tensor(0.)
    """
    for name, given in (("type_p", type_p), ("type_q", type_q)):
        if not (isinstance(given, type) and issubclass(given, Distribution)):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {given}")

    def decorate(rule: Rule) -> Rule:
        _REGISTRY[type_p, type_q] = rule
        _FOUND.clear()
        return rule

    return decorate


def precedes(a: Pair, b: Pair) -> bool:
    """Is the first type of `a` more specific than that of `b`, or the same and the second is?"""
    for x, y in zip(a, b, strict=True):
        if x is not y:
            return issubclass(x, y)
    return False


def most_specific(pairs: list[Pair]) -> Pair:
    best, *others = pairs
    for pair in others:
        if precedes(pair, best):
            best = pair
    return best


def rule_for(type_p: type, type_q: type) -> Rule | None:
    """The rule of a pair, looked for from both sides."""
    fitting = [(p, q) for p, q in _REGISTRY if issubclass(type_p, p) and issubclass(type_q, q)]
    if not fitting:
        return None
    left = most_specific(fitting)
    right_q, right_p = most_specific([(q, p) for p, q in fitting])
    if _REGISTRY[left] is not _REGISTRY[right_p, right_q]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please "
            f"register_kl({left[0].__name__}, {right_q.__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _REGISTRY[left]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """KL(p || q), the mean under `p` of log p(x) - log q(x), for each of their batch.

    Raises:
        NotImplementedError: if no rule is known for their types.

    Example:
        >>> import rushlight as torch
        >>> d = torch.distributions
        >>> d.kl_divergence(d.Normal(0.0, 1.0), d.Normal(1.0, 1.0))
        tensor(0.5000)
    """
    pair = type(p), type(q)
    if pair not in _FOUND:
        _FOUND[pair] = rule_for(*pair)
    rule = _FOUND[pair]
    if rule is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
            f"{type(q).__name__}"
        )
    return rule(p, q)


inf = math.inf


@register_kl(Bernoulli, Bernoulli)
def bernoulli(p: Any, q: Any) -> Tensor:
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    one = torch.where(p.probs == 0, 0.0, torch.where(q.probs == 0, inf, one))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    zero = torch.where(p.probs == 1, 0.0, torch.where(q.probs == 1, inf, zero))
    return one + zero


@register_kl(Beta, Beta)
def beta(p: Any, q: Any) -> Tensor:
    total_p = p.concentration1 + p.concentration0
    total_q = q.concentration1 + q.concentration0
    log_norm_q = q.concentration1.lgamma() + q.concentration0.lgamma() + total_p.lgamma()
    log_norm_p = p.concentration1.lgamma() + p.concentration0.lgamma() + total_q.lgamma()
    return (
        log_norm_q
        - log_norm_p
        + (p.concentration1 - q.concentration1) * torch.digamma(p.concentration1)
        + (p.concentration0 - q.concentration0) * torch.digamma(p.concentration0)
        + (total_q - total_p) * torch.digamma(total_p)
    )


@register_kl(Binomial, Binomial)
def binomial(p: Any, q: Any) -> Tensor:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return torch.where(p.total_count > q.total_count, inf, p.total_count * each)


@register_kl(Categorical, Categorical)
def categorical(p: Any, q: Any) -> Tensor:
    t = p.probs * (p.logits - q.logits)
    return torch.where(p.probs == 0, 0.0, torch.where(q.probs == 0, inf, t)).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def one_hot_categorical(p: Any, q: Any) -> Tensor:
    return categorical(p._categorical, q._categorical)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def continuous_bernoulli(p: Any, q: Any) -> Tensor:
    return (
        p.mean * (p.logits - q.logits)
        + (p._cont_bern_log_norm() + torch.log1p(-p.probs))
        - q._cont_bern_log_norm()
        - torch.log1p(-q.probs)
    )


@register_kl(Dirichlet, Dirichlet)
def dirichlet(p: Any, q: Any) -> Tensor:
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    slopes = a.digamma() - total.digamma().unsqueeze(-1)
    log_norm = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return log_norm + ((a - b) * slopes).sum(-1)


@register_kl(Exponential, Exponential)
def exponential(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(ExponentialFamily, ExponentialFamily)
def exponential_family(p: Any, q: Any) -> Tensor:
    """Bregman's divergence of the log normalizer."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot"
            + " " * 28
            + " be computed using Bregman divergences"
        )
    log_norm, params, gradients = p._normalized()
    theirs = q._natural_params
    result = q._log_normalizer(*theirs) - log_norm
    for own, other, slope in zip(params, theirs, gradients, strict=True):
        result = result - sum_rightmost((other - own) * slope, len(q.event_shape))
    return result


@register_kl(Gamma, Gamma)
def gamma(p: Any, q: Any) -> Tensor:
    a, b = p.concentration, q.concentration
    return (
        b * (p.rate / q.rate).log()
        + (torch.lgamma(b) - torch.lgamma(a))
        + (a - b) * torch.digamma(a)
        + (q.rate - p.rate) * (a / p.rate)
    )


@register_kl(Gumbel, Gumbel)
def gumbel(p: Any, q: Any) -> Tensor:
    ratio, there, here = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    tail = torch.exp(there + (1 + ratio).lgamma() - here)
    return -ratio.log() - there + here + ratio * euler_constant + tail - (1 + euler_constant)


@register_kl(Geometric, Geometric)
def geometric(p: Any, q: Any) -> Tensor:
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Normal, Normal)
def normal(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def half_normal(p: Any, q: Any) -> Tensor:
    return normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def laplace(p: Any, q: Any) -> Tensor:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * torch.exp(-distance / p.scale) - 1


@register_kl(Cauchy, Cauchy)
def cauchy(p: Any, q: Any) -> Tensor:
    square = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    return square.log() - (4 * p.scale * q.scale).log()


@register_kl(Pareto, Pareto)
def pareto(p: Any, q: Any) -> Tensor:
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return torch.where(p.support.lower_bound < q.support.lower_bound, inf, result)


@register_kl(Poisson, Poisson)
def poisson(p: Any, q: Any) -> Tensor:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def uniform(p: Any, q: Any) -> Tensor:
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return torch.where((q.low > p.low) | (q.high < p.high), inf, result)


@register_kl(TransformedDistribution, TransformedDistribution)
def transformed(p: Any, q: Any) -> Tensor:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def independent(p: Any, q: Any) -> Tensor:
    dims = p.reinterpreted_batch_ndims
    if dims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), dims)


# -- normal vectors ------------------------------------------------------------------------------


def require_one_size(p: Any, q: Any, what: str) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two {what}Multivariate Normals with"
            + " " * 25
            + " different event shapes cannot be computed"
        )


def square_sum(matrices: Tensor) -> Tensor:
    """trace(X X^T)."""
    return matrices.pow(2).sum((-2, -1))


def of_vectors(p: Any, log_dets: Tensor, trace: Tensor, square: Tensor) -> Tensor:
    """(log det Q - log det P + trace(Q^-1 P) + distance - n) / 2."""
    return 0.5 * (log_dets + trace + square - p.event_shape[0])


@register_kl(MultivariateNormal, MultivariateNormal)
def multivariate_normal(p: Any, q: Any) -> Tensor:
    require_one_size(p, q, "")
    theirs, own = q._unbroadcasted_scale_tril, p._unbroadcasted_scale_tril
    log_dets = 2 * (log_diagonal(theirs) - log_diagonal(own))
    trace = square_sum(torch.linalg.solve_triangular(theirs, own, upper=False))
    return of_vectors(p, log_dets, trace, mahalanobis(theirs, q.loc - p.loc))


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def low_rank(p: Any, q: Any) -> Tensor:
    require_one_size(p, q, "Low Rank ")
    a, theirs = q._solved(), q._unbroadcasted_cov_diag
    own, factor = p._unbroadcasted_cov_diag, p._unbroadcasted_cov_factor
    trace = (
        (own / theirs).sum(-1)
        + square_sum(factor * theirs.rsqrt().unsqueeze(-1))
        - square_sum(a * own.sqrt().unsqueeze(-2))
        - square_sum(a.matmul(factor))
    )
    return of_vectors(p, q._log_det() - p._log_det(), trace, q._square(q.loc - p.loc))


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def full_from_low_rank(p: Any, q: Any) -> Tensor:
    require_one_size(p, q, "(Low Rank) ")
    factor = p._unbroadcasted_scale_tril
    whitened = square_sum(factor * q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1))
    trace = whitened - square_sum(q._solved().matmul(factor))
    log_dets = q._log_det() - 2 * log_diagonal(factor)
    return of_vectors(p, log_dets, trace, q._square(q.loc - p.loc))


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def low_rank_from_full(p: Any, q: Any) -> Tensor:
    require_one_size(p, q, "(Low Rank) ")
    theirs = q._unbroadcasted_scale_tril
    parts = p._unbroadcasted_cov_factor, torch.diag_embed(p._unbroadcasted_cov_diag.sqrt())
    solved = [square_sum(torch.linalg.solve_triangular(theirs, m, upper=False)) for m in parts]
    log_dets = 2 * log_diagonal(theirs) - p._log_det()
    return of_vectors(p, log_dets, solved[0] + solved[1], mahalanobis(theirs, q.loc - p.loc))


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
