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

    def shortcut(self, args, kwargs):
        """For a call as the user wrote it, with arrays in the place of tensors: the result and the
        operation's parameters and, unless it is the first argument alone, which are its inputs (-1:
        none is given); a fourth item says that all that belongs to the operation's `along`.
        """
        return None

    def along(self, x, dim, what):
        """The result and the parameters for one entry `what` of an index, meant for dim `dim`."""
        return None

    def into2(self, x, y, out):
        """Like `call2`, into an array of the right shape and dtype; was it done?"""
        return False


DECLINES = Kernel()
_kernels = {}
_shortcuts = {}
_functions = {}


def register(name, kernel):
    """Make `kernel` the shortcut of the operation called `name`."""
    _kernels[name] = kernel


def kernel(name):
    """The native shortcut of an operation, or one that declines everything."""
    return _kernels.get(name, DECLINES)


def register_shortcut(name, kernel):
    """Make `kernel` take the calls of the function called `name` as users write them."""
    _shortcuts[name] = kernel


def shortcut(name):
    """The kernel that takes the calls of a function as users write them, or None."""
    return _shortcuts.get(name)


def registered():
    """Names that have a native shortcut in this build."""
    return sorted(_kernels)


def register_function(name, function):
    """Make `function` the native form of the function called `name`."""
    _functions[name] = function


def native_or(function):
    """The native form of a function if this build has one, else the function itself."""
    return _functions.get(function.__name__, function)
