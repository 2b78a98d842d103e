"""Tensors of another dtype: `to`, `type`, `float`, `double` and their like.

A conversion that changes nothing returns the tensor itself; any other is one `ToCopyBackward0`
node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.kernels import dtypes, memory_layout, metadata
from rushlight.kernels.metadata import contiguous_format, preserve_format
from rushlight.ops.copies import CHANNELS_LAST, is_contiguous
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import enter, public
from rushlight.tape.core import TensorBase
from rushlight.tape.errors import tensor_type_name
from rushlight.tensor import once
from rushlight.tensor.forms import no_form
from rushlight.tensor.legacy import LEGACY, tensortype
from rushlight.tensor.options import check_device, refuse_device

LOSES_IMAGINARY = "Casting complex values to real discards the imaginary part"


class to_copy(Operation):
    """A copy in `dtype`, laid out as `memory_format` says."""

    places = None
    linear = True

    def forward(x: Any, dtype: Any, memory_format: Any) -> Any:
        return memory_layout.copied(x, dtype.numpy, memory_format)

    def vjp_x(g: Any, x_dtype: Any) -> Any:
        return g if x_dtype is g.dtype else to_copy.run((g,), (x_dtype, preserve_format))

    def lift(size: Any, ndim: Any, dtype: Any, memory_format: Any) -> Any:
        return dtype, contiguous_format if memory_format in CHANNELS_LAST else memory_format


def converted(t: Any, dtype: dtypes.dtype, copy: bool = False, memory_format: Any = None) -> Any:
    """`t` in `dtype`: itself if nothing changes and no copy is asked for."""
    if dtype is t.dtype and not copy and fits_format(t, memory_format):
        return t
    if t.dtype.is_complex and dtype.category < dtypes.COMPLEX and dtype is not dtypes.bool:
        once.warn(LOSES_IMAGINARY)
    return to_copy.run((t,), (dtype, memory_format or preserve_format))


def fits_format(t: Any, memory_format: Any) -> bool:
    """Does the tensor lie in memory as a conversion asks?"""
    if memory_format is None or memory_format is preserve_format:
        return True
    if memory_format is contiguous_format:
        return is_contiguous(t) or not any(
            is_contiguous(t, f) for f in (metadata.channels_last, metadata.channels_last_3d)
        )
    return is_contiguous(t, memory_format)


@public("Tensor")
def to(self: Any, *args: Any, **kwargs: Any) -> Any:
    """This tensor in another dtype: `to(dtype)`, `to(device, dtype)` or `to(other)`.

    Further arguments are `non_blocking`, `copy` (make a copy even if nothing changes) and
    `memory_format`.

    Raises:
        TypeError: for arguments that fit none of the forms.
        AssertionError: for a CUDA device.

    Example:
        >>> import rushlight as torch
        >>> torch.arange(3).to(torch.float64)
        tensor([0., 1., 2.], dtype=torch.float64)
    """
    if len(args) == 1 and not kwargs and type(args[0]) is dtypes.dtype:
        return converted(self, args[0])
    memory_format = kwargs.pop("memory_format", None)
    device, dtype, copy = to_arguments(args, kwargs)
    if device is not None:
        check_device("to", device)
    return converted(self, self.dtype if dtype is None else dtype, bool(copy), memory_format)


def to_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
    """(device, dtype, copy) of any of the forms of `to`."""
    first = args[0] if args else None
    if isinstance(first, TensorBase):
        names: tuple[str, ...] = ("tensor", "non_blocking", "copy")
    elif type(first) is dtypes.dtype or first in (float, int, bool, complex):
        names = ("dtype", "non_blocking", "copy")
    else:
        names = ("device", "dtype", "non_blocking", "copy")
    found = dict(zip(names, args, strict=False))
    if len(args) > len(names) or found.keys() & kwargs.keys() or kwargs.keys() - set(names):
        raise no_form("to", args, kwargs)
    found |= kwargs
    if "tensor" in found:
        return None, as_tensor_argument("to", "tensor", 1, found["tensor"]).dtype, found.get("copy")
    device, dtype = found.get("device"), found.get("dtype")
    if device is not None and not isinstance(device, (str, int, metadata.device)):
        raise no_form("to", args, kwargs)
    return device, None if dtype is None else dtypes.as_dtype(dtype, "to()"), found.get("copy")


@public("Tensor", name="type")
def type_(self: Any, dtype: Any = None, non_blocking: bool = False, **kwargs: Any) -> Any:
    """The name of the tensor's type, or the tensor converted to a type.

    The type is a dtype, a name as 'torch.DoubleTensor' or a class as `torch.DoubleTensor`.

    Raises:
        ValueError: for a name of no type.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2).type()
        'torch.FloatTensor'
        >>> torch.ones(2).type(torch.int64)
        tensor([1, 1])
    """
    if dtype is None:
        return tensor_type_name(self.dtype)
    return converted(self, dtype_of_type(dtype))


def dtype_of_type(wanted: Any) -> dtypes.dtype:
    """The dtype meant by the argument of `type`."""
    if isinstance(wanted, dtypes.dtype):
        return wanted
    if isinstance(wanted, tensortype):
        return wanted.dtype
    if not isinstance(wanted, (str, type)):
        raise TypeError("dtype must be a type, str, or dtype object")
    name = wanted if isinstance(wanted, str) else wanted.__name__
    if name.startswith("torch.cuda."):
        refuse_device("cuda")
    for d, legacy in LEGACY.items():
        if name == legacy:
            return d
    if name in ("torch.Tensor", "Tensor"):
        return dtypes.get_default_dtype()
    raise ValueError(f"invalid type: '{name}'")


@public("Tensor")
def type_as(self: Any, other: Any) -> Any:
    """This tensor in the dtype of `other`."""
    return converted(self, as_tensor_argument("type_as", "other", 1, other).dtype)


# -- one method per dtype ------------------------------------------------------------------------


def conversion(name: str, dtype: dtypes.dtype) -> Callable[..., Any]:
    """The method that converts to one dtype."""

    def method(self: Any, memory_format: Any = preserve_format) -> Any:
        return converted(self, dtype, memory_format=memory_format)

    method.__name__ = name
    method.__doc__ = f"This tensor as {dtype}; itself if it is that already."
    return public("Tensor")(method)


for _name, _dtype in {
    "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16,
    "bfloat16": dtypes.bfloat16, "int": dtypes.int32, "long": dtypes.int64,
    "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool,
    "cfloat": dtypes.complex64, "cdouble": dtypes.complex128, "chalf": dtypes.complex32,
}.items():  # fmt: skip
    conversion(_name, _dtype)


# -- devices ---------------------------------------------------------------------------------


@public("Tensor")
def cpu(self: Any, memory_format: Any = preserve_format) -> Any:
    """This tensor on the CPU, where it is already."""
    return converted(self, self.dtype, memory_format=memory_format)


def absent_device(name: str) -> Callable[..., Any]:
    """The method that moves a tensor to a device that is not there."""

    def method(self: Any, device: Any = None, non_blocking: bool = False, **kwargs: Any) -> Any:
        refuse_device(name)

    method.__name__ = name
    method.__doc__ = f"Refused: there is no {name} device."
    return public("Tensor")(method)


absent_device("cuda")
absent_device("xpu")


# -- names and questions ---------------------------------------------------------------------


@public("Tensor torch")
def is_floating_point(input: Any) -> bool:
    """Is the dtype a floating-point one?"""
    return as_tensor_argument("is_floating_point", "input", 1, input).dtype.is_floating_point


@public("Tensor torch")
def is_complex(input: Any) -> bool:
    """Is the dtype a complex one?"""
    return as_tensor_argument("is_complex", "input", 1, input).dtype.is_complex


@public("Tensor torch")
def is_signed(input: Any) -> bool:
    """Does the dtype have negative numbers?"""
    return as_tensor_argument("is_signed", "input", 1, input).dtype.is_signed


enter("Tensor", "itemsize", property(lambda self: self.dtype.itemsize))
enter("Tensor", "nbytes", property(lambda self: self.numel() * self.dtype.itemsize))


@public("Tensor")
def element_size(self: Any) -> int:
    """Bytes of one element."""
    return int(self.dtype.itemsize)
