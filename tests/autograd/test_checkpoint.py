"""`torch.utils.checkpoint`: recomputation in every variant, and what happens when it differs."""

import contextlib
import functools
import gc
import importlib
import re
import weakref

import pytest

import rushlight
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")


def module(torch):
    return importlib.import_module(f"{torch.__name__}.utils.checkpoint")


def chain(x):
    return (x * 2).sin().exp()


def leaf(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


@compared
def test_results_and_gradients(torch, say):
    ck, x = module(torch), leaf(torch)
    programs = {
        "one": chain,
        "several": lambda a: (a.sin(), (a * 3).exp()),
        "with others": lambda a: (a.sin(), 3, None, [a]),
        "keyword": lambda a, b=2.0: a * b,
    }
    for name, program in programs.items():
        for options in ({"use_reentrant": False}, {"use_reentrant": True}):
            x.grad = None
            out = ck.checkpoint(program, x, **options)
            say(name, options, out)
            first = out[0] if isinstance(out, tuple) else out
            first.sum().backward()
            say(x.grad)
    say(ck.checkpoint(lambda a, *, b: a * b, x, b=x, use_reentrant=False))
    with torch.no_grad():
        say(ck.checkpoint(chain, x, use_reentrant=False))
        say(ck.checkpoint(chain, x, use_reentrant=True))


@compared
def test_graph(torch, say):
    ck, x = module(torch), leaf(torch)
    say.graph(ck.checkpoint(chain, x, use_reentrant=False))
    say.graph(ck.checkpoint(chain, x, use_reentrant=True))


@compared
def test_higher_derivatives(torch, say):
    ck, x = module(torch), leaf(torch)
    y = ck.checkpoint(chain, x, use_reentrant=False).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    say(g.detach(), torch.autograd.grad(g.sum(), x))
    y = ck.checkpoint(chain, x, use_reentrant=False).sum()
    y.backward(retain_graph=True)
    y.backward()
    say(x.grad)
    say.refused(y.backward)
    say.refused(torch.autograd.grad, ck.checkpoint(chain, x, use_reentrant=True).sum(), x)


@compared
def test_how_often_it_runs(torch, say):
    ck, x = module(torch), leaf(torch)
    for early in (True, False):
        for through_context in (True, False):
            runs = []

            def program(a, runs=runs):
                out = chain(a)
                runs.append("end")
                return out

            option = {} if through_context else {"early_stop": early}
            overruled = (
                ck.set_checkpoint_early_stop(early) if through_context else contextlib.nullcontext()
            )
            with overruled:
                y = ck.checkpoint(program, x, use_reentrant=False, **option).sum()
            y.backward(retain_graph=True)
            y.backward()
            say(early, through_context, runs)


@compared
def test_nested(torch, say):
    ck, x = module(torch), leaf(torch)
    runs = []

    def inner(c):
        runs.append("inner")
        return chain(c)

    def middle(b):
        runs.append("middle")
        return ck.checkpoint(inner, b.sin(), use_reentrant=False).cos()

    def outer(a):
        runs.append("outer")
        return ck.checkpoint(middle, a.sin(), use_reentrant=False).cos()

    y = ck.checkpoint(outer, x, use_reentrant=False)
    say(torch.autograd.grad(y.sum(), x), runs)


@compared
def test_random_numbers(torch, say):
    ck, x = module(torch), leaf(torch)

    def noisy(a):
        return a * torch.rand(2) + torch.rand(2) * a.exp()

    for preserve in (True, False):
        for reentrant in (True, False):
            torch.manual_seed(0)
            x.grad = None
            y = ck.checkpoint(noisy, x, use_reentrant=reentrant, preserve_rng_state=preserve)
            say(y, torch.rand(1))
            y.sum().backward()
            say(x.grad, torch.rand(1))


@compared
def test_contexts(torch, say):
    ck, x = module(torch), leaf(torch)
    log = []

    @contextlib.contextmanager
    def noted(name):
        log.append(f"enter {name}")
        yield
        log.append(f"exit {name}")

    def program(a):
        log.append("run")
        return chain(a)

    y = ck.checkpoint(
        program,
        x,
        use_reentrant=False,
        context_fn=lambda: (noted("forward"), noted("recomputation")),
    )
    y.sum().backward()
    say(log)


@compared
def test_sequential(torch, say):
    ck, x = module(torch), leaf(torch)
    steps = [torch.sin, torch.exp, torch.tanh, torch.cos, torch.sigmoid]
    for segments in (1, 2, 3, 5):
        for reentrant in (True, False):
            x.grad = None
            y = ck.checkpoint_sequential(steps, segments, x, use_reentrant=reentrant)
            y.sum().backward()
            say(y, x.grad)
    say.refused(ck.checkpoint_sequential, steps, 0, x, False)
    say.refused(lambda: ck.checkpoint_sequential(steps, 2, x, use_reentrant=False, foo=1))
    say.warned(ck.checkpoint_sequential, steps, 2, x)


@compared
def test_warnings_and_refusals(torch, say):
    ck, x = module(torch), leaf(torch)
    say(say.warned(ck.checkpoint, chain, x))
    say(say.warned(lambda: ck.checkpoint(chain, x.detach(), use_reentrant=True)))
    for options in (
        {"use_reentrant": True, "foo": 3},
        {"use_reentrant": False, "foo": 3},
        {"use_reentrant": True, "debug": True},
        {"use_reentrant": True, "context_fn": lambda: (1, 2)},
        {"use_reentrant": False, "determinism_check": "foo"},
        {"use_reentrant": False, "debug": True, "context_fn": lambda: (1, 2)},
    ):
        say.refused(lambda options=options: ck.checkpoint(chain, x, **options))
    say(ck.detach_variable((x, 3)), ck.DefaultDeviceType.get_device_type())
    say.refused(ck.detach_variable, 3)
    say.warned(ck.check_backward_validity, (x.detach(), 3))
    say([policy.name for policy in ck.CheckpointPolicy], ck.get_device_states(x))
    say.refused(lambda: ck.checkpoint(lambda a: 1 / 0, x, use_reentrant=False))
    say(chain(x))


def fickle(torch, then, now):
    """A function that does `now` when it is recomputed."""
    runs = []

    def program(x):
        runs.append(1)
        y = x.sin()
        return then(torch, y) if len(runs) == 1 else now(torch, y)

    return program


DIFFERENCES = {
    "fewer": (lambda torch, y: y.exp().sin(), lambda torch, y: y.exp()),
    "more": (lambda torch, y: y.exp(), lambda torch, y: y.exp().sin().cos()),
    "shape": (lambda torch, y: y.exp().sin(), lambda torch, y: torch.cat([y, y]).exp().sin()),
    "dtype": (lambda torch, y: y.exp().sin(), lambda torch, y: y.double().exp().sin()),
}


@compared
def test_recomputation_that_differs(torch, say):
    ck, x = module(torch), leaf(torch)
    for name, (then, now) in DIFFERENCES.items():
        for options in ({}, {"determinism_check": "none"}, {"early_stop": False}):
            program = fickle(torch, then, now)
            y = ck.checkpoint(program, x, use_reentrant=False, **options)
            try:
                y.sum().backward()
            except Exception as error:
                said = str(error).partition("\n\nTip")[0]
                say(name, options, type(error).__name__, said)
            else:
                say(name, options, "not noticed")


def test_the_first_difference_is_named():
    ck, x = module(rushlight), leaf(rushlight)
    for name, forward, again in (
        ("fewer", r"it for ExpBackward0, .*sin\(\)", r"it for ExpBackward0, .*y.exp\(\)"),
        ("more", "it for ExpBackward0, ", "it for ExpBackward0, "),
        ("dtype", "it for ExpBackward0, ", r"it for ExpBackward0, .*double\(\)"),
    ):
        program = fickle(rushlight, *DIFFERENCES[name])
        y = ck.checkpoint(program, x, use_reentrant=False, early_stop=False)
        with pytest.raises(ck.CheckpointError) as caught:
            y.sum().backward()
        last = str(caught.value).splitlines()[-1]
        place = r"recorded at [^,]*test_checkpoint.py:\d+, in <lambda>"
        assert re.search(
            f"saved tensor 1: forward saved {forward}.*recomputation saved {again}", last
        )
        assert len(re.findall(place, last)) == 2


def test_debug_lists_both_runs():
    ck, x = module(rushlight), leaf(rushlight)
    for in_context in (True, False):
        with ck.set_checkpoint_debug_enabled(True if in_context else None):
            program = fickle(rushlight, *DIFFERENCES["fewer"])
            y = ck.checkpoint(program, x, use_reentrant=False, debug=not in_context)
        with pytest.raises(ck.CheckpointError, match="dumping logs of latest") as caught:
            y.sum().backward()
        text = str(caught.value)
        forward, _, again = text.partition("Operations executed during recomputation:")
        assert "$1: f32[2] = torch._ops.aten.sin.default($0)" in again
        assert "aten.exp.default($1)" in forward
        assert "(1 of 3 in original)" in forward
        assert "A different number of tensors was saved" in again
        assert "test_checkpoint.py" in forward


@compared
def test_groups_of_backwards(torch, say):
    ck, x = module(torch), leaf(torch)
    w = torch.tensor([3.0], requires_grad=True)
    runs = []

    def both(x, w):
        runs.append("run")
        return x.sin().exp(), w.cos().exp()

    for grouped in (True, False):
        a, b = ck.checkpoint(both, x, w, use_reentrant=False)
        with ck.GraphExecGroup() if grouped else contextlib.nullcontext():
            a.sum().backward()
            b.sum().backward()
        say(grouped, runs, x.grad, w.grad)
        runs.clear()
    y = ck.checkpoint(chain, x, use_reentrant=False).sum()
    with ck.GraphExecGroup():
        y.backward(retain_graph=True)
        say.refused(y.backward)
        say.refused(ck.GraphExecGroup().__enter__, first_words=8)
    y = ck.checkpoint(chain, x, use_reentrant=False).sum()
    y.backward()
    say(x.grad)


@compared
def test_selective(torch, say):
    ck, x = module(torch), torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    mm = torch.ops.aten.mm.default
    asked = []

    def policy(context, op, *args, **kwargs):
        asked.append((str(op), context.is_recompute, context.op_output is not None, len(args)))
        return ck.CheckpointPolicy.MUST_SAVE if op == mm else ck.CheckpointPolicy.PREFER_RECOMPUTE

    for given in (policy, [mm], lambda context, op, *args: op in [mm], []):
        x.grad = None
        contexts = functools.partial(ck.create_selective_checkpoint_contexts, given)
        y = ck.checkpoint(
            lambda a: (a @ a / 9).sin().exp(), x, use_reentrant=False, context_fn=contexts
        ).sum()
        y.backward(retain_graph=True)
        say(x.grad)
        if given != []:
            say.refused(y.backward)
    say(asked[:1])
    say.refused(ck.create_selective_checkpoint_contexts, 3)
    say.refused(ck.create_selective_checkpoint_contexts, [torch.mm], first_words=10)


def test_selected_results_are_not_computed_again():
    ck = module(rushlight)
    x = rushlight.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    aten = rushlight.ops.aten
    from rushlight.tape.observers import Observer

    class Counting(Observer):
        def __init__(self):
            super().__init__()
            self.names = []

        def compute(self, op, inputs, params):
            self.names.append(op.name)
            return self.below(op, inputs, params)

    counts = []
    for selected in ([], [aten.mm.default]):
        contexts = functools.partial(ck.create_selective_checkpoint_contexts, selected)
        y = ck.checkpoint(
            lambda a: (a @ a).sin().exp(),
            x,
            use_reentrant=False,
            early_stop=False,
            context_fn=contexts,
        )
        with Counting() as counting:
            rushlight.autograd.grad(y.sum(), x)
        counts.append((counting.names.count("mm"), counting.names.count("sin")))
    assert counts == [(1, 1), (0, 1)]


def test_selected_results_are_safe_from_writes():
    ck = module(rushlight)
    x = rushlight.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    contexts = functools.partial(
        ck.create_selective_checkpoint_contexts, [rushlight.ops.aten.mm.default]
    )

    def program(a):
        return (a @ a).mul_(2).sin()

    y = ck.checkpoint(program, x, use_reentrant=False, context_fn=contexts)
    (found,) = rushlight.autograd.grad(y.sum(), x)
    (expected,) = rushlight.autograd.grad(program(x).sum(), x)
    assert rushlight.equal(found, expected)


def test_selective_recomputation_that_differs():
    ck, x = module(rushlight), leaf(rushlight)
    contexts = functools.partial(
        ck.create_selective_checkpoint_contexts, [rushlight.ops.aten.exp.default]
    )
    program = fickle(rushlight, lambda torch, y: y.exp().sin(), lambda torch, y: y.tanh().sin())
    y = ck.checkpoint(program, x, use_reentrant=False, context_fn=contexts)
    with pytest.raises(
        RuntimeError, match=r"aten\.tanh\.default encountered during backward but not"
    ):
        y.sum().backward()


def test_memory_is_dropped_and_no_cycle_is_left():
    ck = module(rushlight)
    gc.disable()
    try:
        x = leaf(rushlight)
        seen = []

        def program(a):
            middle = a * 2
            seen.append(weakref.ref(middle))
            return middle.sin().exp()

        y = ck.checkpoint(program, x, use_reentrant=False)
        assert seen[0]() is None
        node = weakref.ref(y.grad_fn)
        y.sum().backward()
        del y
        assert node() is None
        assert all(each() is None for each in seen)
    finally:
        gc.enable()


def test_operations_by_name():
    aten = rushlight.ops.aten
    x = rushlight.tensor([1.0, 2.0])
    assert rushlight.equal(aten.add.Tensor(x, x), x + x)
    assert aten.mm is aten.mm.default
    assert repr(aten.mm.default) == repr(torch.ops.aten.mm.default)
    assert str(aten.conv_tbc.default) == "aten.conv_tbc.default"  # imported late
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        aten.nonsense
