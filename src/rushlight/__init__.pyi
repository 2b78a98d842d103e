"""PyTorch's tensors and automatic differentiation, small and fast, on NumPy.

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

from rushlight.tensor.tensor import Tensor as Tensor

from rushlight.amp.grad_scaler import GradScaler as GradScaler
from rushlight import __config__ as __config__
__version__: str
from rushlight import accelerator as accelerator
from rushlight import amp as amp
from rushlight.alias import as_torch as as_torch
from rushlight.amp.autocast_mode import autocast as autocast
from rushlight.amp.autocast_mode import autocast_decrement_nesting as autocast_decrement_nesting
from rushlight.amp.autocast_mode import autocast_increment_nesting as autocast_increment_nesting
from rushlight import autograd as autograd
from rushlight import backends as backends
from rushlight.amp.autocast_mode import clear_autocast_cache as clear_autocast_cache
from rushlight.compiler import compile as compile
from rushlight import compiler as compiler
from rushlight import cpu as cpu
from rushlight import cuda as cuda
from rushlight import distributions as distributions
from rushlight.tape.modes import enable_grad as enable_grad
from rushlight import fft as fft
from rushlight import func as func
from rushlight import functional as functional
from rushlight import fx as fx
from rushlight.amp.autocast_mode import get_autocast_cpu_dtype as get_autocast_cpu_dtype
from rushlight.amp.autocast_mode import get_autocast_dtype as get_autocast_dtype
from rushlight.amp.autocast_mode import get_autocast_gpu_dtype as get_autocast_gpu_dtype
from rushlight import hub as hub
from rushlight.tape.modes import inference_mode as inference_mode
from rushlight.autograd.anomaly_mode import is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled
from rushlight.autograd.anomaly_mode import is_anomaly_enabled as is_anomaly_enabled
from rushlight.amp.autocast_mode import is_autocast_cache_enabled as is_autocast_cache_enabled
from rushlight.amp.autocast_mode import is_autocast_cpu_enabled as is_autocast_cpu_enabled
from rushlight.amp.autocast_mode import is_autocast_enabled as is_autocast_enabled
from rushlight.tape.modes import is_grad_enabled as is_grad_enabled
from rushlight.tape.modes import is_inference_mode_enabled as is_inference_mode_enabled
from rushlight import jit as jit
from rushlight import linalg as linalg
from rushlight.serialization.loading import load as load
from rushlight import mps as mps
from rushlight import nn as nn
from rushlight.tape.modes import no_grad as no_grad
from rushlight import optim as optim
from rushlight import overrides as overrides
from rushlight import profiler as profiler
from rushlight import random as random
from rushlight import return_types as return_types
from rushlight.serialization.saving import save as save
from rushlight import serialization as serialization
from rushlight.autograd.anomaly_mode import set_anomaly_enabled as set_anomaly_enabled
from rushlight.amp.autocast_mode import set_autocast_cache_enabled as set_autocast_cache_enabled
from rushlight.amp.autocast_mode import set_autocast_cpu_dtype as set_autocast_cpu_dtype
from rushlight.amp.autocast_mode import set_autocast_cpu_enabled as set_autocast_cpu_enabled
from rushlight.amp.autocast_mode import set_autocast_dtype as set_autocast_dtype
from rushlight.amp.autocast_mode import set_autocast_enabled as set_autocast_enabled
from rushlight.amp.autocast_mode import set_autocast_gpu_dtype as set_autocast_gpu_dtype
from rushlight.tape.modes import set_grad_enabled as set_grad_enabled
from rushlight import signal as signal
from rushlight import special as special
from rushlight import storage as storage
from rushlight import testing as testing
from rushlight import types as types
from rushlight import utils as utils
from rushlight import version as version
from rushlight.func.vmap import vmap as vmap

BFloat16Tensor: Any
BoolTensor: Any
ByteTensor: Any
CharTensor: Any
DoubleTensor: Any
FloatTensor: Any
from rushlight.tensor.generator import Generator as Generator
HalfTensor: Any
IntTensor: Any
LongTensor: Any
ShortTensor: Any
from rushlight.kernels.metadata import Size as Size
from rushlight.tensor.storage import TypedStorage as TypedStorage
from rushlight.tensor.storage import UntypedStorage as UntypedStorage
def _convolution(
    input: Tensor,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: Any,
    output_padding: Any,
    groups: Any,
    benchmark: Any,
    deterministic: Any,
    cudnn_enabled: Any,
    allow_tf32: _bool = False,
) -> Tensor:
    """`convolution`; the other arguments are for graphics cards."""
def _convolution_mode(
    input: Tensor,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> Tensor:
    '''A convolution with "same" or "valid" padding, over as many dims as the weight has.'''
def _dirichlet_grad(x: Any, alpha: Any, total: Any) -> Tensor:
    """How shares `x` of Dirichlet numbers move with their weights `alpha`, which sum to `total`."""
def _foreach_abs(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.abs` of each tensor of a list."""
def _foreach_abs_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.abs` of each tensor of a list."""
def _foreach_acos(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.acos` of each tensor of a list."""
def _foreach_acos_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.acos` of each tensor of a list."""
def _foreach_add(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.add` of each tensor of a list."""
def _foreach_add_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.add` of each tensor of a list."""
def _foreach_addcdiv(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.addcdiv` of each tensor of a list."""
def _foreach_addcdiv_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.addcdiv` of each tensor of a list."""
def _foreach_addcmul(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.addcmul` of each tensor of a list."""
def _foreach_addcmul_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.addcmul` of each tensor of a list."""
def _foreach_asin(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.asin` of each tensor of a list."""
def _foreach_asin_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.asin` of each tensor of a list."""
def _foreach_atan(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.atan` of each tensor of a list."""
def _foreach_atan_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.atan` of each tensor of a list."""
def _foreach_ceil(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.ceil` of each tensor of a list."""
def _foreach_ceil_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.ceil` of each tensor of a list."""
def _foreach_clamp_max(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.clamp_max` of each tensor of a list."""
def _foreach_clamp_max_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.clamp_max` of each tensor of a list."""
def _foreach_clamp_min(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.clamp_min` of each tensor of a list."""
def _foreach_clamp_min_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.clamp_min` of each tensor of a list."""
def _foreach_clone(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.clone` of each tensor of a list."""
def _foreach_copy(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.copy` of each tensor of a list."""
def _foreach_copy_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.copy` of each tensor of a list."""
def _foreach_cos(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.cos` of each tensor of a list."""
def _foreach_cos_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.cos` of each tensor of a list."""
def _foreach_cosh(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.cosh` of each tensor of a list."""
def _foreach_cosh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.cosh` of each tensor of a list."""
def _foreach_div(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.div` of each tensor of a list."""
def _foreach_div_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.div` of each tensor of a list."""
def _foreach_erf(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.erf` of each tensor of a list."""
def _foreach_erf_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.erf` of each tensor of a list."""
def _foreach_erfc(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.erfc` of each tensor of a list."""
def _foreach_erfc_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.erfc` of each tensor of a list."""
def _foreach_exp(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.exp` of each tensor of a list."""
def _foreach_exp_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.exp` of each tensor of a list."""
def _foreach_expm1(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.expm1` of each tensor of a list."""
def _foreach_expm1_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.expm1` of each tensor of a list."""
def _foreach_floor(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.floor` of each tensor of a list."""
def _foreach_floor_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.floor` of each tensor of a list."""
def _foreach_frac(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.frac` of each tensor of a list."""
def _foreach_frac_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.frac` of each tensor of a list."""
def _foreach_lerp(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.lerp` of each tensor of a list."""
def _foreach_lerp_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.lerp` of each tensor of a list."""
def _foreach_lgamma(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.lgamma` of each tensor of a list."""
def _foreach_lgamma_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.lgamma` of each tensor of a list."""
def _foreach_log(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log` of each tensor of a list."""
def _foreach_log10(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log10` of each tensor of a list."""
def _foreach_log10_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log10` of each tensor of a list."""
def _foreach_log1p(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log1p` of each tensor of a list."""
def _foreach_log1p_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log1p` of each tensor of a list."""
def _foreach_log2(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log2` of each tensor of a list."""
def _foreach_log2_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log2` of each tensor of a list."""
def _foreach_log_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.log` of each tensor of a list."""
def _foreach_max(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.max` of each tensor of a list."""
def _foreach_maximum(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.maximum` of each tensor of a list."""
def _foreach_maximum_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.maximum` of each tensor of a list."""
def _foreach_minimum(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.minimum` of each tensor of a list."""
def _foreach_minimum_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.minimum` of each tensor of a list."""
def _foreach_mul(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.mul` of each tensor of a list."""
def _foreach_mul_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.mul` of each tensor of a list."""
def _foreach_neg(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.neg` of each tensor of a list."""
def _foreach_neg_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.neg` of each tensor of a list."""
def _foreach_norm(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.norm` of each tensor of a list."""
def _foreach_pow(self: Tensor, exponent: Any) -> Tensor:
    """`torch._foreach_pow`, of a number too."""
def _foreach_pow_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.pow` of each tensor of a list."""
def _foreach_reciprocal(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.reciprocal` of each tensor of a list."""
def _foreach_reciprocal_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.reciprocal` of each tensor of a list."""
def _foreach_round(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.round` of each tensor of a list."""
def _foreach_round_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.round` of each tensor of a list."""
def _foreach_rsqrt(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.rsqrt` of each tensor of a list."""
def _foreach_rsqrt_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.rsqrt` of each tensor of a list."""
def _foreach_sigmoid(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sigmoid` of each tensor of a list."""
def _foreach_sigmoid_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sigmoid` of each tensor of a list."""
def _foreach_sign(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sign` of each tensor of a list."""
def _foreach_sign_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sign` of each tensor of a list."""
def _foreach_sin(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sin` of each tensor of a list."""
def _foreach_sin_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sin` of each tensor of a list."""
def _foreach_sinh(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sinh` of each tensor of a list."""
def _foreach_sinh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sinh` of each tensor of a list."""
def _foreach_sqrt(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sqrt` of each tensor of a list."""
def _foreach_sqrt_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sqrt` of each tensor of a list."""
def _foreach_sub(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sub` of each tensor of a list."""
def _foreach_sub_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.sub` of each tensor of a list."""
def _foreach_tan(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.tan` of each tensor of a list."""
def _foreach_tan_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.tan` of each tensor of a list."""
def _foreach_tanh(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.tanh` of each tensor of a list."""
def _foreach_tanh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.tanh` of each tensor of a list."""
def _foreach_trunc(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.trunc` of each tensor of a list."""
def _foreach_trunc_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.trunc` of each tensor of a list."""
def _foreach_zero(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.zero` of each tensor of a list."""
def _foreach_zero_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`torch.zero` of each tensor of a list."""
def _sample_dirichlet(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Shares of 1 along the last dim, with the weights `self`."""
def _standard_gamma(self: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of the shapes `self` and scale 1, differentiable by the shapes."""
def _standard_gamma_grad(self: Tensor, output: Any) -> Tensor:
    """How gamma numbers `output` move with their shapes `self`."""
def abs(input: Tensor, *, out: Any = None) -> Tensor:
    """The distance from zero, elementwise; real for complex numbers."""
def abs_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `abs`."""
absolute = abs
def acos(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle in [0, pi] whose cosine is `input`; nan outside [-1, 1], unless complex."""
def acos_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `acos`."""
def acosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `cosh`, elementwise; nan below 1, unless complex."""
def acosh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `acosh`."""
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The means of `output_size` windows that divide the last dim as evenly as can be."""
def adaptive_max_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The largest elements of `output_size` windows over the last dim, and their places."""
def add(input: Tensor, other: Any, *, alpha: Any = 1, out: Any = None) -> Tensor:
    """`input + alpha * other`, elementwise."""
def addbmm(
    input: Tensor,
    batch1: Tensor,
    batch2: Tensor,
    *,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`beta * input + alpha * sum_i batch1[i] @ batch2[i]`, for matrices of one dtype."""
def addcdiv(
    input: Tensor,
    tensor1: Tensor,
    tensor2: Tensor,
    *,
    value: Any = 1,
    out: Any = None,
) -> Tensor:
    """`input + value * tensor1 / tensor2`, elementwise, in the three tensors' common dtype."""
def addcmul(
    input: Tensor,
    tensor1: Tensor,
    tensor2: Tensor,
    *,
    value: Any = 1,
    out: Any = None,
) -> Tensor:
    """`input + value * tensor1 * tensor2`, elementwise, in the three tensors' common dtype."""
def addmm(
    input: Tensor,
    mat1: Tensor,
    mat2: Tensor,
    *,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`, for matrices of one dtype."""
def addmv(
    input: Tensor,
    mat: Tensor,
    vec: Tensor,
    *,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`, for tensors of one dtype."""
def addr(
    input: Tensor,
    vec1: Tensor,
    vec2: Tensor,
    *,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`; dtypes are promoted."""
def adjoint(input: Tensor) -> Tensor:
    """The last two dims swapped, and the values conjugated."""
def affine_grid_generator(theta: Any, size: Any, align_corners: Any) -> Tensor:
    """`torch.nn.functional.affine_grid`, all arguments required."""
def alias_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """A copy of what `alias` shows."""
def all(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Are all elements true (nonzero) - of all elements, or along `dim` (an int or several)?"""
def allclose(
    input: Tensor,
    other: Any,
    rtol: Any = 1e-05,
    atol: Any = 1e-08,
    equal_nan: _bool = False,
) -> _bool:
    """Are all elements close, in the sense of `isclose`? A bool, not a tensor."""
def alpha_dropout(input: Tensor, p: Any, train: Any) -> Tensor:
    """`torch.nn.functional.alpha_dropout`, all arguments required."""
def alpha_dropout_(input: Tensor, p: Any, train: Any) -> Tensor:
    """`alpha_dropout` in place."""
def amax(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The largest elements over `dim` (an int or several; all by default)."""
def amin(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The smallest elements over `dim` (an int or several; all by default)."""
def aminmax(
    input: Tensor,
    *,
    dim: Any = None,
    keepdim: _bool = False,
    out: Any = None,
) -> return_types.aminmax:
    """The smallest and the largest elements, (min, max), along `dim` or of all elements."""
def angle(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle of each number in the complex plane, in radians; 0 or pi for real ones."""
def any(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Is an element true (nonzero) - of all elements, or along `dim` (an int or several)?"""
def arange(
    *args: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """The numbers from `start` (0) to before `end` in steps of `step` (1)."""
arccos = acos
arccos_ = acos_
arccosh = acosh
arccosh_ = acosh_
def arcsin(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is `input`; nan outside [-1, 1], unless complex."""
def arcsin_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `asin`."""
def arcsinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `sinh`, elementwise."""
def arcsinh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `asinh`."""
def arctan(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle in (-pi/2, pi/2) whose tangent is `input`."""
def arctan2(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The angle of the point (`other`, `input`), elementwise, in (-pi, pi]."""
def arctan_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `atan`."""
def arctanh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `tanh`, elementwise; nan outside [-1, 1], unless complex."""
def arctanh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `atanh`."""
def are_deterministic_algorithms_enabled() -> _bool:
    """Has `use_deterministic_algorithms` been asked for?"""
def argmax(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """The index of the first largest element: in the flattened input, or along `dim`."""
def argmin(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """The index of the first smallest element: in the flattened input, or along `dim`."""
def argsort(
    input: Tensor,
    dim: Any = -1,
    descending: _bool = False,
    *,
    stable: _bool = False,
    out: Any = None,
) -> Tensor:
    """The indices that sort the elements along `dim`, as of `sort`."""
def argwhere(input: Tensor) -> Tensor:
    """One row of indices per nonzero element."""
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: Any = None) -> Tensor:
    """The memory of `input` under any size and stride, from `storage_offset` on."""
def as_strided_(*args: Any, **kwargs: Any) -> Tensor:
    """In-place version of `as_strided`."""
def as_strided_copy(
    input: Tensor,
    size: Any,
    stride: Any,
    storage_offset: Any = None,
    *,
    out: Any = None,
) -> Tensor:
    """A copy of what `as_strided` shows."""
def as_strided_scatter(
    input: Tensor,
    src: Any,
    size: Any,
    stride: Any,
    storage_offset: Any = None,
) -> Tensor:
    """A copy of `input`, and of its memory, with `src` in the place of an `as_strided` view."""
def as_tensor(data: Any, dtype: _dtype | _type | None = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory (and its graph, if it is a tensor) where that is"""
def asarray(
    obj: Any,
    *,
    dtype: _dtype | _type | None = None,
    device: Any = None,
    copy: _bool | None = None,
    requires_grad: _bool | None = None,
) -> Tensor:
    """A tensor of any kind of data, sharing memory if `copy` does not forbid it."""
asin = arcsin
asin_ = arcsin_
asinh = arcsinh
asinh_ = arcsinh_
atan = arctan
atan2 = arctan2
atan_ = arctan_
atanh = arctanh
atanh_ = arctanh_
def atleast_1d(*tensors: Any) -> Any:
    """0-d tensors with one dim of length 1, others as they are; several give a tuple."""
def atleast_2d(*tensors: Any) -> Any:
    """Tensors with dims of length 1 in front until they have two; several give a tuple."""
def atleast_3d(*tensors: Any) -> Any:
    """Tensors with dims of length 1 around them until they have three; several give a tuple."""
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: _bool = False,
    count_include_pad: _bool = True,
) -> Tensor:
    """The means of windows that slide over the last dim."""
def baddbmm(
    input: Tensor,
    batch1: Tensor,
    batch2: Tensor,
    *,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`, for batches of matrices of one dtype."""
def bartlett_window(
    window_length: _int,
    periodic: _bool = True,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Bartlett's window: up to 1 and down again in straight lines."""
def batch_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: _bool,
    momentum: Any,
    eps: Any,
    cudnn_enabled: Any,
) -> Tensor:
    """`torch.nn.functional.batch_norm`, all arguments required."""
def bernoulli(
    input: Tensor,
    p: Any = None,
    *,
    generator: Generator | None = None,
    out: Any = None,
) -> Tensor:
    """Ones with the probabilities in `input` (or all with probability `p`), zeros else."""
bfloat16: _dtype
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """`input1^T weight[o] input2 + bias[o]` for each o, over the last dims of the inputs."""
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Any,
    weight: Any = None,
    pos_weight: Any = None,
    reduction: Any = 0,
) -> Tensor:
    """`nn.functional.binary_cross_entropy_with_logits`, its reduction a number."""
def bincount(input: Tensor, weights: Any = None, minlength: Any = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in the 1-d integer `input`, or the sum of its"""
def binomial(count: Any, prob: Any, generator: Generator | None = None) -> Tensor:
    """How many of `count` tries succeed, each with probability `prob`; both are floating tensors."""
def bitwise_and(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input & other`, elementwise, of integers or bools."""
def bitwise_left_shift(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * 2 ** other`, elementwise, of integers; bits shifted out are lost."""
def bitwise_not(input: Tensor, *, out: Any = None) -> Tensor:
    """`~input`, elementwise, of integers or bools."""
def bitwise_or(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input | other`, elementwise, of integers or bools."""
def bitwise_right_shift(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input / 2 ** other` rounded down, elementwise, of integers."""
def bitwise_xor(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input ^ other`, elementwise, of integers or bools."""
def blackman_window(
    window_length: _int,
    periodic: _bool = True,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Blackman's window: `0.42 - 0.5 cos(2 pi k / (n - 1)) + 0.08 cos(4 pi k / (n - 1))`."""
def block_diag(tensors: Sequence[Tensor]) -> Tensor:
    """A matrix with the tensors (of up to two dims) along its diagonal, zeros elsewhere."""
def bmm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """The matrix products of two batches of matrices of one dtype."""
bool: _dtype
def broadcast_shapes(*shapes: Any) -> _Size:
    """The shape that shapes (tuples, or ints for one dim) broadcast to."""
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors expanded to the shape that all of them broadcast to."""
def broadcast_to(input: Tensor, *size: Any) -> Tensor:
    """`input` expanded to `size`."""
def bucketize(
    input: Tensor,
    boundaries: Any,
    *,
    out_int32: _bool = False,
    right: _bool = False,
    out: Any = None,
) -> Tensor:
    """The index of the interval between the rising `boundaries` that each of `input` lies in."""
def can_cast(from_: _dtype, to: _dtype) -> _bool:
    """Whether a result of dtype `from_` may be stored in a tensor of dtype `to`, as in-place"""
def cartesian_prod(*tensors: Any) -> Tensor:
    """All ways to take one element of each 1-d tensor, as the rows of a matrix."""
def cat(tensors: Sequence[Tensor], dim: Any = 0, *, out: Any = None) -> Tensor:
    """The tensors one after another along dim `dim`; empty 1-d tensors are passed over."""
def cdist(
    x1: Any,
    x2: Any,
    p: Any = 2.0,
    compute_mode: str = 'use_mm_for_euclid_dist_if_necessary',
) -> Tensor:
    """The p-norm distances of all pairs of rows of `x1` and `x2`."""
cdouble: _dtype
def ceil(input: Tensor, *, out: Any = None) -> Tensor:
    """The smallest whole number not below `input`, elementwise."""
def ceil_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `ceil`."""
def celu(input: Tensor, alpha: Any = 1.0, inplace: _bool = False) -> Tensor:
    """`max(0, input) + min(0, alpha * (exp(input / alpha) - 1))`, elementwise."""
def celu_(input: Tensor, alpha: Any = 1.0) -> Tensor:
    """In-place version of `celu`."""
cfloat: _dtype
def chain_matmul(*matrices: Any, out: Any = None) -> Tensor:
    """The product of several matrices; deprecated, `torch.linalg.multi_dot` does the same."""
chalf: _dtype
def channel_shuffle(input: Tensor, groups: Any) -> Tensor:
    """The channels (dim 1) of `input`, in groups, dealt out: the groups' first ones come first."""
channels_last: _memory_format
channels_last_3d: _memory_format
def cholesky(input: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """`linalg.cholesky(input, upper=upper)`, deprecated."""
def cholesky_inverse(input: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """The inverse of the matrix whose Cholesky factor is `input`."""
def cholesky_solve(
    input: Tensor,
    input2: Any,
    upper: _bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """X of `A X = input` for the A whose Cholesky factor is `input2`."""
def chunk(input: Tensor, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """Up to `chunks` parts of equal length (the last may be shorter) along dim `dim`."""
def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Any = None) -> Tensor:
    """`input` limited to `[min, max]`, elementwise; either limit may be missing."""
def clamp_(input: Tensor, min: Any = None, max: Any = None, *, out: Any = None) -> Tensor:
    """In-place version of `clamp`."""
def clamp_max(input: Tensor, b: Any, *, out: Any = None) -> Tensor:
    """The smaller of `input` and `max`, elementwise."""
def clamp_max_(input: Tensor, b: Any, *, out: Any = None) -> Tensor:
    """In-place version of `clamp_max`."""
def clamp_min(input: Tensor, b: Any, *, out: Any = None) -> Tensor:
    """The larger of `input` and `min`, elementwise."""
def clamp_min_(input: Tensor, b: Any, *, out: Any = None) -> Tensor:
    """In-place version of `clamp_min`."""
clip = clamp
clip_ = clamp_
def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor:
    """A copy of `input` in memory of its own; gradients flow back to `input`."""
def column_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The tensors side by side, 0-d and 1-d ones as columns."""
def combinations(input: Tensor, r: Any = 2, with_replacement: _bool = False) -> Tensor:
    """All ways to choose `r` elements of a 1-d tensor, as the rows of a matrix."""
def complex(input: Tensor, imag: Any, *, out: Any = None) -> Tensor:
    """Complex numbers with these real and imaginary parts."""
complex128: _dtype
complex32: _dtype
complex64: _dtype
concat = cat
concatenate = cat
def conj(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor itself."""
def conj_physical(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate in memory of its own; a real tensor itself."""
def conj_physical_(input: Tensor) -> Tensor:
    """In-place version of `conj_physical`."""
def constant_pad_nd(input: Tensor, pad: Any, value: Any = 0) -> Tensor:
    """`input` with `value` around it; `pad` holds (before, after) of the last dim, then of the one"""
contiguous_format: _memory_format
def conv1d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    """Slides a kernel over `input` and sums what is under it, for each output channel."""
def conv2d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    """`conv1d` with two dims in place of the length, and kernels of two dims."""
def conv3d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    """`conv1d` with three dims in place of the length, and kernels of three dims."""
def conv_tbc(input: Tensor, weight: Any, bias: Any, pad: Any = 0) -> Tensor:
    """A convolution over time of sequences laid out as time x samples x channels."""
def conv_transpose1d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    """The transpose of `conv1d`: each value times a kernel, added up where the kernel lies."""
def conv_transpose2d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    """`conv_transpose1d` with two dims in place of the length: the transpose of `conv2d`."""
def conv_transpose3d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    """`conv_transpose1d` with three dims in place of the length: the transpose of `conv3d`."""
def convolution(
    input: Tensor,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: Any,
    output_padding: Any,
    groups: Any,
) -> Tensor:
    """A convolution, or with `transposed` a transposed one, over as many dims as the weight has."""
def copysign(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The magnitude of `input` with the sign of `other`, elementwise."""
def corrcoef(input: Tensor) -> Tensor:
    """The correlations of variables, the rows of `input`, whose columns are observations."""
def cos(input: Tensor, *, out: Any = None) -> Tensor:
    """The cosine, elementwise, of radians."""
def cos_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `cos`."""
def cosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic cosine, elementwise."""
def cosh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `cosh`."""
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0.0,
    reduction: Any = 0,
) -> Tensor:
    """`nn.functional.cosine_embedding_loss`, its reduction a number."""
def cosine_similarity(x1: Any, x2: Any, dim: Any = 1, eps: Any = 1e-08) -> Tensor:
    """The cosine of the angle between vectors along `dim`."""
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements over `dim` (an int or several; all by default) are not zero."""
def cov(
    input: Tensor,
    *,
    correction: Any = 1,
    fweights: Any = None,
    aweights: Any = None,
) -> Tensor:
    """The covariances of variables, the rows of `input`, whose columns are observations."""
def cross(input: Tensor, other: Any, dim: Any = None, *, out: Any = None) -> Tensor:
    """`linalg.cross`; without `dim` (deprecated), along the first dim of length 3."""
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: Any = 0,
    reduction: Any = 0,
    zero_infinity: _bool = False,
) -> Tensor:
    """`nn.functional.ctc_loss`, its reduction a number."""
def cummax(input: Tensor, dim: Any, *, out: Any = None) -> return_types.cummax:
    """The largest elements so far along `dim`, with their (latest) indices."""
def cummin(input: Tensor, dim: Any, *, out: Any = None) -> return_types.cummin:
    """The smallest elements so far along `dim`, with their (latest) indices."""
def cumprod(
    input: Tensor,
    dim: Any,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The running product along `dim`; integers multiply in int64 unless `dtype` is given."""
def cumsum(
    input: Tensor,
    dim: Any,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The running sum along `dim`; integers add up in int64 unless `dtype` is given."""
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: Any = -1) -> Tensor:
    """The integrals of `y` along `dim` from the first point to each of the others, by the"""
default_generator: Generator
def deg2rad(input: Tensor, *, out: Any = None) -> Tensor:
    """Degrees in radians, elementwise."""
def deg2rad_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `deg2rad`."""
def det(input: Tensor) -> Tensor:
    """`linalg.det`."""
def detach(input: Tensor) -> Tensor:
    """The values of `input`, sharing memory, as a leaf that requires no grad."""
def detach_(input: Tensor) -> Tensor:
    """Make `input` a leaf that requires no grad; views of other tensors cannot be."""
from rushlight.kernels.metadata import device as device
def diag(input: Tensor, diagonal: Any = 0, *, out: Any = None) -> Tensor:
    """The diagonal of a matrix (a copy), or the matrix with a vector on its diagonal."""
def diag_embed(input: Tensor, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    """The last dim put on the `offset`-th diagonal of new dims `dim1` and `dim2`, zeros elsewhere."""
def diagflat(input: Tensor, offset: Any = 0) -> Tensor:
    """A matrix with all elements of `input` on its diagonal."""
def diagonal(input: Tensor, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    """The diagonal `offset` places above the main one, over `dim1` and `dim2`, as the last dim."""
def diagonal_copy(
    input: Tensor,
    offset: Any = 0,
    dim1: Any = 0,
    dim2: Any = 1,
    *,
    out: Any = None,
) -> Tensor:
    """A copy of `diagonal`."""
def diagonal_scatter(
    input: Tensor,
    src: Any,
    offset: Any = 0,
    dim1: Any = 0,
    dim2: Any = 1,
) -> Tensor:
    """A copy of `input` with `src` in a diagonal."""
def diff(
    input: Tensor,
    n: Any = 1,
    dim: Any = -1,
    prepend: Any = None,
    append: Any = None,
    *,
    out: Any = None,
) -> Tensor:
    """The differences of neighbours along `dim`, taken `n` times, after putting `prepend` before"""
def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The derivative of `lgamma`, elementwise."""
def dist(input: Tensor, other: Any, p: Any = 2) -> Tensor:
    """The p-norm of `input - other`."""
def div(input: Tensor, other: Any, *, rounding_mode: Any = None, out: Any = None) -> Tensor:
    """`input / other`, elementwise; `rounding_mode` 'trunc' or 'floor' rounds the quotient."""
divide = div
def dot(input: Tensor, tensor: Any, *, out: Any = None) -> Tensor:
    """The sum of the products of two vectors' elements; nothing is conjugated."""
double: _dtype
def dropout(input: Tensor, p: Any, train: Any) -> Tensor:
    """`torch.nn.functional.dropout`, all arguments required."""
def dropout_(input: Tensor, p: Any, train: Any) -> Tensor:
    """`dropout` in place."""
def dsplit(
    input: Tensor,
    indices_or_sections: Any = None,
    *,
    sections: Any = None,
    indices: Any = None,
) -> tuple[Tensor, ...]:
    """Parts along the third dim."""
def dstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The tensors behind each other, along the third dim."""
from rushlight.kernels.dtypes import dtype as dtype
e: _float
def einsum(*args: Any) -> Tensor:
    """Sums of products of the operands' elements, in Einstein's notation."""
def embedding(
    weight: Any,
    indices: Any,
    padding_idx: Any = -1,
    scale_grad_by_freq: _bool = False,
    sparse: _bool = False,
) -> Tensor:
    """The rows of `weight` at `indices`, as `torch.embedding`."""
def empty(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
    memory_format: Any = None,
    names: Any = None,
) -> Tensor:
    """A tensor of the given size with whatever is in its memory."""
def empty_cache() -> None:
    """Give the memory that is kept for new tensors back to the system."""
def empty_like(
    input: Tensor,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """An uninitialised tensor of the shape, dtype and order of dims of `input`."""
def empty_permuted(
    size: Any,
    physical_layout: Any,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    pin_memory: _bool = False,
) -> Tensor:
    """An uninitialised dense tensor whose dims lie in memory in the order `physical_layout`."""
def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    pin_memory: _bool = False,
) -> Tensor:
    """An uninitialised tensor with the given size and strides (counted in elements)."""
def eq(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` equal to `other`, elementwise?"""
def equal(input: Tensor, other: Any) -> _bool:
    """Have the tensors the same shape and the same elements? A bool, not a tensor."""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """The error function, elementwise: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0."""
def erf_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `erf`."""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 - erf(input)`, elementwise, exact for large inputs too."""
def erfc_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `erfc`."""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of `erf`, elementwise; nan outside [-1, 1]."""
def exp(input: Tensor, *, out: Any = None) -> Tensor:
    """`e ** input`, elementwise; integers become the default float."""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """`2 ** input`, elementwise; integers become the default float."""
def exp2_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `exp2`."""
def exp_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `exp`."""
def expand_copy(input: Tensor, *size: Any, out: Any = None) -> Tensor:
    """A copy of what `expand` shows."""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """`e ** input - 1`, elementwise, exact for small inputs too."""
def expm1_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `expm1`."""
def eye(
    n: _int,
    m: _int | None = None,
    *,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """The `n` by `m` matrix (by default square) with ones on the diagonal and zeros elsewhere."""
def feature_alpha_dropout(input: Tensor, p: Any, train: Any) -> Tensor:
    """`torch.nn.functional.feature_alpha_dropout`, all arguments required."""
def feature_alpha_dropout_(input: Tensor, p: Any, train: Any) -> Tensor:
    """`feature_alpha_dropout` in place."""
def feature_dropout(input: Tensor, p: Any, train: Any) -> Tensor:
    """Dropout of whole channels, dim 1 of the input."""
def feature_dropout_(input: Tensor, p: Any, train: Any) -> Tensor:
    """`feature_dropout` in place."""
def fill(input: Tensor, value: Any) -> Tensor:
    """`input` with every element replaced by `value`, a number or a 0-d tensor."""
def fill_(self: Tensor, value: Any) -> Tensor:
    """Overwrite every element of `self` with `value`, a number or a 0-d tensor; returns `self`."""
from rushlight.kernels.dtypes import finfo as finfo
def fix(input: Tensor, *, out: Any = None) -> Tensor:
    """`input` rounded towards zero, elementwise."""
def fix_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `trunc`."""
def flatten(input: Tensor, start_dim: Any = 0, end_dim: Any = -1) -> Tensor:
    """`input` with dims `start_dim` to `end_dim` made one; a 0-d tensor gets one dim."""
def flip(input: Tensor, *dims: Any) -> Tensor:
    """`input` in reverse order along `dims`; a copy, unlike NumPy's."""
def fliplr(input: Tensor) -> Tensor:
    """A matrix (or more) in reverse order along its second dim."""
def flipud(input: Tensor) -> Tensor:
    """A tensor in reverse order along its first dim."""
float: _dtype
float16: _dtype
float32: _dtype
float64: _dtype
def float_power(input: Tensor, exponent: Any, *, out: Any = None) -> Tensor:
    """`input ** exponent` computed in float64, or complex128."""
def floor(input: Tensor, *, out: Any = None) -> Tensor:
    """The largest whole number not above `input`, elementwise."""
def floor_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `floor`."""
def floor_divide(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input / other` rounded down, elementwise, in the operands' common dtype; not differentiable."""
def fmax(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The larger of two, elementwise; nan only if both are."""
def fmin(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The smaller of two, elementwise; nan only if both are."""
def fmod(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    '''What division leaves, with the dividend's sign: `input - input.div(other, "trunc") * other`.'''
def frac(input: Tensor, *, out: Any = None) -> Tensor:
    """What `trunc` takes away: `input - trunc(input)`, elementwise."""
def frac_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `frac`."""
def frexp(input: Tensor, *, out: Any = None) -> return_types.frexp:
    """Each element as `mantissa * 2 ** exponent`, the mantissa's size between 1/2 and 1."""
def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: _bool | None = None) -> Tensor:
    """A tensor over the memory of an object that speaks DLPack."""
def from_numpy(ndarray: Any, /) -> Tensor:
    """The tensor over a NumPy array's own memory: writing to one changes the other."""
def frombuffer(
    buffer: Any,
    *,
    dtype: _dtype | _type | None,
    count: _int = -1,
    offset: _int = 0,
    requires_grad: _bool = False,
) -> Tensor:
    """A 1-d tensor over the memory of an object with a buffer (bytearray, mmap, array.array)."""
def full(
    size: Any,
    fill_value: Any,
    *,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
    names: Any = None,
) -> Tensor:
    """A tensor of shape `size` with one number in every place; its dtype follows the number."""
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """A tensor of the shape, dtype and order of dims of `input` with one number everywhere."""
def gather(
    input: Tensor,
    dim: Any,
    index: Any,
    *,
    sparse_grad: _bool = False,
    out: Any = None,
) -> Tensor:
    """The elements of `input` that `index` names along `dim`; the result has the index's shape."""
def gcd(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The greatest common divisor, elementwise, of integers."""
def gcd_(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """In-place version of `gcd`."""
def ge(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` greater than or equal to `other`, elementwise?"""
def geqrf(input: Tensor, *, out: Any = None) -> Tensor:
    """LAPACK's form of `linalg.qr`: R on and above the diagonal, reflections below it, and `tau`."""
def ger(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """The products of all pairs of two vectors' elements: a matrix."""
def get_default_device() -> _device:
    """The device on which factory functions create a tensor when they are told none."""
def get_default_dtype() -> _dtype:
    """The dtype of tensors made from Python floats; float32 unless changed."""
def get_deterministic_debug_mode() -> _int:
    """What `set_deterministic_debug_mode` has set, as a number."""
def get_device(self: Tensor) -> _int:
    """The index of the tensor's device: -1, for the CPU."""
def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` has set."""
def get_num_interop_threads() -> _int:
    """What `set_num_interop_threads` has set; the number of processors at first."""
def get_num_threads() -> _int:
    """How many threads large loops and linear algebra may use."""
def get_rng_state() -> Tensor:
    """The state of the default generator as a tensor of bytes."""
def gradient(
    input: Tensor,
    *,
    spacing: Any = None,
    dim: Any = None,
    edge_order: Any = 1,
) -> Tensor:
    """The derivatives of a function, known at the points of a grid, by each of its variables."""
def greater(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` greater than `other`, elementwise?"""
greater_equal = ge
def grid_sampler(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor:
    """`torch.nn.functional.grid_sample` with numbers for modes: 0, 1, 2 in the order listed there."""
def grid_sampler_2d(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor:
    """`grid_sampler` of images."""
def grid_sampler_3d(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor:
    """`grid_sampler` of volumes."""
def group_norm(
    input: Tensor,
    num_groups: Any,
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
) -> Tensor:
    """Each sample standardised over groups of its channels, times `weight` plus `bias`."""
gt = greater
half: _dtype
def hamming_window(
    window_length: _int,
    periodic: _bool = True,
    alpha: _float = 0.54,
    beta: _float = 0.46,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Hamming's window: `alpha - beta * cos(2 pi k / (n - 1))`; see `hann_window`."""
def hann_window(
    window_length: _int,
    periodic: _bool = True,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Hann's window: `(1 - cos(2 pi k / (n - 1))) / 2`, for n one more than the length if"""
def hardshrink(input: Tensor, lambd: Any = 0.5, *, out: Any = None) -> Tensor:
    """`input` outside `[-lambd, lambd]`, 0 inside, elementwise."""
def heaviside(input: Tensor, values: Any, *, out: Any = None) -> Tensor:
    """0 below zero, 1 above, `values` at zero, elementwise; not differentiable."""
def hinge_embedding_loss(
    input: Tensor,
    target: Any,
    margin: Any = 1.0,
    reduction: Any = 0,
) -> Tensor:
    """`nn.functional.hinge_embedding_loss`, its reduction a number."""
def histc(
    input: Tensor,
    bins: Any = 100,
    min: Any = 0,
    max: Any = 0,
    *,
    out: Any = None,
) -> Tensor:
    """How many elements lie in each of `bins` equal intervals from `min` to `max`."""
def histogram(
    input: Tensor,
    bins: Any = 100,
    *,
    range: Any = None,
    weight: Any = None,
    density: _bool = False,
    out: Any = None,
) -> Tensor:
    """How many elements lie in each of the intervals `bins`."""
def histogramdd(
    input: Tensor,
    bins: Any,
    *,
    range: Any = None,
    weight: Any = None,
    density: _bool = False,
) -> Tensor:
    """How many points, the last dim of `input` being their coordinates, lie in each of the bins"""
def hsplit(
    input: Tensor,
    indices_or_sections: Any = None,
    *,
    sections: Any = None,
    indices: Any = None,
) -> tuple[Tensor, ...]:
    """Parts along the second dim (the only one of a 1-d tensor)."""
def hstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The tensors side by side: along the second dim, or the only one of 1-d tensors."""
def hypot(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`sqrt(input^2 + other^2)`, elementwise, without overflow."""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind of order 0, elementwise."""
def i0_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `i0`."""
def igamma(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The lower regularised incomplete gamma function, elementwise: the integral of"""
def igammac(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The upper regularised incomplete gamma function, elementwise: 1 less `igamma`."""
from rushlight.kernels.dtypes import iinfo as iinfo
def imag(input: Tensor) -> Tensor:
    """The imaginary part, a view."""
def index_add(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    *,
    alpha: Any = 1,
    out: Any = None,
) -> Tensor:
    """`input` with `alpha` times the slices of `source` added to those of `dim` at `index`."""
def index_copy(input: Tensor, dim: Any, index: Any, source: Any, *, out: Any = None) -> Tensor:
    """`input` with the slices of `dim` at `index` replaced by those of `source`."""
def index_fill(input: Tensor, dim: Any, index: Any, value: Any) -> Tensor:
    """`input` with the slices of `dim` at `index` filled with `value`, a number or 0-d tensor."""
def index_put(input: Tensor, indices: Any, values: Any, accumulate: _bool = False) -> Tensor:
    """A copy of `input` with the elements at `indices` replaced by (or increased by) `values`."""
def index_put_(input: Tensor, indices: Any, values: Any, accumulate: _bool = False) -> Tensor:
    """In-place version of `index_put`."""
def index_reduce(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    reduce: Any,
    *,
    include_self: _bool = True,
    out: Any = None,
) -> Tensor:
    """`input` with the slices of `source` reduced into those of `dim` at `index`."""
def index_select(input: Tensor, dim: Any, index: Any, *, out: Any = None) -> Tensor:
    """The slices of dim `dim` that the vector `index` names, in its order, as a copy."""
inf: _float
def initial_seed() -> _int:
    """The seed of the default generator."""
def inner(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The products over the last dims of both, for all pairs of what remains."""
def instance_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: Any,
    momentum: Any,
    eps: Any,
    cudnn_enabled: _bool = True,
) -> Tensor:
    """`torch.nn.functional.instance_norm`, all arguments required: a batch of one sample."""
int: _dtype
int16: _dtype
int32: _dtype
int64: _dtype
int8: _dtype
def inverse(input: Tensor, *, out: Any = None) -> Tensor:
    """`linalg.inv`."""
def is_complex(input: Tensor) -> _bool:
    """Is the dtype a complex one?"""
def is_conj(input: Tensor) -> _bool:
    """False: conjugates are never lazy here."""
def is_deterministic_algorithms_warn_only_enabled() -> _bool:
    """Has `use_deterministic_algorithms` been asked for with `warn_only`?"""
def is_distributed(self: Tensor) -> _bool:
    """Is the tensor spread over processes?  Never."""
def is_floating_point(input: Tensor) -> _bool:
    """Is the dtype a floating-point one?"""
def is_inference(input: Tensor) -> _bool:
    """Was `input` made in inference mode?"""
def is_neg(input: Tensor) -> _bool:
    """False: negatives are never lazy here."""
def is_nonzero(input: Tensor) -> _bool:
    """Is the one element not zero?"""
def is_same_size(input: Tensor, other: Any) -> _bool:
    """Do two tensors have the same shape?"""
def is_signed(input: Tensor) -> _bool:
    """Does the dtype have negative numbers?"""
def is_storage(obj: Any, /) -> _bool:
    """Is `obj` a storage?"""
def is_tensor(obj: Any, /) -> _bool:
    """Is `obj` a tensor?"""
def is_warn_always_enabled() -> _bool:
    """Are warnings that PyTorch gives once given every time?"""
def isclose(
    input: Tensor,
    other: Any,
    rtol: Any = 1e-05,
    atol: Any = 1e-08,
    equal_nan: _bool = False,
) -> Tensor:
    """Is `|input - other| <= atol + rtol * |other|`, elementwise? Infinities are close if equal."""
def isfinite(input: Tensor) -> Tensor:
    """Which elements are neither infinite nor nan?"""
def isin(
    elements: Any,
    test_elements: Any,
    *,
    assume_unique: _bool = False,
    invert: _bool = False,
    out: Any = None,
) -> Tensor:
    """Is each of `elements` among `test_elements`? (With `invert`: is it not?)"""
def isinf(input: Tensor) -> Tensor:
    """Which elements are infinite, of either sign?"""
def isnan(input: Tensor) -> Tensor:
    """Which elements are nan (of a complex number, either part)?"""
def isneginf(input: Tensor, *, out: Any = None) -> Tensor:
    """Which elements are minus infinity?"""
def isposinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Which elements are plus infinity?"""
def isreal(input: Tensor) -> Tensor:
    """Which elements have no imaginary part?"""
def istft(
    input: Tensor,
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
jagged: _layout
def kaiser_window(
    window_length: _int,
    periodic: _bool = True,
    beta: _float = 12.0,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Kaiser's window: `i0(beta * sqrt(1 - y * y)) / i0(beta)`, y from -1 to 1."""
def kl_div(
    input: Tensor,
    target: Any,
    reduction: Any = 0,
    *,
    log_target: _bool = False,
) -> Tensor:
    """`nn.functional.kl_div`, its reduction a number."""
def kron(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The Kronecker product: `other` scaled by every element of `input`, as blocks."""
def kthvalue(
    input: Tensor,
    k: Any,
    dim: Any = -1,
    keepdim: _bool = False,
    *,
    out: Any = None,
) -> return_types.kthvalue:
    """The `k`-th smallest elements along `dim`, counted from 1, with their indices."""
def layer_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
    cudnn_enable: _bool = True,
) -> Tensor:
    """`torch.nn.functional.layer_norm`."""
from rushlight.kernels.metadata import layout as layout
def lcm(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The least common multiple, elementwise, of integers."""
def lcm_(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """In-place version of `lcm`."""
def ldexp(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * 2 ** other`, elementwise."""
def ldexp_(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """In-place version of `ldexp`."""
def le(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` less than or equal to `other`, elementwise?"""
legacy_contiguous_format: _memory_format
def lerp(input: Tensor, end: Any, weight: Any, *, out: Any = None) -> Tensor:
    """`input + weight * (end - input)`, elementwise; `weight` is a tensor or a number."""
def less(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` less than `other`, elementwise?"""
less_equal = le
def lgamma(input: Tensor, *, out: Any = None) -> Tensor:
    """`log(|gamma(input)|)`, elementwise; infinite at gamma's poles 0, -1, -2..."""
def linspace(
    start: Any,
    end: Any,
    steps: Any = None,
    *,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances."""
def log(input: Tensor, *, out: Any = None) -> Tensor:
    """The natural logarithm, elementwise; nan below zero, unless complex."""
def log10(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 10, elementwise."""
def log10_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `log10`."""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """`log(1 + input)`, elementwise, exact for small inputs too."""
def log1p_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `log1p`."""
def log2(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 2, elementwise."""
def log2_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `log2`."""
def log_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `log`."""
def log_softmax(
    input: Tensor,
    dim: Any,
    dtype: _dtype | _type | None = None,
    *,
    out: Any = None,
) -> Tensor:
    """The logarithm of `softmax`, computed so that it does not underflow."""
def logaddexp(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`log(exp(input) + exp(other))`, elementwise, without overflow."""
def logaddexp2(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`log2(2 ** input + 2 ** other)`, elementwise, without overflow."""
def logcumsumexp(input: Tensor, dim: Any, *, out: Any = None) -> Tensor:
    """`log(cumsum(exp(input)))` along `dim`, computed without overflow."""
def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: NaN where that is negative, `-inf` where it is 0."""
def logical_and(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Are both true, elementwise? Zero is false."""
def logical_not(input: Tensor, *, out: Any = None) -> Tensor:
    """Is `input` zero, elementwise?"""
def logical_or(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is either true, elementwise? Zero is false."""
def logical_xor(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is exactly one true, elementwise? Zero is false."""
def logit(input: Tensor, eps: Any = None, *, out: Any = None) -> Tensor:
    """`log(input / (1 - input))`, elementwise, of the input clamped to `[eps, 1 - eps]`."""
def logit_(input: Tensor, eps: Any = None, *, out: Any = None) -> Tensor:
    """In-place version of `logit`."""
def logspace(
    start: Any,
    end: Any,
    steps: Any = None,
    base: _float = 10.0,
    *,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """`base` to the power of `steps` numbers from `start` to `end`, both included."""
def logsumexp(input: Tensor, dim: Any, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(exp(input)))` over `dim` (an int or several), computed without overflow."""
long: _dtype
lt = less
def lu(A: Any, pivot: _bool = True, get_infos: _bool = False, out: Any = None) -> Tensor:
    """`linalg.lu_factor` without its error, deprecated: (LU, pivots), and info if `get_infos`."""
def lu_solve(input: Tensor, LU_data: Any, LU_pivots: Any, *, out: Any = None) -> Tensor:
    """`linalg.lu_solve(LU_data, LU_pivots, input)`, deprecated."""
def lu_unpack(
    LU_data: Any,
    LU_pivots: Any,
    unpack_data: _bool = True,
    unpack_pivots: _bool = True,
    *,
    out: Any = None,
) -> Tensor:
    """P, L, U of the results of `linalg.lu_factor`; without elements what is not to be unpacked."""
def manual_seed(seed: Any) -> Generator:
    """Seed the default generator, which is returned."""
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0.0,
    reduction: Any = 0,
) -> Tensor:
    """`nn.functional.margin_ranking_loss`, its reduction a number."""
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` (a number or 0-d tensor) where `mask` is true."""
def masked_scatter(input: Tensor, source: Any, mask: Tensor) -> Tensor:
    """`input` with the elements where `mask` is true replaced by those of `source` in order."""
def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:
    """The elements of `input` where `mask` is true, in one dim; the two are broadcast."""
def matmul(input: Tensor, other: Any) -> Tensor:
    """The product of vectors, matrices and batches of matrices, as `@` computes it."""
def matrix_exp(input: Tensor) -> Tensor:
    """The exponential of a square matrix, or of each of a batch: the sum of A^k / k!."""
def matrix_power(input: Tensor, n: Any, *, out: Any = None) -> Tensor:
    """The n-th power of a square matrix, or of each of a batch; powers of the inverse if n < 0."""
@overload
def max(input: Tensor) -> Tensor:
    """The largest element; with `dim` those along it, with their indices; or the elementwise"""
@overload
def max(input: Tensor, dim: _int, keepdim: _bool = False) -> return_types.max:
    """The largest element; with `dim` those along it, with their indices; or the elementwise"""
@overload
def max(input: Tensor, other: Tensor) -> Tensor:
    """The largest element; with `dim` those along it, with their indices; or the elementwise"""
def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
) -> Any:
    """The largest elements of windows over the last dim: see `torch.nn.functional.max_pool1d`."""
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
) -> Tensor:
    """`torch.nn.functional.max_pool1d` with `return_indices`."""
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
) -> Any:
    """The largest elements of windows: `torch.nn.functional.max_pool2d` without indices."""
def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
) -> Any:
    """The largest elements of windows: `torch.nn.functional.max_pool3d` without indices."""
def maximum(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The larger of two, elementwise; nan if either is. Equals share the gradient."""
def mean(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The mean over `dim` (an int or several; all by default) of floating or complex elements."""
@overload
def median(input: Tensor) -> Tensor:
    """The middle element, the lower of the two of an even number: of all elements, or along"""
@overload
def median(input: Tensor, dim: _int, keepdim: _bool = False) -> return_types.median:
    """The middle element, the lower of the two of an even number: of all elements, or along"""
from rushlight.kernels.metadata import memory_format as memory_format
def memory_stats() -> dict[str, _int]:
    """What the memory of large results amounts to: in bytes, and in blocks since the start."""
def meshgrid(*tensors: Any, indexing: Any = None) -> tuple[Tensor, ...]:
    """Each 1-d tensor expanded over the grid that all of them span."""
@overload
def min(input: Tensor) -> Tensor:
    """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
@overload
def min(input: Tensor, dim: _int, keepdim: _bool = False) -> return_types.min:
    """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
@overload
def min(input: Tensor, other: Tensor) -> Tensor:
    """The smallest element; with `dim` those along it, with their indices; or the elementwise"""
def minimum(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The smaller of two, elementwise; nan if either is. Equals share the gradient."""
def mm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """The matrix product of two matrices of one dtype."""
def mode(
    input: Tensor,
    dim: Any = -1,
    keepdim: _bool = False,
    *,
    out: Any = None,
) -> return_types.mode:
    """The most frequent elements along `dim`, with their last indices; of several the smallest."""
def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """`input` with dims `source` moved to `destination`; the others keep their order."""
movedim = moveaxis
def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """`input` sorted along its first dim."""
def mul(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * other`, elementwise."""
def multinomial(
    input: Tensor,
    num_samples: _int,
    replacement: _bool = False,
    *,
    generator: Generator | None = None,
    out: Any = None,
) -> Tensor:
    """Indices drawn by the weights in each row of `input`."""
multiply = mul
def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Tensor:
    """The product of a matrix and a vector of one dtype."""
def mvlgamma(input: Tensor, p: Any, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`, elementwise."""
nan: _float
def nan_to_num(
    input: Tensor,
    nan: Any = None,
    posinf: Any = None,
    neginf: Any = None,
    *,
    out: Any = None,
) -> Tensor:
    """`input` with nan and the infinities replaced by finite numbers."""
def nan_to_num_(
    input: Tensor,
    nan: Any = None,
    posinf: Any = None,
    neginf: Any = None,
    *,
    out: Any = None,
) -> Tensor:
    """In-place version of `nan_to_num`."""
def nanmean(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The mean over `dim` of the elements that are not NaN."""
@overload
def nanmedian(input: Tensor) -> Tensor:
    """`median` of the elements that are not NaN."""
@overload
def nanmedian(input: Tensor, dim: _int, keepdim: _bool = False) -> return_types.nanmedian:
    """`median` of the elements that are not NaN."""
def nanquantile(
    input: Tensor,
    q: Any,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    interpolation: str = 'linear',
    out: Any = None,
) -> Tensor:
    """`quantile` of the elements that are not NaN."""
def nansum(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The sum over `dim` of the elements that are not NaN."""
def narrow(input: Tensor, dim: Any, start: Any, length: Any) -> Tensor:
    """`length` indices of dim `dim` from `start` on."""
def narrow_copy(input: Tensor, dim: Any, start: Any, length: Any, *, out: Any = None) -> Tensor:
    """A copy of `narrow`."""
def native_batch_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: _bool,
    momentum: Any,
    eps: Any,
    *,
    out: Any = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """`batch_norm`, with the mean and the reciprocal deviation used as further results."""
def native_channel_shuffle(input: Tensor, groups: Any) -> Tensor:
    """`channel_shuffle` under another name."""
def native_layer_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any,
    bias: Any,
    eps: Any,
) -> tuple[Tensor, Tensor, Tensor]:
    """`layer_norm`, with the mean and the reciprocal deviation as further results."""
def ne(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """Is `input` unequal to `other`, elementwise?"""
def neg(input: Tensor, *, out: Any = None) -> Tensor:
    """`-input`, elementwise."""
def neg_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `neg`."""
negative = neg
negative_ = neg_
newaxis: None
def nextafter(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The next number after `input` towards `other`, elementwise."""
def nonzero(input: Tensor, *, as_tuple: _bool = False, out: Any = None) -> Any:
    """Where `input` is not zero: one row of indices per element, or one vector per dim."""
def norm(
    input: Tensor,
    p: str = 'fro',
    dim: Any = None,
    keepdim: _bool = False,
    dtype: _dtype | _type | None = None,
    *,
    out: Any = None,
) -> Tensor:
    """The vector norm of order `p` over `dim`, or over all elements."""
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    out: Any = None,
    **options: Any,
) -> Tensor:
    """Normal numbers: `mean` and `std` are tensors or numbers; two numbers need a `size`."""
not_equal = ne
def numel(input: Tensor) -> _int:
    """How many elements `input` has."""
def ones(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """A tensor of ones of the given size, which is separate ints or a sequence."""
def ones_like(
    input: Tensor,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """A tensor of ones of the shape, dtype and order of dims of `input`."""
def orgqr(input: Tensor, input2: Any, *, out: Any = None) -> Tensor:
    """`linalg.householder_product(input, input2)`."""
def ormqr(
    input: Tensor,
    input2: Any,
    input3: Any,
    left: _bool = True,
    transpose: _bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """`Q input3`, for the Q of the reflections in `input` with factors `input2`."""
outer = ger
def pairwise_distance(
    x1: Any,
    x2: Any,
    p: Any = 2.0,
    eps: Any = 1e-06,
    keepdim: _bool = False,
) -> Tensor:
    """The p-norm along the last dim of `x1 - x2 + eps`."""
def pca_lowrank(A: Any, q: Any = None, center: _bool = True, niter: Any = 2) -> Tensor:
    """Principal components: `svd_lowrank` of A less the means of its columns, if `center`."""
def pdist(input: Tensor, p: Any = 2.0) -> Tensor:
    """The p-norm distances of all pairs of rows i < j of a matrix, as one vector."""
def permute(input: Tensor, *dims: Any) -> Tensor:
    """`input` with its dims in the order `dims`."""
def permute_copy(input: Tensor, *dims: Any, out: Any = None) -> Tensor:
    """A copy of what `permute` shows."""
pi: _float
def pinverse(input: Tensor, rcond: Any = 1e-15) -> Tensor:
    """`linalg.pinv`, with 1e-15 for the relative tolerance."""
def pixel_shuffle(input: Tensor, upscale_factor: Any) -> Tensor:
    """Channels rearranged as pixels: ... x C r^2 x H x W becomes ... x C x H r x W r."""
def pixel_unshuffle(input: Tensor, downscale_factor: Any) -> Tensor:
    """Pixels rearranged as channels: ... x C x H r x W r becomes ... x C r^2 x H x W."""
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """A count for each expectation in `input`."""
def poisson_nll_loss(
    input: Tensor,
    target: Any,
    log_input: Any,
    full: Any,
    eps: Any,
    reduction: Any,
) -> Tensor:
    """`nn.functional.poisson_nll_loss`, its reduction a number."""
def polar(input: Tensor, angle: Any, *, out: Any = None) -> Tensor:
    """Complex numbers with these absolute values and angles."""
def polygamma(n: Any, input: Tensor, *, out: Any = None) -> Tensor:
    """The n-th derivative of `digamma`, elementwise: `torch.polygamma(n, input)`."""
def positive(input: Tensor) -> Tensor:
    """`input` itself; a bool tensor is refused."""
def pow(input: Tensor, exponent: Any, *, out: Any = None) -> Tensor:
    """`input ** exponent`, elementwise; one of the two may be a number."""
def prelu(input: Tensor, weight: Any) -> Tensor:
    """`input` above zero, `weight * input` below; one weight for all, or one per channel (dim 1)."""
preserve_format: _memory_format
def prod(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The product of all elements, or of those along `dim`; integers multiply in int64."""
def promote_types(type1: _dtype, type2: _dtype) -> _dtype:
    """The smallest dtype that holds the values of both dtypes, as PyTorch sees it."""
def put(input: Tensor, index: Any, source: Any, accumulate: _bool = False) -> Tensor:
    """A copy of `input`, seen as one dim, with `source` written (or added) at `index`."""
def qr(input: Tensor, some: _bool = True, *, out: Any = None) -> Tensor:
    '''`linalg.qr`, deprecated, with `mode` "complete" where `some` is false.'''
def quantile(
    input: Tensor,
    q: Any,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    interpolation: str = 'linear',
    out: Any = None,
) -> Tensor:
    """The quantiles `q` (a number, or a 1-d tensor of them) along `dim`, or of all elements."""
def rad2deg(input: Tensor, *, out: Any = None) -> Tensor:
    """Radians in degrees, elementwise."""
def rad2deg_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `rad2deg`."""
def rand(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    names: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Numbers drawn uniformly from [0, 1), in a tensor of the given size."""
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """Numbers drawn uniformly from [0, 1) in a tensor of the shape and dtype of `input`."""
def randint(
    *args: Any,
    low: Any = None,
    high: Any = None,
    size: Any = None,
    generator: Generator | None = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Integers from `low` (0) to before `high`: `randint([low,] high, size)`."""
def randint_like(
    input: Tensor,
    *args: Any,
    low: Any = 0,
    high: Any = None,
    generator: Generator | None = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """Integers from `low` (0) to before `high` in a tensor like `input`."""
def randn(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    names: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Numbers from the standard normal distribution, in a tensor of the given size."""
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """Standard normal numbers in a tensor of the shape and dtype of `input`."""
def randperm(
    n: _int,
    *,
    generator: Generator | None = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """The integers below `n` in random order."""
def range(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """The numbers from `start` to `end`, both included; deprecated in favour of `arange`."""
def ravel(input: Tensor) -> Tensor:
    """All elements in one dim: a view of a contiguous tensor, else a copy."""
def real(input: Tensor) -> Tensor:
    """The real part, a view; a real tensor itself."""
def reciprocal(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 / input`, elementwise."""
def reciprocal_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `reciprocal`."""
def relu(input: Tensor) -> Tensor:
    """`max(0, input)`, elementwise; the gradient at 0 is 0."""
def relu_(input: Tensor) -> Tensor:
    """In-place version of `relu`."""
def remainder(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    '''What division leaves, with the divisor's sign: `input - input.div(other, "floor") * other`.'''
def renorm(input: Tensor, p: Any, dim: Any, maxnorm: Any, *, out: Any = None) -> Tensor:
    """The slices along `dim` whose p-norm exceeds `maxnorm` scaled down to it."""
def repeat_interleave(
    input: Tensor,
    repeats: Any = None,
    dim: Any = None,
    *,
    output_size: Any = None,
) -> Tensor:
    """Each element, or each index of `dim`, repeated in place, as often as `repeats` says."""
def reset_peak_memory_stats() -> None:
    """Count the peak of `memory_stats` anew from what is in use."""
def reshape(input: Tensor, *shape: Any) -> Tensor:
    """`input` under another shape: a view where its strides allow one, else a copy."""
def resize_as(self: Tensor, other: Any, *, memory_format: Any = ...) -> Tensor:
    """Give this tensor the size of `other`."""
def resolve_conj(input: Tensor) -> Tensor:
    """`input` itself: conjugates are never lazy here."""
def resolve_neg(input: Tensor) -> Tensor:
    """`input` itself: negatives are never lazy here."""
def result_type(tensor: Any, other: Any) -> _dtype:
    """The dtype of an operation on two tensors or numbers."""
def rms_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    eps: Any = None,
) -> Tensor:
    """The input over the root of its mean square over the last dims, times `weight`."""
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """`input` shifted along `dims`, what leaves at one end coming in at the other."""
def rot90(input: Tensor, k: Any = 1, dims: Any = ...) -> Tensor:
    """`input` turned by `k` quarters from the first of `dims` towards the second."""
def round(input: Tensor, *, decimals: Any = None, out: Any = None) -> Tensor:
    """`input` rounded to `decimals` places, elementwise; halves go to the even neighbour."""
def round_(input: Tensor, *, decimals: Any = None, out: Any = None) -> Tensor:
    """In-place version of `round`."""
def row_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The tensors on top of each other, 1-d ones as rows."""
def rrelu(
    input: Tensor,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor:
    """`leaky_relu` with a slope for each element drawn from `[lower, upper)` in training."""
def rrelu_(
    input: Tensor,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: _bool = False,
) -> Tensor:
    """In-place version of `rrelu`."""
def rsqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 / sqrt(input)`, elementwise."""
def rsqrt_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `rsqrt`."""
def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """`other - alpha * input`, elementwise: a subtraction with its operands exchanged."""
def scalar_tensor(
    s: Any,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """A 0-d tensor of a number, in the default dtype."""
def scatter(input: Tensor, src: Any, index: Any, dim: Any, *, out: Any = None) -> Tensor:
    """`input` with `src`, a tensor or number, written where `index` says along `dim`."""
def scatter_add(input: Tensor, dim: Any, index: Any, src: Any, *, out: Any = None) -> Tensor:
    """`input` with the elements of `src` added where `index` says along `dim`."""
def scatter_reduce(
    input: Tensor,
    dim: Any,
    index: Any,
    src: Any,
    reduce: Any,
    *,
    include_self: _bool = True,
    out: Any = None,
) -> Tensor:
    """`input` with the elements of `src` reduced into the places that `index` names along `dim`."""
def searchsorted(
    sorted_sequence: Any,
    input: Tensor,
    *,
    out_int32: _bool = False,
    right: _bool = False,
    side: Any = None,
    sorter: Any = None,
    out: Any = None,
) -> Tensor:
    """Where each of `input` would go in the rising `sorted_sequence`, along the last dim."""
def seed() -> _int:
    """Seed the default generator with a number from the operating system, which is returned."""
def select(input: Tensor, dim: Any, index: Any) -> Tensor:
    """`input` at one `index` of dim `dim`, which disappears."""
def select_copy(input: Tensor, dim: Any, index: Any, *, out: Any = None) -> Tensor:
    """A copy of what `select` shows."""
def select_scatter(input: Tensor, src: Any, dim: Any, index: Any) -> Tensor:
    """A copy of `input` with `src` at `index` of dim `dim`."""
def selu(input: Tensor, inplace: _bool = False) -> Tensor:
    """`elu` scaled to keep mean 0 and variance 1 from layer to layer."""
def selu_(input: Tensor) -> Tensor:
    """In-place version of `selu`."""
def set_default_device(new: _device | str | None) -> None:
    """Choose what get_default_device returns outside device contexts; None means the CPU."""
def set_default_dtype(d: _dtype, /) -> None:
    """Choose the dtype of tensors made from Python floats; complex ones follow its precision."""
def set_default_tensor_type(t: Any, /) -> None:
    """Choose the default dtype by an old tensor type, as `torch.DoubleTensor` or its name."""
def set_deterministic_debug_mode(debug_mode: Any) -> None:
    '''`use_deterministic_algorithms` as one setting: 0 "default", 1 "warn" or 2 "error".'''
def set_float32_matmul_precision(precision: Any) -> None:
    """How float32 matrices may be rounded when multiplied; ours are not."""
def set_flush_denormal(mode: Any) -> _bool:
    """Ask that numbers too small for full precision become 0; NumPy cannot, which False says."""
def set_memory_limit(bytes: _int) -> None:
    """How many bytes may be kept for new tensors; with 0 none are."""
def set_num_interop_threads(num: Any) -> None:
    """How many operations may run at once, which can be said only once; here it is always one."""
def set_num_threads(num: _int, /) -> None:
    """Let large loops and linear algebra use `num` threads."""
def set_printoptions(
    precision: _int | None = None,
    threshold: _float | None = None,
    edgeitems: _int | None = None,
    linewidth: _int | None = None,
    profile: str | None = None,
    sci_mode: _bool | None = None,
) -> None:
    """Choose how tensors print."""
def set_rng_state(new_state: Any) -> None:
    """Put the default generator into a state that `get_rng_state` gave."""
def set_warn_always(b: _bool, /) -> None:
    """Give such warnings every time (True) or once per process (False, the default)."""
def sgn(input: Tensor, *, out: Any = None) -> Tensor:
    """The sign of real numbers, the direction `input / |input|` of complex ones; 0 at zero."""
short: _dtype
def sigmoid(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 / (1 + exp(-input))`, elementwise."""
def sigmoid_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `sigmoid`."""
def sign(input: Tensor, *, out: Any = None) -> Tensor:
    """-1, 0 or 1, elementwise, as `input` is negative, zero (or nan) or positive."""
def signbit(input: Tensor, *, out: Any = None) -> Tensor:
    """Which elements carry a minus sign (zero and nan may)?"""
def sin(input: Tensor, *, out: Any = None) -> Tensor:
    """The sine, elementwise, of radians."""
def sin_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `sin`."""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """`sin(pi x) / (pi x)` of `input`, elementwise, which is 1 at zero."""
def sinc_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `sinc`."""
def sinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic sine, elementwise."""
def sinh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `sinh`."""
def slice_copy(
    input: Tensor,
    dim: Any = 0,
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    out: Any = None,
) -> Tensor:
    """A copy of what `slice` shows."""
def slice_scatter(
    input: Tensor,
    src: Any,
    dim: Any = 0,
    start: Any = None,
    end: Any = None,
    step: Any = 1,
) -> Tensor:
    """A copy of `input` with `src` in the slice `start:end:step` of dim `dim`."""
def slogdet(input: Tensor, *, out: Any = None) -> Tensor:
    """`linalg.slogdet`."""
def softmax(
    input: Tensor,
    dim: Any,
    dtype: _dtype | _type | None = None,
    *,
    out: Any = None,
) -> Tensor:
    """exp(input) divided by its sum along `dim`."""
def sort(
    input: Tensor,
    dim: Any = -1,
    descending: _bool = False,
    *,
    stable: Any = None,
    out: Any = None,
) -> return_types.sort:
    """The elements in rising (or falling) order along `dim`, with their indices."""
sparse_bsc: _layout
sparse_bsr: _layout
sparse_coo: _layout
sparse_csc: _layout
sparse_csr: _layout
def split(
    input: Tensor,
    split_size: Any = None,
    dim: Any = 0,
    *,
    split_size_or_sections: Any = None,
) -> tuple[Tensor, ...]:
    """Parts of length `split_size` (the last may be shorter) along dim `dim`; a list gives the"""
def split_copy(
    input: Tensor,
    split_size: Any = None,
    dim: Any = 0,
    *,
    split_size_or_sections: Any = None,
    out: Any = None,
) -> tuple[Tensor, ...]:
    """A copy of what `split` shows."""
def split_with_sizes(input: Tensor, split_sizes: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """Consecutive parts of lengths `split_sizes` along dim `dim`."""
def split_with_sizes_copy(
    input: Tensor,
    split_sizes: Any,
    dim: Any = 0,
    *,
    out: Any = None,
) -> tuple[Tensor, ...]:
    """A copy of what `split_with_sizes` shows."""
def sqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """The square root, elementwise; nan below zero, unless complex."""
def sqrt_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `sqrt`."""
def square(input: Tensor, *, out: Any = None) -> Tensor:
    """`input ** 2`, elementwise."""
def square_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `square`."""
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """`input` without its dims of length 1, or without those among `dim` (an int or several)."""
def squeeze_copy(input: Tensor, dim: Any = None, *, out: Any = None) -> Tensor:
    """A copy of what `squeeze` shows."""
def stack(tensors: Sequence[Tensor], dim: Any = 0, *, out: Any = None) -> Tensor:
    """The tensors, all of one shape, along a new dim `dim`."""
def std(
    input: Tensor,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: _bool = False,
    *,
    correction: Any = None,
    out: Any = None,
) -> Tensor:
    """The standard deviation over `dim`: the square root of `var`, with its parameters."""
def std_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: _bool = False,
    *,
    correction: Any = None,
    out: Any = None,
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean over `dim`, as a pair; parameters as of `var`."""
def stft(
    input: Tensor,
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
strided: _layout
def sub(input: Tensor, other: Any, *, alpha: Any = 1, out: Any = None) -> Tensor:
    """`input - alpha * other`, elementwise; booleans are refused."""
subtract = sub
def sum(
    input: Tensor,
    dim: Any = None,
    keepdim: _bool = False,
    *,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """The sum over `dim` (an int or several; all by default); integers add up in int64."""
def svd(
    input: Tensor,
    some: _bool = True,
    compute_uv: _bool = True,
    *,
    out: Any = None,
) -> Tensor:
    """U, S and V (not V^H) of `linalg.svd`; with `full_matrices` if not `some`."""
def svd_lowrank(A: Any, q: Any = 6, niter: Any = 2, M: Any = None) -> Tensor:
    """U, S, V with `A - M` nearly `U diag(S) V^H`, for matrices nearly of rank `q` or less."""
def swapaxes(input: Tensor, dim0: Any, dim1: Any) -> Tensor:
    """`input` with dims `dim0` and `dim1` swapped."""
swapdims = swapaxes
def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; tensors of fewer dims as they are."""
def t_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """A copy of what `t` shows."""
def take(input: Tensor, index: Any, *, out: Any = None) -> Tensor:
    """The elements of `input`, seen as one dim, at `index`; the result has the index's shape."""
def take_along_dim(input: Tensor, indices: Any, dim: Any = None, *, out: Any = None) -> Tensor:
    """`gather` with `input` and `indices` broadcast; without `dim`, both are flattened."""
def tan(input: Tensor, *, out: Any = None) -> Tensor:
    """The tangent, elementwise, of radians."""
def tan_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `tan`."""
def tanh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic tangent, elementwise."""
def tanh_(input: Tensor, *, out: Any = None) -> Tensor:
    """In-place version of `tanh`."""
def tensor(
    data: Any,
    *,
    dtype: _dtype | _type | None = None,
    device: Any = None,
    requires_grad: _bool = False,
    pin_memory: _bool = False,
    names: Any = None,
) -> Tensor:
    """A new tensor with a copy of `data`: numbers, nested sequences, a NumPy array, a tensor."""
def tensor_split(
    input: Tensor,
    indices_or_sections: Any = None,
    dim: Any = 0,
    *,
    sections: Any = None,
    indices: Any = None,
) -> tuple[Tensor, ...]:
    """Parts between the given indices, or a given number of nearly equal parts, along dim `dim`."""
def tensordot(a: Any, b: Any, dims: Any = 2, *, out: Any = None) -> Tensor:
    """The sum of products over dims of `a` paired with dims of `b`."""
def threshold(input: Tensor, threshold: Any, value: Any, inplace: _bool = False) -> Tensor:
    """`input` where it is above `threshold`, `value` elsewhere."""
def threshold_(input: Tensor, threshold: Any, value: Any) -> Tensor:
    """In-place version of `threshold`."""
def tile(input: Tensor, *dims: Any) -> Tensor:
    """`input` repeated along each dim; counts that are missing in front are 1."""
def topk(
    input: Tensor,
    k: Any,
    dim: Any = -1,
    largest: _bool = True,
    sorted: _bool = True,
    *,
    out: Any = None,
) -> return_types.topk:
    """The `k` largest (or smallest) elements along `dim`, in order, with their indices."""
def trace(input: Tensor) -> Tensor:
    """The sum of the main diagonal of a matrix; integers add up in int64."""
transpose = swapaxes
def transpose_copy(input: Tensor, dim0: Any, dim1: Any, *, out: Any = None) -> Tensor:
    """A copy of what `transpose` shows."""
def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: Any = -1) -> Tensor:
    """The integral of `y` along `dim` by the trapezoidal rule."""
def trapz(y: Any, x: Any = None, *, dx: Any = None, dim: Any = -1) -> Tensor:
    """`trapezoid` under its older name."""
def triangular_solve(
    input: Tensor,
    A: Any,
    upper: _bool = True,
    transpose: _bool = False,
    unitriangular: _bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """X of `A X = input` (`A^T X = input` if `transpose`) for a triangular A, and a copy of A."""
def tril(input: Tensor, diagonal: Any, *, out: Any = None) -> Tensor:
    """The last two dims with zeros above the `diagonal`-th diagonal."""
def tril_indices(
    row: _int,
    col: _int,
    offset: _int = 0,
    *,
    dtype: _dtype | _type | None = None,
    device: Any = None,
    layout: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Row and column indices, in two rows, of a matrix's lower triangle with its diagonal."""
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: Any = 1.0,
    p: Any = 2.0,
    eps: Any = 1e-06,
    swap: _bool = False,
    reduction: Any = 0,
) -> Tensor:
    """`nn.functional.triplet_margin_loss`, its reduction a number."""
def triu(input: Tensor, diagonal: Any, *, out: Any = None) -> Tensor:
    """The last two dims with zeros below the `diagonal`-th diagonal."""
def triu_indices(
    row: _int,
    col: _int,
    offset: _int = 0,
    *,
    dtype: _dtype | _type | None = None,
    device: Any = None,
    layout: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """Row and column indices, in two rows, of a matrix's upper triangle with its diagonal."""
true_divide = div
trunc = fix
trunc_ = fix_
def typename(obj: Any, /) -> str:
    """The kind of a tensor, or the full name of an object or of its type, as of PyTorch."""
uint16: _dtype
uint32: _dtype
uint64: _dtype
uint8: _dtype
def unbind(input: Tensor, dim: Any = 0) -> tuple[Tensor, ...]:
    """The slices at each index of dim `dim`, which disappears."""
def unbind_copy(input: Tensor, dim: Any = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """A copy of what `unbind` shows."""
def unflatten(input: Tensor, dim: Any, sizes: Any) -> Tensor:
    """`input` with dim `dim` split into dims of lengths `sizes`, one of which may be -1."""
def unfold_copy(
    input: Tensor,
    dimension: Any,
    size: Any,
    step: Any,
    *,
    out: Any = None,
) -> Tensor:
    """A copy of what `unfold` shows."""
def unique(
    input: Tensor,
    sorted: _bool = True,
    return_inverse: _bool = False,
    return_counts: _bool = False,
    dim: Any = None,
) -> Any:
    """The distinct elements of `input` in rising order, or the distinct slices along `dim`."""
def unique_consecutive(
    input: Tensor,
    return_inverse: _bool = False,
    return_counts: _bool = False,
    dim: Any = None,
) -> Any:
    """The elements of `input` (or its slices along `dim`) that differ from the one before."""
def unravel_index(indices: Any, shape: Any) -> Tensor:
    """For places in a flattened tensor of shape `shape`, a tuple of their indices in each dim."""
def unsafe_chunk(input: Tensor, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """`chunk` whose parts do not count as views."""
def unsafe_split(input: Tensor, split_size: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """`split` whose parts do not count as views."""
def unsafe_split_with_sizes(
    input: Tensor,
    split_sizes: Any,
    dim: Any = 0,
) -> tuple[Tensor, ...]:
    """`split_with_sizes` whose parts do not count as views."""
def unsqueeze(input: Tensor, dim: Any) -> Tensor:
    """`input` with a dim of length 1 put in at `dim`."""
def unsqueeze_copy(input: Tensor, dim: Any, *, out: Any = None) -> Tensor:
    """A copy of what `unsqueeze` shows."""
def use_deterministic_algorithms(mode: Any, *, warn_only: _bool = False) -> None:
    """Ask for operations that always give the same result, as all of ours do."""
def vander(x: Any, N: Any = None, increasing: _bool = False) -> Tensor:
    """The powers N - 1 to 0 of a vector's elements, one row for each."""
def var(
    input: Tensor,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: _bool = False,
    *,
    correction: Any = None,
    out: Any = None,
) -> Tensor:
    """The variance over `dim` (an int or several; all by default)."""
def var_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: _bool = False,
    *,
    correction: Any = None,
    out: Any = None,
) -> tuple[Tensor, Tensor]:
    """The variance and the mean over `dim`, as a pair; parameters as of `var`."""
def vdot(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """The sum of the products of two vectors' elements, those of `input` conjugated."""
def view_as_complex(input: Tensor) -> Tensor:
    """A real tensor whose last dim has length 2 as a complex one without it."""
def view_as_real(input: Tensor) -> Tensor:
    """A complex tensor as a real one with a last dim of length 2: real and imaginary part."""
def view_copy(
    input: Tensor,
    *size: Any,
    dtype: _dtype | _type | None = None,
    out: Any = None,
) -> Tensor:
    """A copy of what `view` shows."""
def vsplit(
    input: Tensor,
    indices_or_sections: Any = None,
    *,
    sections: Any = None,
    indices: Any = None,
) -> tuple[Tensor, ...]:
    """Parts along the first dim."""
vstack = row_stack
@overload
def where(condition: Tensor) -> tuple[Tensor, ...]:
    """`input` where `condition` is true, `other` elsewhere; all are broadcast."""
@overload
def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """`input` where `condition` is true, `other` elsewhere; all are broadcast."""
def xlogy(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """`input * log(other)`, elementwise, which is 0 where `input` is (unless `other` is nan)."""
def xlogy_(input: Tensor, other: Any, *, out: Any = None) -> Tensor:
    """In-place version of `xlogy`."""
def zero_(self: Tensor) -> Tensor:
    """Overwrite every element of `self` with zero; returns `self`."""
def zeros(
    *args: Any,
    size: Any = None,
    out: Any = None,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: _bool = False,
    requires_grad: _bool = False,
) -> Tensor:
    """A tensor of zeros of the given size, which is separate ints or a sequence."""
def zeros_like(
    input: Tensor,
    *,
    dtype: _dtype | _type | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: _bool = False,
    memory_format: Any = None,
    out: Any = None,
    pin_memory: _bool = False,
) -> Tensor:
    """A tensor of zeros of the shape, dtype and order of dims of `input`."""
