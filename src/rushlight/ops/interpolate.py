"""Images made larger or smaller: interpolation between elements, or the nearest one."""

import operator
import warnings

from rushlight.kernels import resampling
from rushlight.ops.average_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.pool_arguments import listed
from rushlight.ops.publish import public
from rushlight.ops.spatial import Spatial, check_dtype

# -- operations ------------------------------------------------------------------------------


class resampled(Spatial):
    """The last dims resampled to as many elements as `counts` says; see `kernels.resampling`."""

    def forward(x, counts, how, factors):
        return resampling.resampled(x, counts, how, factors)

    def vjp_x(g, x_shape, counts, how, factors):
        return resampled_backward(g, tuple(x_shape[len(x_shape) - len(counts) :]), how, factors)


class resampled_backward(Spatial):
    """The gradient of `resampled`."""

    def forward(g, lengths, how, factors):
        return resampling.resampled_backward(g, lengths, how, factors)

    def vjp_g(g, g_shape, lengths, how, factors):
        return resampled(g, tuple(g_shape[len(g_shape) - len(lengths) :]), how, factors)


class upsample_nearest1d(resampled):
    node = "UpsampleNearest1DBackward0"


class upsample_nearest2d(resampled):
    node = "UpsampleNearest2DBackward0"
    layout_rank = 4


class upsample_nearest3d(resampled):
    node = "UpsampleNearest3DBackward0"
    layout_rank = 5


class upsample_nearest_exact1d(resampled):
    node = "UpsampleNearestExact1DBackward0"


class upsample_nearest_exact2d(resampled):
    node = "UpsampleNearestExact2DBackward0"
    layout_rank = 4


class upsample_nearest_exact3d(resampled):
    node = "UpsampleNearestExact3DBackward0"
    layout_rank = 5


class upsample_linear1d(resampled):
    node = "UpsampleLinear1DBackward0"


class upsample_bilinear2d(resampled):
    node = "UpsampleBilinear2DBackward0"
    layout_rank = 4


class upsample_trilinear3d(resampled):
    node = "UpsampleTrilinear3DBackward0"
    layout_rank = 5


class upsample_bicubic2d(resampled):
    node = "UpsampleBicubic2DBackward0"
    layout_rank = 4


class upsample_bilinear2d_aa(resampled):
    node = "UpsampleBilinear2DAaBackward0"
    layout_rank = 4


class upsample_bicubic2d_aa(resampled):
    node = "UpsampleBicubic2DAaBackward0"
    layout_rank = 4


class upsample_lanczos2d_aa(resampled):
    node = "UpsampleLanczos2DAaBackward0"
    layout_rank = 4


WEIGHTS = "compute_indices_weights_"
LAST = "upsample_{0}2d_channels_last"
# (mode, number of dims, antialias): the operation, how it resamples, PyTorch's name for its kernel
OPERATIONS = {
    ("nearest", 1, False): (upsample_nearest1d, "nearest", WEIGHTS + "nearest"),
    ("nearest", 2, False): (upsample_nearest2d, "nearest", LAST.format("nearest")),
    ("nearest", 3, False): (upsample_nearest3d, "nearest", WEIGHTS + "nearest"),
    ("nearest-exact", 1, False): (upsample_nearest_exact1d, "nearest-exact", WEIGHTS + "nearest"),
    ("nearest-exact", 2, False): (
        upsample_nearest_exact2d, "nearest-exact", LAST.format("nearest"),
    ),
    ("nearest-exact", 3, False): (upsample_nearest_exact3d, "nearest-exact", WEIGHTS + "nearest"),
    ("linear", 1, False): (upsample_linear1d, "linear", WEIGHTS + "linear"),
    ("bilinear", 2, False): (upsample_bilinear2d, "linear", LAST.format("bilinear")),
    ("trilinear", 3, False): (upsample_trilinear3d, "linear", WEIGHTS + "linear"),
    ("bicubic", 2, False): (upsample_bicubic2d, "cubic", WEIGHTS + "cubic"),
    ("bilinear", 2, True): (upsample_bilinear2d_aa, "linear", "compute_index_ranges_weights"),
    ("bicubic", 2, True): (upsample_bicubic2d_aa, "cubic", "compute_index_ranges_weights"),
    ("lanczos", 2, True): (upsample_lanczos2d_aa, "lanczos", "compute_index_ranges_weights"),
}  # fmt: skip
AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
NEEDS = {"linear": 3, "bilinear": 4, "trilinear": 5}
BYTES = ("nearest", "nearest-exact", "bilinear", "bicubic", "lanczos")

# -- functions -------------------------------------------------------------------------------


@public("F")
def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None,
    recompute_scale_factor=None, antialias=False,
):  # fmt: skip
    """`input` with all dims after the first two made longer or shorter.

    Args:
        input: N x C x one to three dims.
        size: their new lengths, or one for all; or
        scale_factor: by how much they grow.
        mode: 'nearest' (that is, at or before the place), 'nearest-exact', 'linear' (1-D),
            'bilinear' and 'bicubic' (2-D), 'trilinear' (3-D), 'lanczos' (2-D with `antialias`), or
            'area': means of windows, as by `adaptive_avg_pool2d`.
        align_corners: the first and last elements stay at the ends; else elements are squares side
            by side.
        recompute_scale_factor: take the ratio of the lengths for the factor, which a length that
            was rounded makes another.
        antialias: filter with a wider kernel where dims shrink (2-D).

    Raises:
        ValueError: arguments that do not go together.
        NotImplementedError: the mode is not for so many dims.
        RuntimeError: no elements, or none wanted.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[[0.0, 4.0]]])
        >>> torch.nn.functional.interpolate(x, size=4, mode="linear")
        tensor([[[0., 1., 3., 4.]]])
    """
    as_tensor_argument("interpolate", "input", 1, input)
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    size, factors = sizes_and_factors(input, size, scale_factor)
    if recompute_scale_factor and scale_factor is None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if recompute_scale_factor or (mode == "area" and size is None):
        size = [int(n * f) for n, f in zip(input.shape[2:], factors, strict=True)]
        factors = None
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and input.dim() == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires "
            "a 4-D tensor as input"
        )
    rank = input.dim() - 2
    if mode == "area" and rank in AREA:
        return AREA[rank](input, tuple(size))
    if mode == "lanczos" and rank == 2:
        check_lanczos(align_corners, antialias)
    if (mode, rank, antialias) not in OPERATIONS:
        raise NotImplementedError(unsupported(mode, input.dim()))
    return resample(input, size, factors, mode, bool(align_corners), bool(antialias))


def sizes_and_factors(input, size, factor):
    """(sizes, factors) of all dims, one of them None."""
    if size is not None and factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and factor is None:
        raise ValueError("either size or scale_factor should be defined")
    rank, own = input.dim() - 2, listed(input.shape[2:])
    given = factor if size is None else size
    if not isinstance(given, (tuple, list)):
        given = [given] * rank
    elif len(given) != rank:
        of, name, letter = (
            (f"output size of {size}", "output size", "o")
            if factor is None
            else (f"scale_factor of shape {factor}", "scale_factor", "s")
        )
        raise ValueError(
            f"Input and {'output' if factor is None else name} must have the same number of "
            f"spatial dimensions, but got input with spatial dimensions of {own} and {of}. Please "
            f"provide input tensor in (N, C, d1, d2, ...,dK) format and {name} in "
            f"({letter}1, {letter}2, ...,{letter}K) format."
        )
    elif factor is None and not all(hasattr(n, "__index__") for n in size):
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, "
            f"int], but got size with types {[type(n) for n in size]}"
        )
    return (None, given) if size is None else (given, None)


def check_lanczos(align_corners, antialias):
    if align_corners:
        raise ValueError("Lanczos mode does not support align_corners=True")
    if not antialias:
        raise ValueError("Lanczos mode requires antialias=True")


def unsupported(mode, ndim):
    """The error for a mode that is not for so many dims."""
    if mode in NEEDS and ndim in (3, 4, 5):
        return f"Got {ndim}D input, but {mode} mode needs {NEEDS[mode]}D input"
    return (
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {ndim}D) for the modes: "
        "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got "
        f"{mode})"
    )


def resample(input, size, factors, mode, align_corners, antialias):
    """The operation of a mode, after its checks."""
    rank = input.dim() - 2
    op, kind, kernel = OPERATIONS[mode, rank, antialias]
    counts = whole(input, size, factors, op.name)
    check_sizes(input, counts)
    bytes_too = mode in BYTES and input.dtype.name == "uint8"
    check_dtype(kernel, input, but=("uint8",) if bytes_too else ())
    if antialias and input.dtype.itemsize == 2:
        check_dtype(kernel, input, "float")
    factors = (None,) * rank if factors is None else tuple([float(f) for f in factors])
    return op(input, counts, (kind, align_corners, antialias), factors)


def whole(input, size, factors, name):
    """How many elements each dim gets."""
    try:
        if size is None:
            return tuple([int(n * float(f)) for n, f in zip(input.shape[2:], factors, strict=True)])
        if any(n is True or n is False for n in size):
            raise TypeError
        return tuple([operator.index(n) for n in size])
    except (TypeError, ValueError):
        words = ["NoneType" if x is None else type(x).__name__ for x in (size, factors)]
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got (Tensor, "
            f"{', '.join(words)})"
        ) from None


def check_sizes(input, counts):
    """Refuse no elements, and to make none."""
    lengths = input.shape[2:]
    if min((*lengths, *counts)) <= 0:
        letters = "DHW"[-len(counts) :]
        own, wanted = (
            ", ".join([f"{c}: {n}" for c, n in zip(letters, sizes, strict=True)])
            for sizes in (lengths, counts)
        )
        also = "and " if len(counts) == 1 else ""
        raise RuntimeError(
            "Input and output sizes should be greater than 0, but got input "
            f"({own}) {also}output ({wanted})"
        )
    if input.shape[1] == 0:
        raise RuntimeError(
            f"Non-empty {input.dim()}D data tensor expected but got a tensor with sizes "
            f"{listed(input.shape)}"
        )


# -- old names -------------------------------------------------------------------------------


def deprecated(name):
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=3,
    )


@public("F")
def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """The old name of `interpolate`."""
    deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


@public("F")
def upsample_nearest(input, size=None, scale_factor=None):
    """The old name of `interpolate` with mode 'nearest'."""
    deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, "nearest")


@public("F")
def upsample_bilinear(input, size=None, scale_factor=None):
    """The old name of `interpolate` with mode 'bilinear' and aligned corners."""
    deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", True)
