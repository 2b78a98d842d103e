"""`torch.autograd.functional`: products and whole derivatives, all options, all refusals."""

import gc
import weakref

import pytest

import rushlight
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")

PRODUCTS = ("vjp", "jvp", "vhp", "hvp")


def data(torch):
    """Two vectors, one that requires grad, one complex."""
    x = torch.tensor([1.0, 2.0])
    y = torch.tensor([3.0, 4.0, 5.0])
    return x, y, x.clone().requires_grad_(), torch.tensor([1 + 2j, 3 - 1j])


def cube(x):
    return (x**3).sum()


def both(x, y):
    return x.sum() * y, x * x


def coupled(x, y):
    return (x**3).sum() * (y**2).sum()


def each(say, function, cases, options, bare=False):
    """The results of `function` for each tuple of arguments, or the refusals."""
    for number, case in enumerate(cases):
        try:
            result = function(*case, **options)
        except Exception:
            say.refused(lambda case=case: function(*case, **options))
        else:
            say(f"{function.__name__} {options} {number}", values(result, bare))


@compared
def test_vjp_and_jvp(torch, say):
    x, y, g, c = data(torch)
    for name in ("vjp", "jvp"):
        product = getattr(torch.autograd.functional, name)
        vectors = [y, x] if name == "vjp" else [x, y]
        for options in ({}, {"create_graph": True}, {"strict": True}):
            cases = [
                (cube, x, None if name == "vjp" else x),
                (cube, g, None if name == "vjp" else x),
                (both, (x, y), tuple(vectors)),
                (both, (x, g), (g, g)),
                (lambda x: x * 3, torch.tensor(2.0)),
                (lambda x: x * 3, torch.tensor([2.0])),
                (lambda x: (x * 2,), x, (x,)),
                (lambda x: x**2, c, c),
                (lambda x: y, x, vectors[0]),
                (lambda x, z: x * 2, (x, x), (x, x)[: 1 + (name == "jvp")]),
            ]
            each(say, product, cases, options)


@compared
def test_products_with_hessians(torch, say):
    x, y, g, _ = data(torch)
    for name in ("vhp", "hvp"):
        product = getattr(torch.autograd.functional, name)
        for options in (
            {},
            {"create_graph": True},
            {"strict": True},
            {"create_graph": True, "strict": True},
        ):
            cases = [
                (cube, x, x),
                (cube, g, x),
                (coupled, (x, y), (x, y)),
                (lambda x: x.sum(), torch.tensor(2.0)),
                (lambda x: x**2, torch.tensor([2.0])),
                (lambda x: x.sum(), x, x),
                (lambda x: y.sum(), x, x),
                (lambda x, z: (x**2).sum(), (x, y), (x, y)),
                (cube, x),
                (coupled, (x, y), (x, x)),
                (lambda x: x**2, x, x),
                (lambda x: (x.sum(), x.sum()), x, x),
            ]
            each(say, product, cases, options)


@compared
def test_jacobian(torch, say):
    x, y, _g, c = data(torch)
    jacobian = torch.autograd.functional.jacobian
    for options in (
        {},
        {"vectorize": True},
        {"strategy": "forward-mode", "vectorize": True},
        {"strategy": "forward-mode"},
        {"strategy": "neither"},
        {"vectorize": True, "strict": True},
        {"strict": True},
        {"create_graph": True},
        {"create_graph": True, "vectorize": True},
        {"create_graph": True, "strict": True},
        {"strategy": "forward-mode", "vectorize": True, "create_graph": True},
        {"strategy": "forward-mode", "vectorize": True, "strict": True},
    ):
        cases = [
            (lambda x: x**2, x),
            (both, (x, y)),
            (lambda x: (x**2,), x),
            (lambda x: x**2, (x,)),
            (lambda x: y, x),
            (lambda x: (y, x * 2), x),
            (lambda x, z: x * 2, (x, y)),
            (lambda x: x.sum(), x),
            (lambda x: x * 2, torch.tensor(3.0)),
            (lambda x: x.double() * 2, x),
            (lambda x: x.reshape(1, 2) @ y.reshape(1, 3).new_ones(2, 3), x),
            (lambda x: 3, x),
            (lambda x: x, 3),
        ]
        each(say, jacobian, cases, options)
    say(jacobian(lambda x: x**2, c, vectorize=True))
    say.refused(jacobian, lambda x: x**2, c)


@compared
def test_hessian(torch, say):
    x, y, _g, _ = data(torch)
    hessian = torch.autograd.functional.hessian
    for options in (
        {},
        {"vectorize": True},
        {"outer_jacobian_strategy": "forward-mode", "vectorize": True},
        {"outer_jacobian_strategy": "forward-mode"},
        {"outer_jacobian_strategy": "neither"},
        {"vectorize": True, "strict": True},
        {"strict": True},
        {"create_graph": True},
        {"create_graph": True, "strict": True},
    ):
        forward = "outer_jacobian_strategy" in options
        cases = [
            (cube, x),
            (coupled, (x, y)),
            (lambda x: x**2, torch.tensor(3.0)),
            (lambda x: x**2, torch.tensor([3.0])),
            (lambda x: x**2, x),
            (lambda x: (x.sum(),), x),
            (lambda x: (x.sum(), x.sum()), x),
            (lambda x: x.sum(), x),
            (lambda x, z: cube(x), (x, y)),
            (lambda x: 3, x),
        ]
        each(say, hessian, cases, options, forward)


def values(found, forward):
    """A Hessian; where forward mode is asked for, without what PyTorch leaves of its graph."""
    if isinstance(found, (tuple, list)):
        return [values(each, forward) for each in found]
    return found.detach() if forward else found


@compared
def test_refused_arguments(torch, say):
    x, y, _, _ = data(torch)
    functional = torch.autograd.functional
    for name in PRODUCTS:
        product = getattr(functional, name)
        say.refused(product, cube, [x], x)
        say.refused(product, cube, (x, 3), x)
        say.refused(product, lambda x: 3, x, x)
        say.refused(product, lambda x: (x, 3), x, x)
        say.refused(product, lambda x: [x], x, x)
        say.refused(product, coupled, (x, y), (x,))
        say.refused(product, coupled, (x, y))
        say.refused(product, lambda x: x.sum(), x, y)
        say.refused(product, lambda x: x * 2, x)
        say.refused(product, lambda x: (x * 2, x), x)
    say.refused(functional.jacobian, cube, [x])
    say.refused(functional.hessian, cube, [x])
    say.refused(functional.jacobian, lambda x: x.float(), torch.tensor([1, 2]))


@compared
def test_the_graph_goes_on(torch, say):
    x, _, g, _ = data(torch)
    functional = torch.autograd.functional
    for call in (
        lambda: functional.vjp(cube, g, create_graph=True)[1],
        lambda: functional.jvp(lambda x: x**3, g, x, create_graph=True)[1],
        lambda: functional.vhp(cube, g, x, create_graph=True)[1],
        lambda: functional.hvp(cube, g, x, create_graph=True)[1],
        lambda: functional.jacobian(lambda x: x**3, g, create_graph=True),
        lambda: functional.jacobian(lambda x: x**3, g, create_graph=True, vectorize=True),
        lambda: functional.hessian(lambda x: (x**4).sum(), g, create_graph=True),
    ):
        say(torch.autograd.grad(call().sum(), g))


@compared
def test_recording_is_as_it_was_outside(torch, say):
    x, _, _, _ = data(torch)
    with torch.no_grad():
        say(torch.autograd.functional.vjp(cube, x), torch.is_grad_enabled())
        say(torch.autograd.functional.hessian(cube, x))
    say(x.requires_grad)


def test_an_empty_result_has_an_empty_jacobian():
    x = rushlight.tensor([1.0, 2.0])
    for options in ({"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}):
        found = rushlight.autograd.functional.jacobian(lambda x: x[:0], x, **options)
        assert found.shape == (0, 2)


@pytest.mark.parametrize("name", ["vjp", "jvp", "vhp", "hvp", "jacobian", "hessian"])
@pytest.mark.parametrize("vectorize", [False, True])
def test_nothing_is_left_of_the_graph(name, vectorize):
    function = getattr(rushlight.autograd.functional, name)
    x = rushlight.tensor([1.0, 2.0])
    seen = []

    def recorded(x):
        y = x**3
        if y.grad_fn is not None:
            seen.append(weakref.ref(y.grad_fn))
        return y.sum()

    gc.disable()
    try:
        if name in ("jacobian", "hessian"):
            result = function(recorded, x, vectorize=vectorize)
        else:
            result = function(recorded, x, None if name == "vjp" else x)
        assert seen
        assert all(node() is None for node in seen)
        del result
    finally:
        gc.enable()
