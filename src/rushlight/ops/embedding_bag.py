"""embedding_bag: rows of a table summed, averaged or maximised bag by bag."""

import numpy as np

from rushlight.kernels import scatter
from rushlight.ops.embedding import (
    check_indices,
    embedding_,
    embedding_backward,
    occurrences,
    padding_row,
    renormalize,
)
from rushlight.ops.families import Operation
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase, box

MODES = ("sum", "mean", "max")

# -- on arrays -------------------------------------------------------------------------------


def bags_of(offsets, length, open_end):
    """For each of `length` elements the number of its bag, and how many bags there are."""
    starts = offsets[:-1] if open_end else offsets
    return np.searchsorted(starts, np.arange(length), "right") - 1, len(starts)


def kept_counts(bags, count, keep):
    """How many elements each bag has, padding left out; at least 1."""
    return np.maximum(np.bincount(bags[keep], minlength=count), 1)


def winners(rows, bags, count):
    """Per bag and column, which row holds the first maximum; -1 for an empty bag."""
    best = np.full((count, rows.shape[1]), -np.inf, rows.dtype)
    np.maximum.at(best, bags, rows)
    found = np.full(best.shape, len(rows))
    number = np.where(rows == best[bags], np.arange(len(rows))[:, None], len(rows))
    np.minimum.at(found, bags, number)
    return np.where(found == len(rows), -1, found)


# -- the operation ---------------------------------------------------------------------------


class bag(Operation):
    """The reduced bags; `scales` is one number per element of `indices`, or 1."""

    public_name = "embedding_bag"
    slow_batch = True
    node = "EmbeddingBagBackward0"
    places = None
    tensors = 4
    differentiable = 2

    def forward(weight, scales, indices, offsets, mode, open_end, padding, by_frequency):
        bags, count = bags_of(offsets, len(indices), open_end)
        keep = indices != padding
        rows, bags = weight[indices[keep]], bags[keep]
        if mode == "max":
            best = winners(rows, bags, count)
            return np.where(
                best < 0, 0, np.take_along_axis(rows, np.maximum(best, 0), 0) if len(rows) else 0
            ).astype(weight.dtype)
        if isinstance(scales, np.ndarray):
            rows = rows * scales[keep][:, None]
        out = np.zeros((count, weight.shape[1]), weight.dtype)
        scatter.accumulate(out, scatter.places_of_key(out.shape, (bags,), (0,)), rows)
        if mode == "mean":
            out /= kept_counts(bags, count, slice(None)).astype(out.dtype)[:, None]
        return out

    def vjp(g, weight, scales, indices, offsets, mode, open_end, padding, by_frequency, need):
        """Each row of a bag gets the bag's gradient, scaled as it was."""
        gw = gs = None
        if mode == "max":
            best = bag_winners(weight, indices, offsets, open_end, padding)
            none = best < 0
            places = best.masked_fill(none, 0)
            return g.new_zeros(weight.shape).scatter_add(0, places, g.masked_fill(none, 0)), None
        share = bag_share(indices, offsets, mode, open_end, padding).to(g.dtype).unsqueeze(-1)
        each = g.index_select(0, bag_numbers(indices, offsets, open_end)) * share
        if need[1]:
            gs = (each * embedding_(weight, indices, -1, False)).sum(-1)
        if need[0]:
            each = each * scales.unsqueeze(-1) if isinstance(scales, TensorBase) else each
            if by_frequency:
                each = each / occurrences(indices).to(g.dtype).unsqueeze(-1)
            gw = embedding_backward(each, indices, weight.shape[0], -1)
        return gw, gs


class bag_numbers(Operation):
    """For each element of `indices` the number of its bag."""

    tensors = 2
    places = None

    def forward(indices, offsets, open_end):
        return bags_of(offsets, len(indices), open_end)[0]


class bag_share(Operation):
    """For each element its share in its bag: 1, or 1/n for means; 0 for padding."""

    tensors = 2
    places = None

    def forward(indices, offsets, mode, open_end, padding):
        bags, count = bags_of(offsets, len(indices), open_end)
        keep = indices != padding
        if mode == "sum":
            return keep.astype(np.float64)
        return keep / kept_counts(bags, count, keep)[bags]


class bag_winners(Operation):
    """Per bag and column, the table row that holds the maximum; -1 for an empty bag."""

    tensors = 3
    places = None

    def forward(weight, indices, offsets, open_end, padding):
        bags, count = bags_of(offsets, len(indices), open_end)
        kept = np.flatnonzero(indices != padding)
        best = winners(weight[indices[kept]], bags[kept], count)
        if not len(kept):
            return best
        return np.where(best < 0, -1, indices[kept][np.maximum(best, 0)])


# -- the public function ---------------------------------------------------------------------


@public("F")
def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """Rows of `weight` whose numbers stand in `input`, reduced bag by bag.

    `input` is 2-D, one bag per row, or 1-D with `offsets` saying where each bag starts (and, with
    `include_last_offset`, where the last one ends).  `mode` is 'sum', 'mean' or 'max';
    `per_sample_weights`, for sums only, multiplies each row.  The row `padding_idx` takes no part.
    The other arguments are those of `embedding`.

    Raises:
        ValueError: for arguments that do not go together.

    Example:
        >>> import rushlight as torch
        >>> table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        >>> torch.nn.functional.embedding_bag(torch.tensor([[0, 2], [1, 1]]), table)
        tensor([[3., 4.],
                [3., 4.]])
    """
    check_weights(input, per_sample_weights, mode, scale_grad_by_freq, sparse)
    input, offsets, per_sample_weights = in_line(input, offsets, per_sample_weights)
    if mode not in MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    check_indices("embedding_bag", input)
    check_values(input, weight, offsets)
    if max_norm is not None:
        renormalize(weight, input, float(max_norm), float(norm_type))
    scales = 1.0 if per_sample_weights is None else per_sample_weights
    params = (
        mode,
        bool(include_last_offset),
        padding_row(padding_idx, weight),
        bool(scale_grad_by_freq),
    )
    return bag.run((weight, scales, input.long(), offsets.long()), params)


def check_weights(input, scales, mode, by_frequency, sparse):
    """What must go together before anything else is looked at."""
    if scales is not None and input.shape != scales.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({scales.shape}) is not None, then it must have "
            f"the same shape as the input ({input.shape})"
        )
    if mode == "max" and by_frequency:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if scales is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        )


def in_line(input, offsets, scales):
    """(indices, offsets, scales) in one dim."""
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                "of fixed length sequences. However, found offsets of type "
                f"{type(offsets)}"
            )
        count, length = input.shape
        starts = box(np.arange(count, dtype=np.int64) * length)
        return input.reshape(-1), starts, None if scales is None else scales.reshape(-1)
    if input.dim() != 1:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}"
        )
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.dim() != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    return input, offsets, scales


def check_values(input, weight, offsets):
    """Offsets start at 0 and stay within the input; indices are rows of the table."""
    if offsets.array is None or input.array is None:
        return
    starts, indices = offsets.array, input.array
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
            f"position 0. However, got {starts[0]}"
        )
    if starts.size and starts[-1] > len(indices):
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {len(indices)} but "
            f"got offsets[-1] of {starts[-1]}"
        )
    bad = (indices < 0) | (indices >= weight.shape[0])
    if bad.any():
        at = int(np.argmax(bad))
        raise RuntimeError(
            f"Index {at} of input takes value {indices[at]} which is not in the "
            f"valid range [0, {weight.shape[0]})"
        )
