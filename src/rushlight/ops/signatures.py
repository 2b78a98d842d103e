"""Says of a call that failed what is wrong with its arguments, in PyTorch's words.

PyTorch matches arguments with a list of signatures before it does anything. Here operations bind
their arguments themselves; only when that has failed are the signatures (`signatures.txt`, made
by `tools/signatures.py`) read, and if none fits, PyTorch's message replaces ours.
"""

import functools
import re
from importlib import resources

import numpy as np

from rushlight.kernels import dtypes, metadata
from rushlight.ops.families import NUMPY_NAMES, warn_once
from rushlight.tape import overrides
from rushlight.tape.core import TensorBase, wants

# Of the arguments, in `torch` and its methods, that NumPy calls otherwise.
ALSO_CALLED = {
    own: tuple([name for name, known in NUMPY_NAMES.items() if known == own])
    for own in ("dim", "keepdim", "input", "other")
}
DEPRECATED = (
    "This overload of {0} is deprecated:\n\t{0}{1}\nConsider using one of the following signatures "
    "instead:{2}"
)
TYPES = {  # what messages call the types of the signatures
    "Scalar": "Number",
    "int64_t": "int",
    "double": "float",
    "complex": "complex",
    "TensorList": "tuple of Tensors",
    "ITensorListRef": "tuple of Tensors",
    "c10::List<::std::optional<Tensor>>": "tuple of Tensors",
    "IntArrayRef": "tuple of ints",
    "ArrayRef<double>": "tuple of floats",
    "ArrayRef<Scalar>": "tuple of Scalars",
    "ScalarList": "tuple of Scalars",
    "Generator": "torch.Generator",
    "ScalarType": "torch.dtype",
    "Layout": "torch.layout",
    "Device": "torch.device",
    "MemoryFormat": "torch.memory_format",
    "c10::string_view": "str",
    "std::string": "str",
    "Storage": "torch.Storage",
    "Stream": "torch.Stream",
    "PyObject*": "object",
    "DimnameList": "tuple of names",
    "Dimname": "name",
}
# Functions whose tensors may be numbers.
WITH_NUMBERS = frozenset(
    f"{name}{tail}"
    for name in ("add", "div", "divide", "mul", "multiply", "sub", "subtract")
    for tail in ("", "_")
) | {"true_divide", "true_divide_", "floor_divide", "floor_divide_", "copy_"}


class Parameter:
    """One parameter: its type, name and default, and which arguments it takes."""

    def __init__(self, text, keyword_only, function):
        head, _, default = text.partition("=")
        kind, _, self.name = head.rpartition(" ")
        kind, _, self.size = kind.replace("?", "").partition("[")
        self.none = "?" in head or default == "None"
        self.kind, self.keyword_only, self.default = kind, keyword_only, default
        self.type = TYPES.get(kind, kind)
        self.numbers = kind == "Tensor" and function in WITH_NUMBERS
        self.names = (self.name, *ALSO_CALLED.get(self.name, ()))

    def __str__(self):
        shown = f"{self.type} {self.name}"
        return f"{shown} = {self.default}" if self.default else shown

    def takes(self, x, position):
        """Does it take `x`?  A list may be refused for one of its elements: then its index."""
        if self.kind in ("IntArrayRef", "ArrayRef<double>"):
            return self.takes_list(x)
        if self.type == "tuple of Tensors":
            return isinstance(x, (tuple, list)) and all_tensors(x, position, self.kind)
        if self.kind == "Tensor":
            return is_tensor(x) or (self.numbers and is_number(x))
        return (x is None and self.none) or TAKEN.get(self.kind, anything)(x)

    def takes_list(self, x):
        if not isinstance(x, (tuple, list)):
            return self.kind == "IntArrayRef" and bool(self.size) and is_int(x)
        if self.kind == "IntArrayRef":
            return True if not x or is_element(x[0]) else Failed(0)
        return next((Failed(i) for i, y in enumerate(x) if not is_number(y)), True)


class Failed(int):
    """The index of an element that a list parameter does not take."""

    def __bool__(self):
        return False


def is_tensor(x):
    return isinstance(x, TensorBase) or overrides.has(x)


def is_number(x):
    return isinstance(x, (int, float, complex, np.number, np.bool_)) or is_scalar_tensor(x)


def is_real(x):
    return not isinstance(x, (complex, np.complexfloating)) and is_number(x)


def is_scalar_tensor(x):
    return isinstance(x, TensorBase) and x.dim() == 0 and not wants(x)


def is_int(x):
    if isinstance(x, TensorBase):
        return is_scalar_tensor(x) and x.dtype.category == dtypes.INT
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def is_element(x):
    """May `x` be an element of a list of ints?"""
    if isinstance(x, TensorBase):
        return x.numel() == 1 and x.dtype.category <= dtypes.INT
    return not isinstance(x, bool) and hasattr(type(x), "__index__")


def all_tensors(xs, position, kind):
    """PyTorch refuses a list for its elements without looking at further signatures."""
    for i, x in enumerate(xs):
        if not is_tensor(x) and not (x is None and "optional" in kind):
            raise TypeError(
                f"expected Tensor as element {i} in argument {position}, "
                f"but got {metadata.type_name(type(x))}"
            )
    return True


def anything(x):
    return True


def instance(*classes):
    return lambda x: isinstance(x, classes)


TAKEN = {
    "Scalar": is_number,
    "double": is_real,
    "complex": is_number,
    "int64_t": is_int,
    "bool": instance(bool, np.bool_),
    "c10::string_view": instance(str),
    "std::string": instance(str),
    "ScalarType": lambda x: isinstance(x, dtypes.dtype) or x in (bool, int, float, complex),
    "Device": lambda x: isinstance(x, (str, metadata.device)) or is_int(x),
    "Generator": lambda x: type(x).__name__ == "Generator",
    "Layout": instance(metadata.layout),
    "MemoryFormat": instance(metadata.memory_format),
    "ArrayRef<Scalar>": instance(tuple, list),
    "ScalarList": instance(tuple, list),
}


class Signature:
    """One way to call a function."""

    def __init__(self, function, text):
        self.function = function
        self.hidden = text.endswith("!")
        parts = [p for p in split_outside_brackets(text.removesuffix("!")) if p]
        star = parts.index("*") if "*" in parts else len(parts)
        self.parameters = [
            Parameter(part, i > star, function) for i, part in enumerate(parts) if i != star
        ]
        self.positional = star
        self.required = sum(not p.default for p in self.parameters)

    def __str__(self):
        shown = [str(p) for p in self.parameters]
        if self.positional < len(shown):
            shown.insert(self.positional, "*")
        return f"({', '.join(shown)})"

    def complaint(self, args, kwargs):
        """What is wrong with the arguments, or None."""
        spread = self.positional == 1 and self.parameters[0].kind == "IntArrayRef"
        if len(args) > self.positional and not (spread and is_element(args[0])):
            return self.too_many(len(args))
        at, named = 0, 0
        for i, p in enumerate(self.parameters):
            by_name = at >= len(args)
            if not by_name and p.keyword_only:
                return self.too_many(len(args))
            x = next((kwargs[n] for n in p.names if n in kwargs), self) if by_name else args[at]
            if x is self and not p.default:
                return self.missing(i)
            if x is not self and not (x is None and p.none):
                taken = p.takes(x, i)
                if not taken and spread and i == 0 and not by_name and p.takes_list(args):
                    at = len(args)
                    continue
                if not taken:
                    return self.refused(p, x, at, by_name, taken)
            at += not by_name
            named += by_name and x is not self
        return self.surplus(kwargs, len(args)) if named < len(kwargs) else None

    def rewritten(self, args, kwargs, unbound):
        """The arguments of a call that fits, as operations bind them: or None if they do already.

        Numbers may come as tensors of one element, old signatures have another order, and what has
        another name here (if the call was `unbound`) is given by its position.
        """
        given = dict(zip([p.name for p in self.parameters], args, strict=False))
        if len(given) < len(args) or not NUMPY_NAMES.keys().isdisjoint(kwargs):
            return None
        given |= kwargs
        named = {
            p.name: as_number(given[p.name], p.kind) for p in self.parameters if p.name in given
        }
        same = all(named[name] is given[name] for name in named)
        first = []
        for p in self.parameters[: self.positional]:
            if p.name not in named or (self.hidden and p.name != "input"):
                break
            first.append(named.pop(p.name))
        moved = unbound and len(first) > len(args)
        return (first, named) if moved or self.hidden or not same else None

    def refused(self, p, x, at, by_name, taken):
        where = "" if by_name else f" (position {at + 1})"
        text = f"{self.function}(): argument '{p.name}'{where} must be {p.type}, "
        if isinstance(taken, Failed) and not by_name:
            kind = metadata.type_name(type(x[taken]))
            return f"{text}but found element of type {kind} at pos {int(taken)}"
        return f"{text}not {metadata.type_name(type(x))}"

    def too_many(self, given):
        most = self.positional
        if self.required != most:
            span = f"from {self.required} to {most} positional arguments"
            return f"{self.function}() takes {span} but {given} were given"
        count = f"{most} positional argument{'' if most == 1 else 's'}"
        return (
            f"{self.function}() takes {count} but {given} {'was' if given == 1 else 'were'} given"
        )

    def missing(self, first):
        names = [f'"{p.name}"' for p in self.parameters[first:] if not p.default]
        plural = "s" if len(names) == 1 else ""
        return (
            f"{self.function}() missing {len(names)} required positional argument{plural}: "
            f"{', '.join(names)}"
        )

    def surplus(self, kwargs, given):
        positions = {name: i for i, p in enumerate(self.parameters) for name in p.names[:1]}
        for name in kwargs:
            if name not in positions:
                return f"{self.function}() got an unexpected keyword argument '{name}'"
            if positions[name] < given:
                return f"{self.function}() got multiple values for argument '{name}'"
        return "invalid keyword arguments"


def split_outside_brackets(text):
    """A signature's parts; commas inside brackets separate nothing."""
    return [part.strip() for part in re.split(r",\s*(?![^\[{]*[\]}])", text)]


@functools.cache
def table():
    """(place, function) to the text of its signatures."""
    lines = resources.files(__package__).joinpath("signatures.txt").read_text().splitlines()
    return {tuple(line.split(" ", 2)[:2]): line.split(" ", 2)[2] for line in lines}


@functools.cache
def signatures(place, name):
    """The signatures of a function, in the order in which they are tried; None if unknown."""
    text = table().get((place, name))
    if text is None or text == "-":
        return text
    return tuple(Signature(name, one) for one in text.split(";"))


def know(name, parameters):
    """Do the signatures of a function of `torch` know all of its parameters?"""
    known = signatures("torch", name)
    if known is None or known == "-":
        return True
    return {"out"}.union(*[{p.name for p in s.parameters} for s in known]).issuperset(parameters)


def complaint(place, name, args, kwargs):
    """PyTorch's TypeError for arguments that fit no signature of a function, else None."""
    known = signatures(place, name)
    if known is None:
        return None
    if place == "Tensor":
        if not args or not is_tensor(args[0]):
            return of_no_tensor(name, args)
        args = args[1:]
    if known == "-":
        text = no_arguments(name, args, kwargs)
    else:
        try:
            text = choose(known, args, kwargs)
        except TypeError as error:  # of an element of a list
            return error
    return text and TypeError(text)


def another_way(place, name, args, kwargs, unbound):
    """Arguments that say the same as those of a call that failed, in another way; None if none.

    `unbound` says that the operation did not know what to do with them.
    """
    known = signatures(place, name)
    if known is None or known == "-":
        return None
    own, args = (args[:1], args[1:]) if place == "Tensor" else ((), args)
    fitting = next((s for s in known if s.complaint(args, kwargs) is None), None)
    again = fitting and fitting.rewritten(args, kwargs, unbound)
    if not again:
        return None
    if fitting.hidden:
        shown = "".join([f"\n\t{name}{s}" for s in known if not s.hidden])
        warn_once(DEPRECATED.format(name, fitting, shown))
    return (*own, *again[0]), again[1]


def as_number(x, kind):
    """A tensor of one element as the number it stands for."""
    if kind in ("Scalar", "double", "int64_t") and isinstance(x, TensorBase):
        return x.item()
    return x


def of_no_tensor(name, args):
    """A method called on the class, without a tensor."""
    if not args:
        return TypeError(f"unbound method TensorBase.{name}() needs an argument")
    return TypeError(
        f"descriptor '{name}' for 'torch._C.TensorBase' objects doesn't apply to a "
        f"'{metadata.type_name(type(args[0]))}' object"
    )


def no_arguments(name, args, kwargs):
    if kwargs:
        return f"TensorBase.{name}() takes no keyword arguments"
    return f"TensorBase.{name}() takes no arguments ({len(args)} given)" if args else None


def choose(known, args, kwargs):
    """The complaint of the one signature that may be meant, or a list of all."""
    if len(known) == 1:
        return known[0].complaint(args, kwargs)
    if any(s.complaint(args, kwargs) is None for s in known):
        return None
    shown = [s for s in known if not s.hidden]
    count = len(args) + len(kwargs)
    likely = [s for s in shown if s.required <= count <= len(s.parameters)]
    if len(likely) == 1:
        return likely[0].complaint(args, kwargs)
    return all_refused(shown, args, kwargs)


def all_refused(shown, args, kwargs):
    """The message that lists the signatures."""
    kwargs = dict(reversed(kwargs.items()))
    options = [Option(str(s)) for s in shown]
    start = f"{shown[0].function}() received an invalid combination of arguments - "
    if len(options) == 1:
        return f"{start}{options[0].alone(args, kwargs)}"
    lines = [f"{start}got {described(args, kwargs)}, but expected one of:"]
    for option in options:
        lines.append(f" * {option.text}")
        if reason := option.reason(args, kwargs):
            lines.append(f"      didn't match because some of the {reason}")
    return "\n".join([*lines, ""])


def described(args, kwargs):
    words = [metadata.type_name(type(x)) for x in args]
    words += [f"{name}={metadata.type_name(type(x))}" for name, x in kwargs.items()]
    return in_brackets(words, args)


def in_brackets(words, args):
    """Without positional arguments, a comma is left behind the last word."""
    return f"({', '.join(words)}{', ' if words and not args else ''})"


def detailed(x):
    """The type of an argument that is compared with a signature: lists with their elements'."""
    word = metadata.type_name(type(x))
    if isinstance(x, (tuple, list)):
        inner = ", ".join([metadata.type_name(type(y)) for y in x])
        return f"{word} of {f'({inner})' if isinstance(x, tuple) else f'[{inner}]'}"
    return word


class Option:
    """A signature as its message reads it again, word by word: defaults are taken for names."""

    def __init__(self, text):
        self.text = text
        self.arguments = [part.rpartition(" ")[::2] for part in text[1:-1].split(", ")]

    def wrong_names(self, kwargs):
        first = max(len(self.arguments) - len(kwargs), 0)
        names = [name for _, name in self.arguments[first:]]
        return [name for name in kwargs if name not in names]

    def counted(self, args, kwargs):
        return len(args) + len(kwargs) == len(self.arguments)

    def compared(self, args, kwargs):
        """The arguments' types, those that are not as the signature says between marks."""
        shown = []
        for i, (kind, name) in enumerate(self.arguments):
            x = args[i] if i < len(args) else kwargs[name]
            word = detailed(x)
            entry = word if i < len(args) else f"{name}={word}"
            fits = word == kind or (kind == "float" and word == "int")
            shown.append(entry if fits else f"!{entry}!")
        return in_brackets(shown, args)

    def reason(self, args, kwargs):
        if not self.counted(args, kwargs):
            return ""
        if wrong := self.wrong_names(kwargs):
            return f"keywords were incorrect: {', '.join(wrong)}"
        return f"arguments have invalid types: {self.compared(args, kwargs)}"

    def alone(self, args, kwargs):
        if wrong := self.wrong_names(kwargs):
            return f"got unrecognized keyword arguments: {', '.join(wrong)}"
        words = self.compared if self.counted(args, kwargs) else described
        return f"got {words(args, kwargs)}, but expected {self.text}"
