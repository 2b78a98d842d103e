"""gradcheck and gradgradcheck: pass what is right, find each kind of wrong derivative."""

import inspect

import pytest

import rushlight
from tests.tape.transcript import compared

torch = pytest.importorskip("torch")


def doubles(torch, *shape, complex_numbers=False):
    n = 1
    for s in shape:
        n *= s
    x = torch.linspace(0.3, 1.4, n, dtype=torch.float64).reshape(shape)
    if complex_numbers:
        x = torch.complex(x, x.flip(0) - 0.6)
    return x.clone().requires_grad_()


def wrong(torch, backward):
    """A doubling whose gradient is what `backward` says."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    Wrong.backward = staticmethod(lambda ctx, g: backward(g))
    return Wrong.apply


@compared
def test_right_gradients_pass(torch, say):
    check, x = torch.autograd.gradcheck, doubles(torch, 2, 3)
    w = doubles(torch, 3, 2)
    functions = {
        "elementwise": (lambda a: (a * a).exp().sin(), x),
        "matrix": (lambda a, b: a @ b, (x, w)),
        "several outputs": (lambda a: (a.sum(0), a.max()), (x,)),
        "integer output": (lambda a: (a * 2, (a > 0.5).int()), (x,)),
        "list of outputs": (lambda a: list(a.unbind()), (x,)),
        "scalar": (lambda a: a**3, doubles(torch)),
        "constant argument": (lambda a, n: a**n, (x, 3)),
        "not contiguous": (lambda a: a.exp(), doubles(torch, 3, 2).detach().t().requires_grad_()),
        "empty": (lambda a: a * 2, doubles(torch, 0)),
        "unused": (lambda a, b: a * 2, (x, w)),
    }
    for name, (function, inputs) in functions.items():
        say(name, check(function, inputs), check(function, inputs, fast_mode=True))


@compared
def test_complex_gradients_pass(torch, say):
    check = torch.autograd.gradcheck
    z = doubles(torch, 3, complex_numbers=True)
    x = doubles(torch, 3)
    functions = {
        "holomorphic": (lambda a: a * a, z),
        "absolute": (lambda a: a.abs(), z),
        "conjugate": (lambda a: a.conj() * 2, z),
        "real to complex": (lambda a: torch.complex(a, a * a), x),
        "mixed": (lambda a, b: a * b, (z, x)),
        "angle": (lambda a: a.angle(), z),
    }
    for name, (function, inputs) in functions.items():
        say(name, check(function, inputs), check(function, inputs, fast_mode=True))
        say(torch.autograd.gradgradcheck(function, inputs))


@compared
def test_second_derivatives_pass(torch, say):
    check = torch.autograd.gradgradcheck
    x, w = doubles(torch, 2, 2), doubles(torch, 2, 2)
    say(check(lambda a: a.exp() * a, x))
    say(check(lambda a, b: (a @ b).sin(), (x, w)))
    say(check(lambda a: (a * a, a.sum()), x))
    say(check(lambda a: a * a, x, torch.ones(2, 2, dtype=torch.float64, requires_grad=True)))
    say(check(lambda a: a**3, x, gen_non_contig_grad_outputs=True))
    say(check(lambda a: a**3, x, fast_mode=True))


@compared
def test_wrong_gradients_are_found(torch, say):
    x = doubles(torch, 2)
    for name, backward in {
        "factor": lambda g: g * 3,
        "not multiplied": lambda g: torch.full_like(g, 2.0),
        "none": lambda g: None,
        "undefined": lambda g: g * 2,
    }.items():
        function = wrong(torch, backward)
        say(name)
        say.refused(torch.autograd.gradcheck, function, x)
        say(torch.autograd.gradcheck(function, x, raise_exception=False))


@compared
def test_wrong_gradients_are_found_fast(torch, say):
    x = doubles(torch, 2)
    function = wrong(torch, lambda g: g * 3)
    say(torch.autograd.gradcheck(function, x, raise_exception=False, fast_mode=True))
    say.refused(lambda: torch.autograd.gradcheck(function, x, fast_mode=True), first_words=9)


@compared
def test_wrong_second_derivatives_are_found(torch, say):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * (x * x).detach()

    x = doubles(torch, 2)
    say(torch.autograd.gradcheck(Cube.apply, x))
    say(torch.autograd.gradgradcheck(Cube.apply, x, raise_exception=False))


@compared
def test_wrong_complex_gradients_are_found(torch, say):
    z = doubles(torch, 2, complex_numbers=True)

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x

    say.refused(torch.autograd.gradcheck, Square.apply, z)


@compared
def test_tolerances(torch, say):
    check, x = torch.autograd.gradcheck, doubles(torch, 2)
    almost = wrong(torch, lambda g: g * 2.001)
    say(check(almost, x, raise_exception=False), check(almost, x, rtol=0.01))
    say(check(almost, x, atol=0.1))
    rough = lambda a: a.exp()  # noqa: E731
    say(check(rough, x, eps=0.5, raise_exception=False))


@compared
def test_single_precision_is_warned_about(torch, say):
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    say.warned(lambda: torch.autograd.gradcheck(lambda a: a * 2, x, atol=1.0, rtol=1.0, eps=1e-2))


@compared
def test_bad_inputs(torch, say):
    check = torch.autograd.gradcheck
    x = doubles(torch, 1)
    say.refused(check, lambda a: a, torch.ones(2, dtype=torch.float64))
    say.refused(check, lambda a: a * 1, x.detach().expand(3).requires_grad_())
    say.refused(lambda: check(lambda a: a, x, check_backward_ad=False))
    say.refused(
        lambda: check(
            lambda a: a, x, check_backward_ad=False, check_forward_ad=True, check_batched_grad=True
        )
    )
    say.refused(lambda: check(lambda a: a, x, check_batched_forward_grad=True))


@compared
def test_outputs_that_cannot_be_differentiated(torch, say):
    check, x = torch.autograd.gradcheck, doubles(torch, 2)
    say(check(lambda a: (a > 0.5).double(), x))
    say.refused(check, lambda a: a.detach() * 2, x)


@compared
def test_randomness_is_found(torch, say):
    state = {"n": 0}

    def backward(g):
        state["n"] += 1
        return g * 2 + 1e-9 * state["n"] * g

    function = wrong(torch, backward)
    x = doubles(torch, 2)
    say.refused(lambda: torch.autograd.gradcheck(function, x), first_words=28)
    say(torch.autograd.gradcheck(function, x, nondet_tol=1e-6))


@compared
def test_gradient_dtypes(torch, say):
    x = torch.tensor([0.5, 1.0], dtype=torch.float64, requires_grad=True)
    say(torch.autograd.gradcheck(lambda a: a.exp(), x, check_grad_dtypes=True))


@compared
def test_undefined_gradients(torch, say):
    class Two(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            if a is None and b is None:
                raise RuntimeError("undefined")
            return (0 if a is None else a * 2) + (0 if b is None else b * 3)

    x = doubles(torch, 2)
    say(torch.autograd.gradcheck(Two.apply, x, check_undefined_grad=False))
    say.refused(torch.autograd.gradcheck, Two.apply, x)


@compared
def test_forward_mode(torch, say):
    check, x = torch.autograd.gradcheck, doubles(torch, 2, 2)
    z = doubles(torch, 2, complex_numbers=True)
    options = {"check_forward_ad": True, "check_backward_ad": False}
    say(check(lambda a: (a @ a).exp(), x, **options))
    say(check(lambda a: a * a.conj(), z, **options))
    say(
        check(
            lambda a: a.sin(),
            x,
            check_forward_ad=True,
            check_batched_grad=True,
            check_batched_forward_grad=True,
        )
    )
    say(torch.autograd.gradgradcheck(lambda a: a.sin() * a, x, check_fwd_over_rev=True))


def test_signatures():
    for name in ("gradcheck", "gradgradcheck"):
        ours = inspect.signature(getattr(rushlight.autograd, name)).parameters
        theirs = inspect.signature(getattr(torch.autograd, name)).parameters
        assert [(p.name, p.kind, p.default) for p in ours.values()] == [
            (p.name, p.kind, p.default) for p in theirs.values()
        ]


def test_function_and_module():
    from rushlight.autograd.gradcheck import GradcheckError, gradcheck

    assert rushlight.autograd.gradcheck is gradcheck
    assert issubclass(GradcheckError, RuntimeError)
    assert gradcheck(rushlight.sin, rushlight.ones(2, dtype=rushlight.float64, requires_grad=True))


def test_inputs_are_as_before():
    x = rushlight.linspace(0.1, 1, 4, dtype=rushlight.float64).requires_grad_()
    before = x.tolist()
    rushlight.autograd.gradcheck(rushlight.exp, x)
    rushlight.autograd.gradcheck(rushlight.exp, x, fast_mode=True)
    assert x.tolist() == before
    assert x.grad is None
