"""Limits: clamping, and the larger or smaller of two."""

import numpy as np

from rushlight.kernels import elements
from rushlight.ops.families import (
    Binary,
    Elementwise,
    as_tensor_argument,
    check_broadcast,
    lacks,
    refusal,
    type_word,
)
from rushlight.ops.masks import where
from rushlight.ops.numbers import plain_number
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import ready

PLAIN = frozenset({int, float, type(None)})
NO_COMPLEX = {"complex": (NotImplementedError, "clamp is not supported for complex types")}


class clamp(Elementwise):
    """`input` limited to `[min, max]`, elementwise; either limit may be missing.

    The limits are numbers or tensors. Where `min > max` the result is `max`.

    Raises:
        RuntimeError: if both limits are missing.

    Example:
        >>> import rushlight as torch
        >>> torch.clamp(torch.tensor([-1.0, 0.5, 3.0]), 0, 1)
        tensor([0.0000, 0.5000, 1.0000])
    """

    aliases = ("clip",)
    node = "ClampBackward1"
    refuses = NO_COMPLEX | lacks("clamp_scalar_cpu", "bool")

    def bind(input, min=None, max=None):
        as_tensor_argument("clamp", "input", 1, input)
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        if type(min) in PLAIN and type(max) in PLAIN:
            return (input,), (min, max)
        if all(x is None or isinstance(x, TensorBase) for x in (min, max)):
            return clamp_tensors, (input, min, max), ()
        min, max = plain_number(min), plain_number(max)
        if any(not isinstance(x, (int, float, complex, type(None))) for x in (min, max)):
            words = ", ".join(type_word(x) for x in (input, min, max))
            raise TypeError(
                "clamp() received an invalid combination of arguments - got "
                f"({words}), but expected one of:\n * (Tensor input, Tensor min = "
                "None, Tensor max = None, *, Tensor out = None)\n * (Tensor input, "
                "Number min = None, Number max = None, *, Tensor out = None)\n"
            )
        return (input,), (min, max)

    def compute(self, inputs, params):
        return limited(self, (inputs[0].array, *params))

    def forward(x, min, max):
        return elements.clamped(x, min, max)

    def vjp_x(g, x, min, max):
        return clamp_gradient(g, x, min, max)


class clamp_gradient(Elementwise):
    """`g` where `x` is within two numbers, 0 elsewhere."""

    tensors = 2
    differentiable = 1
    places = None
    inplace = False
    linear = True

    def forward(g, x, min, max):
        return elements.clamped_gradient(g, x, min, max)

    def vjp_g(g, x, min, max):
        return clamp_gradient(g, x, min, max)


class clamp_tensors(Elementwise):
    """`clamp` with tensors as limits, of which one may be None."""

    tensors = 3
    public_name = "clamp"
    places = None
    node = "ClampBackward0"
    refuses = NO_COMPLEX

    def compute(self, inputs, params):
        if None not in inputs and all(x.dtype.category == 0 for x in inputs):
            raise refusal("clamp_cpu", inputs[0].dtype)
        return limited(self, [None if x is None else x.array for x in inputs])

    def forward(x, min, max):
        return elements.clamped(x, min, max)

    def vjp_x(g, x, min, max):
        return kept(g, inside(x, min, max))

    def vjp_min(g, x, min, max):
        return kept(g, x < min if max is None else (x < min) & (min < max))

    def vjp_max(g, x, min, max):
        return kept(g, x > max if min is None else (x > max) | (max < min))


def limited(op, values):
    """`clamp` on arrays and numbers, of which one limit may be None."""
    given = [v for v in values if v is not None]
    check_broadcast(given)
    arrays = iter(given if ready(op, given) else op.operands(given))
    return np.asarray(elements.clamped(*[None if v is None else next(arrays) for v in values]))


def inside(x, low, high):
    """Where `x` is within its limits."""
    if low is None:
        return x <= high
    return x >= low if high is None else (x >= low) & (x <= high)


def kept(g, mask):
    """`g` where `mask` is true, 0 elsewhere (even where `g` is infinite or nan)."""
    return where((g, 0), mask)


class clamp_min(Binary):
    """The larger of `input` and `min`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.clamp_min(torch.tensor([-1.0, 0.5]), 0)
        tensor([0.0000, 0.5000])
    """

    arguments = ("input", "min")
    numbers = (False, True)
    node = "ClampMinBackward1"
    number_nodes = (None, "ClampMinBackward0")
    refuses = NO_COMPLEX

    def forward(a, b):
        return np.maximum(a, b)

    def vjp_a(g, a, b):
        return kept(g, a >= b)

    def vjp_b(g, a, b):
        return kept(g, a < b)


class clamp_max(Binary):
    """The smaller of `input` and `max`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.clamp_max(torch.tensor([-1.0, 0.5]), 0)
        tensor([-1.,  0.])
    """

    arguments = ("input", "max")
    numbers = (False, True)
    node = "ClampMaxBackward1"
    number_nodes = (None, "ClampMaxBackward0")
    refuses = NO_COMPLEX

    def forward(a, b):
        return np.minimum(a, b)

    def vjp_a(g, a, b):
        return kept(g, a <= b)

    def vjp_b(g, a, b):
        return kept(g, a > b)


for op in (clamp_min, clamp_max):
    op.variants[1].refuses = NO_COMPLEX | lacks(f"{op.name}_scalar_cpu", "bool")


# -- of two tensors --------------------------------------------------------------------------


class Extremum(Binary, family=True):
    """One of two tensors' elements."""

    inplace = False
    numbers = (False, False)

    def check(self, dtype):
        if dtype.is_complex:
            raise RuntimeError(f"{self.name} not implemented for complex tensors.")


class maximum(Extremum):
    """The larger of two, elementwise; nan if either is. Equals share the gradient.

    Example:
        >>> import rushlight as torch
        >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([3, 5])
    """

    def forward(a, b):
        return np.maximum(a, b)

    def vjp_a(g, a, b):
        return shared(g, a, b).masked_fill(a < b, 0)

    def vjp_b(g, a, b):
        return shared(g, a, b).masked_fill(b < a, 0)


class minimum(Extremum):
    """The smaller of two, elementwise; nan if either is. Equals share the gradient.

    Example:
        >>> import rushlight as torch
        >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([1, 2])
    """

    def forward(a, b):
        return np.minimum(a, b)

    def vjp_a(g, a, b):
        return shared(g, a, b).masked_fill(a > b, 0)

    def vjp_b(g, a, b):
        return shared(g, a, b).masked_fill(b > a, 0)


def shared(g, a, b):
    """`g`, halved where the operands are equal."""
    return g * (1 - 0.5 * (a == b)).to(g.dtype)


class fmax(Extremum):
    """The larger of two, elementwise; nan only if both are.

    Example:
        >>> import rushlight as torch
        >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 2.0]))
        tensor([3., 2.])
    """

    def forward(a, b):
        return np.fmax(a, b)

    def vjp_a(g, a, b):
        return kept(g, (a >= b) | b.isnan())

    def vjp_b(g, a, b):
        return g.masked_fill((a >= b) | b.isnan(), 0)


class fmin(Extremum):
    """The smaller of two, elementwise; nan only if both are.

    Example:
        >>> import rushlight as torch
        >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 2.0]))
        tensor([1., 2.])
    """

    def forward(a, b):
        return np.fmin(a, b)

    def vjp_a(g, a, b):
        return kept(g, (a <= b) | b.isnan())

    def vjp_b(g, a, b):
        return g.masked_fill((a <= b) | b.isnan(), 0)
