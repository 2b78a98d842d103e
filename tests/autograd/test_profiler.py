"""The profilers: events and how they nest, averages, tables, traces, schedules."""

import gc
import gzip
import importlib
import json
import re
import weakref

import pytest

import rushlight
from rushlight.tape.core import state
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:Warning. Profiler clears events")


def profilers(torch):
    name = torch.__name__
    return importlib.import_module(f"{name}.autograd.profiler"), importlib.import_module(
        f"{name}.profiler"
    )


def named(events, *names):
    """Those events that both libraries have."""
    return [e for e in events if e.name in names]


@compared
def test_forward_events(torch, say):
    profiler, _ = profilers(torch)
    x = torch.ones(2, 3, requires_grad=True)
    with profiler.profile(record_shapes=True) as prof, profiler.record_function("block"):
        y = x.sin().exp()
        with torch.no_grad():
            y.cos()
    for e in named(prof.function_events, "block", "aten::sin", "aten::exp", "aten::cos"):
        parent = None if e.cpu_parent is None else e.cpu_parent.name
        say(e.name, e.input_shapes, e.scope, e.thread, e.fwd_thread, e.count, parent)
        say(e.sequence_nr == -1, e.is_user_annotation, str(e.device_type), e.is_async)
        say(e.cpu_time_total > 0, e.self_cpu_time_total <= e.cpu_time_total)
    say([child.name for child in prof.function_events[0].cpu_children])


@compared
def test_forward_and_backward_share_sequence_numbers(torch, say):
    profiler, _ = profilers(torch)
    x = torch.ones(2, 3, requires_grad=True)
    with profiler.profile() as prof:
        x.sin().exp().sum().backward()
    numbers = {e.name: e.sequence_nr for e in prof.function_events}
    for op in ("Sin", "Exp", "Sum"):
        forward = numbers[f"aten::{op.lower()}"]
        say(op, forward >= 0, numbers[f"{op}Backward0"] == forward)
        visit = f"autograd::engine::evaluate_function: {op}Backward0"
        say(numbers[visit] == forward)
    wanted = re.compile("(autograd::engine::evaluate_function: )?(Sin|Exp|Sum)Backward0")
    for e in prof.function_events:
        if wanted.fullmatch(e.name):
            say(e.name, e.fwd_thread, e.scope, e.cpu_parent is None)


@compared
def test_custom_functions(torch, say):
    profiler, _ = profilers(torch)

    class Mine(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.sin()

        @staticmethod
        def backward(ctx, g):
            return g.cos()

    x = torch.ones(2, requires_grad=True)
    with profiler.profile(record_shapes=True) as prof:
        Mine.apply(x).sum().backward()
    first = min(e.sequence_nr for e in prof.function_events if e.sequence_nr >= 0)
    for e in named(prof.function_events, "Mine", "aten::sin", "MineBackward", "aten::cos"):
        parent = None if e.cpu_parent is None else e.cpu_parent.name
        say(e.name, max(e.sequence_nr - first, -1), e.scope, e.fwd_thread, parent)


@compared
def test_averages(torch, say):
    profiler, _ = profilers(torch)
    with profiler.profile(record_shapes=True) as prof:
        for size in (2, 2, 3):
            torch.ones(size).sin().cos()
    for by_shape in (False, True):
        rows = named_rows(prof.key_averages(group_by_input_shape=by_shape))
        say([(a.key, a.count, a.input_shapes, a.cpu_time_total > 0) for a in rows])
        say([abs(a.cpu_time * a.count - a.cpu_time_total) < 1e-6 for a in rows])
    say(prof.total_average().key, prof.self_cpu_time_total > 0)


def named_rows(averages):
    return [a for a in averages if a.key in ("aten::sin", "aten::cos")]


def layout(text):
    """A table without its numbers."""
    return re.sub(r" *\d+(\.\d+)?(%|us|ms|s)", "", text)


@compared
def test_table_layout(torch, say):
    profiler, _ = profilers(torch)
    a = torch.ones(2, 2)
    for shapes in (False, True):
        inside = profiler.record_function("x" * 70), profiler.record_function("short")
        with profiler.profile(record_shapes=shapes) as prof, inside[0], inside[1]:
            a.sin()
        for options in ({}, {"header": "A header"}, {"top_level_events_only": True}):
            for line in prof.table(**options).splitlines():
                say(line if line[:1] in "-=T" or "# of Calls" in line else layout(line).split())
    say(profiler.profile().__str__(), repr(profiler.profile()))


@compared
def test_sorted_and_limited_tables(torch, say):
    profiler, _ = profilers(torch)
    with profiler.profile() as prof:
        for _ in range(3):
            with profiler.record_function("three"):
                pass
        with profiler.record_function("one"):
            pass
    averages = prof.key_averages()
    for line in averages.table(sort_by="count", row_limit=1).splitlines():
        say(line.split()[0] if line else "", len(line) if "-" in line else 0)
    say.refused(lambda: averages.table(sort_by="nonsense"))
    say("ms" in averages.table(time_unit="ms"))


@compared
def test_refusals(torch, say):
    profiler, _ = profilers(torch)
    off = profiler.profile(enabled=False)
    with off as entered:
        say(entered)
    prof = profiler.profile()
    with prof:
        pass
    say.refused(prof.__enter__)


@compared
def test_decorated_functions(torch, say):
    profiler, _ = profilers(torch)

    @profiler.record_function("decorated")
    def program(x):
        return x.sin()

    program(torch.ones(1))
    with profiler.profile() as prof:
        say(program(torch.zeros(1)))
    say([e.name for e in named(prof.function_events, "decorated", "aten::sin")])


@compared
def test_schedules(torch, say):
    _, profiler = profilers(torch)
    for options in (
        {"wait": 1, "warmup": 1, "active": 2},
        {"wait": 1, "warmup": 1, "active": 2, "repeat": 2, "skip_first": 1},
        {"wait": 2, "warmup": 1, "active": 1, "skip_first": 3, "skip_first_wait": 1},
        {"wait": 2, "warmup": 1, "active": 1, "skip_first_wait": 1, "repeat": 2},
    ):
        plan = profiler.schedule(**options)
        say(options, [plan(i).name for i in range(14)])
    say.refused(lambda: profiler.schedule(wait=-1, warmup=1, active=2))
    say.refused(lambda: profiler.schedule(wait=1, warmup=1, active=0))
    say.warned(lambda: profiler.schedule(wait=1, warmup=0, active=1)(0))


@compared
def test_profiling_by_steps(torch, say):
    _, profiler = profilers(torch)
    for options in ({"wait": 1, "warmup": 1, "active": 2}, {"wait": 0, "warmup": 1, "active": 1}):
        ready = []

        def noted(prof, ready=ready):
            steps = [e.name for e in prof.events() if e.name.startswith("ProfilerStep")]
            sines = [e.name for e in prof.events() if e.name == "aten::sin"]
            ready.append((prof.step_num, len(steps), len(sines)))

        plan = profiler.schedule(**options)
        with profiler.profile(schedule=plan, on_trace_ready=noted) as prof:
            for _ in range(9):
                torch.ones(2).sin()
                prof.step()
        say(ready)
    with profiler.profile() as prof:
        torch.ones(2).sin()
    say(sum(e.key == "aten::sin" for e in prof.key_averages()), prof.step_num)


def test_chrome_trace(tmp_path):
    profiler, _ = profilers(rushlight)
    x = rushlight.ones(2, 3, requires_grad=True)
    with profiler.profile(record_shapes=True, with_stack=True) as prof:
        with profiler.record_function("block"):
            y = x.sin().exp()
        y.sum().backward()
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    prof.export_chrome_trace(str(tmp_path / "trace.json.gz"))
    content = json.loads((tmp_path / "trace.json").read_text())
    with gzip.open(tmp_path / "trace.json.gz") as file:
        assert json.load(file)["traceEvents"] == content["traceEvents"]
    by_name = {e["name"]: e for e in content["traceEvents"] if e["ph"] == "X"}
    assert by_name["block"]["cat"] == "user_annotation"
    sine, node = by_name["aten::sin"], by_name["SinBackward0"]
    assert sine["args"]["Input Dims"] == [[2, 3]]
    assert sine["args"]["Input type"] == ["float"]
    assert "test_profiler.py" in sine["args"]["Call stack"]
    assert sine["args"]["Sequence number"] == node["args"]["Sequence number"]
    assert sine["ts"] + sine["dur"] <= node["ts"]
    arrows = [e for e in content["traceEvents"] if e.get("cat") == "fwdbwd"]
    starts = {e["id"]: e["ts"] for e in arrows if e["ph"] == "s"}
    ends = {e["id"]: e["ts"] for e in arrows if e["ph"] == "f"}
    assert len(starts) == 3
    assert starts.keys() == ends.keys()
    number = next(n for n, ts in starts.items() if ts == sine["ts"])
    assert ends[number] == node["ts"]


def test_chrome_trace_has_pytorchs_fields(tmp_path):
    found = []
    for module in (rushlight, torch):
        profiler, _ = profilers(module)
        x = module.ones(2, requires_grad=True)
        with profiler.profile(record_shapes=True) as prof:
            x.sin().sum().backward()
        prof.export_chrome_trace(str(tmp_path / "trace.json"))
        events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
        sine = next(e for e in events if e["name"] == "aten::sin")
        arrows = {e["ph"]: set(e) for e in events if e.get("cat") == "fwdbwd"}
        found.append((set(sine), set(sine["args"]), arrows))
    ours, theirs = found
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1] - {"Concrete Inputs", "Input Strides"}
    assert ours[2] == theirs[2]


def test_memory_flops_and_stacks(tmp_path):
    profiler, _ = profilers(rushlight)
    a = rushlight.ones(3, 4)
    options = {"profile_memory": True, "with_flops": True, "with_stack": True}
    with profiler.profile(**options) as prof, profiler.record_function("block"):
        (a @ a.t()).sin()
    events = {e.name: e for e in prof.function_events}
    assert events["aten::mm"].cpu_memory_usage == 9 * 4
    assert events["block"].cpu_memory_usage == 2 * 9 * 4
    assert events["block"].self_cpu_memory_usage == 0
    assert events["aten::mm"].flops == 2 * 3 * 4 * 3
    assert "test_profiler.py" in events["aten::mm"].stack[0]
    for title in ("CPU Mem", "Self CPU Mem", "Total FLOPs", "Source Location"):
        assert title in prof.table()
    prof.export_stacks(str(tmp_path / "stacks"))
    assert "test_memory_flops_and_stacks" in (tmp_path / "stacks").read_text()
    with pytest.raises(AssertionError, match=re.escape("export_stacks() requires with_stack=True")):
        profiler.profile().export_stacks("nowhere")


def test_trace_handler(tmp_path):
    _, profiler = profilers(rushlight)
    handler = profiler.tensorboard_trace_handler(str(tmp_path / "new"), "worker", use_gzip=True)
    with profiler.profile(on_trace_ready=handler) as prof:
        prof.add_metadata("who", "me")
        prof.add_metadata_json("numbers", "[1, 2]")
        rushlight.ones(2).sin()
    (path,) = (tmp_path / "new").iterdir()
    assert re.fullmatch(r"worker\.\d+\.pt\.trace\.json\.gz", path.name)
    with gzip.open(path) as file:
        content = json.load(file)
    assert (content["who"], content["numbers"]) == ("me", [1, 2])


def test_marks_for_other_tools_say_that_they_do_nothing():
    profiler, _ = profilers(rushlight)
    for mark in (profiler.emit_nvtx, profiler.emit_itt):
        with pytest.warns(UserWarning, match="is not available, nothing is marked"), mark():
            rushlight.ones(2).sin()
        with mark(enabled=False):
            pass


def test_nothing_is_left_on():
    profiler, _ = profilers(rushlight)
    before = state().special
    with pytest.raises(ZeroDivisionError), profiler.profile(), profiler.record_function("block"):
        1 / 0
    assert state().special == before
    assert state().observer is None
    with profiler.profile() as outer, profiler.profile() as inner:
        rushlight.ones(2).sin()
    assert "aten::sin" in [e.name for e in outer.function_events]
    assert "aten::sin" in [e.name for e in inner.function_events]
    assert state().observer is None


def test_profiled_programs_compute_the_same():
    profiler, _ = profilers(rushlight)

    def program():
        x = rushlight.linspace(0.1, 1, 6).reshape(2, 3).requires_grad_()
        y = x.clone()
        y.mul_(2)
        ((y @ y.t()).exp() / y.sum()).sum().backward()
        return x.grad

    expected = program()
    with profiler.profile(record_shapes=True, profile_memory=True, with_stack=True):
        found = program()
    assert rushlight.allclose(found, expected)  # another kernel: the last digit may differ


def test_events_hold_no_tensors():
    profiler, _ = profilers(rushlight)
    gc.disable()
    try:
        x = rushlight.ones(3, requires_grad=True)
        with profiler.profile(record_shapes=True, with_stack=True) as prof:
            y = (x * 2).sin()
            node = weakref.ref(y.grad_fn)
            y.sum().backward()
        del y
        assert node() is None
        assert len(prof.function_events) > 3
    finally:
        gc.enable()
