"""Normalisation layers against PyTorch: values, derivatives, running statistics, errors."""

import itertools

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.test_matmul import graph_of

torch = pytest.importorskip("torch")

REAL = "float16 float32 float64"
MOMENTS = "variances of few elements: a few roundings of numbers of order ten"


def of(name, *before, **options):
    """A function of `torch.nn.functional` on an input and perhaps weight and bias."""

    def call(torch, x, w=None, b=None):
        return getattr(torch.nn.functional, name)(x, *before, weight=w, bias=b, **options)

    return call


def affine(name, *before, **options):
    call = of(name, *before, **options)
    return lambda torch, x, w, b: call(torch, x, w, b)


def plain(name, *before, **options):
    call = of(name, *before, **options)
    return lambda torch, x: call(torch, x)


FIELDS = {
    "dtypes": REAL,
    "derivatives": "float64",
    "special": False,
    "tolerance": 20,
    "reason": MOMENTS,
}

ROWS = [
    Row(
        "layer_norm",
        affine("layer_norm", (3,)),
        [[(2, 3), (3,), (3,)], [(4, 2, 3), (3,), (3,)]],
        **FIELDS,
    ),
    Row(
        "layer_norm two dims",
        affine("layer_norm", (2, 3)),
        [[(4, 2, 3), (2, 3), (2, 3)], [(2, 3), (2, 3), (2, 3)]],
        **FIELDS,
    ),
    Row(
        "layer_norm plain",
        plain("layer_norm", (3,), eps=0.1),
        [[(2, 3)], [(3,)], [(0, 3)]],
        **FIELDS,
    ),
    Row(
        "layer_norm bad",
        affine("layer_norm", (3,)),
        [[(2, 3), (2,), (3,)], [(2, 3), (3,), (2,)], [(2, 4), (3,), (3,)], [(), (3,), (3,)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "layer_norm of what",
        plain("layer_norm", (3,)),
        [[(2, 3)]],
        dtypes="int64 complex64",
        derivatives="",
        special=False,
    ),
    Row(
        "layer_norm no shape",
        plain("layer_norm", ()),
        [[(2, 3)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "rms_norm",
        lambda torch, x, w: torch.nn.functional.rms_norm(x, (3,), w),
        [[(2, 3), (3,)], [(4, 2, 3), (3,)], [(2, 4), (3,)], [(2, 3), (2,)]],
        **FIELDS,
    ),
    Row(
        "rms_norm plain",
        lambda torch, x: torch.rms_norm(x, (2, 3), eps=0.1),
        [[(4, 2, 3)]],
        dtypes="float32 float64 complex128",
        derivatives="float64",
        special=False,
    ),
    Row(
        "group_norm",
        affine("group_norm", 2),
        [[(2, 4, 3), (4,), (4,)], [(3, 4), (4,), (4,)], [(2, 4, 2, 2), (4,), (4,)]],
        **FIELDS,
    ),
    Row("group_norm plain", plain("group_norm", 3), [[(2, 6)], [(2, 6, 2)], [(0, 6, 2)]], **FIELDS),
    Row(
        "group_norm bad",
        affine("group_norm", 2),
        [[(2, 3), (3,), (3,)], [(2, 4), (3,), (4,)], [(4,), (4,), (4,)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "batch_norm",
        affine("batch_norm", None, None, training=True),
        [[(4, 3), (3,), (3,)], [(2, 3, 4), (3,), (3,)], [(2, 3, 2, 2), (3,), (3,)]],
        **FIELDS,
    ),
    Row(
        "batch_norm plain",
        plain("batch_norm", None, None, training=True, eps=0.1),
        [[(4, 3)], [(2, 3, 4)], [(0, 3)]],
        **FIELDS,
    ),
    Row(
        "batch_norm given",
        lambda torch, x, w, b, m: torch.nn.functional.batch_norm(
            x, m.detach(), torch.ones_like(m) * 0.7, w, b
        ),
        [[(4, 3), (3,), (3,), (3,)], [(2, 3, 4), (3,), (3,), (3,)]],
        dtypes=REAL,
        derivatives="float64",
        special=False,
    ),
    Row(
        "batch_norm bad",
        affine("batch_norm", None, None, training=True),
        [[(1, 3), (3,), (3,)], [(4, 3), (2,), (3,)], [(4, 3), (3,), (2,)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "batch_norm undefined",
        plain("batch_norm", None, None),
        [[(4, 3)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "instance_norm",
        affine("instance_norm"),
        [[(2, 3, 4), (3,), (3,)], [(2, 3, 2, 2), (3,), (3,)]],
        **FIELDS,
    ),
    Row(
        "instance_norm bad",
        plain("instance_norm"),
        [[(2, 3)], [(2, 3, 1)]],
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    *[
        Row(
            f"local_response_norm {n}",
            lambda torch, x, n=n: torch.nn.functional.local_response_norm(
                x, n, alpha=0.5, beta=0.6, k=1.5
            ),
            [[(2, 4, 3)], [(1, 5, 2, 2)], [(2, 3)], [(0, 4, 2)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            vmap=False,
        )
        for n in (1, 2, 3)
    ],
    *[
        Row(
            f"normalize {p}",
            lambda torch, x, p=p: torch.nn.functional.normalize(x, p, -1),
            [[(3,)], [(2, 3)]],
            dtypes="float32 float64 complex128 int64",
            derivatives="float64 complex128",
            special=False,
        )
        for p in (1, 2, 3)
    ],
    Row(
        "normalize nothing",
        lambda torch, x: torch.nn.functional.normalize(x * 0, dim=0),
        [[(3,)]],
        dtypes="float64",
        derivatives="float64",
        special=False,
    ),
    *[
        Row(
            f"renorm {p}",
            lambda torch, x, p=p: torch.renorm(x, p, 0, 1.0),
            [[(2, 3)], [(2, 3, 2)], [(3,)]],
            dtypes="float32 float64 complex128",
            derivatives="float64 complex128",
            special=False,
            tolerance=5,
            reason="PyTorch sums the powers in vectors",
        )
        for p in (1, 2)
    ],
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(
    ("name", "shape"),
    [("batch_norm", (5, 3)), ("batch_norm", (2, 3, 4)), ("instance_norm", (2, 3, 4))],
)
def test_running_statistics(name, shape, momentum):
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    found = []
    for lib in (rushlight, torch):
        mean, var = lib.zeros(3), lib.ones(3)
        for _ in range(3):
            getattr(lib.nn.functional, name)(
                lib.tensor(x.tolist()),
                mean,
                var,
                **{"batch_norm": {"training": True}, "instance_norm": {}}[name],
                momentum=momentum,
            )
        found.append((mean.numpy(), var.numpy(), mean._version))
    np.testing.assert_allclose(found[0][0], found[1][0], 1e-6, 1e-7)
    np.testing.assert_allclose(found[0][1], found[1][1], 1e-6)
    assert found[0][2] == found[1][2]


def test_statistics_of_half_precision_stay_in_float32():
    x = rushlight.ones(4, 3, dtype=rushlight.float16)
    mean, var = rushlight.zeros(3), rushlight.ones(3)
    out = rushlight.nn.functional.batch_norm(x, mean, var, training=True)
    assert out.dtype is rushlight.float16
    assert mean.dtype is rushlight.float32


@pytest.mark.parametrize("native", ["native_layer_norm", "native_batch_norm"])
def test_native_results(native):
    results = []
    for lib in (rushlight, torch):
        x = lib.arange(6.0).reshape(2, 3).requires_grad_()
        more = [(3,), None, None] if native == "native_layer_norm" else [None] * 4 + [True, 0.1]
        results.append(getattr(lib, native)(x, *more, 1e-5))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), 1e-5, 1e-6)
        assert ours.requires_grad == theirs.requires_grad


GRAPHS = {
    "layer": lambda F, x, w: F.layer_norm(x, (3,), w, w), "plain": lambda F, x, w:
    F.layer_norm(x, (3,)), "batch": lambda F, x, w: F.batch_norm(x, None, None, w, w, True),
    "given": lambda F, x, w: F.batch_norm(x, w.detach(), w.detach(), w, w),
    "group": lambda F, x, w: F.group_norm(x, 1, w, w),
    "instance": lambda F, x, w: F.instance_norm(x[..., None].expand(2, 3, 2), weight=w, bias=w),
    "normalize": lambda F, x, w: F.normalize(x),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_records_what_pytorch_records(name):
    graphs = []
    for lib in (rushlight, torch):
        x, w = lib.ones(2, 3, requires_grad=True), lib.ones(3, requires_grad=True)
        graphs.append(graph_of(GRAPHS[name](lib.nn.functional, x, w)))
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("need", list(itertools.product([True, False], repeat=3))[:-1])
def test_only_asked_for_gradients_are_computed(need):
    found = []
    for lib in (rushlight, torch):
        x, w, b = (lib.arange(1.0, 4.0).requires_grad_(r) for r in need)
        lib.nn.functional.layer_norm(x.expand(2, 3), (3,), w, b).pow(2).sum().backward()
        found.append([t.grad for t in (x, w, b)])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) is (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-4, 1e-4)


def test_third_derivative():
    """PyTorch has none of `layer_norm`; here they agree with those of the formula."""

    def third(f):
        x = rushlight.tensor([0.3, -1.0, 2.0], dtype=rushlight.float64, requires_grad=True)
        y = f(x).pow(3).sum()
        for _ in range(3):
            (g,) = rushlight.autograd.grad(y, x, create_graph=True)
            y = (g * rushlight.tensor([1.0, -2.0, 0.5], dtype=rushlight.float64)).sum()
        return y.item()

    def formula(x):
        centred = x - x.mean()
        return centred / ((centred * centred).mean() + 1e-5).sqrt()

    ours = third(lambda x: rushlight.nn.functional.layer_norm(x, (3,)))
    assert ours == pytest.approx(third(formula), rel=1e-9)
