"""gradcheck and gradgradcheck: every option on right and wrong derivatives, messages included."""

import re
import warnings
from functools import partial

import pytest

from tests.tape.transcript import compared

torch = pytest.importorskip("torch")

OPTIONS = [
    {},
    {"fast_mode": True},
    {"check_forward_ad": True},
    {"check_forward_ad": True, "fast_mode": True},
    {"check_forward_ad": True, "check_backward_ad": False},
    {"check_forward_ad": True, "check_backward_ad": False, "fast_mode": True},
    {"check_batched_grad": True},
    {"check_batched_grad": True, "fast_mode": True},
    {"check_forward_ad": True, "check_batched_forward_grad": True},
    {"check_undefined_grad": False},
    {"masked": True},
    {"masked": False},
    {"check_grad_dtypes": True},
    {"nondet_tol": 1e-3},
    {"raise_exception": False},
]
SECOND_OPTIONS = [
    {},
    {"fast_mode": True},
    {"check_batched_grad": True},
    {"check_fwd_over_rev": True},
    {"check_fwd_over_rev": True, "check_rev_over_rev": False},
    {"check_fwd_over_rev": True, "check_rev_over_rev": False, "check_batched_grad": True},
    {"check_rev_over_rev": False},
    {"gen_non_contig_grad_outputs": True},
    {"masked": True},
    {"raise_exception": False},
    {"check_undefined_grad": False},
    {"check_grad_dtypes": True},
]


def doubles(torch, n, complex_numbers=False):
    x = torch.linspace(0.3, 1.4, n, dtype=torch.float64)
    return (torch.complex(x, x * x) if complex_numbers else x).clone().requires_grad_()


def doubling(torch, backward, jvp):
    """A doubling with these derivatives."""

    class Doubling(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    Doubling.backward = staticmethod(lambda ctx, g: backward(g))
    Doubling.jvp = staticmethod(lambda ctx, t: jvp(t))
    return Doubling.apply


def rounded(text):
    """Numbers to five places: the last digits of sums differ."""
    return re.sub(r"(\d\.\d{5})\d+", r"\1", text)


def tell(say, name, call):
    """The verdict, or the refusal without the lines that are ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            verdict = call()
        except Exception as error:
            text = rounded(str(error)).split("\nDoublingBackward was recorded at")[0]
            verdict = f"{type(error).__name__}: {text}"
    say(name, verdict)


@compared
def test_options(torch, say):
    x, z = doubles(torch, 2), doubles(torch, 2, complex_numbers=True)
    right = doubling(torch, lambda g: g * 2, lambda t: t * 2)
    wrong_vjp = doubling(torch, lambda g: g * 3, lambda t: t * 2)
    wrong_jvp = doubling(torch, lambda g: g * 2, lambda t: t * 3)
    cases = {
        "real": (lambda a: (a * a).sin(), x),
        "two outputs": (lambda a: (a * a, a.sum()), x),
        "complex": (lambda a: a * a, z),
        "complex to real": (lambda a: a.abs(), z),
        "real to complex": (lambda a: torch.complex(a, a * a), x),
        "right rules": (right, x),
        "right rules, complex": (right, z),
        "wrong vjp": (wrong_vjp, x),
        "wrong vjp, complex": (wrong_vjp, z),
        "wrong jvp": (wrong_jvp, x),
        "wrong jvp, complex": (wrong_jvp, z),
        "shape": (doubling(torch, lambda g: torch.cat([g, g]), lambda t: t * 2), x),
        "none": (doubling(torch, lambda g: None, lambda t: t * 2), x),
        "detached": (lambda a: a.detach() * 2, x),
        "not a tensor": (lambda a: 3, x),
        "a constant": (lambda a, b: a * b, (x, x.detach())),
        "empty": (lambda a: a * 2, doubles(torch, 0)),
        "empty output": (lambda a: a[:0], x),
        "the input": (lambda a: a, x),
        "a number of it": (lambda a: a[0].item() * a, x),
        "infinite": (lambda a: a / 0, x),
    }
    for options in OPTIONS:
        for name, (function, inputs) in cases.items():
            quirk = name == "detached" and not options.get("check_backward_ad", True)
            if not (quirk and "fast_mode" in options):  # PyTorch: IndexError
                check = torch.autograd.gradcheck
                tell(say, f"{name} {options}", partial(check, function, inputs, **options))


@compared
def test_second_options(torch, say):
    x, z = doubles(torch, 2), doubles(torch, 2, complex_numbers=True)
    ones = torch.ones(2, dtype=torch.float64, requires_grad=True)
    cases = {
        "one": (lambda a: (a * a).sin(), x),
        "several": (lambda a: (a * a, a.exp().sum()), x),
        "complex": (lambda a: a * a, z),
        "two inputs": (lambda a, b: a * b, (x, doubles(torch, 2))),
        "cotangents": (lambda a: a * a, x, ones),
        "cotangents without gradient": (lambda a: a * a, x, ones.detach()),
        "linear": (lambda a: a * 2, x),
        "an integer output": (lambda a: (a * a, a > 0), x),
        "no gradient": (lambda a: a * a, x.detach()),
    }
    for options in SECOND_OPTIONS:
        for name, arguments in cases.items():
            check = torch.autograd.gradgradcheck
            tell(say, f"{name} {options}", partial(check, *arguments, **options))
