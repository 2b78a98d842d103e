"""Many threads: gradients are neither lost nor doubled, modes and hooks stay with their thread."""

import sys
import threading
import warnings

import numpy as np
import pytest

import rushlight as torch

THREADS, ROUNDS = 8, 25


@pytest.fixture(autouse=True)
def impatient():
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*works):
    """Run functions in threads of their own, all from the same moment; raise what they raise."""
    errors = []
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize("size", [1, 40_000])
def test_one_leaf_of_many_graphs(size):
    w = torch.ones(size, requires_grad=True)

    def work():
        for _ in range(ROUNDS):
            (w * 2).sum().backward()

    together(*[work] * THREADS)
    assert w.grad.unique().tolist() == [2 * THREADS * ROUNDS]


@pytest.mark.parametrize(("size", "number"), [(1, 200), (30_000, 100), (1_000_000, 10)])
def test_gradients_that_meet_at_a_leaf(size, number):
    leaves = [torch.ones(size, requires_grad=True) for _ in range(number)]
    ones = torch.ones(size)
    at_once = threading.Barrier(THREADS)

    def work():
        for w in leaves:
            at_once.wait()
            w.backward(ones)

    together(*[work] * THREADS)
    assert [w.grad.unique().tolist() for w in leaves] == [[THREADS]] * number


def test_one_graph():
    w = torch.ones(20_000, requires_grad=True)
    out = (w * 2).sin().sum()
    (once,) = torch.autograd.grad(out, w, retain_graph=True)

    def work():
        for _ in range(ROUNDS):
            out.backward(retain_graph=True)

    together(*[work] * THREADS)
    np.testing.assert_allclose(w.grad.numpy(), once.numpy() * THREADS * ROUNDS, rtol=1e-5)


def test_accumulation_with_a_graph():
    w = torch.ones(3, requires_grad=True)

    def work():
        for _ in range(ROUNDS):
            torch.autograd.backward((w * w).sum(), create_graph=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cycle that is undone below
        together(*[work] * THREADS)
    assert w.grad.tolist() == [2.0 * THREADS * ROUNDS] * 3
    (second,) = torch.autograd.grad(w.grad.sum(), w)
    assert second.tolist() == [2.0 * THREADS * ROUNDS] * 3
    w.grad = None


def test_gradients_of_mixed_layouts():
    w = torch.ones(100, 100, requires_grad=True)
    works = [
        lambda: (w.t() * 2).sum().backward(),
        lambda: w[::2].sum().backward(),
        lambda: w.double().sum().backward(),
        lambda: (w * torch.ones(100, 100)).sum().backward(),
    ]
    together(*[lambda work=work: [work() for _ in range(ROUNDS)] for work in works])
    assert w.grad[1].unique().tolist() == [4 * ROUNDS]
    assert w.grad[0].unique().tolist() == [5 * ROUNDS]


def test_hooks_run_on_the_thread_of_their_backward():
    w = torch.ones(3, requires_grad=True)
    seen, after = [], []
    w.register_hook(lambda g: seen.append(threading.get_ident()))
    w.register_post_accumulate_grad_hook(lambda t: after.append(threading.get_ident()))
    mine = []

    def work():
        mine.append(threading.get_ident())
        for _ in range(ROUNDS):
            (w * 2).sum().backward()

    together(*[work] * THREADS)
    for found in (seen, after):
        assert sorted(found) == sorted(mine * ROUNDS)
    assert w.grad.tolist() == [2 * THREADS * ROUNDS] * 3


def test_hooks_come_and_go_while_others_run():
    w = torch.ones(3, requires_grad=True)
    calls = []

    def come_and_go():
        for _ in range(ROUNDS * 5):
            with w.register_hook(lambda g: calls.append(1)):
                pass

    def work():
        for _ in range(ROUNDS):
            (w * 2).sum().backward()

    together(come_and_go, come_and_go, work, work)
    assert w.grad.tolist() == [4 * ROUNDS] * 3


def test_callbacks_belong_to_their_backward():
    from rushlight.autograd import Variable

    done = []

    def work():
        w = torch.ones(3, requires_grad=True)
        name = threading.get_ident()
        y = w * 2
        y.register_hook(
            lambda g: Variable._execution_engine.queue_callback(lambda: done.append(name))
        )
        for _ in range(ROUNDS):
            y.sum().backward(retain_graph=True)
            assert done.count(name) == _ + 1

    together(*[work] * THREADS)
    assert len(done) == THREADS * ROUNDS


def test_modes_are_each_threads_own():
    def recording():
        for _ in range(ROUNDS):
            with torch.enable_grad():
                x = torch.ones(2, requires_grad=True)
                assert (x * 2).requires_grad

    def blind():
        for _ in range(ROUNDS):
            with torch.no_grad():
                x = torch.ones(2, requires_grad=True)
                assert not (x * 2).requires_grad

    def inferring():
        for _ in range(ROUNDS):
            with torch.inference_mode():
                assert torch.ones(2).mul(2).is_inference()
            assert not torch.ones(2).is_inference()

    def packing():
        packed = []
        for _ in range(ROUNDS):
            with torch.autograd.graph.saved_tensors_hooks(
                lambda t: packed.append(1) or t, lambda t: t
            ):
                torch.ones(2, requires_grad=True).exp()
        assert len(packed) == ROUNDS

    def safe():
        for _ in range(ROUNDS):
            x = torch.zeros(1, requires_grad=True)
            with torch.autograd.safe_grad():
                (x.sqrt() * 0).sum().backward()
            assert x.grad.tolist() == [0]

    together(*[recording, blind, inferring, packing, safe] * 2)


def test_derivatives_of_derivatives_and_transforms():
    def double():
        for _ in range(ROUNDS):
            x = torch.tensor(3.0, requires_grad=True)
            (g,) = torch.autograd.grad(x**3, x, create_graph=True)
            (h,) = torch.autograd.grad(g, x)
            assert h.item() == 18

    def transformed():
        for _ in range(ROUNDS):
            assert torch.func.grad(torch.func.grad(lambda x: x**3))(torch.tensor(3.0)).item() == 18
            rows = torch.func.vmap(torch.func.grad(lambda x: (x * x).sum()))(torch.ones(3, 2))
            assert rows.unique().tolist() == [2]

    def forward():
        for _ in range(ROUNDS):
            _, tangent = torch.func.jvp(torch.exp, (torch.zeros(2),), (torch.ones(2),))
            assert tangent.tolist() == [1, 1]

    together(*[double, transformed, forward] * 2)


def test_a_graph_used_up_by_another_thread():
    out = torch.ones(3, requires_grad=True).exp().sum()
    outcomes = []

    def work():
        try:
            out.backward()
            outcomes.append("done")
        except RuntimeError as error:
            outcomes.append("refused" if "a second time" in str(error) else str(error))

    together(work)
    together(*[work] * 3)
    assert outcomes == ["done", "refused", "refused", "refused"]


def test_writes_to_views_of_one_base():
    base = torch.zeros(THREADS, 100)
    rows = list(base.unbind())

    def work(row):
        for _ in range(ROUNDS):
            row += 1

    together(*[lambda row=row: work(row) for row in rows])
    assert base.unique().tolist() == [ROUNDS]
