"""`torch.save` and `torch.load`: what PyTorch saves loads here, what is saved here loads there."""

import io
import pickle
import random
from collections import Counter, OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
LIBRARIES = [torch, rushlight]
DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
DTYPES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
Pair = namedtuple("Pair", "first second")


def saved(obj, library=rushlight, **options):
    buffer = io.BytesIO()
    library.save(obj, buffer, **options)
    return buffer.getvalue()


def loaded(data, library=rushlight, **options):
    return library.load(io.BytesIO(data), **options)


def other(library):
    return rushlight if library is torch else torch


def bits(t):
    """The numbers of a tensor without their type."""
    if str(t.dtype) == "torch.bfloat16":
        t = t.to(torch.float32 if isinstance(t, torch.Tensor) else rushlight.float32)
    return t.detach().tolist()


def shown(obj):
    """A structure in words that are the same for both libraries."""
    if isinstance(obj, (torch.Tensor, rushlight.Tensor)):
        layout = tuple(obj.shape), obj.stride(), obj.storage_offset()
        kind = type(obj).__name__, str(obj.dtype), obj.requires_grad
        return kind, layout, obj.untyped_storage().nbytes(), bits(obj)
    if isinstance(obj, dict):
        return type(obj).__name__, [(shown(k), shown(v)) for k, v in obj.items()], vars_of(obj)
    if isinstance(obj, (list, tuple)):
        return type(obj).__name__, [shown(x) for x in obj]
    if isinstance(obj, (set, frozenset)):
        return type(obj).__name__, sorted(map(repr, obj))
    return type(obj).__name__, repr(obj)


def vars_of(obj):
    return shown(obj.__dict__) if isinstance(obj, OrderedDict) and obj.__dict__ else None


# -- generated structures --------------------------------------------------------------------------


class Maker:
    """Makes the same structure with either library from the same seed."""

    def __init__(self, library, seed):
        self.torch, self.draw = library, random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.tensors = []

    def tensor(self):
        if self.tensors and self.draw.random() < 0.3:
            t = self.view(self.draw.choice(self.tensors))
        else:
            t = self.new_tensor()
        self.tensors.append(t)
        return t

    def new_tensor(self):
        shape = [
            self.draw.randrange(4) + (self.draw.random() < 0.9)
            for _ in range(self.draw.randrange(4))
        ]
        values = self.torch.tensor(self.numbers.integers(0, 5, shape).tolist())
        dtype = getattr(self.torch, self.draw.choice(DTYPES))
        t = values.reshape(shape).to(dtype)
        if dtype.is_floating_point and self.draw.random() < 0.3:
            t = self.torch.nn.Parameter(t) if self.draw.random() < 0.5 else t.requires_grad_()
        return t

    def view(self, t):
        t = t.detach()
        match self.draw.randrange(5):
            case 0 if t.dim():
                return t[self.draw.randrange(2) :]
            case 1 if t.dim() > 1:
                return t.transpose(0, -1)
            case 2 if t.dim():
                return t[..., :: self.draw.choice([1, 2])]
            case 3:
                return t.expand(2, *t.shape)
        return t

    def leaf(self):
        make = [
            self.tensor, self.tensor, self.tensor, self.tensor,
            lambda: self.draw.randrange(-(2**70), 2**70),
            lambda: self.draw.randrange(-300, 300),
            self.draw.random,
            lambda: self.draw.choice([None, True, False, (), "", "text", "ünï\n", float("inf"), -0.0]),
            lambda: self.draw.randbytes(3),
            lambda: bytearray(b"xy"),
            lambda: complex(1, -0.5),
            lambda: getattr(self.torch, self.draw.choice(DTYPES)),
            lambda: self.torch.device(self.draw.choice(["cpu", "cuda:1", "meta"])),
            lambda: self.torch.Size([2, 3]),
            lambda: self.torch.strided,
            lambda: {1, "a", (2, 3)},
            lambda: Counter("abca"),
        ]  # fmt: skip
        return self.draw.choice(make)()

    def key(self):
        return self.draw.choice([self.draw.randrange(99), f"k{self.draw.randrange(99)}", (1, "x")])

    def structure(self, depth=0):
        if depth > 3 or self.draw.random() < 0.2:
            return self.leaf()
        items = [self.structure(depth + 1) for _ in range(self.draw.randrange(1, 5))]
        match self.draw.randrange(4):
            case 0:
                return items
            case 1:
                return tuple(items)
            case 2:
                return {self.key(): item for item in items}
        made = OrderedDict((self.key(), item) for item in items)
        made._metadata = {"version": 2}
        return made


@pytest.mark.parametrize("writer", LIBRARIES)
@pytest.mark.parametrize("seed", range(50))
def test_generated_structures_cross(writer, seed):
    made = Maker(writer, seed).structure()
    data = saved(made, writer)
    for weights_only in (True, False):
        got = [loaded(data, reader, weights_only=weights_only) for reader in LIBRARIES]
        assert shown(got[1]) == shown(got[0]) == shown(made)


def without_untyped(maker):
    """Dtypes that PyTorch itself cannot load from its old format are left out."""
    return not any(str(t.dtype)[6:] in ("uint16", "uint32", "uint64") for t in maker.tensors)


@pytest.mark.parametrize("writer", LIBRARIES)
def test_generated_structures_cross_in_the_old_format(writer):
    compared = 0
    for seed in range(60):
        maker = Maker(writer, seed)
        made = maker.structure()
        if without_untyped(maker):
            compared += 1
            data = saved(made, writer, _use_new_zipfile_serialization=False)
            for weights_only in (True, False):
                got = [loaded(data, reader, weights_only=weights_only) for reader in LIBRARIES]
                assert shown(got[1]) == shown(got[0]) == shown(made)
    assert compared > 20


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("writer", LIBRARIES)
def test_dtypes(writer, name):
    dtype = getattr(writer, name)
    x = writer.arange(6).to(dtype)
    made = [x, x.reshape(2, 3).t(), x[3], writer.ones(0, dtype=dtype), dtype]
    for reader in LIBRARIES:
        assert shown(loaded(saved(made, writer), reader)) == shown(made)


# -- memory that is shared -------------------------------------------------------------------------


@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("writer", LIBRARIES)
def test_views_share_memory_again(writer, new):
    x = writer.arange(12.0).reshape(3, 4)
    data = saved([x, x[1:, 2], x.t(), x.clone()], writer, _use_new_zipfile_serialization=new)
    for reader in LIBRARIES:
        whole, part, turned, copy = loaded(data, reader)
        whole[1, 2] = 99
        assert (part[0], turned[2, 1], copy[1, 2]) == (99, 99, 6)


@pytest.mark.parametrize("writer", LIBRARIES)
def test_a_view_is_saved_with_its_whole_memory(writer):
    data = saved(writer.zeros(1000)[:2], writer)
    assert len(data) > 4000
    assert [loaded(data, reader).untyped_storage().nbytes() for reader in LIBRARIES] == [4000, 4000]


@pytest.mark.parametrize("writer", LIBRARIES)
def test_one_object_is_one_object_again(writer):
    t, items = writer.ones(1), []
    items += [t, t, items]
    for reader in LIBRARIES:
        first, second, inner = got = loaded(saved(items, writer), reader)
        assert first is second
        assert inner is got


@pytest.mark.parametrize("library", LIBRARIES)
def test_one_memory_seen_as_two_dtypes_is_refused(library):
    c = library.ones(2, dtype=library.complex64)
    for new in (True, False):
        with pytest.raises(RuntimeError, match="view the same data as different types"):
            saved([c, library.view_as_real(c)], library, _use_new_zipfile_serialization=new)


@pytest.mark.parametrize("writer", LIBRARIES)
def test_storages(writer):
    t = writer.arange(3.0)
    made = [t.untyped_storage(), t]
    with pytest.raises(RuntimeError, match="view the same data as different types"):
        saved(made, writer)
    for reader in LIBRARIES:
        storage = loaded(saved(t.untyped_storage(), writer), reader)
        assert type(storage).__name__ == "TypedStorage"
        assert bytes(storage._untyped_storage.tolist()) == bytes(t.untyped_storage().tolist())
        storage = loaded(saved(t._typed_storage(), writer), reader)
        assert str(storage.dtype) == "torch.float32"


def test_memory_with_gaps_or_backwards_is_saved_as_a_copy():
    a = np.arange(12.0).reshape(3, 4)
    broadcast = rushlight.from_numpy(np.broadcast_to(a[:1], (3, 4)).copy())
    for t in (
        rushlight.from_numpy(a[::2, ::3]),
        broadcast.expand(2, 3, 4),
        rushlight.from_numpy(a.T),
    ):
        assert bits(loaded(saved(t), torch)) == bits(t)


@pytest.mark.parametrize("bit", ["conj", "neg"])
def test_lazy_conjugation_and_negation_are_done(bit):
    t = torch.tensor([1 + 2j, 3 - 4j]).conj()
    t = t if bit == "conj" else t.imag
    got = loaded(saved(t, torch))
    assert got.tolist() == t.tolist()


# -- what else pickle saves ------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("writer", LIBRARIES)
def test_protocols(writer, protocol):
    made = {"t": writer.ones(2), "d": writer.float16, "p": Pair(1, [2]), "r": range(3)}
    data = saved(made, writer, pickle_protocol=protocol)
    for reader in LIBRARIES:
        assert shown(loaded(data, reader, weights_only=False)) == shown(made)


@pytest.mark.parametrize("writer", LIBRARIES)
def test_functions_generators_and_results(writer):
    generator = writer.Generator().manual_seed(5)
    writer.rand(3, generator=generator)
    functions = [writer.relu, writer.nn.functional.gelu, writer.nn.functional.relu, writer.exp]
    result = writer.max(writer.ones(2, 2), 0)
    data = saved([generator, functions, result, defaultdict(list, a=[1])], writer)
    for reader in LIBRARIES:
        again, found, maximum, default = loaded(data, reader, weights_only=False)
        assert reader.rand(1, generator=again).item() == pytest.approx(0.8199, abs=1e-4)
        f = reader.nn.functional
        assert found[:2] in ([reader.relu, f.gelu], [f.relu, f.gelu])
        assert maximum.values.tolist() == [1, 1]
        assert type(maximum).__module__ == "torch.return_types"
        assert default == {"a": [1]}


@pytest.mark.parametrize("writer", LIBRARIES)
def test_attributes_of_tensors(writer):
    t, p = writer.ones(1), writer.nn.Parameter(writer.ones(1))
    t.note, p.note = "t", "p"
    buffer = writer.nn.Buffer(writer.ones(1))
    data = saved([t, p, buffer], writer)
    for reader in LIBRARIES:
        t, p, buffer = loaded(data, reader)
        assert (t.note, p.note, type(p)) == ("t", "p", reader.nn.Parameter)
        assert isinstance(buffer, reader.nn.Buffer)


@pytest.mark.parametrize("library", LIBRARIES)
def test_hooks_are_not_saved(library):
    t = library.ones(1, requires_grad=True)
    t.register_hook(test_hooks_are_not_saved)
    with pytest.warns(UserWarning, match="will not be serialized"):
        data = saved(t, library)
    assert not loaded(data, other(library))._backward_hooks


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_cannot_be_pickled(library):
    with pytest.raises(AttributeError, match="Can't pickle local object"):
        saved(lambda: 1, library)


@pytest.mark.parametrize("writer", LIBRARIES)
def test_optimizers(writer):
    x = writer.nn.Parameter(writer.ones(2))
    optimizer = writer.optim.Adam([x], lr=0.1)
    x.grad = writer.ones(2)
    optimizer.step()
    for reader in LIBRARIES:
        state = loaded(saved(optimizer.state_dict(), writer), reader)
        assert shown(state) == shown(optimizer.state_dict())
        fresh = reader.optim.Adam([reader.nn.Parameter(reader.ones(2))])
        fresh.load_state_dict(state)
        assert fresh.param_groups[0]["lr"] == 0.1
        whole = loaded(saved(optimizer, writer), reader, weights_only=False)
        assert isinstance(whole, reader.optim.Adam)
        assert shown(whole.state_dict()) == shown(state)


def test_pickle_modules():
    dill = type("Module", (), {**vars(pickle), "Pickler": pickle._Pickler})
    data = saved({"a": rushlight.ones(2)}, pickle_module=dill)
    assert loaded(data, torch)["a"].tolist() == [1, 1]

    class InC(pickle.Pickler):
        pass

    other = type("Module", (), {**vars(pickle), "Pickler": InC})
    data = saved({"a": rushlight.ones(2)}, pickle_module=other)
    assert loaded(data, pickle_module=pickle)["a"].tolist() == [1, 1]
