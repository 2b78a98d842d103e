"""What the profiler records, and shows as a table and as a Chrome trace."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import Generator
from time import perf_counter_ns, time_ns
from typing import Any

from rushlight.autograd.profiler_util import (
    MICROSECONDS,
    EventList,
    FunctionEvent,
    format_memory,
    format_share,
    format_time,
)
from rushlight.kernels import dtypes
from rushlight.tape.core import TensorBase, state
from rushlight.tape.dispatch import needs
from rushlight.tape.nodes import as_node
from rushlight.tape.observers import Observer

OPERATION, NODE, BLOCK = 0, 1, 7
LEAVES = 2**62  # sequence numbers from here on are those of AccumulateGrad


class Recorder(Observer):
    """Collects the events of one thread."""

    def __init__(
        self,
        record_shapes: bool = False,
        with_stack: bool = False,
        profile_memory: bool = False,
        with_flops: bool = False,
    ) -> None:
        super().__init__()
        self.record_shapes = record_shapes
        self.with_stack = with_stack
        self.profile_memory = profile_memory
        self.with_flops = with_flops
        self.events: list[FunctionEvent] = []
        self.open: list[FunctionEvent] = []
        self.started = perf_counter_ns()
        self.started_at = time_ns()

    def now(self) -> float:
        """Microseconds since the start."""
        return (perf_counter_ns() - self.started) / 1000

    def begin(self, name: str, scope: int) -> FunctionEvent:
        """An event begins, inside of those that are running."""
        event = FunctionEvent(len(self.events) + 1, name, 1, self.now(), scope)
        if self.open:
            event.cpu_parent = self.open[-1]
            event.cpu_parent.cpu_children.append(event)
        self.events.append(event)
        self.open.append(event)
        return event

    def end(self, event: FunctionEvent) -> None:
        """An event ends, and what it has left open."""
        now = self.now()
        while event in self.open:
            self.open.pop().time_range.end = now

    def compute(self, op: Any, inputs: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
        """An operation, as an event."""
        event = self.begin(f"aten::{op.name}", OPERATION)
        self.describe(event, inputs, op.rules is not None)
        if self.with_flops:
            event.flops = flops_of(op.name, inputs)
        try:
            out = self.below(op, inputs, params)
        finally:
            self.end(event)
        if self.profile_memory and not op.is_view:
            results = out if isinstance(out, tuple) else (out,)
            event.own_memory = sum(x.nbytes for x in results if x.base is None)
        return out

    @contextlib.contextmanager
    def calling(self, function: Any, args: tuple[Any, ...]) -> Generator[None, None, None]:
        """A custom Function, as an event around its operations."""
        event = self.begin(function.__name__, OPERATION)
        self.describe(event, args, True)
        try:
            with super().calling(function, args):
                yield
        finally:
            self.end(event)

    def describe(self, event: FunctionEvent, inputs: tuple[Any, ...], recorded: bool) -> None:
        """What is known of an operation before it runs."""
        st = state()
        if recorded and st.grad and needs(inputs):
            event.sequence_nr = st.sequence  # of the node that will be recorded
        if self.record_shapes:
            event.input_shapes = [shape_of(x) for x in inputs]
            event.input_dtypes = [type_of(x) for x in inputs]
        if self.with_stack:
            event.stack = stack_lines()

    @contextlib.contextmanager
    def visiting(self, node: Any) -> Generator[None, None, None]:
        """A node of backward: an event for the engine's visit, one for the rule inside."""
        name = as_node(node).name()
        events = [
            self.begin(f"autograd::engine::evaluate_function: {name}", OPERATION),
            self.begin(name, NODE),
        ]
        if node.sequence_ < LEAVES:
            for event in events:
                event.sequence_nr, event.fwd_thread = node.sequence_, 1
        try:
            with super().visiting(node):
                yield
        finally:
            self.end(events[0])


def shape_of(x: Any) -> list[int]:
    return list(x.shape) if isinstance(x, TensorBase) else []


TYPES = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int"}


def type_of(x: Any) -> str:
    """The type of an argument as traces call it."""
    if not isinstance(x, TensorBase):
        return "Scalar"
    name = dtypes.of(x.array.dtype).name if x.array is not None else str(x.dtype)
    return TYPES.get(name, name)


def flops_of(name: str, inputs: tuple[Any, ...]) -> int | None:
    """Multiplications and additions of the operations that most networks spend their time in."""
    shapes = [tuple(x.shape) for x in inputs if isinstance(x, TensorBase)]
    if name in ("mm", "addmm", "bmm", "baddbmm") and len(shapes) >= 2:
        a, b = shapes[-2:]
        return 2 * product(a) * int(b[-1])
    if name in ("add", "mul") and shapes:
        return product(shapes[0])
    return None


def product(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= int(size)
    return total


def stack_lines() -> list[str]:
    """The user's stack, innermost line first, as `file(line): function`."""
    import traceback

    from rushlight.autograd.anomaly_mode import is_ours

    frames = [(f, line) for f, line in traceback.walk_stack(None) if not is_ours(f.f_code)]
    return [f"{f.f_code.co_filename}({line}): {f.f_code.co_name}" for f, line in frames]


class Active(threading.local):
    """The recorders of each thread that are running, innermost last."""

    def __init__(self) -> None:
        self.recorders: list[Recorder] = []


active = Active()


NUMBER_WIDTH = 12
GAP = 2


class Table:
    """Columns over a list of events."""

    def __init__(
        self, events: EventList, time_unit: str | None, widths: tuple[int, int, int]
    ) -> None:
        self.events = events
        self.time_unit = time_unit
        self.name_width, self.shapes_width, self.source_width = widths
        self.total = events.self_cpu_time_total
        self.shapes = any(len(event.input_shapes or "") > 0 for event in events)
        self.sources = any(event.stack for event in events)

    def time(self, us: float) -> str:
        """A time in the unit asked for."""
        if self.time_unit is None:
            return format_time(us)
        return f"{us / MICROSECONDS[self.time_unit]:.3f}{self.time_unit}"

    def columns(self) -> list[tuple[str, int]]:
        """Titles and widths."""
        names = widest((event.key for event in self.events), self.name_width)
        found = [("Name", names)]
        titles = ["Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg"]
        if self.events.profile_memory:
            titles += ["CPU Mem", "Self CPU Mem"]
        titles.append("# of Calls")
        found += [(title, NUMBER_WIDTH) for title in titles]
        if self.shapes:
            shapes = (str(event.input_shapes) for event in self.events)
            found.append(("Input Shapes", widest(shapes, self.shapes_width)))
        if self.sources:
            lines = (line for event in self.events for line in event.stack)
            found.append(("Source Location", widest(lines, self.source_width)))
        if self.events.with_flops:
            found.append(("Total FLOPs", NUMBER_WIDTH))
        return found

    def row(self, event: Any) -> list[str]:
        """The entries of one event."""
        cells = [
            cut(event.key, self.name_width),
            format_share(event.self_cpu_time_total, self.total),
            self.time(event.self_cpu_time_total),
            format_share(event.cpu_time_total, self.total),
            self.time(event.cpu_time_total),
            self.time(event.cpu_time),
        ]
        if self.events.profile_memory:
            cells.append(format_memory(event.cpu_memory_usage))
            cells.append(format_memory(event.self_cpu_memory_usage))
        cells.append(str(event.count))
        if self.shapes:
            cells.append(str(event.input_shapes)[: self.shapes_width])
        if self.sources:
            cells.append(cut(event.stack[0], self.source_width) if event.stack else "")
        if self.events.with_flops:
            cells.append(str(event.flops) if event.flops else "--")
        return cells

    def chosen(self, sort_by: str | None, row_limit: int, top_level_only: bool) -> list[Any]:
        """The events to be shown, in order."""
        events = [e for e in self.events if not (top_level_only and e.cpu_parent is not None)]
        if sort_by is not None:
            events.sort(key=lambda event: getattr(event, sort_by), reverse=True)
        return events if row_limit < 0 else events[:row_limit]

    def text(
        self, sort_by: str | None, row_limit: int, header: str | None, top_level_only: bool
    ) -> str:
        """The whole table."""
        if not self.events:
            return ""
        columns = self.columns()
        gap = " " * GAP
        rule = gap.join("-" * width for _, width in columns) + gap
        lines = []
        if header is not None:
            lines += ["=" * (len(rule) - GAP), header]
        if top_level_only:
            lines += ["=" * (len(rule) - GAP), "This report only display top-level ops statistics"]
        lines += [rule, aligned([title for title, _ in columns], columns), rule]
        rows = self.chosen(sort_by, row_limit, top_level_only)
        lines += [aligned(self.row(event), columns) for event in rows]
        lines += [rule, f"Self CPU time total: {self.time(self.total)}", ""]
        return "\n".join(lines)


def widest(texts: Any, limit: int) -> int:
    """The width of a column of such texts."""
    return int(min(max((len(text) for text in texts), default=0) + 4, limit))


def cut(text: str, width: int) -> str:
    """A text that fits a column."""
    return text if len(text) < width - 3 else text[: width - 3] + "..."


def aligned(cells: list[str], columns: list[tuple[str, int]]) -> str:
    """Entries at the right of their columns."""
    pairs = zip(cells, columns, strict=True)
    gap = " " * GAP
    return gap.join(cell.rjust(width) for cell, (_, width) in pairs) + gap


def write_trace(
    path: str, events: list[FunctionEvent], start_ns: int = 0, metadata: Any = ()
) -> None:
    """Write events to a JSON file; to a compressed one if `path` ends in .gz.

    An operation and the node it recorded are joined by an arrow of category `fwdbwd`.
    """
    content = {
        "schemaVersion": 1,
        "deviceProperties": [],
        "host_name": socket.gethostname(),
        "displayTimeUnit": "ms",
        "baseTimeNanoseconds": start_ns,
        "traceEvents": [*about_process(), *timed(events), *arrows(events)],
        "traceName": path,
        **dict(metadata),
    }
    if path.endswith(".gz"):
        import gzip

        with gzip.open(path, "wt") as file:
            json.dump(content, file)
    else:
        with open(path, "w") as file:
            json.dump(content, file)


def place() -> dict[str, int]:
    """The process and thread that events belong to."""
    return {"pid": os.getpid(), "tid": threading.get_native_id()}


def about_process() -> list[dict[str, Any]]:
    """Names for the process and its thread."""
    where = place()
    program = os.path.basename(sys.executable)
    named = {
        "process_name": {"name": program},
        "process_labels": {"labels": "CPU"},
        "thread_name": {"name": f"thread {where['tid']} ({program})"},
    }
    return [{"ph": "M", "name": name, "ts": 0, **where, "args": a} for name, a in named.items()]


def timed(events: list[FunctionEvent]) -> list[dict[str, Any]]:
    """Every event with its begin and duration."""
    where = place()
    return [
        {
            "ph": "X",
            "cat": "user_annotation" if event.scope == BLOCK else "cpu_op",
            "name": event.trace_name,
            **where,
            "ts": event.time_range.start,
            "dur": event.time_range.elapsed_us(),
            "args": arguments(event, index),
        }
        for index, event in enumerate(events)
    ]


def arguments(event: FunctionEvent, index: int) -> dict[str, Any]:
    """What else is known of an event."""
    found: dict[str, Any] = {"External id": event.id, "Record function id": 0, "Ev Idx": index}
    if event.sequence_nr >= 0:
        found["Sequence number"] = event.sequence_nr
        found["Fwd thread id"] = event.fwd_thread
    if event.input_shapes:
        found["Input Dims"] = event.input_shapes
        found["Input type"] = event.input_dtypes
    if event.stack:
        found["Call stack"] = ";".join(event.stack)
    return found


def arrows(events: list[FunctionEvent]) -> list[dict[str, Any]]:
    """From each operation to the node of backward with its sequence number."""
    forward: dict[int, FunctionEvent] = {}
    found: list[dict[str, Any]] = []
    for event in events:
        if event.sequence_nr < 0:
            continue
        if event.scope == OPERATION and event.fwd_thread == 0:
            forward[event.sequence_nr] = event
        elif event.scope == NODE and event.sequence_nr in forward:
            start = forward[event.sequence_nr]
            found.append(arrow("s", start.id, start))
            found.append({**arrow("f", start.id, event), "bp": "e"})
    return found


def arrow(phase: str, number: int, event: FunctionEvent) -> dict[str, Any]:
    """One end of an arrow."""
    kind = {"cat": "fwdbwd", "name": "fwdbwd"}
    return {"ph": phase, "id": number, **place(), "ts": event.time_range.start, **kind}
