"""Outputs, writes to expanded tensors, numbers that do not fit and errors of indexing functions."""

import pytest

import rushlight

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings(
    "ignore:The reduce argument of torch.scatter", "ignore:index_reduce.. is in beta"
)
both = pytest.mark.parametrize("lib", [rushlight, torch], ids=["rushlight", "torch"])


OUTPUTS = {
    "gather": lambda lib, x, i, out: lib.gather(x, 0, i, out=out),
    "gather, its index in the way": lambda lib, x, i, out: lib.gather(x, 0, i[1:], out=i[:1]),
    "take": lambda lib, x, i, out: lib.take(x, i, out=out),
    "index_select": lambda lib, x, i, out: lib.index_select(x, 0, i, out=out),
    "masked_select": lambda lib, x, i, out: lib.masked_select(x, x > -1, out=out),
    "scatter_add": lambda lib, x, i, out: lib.scatter_add(x, 0, i, x, out=out),
    "where": lambda lib, x, i, out: lib.where(x > 0, x, x, out=out),
}


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("kind", ["right", "wrong dtype", "expanded", "the input"])
def test_out(name, kind):
    texts = []
    for lib in (rushlight, torch):
        x, i = lib.arange(3.0), lib.tensor([2, 0, 1])
        if kind == "the input" and name == "where":
            pytest.skip("PyTorch allows it")
        out = {
            "right": lambda lib=lib: lib.zeros(3), "the input": lambda x=x: x,
            "wrong dtype": lambda lib=lib: lib.zeros(3, dtype=lib.float64),
            "expanded": lambda lib=lib: lib.zeros(1).expand(3),
        }[kind]()  # fmt: skip
        try:
            assert OUTPUTS[name](lib, x, i, out) is out
            texts.append(out.tolist())
        except RuntimeError as error:
            texts.append(str(error))
    assert texts[0] == texts[1]


EXPANDED = {
    "fill_": lambda lib, x, i: x.fill_(1), "zero_": lambda lib, x, i: x.zero_(),
    "fill_ tensor": lambda lib, x, i: x.fill_(lib.tensor(1.0)),
    "copy_": lambda lib, x, i: x.copy_(lib.ones(2, 3)),
    "masked_fill_": lambda lib, x, i: x.masked_fill_(lib.ones(2, 3) > 0, 1),
    "index_fill_": lambda lib, x, i: x.index_fill_(0, i, 1),
    "index_put_": lambda lib, x, i: x.index_put_((i,), lib.ones(1)),
    "index_add_": lambda lib, x, i: x.index_add_(0, i, lib.ones(1, 3)),
    "scatter_": lambda lib, x, i: x.scatter_(0, lib.zeros(1, 3).long(), 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPANDED)
@pytest.mark.filterwarnings("error")
def test_writes_to_expanded_tensors(name):
    """Refused, warned of, or done, as PyTorch does."""
    found = []
    for lib in (rushlight, torch):
        x = lib.zeros(3).expand(2, 3)
        try:
            found.append(EXPANDED[name](lib, x, lib.tensor([0])).tolist())
        except (RuntimeError, UserWarning) as error:
            found.append((type(error), str(error).partition(" (Triggered")[0]))
    assert found[0] == found[1]


NUMBERS = [0, 1.5, -1, 255, 256, -255, -256, 1e300, float("inf"), float("nan"), 1j, 1 + 0j, True]
DTYPES = ["uint8", "int8", "int32", "int64", "float16", "float32", "float64", "complex64", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("way", ["fill_", "masked_fill", "setitem", "scatter", "index_fill"])
def test_numbers_that_fit_and_that_do_not(way, number, dtype):
    def written(lib):
        x = lib.zeros(2, dtype=getattr(lib, dtype))
        if way == "setitem":
            x[0] = number
            return x
        if way == "fill_":
            return x.fill_(number)
        if way == "masked_fill":
            return x.masked_fill(lib.tensor([True, False]), number)
        return getattr(x, way)(0, lib.tensor([0]), number)

    found = []
    for lib in (rushlight, torch):
        try:
            found.append(repr(written(lib).tolist()))
        except RuntimeError as error:
            found.append(str(error))
    assert found[0] == found[1]


@pytest.mark.parametrize("call", [
    lambda lib, x, i: lib.where([True], x, x), lambda lib, x, i: lib.where(x > 0, "a", x),
    lambda lib, x, i: x.gather(0, [0]), lambda lib, x, i: x.scatter_add(0, i, 1.0),
    lambda lib, x, i: x.index_select(0, [0]), lambda lib, x, i: x.fill_("a"),
    lambda lib, x, i: x.index_put(i, x), lambda lib, x, i: x.index_put((i,), 1.0),
    lambda lib, x, i: lib.nn.functional.one_hot(x), lambda lib, x, i: x.take(i.int()),
    lambda lib, x, i: x.index_add(0, i, x.double()[:1]), lambda lib, x, i: x.gather("a", i),
    lambda lib, x, i: lib.nn.functional.embedding(i, lib.ones(2, 2), padding_idx=2),
    lambda lib, x, i: lib.nn.functional.embedding_bag(i, lib.ones(2, 2)),
    lambda lib, x, i: lib.nn.functional.embedding_bag(i, lib.ones(2, 2), i, mode="min"),
    lambda lib, x, i: lib.nn.functional.one_hot(i[:0]),
    lambda lib, x, i: lib.nn.functional.one_hot(i - 1),
    lambda lib, x, i: x.index_put((i.double(),), x), lambda lib, x, i: x.index_put((i, i), x),
])  # fmt: skip
def test_errors(call):
    errors = []
    for lib in (rushlight, torch):
        with pytest.raises(Exception) as error:
            call(lib, lib.ones(3), lib.tensor([0]))
        errors.append((error.type, str(error.value).splitlines()[0]))
    assert errors[0] == errors[1]


@pytest.mark.parametrize("call", [
    lambda lib, x: x.index_add_(0, lib.tensor([0, 7]), lib.ones(2)),
    lambda lib, x: x.scatter_(0, lib.tensor([0, 7]), lib.ones(2)),
    lambda lib, x: x.scatter_reduce_(0, lib.tensor([0, 7]), lib.ones(2), "sum"),
    lambda lib, x: x.index_copy_(0, lib.tensor([0, 7]), lib.ones(2)),
    lambda lib, x: x.put_(lib.tensor([0, 7]), lib.ones(2)),
    lambda lib, x: x.index_put_((lib.tensor([0, 7]),), lib.ones(2)),
    lambda lib, x: x.masked_scatter_(lib.ones(3) > 0, lib.ones(2)),
    lambda lib, x: x.index_fill_(0, lib.tensor([0, 7]), 1),
])  # fmt: skip
def test_nothing_is_half_written(call):
    x = rushlight.zeros(3)
    with pytest.raises((RuntimeError, IndexError)):
        call(rushlight, x)
    assert x.tolist() == [0.0, 0.0, 0.0]
    assert x._version == 0


def test_overflow_is_no_warning():
    big = rushlight.full((2, 2), 1e308, dtype=rushlight.float64)
    first = rushlight.zeros(1, 2, dtype=rushlight.int64)
    assert big.scatter_add(0, first, big)[0].isinf().all()
    assert big.mT.clone().scatter_add_(1, first.mT, big)[:, 0].isinf().all()
    assert rushlight.tensor([[rushlight.inf, 0], [0, -rushlight.inf]]).trace().isnan()
    windows = big.reshape(1, 4, 1).expand(1, 4, 4)
    assert rushlight.nn.functional.fold(windows, (3, 3), 2).isinf().any()
