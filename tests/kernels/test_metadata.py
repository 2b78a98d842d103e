"""Size, device, layout and memory_format beside PyTorch's."""

import copy
import pickle
import threading

import numpy as np
import pytest

from rushlight.kernels import metadata
from rushlight.kernels.metadata import Size, device

torch = pytest.importorskip("torch")


def outcome(call, *args):
    """What the call returned, as text, or how it failed."""
    try:
        result = call(*args)
    except Exception as error:
        return type(error).__name__, str(error)
    return type(result).__name__, repr(result)


SIZE_EXPRESSIONS = [
    "S()", "S([2, 2])", "S((3,))", "S(range(3))", "S(i for i in (4, 5))", "S([-1])",
    "S(np.array([1, 2]))", "S([np.int64(3), True])", "S([2, 3]).numel()", "S([]).numel()",
    "S([2, 0]).numel()", "S([2, 3, 4])[1:]", "S([2, 3, 4])[::-1]", "S([2, 3])[-1]",
    "S([2, 3])[5]", "S([2])['a']", "S([2]) + S([3])", "S([2]) + (3,)", "(1,) + S([2])",
    "S([2]) + [3]", "S([2]) + 3", "S([2]) + ('a',)", "(1.5,) + S([2])", "S([2]) * 2", "2 * S([2])",
    "S([2]) * 1.5", "S([2.0])", "S([1, None])", "S('a')", "S(2)", "S(None)", "S([2, 3]) == (2, 3)",
    "hash(S([2, 3])) == hash((2, 3))", "str(S([7]))", "f'{S([7])}'", "copy.copy(S([1]))",
    "copy.deepcopy(S([1]))", "pickle.loads(pickle.dumps(S([1, 2])))", "S.__name__", "S([1]) < (2,)",
    "S([3, 4]).index(4)",
]  # fmt: skip


@pytest.mark.parametrize("expression", SIZE_EXPRESSIONS)
def test_size(expression):
    known = {"np": np, "copy": copy, "pickle": pickle}
    ours = outcome(eval, expression, {"S": Size, **known})
    assert ours == outcome(eval, expression, {"S": torch.Size, **known})


def test_size_of_is_unchecked_but_a_size():
    assert repr(metadata.size_of((2, 3))) == repr(torch.Size((2, 3)))
    assert type(metadata.size_of(())) is Size


DEVICE_ARGUMENTS = [
    ("cpu",), ("cuda",), ("cuda:0",), ("meta",), ("mps:0",), ("xpu:2",), ("privateuseone",),
    ("cuda", 1), ("cpu", None), ("cpu:1",), ("foo",), ("foo:1",), ("CPU",), ("",), ("cuda:",),
    ("cuda:-1",), ("cuda:01",), ("cuda:a",), ("cuda:0:1",), ("cpu:0 ",), ("cpu", -1), ("cuda:0", 1),
    (0,), (-1,), (None,), (1.5,), (True,), ("cpu", "x"), (),
]  # fmt: skip


@pytest.mark.parametrize("args", DEVICE_ARGUMENTS)
def test_device(args):
    assert outcome(device, *args) == outcome(torch.device, *args)
    assert outcome(lambda: str(device(*args))) == outcome(lambda: str(torch.device(*args)))


def test_device_by_keyword():
    assert repr(device(type="cuda", index=1)) == repr(torch.device(type="cuda", index=1))
    assert repr(device(device="cpu")) == repr(torch.device(device="cpu"))
    assert device(device("cuda:1")) == device("cuda", index=1)
    ours = outcome(device, device("cpu"), 1)
    assert ours == outcome(torch.device, torch.device("cpu"), 1)


def test_device_is_a_value():
    assert device("cpu") == device("cpu") != device("cpu:0")
    assert device("cuda:1") == device("cuda", 1)
    assert device("cpu") != "cpu"
    assert hash(device("cuda:1")) == hash(device("cuda", 1))
    for one in (device("cpu"), device("cuda:1")):
        assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == copy.copy(one) == one
    for call in (lambda d: d < d, lambda d: setattr(d, "type", "x"), lambda d: d.nonsense):
        assert outcome(call, device("cpu")) == outcome(call, torch.device("cpu"))
    assert (device("cpu").index, device("cuda:3").index, device("cuda:3").type) == (None, 3, "cuda")


def test_mkldnn_warns():
    with pytest.warns(UserWarning, match="'mkldnn' is no longer used as device type"):
        device("mkldnn")


def test_device_context_is_the_default_device_of_its_thread():
    assert metadata.get_default_device() == device("cpu")
    elsewhere = []
    with device("meta") as entered, device("cuda:1"):
        assert entered == device("meta")
        assert metadata.get_default_device() == device("cuda:1")
        thread = threading.Thread(target=lambda: elsewhere.append(metadata.get_default_device()))
        thread.start()
        thread.join()
    assert elsewhere == [device("cpu")]
    assert metadata.get_default_device() == device("cpu")
    with pytest.raises(RuntimeError, match="trying to pop from empty mode stack"):
        device("cpu").__exit__(None, None, None)


def test_default_device():
    try:
        metadata.set_default_device("meta")
        assert metadata.get_default_device() == device("meta")
    finally:
        metadata.set_default_device(None)
    assert metadata.get_default_device() == device("cpu")


NAMES = [
    "strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged",
    "contiguous_format", "preserve_format", "channels_last", "channels_last_3d",
    "legacy_contiguous_format",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_layouts_and_memory_formats(name):
    ours, theirs = getattr(metadata, name), getattr(torch, name)
    assert repr(ours) == str(ours) == repr(theirs)
    assert type(ours).__name__ == type(theirs).__name__
    assert pickle.loads(pickle.dumps(ours)) is copy.deepcopy(ours) is ours


@pytest.mark.parametrize("name", ["Size", "device", "layout", "memory_format"])
def test_class_names(name):
    ours, theirs = getattr(metadata, name), getattr(torch, name)
    assert repr(ours) == repr(theirs)
    if name in ("layout", "memory_format"):
        assert outcome(ours) == outcome(theirs)
