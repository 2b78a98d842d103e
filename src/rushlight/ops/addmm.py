"""Products added to a tensor: addmm, addmv, addbmm, baddbmm, addr."""

import numpy as np

from rushlight.kernels import dtypes, promotion
from rushlight.ops import axes
from rushlight.ops.families import as_tensor_argument, wrap_dim
from rushlight.ops.matmul import (
    adjoint_times,
    check_batches,
    check_matrix_vector,
    matrix_vector,
    times_adjoint,
)
from rushlight.ops.products import (
    CPP_NAMES,
    Product,
    check_matrix_sizes,
    matrix_product,
    one_matrix,
    taken_apart,
)
from rushlight.ops.shape import expanded
from rushlight.tape import gradients
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj


class Added(Product, family=True):
    """`beta * input + alpha * product`; the input is broadcast to the product.

    `lead` counts batch dims that vmap has put in front of every tensor.
    """

    tensors = 3
    inplace = True

    def lift(self, size, ndim, beta, alpha, lead):
        return beta, alpha, lead + 1


def added(x, product, beta, alpha, lead):
    """`beta * x + alpha * product`, writing over `product`; `beta` 0 ignores even NaN in `x`."""
    if lead and product.dtype.kind in "iu" and (fraction(beta) or (fraction(alpha) and alpha != 1)):
        # Under vmap PyTorch multiplies integers by a float as it does elsewhere.
        wanted = dtypes.get_default_dtype().numpy
        x, product = x.astype(wanted), product.astype(wanted)
    if alpha != 1:
        product *= product.dtype.type(alpha)
    if beta == 0:
        return product
    if lead:
        x = x.reshape(aligned(x.shape, product.ndim, lead))
    if beta != 1:
        x = x * x.dtype.type(beta)
    product += x
    return product


def fraction(factor):
    return type(factor) is float and factor != 0


def aligned(shape, ndim, lead):
    """`shape` with dims of length 1 between its first `lead` dims and the rest, up to `ndim`."""
    return (*shape[:lead], *[1] * (ndim - len(shape)), *shape[lead:])


def addend_gradient(g, shape, beta, lead):
    """The gradient of the broadcast addend."""
    g = scaled(g, beta)
    if tuple(g.shape) == tuple(shape):
        return g
    if not lead:
        return gradients.sum_to(g, tuple(shape))
    return g.sum_to_size(aligned(shape, g.dim(), lead)).reshape(shape)


def scaled(g, factor):
    """`g` times the conjugate of a number."""
    return g if factor == 1 else g * conj(factor)


class AddedMatrices(Added, family=True):
    """A product of matrices, or of batches of them, added to the input."""

    def forward(x, a, b, beta, alpha, lead):
        return added(x, matrix_product(a, b), beta, alpha, lead)

    def vjp_x(g, x_shape, beta, lead):
        return addend_gradient(g, x_shape, beta, lead)

    def vjp_a(g, b, alpha):
        return scaled(times_adjoint(g, b), alpha)

    def vjp_b(g, a, alpha):
        return scaled(adjoint_times(a, g), alpha)


class addmm(Added):
    """`beta * input + alpha * (mat1 @ mat2)`, for matrices of one dtype.

    Args:
        input: what broadcasts to n x m.
        mat1, mat2: matrices, n x k and k x m.
        beta, alpha: numbers; with `beta` 0, `input` is not looked at.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.addmm(torch.ones(2), torch.ones(2, 3), torch.ones(3, 2), beta=10, alpha=2)
        tensor([[16., 16.],
                [16., 16.]])
    """

    def batch(self, values, dims, params, size):
        """The matrices of a batch as one large one, where all else has no batch."""
        x, a, b = values
        if dims[0] is dims[2] is None and x.dim() <= 1 and a.dim() == 3:
            whole, n = one_matrix(a, dims[1], 0)
            return taken_apart(self.run((x, whole, b), params), 0, size, n), 0
        return super().batch(values, dims, params, size)

    def bind(input, mat1, mat2, *, beta=1, alpha=1):
        check_tensors("addmm", input=input, mat1=mat1, mat2=mat2)
        n, m = mat1.shape, mat2.shape
        for name, shape in (("mat1", n), ("mat2", m)):
            if len(shape) != 2:
                raise RuntimeError(f"{name} must be a matrix, got {len(shape)}-D tensor")
        if n[1] != m[0]:
            check_matrix_sizes(mat1, mat2)
        if input.shape != m[1:]:
            expanded(input, (n[0], m[1]))
        check_added_dtypes(input.dtype, mat1.dtype, mat2.dtype)
        return (input, mat1, mat2), (beta, alpha, 0, by_columns(mat2.array))

    def forward(x, a, b, beta, alpha, lead, columns):
        return added(x, matrix_product(a, b), beta, alpha, lead)

    def vjp_x(g, x_shape, beta, lead):
        return addend_gradient(g, x_shape, beta, lead)

    def vjp_a(g, b, alpha):
        return scaled(times_adjoint(g, b), alpha)

    def vjp_b(g, a, alpha, columns):
        if columns:
            return scaled(axes.t(adjoint_times(g, a), g.dim() - 2), alpha)
        return scaled(adjoint_times(a, g), alpha)

    def lift(size, ndim, beta, alpha, lead, columns):
        return beta, alpha, lead + 1, columns


def by_columns(array):
    """Does a real matrix lie in memory column by column, so that its gradient should do so?"""
    return array is not None and array.flags.fnc and array.dtype.kind == "f"


def check_tensors(name, **tensors):
    """Each argument must be a tensor."""
    for argument, t in tensors.items():
        if not isinstance(t, TensorBase):
            as_tensor_argument(name, argument, 1 + list(tensors).index(argument), t)


def check_added_dtypes(x, a, b):
    """The dtypes of addend and factors must be one, and not bool."""
    for name, one in (("self", x), ("mat1", a)):
        if one is not b:
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got "
                f"{one.scalar_type} and {b.scalar_type}"
            )
    if x.category == dtypes.BOOL:
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")


class baddbmm(AddedMatrices):
    """`beta * input + alpha * (batch1 @ batch2)`, for batches of matrices of one dtype.

    Args:
        input: what broadcasts to b x n x m.
        batch1, batch2: b x n x k and b x k x m.
        beta, alpha: numbers; with `beta` 0, `input` is not looked at.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.baddbmm(torch.ones(1), torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
        torch.Size([5, 2, 4])
    """

    def bind(input, batch1, batch2, *, beta=1, alpha=1):
        check_tensors("baddbmm", input=input, batch1=batch1, batch2=batch2)
        if batch2.dim() < 3:
            wrap_dim(2, batch2.dim())
        expanded(input, (*batch1.shape[:-1], batch2.shape[2]))
        if input.dtype is not batch1.dtype:
            names = [CPP_NAMES[t.dtype.name] for t in (input, batch1, batch2)]
            raise RuntimeError(
                "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(
                    *names
                )
            )
        check_batches(batch1, batch2, "baddbmm")
        return (input, batch1, batch2), (beta, alpha, 0)


class addbmm(Added):
    """`beta * input + alpha * sum_i batch1[i] @ batch2[i]`, for matrices of one dtype.

    Args:
        input: what broadcasts to n x m.
        batch1, batch2: b x n x k and b x k x m.
        beta, alpha: numbers; with `beta` 0, `input` is not looked at.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.addbmm(torch.zeros(1), torch.ones(5, 1, 3), torch.ones(5, 3, 1))
        tensor([[15.]])
    """

    def bind(input, batch1, batch2, *, beta=1, alpha=1):
        check_tensors("addbmm", input=input, batch1=batch1, batch2=batch2)
        if batch2.dim() < 3:
            wrap_dim(2, batch2.dim())
        expanded(input, (batch1.shape[1], batch2.shape[2]))
        check_summed_batches(batch1, batch2)
        check_added_dtypes(input.dtype, batch1.dtype, batch2.dtype)
        return (input, batch1, batch2), (beta, alpha, 0)

    def forward(x, a, b, beta, alpha, lead):
        product = matrix_product(a, b).sum(-3, dtype=a.dtype)
        return added(x, product, beta, alpha, lead)

    def vjp_x(g, x_shape, beta, lead):
        return addend_gradient(g, x_shape, beta, lead)

    def vjp_a(g, b, alpha):
        return scaled(times_adjoint(for_each(g, b), b), alpha)

    def vjp_b(g, a, alpha):
        return scaled(adjoint_times(a, for_each(g, a)), alpha)


def for_each(g, batch):
    """The gradient of the sum as that of each summand."""
    return g.unsqueeze(-3).expand((*batch.shape[:-2], *g.shape[-2:]))


def check_summed_batches(a, b):
    """Refuse batches of matrices whose products cannot be added up."""
    for name, t in (("batch1", a), ("batch2", b)):
        if t.dim() != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if a.shape[0] != b.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {a.shape[0]} and {b.shape[0]}"
        )
    if a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for bmm ({a.shape[1]}x{a.shape[2]} and "
            f"{b.shape[1]}x{b.shape[2]})"
        )


class addmv(Added):
    """`beta * input + alpha * (mat @ vec)`, for tensors of one dtype.

    Args:
        input: what broadcasts to a vector of length n.
        mat: matrix, n x m.
        vec: vector of length m.
        beta, alpha: numbers; with `beta` 0, `input` is not looked at.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.addmv(torch.ones(2), torch.ones(2, 3), torch.ones(3), alpha=2)
        tensor([7., 7.])
    """

    def bind(input, mat, vec, *, beta=1, alpha=1):
        check_tensors("addmv", input=input, mat=mat, vec=vec)
        check_matrix_vector(input.dtype, input.dim(), mat, vec)
        if input.numel() != 1 and input.shape[0] != mat.shape[0]:
            n, m = mat.shape
            raise RuntimeError(
                f"size mismatch, got input ({input.shape[0]}), mat ({n}x{m}), vec ({vec.shape[0]})"
            )
        return (input, mat, vec), (beta, alpha, 0)

    def forward(x, a, v, beta, alpha, lead):
        return added(x, matrix_vector(a, v), beta, alpha, lead)

    def vjp_x(g, x_shape, beta, lead):
        return addend_gradient(g, x_shape, beta, lead)

    def vjp_a(g, v, alpha):
        return scaled(g.unsqueeze(-1) * conj(v).unsqueeze(-2), alpha)

    def vjp_v(g, a, alpha):
        return scaled(adjoint_times(a, g.unsqueeze(-1)).squeeze(-1), alpha)


class addr(Added):
    """`beta * input + alpha * outer(vec1, vec2)`; dtypes are promoted.

    Args:
        input: what broadcasts to n x m.
        vec1, vec2: vectors of lengths n and m.
        beta, alpha: numbers; with `beta` 0, `input` is not looked at.

    Raises:
        RuntimeError: the shapes do not fit, or a factor is of a higher kind than the tensors.

    Example:
        >>> import rushlight as torch
        >>> torch.addr(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])
    """

    def bind(input, vec1, vec2, *, beta=1, alpha=1):
        check_tensors("addr", input=input, vec1=vec1, vec2=vec2)
        for name, v in (("vec1", vec1), ("vec2", vec2)):
            if v.dim() != 1:
                raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {v.dim()}-D")
        expanded(input, (vec1.shape[0], vec2.shape[0]))
        refuse_float_factors([t.dtype for t in (input, vec1, vec2)], beta=beta, alpha=alpha)
        return (input, vec1, vec2), (beta, alpha, 0)

    def compute(self, inputs, params):
        arrays = [t.array for t in inputs]
        common = promotion.of_operands(*arrays).numpy
        with np.errstate(all="ignore"):
            return self.forward(*[a.astype(common, copy=False) for a in arrays], *params)

    def forward(x, a, b, beta, alpha, lead):
        return added(x, np.asarray(a[..., :, None] * b[..., None, :]), beta, alpha, lead)

    def vjp_x(g, x_shape, x_dtype, beta, lead):
        return addend_gradient(g, x_shape, beta, lead).to(x_dtype)

    def vjp_a(g, b, a_dtype, alpha):
        moved = (g * conj(b).unsqueeze(-2)).sum(-1)
        return scaled(moved, alpha).to(a_dtype)

    def vjp_b(g, a, b_dtype, alpha):
        moved = (g * conj(a).unsqueeze(-1)).sum(-2)
        return scaled(moved, alpha).to(b_dtype)


def refuse_float_factors(operands, **factors):
    """Integer tensors are scaled by integers only."""
    if all(d.category < dtypes.FLOAT for d in operands):
        for name, factor in factors.items():
            if isinstance(factor, (float, complex)):
                raise RuntimeError(
                    f"For integral input tensors, argument {name} must not be a "
                    "floating point number."
                )
