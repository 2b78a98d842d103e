"""Where `torch.save` writes to and `torch.load` reads from: paths, file objects, mapped memory."""

import io
import mmap
import os
import stat

import pytest

import rushlight

torch = pytest.importorskip("torch")
LIBRARIES = [torch, rushlight]


def saved(obj, library=rushlight, **options):
    buffer = io.BytesIO()
    library.save(obj, buffer, **options)
    return buffer.getvalue()


def outcome(function, *args, **options):
    try:
        return function(*args, **options)
    except Exception as error:
        return type(error), str(error).partition("\n")[0].replace("rushlight", "torch")


class Unpicklable:
    def __reduce__(self):
        raise ZeroDivisionError


@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_paths(tmp_path, new):
    path = tmp_path / "model.best.pt"
    for writer in LIBRARIES:
        writer.save(writer.ones(2), path, _use_new_zipfile_serialization=new)
        for reader in LIBRARIES:
            assert reader.load(str(path)).tolist() == [1, 1]
    assert (b"model.best/data.pkl" in path.read_bytes()) is new
    assert list(tmp_path.iterdir()) == [path]


def test_names_that_are_not_ascii(tmp_path):
    path = tmp_path / "modèle.pt"
    rushlight.save(rushlight.ones(2), path)
    assert torch.load(path).tolist() == [1, 1]


@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_a_failure_leaves_the_old_file(tmp_path, new):
    path = tmp_path / "a.pt"
    rushlight.save(1, path)
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError):
        rushlight.save([rushlight.ones(9), Unpicklable()], path, _use_new_zipfile_serialization=new)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.pt"
    rushlight.save(1, path)
    before = path.read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RuntimeError, match="No space left on device"):
        rushlight.save(rushlight.ones(9), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_links_and_permissions_stay(tmp_path):
    target, link = tmp_path / "target.pt", tmp_path / "link.pt"
    rushlight.save(1, target)
    target.chmod(0o600)
    link.symlink_to(target)
    rushlight.save(2, link)
    assert link.is_symlink()
    assert rushlight.load(target) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe.pt"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    rushlight.save(rushlight.ones(2), pipe)
    data = os.read(reader, 10**6)
    os.close(reader)
    assert torch.load(io.BytesIO(data)).tolist() == [1, 1]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("path", ["nowhere/a.pt", "a/.pt", ""])
def test_paths_that_cannot_be(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    wanted, got = [outcome(library.save, 1, path) for library in LIBRARIES]
    assert got[0] is wanted[0] is RuntimeError
    assert got[1] in wanted[1]
    wanted, got = [outcome(library.load, path) for library in LIBRARIES]
    assert got == wanted


def test_folders_cannot_be_saved_to(tmp_path):
    assert outcome(rushlight.save, 1, tmp_path) == (
        RuntimeError,
        "open file failed with strerror: Is a directory",
    )


class Written:
    """The least that `save` needs."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += bytes(data)
        return len(data)

    def flush(self):
        pass


class Read:
    """The least that `load` needs."""

    def __init__(self, data):
        file = io.BytesIO(data)
        self.read, self.readline, self.seek, self.tell = (
            file.read,
            file.readline,
            file.seek,
            file.tell,
        )


@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_file_objects(new):
    file = Written()
    rushlight.save([rushlight.ones(2)], file, _use_new_zipfile_serialization=new)
    for library in LIBRARIES:
        assert library.load(Read(file.data))[0].tolist() == [1, 1]


def test_open_files(tmp_path):
    for new in (True, False):
        with open(tmp_path / "a.pt", "w+b") as file:
            rushlight.save(rushlight.ones(2), file, _use_new_zipfile_serialization=new)
            for library in LIBRARIES:
                file.seek(0)
                assert library.load(file).tolist() == [1, 1]


@pytest.mark.parametrize("file", [5, object(), io.StringIO])
def test_what_is_no_file(file):
    file = file() if isinstance(file, type) else file
    wanted, got = [outcome(library.save, 1, file) for library in LIBRARIES]
    assert got[0] is wanted[0]
    if not isinstance(file, io.StringIO):
        assert got == wanted
        wanted, got = [outcome(library.load, file) for library in LIBRARIES]
        assert got == wanted


def test_several_saves_of_the_old_format_in_one_file():
    file = io.BytesIO()
    for library in LIBRARIES:
        library.save(library.ones(2), file, _use_new_zipfile_serialization=False)
    file.seek(0)
    assert [rushlight.load(file).tolist() for _ in LIBRARIES] == [[1, 1], [1, 1]]


# -- mapped memory ---------------------------------------------------------------------------------


@pytest.mark.parametrize("writer", LIBRARIES)
def test_mapped_files(tmp_path, writer):
    path = tmp_path / "a.pt"
    x = writer.arange(10.0)
    writer.save(
        {"x": x, "v": x[2:4], "b": writer.ones(3, dtype=writer.bool), "e": x[:0].clone()}, path
    )
    before = path.read_bytes()
    for reader in LIBRARIES:
        got = reader.load(path, mmap=True)
        assert (got["x"].tolist(), got["e"].tolist()) == (x.tolist(), [])
        got["x"][2] = 99
        assert got["v"].tolist() == [99, 3]
        assert got["v"].storage_offset() == 2
        assert got["x"].untyped_storage().nbytes() == 40
    assert path.read_bytes() == before


def test_shared_maps_write_to_the_file(tmp_path):
    path = str(tmp_path / "a.pt")
    rushlight.save(rushlight.zeros(3), path)
    with rushlight.serialization.set_default_mmap_options(mmap.MAP_SHARED):
        t = rushlight.load(path, mmap=True)
        t[1] = 5
    assert rushlight.serialization.get_default_mmap_options() == mmap.MAP_PRIVATE
    del t
    assert rushlight.load(path, mmap=True).tolist() == [0, 5, 0]


def test_what_cannot_be_mapped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for library in LIBRARIES:
        library.save(library.ones(1), "old.pt", _use_new_zipfile_serialization=False)
    for make in [lambda: "old.pt", lambda: tmp_path / "old.pt", lambda: io.BytesIO(saved(1))]:
        wanted, got = [outcome(library.load, make(), mmap=True) for library in LIBRARIES]
        assert got == wanted
        assert got[0] in (RuntimeError, ValueError)
    with pytest.raises(
        ValueError, match=r"expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, but got 77"
    ):
        rushlight.serialization.set_default_mmap_options(77)


def test_storages_begin_at_multiples_of_64(tmp_path):
    path = tmp_path / "a.pt"
    rushlight.save([rushlight.full((n,), n, dtype=rushlight.uint8) for n in (1, 70, 3)], path)
    data = path.read_bytes()
    for n in (1, 70, 3):
        assert data.find(bytes([n]) * n, data.find(b"/byteorder")) % 64 == 0 or n == 1
    assert [t.numel() for t in torch.load(path, mmap=True)] == [1, 70, 3]


# -- where storages go -----------------------------------------------------------------------------

PLACES = ["cpu", b"cpu", "cuda", "cuda:0", "xpu", "hpu", "foo", "cpu:0", {"cpu": "cuda"}, {}, 5]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_map_location(place):
    data = saved(torch.ones(2), torch)
    wanted, got = [outcome(lib.load, io.BytesIO(data), map_location=place) for lib in LIBRARIES]
    assert str(got) == str(wanted)


def test_map_location_device_and_function():
    data = saved(torch.ones(2), torch)
    asked = []
    for library in LIBRARIES:
        device = library.device("cpu")
        assert library.load(io.BytesIO(data), map_location=device).tolist() == [1, 1]

        def choose(storage, place):
            asked.append((type(storage).__name__, storage.nbytes(), place))

        def double(storage, place, library=library):
            return library.full((2,), 2.0).untyped_storage()

        assert library.load(io.BytesIO(data), map_location=choose).tolist() == [1, 1]
        assert library.load(io.BytesIO(data), map_location=double).tolist() == [2, 2]
    assert asked == [("UntypedStorage", 8, "cpu")] * 2
    wanted, got = [
        outcome(lib.load, io.BytesIO(data), map_location=lambda s, p: 5) for lib in LIBRARIES
    ]
    assert got == wanted


def test_meta_is_refused():
    data = saved(torch.ones(2), torch)
    with pytest.raises(NotImplementedError, match="no tensors on the meta device"):
        rushlight.load(io.BytesIO(data), map_location="meta")


def test_registered_places(monkeypatch):
    from rushlight.serialization import locations

    monkeypatch.setattr(locations, "_registry", [*locations._registry])
    seen = []
    rushlight.serialization.register_package(
        5, lambda storage: "attic", lambda storage, place: seen.append(place) or storage
    )
    data = saved(rushlight.ones(2))
    assert rushlight.load(io.BytesIO(data)).tolist() == [1, 1]
    assert seen == ["attic"]
    with pytest.raises(RuntimeError, match=r"UntypedStorage \(tagged with attic\)"):
        torch.load(io.BytesIO(data))


# -- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", LIBRARIES)
def test_skip_data(library):
    t = library.ones(2)
    with library.serialization.skip_data():
        empty = saved(t, library)
        with pytest.raises(RuntimeError, match="Cannot use skip_data=True with"):
            saved(t, library, _use_new_zipfile_serialization=False)
        assert library.load(io.BytesIO(saved(t, library))).shape == (2,)
    for reader in LIBRARIES:
        assert reader.load(io.BytesIO(empty)).tolist() == [0, 0]


def test_public_names():
    ours = rushlight.serialization
    assert ours.__all__ == torch.serialization.__all__
    assert all(hasattr(ours, name) for name in ours.__all__)
    assert rushlight.save is ours.save
    assert ours.normalize_storage_type(rushlight.UntypedStorage) is rushlight.UntypedStorage
    for name in ("validate_cuda_device", "validate_hpu_device"):
        wanted, got = [outcome(getattr(lib.serialization, name), "cuda") for lib in LIBRARIES]
        assert got[0] is wanted[0] is RuntimeError
    for library in LIBRARIES:
        with library.serialization.mkdtemp() as folder:
            assert os.path.isdir(folder)
        assert not os.path.exists(folder)
        assert library.serialization.get_crc32_options() is True
        with pytest.raises(TypeError, match="Invalid argument type in function set_default_load"):
            library.serialization.set_default_load_endianness("big")


@pytest.mark.parametrize("version", ["1.2.3", "0.9", "x"])
def test_versions_of_modules(version):
    module = type("module", (), {"__version__": version, "__name__": "module"})
    wanted, got = [
        outcome(lib.serialization.check_module_version_greater_or_equal, module, (1, 0))
        for lib in LIBRARIES
    ]
    assert got == wanted
