"""The observer behind the profilers: turns what runs into events.

An operation's time is that of computing on arrays; what surrounds it counts for the block around.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator
from time import perf_counter_ns, time_ns
from typing import Any

from rushlight.autograd.profiler_util import FunctionEvent
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
