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


# -- beyond PyTorch: forward results, infinities, indices and ranges --------------------------------


def refusal(act):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(RuntimeError) as caught:
            act()
    return str(caught.value)


@pytest.mark.parametrize("check", ["forward", "both"])
def test_forward_names_the_first_bad_operation(check):
    x = rushlight.tensor([[1.0, 2.0], [3.0, -1.0]], requires_grad=True)

    def program():
        with rushlight.autograd.set_detect_anomaly(True, check=check):
            y = x * 2
            z = y.log()  # the logarithm
            return z * 3

    text = refusal(program)
    assert text.startswith(
        "LogBackward0 was recorded with nan in its result: first at index (1, 1), 1 of 4 elements"
    )
    assert "z = y.log()  # the logarithm" in text
    assert "Input 0: torch.float32 of shape [2, 2], from -2 to 6" in text


def test_forward_says_that_the_data_was_bad():
    data = rushlight.tensor([1.0, float("nan")])
    w = rushlight.ones(2, requires_grad=True)

    def program():
        with rushlight.autograd.set_detect_anomaly(True, check="forward"):
            return w * data

    text = refusal(program)
    assert "Input 1: torch.float32 of shape [2], from 1 to 1; has nan, first at index (1,)" in text


def test_forward_sees_several_results_writes_and_functions():
    class Bad(rushlight.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * float("nan")

        @staticmethod
        def backward(ctx, g):
            return g

    x = rushlight.tensor([1.0, float("nan")], requires_grad=True)

    def write():
        y = x.detach().clone()
        y.mul_(x)

    with rushlight.autograd.set_detect_anomaly(True, check="forward"):
        ones = rushlight.ones(2, requires_grad=True)
        assert "SortBackward0 was recorded with nan in its result 0" in refusal(x.sort)
        assert refusal(write).startswith("MulBackward0")
        assert refusal(lambda: Bad.apply(ones)).startswith("BadBackward was recorded with nan")


def test_infinities_are_refused_where_they_begin():
    x = rushlight.tensor([0.0, 1.0], requires_grad=True)
    masked = rushlight.tensor([True, False])
    with rushlight.autograd.set_detect_anomaly(True, check="both", inf=True):
        text = refusal(lambda: x.log())
        assert text.startswith("LogBackward0 was recorded with inf in its result")
        hidden = x.masked_fill(masked, -float("inf"))
        assert (hidden * 2).softmax(0).tolist() == [0, 1]
        out = x.sqrt().sum()
        text = refusal(out.backward)
        assert text.startswith("Function 'SqrtBackward0' returned inf values in its 0th output.")
        assert "It is first at index (0,), 1 of 2 elements" in text
        assert "Incoming gradient 0: torch.float32 of shape [2], from 1 to 1" in text
        assert "Saved result: torch.float32 of shape [2], from 0 to 1" in text
    with rushlight.autograd.set_detect_anomaly(True, check="both"):
        assert x.log().tolist() == [-float("inf"), 0]


def test_forward_alone_leaves_gradients_unchecked():
    x = rushlight.tensor([0.0, 1.0], requires_grad=True)
    with rushlight.autograd.set_detect_anomaly(True, check="forward"):
        (x.sqrt() * 0).sum().backward()
    assert x.grad.isnan().tolist() == [True, False]


def test_large_numbers_are_no_infinities():
    x = rushlight.full((3,), 1e30, requires_grad=True)
    halves = rushlight.full((300,), 6e4, dtype=rushlight.float16, requires_grad=True)
    with rushlight.autograd.set_detect_anomaly(True, check="both", inf=True):
        (x * 2 + 1j * x).abs().sum().backward()
        (halves * 1).float().sum().backward()
        rushlight.ones(0, requires_grad=True).exp().sum().backward()
        (x.t() * 1)[::2].sum().backward()


def test_inside_transforms():
    with rushlight.autograd.set_detect_anomaly(True, check="both"):
        text = refusal(lambda: rushlight.func.grad(rushlight.log)(rushlight.tensor(-1.0)))
    assert text.startswith("LogBackward0 was recorded with nan")


def test_the_mode_of_checks_is_checked():
    with pytest.raises(ValueError, match="check must be 'forward', 'backward' or 'both'"):
        rushlight.autograd.detect_anomaly(check="sideways")
    assert not rushlight.is_anomaly_enabled()


def test_modes_are_put_back_with_their_checks():
    x = rushlight.tensor([-1.0], requires_grad=True)
    with rushlight.autograd.set_detect_anomaly(True, check="forward"):
        with rushlight.autograd.set_detect_anomaly(False):
            x.log()
        assert refusal(x.log)
    x.log()


def test_the_stack_is_kept_as_places_until_it_is_looked_at():
    x = rushlight.tensor([2.0], requires_grad=True)
    with rushlight.autograd.set_detect_anomaly(True):
        stack = x.log().grad_fn.metadata["traceback_"]
    assert len(stack) == len(list(stack))
    assert "stack = x.log()" in stack[-1]
    assert "stack = x.log()" in repr(stack)
