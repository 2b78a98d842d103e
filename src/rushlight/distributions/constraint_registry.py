"""From constraints to transforms: `biject_to` and `transform_to`.

Example:
    >>> import rushlight as torch
    >>> torch.distributions.transform_to(torch.distributions.constraints.simplex)
    SoftmaxTransform()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.distributions import constraints, transforms
from rushlight.distributions.base import NUMBER

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """Finds a transform from unconstrained numbers to those of a constraint, by its type."""

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}
        super().__init__()

    def register(self, constraint: Any, factory: Callable[[Any], Any] | None = None) -> Any:
        """Enter what makes the transform of a constraint, or of all of a class of them.

        Without `factory` it is a decorator of one.

        Raises:
            TypeError: for what is no constraint.
        """
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, constraints.Constraint):
            constraint = type(constraint)
        if not isinstance(constraint, type) or not issubclass(constraint, constraints.Constraint):
            raise TypeError(
                "Expected constraint to be either a Constraint subclass or instance, but got "
                f"{constraint}"
            )
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform to a constraint.

        Raises:
            NotImplementedError: if none is known.
        """
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def scaled(base: type[transforms.Transform], loc: Any, scale: Any) -> Any:
    """`base`, then `loc` plus `scale` times that."""
    return transforms.ComposeTransform([base(), transforms.AffineTransform(loc, scale)])


def to_interval(c: Any) -> Any:
    """The sigmoid, brought to the bounds."""
    low, high = c.lower_bound, c.upper_bound
    if isinstance(low, NUMBER) and low == 0 and isinstance(high, NUMBER) and high == 1:
        return transforms.SigmoidTransform()
    return scaled(transforms.SigmoidTransform, low, high - low)


def recursive(registry: ConstraintRegistry) -> dict[Any, Callable[[Any], Any]]:
    """Those of constraints made of others."""
    return {
        constraints.independent: lambda c: transforms.IndependentTransform(
            registry(c.base_constraint), c.reinterpreted_batch_ndims
        ),
        constraints.cat: lambda c: transforms.CatTransform(
            [registry(each) for each in c.cseq], c.dim, c.lengths
        ),
        constraints.stack: lambda c: transforms.StackTransform(
            [registry(each) for each in c.cseq], c.dim
        ),
    }


EXP = transforms.ExpTransform
BOTH: dict[Any, Callable[[Any], Any]] = {
    constraints.real: lambda c: transforms.identity_transform,
    constraints.greater_than: lambda c: scaled(EXP, c.lower_bound, 1),
    constraints.greater_than_eq: lambda c: scaled(EXP, c.lower_bound, 1),
    constraints.less_than: lambda c: scaled(EXP, c.upper_bound, -1),
    constraints.interval: to_interval,
    constraints.half_open_interval: to_interval,
    constraints.corr_cholesky: lambda c: transforms.CorrCholeskyTransform(),
}
OWN: dict[ConstraintRegistry, dict[Any, Callable[[Any], Any]]] = {
    biject_to: {constraints.simplex: lambda c: transforms.StickBreakingTransform()},
    transform_to: {
        constraints.simplex: lambda c: transforms.SoftmaxTransform(),
        constraints.lower_cholesky: lambda c: transforms.LowerCholeskyTransform(),
        constraints.positive_definite: lambda c: transforms.PositiveDefiniteTransform(),
        constraints.positive_semidefinite: lambda c: transforms.PositiveDefiniteTransform(),
    },
}
for registry, own in OWN.items():
    for constraint, factory in {**BOTH, **recursive(registry), **own}.items():
        registry.register(constraint, factory)
