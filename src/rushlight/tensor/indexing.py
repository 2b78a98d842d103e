"""`x[...]` and `x[...] = value`, with everything that PyTorch accepts as an index.

Basic indices (int, slice, None, `...`) make views, one operation per index that changes anything;
then index tensors, masks and sequences choose elements.  The common cases take a short way through
NumPy; whatever that refuses goes the general way, which raises PyTorch's errors.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from rushlight.kernels import dtypes, elements
from rushlight.kernels.numbers import element
from rushlight.ops import index as advanced
from rushlight.ops import overwrite
from rushlight.ops.copies import alias
from rushlight.ops.publish import enter
from rushlight.ops.shape import unsqueeze
from rushlight.ops.slices import select, slice_
from rushlight.tape import inplace, overrides
from rushlight.tape.core import TensorBase, box, note, plain, state, wants
from rushlight.tape.dispatch import finish
from rushlight.tape.entry import overridden
from rushlight.tape.straight import Operators, takes_whole
from rushlight.tensor.from_data import tensor

NO_DIM = (
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
    "to convert a 0-dim tensor to a number"
)
INVALID = (
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
    "indices (got {})"
)
SEQUENCE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result"
)
BYTE = "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
INTS = {int}
BASIC = frozenset((int, type(None), type(Ellipsis)))
FLOATS = "fc"
WHOLE = slice(None)

# -- reading ---------------------------------------------------------------------------------


def getitem(self: Any, index: Any) -> Any:
    """`self[index]`: a view for ints, slices, None and `...`, a copy for tensors and sequences.

    Raises:
        IndexError: for an index out of range, too many indices, a mask of another shape, or
            something that is no index.
        ValueError: for a slice with a step that is not positive.

    Example:
        >>> import rushlight as torch
        >>> x = torch.arange(6).reshape(2, 3)
        >>> x[0, 1:]
        tensor([1, 2])
        >>> x[:, [2, 0]]
        tensor([[2, 0],
                [5, 3]])
        >>> x[x > 3]
        tensor([4, 5])
    """
    st = state()
    if plain(self) and self.array is not None and not st.special:
        try:
            out = quick(self, index, type(index), st)
        except IndexError:
            out = None
        if out is not None:
            return out
    elif overridden((self, index)):
        return overrides.take_over(Operators.__getitem__, (self, index), {})
    return general(self, index)


def quick(t: Any, index: Any, kind: type, st: Any) -> Any:
    """The common cases; None for any other.  NumPy's IndexError means the general way."""
    a = t.array
    if kind is tuple:
        return quick_tuple(t, a, index, st)
    if kind is list and index and {*map(type, index)} == INTS:
        index = sequence_index(index)
    if plain(index) and index.array is not None:
        return quick_tensor(t, a, index, st)
    return None


def quick_tuple(t: Any, a: Any, index: tuple[Any, ...], st: Any) -> Any:
    """A tuple of whole dims and int64 index tensors."""
    dims = []
    for d, x in enumerate(index):
        if plain(x) and x.array is not None and x.array.ndim and x.array.dtype == np.int64:
            dims.append(d)
        elif not (type(x) is slice and x == WHOLE):
            return None
    if not dims or len(index) > a.ndim:
        return None
    indices = tuple([index[d] for d in dims])
    arrays = tuple([x.array for x in indices])
    if advanced.adjacent(dims):
        out = elements.take_at(a, arrays, dims[0])
    else:
        out = advanced.chosen(a, arrays, dims)
    return finish(advanced.index, (t, *indices), (tuple(dims),), out, st)


def quick_tensor(t: Any, a: Any, index: Any, st: Any) -> Any:
    """One int64 index tensor with dims, or a mask of the leading dims."""
    i = index.array
    kind = i.dtype.kind
    if not i.ndim or not a.ndim:
        return None
    if kind == "b":
        return finish(advanced.index, (t, index), ((0,),), elements.selected(a, i), st)
    if i.dtype == np.int64:
        return finish(advanced.index, (t, index), ((0,),), elements.take_at(a, (i,), 0), st)
    return None


def general(t: Any, index: Any) -> Any:
    """Any index: views first, then the index tensors that remain."""
    if type(index) is slice and t.dim() == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if is_int(index) and t.dim() == 0:
        raise IndexError(NO_DIM)
    if type(index) is slice:
        return slice_.run((t,), (0, *bounds_of(index, t.shape[0])))
    part, indices, dims = applied(t, as_tuple(index))
    if indices:
        return advanced.index.run((part, *indices), (dims,))
    return part if part is not t else alias.run((t,), ())


# -- the general way -------------------------------------------------------------------------


def is_int(x: Any) -> bool:
    """Is `x` an integer (no bool, no tensor)?"""
    if isinstance(x, (bool, np.bool_, TensorBase, float)):
        return False
    return isinstance(x, int) or (hasattr(type(x), "__index__") and not is_array_with_dims(x))


def is_array_with_dims(x: Any) -> bool:
    return isinstance(x, np.ndarray) and (x.ndim > 0 or x.dtype.kind not in "iu")


def as_tuple(index: Any) -> tuple[Any, ...]:
    """The indices, one per dim, that an index means."""
    if isinstance(index, tuple):
        return index
    if is_sequence(index) and not isinstance(index, np.ndarray) and means_tuple(index):
        warnings.warn(SEQUENCE, UserWarning, stacklevel=4)
        return tuple(index)
    return (index,)


def is_sequence(x: Any) -> bool:
    """Does `x` count as a sequence of indices?"""
    return hasattr(type(x), "__getitem__") and not isinstance(
        x, (dict, TensorBase, np.generic, type)
    )


def means_tuple(sequence: Any) -> bool:
    """Does a list stand for a tuple of indices rather than for an index tensor?"""
    if isinstance(sequence, (str, bytes)) or len(sequence) >= 32:
        return False
    return any(
        x is None or x is Ellipsis or isinstance(x, (slice, TensorBase)) or is_sequence(x)
        for x in sequence
        if not is_int(x)
    )


def applied(t: Any, key: tuple[Any, ...]) -> tuple[Any, list[Any], tuple[int, ...]]:
    """The view that basic indices make, and the index tensors that remain with their dims."""
    key = tuple([x if is_simple(x) else as_index(x) for x in key])
    n, given = t.dim(), sum([consumed(x) for x in key])
    if given > n:
        raise IndexError(f"too many indices for tensor of dimension {n}")
    indices: list[Any] = []
    dims: list[int] = []
    at = 0
    for i, x in enumerate(key):
        if x is None:
            t, at = unsqueeze.run((t,), (at,)), at + 1
        elif x is Ellipsis:
            at += n - given
            given = n
        elif isinstance(x, slice):
            t, at = sliced(t, at, x), at + 1
        elif isinstance(x, TensorBase):
            t, at = with_tensor(t, at, i, x, indices, dims)
        else:
            t = selected(t, at, i, x)
    for x, d in zip(indices, dims, strict=True):
        if x.dtype is dtypes.bool:
            advanced.check_mask(x, t.shape, d)
    return t, indices, tuple(dims)


def is_simple(x: Any) -> bool:
    return x is None or x is Ellipsis or isinstance(x, (slice, TensorBase)) or type(x) is int


def as_index(x: Any) -> Any:
    """An int, or an index tensor, from anything else that may stand in an index."""
    if isinstance(x, bool):
        return box(np.array(x))
    if is_int(x):
        return operator.index(x)
    if isinstance(x, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(x).__name__}'")
    if isinstance(x, np.generic) or not is_sequence(x):
        name = type(x).__name__
        raise IndexError(INVALID.format(f"numpy.{name}" if isinstance(x, np.generic) else name))
    return sequence_index(x)


def sequence_index(x: Any) -> Any:
    """A sequence or array as an index tensor: bool and uint8 are masks, all else becomes int64."""
    a = x if isinstance(x, np.ndarray) else None
    if type(x) is list and x and {*map(type, x)} == INTS:
        return box(np.array(int64_list(x), np.int64))
    t = tensor(x) if a is None else box(numbers_only(a))
    if t.dtype is dtypes.bool or t.dtype is dtypes.uint8:
        return t
    return box(t.array.astype(np.int64))


def numbers_only(a: Any) -> Any:
    """An array whose elements a tensor can hold."""
    dtypes.of(a.dtype)
    return a


def int64_list(x: list[int]) -> list[int]:
    if max(x) > 2**63 - 1 or min(x) < -(2**63):
        raise ValueError("Overflow when unpacking long long")
    return x


def consumed(x: Any) -> int:
    """How many dims of the tensor an index is for."""
    if isinstance(x, TensorBase):
        return x.dim() if x.dtype in (dtypes.bool, dtypes.uint8) else 1
    return 0 if x is None or x is Ellipsis else 1


def selected(t: Any, at: int, position: int, i: int) -> Any:
    """One index of dim `at`; errors count the dims of the whole index."""
    length = t.shape[at]
    if not -(2**63) <= i < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if not -length <= i < length:
        raise IndexError(f"index {i} is out of bounds for dimension {position} with size {length}")
    return select.run((t,), (at, i if i >= 0 else i + length))


def sliced(t: Any, at: int, s: slice) -> Any:
    """A slice of dim `at`; one that takes the whole dim is no view."""
    length = t.shape[at]
    bounds = bounds_of(s, length)
    if takes_whole(s, length):
        return t
    return slice_.run((t,), (at, *bounds))


def bounds_of(s: slice, length: int) -> tuple[int, int, int]:
    """(start, stop, step) of a slice, counted from the front."""
    bounds = s.indices(length)
    if bounds[2] < 0:
        raise ValueError("step must be greater than zero")
    return bounds


def with_tensor(
    t: Any, at: int, position: int, x: Any, indices: list[Any], dims: list[int]
) -> tuple[Any, int]:
    """An index tensor: 0-d integers select, 0-d masks add a dim, others are kept for later."""
    is_mask = x.dtype is dtypes.bool or x.dtype is dtypes.uint8
    if x.dim() == 0 and x.dtype.category == 1 and not is_mask and x.array is not None:
        return selected(t, at, position, int(x.array)), at
    advanced.check_index_dtype(x)
    if x.dtype is dtypes.uint8:
        if x.dim():
            warnings.warn(BYTE, UserWarning, stacklevel=5)
        x = x.to(dtypes.bool)
    dims.append(at)
    if x.dim() == 0 and is_mask:
        t = unsqueeze.run((t,), (at,))
        x = x.reshape(1)
    indices.append(x)
    return t, at + (x.dim() if is_mask else 1)


# -- writing ---------------------------------------------------------------------------------


def setitem(self: Any, index: Any, value: Any) -> None:
    """`self[index] = value`: overwrite what `self[index]` shows, or chooses.

    `value`, a number or a tensor, is broadcast; gradients flow to it.

    Raises:
        IndexError: as reading does.
        RuntimeError: if the value does not fit the shape, or autograd could not follow the write.
        TypeError: if the value is no number and no tensor.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(2, 2)
        >>> x[0] = torch.tensor([1.0, 2.0])
        >>> x[:, 1] = 5
        >>> x
        tensor([[1., 5.],
                [0., 5.]])
    """
    st = state()
    if plain(self) and self.array is not None and not st.special:
        if quick_write(self, index, value, st):
            return
    elif overridden((self, index, value)):
        overrides.take_over(setitem, (self, index, value), {})
        return
    general_write(self, index, value)


def quick_write(t: Any, index: Any, value: Any, st: Any) -> bool:
    """Write directly where nothing has to be recorded; False: not done, go the general way."""
    a = t.array
    if t.inference or 0 in a.strides or (st.grad and wants(t)):
        return False
    key = direct_key(index)
    values = direct(value, a, st)
    if key is None or values is None:
        return False
    try:
        if type(key) is np.ndarray and key.dtype.kind == "b":
            elements.overwrite(a, key, values)
        else:
            a[key] = values
    except (IndexError, ValueError, TypeError):
        return False
    note(t)
    return True


def forward_step(step: Any) -> bool:
    return step is None or (type(step) is int and step > 0)


def is_basic(key: tuple[Any, ...]) -> bool:
    """Only ints, slices, None and `...` (no more than NumPy can take)?"""
    for x in key:
        kind = type(x)
        if kind not in BASIC and not (kind is slice and forward_step(x.step)):
            return False
    return True


def direct_key(index: Any) -> Any:
    """What NumPy may be indexed with for `index` as it is; None: not so simple."""
    kind = type(index)
    if kind is int or index is Ellipsis:
        return index
    if kind is slice:
        return index if forward_step(index.step) else None
    if kind is tuple:
        return index if is_basic(index) else None
    if not plain(index) or index.array is None or not index.array.ndim:
        return None
    i = index.array
    return i if i.dtype.kind == "b" or i.dtype == np.int64 else None


def direct(value: Any, a: Any, st: Any) -> Any:
    """What NumPy may assign for `value` as it is; None: not so simple."""
    kind = type(value)
    if kind is float or kind is int:
        small = 0 <= value < 100 or (a.dtype.kind in FLOATS and -100 < value < 100)
        return value if small else None
    if not plain(value) or value.array is None or value.array.dtype != a.dtype:
        return None
    return None if st.grad and wants(value) else value.array


def general_write(t: Any, index: Any, value: Any) -> None:
    """Any index and value."""
    value = as_value(value, t)
    if index is False:
        return
    if type(index) is slice and t.dim() == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if is_int(index) and t.dim() == 0:
        raise IndexError(NO_DIM)
    part, indices, dims = applied(t, as_tuple(index))
    if index is True:
        indices = []
    if not indices:
        copy_into(part, value)
        return
    if value.dim() and value.shape[0] == 1:
        value = without_leading(value)
    inplace.apply(advanced.put_chosen, (part, value, *indices), (dims, False))


def as_value(value: Any, t: Any) -> Any:
    """The assigned value as a tensor."""
    if isinstance(value, TensorBase):
        return value
    if isinstance(value, (np.number, np.bool_)):
        value = value.item()
    if isinstance(value, (bool, int, float, complex)):
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise ValueError("Overflow when unpacking long long")
        half = t.dtype.is_floating_point and t.dtype.itemsize == 2
        with np.errstate(all="ignore"):  # which passes through double, and may become infinite
            number = np.asarray(element(value, dtypes.float64 if half else t.dtype))
            return box(number.astype(t.dtype.numpy))
    kind = type(value).__module__.partition(".")[0]
    name = type(value).__name__
    raise TypeError(
        f"can't assign a {'numpy.' if kind == 'numpy' else ''}{name} to a "
        f"torch.{t.dtype.scalar_type}Tensor"
    )


def without_leading(value: Any) -> Any:
    """A value without its leading dims of length 1."""
    shape = tuple(value.shape)
    n = 0
    while n < len(shape) and shape[n] == 1:
        n += 1
    return value.view(shape[n:])


def copy_into(part: Any, value: Any) -> None:
    """Overwrite a view with a value that broadcasts to it."""
    if value.shape == part.shape and value.dim():
        inplace.apply(overwrite.copy, (part, value), ())
    elif value.dim() == 0:
        inplace.apply(overwrite.fill_tensor_, (part, value), ())
    else:
        value = without_leading(value)
        value = value if value.shape == part.shape else value.expand(part.shape)
        inplace.apply(overwrite.copy, (part, value), ())


# -- iteration -------------------------------------------------------------------------------


def length(self: Any) -> int:
    """The length of dim 0."""
    if self.dim() == 0:
        raise TypeError("len() of a 0-d tensor")
    return self.shape[0]


def iterate(self: Any) -> Iterator[Any]:
    """The parts along dim 0, each a view."""
    if self.dim() == 0:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))


def contains(self: Any, element: Any) -> bool:
    """Is any element equal to `element`, a number or tensor?"""
    if isinstance(element, (TensorBase, int, float, complex)):
        return bool((self == element).any().item())
    raise RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )


def delete(self: Any, index: Any) -> None:
    raise TypeError("Tensor does not support deleting items")


for name, method in {
    "__setitem__": setitem,
    "__delitem__": delete,
    "__len__": length,
    "__iter__": iterate,
    "__contains__": contains,
}.items():
    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    enter("Tensor", name, method)
