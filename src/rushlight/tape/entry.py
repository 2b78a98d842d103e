"""Doors from the public names to operations: functions, methods, in-place forms, `out=`.

A door lets overriding arguments (`__torch_function__`) take over, binds the arguments as the
operation's `bind` says, and runs it.
"""

from rushlight.tape import inplace, native, outputs, overrides
from rushlight.tape.core import TensorBase, plain, state
from rushlight.tape.straight import (
    binary,
    binary_into,
    product,
    shortcut,
    shortcut_of_sequence,
    unary,
)

SIMPLE = frozenset({int, float, bool, complex, str, type(None), slice})


NOT_GIVEN = object()


class Errors:
    """What becomes of calls that failed; set by the operations, see `explain` in `ops/publish.py`.

    It raises a better error, or comes back with a result after all, or with None.
    """

    explain = staticmethod(lambda door, args, kwargs: None)


def overridden(args):
    """May an argument, or an open mode, take the call over?"""
    st = state()
    if st.overrides:
        return True
    for x in args:
        if isinstance(x, TensorBase):
            if not plain(x) and overrides.has(x):
                return True
        elif type(x) in SIMPLE:
            continue
        elif type(x) is list or type(x) is tuple:
            for y in x:
                if not plain(y) and overrides.has(y):
                    return True
        elif overrides.has(x):
            return True
    return False


def given(a, b, more):
    """The positional arguments that a caller gave."""
    if b is not NOT_GIVEN:
        more = native.begin_with(b, more, 0)
    return more if a is NOT_GIVEN else native.begin_with(a, more, 0)


def unary_function(op):
    """The function of an operation on one tensor."""

    def function(input=NOT_GIVEN, *more, out=None):
        if out is None and plain(input) and not more:
            return unary(op, input)
        return op.public(function, given(input, NOT_GIVEN, more), {}, out)

    return function


def unary_method(op):
    """The method of an operation on one tensor."""

    def method(self=NOT_GIVEN, *more):
        if plain(self) and not more:
            return unary(op, self)
        return op.public(method, given(self, NOT_GIVEN, more), {}, None)

    return method


def binary_function(op):
    """The function of an operation on two tensors, or a tensor and a number."""

    def function(input=NOT_GIVEN, other=NOT_GIVEN, *more, out=None, **kwargs):
        if out is None and not kwargs and plain(input) and not more:
            result = binary(op, input, other)
            if result is not NotImplemented:
                return result
        return op.public(function, given(input, other, more), kwargs, out)

    return function


def binary_method(op):
    """The method of an operation on two tensors, or a tensor and a number."""

    def method(self, other=NOT_GIVEN, *more, **kwargs):
        if not kwargs and plain(self) and not more:
            result = binary(op, self, other)
            if result is not NotImplemented:
                return result
        return op.public(method, given(self, other, more), kwargs, None)

    return method


def general_function(op):
    """The function of any operation."""

    def function(first=NOT_GIVEN, /, *more, out=None, **kwargs):
        args = given(first, NOT_GIVEN, more)
        if op.short is not None and out is None and args:
            result = None
            if op.arity < 0:
                if type(args[0]) is list or type(args[0]) is tuple:
                    result = shortcut_of_sequence(op, args, kwargs)
            elif plain(args[0]):
                result = shortcut(op, op.short, args, kwargs)
            if result is not None:
                return result
        simple = op.direct and out is None and not kwargs and args
        if simple and isinstance(args[0], TensorBase) and not overridden(args):
            try:
                return direct(op, args)
            except Exception:
                result = Errors.explain(op.door, args, kwargs)
                if result is None:
                    raise
                return result
        return op.public(function, args, kwargs, out)

    return function


def direct(op, args):
    """From the arguments to the result where nothing steps in between."""
    bound = op.binder(*args)
    if len(bound) == 2:
        return op.run(bound[0], bound[1])
    return bound[0].run(bound[1], bound[2])


def general_method(op):
    """The method of any operation."""

    def method(self=NOT_GIVEN, /, *more, **kwargs):
        args = given(self, NOT_GIVEN, more)
        if op.short is not None and plain(self):
            result = shortcut(op, op.short, args, kwargs)
            if result is not None:
                return result
        if overridden(args):
            return overrides.take_over(method, args, kwargs)
        try:
            if op.direct and not kwargs and args and isinstance(args[0], TensorBase):
                return direct(op, args)
            return op.result(op.bound(*args, **kwargs))
        except Exception:
            result = Errors.explain(("Tensor", op.name), args, kwargs)
            if result is None:
                raise
            return result

    return method


def inplace_method(op):
    """The in-place method of any operation: writes the result over the first input."""

    def method(*args, **kwargs):
        if overridden(args):
            return overrides.take_over(method, args, kwargs)
        try:
            variant, inputs, params = op.binding(*args, **kwargs)
            return inplace.apply(variant, inputs, params)
        except Exception:
            result = Errors.explain(("Tensor", f"{op.name}_"), args, kwargs)
            if result is None:
                raise
            return result

    return method


def inplace_binary_method(op):
    """The in-place method of a two-operand operation."""
    general = inplace_method(op)

    def method(self, other=NOT_GIVEN, *more, **kwargs):
        if not kwargs and not more:
            done = binary_into(op, self, other)
            if done is not None:
                return done
        return general(*given(self, other, more), **kwargs)

    return method


def product_function(general):
    """The function `matmul`, by the straight path where that may serve."""

    def function(input=NOT_GIVEN, other=NOT_GIVEN, *more, out=None):
        if out is None and plain(input) and plain(other) and not more:
            return product(input, other)
        args = given(input, other, more)
        return general(*args) if out is None else general(*args, out=out)

    return function


def product_method(general):
    """The method to `product_function`."""

    def method(self=NOT_GIVEN, other=NOT_GIVEN, *more):
        if plain(self) and plain(other) and not more:
            return product(self, other)
        return general(*given(self, other, more))

    return method


def total_method(op):
    """The method of a reduction, quick for the total over all dims."""
    general = general_method(op)

    def method(self, *args, **kwargs):
        if not args and not kwargs and plain(self):
            return unary(op, self)
        return general(self, *args, **kwargs)

    return method


def total_function(op):
    """The function of a reduction, quick for the total over all dims."""
    general = general_function(op)

    def function(*args, **kwargs):
        if len(args) == 1 and not kwargs and plain(args[0]):
            return unary(op, args[0])
        return general(*args, **kwargs)

    return function


def composed_function(body, takes_out, op=None, kernel=None, key=None, door=None):
    """The public form of a function that is written in terms of operations.

    What `kernel` can do at once, as if `op` had been called, goes the straight path; `key` is the
    name of the function's rules for `out=`, and `door` of its signatures.
    """

    def function(first=NOT_GIVEN, /, *more, **kwargs):
        args = given(first, NOT_GIVEN, more)
        if kernel is not None and plain(first):
            result = shortcut(op, kernel, args, kwargs)
            if result is not None:
                return result
        if overridden(args) or (kwargs and overridden(tuple(kwargs.values()))):
            return overrides.take_over(function, args, kwargs)
        out = kwargs.pop("out", None) if takes_out else None
        try:
            if out is None:
                return body(*args, **kwargs)
            return outputs.through(function.__name__, out, body, args, kwargs, key)
        except Exception:
            result = Errors.explain(door, args, kwargs if out is None else {**kwargs, "out": out})
            if result is None:
                raise
            return result

    return function
