"""What `out=` refuses is refused as PyTorch refuses it, and nothing has been written then."""

import operator

import pytest
import torch

import rushlight as rl

DTYPES = ("bool", "int64", "float32", "float64", "complex128")
X = [[4.0, 1.0, 2.0], [1.0, 5.0, 3.0], [2.0, 3.0, 6.0]]
INDEX = [[0, 1, 2], [2, 0, 1], [1, 1, 0]]

# Per function what follows the matrix x in a call; i is a matrix of indices, b a mask, v a vector.
CALLS = {
    "ceil neg sign trunc signbit isposinf nan_to_num frexp sin square": "",
    "histc histogram": "2",
    "sort msort argmax amax aminmax nonzero tril mean inner:x where:b,x,x": "",
    "max min mode cumsum cummax logcumsumexp quantile:0.5,0 logsumexp softmax diff:1": "0",
    "kthvalue topk": "2",
    "add mul pow float_power ldexp matmul mm mv:v linalg.vecdot tensordot:x": "x",
    "gather take_along_dim": None,
    "linalg.inv linalg.eig linalg.eigh linalg.qr linalg.norm linalg.det linalg.cholesky": "",
    "linalg.pinv linalg.matrix_rank linalg.lu cholesky linalg.lstsq linalg.solve": None,
    "fft.fft fft.ifft2 fft.rfft fft.irfft fft.hfft2 all any": "",
}
NAMED = {
    "linalg.lstsq": "x", "linalg.solve": "x", "diff": "1", "softmax": "0",
    "gather": "0,i", "take_along_dim": "i,0",
}  # fmt: skip


def rows():
    for names, default in CALLS.items():
        for entry in names.split():
            name, _, rest = entry.partition(":")
            yield name, rest or NAMED.get(name, default or "")


def arguments(module, rest):
    given = {
        "x": module.tensor(X, dtype=module.float64),
        "i": module.tensor(INDEX),
        "b": module.tensor(X, dtype=module.float64) > 2,
        "v": module.ones(3, dtype=module.float64),
    }
    words = [given[w] if w in given else float(w) if "." in w else int(w)
             for w in rest.split(",") if w]  # fmt: skip
    return words if rest.startswith("b") else [given["x"], *words]


def outputs(module, expected, position, dtype):
    made = [module.zeros(tuple(e.shape), dtype=named(module, e.dtype)) for e in expected]
    made[position] = module.zeros(tuple(expected[position].shape), dtype=getattr(module, dtype))
    return made


def named(module, dtype):
    return getattr(module, str(dtype).removeprefix("torch."))


def attempt(module, name, rest, expected, position, dtype):
    """What a call into an output of `dtype` ends with, and the outputs' elements afterwards."""
    out = outputs(module, expected, position, dtype)
    function = operator.attrgetter(name)(module)
    try:
        function(*arguments(module, rest), out=out[0] if len(out) == 1 else tuple(out))
    except (RuntimeError, TypeError) as error:
        return type(error), str(error).splitlines()[0], out
    return None, "", out


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "rest"), list(rows()))
def test_outputs_of_another_dtype(name, rest):
    expected = operator.attrgetter(name)(torch)(*arguments(torch, rest))
    expected = expected if isinstance(expected, (tuple, list)) else (expected,)
    for position in range(len(expected)):
        for dtype in DTYPES:
            case = (name, rest, expected, position, dtype)
            kind, text, _ = attempt(torch, *case)
            ours, ours_text, out = attempt(rl, *case)
            assert (ours, ours_text) == (kind, text), case[3:]
            if kind is not None:
                assert not any(t.numpy().any() for t in out)


def test_all_outputs_are_checked_before_one_is_written():
    values, indices = rl.zeros(3), rl.zeros(3)
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype long int"):
        rl.sort(rl.tensor([3.0, 1.0, 2.0]), out=(values, indices))
    assert values.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda m, x, i: m.index_select(x, 0, i, out=x),
        lambda m, x, i: m.take(x, i, out=x),
        lambda m, x, i: m.masked_select(x, x > 1, out=x),
        lambda m, x, i: m.gather(x, 0, i, out=x),
        lambda m, x, i: m.scatter(x, 0, i, 1.0, out=x),
        lambda m, x, i: m.index_add(m.zeros(3), 0, i, x, out=x),
        lambda m, x, i: m.index_copy(x, 0, i, m.zeros(3), out=x),
        lambda m, x, i: m.sort(x, out=(x, i)),
        lambda m, x, i: m.add(x, 1, out=x),
    ],
)
def test_outputs_over_inputs(call):
    ends = []
    for module in (torch, rl):
        x, i = module.tensor([1.0, 3.0, 2.0]), module.tensor([2, 0, 1])
        try:
            call(module, x, i)
        except RuntimeError as error:
            ends.append(str(error))
        else:
            ends.append(x.tolist())
    assert ends[0] == ends[1]
