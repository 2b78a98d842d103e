"""What nodes show of what they saved, under PyTorch's names: `_saved_self`, `_raw_saved_result`.

A row of `saved_names.txt` names nodes (`Mm0` is MmBackward0; an operation's own name goes first)
and then what PyTorch shows there: `name=source`, or a name alone where the source is found by
`ALIASES`. A source is a name in the rules, `how.1` an item of it, `windows:1` that item of each of
its items, `flat:pairs` a tuple of their items, or a constant. What a node does not keep is None; a
`?` marks the tensors among that.
"""

import ast
import functools
import math
import re
from importlib import resources

from rushlight.tape.nodes import SavedTensor, saved_value

ALIASES = {
    "self": ("x", "a"),
    "other": ("b",),
    "input": ("x",),
    "target": ("t", "y"),
    "weight": ("w",),
    "tensors": ("xs",),
    "dim": ("dims",),
    "result": ("ans",),
    "indices": ("ans1",),
}
PUBLIC = {"a": "self", "x": "self", "b": "other", "ans": "result", "xs": "tensors"}
DESCRIBED = re.compile(r"(\w+?)_sym_(sizes|strides|numel|argsize_(minus_)?(\d))$")


@functools.cache
def rows():
    """{node or operation: {name: source}}."""
    found = {}
    text = resources.files(__package__).joinpath("saved_names.txt").read_text()
    for line in text.splitlines():
        nodes, _, names = line.partition(":")
        shown = dict([name.partition("=")[::2] for name in names.split()])
        found.update(dict.fromkeys(nodes.split(), shown))
    return found


def row_of(op):
    """{name: source} of all that nodes of `op` show; by default what the rules read."""
    row = rows().get(op.name)
    if row is None:
        row = rows().get(op.label.replace("Backward", "", 1))
    if row is not None:
        return row
    names = [n.replace("_shape", "_sym_sizes") for n in op.plan_names if not internal(n)]
    return {PUBLIC.get(n, re.sub(r"^[ax]_sym", "self_sym", n)): n for n in names}


def internal(name):
    """Is a value of the rules none of PyTorch's?"""
    return name in ("lead", "front") or name.endswith("_dtype")


def properties(op):
    """The attributes of the class of an operation's nodes, by name."""
    body, row = {}, row_of(op)
    for name, source in row.items():
        public = name.rstrip("?")
        k = entry_of(op, public, source)
        read = functools.partial(saved_value, k=k) if k >= 0 else computed(op, public, source, row)
        body[f"_saved_{public}"] = property(read)
        if name != public or (k >= 0 and (op.plan[k] < 100 or 200 <= op.plan[k] < 300)):
            body[f"_raw_saved_{public}"] = property(functools.partial(SavedTensor, k=k))
    return body


def entry_of(op, name, source):
    """Which saved entry is shown, -1 if none is as it stands."""
    candidates = (source,) if source else (name, *ALIASES.get(name, ()))
    if name.startswith("result") and not source:
        candidates += (name.replace("result", "ans"),)
    for candidate in candidates:
        candidate = candidate.replace("_sym_sizes", "_shape")
        if candidate in op.plan_names:
            return op.plan_names.index(candidate)
    return -1


def computed(op, name, source, row):
    """A function of the node for what is no saved entry."""
    kind, separator, item = re.match(r"(\w*)([.:]?)(.*)", source).groups()
    if kind in op.plan_names or item in op.plan_names:
        k = op.plan_names.index(kind if kind in op.plan_names else item)
        return lambda node: part(saved_value(node, k), kind, separator, item, node)
    described = DESCRIBED.match(name)
    if described is None:
        value = ast.literal_eval(source) if source else None
        return lambda node: value
    base, what, back, number = described.groups()
    at = (-int(number) if back else int(number)) if number else None
    k = entry_of(op, base, row.get(base, ""))
    shape = next((op.plan_names.index(f"{x}_shape") for x in shapes_of(base, op)), -1)
    return lambda node: description(node, k, shape, what, at)


def shapes_of(base, op):
    """The inputs called `base` whose shapes are saved."""
    return [x for x in (base, *ALIASES.get(base, ())) if f"{x}_shape" in op.plan_names]


def part(value, kind, separator, item, node):
    """`value.item`, `value:item`, `flat:value` or `placed:value`."""
    if value is None:
        return None
    if kind == "flat":
        return tuple([n for pair in value for n in pair])
    if kind == "placed":  # index tensors by dim, None for a dim without one
        dims = saved_value(node, node.op_.plan_names.index("dims"))
        return tuple([dict(zip(dims, value, strict=True)).get(d) for d in range(dims[-1] + 1)])
    return value[int(item)] if separator == "." else tuple([one[int(item)] for one in value])


def description(node, k, shape, what, at):
    """Sizes, strides, one size or the number of elements of an input, None if it is not saved."""
    tensor = None if k < 0 else saved_value(node, k)
    if what == "strides":
        return None if tensor is None else tensor.stride()
    sizes = saved_value(node, shape) if tensor is None and shape >= 0 else None
    sizes = sizes if tensor is None else tuple(tensor.shape)
    if sizes is None or what == "sizes":
        return sizes
    return math.prod(sizes) if at is None else sizes[at]
