"""Programs run with rushlight and with PyTorch, and what they leave compared."""

import warnings

import numpy as np
import torch

import rushlight

LIBRARIES = (rushlight, torch)
# Warnings of what PyTorch uses inside, and rushlight does not.
INTERNAL = ("oneDNN", "API of nested tensors")


def outcome(program, library):
    """What a program returns, or the type and text of its error, and its warnings."""
    library.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = program(library)
        except Exception as error:
            result = type(error).__name__, str(error).replace("rushlight.", "torch.")
    told = [(w.category.__name__, str(w.message)) for w in caught]
    return plain(result, library), [w for w in told if not any(name in w[1] for name in INTERNAL)]


def plain(value, library):
    """Results as what both libraries share."""
    if isinstance(value, library.Tensor):
        return np.asarray(value.detach().numpy()), str(value.dtype), value.requires_grad
    if isinstance(value, library.nn.Module):
        return repr(value)
    if isinstance(value, dict):
        return {key: plain(x, library) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(x, library) for x in value]
    if isinstance(value, type):
        return value.__name__
    return value


def agree(program, rtol=1e-5, atol=1e-6):
    """Both libraries make the same of a program, which takes the library."""
    ours, theirs = [outcome(program, library) for library in LIBRARIES]
    assert ours[1] == theirs[1]
    compare(ours[0], theirs[0], rtol, atol)
    return ours[0]


def compare(ours, theirs, rtol, atol):
    assert type(ours) is type(theirs), (ours, theirs)
    if isinstance(theirs, np.ndarray):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            compare(ours[key], theirs[key], rtol, atol)
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            compare(a, b, rtol, atol)
    elif isinstance(theirs, float):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    elif isinstance(theirs, str):
        assert ours == theirs or ours.startswith(f"{theirs}\n")  # advice comes after
    else:
        assert ours == theirs
