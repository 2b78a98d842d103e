"""Pseudo-inverses and least squares."""

import numpy as np

from rushlight.ops.eigen import check_eigh
from rushlight.ops.eigen import hermitian as hermitian_parts
from rushlight.ops.families import as_tensor_argument, check_broadcast, wrong_arguments
from rushlight.ops.linalg_checks import LAPACK, check_info, check_square
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    adjoint,
    by_columns,
    named_results,
)
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.ops.solve import as_given, as_matrix
from rushlight.ops.svd import check_svd, computed
from rushlight.tape import batching, core
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj

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


NAME = "torch.linalg.lstsq"
NOT_FULL = (
    "The least squares solution could not be computed because the input matrix does not have full "
    "rank (error code: {0})."
)
DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


class Fit(Decomposition, family=True):
    """Says nothing of the batch where a result has no elements, so a vmap goes sample by sample."""

    def batch(self, values, dims, params, size):
        return batching.loop(self, values, dims, params, size)


class linalg_lstsq_(Fit):
    """X with the least `|A X - B|`, its residuals, the rank of A and its singular values.

    With P for the pseudo-inverse of A, X = P B. The derivative of the squared residual R^H R,
    R = A X - B, by X is zero, as X minimizes it.
    """

    public_name = "linalg_lstsq"
    tensors = 2

    def forward(a, b, rcond, driver):
        vector = b.ndim < a.ndim
        b = b[..., None] if vector else b
        m, n = a.shape[-2:]
        left, s, right = computed(a, full_matrices=False)
        kept = significant(s, np.zeros(()), np.array(rcond))
        scaled = (left.conj().swapaxes(-1, -2) @ b) * np.where(kept, 1 / s, 0)[..., None]
        x = by_columns(right.conj().swapaxes(-1, -2) @ scaled)
        rank = kept.sum(-1)
        if driver == "gels":
            check_info(NAME, np.where((rank > 0) & (rank < min(m, n)), rank + 1, 0), NOT_FULL)
        nothing = np.empty(0, s.dtype)
        full = driver != "gelsy" and m > n and (driver == "gels" or (rank == n).all())
        return (
            x[..., 0] if vector else x,
            (abs(a @ x - b) ** 2).sum(-2) if full else nothing,
            nothing.astype(np.int64) if driver == "gels" else rank,
            s if driver in ("gelsd", "gelss") else nothing,
        )

    def vjp(g, a, b, ans0, need):
        vector = b.dim() < a.dim()
        gx, b, x = [as_matrix(t, vector) for t in (g[0], b, ans0)]
        p = pinv_of(a, None, None, False)
        ga, gb = None, adjoint(p) @ gx
        if need[0]:
            ga = pinv_gradient(gx @ adjoint(b), a, p)
        if told(g[1]):
            slope = 2 * (a @ x - b) * g[1].unsqueeze(-2)
            gb = gb - slope
            ga = ga + slope @ adjoint(x) if need[0] else None
        ga = ga.sum_to_size(a.shape) if need[0] else None
        return ga, as_given(gb.sum_to_size(b.shape), vector) if need[1] else None

    def jvp(tangents, a, b, ans0, ans1):
        vector = b.dim() < a.dim()
        b, x = [as_matrix(t, vector) for t in (b, ans0)]
        ta = a.new_zeros(a.shape) if tangents[0] is None else tangents[0]
        tb = b.new_zeros(b.shape) if tangents[1] is None else as_matrix(tangents[1], vector)
        p = pinv_of(a, None, None, False)
        tx = pinv_tangent(ta, a, p) @ b + p @ tb
        tr = None
        if told(ans1):
            tr = 2 * (conj(a @ x - b) * (ta @ x - tb)).sum(-2)
            tr = tr.real if tr.dtype.is_complex else tr
        return as_given(tx, vector), tr, None, None


def told(residuals):
    """Are there residuals?"""
    return tuple(residuals.shape) != (0,)


def check_fitting(A, b, vector, driver):
    """Refuse sizes that do not fit, dtypes that differ, and unknown drivers."""
    if not 0 <= A.dim() - b.dim() <= 1:
        raise RuntimeError(
            f"{NAME}: input.dim() must be greater or equal to other.dim() and "
            "(input.dim() - other.dim()) <= 1"
        )
    at = -1 if vector else -2
    if A.shape[-2] != b.shape[at]:
        raise RuntimeError(f"{NAME}: input.size(-2) should match other.size({at})")
    if A.dtype is not b.dtype:
        raise RuntimeError(
            f"{NAME}: Expected input and other to have the same dtype, but got input's dtype "
            f"{A.dtype.scalar_type} and other's dtype {b.dtype.scalar_type}"
        )
    if driver not in DRIVERS:
        raise RuntimeError(
            f"{NAME}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    check_rounding(A)
    common_shape([A.shape[:-2], b.shape[: A.dim() - 2]])
    if not vector and A.dim() > b.dim():
        raise RuntimeError(f"{NAME}: vectors must have the shape of input without its last dim")


@public("linalg", out=True)
def lstsq(input, b, rcond=None, *, driver=None):
    """The X for which `input @ X` is nearest to `b`; of several, the smallest.

    Args:
        input: matrices m x n.
        b: matrices m x k, or vectors: shaped like `input` without its last dim. Batch dims
            broadcast.
        rcond: singular values up to this times the largest count as 0; by default of the order
            of rounding.
        driver: the routine of LAPACK whose results are wanted: "gelsy" (the default), "gels" for
            matrices of full rank, "gelsd" and "gelss". All are computed by singular values.

    Returns:
        solution: n x k.
        residuals: the k sums of squares of `input @ solution - b`, if m > n, the ranks are n, and
            the driver is not "gelsy"; else no elements.
        rank: of each matrix; no elements for "gels".
        singular_values: of each matrix for "gelsd" and "gelss"; else no elements.

    Raises:
        LinAlgError: the driver is "gels", and the rank of a matrix neither full nor 0.
        RuntimeError: the shapes do not fit, or the dtypes differ or are no floating point ones.

    Example:
        >>> import rushlight as torch
        >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
        >>> torch.linalg.lstsq(A, torch.tensor([1.0, 3.0, 5.0])).solution
        tensor([1.0000, 2.0000])
    """
    as_tensor_argument("linalg_lstsq", "input", 1, input)
    as_tensor_argument("linalg_lstsq", "b", 2, b)
    if driver is not None and not isinstance(driver, str):
        raise TypeError(
            f"linalg_lstsq(): argument 'driver' must be str, not {type(driver).__name__}"
        )
    if input.dim() < 2:
        raise RuntimeError(f"{NAME}: input must have at least 2 dimensions.")
    if b.dim() < 1:
        raise RuntimeError(f"{NAME}: other must have at least 1 dimension.")
    if rcond is not None and not isinstance(rcond, (int, float, TensorBase)):
        raise TypeError(
            f"linalg_lstsq(): argument 'rcond' must be float, not {type(rcond).__name__}"
        )
    driver = driver or "gelsy"
    check_fitting(input, b, b.dim() == 1 or b.shape == input.shape[:-1], driver)
    if rcond is None or driver == "gels":
        rcond = default_tolerance(input)
    elif rcond < 0:
        rcond = np.finfo(input.dtype.numpy).eps
    *results, singular_values = linalg_lstsq_(input, b, float(rcond), driver)
    return named_results("linalg_lstsq", (*results, singular_values.detach()))
