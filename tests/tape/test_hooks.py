"""Hooks on tensors, nodes and accumulation: when they run, what they see, what they may change."""

from tests.tape.transcript import compared


def named(say, name, result=None):
    def hook(*values):
        say(name, list(values))
        return result

    return hook


@compared
def test_tensor_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.register_hook(named(say, "y"))
    y.register_hook(lambda g: g * 10)
    y.register_hook(named(say, "y again"))
    x.register_hook(named(say, "x"))
    x.register_hook(lambda g: g + 1)
    y.sum().backward()
    say(x.grad)


@compared
def test_hook_sees_the_complete_gradient(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(named(say, "x"))
    y = x * 2
    y.register_hook(named(say, "y"))
    (y * 3 + y * y + x).sum().backward()
    say(x.grad)


@compared
def test_handles_remove(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    handle = x.register_hook(named(say, "x"))
    other = x.register_hook(named(say, "other"))
    handle.remove()
    handle.remove()
    (x * 2).sum().backward()
    with other:
        pass
    (x * 2).sum().backward()
    say("end")


@compared
def test_hook_removes_itself(torch, say):
    x = torch.tensor([1.0], requires_grad=True)
    handles = []

    def once(g):
        say("once", g)
        handles[0].remove()

    handles.append(x.register_hook(once))
    x.register_hook(named(say, "always"))
    x.sum().backward()
    x.sum().backward()


@compared
def test_what_hooks_may_return(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def attempt(hook):
        y = x * 2
        y.register_hook(hook)
        say.refused(y.sum().backward)

    attempt(lambda g: 3)
    attempt(lambda g: torch.ones(3))
    attempt(lambda g: torch.ones(2, dtype=torch.float64))

    def shrinks(g):
        return g[:1]

    attempt(shrinks)


@compared
def test_who_may_have_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    say.refused(torch.ones(2).register_hook, print)
    say.refused(torch.ones(2).register_post_accumulate_grad_hook, print)
    say.refused((x * 2).register_post_accumulate_grad_hook, print)


@compared
def test_post_accumulate_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def step(p):
        say("accumulated", p.grad, torch.is_grad_enabled())
        with torch.no_grad():
            p.sub_(p.grad)
        p.grad = None

    x.register_hook(named(say, "before"))
    handle = x.register_post_accumulate_grad_hook(step)
    (x * x).sum().backward()
    say(x, x.grad)
    handle.remove()
    (x * x).sum().backward()
    say(x.grad)
    x.register_post_accumulate_grad_hook(lambda p: 3)
    say.refused((x * x).sum().backward)


@compared
def test_node_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0])
    y = x * w
    y.grad_fn.register_prehook(named(say, "pre"))
    y.grad_fn.register_hook(named(say, "post"))
    y.grad_fn.register_prehook(lambda gs: (gs[0] * 2,))
    y.grad_fn.register_hook(lambda gi, go: (gi[0] + 100, gi[1]))
    y.register_hook(named(say, "tensor"))
    y.sum().backward()
    say(x.grad)


@compared
def test_node_hooks_of_several_inputs_and_outputs(torch, say):
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    b = torch.tensor([3.0, 4.0], requires_grad=True)
    y = a * b
    y.grad_fn.register_hook(named(say, "mul"))
    p, _q = y.unbind()
    p.grad_fn.register_prehook(named(say, "unbind pre"))
    p.grad_fn.register_hook(named(say, "unbind"))
    p.backward()
    say(a.grad, b.grad)


@compared
def test_wrong_results_of_node_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def attempt(kind, hook):
        y = x * 2
        getattr(y.grad_fn, kind)(hook)
        say.refused(y.sum().backward)

    def two(*gs):
        return (torch.ones(2), torch.ones(2), torch.ones(2))

    attempt("register_prehook", two)
    attempt("register_hook", two)


@compared
def test_hooks_of_accumulate_grad(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    accumulate = x.view_as(x).grad_fn.next_functions[0][0]
    say(accumulate, accumulate.variable is x, accumulate.next_functions)
    accumulate.register_prehook(named(say, "pre"))
    accumulate.register_hook(named(say, "post"))
    x.register_hook(named(say, "tensor"))
    x.register_post_accumulate_grad_hook(lambda p: say("accumulated", p.grad))
    (x * 2).sum().backward()
    again = (x * 1).grad_fn.next_functions[0][0]
    say(again is accumulate)


@compared
def test_hooks_see_undefined_gradients(torch, say):
    class Nothing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.register_hook(named(say, "y"))
    x.register_hook(named(say, "x"))
    y.grad_fn.register_prehook(named(say, "pre"))
    y.grad_fn.register_hook(named(say, "post"))
    Nothing.apply(y).sum().backward()
    say(x.grad)
    a, b = (x * 1).unbind()
    b.register_hook(named(say, "b"))
    a.backward()
    say(x.grad)


@compared
def test_hooks_under_create_graph(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.register_hook(lambda g: g * x)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    say(g)
    say(torch.autograd.grad(g.sum(), x))


@compared
def test_hooks_and_grad(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    x.register_hook(named(say, "x"))
    y.register_hook(lambda g: g * 3)
    y.grad_fn.register_prehook(named(say, "pre"))
    x.register_post_accumulate_grad_hook(named(say, "accumulated"))
    z = (y * y).sum()
    say(torch.autograd.grad(z, x, retain_graph=True))
    say(torch.autograd.grad(z, y, retain_graph=True))
    z.backward(inputs=[x])
    say(x.grad)


@compared
def test_retained_gradients_come_after_hooks(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    z = y.sum()
    z.retain_grad()
    z.backward(retain_graph=True)
    say(y.grad, z.grad, x.grad)
    z.backward()
    say(y.grad, z.grad, x.grad)


@compared
def test_hooks_on_one_of_several_outputs(torch, say):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    a, b = x.unbind()
    a.register_hook(lambda g: g * 2)
    b.register_hook(lambda g: g * 3)
    a.retain_grad()
    (a + b).sum().backward()
    say(x.grad, a.grad)


@compared
def test_hook_that_writes_to_its_argument(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: g.mul_(5))
    z = y + 0
    z.backward(torch.ones(2))
    say(x.grad)


@compared
def test_order_among_tensors(torch, say):
    x = torch.tensor(1.0, requires_grad=True)
    tensors = {"x": x}
    tensors["a"] = x * 2
    tensors["b"] = tensors["a"] + 1
    tensors["c"] = tensors["a"] * tensors["b"]
    tensors["d"] = tensors["c"] - x
    for name, t in tensors.items():
        t.register_hook(named(say, name))
    tensors["d"].backward()


@compared
def test_metadata_and_names(torch, say):
    x = torch.tensor(1.0, requires_grad=True)
    y = x * 2
    y.grad_fn.metadata["mine"] = 5
    say(y.grad_fn.metadata, y.grad_fn.name(), type(y.grad_fn).__name__, y.grad_fn)
    z = (y + 1).grad_fn.next_functions[0][0]
    say(z is y.grad_fn, z.metadata)
    say((y + 1).grad_fn._sequence_nr() > y.grad_fn._sequence_nr())


@compared
def test_a_node_can_be_called(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    say((x * 3).grad_fn(torch.ones(2)))
    say((x * x).grad_fn(torch.ones(2)))
    say(x.exp().grad_fn(torch.ones(2)))
