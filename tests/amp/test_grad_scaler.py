"""GradScaler scales, skips steps with infinities, grows, and is saved as PyTorch's."""

import pickle
import warnings

import pytest

import rushlight
from tests.distributions.cases import agree
from tests.tensor.expressions import check, rows, torch

SETUP = """
def S(*args, **kwargs):
    return torch.amp.GradScaler(*args, **kwargs)

p = torch.ones(2, requires_grad=True)
opt = torch.optim.SGD([p], 0.1)
def started():
    s = S('cpu', init_scale=8.)
    s.scale((p * 2).sum()).backward()
    return s
"""

ANSWERS = rows("""
S().is_enabled()
S('cpu').is_enabled()
S('cpu').state_dict()
S('cpu', enabled=False).state_dict()
S('cpu', enabled=False).get_scale()
S('cpu', enabled=False).scale(3)
S('cpu', growth_factor=1.0)
S('cpu', backoff_factor=1.0)
S('cpu').load_state_dict({})
S('cpu').step(opt)
S('cpu').update()
S('cpu').unscale_(opt)
S('cpu').scale(3)
S('cpu').scale([torch.ones(1), (torch.ones(1),)])
list(S('cpu').scale(map(torch.ones, (1, 2))))
S('cpu').get_scale()
(lambda s: (s.unscale_(opt), s.unscale_(opt)))(started())
(lambda s: (s.step(opt), s.unscale_(opt)))(started())
(lambda s: (s.step(opt), s.step(opt)))(started())
(lambda s: (s.unscale_(opt), p.grad))(started())
(lambda s: (s.step(opt), p, p.grad, s.update(), s.state_dict()))(started())
(lambda s: s.step(opt, closure=None))(started())
(lambda s: s.update())(started())
(lambda s: (s.update(4.0), s.get_scale()))(started())
(lambda s: (s.update(torch.tensor(4.0)), s.get_scale()))(started())
(lambda s: s.update(torch.ones(2)))(started())
(lambda s: s.step(torch.optim.SGD([torch.ones(1)], 0.1)))(started())
(lambda s: (s.set_growth_factor(3.), s.set_growth_interval(5), s.state_dict()))(S('cpu'))
(lambda s: (s.set_backoff_factor(.1), s.state_dict()))(S('cpu'))
(lambda s: (s.get_growth_factor(), s.get_backoff_factor(), s.get_growth_interval()))(S('cpu'))
""")


@pytest.mark.parametrize("expression", ANSWERS)
def test_answers(expression):
    check(expression, SETUP)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("unscaled", [False, True])
def test_infinities_skip_steps_and_move_the_scale(fused, unscaled):
    def question(torch):
        p = torch.ones(3, requires_grad=True)
        optimizer = torch.optim.SGD([p], 0.1, fused=fused)
        scaler = torch.amp.GradScaler("cpu", init_scale=16.0, growth_interval=3)
        out = []
        for step in range(12):
            optimizer.zero_grad()
            factor = float("inf") if step in (2, 7, 8) else float("nan") if step == 10 else 1.0
            scaler.scale((p * p * factor).sum()).backward()
            if unscaled:
                scaler.unscale_(optimizer)
                out.append(p.grad.clone())
            scaler.step(optimizer)
            scaler.update()
            out += [p.detach().clone(), scaler.get_scale(), scaler.state_dict()]
        return out

    agree(question(rushlight), question(torch))


def test_half_precision_gradients_are_refused():
    def question(torch):
        p = torch.ones(2, dtype=torch.float16, requires_grad=True)
        scaler = torch.amp.GradScaler("cpu")
        scaler.scale(p.sum()).backward()
        try:
            scaler.unscale_(torch.optim.SGD([p], 0.1))
        except ValueError as error:
            return str(error)

    agree(question(rushlight), question(torch))


def test_states_are_taken_over():
    def question(torch):
        first = torch.amp.GradScaler("cpu", init_scale=4.0)
        second = torch.amp.GradScaler("cpu")
        second.scale(torch.ones(1))
        second.load_state_dict(first.state_dict())
        first.load_state_dict({**second.state_dict(), "scale": 2.0, "_growth_tracker": 7})
        return [second.scale(torch.ones(1)), first.state_dict(), first.scale(torch.ones(1))]

    agree(question(rushlight), question(torch))


def test_it_is_pickled_between_iterations():
    scaler = rushlight.amp.GradScaler("cpu", init_scale=4.0)
    p = rushlight.ones(1, requires_grad=True)
    optimizer = rushlight.optim.SGD([p], 0.1)
    scaler.scale(p.sum()).backward()
    scaler.step(optimizer)
    with pytest.raises(AssertionError, match="may only be pickled at the beginning"):
        pickle.dumps(scaler)
    scaler.update()
    twin = pickle.loads(pickle.dumps(scaler))
    assert twin.state_dict() == scaler.state_dict()
    assert twin.scale(p).item() == 4 * p.item()


def test_old_names_are_deprecated():
    for module in (rushlight, torch):
        with pytest.warns(FutureWarning, match=r"`torch.cpu.amp.GradScaler\(args...\)`"):
            assert module.cpu.amp.GradScaler().is_enabled()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert not module.cuda.amp.GradScaler().is_enabled()
        assert {w.category for w in caught} == {FutureWarning, UserWarning}
