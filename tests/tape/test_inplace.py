"""In-place operations: values, histories, and the old values that their rules need."""

from tests.tape.transcript import compared


def positive(torch, n=3):
    return (torch.arange(1.0, n + 1) / n).clone().requires_grad_()


@compared
def test_old_values_are_kept_for_the_rule(torch, say):
    for name in (
        "exp_",
        "log_",
        "sin_",
        "sqrt_",
        "tanh_",
        "sigmoid_",
        "abs_",
        "reciprocal_",
        "square_",
        "neg_",
        "relu_",
        "rsqrt_",
        "tan_",
        "cos_",
    ):
        x = positive(torch)
        y = x.clone()
        out = getattr(y, name)()
        (g,) = torch.autograd.grad(y.sum(), x)
        say(name, out is y, y, g)


@compared
def test_old_values_for_the_other_operand(torch, say):
    for name in ("mul_", "div_", "add_", "sub_", "pow_", "atan2_"):
        a = torch.tensor([1.0, 2.0])
        b = torch.tensor([3.0, 4.0], requires_grad=True)
        getattr(a, name)(b)
        say(name, a, torch.autograd.grad(a.sum(), b))


@compared
def test_operand_that_is_the_target(torch, say):
    x = positive(torch)
    y = x.clone()
    y.add_(y)
    say(y, torch.autograd.grad(y.sum(), x))
    y = x.clone()
    y.mul_(y)
    say(y)
    say.refused(lambda: torch.autograd.grad(y.sum(), x), first_words=9)


@compared
def test_operators_that_assign(torch, say):
    x = positive(torch)
    y = x.clone()
    z = y
    y += 1
    y *= 2
    y -= x
    y /= 3
    y **= 2
    say(z is y, y, y._version, torch.autograd.grad(y.sum(), x))
    n = torch.tensor([5, 7])
    n //= 2
    n %= 2
    n <<= 1
    n |= 4
    n ^= 1
    n &= 5
    say(n, n._version)


@compared
def test_integer_targets(torch, say):
    n = torch.tensor([1, 2, 3])
    n.add_(1).mul_(2)
    say(n, n._version)
    say.refused(lambda: n.add_(0.5))
    say.refused(lambda: n.div_(2))
    say.refused(lambda: n.copy_(torch.ones(2)))
    n.copy_(torch.tensor([1.7, 2.7, -3.7]))
    say(n)
    b = torch.tensor([True, False])
    say.refused(lambda: b.add_(1))


@compared
def test_shapes_must_fit(torch, say):
    x = torch.ones(2)
    say.refused(lambda: x.add_(torch.ones(3, 2)))
    say.refused(lambda: x.add_(torch.ones(3)))
    x.add_(torch.ones(1))
    say(x)


@compared
def test_nothing_changes_when_refused(torch, say):
    x = positive(torch)
    y = x.clone()
    with torch.no_grad():
        v = y[:1]
    say.refused(lambda: v.add_(5))
    say.refused(lambda: y.add_(torch.ones(7)))
    say(y, y._version, y.grad_fn)


@compared
def test_fills(torch, say):
    x = positive(torch)
    y = x * 2
    y[0].fill_(7)
    y[1:].zero_()
    say(y)
    say(torch.autograd.grad(y.sum(), x))
    z = x * 2
    z.fill_(3)
    say(z.requires_grad, z.grad_fn, torch.autograd.grad(z.sum(), x))
    w = torch.tensor(2.0, requires_grad=True)
    z = torch.zeros(3)
    z.fill_(w)
    say(z, torch.autograd.grad(z.sum(), w))


@compared
def test_copy(torch, say):
    x = positive(torch)
    w = torch.tensor([[1.0], [2.0]], requires_grad=True)
    y = (x * 1).expand(2, 3).clone()
    y.copy_(w)
    say(y)
    say.graph(y)
    y.sum().backward()
    say(w.grad, x.grad)
    z = torch.zeros(2, dtype=torch.float64)
    z.copy_(x[:2])
    say(z, torch.autograd.grad(z.sum(), x))


@compared
def test_index_assignment(torch, say):
    x = positive(torch, 6)
    y = (x * 1).view(2, 3)
    y[0, 1] = 5
    y[:, 2] = torch.tensor([8.0, 9.0])
    y[1] = x[:3] * 2
    say(y)
    y.sum().backward()
    say(x.grad)
    z = torch.zeros(3)
    z[1] = x[0]
    z[torch.tensor([0, 2])] = x[1:3]
    say(z)
    say(torch.autograd.grad(z.sum(), x))
    z = x * 1
    z[z > 0.5] = 0
    say(z, torch.autograd.grad(z.sum(), x))


@compared
def test_sums_of_products(torch, say):
    x = positive(torch)
    y = x * 1
    y.addcmul_(x, x, value=2)
    y.addcdiv_(x, x + 1)
    y.lerp_(x, 0.25)
    y.clamp_(0, 1.5)
    say(y)
    say(torch.autograd.grad(y.sum(), x))


@compared
def test_in_place_on_inputs_of_a_saved_product(torch, say):
    a, b = positive(torch), positive(torch)
    p, q = a * 1, b * 1
    r = p * q
    q.add_(1)
    say.refused(lambda: torch.autograd.grad(r.sum(), a))
    r = p + q
    q.add_(1)
    say(torch.autograd.grad(r.sum(), [a, b]))


@compared
def test_zero_grad_by_hand(torch, say):
    x = positive(torch)
    for _ in range(3):
        (x * 3).sum().backward()
        say(x.grad)
        x.grad.zero_()
    x.grad.detach_()
    say(x.grad, x.grad._version)


@compared
def test_gradient_descent_under_no_grad(torch, say):
    x = positive(torch)
    for _ in range(3):
        loss = (x * x).sum()
        loss.backward()
        with torch.no_grad():
            x -= 0.1 * x.grad
        x.grad = None
    say(x, x._version, x.is_leaf, x.requires_grad)


@compared
def test_history_of_a_tensor_written_between_uses(torch, say):
    x = positive(torch)
    y = x * 1
    before = y.sum()
    y.mul_(3)
    after = y.sum()
    say(torch.autograd.grad(before, x, retain_graph=True), torch.autograd.grad(after, x))


@compared
def test_output_saved_by_its_own_node(torch, say):
    x = positive(torch)
    y = x.exp()
    y.add_(1)
    say.refused(y.sum().backward)
    y = x * 2
    y.exp_()
    y.sum().backward()
    say(x.grad)
    y = x * 2
    y.exp_()
    y.add_(1)
    say.refused(y.sum().backward)


@compared
def test_random_and_ordering_writes(torch, say):
    x = positive(torch)
    y = x * 1
    y.uniform_()
    say(y.requires_grad, y.grad_fn)
    say(torch.autograd.grad(y.sum(), x))
    y = x * 1
    y.clamp_(max=0.5).neg_().abs_()
    say(torch.autograd.grad(y.sum(), x))


@compared
def test_writes_of_another_dtype_give_gradients_of_each_inputs_own(torch, say):
    x, wide = positive(torch), torch.tensor([1.5, 2.5, 0.5], dtype=torch.float64)
    narrow = x.detach().float().requires_grad_()
    wide.requires_grad_()
    for write in ("add_", "mul_", "div_"):
        y = narrow * 2
        getattr(y, write)(wide)
        for g in torch.autograd.grad(y.sum(), (narrow, wide)):
            say(g.dtype, g)
