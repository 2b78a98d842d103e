"""Tensors of a given shape: filled, empty, like another one.

Every function takes PyTorch's options: `dtype`, `layout`, `device`, `pin_memory`, `requires_grad`,
and where it makes sense `memory_format` and `out`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels import dtypes, memory_layout
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape.batching import copied_for
from rushlight.tensor.numbers import dtype_of_number, element, number_argument
from rushlight.tensor.options import (
    allocated,
    check_format,
    check_options,
    dtype_or,
    factory,
    fresh,
    into,
    out_dtype,
    sequence_of_sizes,
    sizes,
)


def filled(
    name: str,
    make: Any,
    shape: tuple[int, ...],
    out: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
) -> Any:
    """The tensor of `make(shape, numpy_dtype)` with the options of a factory function."""
    check_options(name, layout, device, pin_memory, requires_grad)
    if out is not None:
        d = out_dtype(name, out, dtype)
        return into(name, out, allocated(make, shape, d.numpy, name=name))
    d = dtype_or(name, dtype, dtypes.get_default_dtype())
    return fresh(allocated(make, shape, d.numpy, name=name), requires_grad)


@factory
def zeros(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A tensor of zeros of the given size, which is separate ints or a sequence.

    Raises:
        RuntimeError: for a negative size, or one that no memory holds.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    shape = sizes("zeros", args, size)
    return filled("zeros", np.zeros, shape, out, dtype, layout, device, pin_memory, requires_grad)


@factory
def ones(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A tensor of ones of the given size, which is separate ints or a sequence.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2, dtype=torch.int64)
        tensor([1, 1])
    """
    shape = sizes("ones", args, size)
    return filled("ones", np.ones, shape, out, dtype, layout, device, pin_memory, requires_grad)


@factory
def empty(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: Any = None,
    names: Any = None,
) -> Any:
    """A tensor of the given size with whatever is in its memory.

    Example:
        >>> import rushlight as torch
        >>> torch.empty(2, 3).shape
        torch.Size([2, 3])
    """

    def make(shape: Any, np_dtype: Any) -> Any:
        return memory_layout.formatted(shape, np_dtype, memory_format)

    shape = sizes("empty", args, size)
    check_format("empty", memory_format)
    return filled(
        "empty",
        np.empty if memory_format is None else make,
        shape,
        out,
        dtype,
        layout,
        device,
        pin_memory,
        requires_grad,
    )


@factory
def full(
    size: Any,
    fill_value: Any,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    names: Any = None,
) -> Any:
    """A tensor of shape `size` with one number in every place; its dtype follows the number.

    Raises:
        RuntimeError: if `dtype` does not hold the number.

    Example:
        >>> import rushlight as torch
        >>> torch.full((2,), 1.5)
        tensor([1.5000, 1.5000])
    """
    shape = sequence_of_sizes("full", size)
    check_options("full", layout, device, pin_memory, requires_grad)
    value = number_argument("full", "fill_value", 2, fill_value)
    if out is not None:
        d = out_dtype("full", out, dtype)
        return into("full", out, constant(shape, value, d))
    d = dtype_or("full", dtype, None) or dtype_of_number(value)
    return fresh(constant(shape, value, d), requires_grad)


def constant(shape: tuple[int, ...], value: Any, d: dtypes.dtype) -> Any:
    """An array with one number in every place."""
    return allocated(np.full, shape, element(value, d), d.numpy)


# -- like another tensor -----------------------------------------------------------------------


def empty_array_like(
    name: str,
    input: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
    memory_format: Any,
) -> Any:
    """The array for a tensor like `input`, not yet filled."""
    as_tensor_argument(name, "input", 1, input)
    check_options(name, layout, device, pin_memory, requires_grad)
    check_format(name, memory_format)
    d = dtype_or(name, dtype, None) or input.dtype
    if input.array is None:  # inside a transform only the shape is known
        return memory_layout.formatted(tuple(input.shape), d.numpy, None)
    return memory_layout.empty_like(input.array, d.numpy, memory_format)


@public("torch")
def empty_like(
    input: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    pin_memory: bool = False,
) -> Any:
    """An uninitialised tensor of the shape, dtype and order of dims of `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.empty_like(torch.ones(2, 3).T).stride()
        (1, 3)
    """
    array = empty_array_like(
        "empty_like", input, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    made = fresh(array, requires_grad)
    return made if input.array is not None else copied_for(made, input)


def constant_like(
    name: str,
    input: Any,
    value: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
    memory_format: Any,
) -> Any:
    array = empty_array_like(
        name, input, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    array.fill(value if value == 0 or value == 1 else element(value, dtypes.of(array.dtype)))
    made = fresh(array, requires_grad)
    return made if input.array is not None else copied_for(made, input)


@public("torch")
def zeros_like(
    input: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: bool = False,
) -> Any:
    """A tensor of zeros of the shape, dtype and order of dims of `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros_like(torch.arange(3))
        tensor([0, 0, 0])
    """
    made = constant_like(
        "zeros_like", input, 0, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    return made if out is None else into("zeros_like", out, made.array)


@public("torch")
def ones_like(
    input: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: bool = False,
) -> Any:
    """A tensor of ones of the shape, dtype and order of dims of `input`.

    Example:
        >>> import rushlight as torch
        >>> torch.ones_like(torch.zeros(2))
        tensor([1., 1.])
    """
    made = constant_like(
        "ones_like", input, 1, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    return made if out is None else into("ones_like", out, made.array)


@public("torch")
def full_like(
    input: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: bool = False,
) -> Any:
    """A tensor of the shape, dtype and order of dims of `input` with one number everywhere.

    Example:
        >>> import rushlight as torch
        >>> torch.full_like(torch.zeros(2), 7)
        tensor([7., 7.])
    """
    value = number_argument("full_like", "fill_value", 2, fill_value)
    made = constant_like(
        "full_like", input, value, dtype, layout, device, pin_memory, requires_grad, memory_format
    )
    return made if out is None else into("full_like", out, made.array)


# -- new_*: the dtype of another tensor --------------------------------------------------------


def new_filled(
    name: str,
    make: Any,
    self: Any,
    args: tuple[Any, ...],
    size: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: Any,
    requires_grad: Any,
) -> Any:
    shape = sizes(name, args, size)
    check_options(name, layout, device, pin_memory, requires_grad)
    d = dtype_or(name, dtype, None) or self.dtype
    return fresh(allocated(make, shape, d.numpy), requires_grad)


@public("Tensor")
def new_zeros(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Zeros of the given size in this tensor's dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(3).new_zeros(2)
        tensor([0, 0])
    """
    return new_filled(
        "new_zeros", np.zeros, self, args, size, dtype, layout, device, pin_memory, requires_grad
    )


@public("Tensor")
def new_ones(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Ones of the given size in this tensor's dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(3).new_ones((1, 2))
        tensor([[1, 1]])
    """
    return new_filled(
        "new_ones", np.ones, self, args, size, dtype, layout, device, pin_memory, requires_grad
    )


@public("Tensor")
def new_empty(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """An uninitialised tensor of the given size in this tensor's dtype."""
    return new_filled(
        "new_empty", np.empty, self, args, size, dtype, layout, device, pin_memory, requires_grad
    )


@public("Tensor")
def new_full(
    self: Any,
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A tensor of shape `size` with one number everywhere, in this tensor's dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(3).new_full((2,), 7)
        tensor([7, 7])
    """
    shape = sequence_of_sizes("new_full", size)
    check_options("new_full", layout, device, pin_memory, requires_grad)
    value = number_argument("new_full", "fill_value", 2, fill_value)
    d = dtype_or("new_full", dtype, None) or self.dtype
    return fresh(constant(shape, value, d), requires_grad)


# -- chosen strides ----------------------------------------------------------------------------


@factory
def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """An uninitialised tensor with the given size and strides (counted in elements).

    Example:
        >>> import rushlight as torch
        >>> torch.empty_strided((2, 3), (1, 2)).stride()
        (1, 2)
    """
    check_options("empty_strided", layout, device, pin_memory, requires_grad)
    d = dtype_or("empty_strided", dtype, dtypes.get_default_dtype())
    shape, stride = sequence_of_sizes("empty_strided", size), tuple(int(s) for s in stride)
    return fresh(memory_layout.strided(shape, stride, d.numpy), requires_grad)


@public("Tensor")
def new_empty_strided(
    self: Any,
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """An uninitialised tensor with the given size and strides, in this tensor's dtype."""
    return empty_strided(
        size,
        stride,
        dtype=dtype or self.dtype,
        layout=layout,
        device=device,
        requires_grad=requires_grad,
        pin_memory=pin_memory,
    )


@factory
def empty_permuted(
    size: Any,
    physical_layout: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """An uninitialised dense tensor whose dims lie in memory in the order `physical_layout`.

    Raises:
        RuntimeError: if `physical_layout` is no permutation of the dims.

    Example:
        >>> import rushlight as torch
        >>> torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
        (3, 1, 6)
    """
    check_options("empty_permuted", layout, device, pin_memory, requires_grad)
    shape, order = sequence_of_sizes("empty_permuted", size), tuple(physical_layout)
    check_permutation(len(shape), order)
    d = dtype_or("empty_permuted", dtype, dtypes.get_default_dtype())
    return fresh(memory_layout.permuted(shape, order, d.numpy), requires_grad)


def check_permutation(ndim: int, order: tuple[int, ...]) -> None:
    if len(order) != ndim:
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. "
            f"len(size) = {ndim} is not equal to len(physical_layout) = {len(order)}"
        )
    for d in order:
        if not 0 <= d < ndim:
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {ndim - 1}, but got {d} at "
                f"index {order.index(d)}).  NB: negative dims not currently supported; file an "
                "issue if you want it."
            )
        if order.count(d) > 1:
            raise RuntimeError("Duplicate dim not allowed")
