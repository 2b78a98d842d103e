"""Parameters: tensors that a module learns; buffers, which it only keeps."""

from __future__ import annotations

from typing import Any, NoReturn

from rushlight.kernels import dtypes
from rushlight.tape.core import attributes, new_of, set_parameter_class, state
from rushlight.tape.overrides import disabled_implementation
from rushlight.tensor.creation import empty
from rushlight.tensor.options import refuse_grad
from rushlight.tensor.printing import tensor_repr
from rushlight.tensor.tensor import Tensor, recording

OTHER_TYPE = (
    "Creating a Parameter from an instance of type {0} requires that detach() returns an instance "
    "of the same type, but return type {1} was found instead. To use the type as a Parameter, "
    "please correct the detach() semantics defined by its __torch_dispatch__() implementation."
)
UNINITIALIZED = (
    "Attempted to use an uninitialized parameter in {0}. This error happens when you are using a "
    "`LazyModule` or explicitly manipulating `torch.nn.parameter.{1}` objects. When using "
    "LazyModules Call `forward` with a dummy batch to initialize the parameters before calling "
    "torch functions"
)
NO_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
    "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. "
    "Call `forward` to initialize the parameters before accessing their attributes."
)
NOT_SHARED = (
    "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the "
    "parameters before calling `module.share_memory()`."
)


class MarkedMeta(type(Tensor)):  # type: ignore[misc]
    """Also tensors of other types count as instances once they are marked so."""

    mark: str

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        mark = cls.__dict__.get("mark")
        return mark is not None and isinstance(instance, Tensor) and getattr(instance, mark, False)


class Parameter(Tensor, metaclass=MarkedMeta):
    """A tensor to be learned: a leaf that requires grad unless told otherwise.

    It shares the memory of `data`; operations on it give plain tensors.

    Raises:
        RuntimeError: when it is to require grad and its dtype is an integer one.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __module__ = "torch.nn.parameter"
    __torch_function__ = classmethod(disabled_implementation)
    mark = "_is_param"

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        if data is None:
            data = empty(0)
        leaf = data.detach()
        if type(data) is Tensor or type(data) is Parameter:
            leaf = new_of(cls, leaf)
        elif type(leaf) is not type(data):
            raise RuntimeError(OTHER_TYPE.format(type(data).__name__, type(leaf).__name__))
        else:
            leaf._is_param = True
        if requires_grad and leaf.dtype.category < dtypes.FLOAT:
            refuse_grad(leaf.dtype)
        return recording(leaf, requires_grad)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        name = "tensor" if type(self) is Parameter else None
        return "Parameter containing:\n" + tensor_repr(self, name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        cls = None if type(self) is Parameter else type(self)
        return rebuild, (cls, self.data, self.requires_grad), attributes(self) or None


def rebuild(cls: type | None, data: Any, requires_grad: bool) -> Any:
    """The parameter that pickle kept."""
    return recording(new_of(cls or Parameter, data.detach()), requires_grad)


set_parameter_class(Parameter)


class Buffer(Tensor, metaclass=MarkedMeta):
    """A tensor that a module keeps and saves, but does not learn; `persistent=False`: not saves.

    The result is a plain tensor, marked as a buffer.

    Example:
        >>> import rushlight as torch
        >>> isinstance(torch.nn.Buffer(torch.ones(2)), torch.nn.Buffer)
        True
    """

    __module__ = "torch.nn.parameter"
    mark = "_is_buffer"

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        if data is None:
            data = empty(0)
        made = recording(data.detach(), data.requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made


# -- parameters whose shape is not yet known -----------------------------------------------------


class UninitializedTensorMixin:
    """What waiting for a shape means: nothing but `materialize` can be done to the tensor."""

    cls_to_become: type = Tensor
    data: Any
    _allowed = (
        "materialize",
        "detach",
        "clone",
        "type",
        "to",
        "half",
        "float",
        "double",
        "copy_",
        "new_empty",
        "is_floating_point",
        "cuda",
        "cpu",
    )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary tensor of this shape, uninitialised."""
        made = empty(shape, device=device, dtype=dtype or self.data.dtype)
        self.data = made
        self.__class__ = self.cls_to_become

    @property
    def shape(self) -> NoReturn:
        raise RuntimeError(NO_SHAPE)

    def share_memory_(self) -> NoReturn:
        raise RuntimeError(NOT_SHARED)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self.requires_grad,)  # type: ignore[attr-defined]

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.__name__ in cls._allowed:
            st = state()
            st.subclass_off += 1
            try:
                out = func(*args, **(kwargs or {}))
            finally:
                st.subclass_off -= 1
            waits_on = type(out) is Tensor and not issubclass(cls, Parameter)
            return new_of(cls, out) if waits_on else out
        name = func.__name__
        if getattr(Tensor, name, None) is func:
            func = f"<method {name!r} of 'torch._C.TensorBase' objects>"
        raise ValueError(UNINITIALIZED.format(func, cls.__name__))


def ready(name: str) -> Any:
    """A method that looks at no subclass, which a tensor has only when it has a shape."""
    method = getattr(Tensor, name)

    def refuse(self: Any, *args: Any) -> Any:
        return self.__torch_function__(method, (), (self, *args))

    return refuse


for _name in ("dim", "nelement", "numel", "stride"):
    setattr(UninitializedTensorMixin, _name, ready(_name))


def is_lazy(param: Any) -> bool:
    """Does a parameter or buffer still wait for its shape?"""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]
    """A parameter that gets its shape later, by `materialize`."""

    __module__ = "torch.nn.parameter"
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        made = new_of(cls, empty(0, device=device, dtype=dtype))
        return recording(made, requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, dtype=self.data.dtype)
        return memo[id(self)]


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]
    """A buffer that gets its shape later, by `materialize`."""

    __module__ = "torch.nn.parameter"

    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: Any = None,
        persistent: bool = True,
    ) -> Any:
        made = recording(new_of(cls, empty(0, device=device, dtype=dtype)), requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made
