"""What a file may name when only weights are loaded: a fixed list, and what a program adds to it."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from rushlight.kernels import dtypes, metadata
from rushlight.serialization import names, rebuild
from rushlight.serialization.rebuild import BY_NAME
from rushlight.tensor.parameter import Parameter
from rushlight.tensor.tensor import Tensor

BLOCKED_MODULES = frozenset({"sys", "os", "posix", "nt"})
LARGEST_KEY = 10_000  # items in a key of a dict or set, counted with repetition

Global = Any
_added: set[Global] = set()


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Let files name these functions and classes: what loads a file calls and instantiates them.

    An item may be a pair of the function and the full name that files call it by.

    Example:
        >>> import rushlight as torch
        >>> torch.serialization.add_safe_globals([slice])
        >>> torch.serialization.get_safe_globals()
        [<class 'slice'>]
        >>> torch.serialization.clear_safe_globals()
    """
    _added.update(safe_globals)


def get_safe_globals() -> list[Any]:
    """What has been added to the fixed list."""
    return list(_added)


def clear_safe_globals() -> None:
    """Go back to the fixed list."""
    _added.clear()


class safe_globals:
    """Let files name these functions and classes inside a `with` block.

    Example:
        >>> import rushlight as torch
        >>> with torch.serialization.safe_globals([slice]):
        ...     torch.serialization.get_safe_globals()
        [<class 'slice'>]
    """

    def __init__(self, safe_globals: list[Any]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exc_info: object) -> None:
        _added.difference_update(self.safe_globals)


def added_by_name() -> dict[str, Any]:
    """What has been added, under the names that files call it by.

    Raises:
        ValueError, TypeError: for a tuple that is no pair of a function and a name.
    """
    return dict(named(item) for item in _added)


def named(item: Any) -> tuple[str, Any]:
    if not isinstance(item, tuple):
        known = names.name_of(item)
        module, name = known or (item.__module__, item.__qualname__)
        return f"{module}.{name}", item
    if len(item) != 2:
        raise ValueError(
            "Expected tuple of length 2 (global, str of callable full path), but got tuple of "
            f"length: {len(item)}"
        )
    found, name = item
    if type(name) is not str:
        raise TypeError(
            f"Expected second item in tuple to be str of callable full path, but got: {type(name)}"
        )
    return name, found


# -- the fixed list --------------------------------------------------------------------------------


@cache
def allowed() -> dict[str, Any]:
    """The fixed list: full names, and what they stand for."""
    table: dict[str, Any] = {
        "collections.OrderedDict": OrderedDict,
        "collections.Counter": Counter,
        "_codecs.encode": encode,
        "builtins.bytearray": bytearray,
        "builtins.set": set,
        "builtins.complex": complex,
        "torch.nn.parameter.Parameter": Parameter,
        "torch.Size": metadata.Size,
        "torch.Tensor": Tensor,
        "torch.device": metadata.device,
        "torch.serialization._get_layout": rebuild.get_layout,
        "torch._tensor._rebuild_from_type_v2": rebuild.rebuild_from_type_v2,
    }
    table |= {str(dtype): dtype for dtype in dtypes.ALL}
    table |= {f"{kind.home}.{name}": kind for name, kind in BY_NAME.items()}
    rebuilding = {k: v for k, v in names.special().items() if k.startswith("torch._utils.")}
    return table | rebuilding


def encode(text: Any, encoding: Any) -> bytes:
    """Bytes, which the pickles of old protocols spell as text in latin-1; no other encoding."""
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise TypeError("bytes in a file must be spelt in latin1")
    return text.encode("latin1")


def bytes_of(*args: Any) -> bytearray:
    """A bytearray with given bytes; a number would allocate as many."""
    if args and not (len(args) == 1 and type(args[0]) is bytes):
        return bytearray(encode(*args))
    return bytearray(*args)


def set_of(items: Any = ()) -> set[Any]:
    if type(items) not in (list, tuple):
        raise TypeError(f"expected a list of items for a set, but got {type(items).__name__}")
    for item in items:
        check_key(item)
    return set(items)


def complex_of(real: Any, imag: Any) -> complex:
    return complex(float(real), float(imag))


def counter_of(counts: Any = None) -> Counter[Any]:
    if counts is not None and type(counts) is not dict:
        raise TypeError(f"expected a dict of counts, but got {type(counts).__name__}")
    return Counter(counts)


def ordered_dict_of(pairs: Any = ()) -> OrderedDict[Any, Any]:
    if type(pairs) is not list and pairs != ():
        raise TypeError(f"expected a list of pairs, but got {type(pairs).__name__}")
    for key, _ in pairs:
        check_key(key)
    return OrderedDict(pairs)


def size_of(items: Any = ()) -> metadata.Size:
    if type(items) not in (tuple, list, metadata.Size):
        raise TypeError(f"'{type(items).__name__}' object is not iterable")
    return metadata.Size(items)


def parameter_of(data: Any = None, requires_grad: Any = True) -> Any:
    return Parameter() if data is None else rebuild.rebuild_parameter(data, requires_grad, None)


def tensor_of() -> Any:
    """An empty tensor, which old files then give its contents."""
    return Tensor()


def subclass_of(function: Any, new_type: Any, args: Any, state: Any) -> Any:
    """A tensor of a subclass; only functions that rebuild tensors may make what it is of."""
    if function not in REBUILDING:
        raise TypeError(f"expected a function that rebuilds a tensor, but got {function!r}")
    return rebuild.rebuild_from_type_v2(function, new_type, args, state)


REBUILDING = (
    rebuild.rebuild_tensor,
    rebuild.rebuild_tensor_v2,
    rebuild.rebuild_tensor_v3,
    rebuild.rebuild_parameter,
    rebuild.rebuild_parameter_with_state,
)

# What calling a name of the fixed list does; other names on it may not be called.
CALLS: dict[Any, Callable[..., Any]] = {
    OrderedDict: ordered_dict_of,
    Counter: counter_of,
    encode: encode,
    bytearray: bytes_of,
    set: set_of,
    complex: complex_of,
    Parameter: parameter_of,
    metadata.Size: size_of,
    Tensor: tensor_of,
    metadata.device: metadata.device,
    rebuild.get_layout: rebuild.get_layout,
    rebuild.rebuild_from_type_v2: subclass_of,
    **{function: function for function in REBUILDING},
}


def check_key(key: Any) -> None:
    """Refuse a key that it would take for ever, or the whole stack, to hash.

    Tuples that hold one tuple twice, which holds another twice, and so on, double the work with each
    level; a chain of tuples nests as deep as the file is long.

    Raises:
        TypeError: for a key that is too large.
    """
    if type(key) is tuple:
        seen, waiting = 0, [key]
        while waiting:
            items = waiting.pop()
            seen += 1 + len(items)
            if seen > LARGEST_KEY:
                raise TypeError(f"a key of more than {LARGEST_KEY} items in the file")
            waiting.extend(inner_tuples(items))


def inner_tuples(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if type(item) is tuple]
