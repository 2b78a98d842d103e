"""Singular values and vectors, and approximations of low rank."""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.join import cat
from rushlight.ops.linalg_checks import (
    LinAlgError,
    check_floating,
    check_info,
    check_kernel,
    check_matrix,
)
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    absent,
    adjoint,
    by_columns,
    check_phase,
    columns,
    diagonal,
    differences,
    may_be_differentiated,
    named_results,
    off_diagonal,
    rows,
    skew,
)
from rushlight.ops.publish import namespaces, public
from rushlight.ops.qr import linalg_qr_
from rushlight.tape.dispatch import conj

DRIVER = (
    "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER "
    "backend."
)
NOT_FINITE = (
    "The algorithm failed to converge because the input matrix contained non-finite values."
)
PHASE = (
    "svd_backward: The singular vectors in the complex case are specified up to multiplication by "
    "e^{i phi}. The specified loss function depends on this phase term, making it ill-defined."
)

# -- derivatives -----------------------------------------------------------------------------
#
# Of A = U S V^H with k singular values s: dP = U^H dA V = W S + dS - S Z, where W = U^H dU and
# Z = V^H dV are skew-Hermitian. With X the part of dP off its diagonal and E[i, j] = s[j]^2 - s[i]^2:
#     W = (X S + S X^H) / E,  Z = (S X + X^H S) / E,  dS = Re diag dP.
# The imaginary diagonal of dP, if A is complex, may be shared by W and Z at will: that is the
# phase of singular vectors. Outside the span of U, dU = (1 - U U^H) dA V S^-1, and likewise dV.


def gaps(s):
    """E, with ones on its diagonal."""
    sums = s.unsqueeze(-2) + s.unsqueeze(-1)
    return differences(s) * (sums + (1 - diagonal(sums)).diag_embed())


def gradient(gu, gs, gvh, u, s, vh, shape):
    """The gradient of A from those of its k singular vectors and values; None for none."""
    m, n = shape
    k = s.shape[-1]
    inner = gs.to(u.dtype).diag_embed()
    outer = None
    across, down = s.unsqueeze(-2), s.unsqueeze(-1)
    turned = []
    if gu is not None:
        uu = adjoint(u) @ gu
        turned.append(diagonal(uu))
        inner = inner + off_diagonal(skew(uu) / gaps(s)) * across
        if m > k:
            outer = ((gu - u @ uu) / across) @ vh
    if gvh is not None:
        vv = vh @ adjoint(gvh)
        turned.append(-diagonal(vv))
        inner = inner + off_diagonal(skew(vv) / gaps(s)) * down
        if n > k:
            part = u @ ((gvh - adjoint(vv) @ vh) / down)
            outer = part if outer is None else outer + part
    if turned and u.dtype.is_complex:
        inner = inner + phases(turned, s).diag_embed()
    out = u @ inner @ vh
    return out if outer is None else out + outer


def phases(turned, s):
    """What the imaginary diagonals of U^H gU and V^H gV contribute, shared evenly."""
    check_phase(PHASE, turned[0] if len(turned) == 1 else turned[0] - turned[1])
    total = turned[0] if len(turned) == 1 else turned[0] + turned[1]
    return (total - conj(total)) / (4 * s)


def tangents(t, u, s, vh, shape):
    """The tangents of k singular vectors and values from that of A."""
    m, n = shape
    k = s.shape[-1]
    v, th = adjoint(vh), adjoint(t)
    tv, tu = t @ v, th @ u
    moved = adjoint(u) @ tv
    ts = diagonal(moved)
    x = off_diagonal(moved)
    across, down = s.unsqueeze(-2), s.unsqueeze(-1)
    w = (x * across + down * adjoint(x)) / gaps(s)
    z = (down * x + adjoint(x) * across) / gaps(s)
    if u.dtype.is_complex:
        turn = ((ts - conj(ts)) / (4 * s)).diag_embed()
        w, z, ts = w + turn, z - turn, ts.real
    du, dv = u @ w, v @ z
    if m > k:
        du = du + (tv - u @ moved) / across
    if n > k:
        dv = dv + (tu - v @ adjoint(moved)) / across
    return du, ts, adjoint(dv)


# -- the operation ---------------------------------------------------------------------------


class linalg_svd_(Decomposition):
    """U, S and V^H."""

    public_name = "linalg_svd"

    def forward(a, full):
        u, s, vh = computed(a, full_matrices=full)
        return by_columns(u), s, by_columns(vh)

    def vjp_a(g, ans0, ans1, ans2, a_shape):
        k = ans1.shape[-1]
        gu, gs, gvh = g
        u, vh = columns(ans0, 0, k), rows(ans2, 0, k)
        gu = None if absent(gu) else columns(gu, 0, k)
        gvh = None if absent(gvh) else rows(gvh, 0, k)
        return gradient(gu, gs, gvh, u, ans1, vh, tuple(a_shape[-2:]))

    def jvp(tangent, ans0, ans1, ans2, a_shape):
        k = ans1.shape[-1]
        t, shape = tangent[0], tuple(a_shape[-2:])
        du, ds, dvh = tangents(t, columns(ans0, 0, k), ans1, rows(ans2, 0, k), shape)
        return filled(du, ans0, -1), ds, filled(dvh, ans2, -2)


def filled(moved, whole, dim):
    """`moved` with zeros for the vectors of `whole` that no singular value belongs to."""
    missing = whole.shape[dim] - moved.shape[dim]
    if not missing:
        return moved
    shape = [*moved.shape]
    shape[dim] = missing
    return cat([moved, moved.new_zeros(shape)], dim)


class singular_values(MatrixOperation):
    """S alone, for those who want no gradient."""

    def forward(a):
        return computed(a, compute_uv=False)


def computed(a, **wanted):
    """NumPy's decomposition; nan is refused, and infinity gives it."""
    check_info("linalg.svd", np.isnan(a).any((-2, -1)), NOT_FINITE)
    infinite = ~np.isfinite(a).all((-2, -1), keepdims=True)
    try:
        results = np.linalg.svd(np.where(infinite, 0, a), **wanted)
        return undefined(results, infinite) if infinite.any() else results
    except np.linalg.LinAlgError as error:
        raise LinAlgError(f"linalg.svd: {error}") from None


def undefined(result, where):
    """Nan in those matrices, or rows of singular values, of a batch that a mask says."""
    if isinstance(result, tuple):
        return tuple([undefined(x, where) for x in result])
    return np.where(where if result.ndim == where.ndim else where[..., 0], np.nan, result)


def check_svd(A, driver):
    check_matrix("linalg.svd", A)
    check_floating("linalg.svd", A)
    if driver is not None:
        raise RuntimeError(DRIVER)
    check_kernel("linalg_svd_cpu", A)


@public("linalg", out=True, name="svd")
def linalg_svd(A, full_matrices=True, *, driver=None):
    """U, S, V^H with `A = U diag(S) V^H`: orthonormal singular vectors and values, falling.

    Of matrices ... x m x n, with k the smaller of the two, U is m x m and V^H is n x n, or m x k
    and k x n if not `full_matrices`; S are k real numbers.

    Singular vectors are determined up to a sign (complex ones: a phase), and not even that where
    values repeat; gradients of what depends on the choice are not defined. They are large where
    values lie close together.

    Raises:
        LinAlgError: a matrix has infinities or NaN.
        RuntimeError: for fewer than two dims, integers, and any `driver`.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.svd(torch.tensor([[0.0, 2.0], [1.0, 0.0]])).S
        tensor([2., 1.])
    """
    as_tensor_argument("linalg_svd", "A", 1, A)
    check_svd(A, driver)
    return named_results("linalg_svd", linalg_svd_(A, bool(full_matrices)))


def values_only(A):
    """The singular values, with all that a gradient would need if one may be wanted."""
    return linalg_svd_(A, False)[1] if may_be_differentiated(A) else singular_values(A)


@public("linalg", out=True)
def svdvals(A, *, driver=None):
    """The singular values of matrices, falling, as `linalg.svd` gives them.

    Their gradients are defined also where values repeat.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.svdvals(torch.tensor([[3.0, 0.0], [4.0, 0.0]]))
        tensor([5., 0.])
    """
    as_tensor_argument("linalg_svdvals", "A", 1, A)
    check_svd(A, driver)
    return values_only(A)


@public("torch Tensor", out=True)
def svd(input, some=True, compute_uv=True):
    """U, S and V (not V^H) of `linalg.svd`; with `full_matrices` if not `some`.

    If not `compute_uv`, U and V are full matrices of zeros.

    Example:
        >>> import rushlight as torch
        >>> torch.tensor([[0.0, 2.0], [1.0, 0.0]]).svd().S
        tensor([2., 1.])
    """
    as_tensor_argument("svd", "input", 1, input)
    if input.dim() < 2:
        raise RuntimeError(
            f"linalg.svd: input should have at least 2 dimensions, but has {input.dim()} "
            "dimensions instead"
        )
    check_svd(input, None)
    if compute_uv:
        u, s, vh = linalg_svd_(input, not some)
        return named_results("svd", (u, s, adjoint(vh)))
    *batch, m, n = input.shape
    u, v = (input.new_zeros((*batch, d, d)) for d in (m, n))
    return named_results("svd", (u, values_only(input), v))


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
