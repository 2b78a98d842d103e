"""A profiler's events in Chrome's trace format."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from typing import Any

from rushlight.autograd.profiler_recorder import BLOCK, NODE, OPERATION
from rushlight.autograd.profiler_util import FunctionEvent


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
