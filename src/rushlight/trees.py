"""Trees of Python containers: taken apart into leaves and a description, and put together again.

Tuples, lists, dicts, namedtuples, OrderedDicts, defaultdicts and deques are nodes, and what is
registered; everything else, None too, is a leaf. A type counts exactly: a subclass of list is a
leaf. Programs reach this as `torch.utils._pytree`.
"""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from rushlight.kernels.metadata import Size
from rushlight.ops.return_types import Result

Predicate = Callable[[Any], bool]
MAPPINGS = (dict, OrderedDict, defaultdict)


class Kind(NamedTuple):
    """How nodes of one type come apart (into children and a context) and together again."""

    flatten: Callable[[Any], tuple[Any, Any]]
    unflatten: Callable[[Iterable[Any], Any], Any]
    keys: Callable[[Any], Iterable[Any]] | None = None


KINDS: dict[Any, Kind] = {}


class TreeSpec:
    """The structure of a tree: the type and context of its top node, and its children's structures.

    A leaf has no type. Two structures are equal when types, contexts and children are.
    """

    __slots__ = ("_children", "context", "num_children", "num_leaves", "num_nodes", "type")

    def __init__(self, type: Any, context: Any, children_specs: Iterable[TreeSpec]) -> None:
        self.type = type
        self.context = context
        self._children: list[TreeSpec] = list(children_specs)
        self.num_children: int = len(self._children)
        self.num_nodes: int = 1
        self.num_leaves: int = 1 if type is None else 0
        for each in self._children:
            self.num_nodes += each.num_nodes
            self.num_leaves += each.num_leaves

    def is_leaf(self) -> bool:
        """Does this structure stand for one leaf?"""
        return self.type is None

    def children(self) -> list[TreeSpec]:
        """The structures of the top node's children."""
        return self._children.copy()

    def child(self, index: int) -> TreeSpec:
        """The structure of one child."""
        return self._children[index]

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """The tree of this structure with these leaves."""
        if not isinstance(leaves, (list, tuple)):
            leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(
                f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec "
                f"refers to a pytree that holds {self.num_leaves} items ({self})."
            )
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator[Any]) -> Any:
        if self.type is None:
            return next(leaves)
        children = [
            next(leaves) if each.type is None else each._built(leaves) for each in self._children
        ]
        return KINDS[self.type].unflatten(children, self.context)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """The subtrees of `tree` that stand where this structure has leaves.

        Raises:
            ValueError: when `tree` does not begin like this structure.
        """
        subtrees: list[Any] = []
        self._match(tree, subtrees)
        return subtrees

    def _match(self, tree: Any, subtrees: list[Any]) -> None:
        if self.type is None:
            subtrees.append(tree)
            return
        for spec, child in zip(self._children, self._matching_children(tree), strict=True):
            spec._match(child, subtrees)

    def _matching_children(self, tree: Any) -> list[Any]:
        """The children of `tree`, in this node's order; mappings of all types match each other."""
        kind = kind_of(tree)
        if self.type in MAPPINGS and kind in MAPPINGS:
            check_arity(self.num_children, len(tree))
            keys = self.context[1] if self.type is defaultdict else self.context
            check_keys(keys, tree)
            return [tree[key] for key in keys]
        if kind is not self.type:
            raise ValueError(f"Node type mismatch; expected {self.type!r}, but got {kind!r}.")
        children, context = flat_node(kind, tree)
        check_arity(self.num_children, len(children))
        if self.type is not deque and context != self.context:
            raise ValueError(
                f"Node context mismatch for node type {self.type!r}; expected {self.context!r}, "
                f"but got {context!r}."
            )
        return children

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (
            self.type is other.type
            and self.context == other.context
            and self._children == other._children
        )

    def __hash__(self) -> int:
        return hash((self.type, tuple(self._children)))

    def __repr__(self) -> str:
        return self._shown(0)

    def _shown(self, indent: int) -> str:
        if self.type is None:
            return "*"
        children = [each._shown(indent + 2) for each in self._children]
        inner = (",\n" + " " * (indent + 2)).join(children)
        return f"TreeSpec({self.type.__name__}, {self.context}, [{inner}])"


LEAF = TreeSpec(None, None, ())


def check_arity(expected: int, found: int) -> None:
    if expected != found:
        raise ValueError(f"Node arity mismatch; expected {expected}, but got {found}.")


def check_keys(keys: list[Any], tree: Any) -> None:
    missing, extra = set(keys).difference(tree), set(tree).difference(keys)
    if missing or extra:
        parts = [
            f"{what} key(s): {some}" for what, some in (("missing", missing), ("extra", extra))
        ]
        raise ValueError(f"Node keys mismatch; {'; '.join(parts)}.")


# -- which types are nodes -----------------------------------------------------------------------


def is_namedtuple_class(cls: Any) -> bool:
    """Is `cls` a tuple class with named fields, as `collections.namedtuple` makes them?"""
    if not (isinstance(cls, type) and issubclass(cls, tuple)):
        return False
    fields = getattr(cls, "_fields", None)
    named = type(fields) is tuple and all(type(field) is str for field in fields)
    return named and callable(getattr(cls, "_make", None))


def is_structseq_class(cls: Any) -> bool:
    """Is `cls` a tuple class with named fields of C's kind (or one of `torch.return_types`)?"""
    if not (isinstance(cls, type) and issubclass(cls, tuple)):
        return False
    counts = ("n_fields", "n_sequence_fields", "n_unnamed_fields")
    return all(isinstance(getattr(cls, name, None), int) for name in counts)


def kind_of(tree: Any) -> Any:
    """The type under which a tree's top node is registered; its own type for a leaf."""
    cls = type(tree)
    if cls not in KINDS and issubclass(cls, tuple):
        if is_namedtuple_class(cls):
            return namedtuple
        if issubclass(cls, Result):
            register(cls, lambda result: (list(result), None), lambda items, _: cls(items), indices)
    return cls


def is_leaf_of(tree: Any, is_leaf: Predicate | None) -> bool:
    return (is_leaf is not None and is_leaf(tree)) or kind_of(tree) not in KINDS


def tree_is_leaf(tree: Any, is_leaf: Predicate | None = None) -> bool:
    """Is `tree` a leaf, by its type or because `is_leaf(tree)` says so?"""
    return is_leaf_of(tree, is_leaf)


def flat_node(kind: Any, tree: Any) -> tuple[list[Any], Any]:
    """The children and the context of a node."""
    children, context = KINDS[kind].flatten(tree)
    return list(children), context


def register(
    cls: Any,
    flatten: Callable[[Any], tuple[Any, Any]],
    unflatten: Callable[[Iterable[Any], Any], Any],
    keys: Callable[[Any], Iterable[Any]] | None = None,
) -> None:
    """Make instances of `cls` nodes; `keys` gives, per child, the key by which it is reached."""
    KINDS[cls] = Kind(flatten, unflatten, keys)


# -- the keys on the way to a leaf ---------------------------------------------------------------


class SequenceKey(NamedTuple):
    """The step to an item of a sequence."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        """The item."""
        return sequence[self.idx]


class MappingKey(NamedTuple):
    """The step to a value of a mapping."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        """The value."""
        return mapping[self.key]


class GetAttrKey(NamedTuple):
    """The step to an attribute."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        """The attribute."""
        return getattr(obj, self.name)


def indices(sequence: Any) -> list[Any]:
    return [SequenceKey(i) for i in range(len(sequence))]


def keys_of(mapping: Any) -> list[Any]:
    return [MappingKey(key) for key in mapping]


def fields_of(tree: Any) -> list[Any]:
    return [GetAttrKey(field) for field in tree._fields]


def register_builtin_types() -> None:
    """Enter Python's containers."""
    register(tuple, lambda t: (list(t), None), lambda items, _: tuple(items), indices)
    register(list, lambda t: (t, None), lambda items, _: list(items), indices)
    register(Size, lambda t: (list(t), None), lambda items, _: Size(items), indices)
    register(namedtuple, lambda t: (list(t), type(t)), lambda items, cls: cls(*items), fields_of)
    register(deque, lambda t: (list(t), t.maxlen), lambda items, size: deque(items, size), indices)
    register(dict, from_mapping, lambda values, keys: dict(zip(keys, values, strict=True)), keys_of)
    register(
        OrderedDict,
        from_mapping,
        lambda values, keys: OrderedDict(zip(keys, values, strict=True)),
        keys_of,
    )
    register(
        defaultdict,
        lambda t: (list(t.values()), [t.default_factory, list(t)]),
        lambda values, context: defaultdict(context[0], zip(context[1], values, strict=True)),
        keys_of,
    )


def from_mapping(mapping: Any) -> tuple[list[Any], list[Any]]:
    return list(mapping.values()), list(mapping)


register_builtin_types()


# -- taking apart and putting together -----------------------------------------------------------


def tree_flatten(tree: Any, is_leaf: Predicate | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of `tree`, depth first, and its structure.

    Args:
        is_leaf: says of a node that it is to be taken as a leaf.

    Example:
        >>> from rushlight.trees import tree_flatten
        >>> tree_flatten({"a": (1, 2)})[0]
        [1, 2]
    """
    leaves: list[Any] = []
    return leaves, collected(tree, leaves, is_leaf)


def collected(tree: Any, leaves: list[Any], is_leaf: Predicate | None) -> TreeSpec:
    """The structure of `tree`, whose leaves are appended to `leaves`."""
    kind: Any = type(tree)
    node = KINDS.get(kind)
    if node is None and issubclass(kind, tuple):
        kind = kind_of(tree)
        node = KINDS.get(kind)
    if node is None or (is_leaf is not None and is_leaf(tree)):
        leaves.append(tree)
        return LEAF
    children, context = node.flatten(tree)
    specs = [collected(child, leaves, is_leaf) for child in children]
    if context is None and specs.count(LEAF) == len(specs):
        return of_leaves(kind, len(specs))
    return TreeSpec(kind, context, specs)


@functools.lru_cache(256)
def of_leaves(kind: Any, count: int) -> TreeSpec:
    """The structure of a node without a context that has so many leaves."""
    return TreeSpec(kind, None, [LEAF] * count)


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """The tree of this structure with these leaves: the inverse of `tree_flatten`.

    Raises:
        ValueError: for another number of leaves.
        TypeError: when `treespec` is no structure.
    """
    if not isinstance(treespec, TreeSpec):
        raise TypeError(
            "Expected `treespec` to be an instance of PyTreeSpec but got item of type "
            f"{type(treespec)}."
        )
    return treespec.unflatten(leaves)


def tree_iter(tree: Any, is_leaf: Predicate | None = None) -> Iterator[Any]:
    """The leaves of `tree`, one after the other."""
    if is_leaf_of(tree, is_leaf):
        yield tree
        return
    for child in flat_node(kind_of(tree), tree)[0]:
        yield from tree_iter(child, is_leaf)


def tree_leaves(tree: Any, is_leaf: Predicate | None = None) -> list[Any]:
    """The leaves of `tree`, as a list."""
    return list(tree_iter(tree, is_leaf))


def tree_structure(tree: Any, is_leaf: Predicate | None = None) -> TreeSpec:
    """The structure of `tree`, without its leaves."""
    return collected(tree, [], is_leaf)


def leaves_together(
    tree: Any, rests: Iterable[Any], is_leaf: Predicate | None
) -> tuple[list[list[Any]], TreeSpec]:
    """The leaves of `tree`, what stands in their places in `rests`, and the structure."""
    leaves, spec = tree_flatten(tree, is_leaf)
    return [leaves, *[spec.flatten_up_to(rest) for rest in rests]], spec


def tree_map(
    func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Predicate | None = None
) -> Any:
    """The tree of `func(leaf, ...)`, given also what stands in the leaf's place in `rests`.

    Raises:
        ValueError: when one of `rests` does not begin like `tree`.

    Example:
        >>> from rushlight.trees import tree_map
        >>> tree_map(lambda a, b: a + b, {"x": 1, "y": [2]}, {"x": 3, "y": [4]})
        {'x': 4, 'y': [6]}
    """
    columns, spec = leaves_together(tree, rests, is_leaf)
    return spec.unflatten([func(*row) for row in zip(*columns, strict=True)])


def tree_map_(
    func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Predicate | None = None
) -> Any:
    """Call `func` on each leaf, as `tree_map` does, for its effect; returns `tree`."""
    for row in zip(*leaves_together(tree, rests, is_leaf)[0], strict=True):
        func(*row)
    return tree


def broadcast_to_and_flatten(
    tree: Any, treespec: TreeSpec, is_leaf: Predicate | None = None
) -> list[Any] | None:
    """`tree`, a beginning of a tree of structure `treespec`, with a value per leaf of that.

    A leaf of `tree` that stands for a subtree is repeated. None where the structures do not fit.
    """
    kind = kind_of(tree)
    if kind not in KINDS or (is_leaf is not None and is_leaf(tree)):
        return [tree] * treespec.num_leaves
    if treespec.is_leaf() or kind is not treespec.type:
        return None
    children, context = flat_node(kind, tree)
    if len(children) != treespec.num_children or context != treespec.context:
        return None
    values: list[Any] = []
    for child, spec in zip(children, treespec.children(), strict=True):
        found = broadcast_to_and_flatten(child, spec, is_leaf)
        if found is None:
            return None
        values += found
    return values
