"""Gradients of convolutions as functions, against PyTorch's."""

import importlib

import numpy as np
import pytest

import rushlight
import rushlight.nn.grad

torch = pytest.importorskip("torch")
importlib.import_module("torch.nn.grad")

HOW = {"stride": 2, "padding": 1, "dilation": 1, "groups": 2}


def drawn(lib, *shape):
    values = np.random.default_rng(0).normal(size=shape)
    return lib.tensor(values.tolist(), dtype=lib.float64).requires_grad_()


@pytest.mark.parametrize("how", [{}, HOW], ids=["plain", "how"])
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("of", ["input", "weight"])
def test_gradients(of, n, how):
    x, w = (2, 4, 7, 6, 5)[: n + 2], (4, 4 // how.get("groups", 1), 3, 2, 3)[: n + 2]
    y = torch.nn.functional.__dict__[f"conv{n}d"](torch.zeros(x), torch.zeros(w), **how).shape
    found = []
    for lib in (rushlight, torch):
        function = getattr(lib.nn.grad, f"conv{n}d_{of}")
        args = (x, drawn(lib, *w)) if of == "input" else (drawn(lib, *x), w)
        g = drawn(lib, *y)
        out = function(*args, g, **how)
        out.sum().backward()
        found.append([out, g.grad, next(a for a in args if not isinstance(a, tuple)).grad])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), 1e-12, 1e-12)


def test_sizes_that_do_not_fit():
    grad = rushlight.nn.grad
    with pytest.raises(RuntimeError, match=r"to be of size \[2, 4, 6\], but got size \[2, 4, 5\]"):
        grad.conv1d_input((2, 3, 8), rushlight.zeros(4, 3, 3), rushlight.zeros(2, 4, 5))
    with pytest.raises(RuntimeError, match="Expected 3-dimensional input for 3-dimensional weight"):
        grad.conv1d_input((2, 3), rushlight.zeros(4, 3, 3), rushlight.zeros(2, 4, 6))
