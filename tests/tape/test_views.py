"""Views and in-place writes: shared versions, rebased histories, and what is refused."""

from tests.tape.transcript import compared


def leaf(torch, *shape):
    n = 1
    for s in shape:
        n *= s
    return torch.arange(1.0, n + 1).reshape(shape).clone().requires_grad_()


@compared
def test_write_to_a_view_changes_the_base(torch, say):
    x = leaf(torch, 2, 3)
    y = x * 2
    v = y[0]
    v.mul_(5)
    say(y, v)
    say.graph(y)
    say.graph(v)
    (y * y).sum().backward()
    say(x.grad)


@compared
def test_write_to_the_base_changes_views(torch, say):
    x = leaf(torch, 2, 3)
    y = x * 2
    v = y.view(3, 2)
    say(v.grad_fn)
    y.exp_()
    say(v.grad_fn, v)
    say.graph(v)
    v.sum().backward()
    say(x.grad)


@compared
def test_every_view_can_be_regenerated(torch, say):
    kinds = {
        "view": lambda t: t.view(3, 2),
        "reshape": lambda t: t.reshape(6),
        "t": lambda t: t.t(),
        "transpose": lambda t: t.transpose(0, 1),
        "permute": lambda t: t.permute(1, 0),
        "select": lambda t: t[1],
        "column": lambda t: t[:, 1],
        "slice": lambda t: t[:, 1:],
        "steps": lambda t: t[:, ::2],
        "narrow": lambda t: t.narrow(1, 1, 2),
        "unsqueeze": lambda t: t.unsqueeze(0),
        "squeeze": lambda t: t.unsqueeze(0).squeeze(0),
        "expand": lambda t: t.expand(2, 2, 3),
        "diagonal": lambda t: t.diagonal(),
        "unfold": lambda t: t.unfold(1, 2, 1),
        "flatten": lambda t: t.flatten(),
        "unflatten": lambda t: t.unflatten(1, (3, 1)),
        "view_as": lambda t: t.view_as(t),
        "as_strided": lambda t: t.as_strided((2, 2), (3, 2), 0),
        "movedim": lambda t: t.movedim(0, 1),
        "double": lambda t: t[1:].t()[1:],
        "item": lambda t: t[0, 1],
        "all": lambda t: t[...],
        "none": lambda t: t[None],
    }
    for name, view in kinds.items():
        x = leaf(torch, 2, 3)
        y = x * 1
        v = view(y)
        before = v.grad_fn.name()
        y.mul_(x)
        say(name, before, v.grad_fn.name(), v._base is y, v._version)
        (g,) = torch.autograd.grad((v * v).sum(), x)
        say(g)


@compared
def test_write_through_every_view(torch, say):
    kinds = {
        "view": lambda t: t.view(3, 2),
        "t": lambda t: t.t(),
        "select": lambda t: t[1],
        "column": lambda t: t[:, 1],
        "steps": lambda t: t[:, ::2],
        "unsqueeze": lambda t: t.unsqueeze(0),
        "diagonal": lambda t: t.diagonal(),
        "flatten": lambda t: t.flatten(),
        "as_strided": lambda t: t.as_strided((2, 2), (3, 2), 0),
        "double": lambda t: t[1:].t()[1:],
        "item": lambda t: t[0, 1],
    }
    for name, view in kinds.items():
        x = leaf(torch, 2, 3)
        y = x * 1
        v = view(y)
        v.mul_(3).add_(1)
        say(name, y, v, y.grad_fn)
        say(torch.autograd.grad((y * y).sum(), x, retain_graph=True))
        say(torch.autograd.grad((v * 2).sum(), x))


@compared
def test_write_to_parts_of_complex_numbers(torch, say):
    makes = [
        (lambda x: torch.complex(x, x * x), torch.imag),
        (lambda x: torch.complex(x, x * x)[1:], lambda z: torch.view_as_real(z)[..., 0]),
        (lambda x: torch.stack([x, x * x], -1), lambda z: torch.view_as_complex(z)[1:]),
    ]
    for make, view in makes:
        x = torch.tensor([0.5, 1.0, -2.0], requires_grad=True)
        z = make(x)
        part = view(z)
        part.exp_()
        (part.abs().sum() + (z * z).abs().sum()).backward()
        say(x.grad)


@compared
def test_chain_of_writes(torch, say):
    x = leaf(torch, 4)
    w = leaf(torch, 2)
    y = x * 1
    y[:2].mul_(w)
    y[1:3].sin_()
    y.mul_(2)
    y[3].zero_()
    y[:2] = y[2:].clone() + w
    say(y)
    say.graph(y)
    y.sum().backward()
    say(x.grad, w.grad)


@compared
def test_write_of_a_tensor_that_requires_grad(torch, say):
    w = leaf(torch, 2)
    y = torch.zeros(3, 2)
    say(y.requires_grad, y[1].requires_grad)
    v = y[0]
    y[1] = w
    say(y.requires_grad, y.grad_fn, v.requires_grad, v.grad_fn)
    v.copy_(w * w)
    say.graph(y)
    y.sum().backward()
    say(w.grad, y.is_leaf)


@compared
def test_other_views_follow_a_write_to_one(torch, say):
    x = leaf(torch, 4)
    y = x * 1
    a, b = y[:2], y[1:]
    say(a.grad_fn, b.grad_fn)
    a.mul_(10)
    say(b, b.grad_fn)
    (g,) = torch.autograd.grad(b.sum(), x)
    say(g)


@compared
def test_view_of_a_view(torch, say):
    x = leaf(torch, 2, 3)
    y = x * 1
    v = y[0]
    u = v[1:]
    u.mul_(2)
    say(u._base is y, v._base is y, v.grad_fn, u.grad_fn, y.grad_fn)
    say(torch.autograd.grad((y.sum() + v.sum() + u.sum()), x))


@compared
def test_versions_are_shared(torch, say):
    y = torch.zeros(4)
    v, d = y[:2], y.detach()
    w = v.view(2, 1)
    say([t._version for t in (y, v, d, w)])
    v.add_(1)
    d.mul_(2)
    y[0] = 3
    w.zero_()
    say([t._version for t in (y, v, d, w)])
    c = y.clone()
    y.add_(1)
    say(c._version, y._version)
    y.data.add_(1)
    say(y._version)
    y += 1
    say(y._version)


@compared
def test_is_view_and_base(torch, say):
    x = leaf(torch, 2, 2)
    y = x * 1
    views = [y[0], y.t(), y.detach(), y.view(4), y + 1, y.reshape(4), y.t().reshape(4)]
    say([(v._is_view(), v._base is y, v.is_leaf) for v in views])
    v = x[0]
    say(v._is_view(), v._base is x, v.is_leaf, v.requires_grad)
    with torch.no_grad():
        v = x[0]
    say(v._is_view(), v._base is x, v.is_leaf, v.requires_grad)


@compared
def test_leaves_are_protected(torch, say):
    x = leaf(torch, 2, 2)
    say.refused(lambda: x.add_(1))
    say.refused(lambda: x[0].add_(1))
    say.refused(lambda: x.view(4).mul_(2))
    say.refused(lambda: x.zero_())
    say.refused(lambda: x.copy_(torch.ones(2, 2)))
    say.refused(lambda: x.__setitem__(0, 1.0))
    v = x[0]
    say.refused(lambda: v.exp_())
    say(x, x._version)
    with torch.no_grad():
        x.add_(1)
        x[0].mul_(2)
    say(x, x._version, x.is_leaf)


@compared
def test_view_made_in_no_grad(torch, say):
    x = leaf(torch, 2, 2)
    y = x * 1
    with torch.no_grad():
        v = y[0]
        say(v.requires_grad, v.is_leaf, v.grad_fn)
        v.add_(1)
    say(y, y.grad_fn, y._version)
    say.refused(lambda: v.mul_(2))
    w = torch.zeros(2, 2)
    with torch.no_grad():
        v = w[0]
    v.add_(1)
    say(w)
    say.refused(lambda: v.add_(x[0]))
    with torch.no_grad():
        v = x[0]
    say.refused(lambda: v.mul_(2))


@compared
def test_outputs_that_are_many_views(torch, say):
    for split in (lambda t: t.unbind(), lambda t: t.chunk(2), lambda t: t.split(1)):
        x = leaf(torch, 2, 2)
        y = x * 1
        a, b = split(y)
        say(a.grad_fn, b.output_nr)
        say.refused(lambda a=a: a.mul_(2))
        say.refused(lambda a=a: a.zero_())
        say.refused(lambda a=a: a[0].mul_(2))
        with torch.no_grad():
            a.mul_(3)
        say(y)
        y.mul_(2)
        say.warned(lambda b=b: say(b.grad_fn))
    w = torch.zeros(2, 2)
    a, b = w.unbind()
    a.add_(1)
    say(w)
    say.refused(lambda: a.add_(leaf(torch, 2)))


@compared
def test_detached_writes_are_noticed(torch, say):
    x = leaf(torch, 2)
    y = x * 1
    z = y * y
    y.detach().mul_(2)
    say(y._version)
    say.refused(z.sum().backward)


@compared
def test_data_writes_are_not_noticed(torch, say):
    x = leaf(torch, 2)
    y = x * 1
    z = y * y
    y.data.mul_(2)
    z.sum().backward()
    say(x.grad)


@compared
def test_write_that_overlaps(torch, say):
    x = torch.zeros(1).expand(3)
    say.refused(lambda: x.add_(1))
    say.refused(lambda: x.zero_())
    say.refused(lambda: torch.zeros(3)[None].expand(2, 3).mul_(2))
    y = torch.arange(4.0)
    y[1:] += y[:-1].clone()
    say(y)


@compared
def test_retained_grad_follows_a_write(torch, say):
    x = leaf(torch, 2)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    say(x.grad, y.grad)
    x.grad = None
    y = x * 2
    y.retain_grad()
    y[0].mul_(5)
    (y * y).sum().backward()
    say(x.grad, y.grad)


@compared
def test_hooks_stay_with_the_value_they_were_put_on(torch, say):
    x = leaf(torch, 2)
    y = x * 2
    y.register_hook(lambda g: say("before", g))
    y.mul_(3)
    y.register_hook(lambda g: say("after", g))
    (y * 5).sum().backward()
    say(x.grad)


@compared
def test_requires_grad_of_views(torch, say):
    w = torch.zeros(2, 2)
    v = w[0]
    w.requires_grad_()
    say(v.requires_grad, v.is_leaf, v.grad_fn)
    v = w[0]
    say(v.requires_grad, v.is_leaf, v.grad_fn)
    u = torch.zeros(2, 2)[0].requires_grad_()
    say(u.requires_grad, u.is_leaf)
    say.refused(lambda: u.add_(1))


@compared
def test_detach_in_place(torch, say):
    x = leaf(torch, 2)
    y = x * 2
    y.detach_()
    say(y.requires_grad, y.grad_fn, y.is_leaf)
    v = (x * 2)[0]
    say.refused(v.detach_)


@compared
def test_double_backward_through_a_write(torch, say):
    x = leaf(torch, 3)
    y = x * x
    y[1:].mul_(x[1:])
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), x))


@compared
def test_write_into_transposed_and_strided_bases(torch, say):
    x = leaf(torch, 3, 2)
    y = (x * 1).t()
    y[1].mul_(7)
    say(y, y._base is None, y.stride())
    y.sum().backward()
    say(x.grad)
    x.grad = None
    y = (x * 1)[::2]
    y[:, 1].exp_()
    y.sum().backward()
    say(x.grad)


@compared
def test_swap_by_slices(torch, say):
    x = leaf(torch, 4)
    y = x * 1
    y[:2], y[2:] = y[2:].clone(), y[:2].clone()
    (y * torch.arange(4.0)).sum().backward()
    say(y, x.grad)


@compared
def test_view_made_in_no_grad_leads_nowhere(torch, say):
    x = leaf(torch, 2, 2)
    y = x * 1
    with torch.no_grad():
        v, s = y.t(), y[0, 0]
    say(v.requires_grad, v.is_leaf)
    out = v.sum()
    say.graph(out)
    out.backward()
    say(v.grad, x.grad)
    say.refused(s.backward)
    say.refused(v.backward, torch.ones(2, 2))
    say.refused(lambda: torch.autograd.grad((v * 2).sum(), v))
    say(torch.autograd.grad((v * 2).sum(), v, allow_unused=True))


@compared
def test_writes_to_views_are_differentiated_once(torch, say):
    x = leaf(torch, 2, 2)
    y = torch.zeros(2, 2)
    y[0] = x[0]
    y.sum().backward()
    say.refused(y.sum().backward)
    say(x.grad)
