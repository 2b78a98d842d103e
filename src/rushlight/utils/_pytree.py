"""`torch.utils._pytree`: trees of containers, as `rushlight.trees` handles them.

PyTorch calls it private, but libraries build on it.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rushlight.trees import (
    KINDS,
    LEAF,
    GetAttrKey,
    MappingKey,
    SequenceKey,
    TreeSpec,
    broadcast_to_and_flatten,
    is_leaf_of,
    is_namedtuple_class,
    is_structseq_class,
    kind_of,
    leaves_together,
    register,
    tree_flatten,
    tree_is_leaf,
    tree_iter,
    tree_leaves,
    tree_map,
    tree_map_,
    tree_structure,
    tree_unflatten,
)

PyTree = Any
Context = Any
FlattenFn = Callable[[Any], tuple[list[Any], Any]]
UnflattenFn = Callable[[Iterable[Any], Any], Any]
DumpableContext = Any
ToDumpableContextFn = Callable[[Any], Any]
FromDumpableContextFn = Callable[[Any], Any]
PyTreeSpec = TreeSpec
SUPPORTED_NODES = KINDS
_broadcast_to_and_flatten = broadcast_to_and_flatten
_get_node_type = kind_of

__all__ = [
    "Context",
    "DumpableContext",
    "FlattenFn",
    "FromDumpableContextFn",
    "GetAttrKey",
    "MappingKey",
    "PyTree",
    "PyTreeSpec",
    "SequenceKey",
    "ToDumpableContextFn",
    "TreeSpec",
    "UnflattenFn",
    "arg_tree_leaves",
    "is_namedtuple",
    "is_namedtuple_class",
    "is_namedtuple_instance",
    "is_structseq",
    "is_structseq_class",
    "is_structseq_instance",
    "key_get",
    "keystr",
    "register_constant",
    "register_dataclass",
    "register_pytree_node",
    "tree_all",
    "tree_all_only",
    "tree_any",
    "tree_any_only",
    "tree_flatten",
    "tree_flatten_with_path",
    "tree_is_leaf",
    "tree_iter",
    "tree_leaves",
    "tree_leaves_with_path",
    "tree_map",
    "tree_map_",
    "tree_map_only",
    "tree_map_only_",
    "tree_map_with_path",
    "tree_structure",
    "tree_unflatten",
    "treespec_dict",
    "treespec_leaf",
    "treespec_pprint",
    "treespec_tuple",
]

Predicate = Callable[[Any], bool]


def register_pytree_node(
    cls: type[Any],
    flatten_fn: FlattenFn,
    unflatten_fn: UnflattenFn,
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: ToDumpableContextFn | None = None,
    from_dumpable_context: FromDumpableContextFn | None = None,
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Any]] | None = None,
) -> None:
    """Make instances of `cls` nodes of trees.

    Args:
        flatten_fn: gives the children and a context, which is compared with `==`.
        unflatten_fn: makes an instance of children and a context.
        serialized_type_name, to_dumpable_context, from_dumpable_context: accepted; structures
            are not serialized here.
        flatten_with_keys_fn: as `flatten_fn`, with (key, child) for a child.

    Raises:
        ValueError: when `cls` is registered already.
    """
    if cls in KINDS:
        raise ValueError(f"{cls} is already registered as pytree node.")
    keyed = flatten_with_keys_fn
    keys = None if keyed is None else lambda tree: [key for key, _ in keyed(tree)[0]]
    register(cls, flatten_fn, unflatten_fn, keys)


def register_dataclass(
    cls: type[Any],
    *,
    field_names: list[str] | None = None,
    drop_field_names: list[str] | None = None,
    serialized_type_name: str | None = None,
) -> None:
    """Make instances of a dataclass nodes whose children are its fields.

    Args:
        field_names: the fields, in order; by default all that the constructor takes.
        drop_field_names: fields that the constructor takes and that are left to their defaults.

    Raises:
        ValueError: when the names are not those of the fields.
    """
    names = constructor_fields(cls) if field_names is None else field_names
    if field_names is None and names is None:
        raise ValueError(
            "field_names must be specified with a list of all fields used to initialize "
            f"{cls}, as it is not a dataclass."
        )
    assert names is not None
    if field_names is not None:
        check_fields(cls, field_names, drop_field_names or [])
    if cls in KINDS:
        warnings.warn(
            f"{cls} is already registered as pytree node. Overwriting the previous registration.",
            stacklevel=2,
        )

    def flatten(obj: Any) -> tuple[list[Any], Any]:
        present = [(name, getattr(obj, name)) for name in names]
        set_names = [name for name, value in present if value is not None]
        unset = [name for name, value in present if value is None]
        return [value for _, value in present if value is not None], [set_names, unset]

    def unflatten(values: Iterable[Any], context: Any) -> Any:
        return cls(**dict(zip(context[0], values, strict=True)), **dict.fromkeys(context[1]))

    register(cls, flatten, unflatten, lambda obj: [GetAttrKey(n) for n in flatten(obj)[1][0]])


def constructor_fields(cls: type[Any]) -> list[str] | None:
    """The fields that a dataclass's constructor takes; None for another class."""
    import dataclasses

    if not dataclasses.is_dataclass(cls):
        return None
    return [field.name for field in dataclasses.fields(cls) if field.init]


def check_fields(cls: type[Any], names: list[str], dropped: list[str]) -> None:
    """Every field of the constructor must be named or dropped, and no other."""
    taken = constructor_fields(cls)
    if taken is None:
        return
    missing = set(taken) - set(names) - set(dropped)
    unexpected = set(names) - set(taken)
    if not (missing or unexpected):
        return
    text = "field_names does not include all dataclass fields.\n"
    if missing:
        text += (
            f"Missing fields in `field_names`: {missing}. If you want to include these fields in "
            "the pytree, please add them to `field_names`, otherwise please add them to "
            "`drop_field_names`.\n"
        )
    if unexpected:
        text += (
            f"Unexpected fields in `field_names`: {unexpected}. Please remove these fields, or add "
            "them to `drop_field_names`.\n"
        )
    raise ValueError(text)


class ConstantNode:
    """The context that stands for a registered constant."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConstantNode) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"ConstantNode(value={self.value!r})"


def register_constant(cls: type[Any]) -> None:
    """Make instances of `cls` part of the structure: nodes without children.

    Raises:
        TypeError: when `cls` does not define equality and a hash.
    """
    for method in ("__eq__", "__hash__"):
        if getattr(cls, method) is getattr(object, method):
            raise TypeError(
                f"register_constant(cls) expects `cls` to have a non-default `{method}` "
                "implementation."
            )
    register_pytree_node(
        cls,
        lambda value: ([], ConstantNode(value)),
        lambda _, context: context.value,
        flatten_with_keys_fn=lambda value: ([], ConstantNode(value)),
    )


def is_namedtuple(obj: Any) -> bool:
    """Is `obj` a namedtuple, or a class of such?"""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


def is_namedtuple_instance(obj: Any) -> bool:
    """Is `obj` a namedtuple?"""
    return is_namedtuple_class(type(obj))


def is_structseq(obj: Any) -> bool:
    """Is `obj` a tuple with fields of C's kind, or a class of such?"""
    return is_structseq_class(obj if isinstance(obj, type) else type(obj))


def is_structseq_instance(obj: Any) -> bool:
    """Is `obj` a tuple with fields of C's kind?"""
    return is_structseq_class(type(obj))


# -- only some leaves ----------------------------------------------------------------------------


def chosen(types_or_predicate: Any) -> Predicate:
    """A test for leaves of some types."""
    if isinstance(types_or_predicate, (type, tuple, types.UnionType)):
        return lambda leaf: isinstance(leaf, types_or_predicate)
    if callable(types_or_predicate):
        return types_or_predicate
    raise TypeError("Argument must be a type, a tuple of types, or a callable.")


def only(types_or_predicate: Any, func: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`func` on chosen leaves, the others as they are."""
    wanted = chosen(types_or_predicate)
    return lambda leaf: func(leaf) if wanted(leaf) else leaf


def tree_map_only(
    type_or_types_or_pred: Any,
    /,
    func: Callable[[Any], Any],
    tree: Any,
    is_leaf: Predicate | None = None,
) -> Any:
    """`tree_map` on the leaves of some types (or that a predicate accepts); others stay.

    Example:
        >>> from rushlight.utils._pytree import tree_map_only
        >>> tree_map_only(int, lambda n: n + 1, (1, "a", [2]))
        (2, 'a', [3])
    """
    return tree_map(only(type_or_types_or_pred, func), tree, is_leaf=is_leaf)


def tree_map_only_(
    type_or_types_or_pred: Any,
    /,
    func: Callable[[Any], Any],
    tree: Any,
    is_leaf: Predicate | None = None,
) -> Any:
    """`tree_map_` on the leaves of some types (or that a predicate accepts)."""
    return tree_map_(only(type_or_types_or_pred, func), tree, is_leaf=is_leaf)


def tree_all(pred: Predicate, tree: Any, is_leaf: Predicate | None = None) -> bool:
    """Is `pred` true of all leaves?"""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Predicate, tree: Any, is_leaf: Predicate | None = None) -> bool:
    """Is `pred` true of some leaf?"""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    type_or_types: Any, /, pred: Predicate, tree: Any, is_leaf: Predicate | None = None
) -> bool:
    """Is `pred` true of all leaves of some types?"""
    wanted = chosen(type_or_types)
    return all(pred(leaf) for leaf in tree_iter(tree, is_leaf) if wanted(leaf))


def tree_any_only(
    type_or_types: Any, /, pred: Predicate, tree: Any, is_leaf: Predicate | None = None
) -> bool:
    """Is `pred` true of some leaf of some types?"""
    wanted = chosen(type_or_types)
    return any(pred(leaf) for leaf in tree_iter(tree, is_leaf) if wanted(leaf))


def arg_tree_leaves(*args: Any, **kwargs: Any) -> list[Any]:
    """The leaves of all arguments."""
    return tree_leaves((*args, *kwargs.values()))


# -- with the way to each leaf -------------------------------------------------------------------


def tree_leaves_with_path(
    tree: Any, is_leaf: Predicate | None = None
) -> list[tuple[tuple[Any, ...], Any]]:
    """(the keys on the way, leaf) for every leaf."""
    found: list[tuple[tuple[Any, ...], Any]] = []
    walk((), tree, is_leaf, found)
    return found


def walk(path: tuple[Any, ...], tree: Any, is_leaf: Predicate | None, found: list[Any]) -> None:
    """Append (path, leaf) for the leaves of a subtree reached by `path`."""
    if is_leaf_of(tree, is_leaf):
        found.append((path, tree))
        return
    kind = KINDS[kind_of(tree)]
    if kind.keys is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {kind_of(tree)}. Please pass a "
            "flatten_with_keys_fn argument to register_pytree_node."
        )
    for key, child in zip(kind.keys(tree), kind.flatten(tree)[0], strict=True):
        walk((*path, key), child, is_leaf, found)


def tree_flatten_with_path(
    tree: Any, is_leaf: Predicate | None = None
) -> tuple[list[tuple[tuple[Any, ...], Any]], TreeSpec]:
    """As `tree_flatten`, with (the keys on the way, leaf) for a leaf."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(
    func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Predicate | None = None
) -> Any:
    """As `tree_map`, with the keys on the way to the leaf as first argument.

    Example:
        >>> from rushlight.utils._pytree import keystr, tree_map_with_path
        >>> tree_map_with_path(lambda path, x: keystr(path), {"a": [1, 2]})
        {'a': ["['a'][0]", "['a'][1]"]}
    """
    columns, spec = leaves_together(tree, rests, is_leaf)
    paths = [path for path, _ in tree_leaves_with_path(tree, is_leaf)]
    return spec.unflatten([func(*row) for row in zip(paths, *columns, strict=True)])


def keystr(kp: tuple[Any, ...]) -> str:
    """The keys on the way to a leaf as Python would write them."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: tuple[Any, ...]) -> Any:
    """What the keys lead to from `obj`."""
    for key in kp:
        obj = key.get(obj)
    return obj


# -- structures by themselves --------------------------------------------------------------------


def treespec_leaf() -> TreeSpec:
    """The structure of a leaf."""
    return LEAF


def treespec_tuple(iterable: Iterable[TreeSpec] = (), /) -> TreeSpec:
    """The structure of a tuple with these children."""
    return TreeSpec(tuple, None, iterable)


def treespec_dict(
    mapping: Mapping[Any, TreeSpec] | Iterable[tuple[Any, TreeSpec]] = (), /, **kwargs: TreeSpec
) -> TreeSpec:
    """The structure of a dict with these children."""
    children = dict(mapping, **kwargs)
    return TreeSpec(dict, list(children), children.values())


class Asterisk:
    def __repr__(self) -> str:
        return "*"


def treespec_pprint(treespec: TreeSpec) -> str:
    """The structure as a tree of asterisks."""
    return repr(treespec.unflatten([Asterisk()] * treespec.num_leaves))
