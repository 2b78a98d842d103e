"""Layers as one kernel: against their twins in NumPy, and recorded as PyTorch records them."""

import numpy as np
import pytest

import rushlight
from rushlight.kernels import layers, networks
from tests.kernels.odd_arrays import ODD

torch = pytest.importorskip("torch")

CLOSE = {"float32": 1e-5, "float64": 1e-13}
SIZES = [(1, 1, 1), (4, 4, 4), (3, 40, 50), (2, 30, 40), (32, 33, 34), (1, 100, 3)]


def operands(m, k, n, dtype="float64"):
    draw = np.random.default_rng(0)
    return [draw.standard_normal(shape).astype(dtype) for shape in ((m, k), (n, k), (n,))]


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_linear_agrees_with_numpy(sizes, dtype):
    x, w, b = operands(*sizes, dtype)
    for bias in (b, None):
        found = networks.linear(x, w, bias)
        assert found.dtype == dtype
        close = {"rtol": CLOSE[dtype], "atol": CLOSE[dtype] * sizes[1]}
        np.testing.assert_allclose(found, layers.linear(x, w, bias), **close)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("which", range(3))
def test_linear_of_odd_arrays(which, odd):
    args = operands(4, 5, 6)
    expected = layers.linear(*args)
    args[which] = ODD[odd](args[which])
    found = networks.linear(*args)
    if found is not None:
        np.testing.assert_allclose(found, expected, rtol=1e-13)
    elif odd == "read-only":
        pytest.fail("a kernel need not write to what it reads")


@pytest.mark.parametrize("kernel", [layers.linear, networks.linear])
def test_linear_declines_what_it_does_not_know(kernel):
    x, w, b = operands(2, 3, 4)
    for args in (
        (x.astype("float32"), w, b),
        (x.astype("float16"), w.astype("float16"), None),
        (x.astype(int), w.astype(int), None),
        (x[:, :2], w, b),
        (x, w, b[:3]),
        (x, w, b[None]),
        (x[None], w, b),
        (x[0], w, b),
        (x[:0], w, b),
        (x[:, :0], w[:, :0], b),
    ):
        assert kernel(*args) is None


def names(node):
    return node and (node.name(), [names(n) for n, _ in node.next_functions])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("wants_input", [True, False])
def test_linear_is_recorded_as_by_pytorch(bias, wants_input):
    found = []
    for module in (rushlight, torch):
        x, w, b = (module.from_numpy(a) for a in operands(3, 4, 5))
        x, w, b = x.requires_grad_(wants_input), w.requires_grad_(), b.requires_grad_()
        out = module.nn.functional.linear(x, w, b if bias else None)
        (g,) = module.autograd.grad((out * out).sum(), w, create_graph=True)
        (second,) = module.autograd.grad(g.sum(), w, retain_graph=True)
        out.sum().backward()
        found.append((names(out.grad_fn), g, second, w.grad, b.grad, w.grad.stride()))
    ours, theirs = found
    assert ours[0] == theirs[0]
    assert ours[-1] == theirs[-1]
    for a, e in zip(ours[1:5], theirs[1:5], strict=True):
        assert (a is None) == (e is None)
        if e is not None:
            np.testing.assert_allclose(a.detach().numpy(), e.detach().numpy(), rtol=1e-12)


def test_a_hook_sees_what_linear_does():
    seen = []
    with rushlight.autograd.graph.saved_tensors_hooks(lambda t: seen.append(t.shape), lambda t: t):
        rushlight.nn.functional.linear(*map(rushlight.from_numpy, operands(2, 3, 4))).sum()
        w = rushlight.ones(4, 3, requires_grad=True)
        rushlight.nn.functional.linear(rushlight.ones(2, 3), w)
    assert seen == [(2, 3)]
