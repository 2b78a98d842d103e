"""User-defined Functions: what ctx offers, what may be returned, and what is refused."""

import gc
import weakref

import rushlight
from tests.tape.transcript import compared, without_collector


def double(torch):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    return Double


@compared
def test_forward_and_backward(torch, say):
    class Mul(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            say("forward", torch.is_grad_enabled(), a.requires_grad, ctx.needs_input_grad)
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            say("backward", torch.is_grad_enabled(), ctx.needs_input_grad)
            return g * b, g * a

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = Mul.apply(x, w)
    say(y, y.grad_fn, y.grad_fn.next_functions, type(y.grad_fn).__name__)
    y.sum().backward()
    say(x.grad, w.grad)
    say(Mul.apply(w, w).requires_grad)
    with torch.no_grad():
        say(Mul.apply(x, w).requires_grad)


@compared
def test_setup_context(torch, say):
    class Power(torch.autograd.Function):
        @staticmethod
        def forward(x, n):
            return x**n

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, n = inputs
            say("setup", x, n, output)
            ctx.save_for_backward(x)
            ctx.n = n

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * ctx.n * x ** (ctx.n - 1), None

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Power.apply(x, 3)
    say(y)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), x))


@compared
def test_context_keeps_attributes(torch, say):
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor = factor
            ctx.notes = {"a": 1}
            ctx.shapes = {"x": x.shape}
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None

    x = torch.tensor([1.0], requires_grad=True)
    y = Scale.apply(x, 5.0)
    say(
        y.grad_fn.factor,
        y.grad_fn.notes,
        y.grad_fn.shapes,
        y.grad_fn.name(),
        y.grad_fn.needs_input_grad,
    )
    y.backward()
    say(x.grad)


@compared
def test_saved_tensors_are_checked(torch, say):
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x
            ctx.save_for_backward(x, y, None)
            return y

        @staticmethod
        def backward(ctx, g):
            x, y, nothing = ctx.saved_tensors
            say("saved", x.requires_grad, y.requires_grad, nothing)
            return g * 2 * x

    x = torch.tensor([3.0], requires_grad=True)
    y = Square.apply(x)
    say(y.grad_fn.saved_tensors[1].grad_fn is y.grad_fn)
    y.backward()
    say(x.grad)
    say.refused(y.backward)
    say.refused(lambda: y.grad_fn.saved_tensors)
    y = Square.apply(x * 1)
    y.add_(1)
    say.refused(y.backward)
    t = x * 1
    y = Square.apply(t)
    t.add_(1)
    say.refused(y.backward)


@compared
def test_save_for_backward_takes_tensors(torch, say):
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, 3)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g

    say.refused(Wrong.apply, torch.ones(1, requires_grad=True))


@compared
def test_wrong_numbers_of_gradients(torch, say):
    def attempt(returned):
        class Two(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, y, n):
                return x * y

            @staticmethod
            def backward(ctx, g):
                return returned(g)

        x = torch.ones(2, requires_grad=True)
        y = torch.ones(2, requires_grad=True)

        def run():
            Two.apply(x, y, 3).sum().backward()
            return x.grad, y.grad

        say.refused(run)

    attempt(lambda g: g)
    attempt(lambda g: (g, g))
    attempt(lambda g: (g, g, None))
    attempt(lambda g: (g, g, None, None, None))
    attempt(lambda g: (g, g, None, g))
    attempt(lambda g: (g, g, g))
    attempt(lambda g: (None, g, None))
    attempt(lambda g: (g, 3, None))
    attempt(lambda g: None)
    attempt(lambda g: (None, None, None))


@compared
def test_wrong_shapes_of_gradients(torch, say):
    def attempt(returned, shape=(2,)):
        class Sum(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.sum()

            @staticmethod
            def backward(ctx, g):
                return returned

        x = torch.ones(shape, requires_grad=True)

        def run():
            Sum.apply(x).backward()
            return x.grad

        say.refused(run)

    attempt(torch.ones(3))
    attempt(torch.ones(3, 2))
    attempt(torch.ones(()))
    attempt(torch.ones(1))
    attempt(torch.ones(2, dtype=torch.float64))
    attempt(torch.ones(2, 2), (2, 1))
    attempt(torch.ones(2, dtype=torch.complex64))


@compared
def test_gradient_for_an_input_that_wants_none(torch, say):
    class Mul(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return g * b, g * a

    x = torch.tensor([3.0], requires_grad=True)
    w = torch.tensor([2.0])
    Mul.apply(x, w).backward()
    Mul.apply(w, x).backward()
    say(x.grad, w.grad)
    Mul.apply(x, x).backward()
    say(x.grad)


@compared
def test_double_backward(torch, say):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            say(torch.is_grad_enabled(), g.requires_grad)
            return g * 3 * x**2

    x = torch.tensor([2.0], requires_grad=True)
    (g,) = torch.autograd.grad(Cube.apply(x), x, create_graph=True)
    say(g)
    (h,) = torch.autograd.grad(g, x, create_graph=True)
    say(h, torch.autograd.grad(h, x))


@compared
def test_once_differentiable(torch, say):
    from_function = torch.autograd.function

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @from_function.once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x**2

    x = torch.tensor([2.0], requires_grad=True)
    Cube.apply(x).backward()
    say(x.grad)
    (g,) = torch.autograd.grad(Cube.apply(x), x, create_graph=True)
    say(g.requires_grad)
    say.refused(lambda: torch.autograd.grad(g, x))
    (g,) = torch.autograd.grad(Cube.apply(x * x), x, create_graph=True)
    say(g.requires_grad)
    say.refused(lambda: torch.autograd.grad(g, x))


@compared
def test_functions_of_functions(torch, say):
    Double = double(torch)

    class Quadruple(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return Double.apply(Double.apply(x))

        @staticmethod
        def backward(ctx, g):
            return Double.apply(g) * 2

    x = torch.tensor([1.0], requires_grad=True)
    y = Quadruple.apply(x)
    say.graph(y)
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    say(g, g.requires_grad)


@compared
def test_enable_grad_in_forward(torch, say):
    class Inner(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            with torch.enable_grad():
                ctx.x = x.detach().requires_grad_()
                ctx.y = ctx.x.exp()
            return ctx.y.detach()

        @staticmethod
        def backward(ctx, g):
            with torch.enable_grad():
                return torch.autograd.grad(ctx.y, ctx.x, g)[0]

    x = torch.tensor([1.0], requires_grad=True)
    Inner.apply(x).backward()
    say(x.grad)


@compared
def test_kinds_of_arguments(torch, say):
    class Take(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *args):
            say(ctx.needs_input_grad)
            return args[1] * args[-1]["k"]

        @staticmethod
        def backward(ctx, g):
            return None, g, None, None

    x = torch.tensor([1.0], requires_grad=True)
    Take.apply("text", x, [x, 2], {"k": 3}).backward()
    say(x.grad)


@compared
def test_missing_parts(torch, say):
    class Nothing(torch.autograd.Function):
        pass

    class NoBackward(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

        @staticmethod
        def vjp(ctx, g):
            return g

    class Vjp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def vjp(ctx, g):
            return g * 2

    x = torch.tensor([1.0], requires_grad=True)
    say.refused(Nothing.apply, x)
    say.refused(NoBackward.apply(x).backward)
    say.refused(Both.apply(x).backward)
    Vjp.apply(x).backward()
    say(x.grad)


@compared
def test_errors_inside(torch, say):
    class Fails(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, now):
            if now:
                raise KeyError("forward")
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise KeyError("backward")

    x = torch.tensor([1.0], requires_grad=True)
    say.refused(Fails.apply, x, True)
    say(torch.is_grad_enabled())
    say.refused(Fails.apply(x, False).backward)
    say(torch.is_grad_enabled())


@compared
def test_hooks_on_function_nodes(torch, say):
    Double = double(torch)
    x = torch.tensor([1.0], requires_grad=True)
    y = Double.apply(x)
    y.register_hook(lambda g: say("tensor", g))
    y.grad_fn.register_prehook(lambda gs: say("pre", list(gs)))
    y.grad_fn.register_hook(lambda gi, go: say("post", list(gi), list(go)))
    (y * 3).backward()
    say(x.grad)


@compared
def test_saved_tensor_hooks_apply(torch, say):
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            say("unpacked", x.detach())
            return g * 2 * x

    x = torch.tensor([3.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: say("pack", t.detach()) or t.detach() * 10, lambda t: t
    ):
        y = Square.apply(x)
    y.backward()
    say(x.grad)


@compared
def test_inheritance(torch, say):
    Double = double(torch)

    class Child(Double):
        @staticmethod
        def backward(ctx, g):
            return Double.backward(ctx, g) * 100

    x = torch.tensor([1.0], requires_grad=True)
    y = Child.apply(x)
    say(y)
    y.backward()
    say(x.grad, issubclass(Child, torch.autograd.Function))
    say.warned(torch.autograd.Function)


@compared
def test_names_of_the_module(torch, say):
    f = torch.autograd.function
    x = torch.tensor([1.0], requires_grad=True)
    node = double(torch).apply(x).grad_fn
    say(isinstance(node, f.BackwardCFunction), isinstance(node, f.FunctionCtx))
    say(isinstance(node, torch.autograd.graph.Node))
    say(f.Function is torch.autograd.Function, issubclass(f.InplaceFunction, f.Function))
    say(issubclass(f.NestedIOFunction, f.Function), isinstance(f.Function, f.FunctionMeta))


@compared
def test_context_outlives_nothing_it_should_not(torch, say):
    class Keep(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_non_differentiable()
            return x.clone()

        @staticmethod
        def backward(ctx, *gs):
            return gs[0]

    x = torch.tensor([1.0], requires_grad=True)
    Keep.apply(x).backward()
    say(x.grad)


@compared
def test_mixed_dtypes(torch, say):
    class Cast(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.double()

        @staticmethod
        def backward(ctx, g):
            say(g)
            return g

    x = torch.tensor([1.0], requires_grad=True)
    Cast.apply(x).backward()
    say(x.grad)


@compared
def test_unused_gradient_is_not_computed(torch, say):
    class Two(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, g):
            say(ctx.needs_input_grad)
            return g, g

    a = torch.ones(1, requires_grad=True)
    b = torch.ones(1, requires_grad=True)
    say(torch.autograd.grad(Two.apply(a, b), a))


@compared
def test_keyword_arguments(torch, say):
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor=2.0):
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None

    x = torch.ones(1, requires_grad=True)
    say(Scale.apply(x, 3.0), Scale.apply(x))


def test_nodes_are_freed_with_their_outputs():
    class Square(rushlight.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, g):
            return g

    def act():
        x = rushlight.ones(2, requires_grad=True)
        y = Square.apply(x)
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
        gc.collect()
        for _ in range(3):
            Square.apply(x).sum().backward()
        return gc.collect()

    assert without_collector(act) == 0
