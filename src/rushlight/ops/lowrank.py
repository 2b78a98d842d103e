"""Singular values of large matrices that are nearly of low rank, from random projections.

The method is algorithm 5.1 of Halko, Martinsson and Tropp, "Finding structure with randomness"
(2009), with the subspace iteration of its algorithm 4.4.
"""

from rushlight.kernels import dtypes
from rushlight.ops.matrices import adjoint
from rushlight.ops.publish import namespaces, public
from rushlight.ops.qr import linalg_qr_
from rushlight.ops.svd import linalg_svd_


def times(a, m, x):
    """`(a - m) x`, or `a x` without an m."""
    return a @ x if m is None else a @ x - m @ x


def orthonormal(x):
    """Orthonormal columns that span what those of `x` span."""
    return linalg_qr_(x, "reduced")[0]


def basis(a, m, q, niter):
    """Orthonormal columns that nearly span the range of `a - m`."""
    dtype = a.dtype if a.dtype.category >= 2 else dtypes.get_default_dtype()
    found = orthonormal(times(a, m, namespaces["torch"]["randn"](a.shape[-1], q, dtype=dtype)))
    at, mt = adjoint(a), None if m is None else adjoint(m)
    for _ in range(niter):
        found = orthonormal(times(at, mt, found))
        found = orthonormal(times(a, m, found))
    return found


@public("torch")
def svd_lowrank(A, q=6, niter=2, M=None):
    """U, S, V with `A - M` nearly `U diag(S) V^H`, for matrices nearly of rank `q` or less.

    Args:
        A: ... x m x n.
        q: how many singular values, best a few more than are wanted.
        niter: how many steps are taken to sharpen the subspace that random vectors give.
        M: what is taken from A, broadcast to its shape; nothing if None.

    Returns:
        U: ... x m x q, S: ... x q, V: ... x n x q.

    Example:
        >>> import rushlight as torch
        >>> U, S, V = torch.svd_lowrank(torch.tensor([[3.0, 0.0], [4.0, 0.0]]), q=1)
        >>> S
        tensor([5.])
    """
    _, _ = A.shape[-2:]  # less than a matrix is an error here
    M = None if M is None else M.broadcast_to(A.shape)
    found = basis(A, M, 6 if q is None else q, 2 if niter is None else niter)
    small = adjoint(found) @ A
    if M is not None:
        small = small - adjoint(found) @ M
    u, s, vh = linalg_svd_(small, False)
    return found @ u, s, adjoint(vh)


@public("torch")
def pca_lowrank(A, q=None, center=True, niter=2):
    """Principal components: `svd_lowrank` of A less the means of its columns, if `center`.

    V's columns are the principal directions of the rows of A, `S**2 / (m - 1)` the variances
    along them, and `A @ V[:, :k]` the first k components.

    Raises:
        ValueError: `q` (by default 6, or the smaller size) exceeds a size, or `niter` is negative.

    Example:
        >>> import rushlight as torch
        >>> U, S, V = torch.pca_lowrank(torch.tensor([[3.0, 1.0], [5.0, 1.0]]), q=1)
        >>> S
        tensor([1.4142])
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}"
        )
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    if not center:
        return svd_lowrank(A, q, niter)
    return svd_lowrank(A - A.mean(-2, True), q, niter)
