"""Embeddings, one by one and in bags."""

import numpy as np

from rushlight.kernels import dtypes, elements, scatter
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape import batching, inplace
from rushlight.tape.core import TensorBase, box
from rushlight.tape.modes import no_grad

# -- embedding -------------------------------------------------------------------------------


def row_numbers(indices, count):
    """Indices as int64; they must all be rows of the table."""
    if indices.dtype != np.int64:
        indices = indices.astype(np.int64)
    if not elements.within(indices, count):
        raise IndexError("index out of range in self")
    return indices


def check_indices(name, indices):
    if indices.dtype not in (dtypes.int64, dtypes.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got torch.{indices.dtype.scalar_type}Tensor instead (while checking "
            f"arguments for {name})"
        )


class embedding_(Operation):
    """The rows of `weight` at `indices`, as `torch.embedding`."""

    tensors = 2
    differentiable = 1
    takes_out = False
    places = "torch"

    def bind(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
        as_tensor_argument("embedding", "weight", 1, weight)
        as_tensor_argument("embedding", "indices", 2, indices)
        if weight.dim() != 2:
            raise RuntimeError("'weight' must be 2-D")
        check_indices("embedding", indices)
        return (weight, indices), (padding_idx, bool(scale_grad_by_freq))

    def forward(weight, indices, padding_idx, scale):
        return elements.take_at(weight, (row_numbers(indices, weight.shape[0]),), 0)

    def vjp_weight(g, weight_shape, indices, padding_idx, scale):
        if scale:
            g = g / occurrences(indices).to(g.dtype).unsqueeze(-1)
        return embedding_backward(g, indices, weight_shape[0], padding_idx)

    def jvp_weight(t, indices):
        return embedding_(t, indices, -1, False)

    def batch(self, values, dims, params, size):
        weight, indices = values
        if dims[0] is None:
            return self.run((weight, batching.front(indices, dims[1], size)), params), 0
        return batching.loop(self, values, dims, params, size)


class embedding_backward(Operation):
    """Zeros for each of `count` rows with the rows of `g` added at `indices`.

    Nothing goes to the row `padding_idx` (-1: to any).
    """

    node = "EmbeddingDenseBackward0"
    tensors = 2
    differentiable = 1
    places = None
    linear = True

    def forward(g, indices, count, padding_idx):
        width = g.shape[-1]
        whole = elements.zeros((count, width), g.dtype)
        rows = indices.reshape(-1).astype(np.int64, copy=False)
        elements.add_slices(whole, g.reshape(rows.size, width), rows, 0)
        if padding_idx >= 0:
            whole[padding_idx] = 0
        return whole

    def vjp_g(g, indices, padding_idx):
        rows = embedding_(g, indices, -1, False)
        if padding_idx < 0:
            return rows
        return rows.masked_fill((indices == padding_idx).unsqueeze(-1), 0)

    def batch(self, values, dims, params, size):
        """Each sample's rows go to a table of its own, and the tables stand one below another."""
        count, padding_idx = params
        g, indices = [batching.front(x, d, size) for x, d in zip(values, dims, strict=True)]
        first = box(np.arange(size) * count).reshape((size,) + (1,) * (indices.dim() - 1))
        out = embedding_backward(g, indices + first, size * count, -1)
        out = out.reshape(size, count, g.shape[-1])
        if padding_idx >= 0:
            out = out.index_fill(1, box(np.array([padding_idx])), 0)
        return out, 0


class occurrences(Operation):
    """For each element of an integer tensor, how many equal it."""

    places = None

    def forward(x):
        _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
        return counts[inverse].reshape(x.shape)


@public("F", quick=embedding_)
def embedding(
    input,
    weight,
    padding_idx=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    sparse=False,
):
    """The rows of `weight` whose numbers stand in `input`.

    `weight` has shape (rows, width); the result has the shape of `input` and the width.  The row
    `padding_idx` gets no gradient.  With `max_norm`, rows that are looked up and whose
    `norm_type`-norm is larger are scaled down in `weight` itself first.  `scale_grad_by_freq`
    divides a row's gradient by how often it was looked up.  `sparse` is accepted; gradients are
    dense.

    Raises:
        IndexError: if an index is no row number.

    Example:
        >>> import rushlight as torch
        >>> table = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> torch.nn.functional.embedding(torch.tensor([1, 0, 1]), table)
        tensor([[3., 4.],
                [1., 2.],
                [3., 4.]])
    """
    padding = padding_row(padding_idx, weight)
    if max_norm is not None:
        renormalize(weight, input, float(max_norm), float(norm_type))
    return embedding_.bound(weight, input, padding, scale_grad_by_freq, sparse)


def padding_row(padding_idx, weight):
    """The padding row counted from the front, -1 for none."""
    if padding_idx is None:
        return -1
    rows = weight.shape[0]
    if not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx % rows


class renormalized(Operation):
    """A table with those of its rows that are looked up scaled down to a norm."""

    tensors = 2
    places = None

    def forward(weight, indices, max_norm, norm_type):
        rows = np.unique(row_numbers(indices, weight.shape[0]))
        norms = np.linalg.norm(weight[rows], norm_type, -1, keepdims=True)
        scale = np.where(norms > max_norm, max_norm / (norms + 1e-7), 1)
        out = weight.copy()
        out[rows] *= scale.astype(weight.dtype)
        return out


def renormalize(weight, indices, max_norm, norm_type):
    """Scale rows down in place, outside the graph."""
    with no_grad():
        inplace.apply(renormalized, (weight, indices), (max_norm, norm_type))


# -- one_hot ---------------------------------------------------------------------------------


ONE = np.array(1, np.int64)


class one_hot(Operation):
    """For each class number a row of `num_classes` zeros with a one at its place, as int64.

    By default there are as many classes as the largest number asks for.

    Raises:
        RuntimeError: if `tensor` is not int64, or a number is negative or too large.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """

    places = "F"
    takes_out = False

    def bind(tensor, num_classes=-1):
        as_tensor_argument("one_hot", "tensor", 1, tensor)
        if tensor.dtype is not dtypes.int64:
            raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
        if tensor.numel() == 0 and num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return (tensor,), (num_classes,)

    def forward(x, num_classes):
        if num_classes == -1 and x.size:
            num_classes = int(x.max()) + 1
        if not elements.within(x, num_classes):
            if x.min() < 0:
                raise RuntimeError("Class values must be non-negative.")
            raise RuntimeError("Class values must be smaller than num_classes.")
        out = np.zeros((*x.shape, num_classes), np.int64)
        if x.size:
            elements.put_along(out, ONE, x[..., None], x.ndim)
        return out

    def lift(size, ndim, num_classes):
        return (num_classes,)


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
