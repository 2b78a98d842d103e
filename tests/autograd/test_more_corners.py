"""Programs about writes, indices, and hooks and Functions that misbehave, run by both libraries."""

from tests.tape.transcript import compared


@compared
def test_writes_through_a_view_of_all(torch, say):
    x = torch.ones(3, requires_grad=True)
    y = x.clone()
    for f in (
        "masked_fill_",
        "index_fill_",
        "index_add_",
        "index_copy_",
        "scatter_",
        "scatter_add_",
        "masked_scatter_",
        "put_",
        "index_put_",
    ):
        t = y * 1
        src = torch.arange(3.0, requires_grad=True)
        a = {
            "masked_fill_": (torch.tensor([True, False, True]), 5.0),
            "index_fill_": (0, torch.tensor([0]), 5.0),
            "index_add_": (0, torch.tensor([0, 1, 1]), src),
            "index_copy_": (0, torch.tensor([0, 1, 2]), src),
            "scatter_": (0, torch.tensor([0, 1, 2]), src),
            "scatter_add_": (0, torch.tensor([0, 1, 1]), src),
            "masked_scatter_": (torch.tensor([True, False, True]), src),
            "put_": (torch.tensor([0, 1]), src[:2]),
            "index_put_": ((torch.tensor([0, 1]),), src[:2]),
        }[f]
        v = t[:]
        getattr(v, f)(*a)
        say(f, t, v.grad_fn)
        say.graph(t)
        g = torch.autograd.grad(
            (t * torch.tensor([1.0, 2.0, 3.0])).sum(), (x, src), allow_unused=True
        )
        say(g)


@compared
def test_gradients_of_mixed_dtypes(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = torch.ones(2, dtype=torch.float64, requires_grad=True)
    z = torch.ones(2, dtype=torch.float16, requires_grad=True)
    (x * y + z).sum().backward()
    say(x.grad, y.grad, z.grad)
    c = torch.ones(2, dtype=torch.complex64, requires_grad=True)
    x.grad = None
    (x * c).sum().abs().backward()
    say(x.grad, c.grad)
    b = torch.ones(2, requires_grad=True)
    (b.bfloat16() * 2).float().sum().backward()
    say(b.grad)


@compared
def test_one_of_several_results(torch, say):
    x = torch.tensor([[3.0, 1.0], [2.0, 4.0]], requires_grad=True)
    for f, _k in (
        ("sort", 0),
        ("max", 0),
        ("topk", 0),
        ("cummax", 0),
        ("kthvalue", 0),
        ("mode", 0),
        ("median", 0),
    ):
        r = getattr(x, f)(1) if f != "topk" else x.topk(1)
        say(f, type(r).__name__, r[0], r[1].requires_grad)
        (g,) = torch.autograd.grad(r[0].sum(), x)
        say(g)
    _, s, _ = torch.linalg.svd(x)
    (g,) = torch.autograd.grad(s.sum(), x)
    say(g)
    say(torch.autograd.grad(torch.linalg.slogdet(x)[1], x))
    a, b = torch.var_mean(x)
    say(torch.autograd.grad(a, x))
    a, b = torch.aminmax(x)
    say(torch.autograd.grad(b, x))
    _q, r = torch.linalg.qr(x)
    say(torch.autograd.grad(r.abs().sum(), x))
    l, _u = torch.frexp(x)
    say(torch.autograd.grad(l.sum(), x))


@compared
def test_writes_to_leaves(torch, say):
    x = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        y = x * 2
        say(y.requires_grad)
        x += 1
        say(x, x._version)
        x.data.fill_(7)
        say(x)
    say.refused(lambda: x.__iadd__(1))
    say.refused(lambda: x.zero_())
    say.refused(lambda: x[0].fill_(1))
    say.refused(lambda: x.__setitem__(0, 1))
    say.refused(lambda: x.detach().numpy().fill(3))
    say(x)
    say.refused(lambda: x.numpy())
    say.refused(lambda: float(x[0]))
    say.refused(lambda: (x * 1).requires_grad_(False))
    say.refused(lambda: x.requires_grad_(False))
    say.refused(lambda: torch.tensor(x))


@compared
def test_indices_of_all_kinds(torch, say):
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    for e in (
        "x[None]",
        "x[...,0]",
        "x[1]",
        "x[:,None,1]",
        "x[m.tensor([1,0])]",
        "x[[0,1],[1,2]]",
        "x[x>2]",
        "x[:,m.tensor([True,False,True])]",
        "x[0,...,::2]",
        "x[m.tensor(1)]",
        "x[True]",
        "x[m.tensor([[0,1]]),:1]",
        "x[-1,-1]",
        "x[()]",
    ):
        y = eval(e, {"x": x, "m": torch})
        say(e, y)
        say.graph(y)
        (g,) = torch.autograd.grad(y.sum(), x)
        say(g)


@compared
def test_retained_gradients_of_views(torch, say):
    x = torch.ones(4, requires_grad=True)
    y = x * 2
    v = y[:2]
    v.retain_grad()
    v.register_hook(lambda g: g * 2)
    (v * 3).sum().backward()
    say(v.grad, x.grad)
    y = x * 2
    v = y[:2]
    v.retain_grad()
    v.mul_(2)
    (y * 1).sum().backward()
    say(v.grad, x.grad)
    y = x * 2
    y.retain_grad()
    y[0] = 0
    y.sum().backward()
    say(y.grad)


@compared
def test_hooks_of_nodes_that_misbehave(torch, say):
    x = torch.ones(2, requires_grad=True)
    L = []
    y = x * 2
    n = y.grad_fn
    h1 = n.register_hook(lambda a, b: L.append(1))
    n.register_hook(lambda a, b: (L.append(2), h1.remove())[0])
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    say(L)
    n.register_prehook(lambda g: None)
    y2 = x * 2
    y2.grad_fn.register_prehook(lambda g: ())
    say.refused(lambda: y2.sum().backward())
    y3 = x * 2
    y3.grad_fn.register_hook(lambda a, b: (torch.ones(3), None))
    say.refused(lambda: y3.sum().backward())


@compared
def test_backward_inside_backward(torch, say):
    x = torch.ones(1, requires_grad=True)

    class Re(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, d):
            ctx.d = d
            return x * 1

        @staticmethod
        def backward(ctx, g):
            if ctx.d:
                with torch.enable_grad():
                    z = torch.ones(1, requires_grad=True)
                    Re.apply(z, ctx.d - 1).sum().backward()
                    g = g + z.grad
            return (g, None)

    Re.apply(x, 70).sum().backward()
    say(x.grad)


@compared
def test_saved_tensors_of_a_function_that_are_written_to(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.save_for_backward(x, x)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            say(len(ctx.saved_tensors))
            return g

    x = torch.ones(2, requires_grad=True)
    y = x * 1
    z = F.apply(y)
    y.add_(1)
    say.refused(lambda: z.sum().backward())

    class G(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    y = G.apply(x)
    y.mul_(2)
    say.refused(lambda: y.sum().backward())
    y = G.apply(x)
    say(y.grad_fn.saved_tensors[0].grad_fn, y.grad_fn._raw_saved_tensors[0].__class__.__name__)
    y.detach().add_(1)
    say.refused(lambda: y.sum().backward())


@compared
def test_batching_rules_of_functions(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(x, k):
            return x * k

        @staticmethod
        def setup_context(ctx, i, o):
            ctx.k = i[1]

        @staticmethod
        def backward(ctx, g):
            return (g * ctx.k, None)

        @staticmethod
        def vmap(info, in_dims, x, k):
            say(info.batch_size, info.randomness, in_dims)
            return (F.apply(x, k), in_dims[0])

    x = torch.arange(6.0).view(2, 3)
    say(torch.func.vmap(F.apply, in_dims=(0, None))(x, 3.0))
    say(torch.func.vmap(torch.func.grad(lambda x: F.apply(x, 3.0).sum()))(x))
    say(torch.func.grad(lambda x: F.apply(x, 3.0).sum())(x))
    say(torch.func.jacrev(lambda x: F.apply(x, 3.0))(x[0]))

    class B(F):
        @staticmethod
        def vmap(info, in_dims, x, k):
            return x

    say.refused(lambda: torch.func.vmap(B.apply, in_dims=(0, None))(x, 3.0))

    class C(F):
        generate_vmap_rule = True

    say.refused(lambda: torch.func.vmap(C.apply, in_dims=(0, None))(x, 3.0))


@compared
def test_hooks_that_fail_leave_nothing_behind(torch, say):
    a = torch.autograd
    x = torch.ones(2, requires_grad=True)
    with a.graph.saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        say.refused(lambda: x.exp())
    y = x.exp()
    y.sum().backward()
    say(x.grad)
    with a.graph.saved_tensors_hooks(lambda t: t, lambda t: 1 / 0):
        y = x.exp()
    say.refused(lambda: y.sum().backward())
    say.refused(lambda: y.grad_fn._saved_result)
    x.grad = None
    (x * 2).sum().backward()
    say(x.grad)
    try:
        with a.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            raise KeyError("k")
    except KeyError:
        pass
    say(torch.is_grad_enabled())
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        say(torch.is_grad_enabled())


@compared
def test_functionals_of_functions_that_depend_on_nothing(torch, say):
    F = torch.autograd.functional
    x = torch.ones(2)
    say(F.jacobian(lambda x: x.sum() * torch.ones(2, 2), x).shape)
    say(F.jacobian(lambda x, y: {"a": x} if False else (x, y), (x, x), vectorize=True))
    say.refused(lambda: F.jacobian(lambda x: {"a": x}, x))
    say(F.vjp(lambda x: x.sum(), x))
    say.refused(lambda: F.vjp(lambda x: x * 2, x, torch.ones(3)))
    say.refused(lambda: F.vjp(lambda x: torch.ones(2), x, torch.ones(2), strict=True))
    say(F.vjp(lambda x: torch.ones(2), x, torch.ones(2)))
    say(F.hvp(lambda x: (x**3).sum(), x, x, create_graph=True))
    say.refused(lambda: F.vhp(lambda x: x.sum(), x, x, strict=True))
    say.refused(lambda: F.hessian(lambda x: torch.ones(()), x))
    say.refused(lambda: F.jvp(lambda x: torch.ones(2), x, x, strict=True))
    say(F.jvp(lambda x: torch.ones(2), x, x))
