"""Samples made into a batch."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

import rushlight as torch
from rushlight.tape.core import TensorBase

__all__ = ["collate", "default_collate", "default_convert"]

STRINGS_OR_OBJECTS = re.compile(r"[SaUO]")
default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def default_convert(data: Any) -> Any:
    """NumPy's arrays and numbers as tensors, however deep they lie in containers.

    Example:
        >>> import numpy as np
        >>> from rushlight.utils.data import default_convert
        >>> default_convert({"a": np.array([1.0]), "b": "text", "c": (1, 2)})
        {'a': tensor([1.], dtype=torch.float64), 'b': 'text', 'c': [1, 2]}
    """
    if isinstance(data, TensorBase):
        return data
    cls = type(data)
    if cls.__module__ == "numpy" and cls.__name__ not in ("str_", "string_"):
        if cls is np.ndarray and STRINGS_OR_OBJECTS.search(data.dtype.str):
            return data
        return torch.as_tensor(data)
    if isinstance(data, Mapping):
        return like_mapping(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return cls(*map(default_convert, data))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return like_sequence(data, [default_convert(value) for value in data])
    return data


def default_collate(batch: Any) -> Any:
    """A list of samples as a batch: tensors are stacked, containers keep their structure.

    Args:
        batch: tensors, NumPy's arrays, numbers, strings, or mappings and sequences of them.

    Raises:
        TypeError: for samples of another type.
        RuntimeError: for samples of different sizes.

    Example:
        >>> from rushlight.utils.data import default_collate
        >>> default_collate([{"x": 1, "y": "a"}, {"x": 2, "y": "b"}])
        {'x': tensor([1, 2]), 'y': ['a', 'b']}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Any, *, collate_fn_map: dict[Any, Callable[..., Any]] | None = None) -> Any:
    """`default_collate` with a table of its own: from types to what makes a batch of them.

    Example:
        >>> from rushlight.utils.data.collate import collate
        >>> collate([(1, 2), (3, 4)], collate_fn_map={int: lambda batch, collate_fn_map: sum(batch)})
        [4, 6]
    """
    first = batch[0]
    function = function_for(first, collate_fn_map or {})
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)
    if isinstance(first, Mapping):
        made = {
            key: collate([sample[key] for sample in batch], collate_fn_map=collate_fn_map)
            for key in first
        }
        return like_mapping(first, made)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        columns = zip(*batch, strict=False)
        return type(first)(*(collate(c, collate_fn_map=collate_fn_map) for c in columns))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = zip(*batch, strict=True)
        return like_sequence(first, [collate(c, collate_fn_map=collate_fn_map) for c in columns])
    raise TypeError(default_collate_err_msg_format.format(type(first)))


def function_for(sample: Any, table: dict[Any, Callable[..., Any]]) -> Any:
    """What makes a batch of samples of a type, or of the nearest type in the table's order."""
    cls = type(sample)
    if cls in table:
        return table[cls]
    return next((f for types, f in table.items() if isinstance(sample, types)), None)


def like_mapping(original: Any, made: dict[Any, Any]) -> Any:
    """A dict as the original's type, where that can be made of one."""
    try:
        if not isinstance(original, MutableMapping):
            return type(original)(made)
        # A copy keeps what else there is: the factory of a defaultdict, attributes.
        twin = copy.copy(original)
        twin.update(made)
        return twin
    except TypeError:  # it cannot be copied, written to, or made
        return made


def like_sequence(original: Any, made: list[Any]) -> Any:
    """A list as the original's type, where that can be made of one; of a tuple, the list."""
    if isinstance(original, tuple):
        return made
    try:
        if not isinstance(original, MutableSequence):
            return type(original)(made)
        twin = copy.copy(original)
        for i, value in enumerate(made):
            twin[i] = value
        return twin
    except TypeError:
        return made


def collate_tensors(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Tensors of one shape, stacked."""
    return torch.stack(list(batch), 0)


def collate_arrays(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """NumPy's arrays of one shape, as a tensor."""
    dtype = batch[0].dtype
    if STRINGS_OR_OBJECTS.search(dtype.str):
        raise TypeError(default_collate_err_msg_format.format(dtype))
    return collate([torch.as_tensor(a) for a in batch], collate_fn_map=collate_fn_map)


def collate_scalars(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """NumPy's numbers, in their dtype."""
    return torch.as_tensor(batch)


def collate_floats(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Python's floats, which have double precision."""
    return torch.tensor(batch, dtype=torch.float64)


def collate_ints(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Python's integers and bools."""
    return torch.tensor(batch)


def collate_text(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Strings stay as they are."""
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    TensorBase: collate_tensors,
    np.ndarray: collate_arrays,
    (np.bool_, np.number, np.object_): collate_scalars,
    float: collate_floats,
    int: collate_ints,
    str: collate_text,
    bytes: collate_text,
}
