"""Outputs of user-defined Functions: several, marked, written in place, views of inputs."""

from tests.tape.transcript import compared


@compared
def test_several_outputs(torch, say):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3, "text", None

        @staticmethod
        def backward(ctx, a, b, c, d):
            say("backward", a, b, c, d)
            return a * 2 + b * 3

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    a, b, c, d = Both.apply(x)
    say(a, b, c, d, a.output_nr, b.output_nr, a.grad_fn is b.grad_fn)
    (a + b).sum().backward()
    say(x.grad)
    a, b, c, d = Both.apply(x)
    b.sum().backward()
    say(x.grad)


@compared
def test_materialized_gradients(torch, say):
    for materialize in (True, False):

        class Both(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, materialize=materialize):
                ctx.set_materialize_grads(materialize)
                return x * 2, x * 3

            @staticmethod
            def backward(ctx, a, b):
                say("backward", a, b)
                return a * 2 if b is None else a * 2 + b

        x = torch.tensor([1.0, 2.0], requires_grad=True)
        Both.apply(x)[0].sum().backward()
        say(x.grad)


@compared
def test_non_differentiable_outputs(torch, say):
    class Sorted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y, i = x.sort()
            mask = y > 1
            ctx.mark_non_differentiable(mask, i)
            ctx.save_for_backward(i)
            return y, i, mask, y * 1

        @staticmethod
        def backward(ctx, g, *others):
            say("backward", g, list(others))
            (i,) = ctx.saved_tensors
            return torch.zeros(3).index_add_(0, i, g)

    x = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
    y, i, mask, z = Sorted.apply(x)
    say(y, i, mask, z, y.requires_grad, i.requires_grad, z.requires_grad)
    (y * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    say(x.grad)


@compared
def test_marked_floats_are_not_differentiable(torch, say):
    class Round(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.clone()
            ctx.mark_non_differentiable(y)
            return y, x * 1

        @staticmethod
        def backward(ctx, a, b):
            say(a, b)
            return b

    x = torch.tensor([1.5], requires_grad=True)
    y, z = Round.apply(x)
    say(y, y.requires_grad, y.grad_fn, z)
    z.backward()
    say(x.grad)


@compared
def test_mark_dirty(torch, say):
    class Add(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, n):
            x.add_(n)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10, None

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = Add.apply(y, 5)
    say(z is y, z, z._version)
    say.graph(z)
    z.sum().backward()
    say(x.grad)
    say.refused(Add.apply, x, 1)
    say.refused(lambda: Add.apply(x[0], 1))
    a = torch.ones(2)
    b = Add.apply(a, 1)
    say(b is a, a, a._version, b.requires_grad)


@compared
def test_dirty_views(torch, say):
    class Add(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    v = y[0]
    w = Add.apply(v)
    say(w is v, y)
    say.graph(y)
    y.sum().backward()
    say(x.grad)


@compared
def test_dirty_must_be_returned(torch, say):
    class Forgetful(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g

    x = torch.tensor([1.0], requires_grad=True)
    say.refused(lambda: Forgetful.apply(x * 1))


@compared
def test_input_returned_as_it_is(torch, say):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 7

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Same.apply(x)
    say(y is x, y, y._is_view(), y._base is x)
    y.sum().backward()
    say(x.grad)
    z = Same.apply(x * 2)
    say(z)
    say.refused(lambda: z.add_(1))
    n = torch.tensor([1.0])
    say(Same.apply(n) is n, Same.apply(n).requires_grad)


@compared
def test_view_of_an_input_returned(torch, say):
    class Flat(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.shape = x.shape
            return x.view(-1)

        @staticmethod
        def backward(ctx, g):
            return g.view(ctx.shape) * 3

    x = torch.ones(2, 2, requires_grad=True)
    y = x * 1
    z = Flat.apply(y)
    say(z, z._is_view(), z._base is y)
    say.refused(lambda: z.mul_(2))
    z.sum().backward()
    say(x.grad)
    z = Flat.apply(y)
    y.mul_(2)
    say.refused(lambda: z.grad_fn)


@compared
def test_several_views_returned(torch, say):
    class Halves(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x[:1], x[1:]

        @staticmethod
        def backward(ctx, a, b):
            return torch.cat([a, b])

    x = torch.ones(2, requires_grad=True)
    a, b = Halves.apply(x * 1)
    say.refused(lambda: a.mul_(2))
    (a * 2 + b * 3).sum().backward()
    say(x.grad)


CTX_NAMES = [
    *("saved", "outputs", "inputs", "op", "next", "nrs", "versions", "fix", "sequence", "code"),
    *("lasti", "freed", "hooks", "extras", "plan", "tensor_likes", "tensor_inputs", "written"),
    *("backprop", "release", "checked", "fitted", "wrong", "sample", "arguments", "out_dims"),
    *("message", "edges", "shape", "dim", "x", "mask"),
]


@compared
def test_any_name_is_free_on_ctx(torch, say):
    class Product(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x, y):
            return x * y, x + y

        @staticmethod
        def setup_context(ctx, inputs, output):
            say([name for name in CTX_NAMES if hasattr(ctx, name)])
            for name in CTX_NAMES:
                setattr(ctx, name, (name, 1))
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g, h):
            say(all(getattr(ctx, name) == (name, 1) for name in CTX_NAMES))
            x, y = ctx.saved_tensors
            return g * y + h, g * x + h

    x, y = (torch.tensor([a, 2.0], requires_grad=True) for a in (1.0, 3.0))
    a, b = Product.apply(x, y)
    say([getattr(a.grad_fn, name) for name in CTX_NAMES], a.grad_fn.name())
    a.grad_fn.register_hook(lambda *_: None)
    (a * b).sum().backward(retain_graph=True)
    say(x.grad, y.grad, a.grad_fn.saved_tensors)

    def loss(x, y):
        a, b = Product.apply(x, y)
        return (a * b).sum()

    say(torch.func.grad(loss)(x.detach(), y.detach()))
    say(torch.func.vmap(torch.func.grad(loss))(x.detach(), y.detach()))
