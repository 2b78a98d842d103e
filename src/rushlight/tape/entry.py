"""Doors from the public names to operations: functions, methods, in-place forms, `out=`.

A door lets overriding arguments (`__torch_function__`) take over, binds the arguments as the
operation's `bind` says, and runs it.
"""

from rushlight.tape import inplace, outputs, overrides
from rushlight.tape.core import TensorBase, plain, state
from rushlight.tape.straight import binary, binary_into, shortcut, unary

SIMPLE = frozenset({int, float, bool, complex, str, type(None), slice})


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


def unary_function(op):
    """The function of an operation on one tensor."""

    def function(input, *, out=None):
        if out is None and plain(input):
            return unary(op, input)
        return op.public(function, (input,), {}, out)

    return function


def unary_method(op):
    """The method of an operation on one tensor."""

    def method(self):
        if plain(self):
            return unary(op, self)
        return op.public(method, (self,), {}, None)

    return method


def binary_function(op):
    """The function of an operation on two tensors, or a tensor and a number."""

    def function(input, other, *, out=None, **kwargs):
        if out is None and not kwargs and plain(input):
            result = binary(op, input, other)
            if result is not NotImplemented:
                return result
        return op.public(function, (input, other), kwargs, out)

    return function


def binary_method(op):
    """The method of an operation on two tensors, or a tensor and a number."""

    def method(self, other, **kwargs):
        if not kwargs and plain(self):
            result = binary(op, self, other)
            if result is not NotImplemented:
                return result
        return op.public(method, (self, other), kwargs, None)

    return method


def general_function(op):
    """The function of any operation."""

    def function(*args, out=None, **kwargs):
        if op.short is not None and out is None and args and plain(args[0]):
            result = shortcut(op, op.short, args, kwargs)
            if result is not None:
                return result
        simple = op.direct and out is None and not kwargs and args
        if simple and isinstance(args[0], TensorBase) and not overridden(args):
            return direct(op, args)
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

    def method(*args, **kwargs):
        if op.short is not None and args and plain(args[0]):
            result = shortcut(op, op.short, args, kwargs)
            if result is not None:
                return result
        if overridden(args):
            return overrides.take_over(method, args, kwargs)
        if op.direct and not kwargs and args and isinstance(args[0], TensorBase):
            return direct(op, args)
        return op.result(op.bound(*args, **kwargs))

    return method


def inplace_method(op):
    """The in-place method of any operation: writes the result over the first input."""

    def method(*args, **kwargs):
        if overridden(args):
            return overrides.take_over(method, args, kwargs)
        variant, inputs, params = op.binding(*args, **kwargs)
        return inplace.apply(variant, inputs, params)

    return method


def inplace_binary_method(op):
    """The in-place method of a two-operand operation."""
    general = inplace_method(op)

    def method(self, other, **kwargs):
        if not kwargs:
            done = binary_into(op, self, other)
            if done is not None:
                return done
        return general(self, other, **kwargs)

    return method


def quick_function(op, general):
    """`general` of two tensors, by way of `op` where its straight path may serve."""

    def function(input, other, *, out=None):
        if out is None and plain(input) and plain(other):
            return binary(op, input, other)
        return general(input, other) if out is None else general(input, other, out=out)

    return function


def quick_method(op, general):
    """The method to `quick_function`."""

    def method(self, other):
        if plain(self) and plain(other):
            return binary(op, self, other)
        return general(self, other)

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


def composed_function(body, takes_out, op=None, kernel=None, key=None):
    """The public form of a function that is written in terms of operations.

    What `kernel` can do at once, as if `op` had been called, goes the straight path; `key` is the
    name of the function's rules for `out=`.
    """

    def function(*args, **kwargs):
        if kernel is not None and args and plain(args[0]):
            result = shortcut(op, kernel, args, kwargs)
            if result is not None:
                return result
        if overridden(args) or (kwargs and overridden(tuple(kwargs.values()))):
            return overrides.take_over(function, args, kwargs)
        if takes_out and kwargs.get("out") is not None:
            out = kwargs.pop("out")
            return outputs.through(function.__name__, out, body, args, kwargs, key)
        if takes_out:
            kwargs.pop("out", None)
        return body(*args, **kwargs)

    return function
