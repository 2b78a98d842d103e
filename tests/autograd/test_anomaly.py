"""Anomaly detection: the failing node, the stack that recorded it, and what made nan."""

import re
import threading
import warnings

import pytest

import rushlight
from tests.tape.transcript import compared


def caught(torch, act):
    """The error that `act` raises, and the warnings, without the stacks' lines."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            act()
            error = None
        except Exception as raised:
            error = f"{type(raised).__name__}: {str(raised).splitlines()[0]}"
    text = "\n".join(re.sub(r" ?\(Triggered .*\)", "", str(w.message)) for w in found)
    return error, [line for line in text.split("\n") if line and not line.startswith("  ")]


@compared
def test_nan(torch, say):
    def program():
        with torch.autograd.detect_anomaly():
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            y = (x * 0).sqrt()
            (y * 0).sum().backward()

    say(caught(torch, program))


@compared
def test_nan_is_not_looked_for(torch, say):
    def program():
        with torch.autograd.detect_anomaly(check_nan=False):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            (x.sqrt() * 0).sum().backward()
            say(x.grad)

    say(caught(torch, program))


@compared
def test_which_output_is_nan(torch, say):
    class Second(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g, g * float("nan")

    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            Second.apply(x, x).sum().backward()

    say(caught(torch, program))


@compared
def test_error_in_a_rule(torch, say):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("bad")

    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            Bad.apply(x).sum().backward()

    say(caught(torch, program))


@compared
def test_modified_in_place(torch, say):
    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            y = x.exp()
            z = y.sin()
            y.add_(1)
            z.sum().backward()

    say(caught(torch, program))


@compared
def test_forward_outside(torch, say):
    def program():
        x = torch.tensor([0.0, 1.0], requires_grad=True)
        y = x.sqrt() * 0
        with torch.autograd.set_detect_anomaly(True):
            y.sum().backward()

    say(caught(torch, program))


@compared
def test_freed_graph(torch, say):
    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            y = x.exp().sum()
            y.backward()
            y.backward()

    say(caught(torch, program))


@compared
def test_error_in_a_hook(torch, say):
    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            y = x * 2
            y.register_hook(lambda g: 1 / 0)
            y.sum().backward()

    say(caught(torch, program))


@compared
def test_induced_by_a_backward(torch, say):
    class Nan(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * float("nan")

    class Outer(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return Nan.apply(g)

    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0, 1.0], requires_grad=True)
            y = (Outer.apply(x) ** 2).sum()
            (g,) = torch.autograd.grad(y, x, create_graph=True)
            say(sorted(g.grad_fn.metadata))
            g.sum().backward()

    say(caught(torch, program))


@compared
def test_complex_nan(torch, say):
    def program():
        with torch.autograd.set_detect_anomaly(True):
            x = torch.tensor([0.0 + 0.0j, 1.0], requires_grad=True)
            (x.sqrt() * 0).abs().sum().backward()

    say(caught(torch, program))


@compared
def test_settings(torch, say):
    def show():
        say(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled())

    show()
    torch.autograd.set_detect_anomaly(True, False)
    show()
    torch.autograd.set_detect_anomaly(False)
    show()
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        with torch.autograd.detect_anomaly():
            show()
        show()
    show()
    torch.set_anomaly_enabled(True)
    show()
    torch.set_anomaly_enabled(False)
    say.refused(torch.set_anomaly_enabled, 3)
    say.refused(torch.set_anomaly_enabled, True, 3)
    say.warned(torch.autograd.detect_anomaly)


@compared
def test_new_threads_follow(torch, say):
    seen = []
    with torch.autograd.set_detect_anomaly(True):
        thread = threading.Thread(target=lambda: seen.append(torch.is_anomaly_enabled()))
        thread.start()
        thread.join()
    say(seen)


def half(x):
    return x.sqrt()  # the square root


def test_the_stack_is_the_users():
    x = rushlight.tensor([0.0], requires_grad=True)
    with rushlight.autograd.set_detect_anomaly(True):
        y = half(x) * 0
        with (
            pytest.warns(UserWarning, match="Error detected in SqrtBackward0") as found,
            pytest.raises(RuntimeError) as error,
        ):
            y.backward()
    (warning,) = found
    stack = str(warning.message)
    assert "y = half(x) * 0" in stack
    assert "return x.sqrt()  # the square root" in stack
    assert stack.index("half(x)") < stack.index("x.sqrt()")
    assert "rushlight/" not in stack.split("Traceback")[1].replace("tests/", "")
    assert warning.filename == __file__
    assert "return x.sqrt()" in str(error.value), "the error itself names the line too"


def test_nothing_is_kept_without_the_mode():
    x = rushlight.tensor([0.0], requires_grad=True)
    assert x.sqrt().grad_fn.metadata == {}
