"""Programs about saved values, copies and modes, run by both libraries."""

import copy
import inspect
import pickle

from tests.tape.transcript import compared


@compared
def test_nested_hooks(torch, say):
    g = torch.autograd.graph
    log = []

    def mk(n):
        return (lambda t: (log.append("pack" + n), t.clone())[1]), (
            lambda t: (log.append("un" + n), t)[1]
        )

    x = torch.ones(2, requires_grad=True)
    with g.saved_tensors_hooks(*mk("a")):
        y = x.exp()
        with g.saved_tensors_hooks(*mk("b")):
            z = y * y
        w = z.sin()
    w.sum().backward()
    say(log)
    say(x.grad)


@compared
def test_a_write_after_packing_as_is(torch, say):
    x = torch.ones(2, requires_grad=True)
    a = x.clone()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = a * a
    a.add_(1)
    say.refused(lambda: y.sum().backward())
    say(x.grad)


@compared
def test_a_write_after_packing_a_copy(torch, say):
    x = torch.ones(2, requires_grad=True)
    a = x.clone()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = a * a
    a.add_(1)
    y.sum().backward()
    say(x.grad)


@compared
def test_a_write_to_a_packed_result(torch, say):
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x.exp()
    y.mul_(2)
    say.refused(lambda: y.sum().backward())


@compared
def test_pack_hooks_that_do_wrong(torch, say):
    x = torch.ones(2, requires_grad=True)
    for p in (lambda t: t.add_(1), lambda t: 1 / 0, lambda: 0, lambda t: None):
        with torch.autograd.graph.saved_tensors_hooks(p, lambda t: torch.ones(2)):
            try:
                y = x.exp()
                say("made")
                y.sum().backward()
                say(x.grad)
            except Exception as e:
                say(
                    type(e).__name__,
                    str(e).split("\n")[0][:200].replace("prog", "").split("<lambda>")[-1],
                )
        x.grad = None


@compared
def test_save_on_cpu_and_a_write(torch, say):
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.graph.save_on_cpu():
        y = x.exp()
        say(type(y.grad_fn._raw_saved_result).__name__)
        y.mul_(2)
    y.sum().backward()
    say(x.grad)


@compared
def test_access_after_free(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    z = y * y
    z.sum().backward()
    say.refused(lambda: y.grad_fn._saved_result)
    say.refused(lambda: z.grad_fn._saved_self)
    say.refused(lambda: z.grad_fn._raw_saved_self)
    say.refused(lambda: z.sum().backward())
    w = x.sum()
    w.backward()
    say(w.grad_fn._saved_self_sym_sizes)
    w.backward()
    say(x.grad)


@compared
def test_retained_graph(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.sum().backward(retain_graph=True)
    say(y.grad_fn._saved_result)
    y.sum().backward()
    say(x.grad)
    say.refused(lambda: torch.autograd.grad(y.sum(), x))


@compared
def test_a_graph_freed_in_parts(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    a = y.sin()
    b = y.cos()
    torch.autograd.grad(a.sum(), y)
    torch.autograd.grad(b.sum(), x)
    say.refused(lambda: torch.autograd.grad(a.sum(), x))


@compared
def test_mutation_allowed(torch, say):
    g = torch.autograd.graph
    with g.allow_mutation_on_saved_tensors() as ctx:
        a = torch.ones(2, requires_grad=True)
        b = a.clone()
        out = (b**2).sum()
        b.sin_()
        (g1,) = torch.autograd.grad(out, a)
        say(g1)
        say(type(ctx).__name__)
        ctx.clear()
        c = a.clone()
        o = c.exp()
        c.mul_(3)
        v = o.view(2)
        v.add_(1)
        say.refused(lambda: o.sum().backward())
        say(a.grad)
    say.refused(lambda: nested())

    def nested():
        with g.allow_mutation_on_saved_tensors(), g.allow_mutation_on_saved_tensors():
            pass

    say.refused(nested)


@compared
def test_mutation_allowed_and_left(torch, say):
    g = torch.autograd.graph
    a = torch.ones(2, requires_grad=True)
    with g.allow_mutation_on_saved_tensors():
        b = a.clone()
        out = (b**2).sum()
        b.sin_()
    say.refused(lambda: out.backward())
    say(a.grad)


@compared
def test_mutation_of_every_kind(torch, say):
    g = torch.autograd.graph
    a = torch.ones(2, requires_grad=True)
    with g.allow_mutation_on_saved_tensors():
        b = a.clone()
        out = b * b
        b[0] = 5.0
        torch.add(a.detach(), 1, out=torch.empty(2))
        b.zero_()
        out.sum().backward()
    say(a.grad)


@compared
def test_hooks_and_second_derivatives(torch, say):
    x = torch.ones(2, requires_grad=True)
    n = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: (n.append(1), t.clone())[1], lambda t: t
    ):
        y = x.exp() * x
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        say(len(n))
        (h,) = torch.autograd.grad(g.sum(), x)
    say(g, h)


@compared
def test_what_hooks_are_shown(torch, say):
    x = torch.ones(2, requires_grad=True)
    w = torch.full((2,), 3.0)
    n = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: (n.append((t.tolist(), t.requires_grad, t.grad_fn is None, t.is_leaf)), t)[1],
        lambda t: t,
    ):
        (x * w)
        (x * x.exp())
        x.pow(2)
        x.sqrt()
    say(n)


@compared
def test_versions_by_hand(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    with torch.autograd._unsafe_preserve_version_counter(y), torch.no_grad():
        y.add_(1)
    y.sum().backward()
    say(x.grad)
    z = x.exp()
    torch.autograd.graph.increment_version(z)
    say(z._version)
    say.refused(lambda: z.sum().backward())
    torch.autograd.graph.increment_version([x, x])
    say(x._version)
    say.refused(lambda: torch.autograd.graph.increment_version(3))
    say.refused(lambda: torch.autograd.graph.increment_version([3]))


@compared
def test_writes_through_views_of_results(torch, say):
    x = torch.ones(4, requires_grad=True)
    y = x.exp()
    y[:2].mul_(2)
    say.refused(lambda: y.sum().backward())
    x = torch.ones(4, requires_grad=True)
    y = x.exp()
    y.detach().mul_(2)
    say.refused(lambda: y.sum().backward())
    x = torch.ones(4, requires_grad=True)
    y = x.exp()
    y.data.mul_(2)
    y.sum().backward()
    say(x.grad)


@compared
def test_raw_saved_tensors_of_functions(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(x, None, y)
            return y

        @staticmethod
        def backward(ctx, g):
            _, b, c = ctx.saved_tensors
            say(b)
            return g * c

    x = torch.ones(2, requires_grad=True)
    y = F.apply(x)
    say(len(y.grad_fn._raw_saved_tensors))
    say(y.grad_fn.saved_tensors)
    y.grad_fn._raw_saved_tensors[0].register_hooks(lambda t: t * 2, lambda t: t / 2)
    say.refused(
        lambda: y.grad_fn._raw_saved_tensors[1].register_hooks(lambda t: t * 2, lambda t: t / 2)
    )
    y.sum().backward()
    say(x.grad)
    say.refused(lambda: y.grad_fn.saved_tensors)
    say.refused(lambda: y.grad_fn._raw_saved_tensors)


@compared
def test_copies_and_pickles(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    say.refused(lambda: copy.deepcopy(y))
    say.refused(lambda: copy.deepcopy(y.grad_fn))
    say.refused(lambda: pickle.dumps(y.grad_fn))
    say(copy.deepcopy(x), pickle.loads(pickle.dumps(x)))
    say(pickle.loads(pickle.dumps(y)))
    say(copy.copy(y))
    x.grad = torch.ones(2)
    z = copy.deepcopy(x)
    say(z.grad, z.grad is x.grad)
    say(pickle.loads(pickle.dumps(x)).grad)
    with torch.inference_mode():
        i = torch.ones(2)
    say(copy.deepcopy(i).is_inference())

    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    w = F.apply(x)
    say(pickle.loads(pickle.dumps(w)))
    say.refused(lambda: copy.deepcopy(w))
    p = torch.nn.Parameter(torch.ones(2))
    say(type(copy.deepcopy(p)).__name__, copy.deepcopy(p).requires_grad)
    say(copy.deepcopy([x, x])[0] is copy.deepcopy([x, x])[1])
    l = copy.deepcopy([x, x])
    say(l[0] is l[1])
    a = torch.ones(4)
    v = a[:2]
    b, w = copy.deepcopy([a, v])
    w.add_(1)
    say(b, w)


@compared
def test_modes_around_generators(torch, say):
    for mode in (
        torch.no_grad,
        torch.enable_grad,
        torch.inference_mode,
        lambda: torch.set_grad_enabled(False),
    ):

        @mode()
        def g():
            a = yield torch.is_grad_enabled()
            say("sent", a)
            try:
                yield torch.is_inference_mode_enabled()
            except ValueError:
                say("thrown", torch.is_grad_enabled())
            finally:
                say("fin", torch.is_grad_enabled())
            return 5

        it = g()
        say(next(it))
        say(torch.is_grad_enabled())
        say(it.send(3))
        try:
            it.throw(ValueError("x"))
        except StopIteration as e:
            say("stop", e.value)
        say(torch.is_grad_enabled())
        it = g()
        next(it)
        it.close()
        say(inspect.isgeneratorfunction(g))


OPERATIONS = {
    "mul": lambda x, w: x * w,
    "div": lambda x, w: x / w,
    "pow": lambda x, w: x**3,
    "exp": lambda x, w: x.exp(),
    "relu": lambda x, w: x.relu(),
    "lerp": lambda x, w: x.lerp(w, 0.5) * w,
}
UNPACKED = {
    "double": lambda t: t.double(),
    "half": lambda t: t.half(),
    "long": lambda t: t.long(),
    "longer": lambda t: t[None].expand(2, *t.shape),
    "first": lambda t: t.reshape(-1)[:1],
    "nothing": lambda t: None,
}


@compared
def test_gradients_are_like_inputs_whatever_was_unpacked(torch, say):
    for operation in OPERATIONS.values():
        for unpacked in UNPACKED.values():
            x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
            w = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
            with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), unpacked):
                y = operation(x, w)
            say.refused(lambda y=y: y.sum().backward())
            say(x.grad, w.grad)
