"""The checks of `gradcheck`: what autograd computes against finite differences.

The slow check compares whole Jacobians (see `jacobians`), the fast one a random number of each.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

import rushlight as torch
from rushlight.autograd.function import Function
from rushlight.autograd.gradcheck import GradcheckError
from rushlight.autograd.jacobians import (
    Check,
    Directions,
    as_tuple,
    backward_jacobian,
    check_gradient,
    detached_values,
    directional,
    forward_jacobians,
    is_differentiable,
    is_number_field,
    jvp,
    moved_jacobians,
    numerical_jacobians,
    random_like,
    values_of,
    vjp,
)
from rushlight.tensor.differentiate import grad
from rushlight.tensor.tensor import Tensor

NO_INPUT = (
    "gradcheck expects at least one input tensor to require gradient, but none of them have "
    "requires_grad=True."
)
NOT_DOUBLE = (
    "Input #{0} requires gradient and is not a double precision floating point or complex. This "
    "check will likely fail if all the inputs are not of double precision floating point or "
    "complex. "
)
STRIDE_ZERO = (
    "The {0}th input has a dimension with stride 0. gradcheck only supports inputs that are "
    "non-overlapping to be able to compute the numerical gradients correctly. You should call "
    ".contiguous on the input before passing it to gradcheck."
)
UNDEFINED_FAILS = (
    'Expected backward function to handle undefined output grads. Please look at "Notes about '
    'undefined output gradients" in "tools/autograd/derivatives.yaml"'
)
UNDEFINED_NONZERO = (
    "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
    'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
)
FAST_MODE = (
    "\nThe above quantities relating the numerical and analytical jacobians are computed \nin fast "
    "mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background \nabout fast "
    "mode. Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
)
FAST_ONLY = (
    "Fast gradcheck failed but element-wise differences are small. This means that the test might "
    "have passed in slow mode: try fast_mode=False."
)


# -- comparisons ----------------------------------------------------------------------------


def mismatch(numerical: Any, analytical: Any, i: int, k: int, part: str, forward: bool) -> str:
    """What differs, as PyTorch words it."""
    elements = "inputs" if forward else "outputs"
    prefix = f"While considering the {part} part of complex {elements} only, " if part else ""
    mode = "computed with forward mode " if forward else ""
    return (
        f"{prefix}Jacobian {mode}mismatch for output {i} with respect to input {k},\n"
        f"numerical:{numerical}\nanalytical:{analytical}\n"
    )


def parts(values: Sequence[Tensor]) -> list[tuple[str, Any]]:
    """The parts of complex tensors to look at, and how to get them."""
    if any(v.is_complex() for v in values):
        return [("imaginary", lambda v: torch.imag(v)), ("real", lambda v: torch.real(v))]
    return [("", None)]


def tangent_parts(x: Tensor) -> list[tuple[str, Any]]:
    """The parts of an input to move along, and the unit of each."""
    if x.numel() == 0:
        return []
    return [("imaginary", 1j), ("real", 1.0)] if x.is_complex() else [("", 1.0)]


def check_backward(check: Check) -> None:
    """Backward's Jacobians against numerical ones."""
    for part, take in parts(check.outputs()):
        outputs = check.outputs(take)
        for k, x in check.wanted():
            run = values_of(check, take)
            numerical = numerical_jacobians(run, x, check.eps) if x.numel() else []
            for i, (output, expected) in enumerate(zip(outputs, numerical, strict=False)):
                found = backward_jacobian(check, output, x)
                if not check.close(found, expected):
                    raise GradcheckError(mismatch(expected, found, i, k, part, False))


def check_forward(check: Check) -> None:
    """Forward mode's Jacobians against numerical ones."""
    for k, x in check.wanted():
        for part, unit in tangent_parts(x):
            numerical = moved_jacobians(check, x, unit)
            found = forward_jacobians(check, x, unit)
            for i, (a, b) in enumerate(zip(found, numerical, strict=True)):
                if not check.close(a, b):
                    raise GradcheckError(mismatch(b, a, i, k, part, True))


def check_backward_fast(check: Check) -> None:
    """One number per input and output instead of a Jacobian: v' J u both ways."""
    for part, take in parts(check.outputs()):
        outputs, run = check.outputs(take), values_of(check, take)
        chosen = Directions()
        us = [chosen.of_input(x) for _, x in check.wanted()]
        vs = [chosen.along(output) for output in outputs]
        for k, x in check.wanted():
            slopes = [
                None if u is None else directional(run, x, unit * u, check.eps)
                for unit, u in zip((1, 1j), us[k], strict=True)
            ]
            for i, (output, v) in enumerate(zip(outputs, vs, strict=True)):
                found = looked_along(check, output, x, us[k], v)
                moved = [None if s is None else float((s[i] * v.ravel()).sum()) for s in slopes]
                expected = joined(moved[0], moved[1])
                atol = check.atol * sum(u.sum() for u in us[k] if u is not None) * v.sum()
                if not abs(found - expected) <= atol + check.rtol * abs(expected):
                    verdict = slow_verdict(
                        check,
                        numerical_jacobians(run, x, check.eps)[i],
                        backward_jacobian(check, output, x),
                    )
                    raise GradcheckError(mismatch(expected, found, i, k, part, False) + verdict)


def looked_along(check: Check, output: Tensor, x: Tensor, u: Any, v: Any) -> Any:
    """v' J u from one backward."""
    gradient = vjp(output, x, torch.from_numpy(v).to(output.dtype))
    check_gradient(check, gradient, x)
    g = gradient.numpy()
    return joined(
        float((g.real * u[0]).sum()), None if u[1] is None else float((g.imag * u[1]).sum())
    )


def joined(real: float | None, imaginary: float | None) -> Any:
    """A number of two parts, or of the one that is there."""
    return real if imaginary is None else complex(real or 0.0, imaginary)


def check_forward_fast(check: Check) -> None:
    """One column per input instead of a Jacobian: J u both ways."""
    for k, x in check.wanted():
        for part, unit in tangent_parts(x):
            chosen = Directions()
            u = [chosen.along(each) for _, each in check.wanted()][k]
            numerical = directional(detached_values(check), x, unit * u, check.eps)
            found = jvp(check, x, torch.from_numpy(np.asarray(unit * u)).to(x.dtype))
            for i, (a, b) in enumerate(zip(found, numerical, strict=True)):
                a, b = a.reshape(-1), torch.from_numpy(b)
                if not check.close(a, b, check.atol * float(u.sum())):
                    verdict = slow_verdict(
                        check,
                        moved_jacobians(check, x, unit)[i],
                        forward_jacobians(check, x, unit)[i],
                    )
                    raise GradcheckError(mismatch(b, a, i, k, part, True) + verdict)


def slow_verdict(check: Check, numerical: Tensor, analytical: Tensor) -> str:
    """What the element by element check says where the fast one failed."""
    largest = float((numerical - analytical).abs().max())
    text = (
        f"{FAST_MODE}Numerical:\n {numerical}\nAnalytical:\n{analytical}\n\n"
        f"The max per-element difference (slow mode) is: {largest}.\n"
    )
    return text + FAST_ONLY if check.close(analytical, numerical) else text


def check_constant(check: Check) -> None:
    """Results that do not require grad must not change with the inputs."""

    def run() -> list[Tensor]:
        results = as_tuple(check.func(*check.inputs))
        return [o.detach().clone() for o in results if is_number_field(o)]

    for _, x in check.wanted():
        if any(bool((j != 0).any()) for j in numerical_jacobians(run, x, check.eps)):
            raise GradcheckError("Numerical gradient for function expected to be zero")


def check_zero_cotangent(check: Check) -> None:
    """Zero cotangents must give zero gradients, of the inputs' kind."""
    outputs, inputs = check.outputs(), [x for _, x in check.wanted()]
    zeros = [torch.zeros_like(o, memory_format=torch.contiguous_format) for o in outputs]
    found = grad(outputs, inputs, zeros, allow_unused=True)
    for g, x in zip(found, inputs, strict=True):
        if g is None:
            continue
        if not bool((g == 0).all()):
            raise GradcheckError("backward not multiplied by grad_output")
        if g.dtype != x.dtype:
            raise GradcheckError("grad is incorrect type")
        if g.shape != x.shape:
            raise GradcheckError("grad is incorrect size")


def check_undefined(check: Check) -> None:
    """Nodes must take absent cotangents: of one output, and of all."""
    outputs, inputs = check.outputs(), [x for _, x in check.wanted()]
    absent: list[list[Tensor | None]] = [[None] * len(outputs)]
    if len(outputs) > 1:
        absent += [
            [None if j == i else torch.zeros_like(o) for j, o in enumerate(outputs)]
            for i in range(len(outputs))
        ]
    for cotangents in absent:
        try:
            found = grad(
                undefined(outputs, cotangents),
                inputs,
                [torch.zeros_like(o) for o in outputs],
                retain_graph=True,
                allow_unused=True,
            )
        except RuntimeError as error:
            raise GradcheckError(UNDEFINED_FAILS) from error
        if any(g is not None and not bool((g == 0).all()) for g in found):
            raise GradcheckError(UNDEFINED_NONZERO)


class Undefine(Function):
    """The identity; its backward hands on no gradient where `keep` is False."""

    @staticmethod
    def forward(ctx: Any, keep: Sequence[bool], *xs: Tensor) -> Any:
        ctx.keep = keep
        return tuple([x.clone() for x in xs])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return None, *[g if k else None for g, k in zip(grads, ctx.keep, strict=True)]


def undefined(outputs: Sequence[Tensor], cotangents: Sequence[Any]) -> Any:
    """The outputs, such that cotangents that are None arrive as undefined."""
    return Undefine.apply([c is not None for c in cotangents], *outputs)


def check_batched(check: Check) -> None:
    """A batch of cotangents under vmap must give what each gives alone."""
    inputs = [x for _, x in check.wanted()]
    for i, output in enumerate(check.outputs()):
        vs = [random_like(output, seed) for seed in (1, 2)]
        alone = [grad(output, inputs, v, retain_graph=True, allow_unused=True) for v in vs]
        try:
            found = grad(
                output,
                inputs,
                torch.stack(vs),
                retain_graph=True,
                allow_unused=True,
                is_grads_batched=True,
            )
        except RuntimeError as error:
            raise GradcheckError(f"While computing batched gradients, got: {error}") from error
        for k, (a, each) in enumerate(zip(found, zip(*alone, strict=True), strict=True)):
            if a is not None and not torch.allclose(a, torch.stack(list(each))):
                raise GradcheckError(batch_mismatch(i, k, a, torch.stack(list(each))))


def check_batched_forward(check: Check) -> None:
    """A batch of tangents under vmap must give what each gives alone."""
    for k, x in check.wanted():
        us = [random_like(x, seed) for seed in (1, 2)]
        alone = zip(*[jvp(check, x, u) for u in us], strict=True)
        found = torch.func.vmap(lambda u, x=x: tuple(jvp(check, x, u)))(torch.stack(us))
        for a, each in zip(found, alone, strict=True):
            if not torch.allclose(a, torch.stack(list(each))):
                raise GradcheckError(batch_mismatch(k, k, a, torch.stack(list(each))))


def batch_mismatch(i: int, k: int, found: Tensor, expected: Tensor) -> str:
    return (
        f"For output {i} and input {k}:\n\ngradcheck failed while testing batched gradient "
        f"computation.\n\nGot:\n{found}\n\nExpected:\n{expected}"
    )


# -- all of them ------------------------------------------------------------------------------


def check_inputs(inputs: Sequence[Any]) -> None:
    """Some input must require grad; those that do should be of double precision, each its own."""
    wanted = [(i, x) for i, x in enumerate(inputs) if is_differentiable(x)]
    if not wanted:
        raise ValueError(NO_INPUT)
    for i, x in wanted:
        if x.dtype not in (torch.float64, torch.complex128):
            warnings.warn(NOT_DOUBLE.format(i), stacklevel=4)
        if any(s == 0 and n > 1 for s, n in zip(x.stride(), x.shape, strict=True)):
            raise RuntimeError(STRIDE_ZERO.format(i))


def run_checks(
    check: Check,
    backward: bool,
    forward: bool,
    fast: bool,
    undefined_grad: bool,
    batched: bool,
    batched_forward: bool,
) -> bool:
    """Everything that was asked for, in PyTorch's order."""
    check_inputs(check.inputs)
    if not check.outputs():
        check_constant(check)
        return True
    if backward:
        (check_backward_fast if fast else check_backward)(check)
    if forward:
        (check_forward_fast if fast else check_forward)(check)
    if batched_forward:
        check_batched_forward(check)
    if backward:
        if batched:
            check_batched(check)
        check_zero_cotangent(check)
        if undefined_grad:
            check_undefined(check)
    return True


def cotangent(output: Tensor, non_contiguous: bool) -> Tensor:
    """A random cotangent that requires grad itself."""
    dtype = torch.complex128 if output.is_complex() else torch.float64
    shape = (*output.shape, 2) if non_contiguous and output.dim() else output.shape
    made = random_like(torch.empty(shape, dtype=dtype)) * max(output.numel(), 1) ** 0.5
    return (made[..., 0] if shape != output.shape else made).requires_grad_()
