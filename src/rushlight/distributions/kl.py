"""How far one distribution is from another: Kullback and Leibler's divergence."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from rushlight.distributions.distribution import Distribution
from rushlight.tensor.tensor import Tensor

__all__ = ["kl_divergence", "register_kl"]

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
