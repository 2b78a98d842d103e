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

def cholesky(input: Tensor, *, upper: _bool = False, out: Any = None) -> Tensor: ...
def cholesky_ex(
    input: Tensor,
    *,
    upper: _bool = False,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor: ...
def cond(input: Tensor, p: Any = None, *, out: Any = None) -> Tensor: ...
def cross(input: Tensor, other: Any, *, dim: Any = -1, out: Any = None) -> Tensor: ...
def det(A: Any, *, out: Any = None) -> Tensor: ...
def diagonal(A: Any, *, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor: ...
def eig(input: Tensor, *, out: Any = None) -> Tensor: ...
def eigh(input: Tensor, UPLO: str = 'L', *, out: Any = None) -> Tensor: ...
def eigvals(input: Tensor, *, out: Any = None) -> Tensor: ...
def eigvalsh(input: Tensor, UPLO: str = 'L', *, out: Any = None) -> Tensor: ...
def householder_product(input: Tensor, tau: Any, *, out: Any = None) -> Tensor: ...
def inv(A: Any, *, out: Any = None) -> Tensor: ...
def inv_ex(A: Any, *, check_errors: _bool = False, out: Any = None) -> Tensor: ...
def ldl_factor(input: Tensor, *, hermitian: _bool = False, out: Any = None) -> Tensor: ...
def ldl_factor_ex(
    input: Tensor,
    *,
    hermitian: _bool = False,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor: ...
def ldl_solve(
    LD: Any,
    pivots: Any,
    B: Any,
    *,
    hermitian: _bool = False,
    out: Any = None,
) -> Tensor: ...
def lstsq(
    input: Tensor,
    b: Any,
    rcond: Any = None,
    *,
    driver: Any = None,
    out: Any = None,
) -> Tensor: ...
def lu(A: Any, *, pivot: _bool = True, out: Any = None) -> Tensor: ...
def lu_factor(A: Any, *, pivot: _bool = True, out: Any = None) -> Tensor: ...
def lu_factor_ex(
    A: Any,
    *,
    pivot: _bool = True,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor: ...
def lu_solve(
    LU: Any,
    pivots: Any,
    B: Any,
    *,
    left: _bool = True,
    adjoint: _bool = False,
    out: Any = None,
) -> Tensor: ...
def matmul(input: Tensor, other: Any, *, out: Any = None) -> Tensor: ...
def matrix_exp(input: Tensor) -> Tensor: ...
def matrix_norm(
    input: Tensor,
    ord: str = 'fro',
    dim: Any = ...,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor: ...
def matrix_power(input: Tensor, n: Any, *, out: Any = None) -> Tensor: ...
def matrix_rank(
    input: Tensor,
    tol: Any = None,
    hermitian: _bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor: ...
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor: ...
def norm(
    input: Tensor,
    ord: Any = None,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor: ...
def pinv(
    input: Tensor,
    rcond: Any = None,
    hermitian: _bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor: ...
def qr(A: Any, mode: str = 'reduced', *, out: Any = None) -> Tensor: ...
def slogdet(A: Any, *, out: Any = None) -> Tensor: ...
def solve(A: Any, B: Any, *, left: _bool = True, out: Any = None) -> Tensor: ...
def solve_ex(
    A: Any,
    B: Any,
    *,
    left: _bool = True,
    check_errors: _bool = False,
    out: Any = None,
) -> Tensor: ...
def solve_triangular(
    input: Tensor,
    B: Any,
    *,
    upper: Any,
    left: _bool = True,
    unitriangular: _bool = False,
    out: Any = None,
) -> Tensor: ...
def svd(A: Any, full_matrices: _bool = True, *, driver: Any = None, out: Any = None) -> Tensor: ...
def svdvals(A: Any, *, driver: Any = None, out: Any = None) -> Tensor: ...
def tensorinv(input: Tensor, ind: Any = 2, *, out: Any = None) -> Tensor: ...
def tensorsolve(input: Tensor, other: Any, dims: Any = None, *, out: Any = None) -> Tensor: ...
def vander(x: Any, *, N: Any = None) -> Tensor: ...
def vecdot(x: Any, y: Any, *, dim: Any = -1, out: Any = None) -> Tensor: ...
def vector_norm(
    input: Tensor,
    ord: Any = 2,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor: ...
