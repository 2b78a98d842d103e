"""Functions of networks: `torch.nn.functional`.

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

def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor: ...
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor: ...
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor: ...
def adaptive_max_pool1d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def adaptive_max_pool1d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def adaptive_max_pool2d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def adaptive_max_pool2d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def adaptive_max_pool3d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def adaptive_max_pool3d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor: ...
def affine_grid(theta: Any, size: Any, align_corners: Any = None) -> Tensor: ...
def alpha_dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor: ...
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: _bool = False,
    count_include_pad: _bool = True,
) -> Tensor: ...
def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: _bool = False,
    count_include_pad: _bool = True,
    divisor_override: Any = None,
    *,
    out: Any = None,
) -> Tensor: ...
def avg_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: _bool = False,
    count_include_pad: _bool = True,
    divisor_override: Any = None,
    *,
    out: Any = None,
) -> Tensor: ...
def batch_norm(
    input: Tensor,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: _bool = False,
    momentum: Any = 0.1,
    eps: Any = 1e-05,
) -> Tensor: ...
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor: ...
def binary_cross_entropy(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    pos_weight: Any = None,
) -> Tensor: ...
def celu(input: Tensor, alpha: Any = 1.0, inplace: _bool = False) -> Tensor: ...
def celu_(input: Tensor, alpha: Any = 1.0) -> Tensor: ...
def channel_shuffle(input: Tensor, groups: Any) -> Tensor: ...
def conv1d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor: ...
def conv2d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor: ...
def conv3d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor: ...
def conv_tbc(input: Tensor, weight: Any, bias: Any, pad: Any = 0) -> Tensor: ...
def conv_transpose1d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor: ...
def conv_transpose2d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor: ...
def conv_transpose3d(
    input: Tensor,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor: ...
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def cosine_similarity(x1: Any, x2: Any, dim: Any = 1, eps: Any = 1e-08) -> Tensor: ...
def cross_entropy(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: str = 'mean',
    label_smoothing: Any = 0.0,
) -> Tensor: ...
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: Any = 0,
    reduction: str = 'mean',
    zero_infinity: _bool = False,
) -> Tensor: ...
def dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor: ...
def dropout1d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor: ...
def dropout2d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor: ...
def dropout3d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor: ...
def elu(input: Tensor, alpha: Any = 1.0, inplace: _bool = False) -> Tensor: ...
def elu_(input: Tensor, alpha: Any = 1.0) -> Tensor: ...
def embedding(
    input: Tensor,
    weight: Any,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2.0,
    scale_grad_by_freq: _bool = False,
    sparse: _bool = False,
) -> Tensor: ...
def embedding_bag(
    input: Tensor,
    weight: Any,
    offsets: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2,
    scale_grad_by_freq: _bool = False,
    mode: str = 'mean',
    sparse: _bool = False,
    per_sample_weights: Any = None,
    include_last_offset: _bool = False,
    padding_idx: Any = None,
) -> Tensor: ...
def feature_alpha_dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor: ...
def fold(
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor: ...
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor: ...
def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor: ...
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor: ...
def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor: ...
def gaussian_nll_loss(
    input: Tensor,
    target: Any,
    var: Any,
    full: _bool = False,
    eps: Any = 1e-06,
    reduction: str = 'mean',
) -> Tensor: ...
def gelu(input: Tensor, *, approximate: str = 'none', out: Any = None) -> Tensor: ...
def glu(input: Tensor, dim: Any = -1) -> Tensor: ...
def grid_sample(
    input: Tensor,
    grid: Any,
    mode: str = 'bilinear',
    padding_mode: str = 'zeros',
    align_corners: Any = None,
) -> Tensor: ...
def group_norm(
    input: Tensor,
    num_groups: Any,
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
) -> Tensor: ...
def gumbel_softmax(
    logits: Any,
    tau: Any = 1,
    hard: _bool = False,
    eps: Any = 1e-10,
    dim: Any = -1,
) -> Tensor: ...
def hardshrink(input: Tensor, lambd: Any = 0.5, *, out: Any = None) -> Tensor: ...
def hardsigmoid(input: Tensor, inplace: _bool = False) -> Tensor: ...
def hardswish(input: Tensor, inplace: _bool = False) -> Tensor: ...
def hardtanh(
    input: Tensor,
    min_val: Any = -1.0,
    max_val: Any = 1.0,
    inplace: _bool = False,
) -> Tensor: ...
def hardtanh_(input: Tensor, min_val: Any = -1.0, max_val: Any = 1.0) -> Tensor: ...
def hinge_embedding_loss(
    input: Tensor,
    target: Any,
    margin: Any = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def huber_loss(
    input: Tensor,
    target: Any,
    reduction: str = 'mean',
    delta: Any = 1.0,
    weight: Any = None,
) -> Tensor: ...
def instance_norm(
    input: Tensor,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: _bool = True,
    momentum: Any = 0.1,
    eps: Any = 1e-05,
) -> Tensor: ...
def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = 'nearest',
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: _bool = False,
) -> Tensor: ...
def kl_div(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    log_target: _bool = False,
) -> Tensor: ...
def l1_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    weight: Any = None,
) -> Tensor: ...
def layer_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
) -> Tensor: ...
def leaky_relu(input: Tensor, negative_slope: Any = 0.01, inplace: _bool = False) -> Tensor: ...
def leaky_relu_(input: Tensor, negative_slope: Any = 0.01) -> Tensor: ...
def linear(input: Tensor, weight: Any, bias: Any = None, *, out: Any = None) -> Tensor: ...
def linear_cross_entropy(
    input: Tensor,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = 'mean',
    ignore_index: Any = None,
    label_smoothing: Any = 0.0,
    options: Any = None,
) -> Tensor: ...
def local_response_norm(
    input: Tensor,
    size: Any,
    alpha: Any = 0.0001,
    beta: Any = 0.75,
    k: Any = 1.0,
) -> Tensor: ...
def log_softmax(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor: ...
def logsigmoid(input: Tensor, *, out: Any = None) -> Tensor: ...
def lp_pool1d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor: ...
def lp_pool2d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor: ...
def lp_pool3d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor: ...
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any: ...
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor: ...
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any: ...
def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor: ...
def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any: ...
def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor: ...
def max_unpool1d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor: ...
def max_unpool2d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor: ...
def max_unpool3d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor: ...
def mish(input: Tensor, inplace: _bool = False) -> Tensor: ...
def mse_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    weight: Any = None,
) -> Tensor: ...
def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: Any,
    num_heads: Any,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: Any,
    dropout_p: Any,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: _bool = True,
    key_padding_mask: Any = None,
    need_weights: _bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: _bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: _bool = True,
    is_causal: _bool = False,
) -> Tensor: ...
def multi_margin_loss(
    input: Tensor,
    target: Any,
    p: Any = 1,
    margin: Any = 1.0,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def multilabel_margin_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def native_channel_shuffle(input: Tensor, groups: Any) -> Tensor: ...
def nll_loss(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def normalize(
    input: Tensor,
    p: Any = 2.0,
    dim: Any = 1,
    eps: Any = 1e-12,
    out: Any = None,
) -> Tensor: ...
def one_hot(tensor: Any, num_classes: Any = -1) -> Tensor: ...
def pad(input: Tensor, pad: Any, mode: str = 'constant', value: Any = None) -> Tensor: ...
def pairwise_distance(
    x1: Any,
    x2: Any,
    p: Any = 2.0,
    eps: Any = 1e-06,
    keepdim: _bool = False,
) -> Tensor: ...
def pdist(input: Tensor, p: Any = 2.0) -> Tensor: ...
def pixel_shuffle(input: Tensor, upscale_factor: Any) -> Tensor: ...
def pixel_unshuffle(input: Tensor, downscale_factor: Any) -> Tensor: ...
def poisson_nll_loss(
    input: Tensor,
    target: Any,
    log_input: _bool = True,
    full: _bool = False,
    size_average: Any = None,
    eps: Any = 1e-08,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def prelu(input: Tensor, weight: Any) -> Tensor: ...
def relu(input: Tensor, inplace: _bool = False) -> Tensor: ...
def relu6(input: Tensor, inplace: _bool = False) -> Tensor: ...
def relu_(input: Tensor) -> Tensor: ...
def rms_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    eps: Any = None,
) -> Tensor: ...
def rrelu(
    input: Tensor,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor: ...
def rrelu_(
    input: Tensor,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: _bool = False,
) -> Tensor: ...
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: Any = 0.0,
    is_causal: _bool = False,
    scale: Any = None,
    enable_gqa: _bool = False,
) -> Tensor: ...
def selu(input: Tensor, inplace: _bool = False) -> Tensor: ...
def selu_(input: Tensor) -> Tensor: ...
def sigmoid(input: Tensor, *, out: Any = None) -> Tensor: ...
def silu(input: Tensor, inplace: _bool = False) -> Tensor: ...
def smooth_l1_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    beta: Any = 1.0,
) -> Tensor: ...
def soft_margin_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def softmax(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor: ...
def softmin(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor: ...
def softplus(input: Tensor, beta: Any = 1, threshold: Any = 20, *, out: Any = None) -> Tensor: ...
def softshrink(input: Tensor, lambd: Any = 0.5, *, out: Any = None) -> Tensor: ...
def softsign(input: Tensor) -> Tensor: ...
def tanh(input: Tensor, *, out: Any = None) -> Tensor: ...
def tanhshrink(input: Tensor) -> Tensor: ...
def threshold(input: Tensor, threshold: Any, value: Any, inplace: _bool = False) -> Tensor: ...
def threshold_(input: Tensor, threshold: Any, value: Any) -> Tensor: ...
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: Any = 1.0,
    p: Any = 2,
    eps: Any = 1e-06,
    swap: _bool = False,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor: ...
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Any = None,
    margin: Any = 1.0,
    swap: _bool = False,
    reduction: str = 'mean',
) -> Tensor: ...
def unfold(
    input: Tensor,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor: ...
def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = 'nearest',
    align_corners: Any = None,
) -> Tensor: ...
def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor: ...
def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor: ...
