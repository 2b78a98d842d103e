"""The three operations behind all discrete Fourier transforms.

They are complex to complex, real to complex and complex to real, as in PyTorch.  The result of a
real input has Hermitian symmetry, so that of its last transformed dim only the first n // 2 + 1
places need be kept.
"""

import math

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.quiet import quietly
from rushlight.ops.families import Operation
from rushlight.tape.core import box

FORWARD = {None: 0.0, "backward": 0.0, "ortho": -0.5, "forward": -1.0}  # the scale is n to that
INVERSE = {None: -1.0, "backward": -1.0, "ortho": -0.5, "forward": 0.0}


def scale_of(powers, norm, sizes):
    """The number that a normalisation multiplies by."""
    if norm not in powers:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    power = powers[norm]
    return math.prod(sizes) ** power if power else 1.0


class Transform(Operation, family=True):
    """A transform over `dims`, the last of which is the one that is halved, times `scale`."""

    places = None
    takes_out = False
    linear = True
    dim_of_scalar = False

    def compute(self, inputs, params):
        return quietly(self.forward, (inputs[0].array, *params))

    def lift(self, size, ndim, dims, *others):
        """Dims move one back for the batch dim in front."""
        return (tuple([d + 1 for d in dims]), *others)


class fft_c2c(Transform):
    """All places, with exp(-i...) forward and exp(+i...) otherwise."""

    node = "FftC2CBackward0"

    def forward(x, dims, scale, forward):
        if not dims:
            return x.copy()
        if forward:
            return scaled(np.fft.fftn(x, axes=dims), x.dtype, scale)
        return scaled(np.fft.ifftn(x, axes=dims, norm="forward"), x.dtype, scale)

    def vjp_x(g, dims, scale, forward):
        return fft_c2c(g, dims, scale, not forward)


class fft_r2c(Transform):
    """The transform of a real input: all places, or with `half` those that say everything."""

    node = "FftR2CBackward0"

    def forward(x, dims, scale, half):
        transform = np.fft.rfftn if half else np.fft.fftn
        return scaled(transform(x, axes=dims), dtypes.of(x.dtype).to_complex().numpy, scale)

    def vjp_x(g, x_shape, dims, scale, half):
        if not half:
            return fft_c2c(g, dims, scale, False).real
        n = x_shape[dims[-1]]
        return fft_c2r(g * inner_places(g, dims[-1], n, 0.5), dims, scale, n)


class fft_c2r(Transform):
    """The inverse of half a spectrum, which is real: `n` places of the last dim."""

    node = "FftC2RBackward0"

    def forward(x, dims, scale, n):
        sizes = [*[x.shape[d] for d in dims[:-1]], n]
        out = np.fft.irfftn(x, sizes, dims, norm="forward")
        return scaled(out, dtypes.of(x.dtype).to_real().numpy, scale)

    def vjp_x(g, dims, scale, n):
        spectrum = fft_r2c(g, dims, scale, True)
        return spectrum * inner_places(spectrum, dims[-1], n, 2.0)


def scaled(out, dtype, scale):
    """A transform in its dtype, times a number."""
    out = out.astype(dtype, copy=False)
    if scale != 1:
        out *= dtype.type(scale)
    return out


def inner_places(spectrum, dim, n, value):
    """`value` at the places of half a spectrum that stand for two of the whole, else 1."""
    weights = np.ones(n // 2 + 1, spectrum.dtype.to_real().numpy)
    weights[1 : (n + 1) // 2] = value
    return box(weights.reshape(-1, *[1] * (spectrum.dim() - 1 - dim)))
