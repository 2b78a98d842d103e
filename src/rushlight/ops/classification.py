"""Losses of classes, for `torch.nn.functional`."""

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.losses import (
    multi_margin_loss_,
    multilabel_margin_loss_,
    nll_loss_,
    nll_loss_2d,
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
from rushlight.ops.softmax import log_softmax_, normalised
from rushlight.tape.core import plain


@public("F", quick=nll_loss_)
def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None,
    reduction="mean",
):  # fmt: skip
    """Minus the log-probabilities `input` of the target classes.

    Args:
        input: N x C, C, or N x C x d1 x ...
        target: class indices, of the input's shape without C.
        weight: a factor for each class; the mean is over the weights' sum.
        ignore_index: a target whose loss is 0 and does not count.

    Raises:
        ValueError: the batch sizes differ, or for an unknown reduction.
        IndexError: a class does not exist.

    Example:
        >>> import rushlight as torch
        >>> scores = torch.tensor([[-1.0, -2.0], [-3.0, -4.0]])
        >>> torch.nn.functional.nll_loss(scores, torch.tensor([0, 1]))
        tensor(2.5000)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    as_tensor_argument("nll_loss_nd", "input", 1, input)
    as_tensor_argument("nll_loss_nd", "target", 2, target)
    return class_loss(input, target, weight, number_of(reduction), ignore_index)


def class_loss(input, target, weight, number, ignore_index):
    """`nll_loss` of checked reduction, by the input's rank."""
    n = input.dim()
    if n == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if n != 1 and (target.dim() == 0 or input.shape[0] != target.shape[0]):
        found = target.shape[0] if target.dim() else 0
        raise ValueError(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({found})."
        )
    refuse_weight_gradient("nll_loss_forward", weight=weight)
    if n <= 2:
        check_flat_target(input, target, weight)
        if n == 1 and target.dim() == 1:
            target = target.reshape(())
        return nll_loss_(input, target, weight, ignore_index, number, n - 1, 0)
    if n == 4:
        return image_loss(input, target, weight, number, ignore_index)
    return reshaped_loss(input, target, weight, number, ignore_index)


def check_flat_target(input, target, weight):
    """Refuse targets and weights that do not fit scores N x C or C."""
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    classes = input.shape[-1]
    check_dtypes(input, target, weight)
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight.shape)}"
        )


def check_dtypes(input, target, weight):
    """Refuse targets that are no indices, and scores or weights that are no scores."""
    if target.dtype not in (dtypes.int64, dtypes.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {target.dtype.scalar_type}"
        )
    if input.dtype.category != dtypes.FLOAT:
        raise NotImplementedError(
            f"\"nll_loss_out_frame\" not implemented for '{input.dtype.scalar_type}'"
        )
    if weight is not None and weight.dtype is not input.dtype:
        raise RuntimeError(
            f"expected scalar type {input.dtype.scalar_type} but found {weight.dtype.scalar_type}"
        )


def image_loss(input, target, weight, number, ignore_index):
    """Scores N x C x H x W."""
    if target.dim() != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets "
            f"of dimension: {target.dim()}"
        )
    if target.shape != (input.shape[0], *input.shape[2:]):
        raise RuntimeError(
            f"size mismatch (got input: {list(input.shape)} , target: {list(target.shape)}"
        )
    check_dtypes(input, target, weight)
    if weight is not None and weight.numel() != input.shape[1]:
        raise RuntimeError("weight tensor should be defined either for all or no classes")
    return nll_loss_2d(input, target, weight, ignore_index, number, 1, 0)


def reshaped_loss(input, target, weight, number, ignore_index):
    """Scores of any other rank, seen as images."""
    shape = (input.shape[0], *input.shape[2:])
    if target.shape != shape:
        raise RuntimeError(f"Expected target size {list(shape)}, got {list(target.shape)}")
    pixels = 1
    for n in input.shape[2:]:
        pixels *= n
    images = input.contiguous().view(input.shape[0], input.shape[1], 1, pixels)
    labels = target.contiguous().view(input.shape[0], 1, pixels)
    out = image_loss(images, labels, weight, number, ignore_index)
    return out.view(shape) if number == NONE else out


@public("F")
def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None,
    reduction="mean", label_smoothing=0.0,
):  # fmt: skip
    """The cross entropy between the softmax of `input` over its classes and `target`.

    Args:
        input: unnormalised scores: N x C, C, or N x C x d1 x ...
        target: class indices, of the input's shape without C; or probabilities in its shape.
        weight: a factor for each class; the mean is over the weights' sum.
        ignore_index: an index whose loss is 0 and does not count.
        label_smoothing: how much of each target is spread evenly over all classes, in [0, 1].

    Raises:
        ValueError: the batch sizes differ, or for an unknown reduction.
        IndexError: a class does not exist.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3]))
        tensor(1.3863)
    """
    usual = weight is size_average is reduce is None and ignore_index == -100
    usual = usual and reduction == "mean" and label_smoothing == 0
    if usual and plain(input) and plain(target) and is_matrix_of_scores(input, target):
        return namespaces["F"]["nll_loss"](input.log_softmax(1), target)
    reduction = settled_reduction(size_average, reduce, reduction)
    number = number_of(reduction)
    as_tensor_argument("cross_entropy_loss", "input", 1, input)
    as_tensor_argument("cross_entropy_loss", "target", 2, target)
    if input.shape == target.shape:
        return probability_loss(input, target, weight, number, ignore_index, label_smoothing)
    scores = normalised(log_softmax_, "log_softmax", input, 0 if input.dim() == 1 else 1, None)
    if label_smoothing > 0:
        return smoothed_loss(scores, target, weight, number, ignore_index, label_smoothing)
    check_smoothing(label_smoothing)
    return class_loss(scores, target, weight, number, ignore_index)


def is_matrix_of_scores(input, target):
    """N x C scores and N classes?"""
    return input.dim() == 2 and target.dim() == 1 and input.dtype.category == dtypes.FLOAT


def check_smoothing(amount):
    if not 0 <= amount <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {amount}")


def probability_loss(input, target, weight, number, ignore_index, label_smoothing):
    """Cross entropy with targets that are probabilities."""
    if not (target.dtype.is_floating_point or target.dtype.is_complex):
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got "
            f"{target.dtype.scalar_type}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    dim = 0 if input.dim() == 1 else 1
    classes = input.shape[dim]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or "
            f"no classes but got weight tensor of shape: {list(weight.shape)}"
        )
    check_smoothing(label_smoothing)
    scores = normalised(log_softmax_, "log_softmax", input, dim, None)
    if label_smoothing > 0:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    losses = scores * target
    if weight is not None:
        losses = losses * along(weight, dim, input.dim())
    if number == NONE:
        return -losses.sum(dim)
    total = -losses.sum()
    return total / max(input.numel() / classes, 0) if number == MEAN else total


def along(weight, dim, ndim):
    """One number per class, ready to multiply scores."""
    return weight.view([-1 if d == dim else 1 for d in range(ndim)])


def smoothed_loss(scores, target, weight, number, ignore_index, amount):
    """Cross entropy with part of each target spread evenly over the classes."""
    check_smoothing(amount)
    dim = 0 if scores.dim() == 1 else 1
    classes = scores.shape[dim]
    nll = class_loss(scores, target, weight, number, ignore_index)
    per_class = scores if weight is None else scores * along(weight, dim, scores.dim())
    ignored = target == ignore_index
    losses = (-per_class.sum(dim)).masked_fill(ignored.reshape(per_class.sum(dim).shape), 0)
    if number == NONE:
        smooth = losses
    elif number != MEAN:
        smooth = losses.sum()
    elif weight is None:
        smooth = losses.sum() / (~ignored).sum()
    else:
        held = weight.gather(0, target.masked_fill(ignored, 0).flatten())
        smooth = losses.sum() / held.masked_fill(ignored.flatten(), 0).sum()
    return nll * (1 - amount) + smooth * (amount / classes)


@public("F")
def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """The mean over wrong classes i of w_y max(0, margin - x_y + x_i)^p, y the right class.

    Args:
        input: scores, N x C or C.
        target: class indices, N or one.
        p: 1 or 2.
        weight: a factor for each class.

    Raises:
        ValueError: `p` is another number, or for an unknown reduction.
        RuntimeError: the sizes do not fit or a class does not exist.

    Example:
        >>> import rushlight as torch
        >>> scores = torch.tensor([[0.1, 0.2, 0.4, 0.8]])
        >>> torch.nn.functional.multi_margin_loss(scores, torch.tensor([3]))
        tensor(0.3250)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    x = rows_of(input)
    check_multi_margin(x, target, weight, input)
    if input.dim() < 2:
        target = target.reshape(())
        x = input.reshape(x.shape[-1])
    return multi_margin_loss_(x, target, weight, p, margin, number, 0)


def rows_of(input):
    """Scores as one row per sample."""
    if input.dim() > 2 or (input.numel() == 0 and not (input.dim() == 2 and input.shape[1])):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, "
            f"but got: {list(input.shape)}"
        )
    return input if input.dim() == 2 else input.reshape(1, input.numel())


def check_multi_margin(x, target, weight, input):
    """Refuse targets and weights that do not fit."""
    n, classes = x.shape
    if target.dim() > 1 or target.numel() != n:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples (batch size). Expected target size [{n}], but got "
            f"{list(target.shape)}. Input has shape {list(input.shape)}."
        )
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.shape)}"
        )
    if target.dtype is not dtypes.int64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.scalar_type}")
    if any_outside(target, 0, classes):
        raise RuntimeError("target out of range")


def any_outside(target, low, high):
    """Is an index outside [low, high)? Not asked inside transforms, where nobody knows."""
    indices = target.array
    return indices is not None and bool(((indices < low) | (indices >= high)).any())


@public("F")
def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """The mean over classes of the sums of max(0, 1 - x_y + x_i): y a target class, i none.

    Args:
        input: scores, N x C or C.
        target: class indices in the input's shape; a row's targets end at its first -1.

    Raises:
        ValueError: for an unknown reduction.
        RuntimeError: the sizes do not fit or a class does not exist.

    Example:
        >>> import rushlight as torch
        >>> scores = torch.tensor([[0.1, 0.2, 0.4, 0.8]])
        >>> torch.nn.functional.multilabel_margin_loss(scores, torch.tensor([[3, 0, -1, 1]]))
        tensor(0.8500)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    x = rows_of(input)
    if target.shape != input.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    if target.dtype is not dtypes.int64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.scalar_type}")
    if any_outside(target, -1, x.shape[1]):
        raise RuntimeError("argument #2 'target' is out of range")
    if input.dim() == 0:
        input, target = input.reshape(1), target.reshape(1)
    return multilabel_margin_loss_(input, target, number, 0)


@public("F")
def multilabel_soft_margin_loss(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """The mean over classes of the cross entropies of sigmoid(input) and targets 0 or 1.

    Args:
        weight: a factor for each class.

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional.multilabel_soft_margin_loss
        >>> f(torch.zeros(1, 2), torch.tensor([[0.0, 1.0]]))
        tensor(0.6931)
    """
    reduction = settled_reduction(size_average, reduce, reduction)
    log_sigmoid = namespaces["F"]["logsigmoid"]
    losses = -(target * log_sigmoid(input) + (1 - target) * log_sigmoid(-input))
    if weight is not None:
        losses = losses * weight
    losses = losses.sum(-1) / input.shape[-1]
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    return apply_reduction(losses, number_of(reduction))
