"""The safetensors format, against the safetensors package where that is installed."""

import contextlib
import io
import json
import random
import struct

import pytest

import rushlight
from rushlight.serialization import safetensors
from tests.serialization.mutations import mutate

torch = pytest.importorskip("torch")
DTYPES = [*safetensors.DTYPES.values()]


def tensors():
    made = {str(d)[6:]: rushlight.arange(6).to(d).reshape(2, 3) for d in DTYPES}
    x = rushlight.arange(12.0).reshape(3, 4)
    return {
        **made,
        "view": x[1:, ::2],
        "turned": x.t(),
        "none": x[:0],
        "scalar": rushlight.tensor(3),
    }


def same(got, wanted):
    assert set(got) == set(wanted)
    for name, t in wanted.items():
        assert (got[name].dtype, got[name].shape) == (t.dtype, t.shape)
        assert got[name].to(rushlight.complex128).tolist() == t.to(rushlight.complex128).tolist()


def test_round_trip(tmp_path):
    path = tmp_path / "model.safetensors"
    safetensors.save_file(tensors(), path, {"by": "us"})
    same(safetensors.load_file(path), tensors())
    same(safetensors.load(path.read_bytes()), tensors())
    same(rushlight.load(path), tensors())
    assert list(tmp_path.iterdir()) == [path]
    assert all(t.is_contiguous() for t in safetensors.load_file(path).values())


def test_header_and_numbers():
    data = safetensors.save({"b": rushlight.ones(1), "a": rushlight.tensor([True])}, {"k": "v"})
    (length,) = struct.unpack("<Q", data[:8])
    assert (8 + length) % 8 == 0
    assert json.loads(data[8 : 8 + length]) == {
        "__metadata__": {"k": "v"},
        "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        "a": {"dtype": "BOOL", "shape": [1], "data_offsets": [4, 5]},
    }
    assert data[8 + length :] == struct.pack("<f", 1) + b"\x01"


def test_the_package_reads_ours_and_we_read_its():
    package = pytest.importorskip("safetensors.torch")
    ours = tensors()
    got = package.load(safetensors.save(ours))
    assert {name: [*t.shape] for name, t in got.items()} == {n: [*t.shape] for n, t in ours.items()}
    again = safetensors.load(package.save(got, {"k": "v"}))
    same(again, ours)


def file(header, numbers=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + numbers


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


MALFORMED = {
    "empty": b"",
    "short": b"\x01\0\0",
    "absurd length": file({}, length=2**63),
    "long header": file({}, length=10_000),
    "no JSON": file(b"{]"),
    "no object": file(b"[]"),
    "not UTF-8": file(b'{"\xff":1}'),
    "deep": file(b'{"a":' + b"[" * 100_000),
    "twice": file(b'{"a":1,"a":1}'),
    "number": file({"a": 1}),
    "unknown dtype": file({"a": entry("F8_E4M3")}, b"\0" * 4),
    "dtype of a list": file({"a": entry([])}, b"\0" * 4),
    "missing field": file({"a": {"dtype": "F32", "shape": [1]}}, b"\0" * 4),
    "further field": file({"a": {**entry(), "code": "x"}}, b"\0" * 4),
    "beyond the end": file({"a": entry()}, b"\0" * 3),
    "left over": file({"a": entry()}, b"\0" * 5),
    "hole": file({"a": entry(offsets=(4, 8))}, b"\0" * 8),
    "overlap": file({"a": entry(), "b": entry()}, b"\0" * 4),
    "negative": file({"a": entry(offsets=(4, 0))}, b"\0" * 4),
    "negative shape": file({"a": entry(shape=(-1,))}, b"\0" * 4),
    "fraction": file({"a": entry(shape=(1.0,))}, b"\0" * 4),
    "bool": file({"a": entry(shape=(True,))}, b"\0" * 4),
    "overflow": file({"a": entry(shape=(2**62, 4))}, b"\0" * 4),
    "huge and empty": file({"a": entry(shape=(2**62, 2**62, 0), offsets=(0, 0))}),
    "metadata": file({"__metadata__": {"a": 1}}),
    "metadata of a list": file({"__metadata__": []}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_in_the_format_is_refused(name):
    with pytest.raises(safetensors.SafetensorError):
        safetensors.load(MALFORMED[name])


def test_every_truncation_is_refused():
    data = safetensors.save({"a": rushlight.arange(3)})
    for end in range(len(data)):
        with pytest.raises(safetensors.SafetensorError):
            safetensors.load(data[:end])


def test_mutated_files_load_or_raise():
    data = safetensors.save(tensors(), {"k": "v"})
    for seed in range(300):
        with contextlib.suppress(safetensors.SafetensorError):
            repr(safetensors.load(mutate(data, random.Random(seed))))


def test_truth_values_have_bytes_0_and_1():
    got = safetensors.load(file({"a": entry("BOOL", (2,), (0, 2))}, b"\x00\xff"))
    assert got["a"].view(rushlight.uint8).tolist() == [0, 1]


@pytest.mark.parametrize(
    "given", [[], {"a": 1}, {1: rushlight.ones(1)}, {"__metadata__": rushlight.ones(1)}]
)
def test_what_cannot_be_saved(given):
    with pytest.raises(ValueError, match=r"Expected a dict|cannot be the name"):
        safetensors.save(given)


def test_complex_numbers_of_double_precision_and_other_metadata_cannot_be_saved():
    with pytest.raises(safetensors.SafetensorError, match="complex128 is not covered"):
        safetensors.save({"a": rushlight.ones(1, dtype=rushlight.complex128)})
    with pytest.raises(safetensors.SafetensorError, match="must be a dict of str to str"):
        safetensors.save({}, {"a": 1})


def test_places(tmp_path):
    path = str(tmp_path / "a.safetensors")
    safetensors.save_file({"a": rushlight.ones(1)}, path)
    assert rushlight.load(path, map_location="cpu")["a"].tolist() == [1]
    with pytest.raises(RuntimeError, match="is_available\\(\\) is False"):
        rushlight.load(path, map_location="cuda")
    for place, kind in [({}, "dict"), (lambda s, p: s, "callable")]:
        with pytest.raises(RuntimeError, match=f"with {kind} map_location is not supported"):
            rushlight.load(path, map_location=place)
    with pytest.raises(EOFError):
        rushlight.load(io.BytesIO(b""))
