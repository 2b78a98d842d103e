"""Which singular values count: `linalg.pinv`, `pinverse` and `linalg.matrix_rank`."""

import numpy as np

from rushlight.ops.eigen import check_eigh
from rushlight.ops.eigen import hermitian as hermitian_parts
from rushlight.ops.families import as_tensor_argument, check_broadcast, wrong_arguments
from rushlight.ops.linalg_checks import LAPACK, check_square
from rushlight.ops.matrices import MatrixOperation, adjoint
from rushlight.ops.publish import public
from rushlight.ops.svd import check_svd, computed
from rushlight.tape import core
from rushlight.tape.core import TensorBase

# -- tolerances ------------------------------------------------------------------------------


def default_tolerance(input):
    """The rounding of a matrix's singular values, in proportion to the largest."""
    return float(np.finfo(input.dtype.numpy).eps) * max(input.shape[-2:])


def check_rounding(input):
    """Refuse dtypes for whose rounding PyTorch has no number."""
    if input.dtype not in LAPACK:
        raise RuntimeError("This function doesn't handle types other than float and double")


def tolerances(function, input, atol, rtol):
    """The absolute tolerance and that relative to the largest singular value, as tensors.

    The relative one is by default of the order of rounding, or 0 where an absolute one is given.
    """
    for name, t in (("atol", atol), ("rtol", rtol)):
        if isinstance(t, TensorBase) and t.dtype.is_complex:
            raise RuntimeError(
                f"torch.linalg.{function}: {name} tensor of complex type is not supported. "
                f"Got {t.dtype.scalar_type}"
            )
        if not isinstance(t, (TensorBase, int, float, type(None))):
            raise wrong_arguments(f"linalg_{function}", (input, t))
    atol = as_tolerance(0.0 if atol is None else atol)
    if rtol is None:
        rtol = (atol <= 0).to(atol.dtype) * default_tolerance(input)
    return atol, as_tolerance(rtol)


def as_tolerance(x):
    """A tolerance as a tensor of float64, which no gradient flows to."""
    if isinstance(x, TensorBase):
        return x.detach().double()
    return core.box(np.array(x, np.float64))


def significant(s, atol, rtol):
    """Which of the singular values `s` are more than both tolerances."""
    check_broadcast([atol, rtol, s[..., 0] if s.shape[-1] else atol])
    largest = s.max(-1, keepdims=True, initial=0)
    return s > np.maximum(atol[..., None], rtol[..., None] * largest).astype(s.dtype)


# -- pinv ------------------------------------------------------------------------------------


def pseudo_inverse(a, atol, rtol, hermitian):
    """The pseudo-inverse of an array of matrices: the singular values that count, inverted."""
    if not a.size:
        return np.zeros(a.swapaxes(-1, -2).shape, a.dtype)
    if hermitian:
        s, left = hermitian_parts(np.linalg.eigh, a, "L")
        right = left.conj().swapaxes(-1, -2)
    else:
        left, s, right = computed(a, full_matrices=False)
    inverted = np.where(significant(abs(s), atol, rtol), 1 / s, 0)
    return adjoint_array(right) * inverted[..., None, :] @ adjoint_array(left)


def adjoint_array(x):
    """The conjugate transpose of an array's matrices."""
    return x.conj().swapaxes(-1, -2)


# With P for the pseudo-inverse of A, G. Golub and V. Pereyra (1973) have, for a constant rank,
#
#     dP = -P dA P + P P^H dA^H (1 - A P) + (1 - P A) dA^H P^H P.


def pinv_gradient(g, a, p):
    """The gradient of `a` from that of its pseudo-inverse `p`."""
    ph, gh = adjoint(p), adjoint(g)
    left, right = gh @ p @ ph, ph @ p @ gh
    return -(ph @ g @ ph) + (left - a @ (p @ left)) + (right - right @ p @ a)


def pinv_tangent(t, a, p):
    """The tangent of the pseudo-inverse `p` of `a`."""
    ph, th = adjoint(p), adjoint(t)
    left, right = p @ ph @ th, th @ ph @ p
    return -(p @ t @ p) + (left - left @ a @ p) + (right - p @ (a @ right))


class linalg_pinv_(MatrixOperation):
    """The pseudo-inverse."""

    public_name = "linalg_pinv"
    tensors = 3
    differentiable = 1
    core = (2, 0, 0)

    def forward(a, atol, rtol, hermitian):
        return pseudo_inverse(a, atol, rtol, hermitian)

    def vjp_a(g, a, ans):
        return pinv_gradient(g, a, ans)

    def jvp_a(t, a, ans):
        return pinv_tangent(t, a, ans)


def pinv_of(input, atol, rtol, hermitian):
    """The pseudo-inverse, after PyTorch's checks."""
    if rtol is None and isinstance(atol, (int, float)):
        check_rounding(input)
    if input.dim() < 2 or input.dtype not in LAPACK:
        raise RuntimeError(
            f"linalg.pinv({input.dtype.scalar_type}{{{[*input.shape]}}}): expected a tensor with 2 "
            "or more dimensions of float, double, cfloat or cdouble types"
        )
    atol, rtol = tolerances("pinv", input, atol, rtol)
    if hermitian and input.numel():
        check_square("linalg.eigh", input)
    return linalg_pinv_(input, atol, rtol, bool(hermitian))


@public("linalg", out=True)
def pinv(input, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The pseudo-inverse (Moore and Penrose's) of a matrix, or of each of a batch.

    Singular values up to the larger of `atol` and `rtol` times the largest count as 0.

    Args:
        rcond: NumPy's name for `rtol`.
        hermitian: take the matrix to be equal to its conjugate transpose, and read its lower
            triangle only.
        atol, rtol: numbers, or tensors with one for each matrix. By default `rtol` is of the order
            of rounding, and 0 where `atol` is given.

    Raises:
        RuntimeError: `input` is no matrix, or its elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.pinv(torch.tensor([[2.0, 0.0], [0.0, 0.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.0000]])
    """
    as_tensor_argument("linalg_pinv", "input", 1, input)
    if rcond is not None:
        if atol is not None or rtol is not None:
            raise wrong_arguments("linalg_pinv", (input, rcond, atol, rtol))
        atol, rtol = 0.0, rcond
    return pinv_of(input, atol, rtol, hermitian)


@public("torch Tensor")
def pinverse(input, rcond=1e-15):
    """`linalg.pinv`, with 1e-15 for the relative tolerance.

    Example:
        >>> import rushlight as torch
        >>> torch.pinverse(torch.tensor([[2.0], [0.0]]))
        tensor([[0.5000, 0.0000]])
    """
    as_tensor_argument("pinverse", "input", 1, input)
    return pinv_of(input, 0.0, rcond, False)


# -- rank ------------------------------------------------------------------------------------


def singular_values(a, hermitian):
    """The singular values of an array of matrices, in no order if `hermitian`."""
    if hermitian:
        return abs(hermitian_parts(np.linalg.eigvalsh, a, "L"))
    return computed(a, compute_uv=False)


class linalg_matrix_rank_(MatrixOperation):
    """How many singular values count."""

    public_name = "linalg_matrix_rank"
    tensors = 3
    core = (2, 0, 0)

    def forward(a, atol, rtol, hermitian):
        if not a.size:
            return np.zeros(a.shape[:-2], np.int64)
        return significant(singular_values(a, hermitian), atol, rtol).sum(-1)


@public("linalg", out=True)
def matrix_rank(input, tol=None, hermitian=False, *, atol=None, rtol=None):
    """The rank of a matrix, or of each of a batch: how many singular values are not 0.

    Those up to the larger of `atol` and `rtol` times the largest count as 0.

    Args:
        tol: an older way to say `atol`, which leaves `rtol` 0.
        hermitian: take the matrix to be equal to its conjugate transpose.
        atol, rtol: as of `linalg.pinv`.

    Raises:
        RuntimeError: `input` is no matrix, or its elements no floating point numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.matrix_rank(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
        tensor(1)
    """
    as_tensor_argument("linalg_matrix_rank", "input", 1, input)
    if tol is not None:
        if atol is not None or rtol is not None:
            raise wrong_arguments("linalg_matrix_rank", (input, tol, atol, rtol))
        atol, rtol = tol, 0.0
    if input.dim() < 2:
        raise RuntimeError(
            "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions."
        )
    if rtol is None:
        check_rounding(input)
    atol, rtol = tolerances("matrix_rank", input, atol, rtol)
    if hermitian:
        check_eigh("linalg_eigh", input, "L")
    else:
        check_svd(input, None)
    return linalg_matrix_rank_(input, atol, rtol, bool(hermitian))
