"""Tensors of random numbers: the same as PyTorch's for the same seed.

Every function takes `generator`; without it the numbers come from the default one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels import random as kernels
from rushlight.kernels.metadata import type_name
from rushlight.ops import random as operations
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase
from rushlight.tensor import drawn
from rushlight.tensor.creation import empty_array_like
from rushlight.tensor.forms import no_form
from rushlight.tensor.generator import engine_of
from rushlight.tensor.options import (
    allocated,
    check_options,
    dtype_or,
    factory,
    into,
    out_dtype,
    sequence_of_sizes,
    sizes,
)

Draw = Callable[..., Any]


def new_draw(
    name: str,
    shape: tuple[int, ...],
    draw: Draw,
    parameters: tuple[Any, ...],
    generator: Any,
    out: Any,
    dtype: Any,
    default: dtypes.dtype,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
) -> Any:
    """A tensor of one draw, with the options of a factory function."""
    check_options(name, layout, device, pin_memory, requires_grad)
    engine = engine_of(name, generator)
    d = dtype_or(name, dtype, default) if out is None else out_dtype(name, out, dtype)
    if any(n < 0 for n in shape):
        allocated(np.empty, shape, d.numpy)

    def make(size: tuple[int, ...]) -> Any:
        return draw(engine, size, d.numpy, *parameters)

    if out is not None:
        return into(name, out, make(shape))
    return drawn.drawn(make, shape, requires_grad)


@factory
def rand(
    *args: Any,
    size: Any = None,
    generator: Any = None,
    names: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Numbers drawn uniformly from [0, 1), in a tensor of the given size.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.rand(2)
        tensor([0.4963, 0.7682])
    """
    if not args and size is None:
        raise no_form("rand", args, {})
    return new_draw(
        "rand",
        sizes("rand", args, size),
        kernels.uniform,
        (),
        generator,
        out,
        dtype,
        dtypes.get_default_dtype(),
        layout,
        device,
        pin_memory,
        requires_grad,
    )


@factory
def randn(
    *args: Any,
    size: Any = None,
    generator: Any = None,
    names: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Numbers from the standard normal distribution, in a tensor of the given size.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.randn(3)
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    if not args and size is None:
        raise no_form("randn", args, {})
    return new_draw(
        "randn",
        sizes("randn", args, size),
        kernels.normal,
        (),
        generator,
        out,
        dtype,
        dtypes.get_default_dtype(),
        layout,
        device,
        pin_memory,
        requires_grad,
    )


@factory
def randint(
    *args: Any,
    low: Any = None,
    high: Any = None,
    size: Any = None,
    generator: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Integers from `low` (0) to before `high`: `randint([low,] high, size)`.

    Raises:
        RuntimeError: for an empty range, or one that the dtype does not hold.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.randint(2, 5, (3,))
        tensor([4, 2, 4])
    """
    first, last, shape = randint_arguments(args, low, high, size)
    return new_draw(
        "randint",
        sequence_of_sizes("randint", shape),
        kernels.integers,
        (first, last),
        generator,
        out,
        dtype,
        dtypes.int64,
        layout,
        device,
        pin_memory,
        requires_grad,
    )


def randint_arguments(
    args: tuple[Any, ...], low: Any, high: Any, size: Any
) -> tuple[int, int, Any]:
    """(low, high, size) of any of the forms of `randint`."""
    found = [x for x in (low, high, size) if x is not None]
    given = [*args, *found] if size is not None or not found else [*found, *args]
    whole = [x for x in given[:-1] if is_integer(x)]
    if len(given) not in (2, 3) or len(whole) != len(given) - 1:
        raise no_form("randint", args, {"low": low, "high": high, "size": size})
    if not isinstance(given[-1], (tuple, list)):
        raise TypeError(
            f"randint(): argument 'size' (position {len(given)}) must be tuple of "
            f"ints, not {type_name(type(given[-1]))}"
        )
    bounds = [0, *map(int, whole)] if len(whole) == 1 else [*map(int, whole)]
    return bounds[0], bounds[1], given[-1]


def is_integer(x: Any) -> bool:
    if isinstance(x, TensorBase):
        return x.dim() == 0 and x.dtype.category == dtypes.INT
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


@factory
def randperm(
    n: int,
    *,
    generator: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """The integers below `n` in random order.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.randperm(5)
        tensor([4, 0, 1, 3, 2])
    """
    if not is_integer(n):
        raise TypeError(
            f"randperm(): argument 'n' (position 1) must be int, not {type_name(type(n))}"
        )
    check_options("randperm", layout, device, pin_memory, requires_grad)
    engine = engine_of("randperm", generator)
    d = dtype_or("randperm", dtype, dtypes.int64) if out is None else out.dtype

    def make(size: tuple[int, ...]) -> Any:
        rows = [kernels.randperm(engine, int(n), d.numpy) for _ in range(math.prod(size[:-1]))]
        return rows[0] if len(size) == 1 else np.stack(rows).reshape(size)

    if out is not None:
        return into("randperm", out, make((n,)))
    return drawn.drawn(make, (n,), requires_grad)


# -- like another tensor -----------------------------------------------------------------------


def draw_like(
    name: str,
    input: Any,
    draw: Draw,
    parameters: tuple[Any, ...],
    generator: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
    memory_format: Any,
) -> Any:
    """A draw in a tensor like `input`, in the order of its memory."""
    target = empty_array_like(
        name, input, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    engine = engine_of(name, generator)

    def make(size: tuple[int, ...]) -> Any:
        array = target if size == target.shape else np.empty(size, target.dtype)
        kernels.fill(engine, array, draw, *parameters)
        return array

    return drawn.drawn(make, target.shape, requires_grad)


@public("torch")
def rand_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    pin_memory: bool = False,
) -> Any:
    """Numbers drawn uniformly from [0, 1) in a tensor of the shape and dtype of `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.rand_like(torch.ones(2, 3)).shape
        torch.Size([2, 3])
    """
    return draw_like(
        "rand_like",
        input,
        kernels.uniform,
        (0.0, 1.0),
        generator,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
        memory_format,
    )


@public("torch")
def randn_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    pin_memory: bool = False,
) -> Any:
    """Standard normal numbers in a tensor of the shape and dtype of `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.randn_like(torch.ones(2, 3)).shape
        torch.Size([2, 3])
    """
    return draw_like(
        "randn_like",
        input,
        kernels.normal,
        (0.0, 1.0),
        generator,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
        memory_format,
    )


@public("torch")
def randint_like(
    input: Any,
    *args: Any,
    low: Any = 0,
    high: Any = None,
    generator: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    pin_memory: bool = False,
) -> Any:
    """Integers from `low` (0) to before `high` in a tensor like `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.randint_like(torch.ones(2), 1)
        tensor([0., 0.])
    """
    bounds = [*args, high] if len(args) == 1 and high is not None else [*args]
    first, last = (low, bounds[0] if bounds else high) if len(bounds) < 2 else bounds
    if isinstance(last, TensorBase):
        last = last.item()
    return draw_like(
        "randint_like",
        input,
        kernels.integers,
        (int(first), int(last)),
        generator,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
        memory_format,
    )


# -- with tensors of parameters ------------------------------------------------------------------


@public("torch", out=True)
def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Any = None, **options: Any
) -> Any:
    """Normal numbers: `mean` and `std` are tensors or numbers; two numbers need a `size`.

    Raises:
        RuntimeError: for a negative `std`, or tensors that do not broadcast.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.normal(torch.tensor([0.0, 100.0]), 1.0)
        tensor([ 1.5410, 99.7066])
    """
    tensors = isinstance(mean, TensorBase), isinstance(std, TensorBase)
    engine = engine_of("normal", generator)
    if size is not None and not any(tensors):
        return normal_of_size(float(mean), float(std), size, generator, **options)
    if all(tensors):
        return operations.normal_of_both(drawn.per_sample(mean), std, engine)
    if tensors[0]:
        return operations.normal_of_mean(drawn.per_sample(mean), float(std), engine)
    if tensors[1]:
        return operations.normal_of_std(drawn.per_sample(std), float(mean), engine)
    raise no_form("normal", (mean, std), {"size": size})


def normal_of_size(
    mean: float,
    std: float,
    size: Any,
    generator: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    return new_draw(
        "normal",
        sequence_of_sizes("normal", size),
        kernels.normal,
        (mean, std),
        generator,
        None,
        dtype,
        dtypes.get_default_dtype(),
        layout,
        device,
        pin_memory,
        requires_grad,
    )


@public("torch Tensor")
def bernoulli(input: Any, p: Any = None, *, generator: Any = None, out: Any = None) -> Any:
    """Ones with the probabilities in `input` (or all with probability `p`), zeros else.

    Example:
        >>> import rushlight as torch
        >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
        tensor([0., 1.])
    """
    as_tensor_argument("bernoulli", "input", 1, input)
    engine = engine_of("bernoulli", generator)
    input = drawn.per_sample(input)
    if out is not None:
        drawn_ones = out.new_empty(input.shape)
        drawn_ones.bernoulli_(input if p is None else p, generator=generator)
        return into("bernoulli", out, drawn_ones.array)
    if p is None:
        return operations.bernoulli_each(input, engine)
    return operations.bernoulli_like(input, float(p), engine)


@public("torch Tensor")
def multinomial(
    input: Any,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Any = None,
    out: Any = None,
) -> Any:
    """Indices drawn by the weights in each row of `input`.

    Raises:
        RuntimeError: for weights that are negative or all zero, and, without `replacement`, for
            more samples than weights.

    Example:
        >>> import rushlight as torch
        >>> torch.multinomial(torch.tensor([0.0, 1.0]), 2, replacement=True)
        tensor([1, 1])
    """
    as_tensor_argument("multinomial", "input", 1, input)
    input = drawn.per_sample(input)
    if out is not None and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.scalar_type}")
    engine = engine_of("multinomial", generator)
    found = operations.multinomial_rows(input, int(num_samples), bool(replacement), engine)
    return found if out is None else into("multinomial", out, found.array)


@public("torch")
def poisson(input: Any, generator: Any = None) -> Any:
    """A count for each expectation in `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.poisson(torch.zeros(2))
        tensor([0., 0.])
    """
    as_tensor_argument("poisson", "input", 1, input)
    input = drawn.per_sample(input)
    return operations.poisson_each(input, engine_of("poisson", generator))
