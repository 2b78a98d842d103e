"""Files that are truncated, damaged or made to do harm: a clear error, and nothing else happens."""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict

import pytest

import rushlight
from tests.serialization.mutations import CLEAR, load_watched, mutated_file, valid_files

FILES = valid_files()
ARCHIVE, LEGACY = FILES


def simple():
    buffer = io.BytesIO()
    rushlight.save({"a": rushlight.arange(4.0)}, buffer)
    return buffer.getvalue()


SIMPLE = simple()


def rezipped(changes=None, method=zipfile.ZIP_STORED, folder="archive", archive=SIMPLE):
    """An archive with records replaced, added, or (None) left out."""
    old, out = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    contents = {info.filename.partition("/")[2]: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(out, "w", method) as new:
        for name, content in {**contents, **(changes or {})}.items():
            if content is not None:
                new.writestr(f"{folder}/{name}" if folder else name, content)
    return out.getvalue()


def failure(data, **options):
    with pytest.raises(Exception) as caught:
        rushlight.load(io.BytesIO(data), **options)
    return caught.value


@pytest.mark.parametrize("block", range(6))
def test_mutated_files_load_or_raise_a_clear_error(block):
    for seed in range(100 * block, 100 * (block + 1)):
        error = load_watched(mutated_file(FILES, seed))
        assert error is None or isinstance(error, CLEAR), (seed, error)


@pytest.mark.parametrize("data", [ARCHIVE, LEGACY], ids=["zip", "legacy"])
def test_every_truncation_raises(data):
    for end in range(0, len(data), 37):
        error = load_watched(data[:end])
        assert isinstance(error, (RuntimeError, EOFError)), (end, error)


def test_a_flipped_bit_of_a_storage_is_noticed():
    at = SIMPLE.index(struct.pack("<4f", 0, 1, 2, 3))
    damaged = SIMPLE[:at] + b"\x01" + SIMPLE[at + 1 :]
    assert "reading file data/0: crc-32 check failed" in str(failure(damaged))


RECORDS = {
    "no pickle": ({"data.pkl": None}, RuntimeError, "locating file data.pkl: file not found"),
    "no storage": ({"data/0": None}, RuntimeError, "locating file data/0: file not found"),
    "short": ({"data/0": b"\0" * 8}, RuntimeError, "record size (8 bytes) does not match expected"),
    "long": ({"data/0": b"\0" * 32}, RuntimeError, "record size (32 bytes) does not match"),
    "no version": ({"version": None}, RuntimeError, 'Expected hasRecord("version") to be true'),
    "future": ({"version": b"11"}, RuntimeError, "read a PyTorch file with version 11"),
    "past": ({"version": b"0"}, RuntimeError, "read a PyTorch file with version 0"),
    "no number": ({"version": b"xx"}, RuntimeError, "Couldn't parse the version xx as Long Long."),
    "byte order": ({"byteorder": b"xx"}, ValueError, "Unknown endianness type: xx"),
    "empty pickle": ({"data.pkl": b""}, EOFError, "Ran out of input"),
    "script": ({"constants.pkl": b""}, RuntimeError, "with TorchScript archives passed to"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_that_are_missing_or_wrong(name):
    changes, kind, text = RECORDS[name]
    error = failure(rezipped(changes))
    assert type(error) is kind
    assert text in str(error)


def test_names_that_lead_out_of_the_archive_are_never_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    harmless = rezipped({"../../escape": b"x", "/absolute": b"x"})
    assert rushlight.load(io.BytesIO(harmless))["a"].tolist() == [0, 1, 2, 3]
    assert list(tmp_path.iterdir()) == []
    assert "not in a subdirectory" in str(failure(rezipped(folder="")))


def test_compressed_archives_load_but_bombs_do_not():
    deflated = rezipped(method=zipfile.ZIP_DEFLATED)
    assert rushlight.load(io.BytesIO(deflated))["a"].tolist() == [0, 1, 2, 3]
    assert "unsupported method" in str(failure(rezipped(method=zipfile.ZIP_LZMA)))
    bomb = rezipped({"data.pkl": b"\0" * 10**7}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 20_000
    assert "compressed to less than a hundredth" in str(failure(bomb))


def directory_entries(data):
    """Where the entries of the archive's list begin."""
    at, places = 0, []
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        places.append(at)
        at += 1
    return places


def test_records_that_overlap_or_share_a_name_are_refused():
    data = bytearray(rezipped({"data/1": b"\0" * 4000}))
    entries = directory_entries(data)
    largest = next(at for at in entries if data[at + 46 :].startswith(b"archive/data/1"))
    for at in entries[:-1]:  # one record's bytes many times over
        data[at + 16 : at + 28] = data[largest + 16 : largest + 28]
    assert "its records overlap" in str(failure(bytes(data)))
    twice = rezipped({"data/1": b"ab"}).replace(b"archive/data/1", b"archive/data/0")
    assert "two records have the same name" in str(failure(twice))


def test_sizes_in_the_list_of_records_are_checked_against_the_file():
    data = bytearray(SIMPLE)
    for at in directory_entries(data):
        if data[at + 46 :].startswith(b"archive/data/0"):
            data[at + 20 : at + 28] = struct.pack("<II", 2**31, 2**31)
    assert "PytorchStreamReader failed" in str(failure(bytes(data)))


# -- layouts ---------------------------------------------------------------------------------------


class Described:
    """Pickles as a tensor of a layout over storage 0, of four float32."""

    def __init__(self, *layout, kind="FloatStorage", count=4):
        self.layout, self.storage = layout, ("storage", kind, "0", "cpu", count)


class Describer(pickle._Pickler):
    def persistent_id(self, obj):
        return obj if isinstance(obj, tuple) and obj[:1] == ("storage",) else None

    def reducer_override(self, obj):
        if isinstance(obj, Described):
            return min, (obj.storage, *obj.layout, False, OrderedDict())
        return NotImplemented

    def save_global(self, obj, name=None):
        if obj is not min:
            return super().save_global(obj, name)
        self.write(b"ctorch._utils\n_rebuild_tensor_v2\n")
        self.memoize(obj)

    def save_str(self, obj):
        if obj.endswith("Storage"):
            self.write(b"ctorch\n" + obj.encode() + b"\n")
        else:
            super().save_str(obj)

    dispatch = {**pickle._Pickler.dispatch, str: save_str}


def described(*layout, **options):
    buffer = io.BytesIO()
    Describer(buffer, 2).dump(Described(*layout, **options))
    return rezipped({"data.pkl": buffer.getvalue()})


NOT_RESIZABLE = "Trying to resize storage that is not resizable"
OVERFLOW = "numel: integer multiplication overflow"
LAYOUTS = {
    "too long": ((0, (100,), (1,)), RuntimeError, NOT_RESIZABLE),
    "too far": ((3, (2,), (1,)), RuntimeError, NOT_RESIZABLE),
    "wide strides": ((0, (2,), (2**61,)), RuntimeError, NOT_RESIZABLE),
    "backwards": ((0, (2,), (-1,)), RuntimeError, "Storage size calculation overflowed with"),
    "before": ((-1, (2,), (1,)), RuntimeError, "Tensor: invalid storage offset -1"),
    "negative": ((0, (-2,), (1,)), RuntimeError, OVERFLOW),
    "unequal": ((0, (2, 2), (1,)), RuntimeError, "unequal size length (2) and stride length (1)"),
    "overflow": ((0, (2**62, 2**62), (0, 0)), RuntimeError, OVERFLOW),
    "overflow in bytes": ((0, (2**61, 2), (0, 0)), RuntimeError, OVERFLOW),
    "no long": ((2**70, (2,), (1,)), ValueError, "Overflow when unpacking long long"),
    "no number": ((0, ("a",), (1,)), TypeError, "set_() received an invalid combination"),
    "a float": ((0, (1.5,), (1,)), TypeError, "set_() received an invalid combination"),
    "no tuple": ((0, 5, (1,)), TypeError, "set_() received an invalid combination"),
    "a bool": ((0, (True,), (1,)), TypeError, "set_() received an invalid combination"),
    "many dims": ((0, (1,) * 70, (1,) * 70), RuntimeError, "tensors have at most 64 dims"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_outside_the_storage_are_refused(name):
    layout, kind, text = LAYOUTS[name]
    for weights_only in (True, False):
        error = failure(described(*layout), weights_only=weights_only)
        assert type(error) is kind
        assert text in str(error)


def test_layouts_inside_the_storage_are_not():
    for layout in [(0, (2, 2), (2, 1)), (3, (1,), (100,)), (0, (), ()), (0, (10**12,), (0,))]:
        t = rushlight.load(io.BytesIO(described(*layout)))
        assert (t.storage_offset(), tuple(t.shape), t.stride()) == layout
    assert rushlight.load(io.BytesIO(described(100, (0, 2), (2, 1)))).shape == (0, 2)


@pytest.mark.parametrize("count", [10**15, -1, 2**70, True, 1.5, "4", None])
def test_absurd_numbers_of_elements(count):
    assert isinstance(failure(described(0, (1,), (1,), count=count)), RuntimeError)


def test_truth_values_have_bytes_0_and_1():
    t = rushlight.load(io.BytesIO(with_bytes(b"\x00\x01\x02\xff", "BoolStorage")))
    assert t.tolist() == [False, True, True, True]
    assert t.view(rushlight.uint8).tolist() == [0, 1, 1, 1]


def with_bytes(content, kind):
    data = described(0, (4,), (1,), kind=kind)
    return rezipped({"data/0": content}, archive=data)


def test_numbers_of_the_other_byte_order_are_turned():
    changes = {"byteorder": b"big", "data/0": struct.pack(">4f", 0, 1, 2, 3)}
    assert rushlight.load(io.BytesIO(rezipped(changes)))["a"].tolist() == [0, 1, 2, 3]
    unsaid = {"byteorder": None, "data/0": struct.pack(">4f", 0, 1, 2, 3)}
    rushlight.serialization.set_default_load_endianness(rushlight.serialization.LoadEndianness.BIG)
    try:
        assert rushlight.load(io.BytesIO(rezipped(unsaid)))["a"].tolist() == [0, 1, 2, 3]
    finally:
        rushlight.serialization.set_default_load_endianness(None)


# -- the older format ------------------------------------------------------------------------------


def legacy():
    buffer = io.BytesIO()
    rushlight.save({"a": rushlight.arange(4.0)}, buffer, _use_new_zipfile_serialization=False)
    return buffer.getvalue()


OLD = legacy()


@pytest.mark.parametrize("count", [3, -3, 2**40, 5])
def test_legacy_storages_have_the_size_that_was_said(count):
    damaged = OLD[:-24] + struct.pack("<q", count) + OLD[-16:]
    assert "storage has wrong byte size: expected" in str(failure(damaged))


def test_legacy_files_reserve_no_more_than_they_hold():
    at = OLD.index(b"K\x04N")  # number of elements, no view
    damaged = OLD[:at] + b"J\xff\xff\xff\x7fN" + OLD[at + 3 :]
    assert "unexpected EOF, expected" in str(failure(damaged))


def test_legacy_heads():
    assert str(failure(b"\x80\x02}.")) == "Invalid magic number; corrupt file?"
    later = OLD.replace(struct.pack("<H", 1001), struct.pack("<H", 1002))
    assert str(failure(later)) == "Invalid protocol version: 1002"
    assert isinstance(failure(b"hello world" * 20), pickle.UnpicklingError)
    assert isinstance(failure(b""), EOFError)


def test_tar_archives_of_the_first_versions_are_refused():
    tar = b"\0" * 257 + b"ustar" + b"\0" * 250
    assert "Cannot use ``weights_only=True`` with files saved in" in str(failure(tar))
    assert "tar archive of PyTorch 0.1" in str(failure(tar, weights_only=False))


# -- pickles that are meant to take for ever -------------------------------------------------------


def pickled(body):
    return rezipped({"data.pkl": b"\x80\x02" + body})


def test_keys_that_would_take_for_ever_to_hash():
    doubling = b")" + b"".join(b"q%ch%c\x86" % (i, i) for i in range(60))
    assert "items in the file" in str(failure(pickled(b"}" + doubling + b"K\x01s.")))
    deep = b")" + b"\x85" * 200_000
    assert "items in the file" in str(failure(pickled(b"}" + deep + b"K\x01s.")))
    in_set = b"c__builtin__\nset\n](" + deep + b"e\x85R."
    assert "items in the file" in str(failure(pickled(in_set)))


def test_deep_lists_are_no_problem():
    body = b"]" * 100_000 + b"a" * 99_999 + b"."
    assert type(rushlight.load(io.BytesIO(pickled(body)))) is list
