"""Life and death: no feature leaves a cycle behind, none recurses, none minds a fork."""

import copy
import gc
import os
import pickle
import sys
import warnings
import weakref

import pytest

import rushlight as torch
from rushlight.autograd import forward_ad, graph
from rushlight.kernels import door
from rushlight.utils.checkpoint import (
    CheckpointPolicy,
    checkpoint,
    checkpoint_sequential,
    create_selective_checkpoint_contexts,
)

FEATURES = []
DEEP = 50_000  # more than any C stack has room for
DEEPEST = 500_000 if door.registered() else 100_000


def feature(program):
    """Register a program from a leaf to a tensor; it must leave nothing for the collector."""
    FEATURES.append(pytest.param(program, id=program.__name__))
    return program


class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[1]


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, g):
        return g * 2


class WithView(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2, x.view(-1)

    @staticmethod
    def backward(ctx, g, h):
        return g + h


@feature
def function(x):
    return Exp.apply(x)


@feature
def function_that_writes(x):
    return Doubled.apply(x * 1)


@feature
def function_with_a_view(x):
    return WithView.apply(x)[0]


@feature
def views_and_writes(x):
    base = x * 1
    view = base[:1]
    view.mul_(2)
    base.view(2).add_(1)
    return base * view.sum()


@feature
def several_views(x):
    a, b = (x * 1).unbind()
    return a * b


@feature
def hooks_of_all_kinds(x):
    y = x.exp()
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    y.grad_fn.register_hook(lambda i, o: None)
    y.grad_fn.register_prehook(lambda o: None)
    return y


@feature
def hooks_of_several(x):
    y, z = x.exp(), x.sin()
    graph.register_multi_grad_hook([y, z], lambda gs: None)
    graph.register_multi_grad_hook([y, z], lambda g: None, mode="any")
    return y * z


@feature
def saved_by_hooks(x):
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        return x.exp().sigmoid() * x


@feature
def saved_on_cpu(x):
    with graph.save_on_cpu():
        return x.exp() * x


@feature
def saved_by_raw_hooks(x):
    y = x.exp()
    y.grad_fn._raw_saved_result.register_hooks(lambda t: t, lambda t: t)
    return y


@feature
def mutation_allowed(x):
    with graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        out = y * y
        y.sin_()
        (g,) = torch.autograd.grad(out.sum(), x)
    return x * g


@feature
def second_derivative(x):
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    return g


@feature
def anomalies(x):
    with torch.autograd.set_detect_anomaly(True, check="both"):
        (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    return g


@feature
def forward_mode(x):
    with forward_ad.dual_level():
        y = forward_ad.make_dual(x, torch.ones(2)).exp()
        return y * forward_ad.unpack_dual(y).tangent.detach()


@feature
def transforms(x):
    ones = torch.ones(2)
    g = torch.func.grad(lambda t: (t * x).exp().sum())(ones)
    rows = torch.func.vmap(torch.func.grad(lambda t: t**3))(ones)
    h = torch.func.hessian(lambda t: (t**3).sum())(ones).sum()
    j = torch.func.jacrev(torch.sin)(ones).sum() + torch.func.jacfwd(torch.sin)(ones).sum()
    return g * rows * h * j * torch.func.vjp(torch.sin, ones)[1](ones)[0]


@feature
def functional(x):
    ones = torch.ones(2, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(torch.sin, ones)
    torch.autograd.gradgradcheck(torch.sin, ones)
    return torch.autograd.functional.jacobian(torch.exp, x, create_graph=True).sum() * x


@feature
def checkpoints(x):
    def contexts():
        return create_selective_checkpoint_contexts(lambda *_, **__: CheckpointPolicy.MUST_SAVE)

    def run(t):
        return t.exp().sin()

    y = checkpoint(run, x, use_reentrant=False) + checkpoint(run, x, use_reentrant=True)
    z = checkpoint(run, x, use_reentrant=False, context_fn=contexts)
    return y + z + checkpoint_sequential([run, run], 2, x, use_reentrant=False)


@feature
def edges_and_metadata(x):
    y = x.exp()
    edge = graph.get_gradient_edge(y)
    y.grad_fn.metadata["note"] = "kept"
    (g,) = torch.autograd.grad((y * 2).sum(), edge)
    return x * g


@feature
def errors(x):
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError):
        y.sum().backward()
    z = x.exp()
    z.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        z.sum().backward()
    return x * 1


@pytest.mark.parametrize("program", FEATURES)
@pytest.mark.parametrize("differentiated", [False, True])
def test_no_cycles(program, differentiated):
    x = torch.ones(2, requires_grad=True)

    def act():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y = program(x)
            if differentiated:
                y.sum().backward()
        x.grad = None
        return weakref.ref(y.grad_fn), weakref.ref(y)

    act()  # what is made once is made now
    gc.collect()
    gc.disable()
    try:
        gc.set_debug(gc.DEBUG_SAVEALL)
        left = act()
        alive = [what() for what in left if what() is not None]
        gc.collect()
        found = [type(o).__name__ for o in gc.garbage if ours(o)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == []
    assert alive == [], "also what the collector does not see"


def ours(o):
    """A tensor or node, or a function or class of the package (or a test's), held in a cycle."""
    module = getattr(type(o), "__module__", "") or ""
    if callable(o):
        module = getattr(o, "__module__", "") or ""
    return isinstance(o, (torch.Tensor, torch.autograd.graph.Node)) or module.startswith(
        ("rushlight", __name__)
    )


# -- deep graphs -----------------------------------------------------------------------------------


def chain(x, each=lambda y: None, length=DEEP):
    y = x
    for _ in range(length):
        y = y * 1.0
        each(y)
    return y


def test_deep_walk():
    node = chain(torch.ones(2, requires_grad=True)).grad_fn
    depth = 0
    while node.next_functions:
        node = node.next_functions[0][0]
        depth += 1
    assert depth == DEEP


def test_deep_gradient_of_an_edge_and_of_inputs():
    x = torch.ones(2, requires_grad=True)
    y = chain(x).sum()
    (g,) = torch.autograd.grad(y, graph.get_gradient_edge(x), retain_graph=True)
    y.backward(inputs=[x])
    assert g.tolist() == x.grad.tolist() == [1, 1]


@pytest.mark.parametrize("differentiated", [False, True])
def test_deep_hooks(differentiated):
    x = torch.ones(2, requires_grad=True)
    seen = []
    y = chain(x, lambda y: y.register_hook(seen.append))
    if differentiated:
        y.sum().backward()
    assert len(seen) == DEEP * differentiated


def test_deep_packs():
    x = torch.zeros(2, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x
        for _ in range(DEEP // 4):
            y = y.exp() * 0
    del y


def test_deep_views():
    x = torch.ones(2, requires_grad=True)
    y = x
    for _ in range(DEEP):
        y = y.view(2)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_deep_anomaly_and_transform():
    def deep(x):
        for _ in range(DEEP // 4):
            x = x * 1.0
        return x.sum()

    with torch.autograd.set_detect_anomaly(True):
        x = torch.ones(2, requires_grad=True)
        deep(x).backward()
    assert torch.func.grad(deep)(torch.ones(2)).tolist() == x.grad.tolist() == [1, 1]


def test_deep_tensors_are_shown_and_saved():
    y = chain(torch.ones(2, requires_grad=True))
    assert repr(y) == "tensor([1., 1.], grad_fn=<MulBackward0>)"
    assert pickle.loads(pickle.dumps(y)).tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(y)


def test_a_graph_of_many_nodes_lives_and_dies():
    x = torch.ones(2, requires_grad=True)
    y = chain(x, length=DEEPEST)
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    assert x.grad.tolist() == [2, 2]
    assert refusal(lambda end: end.sum().backward(), y).startswith(
        "Trying to backward through the graph a"
    )
    assert refusal(copy.deepcopy, y).startswith("Only Tensors created explicitly by the user")
    assert refusal(copy.deepcopy, y.grad_fn) == "cannot pickle 'MulBackward0' object"
    node, leaf = weakref.ref(y.grad_fn), weakref.ref(x)
    gc.disable()
    try:
        del x, y
        assert node() is None
        assert leaf() is None
    finally:
        gc.enable()


def refusal(act, *args):
    try:
        act(*args)
    except (RuntimeError, TypeError) as error:
        return str(error)


def test_deep_second_derivative():
    x = torch.ones((), requires_grad=True, dtype=torch.float64)
    y = x
    for _ in range(DEEP // 10):
        y = y.sin()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    (h,) = torch.autograd.grad(g, x)
    assert 0 < g.item() < 1
    assert h.item() < 0


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_deep_checkpoint(use_reentrant):
    x = torch.ones(2, requires_grad=True)
    checkpoint(lambda x: chain(x).sum(), x, use_reentrant=use_reentrant).backward()
    assert x.grad.tolist() == [1, 1]


def test_many_checkpoints_in_a_row():
    x = torch.ones(2, requires_grad=True)
    y = x
    for _ in range(DEEP // 50):
        y = checkpoint(torch.mul, y, 1.0, use_reentrant=False)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_deep_function_and_tangent():
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g * 1

    y = x = torch.ones(2, requires_grad=True)
    for _ in range(DEEP // 20):
        y = Same.apply(y)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    assert g.tolist() == [1, 1]
    with forward_ad.dual_level():
        z = chain(forward_ad.make_dual(x, x.detach()))
        assert forward_ad.unpack_dual(z).tangent.tolist() == [1, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_forked_process_goes_on():
    w = torch.ones(3, requires_grad=True)
    loss = (w * 2).exp().sum()
    loss.backward(retain_graph=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's own, if a test before started threads
        child = os.fork()
    if child == 0:
        before = w.grad.clone()
        loss.backward()
        os._exit(0 if w.grad.equal(before * 2) else 1)
    assert os.waitpid(child, 0)[1] == 0
    loss.backward()
