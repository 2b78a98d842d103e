"""The unpickler of `torch.load(weights_only=True)`: a pickle read as data.

A pickle is a program for a small machine with a stack.  This machine knows the instructions that
data needs, looks names up in a list instead of importing them, and calls only what is on the list.
"""

from __future__ import annotations

import pickletools
import struct
import warnings
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import Counter, OrderedDict
from collections.abc import Callable
from pickle import UnpicklingError, decode_long
from typing import Any

from rushlight.serialization import names, rebuild, safe_globals
from rushlight.serialization.safe_globals import check_key
from rushlight.tensor.parameter import Parameter
from rushlight.tensor.tensor import Tensor

NOT_ALLOWED = (
    "Unsupported global: GLOBAL {0} was not an allowed global by default. Please use "
    "`torch.serialization.add_safe_globals([{0}])` or the "
    "`torch.serialization.safe_globals([{0}])` context manager to allowlist this global if you "
    "trust this class/function."
)
PROTOCOL = (
    "Detected pickle protocol {0} in the checkpoint, which was not the default pickle protocol used "
    "by `torch.load` (2). The weights_only Unpickler might not support all instructions implemented "
    "by this protocol, please file an issue for adding support if you encounter this."
)
MAPPINGS = (dict, OrderedDict, Counter)
OPCODES: dict[int, Callable[[Any], None]] = {}
CODE_OF = {op.name: ord(op.code) for op in pickletools.opcodes}


def on(*opcodes: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Declare what the machine does at these instructions, by their names in `pickletools`."""

    def declare(method: Callable[[Any], None]) -> Callable[[Any], None]:
        OPCODES.update({CODE_OF[name]: method for name in opcodes})
        return method

    return declare


def pushes(opcode: str, make: Callable[[Any], Any]) -> None:
    """Declare an instruction that only pushes a value."""
    on(opcode)(lambda machine: machine.stack.append(make(machine)))


class Unpickler:
    """Reads one pickle from a file. `persistent_load` says what storages its ids mean.

    Raises:
        UnpicklingError: for names that are not allowed, and for a damaged pickle.
        EOFError: where the pickle ends too early.
    """

    persistent_load: Callable[[Any], Any] | None = None

    def __init__(self, file: Any, *, encoding: str = "bytes") -> None:
        self.file = file
        self.encoding = encoding
        self.memo: dict[int, Any] = {}
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.done = False
        self.added = safe_globals.added_by_name()

    def load(self) -> Any:
        """The object that the pickle describes."""
        while not self.done:
            code = self.take(1)[0]
            if code not in OPCODES:
                raise UnpicklingError(f"Unsupported operand {code}")
            OPCODES[code](self)
        return self.pop()

    def take(self, count: int) -> bytes:
        taken = self.file.read(count)
        if len(taken) < count:
            raise EOFError("Ran out of input")
        return taken

    def number(self, format: str) -> Any:
        return struct.unpack(format, self.take(struct.calcsize(format)))[0]

    def line(self) -> str:
        read = self.file.readline()
        if not read.endswith(b"\n"):
            raise EOFError("Ran out of input")
        return text_of(read[:-1])

    def pop(self) -> Any:
        if not self.stack:
            raise UnpicklingError("unexpected end of the stack: the pickle is corrupt")
        return self.stack.pop()

    @property
    def top(self) -> Any:
        if not self.stack:
            raise UnpicklingError("unexpected end of the stack: the pickle is corrupt")
        return self.stack[-1]

    def pop_mark(self) -> list[Any]:
        """What has been pushed since the last mark."""
        if not self.marked:
            raise UnpicklingError("could not find MARK")
        items, self.stack = self.stack, self.marked.pop()
        return items

    def arguments(self) -> tuple[Any, ...]:
        args = self.pop()
        if type(args) is not tuple:
            raise UnpicklingError("argument list must be a tuple")
        return args

    def is_added(self, found: Any) -> bool:
        return any(found is known for known in self.added.values())

    def find(self, module: str, name: str) -> Any:
        """What a name stands for; only names on the list stand for anything."""
        full = f"{module}.{name}"
        if module in safe_globals.BLOCKED_MODULES:
            raise UnpicklingError(
                f"Trying to load unsupported GLOBAL {full} whose module {module} is blocked."
            )
        if full in safe_globals.allowed():
            return safe_globals.allowed()[full]
        if full in self.added:
            return self.added[full]
        if full in names.LACKING:
            raise UnpicklingError(f"rushlight has no {names.LACKING[full]} (GLOBAL {full})")
        raise UnpicklingError(NOT_ALLOWED.format(full.removeprefix("builtins.")))


def text_of(data: bytes) -> str:
    try:
        return str(data, "utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise UnpicklingError(f"a string that is none: {error}") from None


def call_of(found: Any) -> Callable[..., Any] | None:
    """What calling an entry of the fixed list does; None if it may not be called."""
    for known, call in safe_globals.CALLS.items():
        if known is found:
            return call
    return None


# -- names and calls -------------------------------------------------------------------------------


def translated(module: str, name: str) -> tuple[str, str]:
    """Python 3's name for what protocol 2 calls by Python 2's."""
    if (module, name) in NAME_MAPPING:
        return NAME_MAPPING[module, name]
    return IMPORT_MAPPING.get(module, module), name


@on("GLOBAL")
def push_global(machine: Unpickler) -> None:
    machine.stack.append(machine.find(*translated(machine.line(), machine.line())))


@on("REDUCE")
def reduce(machine: Unpickler) -> None:
    args, function = machine.arguments(), machine.pop()
    call = call_of(function)
    if call is None:
        if not machine.is_added(function):
            owner = getattr(function, "__self__", None)
            belongs = "" if owner is None else f" which belongs to {owner}"
            raise UnpicklingError(
                f"Trying to call reduce for unrecognized function {function}{belongs}"
            )
        call = function
    machine.stack.append(call(*args))


@on("NEWOBJ")
def new_object(machine: Unpickler) -> None:
    args, cls = machine.arguments(), machine.pop()
    call = call_of(cls) if isinstance(cls, type) else None
    if call is not None:
        machine.stack.append(call(*args))
    elif isinstance(cls, type) and machine.is_added(cls):
        machine.stack.append(cls.__new__(cls, *args))
    else:
        raise UnpicklingError(
            "Can only create new object for nn.Parameter or classes allowlisted via "
            f"`add_safe_globals` but got {cls}"
        )


@on("BUILD")
def build(machine: Unpickler) -> None:
    state = machine.pop()
    made = machine.top
    if type(made) is Tensor:
        fill(made, state)
    elif type(made) is Parameter:
        rebuild.take_over(made, state)
    elif type(made) is OrderedDict:
        rebuild.check_attributes(state)
        made.__dict__.update(state)
    elif machine.is_added(type(made)):
        set_state(made, state)
    else:
        raise UnpicklingError(
            "Can only build Tensor, Parameter, OrderedDict or types allowlisted via "
            f"`add_safe_globals`, but got {type(made)}"
        )


def fill(made: Any, state: Any) -> None:
    """Give a tensor its contents as the oldest files say them: storage, offset, size, strides."""
    if not isinstance(state, tuple) or len(state) != 4:
        raise UnpicklingError("the state of a tensor is not storage, offset, size and stride")
    made.data = rebuild.rebuild_tensor(*state)


def set_state(made: Any, state: Any) -> None:
    """What pickle does with the state of an object."""
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    if attributes:
        made.__dict__.update(attributes)
    for name, value in (slots or {}).items():
        setattr(made, name, value)


@on("BINPERSID")
def push_persistent(machine: Unpickler) -> None:
    pid = machine.pop()
    if type(pid) is not tuple and type(pid) is not int:
        raise UnpicklingError(f"persistent_load id must be tuple or int, but got {type(pid)}")
    if type(pid) is tuple and pid and pid[0] not in ("storage", b"storage"):
        raise UnpicklingError(f"Only persistent_load of storage is allowed, but got {type(pid[0])}")
    if machine.persistent_load is None:
        raise UnpicklingError("unsupported persistent id encountered")
    machine.stack.append(machine.persistent_load(pid))


# -- containers ------------------------------------------------------------------------------------


def list_on_top(machine: Unpickler, doing: str) -> list[Any]:
    if type(machine.top) is not list:
        raise UnpicklingError(f"Can only {doing} lists, but got {type(machine.top)}")
    return machine.top


def mapping_on_top(machine: Unpickler, doing: str) -> Any:
    if type(machine.top) not in MAPPINGS:
        raise UnpicklingError(
            f"Can only {doing} for dict, collections.OrderedDict, collections.Counter, but got "
            f"{type(machine.top)}"
        )
    return machine.top


@on("APPEND")
def append(machine: Unpickler) -> None:
    item = machine.pop()
    list_on_top(machine, "append to").append(item)


@on("APPENDS")
def extend(machine: Unpickler) -> None:
    items = machine.pop_mark()
    list_on_top(machine, "extend").extend(items)


@on("SETITEM")
def set_item(machine: Unpickler) -> None:
    value, key = machine.pop(), machine.pop()
    check_key(key)
    mapping_on_top(machine, "SETITEM")[key] = value


@on("SETITEMS")
def set_items(machine: Unpickler) -> None:
    items = machine.pop_mark()
    mapping = mapping_on_top(machine, "SETITEMS")
    if len(items) % 2:
        raise UnpicklingError("odd number of items for SETITEMS")
    for key, value in zip(items[::2], items[1::2], strict=True):
        check_key(key)
        mapping[key] = value


@on("MARK")
def mark(machine: Unpickler) -> None:
    machine.marked.append(machine.stack)
    machine.stack = []


@on("TUPLE")
def push_tuple(machine: Unpickler) -> None:
    items = machine.pop_mark()
    machine.stack.append(tuple(items))


def push_short_tuple(length: int) -> Callable[[Unpickler], None]:
    def push(machine: Unpickler) -> None:
        items = [machine.pop() for _ in range(length)]
        machine.stack.append(tuple(reversed(items)))

    return push


for length in (1, 2, 3):
    on(f"TUPLE{length}")(push_short_tuple(length))


# -- values ----------------------------------------------------------------------------------------


def short_string(machine: Unpickler) -> Any:
    data = machine.take(machine.take(1)[0])
    return data if machine.encoding == "bytes" else text_of(data)


pushes("NONE", lambda machine: None)
pushes("NEWFALSE", lambda machine: False)
pushes("NEWTRUE", lambda machine: True)
pushes("EMPTY_TUPLE", lambda machine: ())
pushes("EMPTY_LIST", lambda machine: [])
pushes("EMPTY_DICT", lambda machine: {})
pushes("EMPTY_SET", lambda machine: set())
pushes("BININT", lambda machine: machine.number("<i"))
pushes("BININT1", lambda machine: machine.number("<B"))
pushes("BININT2", lambda machine: machine.number("<H"))
pushes("BINFLOAT", lambda machine: machine.number(">d"))
pushes("LONG1", lambda machine: decode_long(machine.take(machine.take(1)[0])))
pushes("BINUNICODE", lambda machine: text_of(machine.take(machine.number("<I"))))
pushes("SHORT_BINSTRING", short_string)


# -- the memo, beginning and end -------------------------------------------------------------------


def remember(format: str) -> Callable[[Unpickler], None]:
    def put(machine: Unpickler) -> None:
        machine.memo[machine.number(format)] = machine.top

    return put


def recall(format: str) -> Callable[[Unpickler], None]:
    def get(machine: Unpickler) -> None:
        index = machine.number(format)
        if index not in machine.memo:
            raise UnpicklingError(f"Memo value not found at index {index}")
        machine.stack.append(machine.memo[index])

    return get


on("BINPUT")(remember("<B"))
on("LONG_BINPUT")(remember("<I"))
on("BINGET")(recall("<B"))
on("LONG_BINGET")(recall("<I"))


@on("PROTO")
def check_protocol(machine: Unpickler) -> None:
    protocol = machine.number("<B")
    if protocol != 2:
        warnings.warn(PROTOCOL.format(protocol), UserWarning, stacklevel=2)


@on("STOP")
def stop(machine: Unpickler) -> None:
    machine.done = True


# -- without running anything ----------------------------------------------------------------------


def globals_in(pickled: bytes) -> set[str]:
    """The full names that a pickle mentions.

    Raises:
        UnpicklingError: for an instruction that `weights_only` does not know.
    """
    found = set()
    try:
        for op, argument, _ in pickletools.genops(pickled):
            if ord(op.code) not in OPCODES:
                raise UnpicklingError(f"Unsupported operand {ord(op.code)}")
            if op.name == "GLOBAL":
                found.add(".".join(translated(*str(argument).split(" ", 1))))
    except ValueError as error:
        raise UnpicklingError(f"the pickle is corrupt: {error}") from None
    return found
