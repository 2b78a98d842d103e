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


@pytest.mark.parametrize("sizes", [(6, 4, 5), (6, 40, 50)], ids=str)
def test_linear_of_more_dims(sizes):
    x, w, b = operands(*sizes)
    expected = layers.linear(x, w, b)
    for kernel in (layers.linear, networks.linear):
        found = kernel(x.reshape(3, 2, 1, -1), w, b)
        assert found.shape == (3, 2, 1, sizes[2])
        np.testing.assert_allclose(found.reshape(6, -1), expected, rtol=1e-12)


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
        (x.T[None].T, w, b),
        (np.stack([x, x], 1).swapaxes(0, 1), w, b),
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


# -- LSTM --------------------------------------------------------------------------------------


def sequence(steps, samples, inputs, n, dtype="float32"):
    """x, w_ih, w_hh, b_ih, b_hh, h and c."""
    draw = np.random.default_rng(0)
    shapes = [(steps, samples, inputs), (4 * n, inputs), (4 * n, n), (4 * n,), (4 * n,)]
    return [
        draw.standard_normal(s).astype(dtype) / 2 for s in (*shapes, (samples, n), (samples, n))
    ]


def both_ways(kernels, args, backwards, wants_x=True):
    """All that the two kernels of an LSTM return but the bytes between them."""
    x, w_ih, w_hh, _, _, h, c = args
    out, *end, kept = kernels.lstm(*args, backwards)
    cotangents = [np.sin(np.arange(a.size, dtype=a.dtype)).reshape(a.shape) for a in (out, *end)]
    grads = kernels.lstm_gradient(*cotangents, x, w_ih, w_hh, h, c, out, kept, backwards, wants_x)
    return [out, *end, *grads]


def alike(found, expected, close):
    for a, e in zip(found, expected, strict=True):
        assert (a is None) == (e is None)
        if e is not None:
            assert a.dtype == e.dtype
            np.testing.assert_allclose(a, e, rtol=close, atol=close)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "sizes", [(1, 1, 1, 1), (5, 3, 4, 7), (3, 40, 5, 35), (6, 2, 3, 16)], ids=str
)
def test_lstm_agrees_with_numpy(sizes, backwards):
    args = sequence(*sizes)
    alike(both_ways(networks, args, backwards), both_ways(layers, args, backwards), 5e-5)
    args[3:5] = None, None
    alike(
        both_ways(networks, args, backwards, False), both_ways(layers, args, backwards, False), 5e-5
    )


def test_lstm_of_double_precision_is_numpys():
    args = sequence(4, 3, 2, 5, "float64")
    alike(both_ways(networks, args, False), both_ways(layers, args, False), 0)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("which", range(7))
def test_lstm_of_odd_arrays(which, odd):
    args = sequence(4, 3, 2, 5)
    expected = both_ways(layers, args, False)
    args[which] = ODD[odd](args[which])
    alike(both_ways(networks, args, False), expected, 2e-5)


def lstm_of(module, **options):
    module.manual_seed(0)
    layer = module.nn.LSTM(3, 4, **options)
    shape = (2, 5, 3) if options.get("batch_first") else (5, 2, 3)
    return layer, module.randn(*shape, requires_grad=True)


def numbers(tensors):
    return [t.detach().numpy() for t in tensors]


@pytest.mark.parametrize(
    "options",
    [{}, {"bias": False}, {"num_layers": 2, "bidirectional": True}, {"batch_first": True}],
    ids=str,
)
def test_lstm_layers_are_recorded_as_by_pytorch(options):
    found = []
    for module in (rushlight, torch):
        layer, x = lstm_of(module, **options)
        out, (h, c) = layer(x)
        inputs = [x, *layer.parameters()]
        grads = module.autograd.grad(out.sin().sum() + h.sum() * c.sum(), inputs)
        found.append((names(out.grad_fn), numbers([out, h, c, *grads])))
    ours, theirs = found
    assert ours[0] == theirs[0]
    for a, e in zip(ours[1], theirs[1], strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-4, atol=1e-5)


def test_derivatives_of_the_gradients_of_an_lstm():
    found = []
    for dtype in (rushlight.float32, rushlight.float64):
        layer, x = lstm_of(rushlight)
        layer, x = layer.to(dtype), x.detach().to(dtype).requires_grad_()
        inputs = [x, *layer.parameters()]
        out, (h, _) = layer(x)
        first = rushlight.autograd.grad((out * out).sum() + h.sum(), inputs, create_graph=True)
        found.append([*first, *rushlight.autograd.grad(sum((g * g).sum() for g in first), inputs)])
    alike(*[[a.astype("float64") for a in numbers(tensors)] for tensors in found], 1e-4)


def test_an_lstm_in_transforms():
    layer, x = lstm_of(rushlight)
    func, many = rushlight.func, rushlight.stack([x.detach(), x.detach().sin()])
    single = rushlight.stack([layer(one)[0] for one in many])
    np.testing.assert_allclose(
        *numbers([func.vmap(lambda one: layer(one)[0])(many), single]), rtol=1e-5, atol=1e-6
    )
    out = layer(x)[0]
    by_jvp = func.jvp(lambda x: layer(x)[0], (x.detach(),), (rushlight.ones_like(x),))[1]
    rows = rushlight.eye(out.numel()).view(-1, *out.shape)
    (jacobian,) = rushlight.autograd.grad(out, x, rows, is_grads_batched=True)
    by_vjp = jacobian.flatten(1).sum(1).view(out.shape)
    np.testing.assert_allclose(*numbers([by_vjp, by_jvp]), rtol=1e-4, atol=1e-5)
