"""User-defined Functions in forward mode, by `jvp`; and every mode by one rule."""

import weakref

import pytest

import rushlight
from tests.tape.transcript import Transcript, assert_same, compared, torch, without_collector


def sine(torch, say=None):
    """sin with all rules written, by `setup_context`."""

    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.sin()

        @staticmethod
        def setup_context(ctx, inputs, output):
            (x,) = inputs
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * x.cos()

        @staticmethod
        def jvp(ctx, t):
            (x,) = ctx.saved_tensors
            if say is not None:
                say("jvp", x, t, torch.is_grad_enabled())
            return t * x.cos()

    return Sine


def moved(torch, function, *pairs):
    """The values and tangents of `function` on (primal, tangent) pairs."""
    fw = torch.autograd.forward_ad
    with fw.dual_level():
        args = [fw.make_dual(*p) if isinstance(p, tuple) else p for p in pairs]
        out = function(*args)
        several = out if isinstance(out, tuple) else (out,)
        return [tuple(fw.unpack_dual(x)) if isinstance(x, torch.Tensor) else x for x in several]


@compared
def test_jvp(torch, say):
    x, t = torch.tensor([0.1, 0.2]), torch.tensor([1.0, 2.0])
    say(moved(torch, sine(torch, say).apply, (x, t)))
    say(torch.func.jvp(sine(torch).apply, (x,), (t,)))


@compared
def test_jvp_with_ctx(torch, say):
    class Mul(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, k):
            ctx.save_for_backward(a, b)
            ctx.save_for_forward(a, b)
            ctx.k = k
            return k * a * b

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return ctx.k * g * b, ctx.k * g * a, None

        @staticmethod
        def jvp(ctx, ta, tb, tk):
            a, b = ctx.saved_tensors
            say("tangents", ta, tb, tk)
            return ctx.k * (0 if ta is None else ta * b) + ctx.k * (0 if tb is None else a * tb)

    a, b, t = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), torch.tensor([0.5, 0.25])
    say(moved(torch, Mul.apply, (a, t), (b, 2 * t), 3))
    say(moved(torch, Mul.apply, (a, t), b, 3))
    say(moved(torch, Mul.apply, a, (b, t), 2))
    r = a.clone().requires_grad_()
    out = moved(torch, Mul.apply, (r, t), b, 3)
    say(out)
    out[0][0].sum().backward()
    say(r.grad)


@compared
def test_tangent_with_a_history(torch, say):
    x = torch.tensor([0.1, 0.2], requires_grad=True)
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    ((y, d),) = moved(torch, sine(torch).apply, (x, t))
    say(y, d)
    say(torch.autograd.grad(d.sum(), (x, t)))


@compared
def test_several_outputs(torch, say):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_forward(x)
            i = x.long()
            ctx.mark_non_differentiable(i)
            return x * 2, i, x * x, "text"

        @staticmethod
        def jvp(ctx, t):
            (x,) = ctx.saved_tensors
            return t * 2, None, 2 * x * t, None

    say(moved(torch, Both.apply, (torch.tensor([3.0, 4.0]), torch.tensor([1.0, 0.5]))))


@compared
def test_missing_tangents(torch, say):
    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * 2, y * 3

        @staticmethod
        def jvp(ctx, tx, ty):
            say("given", tx, ty)
            return (None if tx is None else tx * 2), (None if ty is None else ty * 3)

    x, y = torch.tensor([1.0]), torch.tensor([2.0])
    say(moved(torch, Half.apply, (x, x), y))
    say(moved(torch, Half.apply, x, (y, y)))
    say(moved(torch, Half.apply, x, y))


@compared
def test_tangents_are_not_materialized(torch, say):
    def make(flag):
        class Add(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, y):
                ctx.set_materialize_grads(flag)
                return x + y

            @staticmethod
            def jvp(ctx, tx, ty):
                say("given", flag, tx, ty)
                return tx if ty is None else ty

        return Add

    x, y = torch.tensor([1.0]), torch.tensor([2.0])
    say(moved(torch, make(True).apply, (x, x), y))
    say(moved(torch, make(False).apply, x, (y, y)))


@compared
def test_wrong_results_of_jvp(torch, say):
    def returning(result):
        class Bad(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def jvp(ctx, t):
                return result(t)

        return Bad.apply

    x = torch.ones(2)
    say.refused(moved, torch, returning(lambda t: (t, t)), (x, x))
    say.refused(moved, torch, returning(lambda t: t[:1]), (x, x))
    say.refused(moved, torch, returning(lambda t: 1.0), (x, x))
    say.refused(moved, torch, returning(lambda t: [t]), (x, x))
    say(moved(torch, returning(lambda t: (t,)), (x, x)))


@compared
def test_dirty(torch, say):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def jvp(ctx, t):
            return t.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    fw = torch.autograd.forward_ad
    with fw.dual_level():
        x = torch.tensor([1.0, 2.0])
        d = fw.make_dual(x, torch.tensor([1.0, 3.0]))
        out = Double.apply(d)
        say(out is d, tuple(fw.unpack_dual(out)), tuple(fw.unpack_dual(d)))
        say(fw.unpack_dual(d * 3).tangent, x)


@compared
def test_dirty_must_write_to_the_tangent(torch, say):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def jvp(ctx, t):
            return t * 2

    say.refused(moved, torch, Double.apply, (torch.ones(2), torch.ones(2)))


@compared
def test_input_returned(torch, say):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def jvp(ctx, t):
            return t.view_as(t)

        @staticmethod
        def backward(ctx, g):
            return g

    say(moved(torch, Same.apply, (torch.ones(2), 2 * torch.ones(2))))


@compared
def test_view_returned(torch, say):
    class Row(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x[0]

        @staticmethod
        def jvp(ctx, t):
            return t[0]

    say(moved(torch, Row.apply, (torch.ones(2, 2), torch.arange(4.0).view(2, 2))))


@compared
def test_no_rule(torch, say):
    class Neither(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    say.refused(moved, torch, Neither.apply, (torch.ones(2), torch.ones(2)))


@compared
def test_forward_over_reverse(torch, say):
    f = sine(torch).apply

    def g(x):
        return torch.func.grad(lambda y: f(y).sum())(x)

    x, t = torch.tensor([0.1, 0.2]), torch.tensor([1.0, 2.0])
    say(torch.func.jvp(g, (x,), (t,)))
    say(torch.func.grad(lambda x: torch.func.jvp(f, (x,), (t,))[1].sum())(x))


def tripled(torch, name):
    """A Function that triples cubes, with one rule only: 'backward' or 'jvp'."""

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, k):
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)
            ctx.k = k
            return k * x**3

    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * ctx.k * g * x**2, None

    def jvp(ctx, t, _):
        (x,) = ctx.saved_tensors
        return 3 * ctx.k * t * x**2

    setattr(Cube, name, staticmethod({"backward": backward, "jvp": jvp}[name]))
    return lambda x: Cube.apply(x, 2.0)


def every_mode(torch, f, say):
    """What a function of a vector gives in every mode of differentiation."""
    x, t = torch.tensor([0.5, 1.0, -2.0]), torch.tensor([1.0, -1.0, 3.0])
    func, fw = torch.func, torch.autograd.forward_ad
    r = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(r).sum(), r, create_graph=True)
    say(g.detach(), torch.autograd.grad(g.sum(), r)[0])
    say(func.jvp(f, (x,), (t,)))
    say(func.grad(lambda x: f(x).sum())(x))
    say(func.vmap(lambda x: f(x) * x)(x), func.vmap(f)(torch.stack([x, t])))
    say(func.jacrev(f)(x), func.jacfwd(f)(x))
    say(func.hessian(lambda x: f(x).sum())(x))
    say(func.vmap(func.grad(lambda x: f(x).sum()))(torch.stack([x, t])))
    say(func.jvp(func.grad(lambda x: f(x).sum()), (x,), (t,)))
    say(func.grad(lambda x: func.jvp(f, (x,), (t,))[1].sum())(x))
    say(func.vmap(lambda x: func.jvp(f, (x,), (x,))[1])(torch.stack([x, t])))
    with fw.dual_level():
        d = fw.make_dual(x, t)
        say(tuple(fw.unpack_dual(f(d))))
        d = fw.make_dual(r, t)
        (g,) = torch.autograd.grad(f(d).sum(), r)
        say([p.detach() for p in fw.unpack_dual(g)])
    rows = torch.stack([x, t]).requires_grad_()
    func.vmap(f)(rows).sum().backward()
    say(rows.grad)


@pytest.mark.parametrize("rule", ["backward", "jvp"])
def test_one_rule_serves_every_mode(rule):
    """PyTorch needs all rules to be written; here the others follow from one."""
    ours, theirs = Transcript(rushlight), Transcript(torch)
    every_mode(rushlight, tripled(rushlight, rule), ours)
    every_mode(torch, lambda x: 2 * x**3, theirs)
    assert_same(ours.lines, theirs.lines)


def test_a_forward_rule_that_writes_serves_in_reverse():
    class Triple(rushlight.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(3)

        @staticmethod
        def jvp(ctx, t):
            return t.mul_(3)

    x = rushlight.ones(2, requires_grad=True)
    Triple.apply(x.clone()).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_saved_for_forward_closes_no_cycle():
    class Square(rushlight.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x
            ctx.save_for_forward(x, y)
            return y

        @staticmethod
        def jvp(ctx, t):
            x, y = ctx.saved_tensors
            return 2 * t * x + 0 * y

    def act():
        x = rushlight.ones(2, requires_grad=True)
        y = Square.apply(x)
        y.sum().backward()
        assert x.grad.tolist() == [2, 2]
        return weakref.ref(x), weakref.ref(y), weakref.ref(y.grad_fn)

    assert [r() for r in without_collector(act)] == [None] * 3
