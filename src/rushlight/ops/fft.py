"""Discrete Fourier transforms, for `torch.fft`.

The functions cut or pad their input, turn a `norm` into a scale, and apply one of the three
operations of `rushlight.ops.fourier`.
"""

from rushlight.kernels import dtypes
from rushlight.ops.families import (
    as_tensor_argument,
    int_argument,
    sizes_argument,
    wrap_dim,
)
from rushlight.ops.fourier import FORWARD, INVERSE, fft_c2c, fft_c2r, fft_r2c, scale_of
from rushlight.ops.pad import constant_pad_nd
from rushlight.ops.publish import public
from rushlight.ops.slices import slice_

BAD_LENGTH = "Invalid number of data points ({0}) specified"
# -- arguments -------------------------------------------------------------------------------


def floating(t):
    """`t` in a dtype that there are transforms for: integers as the default float."""
    if t.dtype.category < dtypes.FLOAT:
        t = t.to(dtypes.get_default_dtype())
    if t.dtype.to_real().itemsize < 4:
        raise RuntimeError(f"Unsupported dtype {t.dtype.scalar_type}")
    return t


def complex_of(t):
    """`t` as a complex tensor."""
    t = floating(t)
    return t if t.dtype.is_complex else t.to(t.dtype.to_complex())


def given(name, input, norm):
    """Check the types of the arguments that all transforms have."""
    as_tensor_argument(name, "input", 1, input)
    if norm is not None and not isinstance(norm, str):
        raise TypeError(f"{name}(): argument 'norm' must be str, not {type(norm).__name__}")
    return input


def one_dim(t, dim):
    """A dim counted from the front; a 0-d tensor has none."""
    if not t.dim():
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, t.dim())


def length_of(name, n, otherwise):
    """The number of places along one dim."""
    n = otherwise if n is None else int_argument(name, "n", 2, n)
    if n < 1:
        raise RuntimeError(BAD_LENGTH.format(n))
    return n


def resized(t, dims, sizes):
    """`t` cut off or filled up with zeros to have `sizes` in `dims`."""
    pads = [0] * (2 * t.dim())
    for d, n in zip(dims, sizes, strict=True):
        if n < t.shape[d]:
            t = slice_(t, d, 0, n, 1)
        else:
            pads[2 * (t.dim() - 1 - d) + 1] = n - t.shape[d]
    return constant_pad_nd.bound(t, pads) if any(pads) else t


def dims_and_sizes(t, s, dim):
    """(dims, sizes) that a transform over several dims speaks of."""
    shape = t.shape
    s = None if s is None else sizes_argument((s,))
    if dim is not None:
        dims = tuple([one_dim(t, d) for d in sizes_argument((dim,))])
        if len(set(dims)) < len(dims):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(dims):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    else:
        if s is not None and len(s) > len(shape):
            raise RuntimeError(
                f"Got shape with {len(s)} values but input tensor only has {len(shape)} dimensions."
            )
        dims = tuple(range(len(shape) - (len(shape) if s is None else len(s)), len(shape)))
    sizes = [shape[d] if n == -1 else n for d, n in zip(dims, s or [-1] * len(dims), strict=True)]
    for n in sizes:
        if n < 1:
            raise RuntimeError(BAD_LENGTH.format(n))
    return dims, sizes


def halved_dims(name, t, s, dim):
    """`dims_and_sizes` of half a spectrum: the sizes are those of the real side."""
    dims, sizes = dims_and_sizes(t, s, dim)
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    if s is None or sizes_argument((s,))[-1] == -1:
        sizes[-1] = length_of(name, None, 2 * (t.shape[dims[-1]] - 1))
    return dims, sizes


def refuse_complex(t, message):
    """Raise for a complex tensor where a real one is transformed."""
    if t.dtype.is_complex:
        raise RuntimeError(f"{message}, but got {t.dtype.scalar_type}")


# -- one dim ---------------------------------------------------------------------------------


def along_one(name, input, n, dim, norm, forward):
    """`fft` and `ifft`."""
    t = floating(given(name, input, norm))
    dim = one_dim(t, dim)
    n = length_of(name, n, t.shape[dim])
    t = resized(t, (dim,), (n,))
    scale = scale_of(FORWARD if forward else INVERSE, norm, (n,))
    if t.dtype.is_complex:
        return fft_c2c(t, (dim,), scale, forward)
    out = fft_r2c(t, (dim,), scale, False)
    return out if forward else out.conj()


def from_real(name, input, n, dim, norm, forward):
    """`rfft` and `ihfft`."""
    given(name, input, norm)
    refuse_complex(input, f"{name[4:]} expects a real input tensor")
    t = floating(input)
    dim = one_dim(t, dim)
    n = length_of(name, n, t.shape[dim])
    scale = scale_of(FORWARD if forward else INVERSE, norm, (n,))
    out = fft_r2c(resized(t, (dim,), (n,)), (dim,), scale, True)
    return out if forward else out.conj()


def to_real(name, input, n, dim, norm, forward):
    """`irfft` and `hfft`."""
    t = complex_of(given(name, input, norm))
    dim = one_dim(t, dim)
    n = length_of(name, n, 2 * (t.shape[dim] - 1))
    t = resized(t, (dim,), (n // 2 + 1,))
    scale = scale_of(FORWARD if forward else INVERSE, norm, (n,))
    return fft_c2r(t.conj() if forward else t, (dim,), scale, n)


@public("fft", out=True)
def fft_fft(input, n=None, dim=-1, norm=None):
    """The discrete Fourier transform along `dim`: place k holds the sum of
    `x[j] * exp(-2i pi j k / n)`.

    Args:
        n: how many places; the input is cut off or filled up with zeros. By default what it has.
        norm: "backward" (the default) leaves this sum and divides that of the inverse by n,
            "forward" the other way round; "ortho" divides both by the root of n.

    Raises:
        RuntimeError: for no places, an unknown `norm`, and for two-byte floats.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.fft(torch.tensor([1.0, 2.0, 3.0, 4.0]))
        tensor([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    """
    return along_one("fft_fft", input, n, dim, norm, True)


@public("fft", out=True)
def fft_ifft(input, n=None, dim=-1, norm=None):
    """The inverse of `fft`, with its parameters.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.ifft(torch.fft.fft(torch.tensor([1.0, 2.0]))).real
        tensor([1., 2.])
    """
    return along_one("fft_ifft", input, n, dim, norm, False)


@public("fft", out=True)
def fft_rfft(input, n=None, dim=-1, norm=None):
    """`fft` of a real input: the n // 2 + 1 places that the others are conjugates of.

    Raises:
        RuntimeError: for a complex input, and as `fft`.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.rfft(torch.tensor([1.0, 2.0, 3.0, 4.0]))
        tensor([10.+0.j, -2.+2.j, -2.+0.j])
    """
    return from_real("fft_rfft", input, n, dim, norm, True)


@public("fft", out=True)
def fft_irfft(input, n=None, dim=-1, norm=None):
    """The inverse of `rfft`: `n` real places, by default 2 (m - 1) for m complex ones.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.irfft(torch.fft.rfft(torch.tensor([1.0, 2.0, 3.0])), n=3)
        tensor([1., 2., 3.])
    """
    return to_real("fft_irfft", input, n, dim, norm, False)


@public("fft", out=True)
def fft_hfft(input, n=None, dim=-1, norm=None):
    """`fft` of an input with Hermitian symmetry, given its first half: `n` real places.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.hfft(torch.tensor([2.5, -0.5]), n=2)
        tensor([2., 3.])
    """
    return to_real("fft_hfft", input, n, dim, norm, True)


@public("fft", out=True)
def fft_ihfft(input, n=None, dim=-1, norm=None):
    """The inverse of `hfft`: the first half of what has Hermitian symmetry.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.ihfft(torch.tensor([2.0, 3.0]))
        tensor([ 2.5000-0.j, -0.5000-0.j])
    """
    return from_real("fft_ihfft", input, n, dim, norm, False)


# -- several dims ----------------------------------------------------------------------------


@public("fft", out=True)
def fft_fftn(input, s=None, dim=None, norm=None):
    """The discrete Fourier transform over several dims.

    Args:
        s: how many places along each, -1 for as many as there are; see `fft`.
        dim: the dims; all by default, or the last ones if only `s` is given.
        norm: as in `fft`, n being the number of all places.

    Example:
        >>> import rushlight as torch
        >>> torch.fft.fftn(torch.eye(2))
        tensor([[2.+0.j, 0.+0.j],
                [0.+0.j, 2.+0.j]])
    """
    return along_several("fft_fftn", input, s, dim, norm, True)


@public("fft", out=True)
def fft_ifftn(input, s=None, dim=None, norm=None):
    """The inverse of `fftn`, with its parameters."""
    return along_several("fft_ifftn", input, s, dim, norm, False)


def along_several(name, input, s, dim, norm, forward):
    """`fftn` and `ifftn`."""
    given(name, input, norm)
    dims, sizes = dims_and_sizes(input, s, dim)
    t = resized(complex_of(input), dims, sizes)
    return fft_c2c(t, dims, scale_of(FORWARD if forward else INVERSE, norm, sizes), forward)


@public("fft", out=True)
def fft_rfftn(input, s=None, dim=None, norm=None):
    """`fftn` of a real input: of the last of the dims the first half.

    Raises:
        RuntimeError: for a complex input, and for no dims.
    """
    refuse_complex(given("fft_rfftn", input, norm), "rfftn expects a real-valued input tensor")
    dims, sizes = dims_and_sizes(input, s, dim)
    if not dims:
        raise RuntimeError("rfftn must transform at least one axis")
    t = resized(floating(input), dims, sizes)
    return fft_r2c(t, dims, scale_of(FORWARD, norm, sizes), True)


@public("fft", out=True)
def fft_irfftn(input, s=None, dim=None, norm=None):
    """The inverse of `rfftn`; `s` are the sizes of its result."""
    given("fft_irfftn", input, norm)
    dims, sizes = halved_dims("irfftn", input, s, dim)
    t = resized(complex_of(input), dims, [*sizes[:-1], sizes[-1] // 2 + 1])
    return fft_c2r(t, dims, scale_of(INVERSE, norm, sizes), sizes[-1])


@public("fft", out=True)
def fft_hfftn(input, s=None, dim=None, norm=None):
    """`fftn` of an input with Hermitian symmetry, given half of it along the last of the dims."""
    given("fft_hfftn", input, norm)
    dims, sizes = halved_dims("hfftn", input, s, dim)
    t = resized(complex_of(input), dims, [*sizes[:-1], sizes[-1] // 2 + 1])
    if len(dims) > 1:
        t = fft_c2c(t, dims[:-1], scale_of(FORWARD, norm, sizes[:-1]), True)
    return fft_c2r(t.conj(), dims[-1:], scale_of(FORWARD, norm, sizes[-1:]), sizes[-1])


@public("fft", out=True)
def fft_ihfftn(input, s=None, dim=None, norm=None):
    """The inverse of `hfftn`.

    Raises:
        RuntimeError: for a complex input, and for no dims.
    """
    given("fft_ihfftn", input, norm)
    dims, sizes = dims_and_sizes(input, s, dim)
    if not dims:
        raise RuntimeError("ihfftn must transform at least one axis")
    if input.dtype.is_complex:
        raise RuntimeError(
            f"Only supports floating-point dtypes, but found: {input.dtype.scalar_type}"
        )
    t = resized(floating(input), dims, sizes)
    out = fft_r2c(t, dims[-1:], scale_of(INVERSE, norm, sizes[-1:]), True)
    if len(dims) == 1:
        return out.conj()
    return fft_c2c(out.conj_physical(), dims[:-1], scale_of(INVERSE, norm, sizes[:-1]), False)


# -- two dims --------------------------------------------------------------------------------


@public("fft", out=True)
def fft_fft2(input, s=None, dim=(-2, -1), norm=None):
    """`fftn` over the last two dims."""
    return fft_fftn(input, s, dim, norm)


@public("fft", out=True)
def fft_ifft2(input, s=None, dim=(-2, -1), norm=None):
    """`ifftn` over the last two dims."""
    return fft_ifftn(input, s, dim, norm)


@public("fft", out=True)
def fft_rfft2(input, s=None, dim=(-2, -1), norm=None):
    """`rfftn` over the last two dims."""
    return fft_rfftn(input, s, dim, norm)


@public("fft", out=True)
def fft_irfft2(input, s=None, dim=(-2, -1), norm=None):
    """`irfftn` over the last two dims."""
    return fft_irfftn(input, s, dim, norm)


@public("fft", out=True)
def fft_hfft2(input, s=None, dim=(-2, -1), norm=None):
    """`hfftn` over the last two dims."""
    return fft_hfftn(input, s, dim, norm)


@public("fft", out=True)
def fft_ihfft2(input, s=None, dim=(-2, -1), norm=None):
    """`ihfftn` over the last two dims."""
    return fft_ihfftn(input, s, dim, norm)


# -- order of places -------------------------------------------------------------------------


@public("fft")
def fft_fftshift(input, dim=None):
    """A spectrum with frequency 0 moved from the first place to the middle, along `dim` (an int or
    several; all by default).

    Example:
        >>> import rushlight as torch
        >>> torch.fft.fftshift(torch.tensor([0, 1, 2, -2, -1]))
        tensor([-2, -1,  0,  1,  2])
    """
    return shifted("fft_fftshift", input, dim, lambda n: n // 2)


@public("fft")
def fft_ifftshift(input, dim=None):
    """What `fftshift` moved, moved back."""
    return shifted("fft_ifftshift", input, dim, lambda n: (n + 1) // 2)


def shifted(name, input, dim, shift):
    """`input` rolled along dims, as far as `shift` says for their lengths."""
    as_tensor_argument(name, "input", 1, input)
    if isinstance(dim, str):
        raise TypeError(f"{name}(): argument 'dim' must be tuple of ints, not str")
    dims = range(input.dim()) if dim is None else sizes_argument((dim,))
    dims = tuple([one_dim(input, d) for d in dims])
    return input.roll(tuple([shift(input.shape[d]) for d in dims]), dims)
