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

def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The means of `output_size` windows that divide the last dim as evenly as can be."""
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of windows that divide the last two dims as evenly as can be."""
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The means of windows that divide the last three dims as evenly as can be."""
def adaptive_max_pool1d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """The largest elements of `output_size` windows that divide the last dim evenly."""
def adaptive_max_pool1d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """`adaptive_max_pool1d` with `return_indices`."""
def adaptive_max_pool2d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """The largest elements of windows that divide the last two dims as evenly as can be."""
def adaptive_max_pool2d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """`adaptive_max_pool2d` with `return_indices`."""
def adaptive_max_pool3d(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """The largest elements of windows that divide the last three dims as evenly as can be."""
def adaptive_max_pool3d_with_indices(
    input: Tensor,
    output_size: Any,
    return_indices: _bool = False,
) -> Tensor:
    """`adaptive_max_pool3d` with `return_indices`."""
def affine_grid(theta: Any, size: Any, align_corners: Any = None) -> Tensor:
    """The grid for `grid_sample` that applies an affine map."""
def alpha_dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor:
    """Dropout that keeps mean and variance of a SELU's outputs."""
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: _bool = False,
    count_include_pad: _bool = True,
) -> Tensor:
    """The means of windows that slide over the last dim."""
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
) -> Tensor:
    """The means of windows that slide over the last two dims."""
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
) -> Tensor:
    """The means of windows that slide over the last three dims."""
def batch_norm(
    input: Tensor,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: _bool = False,
    momentum: Any = 0.1,
    eps: Any = 1e-05,
) -> Tensor:
    """Each channel (dim 1) standardised over all other dims, times `weight` plus `bias`."""
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """`input1^T weight[o] input2 + bias[o]` for each o, over the last dims of the inputs."""
def binary_cross_entropy(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)) for probabilities `input` and targets `target`."""
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    pos_weight: Any = None,
) -> Tensor:
    """`binary_cross_entropy` of the probabilities sigmoid(input), computed without overflow."""
def celu(input: Tensor, alpha: Any = 1.0, inplace: _bool = False) -> Tensor:
    """`max(0, input) + min(0, alpha * (exp(input / alpha) - 1))`, elementwise."""
def celu_(input: Tensor, alpha: Any = 1.0) -> Tensor:
    """In-place version of `celu`."""
def channel_shuffle(input: Tensor, groups: Any) -> Tensor:
    """The channels (dim 1) of `input`, in groups, dealt out: the groups' first ones come first."""
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
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1."""
def cosine_similarity(x1: Any, x2: Any, dim: Any = 1, eps: Any = 1e-08) -> Tensor:
    """The cosine of the angle between vectors along `dim`."""
def cross_entropy(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: str = 'mean',
    label_smoothing: Any = 0.0,
) -> Tensor:
    """The cross entropy between the softmax of `input` over its classes and `target`."""
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: Any = 0,
    reduction: str = 'mean',
    zero_infinity: _bool = False,
) -> Tensor:
    """The CTC loss of frames' log-probabilities and sequences of labels."""
def dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor:
    """Set elements to zero with probability `p` and divide the others by `1 - p`."""
def dropout1d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor:
    """Dropout of whole channels of N x C x L or C x L."""
def dropout2d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor:
    """Dropout of whole channels, dim 1 of N x C x H x W."""
def dropout3d(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = True,
    inplace: _bool = False,
) -> Tensor:
    """Dropout of whole channels of N x C x D x H x W or C x D x H x W."""
def elu(input: Tensor, alpha: Any = 1.0, inplace: _bool = False) -> Tensor:
    """`input` above zero, `alpha * (exp(input) - 1)` below, elementwise."""
def elu_(input: Tensor, alpha: Any = 1.0) -> Tensor:
    """In-place version of `elu`."""
def embedding(
    input: Tensor,
    weight: Any,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2.0,
    scale_grad_by_freq: _bool = False,
    sparse: _bool = False,
) -> Tensor:
    """The rows of `weight` whose numbers stand in `input`."""
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
) -> Tensor:
    """Rows of `weight` whose numbers stand in `input`, reduced bag by bag."""
def feature_alpha_dropout(
    input: Tensor,
    p: Any = 0.5,
    training: _bool = False,
    inplace: _bool = False,
) -> Tensor:
    """`alpha_dropout` of whole channels, dim 1 of the input."""
def fold(
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """Images from columns, as `unfold` makes them of patches; where patches overlap they add up."""
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor:
    """The largest elements of windows over the last two dims, at random distances of two lengths."""
def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor:
    """`fractional_max_pool2d` with `return_indices`."""
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor:
    """The largest elements of windows over the last three dims, at random distances."""
def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: _bool = False,
    _random_samples: Any = None,
) -> Tensor:
    """`fractional_max_pool3d` with `return_indices`."""
def gaussian_nll_loss(
    input: Tensor,
    target: Any,
    var: Any,
    full: _bool = False,
    eps: Any = 1e-06,
    reduction: str = 'mean',
) -> Tensor:
    """The negative log likelihood of `target` under Gaussians of means `input`, variances `var`."""
def gelu(input: Tensor, *, approximate: str = 'none', out: Any = None) -> Tensor:
    """`input` times the standard normal distribution's probability of being below it."""
def glu(input: Tensor, dim: Any = -1) -> Tensor:
    """The gated linear unit: the first half along `dim` times the sigmoid of the second."""
def grid_sample(
    input: Tensor,
    grid: Any,
    mode: str = 'bilinear',
    padding_mode: str = 'zeros',
    align_corners: Any = None,
) -> Tensor:
    """`input` read at the places that `grid` holds."""
def group_norm(
    input: Tensor,
    num_groups: Any,
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
) -> Tensor:
    """Each sample standardised over groups of its channels, times `weight` plus `bias`."""
def gumbel_softmax(
    logits: Any,
    tau: Any = 1,
    hard: _bool = False,
    eps: Any = 1e-10,
    dim: Any = -1,
) -> Tensor:
    """A sample of the softmax of `logits` with Gumbel noise, at temperature `tau`."""
def hardshrink(input: Tensor, lambd: Any = 0.5, *, out: Any = None) -> Tensor:
    """`input` outside `[-lambd, lambd]`, 0 inside, elementwise."""
def hardsigmoid(input: Tensor, inplace: _bool = False) -> Tensor:
    """`relu6(input + 3) / 6`, elementwise."""
def hardswish(input: Tensor, inplace: _bool = False) -> Tensor:
    """`input * relu6(input + 3) / 6`, elementwise."""
def hardtanh(
    input: Tensor,
    min_val: Any = -1.0,
    max_val: Any = 1.0,
    inplace: _bool = False,
) -> Tensor:
    """`input` limited to `[min_val, max_val]`, elementwise; no gradient at the limits."""
def hardtanh_(input: Tensor, min_val: Any = -1.0, max_val: Any = 1.0) -> Tensor:
    """In-place version of `hardtanh`."""
def hinge_embedding_loss(
    input: Tensor,
    target: Any,
    margin: Any = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """The input where the target is 1, max(0, margin - input) where it is -1."""
def huber_loss(
    input: Tensor,
    target: Any,
    reduction: str = 'mean',
    delta: Any = 1.0,
    weight: Any = None,
) -> Tensor:
    """Half the squared differences up to `delta`, growing linearly beyond."""
def instance_norm(
    input: Tensor,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: _bool = True,
    momentum: Any = 0.1,
    eps: Any = 1e-05,
) -> Tensor:
    """Each channel of each sample standardised, times `weight` plus `bias`."""
def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = 'nearest',
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: _bool = False,
) -> Tensor:
    """`input` with all dims after the first two made longer or shorter."""
def kl_div(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    log_target: _bool = False,
) -> Tensor:
    """The pointwise Kullback-Leibler divergence of log-probabilities `input` from `target`."""
def l1_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    weight: Any = None,
) -> Tensor:
    """The absolute differences of `input` and `target`."""
def layer_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-05,
) -> Tensor:
    """The input standardised over its last dims, times `weight` plus `bias`."""
def leaky_relu(input: Tensor, negative_slope: Any = 0.01, inplace: _bool = False) -> Tensor:
    """`input` above zero, `negative_slope * input` below, elementwise."""
def leaky_relu_(input: Tensor, negative_slope: Any = 0.01) -> Tensor:
    """In-place version of `leaky_relu`."""
def linear(input: Tensor, weight: Any, bias: Any = None, *, out: Any = None) -> Tensor:
    """`input @ weight.T + bias`, for the last dim of the input."""
def local_response_norm(
    input: Tensor,
    size: Any,
    alpha: Any = 0.0001,
    beta: Any = 0.75,
    k: Any = 1.0,
) -> Tensor:
    """Each element over (k + alpha * mean of squares of `size` neighbouring channels) ** beta."""
def log_softmax(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor:
    """`torch.log_softmax`; without `dim`, a guess and a warning."""
def logsigmoid(input: Tensor, *, out: Any = None) -> Tensor:
    """`log(sigmoid(input))`, elementwise, without overflow."""
def lp_pool1d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor:
    """The p-norms of windows that slide over the last dim, for p = `norm_type`."""
def lp_pool2d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor:
    """The p-norms of windows that slide over the last two dims, for p = `norm_type`."""
def lp_pool3d(
    input: Tensor,
    norm_type: Any,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: _bool = False,
) -> Tensor:
    """The p-norms of windows that slide over the last three dims, for p = `norm_type`."""
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """max(0, -target (input1 - input2) + margin): target 1 wants input1 to rank higher."""
def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any:
    """The largest elements of windows that slide over the last dim."""
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor:
    """`max_pool1d` with `return_indices`."""
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any:
    """The largest elements of windows that slide over the last two dims."""
def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor:
    """`max_pool2d` with `return_indices`."""
def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Any:
    """The largest elements of windows that slide over the last three dims."""
def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: _bool = False,
    return_indices: _bool = False,
) -> Tensor:
    """`max_pool3d` with `return_indices`."""
def max_unpool1d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """`max_pool1d` undone: elements where `indices` say, zeros elsewhere."""
def max_unpool2d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """`max_pool2d` undone: elements where `indices` say, zeros elsewhere."""
def max_unpool3d(
    input: Tensor,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """`max_pool3d` undone: elements where `indices` say, zeros elsewhere."""
def mish(input: Tensor, inplace: _bool = False) -> Tensor:
    """`input * tanh(softplus(input))`, elementwise."""
def mse_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    weight: Any = None,
) -> Tensor:
    """The squared differences of `input` and `target`."""
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
) -> Tensor:
    """Attention of `num_heads` heads over projections of query, key and value, projected again."""
def multi_margin_loss(
    input: Tensor,
    target: Any,
    p: Any = 1,
    margin: Any = 1.0,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """The mean over wrong classes i of w_y max(0, margin - x_y + x_i)^p, y the right class."""
def multilabel_margin_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """The mean over classes of the sums of max(0, 1 - x_y + x_i): y a target class, i none."""
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """The mean over classes of the cross entropies of sigmoid(input) and targets 0 or 1."""
def native_channel_shuffle(input: Tensor, groups: Any) -> Tensor:
    """`channel_shuffle` under another name."""
def nll_loss(
    input: Tensor,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """Minus the log-probabilities `input` of the target classes."""
def normalize(
    input: Tensor,
    p: Any = 2.0,
    dim: Any = 1,
    eps: Any = 1e-12,
    out: Any = None,
) -> Tensor:
    """The input over its p-norm along `dim`, norms below `eps` counting as `eps`."""
def one_hot(tensor: Any, num_classes: Any = -1) -> Tensor:
    """For each class number a row of `num_classes` zeros with a one at its place, as int64."""
def pad(input: Tensor, pad: Any, mode: str = 'constant', value: Any = None) -> Tensor:
    """`input` with room around its last dims, filled as `mode` says."""
def pairwise_distance(
    x1: Any,
    x2: Any,
    p: Any = 2.0,
    eps: Any = 1e-06,
    keepdim: _bool = False,
) -> Tensor:
    """The p-norm along the last dim of `x1 - x2 + eps`."""
def pdist(input: Tensor, p: Any = 2.0) -> Tensor:
    """The p-norm distances of all pairs of rows i < j of a matrix, as one vector."""
def pixel_shuffle(input: Tensor, upscale_factor: Any) -> Tensor:
    """Channels rearranged as pixels: ... x C r^2 x H x W becomes ... x C x H r x W r."""
def pixel_unshuffle(input: Tensor, downscale_factor: Any) -> Tensor:
    """Pixels rearranged as channels: ... x C x H r x W r becomes ... x C r^2 x H x W."""
def poisson_nll_loss(
    input: Tensor,
    target: Any,
    log_input: _bool = True,
    full: _bool = False,
    size_average: Any = None,
    eps: Any = 1e-08,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """The negative log likelihood of counts `target` under Poisson distributions."""
def prelu(input: Tensor, weight: Any) -> Tensor:
    """`input` above zero, `weight * input` below; one weight for all, or one per channel (dim 1)."""
def relu(input: Tensor, inplace: _bool = False) -> Tensor:
    """`max(0, input)`, elementwise."""
def relu6(input: Tensor, inplace: _bool = False) -> Tensor:
    """`min(max(0, input), 6)`, elementwise."""
def relu_(input: Tensor) -> Tensor:
    """In-place version of `relu`."""
def rms_norm(
    input: Tensor,
    normalized_shape: _Size | Sequence[_int],
    weight: Any = None,
    eps: Any = None,
) -> Tensor:
    """The input over the root of its mean square over the last dims, times `weight`."""
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
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: Any = 0.0,
    is_causal: _bool = False,
    scale: Any = None,
    enable_gqa: _bool = False,
) -> Tensor:
    """softmax(query @ key^T * scale + mask) @ value."""
def selu(input: Tensor, inplace: _bool = False) -> Tensor:
    """`elu` scaled to keep mean 0 and variance 1 from layer to layer."""
def selu_(input: Tensor) -> Tensor:
    """In-place version of `selu`."""
def sigmoid(input: Tensor, *, out: Any = None) -> Tensor:
    """`1 / (1 + exp(-input))`, elementwise."""
def silu(input: Tensor, inplace: _bool = False) -> Tensor:
    """`input * sigmoid(input)`, elementwise."""
def smooth_l1_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
    beta: Any = 1.0,
) -> Tensor:
    """Squared differences where they are below `beta`, absolute ones above, joined smoothly."""
def soft_margin_loss(
    input: Tensor,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = 'mean',
) -> Tensor:
    """log(1 + exp(-target * input)) for targets 1 and -1."""
def softmax(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor:
    """`torch.softmax`; without `dim`, a guess and a warning."""
def softmin(
    input: Tensor,
    dim: Any = None,
    _stacklevel: Any = 3,
    dtype: _dtype | _type | None = None,
) -> Tensor:
    """The softmax of `-input`."""
def softplus(input: Tensor, beta: Any = 1, threshold: Any = 20, *, out: Any = None) -> Tensor:
    """`log(1 + exp(beta * input)) / beta`, elementwise; above `threshold` the input itself."""
def softshrink(input: Tensor, lambd: Any = 0.5, *, out: Any = None) -> Tensor:
    """`input` moved towards 0 by `lambd`, and 0 where it would cross, elementwise."""
def softsign(input: Tensor) -> Tensor:
    """`input / (1 + |input|)`, elementwise."""
def tanh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic tangent, elementwise."""
def tanhshrink(input: Tensor) -> Tensor:
    """`input - tanh(input)`, elementwise."""
def threshold(input: Tensor, threshold: Any, value: Any, inplace: _bool = False) -> Tensor:
    """`input` where it is above `threshold`, `value` elsewhere."""
def threshold_(input: Tensor, threshold: Any, value: Any) -> Tensor:
    """In-place version of `threshold`."""
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
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), with d the p-norm distance."""
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Any = None,
    margin: Any = 1.0,
    swap: _bool = False,
    reduction: str = 'mean',
) -> Tensor:
    """`triplet_margin_loss` with a distance function of the caller's."""
def unfold(
    input: Tensor,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """The patches that a kernel sees on an image, side by side as columns."""
def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = 'nearest',
    align_corners: Any = None,
) -> Tensor:
    """The old name of `interpolate`."""
def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode 'bilinear' and aligned corners."""
def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode 'nearest'."""
