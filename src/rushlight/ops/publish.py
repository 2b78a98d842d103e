"""The public names: every operation and composed function enters itself here, by namespace.

`namespaces["torch"]["sum"]` is what a program gets as `torch.sum`; `namespaces["Tensor"]` are the
methods.  The public modules take their contents from these tables.
"""

import functools
import sys
from importlib import import_module

from rushlight.kernels import door
from rushlight.tape import entry, inplace, outputs
from rushlight.tape.declare import table


class Namespace(dict):
    """Functions by name; one that has not been declared yet is, when its name is looked up."""

    def __init__(self, place):
        self.place = place

    def __missing__(self, name):
        from rushlight.ops.late import Late

        return Late(self.place)[name]


class Namespaces(dict):
    """The namespaces by their names."""

    def __missing__(self, place):
        self[place] = Namespace(place)
        return self[place]


namespaces = Namespaces()
MODULES = {"torch": "torch", "Tensor": "torch", "F": "torch.nn.functional"}


def named(function, name, doc, place, signed=None):
    """A generated function under its public name; `help` shows the signature of `signed`."""
    function.__name__ = name
    function.__qualname__ = f"Tensor.{name}" if place == "Tensor" else name
    function.__doc__ = doc
    if signed is not None:
        function.__wrapped__ = signed
    return function


def enter(place, name, function, aliases=()):
    """Publish `function` in a namespace under its name and its aliases."""
    for each in (name, *aliases):
        namespaces[place][each] = function


def output_key(name, places):
    """The name by which a function's rules for `out=` are found; `linalg` has names of its own."""
    return f"linalg.{name}" if places == "linalg" else name


def output_rule(name):
    """A check of `rushlight.ops.output_rules`, which is imported when first needed."""

    def check(*args):
        return getattr(import_module("rushlight.ops.output_rules"), name)(*args)

    return staticmethod(check)


def door_of(name, places):
    """Place and name by which `rushlight.ops.signatures` knows a function."""
    place = next((p for p in ("torch", "F") if p in places.split()), places.split()[0])
    prefix = "" if place in ("torch", "F", "Tensor") else f"{place}_"
    return place, prefix + name.removeprefix(prefix)


def own_parameters(place, name):
    """Has a function of `torch` parameters beyond its signatures, as some of `nn.functional` have?"""
    function = namespaces[place].get(name)
    body = getattr(function, "__wrapped__", None)
    if body is None or function is not namespaces["F"].get(name):
        return False
    from rushlight.ops import signatures

    code = body.__code__
    return not signatures.know(name, code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def explain(door, args, kwargs):
    """Look at the arguments of a call that failed, as PyTorch would have.

    Raises its TypeError if they fit none of its signatures. If they fit one in a way that
    operations do not bind, the call is made again: then its result comes back, else None.
    """
    if door is None or own_parameters(*door):
        return None
    from rushlight.ops import signatures

    raised = sys.exc_info()[1]
    unbound = isinstance(raised, TypeError)
    better = signatures.complaint(*door, args, kwargs)
    if better is not None and str(raised) != f"linalg_{better}":
        raise better from None
    again = signatures.another_way(*door, args, kwargs, unbound)
    if again is None:
        return None
    place, name = door
    function = namespaces[place][name.removeprefix(f"{place}_")]
    return function(*again[0], **again[1])


entry.Errors.explain = staticmethod(explain)
outputs.Rules.check_dtype = output_rule("check_dtype")
outputs.Rules.check_apart = output_rule("check_apart")


# How operations on one tensor or two are called, where nothing else is said.
USUAL = ("input", "other")
SIGNED = {1: lambda input: None, 2: lambda input, other: None}


def publish_operation(op):
    """Publish an operation's function, method and in-place method where it says."""
    op.direct = op.directly()
    op.binder = op.bind
    op.out_key = output_key(op.name, op.places)
    op.door = door_of(op.name, op.places)
    function = getattr(op, "function", None) or entry.general_function(op)
    method = getattr(op, "method", None) or entry.general_method(op)
    usual = op.pointwise and getattr(op, "arguments", USUAL) == USUAL
    if op.bind is not None:
        op.bind.__qualname__ = op.name  # as errors about its arguments call it
    signed = op.bind or (SIGNED.get(op.arity) if usual else None)
    op.function = named(function, op.name, op.__doc__, "torch", signed)
    op.method = named(method, op.name, op.__doc__, "Tensor", signed)
    for place in op.places.split():
        enter(place, op.name, op.method if place == "Tensor" else op.function, op.aliases)
    if op.inplace:
        name = f"{op.name}_"
        two = op.pointwise and op.arity == 2
        writer = entry.inplace_binary_method if two else entry.inplace_method
        writes = named(
            writer(op), name, f"In-place version of `{op.name}`.", "Tensor", signed or op.method
        )
        enter("Tensor", name, writes, [f"{alias}_" for alias in op.aliases])
        op.inplace_method = writes
    op.published = True  # last: another thread may be looking


def publish_operations():
    """Publish what has been declared since the last time."""
    for op in list(table.values()):  # other threads may be declaring
        if op.places is not None and not op.published:
            publish_operation(op)


def public(places, out=False, aliases=(), name=None, inplace=False, quick=None):
    """Publish a function that is composed of operations.

    With `inplace`, a method `name_` writes the function's result over its first argument.  What
    the kernel of this name can do at once is recorded as the operation `quick`.
    """

    def decorate(body):
        own = name or body.__name__.rstrip("_")
        kernel = quick and door.shortcut(own)
        key = output_key(own, places)
        through = entry.composed_function(body, out, quick, kernel, key, door_of(own, places))
        function = named(through, own, body.__doc__, "torch", body)
        function.takes_out = out
        for place in places.split():
            given = function
            if place == "Tensor" and places != "Tensor":
                given = entry.composed_function(body, False, quick, kernel, None, ("Tensor", own))
                named(given, own, body.__doc__, "Tensor", body)
            enter(place, own, given, aliases)
        if inplace:
            enter("Tensor", f"{own}_", overwriting(body, own), [f"{alias}_" for alias in aliases])
        return function

    return decorate


def attribute(body=None, quick=None):
    """Publish a property of tensors that is computed by operations; `quick` is as in `public`."""
    if body is None:
        return functools.partial(attribute, quick=quick)
    getter = entry.composed_function(body, False, quick, quick and door.shortcut(body.__name__))
    named(getter, body.__name__, body.__doc__, "Tensor", body)
    enter("Tensor", body.__name__, property(getter, doc=body.__doc__))
    return body


def overwriting(body, own):
    """The in-place method of a composed function."""

    def method(self, *args, **kwargs):
        inplace.check(self, False)
        try:
            return self.copy_(body(self.clone(), *args, **kwargs))
        except Exception:
            result = explain(("Tensor", f"{own}_"), (self, *args), kwargs)
            if result is None:
                raise
            return result

    return named(method, f"{own}_", f"In-place version of `{own}`.", "Tensor", body)
