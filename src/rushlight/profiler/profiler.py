"""`torch.profiler.profile`: the profiler of `autograd.profiler`, switched by a schedule of steps."""

from __future__ import annotations

import enum
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from rushlight.autograd.profiler import profile as Recording
from rushlight.autograd.profiler import record_function
from rushlight.autograd.profiler_recorder import write_trace
from rushlight.autograd.profiler_util import EventList


class ProfilerActivity(enum.Enum):
    """What can be recorded; here the CPU alone."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(enum.Enum):
    """What a profiler does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3
    DEVICE_STOPPED = 4


RECORDING = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


def supported_activities() -> set[ProfilerActivity]:
    """What can be recorded."""
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """Is the library there that PyTorch profiles with?  No; this package records by itself."""
    return False


def schedule(
    *,
    wait: int,
    warmup: int,
    active: int,
    repeat: int = 0,
    skip_first: int = 0,
    skip_first_wait: int = 0,
) -> Callable[[int], ProfilerAction]:
    """A plan by steps: skip the first, then, in cycles, wait, warm up, and record.

    Args:
        repeat: how many cycles; 0 for no end.
        skip_first_wait: not 0 leaves the first cycle's wait out.

    Raises:
        AssertionError: for negative numbers, and nothing active.

    Example:
        >>> import rushlight as torch
        >>> plan = torch.profiler.schedule(wait=1, warmup=1, active=2)
        >>> [plan(step).name for step in range(4)]
        ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active <= 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} "
            f"(need >= 0), active={active} (need > 0), repeat={repeat} (need >= 0), "
            f"skip_first={skip_first} (need >= 0)."
        )
    if warmup == 0:
        warnings.warn(
            "Profiler won't be using warmup, this can skew profiler results", stacklevel=2
        )
    length = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        if repeat > 0 and step >= repeat * length:
            return ProfilerAction.NONE
        at = step % length
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if at == length - 1 else ProfilerAction.RECORD

    return action


def always(step: int) -> ProfilerAction:
    """The plan that records every step."""
    return ProfilerAction.RECORD


def tensorboard_trace_handler(
    dir_name: str,
    worker_name: str | None = None,
    use_gzip: bool = False,
    use_python_export: bool = False,
) -> Callable[[profile], None]:
    """For `on_trace_ready`: write each trace to a file of its own in a folder.

    Raises:
        RuntimeError: when the folder cannot be made.
    """

    def handler(prof: profile) -> None:
        try:
            os.makedirs(dir_name, exist_ok=True)
        except OSError as error:
            raise RuntimeError("Can't create directory: " + dir_name) from error
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        ending = ".gz" if use_gzip else ""
        name = f"{worker}.{time.time_ns()}.pt.trace.json{ending}"
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return handler


class profile:
    """Within the block, records what runs: all of it, or by steps as a schedule says.

    Args:
        activities: accepted; the CPU is what there is.
        schedule: says from the number of a step what to do in it; `step()` ends a step.
        on_trace_ready: called with this profiler when a trace is complete.
        record_shapes, profile_memory, with_stack, with_flops: as for `autograd.profiler.profile`.
        acc_events: keep the events of earlier cycles.

    Example:
        >>> import rushlight as torch
        >>> plan = torch.profiler.schedule(wait=1, warmup=1, active=1)
        >>> with torch.profiler.profile(schedule=plan) as prof:
        ...     for _ in range(3):
        ...         y = torch.ones(2).sin()
        ...         prof.step()
        >>> [event.key for event in prof.key_averages()]
        ['ProfilerStep*', 'aten::sin']
    """

    def __init__(
        self,
        *,
        activities: Iterable[Any] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Callable[[], str] | None = None,
        post_processing_timeout_s: float | None = None,
    ) -> None:
        self.activities = set(activities or supported_activities())
        if not self.activities:
            raise AssertionError("No valid profiler activities found")
        self.schedule = schedule or always
        self.record_steps = schedule is not None
        self.on_trace_ready = on_trace_ready
        self.acc_events = acc_events
        self.with_stack = with_stack
        self.options: dict[str, Any] = {
            "record_shapes": record_shapes,
            "profile_memory": profile_memory,
            "with_stack": with_stack,
            "with_flops": with_flops,
        }
        self.step_num = 0
        self.current_action = self.schedule(0)
        self.step_rec_fn: record_function | None = None
        self.profiler: Recording | None = None
        self.metadata: dict[str, Any] = {}
        self.earlier: list[Any] = []

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin with the first step."""
        if self.current_action in RECORDING:
            self.start_trace()
        self.begin_step()

    def step(self) -> None:
        """A step is over; the next begins."""
        self.end_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        self.change(before, self.current_action)
        self.begin_step()

    def stop(self) -> None:
        """End recording; the trace is ready if something was recorded."""
        self.end_step()
        if self.current_action in RECORDING:
            self.finish_trace()

    def change(self, before: ProfilerAction, now: ProfilerAction) -> None:
        """From one step's action to the next one's."""
        if before is ProfilerAction.RECORD_AND_SAVE:
            self.finish_trace()
        elif before is ProfilerAction.RECORD and now not in RECORDING:
            warnings.warn(f"Incorrect schedule: RECORD followed by {now.name}", stacklevel=3)
            self.stop_trace()
        if now in RECORDING and before is not ProfilerAction.RECORD:
            self.start_trace()

    def begin_step(self) -> None:
        if self.record_steps and self.current_action in RECORDING:
            self.step_rec_fn = record_function(f"ProfilerStep#{self.step_num}")
            self.step_rec_fn.__enter__()

    def end_step(self) -> None:
        if self.step_rec_fn is not None:
            self.step_rec_fn.__exit__(None, None, None)
            self.step_rec_fn = None

    def start_trace(self) -> None:
        """Begin to record."""
        if self.profiler is not None and self.acc_events:
            self.earlier += self.profiler.function_events
        self.profiler = Recording(**self.options)
        self.profiler.start()

    def stop_trace(self) -> None:
        """Record no more."""
        self.recorded().stop()

    def finish_trace(self) -> None:
        self.stop_trace()
        if self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def recorded(self) -> Recording:
        """The profiler that has recorded, or is recording."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before use")
        return self.profiler

    def events(self) -> EventList:
        """What ran."""
        found = self.recorded().function_events
        return EventList([*self.earlier, *found], found.profile_memory, found.with_flops)

    def key_averages(
        self,
        group_by_input_shape: bool = False,
        group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> EventList:
        """The events put together by name; see `EventList.key_averages`."""
        return self.events().key_averages(
            group_by_input_shape, group_by_stack_n, group_by_overload_name
        )

    def export_chrome_trace(self, path: str) -> None:
        """Write a file that chrome://tracing and Perfetto show, forward joined with backward."""
        recorder = self.recorded().recorder
        assert recorder is not None
        write_trace(path, self.events(), recorder.started_at, self.metadata)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the times by stack, for flame graphs.

        Raises:
            AssertionError: when `with_stack` was not asked for.
        """
        self.recorded().export_stacks(path, metric)

    def add_metadata(self, key: str, value: str) -> None:
        """A text that the trace file shall hold under a key."""
        self.metadata[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """JSON that the trace file shall hold under a key."""
        import json

        self.metadata[key] = json.loads(value)

    preset_metadata_json = add_metadata_json
