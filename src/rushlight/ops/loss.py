"""Losses of continuous targets, for `torch.nn.functional`."""

import math
import warnings

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.losses import (
    binary_cross_entropy_,
    binary_cross_entropy_with_logits_,
    huber_loss_,
    mse_loss_,
    smooth_l1_loss_,
    soft_margin_loss_,
)
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reductions import (
    MEAN,
    NONE,
    apply_reduction,
    number_of,
    refuse_weight_gradient,
    settled_reduction,
)
from rushlight.ops.shape import common_shape
from rushlight.tape.modes import no_grad

SIZES_DIFFER = (
    "Using a target size ({0}) that is different to the input size ({1}). This will likely lead to "
    "incorrect results due to broadcasting. Please ensure they have the same size."
)
BATCHMEAN = (
    "reduction: 'mean' divides the total loss by both the batch size and the support size."
    "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
    "'mean' will be changed to behave the same as 'batchmean' in the next major release."
)


def broadcast_pair(input, target):
    """Input and target in one shape, with a warning where they had two."""
    if input.size() == target.size():
        return input, target
    warnings.warn(SIZES_DIFFER.format(target.size(), input.size()), UserWarning, stacklevel=5)
    shape = common_shape([input.shape, target.shape])
    return [t if t.shape == shape else t.expand(shape) for t in (input, target)]


def check_weight(input, weight):
    """The weights of a regression loss have the input's size."""
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def weighted_mean(losses, weight, number):
    """The losses times their weights, the mean being over the weights' sum."""
    losses = losses * weight
    if number == NONE:
        return losses
    return losses.sum() / weight.sum() if number == MEAN else losses.sum()


@public("F")
def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The squared differences of `input` and `target`.

    Args:
        reduction: 'mean', 'sum' or 'none' of the elements' losses.
        weight: a factor for each element's loss, of the input's size.

    Raises:
        ValueError: for another reduction, or weights of another size.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
        tensor(2.)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    x, t = broadcast_pair(input, target)
    if weight is None:
        return mse_loss_(x, t, number_of(reduction), 0)
    check_weight(input, weight)
    return weighted_mean((x - t) ** 2, weight, number_of(reduction))


@public("F")
def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The absolute differences of `input` and `target`.

    Args:
        reduction: 'mean', 'sum' or 'none' of the elements' losses.
        weight: a factor for each element's loss, of the input's size.

    Raises:
        ValueError: for another reduction, or weights of another size.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
        tensor(1.)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    x, t = broadcast_pair(input, target)
    losses = (x - t).abs()
    if weight is None:
        return apply_reduction(losses, number_of(reduction))
    check_weight(input, weight)
    return weighted_mean(losses, weight, number_of(reduction))


@public("F")
def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Squared differences where they are below `beta`, absolute ones above, joined smoothly.

    Raises:
        ValueError: for an unknown reduction.
        RuntimeError: `beta` is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 3.0]), torch.zeros(2))
        tensor(1.3125)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    x, t = broadcast_pair(input, target)
    if beta == 0:
        return apply_reduction((x - t).abs(), number_of(reduction))
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return smooth_l1_loss_(x, t, beta, number_of(reduction), 0)


@public("F")
def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Half the squared differences up to `delta`, growing linearly beyond.

    Raises:
        ValueError: for an unknown reduction, or weights of another size.
        RuntimeError: `delta` is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.huber_loss(torch.tensor([0.5, 3.0]), torch.zeros(2))
        tensor(1.3125)
    """
    x, t = broadcast_pair(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is None:
        return huber_loss_(x, t, delta, number_of(reduction), 0)
    check_weight(input, weight)
    return apply_reduction(huber_loss_(x, t, delta, NONE, 0) * weight, number_of(reduction))


# -- probabilities ---------------------------------------------------------------------------


@public("F")
def binary_cross_entropy(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """-(t log x + (1 - t) log(1 - x)) for probabilities `input` and targets `target`.

    Args:
        weight: a factor for each element's loss, which broadcasts to them.
        reduction: 'mean', 'sum' or 'none' of the elements' losses.

    Raises:
        ValueError: the sizes differ, or for an unknown reduction.
        RuntimeError: a probability is outside [0, 1], or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))
        tensor(0.6931)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input "
            f"size ({input.size()}) is deprecated. Please ensure they have the same "
            "size."
        )
    refuse_weight_gradient("binary_cross_entropy", weight=weight)
    if weight is not None:
        weight = weight.expand(common_shape([target.shape, weight.shape]))
    check_probabilities(input, target)
    return binary_cross_entropy_(input, target, weight, number, 0)


def check_probabilities(input, target):
    """Refuse what is no probability."""
    if input.dtype.category != dtypes.FLOAT:
        raise NotImplementedError(
            f"\"binary_cross_entropy\" not implemented for '{input.dtype.scalar_type}'"
        )
    if input.dtype is not target.dtype:
        raise RuntimeError(
            f"Found dtype {target.dtype.scalar_type} but expected {input.dtype.scalar_type}"
        )
    wrong = [first_outside(t.array) for t in (input, target)]
    if min(wrong) < input.numel():
        name = "input" if wrong[0] <= wrong[1] else "target"
        raise RuntimeError(f"all elements of {name} should be between 0 and 1")


def first_outside(array):
    """The index of the first element that is no probability; infinity when all are."""
    if array is None or ((array >= 0) & (array <= 1)).all():
        return math.inf
    return int((~((array >= 0) & (array <= 1))).argmax())


@public("F")
def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """`binary_cross_entropy` of the probabilities sigmoid(input), computed without overflow.

    Args:
        weight: a factor for each element's loss, which broadcasts to them.
        reduction: 'mean', 'sum' or 'none' of the elements' losses.
        pos_weight: a factor for the positive part of each loss, which broadcasts to them.

    Raises:
        ValueError: the sizes differ, or for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional.binary_cross_entropy_with_logits
        >>> f(torch.tensor([0.0, 0.0]), torch.tensor([0.0, 1.0]))
        tensor(0.6931)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    if target.size() != input.size():
        raise ValueError(
            f"Target size ({target.size()}) must be the same as input size ({input.size()})"
        )
    refuse_weight_gradient("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    if target.dtype.category < input.dtype.category:
        raise RuntimeError(
            f"result type {input.dtype.scalar_type} can't be cast to the desired "
            f"output type {target.dtype.scalar_type}"
        )
    if weight is not None:
        weight = weight.expand(common_shape([input.shape, weight.shape]))
    if pos_weight is not None:
        pos_weight = pos_weight.expand(common_shape([pos_weight.shape, input.shape]))
    return binary_cross_entropy_with_logits_(input, target, weight, pos_weight, number, 0)


@public("F")
def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """The pointwise Kullback-Leibler divergence of log-probabilities `input` from `target`.

    Args:
        reduction: 'batchmean' (what the definition says), 'mean', 'sum' or 'none'.
        log_target: are the targets logarithms too?

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> p = torch.tensor([[0.5, 0.5]])
        >>> torch.nn.functional.kl_div(p.log(), p, reduction="batchmean")
        tensor(0.)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    if reduction == "mean":
        warnings.warn(BATCHMEAN, UserWarning, stacklevel=4)
    number = number_of("sum" if reduction == "batchmean" else reduction)
    as_tensor_argument("kl_div", "input", 1, input)
    as_tensor_argument("kl_div", "target", 2, target)
    check_divergence(input, target)
    losses = (
        target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    )
    out = apply_reduction(losses, number)
    return out / input.shape[0] if reduction == "batchmean" and input.dim() else out


def check_divergence(*tensors):
    """The divergence is for real floating numbers."""
    if any(t.dtype.category == dtypes.COMPLEX for t in tensors):
        raise RuntimeError("kl_div: Complex inputs not supported.")
    if any(t.dtype.category < dtypes.FLOAT for t in tensors):
        raise RuntimeError("kl_div: Integral inputs not supported.")


@public("F")
def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
    reduction="mean",
):  # fmt: skip
    """The negative log likelihood of counts `target` under Poisson distributions.

    Args:
        input: the distributions' rates, or with `log_input` the rates' logarithms.
        full: add Stirling's approximation of log(target!) for targets above 1.
        eps: keeps the logarithm of a rate of 0 finite.

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.poisson_nll_loss(torch.zeros(2), torch.tensor([1.0, 2.0]))
        tensor(1.)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(str(reduction) + " is not a valid value for reduction")
    as_tensor_argument("poisson_nll_loss", "target", 2, target)
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        losses = losses + stirling.masked_fill(target <= 1, 0)
    return apply_reduction(losses, number_of(reduction))


@public("F")
def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """The negative log likelihood of `target` under Gaussians of means `input`, variances `var`.

    Args:
        var: of the input's size, or with one dim of 1, or without the last; or a number.
        full: add the constant log(2 pi) / 2.
        eps: variances below it count as `eps`, with the gradient of what they are.

    Raises:
        ValueError: a variance is negative or `var` of a wrong size; an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.gaussian_nll_loss(torch.zeros(2), torch.ones(2), torch.ones(2))
        tensor(0.5000)
    """
    var = fitted_variance(input, var)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    if any_negative(var):
        raise ValueError("var has negative entry/entries")
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return apply_reduction(losses, number_of(reduction))


def fitted_variance(input, var):
    """The variances as a tensor that broadcasts to the input."""
    if isinstance(var, (int, float)):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        return input.new_ones(input.shape) * var
    if var.size() == input.size():
        return var
    if input.size()[:-1] == var.size():
        return var.unsqueeze(-1)
    if input.dim() == var.dim():
        others = [m for n, m in zip(input.size(), var.size(), strict=True) if n != m]
        if others == [1]:  # one dim that broadcasts
            return var
    raise ValueError("var is of incorrect size")


def any_negative(t):
    """Is an element negative? Not asked inside transforms, where nobody knows."""
    return bool((t < 0).any()) if t.array is not None else False


@public("F")
def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input)) for targets 1 and -1.

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.soft_margin_loss(torch.zeros(2), torch.tensor([1.0, -1.0]))
        tensor(0.6931)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    as_tensor_argument("soft_margin_loss", "input", 1, input)
    as_tensor_argument("soft_margin_loss", "target", 2, target)
    refuse_weight_gradient("soft_margin_loss", target=target)
    if input.dtype.category < dtypes.FLOAT:
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {input.dtype.scalar_type}"
        )
    if target.shape != input.shape:
        shape = common_shape([input.shape, target.shape])
        if shape != input.shape:
            raise RuntimeError(
                f"output with shape {list(input.shape)} doesn't match the broadcast "
                f"shape {list(shape)}"
            )
        target = target.expand(shape)
    return soft_margin_loss_(input, target.to(input.dtype), number, 0)


@public("F")
def hinge_embedding_loss(
    input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"
):
    """The input where the target is 1, max(0, margin - input) where it is -1.

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional.hinge_embedding_loss
        >>> f(torch.tensor([0.5, 0.2]), torch.tensor([1, -1]), reduction="none")
        tensor([0.5000, 0.8000])
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    as_tensor_argument("hinge_embedding_loss", "input", 1, input)
    as_tensor_argument("hinge_embedding_loss", "target", 2, target)
    zero = input.new_zeros(())
    where = namespaces["torch"]["where"]
    far = where(target != 1, (margin - input).clamp_min(0), zero)
    return apply_reduction(far + where(target != -1, input, zero), number)
