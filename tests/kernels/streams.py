"""A random engine of ours beside a generator of PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from rushlight.kernels.random import Engine

torch = pytest.importorskip("torch")


def numpy_dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        return np.dtype(pytest.importorskip("ml_dtypes").bfloat16)
    return np.dtype(name)


def to_numpy(tensor) -> np.ndarray:
    """The same bytes as a NumPy array; Tensor.numpy refuses bfloat16."""
    if tensor.dtype == torch.bfloat16:
        bits = tensor.contiguous().view(torch.int16).numpy()
        return bits.view(numpy_dtype("bfloat16"))
    return tensor.numpy()


def assert_same(ours: np.ndarray, theirs) -> None:
    expected = to_numpy(theirs)
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    np.testing.assert_array_equal(ours, expected)


class Pair:
    """Our engine and a PyTorch generator with the same seed, and one assertion for both."""

    def __init__(self, seed: int = 0) -> None:
        self.ours = Engine(seed)
        self.theirs = torch.Generator().manual_seed(seed)

    def filled(self, shape, name, method, *parameters):
        tensor = torch.zeros(shape, dtype=getattr(torch, name))
        return getattr(tensor, method)(*parameters, generator=self.theirs)

    def same(self, draw, method, shape, name, *parameters) -> None:
        """`draw` and the in-place `method` of a tensor agree, and so do the states after them."""
        theirs = self.filled(shape, name, method, *parameters)
        assert_same(draw(self.ours, shape, numpy_dtype(name), *parameters), theirs)
        self.same_state()

    def same_state(self) -> None:
        np.testing.assert_array_equal(self.ours.get_state(), self.theirs.get_state().numpy())
