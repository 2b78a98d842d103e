"""Products of several tensors: contractions, outer and cross products, chains, matrices of powers."""

import warnings
from itertools import pairwise

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import (
    Operation,
    as_tensor_argument,
    int_argument,
    numel,
    warn_once,
    wrap_dim,
    wrap_dims,
)
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import LAPACK
from rushlight.ops.matmul import check_scalar_types, dot, mm
from rushlight.ops.products import CPP_NAMES, refuse_bool
from rushlight.ops.publish import public
from rushlight.ops.sequences import tensors_argument
from rushlight.ops.shape import common_shape, unsafe_view
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj

CHAIN_DEPRECATED = (
    "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
    "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than "
    "multiple parameters."
)


@public("torch Tensor", out=True)
def inner(input, other):
    """The products over the last dims of both, for all pairs of what remains.

    Raises:
        RuntimeError: the last dims differ in length, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.inner(torch.tensor([1.0, 2.0]), torch.tensor([[1.0, 1.0], [0.0, 2.0]]))
        tensor([3., 4.])
    """
    as_tensor_argument("inner", "input", 1, input)
    as_tensor_argument("inner", "other", 2, other)
    if input.dim() == 0 or other.dim() == 0:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got "
            f"shapes {list(input.shape)} and {list(other.shape)}"
        )
    return contracted(input, other, [-1], [-1])


@public("torch Tensor", out=True, aliases=("ger",))
def outer(input, vec2):
    """The products of all pairs of two vectors' elements: a matrix.

    Raises:
        RuntimeError: an argument is no vector.

    Example:
        >>> import rushlight as torch
        >>> torch.outer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])
    """
    as_tensor_argument("outer", "input", 1, input)
    as_tensor_argument("outer", "vec2", 2, vec2)
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector.dim() != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {vector.dim()}-D")
    return input.reshape(input.shape[0], 1) * vec2


def same_dtype_or_error(a, b):
    """Contractions take factors of one dtype."""
    if a.dtype is not b.dtype:
        raise RuntimeError("both inputs should have same dtype")


@public("torch", out=True)
def tensordot(a, b, dims=2):
    """The sum of products over dims of `a` paired with dims of `b`.

    Args:
        dims: how many of the last dims of `a` pair with the first of `b`, or two lists of dims.

    Returns:
        Tensor: the dims of `a` that remain, then those of `b`.

    Raises:
        RuntimeError: paired dims differ in length, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.tensordot(torch.ones(3, 4, 5), torch.ones(4, 3, 2), ([1, 0], [0, 1])).shape
        torch.Size([5, 2])
    """
    return contracted(a, b, *paired_dims(a, b, dims))


def paired_dims(a, b, dims):
    """`dims` of tensordot as two lists."""
    if isinstance(dims, TensorBase):
        dims = dims.tolist() if dims.numel() > 1 else int(dims.item())
    if isinstance(dims, (tuple, list)) and len(dims) == 2:
        first, second = dims
        return listed(first), listed(second)
    if not isinstance(dims, int):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or "
            f"list[list[int]] containing two lists, but got dims={dims}"
        )
    if dims < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
    if dims > min(a.dim(), b.dim()):
        raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
    return list(range(-dims, 0)), list(range(dims))


def listed(dims):
    return [dims] if isinstance(dims, int) else list(dims)


def contracted(a, b, dims_a, dims_b):
    """Paired dims last in `a` and first in `b`, each side as a matrix, multiplied."""
    if len(dims_a) != len(dims_b):
        raise RuntimeError("both dimension lists should have same length")
    same_dtype_or_error(a, b)
    a, b = matched(a, b, dims_a, dims_b)
    dims_a, dims_b = ([*wrap_dims(d, t.dim())] if d else [] for d, t in ((dims_a, a), (dims_b, b)))
    rest_a = [d for d in range(a.dim()) if d not in dims_a]
    rest_b = [d for d in range(b.dim()) if d not in dims_b]
    shape = [a.shape[d] for d in rest_a] + [b.shape[d] for d in rest_b]
    left, right = a.permute(rest_a + dims_a), b.permute(dims_b + rest_b)
    if not rest_a and not rest_b:
        flat = (left, right) if len(dims_a) == 1 else (left.reshape(-1), right.reshape(-1))
        return dot.bound(*flat).reshape(())
    size = numel([a.shape[d] for d in dims_a])
    left = left.reshape(numel([a.shape[d] for d in rest_a]), size)
    right = right.reshape(size, numel([b.shape[d] for d in rest_b]))
    return mm.bound(left, right).reshape(shape)


def matched(a, b, dims_a, dims_b):
    """The factors, where a paired dim is broadcast with the other's summed over beforehand."""
    for i, j in zip(dims_a, dims_b, strict=True):
        m, n = a.shape[wrap_dim(i, a.dim())], b.shape[wrap_dim(j, b.dim())]
        if n == 1 != m:
            a = a.sum(i, keepdim=True, dtype=a.dtype)
        elif m == 1 != n:
            b = b.sum(j, keepdim=True, dtype=b.dtype)
        elif m != n:
            raise RuntimeError(
                "contracted dimensions need to match, but first has size "
                f"{m} in dim {i} and second has size {n} in dim {j}"
            )
    return a, b


@public("torch Tensor", out=True)
def kron(input, other):
    """The Kronecker product: `other` scaled by every element of `input`, as blocks.

    Example:
        >>> import rushlight as torch
        >>> torch.kron(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
        tensor([ 1., 10.,  2., 20.])
    """
    as_tensor_argument("kron", "input", 1, input)
    as_tensor_argument("kron", "other", 2, other)
    n = max(input.dim(), other.dim())
    left = (1,) * (n - input.dim()) + tuple(input.shape)
    right = (1,) * (n - other.dim()) + tuple(other.shape)
    apart = [size for p in left for size in (p, 1)]
    blocks = [size for q in right for size in (1, q)]
    product = unsafe_view(input, tuple(apart)) * unsafe_view(other, tuple(blocks))
    return unsafe_view(product, tuple([p * q for p, q in zip(left, right, strict=True)]))


@public("linalg", out=True)
def multi_dot(tensors):
    """The product of several matrices, in the order that takes the fewest multiplications.

    Args:
        tensors: two or more; the first and the last may be vectors.

    Raises:
        RuntimeError: neighbours cannot be multiplied.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4)]).shape
        torch.Size([2])
    """
    matrices, shape = chain_of(tensors)
    if len(matrices) == 2:
        out = mm.bound(*matrices)
    else:
        sizes = [matrices[0].shape[0], *[m.shape[1] for m in matrices]]
        out = chained(matrices, cheapest_splits(sizes), 0, len(matrices) - 1)
    return out.view(shape)


def chain_of(tensors):
    """The factors as matrices, and the shape of their product."""
    tensors_argument("linalg_multi_dot", tensors)
    n = len(tensors)
    if n < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {n}")
    first, *middle, last = tensors
    for name, t in (("first", first), ("last", last)):
        if t.dim() not in (1, 2):
            raise RuntimeError(
                f"multi_dot(): the {name} tensor must be 1D or 2D but got {t.dim()}D"
            )
    for i, t in enumerate(middle, 1):
        if t.dim() != 2:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {t.dim()}D")
    shape = (*first.shape[:-1], *(last.shape[1:]))
    first = first.unsqueeze(0) if first.dim() == 1 else first
    last = last.unsqueeze(-1) if last.dim() == 1 else last
    matrices = [first, *middle, last]
    check_chain(matrices, tensors)
    return matrices, shape


def check_chain(matrices, tensors):
    """Refuse neighbours that cannot be multiplied, or of different dtypes."""
    for i, (p, q) in enumerate(pairwise(matrices)):
        if p.dtype is not q.dtype:
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 "
                f"is {CPP_NAMES[p.dtype.name]} and tensor {i + 1} {CPP_NAMES[q.dtype.name]}"
            )
        if p.shape[1] != q.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} cannot be multiplied"
            )


def cheapest_splits(sizes):
    """Where to split each stretch of a chain of matrices sizes[i] x sizes[i + 1]."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for span in range(1, n):
        for i in range(n - span):
            j = i + span
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return split


def chained(matrices, split, i, j):
    """The product of matrices i to j."""
    if i == j:
        return matrices[i]
    k = split[i, j]
    return mm.bound(chained(matrices, split, i, k), chained(matrices, split, k + 1, j))


@public("torch")
def chain_matmul(*matrices, out=None):
    """The product of several matrices; deprecated, `torch.linalg.multi_dot` does the same.

    Raises:
        RuntimeError: there is no matrix, or neighbours cannot be multiplied.
    """
    tensors_argument("chain_matmul", matrices)
    warn_once(CHAIN_DEPRECATED)
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for m in matrices:
        if m.dim() != 2:
            raise RuntimeError(f"Tensor dimension is {m.dim()}, expected 2 instead.")
    if len(matrices) > 1:
        return multi_dot(list(matrices), out=out)
    return matrices[0].clone() if out is None else out.copy_(matrices[0])


@public("linalg", out=True)
def vecdot(x, y, *, dim=-1):
    """The inner products of vectors along `dim`, those of `x` conjugated; other dims broadcast.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.vecdot(torch.tensor([[1.0, 2.0]]), torch.tensor([3.0, 4.0]))
        tensor([11.])
    """
    as_tensor_argument("linalg_vecdot", "x", 1, x)
    as_tensor_argument("linalg_vecdot", "y", 2, y)
    if x.dtype.category < dtypes.FLOAT:
        raise RuntimeError(
            "linalg.vecdot: Expected a floating point or complex tensor as input. "
            f"Got {x.dtype.scalar_type}"
        )
    if x.dtype is not y.dtype:
        raise RuntimeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{x.dtype.scalar_type} and y of type {y.dtype.scalar_type} instead"
        )
    return (conj(x) * y).sum(dim)


NO_DIM = (
    "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim "
    "explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree "
    "with that of linalg.cross in a future release."
)


class cross_(Operation):
    """Cross products of vectors along `dim`, the other dims broadcast."""

    node = "LinalgCrossBackward0"
    tensors = 2
    places = None

    def forward(a, b, dim):
        a, b = np.broadcast_arrays(np.moveaxis(a, dim, 0), np.moveaxis(b, dim, 0))
        out = np.empty_like(a)
        with np.errstate(all="ignore"):
            for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
                out[i] = a[j] * b[k] - a[k] * b[j]
        return np.moveaxis(out, 0, dim)

    def vjp_a(g, b, a_shape, dim):
        return cross_(conj(b), g, dim).sum_to_size(a_shape)

    def vjp_b(g, a, b_shape, dim):
        return cross_(g, conj(a), dim).sum_to_size(b_shape)

    def jvp_a(t, b, dim):
        return cross_(t, b, dim)

    def jvp_b(t, a, dim):
        return cross_(a, t, dim)

    def lift(size, ndim, dim):
        return (dim + 1,)


def checked(input, other, dim):
    """The cross product along `dim`, after PyTorch's checks."""
    as_tensor_argument("linalg_cross", "input", 1, input)
    as_tensor_argument("linalg_cross", "other", 2, other)
    n = input.dim()
    if n != other.dim():
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    at = wrap_dim(dim, n)
    p, q = (t.shape[at] if n else 1 for t in (input, other))
    if p != 3 or q != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {p} and {q}"
        )
    common_shape([input.shape, other.shape])
    check_scalar_types(input, other)
    refuse_bool("cross", input.dtype, input.numel())
    return cross_(input, other, at)


@public("linalg", out=True, name="cross")
def linalg_cross(input, other, *, dim=-1):
    """The cross products of vectors of three elements along `dim`; other dims broadcast.

    Raises:
        RuntimeError: the ranks differ, or there are not three elements along `dim`.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    return checked(input, other, dim)


@public("torch Tensor", out=True)
def cross(input, other, dim=None):
    """`linalg.cross`; without `dim` (deprecated), along the first dim of length 3.

    Raises:
        RuntimeError: as `linalg.cross`, or no dim has length 3.

    Example:
        >>> import rushlight as torch
        >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
        tensor([0., 0., 1.])
    """
    if dim is None:
        warnings.warn(NO_DIM, UserWarning, stacklevel=3)
        dim = next((d for d, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return checked(input, other, dim)


def powers(x, n):
    """The powers 0 to n - 1 of the elements, along a new last dim."""
    ones = x.new_ones((*x.shape, 1))
    if n == 1:
        return ones
    return cat([ones, x.unsqueeze(-1).expand((*x.shape, n - 1)).cumprod(-1)], -1)


@public("linalg", name="vander")
def linalg_vander(x, *, N=None):
    """The powers 0 to N - 1 of the elements, along a new last dim; of integers, in int64.

    Args:
        N: by default the length of the last dim.

    Raises:
        RuntimeError: N is less than 2, or for Booleans and half precision.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
        tensor([[1, 2, 4],
                [1, 3, 9]])
    """
    as_tensor_argument("linalg_vander", "x", 1, x)
    if x.dtype.category != 1 and x.dtype not in LAPACK:
        raise RuntimeError(
            "linalg.vander supports floating point, complex, and integer tensors, but got "
            f"{x.dtype.scalar_type}"
        )
    if N is not None and not isinstance(N, int):
        raise TypeError(f"linalg_vander(): argument 'N' must be int, not {type(N).__name__}")
    x = x if x.dim() else x.unsqueeze(0)
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    return powers(x, n)


@public("torch")
def vander(x, N=None, increasing=False):
    """The powers N - 1 to 0 of a vector's elements, one row for each.

    Args:
        N: by default the number of elements.
        increasing: from power 0 to N - 1 instead.

    Raises:
        RuntimeError: `x` is no vector, or N is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.vander(torch.tensor([2, 3]), 3)
        tensor([[4, 2, 1],
                [9, 3, 1]])
    """
    as_tensor_argument("vander", "x", 1, x)
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.shape[0] if N is None else int_argument("vander", "N", 2, N)
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    x = x if x.dtype.category >= 2 else x.long()
    out = powers(x, n) if n else x.new_empty((*x.shape, 0))
    return out if increasing else out.flip(1)
