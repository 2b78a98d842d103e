"""What iterating over a loader gives: batches made here, or by worker processes."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import sys
import time
import warnings
import weakref
from multiprocessing.connection import Connection, wait
from typing import Any

from rushlight.utils.data import transport
from rushlight.utils.data.fetch import _DatasetKind
from rushlight.utils.data.sampler import drawn_seed
from rushlight.utils.data.worker import Ended, Failure, Job, Resume, work

# The ends of pipes to workers that this process holds: forks of it have to close them.
OPEN_ENDS: weakref.WeakSet[Connection] = weakref.WeakSet()
# Longer than a worker that is told to stop should take; then it is stopped.
PATIENCE = 5.0

NOT_PINNED = (
    "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory "
    "won't be used."
)
TOO_LONG = (
    "Length of IterableDataset {0} was reported to be {1}(when accessing len(dataloader)), but {2} "
    "samples have been fetched. "
)
REPLICAS = (
    "For multiprocessing data-loading, this could be caused by not properly configuring the "
    "IterableDataset replica at each worker. Please see "
    "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
)
DETAILS_LOST = (
    "DataLoader worker (pid {0}) exited unexpectedly with exit code {1}. Details are lost due to "
    "multiprocessing. Rerunning with num_workers=0 may give better error trace."
)
OUT_OF_MEMORY = (
    "It is possible that dataloader's workers are out of shared memory. Please try to raise your "
    "shared memory limit."
)


class _BaseDataLoaderIter:
    """One pass over a loader."""

    def __init__(self, loader: Any) -> None:
        self._dataset = loader.dataset
        self._dataset_kind = loader._dataset_kind
        self._IterableDataset_len_called = loader._IterableDataset_len_called
        self._auto_collation = loader._auto_collation
        self._drop_last = loader.drop_last
        self._index_sampler = loader._index_sampler
        self._num_workers = loader.num_workers
        self._collate_fn = loader.collate_fn
        if loader.pin_memory:
            warnings.warn(NOT_PINNED, stacklevel=5)
        self._timeout = loader.timeout
        self._sampler_iter = iter(self._index_sampler)
        self._base_seed = drawn_seed(loader.generator)
        self._persistent_workers = loader.persistent_workers
        self._num_yielded = 0
        self._profile_name = f"enumerate(DataLoader)#{type(self).__name__}.__next__"

    def __iter__(self) -> Any:
        return self

    def _reset(self, loader: Any, first_iter: bool = False) -> None:
        self._sampler_iter = iter(self._index_sampler)
        self._num_yielded = 0
        self._IterableDataset_len_called = loader._IterableDataset_len_called

    def _next_data(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        data = self._next_data()
        self._num_yielded += 1
        said = self._IterableDataset_len_called
        if (
            self._dataset_kind == _DatasetKind.Iterable
            and said is not None
            and self._num_yielded > said
        ):
            text = TOO_LONG.format(self._dataset, said, self._num_yielded)
            warnings.warn(text + (REPLICAS if self._num_workers else ""), stacklevel=2)
        return data

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self) -> Any:
        raise NotImplementedError("{} cannot be pickled", type(self).__name__)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Batches made in this process, when asked for."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        if self._timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._dataset_fetcher = _DatasetKind.create_fetcher(
            self._dataset_kind,
            self._dataset,
            self._auto_collation,
            self._collate_fn,
            self._drop_last,
        )

    def _next_data(self) -> Any:
        return self._dataset_fetcher.fetch(next(self._sampler_iter))


class Worker:
    """A worker process as its loader sees it."""

    def __init__(self, context: Any, job: Job, worker_id: int) -> None:
        task_end, self.tasks = context.Pipe(duplex=False)
        self.results, result_end = context.Pipe(duplex=False)
        self.open = True
        OPEN_ENDS.update((self.tasks, self.results))
        # A forked process has what is open here; others get only what they are given.
        foreign = list(OPEN_ENDS) if context.get_start_method() == "fork" else []
        self.process = context.Process(
            target=work, args=(job, worker_id, task_end, result_end, foreign), daemon=True
        )
        try:
            self.process.start()
        finally:
            task_end.close()
            result_end.close()

    def dismiss(self) -> None:
        """Say farewell; a worker that is sending finds nobody to receive."""
        if self.open:
            self.open = False
            with contextlib.suppress(OSError):
                self.tasks.send(None)
            for end in (self.tasks, self.results):
                OPEN_ENDS.discard(end)
                end.close()

    def join(self, deadline: float) -> None:
        """Wait for the end of the process, and make one."""
        for stop in (lambda: None, self.process.terminate, self.process.kill):
            stop()
            self.process.join(max(0.0, deadline - time.monotonic()))
            if not self.process.is_alive():
                return
            deadline = time.monotonic() + PATIENCE

    def fate(self) -> str:
        """How the process ended."""
        self.process.join(PATIENCE)
        pid, code = self.process.pid, self.process.exitcode
        if code is not None and code < 0:
            name = signal.strsignal(-code)
            more = OUT_OF_MEMORY if -code == signal.SIGBUS else ""
            return f"DataLoader worker (pid {pid}) is killed by signal: {name}. {more}"
        return DETAILS_LOST.format(pid, code)


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Batches made by worker processes, some ahead of when they are asked for.

    Tasks are numbered and go to the workers in turn; results wait in `_arrived` until it is their
    turn. `_task_worker` says who has which task.
    """

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self._owner = os.getpid()
        self._shutdown = False
        self._workers: list[Worker] = []
        self._prefetch_factor = loader.prefetch_factor
        if self._prefetch_factor <= 0:
            raise AssertionError(
                "prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter"
            )
        self._in_order = loader.in_order
        job = Job(
            self._dataset_kind, self._dataset, self._auto_collation, self._collate_fn,
            self._drop_last, self._base_seed, loader.worker_init_fn, self._num_workers,
        )  # fmt: skip
        context = loader.multiprocessing_context or multiprocessing.get_context()
        try:
            for i in range(self._num_workers):
                self._workers.append(Worker(context, job, i))
        except BaseException:
            self._shutdown_workers()
            raise
        self._reset(loader, first_iter=True)

    def _reset(self, loader: Any, first_iter: bool = False) -> None:
        super()._reset(loader, first_iter)
        self._send_idx = 0
        self._rcvd_idx = 0
        self._task_worker: dict[int, int] = {}
        self._arrived: dict[int, Any] = {}
        self._outstanding = [0] * self._num_workers
        self._active = [True] * self._num_workers
        self._turns = itertools.cycle(range(self._num_workers))
        if not first_iter:
            self._resume()
        for _ in range(self._prefetch_factor * self._num_workers):
            self._try_put_index()

    def _resume(self) -> None:
        """Have all workers start over, and forget what they did before that."""
        for i in range(self._num_workers):
            self._send(i, Resume())
        waiting = self._num_workers
        while waiting:
            _, (_, result) = self._receive()
            waiting -= isinstance(result, Resume)

    def _try_put_index(self) -> None:
        """Give the next task to the worker whose turn it is."""
        try:
            index = next(self._sampler_iter)
        except StopIteration:
            return
        for _ in range(self._num_workers):
            i = next(self._turns)
            if self._active[i] and (self._in_order or self._has_room(i)):
                break
        else:
            return
        self._send(i, (self._send_idx, index))
        self._task_worker[self._send_idx] = i
        self._outstanding[i] += 1
        self._send_idx += 1

    def _has_room(self, i: int) -> bool:
        """Where order does not matter, a slow worker gets no more tasks than its share."""
        most = self._prefetch_factor * self._num_workers
        return bool(self._outstanding[i] < most // sum(self._active))

    def _send(self, i: int, task: Any) -> None:
        try:
            self._workers[i].tasks.send(task)
        except OSError:
            self._report_death([self._workers[i]])

    def _next_data(self) -> Any:
        while True:
            if not self._skip_to_expected():
                if not self._persistent_workers:
                    self._shutdown_workers()
                raise StopIteration
            if self._rcvd_idx in self._arrived:
                return self._hand_out(self._rcvd_idx, self._arrived.pop(self._rcvd_idx))
            i, (number, data) = self._receive()
            if isinstance(data, Ended):
                self._retire(i)
            elif number == self._rcvd_idx or not self._in_order:
                return self._hand_out(number, data)
            else:
                self._arrived[number] = data

    def _skip_to_expected(self) -> bool:
        """Go on to the next task that has a result coming; is there one?"""
        while self._rcvd_idx < self._send_idx:
            i = self._task_worker.get(self._rcvd_idx)
            if i is not None and (self._active[i] or self._rcvd_idx in self._arrived):
                return True
            self._task_worker.pop(self._rcvd_idx, None)
            self._rcvd_idx += 1
        return False

    def _hand_out(self, number: int, data: Any) -> Any:
        """Ask for one more batch, and give this one."""
        self._outstanding[self._task_worker.pop(number)] -= 1
        if number == self._rcvd_idx:
            self._rcvd_idx += 1
        self._try_put_index()
        if isinstance(data, Failure):
            data.reraise()
        return data

    def _retire(self, i: int) -> None:
        """A worker whose stream has ended gets no more tasks; the others do its part."""
        self._active[i] = False
        if not self._persistent_workers:
            self._workers[i].dismiss()
        self._try_put_index()

    def _receive(self) -> tuple[int, Any]:
        """The next result of any worker, and which one it is.

        Raises:
            RuntimeError: a worker has died, or none answers in time.
        """
        deadline = time.monotonic() + self._timeout if self._timeout > 0 else None
        while True:
            left = PATIENCE
            if deadline is not None:
                left = min(left, deadline - time.monotonic())
            by_pipe = {w.results: i for i, w in enumerate(self._workers) if w.open}
            ready = wait(list(by_pipe), max(left, 0.0))
            if ready:
                i = by_pipe[ready[0]]
                return i, self._read(self._workers[i])
            dead = [w for w in self._workers if w.open and not w.process.is_alive()]
            if dead:
                self._report_death(dead)
            if deadline is not None and time.monotonic() >= deadline:
                raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds")

    def _read(self, worker: Worker) -> Any:
        try:
            return transport.receive(worker.results)
        except (EOFError, OSError):
            return self._report_death([worker])

    def _report_death(self, workers: list[Worker]) -> None:
        """Stop, and say who ended and how."""
        cause = RuntimeError("\n".join(worker.fate() for worker in workers))
        pids = ", ".join(str(worker.process.pid) for worker in workers)
        self._shutdown_workers()
        raise RuntimeError(f"DataLoader worker (pid(s) {pids}) exited unexpectedly") from cause

    def _shutdown_workers(self) -> None:
        """End all worker processes; in a process that was forked off, nothing."""
        if self._shutdown or os.getpid() != self._owner:
            return
        self._shutdown = True
        for worker in self._workers:
            worker.dismiss()
        deadline = time.monotonic() + PATIENCE
        for worker in self._workers:
            worker.join(deadline)

    def __del__(self) -> None:
        if hasattr(self, "_workers") and not sys.is_finalizing():
            self._shutdown_workers()
