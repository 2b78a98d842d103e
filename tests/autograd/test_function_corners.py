"""Programs about corners of Functions, modes, tangents and checkpoints, run by both libraries."""

from tests.tape.transcript import compared


@compared
def test_no_materialized_gradients(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return (x * 1, x * 2, x * 3)

        @staticmethod
        def backward(ctx, a, b, c):
            say(a is None, b is None, c is None)
            return b if b is not None else torch.zeros(2)

    x = torch.ones(2, requires_grad=True)
    a, b, _c = F.apply(x)
    b.sum().backward()
    say(x.grad, a.requires_grad)


@compared
def test_inputs_and_views_returned(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 3

    x = torch.ones(2, requires_grad=True)
    y = F.apply(x)
    say(y is x, y._is_view(), y.grad_fn)
    say.refused(lambda: y.mul_(2))
    y.sum().backward()
    say(x.grad)

    class V(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view(-1)

        @staticmethod
        def backward(ctx, g):
            return g.view(2, 1)

    x = torch.ones(2, 1, requires_grad=True)
    y = V.apply(x)
    say(y._is_view(), y._base is x)
    say.refused(lambda: y.mul_(2))
    z = V.apply(x * 1)
    say.refused(lambda: z.add_(1))
    say.graph(z)


@compared
def test_outputs_marked_non_differentiable(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            r = x * y
            ctx.mark_non_differentiable(r)
            return (r, x + y)

        @staticmethod
        def backward(ctx, a, b):
            say(a)
            return (b, b)

    x = torch.ones(2, requires_grad=True)
    a, b = F.apply(x, x)
    say(a.requires_grad, b.requires_grad, a.grad_fn)
    b.sum().backward()
    say(x.grad)


@compared
def test_a_second_derivative_by_a_function(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            y = x.exp()
            ctx.y = y
            return y

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * x.exp()

    x = torch.ones(2, requires_grad=True)
    y = F.apply(x)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(g)
    say.graph(g)
    (g2,) = torch.autograd.grad(g.sum(), x)
    say(g2)
    y = F.apply(x)
    y.sum().backward()
    say.refused(lambda: y.sum().backward())
    say.refused(lambda: y.grad_fn.saved_tensors)
    say(y.grad_fn.needs_input_grad)
    say(y.grad_fn.name(), type(y.grad_fn).__name__, type(y.grad_fn).__mro__[1].__name__)


@compared
def test_wrong_gradients(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    x = torch.ones(2, requires_grad=True)
    (F.apply(x) + x).sum().backward()
    say(x.grad)

    class A(F):
        @staticmethod
        def backward(ctx, g):
            return (g, g)

    say.refused(lambda: A.apply(x).sum().backward())

    class B(F):
        @staticmethod
        def backward(ctx, g):
            return torch.ones(3)

    say.refused(lambda: B.apply(x).sum().backward())

    class C(F):
        @staticmethod
        def backward(ctx, g):
            return 5

    say.refused(lambda: C.apply(x).sum().backward())

    class D(F):
        @staticmethod
        def backward(ctx, g):
            return g.double()

    x.grad = None
    D.apply(x).sum().backward()
    say(x.grad)

    class E(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    say.refused(lambda: E.apply(x).sum().backward())

    class H(torch.autograd.Function):
        @staticmethod
        def backward(ctx, x):
            return x

    say.refused(lambda: H.apply(x))


@compared
def test_differentiated_once(torch, say):
    from_ = torch.autograd.function

    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @from_.once_differentiable
        def backward(ctx, g):
            return g * 2

    x = torch.ones(2, requires_grad=True)
    (g,) = torch.autograd.grad(F.apply(x).sum(), x, create_graph=True)
    say(g)
    say.refused(lambda: g.sum().backward())
    y = x.exp()
    (g,) = torch.autograd.grad((F.apply(y) * y).sum(), x, create_graph=True)
    say(g.requires_grad)
    say.refused(lambda: g.sum().backward())


@compared
def test_what_a_function_must_not_return(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    x = torch.ones(2, requires_grad=True)
    say.refused(lambda: F.apply(x))

    class G(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return [x * 2, x]

        @staticmethod
        def backward(ctx, g):
            return g

    say.refused(lambda: G.apply(x))

    class H(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return {"a": x}

        @staticmethod
        def backward(ctx, g):
            return g

    say.refused(lambda: H.apply(x))

    class Nothing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return None

        @staticmethod
        def backward(ctx, g):
            return g

    say.refused(lambda: Nothing.apply(x))


@compared
def test_the_modes_inside_a_function(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            say(ctx.needs_input_grad, hasattr(ctx, "saved_tensors"), torch.is_grad_enabled())
            ctx.save_for_backward(x, None)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            say(torch.is_grad_enabled(), ctx.saved_tensors[1], g)
            return g

    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = F.apply(x)
        say(y)
    y = F.apply(x)
    y.sum().backward()
    F.apply(torch.ones(1))
    F.apply(x.long()) if False else None
    with torch.inference_mode():
        say.refused(lambda: F.apply(x))


@compared
def test_gradients_written_to_and_cast(torch, say):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g.add_(1)

    x = torch.ones(2, requires_grad=True)
    y = F.apply(x)
    go = torch.ones(2)
    y.backward(go)
    say(go, x.grad)
    c = torch.ones(2, dtype=torch.complex64, requires_grad=True)

    class R(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.abs()

        @staticmethod
        def backward(ctx, g):
            return g

    R.apply(c).sum().backward()
    say(c.grad)

    class S(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.complex(x, x)

        @staticmethod
        def backward(ctx, g):
            return g

    say.refused(lambda: S.apply(x).abs().sum().backward())


@compared
def test_decorated_functions_generators_and_classes(torch, say):
    @torch.no_grad()
    def f():
        return torch.is_grad_enabled()

    @torch.no_grad
    def g():
        return torch.is_grad_enabled()

    @torch.set_grad_enabled(False)
    def h():
        return torch.is_grad_enabled()

    say(f(), g(), torch.is_grad_enabled())
    say(h(), torch.is_grad_enabled())

    @torch.no_grad()
    def gen():
        a = yield torch.is_grad_enabled()
        yield (a, torch.is_grad_enabled())

    it = gen()
    say(next(it), torch.is_grad_enabled(), it.send(4))

    @torch.no_grad()
    class K:
        def __init__(s):
            s.g = torch.is_grad_enabled()

        def f(s):
            return torch.is_grad_enabled()

    say(K().g, K().f())


@compared
def test_decorated_coroutines_and_closed_generators(torch, say):
    @torch.no_grad()
    async def co():
        return 1

    import asyncio

    say(asyncio.run(co()))

    @torch.inference_mode()
    def gen():
        try:
            yield torch.is_inference_mode_enabled()
        finally:
            say("closing", torch.is_inference_mode_enabled())

    g = gen()
    say(next(g))
    g.close()
    g = gen()
    next(g)
    say.refused(lambda: g.throw(ValueError("a")))
    with torch.enable_grad():
        say(torch.is_grad_enabled())
    say(torch.no_grad().clone().__class__.__name__, torch.inference_mode().clone().mode)


@compared
def test_forward_over_reverse(torch, say):
    fa = torch.autograd.forward_ad
    x = torch.ones(3, requires_grad=True)
    with fa.dual_level():
        d = fa.make_dual(x, torch.ones(3))
        y = (d**3).sum()
        t = fa.unpack_dual(y).tangent
        say(t, t.requires_grad)
        (g,) = torch.autograd.grad(t, x)
        say(g)
        p, tt = fa.unpack_dual(d)
        say(p.requires_grad, p is x, tt)
        z = d.detach()
        say(fa.unpack_dual(z).tangent)
        z = d.data
        say(fa.unpack_dual(z).tangent)
        with torch.no_grad():
            say(fa.unpack_dual(d * 2).tangent)
        with fa._set_fwd_grad_enabled(False):
            say(fa.unpack_dual(d * 2).tangent)
        say(d.clone().requires_grad, d.is_leaf, d.grad_fn)


@compared
def test_tangents_of_many_operations(torch, say):
    fa = torch.autograd.forward_ad
    with fa.dual_level():
        d = fa.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))
        for f in (
            lambda t: t.sort()[0],
            lambda t: t.max(),
            lambda t: t.norm(),
            lambda t: t.cumprod(0),
            lambda t: t.softmax(0),
            lambda t: t[None] @ t[:, None],
            lambda t: t.prod(),
            lambda t: torch.cat([t, t * 2]),
            lambda t: t.std(),
            lambda t: t.int(),
            lambda t: t > 1,
            lambda t: torch.where(t > 1, t, t * t),
            lambda t: t.to(torch.float64),
            lambda t: torch.stack([t, torch.ones(2)]),
            lambda t: t.gather(0, torch.tensor([0, 0])),
            lambda t: torch.nn.functional.gelu(t),
            lambda t: t.expand(2, 2).sum(0),
            lambda t: torch.einsum("i,j->ij", t, t),
            lambda t: t.lgamma(),
            lambda t: t.fft.fft if False else torch.fft.fft(t).real,
        ):
            say(fa.unpack_dual(f(d)).tangent)


@compared
def test_tangents_written(torch, say):
    fa = torch.autograd.forward_ad
    with fa.dual_level():
        x = torch.ones(2)
        d = fa.make_dual(torch.ones(2), torch.ones(2))
        x.copy_(d)
        say(fa.unpack_dual(x).tangent)
        x.zero_()
        say(fa.unpack_dual(x).tangent)
        b = torch.zeros(4)
        b[:2] = d
        say(fa.unpack_dual(b).tangent)
        b.mul_(2)
        say(fa.unpack_dual(b).tangent)
        o = torch.empty(2)
        say.refused(lambda: torch.mul(d, 2, out=o))
        e = fa.make_dual(torch.ones(2, dtype=torch.complex64), torch.ones(2, dtype=torch.complex64))
        say(fa.unpack_dual(e.real).tangent, fa.unpack_dual(e.abs()).tangent)
        r = repr(d)
        say(r)


@compared
def test_nested_checkpoints(torch, say):
    C = torch.utils.checkpoint.checkpoint
    x = torch.ones(2, requires_grad=True)
    L = []

    def inner(x):
        L.append("i")
        return x.sin()

    def outer(x):
        L.append("o")
        return C(inner, x.exp(), use_reentrant=False).cos()

    y = C(outer, x, use_reentrant=False)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(L, g)
    g.sum().backward()
    say(L, x.grad)
    y = C(outer, x, use_reentrant=False)
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    say(x.grad, len(L))
    say.refused(lambda: y.sum().backward())
    with torch.utils.checkpoint.set_checkpoint_early_stop(False):
        y = C(outer, x, use_reentrant=False)
    y.sum().backward()
    say(len(L))


@compared
def test_misused_functionals(torch, say):
    F = torch.autograd.functional

    def f(x, y):
        return (x * y).sum()

    x, y = (torch.ones(2), torch.arange(2.0))
    say(
        F.jacobian(f, (x, y)),
        F.hessian(f, (x, y)),
        F.vjp(f, (x, y)),
        F.jvp(f, (x, y), (x, x)),
        F.hvp(f, (x, y), (x, x)),
        F.vhp(f, (x, y), (x, x)),
    )
    say.refused(lambda: F.vjp(lambda x: x * 2, x))
    say.refused(lambda: F.hessian(lambda x: x * 2, x))
    say.refused(lambda: F.jacobian(lambda x: 5, x))
    say.refused(lambda: F.jacobian(lambda x: x.detach(), x, strict=True))
    say.refused(lambda: F.jacobian(lambda x: x * 2, x, strategy="zz"))
    say.refused(lambda: F.jacobian(lambda x: x * 2, x, strategy="forward-mode"))
    say.refused(lambda: F.jacobian(lambda x: x * 2, x, strict=True, vectorize=True))
    say.refused(lambda: F.jvp(lambda x: x * 2, x))
    say.refused(lambda: F.jvp(lambda x: x * 2, x, torch.ones(3)))
    say.refused(lambda: F.hvp(f, (x, y), (x,)))
    say.refused(lambda: F.jacobian(f, [x, 5]))


@compared
def test_gradients_that_are_wrong(torch, say):
    gc = torch.autograd.gradcheck
    x = torch.rand(2, dtype=torch.float64, requires_grad=True)
    say(gc(lambda x: x**2, x))

    class B(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    say.refused(lambda: gc(B.apply, torch.ones(2, dtype=torch.float64, requires_grad=True)))
    say(gc(B.apply, x, raise_exception=False))
    say.refused(lambda: gc(B.apply, x, fast_mode=True) if False else 0)
    say.refused(lambda: gc(lambda x: x, torch.ones(2)))
    say.refused(lambda: gc(lambda x: x * 2, torch.ones(2, requires_grad=True), atol=0.1, eps=0.01))
    say.refused(lambda: gc(lambda x: x.detach(), x))
    say.refused(lambda: gc(lambda x: (x * 2).long(), x))
    say.refused(lambda: gc(lambda x: x.expand(2, 2)[0].clone(), x))
    say.refused(lambda: torch.autograd.gradgradcheck(lambda x: x**3, x))
    say.refused(
        lambda: gc(
            lambda x: x**2,
            x,
            check_forward_ad=True,
            check_batched_grad=True,
            check_batched_forward_grad=True,
        )
    )
    say.refused(lambda: gc(lambda x: x**2, x, check_batched_forward_grad=True))


@compared
def test_threads_and_their_modes(torch, say):
    import threading

    w = torch.zeros(3, requires_grad=True)

    def f():
        for _ in range(50):
            (w * 1).sum().backward()

    ts = [threading.Thread(target=f) for _ in range(4)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    say(w.grad)
    R = []
    with torch.no_grad():
        t = threading.Thread(target=lambda: R.append(torch.is_grad_enabled()))
        t.start()
        t.join()
    say(R)
    with torch.inference_mode():
        t = threading.Thread(target=lambda: R.append(torch.is_inference_mode_enabled()))
        t.start()
        t.join()
    say(R)
    torch.set_default_dtype(torch.float64)
    t = threading.Thread(target=lambda: R.append(torch.ones(1).dtype))
    t.start()
    t.join()
    torch.set_default_dtype(torch.float32)
    say(R)
