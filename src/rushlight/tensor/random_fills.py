"""Tensors overwritten with random numbers: `uniform_`, `normal_`, `random_` and their like."""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels import random as kernels
from rushlight.ops.publish import public
from rushlight.ops.random import FILLS, bernoulli_fill
from rushlight.tape import inplace
from rushlight.tape.core import TensorBase, note, state
from rushlight.tensor.drawn import check_target, drawn
from rushlight.tensor.generator import engine_of


def filled(self: Any, name: str, node: str, draw: Any, generator: Any, *parameters: Any) -> Any:
    """Overwrite a tensor with a draw, in the order of its memory."""
    engine = engine_of(name, generator)
    if self.array is not None:
        st = state()
        alone = not (st.special or self.inference or (st.grad and self.requires_grad))
        if alone and self.array.flags.c_contiguous:  # nothing to record, no place twice
            kernels.fill(engine, self.array, draw, *parameters)
            note(self)
            return self
        check_target()
        return inplace.apply(FILLS[node], (self,), (draw, engine, parameters))

    def make(size: tuple[int, ...]) -> Any:
        array = np.empty(size, self.dtype.numpy)
        kernels.fill(engine, array, draw, *parameters)
        return array

    return self.copy_(drawn(make, tuple(self.shape)))


def from_to(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *defaults: Any) -> list[Any]:
    """Arguments called `from` and `to`, of which the first is no name in Python."""
    if len(args) == 2 and not kwargs:
        return [*args]
    found = dict(zip(("from", "to"), args, strict=False))
    for key, value in kwargs.items():
        if key not in ("from", "to"):
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
        found[key] = value
    return [found.get("from", defaults[0]), found.get("to", defaults[1])]


@public("Tensor", name="uniform_")
def uniform_(self: Any, *args: Any, generator: Any = None, **kwargs: Any) -> Any:
    """Overwrite with numbers drawn uniformly from [`from`, `to`), by default [0, 1).

    Raises:
        RuntimeError: if `from` is greater than `to`.

    Example:
        >>> import rushlight as torch
        >>> torch.empty(2).uniform_(1, 1)
        tensor([1., 1.])
    """
    low, high = from_to("uniform_", args, kwargs, 0.0, 1.0)
    return filled(self, "uniform_", "UniformBackward0", kernels.uniform, generator, low, high)


@public("Tensor", name="normal_")
def normal_(self: Any, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Any:
    """Overwrite with normal numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.empty(2).normal_(5, 0)
        tensor([5., 5.])
    """
    return filled(
        self, "normal_", "NormalBackward0", kernels.normal, generator, float(mean), float(std)
    )


@public("Tensor", name="random_")
def random_(self: Any, *args: Any, generator: Any = None, **kwargs: Any) -> Any:
    """Overwrite with integers: `random_(from, to)`, `random_(to)`, or any that the dtype holds.

    Example:
        >>> import rushlight as torch
        >>> torch.empty(2).random_(1)
        tensor([0., 0.])
    """
    if not args and not kwargs:
        return filled(self, "random_", "RandomBackward2", kernels.integers_any, generator)
    if len(args) == 1 and not kwargs:
        args = (0, *args)
        low, high = args
        node = "RandomBackward1"
    else:
        low, high = from_to("random_", args, kwargs, None, None)
        node = "RandomBackward1" if low is None else "RandomBackward0"
    return filled(
        self,
        "random_",
        node,
        kernels.integers,
        generator,
        int(low or 0),
        None if high is None else int(high),
    )


@public("Tensor", name="bernoulli_")
def bernoulli_(self: Any, p: Any = 0.5, *, generator: Any = None) -> Any:
    """Overwrite with ones of probability `p` (a number, or a tensor of them) and zeros.

    Example:
        >>> import rushlight as torch
        >>> torch.empty(2).bernoulli_(torch.tensor([0.0, 1.0]))
        tensor([0., 1.])
    """
    if not isinstance(p, TensorBase):
        return filled(
            self, "bernoulli_", "BernoulliBackward2", kernels.bernoulli, generator, float(p)
        )
    if self.array is not None:
        check_target()
    return inplace.apply(bernoulli_fill, (self, p), (engine_of("bernoulli_", generator),))


@public("Tensor", name="exponential_")
def exponential_(self: Any, lambd: float = 1.0, *, generator: Any = None) -> Any:
    """Overwrite with waiting times at `lambd` events per unit of time."""
    return filled(
        self, "exponential_", "ExponentialBackward0", kernels.exponential, generator, float(lambd)
    )


@public("Tensor", name="cauchy_")
def cauchy_(self: Any, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Any:
    """Overwrite with numbers of Cauchy's distribution."""
    return filled(
        self, "cauchy_", "CauchyBackward0", kernels.cauchy, generator, float(median), float(sigma)
    )


@public("Tensor", name="log_normal_")
def log_normal_(self: Any, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Any:
    """Overwrite with numbers whose logarithms are normal."""
    return filled(
        self,
        "log_normal_",
        "LogNormalBackward0",
        kernels.log_normal,
        generator,
        float(mean),
        float(std),
    )


@public("Tensor", name="geometric_")
def geometric_(self: Any, p: float, *, generator: Any = None) -> Any:
    """Overwrite with how many tries of success `p` a first success took."""
    return filled(self, "geometric_", "GeometricBackward0", kernels.geometric, generator, float(p))
