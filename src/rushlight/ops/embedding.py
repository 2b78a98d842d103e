"""Rows of a table by number: embedding and one_hot."""

import numpy as np

from rushlight.kernels import dtypes, elements
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape import batching, inplace
from rushlight.tape.core import box
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
        return np.asarray(weight.take(row_numbers(indices, weight.shape[0]), 0, mode="clip"))

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
        whole = np.zeros((count, width), g.dtype)
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
