"""Cross entropy of scores that are linear in the input: all at once, or some rows at a time."""

import warnings
from dataclasses import dataclass

from rushlight.kernels import dtypes
from rushlight.kernels.numbers import word
from rushlight.ops.classification import cross_entropy
from rushlight.ops.families import Operation, numel
from rushlight.ops.join import cat
from rushlight.ops.linear import linear
from rushlight.ops.publish import public
from rushlight.ops.recurrent import gradients_through
from rushlight.tape.modes import no_grad

POLICIES = ("auto", "accurate", "balanced", "compact")
HALVES = (dtypes.float16, dtypes.bfloat16)
WIDTHS = (None, *HALVES, dtypes.float32, dtypes.float64)


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How `linear_cross_entropy` goes through its rows, so that not all scores exist at a time.

    Args:
        allow_retain_graph: accepted; gradients are computed in `backward`, which can be repeated.
        batch_chunk_size: how many rows at a time; all if None and there is no method.
        chunking_method: "auto", "aspect_ratio" (the scores of a chunk take as much memory as the
            input) or "aspect_ratio:N", an N-th of that.
        acc_policy: accepted; what is of two bytes is computed in float32.
        acc_dtype: None, that of the input, or float32 for float16 and bfloat16.

    Raises:
        ValueError: for values other than these.
    """

    __module__ = "rushlight.nn.modules.linear_cross_entropy_options"

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: dtypes.dtype | None = None

    def __post_init__(self):
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor))):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in WIDTHS:
            allowed = ", ".join(map(str, WIDTHS))
            raise ValueError(
                f"acc_dtype must be one of {{{allowed}}}, got {self.acc_dtype!r}. Pass "
                "acc_dtype=None to let the op pick automatically."
            )


@public("F")
def linear_cross_entropy(
    input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean",
    ignore_index=None, label_smoothing=0.0, options=None,
):  # fmt: skip
    """`cross_entropy(linear(input, linear_weight, linear_bias), target)`.

    Args:
        input: N x in_features, or in_features.
        linear_weight: C x d1 x ... x in_features.
        target: class indices, N x d1 x ...; or probabilities, N x C x d1 x ...
        linear_bias: C x d1 x ...
        weight, reduction, label_smoothing: as in `cross_entropy`.
        ignore_index: a class that does not count; -100 if None.
        options: `nn.LinearCrossEntropyOptions`, to have the scores of some rows at a time only.

    Raises:
        RuntimeError: the shapes do not fit, or an index to ignore beside probabilities.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional.linear_cross_entropy
        >>> f(torch.zeros(2, 3), torch.ones(4, 3), torch.tensor([0, 3]))
        tensor(1.3863)
    """
    check_shapes(input, linear_weight, linear_bias)
    inner = tuple(linear_weight.shape[1:-1])
    shape = (*input.shape[:-1], linear_weight.shape[0], *inner)
    if target.shape == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignored = -100 if ignore_index is None else ignore_index
    if options is not None:
        given = reduction, label_smoothing, target.dtype, inner
        if reduction in ("mean", "sum", "none") and given[1:] == (0, dtypes.int64, ()):
            if input.dim() == 2:
                return chunked(
                    input, linear_weight, target, linear_bias, weight, reduction, ignored, options
                )
            return chunked(
                input.unsqueeze(0), linear_weight, target.unsqueeze(0), linear_bias, weight,
                reduction, ignored, options,
            ).squeeze(0)  # fmt: skip
        warn_of_options(*given, linear_bias)
    if inner:
        linear_weight = linear_weight.reshape(numel(shape[1:]), -1)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    scores = linear(input, linear_weight, linear_bias).reshape(shape)
    return cross_entropy(
        scores, target, weight, ignore_index=ignored, reduction=reduction,
        label_smoothing=label_smoothing,
    )  # fmt: skip


def check_shapes(input, weight, bias):
    if not 1 <= input.dim() <= 2:
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if weight.dim() < 2:
        raise RuntimeError(
            f"expected linear_weight with dimensionality at least 2, got {weight.dim()}"
        )
    sizes = tuple(weight.shape)
    features = input.shape[-1]
    if features != sizes[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{features} and {sizes[-1]}, respectively"
        )
    if bias is not None and bias.shape != sizes[:-1]:
        raise RuntimeError(f"expected linear_bias shape {sizes[:-1]}, got {tuple(bias.shape)}")
    if len(sizes) > 2 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {sizes} requires batched input, "
            f"(N, {features}), got unbatched input with shape {tuple(input.shape)}"
        )


def warn_of_options(reduction, smoothing, dtype, inner, bias):
    shape = None if bias is None else tuple(bias.shape)
    warnings.warn(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in "
        "{'mean','sum','none'}, label_smoothing == 0, target.dtype == int64, out_features == (). "
        f"Got reduction={reduction!r}, label_smoothing={smoothing}, target.dtype={dtype}, "
        f"out_features={inner}, tracing=False, linear_bias.shape={shape}.",
        stacklevel=3,
    )


def chunk_size(options, rows, features, classes, dtype):
    """How many rows at a time, at least one."""
    width = options.acc_dtype
    LinearCrossEntropyOptions(acc_dtype=width or dtype)  # refuses inputs of other dtypes
    if width not in (None, dtype) and not (dtype in HALVES and width is dtypes.float32):
        raise RuntimeError(
            "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but "
            f"got {width} acc_dtype and {dtype} inputs."
        )
    given, method = options.batch_chunk_size, options.chunking_method
    if method == "auto":
        usual = "aspect_ratio" if dtype in HALVES else "aspect_ratio:2"
        method = None if given else usual
    if method is None:
        return max(1, min(given or rows, rows))
    target = -(-rows // -(-classes // features))
    size = min((1 << (target - 1).bit_length()) // int(method[13:] or 1), rows)
    if given not in (None, size):
        raise ValueError(
            f"batch_chunk_size (={given}) and chunking_method ('{method}') give different "
            f"chunk sizes ({given} vs {size}); pass only one."
        )
    return max(1, size)


def chunked(input, linear_weight, target, bias, weight, reduction, ignored, options):
    """The loss of a matrix of inputs, by chunks of its rows."""
    rows, classes = input.shape[0], linear_weight.shape[0]
    size = chunk_size(options, rows, input.shape[1], classes, input.dtype)
    if input.dtype is not linear_weight.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{word(input.dtype)} != {word(linear_weight.dtype)}"
        )
    for start in range(0, rows, size):
        n = min(size, rows - start)
        if start + n > target.shape[0]:
            raise RuntimeError(
                f"start ({start}) + length ({n}) exceeds dimension size ({target.shape[0]})."
            )
    with no_grad():
        kept = target != ignored
        index = target * kept
        wrong = index[(index < 0) | (index >= classes)]
        if wrong.numel() and weight is None:
            raise RuntimeError(
                f"index {wrong[0]} is out of bounds for dimension 1 with size {classes}"
            )
        if wrong.numel() or (weight is not None and (index >= weight.numel()).any()):
            raise IndexError("index out of range in self")
        factors = kept if weight is None else weight[index] * kept
    losses = row_losses(input, linear_weight, bias, target, weight, ignored, size)
    if reduction == "none":
        return losses.to(input.dtype)
    total = losses.sum()
    return (total / factors.sum() if reduction == "mean" else total).to(input.dtype)


def by_rows(x, w, bias, target, weight, ignored):
    """Losses of some rows, those of two bytes computed in float32."""
    x, w, bias, weight = [
        t if t is None or t.dtype not in HALVES else t.float() for t in (x, w, bias, weight)
    ]
    bias = bias if bias is None else bias.to(x.dtype)
    weight = weight if weight is None else weight.to(x.dtype)
    return cross_entropy(linear(x, w, bias), target, weight, ignore_index=ignored, reduction="none")


class row_losses(Operation):
    """The losses of all rows; scores are there for `size` rows at a time, here and in backward."""

    tensors = 5
    differentiable = 3
    places = None
    lift = None

    def compute(self, inputs, params):
        x, w, bias, target, weight = inputs
        *given, size = params
        with no_grad():
            parts = [
                by_rows(a, w, bias, t, weight, *given)
                for a, t in zip(x.split(size), target.split(size), strict=False)
            ]
            return cat(parts, 0).array

    def forward(x, w, bias, target, weight, ignored, size):
        raise AssertionError("computed on tensors")

    def vjp(g, x, w, bias, target, weight, ignored, size, need):
        sums = [None, None, None]
        parts = []
        for a, t, part in zip(x.split(size), target.split(size), g.split(size), strict=False):
            found = gradients_through(
                lambda *seen, t=t: [by_rows(*seen, t, weight, ignored)], (a, w, bias), [part], need
            )
            parts.append(found[0])
            for i in (1, 2):
                if need[i]:
                    sums[i] = found[i] if sums[i] is None else sums[i] + found[i]
        return (cat(parts, 0) if need[0] else None, *sums[1:])
