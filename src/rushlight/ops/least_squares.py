"""Least squares: `linalg.lstsq`."""

import numpy as np

from rushlight.ops.families import as_tensor_argument
from rushlight.ops.linalg_checks import check_info
from rushlight.ops.matrices import Decomposition, adjoint, by_columns, named_results
from rushlight.ops.pseudo_inverse import (
    check_rounding,
    default_tolerance,
    pinv_gradient,
    pinv_of,
    pinv_tangent,
    significant,
)
from rushlight.ops.publish import public
from rushlight.ops.shape import common_shape
from rushlight.ops.solve import as_given, as_matrix
from rushlight.ops.svd import computed
from rushlight.tape import batching
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import conj

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
