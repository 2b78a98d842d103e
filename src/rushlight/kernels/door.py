"""The door between the tape and native kernels.

A Kernel is a shortcut for one operation on arrays that are simple enough: it returns a new
array, or None to decline, and then the operation's own NumPy code runs.  Without the native
extension every kernel declines, which is the pure build.
"""


class Kernel:
    """A shortcut that always declines; native kernels override the calls."""

    def call1(self, x):
        return None

    def call2(self, x, y):
        return None

    def into2(self, x, y, out):
        """Like `call2`, into an array of the right shape and dtype; was it done?"""
        return False


DECLINES = Kernel()
_kernels = {}
_functions = {}


def register(name, kernel):
    """Make `kernel` the shortcut of the operation called `name`."""
    _kernels[name] = kernel


def kernel(name):
    """The native shortcut of an operation, or one that declines everything."""
    return _kernels.get(name, DECLINES)


def registered():
    """Names that have a native shortcut in this build."""
    return sorted(_kernels)


def register_function(name, function):
    """Make `function` the native form of the function called `name`."""
    _functions[name] = function


def native_or(function):
    """The native form of a function if this build has one, else the function itself."""
    return _functions.get(function.__name__, function)
