"""Jacobians of a function, by finite differences and from autograd: what `gradcheck` compares.

A Jacobian is a matrix with a row per element of the input and a column per element of the output.
For a complex input x + iy its rows are dL/dx + i dL/dy, as gradients are; complex outputs are
taken by their real and imaginary parts, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import rushlight as torch
from rushlight.autograd import forward_ad
from rushlight.autograd.gradcheck import GradcheckError
from rushlight.tensor.differentiate import grad
from rushlight.tensor.generator import Generator
from rushlight.tensor.tensor import Tensor

NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
    "times gives different values, although analytical gradient matches numerical gradient.The "
    "tolerance for nondeterminism was {0}."
)


@dataclass
class Check:
    """A function, where its derivatives are checked, and how strictly."""

    func: Callable[..., Any]
    inputs: tuple[Any, ...]
    eps: float
    atol: float
    rtol: float
    nondet_tol: float
    dtypes: bool

    def outputs(self, part: Any = None) -> tuple[Tensor, ...]:
        """Those results of the function that can be differentiated, or `part` of the complex."""
        out = [o for o in as_tuple(self.func(*self.inputs)) if o.requires_grad]
        return tuple([part(o) if part and o.is_complex() else o for o in out])

    def wanted(self) -> Iterator[tuple[int, Tensor]]:
        """The inputs to differentiate by, with their positions among the tensors that are such."""
        tensors = [x for x in self.inputs if isinstance(x, Tensor) and x.requires_grad]
        return enumerate(tensors)

    def close(self, a: Tensor, b: Tensor, atol: float | None = None) -> bool:
        common = torch.promote_types(a.dtype, b.dtype)
        return bool(
            torch.allclose(
                a.to(common), b.to(common), self.rtol, self.atol if atol is None else atol
            )
        )


def as_tuple(x: Any) -> tuple[Any, ...]:
    if isinstance(x, (tuple, list)):
        return tuple(x)
    return (x,)


def is_differentiable(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def is_number_field(x: Any) -> bool:
    return isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex())


def numerical_jacobians(run: Callable[[], Sequence[Tensor]], x: Tensor, eps: float) -> list[Tensor]:
    """Of every (real) result of `run` by `x`, from central differences."""
    directions = (1.0, 1j) if x.is_complex() else (1.0,)
    rows: list[list[Any]] = []
    for index in np.ndindex(*x.shape):
        slopes = [slope(run, x, index, direction * eps, eps) for direction in directions]
        rows.append(
            [one[0] if len(one) == 1 else one[0] + 1j * one[1] for one in zip(*slopes, strict=True)]
        )
    return [torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)]


def slope(run: Any, x: Tensor, index: Any, step: Any, eps: float) -> list[Any]:
    """(f(x + step) - f(x - step)) / 2 eps for each result, flat."""
    values = x.detach().numpy()
    before = values[index]
    try:
        values[index] = before - step
        low = run()
        values[index] = before + step
        high = run()
    finally:
        values[index] = before
    return [difference(a, b, eps) for a, b in zip(low, high, strict=True)]


def difference(a: Tensor, b: Tensor, eps: float) -> Any:
    """The slope between two values of a result, which must be of one kind."""
    if a.dtype != b.dtype or a.shape != b.shape:
        what = "dtype" if a.dtype != b.dtype else "shape"
        raise AssertionError(
            f"Expected `func` to return outputs with the same {what} when inputs "
            f"are perturbed by {eps}, but got: {a} and {b}"
        )
    return ((b - a).detach().numpy() / (2 * eps)).ravel()


def values_of(check: Check, part: Any = None) -> Callable[[], list[Tensor]]:
    """A function that evaluates the checked one anew; its results share no memory with inputs."""
    return lambda: [o.detach().clone() for o in check.outputs(part)]


def detached_values(check: Check) -> Callable[[], list[Tensor]]:
    """A function that evaluates the checked one anew, without recording."""

    def run() -> list[Tensor]:
        results = as_tuple(check.func(*[detached(each) for each in check.inputs]))
        return [o.detach().clone() for o in results if is_number_field(o)]

    return run


def moved_jacobians(check: Check, x: Tensor, unit: Any) -> list[Tensor]:
    """Central differences of all outputs, complex ones as they are, along `unit`."""
    run = detached_values(check)
    rows = [slope(run, x, index, unit * check.eps, check.eps) for index in np.ndindex(*x.shape)]
    return [torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)]


def backward_jacobian(check: Check, output: Tensor, x: Tensor) -> Tensor:
    """Of one (real) output by `x`, column by column from vjps of unit vectors; run twice."""
    columns = []
    for j in range(output.numel()):
        g = torch.zeros_like(output, memory_format=torch.contiguous_format)
        g.reshape(-1)[j] = 1
        first, again = vjp(output, x, g), vjp(output, x, g)
        check_gradient(check, first, x)
        if bool((first - again).abs().max() > check.nondet_tol) if x.numel() else False:
            raise GradcheckError(NOT_REENTRANT.format(check.nondet_tol))
        columns.append(first.reshape(-1))
    return torch.stack(columns, 1) if columns else x.new_zeros(x.numel(), 0)


def vjp(output: Tensor, x: Tensor, g: Tensor) -> Tensor:
    """The gradient of `output` by `x`, zeros where it does not depend on it."""
    found = grad(output, x, g, retain_graph=True, allow_unused=True)[0]
    return torch.zeros_like(x) if found is None else found.detach()


def check_gradient(check: Check, g: Tensor, x: Tensor) -> None:
    if g.shape != x.shape:
        raise GradcheckError("Analytical gradient has incorrect size")
    if check.dtypes and g.dtype != x.dtype:
        raise GradcheckError("Gradient has dtype mismatch")


def forward_jacobians(check: Check, x: Tensor, unit: Any) -> list[Tensor]:
    """Of every output by the real (`unit` 1) or imaginary (1j) part of `x`, from tangents."""
    rows = []
    for i in range(x.numel()):
        tangent = torch.zeros_like(x, memory_format=torch.contiguous_format)
        tangent.reshape(-1)[i] = unit
        rows.append([t.reshape(-1) for t in jvp(check, x, tangent)])
    return [torch.stack(list(column)) for column in zip(*rows, strict=True)]


def jvp(check: Check, x: Tensor, tangent: Tensor | None) -> list[Tensor]:
    """The tangents of all outputs when `x` has this one, and the other inputs none."""
    with forward_ad.dual_level():
        dual = x.detach() if tangent is None else forward_ad.make_dual(x.detach(), tangent)
        inputs = [dual if each is x else detached(each) for each in check.inputs]
        return [tangent_of(check, o) for o in as_tuple(check.func(*inputs)) if is_number_field(o)]


def detached(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


def tangent_of(check: Check, output: Tensor) -> Tensor:
    value, tangent = forward_ad.unpack_dual(output)
    if tangent is None:
        return torch.zeros_like(value)
    if check.dtypes and tangent.dtype != value.dtype:
        raise GradcheckError("Forward AD gradient has dtype mismatch.")
    return tangent.detach()


def directional(run: Callable[[], Sequence[Tensor]], x: Tensor, step: Any, eps: float) -> list[Any]:
    """The derivative of each result along `step`, flat, from a central difference."""
    values = x.detach().numpy()  # written to behind autograd's back: outputs saved it
    held, step = values.copy(), eps * step
    try:
        values[...] = held - step
        low = run()
        values[...] = held + step
        high = run()
    finally:
        values[...] = held
    return [difference(a, b, eps) for a, b in zip(low, high, strict=True)]


class Directions:
    """Unit vectors to look along, shaped as the tensors they are for; the same in every run."""

    def __init__(self) -> None:
        self.generator = Generator()

    def along(self, x: Tensor) -> Any:
        """A direction for the real (or imaginary) part of a tensor, as an array."""
        vector = torch.rand(x.numel(), generator=self.generator).numpy().astype(np.float64)
        length = np.linalg.norm(vector)
        return (vector / length if length else vector).reshape(tuple(x.shape))

    def of_input(self, x: Tensor) -> tuple[Any, Any]:
        """Directions for the real and the imaginary part; None for one that is not there."""
        return self.along(x), self.along(x) if x.is_complex() else None


def random_like(x: Tensor, seed: int = 0) -> Tensor:
    """A random tensor of unit length, contiguous, from a stream of its own."""
    stream = np.random.default_rng([x.numel(), seed])
    values = stream.standard_normal(x.shape)
    if x.is_complex():
        values = values + 1j * stream.standard_normal(x.shape)
    return torch.from_numpy(np.asarray(values / (np.linalg.norm(values) or 1.0))).to(x.dtype)
