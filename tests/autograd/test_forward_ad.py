"""`autograd.forward_ad`: dual tensors, their levels, and what records them."""

from tests.tape.transcript import compared


def forward_ad(torch):
    return torch.autograd.forward_ad


def both(torch, x):
    """Primal and tangent of a tensor."""
    return tuple(forward_ad(torch).unpack_dual(x))


@compared
def test_levels(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0])
    say.refused(fw.make_dual, x, x)
    say.refused(fw.exit_dual_level)
    say(fw.enter_dual_level())
    say.refused(fw.enter_dual_level)
    d = fw.make_dual(x, 2 * x)
    say(both(torch, d))
    fw.exit_dual_level()
    say(both(torch, d))
    with fw.dual_level() as level:
        say(level, both(torch, d), both(torch, fw.make_dual(d, x, level=level)))
        say.refused(lambda: fw.make_dual(x, x, level=1))
        say.refused(lambda: fw.exit_dual_level(level=1))
    say.refused(lambda: fw.unpack_dual(x, level=0))
    say(fw.unpack_dual(x))


@compared
def test_what_can_be_a_tangent(torch, say):
    fw = forward_ad(torch)
    x = torch.ones(2)
    with fw.dual_level():
        say.refused(fw.make_dual, x, torch.ones(3))
        say.refused(fw.make_dual, x, torch.ones(2).long())
        say.refused(fw.make_dual, x.long(), x)
        say.refused(fw.make_dual, x, 1.0, first_words=4)
        say.refused(fw.make_dual, 1.0, x, first_words=4)
        say(both(torch, fw.make_dual(x, torch.ones(2, dtype=torch.float64))))
        d = fw.make_dual(x, x)
        say.refused(fw.make_dual, d, x)
        say.refused(fw.make_dual, x, d)
        say(both(torch, fw.make_dual(torch.tensor(1.0), torch.tensor(2.0))))
        say(both(torch, fw.make_dual(x * 1j, x * 2j)))


@compared
def test_dual_is_a_view(torch, say):
    fw = forward_ad(torch)
    x, t = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    with fw.dual_level():
        d = fw.make_dual(x, t)
        say(d._is_view(), d._base is x, d._version, d.requires_grad, d.grad_fn, d is x)
        p, u = both(torch, d)
        say(p._is_view(), p._base is x, u._is_view(), u is t)
        x.mul_(2)
        say(d._version, both(torch, d), t)
        d.mul_(3)
        say(x, both(torch, d), t, d._version, x._version)
        u.zero_()
        say(both(torch, d), t)


@compared
def test_dual_of_what_requires_grad(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(x, torch.ones(2))
        say(d.requires_grad, d.is_leaf, d._is_view())
        p = fw.unpack_dual(d).primal
        say(p, p.grad_fn.next_functions[0][0].next_functions[0][0])
        y = d * d
        say(y, both(torch, y))
        say.graph(fw.unpack_dual(y).tangent)


@compared
def test_everything_goes_forward(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        x = fw.make_dual(torch.tensor([[0.5, 1.0], [1.5, 2.0]]), torch.eye(2))
        w = torch.tensor([[1.0, -1.0], [2.0, 0.5]])
        for f in (
            torch.sin,
            torch.exp,
            lambda a: a @ w,
            lambda a: a.sum(0),
            lambda a: a.max(),
            lambda a: a.t()[0],
            lambda a: torch.cat([a, w]),
            lambda a: torch.stack([w, a]).mean(0),
            lambda a: a.softmax(-1),
            lambda a: a.sort().values,
            lambda a: torch.where(w > 0, a, w),
            lambda a: a.norm(),
            lambda a: a.cumsum(0),
            lambda a: torch.tril(a),
            lambda a: a[:, 1] * 3,
            lambda a: a > 1,
            lambda a: a.detach(),
            lambda a: a.long(),
        ):
            say(both(torch, f(x)))


@compared
def test_writes(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        d = fw.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
        y = torch.zeros(2)
        y.copy_(d)
        say(both(torch, y))
        y.mul_(d)
        say(both(torch, y))
        y.add_(1)
        say(both(torch, y))
        z = torch.zeros(3)
        z[1:] = d
        say(both(torch, z), both(torch, z[1]), both(torch, z[0]))
        z[1] = 5.0
        say(both(torch, z))
        z.zero_()
        say(both(torch, z))
        v = torch.zeros(2, 2)
        row = v[0]
        row.add_(d)
        say(both(torch, v), both(torch, row))
        v.mul_(2)
        say(both(torch, row))
        e = torch.ones(2)
        e.mul_(d).sin_()
        say(both(torch, e))
    say(y, z, v, e, row, both(torch, y))


@compared
def test_writes_to_views_of_duals(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        d = fw.make_dual(x, torch.ones(2, 2)) * 1
        row = d[0]
        row.mul_(2)
        say(both(torch, d), both(torch, row))
        d.t()[0].zero_()
        say(both(torch, d), both(torch, row))
        d.mul_(d.clone())
        say(both(torch, d), both(torch, row))
        with torch.no_grad():
            d[1, 1] = 10.0
        say(both(torch, d))
        d.detach().add_(1)
        say(both(torch, d))


@compared
def test_detached_and_data(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        d = fw.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        say(both(torch, d.detach()), both(torch, d.data), both(torch, d.clone()))
        with torch.no_grad():
            say(both(torch, d * 2))
        say.refused(d.detach_)
        e = d * 2
        e.detach_()
        say(both(torch, e))


@compared
def test_modes(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        d = fw.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        with fw._set_fwd_grad_enabled(False):
            say(both(torch, d * 2))
        say(both(torch, d * 2))


@compared
def test_forward_over_reverse(torch, say):
    fw = forward_ad(torch)
    x, t = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    x.requires_grad_()
    with fw.dual_level():
        d = fw.make_dual(x, t)
        say((d**3).sum())
        (g,) = torch.autograd.grad((d**3).sum(), d, create_graph=True)
        say(g, fw.unpack_dual(g).tangent.detach())
        say(torch.autograd.grad(fw.unpack_dual(g).tangent.sum(), x))


@compared
def test_forward_over_backward_into_leaves(torch, say):
    fw = forward_ad(torch)
    x, t = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    w = torch.tensor([0.5, -1.0], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(x, t)
        loss = (d * w).sin().sum()
        say(both(torch, loss), loss.requires_grad)
        loss.backward()
        say(both(torch, w.grad))
    say(w.grad, both(torch, w.grad), w.grad_fn)


@compared
def test_hessian_vector_product(torch, say):
    fw = forward_ad(torch)
    w = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
    v = torch.tensor([1.0, 2.0, 3.0])

    def loss(w):
        return (w.prod() + (w**4).sum()).exp().log()

    with fw.dual_level():
        d = fw.make_dual(w, v)
        (g,) = torch.autograd.grad(loss(d), w)
        say(both(torch, g))
        (g,) = torch.autograd.grad(loss(d), d)
        say(both(torch, g))
    say(torch.autograd.functional.hvp(loss, w.detach(), v))


@compared
def test_backward_after_the_level(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(x, torch.ones(2))
        y = (d.exp() * d).sum()
        tangent = fw.unpack_dual(y).tangent
    say(y, tangent)
    say(torch.autograd.grad(tangent, x, retain_graph=True))
    y.backward()
    say(x.grad)


@compared
def test_hooks_and_retained_gradients(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(x, torch.ones(2))
        y = d * d
        y.retain_grad()
        y.register_hook(lambda g: say("hook", both(torch, g)))
        y.sin().sum().backward()
        say(both(torch, y.grad), both(torch, x.grad))
    say(x.grad)


@compared
def test_saved_tensor_hooks(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def pack(t):
        say("pack", both(torch, t))
        return t

    with fw.dual_level(), torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        d = fw.make_dual(x, torch.ones(2))
        (d * d).sum().backward()
    say(x.grad)


@compared
def test_views_of_duals_and_reverse(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(x, torch.ones(2, 2)) * 1
        d[0].mul_(2)
        say([p.detach() for p in both(torch, d)])
        y = (d * d)[:, 1].sum()
        say(both(torch, y))
        (g,) = torch.autograd.grad(y, x)
        say(both(torch, g))


@compared
def test_leaf_is_still_protected(torch, say):
    fw = forward_ad(torch)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with fw.dual_level():
        d = fw.make_dual(torch.ones(2), torch.ones(2))
        say.refused(x.add_, d)
        say.refused(x[0].copy_, d[0])
        e = fw.make_dual(x, torch.ones(2))
        say.refused(e.mul_, 2)


@compared
def test_copies(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        d = fw.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        say(both(torch, d.clone()), both(torch, d.double()), both(torch, d.to(torch.complex64)))
        say(d.tolist(), d[0].item(), d.numpy().tolist(), len(d), d.shape)


@compared
def test_decorator(torch, say):
    fw = forward_ad(torch)

    @fw.dual_level()
    def f(x):
        return both(torch, fw.make_dual(x, x).exp())

    say(f(torch.zeros(2)))
    say.refused(fw.make_dual, torch.ones(1), torch.ones(1))


@compared
def test_jvp_of_functions_that_write(torch, say):
    def f(x):
        y = torch.zeros(3)
        y[:2] = x
        y.mul_(y.clone())
        y[2] = x.sum()
        y.t_() if y.dim() == 2 else None
        return y

    def g(x):
        z = x.clone()
        z[0] *= z[1]
        z.exp_()
        return z

    x, t = torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0])
    for h in (f, g, lambda x: g(f(x))):
        say(torch.func.jvp(h, (x,), (t,)))
        say(torch.func.jacfwd(h)(x))
    say(x, t)


@compared
def test_jvp_of_functions_that_write_elsewhere(torch, say):
    y = torch.zeros(2)

    def f(x):
        y.copy_(x)
        return y * 2

    def g(x):
        x.mul_(3)
        return x * x

    x, t = torch.ones(2), torch.tensor([3.0, 4.0])
    say.refused(torch.func.jvp, f, (x,), (t,))
    say(y, torch.func.jvp(g, (x,), (t,)), x, t)


@compared
def test_printing(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        x = torch.ones(2, requires_grad=True)
        say(repr(fw.make_dual(torch.ones(2, 3), torch.ones(2, 3))))
        say(repr(fw.make_dual(x, torch.ones(2))))
        d = fw.make_dual(torch.tensor(1.0), torch.tensor(2.0))
        say(repr(d), f"{d:.2f}", repr(fw.unpack_dual(d)))
    say(repr(d))


@compared
def test_transforms_inside(torch, say):
    fw = forward_ad(torch)
    with fw.dual_level():
        d = fw.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        say(both(torch, torch.func.grad(lambda x: (x**3).sum())(d)))
        say(both(torch, torch.func.vmap(lambda x: x * x)(d)))
