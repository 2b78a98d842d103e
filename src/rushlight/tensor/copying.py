"""Tensors copied, pickled, made into subclasses, and exchanged with other libraries."""

from __future__ import annotations

import copy
import enum
import warnings
from collections import OrderedDict
from typing import Any, NoReturn

import numpy as np

from rushlight.kernels import memory_layout, strides
from rushlight.ops.copies import alias
from rushlight.ops.publish import enter, public
from rushlight.tape import core, errors
from rushlight.tape.core import TensorBase, wants
from rushlight.tensor.from_data import borrowed, from_numpy
from rushlight.tensor.legacy import new_tensor_of
from rushlight.tensor.options import fresh
from rushlight.tensor.storage import array_of
from rushlight.tensor.tensor import recording

ONLY_LEAVES = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
)
NO_SUBCLASS = (
    "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. "
    "Make sure your class inherits from Tensor."
)
HOOKS_LOST = (
    "backward hook {0!r} on tensor will not be serialized.  If this is expected, you can decorate "
    "the function with @torch.utils.hooks.unserializable_hook to suppress this warning"
)


# -- subclasses --------------------------------------------------------------------------------


@public("Tensor")
def as_subclass(self: Any, cls: type) -> Any:
    """This tensor as an instance of a subclass of Tensor: the same memory and history.

    Raises:
        TypeError: for a class that does not inherit from Tensor.
    """
    if not (isinstance(cls, type) and issubclass(cls, TensorBase)):
        raise TypeError(NO_SUBCLASS)
    return core.new_of(cls, alias.run((self,), ()))


def make_subclass(cls: type, data: Any, require_grad: bool = False, **options: Any) -> Any:
    """An instance of `cls` over the memory of `data`, outside its graph."""
    if not isinstance(data, TensorBase):
        raise TypeError(
            "_make_subclass(): argument 'data' (position 2) must be Tensor, not "
            f"{type(data).__name__}"
        )
    out = core.new_of(cls, data.detach())
    recording(out, require_grad)
    return out


enter("Tensor", "__new__", staticmethod(new_tensor_of))
enter("Tensor", "_make_subclass", staticmethod(make_subclass))


# -- copies ------------------------------------------------------------------------------------


def deep_copy(self: Any, memo: dict[int, Any]) -> Any:
    """A leaf like this one over memory of its own; tensors that share memory still do.

    Raises:
        RuntimeError: for a computed tensor.
    """
    if not self.is_leaf:
        raise RuntimeError(errors.advised(ONLY_LEAVES, "copied", self))
    if id(self) in memo:
        return memo[id(self)]
    made = core.new_of(type(self), fresh(duplicate(array_of(self), memo)))
    recording(made, self.requires_grad)
    memo[id(self)] = made
    if self.kept_grad is not None:
        made.kept_grad = deep_copy(self.kept_grad, memo)
    made.__dict__.update(copy.deepcopy(core.attributes(self), memo))
    return made


def duplicate(array: Any, memo: dict[int, Any]) -> Any:
    """A copy of an array: a view of the copy of the memory that it is a view of."""
    owner = strides.root(array)
    if not memory_layout.is_dense(owner.shape, owner.strides, owner.itemsize):
        return memory_layout.copied(array)
    if id(owner) not in memo:
        memo[id(owner)] = memory_layout.copied(owner)
    twin = memo[id(owner)]
    if owner is array:
        return twin
    memory = twin.transpose(memory_layout.order_of(twin.shape, twin.strides)).reshape(-1)
    whole = memory.view(np.uint8)[strides.offset(array) :]
    start = whole[: whole.size // array.itemsize * array.itemsize].view(array.dtype)
    return strides.restride(start, array.shape, array.strides)


def reduce(self: Any, protocol: int) -> Any:
    """What pickle and `copy.copy` keep of a tensor: values, layout, requires_grad, attributes."""
    warn_of_hooks(self)
    array = array_of(self)
    order = memory_layout.order_of(array.shape, array.strides)
    content = (array.transpose(order), order, self.requires_grad)
    cls = None if core.plain(self) else type(self)
    return rebuild, (cls, *content), core.attributes(self) or None


def rebuild(cls: type | None, array: Any, order: tuple[int, ...], requires_grad: bool) -> Any:
    """The tensor that `reduce` describes."""
    inverse = sorted(range(len(order)), key=order.__getitem__)
    made = fresh(array.transpose(inverse), requires_grad)
    return made if cls is None else core.new_of(cls, made)


def set_state(self: Any, state: Any) -> None:
    """Take over attributes, or (as old pickles have it) storage, offset, size and strides."""
    if isinstance(state, dict):
        self.__dict__.update(state)
        return
    self.set_(*state[:4])
    if len(state) > 4:
        recording(self, state[4])


def warn_of_hooks(self: Any, stacklevel: int = 4) -> None:
    """Hooks stay behind when a tensor is pickled."""
    for hook in (self._backward_hooks or {}).values():
        if not getattr(hook, "__torch_unserializable__", False):
            warnings.warn(HOOKS_LOST.format(hook), UserWarning, stacklevel=stacklevel)


def backward_hooks(self: Any) -> Any:
    """The hooks on this tensor's gradient by their keys; None if there are none."""
    held = self.hooks
    if self.grad_fn is not None:
        table = self.node.hooks_ and self.node.hooks_.outputs.get(self.nr)
        return None if table is None else OrderedDict(table)
    return OrderedDict(held.grad) if held is not None and held.grad else None


enter("Tensor", "__deepcopy__", deep_copy)
enter("Tensor", "__reduce_ex__", reduce)
enter("Tensor", "__setstate__", set_state)
enter("Tensor", "_backward_hooks", property(backward_hooks))


# -- values changed by Python functions ----------------------------------------------------------


@public("Tensor", name="apply_")
def apply_(self: Any, callable: Any) -> Any:
    """Replace every element by what `callable` makes of it; slow.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([1.0, 2.0]).apply_(lambda x: 10 * x)
        tensor([10., 20.])
    """
    refuse_recorded("apply_", self)
    array = array_of(self)
    array[...] = np.array([callable(x) for x in array.reshape(-1).tolist()], array.dtype).reshape(
        array.shape
    )
    core.note(self)
    return self


@public("Tensor", name="map_")
def map_(self: Any, other: Any, callable: Any) -> Any:
    """Replace every element by what `callable` makes of it and of that of another tensor; slow."""
    refuse_recorded("map_", self, other)
    array, second = array_of(self), array_of(other)
    if second.dtype != array.dtype:
        raise TypeError(f"map_: expected {self.type()} for 'other' (got {other.type()})")
    others = np.broadcast_to(second, array.shape).reshape(-1).tolist()
    pairs = zip(array.reshape(-1).tolist(), others, strict=True)
    array[...] = np.array([callable(a, b) for a, b in pairs], array.dtype).reshape(array.shape)
    core.note(self)
    return self


def refuse_recorded(name: str, *tensors: Any) -> None:
    if any(map(wants, tensors)):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use "
            f"var.detach().{name}() instead."
        )


# -- DLPack ------------------------------------------------------------------------------------


class DLDeviceType(enum.IntEnum):
    """Kinds of devices as DLPack numbers them."""

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
    kDLOpenCL = 4
    kDLVulkan = 7
    kDLMetal = 8
    kDLVPI = 9
    kDLROCM = 10
    kDLROCMHost = 11
    kDLExtDev = 12
    kDLCUDAManaged = 13
    kDLOneAPI = 14
    kDLWebGPU = 15
    kDLHexagon = 16
    kDLMAIA = 17


DLDeviceType.__module__ = "torch.utils.dlpack"


class Capsule:
    """A bare DLPack capsule as an object that hands it out."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


@public("Tensor", name="__dlpack__")
def dlpack(
    self: Any, *, stream: Any = -1, max_version: Any = None, dl_device: Any = None, copy: Any = None
) -> Any:
    """A DLPack capsule over this tensor's memory.

    Raises:
        BufferError: for a tensor that requires grad.
    """
    if wants(self):
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if stream not in (None, -1):
        raise RuntimeError("stream must be None on cpu.")
    return array_of(self).__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)


@public("Tensor", name="__dlpack_device__")
def dlpack_device(self: Any) -> tuple[DLDeviceType, int]:
    """The kind and the number of the device that holds the memory."""
    return DLDeviceType.kDLCPU, 0


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Any:
    """A tensor over the memory of an object that speaks DLPack.

    Example:
        >>> import numpy, rushlight as torch
        >>> torch.from_dlpack(numpy.arange(3.0))
        tensor([0., 1., 2.], dtype=torch.float64)
    """
    if isinstance(ext_tensor, TensorBase):
        dlpack(ext_tensor)
        array = ext_tensor.array.view()
        return fresh(memory_layout.copied(array) if copy else array)
    if isinstance(ext_tensor, np.ndarray):
        return from_numpy(ext_tensor.copy() if copy else ext_tensor)
    if not hasattr(ext_tensor, "__dlpack__"):
        ext_tensor = Capsule(ext_tensor)
    array = np.from_dlpack(ext_tensor, copy=copy)
    # NumPy takes memory from old exporters for read-only, as they cannot say that it is not.
    return from_numpy(array if array.flags.writeable else borrowed(array, True))


enter("torch", "from_dlpack", from_dlpack)


def to_dlpack(tensor: Any) -> Any:
    """A DLPack capsule over a tensor's memory.

    Example:
        >>> import rushlight as torch
        >>> capsule = torch.utils.dlpack.to_dlpack(torch.ones(2))
        >>> torch.utils.dlpack.from_dlpack(capsule)
        tensor([1., 1.])
    """
    return tensor.__dlpack__()


# -- small things ----------------------------------------------------------------------------


@public("Tensor")
def reinforce(self: Any, reward: Any) -> NoReturn:
    """Removed from PyTorch long ago; see torch.distributions."""
    raise RuntimeError(
        "reinforce() was removed.\nUse torch.distributions instead.\nSee "
        "https://pytorch.org/docs/main/distributions.html"
    )


def wrap_array(self: Any, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """What NumPy makes of the arrays it computed from this tensor; truth values become uint8."""
    return from_numpy(array.astype(np.uint8) if array.dtype == bool else np.asarray(array))


def reversed_(self: Any) -> Any:
    """The tensor with its first dim reversed; of a 0-d one, itself."""
    return self.flip(0) if self.dim() else self


enter("Tensor", "__array_wrap__", wrap_array)
enter("Tensor", "__reversed__", reversed_)
enter("Tensor", "_cdata", property(lambda self: id(self)))
