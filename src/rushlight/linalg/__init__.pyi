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
def cross(input: Tensor, other: Any, *, dim: Any = -1, out: Any = None) -> Tensor:
    """The cross products of vectors of three elements along `dim`; other dims broadcast."""
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
def matrix_power(input: Tensor, n: Any, *, out: Any = None) -> Tensor:
    """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0."""
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of several matrices, in the order that takes the fewest multiplications."""
def qr(A: Any, mode: str = 'reduced', *, out: Any = None) -> Tensor:
    """Q and R with `A = Q R`: orthonormal columns, and an upper triangle."""
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
