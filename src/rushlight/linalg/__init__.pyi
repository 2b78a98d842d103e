"""Linear algebra: `torch.linalg`.

Written by `python tools/stubs.py`; not to be edited.
"""

from builtins import bool as _bool
from builtins import complex as _complex
from builtins import float as _float
from builtins import int as _int
from builtins import type as _type
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

from rushlight import return_types
from rushlight.kernels.dtypes import dtype as _dtype
from rushlight.kernels.metadata import Size as _Size
from rushlight.kernels.metadata import device as _device
from rushlight.kernels.metadata import layout as _layout
from rushlight.kernels.metadata import memory_format as _memory_format
from rushlight.tensor.generator import Generator
from rushlight.tensor.storage import TypedStorage, UntypedStorage

from rushlight.tensor.tensor import Tensor

def cholesky(input: Tensor, *, upper: _bool = False, out: Any = None) -> Tensor:
    """The lower triangular L with `input = L L^H`, for positive definite matrices ... x n x n."""
def cholesky_ex(
    input: Tensor,
    *,
    upper: _bool = False,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor:
    """`linalg.cholesky` that tells by a second result, `info`, where a matrix is not definite."""
def cond(input: Tensor, p: Any = None, *, out: Any = None) -> Tensor:
    """The condition number of matrices: the norm of order `p` times that of the inverse."""
def cross(input: Tensor, other: Any, *, dim: Any = -1, out: Any = None) -> Tensor:
    """The cross products of vectors of three elements along `dim`; other dims broadcast."""
def det(A: Any, *, out: Any = None) -> Tensor:
    """The determinant of a square matrix, or of each of a batch."""
def diagonal(A: Any, *, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    """`Tensor.diagonal` of the last two dims, by default."""
def eig(input: Tensor, *, out: Any = None) -> Tensor:
    """The eigenvalues of square matrices, in no order, and eigenvectors, as columns of length 1."""
def eigh(input: Tensor, UPLO: str = 'L', *, out: Any = None) -> Tensor:
    """The real eigenvalues of Hermitian matrices, rising, and orthonormal eigenvectors as columns."""
def eigvals(input: Tensor, *, out: Any = None) -> Tensor:
    """The eigenvalues of square matrices, complex, in no order."""
def eigvalsh(input: Tensor, UPLO: str = 'L', *, out: Any = None) -> Tensor:
    """The eigenvalues of Hermitian matrices, rising, as `linalg.eigh` gives them."""
def householder_product(input: Tensor, tau: Any, *, out: Any = None) -> Tensor:
    """The first n columns of `H1 H2 ... Hk`, reflections `Hi = I - tau[i] v v^H`."""
def inv(A: Any, *, out: Any = None) -> Tensor:
    """The inverse of a square matrix, or of each of a batch."""
def inv_ex(A: Any, *, check_errors: _bool = False, out: Any = None) -> Tensor:
    """`linalg.inv` that does not raise for a singular matrix, but tells of it."""
def ldl_factor(input: Tensor, *, hermitian: _bool = False, out: Any = None) -> Tensor:
    """The factors of `A = L D L^T` (`L D L^H` if `hermitian`), L with ones on its diagonal."""
def ldl_factor_ex(
    input: Tensor,
    *,
    hermitian: _bool = False,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor:
    """`linalg.ldl_factor` that tells of a zero in D by a third result, `info`."""
def ldl_solve(
    LD: Any,
    pivots: Any,
    B: Any,
    *,
    hermitian: _bool = False,
    out: Any = None,
) -> Tensor:
    """X of `A X = B` for the A that `linalg.ldl_factor` made `LD` and `pivots` of."""
def lstsq(
    input: Tensor,
    b: Any,
    rcond: Any = None,
    *,
    driver: Any = None,
    out: Any = None,
) -> Tensor:
    """The X for which `input @ X` is nearest to `b`; of several, the smallest."""
def lu(A: Any, *, pivot: _bool = True, out: Any = None) -> Tensor:
    """P, L, U with `A = P L U`: a permutation, and factors with triangles of zeros."""
def lu_factor(A: Any, *, pivot: _bool = True, out: Any = None) -> Tensor:
    """The factors of `linalg.lu` in one matrix, and the rows exchanged, for `linalg.lu_solve`."""
def lu_factor_ex(
    A: Any,
    *,
    pivot: _bool = True,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor:
    """`linalg.lu_factor` that tells of a zero pivot by a third result, `info`."""
def lu_solve(
    LU: Any,
    pivots: Any,
    B: Any,
    *,
    left: _bool = True,
    adjoint: _bool = False,
    out: Any = None,
) -> Tensor:
    """X of `A X = B` for the A that `linalg.lu_factor` made `LU` and `pivots` of."""
def matmul(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The product of vectors, matrices and batches of matrices, as `@` computes it."""
def matrix_exp(input: Tensor) -> Tensor:
    """The exponential of a square matrix, or of each of a batch: the sum of A^k / k!."""
def matrix_norm(
    input: Tensor,
    ord: str = 'fro',
    dim: Any = ...,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """A norm of matrices, which are the two dims of `dim`."""
def matrix_power(input: Tensor, n: Any, *, out: Any = None) -> Tensor:
    """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0."""
def matrix_rank(
    input: Tensor,
    tol: Any = None,
    hermitian: _bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor:
    """The rank of a matrix, or of each of a batch: how many singular values are not 0."""
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of several matrices, in the order that takes the fewest multiplications."""
def norm(
    input: Tensor,
    ord: Any = None,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """A norm of vectors or of matrices."""
def pinv(
    input: Tensor,
    rcond: Any = None,
    hermitian: _bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor:
    """The pseudo-inverse (Moore and Penrose's) of a matrix, or of each of a batch."""
def qr(A: Any, mode: str = 'reduced', *, out: Any = None) -> Tensor:
    """Q and R with `A = Q R`: orthonormal columns, and an upper triangle."""
def slogdet(A: Any, *, out: Any = None) -> Tensor:
    """The determinant as its sign and the logarithm of its absolute value, which does not overflow."""
def solve(A: Any, B: Any, *, left: _bool = True, out: Any = None) -> Tensor:
    """X of the equation `A X = B`, or of `X A = B` if not `left`."""
def solve_ex(
    A: Any,
    B: Any,
    *,
    left: _bool = True,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor:
    """`linalg.solve` that does not raise for a singular matrix, but tells of it."""
def solve_triangular(
    input: Tensor,
    B: Any,
    *,
    upper: Any,
    left: _bool = True,
    unitriangular: _bool = False,
    out: Any = None,
) -> Tensor:
    """X of `input X = B` for a triangular `input`, or of `X input = B` if not `left`."""
def svd(A: Any, full_matrices: _bool = True, *, driver: Any = None, out: Any = None) -> Tensor:
    """U, S, V^H with `A = U diag(S) V^H`: orthonormal singular vectors and values, falling."""
def svdvals(A: Any, *, driver: Any = None, out: Any = None) -> Tensor:
    """The singular values of matrices, falling, as `linalg.svd` gives them."""
def tensorinv(input: Tensor, ind: Any = 2, *, out: Any = None) -> Tensor:
    """The inverse under `tensordot(.., ind)` of a tensor seen as a matrix."""
def tensorsolve(input: Tensor, other: Any, dims: Any = None, *, out: Any = None) -> Tensor:
    """X of the equation `tensordot(input, X, X.dim()) == other`."""
def vander(x: Any, *, N: Any = None) -> Tensor:
    """The powers 0 to N - 1 of the elements, along a new last dim; of integers, in int64."""
def vecdot(x: Any, y: Any, *, dim: Any = -1, out: Any = None) -> Tensor:
    """The inner products of vectors along `dim`, those of `x` conjugated; other dims broadcast."""
def vector_norm(
    input: Tensor,
    ord: Any = 2,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The `ord`-norm of the elements over `dim` (an int or several; all by default)."""
