"""Tensors from data: Python numbers and sequences, NumPy arrays, buffers, other tensors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from rushlight.kernels import dtypes, memory_layout, strides
from rushlight.kernels.metadata import type_name
from rushlight.ops import publish
from rushlight.tape.core import TensorBase
from rushlight.tensor import once
from rushlight.tensor.nested import array_of
from rushlight.tensor.numbers import element, number_argument
from rushlight.tensor.options import (
    argument_type,
    check_options,
    dtype_or,
    factory,
    fresh,
    refuse_grad,
)
from rushlight.tensor.tensor import recording

NEGATIVE_STRIDES = (
    "At least one stride in the given numpy array is negative, and tensors with negative strides "
    "are not currently supported. (You can probably work around this by making a copy of your "
    "array  with array.copy().) "
)
ODD_STRIDES = (
    "given numpy array strides not a multiple of the element byte size. Copy the numpy array to "
    "reallocate the memory."
)
READ_ONLY = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
    "This means writing to this tensor will result in undefined behavior. You may want to copy the "
    "array to protect its data or make it writable before converting it to a tensor. This type of "
    "warning will be suppressed for the rest of this program."
)
READ_ONLY_BUFFER = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This "
    "means you can write to the underlying (supposedly non-writable) buffer using the tensor. You "
    "may want to copy the buffer to protect its data or make it writable before converting it to a "
    "tensor. This type of warning will be suppressed for the rest of this program."
)
KEEPS_GRAD = (
    "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. "
    "Pass requires_grad=False explicitly to get the old behavior and silence this warning."
)
COPY_CONSTRUCT = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {0}(sourceTensor)."
)


@factory
def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    names: Any = None,
) -> Any:
    """A new tensor with a copy of `data`: numbers, nested sequences, a NumPy array, a tensor.

    The dtype is inferred where it is not given: bool, int64, the default dtype for floats, that of
    NumPy's arrays and scalars.

    Raises:
        ValueError: for sequences of unequal lengths.
        TypeError, RuntimeError: for what is no number, or does not fit `dtype`.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        tensor([[1., 2.],
                [3., 4.]])
    """
    if device is not None or pin_memory or type(requires_grad) is not bool:
        check_options("tensor", None, device, pin_memory, requires_grad)
    return copy_of("tensor", "torch.tensor", data, dtype_or("tensor", dtype, None), requires_grad)


def copy_of(name: str, shown: str, data: Any, d: Any, requires_grad: bool) -> Any:
    """A tensor of dtype `d` (None: the data's own) over memory of its own."""
    if isinstance(data, TensorBase):
        warnings.warn(COPY_CONSTRUCT.format(shown), UserWarning, stacklevel=4)
        data = data.detach()
        if data.array is None:
            return data.clone() if d is None else data.to(d, copy=True)
        array = memory_layout.copied(data.array, d and d.numpy)
    elif isinstance(data, np.ndarray):
        check_array(data)
        array = memory_layout.copied(np.asarray(data), d and d.numpy)
    else:
        array = array_of(data, d)
    return fresh(array, requires_grad)


def check_array(array: np.ndarray[Any, Any]) -> dtypes.dtype:
    """The dtype of an array that a tensor can hold as it is.

    Raises:
        ValueError: for strides that are negative or odd, or another byte order.
        TypeError: for elements that no tensor holds.
    """
    item = array.itemsize
    for s in array.strides:
        if s < 0:
            raise ValueError(NEGATIVE_STRIDES)
        if item and s % item:
            raise ValueError(ODD_STRIDES)
    return dtypes.of(array.dtype)


def from_numpy(ndarray: np.ndarray[Any, Any], /) -> Any:
    """The tensor over a NumPy array's own memory: writing to one changes the other.

    Raises:
        TypeError: for what is no array, or one whose elements no tensor holds.
        ValueError: for negative strides or another byte order.

    Example:
        >>> import numpy, rushlight as torch
        >>> a = numpy.zeros(2)
        >>> t = torch.from_numpy(a)
        >>> a[0] = 5
        >>> t
        tensor([5., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(type(ndarray))})")
    check_array(ndarray)
    if not ndarray.flags.writeable:
        once.warn(READ_ONLY)
    if ndarray.base is not None and strides.offset(ndarray):
        return fresh(borrowed(ndarray, ndarray.flags.writeable))
    return fresh(ndarray.view(np.ndarray))


class Memory:
    """The memory from an array's first element on, for NumPy to make an array of its own over."""

    def __init__(self, array: Any, frozen: bool) -> None:
        self.array = array
        described = array.__array_interface__
        self.__array_interface__ = {**described, "data": (described["data"][0], frozen)}


def borrowed(array: Any, writable: bool) -> Any:
    """An array like `array` whose storage begins at its first element."""
    return np.asarray(Memory(array, not writable)).view(array.dtype)


publish.enter("torch", "from_numpy", from_numpy)


@factory
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """`data` as a tensor, sharing its memory (and its graph, if it is a tensor) where that is
    possible.

    Example:
        >>> import rushlight as torch
        >>> t = torch.ones(2)
        >>> torch.as_tensor(t) is t
        True
    """
    check_options("as_tensor", None, device)
    d = dtype_or("as_tensor", dtype, None)
    if isinstance(data, np.ndarray):
        data = from_numpy(data)
    if isinstance(data, TensorBase):
        return data if d is None or d is data.dtype else data.to(d)
    return fresh(array_of(data, d))


@publish.public("Tensor")
def new_tensor(
    self: Any,
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    layout: Any = None,
    pin_memory: bool = False,
) -> Any:
    """A new tensor with a copy of `data`, in this tensor's dtype unless told otherwise.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(1).new_tensor([1, 2])
        tensor([1., 2.])
    """
    check_options("new_tensor", layout, device, pin_memory, requires_grad)
    d = dtype_or("new_tensor", dtype, None)
    if d is None and not isinstance(data, TensorBase):
        d = self.dtype
    return copy_of("new_tensor", "tensor.new_tensor", data, d, requires_grad)


@factory
def scalar_tensor(
    s: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A 0-d tensor of a number, in the default dtype.

    Example:
        >>> import rushlight as torch
        >>> torch.scalar_tensor(3)
        tensor(3.)
    """
    check_options("scalar_tensor", layout, device, pin_memory, requires_grad)
    number = number_argument("scalar_tensor", "s", 1, s)
    default = dtypes.get_default_dtype()
    if isinstance(number, complex):
        default = default.to_complex()
    d = dtype_or("scalar_tensor", dtype, default)
    return fresh(np.array(element(number, d)), requires_grad)


@factory
def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Any:
    """A tensor of any kind of data, sharing memory if `copy` does not forbid it.

    `copy=False` insists on sharing. Bytes are read as elements of `dtype`.

    Raises:
        ValueError: where memory cannot be shared although `copy` is False.

    Example:
        >>> import rushlight as torch
        >>> torch.asarray([1, 2])
        tensor([1, 2])
    """
    check_options("asarray", None, device)
    d = dtype_or("asarray", dtype, None)
    t = shared(obj, d)
    if t is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return fresh(array_of(obj, d), bool(requires_grad))
    if requires_grad is None:
        requires_grad = t.requires_grad
        if requires_grad:
            once.warn(KEEPS_GRAD)
    if d is not None and d is not t.dtype:
        if copy is False:
            raise ValueError(
                f"can't alias tensor with dtype '{t.dtype.scalar_type}' into dtype "
                f"'{d.scalar_type}'."
            )
        t = t.to(d)
    elif copy:
        t = t.clone()
    return wanting(t, requires_grad)


def wanting(t: Any, requires_grad: bool) -> Any:
    """`t` with the flag set; a computed tensor that is to have none is detached."""
    if requires_grad == t.requires_grad:
        return t
    if requires_grad and t.dtype.category < dtypes.FLOAT:
        refuse_grad(t.dtype)
    return recording(t, requires_grad) if t.is_leaf else t.detach()


def shared(obj: Any, d: Any) -> Any:
    """A tensor over the memory of an object that has memory to share, else None."""
    if isinstance(obj, TensorBase):
        return obj
    if isinstance(obj, (np.ndarray, np.generic)):
        return from_numpy(np.asarray(obj))
    if hasattr(obj, "__dlpack__"):
        return from_numpy(np.from_dlpack(obj))
    try:
        memoryview(obj)
    except TypeError:
        return None
    return frombuffer(obj, dtype=d or dtypes.get_default_dtype())


@factory
def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Any:
    """A 1-d tensor over the memory of an object with a buffer (bytearray, mmap, array.array).

    `count` elements of `dtype` are taken (-1: all) after `offset` bytes.

    Raises:
        ValueError: if the buffer is no buffer, or too short.

    Example:
        >>> import rushlight as torch
        >>> torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8)
        tensor([97, 98, 99], dtype=torch.uint8)
    """
    d = dtype_or("frombuffer", dtype, None)
    if d is None:
        raise argument_type("frombuffer", "dtype", "torch.dtype", dtype)
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    count = checked_count(view.nbytes, count, offset, d.itemsize)
    if view.readonly:
        once.warn(READ_ONLY_BUFFER)
    return fresh(np.frombuffer(view, d.numpy, count, offset), requires_grad)


def checked_count(length: int, count: int, offset: int, item: int) -> int:
    """How many elements to take from a buffer of `length` bytes."""
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer "
            f"length ({length} bytes) minus 1"
        )
    rest = length - offset
    if count < 0:
        if rest % item:
            raise ValueError(
                f"buffer length ({rest} bytes) after offset ({offset} bytes) must be "
                f"a multiple of element size ({item})"
            )
        return rest // item
    if count * item > rest:
        raise ValueError(
            f"requested buffer length ({count} * {item} bytes) after offset ({offset} bytes) must "
            f"not be greater than actual buffer length ({length} bytes)"
        )
    return count
