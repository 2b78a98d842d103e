"""Convolutions against PyTorch: values, derivatives, transforms."""

import functools

import numpy as np
import pytest

import rushlight
from rushlight.ops import convolution
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same'"),  # by both libraries, once
    pytest.mark.filterwarnings("ignore:There is a performance drop"),  # PyTorch of its own vmap
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),  # by its own use of it
]

ALL = "float16 bfloat16 float32 float64 complex128 int64 uint8"
FEW = "float64"  # the others where a row says so


def calling(name, **options):
    """A row's call: `torch.name(x, w, b)`; without a bias where the row has two inputs."""

    def call(torch, x, w, b):
        return getattr(torch, name)(x, w, b, **options)

    return call


def without_bias(name, **options):
    def call(torch, x, w):
        return getattr(torch, name)(x, w, **options)

    return call


def row(name, options, *shapes, dtypes=FEW, bias=True):
    call = (calling if bias else without_bias)(name, **options)
    title = f"{name} {options} {shapes[0]}"
    reason = "sums of products in another order"
    return Row(title, call, shapes, dtypes=dtypes, special=False, tolerance=8, reason=reason)


PLAIN = [[(2, 3, 7), (4, 3, 2), (4,)], [(2, 3, 6, 5), (4, 3, 3, 2), (4,)]]
ROWS = [
    row("conv1d", {}, PLAIN[0], [(3, 7), (4, 3, 7), (4,)], [(0, 3, 7), (4, 3, 2), (4,)], dtypes=ALL),
    row("conv1d", {}, [(2, 3, 7), (4, 3, 2)], bias=False),
    row("conv1d", {"stride": 3, "padding": 2, "dilation": 2}, PLAIN[0], dtypes=ALL),
    row("conv1d", {"padding": "same"}, PLAIN[0], [(3, 7), (4, 3, 3), (4,)]),
    row("conv1d", {"padding": "valid", "stride": 2}, PLAIN[0]),
    row("conv1d", {"groups": 2}, [(2, 4, 5), (6, 2, 3), (6,)]),
    row("conv1d", {"groups": 3, "padding": [1]}, [(2, 3, 5), (3, 1, 3), (3,)]),
    row("conv2d", {}, PLAIN[1], [(2, 3, 4, 5), (4, 3, 1, 1), (4,)], dtypes=ALL),
    row("conv2d", {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 3)}, PLAIN[1]),
    row("conv2d", {"padding": "same", "dilation": 2}, PLAIN[1]),
    row("conv2d", {"groups": 2, "stride": 2}, [(2, 4, 5, 6), (2, 2, 3, 2), (2,)]),
    row("conv2d", {"groups": 4, "padding": 1}, [(1, 4, 5, 6), (8, 1, 3, 3), (8,)], dtypes=ALL),
    row("conv2d", {"stride": 4}, [(2, 1, 9, 8), (2, 1, 4, 4), (2,)]),
    row("conv3d", {"padding": (0, 1, 2)}, [(1, 2, 4, 3, 4), (3, 2, 2, 3, 1), (3,)], dtypes=ALL),
    row("conv3d", {"stride": 2, "groups": 2}, [(2, 4, 4, 5), (2, 1, 2, 3, 2), (2,)]),
    row("conv_transpose1d", {}, [(2, 3, 5), (3, 2, 3), (2,)], [(3, 5), (3, 2, 3), (2,)], dtypes=ALL),
    row("conv_transpose1d", {}, [(2, 3, 5), (3, 2, 3)], [(0, 3, 5), (3, 2, 3)], bias=False),
    row(
        "conv_transpose1d",
        {"stride": 3, "padding": 2, "output_padding": 2, "groups": 2, "dilation": 4},
        [(2, 4, 5), (4, 3, 3), (6,)],
    ),
    # More places fit on the result than it was made from.
    row(
        "conv_transpose2d",
        {"stride": (3, 2), "padding": (1, 2), "output_padding": (2, 3), "dilation": 4},
        [(2, 2, 4, 4), (2, 1, 4, 5), (1,)],
    ),
    row("conv_transpose2d", {"stride": 2, "output_padding": (1, 0)}, [(1, 4, 3), (1, 2, 3, 2), (2,)]),
    row("conv_transpose2d", {"padding": 1}, [(2, 2, 3, 4), (2, 3, 3, 1), (3,)], dtypes=ALL),
    row("conv_transpose3d", {"stride": (1, 2, 1)}, [(2, 2, 2, 3, 2), (2, 1, 2, 2, 3), (1,)]),
    # PyTorch refuses expanded ones, in a view of its own.
    row("conv_tbc", {}, [(5, 2, 3), (3, 3, 4), (4,)], [(2, 2, 3), (3, 3, 4), (4,)], dtypes=""),
    row("conv_tbc", {"pad": 2}, [(5, 2, 3), (3, 3, 4), (4,)], dtypes=""),
]  # fmt: skip

# PyTorch's own graph of complex numbers is one of real convolutions.
ROWS = [r._replace(derivatives="float64") for r in ROWS] + [
    r._replace(name=f"complex {r.name}", derivatives="complex128", dtypes="", node=False)
    for r in ROWS
    if "stride" in r.name
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def drawn(lib, *shapes, dtype="float64"):
    rng = np.random.default_rng(len(shapes))
    return [
        lib.tensor(rng.uniform(-1, 1, s).tolist(), dtype=getattr(lib, dtype)).reshape(s)
        for s in shapes
    ]


def close(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), 1e-10, 1e-12)


# -- vmap ----------------------------------------------------------------------------------------

MAPPED = {
    "conv2d": [((3, 2, 4, 5, 4), (3, 4, 2, 2, 3), (3, 4)), {"groups": 2, "padding": 1}],
    "conv_transpose2d": [
        ((3, 2, 4, 3, 4), (3, 4, 2, 2, 3), (3, 4)),
        {"groups": 2, "stride": 2, "padding": 1},
    ],
}


@pytest.mark.parametrize("name", MAPPED)
@pytest.mark.parametrize("batched", ["x", "w", "b", "xw", "wb"])
def test_vmap_over_any_of_the_inputs(name, batched):
    shapes, options = MAPPED[name]
    dims = tuple([0 if letter in batched else None for letter in "xwb"])
    found = []
    for lib in (rushlight, torch):
        tensors = drawn(lib, *shapes)
        tensors = [t if d == 0 else t[0] for t, d in zip(tensors, dims, strict=True)]

        def loss(x, w, b, lib=lib):
            return (getattr(lib, name)(x, w, b, **options) ** 2).sum()

        def gradients(x, w, b, lib=lib, loss=loss):
            return grads(lib, loss, x, w, b)

        found.append(lib.func.vmap(gradients, in_dims=dims)(*tensors))
    close(*found)


def grads(lib, function, *inputs):
    """Derivatives of a function in the directions of forward mode, one input at a time."""
    out = [function(*inputs)]
    for i, x in enumerate(inputs):
        partial = functools.partial(replaced, function, inputs, i)
        out.append(lib.func.jvp(partial, (x,), (x * x,))[1])
    return tuple(out)


def replaced(function, inputs, i, x):
    return function(*inputs[:i], x, *inputs[i + 1 :])


def per_sample(lib, w, x):
    """The gradient of the weight for each sample of x."""

    def loss(w, row):
        return (lib.conv2d(row, w) ** 2).sum()

    return lib.func.vmap(lib.func.grad(loss), in_dims=(None, 0))(w, x)


def test_per_sample_gradients_are_one_call_of_the_kernel(monkeypatch):
    calls, kernel = [], convolution.kernels.convolution_weight

    def counted(*args):
        calls.append(args)
        return kernel(*args)

    monkeypatch.setattr(convolution.kernels, "convolution_weight", counted)
    found = [
        per_sample(lib, *drawn(lib, (4, 2, 3, 3), (50, 2, 5, 6))) for lib in (rushlight, torch)
    ]
    assert len(calls) == 1
    close(*[[gradients] for gradients in found])


# -- graphs --------------------------------------------------------------------------------------


def names(node, depth=0):
    """The names of a graph's nodes, those of the inputs indented; gaps where there is none."""
    out = [f"{' ' * depth}{node.name() if node else None}"]
    for below, _ in node.next_functions if node else ():
        out += names(below, depth + 1)
    return out


@pytest.mark.parametrize(
    "make",
    [
        lambda lib, x, w: lib.conv1d(x, w),
        lambda lib, x, w: lib.conv1d(x[0], w),
        lambda lib, x, w: lib.conv1d(x, w, padding="same"),
        lambda lib, x, w: lib.conv_transpose1d(x[0], w),
        lambda lib, x, w: lib.convolution(x, w, None, [1], [0], [1], False, [0], 1),
        lambda lib, x, w: lib.autograd.grad(lib.conv1d(x, w).sum(), x, create_graph=True)[0],
        lambda lib, x, w: lib.autograd.grad(lib.conv1d(x, w).sum(), w, create_graph=True)[0],
    ],
)
def test_nodes(make):
    found = []
    for lib in (rushlight, torch):
        tensors = [t.requires_grad_() for t in drawn(lib, (2, 3, 6), (3, 3, 2))]
        found.append(names(make(lib, *tensors).grad_fn))
    if "BackwardBackward" in found[1][0]:  # PyTorch has one node for all three gradients
        found = [lines[:1] for lines in found]
    assert found[0] == found[1]


def test_only_what_a_gradient_reads_is_kept():
    x, w = (t.requires_grad_() for t in drawn(rushlight, (2, 3, 6), (3, 3, 2)))
    y = rushlight.conv1d(x.detach(), w)
    with rushlight.no_grad():
        w.zero_()
    y.sum().backward()  # does not read the weight
    y = rushlight.conv1d(x, w)
    with rushlight.no_grad():
        w.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_convolution_over_any_number_of_dims():
    x, w = drawn(rushlight, (2, 3, 3, 2, 3, 2), (4, 3, 2, 1, 2, 2))
    y = rushlight.convolution(x, w, None, [1], [0], [1], False, [0], 1)
    wide = rushlight.conv3d(x[:, :, 0], w[:, :, 0]) + rushlight.conv3d(x[:, :, 1], w[:, :, 1])
    close([y[:, :, 0]], [wide])


def test_convolution_of_no_channels_is_the_bias():
    """PyTorch gives no output channels, against its own formula of the size."""
    b = rushlight.tensor([1.0, 2.0])
    y = rushlight.conv1d(rushlight.zeros(3, 0, 5), rushlight.zeros(2, 0, 2), b)
    assert y.tolist() == [[[1.0] * 4, [2.0] * 4]] * 3


def test_same_padding_of_an_even_kernel_says_that_it_copies():
    from rushlight.ops.families import warn_once

    warn_once.cache_clear()
    with pytest.warns(UserWarning, match="padding='same' with even kernel lengths"):
        rushlight.conv1d(rushlight.zeros(1, 1, 4), rushlight.zeros(1, 1, 2), padding="same")


def test_a_weight_of_low_precision_is_summed_in_float32():
    x = rushlight.ones(1, 1, 4096, dtype=rushlight.float16)
    assert rushlight.conv1d(x, x).item() == 4096


@pytest.mark.parametrize("dtype", ["float32", "complex128", "int64"])
@pytest.mark.parametrize("pad", [0, 2])
def test_conv_tbc(dtype, pad):
    found = []
    for lib in (rushlight, torch):
        kind = getattr(lib, dtype)
        tensors = [(4 * t).to(kind) for t in drawn(lib, (5, 2, 3), (3, 3, 4), (4,))]
        found.append(lib.conv_tbc(*tensors, pad))
    np.testing.assert_allclose(found[0].numpy(), found[1].numpy(), 1e-5)
    assert found[0].stride() == found[1].stride()
