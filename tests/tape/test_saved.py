"""Saved values: checked against later writes, freed by backward, packed by hooks."""

import gc
import weakref

import rushlight
from tests.tape.transcript import compared, without_collector


@compared
def test_saved_attributes(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = x * w
    say(y.grad_fn._saved_other is w, y.grad_fn._saved_self)
    y = w * x
    say(y.grad_fn._saved_self is w, y.grad_fn._saved_other)
    y = x.exp()
    say(y.grad_fn._saved_result, y.grad_fn._saved_result.grad_fn is y.grad_fn)
    y = (x * x).sum()
    say(y.grad_fn._saved_self_sym_sizes)
    y = x**3
    say(y.grad_fn._saved_self is x, y.grad_fn._saved_exponent)


@compared
def test_written_to_since(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    programs = {
        "leaf operand": lambda w: (x * w, w),
        "result": lambda w: (lambda y: (y * 2, y))((x * 1).exp()),
        "view of it": lambda w: (x * w, w[:1]),
        "matrix": lambda w: (x @ w, w),
    }
    for name, program in programs.items():
        out, written = program(torch.tensor([3.0, 4.0]))
        written.add_(1)
        say(name)
        say.refused(out.sum().backward)
    y = x * 2
    z = y * y
    y += 1
    y *= 3
    say.refused(z.sum().backward)


@compared
def test_unharmed_by_writes_to_what_is_not_saved(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = x + w
    w.zero_()
    y.sum().backward()
    say(x.grad)
    a = torch.tensor([3.0, 4.0], requires_grad=True)
    b = torch.tensor([5.0, 6.0])
    p = a * 1
    y = p * b
    p.zero_()
    y.sum().backward()
    say(a.grad)


@compared
def test_freed(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.sum().backward()
    say.refused(lambda: y.grad_fn._saved_self)
    say.refused(y.sum().backward)
    y = x.exp()
    torch.autograd.grad(y.sum(), x)
    say.refused(lambda: torch.autograd.grad(y.sum(), x))
    say.refused(lambda: y.grad_fn(torch.ones(2)))


def counting(say):
    def pack(t):
        say("pack", t.detach())
        return t.detach() * 1

    def unpack(t):
        say("unpack", t)
        return t

    return pack, unpack


@compared
def test_hooks_pack_and_unpack(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    with torch.autograd.graph.saved_tensors_hooks(*counting(say)):
        y = x * w
        z = y.exp()
        out = (z / w).sum()
    say("backward")
    out.backward()
    say(x.grad)
    x * w
    say("outside")


@compared
def test_innermost_hooks_win(torch, say):
    hooks = torch.autograd.graph.saved_tensors_hooks
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def tracing(name):
        return hooks(lambda t: say(name) or t, lambda t: t)

    with tracing("outer"):
        x * x
        with tracing("inner"):
            y = x * x
        x.exp()
    y.sum().backward()
    say(x.grad)


@compared
def test_packed_values_need_not_be_tensors(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
        y = (x * x).exp().sum()
    y.backward()
    say(x.grad)


@compared
def test_packed_values_serve_second_derivatives(torch, say):
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
        y = x * x
        z = y.exp() * y
    (g,) = torch.autograd.grad(z.sum(), x, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), x))


@compared
def test_what_hooks_see(torch, say):
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    seen = []

    def pack(t):
        seen.append((t is x, t.requires_grad, t.is_leaf, torch.is_grad_enabled()))
        return t.detach()

    def unpack(t):
        seen.append(torch.is_grad_enabled())
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * x).exp()
    say(seen)
    say(y.grad_fn._saved_result, y.grad_fn.next_functions[0][0]._saved_self.detach())
    y.sum().backward()
    say(seen[4:])


@compared
def test_hooks_are_not_told_of_later_writes(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = x * w
    w.zero_()
    y.sum().backward()
    say(x.grad)


@compared
def test_wrong_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    hooks = torch.autograd.graph.saved_tensors_hooks

    def program(pack, unpack):
        with hooks(pack, unpack):
            y = x * x
        y.sum().backward()

    say.refused(program, lambda t: t.add_(1), lambda t: t)
    say.refused(program, lambda t: 1 / 0, lambda t: t)
    say.refused(program, lambda t: 3, lambda n: n)
    say.refused(program, lambda t: t, lambda t: None)
    say.refused(program, lambda t: t, lambda t: 1 / 0)
    say(x * x)


@compared
def test_disabled_hooks(torch, say):
    graph = torch.autograd.graph
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def inside():
        with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            return x * x

    def around():
        hooks = graph.saved_tensors_hooks(lambda t: t, lambda t: t)
        with hooks, graph.disable_saved_tensors_hooks("not here"):
            pass

    with graph.disable_saved_tensors_hooks("not now"):
        say.refused(inside)
        with graph.disable_saved_tensors_hooks("nor here"):
            say.refused(inside)
        say.refused(inside)
        say(x * x)
    say(inside())
    say.refused(around)


@compared
def test_raw_saved_tensors(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = x * w
    raw = y.grad_fn._raw_saved_other
    raw.register_hooks(lambda t: t * 10, lambda t: t)
    say(y.grad_fn._saved_other)
    say.refused(raw.register_hooks, lambda t: t, lambda t: t)
    say.refused(y.grad_fn._raw_saved_self.register_hooks, lambda t: t, lambda t: t)
    y.sum().backward()
    say(x.grad)
    say.refused(raw.register_hooks, lambda t: t, lambda t: t)


def test_packing_a_result_as_it_is_closes_no_cycle():
    def act():
        x = rushlight.ones(2, requires_grad=True)
        with rushlight.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            y = x.exp()
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None

    without_collector(act)


def test_packed_values_are_freed_by_backward():
    kept = []

    class Parcel:
        def __init__(self, t):
            self.t = t.detach()
            kept.append(weakref.ref(self))

    x = rushlight.ones(2, requires_grad=True)
    with rushlight.autograd.graph.saved_tensors_hooks(Parcel, lambda p: p.t):
        y = x.exp() * x
    assert all(k() is not None for k in kept)
    y.sum().backward()
    gc.collect()
    assert [k() for k in kept] == [None] * len(kept)


@compared
def test_saved_tensor_that_was_detached(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = y * y
    w = y + 1
    y.detach_()
    say.refused(z.sum().backward)
    w.sum().backward()
    say(x.grad)


@compared
def test_leaf_that_was_given_a_history(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x + 1
    x.detach_()
    x.mul_(y)
    say(x)
    say.refused(x.sum().backward)
