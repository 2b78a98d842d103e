"""Sums, means, spreads, products, norms, truth values and counts, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import SPECIAL, Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 complex128 int64 int32 uint8 bool"
FLOATS = "float16 float32 float64 complex128 int64"
REAL = "float32 float64 int64 bool"
INF = float("inf")
SEVERAL = [[(3,)], [(2, 3)], [(2, 1, 3)]]  # more than one element
LINES = [[(3,)], [(2, 3)], [(0, 2)], [(2, 0)]]
BLOCKS = [[(2, 3)], [(2, 3, 2)], [(2, 0)], [(0, 2, 1)]]

ROWS = [
    Row("sum", lambda torch, x: x.sum(), dtypes=ALL),
    Row("sum dim", lambda torch, x: torch.sum(x, 0), dtypes=ALL),
    Row("sum last dim, kept", lambda torch, x: x.sum(-1, True), dtypes=ALL),
    Row("sum no dims", lambda torch, x: x.sum(()), dtypes=REAL),
    Row("sum numpy names", lambda torch, x: torch.sum(x, axis=-1, keepdims=True), dtypes=REAL),
    Row("sum dims", lambda torch, x: x.sum((0, -1)), BLOCKS, dtypes=REAL, special=False),
    Row(
        "sum dtype",
        lambda torch, x: x.sum(0, dtype=torch.float64),
        dtypes=REAL,
        derivatives="float32 float64",
    ),
    Row(
        "sum to int",
        lambda torch, x: x.detach().sum(dtype=torch.int32),
        dtypes="float32 bool",
        derivatives="",
        special=False,
    ),
    Row("sum bad dim", lambda torch, x: x.sum(4), dtypes="float32", derivatives=""),
    Row("sum dim twice", lambda torch, x: x.sum((0, 0)), [[(2, 3)]], derivatives=""),
    Row("sum_to_size row", lambda torch, x: x.sum_to_size(1, 3), [[(2, 3)], [(1, 3)]]),
    Row("sum_to_size less", lambda torch, x: x.sum_to_size((2, 1)), [[(3, 2, 4)], [(2, 1)]]),
    Row("sum_to_size one", lambda torch, x: x.sum_to_size(()), special=False),
    Row("sum_to_size bad", lambda torch, x: x.sum_to_size(5, 3), [[(2, 3)]], derivatives=""),
    Row("nansum", lambda torch, x: torch.nansum(x, -1), dtypes=REAL, derivatives="float64"),
    Row(
        "nansum dtype",
        lambda torch, x: x.nansum(dtype=torch.float64),
        dtypes=REAL,
        derivatives="float64",
    ),
    Row("mean", lambda torch, x: x.mean(), dtypes=ALL),
    Row("mean dim", lambda torch, x: torch.mean(x, -1, keepdim=True), dtypes=ALL),
    Row("mean dims", lambda torch, x: x.mean((0, 1)), BLOCKS, special=False),
    Row(
        "mean dtype",
        lambda torch, x: x.mean(0, dtype=torch.float64),
        dtypes=REAL,
        derivatives="float32 float64",
    ),
    Row("mean to int", lambda torch, x: x.mean(dtype=torch.int64), dtypes=REAL, derivatives=""),
    Row("nanmean", lambda torch, x: torch.nanmean(x, 0), dtypes=REAL, derivatives="float64"),
    Row("var", lambda torch, x: x.var(), SEVERAL, dtypes=FLOATS),
    Row("var biased", lambda torch, x: torch.var(x, unbiased=False), SEVERAL, dtypes=FLOATS),
    Row("var positional", lambda torch, x: x.var(False), SEVERAL),
    Row("var dim", lambda torch, x: x.var(-1, True, True), SEVERAL, dtypes=FLOATS),
    Row("var correction", lambda torch, x: x.var(-1, correction=0.5), SEVERAL),
    Row("var dims", lambda torch, x: x.var((0, 1), keepdim=True), [[(2, 3)]], special=False),
    Row("std", lambda torch, x: x.std(), SEVERAL, dtypes=FLOATS),
    Row("std dim", lambda torch, x: torch.std(x, dim=-1, correction=0), SEVERAL, dtypes=FLOATS),
    Row("var_mean", lambda torch, x: torch.var_mean(x, -1), SEVERAL, dtypes=FLOATS),
    Row("var_mean all", lambda torch, x: torch.var_mean(x, keepdim=True), SEVERAL),
    Row("std_mean", lambda torch, x: torch.std_mean(x, -1, False), SEVERAL, dtypes=FLOATS),
    Row("std_mean all", lambda torch, x: torch.std_mean(x), SEVERAL),
    Row("prod", lambda torch, x: x.prod(), dtypes=ALL),
    Row("prod dim", lambda torch, x: torch.prod(x, -1), dtypes=ALL),
    Row(
        "prod kept",
        lambda torch, x: x.prod(0, keepdim=True, dtype=torch.float64),
        dtypes=REAL,
        derivatives="float32 float64",
    ),
    Row("prod of zeros", lambda torch, x: (x * 0).prod(-1), derivatives="float64"),
    Row(
        "prod of a zero",
        lambda torch, x: (x * torch.tensor([0.0, 1.0, 1.0])).prod(-1),
        [[(3,)], [(2, 3)]],
        special=False,
    ),
    Row(
        "prod of two zeros",
        lambda torch, x: (x * torch.tensor([0.0, 1.0, 0.0])).prod(),
        [[(3,)], [(2, 3)]],
        special=False,
    ),
    Row("logsumexp", lambda torch, x: torch.logsumexp(x, -1), dtypes=ALL),
    Row("logsumexp dims", lambda torch, x: x.logsumexp((0, 1), True), BLOCKS, special=False),
    Row("any", lambda torch, x: x.any(), dtypes=ALL, derivatives=""),
    Row("any dim", lambda torch, x: torch.any(x, -1, keepdim=True), dtypes=ALL, derivatives=""),
    Row("any no dims", lambda torch, x: x.any(()), dtypes=REAL, derivatives=""),
    Row("all", lambda torch, x: x.all(), dtypes=ALL, derivatives=""),
    Row("all dim", lambda torch, x: torch.all(x, 0), dtypes=ALL, derivatives=""),
    Row("all dims", lambda torch, x: x.all((0, 1)), BLOCKS, derivatives="", special=False),
    Row("count_nonzero", lambda torch, x: torch.count_nonzero(x), dtypes=ALL, derivatives=""),
    Row("count_nonzero dim", lambda torch, x: x.count_nonzero(-1), dtypes=ALL, derivatives=""),
    Row("norm", lambda torch, x: x.norm(), dtypes=FLOATS),
    Row("norm dim", lambda torch, x: torch.norm(x, dim=-1, keepdim=True), dtypes=FLOATS),
    Row(
        "norm dtype",
        lambda torch, x: torch.norm(x, 2, 0, dtype=torch.float64),
        dtypes="float32 float64",
    ),
    Row("norm of zeros", lambda torch, x: (x * 0).norm(), second=False),
    Row("norm narrowed", lambda torch, x: torch.norm(x, dtype=torch.float16), derivatives=""),
    Row(
        "norm real of complex",
        lambda torch, x: torch.linalg.vector_norm(x, dtype=torch.float64),
        dtypes="complex128",
        derivatives="",
    ),
    *[
        Row(
            f"vector_norm {order}",
            lambda torch, x, order=order: torch.linalg.vector_norm(x, order, -1),
            LINES,
            dtypes=FLOATS,
            second=order not in (1, INF, -INF),
        )
        for order in (0, 0.5, 1, 1.5, 2, 2.5, 3, INF, -INF, -1)
    ],
    Row(
        "vector_norm dims",
        lambda torch, x: torch.linalg.vector_norm(x, 3, (0, 1), True),
        BLOCKS,
        special=False,
    ),
    Row(
        "vector_norm complex order",
        lambda torch, x: torch.linalg.vector_norm(x, 2j),
        derivatives="",
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("name", ["var", "std", "var_mean", "std_mean"])
def test_too_few_elements_for_the_correction_warns(name):
    with pytest.warns(UserWarning, match=rf"^{name}\(\): degrees of freedom is <= 0. Correction"):
        out = getattr(rushlight, name)(rushlight.ones(1))
    assert np.isnan((out if name in ("var", "std") else out[0]).item())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("arguments", [{}, {"dim": 0}, {"correction": 5}, {"correction": 2}])
@pytest.mark.parametrize("elements", [[1.0], [1.0, 2.0], [3.0, 3.0]])
def test_gradient_of_a_variance_without_freedom(elements, arguments):
    def gradient(lib):
        x = lib.tensor(elements, requires_grad=True)
        x.var(**arguments).backward()
        return x.grad.numpy()

    np.testing.assert_array_equal(gradient(rushlight), gradient(torch))


def test_tied_maxima_share_the_gradient_of_an_infinite_norm():
    x = rushlight.tensor([2.0, -2.0, 1.0], requires_grad=True)
    x.norm(INF).backward()
    assert x.grad.tolist() == [0.5, -0.5, 0.0]


def test_float16_sums_accumulate_in_float32():
    ones = rushlight.ones(5000, dtype=rushlight.float16)
    assert ones.sum().item() == 5000
    assert ones.mean().item() == 1
    assert ones.cumsum(0)[-1].item() == 5000


@pytest.mark.parametrize("values", [SPECIAL, [-INF, -INF], [INF, INF], [-1e4, -1e4]])
def test_logsumexp_of_infinities(values):
    ours, theirs = (lib.tensor(values).logsumexp(0) for lib in (rushlight, torch))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("argument", [3, [1.0], "a", None])
def test_arguments_that_are_no_tensors(argument):
    for name in ("sum", "max", "cumsum", "sort"):
        with pytest.raises(TypeError):
            getattr(rushlight, name)(argument, 0)


def test_dims_that_are_no_integers():
    with pytest.raises(TypeError):
        rushlight.ones(2).sum("a")
    with pytest.raises(TypeError):
        rushlight.ones(2).max(0, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda torch, x, out: torch.sum(x, 0, out=out),
        lambda torch, x, out: torch.mean(x, 0, out=out),
        lambda torch, x, out: torch.var(x, 0, out=out),
        lambda torch, x, out: torch.amax(x, 0, out=out),
        lambda torch, x, out: torch.logsumexp(x, 0, out=out),
    ],
)
def test_out(call):
    results = []
    for lib in (rushlight, torch):
        out = lib.empty(0)
        assert call(lib, lib.arange(6.0).reshape(2, 3), out) is out
        results.append(out.tolist())
    np.testing.assert_allclose(*results, rtol=1e-6)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "cumsum"])
def test_imaginary_parts_are_not_lost_in_silence(name):
    with pytest.warns(UserWarning, match="^Casting complex values to real discards"):
        out = getattr(rushlight.tensor([1 + 2j]), name)(0, dtype=rushlight.float32)
    assert out.reshape(()).item() == 1
