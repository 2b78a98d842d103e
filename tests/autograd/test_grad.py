"""`autograd.grad` and `autograd.backward`: every argument, and what is refused."""

from collections import OrderedDict

from tests.tape.transcript import compared


def leaves(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    return x, w


@compared
def test_forms_of_outputs_and_inputs(torch, say):
    x, w = leaves(torch)
    y = (x * w).sum()
    grad = torch.autograd.grad
    say(grad(y, x, retain_graph=True))
    say(grad([y], [x, w], retain_graph=True))
    say(grad((y,), (x,), retain_graph=True))
    say(grad([y, (x * 2).sum()], [x, w], retain_graph=True))
    say(type(grad(y, [x])).__name__)


@compared
def test_grad_outputs(torch, say):
    x, w = leaves(torch)
    y = x * w
    grad = torch.autograd.grad
    say(grad(y, x, torch.tensor([1.0, 10.0]), retain_graph=True))
    say(grad(y, x, [torch.ones(2)], retain_graph=True))
    say(grad(y, x, grad_outputs=(torch.ones(2),), retain_graph=True))
    say(grad([y, y.sum()], x, [torch.ones(2), None], retain_graph=True))
    say.refused(grad, y, x)
    say.refused(grad, y, x, torch.ones(3))
    say.refused(grad, y, x, torch.ones(1))
    say(grad(y, x, [torch.ones(2), torch.ones(3)], retain_graph=True))
    say.refused(grad, [y, y], x, [torch.ones(2)])
    say.refused(grad, y, x, 3)
    say.refused(grad, [y, y], x, [torch.ones(2), 1.0])
    say(grad(y, x, torch.ones(2, dtype=torch.float64)))


@compared
def test_grad_outputs_that_require_grad(torch, say):
    x, _w = leaves(torch)
    v = torch.tensor([5.0, 6.0], requires_grad=True)
    y = x * x
    (g,) = torch.autograd.grad(y, x, v, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), [x, v]))
    (g,) = torch.autograd.grad(x * x, x, v)
    say(g)


@compared
def test_unused_inputs(torch, say):
    x, w = leaves(torch)
    y = (x * 2).sum()
    grad = torch.autograd.grad
    say.refused(lambda: grad(y, w, retain_graph=True))
    say.refused(lambda: grad(y, [x, w], retain_graph=True))
    say(grad(y, [x, w], retain_graph=True, allow_unused=True))
    say(grad(y, [x, w], retain_graph=True, materialize_grads=True))
    say(grad(y, w, retain_graph=True, materialize_grads=True, allow_unused=True))
    say.refused(lambda: grad(y, w, materialize_grads=True, allow_unused=False))
    z = x * 3
    say(grad(y, [z], retain_graph=True, allow_unused=True))
    say.refused(lambda: grad(y, z, allow_unused=False))


@compared
def test_inputs_without_grad(torch, say):
    x, _w = leaves(torch)
    c = torch.ones(2)
    say.refused(lambda: torch.autograd.grad((x * c).sum(), c))
    say.refused(lambda: torch.autograd.grad((x * c).sum(), [x, c]))
    say.refused(lambda: torch.autograd.grad((x * c).sum(), c, allow_unused=True))
    say.refused(lambda: (x * c).sum().backward(inputs=[c]))
    say.refused(lambda: (x * c).sum().backward(inputs=[]))


@compared
def test_outputs_without_graph(torch, say):
    x, _w = leaves(torch)
    c = torch.ones(2)
    say.refused(c.sum().backward)
    say.refused(lambda: torch.autograd.grad(c.sum(), x))
    say.refused(lambda: torch.autograd.backward([(x * 2).sum(), c.sum()]))
    say.refused(x.detach().sum().backward)
    with torch.no_grad():
        y = (x * 2).sum()
    say.refused(y.backward)
    say.refused(torch.tensor(1).backward)
    say.refused(torch.ones(2).backward)


@compared
def test_implicit_cotangents_are_for_scalars(torch, say):
    x, _w = leaves(torch)
    say.refused((x * 2).backward)
    say.refused(lambda: torch.autograd.backward([x * 2]))
    (x * 2)[:1].backward()
    say(x.grad)
    (x * 2)[:1].reshape(1, 1, 1).backward()
    say(x.grad)


@compared
def test_backward_arguments(torch, say):
    x, w = leaves(torch)
    y = x * w
    torch.autograd.backward(y, torch.ones(2), retain_graph=True)
    say(x.grad)
    torch.autograd.backward((y,), (torch.ones(2),), retain_graph=True)
    say(x.grad)
    torch.autograd.backward([y], grad_tensors=[torch.ones(2)], retain_graph=True, inputs=x)
    say(x.grad, w.grad)
    y.backward(torch.ones(2), True)
    y.backward(gradient=torch.ones(2), retain_graph=True, create_graph=False, inputs=(w,))
    say(x.grad, w.grad)
    say.refused(lambda: torch.autograd.backward([y], [torch.ones(2)] * 2))
    say.refused(lambda: torch.autograd.backward([y], [torch.ones(5)]))


@compared
def test_only_paths_to_inputs_are_walked(torch, say):
    x, w = leaves(torch)
    y = x * 2
    z = w * 3
    z.register_hook(lambda g: say("z", g))
    out = (y * z).sum()
    say(torch.autograd.grad(out, y, retain_graph=True))
    say(torch.autograd.grad(out, x, retain_graph=True))
    say(torch.autograd.grad(out, w))
    say(x.grad, w.grad)


@compared
def test_same_input_twice(torch, say):
    x, w = leaves(torch)
    say(torch.autograd.grad((x * w).sum(), [x, x, w]))


@compared
def test_input_that_is_the_output(torch, say):
    x, w = leaves(torch)
    y = (x * w).sum()
    say(torch.autograd.grad(y, [y, x]))
    y = x * w
    say(torch.autograd.grad(y, y, torch.tensor([5.0, 6.0])))


@compared
def test_views_as_inputs(torch, say):
    x, _w = leaves(torch)
    y = x * 1
    v = y[0]
    z = (v * 3 + y.sum()).sum()
    say(torch.autograd.grad(z, [v, y, x], retain_graph=True))
    a, b = y.unbind()
    say(torch.autograd.grad((a * b), [b, a, y]))


@compared
def test_gradient_edges(torch, say):
    edge = torch.autograd.graph.get_gradient_edge
    x, w = leaves(torch)
    y = x * w
    out = (y * y).sum()
    say(torch.autograd.grad(out, edge(y), retain_graph=True))
    say(torch.autograd.grad(out, [edge(x), w], retain_graph=True))
    say(torch.autograd.grad(edge(y), x, torch.ones(2), retain_graph=True))
    say.refused(lambda: torch.autograd.grad(edge(y), x, retain_graph=True))
    torch.autograd.backward(edge(out), torch.tensor(1.0))
    say(x.grad)


@compared
def test_grad_of_a_gradient_penalty(torch, say):
    x, w = leaves(torch)
    loss = ((x * w) ** 3).sum()
    gs = torch.autograd.grad(loss, [x, w], create_graph=True)
    penalty = sum((g * g).sum() for g in gs)
    penalty.backward()
    say(x.grad, w.grad)


@compared
def test_complex_roots(torch, say):
    z = torch.tensor([1.0 + 2.0j], requires_grad=True)
    y = z * z
    say(torch.autograd.grad(y, z, torch.tensor([1.0 + 0.0j]), retain_graph=True))
    say.refused(lambda: torch.autograd.grad(y, z, torch.tensor([1.0])))
    say.refused(y.backward)
    say.refused(lambda: torch.autograd.grad(y.abs(), z, torch.tensor([1.0j])))


@compared
def test_batched_cotangents(torch, say):
    x, w = leaves(torch)
    y = x * w * x
    rows = torch.eye(2)
    grad = torch.autograd.grad
    say(grad(y, x, rows, is_grads_batched=True, retain_graph=True))
    say(grad(y, [x, w], (rows,), is_grads_batched=True, retain_graph=True))
    say.refused(lambda: grad(y, x, torch.ones(2), is_grads_batched=True), first_words=36)
    say.refused(lambda: grad(y, x, torch.ones(2, 3), is_grads_batched=True), first_words=36)


@compared
def test_methods_agree_with_functions(torch, say):
    x, w = leaves(torch)
    (x * w).backward(torch.ones(2), inputs=[x])
    say(x.grad, w.grad)
    say.refused(lambda: (x * w).backward(torch.ones(3)))
    say.refused(lambda: (x * w).backward(5))


@compared
def test_wrong_types(torch, say):
    x, _w = leaves(torch)
    say.refused(lambda: torch.autograd.grad(3, x))
    say.refused(lambda: torch.autograd.grad((x * 2).sum(), 3))


@compared
def test_empty(torch, say):
    x = torch.ones(0, requires_grad=True)
    x.sum().backward()
    say(x.grad)
    (x * 2).backward(torch.ones(0))
    say(x.grad, list(x.grad.shape))


@compared
def test_what_gradients_are_asked_for(torch, say):
    x = torch.ones(2, requires_grad=True)
    z = torch.ones(3, requires_grad=True)
    y = (x * 3).sum()
    grad, backward = torch.autograd.grad, torch.autograd.backward
    say(grad(y, {"a": x}, retain_graph=True))
    say(grad(y, {"a": x, "b": z}, allow_unused=True, retain_graph=True))
    say(grad(y, {"b": z}, materialize_grads=True, retain_graph=True))
    say.refused(lambda: grad(y, OrderedDict(a=x)))
    say.refused(lambda: grad(y, {}))
    say.refused(lambda: grad(y, []))
    say.refused(lambda: grad(y, {"a": 3}))
    say.refused(lambda: grad(y, [x, None]))
    say.refused(lambda: grad(y, 3))
    say(grad(y, (t for t in [x]), retain_graph=True))
    y.backward(inputs={"a": x}, retain_graph=True)
    say(x.grad)
    say.refused(lambda: y.backward(inputs=OrderedDict(a=x)))
    say.refused(lambda: backward(y, inputs={}))
    say.refused(lambda: backward(y, inputs=[3]))
    edge = torch.autograd.graph.get_gradient_edge(z)
    say.refused(lambda: grad(y, edge, materialize_grads=True))
    say(grad(y, z, materialize_grads=True, create_graph=True))


@compared
def test_deprecated_arguments(torch, say):
    x = torch.ones(2, requires_grad=True)
    y = (x * 3).sum()
    one = torch.ones(())
    say.warned(lambda: torch.autograd.grad(y, x, only_inputs=False, retain_graph=True))
    say.warned(lambda: torch.autograd.backward(y, grad_variables=one, retain_graph=True))
    say.warned(lambda: torch.autograd.backward(y, one, grad_variables=one))
    say(x.grad)


@compared
def test_shapes_of_batched_cotangents(torch, say):
    x = torch.ones(2, requires_grad=True)
    for shape in [(3, 3), (3, 4, 5)]:
        ones = torch.ones(shape)
        say.refused(lambda ones=ones: torch.autograd.grad(x * 3, x, ones, is_grads_batched=True))
