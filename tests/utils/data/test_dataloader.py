"""Loaders, with and without worker processes, against PyTorch. Nothing here may hang."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")
data = rushlight.utils.data

# Python warns of forking a process with threads; the test runner has some.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.fixture(autouse=True)
def deadline():
    """A test that hangs fails after a minute."""

    def late(*_):
        pytest.fail("a minute is over")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


SETUP = """
import os, random, time
D = torch.utils.data
L = D.DataLoader

def G(seed=0):
    return torch.Generator().manual_seed(seed)

class Draws(D.Dataset):
    def __len__(self):
        return 7

    def __getitem__(self, i):
        info = D.get_worker_info()
        drawn = (torch.rand(1), np.random.rand(), random.random()) if info else (torch.rand(1),)
        return (i, *drawn, (info.id, info.num_workers, float(info.seed)) if info else -1)

class Count(D.IterableDataset):
    def __init__(self, n=7, said=None):
        self.n, self.said = n, said

    def __iter__(self):
        info = D.get_worker_info()
        k, of = (info.id, info.num_workers) if info else (0, 1)
        return iter(range(k, self.n, of))

    def __len__(self):
        return self.said

    def __repr__(self):
        return 'Count()'

class Fails(D.Dataset):
    def __init__(self, error, at=3):
        self.error, self.at = error, at

    def __len__(self):
        return 5

    def __getitem__(self, i):
        if i == self.at:
            raise self.error
        return i

class Together(D.Dataset):
    def __len__(self):
        return 5

    def __getitems__(self, indices):
        return [i * 10 for i in indices]

def twice(loader):
    return [list(loader), list(loader)], torch.rand(1)

def until_error(loader):
    got = []
    it = iter(loader)
    for _ in range(9):
        try:
            got.append(next(it))
        except StopIteration:
            return got
        except Exception as e:
            text = str(e)
            got.append((type(e).__name__, text[:text.find('Original')], text.splitlines()[-1]))
    return got

def init(worker_id):
    info = D.get_worker_info()
    np.random.seed(worker_id)
    info.dataset.tag = worker_id

def fails(worker_id):
    raise ValueError('at the start')

class Tagged(D.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return i, getattr(self, 'tag', -1), np.random.rand()

def halves(loader):
    it = iter(loader)
    first = next(it)
    it = iter(loader)
    return first, list(it)

def attribute(name, value):
    loader = L(range(3))
    setattr(loader, name, value)
    return getattr(loader, name)
"""

HERE = rows("""
list(L(range(5)))
list(L(range(5), 2))
list(L(range(5), 2, drop_last=True)), len(L(range(5), 2, drop_last=True)), len(L(range(5), 2))
list(L(range(5), None)), len(L(range(5), None))
twice(L(Draws(), 3, shuffle=True))
twice(L(Draws(), 3, shuffle=True, generator=G(3)))
list(L(range(5), 2, sampler=[4, 1, 1])), list(L(range(5), batch_sampler=[[4, 1], [0]]))
list(L('abc', None, sampler='a' and [2, 0]))
list(L(Together(), 2)), list(L(range(4), 2, collate_fn=sum))
list(L(D.TensorDataset(torch.arange(4), torch.ones(4)), 3))
list(L(Count(), 3)), list(L(Count(), 3, drop_last=True)), list(L(Count(3), None))
len(L(Count(said=7), 3)), len(L(Count(said=7), 3, drop_last=True)), len(L(Count(said=7), None))
[l := L(Count(said=1), 3), len(l), list(l)][1:]
len(L(Count()))
len(iter(L(range(5), 2)))
list(L(Fails(KeyError('k')), 2))
until_error(L(Fails(ValueError('v')), 2))
vars(L(range(3), 2)).keys() - {'_DataLoader__multiprocessing_context', '_DataLoader__initialized'}
L(range(3), 2).sampler.__class__.__name__, L(range(3), 2, shuffle=True).sampler.__class__.__name__
L(Count()).sampler.__class__.__name__, L(range(3), None).batch_sampler, L(range(3)).collate_fn.__name__
L(range(3), None).collate_fn.__name__, L(range(3)).prefetch_factor, L(range(3), num_workers=1).prefetch_factor
list(L(range(2), pin_memory=True))
L(range(3), num_workers=-1)
L(range(3), timeout=-1)
L(range(3), prefetch_factor=2)
L(range(3), num_workers=1, prefetch_factor=-2)
L(range(3), persistent_workers=True)
L(range(3), sampler=[1], shuffle=True)
L(range(3), 2, batch_sampler=[[1]])
L(range(3), batch_sampler=[[1]], drop_last=True)
L(range(3), None, drop_last=True)
L(range(3), 0)
L(range(3), 2.5)
L([], shuffle=True)
list(L([]))
L(Count(), shuffle=True)
L(Count(), shuffle=False).batch_size
L(Count(), sampler=[1])
L(Count(), batch_sampler=[[1]])
L(range(3), multiprocessing_context='fork')
L(range(3), num_workers=1, multiprocessing_context='other')
L(range(3), num_workers=1, multiprocessing_context=3)
type(L(range(3), num_workers=1, multiprocessing_context='spawn').multiprocessing_context).__name__
list(L(range(3), timeout=3))
attribute('batch_size', 3)
attribute('dataset', 3)
attribute('num_workers', 0)
""")  # fmt: skip  # noqa: E501

WITH_WORKERS = rows("""
twice(L(Draws(), 3, shuffle=True, num_workers=2))
twice(L(Draws(), 2, shuffle=True, num_workers=2, generator=G(3)))
twice(L(Draws(), 2, num_workers=2, persistent_workers=True))
twice(L(Draws(), 1, num_workers=1, prefetch_factor=5))
list(L(range(5), None, num_workers=2)), list(L(range(5), 2, num_workers=2, drop_last=True))
list(L(Together(), 2, num_workers=2)), list(L(range(4), 2, collate_fn=sum, num_workers=1))
twice(L(Count(), 3, num_workers=2)), twice(L(Count(), 2, num_workers=2, persistent_workers=True))
list(L(Count(1), 3, num_workers=2)), list(L(Count(0), 3, num_workers=2))
list(L(Count(), 3, num_workers=2, drop_last=True)), list(L(Count(5), None, num_workers=2))
[l := L(Count(said=1), 3, num_workers=2), len(l), list(l)][1:]
list(L([], num_workers=2))
until_error(L(Fails(ValueError('v')), num_workers=2))
until_error(L(Fails(KeyError('k')), num_workers=2))
until_error(L(Fails(StopIteration('s')), num_workers=1))
until_error(L(Fails(UnicodeDecodeError('utf8', b'a', 0, 1, 'r')), num_workers=1))
until_error(L(Fails(OSError(2, 'no')), num_workers=1))
list(L(Tagged(), 2, num_workers=2, worker_init_fn=init))
halves(L(range(6), 2, num_workers=2)), halves(L(range(6), 2, num_workers=2, persistent_workers=True))
sorted(list(L(range(9), num_workers=2, in_order=False, collate_fn=lambda b: b)))
list(L(range(3), num_workers=2, pin_memory=True))
list(L(range(5), num_workers=2, timeout=50))
""")  # fmt: skip


@pytest.mark.parametrize("expression", HERE)
def test_like_pytorch(expression):
    check(expression, SETUP)


@pytest.mark.parametrize("expression", WITH_WORKERS)
def test_workers_like_pytorch(expression):
    check(expression, SETUP)
    assert no_children()


def no_children():
    """All workers have gone."""
    gc.collect()
    return not multiprocessing.active_children()


def test_iterators_are_not_pickled():
    import pickle

    with pytest.raises(NotImplementedError):
        pickle.dumps(iter(data.DataLoader(range(3))))


ELSEWHERE = """
import rushlight as torch

class Squares(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return torch.full((3,), i * i), torch.utils.data.get_worker_info().id

if __name__ == "__main__":
    for method in ("spawn", "forkserver"):
        loader = torch.utils.data.DataLoader(
            Squares(), 2, num_workers=1, multiprocessing_context=method
        )
        print([[x.tolist() for x in batch] for batch in loader])
"""


def test_other_ways_to_start(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(ELSEWHERE)
    run = subprocess.run([sys.executable, script], stdout=subprocess.PIPE, text=True, timeout=50)
    assert (
        run.stdout == 2 * "[[[[0, 0, 0], [1, 1, 1]], [0, 0]], [[[4, 4, 4], [9, 9, 9]], [0, 0]]]\n"
    )


class Squares(data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return rushlight.full((3,), i * i)


def test_workers_know_of_themselves():
    info = next(iter(data.DataLoader([0], num_workers=1, collate_fn=lambda b: repr(about()))))
    assert info.startswith("WorkerInfo(id=0, num_workers=1, seed=")
    assert data.get_worker_info() is None


def about():
    return data.get_worker_info()


class Does(data.Dataset):
    """Calls a function at index 1."""

    def __init__(self, function, n=4):
        self.function, self.n = function, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i == 1:
            self.function()
        return i


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (lambda: os._exit(3), "exited unexpectedly with exit code 3. Details are lost due to"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "is killed by signal: Killed. "),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "is killed by signal: Segmentation fault"),
        (lambda: sys.exit(2), "exit code 2"),
    ],
)
def test_a_worker_that_dies_is_an_error(function, cause):
    with pytest.raises(RuntimeError) as caught:
        list(data.DataLoader(Does(function), num_workers=2))
    message = str(caught.value)
    assert message.startswith("DataLoader worker (pid(s) ")
    assert message.endswith(") exited unexpectedly")
    assert cause in str(caught.value.__cause__)
    assert no_children()


def test_a_worker_killed_from_outside_is_an_error():
    it = iter(data.DataLoader(range(1000), num_workers=2))
    next(it)
    os.kill(it._workers[1].process.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        list(it)
    assert no_children()


def test_a_worker_that_takes_too_long_is_an_error():
    it = iter(data.DataLoader(Does(lambda: time.sleep(30)), num_workers=1, timeout=0.5))
    next(it)
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.5 seconds"):
        next(it)
    for worker in it._workers:
        worker.process.terminate()


def test_the_original_traceback_is_shown():
    def deep():
        raise ValueError("down here")

    with pytest.raises(ValueError, match="down here") as caught:
        list(data.DataLoader(Does(deep), num_workers=1))
    text = str(caught.value)
    assert text.startswith(
        "Caught ValueError in DataLoader worker process 0.\n"
        "Original Traceback (most recent call last):\n"
    )
    assert "in deep\n" in text


def test_what_cannot_be_pickled_is_an_error():
    class Local(Exception):
        pass

    def local():
        raise Local("text")

    with pytest.raises(RuntimeError, match="Caught Local in DataLoader worker process 0"):
        list(data.DataLoader(Does(local), num_workers=1))
    with pytest.raises((AttributeError, TypeError), match="in DataLoader worker process 0"):
        list(data.DataLoader([0], num_workers=1, collate_fn=lambda b: lambda: b))


def test_a_failing_start_is_an_error():
    def fails(worker_id):
        raise ValueError("at the start")

    with pytest.raises(ValueError, match="Caught ValueError in DataLoader worker process 0"):
        list(data.DataLoader([0, 1], num_workers=1, worker_init_fn=fails))


def test_large_tasks_and_results_do_not_wait_for_each_other():
    """Both are longer than a pipe holds."""
    indices = [list(range(50_000))] * 6
    sizes = [
        batch.numel()
        for batch in data.DataLoader(
            Constant(), batch_sampler=indices, num_workers=2, prefetch_factor=3
        )
    ]
    assert sizes == [50_000] * 6


class Constant(data.Dataset):
    def __getitems__(self, indices):
        return indices


def test_results_can_be_written_to():
    for batch in data.DataLoader(Squares(), 2, num_workers=1):
        assert batch.add_(1)[0].tolist() in ([1, 1, 1], [5, 5, 5])


def test_two_loaders_at_once_and_one_given_up():
    started = time.monotonic()
    a = iter(data.DataLoader(Large(), num_workers=2))
    next(a)
    b = iter(data.DataLoader(Large(), num_workers=2))
    next(b)
    a._shutdown_workers()
    assert time.monotonic() - started < 4  # nobody had to be waited for
    assert len(list(b)) == 7
    del a, b
    assert no_children()


class Large(data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, i):
        return rushlight.zeros(100_000)


PARENT = """
import os, sys, time
import rushlight as torch

class Slow(torch.utils.data.Dataset):
    def __len__(self):
        return 100

    def __getitem__(self, i):
        if i > 2:
            time.sleep(300)
        return i

it = iter(torch.utils.data.DataLoader(Slow(), num_workers=2))
next(it)
print(*[w.process.pid for w in it._workers], flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("end", ["killed", "over"])
def test_workers_go_when_their_program_does(end):
    """Also in the middle of a long computation."""
    run = subprocess.run(
        [sys.executable, "-c", PARENT, end], stdout=subprocess.PIPE, text=True, timeout=50
    )
    pids = [int(pid) for pid in run.stdout.split()]
    assert len(pids) == 2
    for _ in range(100):
        if not any(running(pid) for pid in pids):
            return
        time.sleep(0.1)
    raise AssertionError("workers are still there")


def running(pid):
    """A zombie that nobody waits for does not run."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
