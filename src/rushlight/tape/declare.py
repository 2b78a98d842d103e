"""How an operation is declared: a class body of rules becomes one Op.

    class mul(Elementwise):
        def forward(a, b): ...
        def vjp_a(g, b): ...        # gradient of a from the cotangent, reading b
        def vjp_b(g, a): ...

A rule's argument names say what it reads and so what is saved: an input or parameter by its name
in `forward`, `ans` the result (`ans0`, `ans1`.. of several), `x_shape` and `x_dtype` of input x.
One rule `vjp(g, ..., need)` may serve all inputs; `need` says which gradients are wanted.
Operations on a sequence of tensors declare `tensors = -1`; their rule reads `xs`, `shapes`,
`dtypes`, and `rest`: the inputs after those that a gradient can flow to.
"""

from types import FunctionType

from rushlight.kernels import door
from rushlight.tape.dispatch import (
    DTYPE,
    DTYPES,
    INPUT,
    INPUTS,
    NEED,
    OUTPUT,
    PARAM,
    REST,
    SHAPE,
    SHAPES,
    Op,
)

METHODS = (FunctionType, property, classmethod, staticmethod)
RULES = frozenset({"forward", "vjp", "jvp", "bind"})
WHOLE = {"xs": INPUTS, "shapes": SHAPES, "dtypes": DTYPES, "need": NEED}
DESCRIBED = {"_shape": SHAPE, "_dtype": DTYPE}

table = {}


class Declaration(type(Op)):
    """Turns `class name(Family): rules` into an Op; `family=True` makes a family itself.

    A body of rules and settings alone becomes an instance of its family: no class is made, which
    takes ten times longer. A body with methods of its own (`compute`, `settled`) needs one.
    `class variant(op)` declares an operation that is `op` but for what its body says.
    """

    def __new__(mcls, name, bases, body, family=False):
        for varied in body.pop("__orig_bases__", ()):
            body = {**varied.declared, **body}
        own = {key: value for key, value in body.items() if isinstance(value, METHODS)}
        rules = [key for key in own if is_rule(key, family)]
        if family or len(own) > len(rules) or len(bases) > 1:
            body |= {key: staticmethod(own[key]) for key in rules}
            cls = super().__new__(mcls, name, bases, body)
            if family:
                return cls
            op = cls()
        else:
            op = bases[0]()
            op.declared = body
            for key, value in body.items():
                setattr(op, key, value)
        settle(op, name)
        return op

    def __init__(cls, name, bases, body, family=False):
        super().__init__(name, bases, body)


def is_rule(key, family):
    """Is a function called `key` in a body a rule, which takes no `self`?"""
    return key in RULES or key[:4] in ("vjp_", "jvp_") or (key == "lift" and not family)


def argument_names(function):
    """The positional argument names of a Python (or compiled) function."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def settle(op, name):
    """Fill in what the tape needs to know from what was declared."""
    op.name = op.public_name or name.rstrip("_")
    op.label = op.node or camel(op.name) + "Backward0"
    op.fast = door.kernel(op.kernel or name)
    op.short = door.shortcut(op.kernel or name)
    names = argument_names(op.forward)
    op.arity = op.tensors
    op.edges = op.differentiable
    count = 1 if op.tensors < 0 else op.tensors
    op.input_names = names[:count]
    op.param_names = names[count:]
    op.defaults = tuple(op.forward.__defaults__ or ())
    op.joint = getattr(op, "vjp", None)
    op.rules = rules_of(op)
    op.settled()
    table[name] = op


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def rules_of(op):
    """The vjp rule of each input; None when there are none."""
    if op.joint is not None:
        return (op.joint,) * len(op.input_names)
    rules = tuple([getattr(op, f"vjp_{name}", None) for name in op.input_names])
    return rules if any(rules) else None


def lay_plan(op):
    """Which values the rules read, where from, and for whose gradient; asked on first use."""
    entries = {}
    if op.joint is not None:
        op.joint_picks = read_by(op, op.joint, entries, -1)
    else:
        op.picks = tuple(
            [
                () if rule is None else read_by(op, rule, entries, 1 << i)
                for i, rule in enumerate(op.rules or ())
            ]
        )
    op.plan_names = tuple(entries)
    op.plan = tuple([code for code, _ in entries.values()])
    op.masks = tuple([mask for _, mask in entries.values()])
    op.keeps = any(
        code < 100 or 200 <= code < 300 or code == INPUTS or code >= REST for code in op.plan
    )


def read_by(op, rule, entries, bit):
    """The plan indices of a rule's arguments after the cotangent, entering new ones."""
    picks = []
    for name in argument_names(rule)[1:]:
        code = code_of(op, name)
        if code == NEED:
            picks.append(NEED)
            continue
        _, mask = entries.get(name, (code, 0))
        entries[name] = (code, mask | bit)
        picks.append(list(entries).index(name))
    return tuple(picks)


def code_of(op, name):
    """Where the value called `name` in a rule comes from."""
    if (op.tensors < 0 and name in WHOLE) or name == "need":
        return WHOLE[name]
    if op.tensors < 0 and name == "rest":
        return REST + op.edges
    if name in op.input_names:
        return INPUT + op.input_names.index(name)
    if name in op.param_names:
        return PARAM + op.param_names.index(name)
    if name.startswith("ans"):
        return OUTPUT + int(name[3:] or 0)
    for suffix, kind in DESCRIBED.items():
        if name.endswith(suffix) and name[: -len(suffix)] in op.input_names:
            return kind + op.input_names.index(name[: -len(suffix)])
    raise TypeError(f"{op.name}: no such value for a rule: {name}")
