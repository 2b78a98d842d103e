"""Short-time Fourier transforms: the spectra of a signal's frames, and the signal from them."""

import numpy as np

from rushlight.kernels import dtypes, once
from rushlight.ops.complex import view_as_complex, view_as_real
from rushlight.ops.families import as_tensor_argument, int_argument, wrap_dim
from rushlight.ops.fourier import FORWARD, INVERSE, fft_c2c, fft_c2r, fft_r2c, scale_of
from rushlight.ops.pad import constant_pad_nd, pad
from rushlight.ops.publish import public
from rushlight.ops.slices import slice_, unfold, unfold_backward
from rushlight.tape.core import TensorBase

USE_A_WINDOW = (
    "A window was not provided. A rectangular window will be applied{0}To suppress this warning "
    "and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`."
)
LEAKS = (
    ",which is known to cause spectral leakage. Other windows such as torch.hann_window or "
    "torch.hamming_window are recommended to reduce spectral leakage."
)
KEPT = ".Please provide the same window used by stft to make the inversion lossless."
NEEDS_RETURN_COMPLEX = (
    "stft requires the return_complex parameter be given for real inputs, and will further require "
    "that return_complex=True in a future PyTorch release."
)
DEPRECATED = (
    "stft with return_complex=False is deprecated. In a future pytorch release, stft will return "
    "complex tensors for all inputs, and return_complex=False will raise an error.\nNote: you can "
    "still call torch.view_as_real on the complex output to recover the old return format."
)
TWO_SIDED = "Cannot have onesided output if window or input is complex"
TOO_SHORT = (
    "The length of signal is shorter than the length parameter. Result is being padded with zeros "
    "in the tail. Please check your center and hop_length settings."
)
INVISIBLE = 1e-11  # frames whose windows add up to less say nothing of the signal


class frames_of(unfold):
    """Windows along a dim, under the name of what PyTorch makes them with."""

    node = "AsStridedBackward0"
    places = None


class Described:
    """A call in the words of PyTorch's errors about it."""

    def __init__(self, name, subject, **arguments):
        said = [f"{key}={word(value)}" for key, value in arguments.items()]
        self.call = f"{name}({', '.join([subject, *said])})"

    def expect(self, condition, complaint):
        """Raise unless `condition`."""
        if not condition:
            raise RuntimeError(f"{self.call} {complaint}")


def word(value):
    """An argument as PyTorch's C++ prints it."""
    if isinstance(value, TensorBase):
        return f"torch.{value.dtype.scalar_type}Tensor{{{[*value.shape]}}}"
    return str(int(value)) if isinstance(value, bool) else str(value)


def window_argument(name, window):
    """A window must be a tensor, or nothing."""
    if window is not None and not isinstance(window, TensorBase):
        raise TypeError(f"{name}(): argument 'window' must be Tensor, not {type(window).__name__}")


def is_complex(window):
    return window is not None and window.dtype.is_complex


# -- forward ---------------------------------------------------------------------------------


@public("torch Tensor")
def stft(
    input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect",
    normalized=False, onesided=None, return_complex=None, align_to_window=None,
):  # fmt: skip
    """The spectra of a signal's frames: frequencies x frames, after the batch's dim if there is
    one.

    Args:
        input: a signal, or a batch of them.
        n_fft: the length of a frame's transform.
        hop_length: the distance from frame to frame; a quarter of `n_fft` by default.
        win_length: the length of the window, which lies in the middle of the frame; by default
            that of the frame.
        window: what a frame is multiplied by; ones by default.
        center: does frame t lie around place `t * hop_length`, or begin there? For the former the
            signal is padded at both ends as `pad_mode` says.
        normalized: divide by the root of `n_fft`.
        onesided: give only the first n_fft // 2 + 1 frequencies: the default for real signals.
        return_complex: if False, a last dim holds real and imaginary parts.
        align_to_window: without `center`, let the first window begin at the first place.

    Raises:
        RuntimeError: the lengths do not fit, or a real signal comes without `return_complex`.

    Example:
        >>> import rushlight as torch
        >>> tone = torch.tensor([1.0, 0.0, -1.0, 0.0]).repeat(4)
        >>> window = torch.ones(4)
        >>> torch.stft(tone, 4, window=window, center=False, return_complex=True).abs()[:, 0]
        tensor([0., 2., 0.])
    """
    as_tensor_argument("stft", "input", 1, input)
    int_argument("stft", "n_fft", 2, n_fft)
    window_argument("stft", window)
    if center and align_to_window is not None:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    if center:
        input = centred(input, n_fft // 2, pad_mode)
    if window is None:
        once.warn(USE_A_WINDOW.format(LEAKS))
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    call = Described(
        "stft", f"torch.{input.dtype.scalar_type}Tensor{[*input.shape]}", n_fft=n_fft,
        hop_length=hop_length, win_length=win_length, window=window, normalized=normalized,
        onesided=onesided, return_complex=return_complex, align_to_window=align_to_window,
    )  # fmt: skip
    has_complex = input.dtype.is_complex or is_complex(window)
    return_complex = pairs_or_complex(return_complex, has_complex)
    check_signal(call, input, n_fft, hop_length, win_length, window)
    signal = input if input.dim() == 2 else input.unsqueeze(0)
    if align_to_window:
        signal = beside(signal, win_length, n_fft)
    frames = frames_of(signal, 1, n_fft, hop_length)
    whole = whole_window(signal, window, win_length, n_fft)
    if whole is not None:
        frames = frames * whole
    out = transformed(frames, n_fft, not has_complex if onesided is None else onesided, normalized)
    out = out.transpose_(1, 2)
    out = out if input.dim() == 2 else out.squeeze_(0)
    return out if return_complex else view_as_real(out)


def centred(signal, amount, mode):
    """A signal padded at both ends."""
    shape = signal.shape
    whole = signal.view([1] * (3 - len(shape)) + list(shape))
    padded = pad(whole, (amount, amount), mode)
    return padded.view(padded.shape[3 - len(shape) :]) if len(shape) < 3 else padded


def pairs_or_complex(return_complex, has_complex):
    """`return_complex` as asked for, or as it goes without saying."""
    if return_complex is None:
        if not has_complex:
            raise RuntimeError(NEEDS_RETURN_COMPLEX)
        return True
    if not return_complex:
        once.warn(DEPRECATED)
    return return_complex


def check_signal(call, signal, n_fft, hop_length, win_length, window):
    """Refuse what has no frames."""
    floats = signal.dtype.category >= dtypes.FLOAT
    call.expect(floats, ": expected a tensor of floating point or complex values")
    call.expect(1 <= signal.dim() <= 2, ": expected a 1D or 2D tensor")
    length = signal.shape[-1]
    call.expect(0 < n_fft <= length, f": expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    call.expect(hop_length > 0, f": expected hop_length > 0, but got hop_length={hop_length}")
    call.expect(
        0 < win_length <= n_fft,
        f": expected 0 < win_length <= n_fft, but got win_length={win_length}",
    )
    call.expect(
        window is None or tuple(window.shape) == (win_length,),
        f": expected a 1D window tensor of size equal to win_length={win_length}, but got window "
        f"with size {None if window is None else [*window.shape]}",
    )


def beside(signal, win_length, n_fft):
    """A signal with zeros for the places of the first and last frames beside the window."""
    left = (n_fft - win_length) // 2
    return constant_pad_nd.bound(signal, (left, n_fft - win_length - left))


def whole_window(signal, window, win_length, n_fft):
    """The window with zeros on both sides, as long as a frame; None for one of ones alone."""
    if window is None and win_length == n_fft:
        return None
    window = signal.new_ones(win_length) if window is None else window
    return window if win_length == n_fft else beside(window, win_length, n_fft)


def transformed(frames, n_fft, onesided, normalized):
    """The transforms along the last of three dims."""
    if frames.dtype.is_complex and onesided:
        raise RuntimeError(TWO_SIDED)
    scale = scale_of(FORWARD, "ortho" if normalized else None, (n_fft,))
    if frames.dtype.to_real().itemsize < 4:
        raise RuntimeError(f"MKL FFT doesn't support tensors of type: {frames.dtype.scalar_type}")
    if frames.dtype.is_complex:
        return fft_c2c(frames, (2,), scale, True)
    return fft_r2c(frames, (2,), scale, onesided)


# -- inverse ---------------------------------------------------------------------------------


@public("torch Tensor")
def istft(
    input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False,
    onesided=None, length=None, return_complex=False,
):  # fmt: skip
    """The signal whose spectra `stft` gave: the frames added up where they lie, over the sum of
    the squared windows.

    Args:
        input: complex, frequencies x frames, after the batch's dim if there is one.
        length: of the signal; by default as far as the frames reach (less what `center` padded).
        return_complex: is the signal complex?
        Others as in `stft`, which should have had the same.

    Raises:
        RuntimeError: the lengths do not fit, or the windows leave places of the signal out.

    Example:
        >>> import rushlight as torch
        >>> x, window = torch.arange(8.0), torch.hann_window(4)
        >>> spectra = torch.stft(x, 4, window=window, return_complex=True)
        >>> torch.istft(spectra, 4, window=window)
        tensor([0.0000, 1.0000, 2.0000, 3.0000, 4.0000, 5.0000, 6.0000, 7.0000])
    """
    as_tensor_argument("istft", "input", 1, input)
    int_argument("istft", "n_fft", 2, n_fft)
    window_argument("istft", window)
    if window is None:
        once.warn(USE_A_WINDOW.format(KEPT))
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    call = Described(
        "istft", f"CPU{input.dtype.scalar_type}Type{[*input.shape]}", n_fft=n_fft,
        hop_length=hop_length, win_length=win_length, window=window, center=center,
        normalized=normalized, onesided=onesided, length=length, return_complex=return_complex,
    )  # fmt: skip
    onesided = check_spectra(call, input, n_fft, hop_length, win_length, window, onesided)
    if return_complex and onesided:
        raise RuntimeError(TWO_SIDED)
    if not return_complex and is_complex(window):
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    pairs = view_as_real(input)
    pairs = pairs if input.dim() == 3 else pairs.unsqueeze(0)
    spectra = view_as_complex(pairs.transpose(1, 2))
    frames = signals(spectra, n_fft, normalized, return_complex)
    whole = whole_window(frames, window, win_length, n_fft)
    whole = frames.new_ones(n_fft) if whole is None else whole
    out = overlapped(call, frames, whole, hop_length, *ends_of(center, n_fft, length))
    return out if input.dim() == 3 else out.squeeze(0)


def check_spectra(call, spectra, n_fft, hop_length, win_length, window, onesided):
    """Refuse what is not as `stft` gives it; is it one-sided?"""
    if not spectra.dtype.is_complex:
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with "
            "return_complex=True."
        )
    call.expect(spectra.numel() != 0, ": input tensor cannot be empty.")
    found = spectra.shape[wrap_dim(-3, spectra.dim() + 1)]  # of the pairs that are made of it
    call.expect(
        2 <= spectra.dim() <= 3,
        f": expected a tensor with 3 or 4 dimensions, but got {spectra.dim() + 1}",
    )
    onesided = found != n_fft if onesided is None else onesided
    wanted, words = (n_fft // 2 + 1, "n_fft / 2 + 1") if onesided else (n_fft, "n_fft")
    call.expect(
        found == wanted,
        ": expected the frequency dimension (3rd to the last) of the input tensor to match "
        f"{words} when onesided={onesided}, but got {found}",
    )
    call.expect(0 < hop_length <= win_length, ": expected 0 < hop_length <= win_length")
    call.expect(0 < win_length <= n_fft, ": expected 0 < win_length <= n_fft")
    call.expect(
        window is None or tuple(window.shape) == (win_length,),
        ": Invalid window shape. window has to be 1D and length of `win_length`",
    )
    return onesided


def signals(spectra, n_fft, normalized, return_complex):
    """The inverse transforms along the last of three dims."""
    scale = scale_of(INVERSE, "ortho" if normalized else None, (n_fft,))
    if return_complex:
        return fft_c2c(spectra, (2,), scale, False)
    if spectra.shape[2] != n_fft // 2 + 1:
        spectra = slice_(spectra, 2, 0, n_fft // 2 + 1, 1)
    return fft_c2r(spectra, (2,), scale, n_fft)


def ends_of(center, n_fft, length):
    """(first place of the signal, the place after its last one or None)."""
    start = n_fft // 2 if center else 0
    if length is not None:
        return start, start + length
    return start, -start if center else None


def overlapped(call, frames, window, hop_length, start, end):
    """Frames times the window, added up where they lie, over what the squared windows add up to."""
    size, count, n_fft = frames.shape
    reach = n_fft + hop_length * (count - 1)
    added = unfold_backward(frames * window, (size, reach), 1, n_fft, hop_length)
    squares = (window * window).expand(1, count, n_fft)
    weights = unfold_backward(squares, (1, reach), 1, n_fft, hop_length)
    added, weights = (slice_(x, 1, start, end, 1) for x in (added, weights))
    least = weights.abs().min().item() if weights.array is not None else np.inf
    call.expect(least > INVISIBLE, "window overlap add min: 1\n[ CPUBoolType{} ]")
    out = added / weights
    if end is not None and end > reach:
        once.warn(TOO_SHORT)
        out = constant_pad_nd.bound(out, (0, end - reach))
    return out
