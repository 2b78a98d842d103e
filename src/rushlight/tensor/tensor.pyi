"""The Tensor: what a user holds.

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


NONLEAF_GRAD: str
NOT_A_LEAF: str
def recording(t: Any, flag: _bool) -> Any:
    """Begin or stop recording what is done to a leaf, which is returned."""
def hidden(t: Any) -> _bool:
    """Is a tensor's history, if it has one, that of the value in its box?"""
def strides_of(array: Any) -> tuple[_int, ...]:
    """An array's strides in elements; where NumPy gives an empty one zeros, as if it were not."""
CPP_NAMES: dict[str, str]
def cpp_name(dtype: _dtype) -> str:
    """A dtype as PyTorch's C++ errors spell it."""
def place_of(t: Tensor) -> str:
    """A sentence on where the program made a tensor, or ''."""
class Tensor:
    """An n-dimensional array that remembers how it was computed."""

    shape: _Size
    dtype: _dtype
    array: Any
    node: Any
    nr: Any
    rg: Any
    retains: Any
    inference: Any
    version: Any
    shared: Any
    origin: Any
    kept_grad: Any
    hooks: Any
    accumulator: Any
    box: Any
    born: Any
    def __new__(cls, *args: Any, **kwargs: Any) -> Tensor: ...
    def __add__(self, other: Any) -> Tensor: ...
    def __sub__(self, other: Any) -> Tensor: ...
    def __mul__(self, other: Any) -> Tensor: ...
    def __truediv__(self, other: Any) -> Tensor: ...
    def __matmul__(self, other: Any) -> Tensor: ...
    def __pow__(self, other: Any) -> Tensor: ...
    def __radd__(self, other: Any) -> Tensor: ...
    def __rsub__(self, other: Any) -> Tensor: ...
    def __rmul__(self, other: Any) -> Tensor: ...
    def __rtruediv__(self, other: Any) -> Tensor: ...
    def __rpow__(self, other: Any) -> Tensor: ...
    def __iadd__(self, other: Any) -> Tensor: ...
    def __isub__(self, other: Any) -> Tensor: ...
    def __imul__(self, other: Any) -> Tensor: ...
    def __idiv__(self, other: Any) -> Tensor: ...
    def __itruediv__(self, other: Any) -> Tensor: ...
    def __ipow__(self, other: Any) -> Tensor: ...
    def __ifloordiv__(self, other: Any) -> Tensor: ...
    def __imod__(self, other: Any) -> Tensor: ...
    def __iand__(self, other: Any) -> Tensor: ...
    def __ior__(self, other: Any) -> Tensor: ...
    def __ixor__(self, other: Any) -> Tensor: ...
    def __ilshift__(self, other: Any) -> Tensor: ...
    def __irshift__(self, other: Any) -> Tensor: ...
    def __neg__(self) -> Tensor: ...
    def __getitem__(self, index: Any) -> Tensor: ...
    def __hash__(self) -> _int: ...
    @property
    def H(self) -> Tensor:
        """The conjugate transpose of a matrix."""
    @property
    def T(self) -> Tensor:
        """The dims in reverse order; meant for matrices."""
    def __abs__(self) -> Tensor: ...
    def __and__(self, other: Any) -> Tensor: ...
    def __array__(self, dtype: _dtype | _type | None = None, copy: _bool | None = None) -> Any:
        """What `numpy.asarray(tensor)` gives: the same memory, or a copy in another dtype."""
    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """NumPy's door for all other functions."""
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """NumPy's door for universal functions; behind it stands what takes a while to import."""
    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: _bool = False) -> Any:
        """What NumPy makes of the arrays it computed from this tensor; truth values become uint8."""
    def __bool__(self) -> _bool:
        """Is the one element not zero?"""
    def __complex__(self) -> _complex:
        """The one element as a complex number."""
    def __contains__(self, element: Any) -> _bool:
        """Is any element equal to `element`, a number or tensor?"""
    def __deepcopy__(self, memo: dict[_int, Any]) -> Tensor:
        """A leaf like this one over memory of its own; tensors that share memory still do."""
    def __delitem__(self, index: Any) -> None: ...
    def __div__(self, other: Any) -> Tensor: ...
    def __dlpack__(
        self,
        *,
        stream: Any = -1,
        max_version: Any = None,
        dl_device: Any = None,
        copy: Any = None,
    ) -> Any:
        """A DLPack capsule over this tensor's memory."""
    def __dlpack_device__(self) -> Any:
        """The kind and the number of the device that holds the memory."""
    def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __float__(self) -> _float:
        """The one element as a float."""
    def __floordiv__(self, other: Any) -> Tensor: ...
    def __format__(self, spec: str) -> str: ...
    def __ge__(self, other: Any) -> Tensor: ...
    def __gt__(self, other: Any) -> Tensor: ...
    def __index__(self) -> _int:
        """The one element of an integer tensor, where Python wants an index."""
    def __int__(self) -> _int:
        """The one element as an int, its fraction cut off."""
    def __invert__(self) -> Tensor:
        """`~self`, of integers and bools."""
    def __iter__(self) -> Iterator[Tensor]:
        """The parts along dim 0, each a view."""
    def __le__(self, other: Any) -> Tensor: ...
    def __len__(self) -> _int:
        """The length of dim 0."""
    __long__ = __int__
    def __lshift__(self, other: Any) -> Tensor: ...
    def __lt__(self, other: Any) -> Tensor: ...
    def __mod__(self, other: Any) -> Tensor: ...
    def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    __nonzero__ = __bool__
    def __or__(self, other: Any) -> Tensor: ...
    def __pos__(self) -> Tensor:
        """`input` itself; a bool tensor is refused."""
    def __rand__(self, other: Any) -> Tensor: ...
    def __rdiv__(self, other: Any) -> Tensor: ...
    def __repr__(self) -> str: ...
    def __reversed__(self) -> Tensor:
        """The tensor with its first dim reversed; of a 0-d one, itself."""
    def __rfloordiv__(self, other: Any) -> Tensor: ...
    def __rlshift__(self, other: Any) -> Tensor: ...
    def __rmatmul__(self, other: Any) -> Tensor:
        """`other @ self`."""
    def __rmod__(self, other: Any) -> Tensor: ...
    def __ror__(self, other: Any) -> Tensor: ...
    def __rrshift__(self, other: Any) -> Tensor: ...
    def __rshift__(self, other: Any) -> Tensor: ...
    def __rxor__(self, other: Any) -> Tensor: ...
    def __setitem__(self, index: Any, value: Any) -> None:
        """`self[index] = value`: overwrite what `self[index]` shows, or chooses."""
    def __setstate__(self, state: Any) -> Any:
        """Take over attributes, or (as old pickles have it) storage, offset, size and strides."""
    __torch_function__: Any
    def __xor__(self, other: Any) -> Tensor: ...
    def abs(self) -> Tensor:
        """The distance from zero, elementwise; real for complex numbers."""
    def abs_(self) -> Tensor:
        """In-place version of `abs`."""
    absolute = abs
    absolute_ = abs_
    def acos(self) -> Tensor:
        """The angle in [0, pi] whose cosine is `input`; nan outside [-1, 1], unless complex."""
    def acos_(self) -> Tensor:
        """In-place version of `acos`."""
    def acosh(self) -> Tensor:
        """The inverse of `cosh`, elementwise; nan below 1, unless complex."""
    def acosh_(self) -> Tensor:
        """In-place version of `acosh`."""
    def add(self, other: Any, *, alpha: Any = 1) -> Tensor:
        """`input + alpha * other`, elementwise."""
    def add_(self, other: Any, *, alpha: Any = 1) -> Tensor:
        """In-place version of `add`."""
    def addbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * sum_i batch1[i] @ batch2[i]`, for matrices of one dtype."""
    def addbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """In-place version of `addbmm`."""
    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`, elementwise, in the three tensors' common dtype."""
    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """In-place version of `addcdiv`."""
    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`, elementwise, in the three tensors' common dtype."""
    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """In-place version of `addcmul`."""
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (mat1 @ mat2)`, for matrices of one dtype."""
    def addmm_(self, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """In-place version of `addmm`."""
    def addmv(self, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (mat @ vec)`, for tensors of one dtype."""
    def addmv_(self, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """In-place version of `addmv`."""
    def addr(self, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * outer(vec1, vec2)`; dtypes are promoted."""
    def addr_(self, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """In-place version of `addr`."""
    def adjoint(self) -> Tensor:
        """The last two dims swapped, and the values conjugated."""
    def all(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """Are all elements true (nonzero) - of all elements, or along `dim` (an int or several)?"""
    def allclose(
        self,
        other: Any,
        rtol: Any = 1e-05,
        atol: Any = 1e-08,
        equal_nan: _bool = False,
    ) -> _bool:
        """Are all elements close, in the sense of `isclose`? A bool, not a tensor."""
    def amax(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """The largest elements over `dim` (an int or several; all by default)."""
    def amin(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """The smallest elements over `dim` (an int or several; all by default)."""
    def aminmax(self, *, dim: Any = None, keepdim: _bool = False) -> return_types.aminmax:
        """The smallest and the largest elements, (min, max), along `dim` or of all elements."""
    def angle(self) -> Tensor:
        """The angle of each number in the complex plane, in radians; 0 or pi for real ones."""
    def any(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """Is an element true (nonzero) - of all elements, or along `dim` (an int or several)?"""
    def apply_(self, callable: Any) -> Tensor:
        """Replace every element by what `callable` makes of it; slow."""
    arccos = acos
    arccos_ = acos_
    arccosh = acosh
    arccosh_ = acosh_
    def arcsin(self) -> Tensor:
        """The angle in [-pi/2, pi/2] whose sine is `input`; nan outside [-1, 1], unless complex."""
    def arcsin_(self) -> Tensor:
        """In-place version of `asin`."""
    def arcsinh(self) -> Tensor:
        """The inverse of `sinh`, elementwise."""
    def arcsinh_(self) -> Tensor:
        """In-place version of `asinh`."""
    def arctan(self) -> Tensor:
        """The angle in (-pi/2, pi/2) whose tangent is `input`."""
    def arctan2(self, other: Any) -> Tensor:
        """The angle of the point (`other`, `input`), elementwise, in (-pi, pi]."""
    def arctan2_(self, other: Any) -> Tensor:
        """In-place version of `atan2`."""
    def arctan_(self) -> Tensor:
        """In-place version of `atan`."""
    def arctanh(self) -> Tensor:
        """The inverse of `tanh`, elementwise; nan outside [-1, 1], unless complex."""
    def arctanh_(self) -> Tensor:
        """In-place version of `atanh`."""
    def argmax(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """The index of the first largest element: in the flattened input, or along `dim`."""
    def argmin(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """The index of the first smallest element: in the flattened input, or along `dim`."""
    def argsort(self, dim: Any = -1, descending: _bool = False, *, stable: _bool = False) -> Tensor:
        """The indices that sort the elements along `dim`, as of `sort`."""
    def argwhere(self) -> Tensor:
        """One row of indices per nonzero element."""
    def as_strided(self, size: Any, stride: Any, storage_offset: Any = None) -> Tensor:
        """The memory of `input` under any size and stride, from `storage_offset` on."""
    def as_strided_(self, **kwargs: Any) -> Tensor:
        """In-place version of `as_strided`."""
    def as_strided_scatter(
        self,
        src: Any,
        size: Any,
        stride: Any,
        storage_offset: Any = None,
    ) -> Tensor:
        """A copy of `input`, and of its memory, with `src` in the place of an `as_strided` view."""
    def as_subclass(self, cls: _type) -> Tensor:
        """This tensor as an instance of a subclass of Tensor: the same memory and history."""
    asin = arcsin
    asin_ = arcsin_
    asinh = arcsinh
    asinh_ = arcsinh_
    atan = arctan
    atan2 = arctan2
    atan2_ = arctan2_
    atan_ = arctan_
    atanh = arctanh
    atanh_ = arctanh_
    def backward(
        self,
        gradient: Any = None,
        retain_graph: _bool | None = None,
        create_graph: _bool = False,
        inputs: Any = None,
    ) -> None:
        """Accumulate this tensor's gradient into the leaves it depends on; see `autograd.backward`."""
    def baddbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (batch1 @ batch2)`, for batches of matrices of one dtype."""
    def baddbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """In-place version of `baddbmm`."""
    def bernoulli(self, p: Any = None, *, generator: Generator | None = None) -> Tensor:
        """Ones with the probabilities in `input` (or all with probability `p`), zeros else."""
    def bernoulli_(self, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
        """Overwrite with ones of probability `p` (a number, or a tensor of them) and zeros."""
    def bfloat16(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.bfloat16; itself if it is that already."""
    def bincount(self, weights: Any = None, minlength: Any = 0) -> Tensor:
        """How often each of 0, 1, 2, ... occurs in the 1-d integer `input`, or the sum of its"""
    def bitwise_and(self, other: Any) -> Tensor:
        """`input & other`, elementwise, of integers or bools."""
    def bitwise_and_(self, other: Any) -> Tensor:
        """In-place version of `bitwise_and`."""
    def bitwise_left_shift(self, other: Any) -> Tensor:
        """`input * 2 ** other`, elementwise, of integers; bits shifted out are lost."""
    def bitwise_left_shift_(self, other: Any) -> Tensor:
        """In-place version of `bitwise_left_shift`."""
    def bitwise_not(self) -> Tensor:
        """`~input`, elementwise, of integers or bools."""
    def bitwise_not_(self) -> Tensor:
        """In-place version of `bitwise_not`."""
    def bitwise_or(self, other: Any) -> Tensor:
        """`input | other`, elementwise, of integers or bools."""
    def bitwise_or_(self, other: Any) -> Tensor:
        """In-place version of `bitwise_or`."""
    def bitwise_right_shift(self, other: Any) -> Tensor:
        """`input / 2 ** other` rounded down, elementwise, of integers."""
    def bitwise_right_shift_(self, other: Any) -> Tensor:
        """In-place version of `bitwise_right_shift`."""
    def bitwise_xor(self, other: Any) -> Tensor:
        """`input ^ other`, elementwise, of integers or bools."""
    def bitwise_xor_(self, other: Any) -> Tensor:
        """In-place version of `bitwise_xor`."""
    def bmm(self, mat2: Tensor) -> Tensor:
        """The matrix products of two batches of matrices of one dtype."""
    def bool(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.bool; itself if it is that already."""
    def broadcast_to(self, *size: Any) -> Tensor:
        """`input` expanded to `size`."""
    def byte(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.uint8; itself if it is that already."""
    def cauchy_(
        self,
        median: _float = 0.0,
        sigma: _float = 1.0,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Overwrite with numbers of Cauchy's distribution."""
    def cdouble(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.complex128; itself if it is that already."""
    def ceil(self) -> Tensor:
        """The smallest whole number not below `input`, elementwise."""
    def ceil_(self) -> Tensor:
        """In-place version of `ceil`."""
    def cfloat(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.complex64; itself if it is that already."""
    def chalf(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.complex32; itself if it is that already."""
    def char(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.int8; itself if it is that already."""
    def cholesky(self, upper: _bool = False) -> Tensor:
        """`linalg.cholesky(input, upper=upper)`, deprecated."""
    def cholesky_inverse(self, upper: _bool = False) -> Tensor:
        """The inverse of the matrix whose Cholesky factor is `input`."""
    def cholesky_solve(self, input2: Any, upper: _bool = False) -> Tensor:
        """X of `A X = input` for the A whose Cholesky factor is `input2`."""
    def chunk(self, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
        """Up to `chunks` parts of equal length (the last may be shorter) along dim `dim`."""
    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """`input` limited to `[min, max]`, elementwise; either limit may be missing."""
    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        """In-place version of `clamp`."""
    def clamp_max(self, b: Any) -> Tensor:
        """The smaller of `input` and `max`, elementwise."""
    def clamp_max_(self, b: Any) -> Tensor:
        """In-place version of `clamp_max`."""
    def clamp_min(self, b: Any) -> Tensor:
        """The larger of `input` and `min`, elementwise."""
    def clamp_min_(self, b: Any) -> Tensor:
        """In-place version of `clamp_min`."""
    clip = clamp
    clip_ = clamp_
    def clone(self, *, memory_format: Any = ...) -> Tensor:
        """A copy of `input` in memory of its own; gradients flow back to `input`."""
    def conj(self) -> Tensor:
        """The complex conjugate; a real tensor itself."""
    def conj_physical(self) -> Tensor:
        """The complex conjugate in memory of its own; a real tensor itself."""
    def conj_physical_(self) -> Tensor:
        """In-place version of `conj_physical`."""
    def contiguous(self, memory_format: Any = ...) -> Tensor:
        """`input` itself if its elements lie in memory in row-major order, else a copy that does."""
    def copy_(self, other: Any, non_blocking: _bool = False) -> Tensor:
        """Overwrite `self` with the values of `src`, broadcast and cast as need be; returns `self`."""
    def copysign(self, other: Any) -> Tensor:
        """The magnitude of `input` with the sign of `other`, elementwise."""
    def copysign_(self, other: Any) -> Tensor:
        """In-place version of `copysign`."""
    def corrcoef(self) -> Tensor:
        """The correlations of variables, the rows of `input`, whose columns are observations."""
    def cos(self) -> Tensor:
        """The cosine, elementwise, of radians."""
    def cos_(self) -> Tensor:
        """In-place version of `cos`."""
    def cosh(self) -> Tensor:
        """The hyperbolic cosine, elementwise."""
    def cosh_(self) -> Tensor:
        """In-place version of `cosh`."""
    def count_nonzero(self, dim: Any = None) -> Tensor:
        """How many elements over `dim` (an int or several; all by default) are not zero."""
    def cov(self, *, correction: Any = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
        """The covariances of variables, the rows of `input`, whose columns are observations."""
    def cpu(self, memory_format: Any = ...) -> Tensor:
        """This tensor on the CPU, where it is already."""
    def cross(self, other: Any, dim: Any = None) -> Tensor:
        """`linalg.cross`; without `dim` (deprecated), along the first dim of length 3."""
    def cuda(self, device: Any = None, non_blocking: _bool = False, **kwargs: Any) -> Tensor:
        """Refused: there is no cuda device."""
    def cummax(self, dim: Any) -> return_types.cummax:
        """The largest elements so far along `dim`, with their (latest) indices."""
    def cummin(self, dim: Any) -> return_types.cummin:
        """The smallest elements so far along `dim`, with their (latest) indices."""
    def cumprod(self, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
        """The running product along `dim`; integers multiply in int64 unless `dtype` is given."""
    def cumprod_(self, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
        """In-place version of `cumprod`."""
    def cumsum(self, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
        """The running sum along `dim`; integers add up in int64 unless `dtype` is given."""
    def cumsum_(self, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
        """In-place version of `cumsum`."""
    @property
    def data(self) -> Tensor:
        """The values, sharing memory, outside the graph; writes to them are not counted."""
    @data.setter
    def data(self, value: Any) -> None: ...
    @data.deleter
    def data(self) -> None: ...
    def data_ptr(self) -> _int:
        """The address of the first element; 0 for an empty tensor."""
    def deg2rad(self) -> Tensor:
        """Degrees in radians, elementwise."""
    def deg2rad_(self) -> Tensor:
        """In-place version of `deg2rad`."""
    def det(self) -> Tensor:
        """`linalg.det`."""
    def detach(self) -> Tensor:
        """The values of `input`, sharing memory, as a leaf that requires no grad."""
    def detach_(self) -> Tensor:
        """Make `input` a leaf that requires no grad; views of other tensors cannot be."""
    @property
    def device(self) -> _device:
        """Where the elements are."""
    def diag(self, diagonal: Any = 0) -> Tensor:
        """The diagonal of a matrix (a copy), or the matrix with a vector on its diagonal."""
    def diag_embed(self, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
        """The last dim put on the `offset`-th diagonal of new dims `dim1` and `dim2`, zeros elsewhere."""
    def diagflat(self, offset: Any = 0) -> Tensor:
        """A matrix with all elements of `input` on its diagonal."""
    def diagonal(self, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
        """The diagonal `offset` places above the main one, over `dim1` and `dim2`, as the last dim."""
    def diagonal_scatter(self, src: Any, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
        """A copy of `input` with `src` in a diagonal."""
    def diff(self, n: Any = 1, dim: Any = -1, prepend: Any = None, append: Any = None) -> Tensor:
        """The differences of neighbours along `dim`, taken `n` times, after putting `prepend` before"""
    def digamma(self) -> Tensor:
        """The derivative of `lgamma`, elementwise."""
    def digamma_(self) -> Tensor:
        """In-place version of `digamma`."""
    def dim(self) -> _int:
        """How many dims the tensor has."""
    def dim_order(self, *, ambiguity_check: _bool = False) -> tuple[_int, ...]:
        """The dims from the outermost to the innermost in memory."""
    def dist(self, other: Any, p: Any = 2) -> Tensor:
        """The p-norm of `input - other`."""
    def div(self, other: Any, *, rounding_mode: Any = None) -> Tensor:
        """`input / other`, elementwise; `rounding_mode` 'trunc' or 'floor' rounds the quotient."""
    def div_(self, other: Any, *, rounding_mode: Any = None) -> Tensor:
        """In-place version of `div`."""
    divide = div
    divide_ = div_
    def dot(self, tensor: Any) -> Tensor:
        """The sum of the products of two vectors' elements; nothing is conjugated."""
    def double(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.float64; itself if it is that already."""
    def dsplit(
        self,
        indices_or_sections: Any = None,
        *,
        sections: Any = None,
        indices: Any = None,
    ) -> tuple[Tensor, ...]:
        """Parts along the third dim."""
    def element_size(self) -> _int:
        """Bytes of one element."""
    def eq(self, other: Any) -> Tensor:
        """Is `input` equal to `other`, elementwise?"""
    def eq_(self, other: Any) -> Tensor:
        """In-place version of `eq`."""
    def equal(self, other: Any) -> _bool:
        """Have the tensors the same shape and the same elements? A bool, not a tensor."""
    def erf(self) -> Tensor:
        """The error function, elementwise: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0."""
    def erf_(self) -> Tensor:
        """In-place version of `erf`."""
    def erfc(self) -> Tensor:
        """`1 - erf(input)`, elementwise, exact for large inputs too."""
    def erfc_(self) -> Tensor:
        """In-place version of `erfc`."""
    def erfinv(self) -> Tensor:
        """The inverse of `erf`, elementwise; nan outside [-1, 1]."""
    def erfinv_(self) -> Tensor:
        """In-place version of `erfinv`."""
    def exp(self) -> Tensor:
        """`e ** input`, elementwise; integers become the default float."""
    def exp2(self) -> Tensor:
        """`2 ** input`, elementwise; integers become the default float."""
    def exp2_(self) -> Tensor:
        """In-place version of `exp2`."""
    def exp_(self) -> Tensor:
        """In-place version of `exp`."""
    def expand(self, *size: Any) -> Tensor:
        """`input` with dims of length 1 repeated to `size`, without copying; -1 keeps a dim."""
    def expand_as(self, other: Any) -> Tensor:
        """`input` expanded to the shape of `other`."""
    def expm1(self) -> Tensor:
        """`e ** input - 1`, elementwise, exact for small inputs too."""
    def expm1_(self) -> Tensor:
        """In-place version of `expm1`."""
    def exponential_(self, lambd: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Overwrite with waiting times at `lambd` events per unit of time."""
    def fill_(self, value: Any) -> Tensor:
        """Overwrite every element of `self` with `value`, a number or a 0-d tensor; returns `self`."""
    def fill_diagonal_(self, fill_value: Any, wrap: _bool = False) -> Tensor:
        """Overwrite the main diagonal with a number; with `wrap`, a tall matrix has several."""
    def fix(self) -> Tensor:
        """`input` rounded towards zero, elementwise."""
    def fix_(self) -> Tensor:
        """In-place version of `trunc`."""
    def flatten(self, start_dim: Any = 0, end_dim: Any = -1) -> Tensor:
        """`input` with dims `start_dim` to `end_dim` made one; a 0-d tensor gets one dim."""
    def flip(self, *dims: Any) -> Tensor:
        """`input` in reverse order along `dims`; a copy, unlike NumPy's."""
    def fliplr(self) -> Tensor:
        """A matrix (or more) in reverse order along its second dim."""
    def flipud(self) -> Tensor:
        """A tensor in reverse order along its first dim."""
    def float(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.float32; itself if it is that already."""
    def float_power(self, exponent: Any) -> Tensor:
        """`input ** exponent` computed in float64, or complex128."""
    def float_power_(self, exponent: Any) -> Tensor:
        """In-place version of `float_power`, for tensors of the dtype it computes in."""
    def floor(self) -> Tensor:
        """The largest whole number not above `input`, elementwise."""
    def floor_(self) -> Tensor:
        """In-place version of `floor`."""
    def floor_divide(self, other: Any) -> Tensor:
        """`input / other` rounded down, elementwise, in the operands' common dtype; not differentiable."""
    def floor_divide_(self, other: Any) -> Tensor:
        """In-place version of `floor_divide`."""
    def fmax(self, other: Any) -> Tensor:
        """The larger of two, elementwise; nan only if both are."""
    def fmin(self, other: Any) -> Tensor:
        """The smaller of two, elementwise; nan only if both are."""
    def fmod(self, other: Any) -> Tensor:
        '''What division leaves, with the dividend's sign: `input - input.div(other, "trunc") * other`.'''
    def fmod_(self, other: Any) -> Tensor:
        """In-place version of `fmod`."""
    def frac(self) -> Tensor:
        """What `trunc` takes away: `input - trunc(input)`, elementwise."""
    def frac_(self) -> Tensor:
        """In-place version of `frac`."""
    def frexp(self) -> return_types.frexp:
        """Each element as `mantissa * 2 ** exponent`, the mantissa's size between 1/2 and 1."""
    def gather(self, dim: Any, index: Any, *, sparse_grad: _bool = False) -> Tensor:
        """The elements of `input` that `index` names along `dim`; the result has the index's shape."""
    def gcd(self, other: Any) -> Tensor:
        """The greatest common divisor, elementwise, of integers."""
    def gcd_(self, other: Any) -> Tensor:
        """In-place version of `gcd`."""
    def ge(self, other: Any) -> Tensor:
        """Is `input` greater than or equal to `other`, elementwise?"""
    def ge_(self, other: Any) -> Tensor:
        """In-place version of `ge`."""
    def geometric_(self, p: _float, *, generator: Generator | None = None) -> Tensor:
        """Overwrite with how many tries of success `p` a first success took."""
    def geqrf(self) -> Tensor:
        """LAPACK's form of `linalg.qr`: R on and above the diagonal, reflections below it, and `tau`."""
    def ger(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of two vectors' elements: a matrix."""
    def get_device(self) -> _int:
        """The index of the tensor's device: -1, for the CPU."""
    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient of a leaf (or of a tensor after `retain_grad`)."""
    @grad.setter
    def grad(self, value: Any) -> None: ...
    @grad.deleter
    def grad(self) -> None: ...
    @property
    def grad_fn(self) -> Any:
        """The node that made this tensor; None for a leaf."""
    def greater(self, other: Any) -> Tensor:
        """Is `input` greater than `other`, elementwise?"""
    def greater_(self, other: Any) -> Tensor:
        """In-place version of `gt`."""
    greater_equal = ge
    greater_equal_ = ge_
    gt = greater
    gt_ = greater_
    def half(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.float16; itself if it is that already."""
    def hardshrink(self, lambd: Any = 0.5) -> Tensor:
        """`input` outside `[-lambd, lambd]`, 0 inside, elementwise."""
    def heaviside(self, values: Any) -> Tensor:
        """0 below zero, 1 above, `values` at zero, elementwise; not differentiable."""
    def heaviside_(self, values: Any) -> Tensor:
        """In-place version of `heaviside`."""
    def histc(self, bins: Any = 100, min: Any = 0, max: Any = 0) -> Tensor:
        """How many elements lie in each of `bins` equal intervals from `min` to `max`."""
    def histogram(
        self,
        bins: Any = 100,
        *,
        range: Any = None,
        weight: Any = None,
        density: _bool = False,
    ) -> Tensor:
        """How many elements lie in each of the intervals `bins`."""
    def hsplit(
        self,
        indices_or_sections: Any = None,
        *,
        sections: Any = None,
        indices: Any = None,
    ) -> tuple[Tensor, ...]:
        """Parts along the second dim (the only one of a 1-d tensor)."""
    def hypot(self, other: Any) -> Tensor:
        """`sqrt(input^2 + other^2)`, elementwise, without overflow."""
    def hypot_(self, other: Any) -> Tensor:
        """In-place version of `hypot`."""
    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind of order 0, elementwise."""
    def i0_(self) -> Tensor:
        """In-place version of `i0`."""
    def igamma(self, other: Any) -> Tensor:
        """The lower regularised incomplete gamma function, elementwise: the integral of"""
    def igamma_(self, other: Any) -> Tensor:
        """In-place version of `igamma`."""
    def igammac(self, other: Any) -> Tensor:
        """The upper regularised incomplete gamma function, elementwise: 1 less `igamma`."""
    def igammac_(self, other: Any) -> Tensor:
        """In-place version of `igammac`."""
    @property
    def imag(self) -> Tensor:
        """The imaginary part, a view."""
    @imag.setter
    def imag(self, value: Any) -> None: ...
    def index_add(self, dim: Any, index: Any, source: Any, *, alpha: Any = 1) -> Tensor:
        """`input` with `alpha` times the slices of `source` added to those of `dim` at `index`."""
    def index_add_(self, dim: Any, index: Any, source: Any, *, alpha: Any = 1) -> Tensor:
        """In-place version of `index_add`."""
    def index_copy(self, dim: Any, index: Any, source: Any) -> Tensor:
        """`input` with the slices of `dim` at `index` replaced by those of `source`."""
    def index_copy_(self, dim: Any, index: Any, source: Any) -> Tensor:
        """In-place version of `index_copy`."""
    def index_fill(self, dim: Any, index: Any, value: Any) -> Tensor:
        """`input` with the slices of `dim` at `index` filled with `value`, a number or 0-d tensor."""
    def index_fill_(self, dim: Any, index: Any, value: Any) -> Tensor:
        """In-place version of `index_fill`."""
    def index_put(self, indices: Any, values: Any, accumulate: _bool = False) -> Tensor:
        """A copy of `input` with the elements at `indices` replaced by (or increased by) `values`."""
    def index_put_(self, indices: Any, values: Any, accumulate: _bool = False) -> Tensor:
        """In-place version of `index_put`."""
    def index_reduce(
        self,
        dim: Any,
        index: Any,
        source: Any,
        reduce: Any,
        *,
        include_self: _bool = True,
    ) -> Tensor:
        """`input` with the slices of `source` reduced into those of `dim` at `index`."""
    def index_reduce_(
        self,
        dim: Any,
        index: Any,
        source: Any,
        reduce: Any,
        *,
        include_self: _bool = True,
    ) -> Tensor:
        """In-place version of `index_reduce`."""
    def index_select(self, dim: Any, index: Any) -> Tensor:
        """The slices of dim `dim` that the vector `index` names, in its order, as a copy."""
    def inner(self, other: Any) -> Tensor:
        """The products over the last dims of both, for all pairs of what remains."""
    def int(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.int32; itself if it is that already."""
    def inverse(self) -> Tensor:
        """`linalg.inv`."""
    def is_coalesced(self) -> _bool:
        """Refused: only sparse tensors can be coalesced."""
    def is_complex(self) -> _bool:
        """Is the dtype a complex one?"""
    def is_conj(self) -> _bool:
        """False: conjugates are never lazy here."""
    def is_contiguous(self, memory_format: Any = ...) -> _bool:
        """Do the elements lie in memory in row-major order (or in that of another format)?"""
    @property
    def is_cpu(self) -> _bool: ...
    @property
    def is_cuda(self) -> _bool: ...
    def is_distributed(self) -> _bool:
        """Is the tensor spread over processes?  Never."""
    def is_floating_point(self) -> _bool:
        """Is the dtype a floating-point one?"""
    def is_inference(self) -> _bool:
        """Was the tensor made in inference mode?"""
    @property
    def is_ipu(self) -> _bool: ...
    @property
    def is_leaf(self) -> _bool:
        """Did the user make this tensor, rather than an operation that was recorded?"""
    @property
    def is_maia(self) -> _bool: ...
    @property
    def is_meta(self) -> _bool: ...
    @property
    def is_mkldnn(self) -> _bool: ...
    @property
    def is_mps(self) -> _bool: ...
    @property
    def is_mtia(self) -> _bool: ...
    def is_neg(self) -> _bool:
        """False: negatives are never lazy here."""
    @property
    def is_nested(self) -> _bool: ...
    def is_nonzero(self) -> _bool:
        """Is the one element not zero?"""
    def is_pinned(self, device: Any = None) -> _bool:
        """Is the memory pinned?  Never, as there is no device to pin it for."""
    @property
    def is_quantized(self) -> _bool: ...
    def is_same_size(self, other: Any) -> _bool:
        """Do two tensors have the same shape?"""
    def is_set_to(self, tensor: Any) -> _bool:
        """Do two tensors have the same memory, shape and strides?"""
    def is_shared(self) -> _bool:
        """Is the memory shared between processes?  Never."""
    def is_signed(self) -> _bool:
        """Does the dtype have negative numbers?"""
    @property
    def is_sparse(self) -> _bool: ...
    @property
    def is_sparse_csr(self) -> _bool: ...
    @property
    def is_vulkan(self) -> _bool: ...
    @property
    def is_xla(self) -> _bool: ...
    @property
    def is_xpu(self) -> _bool: ...
    def isclose(
        self,
        other: Any,
        rtol: Any = 1e-05,
        atol: Any = 1e-08,
        equal_nan: _bool = False,
    ) -> Tensor:
        """Is `|input - other| <= atol + rtol * |other|`, elementwise? Infinities are close if equal."""
    def isfinite(self) -> Tensor:
        """Which elements are neither infinite nor nan?"""
    def isinf(self) -> Tensor:
        """Which elements are infinite, of either sign?"""
    def isnan(self) -> Tensor:
        """Which elements are nan (of a complex number, either part)?"""
    def isneginf(self) -> Tensor:
        """Which elements are minus infinity?"""
    def isposinf(self) -> Tensor:
        """Which elements are plus infinity?"""
    def isreal(self) -> Tensor:
        """Which elements have no imaginary part?"""
    def istft(
        self,
        n_fft: Any,
        hop_length: Any = None,
        win_length: Any = None,
        window: Any = None,
        center: _bool = True,
        normalized: _bool = False,
        onesided: Any = None,
        length: Any = None,
        return_complex: _bool = False,
    ) -> Tensor:
        """The signal whose spectra `stft` gave: the frames added up where they lie, over the sum of"""
    def item(self) -> Any:
        """The value of a tensor of one element as a Python number."""
    @property
    def itemsize(self) -> Tensor: ...
    def kron(self, other: Any) -> Tensor:
        """The Kronecker product: `other` scaled by every element of `input`, as blocks."""
    def kthvalue(self, k: Any, dim: Any = -1, keepdim: _bool = False) -> return_types.kthvalue:
        """The `k`-th smallest elements along `dim`, counted from 1, with their indices."""
    @property
    def layout(self) -> _layout:
        """How the elements are laid out: always strided."""
    def lcm(self, other: Any) -> Tensor:
        """The least common multiple, elementwise, of integers."""
    def lcm_(self, other: Any) -> Tensor:
        """In-place version of `lcm`."""
    def ldexp(self, other: Any) -> Tensor:
        """`input * 2 ** other`, elementwise."""
    def ldexp_(self, other: Any) -> Tensor:
        """In-place version of `ldexp`."""
    def le(self, other: Any) -> Tensor:
        """Is `input` less than or equal to `other`, elementwise?"""
    def le_(self, other: Any) -> Tensor:
        """In-place version of `le`."""
    def lerp(self, end: Any, weight: Any) -> Tensor:
        """`input + weight * (end - input)`, elementwise; `weight` is a tensor or a number."""
    def lerp_(self, end: Any, weight: Any) -> Tensor:
        """In-place version of `lerp`."""
    def less(self, other: Any) -> Tensor:
        """Is `input` less than `other`, elementwise?"""
    def less_(self, other: Any) -> Tensor:
        """In-place version of `lt`."""
    less_equal = le
    less_equal_ = le_
    def lgamma(self) -> Tensor:
        """`log(|gamma(input)|)`, elementwise; infinite at gamma's poles 0, -1, -2..."""
    def lgamma_(self) -> Tensor:
        """In-place version of `lgamma`."""
    def log(self) -> Tensor:
        """The natural logarithm, elementwise; nan below zero, unless complex."""
    def log10(self) -> Tensor:
        """The logarithm to base 10, elementwise."""
    def log10_(self) -> Tensor:
        """In-place version of `log10`."""
    def log1p(self) -> Tensor:
        """`log(1 + input)`, elementwise, exact for small inputs too."""
    def log1p_(self) -> Tensor:
        """In-place version of `log1p`."""
    def log2(self) -> Tensor:
        """The logarithm to base 2, elementwise."""
    def log2_(self) -> Tensor:
        """In-place version of `log2`."""
    def log_(self) -> Tensor:
        """In-place version of `log`."""
    def log_normal_(
        self,
        mean: _float = 1.0,
        std: _float = 2.0,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Overwrite with numbers whose logarithms are normal."""
    def log_softmax(self, dim: Any, dtype: _dtype | _type | None = None) -> Tensor:
        """The logarithm of `softmax`, computed so that it does not underflow."""
    def logaddexp(self, other: Any) -> Tensor:
        """`log(exp(input) + exp(other))`, elementwise, without overflow."""
    def logaddexp2(self, other: Any) -> Tensor:
        """`log2(2 ** input + 2 ** other)`, elementwise, without overflow."""
    def logcumsumexp(self, dim: Any) -> Tensor:
        """`log(cumsum(exp(input)))` along `dim`, computed without overflow."""
    def logdet(self) -> Tensor:
        """The logarithm of the determinant: NaN where that is negative, `-inf` where it is 0."""
    def logical_and(self, other: Any) -> Tensor:
        """Are both true, elementwise? Zero is false."""
    def logical_and_(self, other: Any) -> Tensor:
        """In-place version of `logical_and`."""
    def logical_not(self) -> Tensor:
        """Is `input` zero, elementwise?"""
    def logical_not_(self) -> Tensor:
        """In-place version of `logical_not`."""
    def logical_or(self, other: Any) -> Tensor:
        """Is either true, elementwise? Zero is false."""
    def logical_or_(self, other: Any) -> Tensor:
        """In-place version of `logical_or`."""
    def logical_xor(self, other: Any) -> Tensor:
        """Is exactly one true, elementwise? Zero is false."""
    def logical_xor_(self, other: Any) -> Tensor:
        """In-place version of `logical_xor`."""
    def logit(self, eps: Any = None) -> Tensor:
        """`log(input / (1 - input))`, elementwise, of the input clamped to `[eps, 1 - eps]`."""
    def logit_(self, eps: Any = None) -> Tensor:
        """In-place version of `logit`."""
    def logsumexp(self, dim: Any, keepdim: _bool = False) -> Tensor:
        """`log(sum(exp(input)))` over `dim` (an int or several), computed without overflow."""
    def long(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.int64; itself if it is that already."""
    lt = less
    lt_ = less_
    def lu(self, pivot: _bool = True, get_infos: _bool = False) -> Tensor:
        """`linalg.lu_factor` without its error, deprecated: (LU, pivots), and info if `get_infos`."""
    def lu_solve(self, LU_data: Any, LU_pivots: Any) -> Tensor:
        """`linalg.lu_solve(LU_data, LU_pivots, input)`, deprecated."""
    @property
    def mH(self) -> Tensor:
        """The last two dims swapped, and the values conjugated."""
    @property
    def mT(self) -> Tensor:
        """The last two dims swapped."""
    def map_(self, other: Any, callable: Any) -> Tensor:
        """Replace every element by what `callable` makes of it and of that of another tensor; slow."""
    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """`input` with `value` (a number or 0-d tensor) where `mask` is true."""
    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """In-place version of `masked_fill`."""
    def masked_scatter(self, source: Any, mask: Tensor) -> Tensor:
        """`input` with the elements where `mask` is true replaced by those of `source` in order."""
    def masked_scatter_(self, source: Any, mask: Tensor) -> Tensor:
        """In-place version of `masked_scatter`."""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements of `input` where `mask` is true, in one dim; the two are broadcast."""
    def matmul(self, other: Any) -> Tensor:
        """The product of vectors, matrices and batches of matrices, as `@` computes it."""
    def matrix_exp(self) -> Tensor:
        """The exponential of a square matrix, or of each of a batch: the sum of A^k / k!."""
    def matrix_power(self, n: Any) -> Tensor:
        """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0."""
    @overload
    def max(self) -> Tensor:
        """The largest element; with `dim` those along it, with their indices; or the elementwise"""
    @overload
    def max(self, dim: _int, keepdim: _bool = False) -> return_types.max:
        """The largest element; with `dim` those along it, with their indices; or the elementwise"""
    @overload
    def max(self, other: Tensor) -> Tensor:
        """The largest element; with `dim` those along it, with their indices; or the elementwise"""
    def maximum(self, other: Any) -> Tensor:
        """The larger of two, elementwise; nan if either is. Equals share the gradient."""
    def mean(
        self,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The mean over `dim` (an int or several; all by default) of floating or complex elements."""
    @overload
    def median(self) -> Tensor:
        """The middle element, the lower of the two of an even number: of all elements, or along"""
    @overload
    def median(self, dim: _int, keepdim: _bool = False) -> return_types.median:
        """The middle element, the lower of the two of an even number: of all elements, or along"""
    @overload
    def min(self) -> Tensor:
        """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
    @overload
    def min(self, dim: _int, keepdim: _bool = False) -> return_types.min:
        """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
    @overload
    def min(self, other: Tensor) -> Tensor:
        """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
    def minimum(self, other: Any) -> Tensor:
        """The smaller of two, elementwise; nan if either is. Equals share the gradient."""
    def mm(self, mat2: Tensor) -> Tensor:
        """The matrix product of two matrices of one dtype."""
    def mode(self, dim: Any = -1, keepdim: _bool = False) -> return_types.mode:
        """The most frequent elements along `dim`, with their last indices; of several the smallest."""
    def moveaxis(self, source: Any, destination: Any) -> Tensor:
        """`input` with dims `source` moved to `destination`; the others keep their order."""
    movedim = moveaxis
    def msort(self) -> Tensor:
        """`input` sorted along its first dim."""
    def mul(self, other: Any) -> Tensor:
        """`input * other`, elementwise."""
    def mul_(self, other: Any) -> Tensor:
        """In-place version of `mul`."""
    def multinomial(
        self,
        num_samples: _int,
        replacement: _bool = False,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Indices drawn by the weights in each row of `input`."""
    multiply = mul
    multiply_ = mul_
    def mv(self, vec: Tensor) -> Tensor:
        """The product of a matrix and a vector of one dtype."""
    def mvlgamma(self, p: Any) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`, elementwise."""
    def mvlgamma_(self, p: Any) -> Tensor:
        """In-place version of `mvlgamma`."""
    @property
    def name(self) -> None: ...
    def nan_to_num(self, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Tensor:
        """`input` with nan and the infinities replaced by finite numbers."""
    def nan_to_num_(self, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Tensor:
        """In-place version of `nan_to_num`."""
    def nanmean(
        self,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The mean over `dim` of the elements that are not NaN."""
    @overload
    def nanmedian(self) -> Tensor:
        """`median` of the elements that are not NaN."""
    @overload
    def nanmedian(self, dim: _int, keepdim: _bool = False) -> return_types.nanmedian:
        """`median` of the elements that are not NaN."""
    def nanquantile(
        self,
        q: Any,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        interpolation: str = 'linear',
    ) -> Tensor:
        """`quantile` of the elements that are not NaN."""
    def nansum(
        self,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The sum over `dim` of the elements that are not NaN."""
    def narrow(self, dim: Any, start: Any, length: Any) -> Tensor:
        """`length` indices of dim `dim` from `start` on."""
    def narrow_copy(self, dim: Any, start: Any, length: Any) -> Tensor:
        """A copy of `narrow`."""
    @property
    def nbytes(self) -> Tensor: ...
    @property
    def ndim(self) -> _int:
        """How many dims the tensor has."""
    ndimension = dim
    def ne(self, other: Any) -> Tensor:
        """Is `input` unequal to `other`, elementwise?"""
    def ne_(self, other: Any) -> Tensor:
        """In-place version of `ne`."""
    def neg(self) -> Tensor:
        """`-input`, elementwise."""
    def neg_(self) -> Tensor:
        """In-place version of `neg`."""
    negative = neg
    negative_ = neg_
    def nelement(self) -> _int:
        """How many elements the tensor has."""
    def new(self, *args: Any, **kwargs: Any) -> Tensor:
        """The old constructor for tensors of this tensor's dtype."""
    def new_empty(
        self,
        *args: Any,
        size: Any = None,
        dtype: _dtype | _type | None = None,
        layout: Any = None,
        device: Any = None,
        pin_memory: _bool = False,
        requires_grad: _bool = False,
    ) -> Tensor:
        """An uninitialised tensor of the given size in this tensor's dtype."""
    def new_empty_strided(
        self,
        size: Any,
        stride: Any,
        *,
        dtype: _dtype | _type | None = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: _bool = False,
        pin_memory: _bool = False,
    ) -> Tensor:
        """An uninitialised tensor with the given size and strides, in this tensor's dtype."""
    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: _dtype | _type | None = None,
        layout: Any = None,
        device: Any = None,
        pin_memory: _bool = False,
        requires_grad: _bool = False,
    ) -> Tensor:
        """A tensor of shape `size` with one number everywhere, in this tensor's dtype."""
    def new_ones(
        self,
        *args: Any,
        size: Any = None,
        dtype: _dtype | _type | None = None,
        layout: Any = None,
        device: Any = None,
        pin_memory: _bool = False,
        requires_grad: _bool = False,
    ) -> Tensor:
        """Ones of the given size in this tensor's dtype."""
    def new_tensor(
        self,
        data: Any,
        *,
        dtype: _dtype | _type | None = None,
        device: Any = None,
        requires_grad: _bool = False,
        layout: Any = None,
        pin_memory: _bool = False,
    ) -> Tensor:
        """A new tensor with a copy of `data`, in this tensor's dtype unless told otherwise."""
    def new_zeros(
        self,
        *args: Any,
        size: Any = None,
        dtype: _dtype | _type | None = None,
        layout: Any = None,
        device: Any = None,
        pin_memory: _bool = False,
        requires_grad: _bool = False,
    ) -> Tensor:
        """Zeros of the given size in this tensor's dtype."""
    def nextafter(self, other: Any) -> Tensor:
        """The next number after `input` towards `other`, elementwise."""
    def nextafter_(self, other: Any) -> Tensor:
        """In-place version of `nextafter`."""
    def nonzero(self, *, as_tuple: _bool = False) -> Any:
        """Where `input` is not zero: one row of indices per element, or one vector per dim."""
    def norm(
        self,
        p: str = 'fro',
        dim: Any = None,
        keepdim: _bool = False,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The vector norm of order `p` over `dim`, or over all elements."""
    def normal_(
        self,
        mean: _float = 0.0,
        std: _float = 1.0,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Overwrite with normal numbers."""
    not_equal = ne
    not_equal_ = ne_
    numel = nelement
    def numpy(self, *, force: _bool = False) -> Any:
        """The values as a NumPy array over the same memory."""
    def orgqr(self, input2: Any) -> Tensor:
        """`linalg.householder_product(input, input2)`."""
    def ormqr(
        self,
        input2: Any,
        input3: Any,
        left: _bool = True,
        transpose: _bool = False,
    ) -> Tensor:
        """`Q input3`, for the Q of the reflections in `input` with factors `input2`."""
    outer = ger
    @property
    def output_nr(self) -> _int: ...
    def permute(self, *dims: Any) -> Tensor:
        """`input` with its dims in the order `dims`."""
    def pin_memory(self, device: Any = None) -> Tensor:
        """Refused: there is no device to pin memory for."""
    def pinverse(self, rcond: Any = 1e-15) -> Tensor:
        """`linalg.pinv`, with 1e-15 for the relative tolerance."""
    def polygamma(self, input: Tensor) -> Tensor:
        """The n-th derivative of `digamma`, elementwise: `torch.polygamma(n, input)`."""
    def polygamma_(self, input: Tensor) -> Tensor:
        """In-place version of `polygamma`."""
    def positive(self) -> Tensor:
        """`input` itself; a bool tensor is refused."""
    def pow(self, exponent: Any) -> Tensor:
        """`input ** exponent`, elementwise; one of the two may be a number."""
    def pow_(self, exponent: Any) -> Tensor:
        """In-place version of `pow`."""
    def prelu(self, weight: Any) -> Tensor:
        """`input` above zero, `weight * input` below; one weight for all, or one per channel (dim 1)."""
    def prod(
        self,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The product of all elements, or of those along `dim`; integers multiply in int64."""
    def put(self, index: Any, source: Any, accumulate: _bool = False) -> Tensor:
        """A copy of `input`, seen as one dim, with `source` written (or added) at `index`."""
    def put_(self, index: Any, source: Any, accumulate: _bool = False) -> Tensor:
        """In-place version of `put`."""
    def qr(self, some: _bool = True) -> Tensor:
        '''`linalg.qr`, deprecated, with `mode` "complete" where `some` is false.'''
    def quantile(
        self,
        q: Any,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        interpolation: str = 'linear',
    ) -> Tensor:
        """The quantiles `q` (a number, or a 1-d tensor of them) along `dim`, or of all elements."""
    def rad2deg(self) -> Tensor:
        """Radians in degrees, elementwise."""
    def rad2deg_(self) -> Tensor:
        """In-place version of `rad2deg`."""
    def random_(self, *args: Any, generator: Generator | None = None, **kwargs: Any) -> Tensor:
        """Overwrite with integers: `random_(from, to)`, `random_(to)`, or any that the dtype holds."""
    def ravel(self) -> Tensor:
        """All elements in one dim: a view of a contiguous tensor, else a copy."""
    @property
    def real(self) -> Tensor:
        """The real part, a view; a real tensor itself."""
    @real.setter
    def real(self, value: Any) -> None: ...
    def reciprocal(self) -> Tensor:
        """`1 / input`, elementwise."""
    def reciprocal_(self) -> Tensor:
        """In-place version of `reciprocal`."""
    def register_hook(self, hook: Any) -> Any:
        """Call `hook(grad)` when this tensor's gradient is known; it may return another."""
    def register_post_accumulate_grad_hook(self, hook: Any) -> Any:
        """Call `hook(tensor)` after a gradient was accumulated into this leaf's `.grad`."""
    def reinforce(self, reward: Any) -> Any:
        """Removed from PyTorch long ago; see torch.distributions."""
    def relu(self) -> Tensor:
        """`max(0, input)`, elementwise; the gradient at 0 is 0."""
    def relu_(self) -> Tensor:
        """In-place version of `relu`."""
    def remainder(self, other: Any) -> Tensor:
        '''What division leaves, with the divisor's sign: `input - input.div(other, "floor") * other`.'''
    def remainder_(self, other: Any) -> Tensor:
        """In-place version of `remainder`."""
    def renorm(self, p: Any, dim: Any, maxnorm: Any) -> Tensor:
        """The slices along `dim` whose p-norm exceeds `maxnorm` scaled down to it."""
    def renorm_(self, p: Any, dim: Any, maxnorm: Any) -> Tensor:
        """In-place version of `renorm`."""
    def repeat(self, *repeats: Any) -> Tensor:
        """`input` repeated so many times along each dim; further counts in front add dims."""
    def repeat_interleave(
        self,
        repeats: Any = None,
        dim: Any = None,
        *,
        output_size: Any = None,
    ) -> Tensor:
        """Each element, or each index of `dim`, repeated in place, as often as `repeats` says."""
    @property
    def requires_grad(self) -> _bool:
        """Is a gradient wanted for this tensor, or for one it was computed from?"""
    @requires_grad.setter
    def requires_grad(self, value: Any) -> None: ...
    def requires_grad_(self, requires_grad: _bool = True) -> Tensor:
        """Begin or stop recording what is done to this leaf; returns it."""
    def reshape(self, *shape: Any) -> Tensor:
        """`input` under another shape: a view where its strides allow one, else a copy."""
    def reshape_as(self, other: Any) -> Tensor:
        """`input` reshaped to the shape of `other`."""
    def resize(self, *size: Any, memory_format: Any = ...) -> Tensor:
        """Give this tensor another size, keeping the elements in memory; new ones are uninitialised."""
    def resize_(self, *size: Any, memory_format: Any = None) -> Tensor:
        """Give the tensor another shape: the elements it has stay, new ones are uninitialised."""
    def resize_as(self, other: Any, *, memory_format: Any = ...) -> Tensor:
        """Give this tensor the size of `other`."""
    def resize_as_(self, the_template: Any, *, memory_format: Any = None) -> Tensor:
        """Give the tensor the shape of another one."""
    def resolve_conj(self) -> Tensor:
        """`input` itself: conjugates are never lazy here."""
    def resolve_neg(self) -> Tensor:
        """`input` itself: negatives are never lazy here."""
    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in `.grad` during backward."""
    @property
    def retains_grad(self) -> _bool:
        """Was `retain_grad` asked of this computed tensor?"""
    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        """`input` shifted along `dims`, what leaves at one end coming in at the other."""
    def rot90(self, k: Any = 1, dims: Any = ...) -> Tensor:
        """`input` turned by `k` quarters from the first of `dims` towards the second."""
    def round(self, *, decimals: Any = None) -> Tensor:
        """`input` rounded to `decimals` places, elementwise; halves go to the even neighbour."""
    def round_(self, *, decimals: Any = None) -> Tensor:
        """In-place version of `round`."""
    def rsqrt(self) -> Tensor:
        """`1 / sqrt(input)`, elementwise."""
    def rsqrt_(self) -> Tensor:
        """In-place version of `rsqrt`."""
    def rsub(self, other: Any, *, alpha: Any = 1) -> Tensor:
        """`other - alpha * input`, elementwise: a subtraction with its operands exchanged."""
    def scatter(self, src: Any, index: Any, dim: Any) -> Tensor:
        """`input` with `src`, a tensor or number, written where `index` says along `dim`."""
    def scatter_(self, src: Any, index: Any, dim: Any) -> Tensor:
        """In-place version of `scatter`."""
    def scatter_add(self, dim: Any, index: Any, src: Any) -> Tensor:
        """`input` with the elements of `src` added where `index` says along `dim`."""
    def scatter_add_(self, dim: Any, index: Any, src: Any) -> Tensor:
        """In-place version of `scatter_add`."""
    def scatter_reduce(
        self,
        dim: Any,
        index: Any,
        src: Any,
        reduce: Any,
        *,
        include_self: _bool = True,
    ) -> Tensor:
        """`input` with the elements of `src` reduced into the places that `index` names along `dim`."""
    def scatter_reduce_(
        self,
        dim: Any,
        index: Any,
        src: Any,
        reduce: Any,
        *,
        include_self: _bool = True,
    ) -> Tensor:
        """In-place version of `scatter_reduce`."""
    def select(self, dim: Any, index: Any) -> Tensor:
        """`input` at one `index` of dim `dim`, which disappears."""
    def select_scatter(self, src: Any, dim: Any, index: Any) -> Tensor:
        """A copy of `input` with `src` at `index` of dim `dim`."""
    def set_(
        self,
        source: Any = None,
        storage_offset: _int = 0,
        size: Any = None,
        stride: Any = None,
    ) -> Tensor:
        """Make this tensor look at the memory of another tensor, or of a storage."""
    def sgn(self) -> Tensor:
        """The sign of real numbers, the direction `input / |input|` of complex ones; 0 at zero."""
    def sgn_(self) -> Tensor:
        """In-place version of `sgn`."""
    def share_memory_(self) -> Tensor:
        """Accepted: memory here belongs to one process, and threads share it anyway."""
    def short(self, memory_format: Any = ...) -> Tensor:
        """This tensor as torch.int16; itself if it is that already."""
    def sigmoid(self) -> Tensor:
        """`1 / (1 + exp(-input))`, elementwise."""
    def sigmoid_(self) -> Tensor:
        """In-place version of `sigmoid`."""
    def sign(self) -> Tensor:
        """-1, 0 or 1, elementwise, as `input` is negative, zero (or nan) or positive."""
    def sign_(self) -> Tensor:
        """In-place version of `sign`."""
    def signbit(self) -> Tensor:
        """Which elements carry a minus sign (zero and nan may)?"""
    def sin(self) -> Tensor:
        """The sine, elementwise, of radians."""
    def sin_(self) -> Tensor:
        """In-place version of `sin`."""
    def sinc(self) -> Tensor:
        """`sin(pi x) / (pi x)` of `input`, elementwise, which is 1 at zero."""
    def sinc_(self) -> Tensor:
        """In-place version of `sinc`."""
    def sinh(self) -> Tensor:
        """The hyperbolic sine, elementwise."""
    def sinh_(self) -> Tensor:
        """In-place version of `sinh`."""
    @overload
    def size(self) -> _Size:
        """The shape, or the length of one dim."""
    @overload
    def size(self, dim: _int) -> _int:
        """The shape, or the length of one dim."""
    def slice_scatter(
        self,
        src: Any,
        dim: Any = 0,
        start: Any = None,
        end: Any = None,
        step: Any = 1,
    ) -> Tensor:
        """A copy of `input` with `src` in the slice `start:end:step` of dim `dim`."""
    def slogdet(self) -> Tensor:
        """`linalg.slogdet`."""
    def softmax(self, dim: Any, dtype: _dtype | _type | None = None) -> Tensor:
        """exp(input) divided by its sum along `dim`."""
    def sort(
        self,
        dim: Any = -1,
        descending: _bool = False,
        *,
        stable: Any = None,
    ) -> return_types.sort:
        """The elements in rising (or falling) order along `dim`, with their indices."""
    def split(
        self,
        split_size: Any = None,
        dim: Any = 0,
        *,
        split_size_or_sections: Any = None,
    ) -> tuple[Tensor, ...]:
        """Parts of length `split_size` (the last may be shorter) along dim `dim`; a list gives the"""
    def split_with_sizes(self, split_sizes: Any, dim: Any = 0) -> tuple[Tensor, ...]:
        """Consecutive parts of lengths `split_sizes` along dim `dim`."""
    def sqrt(self) -> Tensor:
        """The square root, elementwise; nan below zero, unless complex."""
    def sqrt_(self) -> Tensor:
        """In-place version of `sqrt`."""
    def square(self) -> Tensor:
        """`input ** 2`, elementwise."""
    def square_(self) -> Tensor:
        """In-place version of `square`."""
    def squeeze(self, dim: Any = None) -> Tensor:
        """`input` without its dims of length 1, or without those among `dim` (an int or several)."""
    def squeeze_(self, **kwargs: Any) -> Tensor:
        """In-place version of `squeeze`."""
    def std(
        self,
        dim: Any = None,
        unbiased: Any = None,
        keepdim: _bool = False,
        *,
        correction: Any = None,
    ) -> Tensor:
        """The standard deviation over `dim`: the square root of `var`, with its parameters."""
    def stft(
        self,
        n_fft: Any,
        hop_length: Any = None,
        win_length: Any = None,
        window: Any = None,
        center: _bool = True,
        pad_mode: str = 'reflect',
        normalized: _bool = False,
        onesided: Any = None,
        return_complex: Any = None,
        align_to_window: Any = None,
    ) -> Tensor:
        """The spectra of a signal's frames: frequencies x frames, after the batch's dim if there is"""
    def storage(self) -> TypedStorage:
        """The memory that this tensor and its views share, as elements; deprecated."""
    def storage_offset(self) -> _int:
        """How many elements of the storage come before the first one of this tensor."""
    @overload
    def stride(self) -> tuple[_int, ...]:
        """Elements between neighbours along each dim, or along one."""
    @overload
    def stride(self, dim: _int) -> _int:
        """Elements between neighbours along each dim, or along one."""
    def sub(self, other: Any, *, alpha: Any = 1) -> Tensor:
        """`input - alpha * other`, elementwise; booleans are refused."""
    def sub_(self, other: Any, *, alpha: Any = 1) -> Tensor:
        """In-place version of `sub`."""
    subtract = sub
    subtract_ = sub_
    def sum(
        self,
        dim: Any = None,
        keepdim: _bool = False,
        *,
        dtype: _dtype | _type | None = None,
    ) -> Tensor:
        """The sum over `dim` (an int or several; all by default); integers add up in int64."""
    def sum_to_size(self, *size: Any) -> Tensor:
        """`input` summed over the dims in which it is broadcast from `size`, to have that shape."""
    def svd(self, some: _bool = True, compute_uv: _bool = True) -> Tensor:
        """U, S and V (not V^H) of `linalg.svd`; with `full_matrices` if not `some`."""
    def swapaxes(self, dim0: Any, dim1: Any) -> Tensor:
        """`input` with dims `dim0` and `dim1` swapped."""
    def swapaxes_(self, **kwargs: Any) -> Tensor:
        """In-place version of `transpose`."""
    swapdims = swapaxes
    swapdims_ = swapaxes_
    def t(self) -> Tensor:
        """The transpose of a matrix; tensors of fewer dims as they are."""
    def t_(self, **kwargs: Any) -> Tensor:
        """In-place version of `t`."""
    def take(self, index: Any) -> Tensor:
        """The elements of `input`, seen as one dim, at `index`; the result has the index's shape."""
    def take_along_dim(self, indices: Any, dim: Any = None) -> Tensor:
        """`gather` with `input` and `indices` broadcast; without `dim`, both are flattened."""
    def tan(self) -> Tensor:
        """The tangent, elementwise, of radians."""
    def tan_(self) -> Tensor:
        """In-place version of `tan`."""
    def tanh(self) -> Tensor:
        """The hyperbolic tangent, elementwise."""
    def tanh_(self) -> Tensor:
        """In-place version of `tanh`."""
    def tensor_split(
        self,
        indices_or_sections: Any = None,
        dim: Any = 0,
        *,
        sections: Any = None,
        indices: Any = None,
    ) -> tuple[Tensor, ...]:
        """Parts between the given indices, or a given number of nearly equal parts, along dim `dim`."""
    def tile(self, *dims: Any) -> Tensor:
        """`input` repeated along each dim; counts that are missing in front are 1."""
    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """This tensor in another dtype: `to(dtype)`, `to(device, dtype)` or `to(other)`."""
    def tolist(self) -> Any:
        """The values as nested lists of Python numbers; of a 0-d tensor, one number."""
    def topk(
        self,
        k: Any,
        dim: Any = -1,
        largest: _bool = True,
        sorted: _bool = True,
    ) -> return_types.topk:
        """The `k` largest (or smallest) elements along `dim`, in order, with their indices."""
    def trace(self) -> Tensor:
        """The sum of the main diagonal of a matrix; integers add up in int64."""
    transpose = swapaxes
    transpose_ = swapaxes_
    def triangular_solve(
        self,
        A: Any,
        upper: _bool = True,
        transpose: _bool = False,
        unitriangular: _bool = False,
    ) -> Tensor:
        """X of `A X = input` (`A^T X = input` if `transpose`) for a triangular A, and a copy of A."""
    def tril(self, diagonal: Any) -> Tensor:
        """The last two dims with zeros above the `diagonal`-th diagonal."""
    def tril_(self, diagonal: Any) -> Tensor:
        """In-place version of `tril`."""
    def triu(self, diagonal: Any) -> Tensor:
        """The last two dims with zeros below the `diagonal`-th diagonal."""
    def triu_(self, diagonal: Any) -> Tensor:
        """In-place version of `triu`."""
    true_divide = div
    true_divide_ = div_
    trunc = fix
    trunc_ = fix_
    @overload
    def type(self) -> str:
        """The name of the tensor's type, or the tensor converted to a type."""
    @overload
    def type(self, dtype: Any, non_blocking: _bool = False) -> Tensor:
        """The name of the tensor's type, or the tensor converted to a type."""
    def type_as(self, other: Any) -> Tensor:
        """This tensor in the dtype of `other`."""
    def unbind(self, dim: Any = 0) -> tuple[Tensor, ...]:
        """The slices at each index of dim `dim`, which disappears."""
    def unflatten(self, dim: Any, sizes: Any) -> Tensor:
        """`input` with dim `dim` split into dims of lengths `sizes`, one of which may be -1."""
    def unfold(self, dimension: Any, size: Any, step: Any) -> Tensor:
        """Windows of length `size` along `dimension`, every `step` places; they become the last dim."""
    def uniform_(self, *args: Any, generator: Generator | None = None, **kwargs: Any) -> Tensor:
        """Overwrite with numbers drawn uniformly from [`from`, `to`), by default [0, 1)."""
    def unique(
        self,
        sorted: _bool = True,
        return_inverse: _bool = False,
        return_counts: _bool = False,
        dim: Any = None,
    ) -> Any:
        """The distinct elements of `input` in rising order, or the distinct slices along `dim`."""
    def unique_consecutive(
        self,
        return_inverse: _bool = False,
        return_counts: _bool = False,
        dim: Any = None,
    ) -> Any:
        """The elements of `input` (or its slices along `dim`) that differ from the one before."""
    def unsafe_chunk(self, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
        """`chunk` whose parts do not count as views."""
    def unsafe_split(self, split_size: Any, dim: Any = 0) -> tuple[Tensor, ...]:
        """`split` whose parts do not count as views."""
    def unsafe_split_with_sizes(self, split_sizes: Any, dim: Any = 0) -> tuple[Tensor, ...]:
        """`split_with_sizes` whose parts do not count as views."""
    def unsqueeze(self, dim: Any) -> Tensor:
        """`input` with a dim of length 1 put in at `dim`."""
    def unsqueeze_(self, **kwargs: Any) -> Tensor:
        """In-place version of `unsqueeze`."""
    def untyped_storage(self) -> UntypedStorage:
        """The memory that this tensor and its views share."""
    def var(
        self,
        dim: Any = None,
        unbiased: Any = None,
        keepdim: _bool = False,
        *,
        correction: Any = None,
    ) -> Tensor:
        """The variance over `dim` (an int or several; all by default)."""
    def vdot(self, other: Any) -> Tensor:
        """The sum of the products of two vectors' elements, those of `input` conjugated."""
    def view(self, *size: Any, dtype: _dtype | _type | None = None) -> Tensor:
        """`input` under the shape `size`, sharing memory; one entry may be -1 and is inferred."""
    def view_as(self, other: Any) -> Tensor:
        """`input` viewed under the shape of `other`."""
    def vsplit(
        self,
        indices_or_sections: Any = None,
        *,
        sections: Any = None,
        indices: Any = None,
    ) -> tuple[Tensor, ...]:
        """Parts along the first dim."""
    def where(self, condition: Tensor, other: Any) -> Tensor:
        """`self` where `condition` is true, `other` elsewhere."""
    def xlogy(self, other: Any) -> Tensor:
        """`input * log(other)`, elementwise, which is 0 where `input` is (unless `other` is nan)."""
    def xlogy_(self, other: Any) -> Tensor:
        """In-place version of `xlogy`."""
    def xpu(self, device: Any = None, non_blocking: _bool = False, **kwargs: Any) -> Tensor:
        """Refused: there is no xpu device."""
    def zero_(self) -> Tensor:
        """Overwrite every element of `self` with zero; returns `self`."""
