"""Connectionist temporal classification, for `torch.nn.functional`.

The loss is minus the log-likelihood that the frames, each a distribution over labels and a blank,
spell the target: the sum over all paths through the target with blanks put between its labels
(A. Graves et al., 2006).  `alpha[t, s]` is the log-likelihood of the first t + 1 frames ending at
place s of that path, `beta[t, s]` that of the frames from t on that begin there.
"""

import math

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reductions import MEAN, apply_reduction, number_of
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import highest_box

WRONG_SIZE = (
    "Expected tensor to have size {0}{1} at dimension {2}, but got size {3} for argument #2 "
    "'targets' (while checking arguments for ctc_loss_allocate_outputs)"
)


@public("F")
def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean",
    zero_infinity=False,
):  # fmt: skip
    """The CTC loss of frames' log-probabilities and sequences of labels.

    Args:
        log_probs: T x N x C, or T x C for one sample.
        targets: N x S labels, padded; or all samples' labels one after the other.
        input_lengths, target_lengths: how many frames and labels each sample has.
        blank: the label that stands for none.
        reduction: 'mean' divides by the target lengths first.
        zero_infinity: samples with more labels than frames count as 0, not as infinity.

    Raises:
        RuntimeError: the lengths do not fit.
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> frames = torch.full((2, 1, 2), 0.5).log()
        >>> one = torch.tensor([1])
        >>> torch.nn.functional.ctc_loss(frames, one.view(1, 1), torch.tensor([2]), one)
        tensor(0.2877)
    """
    as_tensor_argument("ctc_loss", "log_probs", 1, log_probs)
    as_tensor_argument("ctc_loss", "targets", 2, targets)
    number = number_of(reduction)
    given = (log_probs, targets, input_lengths, target_lengths)
    hidden = tuple([t for t in given[1:] if isinstance(t, TensorBase) and t.array is None])
    if hidden:  # vmap: lengths and labels are read here, so sample by sample
        boxes = tuple([t for t in given if isinstance(t, TensorBase)])
        options = {"blank": blank, "reduction": reduction, "zero_infinity": zero_infinity}
        return highest_box(hidden).box.map(
            lambda *own: ctc_loss(*filled(given, own), **options), boxes
        )
    alone = log_probs.dim() == 2
    frames = log_probs.unsqueeze(1) if alone else log_probs
    lengths = (
        lengths_of("input_lengths", input_lengths),
        lengths_of("target_lengths", target_lengths),
    )
    check_lengths(frames, *lengths, blank)
    labels = padded(targets.long(), frames.shape[1], lengths[1])
    losses = ctc_loss_(frames, labels, *lengths, blank, zero_infinity)
    if zero_infinity:
        losses = namespaces["torch"]["where"](losses == math.inf, losses.new_zeros(()), losses)
    if number == MEAN:
        return (losses / losses.new_tensor(lengths[1]).clamp(min=1)).mean()
    losses = losses.squeeze(0) if alone else losses
    return apply_reduction(losses, number)


def filled(given, tensors):
    """The arguments with their tensors replaced, in order."""
    tensors = iter(tensors)
    return [next(tensors) if isinstance(x, TensorBase) else x for x in given]


def lengths_of(name, lengths):
    """Lengths given as a tensor or a sequence."""
    if isinstance(lengths, TensorBase):
        if lengths.dtype.category != dtypes.INT:
            raise RuntimeError(f"{name} must be integral")
        lengths = lengths.flatten().tolist()
    return tuple([int(n) for n in lengths])


def check_lengths(frames, input_lengths, target_lengths, blank):
    """Refuse lengths that the frames do not have."""
    if frames.dim() != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {frames.dim()}-dimensional tensor for "
            "argument #1 'log_probs' (while checking arguments for ctc_loss_allocate_outputs)"
        )
    if frames.dtype not in (dtypes.float32, dtypes.float64):
        raise NotImplementedError(
            f"\"ctc_loss_cpu\" not implemented for '{frames.dtype.scalar_type}'"
        )
    steps, n, classes = frames.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, found in (("input_lengths", input_lengths), ("target_lengths", target_lengths)):
        if len(found) != n:
            raise RuntimeError(f"{name} must be of size batch_size")
    if max(input_lengths, default=0) > steps:
        raise RuntimeError(
            f"Expected input_lengths to have value at most {steps}, but got value "
            f"{max(input_lengths)} (while checking arguments for ctc_loss_allocate_outputs)"
        )


def padded(targets, n, lengths):
    """Labels as N x S, whatever comes after a sample's labels."""
    longest = max(lengths, default=0)
    if targets.dim() == 1:
        if sum(lengths) != targets.shape[0]:
            raise RuntimeError(WRONG_SIZE.format("", sum(lengths), 0, targets.shape[0]))
        rows, start = targets.new_zeros((n, longest)), 0
        for i, length in enumerate(lengths):
            rows[i, :length] = targets[start : start + length]
            start += length
        return rows
    if targets.shape[0] != n:
        raise RuntimeError(WRONG_SIZE.format("", n, 0, targets.shape[0]))
    if targets.shape[1] < longest:
        raise RuntimeError(WRONG_SIZE.format("at least ", longest, 1, targets.shape[1]))
    return targets


class ctc_loss_(Operation):
    """Each sample's loss."""

    slow_batch = True
    node = "CtcLossBackward0"
    tensors = 2
    differentiable = 1
    places = None

    def forward(frames, labels, input_lengths, target_lengths, blank, zero_infinity):
        losses = np.array(
            [
                loss_of(*sample)[0]
                for sample in samples(frames, labels, input_lengths, target_lengths, blank)
            ],
            frames.dtype,
        )
        return losses

    def vjp_frames(g, frames, labels, input_lengths, target_lengths, blank, zero_infinity):
        slopes = ctc_slopes(frames, labels, input_lengths, target_lengths, blank, zero_infinity)
        return slopes * g.unsqueeze(-1)


class ctc_slopes(Operation):
    """The derivative of each loss by its frames, taken as results of a `log_softmax`."""

    tensors = 2
    places = None

    def forward(frames, labels, input_lengths, target_lengths, blank, zero_infinity):
        out = np.zeros_like(frames)
        every = samples(frames, labels, input_lengths, target_lengths, blank)
        for i, (lp, path, skips) in enumerate(every):
            loss, alpha = loss_of(lp, path, skips)
            if not len(lp) or (zero_infinity and np.isinf(loss)):
                continue
            out[: len(lp), i] = slopes_of(lp, path, skips, loss, alpha)
        return out


def samples(frames, labels, input_lengths, target_lengths, blank):
    """Each sample's frames, its path of labels and blanks, and where a blank may be skipped."""
    for i, (steps, length) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        path = np.full(2 * length + 1, blank)
        path[1::2] = labels[i, :length]
        skips = np.zeros(len(path), bool)
        skips[3::2] = path[3::2] != path[1:-2:2]
        yield frames[:steps, i].astype(np.float64), path, skips


def loss_of(lp, path, skips):
    """The loss of one sample, and its alpha."""
    alpha = forward_paths(lp[:, path], skips)
    if not len(lp):
        return (0.0 if len(path) == 1 else np.inf), alpha
    with np.errstate(all="ignore"):
        return -np.logaddexp.reduce(alpha[-1, -2:]), alpha


def forward_paths(lp, skips):
    """alpha, for log-probabilities already picked along the path."""
    alpha = np.full(lp.shape, -np.inf)
    if not len(lp):
        return alpha
    alpha[0, :2] = lp[0, :2]
    with np.errstate(all="ignore"):
        for t in range(1, len(lp)):
            before = alpha[t - 1]
            total = before.copy()
            total[1:] = np.logaddexp(total[1:], before[:-1])
            total[2:] = np.where(skips[2:], np.logaddexp(total[2:], before[:-2]), total[2:])
            alpha[t] = total + lp[t]
    return alpha


def slopes_of(lp, path, skips, loss, alpha):
    """The derivative of one sample's loss."""
    turned = np.zeros_like(skips)
    turned[2:] = skips[::-1][:-2]
    beta = forward_paths(lp[::-1, path[::-1]], turned)[::-1, ::-1]
    through = np.full(lp.shape, -np.inf)
    with np.errstate(all="ignore"):
        for s, label in enumerate(path):
            through[:, label] = np.logaddexp(through[:, label], alpha[:, s] + beta[:, s])
        return np.exp(lp) - np.exp(through + loss - lp)
