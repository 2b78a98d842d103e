"""Special functions: `torch.special`.

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

def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The derivative of `lgamma`, elementwise."""
def entr(input: Tensor, *, out: Any = None) -> Tensor:
    """`-input * log(input)`, elementwise; 0 at zero, minus infinity below."""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """The error function, elementwise: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0."""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 - erf(input)`, elementwise, exact for large inputs too."""
def erfcx(input: Tensor, *, out: Any = None) -> Tensor:
    """`exp(input ** 2) * erfc(input)`, elementwise, without overflow."""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `erf`, elementwise; nan outside [-1, 1]."""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """`2 ** input`, elementwise; integers become the default float."""
def expit(input: Tensor, *, out: Any = None) -> Tensor:
    """The logistic function: another name of `torch.sigmoid`."""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """`e ** input - 1`, elementwise, exact for small inputs too."""
def gammainc(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`torch.igamma`."""
def gammaincc(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`torch.igammac`."""
def gammaln(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of gamma's absolute value: another name of `torch.lgamma`."""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind of order 0, elementwise."""
def i0e(input: Tensor, *, out: Any = None) -> Tensor:
    """`exp(-|input|) * i0(input)`, elementwise, without overflow."""
def i1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind of order 1, elementwise."""
def i1e(input: Tensor, *, out: Any = None) -> Tensor:
    """`exp(-|input|) * i1(input)`, elementwise, without overflow."""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """`log(1 + input)`, elementwise, exact for small inputs too."""
def log_ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """`log(ndtr(input))`, elementwise, exact for very negative inputs too."""
def log_softmax(input: Tensor, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
    """`torch.log_softmax`."""
def logit(input: Tensor, eps: Any = None, *, out: Any = None) -> Tensor:
    """`log(input / (1 - input))`, elementwise, of the input clamped to `[eps, 1 - eps]`."""
def logsumexp(input: Tensor, dim: Any, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(exp(input)))` over `dim` (an int or several), computed without overflow."""
def multigammaln(input: Tensor, p: Any, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function: another name of `torch.mvlgamma`."""
def ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """The area under the standard normal density left of `input`, elementwise."""
def ndtri(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `ndtr`, elementwise; nan outside [0, 1]."""
def polygamma(n: Any, input: Tensor, *, out: Any = None) -> Tensor:
    """The n-th derivative of `digamma`, elementwise: `torch.polygamma(n, input)`."""
def psi(input: Tensor, *, out: Any = None) -> Tensor:
    """The derivative of gamma's logarithm: another name of `torch.digamma`."""
def round(input: Tensor, *, decimals: Any = 0, out: Any = None) -> Tensor:
    """`input` rounded to `decimals` places: `torch.round`."""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """`sin(pi x) / (pi x)` of `input`, elementwise, which is 1 at zero."""
def softmax(input: Tensor, dim: Any, *, dtype: _dtype | _type | None = None) -> Tensor:
    """`torch.softmax`."""
def xlog1py(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * log1p(other)`, elementwise, which is 0 where `input` is (unless `other` is nan)."""
def xlogy(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * log(other)`, elementwise, which is 0 where `input` is (unless `other` is nan)."""
def zeta(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The sum of `(other + k) ** -input` over k = 0, 1, 2..., elementwise (Hurwitz zeta)."""
