"""Tensors leaving for Python and NumPy: numbers, lists, arrays, truth values."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import enter, public
from rushlight.tape import core, errors
from rushlight.tape.batching import BatchBox
from rushlight.tape.core import state, wants
from rushlight.tensor import once

NO_STORAGE = "Cannot access data pointer of Tensor that doesn't have storage"
VMAP_ITEM = (
    "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling "
    ".item() on a Tensor, please try to rewrite what you're doing with other operations. If error "
    "is occurring somewhere inside PyTorch internals, please file a bug report."
)
VMAP_CONTROL_FLOW = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We "
    "don't support that yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
)
GRAD_NUMPY = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
GRAD_SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)
ONE_ELEMENT = "only one element tensors can be converted to Python scalars"
INDEX = "only integer tensors of a single element can be converted to an index"


def array_inside(t: Any, refusal: str) -> Any:
    """The array of a tensor, also of one that a transform has boxed.

    Raises:
        RuntimeError: `refusal`, where it stands for a whole batch, which is not to be split.
    """
    if t.array is not None:
        return t.array
    if not isinstance(t.box, BatchBox):
        return array_inside(t.box.value, refusal)
    if t.box.owner.split is None:
        raise RuntimeError(asked_of_all(t.box, refusal))
    return t.box.agreed(array_inside(t.box.value, refusal))


def asked_of_all(batch: Any, refusal: str) -> str:
    """PyTorch's sentence; then the value of each sample, and which line asked for one of them."""
    where = errors.place(core.user_code(), core.user_lasti())
    return errors.extend(
        refusal,
        f"There is a value for each of {batch.size} samples: {batch.value.detach()!r}"
        + (f", at {where}" if where else ""),
    )


def number(array: Any) -> Any:
    """The one element of an array as a Python number."""
    x = array.item()
    return x if isinstance(x, (bool, int, float, complex)) else float(x)


@public("Tensor")
def item(self: Any) -> Any:
    """The value of a tensor of one element as a Python number.

    Raises:
        RuntimeError: for any other number of elements.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([2.5]).item()
        2.5
    """
    array = self.array if self.array is not None else array_inside(self, VMAP_ITEM)
    if array.size != 1:
        raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    return number(array)


@public("Tensor")
def tolist(self: Any) -> Any:
    """The values as nested lists of Python numbers; of a 0-d tensor, one number.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[1, 2], [3, 4]]).tolist()
        [[1, 2], [3, 4]]
    """
    array = array_inside(self, NO_STORAGE)
    if array.dtype.kind not in "?biufc":  # bfloat16, whose elements would stay its own scalars
        array = array.astype(np.float64)
    return array.tolist()


@public("Tensor")
def numpy(self: Any, *, force: bool = False) -> Any:
    """The values as a NumPy array over the same memory.

    With `force`, also of a tensor that requires grad.

    Raises:
        RuntimeError: for a tensor that requires grad.
        TypeError: for bfloat16, which NumPy does not have.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2).numpy()
        array([1., 1.], dtype=float32)
    """
    if wants(self) and not force and state().grad:
        raise RuntimeError(errors.advised(GRAD_NUMPY, "to_numpy", self))
    array = self.array
    if array is None and not self.box.owner.transform:
        array = self.box.value.array
    if array is None:
        raise RuntimeError(NO_STORAGE)
    if array.dtype.kind == "V" or array.dtype.num >= 256:
        raise TypeError(f"Got unsupported ScalarType {self.dtype.scalar_type}")
    return array.view()


def as_numpy(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    """What `numpy.asarray(tensor)` gives: the same memory, or a copy in another dtype."""
    array = self.numpy()
    if dtype is not None and np.dtype(dtype) != array.dtype:
        if copy is False:
            raise ValueError("Unable to avoid copy while creating an array as requested.")
        return array.astype(dtype)
    return array.copy("K") if copy else array


def truth(self: Any) -> bool:
    """Is the one element not zero?

    Raises:
        RuntimeError: for no element, or several.
    """
    array = self.array if self.array is not None else array_inside(self, VMAP_CONTROL_FLOW)
    if array.size != 1:
        many = "more than one value" if array.size else "no values"
        raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")
    return bool(array.item())


@public("Tensor torch")
def is_nonzero(input: Any) -> bool:
    """Is the one element not zero?"""
    return truth(as_tensor_argument("is_nonzero", "input", 1, input))


def single(self: Any) -> Any:
    """The one element, for Python's conversions."""
    array = array_inside(self, VMAP_ITEM)
    if array.size != 1:
        raise ValueError(ONE_ELEMENT)
    return number(array)


def as_int(self: Any) -> int:
    """The one element as an int, its fraction cut off."""
    x = single(self)
    return int(real(x, "int64_t"))


def as_float(self: Any) -> float:
    """The one element as a float."""
    if wants(self) and state().grad:
        once.warn(GRAD_SCALAR)
    x = single(self)
    return float(real(x, "double"))


def as_complex(self: Any) -> complex:
    """The one element as a complex number."""
    return complex(single(self))


def real(x: Any, wanted: str) -> Any:
    """A number that must have no imaginary part."""
    if not isinstance(x, complex):
        return x
    if x.imag:
        raise RuntimeError(f"value cannot be converted to type {wanted} without overflow")
    return x.real


def as_index(self: Any) -> int:
    """The one element of an integer tensor, where Python wants an index."""
    if self.dtype.category >= dtypes.FLOAT or self.numel() != 1:
        raise TypeError(INDEX)
    return operator.index(array_inside(self, VMAP_ITEM).item())


for _name, _function in {
    "__array__": as_numpy, "__bool__": truth, "__nonzero__": truth, "__int__": as_int,
    "__long__": as_int, "__float__": as_float, "__complex__": as_complex, "__index__": as_index,
}.items():  # fmt: skip
    enter("Tensor", _name, _function)
