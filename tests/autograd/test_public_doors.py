"""The small public doors of autograd: names, settings, the engine, handles of hooks."""

import copy
import importlib
import pickle
from collections import OrderedDict

import pytest

import rushlight
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")

MODULES = (
    "autograd",
    "autograd.anomaly_mode",
    "autograd.forward_ad",
    "autograd.function",
    "autograd.functional",
    "autograd.grad_mode",
    "autograd.gradcheck",
    "autograd.graph",
    "autograd.variable",
    "profiler",
    "utils.checkpoint",
    "utils.hooks",
)
# What is not there, and why.
ABSENT = {
    "autograd.gradcheck": {
        "get_analytical_jacobian",  # deprecated in PyTorch, and not to be called
        "get_numerical_jacobian",
        "get_numerical_jacobian_wrt_specific_input",
    },
    "profiler": {"ExecutionTraceObserver"},  # replays PyTorch's own operators
    "utils.hooks": {"BackwardHook"},
}


def part(torch, name):
    return importlib.import_module(f"{torch.__name__}.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_every_exported_name(name):
    ours = part(rushlight, name)
    missing = {each for each in part(torch, name).__all__ if not hasattr(ours, each)}
    assert missing <= ABSENT.get(name, set())
    assert all(hasattr(ours, each) for each in ours.__all__)


@compared
def test_settings_that_are_accepted(torch, say):
    autograd = torch.autograd
    modes = {
        "multithreading": (autograd.set_multithreading_enabled, autograd.is_multithreading_enabled),
        "view replay": (autograd._force_original_view_tracking, autograd.is_view_replay_enabled),
    }
    for name, (mode, asked) in modes.items():
        before = asked()
        with mode(not before):
            say(name, asked())
        say(asked())
        mode(not before)
        say(asked())
        mode(before)
        say.refused(mode, 3)
    decorated = autograd.set_multithreading_enabled(False)(autograd.is_multithreading_enabled)
    say(decorated(), autograd.is_multithreading_enabled())
    autograd.set_multithreading_enabled(True)
    with autograd.enforce_grad_layout_policy(False):
        say("inside")
    autograd.enforce_grad_layout_policy()
    say.refused(autograd.enforce_grad_layout_policy, 3)
    graph = autograd.graph
    for function in (
        graph.set_warn_on_accumulate_grad_stream_mismatch,
        graph.set_override_stale_capture_stream,
    ):
        say(function(False))
        say.refused(function, 3)
    say.refused(graph.region_activation_memory_budget, 2)
    say.refused(graph.region_activation_memory_budget, 0.5)


@compared
def test_writes_that_are_not_counted(torch, say):
    preserve = torch.autograd._unsafe_preserve_version_counter
    a, b = torch.ones(2), torch.ones(2)
    b.add_(1)
    with preserve(a):
        a.add_(1)
    with preserve((a, b)):
        a.mul_(3)
        b.mul_(3)
        a[0].zero_()
    say(a, b, a._version, b._version)
    x = torch.ones(2, requires_grad=True)
    c = torch.tensor([2.0, 3.0])
    y = (x * c).sum()
    with preserve(c):
        c.zero_()
        c.copy_(torch.tensor([5.0, 6.0]))
    y.backward()
    say(x.grad)
    say.refused(preserve, 3)
    say.refused(preserve, [a])


@compared
def test_the_engine(torch, say):
    engine = torch.autograd.Variable._execution_engine
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    g = (torch.ones(2),)
    say(engine.run_backward((y,), g, True, False, (), allow_unreachable=True, accumulate_grad=True))
    say(x.grad)
    say(engine.run_backward((y,), g, True, False, (x,), True, accumulate_grad=False), x.grad)
    calls = []
    y.register_hook(lambda g: engine.queue_callback(lambda: calls.append("called")))
    y.sum().backward()
    say(calls)
    say.refused(engine.queue_callback, print)


@compared
def test_inference_and_warn_always(torch, say):
    with torch.inference_mode():
        x = torch.ones(1)
    say(torch.is_inference(x), torch.is_inference(torch.ones(1)))
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    say(torch.is_warn_always_enabled())
    torch.set_warn_always(before)
    say(torch.is_warn_always_enabled() == before)
    say.refused(torch.set_warn_always, 3)


@compared
def test_handles(torch, say):
    hooks = part(torch, "utils.hooks")
    table, extra, more = OrderedDict(), OrderedDict(), OrderedDict()
    for given in (None, extra, [extra, more]):
        handle = hooks.RemovableHandle(table, extra_dict=given)
        for each in (table, extra, more):
            each[handle.id] = "hook"
        handle.remove()
        say(len(table), len(extra), len(more))
        handle.remove()
        extra.clear(), more.clear()
    first, second = hooks.RemovableHandle(table), hooks.RemovableHandle(table)
    say(second.id - first.id, hooks.RemovableHandle.next_id - second.id)
    with first as entered:
        table[first.id] = "hook"
        say(entered is first, len(table))
    say(len(table))
    say.refused(hooks.RemovableHandle, {})
    x = torch.ones(2, requires_grad=True)
    handles = [x.register_hook(lambda g: g), (x * 2).register_hook(lambda g: g)]
    handles += [(x * 2).grad_fn.register_hook(lambda a, b: None)]
    handles += [x.register_post_accumulate_grad_hook(lambda t: None)]
    say([isinstance(h, hooks.RemovableHandle) for h in handles])
    say([type(h).__name__ for h in handles])


def copies(torch, function):
    hooks = part(torch, "utils.hooks")
    table = OrderedDict()
    handle = hooks.RemovableHandle(table)
    table[handle.id] = "hook"
    again_table, again = function((table, handle))
    same_id = again.id == handle.id
    again.remove()
    return same_id, len(table), len(again_table), len(again.__getstate__())


@pytest.mark.parametrize("how", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_handles_belong_to_copies_of_tables(how):
    assert copies(rushlight, how) == copies(torch, how)


@compared
def test_hooks_that_are_not_saved(torch, say):
    hooks = part(torch, "utils.hooks")
    x = torch.ones(2, requires_grad=True)

    def hook(g):
        return g

    handle = x.register_hook(hook)
    handle.remove()
    x.register_hook(hooks.unserializable_hook(hook))
    say.warned(hooks.warn_if_has_hooks, x)
    say(hook.__torch_unserializable__)


def test_hooks_that_are_lost():
    x = rushlight.ones(2, requires_grad=True)
    x.register_hook(print)
    hooks = part(rushlight, "utils.hooks")
    with pytest.warns(UserWarning, match="backward hook <built-in function print> on tensor will"):
        hooks.warn_if_has_hooks(x)


@compared
def test_integers_have_no_gradient(torch, say):
    x = torch.ones(1, dtype=torch.int64)
    say.refused(lambda: setattr(x, "requires_grad", True))
    say.refused(x.requires_grad_)
    say.refused(lambda: torch.tensor([1], requires_grad=True))


@compared
def test_the_dtype_of_a_gradient(torch, say):
    x = torch.ones(2, requires_grad=True)
    say(x.grad_dtype)
    x.grad_dtype = torch.float64
    (x * 2).sum().backward()
    say(x.grad, x.grad_dtype, torch.autograd.grad((x * 2).sum(), x))
    say.refused(lambda: setattr(x, "grad_dtype", torch.float16))
    x.grad = None
    say.refused(lambda: setattr(x, "grad", torch.ones(2)))
    x.grad_dtype = None
    x.grad = torch.ones(2).half()
    say(x.grad, x.grad_dtype)
    y = x * 2
    say.refused(lambda: y.grad_dtype)
    z = torch.ones(2)
    say.refused(lambda: setattr(z, "grad_dtype", 3))
    w = torch.ones(2, requires_grad=True)
    total = w.sum()
    w.grad_dtype = torch.float64
    w.register_hook(lambda g: say(g))
    w.register_post_accumulate_grad_hook(lambda t: say(t.grad))
    total.backward(retain_graph=True)
    total.backward()
    say(w.grad, w.detach().grad_dtype)


@compared
def test_hooks_and_functions_misused(torch, say):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

    class Written(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.add_(1)

    x = torch.ones(2, requires_grad=True)
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        function = Same()
    say.refused(lambda: function(x))
    say.refused(lambda: Written.apply((x * 1).unbind()[0]))
    y = x * 2
    say(y._backward_hooks)
    handle = y.register_hook(lambda g: g)
    say(len(y._backward_hooks))
    handle.remove()
    say(len(y._backward_hooks))
    saved = x.exp().grad_fn._raw_saved_result
    say.refused(lambda: saved.register_hooks(1, 2), first_words=5)
    say.refused(lambda: torch.autograd.grad(x.sum(), x, is_grads_batched=True))


@compared
def test_hooks_pushed_and_popped(torch, say):
    core = torch._C._autograd
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    say(core._saved_tensors_hooks_is_enabled())
    core._push_saved_tensors_default_hooks(lambda t: say("pack") or t * 2, lambda t: t)
    y = x.exp()
    core._pop_saved_tensors_default_hooks()
    z = x.exp()
    (y + z).sum().backward()
    say(x.grad.tolist())
    with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
        say(core._saved_tensors_hooks_is_enabled())
        try:
            core._push_saved_tensors_default_hooks(lambda t: t, lambda t: t)
        except RuntimeError as error:
            say(str(error))
