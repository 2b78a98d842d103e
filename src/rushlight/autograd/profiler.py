"""The profiler: which operations ran, for how long, in forward and in backward.

Without a profiler nothing of this costs anything.
"""

from __future__ import annotations

import warnings
from typing import Any

from rushlight.autograd.profiler_recorder import BLOCK, Recorder, active, write_trace
from rushlight.autograd.profiler_util import (
    DeviceType,
    EventList,
    FunctionEvent,
    FunctionEventAvg,
)
from rushlight.tape.modes import ModeDecorator

__all__ = [
    "DeviceType",
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "emit_itt",
    "emit_nvtx",
    "profile",
    "record_function",
]

UNFINISHED = "<unfinished torch.autograd.profile>"


class profile:
    """Within the block, operations of this thread and nodes of its backwards are timed.

    Args:
        enabled: False makes the block do nothing.
        use_device, use_cuda, use_cpu, use_kineto: accepted; the CPU is what there is.
        record_shapes: keep the shapes of inputs, to group by.
        with_flops: estimate the work of matrix products, sums and products.
        profile_memory: count the bytes of results (what is freed is not subtracted).
        with_stack: keep the user's stack.
        acc_events: keep the events of earlier blocks.

    Example:
        >>> import rushlight as torch
        >>> x = torch.ones(2, requires_grad=True)
        >>> with torch.autograd.profiler.profile() as prof:
        ...     x.sin().sum().backward()
        >>> [event.key for event in prof.key_averages()][:2]
        ['aten::sin', 'aten::sum']
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
        activity_filters: Any = None,
    ) -> None:
        self.enabled = enabled
        self.record_shapes = record_shapes or with_flops
        self.with_flops = with_flops
        self.profile_memory = profile_memory
        self.with_stack = with_stack
        self.with_modules = with_modules
        self.use_cpu = use_cpu
        self.use_device = use_device
        self.acc_events = acc_events
        self.entered = False
        self.recorder: Recorder | None = None
        self.earlier: list[FunctionEvent] = []

    def __enter__(self) -> profile | None:
        if not self.enabled:
            return None
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self.entered = True
        self.start()
        return self

    def start(self) -> None:
        """Begin to record."""
        if self.recorder is not None and self.acc_events:
            self.earlier += self.recorder.events
        self.recorder = Recorder(
            self.record_shapes, self.with_stack, self.profile_memory, self.with_flops
        )
        active.recorders.append(self.recorder)
        self.recorder.__enter__()

    def stop(self) -> None:
        """Record no more."""
        assert self.recorder is not None
        for event in self.recorder.open[:1]:
            self.recorder.end(event)
        self.recorder.__exit__(None, None, None)
        active.recorders.remove(self.recorder)

    def __exit__(self, *exc: object) -> None:
        if self.enabled:
            self.stop()

    @property
    def function_events(self) -> EventList:
        """What ran, in the order in which it began."""
        events = [] if self.recorder is None else self.recorder.events
        return EventList([*self.earlier, *events], self.profile_memory, self.with_flops)

    def __repr__(self) -> str:
        return UNFINISHED if self.recorder is None else repr(list(self.function_events))

    def __str__(self) -> str:
        return UNFINISHED if self.recorder is None else str(self.function_events)

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events together, in microseconds."""
        return self.function_events.self_cpu_time_total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as text; see `EventList.table`."""
        return self.function_events.table(
            sort_by,
            row_limit,
            max_src_column_width,
            max_name_column_width,
            max_shapes_column_width,
            header,
            top_level_events_only,
            time_unit,
        )

    def key_averages(
        self,
        group_by_input_shape: bool = False,
        group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> EventList:
        """The events put together by name; see `EventList.key_averages`."""
        return self.function_events.key_averages(
            group_by_input_shape, group_by_stack_n, group_by_overload_name
        )

    def total_average(self) -> FunctionEventAvg:
        """All events as one."""
        return self.function_events.total_average()

    def export_chrome_trace(self, path: str) -> None:
        """Write a file that chrome://tracing and Perfetto show, forward joined with backward."""
        start = 0 if self.recorder is None else self.recorder.started_at
        write_trace(path, self.function_events, start)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the times by stack, for flame graphs.

        Raises:
            AssertionError: when `with_stack` was not asked for.
        """
        if not self.with_stack:
            raise AssertionError("export_stacks() requires with_stack=True")
        self.function_events.export_stacks(path, metric)


class record_function(ModeDecorator):
    """Names a block of a program (or a function) in the events of a profiler.

    Args:
        name: the event's name.
        args: accepted; a text about the block.

    Example:
        >>> import rushlight as torch
        >>> with torch.autograd.profiler.profile() as prof:
        ...     with torch.autograd.profiler.record_function("both"):
        ...         y = torch.ones(2).sin().cos()
        >>> [child.name for child in prof.function_events[0].cpu_children]
        ['aten::sin', 'aten::cos']
    """

    __module__ = "torch.autograd.profiler"

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args
        self.running: list[tuple[Recorder, FunctionEvent]] = []

    def clone(self) -> record_function:
        return self.__class__(self.name, self.args)

    def __enter__(self) -> record_function:
        self.running = [(r, r.begin(self.name, BLOCK)) for r in active.recorders]
        return self

    def __exit__(self, *exc: object) -> None:
        for recorder, event in self.running:
            recorder.end(event)


class Marks:
    """Marks for another tool's profiler, of which there are none."""

    tool = ""

    def __init__(self, enabled: bool = True, record_shapes: bool = False) -> None:
        self.enabled = enabled
        self.record_shapes = record_shapes

    def __enter__(self) -> Marks:
        if self.enabled:
            warnings.warn(
                f"{type(self).__name__}: {self.tool} is not available, nothing is marked; "
                "torch.autograd.profiler.profile records what runs",
                stacklevel=2,
            )
        return self

    def __exit__(self, *exc: object) -> None:
        pass


class emit_nvtx(Marks):
    """In PyTorch, marks operations for NVIDIA's profiler; here a warning and nothing else."""

    tool = "NVTX"


class emit_itt(Marks):
    """In PyTorch, marks operations for Intel's profiler; here a warning and nothing else."""

    tool = "ITT"
