"""`torch.autograd.graph`: nodes, edges, hooks over several gradients, writes to saved tensors."""

import gc
import inspect
import weakref

import pytest

import rushlight
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")


@compared
def test_nodes(torch, say):
    Node = torch.autograd.graph.Node
    x = torch.tensor([1.0], requires_grad=True)
    y = x * 2
    accumulate = y.grad_fn.next_functions[0][0]
    say(isinstance(y.grad_fn, Node), isinstance(accumulate, Node), isinstance(x, Node))
    say(issubclass(type(y.grad_fn), Node))


@compared
def test_edges(torch, say):
    edge = torch.autograd.graph.get_gradient_edge
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    _a, b = y.unbind()
    say(edge(x), edge(y), edge(b))
    say(edge(y).node is y.grad_fn, edge(y).output_nr, edge(b).output_nr, edge(y).ownership_token)
    say.refused(edge, torch.ones(2))
    e = edge(y)
    node, number, token = e
    say(node is e.node, number, token, isinstance(e, tuple))
    say(isinstance(e, torch.autograd.graph.GradientEdge), edge(x).node.variable is x)


def multi(torch, say, mode, run):
    a, b, c, d = (torch.tensor(float(i), requires_grad=True) for i in range(1, 5))
    p, q = a * b, c * d
    handle = torch.autograd.graph.register_multi_grad_hook(
        (a, b, c, d), lambda gs: say("called", gs), mode=mode
    )
    run(p, q, (a, b, c, d))
    handle.remove()
    (p + q).backward()


@compared
def test_multi_grad_hooks(torch, say):
    for mode in ("all", "any"):
        multi(torch, say, mode, lambda p, q, _: (p + q).backward(retain_graph=True))
        multi(torch, say, mode, lambda p, q, _: p.backward(retain_graph=True))
        multi(torch, say, mode, lambda p, q, _: [(p + q).backward(retain_graph=True) for _ in "ab"])
        multi(
            torch,
            say,
            mode,
            lambda p, q, t: (p * q).backward(inputs=[t[0], t[2]], retain_graph=True),
        )


@compared
def test_multi_grad_hooks_inside_the_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 2, x * 3
    torch.autograd.graph.register_multi_grad_hook((y, z), lambda gs: say("all", gs))
    torch.autograd.graph.register_multi_grad_hook((y, z), lambda g: say("any", g), mode="any")
    (y * z).sum().backward(retain_graph=True)
    say(torch.autograd.grad((y * z).sum(), x, retain_graph=True))
    y.sum().backward()


@compared
def test_wrong_multi_grad_hooks(torch, say):
    register = torch.autograd.graph.register_multi_grad_hook
    x = torch.tensor([1.0], requires_grad=True)
    say.refused(lambda: register([x], print, mode="some"))
    say.refused(lambda: register([x, torch.ones(1)], print))
    register([], print)


@compared
def test_increment_version(torch, say):
    increment = torch.autograd.graph.increment_version
    x, y = torch.ones(2), torch.ones(2)
    increment(x)
    increment([x, y])
    say(x._version, y._version)
    say.refused(increment, 3)
    say.refused(increment, [3])
    a = torch.ones(2, requires_grad=True)
    z = a * x
    increment(x)
    say.refused(z.sum().backward)


@compared
def test_mutation_of_saved_tensors(torch, say):
    allow = torch.autograd.graph.allow_mutation_on_saved_tensors
    with allow():
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        b = a.clone()
        out = (b**2).sum() + b.exp().sum()
        b.sin_()
        c = b * b
        b.mul_(3)
        b[0] = 100.0
        out.backward(retain_graph=True)
        say(a.grad)
        a.grad = None
        (out + c.sum()).backward()
        say(a.grad)


@compared
def test_mutation_of_views_and_bases(torch, say):
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        w = torch.tensor([3.0, 4.0])
        y = a[:1] * w[:1]
        z = a * w
        w[0] = 7.0
        w.zero_()
        (y.sum() + z.sum()).backward()
        say(a.grad)


@compared
def test_limits_of_allowed_mutation(torch, say):
    allow = torch.autograd.graph.allow_mutation_on_saved_tensors
    with allow():
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        b = a.clone()
        inside = (b**2).sum()
        b.sin_()
    say.refused(inside.backward)

    def nested():
        with allow(), allow():
            pass

    say.refused(nested)
    b = a.clone()
    out = (b**2).sum()
    with allow():
        b.sin_()
        say.refused(out.backward)


def test_allowed_mutation_keeps_nothing_alive():
    with rushlight.autograd.graph.allow_mutation_on_saved_tensors():
        x = rushlight.ones(3, requires_grad=True)
        y = x.exp()
        array = weakref.ref(y.array)
        out = y.sum()
        del y
        out.backward()
        gc.collect()
        assert array() is None


@compared
def test_save_on_cpu(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for pin in (False, True):
        with torch.autograd.graph.save_on_cpu(pin_memory=pin):
            y = (x * x).exp().sum()
        y.backward()
        say(x.grad)


@compared
def test_accepted_settings(torch, say):
    say(torch.autograd.graph.set_warn_on_accumulate_grad_stream_mismatch(False))


@compared
def test_variable(torch, say):
    Variable = torch.autograd.Variable
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    say(isinstance(x, Variable), isinstance(3, Variable), isinstance(x * 2, Variable))
    say(Variable(x), Variable(x, requires_grad=True), Variable(x * 2, True), Variable())
    say(Variable(x).data_ptr() == x.data_ptr(), Variable(x)._base, Variable(x) is x)
    a = torch.ones(2)
    b = Variable(a)
    a.add_(1)
    say(b, b._version)
    say.warned(lambda: say(Variable(a, volatile=True)))
    say.refused(Variable, 3)
    say.refused(lambda: Variable(torch.tensor([1]), requires_grad=True))
    say(torch.autograd.variable.Variable is Variable)


def test_public_names():
    """Every public name is PyTorch's, with PyTorch's parameters."""
    ours, theirs = rushlight.autograd.graph, torch.autograd.graph
    assert set(ours.__all__) == set(theirs.__all__)
    for name in ours.__all__:
        if inspect.isfunction(getattr(theirs, name)):
            ours_, theirs_ = (inspect.signature(getattr(m, name)) for m in (ours, theirs))
            assert list(ours_.parameters) == list(theirs_.parameters), name


def test_autograd_names():
    assert set(rushlight.autograd.__all__) >= set(torch.autograd.__all__)
