"""Trees of containers, compared with PyTorch's."""

import dataclasses
from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest

import rushlight
import rushlight.utils._pytree as ours

torch = pytest.importorskip("torch")
theirs = pytest.importorskip("torch.utils._pytree")

Point = namedtuple("Point", "x y")
Other = namedtuple("Other", "x y")


class MyList(list):
    """Not registered: a leaf."""


TREES = {
    "leaf": 1,
    "None": None,
    "tuple": (1, (2, None)),
    "list": [1, [2, [3]], []],
    "dict": {"b": 1, "a": (2, {})},
    "namedtuple": Point(1, [2]),
    "OrderedDict": OrderedDict([("z", 1), ("a", (2, None))]),
    "defaultdict": defaultdict(list, {"b": 1, "a": [2]}),
    "deque": deque([1, [2]], maxlen=3),
    "subclass of list": [MyList([1])],
    "slice": [slice(1, 2)],
    "mixed": {"a": [1, Point(2, 3)], "d": OrderedDict(e=(4,))},
}


def told(call):
    """A result, or the type and the text of an error."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__, str(error)


def plain(text):
    """Without the address of the function `namedtuple`."""
    import re

    return re.sub(r" at 0x[0-9a-f]+", "", str(text)).replace("rushlight", "torch")


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_flatten(tree):
    leaves, spec = ours.tree_flatten(tree)
    expected, their_spec = theirs.tree_flatten(tree)
    assert leaves == expected
    assert repr(spec) == repr(their_spec)
    for name in ("num_leaves", "num_nodes", "num_children", "context"):
        assert getattr(spec, name) == getattr(their_spec, name)
    assert ours.treespec_pprint(spec) == theirs.treespec_pprint(their_spec)
    assert ours.tree_leaves(tree) == list(ours.tree_iter(tree)) == expected
    again = ours.tree_unflatten(leaves, spec)
    assert again == tree
    assert type(again) is type(tree)
    assert spec == ours.tree_structure(again)
    assert hash(spec) == hash(ours.tree_structure(again))


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_paths(tree):
    assert [(ours.keystr(p), x) for p, x in ours.tree_leaves_with_path(tree)] == [
        (theirs.keystr(p), x) for p, x in theirs.tree_leaves_with_path(tree)
    ]
    for path, leaf in ours.tree_flatten_with_path(tree)[0]:
        assert ours.key_get(tree, path) is leaf


@pytest.mark.parametrize("prefix", TREES.values(), ids=TREES)
@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_flatten_up_to(prefix, tree):
    def run(pytree):
        spec = pytree.tree_structure(prefix)
        return told(lambda: spec.flatten_up_to(tree)), pytree._broadcast_to_and_flatten(tree, spec)

    assert plain(run(ours)) == plain(run(theirs))


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (Point(1, 2), Other(1, 2)),
        (Point(1, 2), (1, 2)),
        ({"a": 1, "b": 2}, OrderedDict(b=1, a=2)),
        (defaultdict(int, a=1), {"a": 3}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, 5),
        (deque([1], maxlen=2), deque([3], maxlen=3)),
        (defaultdict(int, a=1), defaultdict(list, a=1)),
        ((1, 2), (1,)),
    ],
)
def test_mismatches(expected, given):
    def run(pytree):
        return told(lambda: pytree.tree_structure(expected).flatten_up_to(given))

    assert plain(run(ours)) == plain(run(theirs))


def test_results_with_named_fields_and_sizes_are_nodes():
    result = rushlight.max(rushlight.tensor([1.0, 3.0]), 0)
    leaves, spec = ours.tree_flatten((result, rushlight.Size([2])))
    assert [int(x) for x in leaves] == [3, 1, 2]
    assert repr(spec) == repr(theirs.tree_structure((torch.max(torch.ones(2), 0), torch.Size([2]))))
    again = ours.tree_unflatten(leaves, spec)
    assert type(again[0]) is type(result)
    assert type(again[1]) is rushlight.Size


def test_map():
    assert ours.tree_map(lambda a, b: a + b, (1, {"x": [2]}), (3, {"x": [4]})) == (4, {"x": [6]})
    assert ours.tree_map(len, [(1, 2), (3,)], is_leaf=lambda x: isinstance(x, tuple)) == [2, 1]
    seen = []
    tree = (1, [2])
    assert ours.tree_map_(seen.append, tree) is tree
    assert seen == [1, 2]
    assert ours.tree_map_only((int, float), lambda x: x + 1, (1, 2.0, ["3"])) == (2, 3.0, ["3"])
    assert ours.tree_map_only(lambda x: x == 1, lambda x: x + 1, (1, 2)) == (2, 2)
    assert ours.tree_map_with_path(lambda p, x, y: (ours.keystr(p), x + y), [1], [2]) == [
        ("[0]", 3)
    ]


def test_questions():
    assert ours.tree_all(bool, (1, [2]))
    assert not ours.tree_all(bool, (1, [0]))
    assert ours.tree_any(bool, (0, [2]))
    assert not ours.tree_any(bool, (0, [0]))
    assert ours.tree_all_only(int, bool, (1, 0.0))
    assert ours.tree_any_only(int, bool, (1, 0.0))
    assert ours.arg_tree_leaves(1, [2], a=3) == [1, 2, 3]
    assert ours.is_namedtuple(Point)
    assert ours.is_namedtuple_instance(Point(1, 2))
    assert ours.is_structseq(rushlight.return_types.max)
    assert not ours.is_structseq(Point)
    assert ours.tree_is_leaf(None)
    assert not ours.tree_is_leaf([1])


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.tree_unflatten([1], p.tree_structure((1, 2))),
        lambda p: p.tree_unflatten([1], 3),
        lambda p: p.tree_map_only(3, str, (1,)),
        lambda p: p.register_pytree_node(list, None, None),
        lambda p: p.register_dataclass(int),
        lambda p: p.register_constant(type("Plain", (), {})),
    ],
)
def test_errors(call):
    assert plain(told(lambda: call(ours))) == plain(told(lambda: call(theirs)))


def test_registered_classes():
    class Box:
        def __init__(self, inner, tag):
            self.inner, self.tag = inner, tag

    def run(pytree):
        pytree.register_pytree_node(
            Box, lambda box: ([box.inner], box.tag), lambda items, tag: Box(*items, tag)
        )
        out = pytree.tree_map(lambda x: x + 1, Box([1, 2], "t"))
        twice = told(lambda: pytree.register_pytree_node(Box, None, None))
        no_keys = told(lambda: pytree.tree_leaves_with_path(Box(1, 2)))
        return (
            out.inner,
            out.tag,
            repr(pytree.tree_structure(Box([1], 3))),
            twice,
            no_keys,
        )

    assert run(ours) == run(theirs)


def test_registered_dataclasses():
    @dataclasses.dataclass
    class Pair:
        a: int
        b: int = 3
        c: int = dataclasses.field(default=3, init=False)

    def run(pytree):
        wrong = [
            told(lambda n=n: pytree.register_dataclass(Pair, field_names=n))
            for n in (["a"], ["a", "b", "c"], ["a", "q"])
        ]
        pytree.register_dataclass(Pair)
        trees = [Pair(1, [2, 3]), Pair(1, None)]
        return (
            wrong,
            [repr(pytree.tree_flatten(t)) for t in trees],
            [pytree.tree_map(lambda x: x * 2, t) for t in trees],
            [(pytree.keystr(p), x) for p, x in pytree.tree_leaves_with_path(trees[0])],
        )

    assert run(ours) == run(theirs)


def test_registered_constants():
    class Mode:
        def __init__(self, name):
            self.name = name

        def __eq__(self, other):
            return isinstance(other, Mode) and self.name == other.name

        def __hash__(self):
            return hash(self.name)

    ours.register_constant(Mode)
    leaves, spec = ours.tree_flatten((Mode("a"), 1))
    assert leaves == [1]
    assert ours.tree_unflatten([2], spec) == (Mode("a"), 2)
    assert spec == ours.tree_structure((Mode("a"), 5)) != ours.tree_structure((Mode("b"), 5))


def test_arrays_are_leaves():
    a = np.ones(3)
    assert ours.tree_leaves({"a": a})[0] is a
