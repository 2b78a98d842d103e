"""What a profiler has seen: events, their averages, and the table that shows them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any

__all__ = ["DeviceType", "EventList", "FunctionEvent", "FunctionEventAvg", "Interval"]

MICROSECONDS = {"s": 1e6, "ms": 1e3, "us": 1.0}
BYTES = (("GB", 2**30), ("MB", 2**20), ("KB", 2**10))


class DeviceType(enum.Enum):
    """The kinds of devices; all events are the CPU's."""

    CPU = 0
    CUDA = 1

    def __str__(self) -> str:
        return f"DeviceType.{self.name}"


class Interval:
    """When an event ran, in microseconds since the profiler started."""

    def __init__(self, start: float, end: float) -> None:
        self.start = start
        self.end = end

    def elapsed_us(self) -> float:
        """How long it ran."""
        return self.end - self.start


def format_time(time_us: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in MICROSECONDS.items():
        if time_us >= size and unit != "us":
            return f"{time_us / size:.3f}{unit}"
    return f"{time_us:.3f}us"


def format_share(part: float, whole: float) -> str:
    """A part as a percentage."""
    if whole == 0:
        return "NaN"
    return f"{100 * part / whole:.2f}%"


def format_memory(nbytes: float) -> str:
    """A number of bytes in the unit that suits it."""
    for unit, size in BYTES:
        if abs(nbytes) >= size:
            return f"{nbytes / size:.2f} {unit}"
    return f"{nbytes} B"


class Times:
    """What events and their averages have in common: times as text."""

    use_device = None
    is_async = False
    is_remote = False
    is_legacy = False
    node_id = -1
    overload_name = ""
    device_type = DeviceType.CPU
    device_memory_usage = 0
    self_device_memory_usage = 0
    device_time = 0.0
    device_time_total = 0.0
    self_device_time_total = 0.0

    count: int
    cpu_time_total: float
    self_cpu_time_total: float

    @property
    def cpu_time(self) -> float:
        """The time of one call, on average."""
        return 0.0 if self.count == 0 else self.cpu_time_total / self.count

    @property
    def cpu_time_str(self) -> str:
        """`cpu_time` as text."""
        return format_time(self.cpu_time)

    @property
    def cpu_time_total_str(self) -> str:
        """`cpu_time_total` as text."""
        return format_time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        """`self_cpu_time_total` as text."""
        return format_time(self.self_cpu_time_total)


class FunctionEvent(Times):
    """One operation, node of backward, or `record_function` block that ran.

    Attributes:
        name: `aten::mul`, `MulBackward0`, or the name of the block.
        sequence_nr: the same for an operation and for the node that it recorded; -1 for none.
        time_range: when it ran, in microseconds.
        cpu_parent, cpu_children: what it ran in, and what ran in it.
        scope: 0 for operations, 1 for nodes of backward, 7 for blocks.
    """

    count = 1

    def __init__(self, id: int, name: str, thread: int, start_us: float, scope: int = 0) -> None:
        self.id = id
        self.trace_name = name
        self.name = "ProfilerStep*" if name.startswith("ProfilerStep#") else name
        self.thread = thread
        self.fwd_thread = 0
        self.scope = scope
        self.sequence_nr = -1
        self.time_range = Interval(start_us, start_us)
        self.cpu_children: list[FunctionEvent] = []
        self.cpu_parent: FunctionEvent | None = None
        self.input_shapes: list[Any] = []
        self.input_dtypes: list[str] = []
        self.stack: list[str] = []
        self.own_memory = 0
        self.flops: int | None = None

    @property
    def key(self) -> str:
        """The name, which averages go by."""
        return self.name

    @property
    def is_user_annotation(self) -> bool:
        """Is this a `record_function` block?"""
        return self.scope == 7

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]
        """How long it ran, with all that ran in it."""
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self) -> float:  # type: ignore[override]
        """How long it ran, without what ran in it."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def cpu_memory_usage(self) -> int:
        """Bytes of results, of all that ran in it too."""
        return self.own_memory + sum(child.cpu_memory_usage for child in self.cpu_children)

    @property
    def self_cpu_memory_usage(self) -> int:
        """Bytes of its own results."""
        return self.own_memory

    def __repr__(self) -> str:
        children = [child.id for child in self.cpu_children]
        return (
            f"<FunctionEvent id={self.id} name={self.name} overload_name= device_type=DeviceType.CPU "
            f"node_id=-1 cpu_time={self.cpu_time_str} start_us={self.time_range.start:.3f} "
            f"end_us={self.time_range.end:.3f} cpu_children={children} None_time=0.000us "
            f"name={self.name} thread={self.thread} input_shapes={self.input_shapes} "
            f"cpu_memory_usage={self.cpu_memory_usage} None_memory_usage=0 is_async=False "
            f"is_remote=False seq_nr={self.sequence_nr} is_legacy=False>"
        )


class FunctionEventAvg(Times):
    """All events of one name (and shapes, or stack) together."""

    def __init__(self, key: str | None = None, input_shapes: Any = "", stack: Any = None) -> None:
        self.key = key
        self.input_shapes = input_shapes
        self.stack = stack
        self.count = 0
        self.cpu_time_total = 0.0
        self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = 0
        self.self_cpu_memory_usage = 0
        self.flops = 0
        self.cpu_parent: FunctionEvent | None = None
        self.is_user_annotation = False
        self.scope = 0

    def add(self, other: Any) -> FunctionEventAvg:
        """Count an event, or another average, in."""
        if self.key is None:
            self.key = other.key
        self.count += other.count
        self.cpu_time_total += other.cpu_time_total
        self.self_cpu_time_total += other.self_cpu_time_total
        self.cpu_memory_usage += other.cpu_memory_usage
        self.self_cpu_memory_usage += other.self_cpu_memory_usage
        self.flops += other.flops or 0
        self.is_user_annotation, self.scope = other.is_user_annotation, other.scope
        return self

    __iadd__ = add

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} "
            f"cpu_time={self.cpu_time_str}  self_cuda_time=0.000us cuda_time=0.000us "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage} "
            "cuda_memory_usage=0>"
        )


class EventList(list[Any]):
    """Events, or their averages; `str` shows them as a table."""

    def __init__(
        self, events: Iterable[Any] = (), profile_memory: bool = False, with_flops: bool = False
    ) -> None:
        super().__init__(events)
        self.profile_memory = profile_memory
        self.with_flops = with_flops

    def __str__(self) -> str:
        return self.table()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events together."""
        return float(sum(event.self_cpu_time_total for event in self))

    def key_averages(
        self,
        group_by_input_shape: bool = False,
        group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> EventList:
        """The events put together by name.

        Args:
            group_by_input_shape: apart for different shapes of the inputs.
            group_by_stack_n: apart for different innermost so many lines of the user's stack.
            group_by_overload_name: accepted; operations have one form here.
        """
        groups: dict[Any, FunctionEventAvg] = {}
        for event in self:
            shapes = event.input_shapes if group_by_input_shape else ""
            stack = event.stack[:group_by_stack_n]
            key = (event.key, str(shapes), tuple(stack), event.is_user_annotation)
            if key not in groups:
                groups[key] = FunctionEventAvg(event.key, shapes, stack)
            groups[key].add(event)
        return EventList(groups.values(), self.profile_memory, self.with_flops)

    def total_average(self) -> FunctionEventAvg:
        """All events as one."""
        total = FunctionEventAvg("Total")
        for event in self:
            total.add(event)
        return total

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
        """The events as text, one line each.

        Args:
            sort_by: an attribute such as `self_cpu_time_total` or `count`, largest first.
            row_limit: at most so many lines; -1 for all.
            max_src_column_width, max_name_column_width, max_shapes_column_width: where names,
                shapes and source lines are cut off.
            header: a line above.
            top_level_events_only: leave out what ran in another event.
            time_unit: "s", "ms" or "us" for all times; by default what suits each.
        """
        from rushlight.autograd.profiler_recorder import Table

        widths = (max_name_column_width, max_shapes_column_width, max_src_column_width)
        return Table(self, time_unit, widths).text(
            sort_by, row_limit, header, top_level_events_only
        )

    def export_chrome_trace(self, path: str) -> None:
        """Write the events as a file that chrome://tracing and Perfetto show."""
        from rushlight.autograd.profiler_recorder import write_trace

        write_trace(path, self)

    def export_stacks(self, path: str, metric: str) -> None:
        """Write `line;line;line time` for each stack, for flame graphs.

        Raises:
            ValueError: for another metric than "self_cpu_time_total".
        """
        if metric not in self.supported_export_stacks_metrics():
            raise ValueError(f"metric should be one of: {self.supported_export_stacks_metrics()}")
        with open(path, "w") as file:
            for event in self:
                time = int(getattr(event, metric))
                if event.stack and time > 0:
                    lines = [line.replace(" ", "_") for line in reversed(event.stack)]
                    file.write(f"{';'.join(lines)} {time}\n")

    def supported_export_stacks_metrics(self) -> list[str]:
        """What `export_stacks` can write."""
        return ["self_cpu_time_total"]
