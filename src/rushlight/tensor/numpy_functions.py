"""A table from NumPy's functions to ours, arguments translated (`axis` to `dim` and so on)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.ops.publish import namespaces
from rushlight.tape.core import TensorBase
from rushlight.tensor.from_data import from_numpy, tensor

Rule = Callable[..., Any]

FUNCTIONS: dict[Any, Rule] = {}
ALWAYS: set[Any] = set()


class Ours:
    """The published functions of a namespace as attributes, looked up when they are called."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __getattr__(self, name: str) -> Any:
        try:
            return namespaces[self._place][name]
        except KeyError:
            raise AttributeError(name) from None


torch, linalg = Ours("torch"), Ours("linalg")


def as_tensor(x: Any) -> Any:
    """A tensor of what NumPy takes for an array, over the same memory where that is possible.

    Numbers become 0-d tensors, which promote alike.
    """
    if isinstance(x, TensorBase):
        return x
    if isinstance(x, np.ndarray):
        odd = any(s < 0 for s in x.strides) or not x.flags.writeable
        return from_numpy(x.copy() if odd else x)
    return tensor(x.item() if isinstance(x, np.generic) else x)


def rule(*functions: Any, always: bool = False) -> Callable[[Rule], Rule]:
    """Enter a rule for some of NumPy's functions; `always`: also where nothing is recorded."""

    def enter(body: Rule) -> Rule:
        for function in functions:
            FUNCTIONS[function] = body
        if always:
            ALWAYS.update(functions)
        return body

    return enter


def alike(*names: str, module: Any = np, ours: Ours = torch, always: bool = False) -> None:
    """Functions that have the same name and positional arguments here and there."""
    for name in names:
        rule(getattr(module, name), always=always)(forwarded(ours, name))


def forwarded(ours: Ours, name: str) -> Rule:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(ours, name)(as_tensor(args[0]), *args[1:], **kwargs)

    return call


alike(
    "tril",
    "triu",
    "diag",
    "trace",
    "nan_to_num",
    "count_nonzero",
    "isreal",
    "rot90",
    "fliplr",
    "flipud",
    "vander",
    "sinc",
    "i0",
    "cov",
    "corrcoef",
    "angle",
)
alike(
    "inv",
    "det",
    "solve",
    "pinv",
    "slogdet",
    "cholesky",
    "matrix_power",
    "matrix_rank",
    "eigh",
    "eigvalsh",
    "eig",
    "eigvals",
    "qr",
    module=np.linalg,
    ours=linalg,
)
alike("real", "imag", always=True)
ALWAYS.add(np.linalg.inv)


# -- reductions --------------------------------------------------------------------------------


def dims_of(axis: Any, t: Any) -> Any:
    """NumPy's `axis` as our `dim`: None means all."""
    return tuple(range(t.dim())) if axis is None else axis


def reduction(name: str, *functions: Any) -> None:
    @rule(*functions, always=True)
    def call(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
    ) -> Any:
        t = as_tensor(a)
        if dtype is not None:
            t = t.to(as_tensor(np.empty(0, dtype)).dtype)
        return getattr(torch, name)(t, dims_of(axis, t), keepdim=bool(keepdims))


def extreme(name: str, *functions: Any) -> None:
    @rule(*functions, always=True)
    def call(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
        t = as_tensor(a)
        return getattr(torch, name)(t, dims_of(axis, t), keepdim=bool(keepdims))


def spread(name: str, function: Any) -> None:
    @rule(function, always=True)
    def call(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: int = 0,
        keepdims: Any = False,
    ) -> Any:
        t = as_tensor(a)
        return getattr(torch, name)(t, dims_of(axis, t), correction=ddof, keepdim=bool(keepdims))


def place_of(name: str, function: Any) -> None:
    @rule(function, always=True)
    def call(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        return getattr(torch, name)(as_tensor(a), axis, keepdim=bool(keepdims))


def running(name: str, function: Any) -> None:
    @rule(function, always=True)
    def call(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        t = as_tensor(a)
        return getattr(torch, name)(t.reshape(-1) if axis is None else t, axis or 0)


for _name in ("sum", "mean"):
    reduction(_name, getattr(np, _name))
for _name in ("nansum", "nanmean"):
    reduction(_name, getattr(np, _name))
    ALWAYS.discard(getattr(np, _name))
extreme("amax", np.max, np.amax)
extreme("amin", np.min, np.amin)
extreme("all", np.all)
extreme("any", np.any)
for _name in ("std", "var"):
    spread(_name, getattr(np, _name))
for _name in ("argmax", "argmin"):
    place_of(_name, getattr(np, _name))
for _name in ("cumsum", "cumprod"):
    running(_name, getattr(np, _name))


@rule(np.prod, always=True)
def prod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Any:
    t = as_tensor(a)
    return torch.prod(t) if axis is None else torch.prod(t, axis, keepdim=bool(keepdims))


@rule(np.ptp, always=True)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    t = as_tensor(a)
    dim = dims_of(axis, t)
    return torch.amax(t, dim, bool(keepdims)) - torch.amin(t, dim, bool(keepdims))


@rule(np.median)
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    t = as_tensor(a).reshape(-1) if axis is None else as_tensor(a)
    axis = axis or 0
    n = t.shape[axis]
    ordered = torch.sort(t, axis)[0]
    middle = (ordered.select(axis, (n - 1) // 2) + ordered.select(axis, n // 2)) / 2
    return middle.unsqueeze(axis) if keepdims else middle


# -- shapes ------------------------------------------------------------------------------------


@rule(np.reshape, always=True)
def reshape(a: Any, shape: Any, order: str = "C", **options: Any) -> Any:
    refuse_order("reshape", order)
    return as_tensor(a).reshape(shape)


@rule(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    refuse_order("ravel", order)
    return as_tensor(a).reshape(-1)


def refuse_order(name: str, order: str) -> None:
    if order not in "CA":
        raise TypeError(f"numpy.{name} of tensors knows no order '{order}'")


@rule(np.transpose, always=True)
def transpose(a: Any, axes: Any = None) -> Any:
    t = as_tensor(a)
    return t.permute(tuple(range(t.dim()))[::-1] if axes is None else tuple(axes))


@rule(np.squeeze, always=True)
def squeeze(a: Any, axis: Any = None) -> Any:
    return as_tensor(a).squeeze() if axis is None else as_tensor(a).squeeze(axis)


@rule(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    t = as_tensor(a)
    places = (axis,) if isinstance(axis, int) else tuple(axis)
    whole = t.dim() + len(places)
    for place in sorted([p % whole for p in places]):
        t = t.unsqueeze(place)
    return t


@rule(np.flip, always=True)
def flip(m: Any, axis: Any = None) -> Any:
    t = as_tensor(m)
    return t.flip((axis,) if isinstance(axis, int) else dims_of(axis, t))


@rule(np.repeat, always=True)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    return torch.repeat_interleave(as_tensor(a), repeats, dim=axis)


@rule(np.split, np.array_split, always=True)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return list(torch.tensor_split(as_tensor(ary), indices_or_sections, dim=axis))


@rule(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    return as_tensor(array).expand(shape)


@rule(np.tile)
def tile(A: Any, reps: Any) -> Any:
    return torch.tile(as_tensor(A), (reps,) if isinstance(reps, int) else tuple(reps))


@rule(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    return torch.roll(as_tensor(a), shift, () if axis is None else axis)


@rule(np.swapaxes, always=True)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    return as_tensor(a).transpose(axis1, axis2)


@rule(np.moveaxis, always=True)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    return torch.movedim(as_tensor(a), source, destination)


# -- several tensors ---------------------------------------------------------------------------


def promoted(arrays: Any) -> list[Any]:
    """Tensors of one dtype."""
    tensors = [as_tensor(x) for x in arrays]
    dtype = tensors[0].dtype
    for t in tensors[1:]:
        dtype = torch.promote_types(dtype, t.dtype)
    return [t.to(dtype) for t in tensors]


@rule(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0, out: Any = None, **options: Any) -> Any:
    tensors = promoted(arrays)
    if axis is None:
        tensors, axis = [t.reshape(-1) for t in tensors], 0
    return torch.cat(tensors, axis)


@rule(np.stack)
def stack(arrays: Any, axis: int = 0, out: Any = None, **options: Any) -> Any:
    return torch.stack(promoted(arrays), axis)


def stacking(name: str, function: Any) -> None:
    @rule(function)
    def call(tup: Any, **options: Any) -> Any:
        return getattr(torch, name)(promoted(tup))


for _name in ("vstack", "hstack", "dstack", "column_stack"):
    stacking(_name, getattr(np, _name))


def each_of(name: str, function: Any) -> None:
    @rule(function)
    def call(*arrays: Any) -> Any:
        return getattr(torch, name)(*map(as_tensor, arrays))


for _name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    each_of(_name, getattr(np, _name))


@rule(np.meshgrid)
def meshgrid(*xi: Any, indexing: str = "xy", **options: Any) -> list[Any]:
    return list(torch.meshgrid(*map(as_tensor, xi), indexing=indexing))


@rule(np.where)
def where(condition: Any, *values: Any) -> Any:
    if not values:
        return torch.where(as_tensor(condition))
    return torch.where(as_tensor(condition) != 0, *map(as_tensor, values))


# -- products ----------------------------------------------------------------------------------


def product(name: str, function: Any) -> None:
    @rule(function)
    def call(a: Any, b: Any) -> Any:
        return getattr(torch, name)(*promoted((a, b)))


for _name in ("inner", "kron", "vdot"):
    product(_name, getattr(np, _name))


@rule(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    x, y = promoted((a, b))
    if x.dim() == 0 or y.dim() == 0:
        return x * y
    return torch.tensordot(x, y, ([-1], [0 if y.dim() == 1 else -2]))


@rule(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    return torch.outer(*[x.reshape(-1) for x in promoted((a, b))])


@rule(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if not isinstance(axes, int):
        axes = [[x] if isinstance(x, int) else list(x) for x in axes]
    return torch.tensordot(*promoted((a, b)), axes)


@rule(np.einsum)
def einsum(subscripts: str, *operands: Any, out: Any = None, optimize: Any = False) -> Any:
    return torch.einsum(subscripts, *promoted(operands))


@rule(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    return linalg.cross(*promoted((a, b)), dim=axisa if axis is None else axis)


@rule(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    return linalg.norm(as_tensor(x), ord, axis, keepdims)


@rule(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    return linalg.svd(as_tensor(a), full_matrices) if compute_uv else linalg.svdvals(as_tensor(a))


# -- elements ----------------------------------------------------------------------------------


@rule(np.take, always=True)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    t, index = as_tensor(a), as_tensor(indices)
    if axis is None:
        return t.reshape(-1)[index]
    return t[(slice(None),) * (axis % t.dim()) + (index,)]


@rule(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    return torch.take_along_dim(as_tensor(arr), as_tensor(indices), axis)


@rule(np.clip, always=True)
def clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: Any = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Any:
    low, high = a_min if min is None else min, a_max if max is None else max
    if isinstance(low, np.ndarray) or isinstance(high, np.ndarray):
        low, high = [x if x is None else as_tensor(x) for x in (low, high)]
    return torch.clamp(as_tensor(a), low, high)


@rule(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    t = as_tensor(a)
    return torch.sort(t.reshape(-1) if axis is None else t, -1 if axis is None else axis)[0]


@rule(np.argsort, always=True)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    t = as_tensor(a)
    return torch.argsort(t.reshape(-1) if axis is None else t, dim=-1 if axis is None else axis)


@rule(np.round, np.around, always=True)
def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    return torch.round(as_tensor(a), decimals=decimals)


@rule(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, **options: Any) -> Any:
    return torch.diff(as_tensor(a), n, axis)


@rule(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return torch.diagonal(as_tensor(a), offset, axis1, axis2)


@rule(np.copy)
def copied(a: Any, order: str = "K", subok: bool = False) -> Any:
    return as_tensor(a).clone()


@rule(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    **options: Any,
) -> Any:
    if return_index:
        raise TypeError("numpy.unique of tensors knows no return_index")
    return torch.unique(
        as_tensor(ar), return_inverse=return_inverse, return_counts=return_counts, dim=axis
    )


@rule(np.nonzero, always=True)
def nonzero(a: Any) -> Any:
    return torch.nonzero(as_tensor(a))


@rule(np.isclose)
def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    return torch.isclose(*promoted((a, b)), rtol, atol, equal_nan)


@rule(np.allclose)
def allclose(
    a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    return bool(isclose(a, b, rtol, atol, equal_nan).all())


@rule(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    a, b = promoted((a1, a2))
    return bool(a.shape == b.shape and (a == b).all())


# -- what is asked of an array -------------------------------------------------------------------


def filled_like(name: str, function: Any) -> None:
    @rule(function)
    def call(a: Any, *args: Any, dtype: Any = None, **options: Any) -> Any:
        chosen = None if dtype is None else as_tensor(np.empty(0, dtype)).dtype
        return getattr(torch, name)(as_tensor(a), *args, dtype=chosen)


for _name in ("zeros_like", "ones_like", "empty_like", "full_like"):
    filled_like(_name, getattr(np, _name))


@rule(np.ndim, always=True)
def ndim(a: Any) -> int:
    return int(a.dim())


@rule(np.shape, always=True)
def shape(a: Any) -> Any:
    return a.shape


@rule(np.size, always=True)
def size(a: Any, axis: Any = None) -> int:
    return int(a.numel() if axis is None else a.shape[axis])


@rule(np.iscomplexobj, always=True)
def iscomplexobj(x: Any) -> bool:
    return isinstance(x, TensorBase) and bool(x.dtype.is_complex)


@rule(np.isrealobj, always=True)
def isrealobj(x: Any) -> bool:
    return not iscomplexobj(x)
