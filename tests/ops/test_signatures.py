"""Calls that fit no signature raise PyTorch's TypeError, text and all; old signatures still work."""

import random

import pytest
import torch

import rushlight as rl
from rushlight.ops import signatures

THEIRS = {
    "torch": torch,
    "Tensor": torch.Tensor,
    "F": torch._C._nn,
    "linalg": torch._C._linalg,
    "fft": torch._C._fft,
    "special": torch._C._special,
}
# What fits a parameter, as indices into the values below; other values mostly do not.
FITTING = {
    "Tensor": [0, 1],
    "Scalar": [2, 4],
    "int64_t": [2, 3],
    "bool": [5],
    "IntArrayRef": [8, 9],
}
TAKES_TIME = {"from_file", "map_", "data_ptr", "set_", "apply_", "as_strided", "as_strided_"}
UNORDERED = 3  # PyTorch lists keywords in the order of a hash table: it is ours up to so many


def values(module):
    x = module.ones(2, 2)
    return [
        x, module.zeros(2), 1, 0, 1.5, True, None, "a", [1, 0], (0, 1), [1.5], [x], ["a"],
        module.float32, (), 1j, object, module.tensor(1.5), module.tensor(1),
    ]  # fmt: skip


def call(rng, name, known):
    """Indices of positional and of named arguments of a call that may be meant so."""
    if known == "-":
        return [rng.randrange(19) for _ in range(rng.randrange(3))], {}
    signature = rng.choice(known)

    def pick(parameter):
        fitting = FITTING.get(parameter and parameter.kind)
        return rng.choice(fitting) if fitting and rng.random() < 0.7 else rng.randrange(19)

    count = min(rng.randrange(4), signature.positional + 1)
    parameters = [*signature.parameters, None]
    named = [p for p in signature.parameters[count:] if p.name in ("dim", "keepdim", "other", "p")]
    return [pick(p) for p in parameters[:count]], {p.name: pick(p) for p in named[:UNORDERED]}


def theirs(place, name, args, kwargs):
    own = [torch.ones(2, 2)] if place == "Tensor" else []
    try:
        getattr(THEIRS[place], name)(*own, *args, **kwargs)
    except TypeError as error:
        return str(error)
    except Exception:
        pass  # the arguments fit
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", THEIRS)
def test_complaints_are_pytorchs(place):
    rng = random.Random(place)
    compared = 0
    for where, name in sorted(signatures.table()):
        if where != place or name in TAKES_TIME:
            continue
        for _ in range(3):
            args, kwargs = call(rng, name, signatures.signatures(place, name))
            given, own = values(torch), values(rl)
            text = theirs(
                place, name, [given[i] for i in args], {k: given[i] for k, i in kwargs.items()}
            )
            self = [rl.ones(2, 2)] if place == "Tensor" else []
            ours = signatures.complaint(
                place,
                name,
                [*self, *[own[i] for i in args]],
                {k: own[i] for k, i in kwargs.items()},
            )
            if text is None or f"{name}()" not in text or "unpack" in text:
                assert ours is None or text is not None, (name, args, kwargs, str(ours))
                continue
            compared += 1
            assert str(ours) == text, (name, args, kwargs)
    assert compared > 5


CALLS = [
    lambda m, x: m.add(x, "a"),
    lambda m, x: m.add(x),
    lambda m, x: m.add(x, x, x, x),
    lambda m, x: m.add(x, y=3),
    lambda m, x: m.abs(),
    lambda m, x: m.abs(x, 3),
    lambda m, x: m.max(x, "a"),
    lambda m, x: m.max(x, 1, 2, 3, 4),
    lambda m, x: x.max("a", True),
    lambda m, x: x.add_("a"),
    lambda m, x: x.sum("a"),
    lambda m, x: x.sum(0, True, 3, foo=4),
    lambda m, x: m.cat(x),
    lambda m, x: m.cat([x, 3]),
    lambda m, x: x.view("a"),
    lambda m, x: x.transpose(0),
    lambda m, x: m.linalg.norm(x, [3]),
    lambda m, x: m.fft.fft(x, "a"),
    lambda m, x: m.full((2,), 3, dtype=4),
    lambda m, x: m.clamp(x, "a"),
    lambda m, x: x.scatter_(0, x),
    lambda m, x: m.kron(x, 1),
    lambda m, x: x.kron(1),
    lambda m, x: x.abs(1),
    lambda m, x: m.Tensor.abs(),
    lambda m, x: m.Tensor.abs(3),
    lambda m, x: m.matmul(x),
    lambda m, x: m.matmul(x, x, x),
    lambda m, x: x.matmul(3),
    lambda m, x: x.matmul(x, x),
    lambda m, x: m.softmax(x, 1.5, dtype=m.float64),
    lambda m, x: m.nn.functional.celu(x, 1, False, 3),
    lambda m, x: x.backward(1, 2, 3, 4, 5),
]


@pytest.mark.parametrize("call", CALLS)
def test_calls(call):
    texts = []
    for module in (torch, rl):
        x = module.ones(2, 2)
        with pytest.raises(TypeError) as caught:
            call(module, x)
        texts.append(str(caught.value))
        assert x.tolist() == [[1, 1], [1, 1]]
    assert texts[0] == texts[1]


@pytest.mark.filterwarnings("ignore:This overload of")
@pytest.mark.parametrize(
    "call",
    [
        lambda m, x, y: x.add_(0.5, y),
        lambda m, x, y: m.add(x, 2, y),
        lambda m, x, y: x.addcmul_(2, x, y),
        lambda m, x, y: m.addmm(0.5, x, 2, x, y),
        lambda m, x, y: x.add_(y, alpha=m.tensor(2.0)),
        lambda m, x, y: m.addcdiv(x, y, y, value=m.tensor(3.0)),
        lambda m, x, y: m.add(input=x, other=y),
        lambda m, x, y: x.mul(other=y),
    ],
)
def test_calls_in_another_way(call):
    results = [call(m, m.ones(2, 2), m.full((2, 2), 3.0)).tolist() for m in (torch, rl)]
    assert results[0] == results[1]


def test_old_signatures_warn():
    x = rl.ones(2)
    with pytest.warns(UserWarning, match="This overload of sub_ is deprecated:\n\tsub_"):
        x.sub_(2, rl.ones(2))


def test_an_error_that_is_not_about_arguments_stays():
    with pytest.raises(RuntimeError, match="The size of tensor a"):
        rl.add(rl.ones(2), rl.ones(3))
