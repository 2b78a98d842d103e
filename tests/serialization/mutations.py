"""Damaged files: valid ones with seeded mutations, and what loading them must not do.

    python -m tests.serialization.mutations 10000

loads that many and counts how each ended.
"""

import io
import pickle
import random
import sys
import time
import warnings
import zipfile
from collections import Counter, OrderedDict

import rushlight

# What a damaged file may raise: errors that say so.  Not among them, and so failures of the test:
# MemoryError, RecursionError, IndexError, KeyError, AttributeError, zipfile's and struct's own.
CLEAR = (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AssertionError)
FORBIDDEN = (
    "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "exec", "compile", "code.__new__",
    "import", "builtins.input", "urllib.Request", "tempfile.", "glob.", "webbrowser.",
)  # fmt: skip
OPCODES = b"().0QRbcdeghijqrstu}]\x80\x81\x85\x86\x87\x88\x89\x8a\x8fNKMJXGU"
GADGETS = [
    b"cos\nsystem\nX\x04\x00\x00\x00true\x85R",
    b"cposix\nsystem\nX\x04\x00\x00\x00true\x85R",
    b"c__builtin__\neval\nX\x01\x00\x00\x001\x85R",
    b"cbuiltins\nexec\nX\x01\x00\x00\x001\x85R",
    b"cbuiltins\ngetattr\n",
    b"csubprocess\nPopen\nX\x04\x00\x00\x00true\x85R",
    b"ctorch\nload\nX\x01\x00\x00\x00a\x85R",
    b"ctorch.serialization\nload\n",
    b"ctorch.hub\nload\n",
    b"cbuiltins\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R",
    b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00bz2\x86R",
    b"ctorch\nTensor\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R",
    b"crunpy\n_run_code\n",
    b"ctorch\nSize\nJ\xff\xff\xff\x7f\x85\x85R",
]


def sample():
    """An object with most of what weights_only knows."""
    x = rushlight.arange(24.0).reshape(4, 6)
    return {
        "views": [x, x[1:, ::2], x.t()],
        "kinds": [rushlight.ones(3, dtype=d) for d in (rushlight.bool, rushlight.int16)],
        "parameter": rushlight.nn.Parameter(rushlight.ones(2)),
        "ordered": OrderedDict(a=1, b=(2.5, None, True)),
        "counter": Counter("aab"),
        "others": [rushlight.float64, rushlight.device("cpu"), rushlight.Size([2]), {1, "x"}],
        "bytes": [b"ab\xff", bytearray(b"xy"), 1j, 10**30],
        "untyped": rushlight.ones(2, dtype=rushlight.uint16),
    }


def valid_files():
    """The sample in the zip format and in the one before it."""
    files = []
    for new in (True, False):
        buffer = io.BytesIO()
        rushlight.save(sample(), buffer, _use_new_zipfile_serialization=new)
        files.append(buffer.getvalue())
    return files


def mutate(data, draw):
    """A copy of some bytes with one to four things changed."""
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        at = draw.randrange(len(data) + 1)
        span = draw.choice([1, 1, 2, 4, 8, 64])
        match draw.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << draw.randrange(8)
            case 1:
                del data[at : at + span]
            case 2:
                data[at:at] = draw.randbytes(span)
            case 3:
                data[at : at + span] = draw.choice([b"\x00", b"\xff", b"\x7f"]) * span
            case 4:
                data[at:at] = data[: draw.randrange(len(data) + 1)][-span:]
            case 5:
                data[at : at + 1] = bytes([draw.choice(OPCODES)])
            case 6:
                data[at:at] = draw.choice(GADGETS)
            case _:
                del data[draw.randrange(len(data) + 1) :]
        if not data:
            break
    return bytes(data)


def with_pickle_mutated(archive, draw):
    """An archive that is sound but for its pickle, or another record."""
    old, out = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    target = draw.choice(["data.pkl"] * 8 + ["data/0", "version", "byteorder"])
    with zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith(target):
                content = mutate(content, draw)
            new.writestr(info.filename, content)
    return out.getvalue()


def mutated_file(files, seed):
    """The file of this seed."""
    draw = random.Random(seed)
    archive, legacy = files
    match draw.randrange(3):
        case 0:
            return mutate(archive, draw)
        case 1:
            return with_pickle_mutated(archive, draw)
    return mutate(legacy, draw)


class Watch:
    """Hears of everything that the interpreter is asked to do, while it is on."""

    def __init__(self):
        self.on, self.heard = False, []
        sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        known = event == "import" and arguments[0] in sys.modules
        if self.on and event.startswith(FORBIDDEN) and not known:
            self.heard.append((event, arguments))
        if self.on and event == "open" and arguments[1] not in (None, "r", "rb"):
            self.heard.append((event, arguments))


WATCH = None


def load_watched(data):
    """The type of the error that loading some bytes raised, if any.

    Raises:
        AssertionError: something was executed, imported or written.
    """
    global WATCH
    if WATCH is None:
        for file in valid_files():
            rushlight.load(io.BytesIO(file))  # modules of ours, and the codec of zip archives
        WATCH = Watch()
    WATCH.on = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = rushlight.load(io.BytesIO(data))
        error = None
    except Exception as raised:
        error = raised
    finally:
        WATCH.on = False
    heard, WATCH.heard = WATCH.heard, []
    assert not heard, heard
    if error is None:
        repr(loaded)  # every number that a loaded tensor claims to have is looked at
    return error


def main(count):
    files, ends, worst = valid_files(), Counter(), 0.0
    assert [load_watched(file) for file in files] == [None, None]
    for seed in range(count):
        start = time.perf_counter()
        error = load_watched(mutated_file(files, seed))
        worst = max(worst, time.perf_counter() - start)
        if error is not None and not isinstance(error, CLEAR):
            print(f"seed {seed}: {error!r}")
        ends[type(error).__name__] += 1
    print(ends, f"slowest {worst:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
