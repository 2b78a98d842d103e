"""Python's operators on tensors, beyond the arithmetic slots of `rushlight.tape.dispatch`.

An operand that is neither tensor nor number makes an operator return NotImplemented, so that
Python tries the other side and then raises its own TypeError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.ops import arithmetic, compare, complex, rounding
from rushlight.ops.families import is_operand
from rushlight.tape.core import TensorBase
from rushlight.tape.straight import binary, unary

BINARY = {
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.remainder,
    "and": compare.bitwise_and,
    "or": compare.bitwise_or,
    "xor": compare.bitwise_xor,
    "lshift": compare.bitwise_left_shift,
    "rshift": compare.bitwise_right_shift,
}
COMPARISONS = {
    "eq": compare.eq,
    "ne": compare.ne,
    "lt": compare.lt,
    "le": compare.le,
    "gt": compare.gt,
    "ge": compare.ge,
}
INPLACE = {
    "add": "add_",
    "sub": "sub_",
    "mul": "mul_",
    "div": "div_",
    "truediv": "div_",
    "pow": "pow_",
    "floordiv": "floor_divide_",
    "mod": "remainder_",
    "and": "bitwise_and_",
    "or": "bitwise_or_",
    "xor": "bitwise_xor_",
    "lshift": "bitwise_left_shift_",
    "rshift": "bitwise_right_shift_",
}


def forward(op: Any) -> Callable[[Any, Any], Any]:
    """The operator `self OP other`."""
    return lambda self, other: binary(op, self, other)


def reflected(op: Any) -> Callable[[Any, Any], Any]:
    """The operator `other OP self`, when `other` did not know how."""

    def operator(self: Any, other: Any) -> Any:
        if not isinstance(self, TensorBase):
            raise TypeError(f"descriptor requires a Tensor but received a {type(self).__name__}")
        return binary(op, other, self) if is_operand(other) else NotImplemented

    return operator


def overwriting(method: str) -> Callable[[Any, Any], Any]:
    """The operator `self OP= other`."""
    return lambda self, other: getattr(self, method)(other) if is_operand(other) else NotImplemented


def invert(self: Any) -> Any:
    """`~self`, of integers and bools."""
    if self.dtype.category > 1:
        raise TypeError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
        )
    return unary(compare.bitwise_not, self)


def set_part(part: str) -> Callable[[Any, Any], None]:
    """The setter of `real` and `imag`: writes into the tensor."""
    return lambda self, value: getattr(complex, part)(self).copy_(value)


def table() -> dict[str, Any]:
    """The operators and properties by their attribute name."""
    out: dict[str, Any] = {
        "__abs__": lambda self: unary(rounding.abs, self),
        "__pos__": arithmetic.positive,
        "__invert__": invert,
        "__div__": forward(arithmetic.div),
        "__rdiv__": lambda self, other: arithmetic.ReflectedDivision().operator(self, other),
        "real": property(complex.real, set_part("real")),
        "imag": property(complex.imag, set_part("imag")),
    }
    for name, op in (BINARY | COMPARISONS).items():
        out[f"__{name}__"] = forward(op)
    for name, op in BINARY.items():
        out[f"__r{name}__"] = reflected(op)
    for name, method in INPLACE.items():
        out[f"__i{name}__"] = overwriting(method)
    for name, function in out.items():
        if not isinstance(function, property):
            function.__name__, function.__qualname__ = name, f"Tensor.{name}"
    return out
