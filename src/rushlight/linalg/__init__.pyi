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

def cross(input: Tensor, other: Any, *, dim: Any = -1, out: Any = None) -> Tensor:
    """The cross products of vectors of three elements along `dim`; other dims broadcast."""
def matmul(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The product of vectors, matrices and batches of matrices, as `@` computes it."""
def matrix_power(input: Tensor, n: Any, *, out: Any = None) -> Tensor:
    """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0."""
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of several matrices, in the order that takes the fewest multiplications."""
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
