"""Eigenvalues and eigenvectors, of general and of Hermitian matrices."""

import numpy as np

from rushlight.ops.families import as_tensor_argument
from rushlight.ops.linalg_checks import LinAlgError, check_info, check_kernel, check_square
from rushlight.ops.lu import linalg_lu_factor_ex, linalg_lu_solve
from rushlight.ops.matrices import (
    Decomposition,
    MatrixOperation,
    absent,
    adjoint,
    by_columns,
    check_phase,
    diagonal,
    differences,
    may_be_differentiated,
    named_results,
    off_diagonal,
)
from rushlight.ops.publish import public
from rushlight.tape.dispatch import conj

NOT_FINITE = "torch.linalg.eig: input tensor should not contain infs or NaNs."
NOT_CONVERGED = (
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many "
    "repeated eigenvalues (error code: {})."
)
PHASE = (
    "{}_backward: The eigenvectors in the complex case are specified up to multiplication by "
    "e^{{i phi}}. The specified loss function depends on this quantity, so it is ill-defined."
)

# -- derivatives -----------------------------------------------------------------------------
#
# Of A V = V L with columns of V of length 1: dP = V^-1 dA V, dL = diag dP, and
# dV = V (X - diag Re(V^H V X)), X the part of dP / E off its diagonal, E[i, j] = l[j] - l[i]. The
# diagonal that is taken off keeps the lengths. A Hermitian A has V^-1 = V^H, and nothing to take
# off.


def gradient(gl, gv, values, vectors):
    """The gradient of A, not symmetrical; `gv` None for none."""
    middle = diagonal_of(gl, vectors)
    if gv is not None:
        turned = adjoint(vectors) @ gv
        check_phase(PHASE.format("linalg_eig"), diagonal(turned))
        lengths = real_part(diagonal(turned)).unsqueeze(-2)
        turned = turned - (adjoint(vectors) @ vectors) * lengths
        middle = middle + off_diagonal(turned / conj(differences(values)))
    lu, pivots, _ = linalg_lu_factor_ex(adjoint(vectors))
    return linalg_lu_solve(lu, pivots, middle @ adjoint(vectors), True, False)


def tangents(t, values, vectors):
    lu, pivots, _ = linalg_lu_factor_ex(vectors)
    moved = linalg_lu_solve(lu, pivots, t.to(vectors.dtype) @ vectors, True, False)
    turned = vectors @ off_diagonal(moved / differences(values))
    lengths = real_part(diagonal(adjoint(vectors) @ turned)).unsqueeze(-2)
    return diagonal(moved), turned - vectors * lengths


def hermitian_gradient(gl, gv, values, vectors):
    """The gradient of a Hermitian A, Hermitian itself; `gv` None for none."""
    middle = diagonal_of(gl, vectors)
    if gv is not None:
        turned = adjoint(vectors) @ gv
        if vectors.dtype.is_complex:
            check_phase(PHASE.format("linalg_eigh"), diagonal(turned))
        turned = off_diagonal(turned / differences(values))
        middle = middle + (turned + adjoint(turned)) / 2
    return vectors @ middle @ adjoint(vectors)


def hermitian_tangents(t, values, vectors):
    moved = adjoint(vectors) @ t @ vectors
    turned = vectors @ off_diagonal(moved / differences(values))
    return real_part(diagonal(moved)), turned


def diagonal_of(gl, vectors):
    return gl.to(vectors.dtype).diag_embed()


def real_part(x):
    return x.real if x.dtype.is_complex else x


# -- general matrices ------------------------------------------------------------------------


class linalg_eig_(Decomposition):
    """Eigenvalues and eigenvectors, complex."""

    public_name = "linalg_eig"

    def forward(a):
        values, vectors = computed(np.linalg.eig, a)
        return as_complex(values), by_columns(as_complex(vectors))

    def vjp_a(g, ans0, ans1, a_dtype):
        out = gradient(g[0], None if absent(g[1]) else g[1], ans0, ans1)
        return out if a_dtype.is_complex else out.real

    def jvp(tangent, ans0, ans1):
        return tangents(tangent[0], ans0, ans1)


class eigenvalues(MatrixOperation):
    """Eigenvalues alone, for those who want no gradient."""

    def forward(a):
        return as_complex(computed(np.linalg.eigvals, a))


def computed(decompose, a):
    """NumPy's decomposition of finite arrays."""
    if not np.isfinite(a).all():
        raise RuntimeError(NOT_FINITE)
    try:
        return decompose(a)
    except np.linalg.LinAlgError as error:
        raise LinAlgError(f"linalg.eig: {error}") from None


def as_complex(x):
    """What is real because no result was complex, as complex."""
    return x.astype(np.result_type(x.dtype, np.complex64), copy=False)


def check_eig(name, input):
    if input.dtype.category < 2:
        raise RuntimeError(f"Unknown Complex ScalarType for {input.dtype.scalar_type}")
    check_square(name, input)
    check_kernel("linalg_eig_out_cpu", input)


@public("linalg", out=True)
def eig(input):
    """The eigenvalues of square matrices, in no order, and eigenvectors, as columns of length 1.

    Results are complex, also for real matrices. Eigenvectors are determined up to a phase, and not
    even that where eigenvalues repeat; gradients of what depends on the choice are refused.

    Raises:
        RuntimeError: for matrices that are not square, have infinities or NaN, or are of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.eig(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues
        tensor([0.+1.j, 0.-1.j])
    """
    as_tensor_argument("linalg_eig", "input", 1, input)
    check_eig("linalg.eig", input)
    return named_results("linalg_eig", linalg_eig_(input))


@public("linalg", out=True)
def eigvals(input):
    """The eigenvalues of square matrices, complex, in no order.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.eigvals(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]))
        tensor([0.+1.j, 0.-1.j])
    """
    as_tensor_argument("linalg_eigvals", "input", 1, input)
    check_eig("linalg.eigvals", input)
    return linalg_eig_(input)[0] if may_be_differentiated(input) else eigenvalues(input)


# -- Hermitian matrices ----------------------------------------------------------------------


class linalg_eigh_(Decomposition):
    """Eigenvalues, rising and real, and eigenvectors."""

    public_name = "linalg_eigh"

    def forward(a, side):
        values, vectors = hermitian(np.linalg.eigh, a, side)
        return values, by_columns(vectors)

    def vjp_a(g, ans0, ans1):
        return hermitian_gradient(g[0], None if absent(g[1]) else g[1], ans0, ans1)

    def jvp(tangent, ans0, ans1):
        return hermitian_tangents(tangent[0], ans0, ans1)


class hermitian_eigenvalues(MatrixOperation):
    """Eigenvalues alone, for those who want no gradient."""

    def forward(a, side):
        return hermitian(np.linalg.eigvalsh, a, side)


def hermitian(decompose, a, side):
    """NumPy's decomposition of finite arrays, of which one triangle is read."""
    kept = np.tril(a) if side == "L" else np.triu(a)
    bad = ~np.isfinite(kept).all((-2, -1))
    check_info("linalg.eigh", bad * max(a.shape[-1] - 1, 1), NOT_CONVERGED)
    try:
        return decompose(a, side)
    except np.linalg.LinAlgError as error:
        raise LinAlgError(f"linalg.eigh: {error}") from None


def check_eigh(function, input, UPLO):
    """The triangle that is read, after PyTorch's checks."""
    as_tensor_argument(function, "input", 1, input)
    if not isinstance(UPLO, str):
        raise TypeError(
            f"{function}(): argument 'UPLO' (position 2) must be str, not {type(UPLO).__name__}"
        )
    check_square("linalg.eigh", input)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    check_kernel("linalg_eigh_cpu", input)
    return UPLO.upper()


@public("linalg", out=True)
def eigh(input, UPLO="L"):
    """The real eigenvalues of Hermitian matrices, rising, and orthonormal eigenvectors as columns.

    That matrices are Hermitian is not checked: only the lower triangle is read, or with `UPLO` "U"
    the upper one. Eigenvectors are determined up to a sign (complex ones: a phase), and not even
    that where eigenvalues repeat; gradients of what depends on the choice are not defined.

    Raises:
        LinAlgError: a matrix has infinities or NaN.
        RuntimeError: for matrices that are not square.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.eigh(torch.tensor([[2.0, 1.0], [1.0, 2.0]])).eigenvalues
        tensor([1.0000, 3.0000])
    """
    side = check_eigh("linalg_eigh", input, UPLO)
    return named_results("linalg_eigh", linalg_eigh_(input, side))


@public("linalg", out=True)
def eigvalsh(input, UPLO="L"):
    """The eigenvalues of Hermitian matrices, rising, as `linalg.eigh` gives them.

    Their gradients are defined also where eigenvalues repeat.

    Example:
        >>> import rushlight as torch
        >>> torch.linalg.eigvalsh(torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([1., 2.])
    """
    side = check_eigh("linalg_eigvalsh", input, UPLO)
    if may_be_differentiated(input):
        return linalg_eigh_(input, side)[0]
    return hermitian_eigenvalues(input, side)
