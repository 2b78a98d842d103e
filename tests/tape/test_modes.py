"""Modes of recording, as context managers and decorators of all that can be called."""

import asyncio
import threading

import rushlight
from tests.tape.transcript import compared


@compared
def test_no_grad_and_enable_grad(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.no_grad():
        y = x * 2
        say(y, y.requires_grad, torch.is_grad_enabled())
        with torch.enable_grad():
            z = x * 2
            say(z, torch.is_grad_enabled())
        say(torch.is_grad_enabled())
    say(torch.is_grad_enabled(), x * 2)


@compared
def test_modes_are_restored_after_errors(torch, say):
    for mode in (torch.no_grad, torch.inference_mode, lambda: torch.set_grad_enabled(False)):
        try:
            with mode():
                raise ValueError
        except ValueError:
            pass
        say(torch.is_grad_enabled(), torch.is_inference_mode_enabled())


@compared
def test_set_grad_enabled(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.set_grad_enabled(False):
        say((x * 2).requires_grad)
    torch.set_grad_enabled(False)
    say((x * 2).requires_grad)
    torch.set_grad_enabled(True)
    say((x * 2).requires_grad)
    guard = torch.set_grad_enabled(False)
    say(torch.is_grad_enabled(), guard)
    with guard:
        say(torch.is_grad_enabled())
    say(torch.is_grad_enabled())
    say.refused(torch.set_grad_enabled, 1)
    torch.set_grad_enabled(True)


@compared
def test_functions(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    @torch.no_grad()
    def plain(t):
        """Doubles."""
        return t * 2

    @torch.no_grad
    def bare(t):
        return t * 2

    @torch.set_grad_enabled(False)
    def set_off(t):
        return t * 2

    @torch.enable_grad()
    def on(t):
        return t * 2

    say(plain(x), bare(x), set_off(x), plain.__name__, plain.__doc__, torch.is_grad_enabled())
    with torch.no_grad():
        say(on(x))
    say(plain(plain(x)), torch.is_grad_enabled())


@compared
def test_recursive_functions(torch, say):
    @torch.no_grad()
    def count(n):
        say(n, torch.is_grad_enabled())
        if n:
            count(n - 1)

    count(2)
    say(torch.is_grad_enabled())


@compared
def test_generators(torch, say):
    @torch.no_grad()
    def numbers(n):
        try:
            for i in range(n):
                say("inside", torch.is_grad_enabled())
                got = yield i
                say("sent", got, torch.is_grad_enabled())
        finally:
            say("closing", torch.is_grad_enabled())
        return "returned"

    for i in numbers(2):
        say("outside", i, torch.is_grad_enabled())
    g = numbers(3)
    next(g)
    say(g.send("hello"))
    g.close()
    g = numbers(3)
    next(g)
    say.refused(g.throw, ValueError("thrown"))

    def delegating():
        say((yield from numbers(1)))

    list(delegating())
    say(torch.is_grad_enabled())


def test_coroutines():
    """PyTorch leaves the mode before the coroutine runs; here it holds within."""

    @rushlight.no_grad()
    async def work():
        first = rushlight.is_grad_enabled()
        await asyncio.sleep(0)
        return first, rushlight.is_grad_enabled()

    assert asyncio.run(work()) == (False, False)
    assert rushlight.is_grad_enabled()


@compared
def test_classes(torch, say):
    x = torch.tensor([1.0], requires_grad=True)

    class Model:
        def __init__(self):
            self.y = x * 2

        def call(self):
            return x * 2

    model = say.warned(torch.no_grad(), Model)
    say(model().y, model().call())


@compared
def test_methods(torch, say):
    class Model:
        @torch.no_grad()
        def call(self, x):
            return x * 2

        @staticmethod
        @torch.no_grad()
        def still(x):
            return x * 2

    x = torch.tensor([1.0], requires_grad=True)
    say(Model().call(x), Model.still(x))


@compared
def test_threads(torch, say):
    seen = {}

    def look(name):
        seen[name] = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())

    def run(name):
        thread = threading.Thread(target=look, args=(name,))
        thread.start()
        thread.join()

    with torch.no_grad():
        run("no_grad")
    with torch.inference_mode():
        run("inference")
    torch.set_grad_enabled(False)
    run("set")
    torch.set_grad_enabled(True)
    say(seen)


@compared
def test_inference_mode(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.inference_mode():
        y = x * 2
        z = torch.ones(2)
        say(y, y.requires_grad, y.is_inference(), z.is_inference(), x.is_inference())
        say(torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        z.add_(1)
        with torch.inference_mode(False):
            w = x * 2
            say(w, w.is_inference(), torch.is_inference_mode_enabled(), torch.is_grad_enabled())
        with torch.enable_grad():
            say(torch.is_grad_enabled(), (x * 2).requires_grad)
        v = x[0]
        say(v.is_inference(), v._is_view())
    say(y.is_inference(), (y * 2).is_inference(), y.clone().is_inference())
    say(torch.is_inference_mode_enabled())


@compared
def test_inference_tensors_outside(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.inference_mode():
        y = torch.ones(2)
    say.refused(lambda: x * y)
    say.refused(lambda: y._version)
    say.refused(lambda: y.requires_grad_())
    say(x + y)
    say(y * 2, (y * 2).is_inference(), y[0].is_inference())
    with torch.no_grad():
        say(x * y)
    with torch.inference_mode():
        y.add_(1)
        x.add_(1)
    say(y, x)
    c = y.clone()
    say((x * c).sum(), c.is_inference())
    say.refused(lambda: y.add_(1))


@compared
def test_inference_mode_as_decorator(torch, say):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    @torch.inference_mode()
    def f(t):
        return t * 2

    @torch.inference_mode
    def g(t):
        return t * 2

    @torch.inference_mode(False)
    def h(t):
        return t * 2

    say(f(x).is_inference(), g(x).is_inference(), h(x).is_inference())
    with torch.inference_mode():
        say(h(x))


@compared
def test_writes_in_inference_mode_to_normal_tensors(torch, say):
    x = torch.ones(2)
    with torch.inference_mode():
        x.add_(1)
        v = x[0]
        v.mul_(3)
    say(x, x._version)
    y = torch.ones(2, requires_grad=True).clone()
    with torch.inference_mode():
        v = y[0]
    say(v.requires_grad)
    say.refused(lambda: v.mul_(2))


@compared
def test_leaves_made_in_no_grad(torch, say):
    with torch.no_grad():
        x = torch.ones(2, requires_grad=True)
        say(x.requires_grad, x.is_leaf)
        y = (x * 2).requires_grad_()
        say(y.requires_grad, y.is_leaf)
    (y * x).sum().backward()
    say(x.grad, y.grad)


@compared
def test_requires_grad_of_integers(torch, say):
    say.refused(lambda: torch.tensor([1], requires_grad=True))
    say.refused(lambda: torch.tensor([1]).requires_grad_())
    say.refused(lambda: torch.ones(2).__setattr__("requires_grad", 1))
    x = torch.ones(2, requires_grad=True)
    say.refused(lambda: (x * 2).requires_grad_(False))
    say((x * 2).requires_grad_().is_leaf, x.requires_grad_(False).requires_grad)


@compared
def test_set_multithreading_enabled(torch, say):
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.set_multithreading_enabled(False):
        x.sum().backward()
    say(x.grad)
