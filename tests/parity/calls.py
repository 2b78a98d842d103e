"""Which names of PyTorch's tiers 1 and 2 are missing here, and which of their parameters.

`python -m tests.parity.calls` writes `calls.txt`, the list that may only become shorter.
"""

import inspect
import json
from pathlib import Path

import torch

import rushlight
from rushlight.ops import signatures

LIST = Path(__file__).with_suffix(".txt")
INVENTORY = Path(__file__).parents[2] / "parity/inventory.json"
# Per namespace of the inventory: the place and the prefix of its functions in the signatures.
PLACES = {
    "torch": ("torch", ""),
    "torch.Tensor": ("Tensor", ""),
    "torch.nn.functional": ("F", ""),
    "torch.linalg": ("linalg", "linalg_"),
    "torch.fft": ("fft", "fft_"),
    "torch.special": ("special", "special_"),
}
MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
NAMED_ONLY = inspect.Parameter.KEYWORD_ONLY


def found(module, namespace):
    for name in namespace.split(".")[1:]:
        module = getattr(module, name)
    return module


def parameters(function):
    """The parameters that `inspect` sees, without those that take any number of arguments."""
    try:
        listed = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [p for p in listed if p.kind not in MANY]


def wanted(place, name, theirs):
    """PyTorch's parameters: name to the positions that they may have (None for none)."""
    known = signatures.signatures(place, name)
    if known == "-":
        return {}
    if known is None:
        listed = parameters(theirs) or ()
        return {p.name: {None if p.kind == NAMED_ONLY else i} for i, p in enumerate(listed)}
    positions = {}
    for signature in known:
        for i, p in enumerate(signature.parameters):
            if not signature.hidden and p.name != "out":
                positions.setdefault(p.name, set()).add(None if p.keyword_only else i)
    return positions


def takes_any(function):
    """Does a function take any keyword? Such ones bind their arguments themselves."""
    listed = inspect.signature(function).parameters.values()
    return any(p.kind in MANY for p in listed)


def lacking_parameters(place, name, ours, theirs):
    """The parameters that cannot be given; one of another name here is given by its position."""
    own = parameters(ours)
    if own is None or takes_any(ours):
        return []
    names = {p.name for p in own}
    count = sum(p.kind != NAMED_ONLY for p in own) - (place == "Tensor")
    by_place = signatures.signatures(place, name) is not None
    return [
        parameter
        for parameter, positions in wanted(place, name, theirs).items()
        if parameter not in names
        and parameter != "self"
        and not (by_place and any(i is not None and i < count for i in positions))
    ]


def lacking():
    """All that is missing: names, and names with parameters."""
    inventory = json.loads(INVENTORY.read_text())["callables"]
    for namespace, (place, prefix) in PLACES.items():
        here, there = found(rushlight, namespace), found(torch, namespace)
        for name, about in inventory[namespace].items():
            if about["kind"] != "function" or about["tier"] > 2 or name.startswith("__"):
                continue  # operators are called by Python
            if not hasattr(here, name):
                yield f"{namespace}.{name}"
                continue
            ours, theirs = getattr(here, name), getattr(there, name)
            for parameter in lacking_parameters(place, prefix + name, ours, theirs):
                yield f"{namespace}.{name}({parameter})"


if __name__ == "__main__":
    LIST.write_text("".join(f"{entry}\n" for entry in lacking()))
