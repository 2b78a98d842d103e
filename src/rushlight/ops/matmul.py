"""Matrix and vector products: mm, bmm, mv, dot and what `@` makes of them."""

import numpy as np

from rushlight.ops.families import as_tensor_argument, is_operand, numel
from rushlight.ops.products import (
    CPP_NAMES,
    Product,
    adjoint,
    check_matrix_sizes,
    matrix_product,
    refuse_bool,
)
from rushlight.ops.publish import enter, named, namespaces, public
from rushlight.ops.shape import common_shape, expand, reshaped, unsafe_view
from rushlight.tape import entry, overrides
from rushlight.tape.core import TensorBase, state
from rushlight.tape.dispatch import conj
from rushlight.tape.levels import sizes_of
from rushlight.tape.straight import product


class MatrixProduct(Product, family=True):
    """The product of two matrices, or of two batches of them.

    With `^H` for the conjugate transpose: the gradients of `a b` are `g b^H` and `a^H g`, products
    of two further kinds whose own gradients are of these three kinds again.
    """

    folds = (0, 1)

    def forward(a, b):
        return matrix_product(a, b)

    def vjp_a(g, b):
        return times_adjoint(g, b)

    def vjp_b(g, a):
        return adjoint_times(a, g)

    def jvp_a(t, b):
        return plain_product(t, b)

    def jvp_b(t, a):
        return plain_product(a, t)


class times_adjoint(Product):
    """`a b^H`."""

    node = "MmBackward0"
    places = None
    folds = (0, 0)
    flips = 1

    def forward(a, b):
        return matrix_product(a, adjoint(b))

    def vjp_a(g, b):
        return plain_product(g, b)

    def vjp_b(g, a):
        return adjoint_times(g, a)

    def jvp_a(t, b):
        return times_adjoint(t, b)

    def jvp_b(t, a):
        return times_adjoint(a, t)


class adjoint_times(Product):
    """`a^H b`."""

    node = "MmBackward0"
    places = None
    folds = (1, 1)
    flips = 0

    def forward(a, b):
        return matrix_product(adjoint(a), b)

    def vjp_a(g, b):
        return times_adjoint(b, g)

    def vjp_b(g, a):
        return plain_product(a, g)

    def jvp_a(t, b):
        return adjoint_times(t, b)

    def jvp_b(t, a):
        return adjoint_times(a, t)


def plain_product(a, b):
    """`a b`, of matrices or of batches of them."""
    return mm(a, b) if a.dim() == 2 else bmm(a, b)


class mm(MatrixProduct):
    """The matrix product of two matrices of one dtype.

    Args:
        input: matrix, n x k.
        mat2: matrix, k x m.

    Raises:
        RuntimeError: the shapes do not fit, an argument is no matrix, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.mm(torch.ones(2, 3), torch.ones(3, 2))
        tensor([[3., 3.],
                [3., 3.]])
    """

    def bind(input, mat2):
        as_tensor_argument("mm", "input", 1, input)
        as_tensor_argument("mm", "mat2", 2, mat2)
        if input.dim() != 2:
            raise RuntimeError("self must be a matrix")
        if mat2.dim() != 2:
            raise RuntimeError("mat2 must be a matrix")
        if input.dtype is not mat2.dtype:
            names = CPP_NAMES[input.dtype.name], CPP_NAMES[mat2.dtype.name]
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {names[0]} != {names[1]}"
            )
        check_matrix_sizes(input, mat2)
        refuse_bool("addmm_impl_cpu_", input.dtype, input.numel() and mat2.numel())
        return (input, mat2), ()

    def operator(self, a, b):
        """Python's `@` off the straight path, for operands of any rank."""
        if entry.overridden((a, b)):
            return overrides.take_over(namespaces["Tensor"]["matmul"], (a, b), {})
        if not (isinstance(a, TensorBase) and isinstance(b, TensorBase)):
            return operand_error(a, b)
        return product_of(a, b)


def operand_error(a, b):
    """`@` of a tensor and something else; a number makes Python's own error."""
    if isinstance(b, TensorBase) or (is_operand(b) and not isinstance(b, np.ndarray)):
        return NotImplemented
    return as_tensor_argument("matmul", "other", 2, b)


class bmm(MatrixProduct):
    """The matrix products of two batches of matrices of one dtype.

    Args:
        input: b x n x k.
        mat2: b x k x m.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.bmm(torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
        torch.Size([5, 2, 4])
    """

    def bind(input, mat2):
        as_tensor_argument("bmm", "input", 1, input)
        as_tensor_argument("bmm", "mat2", 2, mat2)
        check_batches(input, mat2, "bmm")
        return (input, mat2), ()


def check_batches(a, b, kernel):
    """Refuse batches of matrices that cannot be multiplied."""
    if a.dim() != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b.dim() != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    if b.shape[:2] != (a.shape[0], a.shape[2]):
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{a.shape[0]}, {a.shape[2]}] but got: [{b.shape[0]}, {b.shape[1]}]."
        )
    check_scalar_types(a, b)
    refuse_bool(kernel, a.dtype, a.numel() and b.numel())


def check_scalar_types(a, b):
    """Refuse factors of different dtypes."""
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"expected scalar type {a.dtype.scalar_type} but found {b.dtype.scalar_type}"
        )


class mv(Product):
    """The product of a matrix and a vector of one dtype.

    Args:
        input: matrix, n x m.
        vec: vector of length m.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.mv(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 1.0]))
        tensor([3., 7.])
    """

    def bind(input, vec):
        as_tensor_argument("mv", "input", 1, input)
        as_tensor_argument("mv", "vec", 2, vec)
        if input.dim() == 0:
            raise IndexError("Dimension specified as 0 but tensor has no dimensions")
        check_matrix_vector(vec.dtype, 1, input, vec)
        return (input, vec), ()

    def forward(a, v):
        return matrix_vector(a, v)

    def vjp_a(g, v):
        return g.unsqueeze(-1) * conj(v).unsqueeze(-2)

    def vjp_v(g, a):
        return adjoint_times(a, g.unsqueeze(-1)).squeeze(-1)

    def jvp_a(t, v):
        return mv(t, v)

    def jvp_v(t, a):
        return mv(a, t)


def matrix_vector(a, v):
    """`a @ v`, arrays."""
    if a.ndim == 2:
        if v.size == 1:  # BLAS would leave out a factor of zero, whatever it multiplies
            return np.multiply(a[:, 0], v)
        return np.dot(a, v)
    return matrix_product(a, v[..., None])[..., 0]


def check_matrix_vector(dtype, ndim, a, v):
    """Refuse what `addmv` cannot multiply; `dtype` and `ndim` describe its addend."""
    if a.dim() != 2 or v.dim() != 1 or ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {ndim}, {a.dim()}, {v.dim()}")
    if a.shape[1] != v.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x"
            f"{a.shape[1]}), vec ({v.shape[0]})"
        )
    if not dtype is a.dtype is v.dtype:
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {dtype.scalar_type}, "
            f"{a.dtype.scalar_type}, and {v.dtype.scalar_type}"
        )
    refuse_bool("addmv_impl_cpu", a.dtype, a.numel())


class dot(Product):
    """The sum of the products of two vectors' elements; nothing is conjugated.

    Raises:
        RuntimeError: an argument is no vector, or lengths or dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.dot(torch.tensor([2.0, 3.0]), torch.tensor([2.0, 1.0]))
        tensor(7.)
    """

    of_units = None  # of vectors, or of batches of them that look like matrices

    def bind(input, tensor):
        as_tensor_argument("dot", "input", 1, input)
        as_tensor_argument("dot", "tensor", 2, tensor)
        check_vectors(input, tensor)
        return (input, tensor), ()

    def forward(a, b):
        return vector_product(a, b)

    def vjp_a(g, b):
        return spread(g) * conj(b)

    def vjp_b(g, a):
        return spread(g) * conj(a)

    def jvp_a(t, b):
        return dot(t, b)

    def jvp_b(t, a):
        return dot(a, t)


class vdot(Product):
    """The sum of the products of two vectors' elements, those of `input` conjugated.

    Raises:
        RuntimeError: an argument is no vector, or lengths or dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.vdot(torch.tensor([1j]), torch.tensor([1j]))
        tensor(1.+0.j)
    """

    of_units = None  # of vectors, or of batches of them that look like matrices

    def bind(input, other):
        as_tensor_argument("vdot", "input", 1, input)
        as_tensor_argument("vdot", "other", 2, other)
        check_vectors(input, other)
        return (input, other), ()

    def forward(a, b):
        return vector_product(a.conj(), b)

    def vjp_a(g, b):
        return spread(conj(g)) * b

    def vjp_b(g, a):
        return spread(g) * a

    def jvp_a(t, b):
        return vdot(t, b)

    def jvp_b(t, a):
        return vdot(a, t)


def vector_product(a, b):
    """`a @ b` of vectors, arrays."""
    if a.ndim == 1:
        return np.dot(a, b)
    if a.dtype.kind == "f":
        return np.vecdot(a, b)
    return matrix_product(a[..., None, :], b[..., None])[..., 0, 0]


def spread(g):
    """One number per vector, ready to multiply the vectors."""
    return g if g.dim() == 0 else g.unsqueeze(-1)


def check_vectors(a, b):
    """Refuse what has no inner product."""
    n, m = sizes_of(a), sizes_of(b)
    if len(n) != 1 or len(m) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(n)}D and {len(m)}D tensors")
    if a.dtype is not b.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{a.dtype.scalar_type} and {b.dtype.scalar_type}"
        )
    if n != m:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor {[*n]} and src {[*m]} to have the same "
            f"number of elements, but got {n[0]} and {m[0]} elements respectively"
        )
    refuse_bool("dot", a.dtype)


# -- any ranks -------------------------------------------------------------------------------


@public("torch Tensor linalg", out=True)
def matmul(input, other):
    """The product of vectors, matrices and batches of matrices, as `@` computes it.

    Vectors and matrices multiply as in mathematics. Where an argument has more dims, the last two
    are the matrices' and those before broadcast; a vector then multiplies each matrix.

    Raises:
        RuntimeError: the shapes do not fit, an argument has no dims, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.matmul(torch.ones(10, 1, 2, 3), torch.ones(4, 3, 5)).shape
        torch.Size([10, 4, 2, 5])
    """
    as_tensor_argument("matmul", "input", 1, input)
    as_tensor_argument("matmul", "other", 2, other)
    return product(input, other)


for _place, _door in (("torch", entry.product_function), ("Tensor", entry.product_method)):
    _quick = named(_door(namespaces[_place]["matmul"]), "matmul", matmul.__doc__, _place)
    _quick.__wrapped__ = matmul.__wrapped__
    enter(_place, "matmul", _quick)


@public("Tensor", name="__rmatmul__")
def reflected_matmul(self, other):
    """`other @ self`."""
    return matmul(other, self) if isinstance(other, TensorBase) else NotImplemented


def product_of(a, b):
    """`a @ b` of tensors of any ranks."""
    m, n = a.dim(), b.dim()
    if m == 2 and n == 2:
        return mm.bound(a, b)
    if m == 0 or n == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D"
        )
    if m == 1 and n == 1:
        return dot.bound(a, b)
    if n == 1 and m == 2:
        return mv.bound(a, b)
    if m == 1 and n == 2:
        return mm.bound(a.unsqueeze(0), b).squeeze_(0)
    return product_of_batches(a, b)


def product_of_batches(a, b):
    """`a @ b` where one has three dims or more: one large product where that saves copies."""
    a, b = without_lone_batch(a, b)
    m, n = a.dim(), b.dim()
    if n <= 2 < m and (b.requires_grad or rows_follow(a)):
        return folded(a, b)
    if m <= 2 < n:
        turned = b.transpose(-2, -1)
        if a.requires_grad or (m == 1 and rows_follow(turned)):
            return turned_product(a, turned)
    return batched(a, b)


def without_lone_batch(a, b):
    """A batch of one matrix that requires grad counts as a matrix beside a longer batch."""
    if a.dim() == b.dim() == 3:
        if a.shape[0] == 1 != b.shape[0] and a.requires_grad:
            return a.squeeze(0), b
        if b.shape[0] == 1 != a.shape[0] and b.requires_grad:
            return a, b.squeeze(0)
    return a, b


def rows_follow(t):
    """Can the leading dims be seen as one without a copy?"""
    steps = t.stride()
    return t.numel() == 0 or all(
        steps[i] == t.shape[i + 1] * steps[i + 1] for i in range(t.dim() - 2)
    )


def folded(a, b):
    """A batch times one matrix or vector: all rows at once."""
    rows = a.reshape(-1 if a.numel() else numel(a.shape[:-1]), a.shape[-1])
    if b.dim() == 1:
        return unsafe_view(mv.bound(rows, b), tuple(a.shape[:-1]))
    return unsafe_view(mm.bound(rows, b), (*a.shape[:-1], b.shape[1]))


def turned_product(a, turned):
    """One matrix or vector times a batch, given transposed: `(b^T a^T)^T`."""
    if a.dim() == 1:
        return folded(turned, a)
    return folded(turned, a.t()).transpose(-2, -1).contiguous()


def batched(a, b):
    """Batches times batches: expanded to one batch dim each."""
    rows, columns = a.shape[-2:-1], b.shape[-1:] if b.dim() > 1 else ()
    lead = common_shape([a.shape[:-2], b.shape[:-2]])
    if rows and columns and unrecorded(a, b) and a.shape[-1] == b.shape[-2]:
        check_scalar_types(a, b)
        refuse_bool("bmm", a.dtype, a.numel() and b.numel())
        return bmm(a, b)
    size = numel(lead)
    left = one_batch(a, lead, size, (*(rows or (1,)), a.shape[-1]))
    right = one_batch(b, lead, size, b.shape[-2:])
    out = bmm.bound(left, right if columns else right.unsqueeze(2))
    out = out if columns else out.squeeze(-1)
    return unsafe_view(out, (*lead, *rows, *columns))


def unrecorded(a, b):
    """Are these arrays whose product nobody differentiates? Then one node less is no loss."""
    if a.array is None or b.array is None:
        return False
    return not (state().grad and (a.requires_grad or b.requires_grad))


def one_batch(t, lead, size, shape):
    """Matrices (or vectors) of `shape` expanded to batch dims `lead`, seen as one of `size`."""
    return reshaped(expand(t, (*lead, *shape), 0), (size, *shape))
