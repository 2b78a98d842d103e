"""The Tensor: what a user holds.

Arithmetic slots come from `rushlight.tape.dispatch`, most methods from the declarations under
`rushlight.ops` (see `rushlight.tensor.attach`); here stand identity, layout and the graph.
"""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any

from rushlight.kernels import dtypes
from rushlight.kernels.metadata import cpu as cpu_device
from rushlight.kernels.metadata import device, layout, strided
from rushlight.tape import core, errors, hooks, levels, overrides, views
from rushlight.tape.core import wants
from rushlight.tape.inplace import type_name
from rushlight.tape.straight import Operators, in_range
from rushlight.tensor.printing import tensor_format, tensor_repr

NONLEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)
NOT_A_LEAF = (
    "you can only change requires_grad flags of leaf variables. If you want to use a computed "
    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
)


def recording(t: Any, flag: bool, kinds: str = "floating point") -> Any:
    """Begin or stop recording what is done to a leaf, which is returned."""
    if t.box is not None and not t.box.records:
        if not t.box.owner.transform:  # else it would be another tensor, the caller's, that records
            t.box.require_grad(flag)
    elif t.node is not None:
        if not flag:
            raise RuntimeError(NOT_A_LEAF)
    elif flag and t.dtype.category < 2:
        text = f"only Tensors of {kinds} dtype can require gradients"
        raise RuntimeError(errors.advised(text, "integers", t.dtype))
    elif flag and t.inference and not core.state().inference:
        raise RuntimeError(
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
        )
    else:
        t.rg = bool(flag)
    return t


def hidden(t: Any) -> bool:
    """Is a tensor's history, if it has one, that of the value in its box?"""
    return t.box is not None and not t.box.records


class Tensor(Operators):
    """An n-dimensional array that remembers how it was computed.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ()
    __module__ = "torch"
    __array_priority__ = 1000
    __torch_function__ = classmethod(overrides.default_implementation)

    if TYPE_CHECKING:  # what is attached at import, and the box's fields

        def __getattr__(self, name: str) -> Any: ...

    # -- layout ------------------------------------------------------------------------------

    ndimension = Operators.dim
    ndim = property(Operators.dim)

    def numel(self) -> int:
        """How many elements the tensor has."""
        return self.array.size if self.box is None else self.shape.numel()

    nelement = numel

    @property
    def device(self) -> device:
        """Where the elements are."""
        return cpu_device

    @property
    def layout(self) -> layout:
        """How the elements are laid out: always strided."""
        return strided

    def stride(self, dim: int | None = None) -> Any:
        """Elements between neighbours along each dim, or along one."""
        strides = tuple(self.box.stride()) if self.box is not None else strides_of(self.array)
        return strides if dim is None else strides[in_range(dim, self.dim())]

    # -- graph -------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Is a gradient wanted for this tensor, or for one it was computed from?"""
        return wants(self)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        recording(self, value, "floating point and complex")

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Begin or stop recording what is done to this leaf; returns it.

        Raises:
            RuntimeError: when switched off on a computed tensor, or on for an integer one, or
                inside a function that `torch.func` transforms.
        """
        if core.state().levels:
            levels.refuse_inside(levels.REQUIRES_GRAD)
        recording(self, requires_grad)
        return self

    @property
    def grad_fn(self) -> Any:
        """The node that made this tensor; None for a leaf."""
        if self.box is not None and not self.box.records:
            return self.box.grad_fn
        if self.origin is not None:
            views.refresh(self)
        return self.node

    @property
    def is_leaf(self) -> bool:
        """Did the user make this tensor, rather than an operation that was recorded?"""
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        return self.nr

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient of a leaf (or of a tensor after `retain_grad`)."""
        if self.kept_grad is None and self.node is not None and not self.retains:
            warnings.warn(errors.advised(NONLEAF_GRAD, "not_a_leaf", self), stacklevel=2)
        return self.kept_grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            self._check_grad(value)
        self.kept_grad = value

    @grad.deleter
    def grad(self) -> None:
        self.kept_grad = None

    @property
    def grad_dtype(self) -> dtypes.dtype | None:
        """The dtype of a leaf's gradient, to which backward casts it; None for what comes."""
        if self.grad_fn is not None:
            raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
        asked = ... if self.hooks is None else self.hooks.dtype
        return self.dtype if asked is ... else asked

    @grad_dtype.setter
    def grad_dtype(self, value: dtypes.dtype | None) -> None:
        if self.grad_fn is not None:
            raise RuntimeError("grad_dtype can only be set on leaf tensors.")
        if not (value is None or isinstance(value, dtypes.dtype)):
            raise RuntimeError(
                f"grad_dtype must be a torch.dtype or None, but got {type(value).__name__}"
            )
        kept = self.kept_grad
        if not (value is None or kept is None or kept.dtype is value):
            raise RuntimeError(
                f"Cannot set grad_dtype to '{type_name(value)}' because there is already a gradient "
                f"with dtype '{cpp_name(kept.dtype)}'. Please clear the gradient (.grad = None) "
                "before changing grad_dtype, or ensure the new grad_dtype matches the existing "
                "gradient's dtype."
            )
        hooks.of_leaf(self).dtype = value

    def _check_grad(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type "
                f"{type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        wanted = self.grad_dtype if self.grad_fn is None else self.dtype
        if wanted is not None and value.dtype is not wanted:
            raise RuntimeError(
                "attempting to assign a gradient with dtype "
                f"'{cpp_name(value.dtype)}' to a tensor with grad_dtype '{type_name(wanted)}'."
                " The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). "
                "You can set the tensor's grad_dtype attribute with a specific dtype, or None to "
                "allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and "
                "its gradient may break downstream systems that assume they match."
            )
        if value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same "
                "size"
            )

    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in `.grad` during backward."""
        if not wants(self) or hidden(self):
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is None or self.retains:
            return
        self.retains = True
        hooks.of_node(self.node).retains[self.nr] = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Was `retain_grad` asked of this computed tensor?"""
        return self.retains

    def register_hook(self, hook: Any) -> hooks.Handle:
        """Call `hook(grad)` when this tensor's gradient is known; it may return another.

        Returns a handle whose `remove()` takes the hook away.
        """
        if not wants(self) or hidden(self):
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is None:
            return hooks.of_leaf(self).grad.add(hook)
        tables = hooks.of_node(self.node).outputs
        return tables.setdefault(self.nr, hooks.Table()).add(hook)

    def register_post_accumulate_grad_hook(self, hook: Any) -> hooks.Handle:
        """Call `hook(tensor)` after a gradient was accumulated into this leaf's `.grad`."""
        if not wants(self) or hidden(self):
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return hooks.of_leaf(self).accumulated.add(hook)

    @property
    def _version(self) -> int:
        if self.inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return core.version_of(self)

    @property
    def _base(self) -> Tensor | None:
        return None if self.origin is None else self.origin.base

    def _is_view(self) -> bool:
        return self.origin is not None

    def is_inference(self) -> bool:
        """Was the tensor made in inference mode?"""
        return self.inference

    # -- Python ------------------------------------------------------------------------------

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return tensor_repr(self)

    def __format__(self, spec: str) -> str:
        return tensor_format(self, spec)


def strides_of(array: Any) -> tuple[int, ...]:
    """An array's strides in elements; where NumPy gives an empty one zeros, as if it were not."""
    if array.size or any(array.strides):
        item = array.itemsize
        return tuple([s // item for s in array.strides])
    out, step = [], 1
    for n in reversed(array.shape):
        out.append(step)
        step *= max(n, 1)
    return tuple(reversed(out))


CPP_NAMES = {
    "float64": "double",
    "float32": "float",
    "float16": "c10::Half",
    "bfloat16": "c10::BFloat16",
    "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>",
    "int64": "long int",
    "int32": "int",
    "int16": "short int",
    "int8": "signed char",
    "uint8": "unsigned char",
}


def cpp_name(dtype: dtypes.dtype) -> str:
    """A dtype as PyTorch's C++ errors spell it."""
    return CPP_NAMES.get(dtype.name, dtype.name)


def place_of(t: Tensor) -> str:
    """A sentence on where the program made a tensor, or ''."""
    return "" if t.grad_fn is None else errors.made_at(t.grad_fn)
