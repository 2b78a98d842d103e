"""Parameters: tensors that a module learns."""

from __future__ import annotations

from typing import Any

from rushlight.tape.core import new_of, set_parameter_class
from rushlight.tape.overrides import disabled_implementation
from rushlight.tensor.printing import tensor_repr
from rushlight.tensor.tensor import Tensor


class Parameter(Tensor):
    """A tensor to be learned: a leaf that requires grad unless told otherwise.

    Operations on it give plain tensors.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __module__ = "torch.nn.parameter"
    __torch_function__ = classmethod(disabled_implementation)

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        from rushlight.tensor.creation import empty

        source = empty(0) if data is None else data
        out = new_of(cls, source.detach())
        return out.requires_grad_(requires_grad)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return "Parameter containing:\n" + tensor_repr(self, "tensor")

    def __deepcopy__(self, memo: Any) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]


set_parameter_class(Parameter)
