"""Tutorials print under rushlight what they print under PyTorch, cell by cell.

`pages/` holds the code of tutorials found on the net, as it stands there; `programs/` our own in
the same manner. Compared are the output, warnings, errors and every tensor left in the namespace.
"""

import itertools
from pathlib import Path

import pytest

from .cells import Outcome, read, run, rushlight_for_torch

torch = pytest.importorskip("torch")

HERE = Path(__file__).parent
DOCUMENTS = sorted([*HERE.glob("pages/*.py"), *HERE.glob("programs/*.py")])

# What graph_walk.py's page shows of the two listings; it breaks off within the first.
TENSOR_NAMES = """
T __abs__ __add__ __and__ __array__ __array_priority__ __array_wrap__ __bool__ __class__
__contains__ __deepcopy__ __delattr__ __delitem__ __dict__ __dir__ __div__ __doc__ __eq__ __float__
__floordiv__ __format__ __ge__ __getattribute__ __getitem__ __gt__ __hash__ __iadd__ __iand__
__idiv__ __ilshift__ __imul__ __index__ __init__ __init_subclass__ __int__ __invert__ __ior__
__ipow__ __irshift__ __isub__ __iter__ __itruediv__ __ixor__ __le__ __len__ __long__ __lshift__
__lt__ __matmul__ __mod__ __module__ __mul__ __ne__ __neg__ __new__ __nonzero__ __or__ __pow__
__radd__ __rdiv__ __reduce__ __reduce_ex__ __repr__ __reversed__ __rfloordiv__ __rmul__ __rpow__
__rshift__ __rsub__ __rtruediv__ __setattr__
"""
NODE_NAMES = """
__call__ __class__ __delattr__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __gt__
__hash__ __init__ __init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__ __repr__
__setattr__ __sizeof__ __str__ __subclasshook__ _register_hook_dict metadata name next_functions
register_hook requires_grad
"""
SHOWN = {"[In 18]": TENSOR_NAMES, "[In 21]": NODE_NAMES, "[In 23]": NODE_NAMES}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_prints_what_pytorch_prints(document: Path) -> None:
    cells = read(document)
    expected = list(run(cells, torch))
    with rushlight_for_torch() as rushlight:
        actual = list(run(cells, rushlight))
    assert len(actual) == len(expected) == len(cells)
    differences = []
    for cell, theirs, ours in zip(cells, expected, actual, strict=True):
        stopped = type(theirs.error).__name__ if theirs.error else None
        assert stopped == cell.raises, f"{cell.place}: PyTorch raised {theirs.error!r}"
        differences += [f"{cell.place}\n{text}" for text in compare(theirs, ours)]
    assert not differences, "\n\n".join(differences)


def without_advice(ours: list[str], theirs: list[str]) -> list[str]:
    """Our warnings without the lines that say, after PyTorch's text, where it happened."""
    return [
        b if a.startswith(f"{b}\n") else a
        for a, b in itertools.zip_longest(ours, theirs, fillvalue="")
    ]


def compare(theirs: Outcome, ours: Outcome) -> list[str]:
    """The differences between two outcomes of a cell, as text."""
    pairs = [
        (theirs.printed, ours.printed),
        (theirs.warnings, without_advice(ours.warnings, theirs.warnings)),
        (type(theirs.error), type(ours.error)),
        (theirs.names is None, ours.names is None),
    ]
    names = theirs.tensors.keys() | ours.tensors.keys()
    pairs += [(theirs.tensors.get(name), ours.tensors.get(name)) for name in sorted(names)]
    found = [f"PyTorch:   {a}\nrushlight: {b}" for a, b in pairs if a != b]
    # rushlight says after PyTorch's sentence where it happened.
    if theirs.error and not str(ours.error).startswith(str(theirs.error)):
        found.append(f"PyTorch:   {theirs.error!r}\nrushlight: {ours.error!r}")
    return found


@pytest.mark.parametrize("place", SHOWN)
def test_listing_has_the_names_the_page_shows(place: str) -> None:
    cells = read(HERE / "pages" / "graph_walk.py")
    with rushlight_for_torch() as rushlight:
        outcomes = list(run(cells, rushlight))
    (names,) = [o.names for c, o in zip(cells, outcomes, strict=True) if c.place.endswith(place)]
    assert sorted(set(SHOWN[place].split()) - set(names)) == []


def test_pages_are_all_there() -> None:
    counts = {path.stem: len(read(path)) for path in DOCUMENTS if path.parent.name == "pages"}
    assert counts == {
        "annotated_autograd": 15,
        "blog_autograd": 10,
        "graph_walk": 22,
        "handbook_autograd": 12,
        "learn_the_basics": 2,
    }
