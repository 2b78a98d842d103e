"""The run of backward: what is visited when, what is accumulated, kept and freed."""

import gc
import threading
import weakref

import pytest

import rushlight
from tests.tape.transcript import compared, without_collector


@compared
def test_gradients_accumulate(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * 3).sum().backward()
    say(x.grad)
    first = x.grad
    (x * x).sum().backward()
    say(x.grad, x.grad is first, first._version)
    x.grad = None
    x.sum().backward()
    say(x.grad, x.grad is first)


@compared
def test_many_uses_of_one_tensor_add_up(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x + x * 2 + x
    z = (y * y + y).sum()
    z.backward()
    say(x.grad)
    x.grad = None
    (x + x + x).sum().backward()
    say(x.grad)


@compared
def test_graph_of_an_expression(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    c = torch.tensor([5.0, 6.0])
    y = ((w * x + c).exp() - x / 2).sum()
    say.graph(y)
    say.graph(w.t()[0] * c)
    say(x.grad_fn, c.grad_fn, (c * c).grad_fn)


@compared
def test_retain_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    say(x.grad)
    say.refused(y.backward)
    say(x.grad)


@compared
def test_graph_without_saved_values_runs_again(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x + 3).sum()
    y.backward()
    y.backward()
    say(x.grad)


@compared
def test_part_of_a_freed_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    shared = x * x
    a, b = shared.sum(), (shared + 1).sum()
    a.backward()
    say.refused(b.backward)
    say(x.grad)


@compared
def test_create_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x**3).sum()
    y.backward(create_graph=True)
    g = x.grad
    say(g, g.requires_grad)
    x.grad = None
    g.sum().backward()
    say(x.grad)
    x.grad = None


@compared
def test_third_derivative(torch, say):
    x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    y = x**4 + x.exp()
    for _ in range(4):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        say(y)


@compared
def test_create_graph_keeps_the_graph(torch, say):
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    (h,) = torch.autograd.grad(y, x, create_graph=True)
    say(g, h, torch.autograd.grad(g + h, x))
    (g,) = torch.autograd.grad(y, x, create_graph=True, retain_graph=False)
    say.refused(lambda: torch.autograd.grad(y, x))


@compared
def test_several_roots(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 2, (x * x).sum()
    torch.autograd.backward([y, z], [torch.tensor([1.0, 10.0]), None])
    say(x.grad)
    x.grad = None
    y = x * 2
    torch.autograd.backward([y, y], [torch.ones(2), torch.ones(2)])
    say(x.grad)
    x.grad = None
    torch.autograd.backward([x, x.sum()], [torch.ones(2), None])
    say(x.grad)


@compared
def test_roots_that_depend_on_each_other(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y * y
    torch.autograd.backward([z, y], [torch.ones(2), torch.ones(2)])
    say(x.grad)


@compared
def test_inputs_limit_accumulation(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    y = x * w
    y.sum().backward(inputs=[x], retain_graph=True)
    say(x.grad, w.grad)
    y.sum().backward(inputs=w, retain_graph=True)
    say(x.grad, w.grad)
    y.retain_grad()
    (y * y).sum().backward(inputs=[y])
    say(y.grad, x.grad)


@compared
def test_inputs_may_be_inside_the_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    z.backward(inputs=[y, x])
    say(say.torch.tensor(0) if y.grad is None else y.grad, x.grad)


@compared
def test_gradient_with_respect_to_inside_tensors(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = y * 3
    out = (z * y).sum()
    say(torch.autograd.grad(out, [z, y, x], retain_graph=True))
    say(torch.autograd.grad(out, [y], retain_graph=True))
    say(torch.autograd.grad(out, [out], retain_graph=True))
    say(torch.autograd.grad([out, z], [x, z], [None, torch.ones(2)]))


@compared
def test_branches_without_gradient(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y.detach() * y + (y > 3) * x
    z.sum().backward()
    say(x.grad, z)


@compared
def test_results_of_one_node(torch, say):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    a, b = x.unbind()
    say.graph(b * 2)
    (a * b).sum().backward()
    say(x.grad)
    x.grad = None
    a, b = x.unbind()
    b.sum().backward()
    say(x.grad)
    values, where = x.max(1)
    say(values, where, where.requires_grad)
    values.sum().backward()
    say(x.grad)


@compared
def test_dtypes_meet(torch, say):
    x = torch.tensor([1.0, 2.0], dtype=torch.float32, requires_grad=True)
    w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    n = torch.tensor([3, 4])
    y = (x * w * n).sum()
    y.backward()
    say(y, x.grad, w.grad)


@compared
def test_complex_gradients(torch, say):
    z = torch.tensor([1.0 + 2.0j, -0.5j], dtype=torch.complex128, requires_grad=True)
    x = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    loss = (z * x * z.conj()).real.sum() + z.abs().sum()
    loss.backward()
    say(z.grad, x.grad)
    say.refused((z * 2).sum().backward)
    say.refused(lambda: (z * 2).backward(torch.ones(2)))


@compared
def test_broadcast_is_undone(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.ones(3, 1, requires_grad=True)
    s = torch.tensor(2.0, requires_grad=True)
    ((x + w) * s).sum().backward()
    say(x.grad, w.grad, s.grad)


@compared
def test_layout_of_gradients(torch, say):
    x = torch.ones(2, 3).t().requires_grad_()
    say(x.stride(), x.is_leaf)
    (x * torch.arange(6.0).reshape(3, 2)).sum().backward()
    say(x.grad, x.grad.stride())
    x.grad = None
    x.sum().backward()
    say(x.grad.stride())


@compared
def test_gradient_is_not_shared(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = torch.ones(2, requires_grad=True)
    g = torch.ones(2)
    (x + y).backward(g)
    x.grad.add_(1)
    say(x.grad, y.grad, g)
    x.grad = None
    x.backward(g)
    x.grad.add_(5)
    say(g, x.grad)


@compared
def test_leaf_as_root(torch, say):
    x = torch.tensor(3.0, requires_grad=True)
    x.backward()
    say(x.grad)
    x.backward()
    say(x.grad)
    say(torch.autograd.grad(x, x))
    say(torch.autograd.grad(x * 1, x))


@compared
def test_requires_grad_switched_between(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0])
    z = x * y
    y.requires_grad_()
    z.sum().backward(retain_graph=True)
    say(x.grad, y.grad)
    x.requires_grad_(False)
    z.sum().backward()
    say(x.grad)


@compared
def test_grad_attribute(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    say.warned(lambda: y.grad)
    x.grad = torch.tensor([5.0, 6.0])
    y.sum().backward(retain_graph=True)
    say(x.grad)
    del x.grad
    say(x.grad)
    for wrong in (3, x, torch.ones(3), torch.ones(2, dtype=torch.float64)):
        say.refused(setattr, x, "grad", wrong)
    y.retain_grad()
    y.sum().backward()
    say(y.grad, y.retains_grad, x.retains_grad)
    say.refused(torch.ones(2).retain_grad)


@compared
def test_sequence_numbers_order_the_visits(torch, say):
    x = torch.tensor(1.0, requires_grad=True)
    order = []
    first = x * 2
    second = x * 3
    third = x * 5
    for name, t in (("first", first), ("second", second), ("third", third)):
        t.register_hook(lambda g, name=name: order.append(name))
    (second + (first + third)).backward()
    say(order)


@compared
def test_backward_inside_backward(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)

    def hook(g):
        with torch.enable_grad():
            (w * w).sum().backward()
        return g * w.grad

    y = x * 2
    y.register_hook(hook)
    y.sum().backward()
    say(x.grad, w.grad)


@compared
def test_error_in_the_middle_leaves_things_usable(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    handle = y.register_hook(lambda g: 1 / 0)
    z = y.sum()
    say.refused(z.backward)
    handle.remove()
    z.backward()
    say(x.grad)
    say(torch.is_grad_enabled())


@compared
def test_queue_callback(torch, say):
    engine = torch.autograd.Variable._execution_engine
    x = torch.tensor(1.0, requires_grad=True)
    y = x * 2
    events = []

    def hook(g):
        events.append("hook")
        engine.queue_callback(lambda: events.append(("done", x.grad is not None)))

    y.register_hook(hook)
    y.backward()
    say(events)
    say.refused(engine.queue_callback, lambda: None)


DEPTH = 200_000


def chain(torch, length):
    x = torch.ones(2, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + 1
    return x, y


def test_deep_graph_is_differentiated_and_freed_without_recursion():
    def act():
        x, y = chain(rushlight, DEPTH)
        y.sum().backward()
        assert x.grad.tolist() == [1.0, 1.0]
        node, leaf = weakref.ref(y.grad_fn), weakref.ref(x)
        del x, y
        assert node() is None
        assert leaf() is None

    without_collector(act)


def test_deep_graph_is_freed_without_backward():
    def act():
        x, y = chain(rushlight, DEPTH)
        leaf = weakref.ref(x)
        del x, y
        assert leaf() is None

    without_collector(act)


def test_deep_graph_of_values_and_views_is_freed():
    def act():
        x = rushlight.ones(2, requires_grad=True)
        y = x
        for _ in range(DEPTH // 10):
            y = (y * 1.0001).view(2).sin()
        (g,) = rushlight.autograd.grad(y.sum(), x)
        leaf = weakref.ref(x)
        del x, y, g
        assert leaf() is None

    without_collector(act)


def test_deep_in_place_history_is_freed():
    def act():
        x = rushlight.ones(2, requires_grad=True)
        y = x.clone()
        for _ in range(DEPTH // 20):
            y.add_(1)
            y[0].mul_(0.5)
        y.sum().backward()
        leaf = weakref.ref(x)
        del x, y
        assert leaf() is None

    without_collector(act)


def test_deep_graph_of_functions_is_freed():
    class Next(rushlight.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x + 1

        @staticmethod
        def backward(ctx, g):
            return g

    def act():
        x = rushlight.ones(2, requires_grad=True)
        y = x
        for _ in range(DEPTH // 20):
            y = Next.apply(y)
        y.sum().backward()
        leaf = weakref.ref(x)
        del x, y
        assert leaf() is None

    without_collector(act)


def test_deep_second_derivative():
    x = rushlight.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(2000):
        y = y * 1.0
    (g,) = rushlight.autograd.grad(y * y, x, create_graph=True)
    (h,) = rushlight.autograd.grad(g, x)
    assert h.item() == 2.0


def everyday(torch):
    """A program that uses much of the tape and should leave nothing behind."""
    w = torch.ones(3, 3, requires_grad=True)
    x = torch.arange(3.0)
    y = (w @ x).exp().clone()
    y[1:].mul_(2)
    y.register_hook(lambda g: g * 2)
    z = (y / y.sum()).max()
    z.backward(retain_graph=True)
    (g,) = torch.autograd.grad(z, w, create_graph=True)
    (g * g).sum().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad


def test_no_cycles():
    def act():
        everyday(rushlight)
        gc.collect()
        for _ in range(3):
            everyday(rushlight)
        return gc.collect()

    assert without_collector(act) == 0


def test_intermediates_die_with_their_last_use():
    x = rushlight.ones(4, requires_grad=True)
    y = x * 2
    array = weakref.ref(y.array)
    z = y + 1
    del y
    assert array() is None, "an addition needs no values"
    y = z.exp()
    array = weakref.ref(y.array)
    out = y.sum()
    del y, z
    assert array() is not None, "exp needs its result"
    out.backward()
    assert array() is None, "backward frees what it has used"


@pytest.mark.parametrize("create", [False, True])
def test_threads_share_leaves(create):
    x = rushlight.ones(10, requires_grad=True)
    errors = []

    def work():
        try:
            for _ in range(20):
                y = x
                for _ in range(10):
                    y = y * 1.0
                rushlight.autograd.grad(y.sum(), x, create_graph=create)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_threads_share_a_graph():
    x = rushlight.ones(10, requires_grad=True)
    y = x
    for _ in range(50):
        y = y * 1.01
    out = y.sum()
    expected = rushlight.autograd.grad(out, x, retain_graph=True)[0].tolist()
    found = []

    def work():
        for _ in range(10):
            found.append(rushlight.autograd.grad(out, x, retain_graph=True)[0].tolist())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert all(g == expected for g in found)


@compared
def test_threads_have_their_own_modes(torch, say):
    seen = []

    def look():
        seen.append(torch.is_grad_enabled())

    with torch.no_grad():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    say(seen)


@compared
def test_only_what_is_asked_for_is_computed(torch, say):
    x, w = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    for y in (x * w, torch.cat([x, w]), torch.addmm(w, x[:, None], w[None])):
        y.grad_fn.register_hook(lambda grads, _: say([g is None for g in grads]))
        torch.autograd.grad(y.sum(), x, retain_graph=True)
        y.sum().backward(inputs=[w], retain_graph=True)
        y.sum().backward()


def test_a_convolution_forms_no_gradient_of_its_weights_unasked(monkeypatch):
    def refused(*args):
        raise AssertionError

    monkeypatch.setattr("rushlight.kernels.images.convolution_weight", refused)
    x, w = (rushlight.ones(1, 1, 3, 3, requires_grad=True) for _ in range(2))
    (g,) = rushlight.autograd.grad(rushlight.conv2d(x, w), x)
    assert g.sum().item() == 9


@compared
def test_a_write_to_what_another_gradient_needs_is_an_error(torch, say):
    x, w = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    held = x * 1
    y = (held * w).sum()
    held.add_(1)
    with pytest.raises(RuntimeError) as caught:
        torch.autograd.grad(y, x)
    say(str(caught.value).split(";")[0])
