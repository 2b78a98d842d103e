"""The worker processes of a loader: their seeds, their loop, and how they fail.

A worker gets numbered tasks through one pipe and sends results through another. No pipe is shared
with a second worker, so that the death of one shows as the end of its pipe. A thread reads tasks
all the time, so that the loader never waits to send; when its pipe ends without a farewell, the
loader has died and the worker goes too.
"""

from __future__ import annotations

import os
import queue
import random
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import rushlight as torch
from rushlight.utils.data import transport
from rushlight.utils.data.fetch import _DatasetKind


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker process can know of itself."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str | None = "multiprocessing"


_worker_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process, its `id`, `num_workers`, `seed` and `dataset`; else None.

    Example:
        >>> from rushlight.utils.data import get_worker_info
        >>> get_worker_info() is None
        True
    """
    return _worker_info


@dataclass(frozen=True)
class Job:
    """What a loader wants of its workers."""

    kind: int
    dataset: Any
    auto_collation: bool
    collate_fn: Any
    drop_last: bool
    base_seed: int
    init_fn: Callable[[int], Any] | None
    num_workers: int

    def fetcher(self) -> Any:
        """What fetches batches."""
        return _DatasetKind.create_fetcher(
            self.kind, self.dataset, self.auto_collation, self.collate_fn, self.drop_last
        )


class Resume:
    """A task: start over. And its result: done."""


class Ended:
    """A result: this worker's stream has no more samples."""


class Text(str):
    """A message that KeyError shows as it is, with its line breaks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Failure:
    """An exception of a worker, to be raised in the loader's process."""

    def __init__(self, error: BaseException, worker_id: int) -> None:
        self.type: type[BaseException] = type(error)
        self.name = self.type.__name__
        self.text = "".join(traceback.format_exception(error))
        self.where = f"in DataLoader worker process {worker_id}"

    def reraise(self) -> None:
        """Raise an exception of the same type that shows the original traceback."""
        message = f"Caught {self.name} {self.where}.\nOriginal {self.text}"
        if self.type is KeyError:
            message = Text(message)
        elif getattr(self.type, "message", None):
            raise self.type(message=message)  # type: ignore[call-arg]
        try:
            error = self.type(message)
        except Exception:  # it wants other arguments
            raise RuntimeError(message) from None
        raise error


def work(
    job: Job, worker_id: int, tasks: Connection, results: Connection, foreign: list[Connection]
) -> None:
    """The life of a worker process.

    Args:
        foreign: ends of pipes that belong to the loader, and came along when it forked.
    """
    for connection in foreign:
        connection.close()
    todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=read_tasks, args=(tasks, todo), daemon=True).start()
    try:
        introduce(job, worker_id)
        serve(job, worker_id, todo, results)
    except (KeyboardInterrupt, BrokenPipeError):
        pass  # the loader is told of the first itself, and has gone in the second case


def read_tasks(tasks: Connection, todo: queue.SimpleQueue[Any]) -> None:
    """Take tasks from the pipe as they come; the farewell is None."""
    while True:
        try:
            task = tasks.recv()
        except (EOFError, OSError):
            os._exit(1)  # nobody is left to work for, whatever the main thread is doing
        except Exception as error:
            task = error
        todo.put(task)
        if task is None:
            return


def introduce(job: Job, worker_id: int) -> None:
    """Seed every stream of random numbers, and say who we are."""
    global _worker_info
    torch.set_num_threads(1)
    seed = job.base_seed + worker_id
    random.seed(seed)
    torch.manual_seed(seed)
    seed_numpy(job.base_seed, worker_id)
    _worker_info = WorkerInfo(worker_id, job.num_workers, seed, job.dataset)


def seed_numpy(base_seed: int, worker_id: int) -> None:
    """Seed NumPy's global generator: no two workers of any two loaders alike."""
    import numpy as np

    halves = [base_seed & 0xFFFFFFFF, base_seed >> 32]
    np.random.seed(np.random.SeedSequence([worker_id, *halves, 0]).generate_state(4))


def serve(job: Job, worker_id: int, todo: queue.SimpleQueue[Any], results: Connection) -> None:
    """Do tasks until the farewell."""
    fetcher, failure = None, None
    try:
        if job.init_fn is not None:
            job.init_fn(worker_id)
        fetcher = job.fetcher()
    except Exception as error:
        failure = Failure(error, worker_id)
    ended = False
    while (task := todo.get()) is not None:
        if isinstance(task, Resume):
            fetcher, ended = job.fetcher(), False
            transport.send(results, (None, task))
            continue
        if ended:
            continue
        number, index = task
        result = failure or fetch(job, fetcher, index, worker_id)
        ended = isinstance(result, Ended)
        reply(results, number, result, worker_id)


def fetch(job: Job, fetcher: Any, index: Any, worker_id: int) -> Any:
    """The batch of an index, or what went wrong."""
    try:
        return fetcher.fetch(index)
    except Exception as error:
        if isinstance(error, StopIteration) and job.kind == _DatasetKind.Iterable:
            return Ended()
        return Failure(error, worker_id)


def reply(results: Connection, number: int, result: Any, worker_id: int) -> None:
    """Send a result; one that cannot be pickled is a failure."""
    try:
        transport.send(results, (number, result))
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(result, Failure):  # an exception of a class that others cannot import
            result.type = RuntimeError
            transport.send(results, (number, result))
        else:
            transport.send(results, (number, Failure(error, worker_id)))
