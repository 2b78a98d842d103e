"""Pure twins of `native.hpp`: what the tape needs from the interpreter.

Compiled modules call the C++ functions of the same names instead (see `native.pxd`); this
file runs in the pure build only.
"""

import functools
import sys
import threading

_local = threading.local()
_package = ""


def state():
    """The calling thread's State, or None before its first use."""
    return getattr(_local, "state", None)


def set_state(state):
    _local.state = state


def new(cls):
    """An instance of `cls` with every field at its default."""
    return object.__new__(cls)


def adopt(cls, keep):
    """Make and drop the instances of a class with less ado: nothing that Python code could do."""


def set_package(prefix):
    """Frames of files below `prefix` are ours, not the user's."""
    global _package
    _package = prefix


def user_code():
    """Code object of the innermost frame outside this package, or None."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_package):
        frame = frame.f_back
    if frame is None:
        return None
    _local.lasti = frame.f_lasti
    return frame.f_code


def user_lasti():
    """Instruction offset belonging to the last `user_code()` of this thread."""
    return _local.lasti


def differentiable(array):
    """Has the array a floating or complex dtype (user-defined ones, as bfloat16, included)?"""
    num = array.dtype.num
    return 11 <= num <= 16 or num == 23 or num >= 256


def is_complex(array):
    """Has the array a complex dtype?"""
    return 14 <= array.dtype.num <= 16


def inherit_slots(cls):
    """Reflected operators refuse what is no tensor in front, as an interpreter's slots do.

    Compiled build: operators of `cls` that it does not define go straight to its base's.
    """
    for base in cls.__mro__:
        for name in ("__radd__", "__rmul__", "__rsub__"):
            method = base.__dict__.get(name)
            if method is not None and not hasattr(method, "__wrapped__"):
                setattr(base, name, checked(method, base))


def checked(method, cls):
    """A method that is called on instances of `cls` only."""

    @functools.wraps(method)
    def wrapper(self, other):
        if not isinstance(self, cls):
            raise TypeError(
                f"descriptor '{method.__name__}' for '{cls.__module__}.{cls.__name__}' objects "
                f"doesn't apply to a '{type(self).__name__}' object"
            )
        return method(self, other)

    return wrapper


def dims(array):
    """How many dims an array has."""
    return array.ndim


def length(array, dim):
    """The length of a dim, perhaps counted from the end; -1 for one that is not there."""
    shape = array.shape
    return shape[dim] if -len(shape) <= dim < len(shape) else -1


def identity(o):
    """The number that `id` gives."""
    return id(o)


def shape(array):
    """The length of each dim."""
    return array.shape


def begin_with(first, rest, skip):
    """`(first, *rest[skip:])`."""
    return (first, *rest[skip:])


def settings_follow(args):
    """Is there nothing but the commonest builtin objects behind the first one?"""
    for x in args[1:]:
        if x is not None and type(x) is not int and type(x) is not float and type(x) is not bool:
            return False
    return True


def same_shape(a, b):
    """Have two arrays one shape?"""
    return a.shape == b.shape


def untrack(o):
    """Hide an object from the garbage collector: nothing that Python code could do."""


def track(o):
    """Show it an object again."""
