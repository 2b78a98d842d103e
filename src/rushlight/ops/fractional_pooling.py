"""Max pooling with windows at random distances, so that dims shrink by any ratio."""

from rushlight.kernels import pooling
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.max_pooling import picked, placed
from rushlight.ops.pool_arguments import listed
from rushlight.ops.publish import namespaces, public
from rushlight.ops.spatial import Spatial, check_dtype, ints

WORDS = {2: ("height", "width"), 3: ("time", "height", "width")}

# -- operations ------------------------------------------------------------------------------


class Fractional(Spatial, family=True):
    """The largest elements of windows whose places random samples say, and the elements' places."""

    tensors = 2
    differentiable = 1
    linear = False

    def settled(self):
        super().settled()
        self.many = True

    def forward(x, samples, kernel, counts, order):
        """`order` says which sample of a plane belongs to which dim."""
        lengths = x.shape[x.ndim - len(kernel) :]
        starts = [
            pooling.random_starts(samples[..., i], n, k, count)
            for i, n, k, count in zip(order, lengths, kernel, counts, strict=True)
        ]
        return pooling.fractional(x, starts, kernel)

    def vjp_x(g, ans1, x_shape, kernel):
        return placed(g[0], ans1, tuple(x_shape[len(x_shape) - len(kernel) :]))

    def jvp(tangents, ans1, kernel):
        return picked(tangents[0], ans1, len(kernel)), None


class fractional_max_pool2d_(Fractional):
    node = "FractionalMaxPool2DBackward0"


class fractional_max_pool3d_(Fractional):
    node = "FractionalMaxPool3DBackward0"


# -- functions -------------------------------------------------------------------------------


@public("F")
def fractional_max_pool2d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
    _random_samples=None,
):  # fmt: skip
    """The largest elements of windows over the last two dims, at random distances of two lengths.

    Args:
        input: N x C x H x W, or C x H x W.
        kernel_size: one number for both dims, or one for each.
        output_size: how many windows there are; or
        output_ratio: their number as part of the dims' lengths, two numbers in (0, 1).
        return_indices: return (values, indices), the places of the maxima in the flattened H x W.

    Raises:
        ValueError: neither size nor ratio is given.
        RuntimeError: the windows do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.fractional_max_pool2d(torch.ones(1, 5, 5), 2, (3, 2)).shape
        torch.Size([1, 3, 2])
    """
    found = fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


@public("F")
def fractional_max_pool2d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
    _random_samples=None,
):  # fmt: skip
    """`fractional_max_pool2d` with `return_indices`."""
    return fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)


@public("F")
def fractional_max_pool3d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
    _random_samples=None,
):  # fmt: skip
    """The largest elements of windows over the last three dims, at random distances.

    The arguments are those of `fractional_max_pool2d`, with a number for each of three dims.

    Raises:
        ValueError: neither size nor ratio is given.
        RuntimeError: the windows do not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.fractional_max_pool3d(torch.ones(1, 5, 5, 5), 2, 3).shape
        torch.Size([1, 3, 3, 3])
    """
    found = fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


@public("F")
def fractional_max_pool3d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
    _random_samples=None,
):  # fmt: skip
    """`fractional_max_pool3d` with `return_indices`."""
    return fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional(rank, input, kernel_size, output_size, output_ratio, samples):
    """Both results of fractional_max_pool2d or 3d."""
    name = f"fractional_max_pool{rank}d"
    as_tensor_argument(name, "input", 1, input)
    if output_size is None:
        output_size = sizes_of_ratio(name, rank, input, output_ratio)
    if samples is None:
        samples = drawn(rank, input)
    kernel = numbers(name, "kernel_size", 2, kernel_size, rank)
    counts = numbers(name, "output_size", 3, output_size, rank)
    check_fractional(rank, input, kernel, counts)
    check_samples(rank, input, samples)
    check_dtype(f"{name}_out_frame", input)
    samples = samples[0] if input.dim() == rank + 1 else samples[: input.shape[0]]
    op, order = (
        (fractional_max_pool3d_, (0, 1, 2)) if rank == 3 else (fractional_max_pool2d_, (1, 0))
    )
    return op(input, samples, kernel, counts, order)


def sizes_of_ratio(name, rank, input, ratio):
    """How many windows a ratio means."""
    if ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if rank == 2 and len(ratio) > 2:
        raise ValueError(
            f"{name} requires output_ratio to either be a single Int or tuple of Ints."
        )
    ratio = tuple(ratio) if isinstance(ratio, (tuple, list)) else (ratio,) * rank
    return [int(input.size(d - rank) * ratio[d]) for d in range(rank)]


def drawn(rank, input):
    """One random number per plane and dim."""
    n = 1 if input.dim() == rank + 1 else input.size(0)
    return namespaces["torch"]["rand"](n, input.size(-rank - 1), rank, dtype=input.dtype)


# -- checks ----------------------------------------------------------------------------------


def numbers(name, argument, position, value, rank):
    """One number for all dims, or one for each."""
    found = ints(name, argument, position, value)
    if len(found) not in (1, rank):
        wanted = "tuple of Ints" if rank == 2 else "tuple of three Ints"
        raise RuntimeError(f"{name}: {argument} must either be a single Int or {wanted}")
    return found * rank if len(found) == 1 else found


def check_fractional(rank, input, kernel, counts):
    """Refuse empty dims, and windows that do not fit."""
    name = f"fractional_max_pool{rank}d" + ("_out" if rank == 3 else "")
    for d in range(input.dim() - rank - 1, input.dim()):
        if input.shape[d] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but got"
                f"{listed(input.shape)} with dimension {d} being empty."
            )
    dims = list(zip(WORDS[rank], input.shape[input.dim() - rank :], kernel, counts, strict=True))
    if min(kernel) <= 0:
        raise RuntimeError(f"{name}(): kernel size must be greater than zero, but got {kernel}")
    for word, n, k, count in dims if rank == 2 else [dims[0], dims[2], dims[1]]:
        if count + k - 1 > n - (rank == 3):
            raise RuntimeError(f"{name}(): pool {word} {k} too large relative to input {word} {n}")


def check_samples(rank, input, samples):
    """Refuse samples of another shape or dtype than one per plane and dim."""
    if samples.dtype is not input.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.dim() != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.dim()}")
    batch = 1 if input.dim() == rank + 1 else input.shape[0]
    if samples.shape[0] < batch:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if samples.shape[1] != input.shape[input.dim() - rank - 1]:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if samples.shape[2] != rank:
        raise RuntimeError(
            f"Expect _random_samples.size(2) equals to {rank}; got {samples.shape[2]}."
        )
