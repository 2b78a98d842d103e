"""Hooks of every kind together: their order, what they may do, and what is left after errors."""

from tests.tape.transcript import compared


def leaf(torch, *values):
    return torch.tensor(values or [1.0, 2.0], requires_grad=True)


class Stop(Exception):
    pass


@compared
def test_order_of_all_kinds(torch, say):
    x = leaf(torch)
    y = x * 2
    acc = y.grad_fn.next_functions[0][0]
    z = y.sin()
    for i in range(2):
        x.register_hook(lambda g, i=i: say("x", i, g))
        x.register_post_accumulate_grad_hook(lambda p, i=i: say("post acc", i, p.grad))
        acc.register_prehook(lambda gs, i=i: say("acc pre", i, gs))
        acc.register_hook(lambda gi, go, i=i: say("acc post", i, gi, go))
        y.register_hook(lambda g, i=i: say("y", i, g))
        y.grad_fn.register_prehook(lambda gs, i=i: say("y pre", i, gs))
        y.grad_fn.register_hook(lambda gi, go, i=i: say("y post", i, gi, go))
    y.retain_grad()
    torch.autograd.graph.register_multi_grad_hook((x, y), lambda gs: say("all", gs))
    torch.autograd.graph.register_multi_grad_hook((x, y), lambda g: say("any", g), mode="any")
    z.sum().backward()
    say(y.grad, x.grad)


@compared
def test_order_between_nodes(torch, say):
    x = leaf(torch)
    a, b = x * 2, x * 3
    c = a * b
    for name, t in (("x", x), ("a", a), ("b", b), ("c", c)):
        t.register_hook(lambda g, name=name: say(name, g))
    c.sum().backward()


@compared
def test_changes_are_seen_by_the_next(torch, say):
    x = leaf(torch)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: say("second", g))
    y.retain_grad()
    y.register_hook(lambda g: g + 1)
    y.grad_fn.register_prehook(lambda gs: (gs[0] * 2,))
    y.grad_fn.register_hook(lambda gi, go: say("post", gi, go))
    y.sum().backward()
    say(y.grad, x.grad)


@compared
def test_a_hook_that_raises_leaves_things_usable(torch, say):
    def fail(*args):
        raise Stop("no")

    x, w = leaf(torch), leaf(torch)
    for place in ("tensor", "pre", "post", "leaf", "accumulated", "acc"):
        x.grad = w.grad = None
        y = x * w
        z = y.exp()
        acc = y.grad_fn.next_functions[0][0]
        handle = {
            "tensor": lambda: y.register_hook(fail),
            "pre": lambda: y.grad_fn.register_prehook(fail),
            "post": lambda: y.grad_fn.register_hook(fail),
            "leaf": lambda: x.register_hook(fail),
            "accumulated": lambda: x.register_post_accumulate_grad_hook(fail),
            "acc": lambda: acc.register_prehook(fail),
        }[place]()
        say.refused(lambda: z.sum().backward(retain_graph=True))
        say(place, x.grad)
        handle.remove()
        x.grad = w.grad = None
        z.sum().backward()
        say(x.grad, w.grad)


@compared
def test_hooks_that_remove_and_add(torch, say):
    x = leaf(torch)
    handles = {}

    def once(g):
        say("once", g)
        handles["once"].remove()

    def adds(g):
        say("adds", g)
        x.register_hook(lambda g: say("added", g))

    handles["once"] = x.register_hook(once)
    x.register_hook(adds)
    for _ in range(3):
        x.sum().backward()
    say(x.grad)


@compared
def test_backward_inside_a_hook(torch, say):
    x, w = leaf(torch), leaf(torch, 3.0)

    def inner(g):
        say("grad mode", torch.is_grad_enabled())
        with torch.enable_grad():
            (w * w).sum().backward()
        say(w.grad)

    y = x * 2
    y.register_hook(inner)
    y.grad_fn.register_hook(lambda gi, go: inner(go))
    x.register_post_accumulate_grad_hook(lambda p: inner(p.grad))
    y.sum().backward()
    say(x.grad, w.grad)


@compared
def test_backward_over_the_same_leaf_inside_a_hook(torch, say):
    x = leaf(torch)

    def inner(g):
        with torch.enable_grad():
            (x * 10).sum().backward()

    y = x * 2
    y.register_hook(inner)
    y.sum().backward()
    say(x.grad)


@compared
def test_retained_through_writes(torch, say):
    x = leaf(torch)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.register_hook(lambda g: say("after", g))
    y.sin().sum().backward()
    say(y.grad, x.grad, y.retains_grad)
    z = x * 2
    v = z[0]
    z.retain_grad()
    v.mul_(5)
    z.sum().backward()
    say(z.grad, x.grad)


@compared
def test_hooks_before_and_after_a_write(torch, say):
    x = leaf(torch)
    y = x * 2
    y.register_hook(lambda g: say("before", g))
    y.mul_(3)
    y.register_hook(lambda g: say("after", g))
    v = y[0]
    v.register_hook(lambda g: say("view", g))
    y[1:].mul_(7)
    y.register_hook(lambda g: say("last", g))
    y.sum().backward()
    say(x.grad)


@compared
def test_multi_grad_hooks(torch, say):
    for mode in ("all", "any"):
        x, w, u = leaf(torch), leaf(torch), leaf(torch)
        handle = torch.autograd.graph.register_multi_grad_hook(
            (x, w, u), lambda g, mode=mode: say(mode, g), mode=mode
        )
        (x * w).sum().backward()
        (x * w + u).sum().backward()
        (u * u).sum().backward(inputs=[u])
        handle.remove()
        (x * w).sum().backward()


@compared
def test_queued_callbacks(torch, say):
    engine = torch.autograd.Variable._execution_engine
    x = leaf(torch)

    def queue(g):
        say("hook")
        engine.queue_callback(lambda: say("callback", x.grad))
        engine.queue_callback(lambda: engine.queue_callback(lambda: say("nested")))

    y = x * 2
    y.register_hook(queue)
    y.sum().backward()
    say.refused(engine.queue_callback, lambda: None)


@compared
def test_a_callback_that_raises(torch, say):
    engine = torch.autograd.Variable._execution_engine
    x = leaf(torch)

    def fail():
        raise Stop("callback")

    def queue(g):
        engine.queue_callback(fail)
        engine.queue_callback(lambda: say("second"))

    x.register_hook(queue)
    say.refused((x * 2).sum().backward)
    say(x.grad)


@compared
def test_hooks_and_grad_of_inputs(torch, say):
    x = leaf(torch)
    y = x * 2
    x.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: g * 100)
    x.register_post_accumulate_grad_hook(lambda p: say("never"))
    y.grad_fn.register_prehook(lambda gs: say("pre"))
    say(torch.autograd.grad(y.sum(), x, retain_graph=True))
    say(torch.autograd.grad(y.sum(), y, retain_graph=True))
    acc = y.grad_fn.next_functions[0][0]
    acc.register_prehook(lambda gs: say("acc pre", gs))
    say(torch.autograd.grad(y.sum(), x))


@compared
def test_hooks_under_create_graph(torch, say):
    x = leaf(torch)
    y = x**3
    y.register_hook(lambda g: g * x)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), x))


@compared
def test_post_accumulate_may_clear_the_gradient(torch, say):
    x = leaf(torch)

    def step(p):
        with torch.no_grad():
            p.sub_(p.grad)
        p.grad = None

    x.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        (x * x).sum().backward()
        say(x, x.grad, x._version)


@compared
def test_no_hooks_where_no_gradient_flows(torch, say):
    x, w = leaf(torch), leaf(torch)
    y = x * 2
    y.register_hook(lambda g: say("never"))
    w.register_hook(lambda g: say("w", g))
    w.register_post_accumulate_grad_hook(lambda p: say("post", p.grad))
    (w + y.detach()).sum().backward()
    say.refused(torch.ones(2).register_hook, lambda g: g)
    say.refused(y.register_post_accumulate_grad_hook, lambda p: None)
    say.refused(torch.ones(2).register_post_accumulate_grad_hook, lambda p: None)


@compared
def test_saved_values_and_hooks(torch, say):
    x = leaf(torch)
    saved = []

    def pack(t):
        saved.append(t)
        say("pack", t, t.grad_fn)
        return len(saved) - 1

    def unpack(i):
        say("unpack", i)
        return saved[i]

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = x.exp() * x
        z = y.tanh().sum()
    z.backward(retain_graph=True)
    z.backward()
    say(x.grad)
    say.refused(z.backward)


@compared
def test_pack_hooks_that_raise(torch, say):
    x = leaf(torch)

    def fail(*args):
        raise Stop("pack")

    def act():
        with torch.autograd.graph.saved_tensors_hooks(fail, lambda t: t):
            return x * x

    say.refused(act)
    y = x * x
    y.sum().backward()
    say(x.grad)

    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, fail):
        y = (x * x).sum()
    say.refused(y.backward)
    say(x.grad)


@compared
def test_raw_saved(torch, say):
    x = leaf(torch)
    y = x.exp() * x
    node = y.grad_fn
    say(node._saved_self, node._saved_other, type(node._raw_saved_self).__name__)
    node._raw_saved_self.register_hooks(lambda t: t * 2, lambda t: t / 2)
    say.refused(node._raw_saved_self.register_hooks, lambda t: t, lambda t: t)
    y.sum().backward()
    say(x.grad)
    say.refused(lambda: node._saved_self)
    say.refused(node._raw_saved_other.register_hooks, lambda t: t, lambda t: t)


@compared
def test_mutation_allowed(torch, say):
    x = leaf(torch)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.exp()
        z = (y * y).sum()
        y.mul_(10)
        y.zero_()
        z.backward()
    say(x.grad, y)
