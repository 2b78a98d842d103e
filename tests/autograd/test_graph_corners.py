"""Programs about corners of the graph, its views and hooks, run by both libraries."""

from tests.tape.transcript import compared


@compared
def test_a_write_to_a_view_of_a_view(torch, say):
    x = torch.arange(6.0, requires_grad=True)
    y = x * 1
    a = y[::2]
    b = a[1:]
    b.mul_(3)
    say(y, a, b)
    say.graph(y)
    say.graph(a)
    say.graph(b)
    y.sum().backward()
    say(x.grad)


@compared
def test_a_transposed_view_gets_a_history(torch, say):
    x = torch.ones(2, 3, requires_grad=True)
    y = x.clone()
    t = y.t()
    t.add_(torch.ones(3, 1, requires_grad=True))
    say.graph(y)
    say.graph(t)
    say(t._base is y, y._is_view(), t._is_view())


@compared
def test_a_recorded_write_to_a_view_made_without_grad(torch, say):
    b = torch.ones(4)
    with torch.no_grad():
        v = b.view(2, 2)
    w = torch.ones(2, 2, requires_grad=True)
    say.refused(lambda: v.mul_(w))
    say(b.requires_grad, v.requires_grad)


@compared
def test_a_view_that_requires_grad_by_itself(torch, say):
    b = torch.ones(4)
    v = b.view(2, 2)
    v.requires_grad_()
    say(b.requires_grad, v.is_leaf, v.grad_fn)
    say.refused(lambda: b.mul_(2))
    (v * 2).sum().backward()
    say(v.grad, b.grad)


@compared
def test_writes_to_expanded_tensors(torch, say):
    x = torch.ones(3, requires_grad=True)
    y = x.expand(2, 3)
    say.refused(lambda: y.mul_(2))
    z = (x * 1).expand(2, 3)
    say.refused(lambda: z.add_(1))
    e = torch.ones(1).expand(3)
    say.refused(lambda: e.add_(1))
    say.refused(lambda: e.fill_(2))
    say(e)


@compared
def test_detached_tensors_share_the_version(torch, say):
    x = torch.ones(4, requires_grad=True)
    y = x * 1
    d = y.detach()
    d.mul_(5)
    say(y._version, d._version, y)
    z = y.exp()
    d.add_(1)
    say.refused(lambda: z.sum().backward())


@compared
def test_data_does_not_share_the_version(torch, say):
    x = torch.ones(4, requires_grad=True)
    y = x * 1
    z = y * y
    y.data.mul_(5)
    say(y._version)
    z.sum().backward()
    say(x.grad)


@compared
def test_assignments_of_all_kinds(torch, say):
    x = torch.ones(2, 2, requires_grad=True)
    y = x.clone()
    y[0] = torch.tensor([5.0, 6.0], requires_grad=True)
    y[:, 1] = 0
    y[y > 4] = 1
    say(y)
    say.graph(y)
    y.sum().backward()
    say(x.grad)


@compared
def test_a_view_gets_a_new_node_after_each_write(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x.clone()
    v = y[0]
    g = v.grad_fn
    y.mul_(2)
    say(v.grad_fn is g, v.grad_fn, v)
    h = v.grad_fn
    say(h is v.grad_fn)
    v.mul_(3)
    say(v.grad_fn, y.grad_fn)
    y.sum().backward()
    say(x.grad)


@compared
def test_writes_to_the_geometry(torch, say):
    x = torch.ones(2, 3, requires_grad=True)
    y = x * 1
    for s in (
        lambda t: t.t_(),
        lambda t: t.squeeze_(),
        lambda t: t.unsqueeze_(0),
        lambda t: t.transpose_(0, 1),
        lambda t: t.swapaxes_(0, 1),
    ):
        z = y.clone()
        s(z)
        say(z.shape, z.grad_fn)
        z.sum().backward(retain_graph=True)
    say(x.grad)
    v = y[0]
    say.refused(lambda: v.unsqueeze_(0))
    say(v.shape, v.grad_fn)


@compared
def test_parts_of_parts_are_written_to(torch, say):
    x = torch.ones(2, 2, requires_grad=True)
    y = x.clone()
    y.diagonal().mul_(3)
    y.T[0].add_(1)
    y.view(-1)[1:3].zero_()
    say(y)
    y.sum().backward()
    say(x.grad)
    say.graph(y)


@compared
def test_real_parts_are_written_to(torch, say):
    x = torch.ones(2, 2, dtype=torch.complex64, requires_grad=True)
    y = x * 1
    r = torch.view_as_real(y)
    r[..., 0].mul_(2)
    say(y)
    say.graph(y)
    (y.abs() ** 2).sum().backward()
    say(x.grad)
    i = x * 1
    i.real.mul_(3)
    say.graph(i)


@compared
def test_hooks_run_in_order_and_can_be_removed(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    h = []
    y.register_hook(lambda g: h.append(("a", g.tolist())))
    r = y.register_hook(lambda g: g * 3)
    y.register_hook(lambda g: h.append(("b", g.tolist())))
    r.remove()
    y.sum().backward()
    say(h, x.grad)


@compared
def test_hooks_that_return_what_they_should_not(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    say.refused(lambda: torch.ones(2).register_hook(print))
    say.refused(lambda: y.register_hook(lambda g: g.sum()) and None)
    say.refused(lambda: y.sum().backward())
    say(x.grad)
    z = x * 3
    z.register_hook(lambda g: "no")
    say.refused(lambda: z.sum().backward())


@compared
def test_hooks_of_nodes_replace_gradients(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    L = []
    y.grad_fn.register_prehook(lambda g: (g[0] * 5,))
    y.grad_fn.register_hook(lambda gi, go: L.append((gi, go)))
    y.sum().backward()
    say(x.grad, len(L), L[0][0], L[0][1])
    z = x * 2
    z.grad_fn.register_hook(lambda gi, go: (gi[0] * 7, None))
    z.sum().backward()
    say(x.grad)
    z = x * 2
    z.grad_fn.register_prehook(lambda g: g[0])
    say.refused(lambda: z.sum().backward())
    z = x * 2
    z.grad_fn.register_hook(lambda a, b: 3)
    say.refused(lambda: z.sum().backward())


@compared
def test_hooks_after_accumulation(torch, say):
    x = torch.ones(2, requires_grad=True)
    L = []
    h = x.register_post_accumulate_grad_hook(lambda t: L.append(t.grad.clone()))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    say(L)
    h.remove()
    (x * 2).sum().backward()
    say(len(L))
    say.refused(lambda: (x * 1).register_post_accumulate_grad_hook(print))
    x.register_post_accumulate_grad_hook(lambda t: 5)
    say.refused(lambda: x.sum().backward())
    say.refused(lambda: torch.ones(1).register_post_accumulate_grad_hook(print))


@compared
def test_hooks_that_raise_or_remove_themselves(torch, say):
    x = torch.ones(2, requires_grad=True)

    def bad(g):
        raise ValueError("mine")

    y = x * 2
    h = y.register_hook(bad)
    say.refused(lambda: y.sum().backward())
    h.remove()
    y2 = x * 3
    y2.sum().backward()
    say(x.grad)

    def rm(g):
        hh.remove()

    z = x * 2
    hh = z.register_hook(rm)
    z.sum().backward(retain_graph=True)
    z.sum().backward()
    say(x.grad)


@compared
def test_hooks_that_run_backward_and_callbacks(torch, say):
    x = torch.ones(2, requires_grad=True)
    w = torch.ones(2, requires_grad=True)
    y = x * 2

    def re(g):
        with torch.enable_grad():
            (w * 3).sum().backward()

    y.register_hook(re)
    y.sum().backward()
    say(w.grad, x.grad)
    L = []

    def q(g):
        torch.autograd.Variable._execution_engine.queue_callback(lambda: L.append("cb"))

    z = x * 2
    z.register_hook(q)
    z.sum().backward()
    say(L)
    say.refused(lambda: torch.autograd.Variable._execution_engine.queue_callback(lambda: 0))


@compared
def test_hooks_of_leaves_survive_writes(torch, say):
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda g: g * 2)
    y = x * 3
    x.register_hook(lambda g: g + 1)
    (g,) = torch.autograd.grad(y.sum(), x)
    say(g)
    y = (x * 3).sum()
    y.backward()
    say(x.grad)
    with torch.no_grad():
        x.mul_(2)
    (x * 3).sum().backward()
    say(x.grad)


@compared
def test_hooks_of_several_outputs(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return (x * 2, x * 3)

        @staticmethod
        def backward(ctx, a, b):
            return a * 2 + b * 3

    x = torch.ones(2, requires_grad=True)
    a, b = F.apply(x)
    L = []
    a.register_hook(lambda g: L.append(("a", g.tolist())))
    b.register_hook(lambda g: (L.append(("b", g.tolist())), g * 0)[1])
    a.grad_fn.register_prehook(lambda gs: L.append([g is None for g in gs]))
    (a.sum() + b.sum()).backward()
    say(L, x.grad)
    a.retain_grad()


@compared
def test_edges(torch, say):
    G = torch.autograd.graph
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y.exp()
    e = G.get_gradient_edge(y)
    say(e.node, e.output_nr)
    say(torch.autograd.grad(z.sum(), e))
    ex = G.get_gradient_edge(x)
    say(ex.node.name())
    e2 = G.get_gradient_edge(z)
    z2 = x * 2
    y2 = z2.exp()
    torch.autograd.backward(G.get_gradient_edge(y2), grad_tensors=torch.ones(2), inputs=[ex])
    say(x.grad)
    say.refused(lambda: G.get_gradient_edge(torch.ones(1)))
    say.refused(lambda: torch.autograd.grad(e2, x))
    say(torch.autograd.grad(e2, x, grad_outputs=torch.ones(2)) if False else 0)
    say(isinstance(y.grad_fn, G.Node), issubclass(type(y.grad_fn), G.Node))
    say(sorted(G.__all__))


@compared
def test_mutation_allowed_and_refused(torch, say):
    G = torch.autograd.graph
    a = torch.ones(2, requires_grad=True)
    b = a.clone()
    o = (b**2).sum()
    b.mul_(3)
    say.refused(lambda: o.backward())
    with G.allow_mutation_on_saved_tensors():
        b = a.clone()
        o = (b**2).sum()
        b.mul_(3)
        o.backward()
        say(a.grad)
        say.refused(lambda: G.allow_mutation_on_saved_tensors().__enter__())
    say.refused(lambda: o.backward())
