"""Products on arrays, and the family of operations that are linear in each of their factors."""

import numpy as np

from rushlight.kernels import door, dtypes
from rushlight.kernels.quiet import quietly
from rushlight.ops.families import Operation
from rushlight.ops.shape import reshaped
from rushlight.tape.levels import sizes_of
from rushlight.tape.straight import binary

OUTER = door.kernel("mul")
BATCHES = door.kernel("bmm")
CPP_NAMES = {
    "float32": "float", "float64": "double", "int64": "long int", "int32": "int",
    "int16": "short int", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
    "float16": "c10::Half", "bfloat16": "c10::BFloat16", "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>", "uint16": "short unsigned int",
    "uint32": "unsigned int", "uint64": "long unsigned int",
}  # fmt: skip


class Product(Operation, family=True):
    """Linear in each factor; the rules of members take any batch dims in front of all inputs.

    Half precision is computed in float32.
    """

    tensors = 2
    folds = None  # which dim of each of two matrices is the result's?
    flips = None  # which factor goes in as its adjoint?

    def compute(self, inputs, params):
        arrays = [x.array for x in inputs]
        dtype = arrays[0].dtype
        if dtype.itemsize > 2 or dtype.kind not in "fV":
            out = quietly(self.forward, (*arrays, *params))
            return out if type(out) is np.ndarray else np.asarray(out)
        wide = [a.astype(np.float32) for a in arrays]
        return np.asarray(quietly(self.forward, (*wide, *params))).astype(dtype)

    def __call__(self, *args):
        return binary(self, *args) if len(args) == 2 else super().__call__(*args)

    def operator(self, a, b):
        """Off the straight path (see `straight.binary`)."""
        return self.run((a, b), ())

    def lift(self, size, ndim, *params):
        return params

    def batch(self, values, dims, params, size):
        """Matrices of which one has no batch: the other's become one large matrix."""
        if self.folds and None in dims and values[0].dim() + values[1].dim() == 5:
            which = 0 if dims[1] is None else 1
            whole, n = one_matrix(values[which], dims[which], self.folds[which])
            out = self.run((whole, values[1]) if which == 0 else (values[0], whole), params)
            return taken_apart(out, which, size, n), which
        if self.flips == 0 and outer_is_narrow(*values, *dims):  # longer rows are quicker
            out, dim = super().batch(values[::-1], dims[::-1], params, size)
            return out.mT, dim
        return super().batch(values, dims, params, size)

    def of_units(self, which, other, scale, shape, numbers):
        """The products of a matrix and every `scale[i]` times unit vector i, and their batch dim.

        `numbers` says which unit vectors there are.
        """
        column = which == 1 and shape[1:] in ((), (1,))
        row = which == 0 and shape[:-1] == (1,)
        if self.arity != 2 or other.ndim != 2 or other.dtype != scale.dtype or self.flips == which:
            return None, 0
        matrix = other if self.flips is None else adjoint(other)
        if row:
            return (matrix * scale[:, None])[numbers, None], 0
        if not column:
            return None, 0
        out = (matrix * scale)[:, numbers]
        return (out[..., None] if len(shape) == 2 else out), 1


def outer_is_narrow(a, b, i, j):
    """Are two batches in front real rows, whose outer products have more rows than columns?"""
    if i != 0 or j != 0 or a.dtype.is_complex:
        return False
    p, q = a.shape[1:], b.shape[1:]
    return len(p) == 2 and p[0] == 1 and q[1] < p[1]


def one_matrix(x, dim, keep):
    """A batch of matrices as one, and the length of dim `keep`, which the batch dim has joined."""
    x = x if dim == keep else x.movedim(dim, keep)
    shape = sizes_of(x)
    whole = (*shape[:keep], shape[keep] * shape[keep + 1], *shape[keep + 2 :])
    return reshaped(x, whole), shape[keep + 1]


def taken_apart(x, dim, size, n):
    """`x` with dim `dim` split into two."""
    shape = sizes_of(x)
    return reshaped(x, (*shape[:dim], size, n, *shape[dim + 1 :]))


def matrix_product(a, b):
    """`a @ b` over the last two dims."""
    if a.ndim == 2 and b.ndim == 2 and (a.shape[1] > 1 or a.size != 1 != b.size):
        return np.dot(a, b)
    if a.shape[-1] == 1 == b.shape[-2]:  # for which BLAS would be called matrix by matrix
        out = OUTER.call2(a, b)
        return np.multiply(a, b) if out is None else out
    out = BATCHES.call2(a, b)
    return np.matmul(blas_ready(a), blas_ready(b)) if out is None else out


def blas_ready(a):
    """`a`, copied unless its matrices lie in memory as BLAS takes them.

    `np.matmul` would run a slow loop of its own over such (an expanded gradient, say);
    `np.dot` copies by itself.
    """
    rows, columns = a.strides[-2:]
    item = a.itemsize
    if columns == item and rows >= item * a.shape[-1]:
        return a
    if rows == item and columns >= item * a.shape[-2]:
        return a
    return np.ascontiguousarray(a)


def adjoint(a):
    """The conjugate transpose over the last two dims."""
    a = a.swapaxes(-1, -2)
    return a.conj() if a.dtype.kind == "c" else a


def check_matrix_sizes(a, b):
    """Refuse matrices that cannot be multiplied."""
    (n, k), (m, p) = a.shape, b.shape
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")


def refuse_bool(kernel, dtype, size=1):
    """There are no products of Booleans (but none of them are an empty result)."""
    if dtype is dtypes.bool and size:
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")
