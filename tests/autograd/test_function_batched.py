"""User-defined Functions under `vmap`, with a rule of their own or a generated one."""

from tests.tape.transcript import compared


def doubled(torch, **body):
    """A Function that doubles, with `body` as further static methods or settings."""

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x * 2

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def backward(ctx, g):
            return g * 2

    for key, value in body.items():
        setattr(Double, key, staticmethod(value) if callable(value) else value)
    return Double


@compared
def test_own_rule(torch, say):
    class Mul(torch.autograd.Function):
        @staticmethod
        def forward(a, b, k):
            return a * b * k

        @staticmethod
        def setup_context(ctx, inputs, output):
            a, b, k = inputs
            ctx.save_for_backward(a, b)
            ctx.k = k

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return g * b * ctx.k, g * a * ctx.k, None

        @staticmethod
        def vmap(info, in_dims, a, b, k):
            say("vmap", info.batch_size, info.randomness, in_dims, tuple(a.shape), k)
            a = a if in_dims[0] is None else a.movedim(in_dims[0], 0)
            b = b if in_dims[1] is None else b.movedim(in_dims[1], 0)
            return Mul.apply(a, b, k), 0

    a, b = torch.arange(6.0).view(2, 3), torch.arange(3.0) + 1
    f = torch.func.vmap
    say(f(lambda a: Mul.apply(a, b, 2))(a))
    say(f(lambda a: Mul.apply(a, 2 * torch.ones(2), 2), in_dims=1, out_dims=1)(a))
    say(f(lambda a, b: Mul.apply(a, b, 2), in_dims=(0, None))(a, b))
    say(f(f(lambda a, b: Mul.apply(a, b, 3)), in_dims=(0, None))(a, b))
    say(f(torch.func.grad(lambda a: Mul.apply(a, b, 2).sum()))(a))
    say(f(torch.func.grad(lambda a: Mul.apply(a, a, 2).sum()))(a))
    a.requires_grad_()
    out = f(lambda a: Mul.apply(a, b, 2))(a)
    say(out)
    out.sum().backward()
    say(a.grad)


@compared
def test_several_results(torch, say):
    class Two(torch.autograd.Function):
        @staticmethod
        def forward(x, y):
            return x + y, y * 2

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def vmap(info, in_dims, x, y):
            say(in_dims)
            return (x + y, y * 2), (0, None)

    x, y = torch.arange(4.0).view(2, 2), torch.ones(2)
    say(torch.func.vmap(Two.apply, in_dims=(0, None), out_dims=(0, None))(x, y))
    say(torch.func.vmap(Two.apply, in_dims=(0, None))(x, y))


@compared
def test_not_called_without_a_batch(torch, say):
    def rule(info, in_dims, x):
        say("called")
        return x * 2, in_dims[0]

    f = doubled(torch, vmap=rule).apply
    y = torch.ones(2)
    say(torch.func.vmap(lambda x: x + f(y))(torch.zeros(3, 2)))
    say(torch.func.vmap(lambda x: f(x) + f(y))(torch.zeros(3, 2)))


@compared
def test_wrong_results(torch, say):
    def rule(result):
        return lambda info, in_dims, x: result(x)

    x = torch.ones(2, 3)
    for result in (lambda x: x, lambda x: (x, 0, 0), lambda x: (x, (0, 0))):
        f = doubled(torch, vmap=rule(result)).apply
        say.refused(torch.func.vmap(f), x, first_words=6)


@compared
def test_both_kinds_of_rule(torch, say):
    f = doubled(torch, vmap=lambda info, in_dims, x: (x, 0), generate_vmap_rule=True)
    say.refused(torch.func.vmap(f.apply), torch.ones(2))


@compared
def test_generated_rule(torch, say):
    class Cube(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x**3, 3 * x**2

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0], output[1])
            ctx.save_for_forward(inputs[0], output[1])

        @staticmethod
        def backward(ctx, g, gd):
            x, d = ctx.saved_tensors
            return g * d + gd * 6 * x

        @staticmethod
        def jvp(ctx, t):
            x, d = ctx.saved_tensors
            return t * d, t * 6 * x

    x = torch.arange(6.0).view(2, 3)
    f = lambda x: Cube.apply(x)[0]  # noqa: E731
    say(torch.func.vmap(f)(x))
    say(torch.func.vmap(f, in_dims=1)(x))
    say(torch.func.vmap(torch.func.grad(lambda x: f(x).sum()))(x))
    say(torch.func.vmap(lambda x: torch.func.jvp(f, (x,), (x,)))(x))
    say(torch.func.jacrev(f)(x[0]))
    say(torch.func.jacfwd(f)(x[0]))
    x.requires_grad_()
    torch.func.vmap(f)(x).sum().backward()
    say(x.grad)


@compared
def test_generated_rule_with_numbers(torch, say):
    class Scale(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x, w, k):
            return x * w * k

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, w, ctx.k = inputs
            ctx.save_for_backward(x, w)

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return g * w * ctx.k, g * x * ctx.k, None

    x, w = torch.arange(6.0).view(2, 3), torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    out = torch.func.vmap(Scale.apply, in_dims=(0, None, None))(x, w, 2.0)
    say(out)
    out.sum().backward()
    say(w.grad)
    g = torch.func.grad(lambda x, w: Scale.apply(x, w, 3).sum(), argnums=(0, 1))
    say(torch.func.vmap(g, in_dims=(0, None))(x, w.detach()))


@compared
def test_dirty_under_vmap(torch, say):
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(x):
            x.mul_(2)
            return x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.mark_dirty(inputs[0])

        @staticmethod
        def backward(ctx, g):
            return g * 2

        @staticmethod
        def vmap(info, in_dims, x):
            return Twice.apply(x), in_dims[0]

    x = torch.arange(4.0).view(2, 2)
    say(torch.func.vmap(lambda x: Twice.apply(x.clone()))(x), x)
    say(torch.func.vmap(torch.func.grad(lambda x: Twice.apply(x.clone()).sum()))(x))
