"""Max pooling undone: elements put back where they were found, zeros elsewhere."""

from rushlight.kernels import dtypes, pooling
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.max_pooling import picked
from rushlight.ops.pool_arguments import listed
from rushlight.ops.publish import public
from rushlight.ops.spatial import Spatial, check_dtype

# -- operations ------------------------------------------------------------------------------


class Unpooling(Spatial, family=True):
    """Elements of `x` at their `places` in the flattened last dims of given lengths."""

    tensors = 2
    differentiable = 1

    def forward(x, places, lengths):
        return pooling.unpooled(x, places, lengths)

    def vjp_x(g, places, lengths):
        return picked(g, places, len(lengths))


class max_unpool2d_(Unpooling):
    node = "MaxUnpool2DBackward0"
    layout_rank = 4


class max_unpool3d_(Unpooling):
    node = "MaxUnpool3DBackward0"


# -- functions -------------------------------------------------------------------------------


@public("F")
def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool1d` undone: elements where `indices` say, zeros elsewhere.

    Args:
        input, indices: N x C x L, or C x L: what `max_pool1d` with `return_indices` returned.
        kernel_size, stride, padding: what it was called with.
        output_size: the length wanted, where several led to the same.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional
        >>> f.max_unpool1d(*f.max_pool1d(torch.tensor([[1.0, 2.0, 5.0, 3.0]]), 2, None, 0, 1, False,
        ...                              True), 2)
        tensor([[0., 2., 5., 0.]])
    """
    lengths = output_lengths(input, 1, kernel_size, stride, padding, output_size)
    check_unpooling(2, input.unsqueeze(-1), indices.unsqueeze(-1))
    lengths = (*lengths, 1)
    return max_unpool2d_(input.unsqueeze(-1), indices.unsqueeze(-1), lengths).squeeze(-1)


@public("F")
def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool2d` undone: elements where `indices` say, zeros elsewhere.

    The arguments are those of `max_unpool1d`, with one number for both dims or one for each.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> x, places = torch.tensor([[[4.0]]]), torch.tensor([[[2]]])
        >>> torch.nn.functional.max_unpool2d(x, places, 2)
        tensor([[[0., 0.],
                 [4., 0.]]])
    """
    lengths = output_lengths(input, 2, kernel_size, stride, padding, output_size)
    check_unpooling(2, input, indices)
    return max_unpool2d_(input, indices, lengths)


@public("F")
def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_pool3d` undone: elements where `indices` say, zeros elsewhere.

    The arguments are those of `max_unpool1d`, with one number for all dims or one for each.

    Raises:
        RuntimeError: an index out of range, or shapes that do not fit.
        ValueError: an output size that cannot be.

    Example:
        >>> import rushlight as torch
        >>> x, places = torch.tensor([[[[4.0]]]]), torch.tensor([[[[1]]]])
        >>> torch.nn.functional.max_unpool3d(x, places, (1, 1, 2))
        tensor([[[[0., 4.]]]])
    """
    lengths = output_lengths(input, 3, kernel_size, stride, padding, output_size)
    steps = each(3, kernel_size if stride is None else stride)
    if min(steps) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {listed(steps)}")
    check_unpooling(3, input, indices)
    return max_unpool3d_(input, indices, lengths)


# -- checks ----------------------------------------------------------------------------------


def each(rank, value):
    """One number for all dims, or one for each."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


def output_lengths(input, rank, kernel_size, stride, padding, output_size):
    """The lengths of the last dims: as asked for, else the least that pooling leads from."""
    kernel = each(rank, kernel_size)
    stride, padding = each(rank, kernel if stride is None else stride), each(rank, padding)
    shape = input.shape
    least = [
        (shape[d - len(kernel)] - 1) * stride[d] + kernel[d] - 2 * padding[d]
        for d in range(len(kernel))
    ]
    if output_size is None:
        return tuple(least)
    if len(output_size) == rank + 2:
        output_size = output_size[2:]
    if len(output_size) != rank:
        raise ValueError(
            f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it "
            f"has a length of '{len(output_size)}'"
        )
    for d, n in enumerate(output_size):
        low, high = least[d] - stride[d], least[d] + stride[d]
        if not low < n < high:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {d} must be between {low} and {high})'
            )
    return tuple([int(n) for n in output_size])


def check_unpooling(rank, input, indices):
    """Refuse indices that do not fit, empty dims, other ranks and dtypes."""
    name = f"max_unpooling{rank}d"
    as_tensor_argument(f"max_unpool{rank}d", "input", 1, input)
    if indices.dtype is not dtypes.int64:
        got = f" but got: {indices.dtype.scalar_type}" if rank == 2 else ""
        raise RuntimeError(f"elements in indices should be type int64{got}")
    if input.dim() not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Input to {name} should be a {rank + 1}d or {rank + 2}d Tensor, but got a tensor with "
            f"{input.dim()} dimensions."
        )
    if input.shape != indices.shape:
        raise RuntimeError(
            "Expected shape of indices to be same as that of the input tensor "
            f"({listed(input.shape)}) but got indices tensor with shape: {listed(indices.shape)}"
        )
    for d in range(1, input.dim()):
        if input.shape[d] == 0:
            raise RuntimeError(
                f"{name}_forward_out_cpu(): Expected input to have non-zero size for non-batch "
                f"dimensions, but got {listed(input.shape)} with dimension {d} being empty."
            )
    check_dtype(f"max_unpool{rank}d", input)
