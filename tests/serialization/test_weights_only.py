"""`torch.load(weights_only=True)`: what loads, what is refused in which words, what is never run."""

import io
import pickle
import zipfile
from collections import namedtuple

import pytest

import rushlight
import rushlight.serialization

torch = pytest.importorskip("torch")
LIBRARIES = [torch, rushlight]
Point = namedtuple("Point", "x y")


class Plain:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return type(other) is Plain and other.value == self.value


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right

    def __eq__(self, other):
        return (self.left, self.right) == (other.left, other.right)


class Restored(Plain):
    def __setstate__(self, state):
        self.value = [state["value"]]


class Labelled(rushlight.Tensor):
    pass


def saved(obj, library=rushlight, **options):
    buffer = io.BytesIO()
    library.save(obj, buffer, **options)
    return buffer.getvalue()


def loaded(data, library=rushlight, **options):
    return library.load(io.BytesIO(data), **options)


def pickled(body):
    """An archive of PyTorch's with this for a pickle."""
    old, out = zipfile.ZipFile(io.BytesIO(saved(torch.ones(2), torch))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            record = info.filename.partition("/")[2]
            new.writestr(info.filename, body if record == "data.pkl" else old.read(info))
    return out.getvalue()


def outcome(library, data, **options):
    try:
        return loaded(data, library, **options)
    except Exception as error:
        return type(error), str(error).replace("rushlight", "torch")


@pytest.fixture(autouse=True)
def no_globals_left():
    yield
    for library in LIBRARIES:
        library.serialization.clear_safe_globals()


# Pickles to which PyTorch answers with a sentence: ours is the same.
SAME = {
    "unknown instruction": b"\x80\x02(lp0\n.",
    "os": b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.",
    "posix": b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.",
    "sys": b"\x80\x02csys\nexit\n)R.",
    "eval": b"\x80\x02c__builtin__\neval\n.",
    "getattr": b"\x80\x02cbuiltins\ngetattr\n.",
    "frozenset": b"\x80\x02c__builtin__\nfrozenset\n]\x85R.",
    "subprocess": b"\x80\x02csubprocess\nPopen\nX\x02\x00\x00\x00ls\x85R.",
    "a module": b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.",
    "torch.load": b"\x80\x02ctorch.serialization\nload\n.",
    "dotted": b"\x80\x02ctorch\nTensor.add\n.",
    "id of a number": b"\x80\x02K\x01Q.",
    "id of a string": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "id of something else": b"\x80\x02X\x01\x00\x00\x00a\x85Q.",
    "calling a number": b"\x80\x02K\x01)R.",
    "no list": b"\x80\x02}K\x01a.",
    "no list to extend": b"\x80\x02}(K\x01e.",
    "no dict": b"\x80\x02]K\x01K\x01s.",
    "no dict for items": b"\x80\x02](K\x01K\x01u.",
    "state of a list": b"\x80\x02]K\x01b.",
    "instance of a number": b"\x80\x02K\x01)\x81.",
    "unhashable": b"\x80\x02}]K\x01s.",
    "size of a number": b"\x80\x02ctorch\nSize\nK\x01\x85R.",
    "an empty size": b"\x80\x02ctorch\nSize\n)R.",
    "dtype": b"\x80\x02ctorch\nfloat32\nctorch\ndevice\nX\x03\x00\x00\x00cpu\x85R\x86.",
    "numbers": b"\x80\x02(J\xff\xff\xff\xffK\xffM\xff\xffG?\xf0\x00\x00\x00\x00\x00\x00\x8a\x01\x80t.",
    "set": b"\x80\x02c__builtin__\nset\n](K\x01K\x02e\x85R.",
    "bytes": b"\x80\x02c_codecs\nencode\nX\x04\x00\x00\x00ab\xc3\xbfX\x06\x00\x00\x00latin1\x86R.",
    "string": b"\x80\x02U\x02ab.",
    "text": b"\x80\x02X\x02\x00\x00\x00\xc3\xbf.",
}


@pytest.mark.parametrize("name", SAME)
def test_same_answer_as_pytorch(name):
    data = pickled(SAME[name])
    wanted, got = [outcome(library, data) for library in LIBRARIES]
    assert str(got) == str(wanted)


DAMAGED = {
    "memo": (b"\x80\x02h\x05.", "Memo value not found at index 5"),
    "stack": (b"\x80\x02\x86.", "unexpected end of the stack"),
    "call": (b"\x80\x02)R.", "unexpected end of the stack"),
    "mark": (b"\x80\x02t.", "could not find MARK"),
    "odd": (b"\x80\x02}(K\x01u.", "odd number of items for SETITEMS"),
    "arguments": (b"\x80\x02ctorch\nSize\nK\x01R.", "argument list must be a tuple"),
    "text": (b"\x80\x02X\x01\x00\x00\x00\xff.", "a string that is none"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_pickles(name):
    body, text = DAMAGED[name]
    kind, message = outcome(rushlight, pickled(body))
    assert kind is pickle.UnpicklingError
    assert text in message


@pytest.mark.parametrize(
    "body", [b"", b"\x80", b"\x80\x02X\x05\x00\x00\x00ab", b"\x80\x02ctorch\nSi"]
)
def test_pickles_that_end_too_early(body):
    assert outcome(rushlight, pickled(body))[0] is EOFError


# Calls of names on the list with arguments that would allocate, import or loop.
TRAPS = {
    "bytearray of a size": b"c__builtin__\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R.",
    "a codec": b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00bz2\x86R.",
    "tensor of a size": b"ctorch\nTensor\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R.",
    "set of a tensor": b"c__builtin__\nset\nctorch\nTensor\n)R\x85R.",
    "calling a dtype": b"ctorch\nfloat32\n)R.",
    "rebuilding with another function": (
        b"ctorch._tensor\n_rebuild_from_type_v2\n(c__builtin__\nbytearray\nctorch\nTensor\nK\x09\x85}tR."
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps(name):
    assert outcome(rushlight, pickled(b"\x80\x02" + TRAPS[name]))[0] in (
        TypeError,
        pickle.UnpicklingError,
    )


@pytest.mark.parametrize("key", ["array", "box", "requires_grad", "__class__", "data"])
def test_attributes_of_a_file_cannot_replace_those_of_tensors(key):
    state = b"}X" + len(key).to_bytes(4, "little") + key.encode() + b"K\x05s"
    tensor = saved(torch.nn.Parameter(torch.ones(2)), torch)
    body = zipfile.ZipFile(io.BytesIO(tensor)).read("archive/data.pkl")
    for changed in (body[:-1] + state + b"b.", body[:-1] + b"}" + state + b"\x86b."):
        kind, text = outcome(rushlight, pickled(changed))
        assert kind is RuntimeError
        assert "Invalid serialized state: it would change" in text


def test_what_pytorch_has_and_rushlight_has_not():
    sparse = saved(torch.eye(2).to_sparse(), torch)
    assert "rushlight has no sparse tensors" in outcome(rushlight, sparse)[1].replace(
        "torch has", "rushlight has"
    )
    assert outcome(rushlight, sparse, weights_only=False)[0] is NotImplementedError


# -- globals that a program allows -----------------------------------------------------------------


@pytest.mark.parametrize(
    "obj", [Plain(3), Slotted(1, [2]), Point(1, 2), slice(1, 2), frozenset("a")]
)
def test_allowed_classes_load(obj):
    data = saved({"it": obj})
    assert data[:4] == b"PK\x03\x04"
    wanted, got = [outcome(library, data) for library in LIBRARIES]
    assert got == wanted
    for library in LIBRARIES:
        with library.serialization.safe_globals([type(obj)]):
            assert loaded(data, library)["it"] == obj
            assert library.serialization.get_safe_globals() == [type(obj)]
        assert library.serialization.get_safe_globals() == []


def test_set_state_of_allowed_classes_is_called():
    rushlight.serialization.add_safe_globals([Restored])
    assert loaded(saved(Restored(3))).value == [3]


def test_allowed_under_another_name():
    rushlight.serialization.add_safe_globals([(Restored, f"{__name__}.Plain")])
    assert type(loaded(saved(Plain(3)))) is Restored


@pytest.mark.parametrize("pair", [(1, 2, 3), (1, 2)])
def test_malformed_pairs(pair):
    data = pickled(b"\x80\x02csome\nname\n.")
    for library in LIBRARIES:
        library.serialization.add_safe_globals([pair])
    wanted, got = [outcome(library, data) for library in LIBRARIES]
    assert got == wanted


def test_blocked_modules_stay_blocked():
    import os

    rushlight.serialization.add_safe_globals([os.system, (len, "os.system")])
    kind, text = outcome(rushlight, pickled(b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."))
    assert kind is pickle.UnpicklingError
    assert "whose module os is blocked" in text


def test_subclasses_of_tensor():
    t = rushlight.ones(2).as_subclass(Labelled)
    t.label = "x"
    data = saved(t)
    name = f"{__name__}.Labelled"
    assert f"GLOBAL {name} was not an allowed global by default" in outcome(rushlight, data)[1]
    with rushlight.serialization.safe_globals([Labelled]):
        got = loaded(data)
    assert (type(got), got.label, got.tolist()) == (Labelled, "x", [1, 1])


@pytest.mark.parametrize("library", LIBRARIES)
def test_unsafe_globals_are_listed_without_loading(library):
    listed = library.serialization.get_unsafe_globals_in_checkpoint
    assert listed(io.BytesIO(saved([Plain(1), torch.float32], torch))) == [f"{__name__}.Plain"]
    assert listed(io.BytesIO(saved([1, rushlight.ones(2)]))) == []
    with pytest.raises(
        ValueError, match=r"Expected input to be a checkpoint returned by torch.save"
    ):
        listed(io.BytesIO(saved(1, _use_new_zipfile_serialization=False)))
    with pytest.raises(pickle.UnpicklingError, match="Unsupported operand"):
        listed(io.BytesIO(pickled(b"\x80\x02(l.")))


# -- which way to load -----------------------------------------------------------------------------


def test_other_protocols_warn():
    data = saved(rushlight.ones(1), pickle_protocol=4)
    for library in LIBRARIES:
        with pytest.warns(UserWarning, match="Detected pickle protocol 4 in the checkpoint"):
            kind, _ = outcome(library, data)
        assert kind is pickle.UnpicklingError


@pytest.mark.parametrize("library", LIBRARIES)
def test_pickle_modules(library):
    data = saved(Plain(3))
    assert loaded(data, library, pickle_module=pickle) == Plain(3)
    with pytest.raises(RuntimeError, match="Can not safely load weights when explicit pickle_mod"):
        loaded(data, library, pickle_module=pickle, weights_only=True)
    with pytest.warns(UserWarning, match="pickle_load_args only works if `weights_only=False`."):
        assert loaded(saved(1), library, encoding="latin1") == 1
    with pytest.raises(TypeError, match="'bogus' is an invalid keyword argument for Unpickler"):
        loaded(data, library, weights_only=False, bogus=1)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_environment_decides(library, monkeypatch):
    data = saved(Plain(3))
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "yes")
    with pytest.warns(UserWarning, match="TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD detected"):
        assert loaded(data, library) == Plain(3)
    with pytest.raises(pickle.UnpicklingError):
        loaded(data, library, weights_only=True)
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(RuntimeError, match="should be set, but both were set"):
        loaded(data, library)
    monkeypatch.delenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    with pytest.raises(pickle.UnpicklingError):
        loaded(data, library, weights_only=False)
