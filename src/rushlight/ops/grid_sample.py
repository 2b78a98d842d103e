"""Images read at the places that a grid holds, and grids of affine maps.

A point reads a few elements x[places[k]], its corners, with weights w[k] that depend on its
coordinates: out = sum_k w[k] x[places[k]]. Such sums and their gradients are the three derivatives
of the trilinear form  sum g[c, p] w[k, p] x[c, places[k, p]],  each an operation here whose own
derivatives are the other two. The weights are polynomials of the coordinates, whose derivatives of
any order an operation knows. Together that makes all derivatives of sampling.
"""

import math
import warnings
from itertools import product

from rushlight.kernels import grid_sampling
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.join import stack
from rushlight.ops.pool_arguments import listed
from rushlight.ops.products import matrix_product
from rushlight.ops.publish import public
from rushlight.ops.spatial import Spatial, check_dtype, flattened, volume
from rushlight.tape.core import box

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")

# -- the trilinear form's derivatives --------------------------------------------------------


class sampled(Spatial):
    """sum_k w[k, p] x[c, places[k, p]], the derivative by g."""

    tensors = 3
    differentiable = 2
    widens = 2
    linear = False

    def forward(x, w, places):
        return grid_sampling.sampled(x, w, places)

    def vjp(g, x, w, places, need):
        return (
            spread(g, w, places, x.shape[-1]) if need[0] else None,
            matched(g, x, places) if need[1] else None,
        )

    def jvp_x(t, w, places):
        return sampled(t, w, places)

    def jvp_w(t, x, places):
        return sampled(x, t, places)


class spread(Spatial):
    """sum_{k, p: places[k, p] = i} g[c, p] w[k, p], the derivative by x."""

    tensors = 3
    differentiable = 2
    widens = 2
    linear = False

    def forward(g, w, places, length):
        return grid_sampling.spread(g, w, places, length)

    def vjp(g_, g, w, places, need):
        return (
            sampled(g_, w, places) if need[0] else None,
            matched(g, g_, places) if need[1] else None,
        )

    def jvp_g(t, w, places, length):
        return spread(t, w, places, length)

    def jvp_w(t, g, places, length):
        return spread(g, t, places, length)


class matched(Spatial):
    """sum_c g[c, p] x[c, places[k, p]], the derivative by w."""

    tensors = 3
    differentiable = 2
    widens = 2
    linear = False

    def forward(g, x, places):
        return grid_sampling.matched(g, x, places)

    def vjp(g_, g, x, places, need):
        return (
            sampled(x, g_, places) if need[0] else None,
            spread(g, g_, places, x.shape[-1]) if need[1] else None,
        )

    def jvp_g(t, x, places):
        return matched(t, x, places)

    def jvp_x(t, g, places):
        return matched(g, t, places)


# -- weights and places ----------------------------------------------------------------------


class tap_weight(Spatial):
    """By what coordinates weight one of the elements they read; or a derivative of that."""

    linear = False

    def forward(x, length, how, tap, order):
        return grid_sampling.tap_weight(x, length, how, tap, order)

    def vjp_x(g, x, length, how, tap, order):
        return g * tap_weight(x, length, how, tap, order + 1)

    def jvp_x(t, x, length, how, tap, order):
        return t * tap_weight(x, length, how, tap, order + 1)


class corner_places(Spatial):
    """Which elements points read, as places in the flattened dims; -1 for none."""

    def forward(grid, lengths, how):
        return grid_sampling.corner_places(grid, lengths, how)


def coordinates(grid):
    """The points' coordinates, one tensor for each dim, first to last."""
    rank = grid.shape[-1]
    points = grid.reshape(
        (*grid.shape[: grid.dim() - rank - 1], volume(grid.shape[:-1], rank), rank)
    )
    return [points.select(-1, rank - 1 - d) for d in range(rank)]


def weights_of(at, lengths, how, slope_of=None):
    """The corners' weights; or their derivatives by the coordinate of dim `slope_of`."""
    count = len(grid_sampling.POLYNOMIALS[how[0]])
    each = [
        [tap_weight(x, n, how, tap, int(d == slope_of)) for tap in range(count)]
        for d, (x, n) in enumerate(zip(at, lengths, strict=True))
    ]
    return stack([math.prod(taps[1:], start=taps[0]) for taps in product(*each)], -2)


# -- the operation ---------------------------------------------------------------------------


class GridSampler(Spatial, family=True):
    """An image (... x C x dims) read at the points of a grid (... x output dims x rank)."""

    tensors = 2
    widens = 2
    linear = False

    def forward(x, grid, how):
        rank = grid.shape[-1]
        lead, lengths = x.shape[: x.ndim - rank], x.shape[x.ndim - rank :]
        flat = x.reshape(*lead, math.prod(lengths))
        weights = grid_sampling.corner_weights(grid, lengths, how)
        out = grid_sampling.sampled(flat, weights, grid_sampling.corner_places(grid, lengths, how))
        return out.reshape(*lead, *grid.shape[grid.ndim - rank - 1 : -1])

    def vjp(g, x, grid, how, need):
        rank = grid.shape[-1]
        lengths, at = tuple(x.shape[x.dim() - rank :]), coordinates(grid)
        places, g = corner_places(grid, lengths, how), flattened(g, rank)
        gx = ggrid = None
        if need[0]:
            gx = spread(g, weights_of(at, lengths, how), places, volume(x.shape, rank))
            gx = gx.view(x.shape)
        if need[1]:
            by_weight = matched(g, flattened(x, rank), places)
            slopes = [weights_of(at, lengths, how, d) for d in reversed(range(rank))]
            ggrid = stack([(by_weight * s).sum(-2) for s in slopes], -1).view(grid.shape)
        return gx, ggrid

    def jvp(tangents, x, grid, how):
        rank = grid.shape[-1]
        lengths, at = tuple(x.shape[x.dim() - rank :]), coordinates(grid)
        places, parts = corner_places(grid, lengths, how), []
        if tangents[0] is not None:
            weights = weights_of(at, lengths, how)
            parts.append(sampled(flattened(tangents[0], rank), weights, places))
        if tangents[1] is not None:
            moved = [
                weights_of(at, lengths, how, d) * t.unsqueeze(-2)
                for d, t in enumerate(coordinates(tangents[1]))
            ]
            weights = sum(moved[1:], moved[0])
            parts.append(sampled(flattened(x, rank), weights, places))
        shape = (*x.shape[: x.dim() - rank], *grid.shape[grid.dim() - rank - 1 : -1])
        return sum(parts[1:], parts[0]).view(shape)


class grid_sampler_2d_(GridSampler):
    node = "GridSampler2DBackward0"


class grid_sampler_3d_(GridSampler):
    node = "GridSampler3DBackward0"


# -- functions -------------------------------------------------------------------------------

CORNERS = (
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. "
    "Please specify align_corners=True if the old behavior is desired. See the documentation of "
    "grid_sample for details."
)


@public("F")
def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """`input` read at the places that `grid` holds.

    Args:
        input: N x C x H x W, or N x C x D x H x W.
        grid: N x H' x W' x 2 places (x, y), or N x D' x H' x W' x 3 places (x, y, z); -1 and 1 are
            the ends of a dim.
        mode: 'bilinear' (trilinear in 3-D), 'nearest', or 'bicubic' (2-D).
        padding_mode: what is read outside: 'zeros', the 'border', or the 'reflection' of the image.
        align_corners: the ends are the middles of the first and last elements, not their edges.

    Raises:
        ValueError: an unknown mode.
        RuntimeError: shapes or dtypes that do not go together.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> middle = torch.zeros(1, 1, 1, 2)
        >>> torch.nn.functional.grid_sample(x, middle, align_corners=True)
        tensor([[[[1.5000]]]])
    """
    if mode not in MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
        )
    if padding_mode not in PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )
    if align_corners is None:
        warnings.warn(CORNERS, stacklevel=2)
    return grid_sampler(
        input, grid, MODES.index(mode), PADDINGS.index(padding_mode), bool(align_corners)
    )


@public("torch")
def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """`torch.nn.functional.grid_sample` with numbers for modes: 0, 1, 2 in the order listed there.

    Example:
        >>> import rushlight as torch
        >>> torch.grid_sampler(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 0, 0, True)
        tensor([[[[1.]]]])
    """
    as_tensor_argument("grid_sampler", "input", 1, input)
    as_tensor_argument("grid_sampler", "grid", 2, grid)
    check_grid(input, grid)
    rank = input.dim() - 2
    if rank != 2:
        check_volume(input, grid, interpolation_mode)
    check_dtype("grid_sampler3d_cpu" if rank == 3 else "grid_sampler_2d_cpu_kernel_impl", input)
    if input.dtype is not grid.dtype:
        raise RuntimeError(
            f"expected scalar type {input.dtype.scalar_type} but found {grid.dtype.scalar_type}"
        )
    if not (0 <= interpolation_mode < len(MODES) and 0 <= padding_mode < len(PADDINGS)):
        raise RuntimeError(
            f"grid_sampler(): there is no mode {interpolation_mode} with padding {padding_mode}"
        )
    how = (MODES[interpolation_mode], PADDINGS[padding_mode], bool(align_corners))
    return (grid_sampler_3d_ if rank == 3 else grid_sampler_2d_)(input, grid, how)


@public("torch")
def grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of images."""
    check_grid(input, grid)
    if input.dim() != 4:
        raise RuntimeError(same_rank(4, input, grid))
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


@public("torch")
def grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of volumes."""
    check_grid(input, grid)
    check_volume(input, grid, interpolation_mode)
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def same_rank(rank, input, grid):
    return (
        f"grid_sampler(): expected {rank}D input and grid with same number of dimensions, but got "
        f"input with sizes {listed(input.shape)} and grid with sizes {listed(grid.shape)}"
    )


def check_grid(input, grid):
    """The grid must be one of the input's dims and batch; the image must not be empty."""
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with "
            f"sizes {listed(input.shape)} and grid with sizes {listed(grid.shape)}"
        )
    if grid.shape[-1] != input.dim() - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {input.dim() - 2} in last dimension, but "
            f"got grid with sizes {listed(grid.shape)}"
        )
    for d in range(2, input.dim()):
        if input.shape[d] == 0:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input "
                f"has sizes {listed(input.shape)} with dimension {d} being empty"
            )
    if input.dim() == 4 and grid.dim() != 4:
        raise RuntimeError(same_rank(4, input, grid))


def check_volume(input, grid, mode):
    if input.dim() != 5 or grid.dim() != 5:
        raise RuntimeError(same_rank(5, input, grid))
    if mode == MODES.index("bicubic"):
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


# -- affine grids ----------------------------------------------------------------------------


class affine_grid_generator_(Spatial):
    """The places that affine maps (... x rank x rank + 1) send the points of a grid to."""

    node = "AffineGridGeneratorBackward0"

    def forward(theta, lengths, align_corners):
        base = grid_sampling.base_grid(lengths, align_corners, theta.dtype)
        lead = theta.shape[:-2]
        base = base.reshape((1,) * len(lead) + base.shape)
        return matrix_product(base, theta.swapaxes(-1, -2)).reshape(*lead, *lengths, len(lengths))

    def vjp_theta(g, lengths, align_corners):
        rank = len(lengths)
        base = box(grid_sampling.base_grid(lengths, align_corners, g.dtype.numpy))
        points = g.reshape((*g.shape[: g.dim() - rank - 1], math.prod(lengths), rank))
        return points.transpose(-2, -1).matmul(base)


@public("F")
def affine_grid(theta, size, align_corners=None):
    """The grid for `grid_sample` that applies an affine map.

    Args:
        theta: N x 2 x 3 or N x 3 x 4 matrices, of maps of the output's places to the input's.
        size: the output's size, N x C x H x W or N x C x D x H x W.
        align_corners: -1 and 1 are the middles of the first and last elements, not their edges.

    Raises:
        ValueError: shapes that do not go together.
        NotImplementedError: a size of other rank.

    Example:
        >>> import rushlight as torch
        >>> identity = torch.eye(2, 3).view(1, 2, 3)
        >>> torch.nn.functional.affine_grid(identity, (1, 1, 1, 2), align_corners=False)
        tensor([[[[-0.5000,  0.0000],
                  [ 0.5000,  0.0000]]]])
    """
    if align_corners is None:
        warnings.warn(CORNERS, stacklevel=2)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    check_theta(theta, size)
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when "
            "align_corners=True. This is not an intended use case of affine_grid. See the "
            "documentation of affine_grid for details.",
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return affine_grid_generator(theta, size, bool(align_corners))


def check_theta(theta, size):
    """One matrix of the right shape per sample."""
    if len(size) not in (4, 5):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
            f"respectively. Got size {size}."
        )
    rank = len(size) - 2
    if theta.dim() != 3 or tuple(theta.shape[-2:]) != (rank, rank + 1):
        raise ValueError(
            f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size "
            f"{size}. Got {theta.shape}."
        )


@public("torch")
def affine_grid_generator(theta, size, align_corners):
    """`torch.nn.functional.affine_grid`, all arguments required.

    Example:
        >>> import rushlight as torch
        >>> torch.affine_grid_generator(torch.zeros(1, 2, 3), (1, 1, 1, 1), True)
        tensor([[[[0., 0.]]]])
    """
    as_tensor_argument("affine_grid_generator", "theta", 1, theta)
    size = tuple([int(n) for n in size])
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    lengths = size[2:]
    if min(lengths) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(lengths)}: "
            f"{[size[0], *lengths, len(lengths) + 1]}"
        )
    if theta.shape[0] != size[0]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, "
            f"{len(lengths) + 1}] but got: [{theta.shape[0]}, {theta.shape[-1]}]."
        )
    return affine_grid_generator_(theta, lengths, bool(align_corners))
