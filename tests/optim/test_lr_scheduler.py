"""Learning rates along many steps, state dicts, warnings and errors, against PyTorch."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

SETUP = """
import copy, math, pickle, types
from torch.optim.lr_scheduler import *
SWALR = torch.optim.swa_utils.SWALR
LOSSES = [1 / (1 + t) if t < 8 else 0.12 if t < 20 else 0.1 + 0.01 * t for t in range(40)]

def optimizer(name='SGD', lr=.1, **options):
    x, y = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
    if name == 'SGD':
        options.setdefault('momentum', .9)
    groups = [{'params': [x], 'lr': lr}, {'params': [y]}]
    return getattr(torch.optim, name)(groups, lr=.05, **options)

o = optimizer()
tensors = optimizer(lr=torch.tensor(.1))
adam = optimizer('Adam')

def shown(x):
    if isinstance(x, float):
        return float(f'{x:.9g}')
    if isinstance(x, dict):
        return {k: shown(v) for k, v in x.items() if not isinstance(v, types.MethodType)}
    if isinstance(x, (list, tuple)):
        return [shown(v) for v in x]
    return x

def walk(s, n=24, opt=None):
    opt = opt or s.optimizer
    path = [shown(s.get_last_lr())]
    for t in range(n):
        opt.step()
        s.step(*([LOSSES[t]] if isinstance(s, ReduceLROnPlateau) else []))
        path.append(shown([[g['lr'], g.get('momentum', g.get('betas'))] for g in opt.param_groups]))
    return path, shown(s.get_last_lr())

def resumed(make, n=9):
    a, b = optimizer(), optimizer()
    first, second = make(a), make(b)
    walk(first, n)
    b.load_state_dict(a.state_dict())
    state = first.state_dict()
    second.load_state_dict(copy.deepcopy(state))
    return shown({k: v for k, v in state.items() if k != '_schedule_phases'}), walk(second, n)

def jumps(s, *epochs):
    s.optimizer.step()
    path = []
    for e in epochs:
        s.step(e)
        path.append(shown(s.get_last_lr()))
    return path

class Halve:
    def __init__(self, by):
        self.by = by

    def __call__(self, t):
        return self.by ** t

def early(s):
    s.step()
    s.step()

def overridden(s):
    s.optimizer.step = lambda: None
    s.step()
"""

SCHEDULERS = rows("""
LambdaLR(o, lambda t: 1 / (1 + t))
LambdaLR(o, [Halve(.9), lambda t: 1 - t / 100])
MultiplicativeLR(o, lambda t: .95)
StepLR(o, 7)
StepLR(o, 3, gamma=.5)
MultiStepLR(o, [3, 9, 20], gamma=.2)
MultiStepLR(o, (5, 5, 11), .5)
ConstantLR(o)
ConstantLR(o, .5, 10)
LinearLR(o)
LinearLR(o, 1., .1, total_iters=20)
ExponentialLR(o, .9)
PolynomialLR(o, 12)
PolynomialLR(o, total_iters=12, power=2.)
CosineAnnealingLR(o, 20)
CosineAnnealingLR(o, 4, eta_min=1e-3)
CosineAnnealingWarmRestarts(o, 7)
CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=1e-4)
CyclicLR(o, .01, .1, 4, 6)
CyclicLR(o, .01, .1, 4, mode='triangular2')
CyclicLR(o, .01, [.1, .2], 4, mode='exp_range', gamma=.97)
CyclicLR(o, .01, .1, 5, scale_fn=Halve(.9), scale_mode='iterations')
CyclicLR(o, .01, .1, 5, cycle_momentum=False)
OneCycleLR(o, .3, total_steps=40)
OneCycleLR(o, [.3, .2], epochs=8, steps_per_epoch=5, anneal_strategy='linear', pct_start=.4)
OneCycleLR(o, .3, 40, three_phase=True, cycle_momentum=False)
OneCycleLR(o, .3, 40, three_phase=True)
ReduceLROnPlateau(o, patience=2, factor=.5)
ReduceLROnPlateau(o, 'max', patience=1, cooldown=2, threshold=.1, threshold_mode='abs', min_lr=.01)
ReduceLROnPlateau(o, 'max', patience=1, min_lr=[.01, .02])
ReduceLROnPlateau(o, 'min', patience=1, threshold=.1, threshold_mode='abs')
SequentialLR(o, [ConstantLR(o, .1, 4), ExponentialLR(o, .9)], [4])
SequentialLR(o, [LinearLR(o), CosineAnnealingLR(o, 15), StepLR(o, 2)], [6, 15])
SequentialLR(o, [SequentialLR(o, [LinearLR(o), StepLR(o, 2)], [3]), ExponentialLR(o, .5)], [8])
ChainedScheduler([ConstantLR(o, .1, 4), ExponentialLR(o, .9)])
ChainedScheduler([ConstantLR(o, .1, 4), ExponentialLR(o, .9)], optimizer=o)
SWALR(o, .02)
SWALR(o, [.02, .05], anneal_epochs=5, anneal_strategy='linear')
SWALR(o, .02, 0)
""")

OTHERS = rows("""
walk(CyclicLR(adam, .01, .1, 4))
walk(OneCycleLR(adam, .3, 40))
walk(CyclicLR(optimizer('Rprop'), .01, .1, 4))
walk(OneCycleLR(optimizer('Rprop'), .3, 40))
walk(OneCycleLR(optimizer('Rprop'), .3, 40, cycle_momentum=False))
walk(OneCycleLR(o, .3, 4), 6)
walk(ExponentialLR(tensors, .5), 3), tensors.param_groups[0]['lr']
walk(LambdaLR(tensors, lambda t: .5 ** t), 3), tensors.param_groups
walk(StepLR(tensors, 2), 3)
walk(ReduceLROnPlateau(tensors, patience=1), 20)
walk(SequentialLR(tensors, [ConstantLR(tensors, .1, 4), ExponentialLR(tensors, .9)], [4]))
walk(CosineAnnealingLR(tensors, 5))
jumps(StepLR(o, 3, .5), 0, 4, 9)
jumps(MultiStepLR(o, [3, 9], .5), 0, 4, 9)
jumps(ConstantLR(o), 0, 4, 9)
jumps(LinearLR(o), 0, 4, 9)
jumps(ExponentialLR(o, .5), 0, 4, 9)
jumps(PolynomialLR(o), 0, 4, 9)
jumps(CosineAnnealingLR(o, 6), 0, 4, 9)
jumps(LambdaLR(o, lambda t: .5 ** t), 0, 4, 9)
jumps(CosineAnnealingWarmRestarts(o, 3), 0, .5, 4, 9.25)
jumps(CosineAnnealingWarmRestarts(o, 3, 2), 0, .5, 4, 9.25, 2)
jumps(CosineAnnealingWarmRestarts(o, 3), -1)
ReduceLROnPlateau(o).step(1., 3)
ReduceLROnPlateau(o).step(torch.tensor(1.))
ReduceLROnPlateau(o).step('a')
early(StepLR(o, 3))
overridden(StepLR(o, 3))
StepLR(o, 3).get_lr()
LambdaLR(o, lambda t: 1.).get_lr()
SWALR(o, .1).get_lr()
LRScheduler(o)
LRScheduler(3)
StepLR(3, 1)
ReduceLROnPlateau(3)
OneCycleLR(3, .1)
CyclicLR(3, .1, .2)
LambdaLR(3, lambda t: 1.)
StepLR(o, 3, last_epoch=2)
[StepLR(o, 3), walk(StepLR(o, 3, .5, 4))][1]
[StepLR(o, 3), walk(CosineAnnealingLR(o, 8, 0., 4))][1]
[StepLR(o, 3), walk(OneCycleLR(o, .1, 40, last_epoch=4), 3)][1]
LambdaLR(o, [lambda t: 1.])
MultiplicativeLR(o, [lambda t: 1.])
MultiplicativeLR(o, 3)
ConstantLR(o, 2.)
ConstantLR(o, -1.)
LinearLR(o, 0.)
LinearLR(o, 1., 2.)
CosineAnnealingWarmRestarts(o, 0)
CosineAnnealingWarmRestarts(o, 3, 0)
CosineAnnealingWarmRestarts(o, 3, 1.5)
CosineAnnealingWarmRestarts(o, 3, eta_min='a')
CyclicLR(o, .1, .2, mode='other')
CyclicLR(o, [.1], .2)
OneCycleLR(o, .1)
OneCycleLR(o, .1, 0)
OneCycleLR(o, .1, epochs=0, steps_per_epoch=1)
OneCycleLR(o, .1, epochs=1, steps_per_epoch=0)
OneCycleLR(o, .1, 10, pct_start=1)
OneCycleLR(o, .1, 10, pct_start=-.5)
OneCycleLR(o, .1, 10, anneal_strategy='other')
OneCycleLR(o, [.1], 10)
ReduceLROnPlateau(o, factor=1.)
ReduceLROnPlateau(o, mode='other')
ReduceLROnPlateau(o, threshold_mode='other')
ReduceLROnPlateau(o, min_lr=[1.])
SequentialLR(o, [], [])
SequentialLR(o, [StepLR(o, 1)], [1])
SequentialLR(o, [StepLR(adam, 1)], [])
SequentialLR(o, [3], [])
SequentialLR(o, [ReduceLROnPlateau(o)], [])
ChainedScheduler([])
ChainedScheduler([StepLR(o, 1), StepLR(adam, 1)])
ChainedScheduler([StepLR(o, 1), 3])
ChainedScheduler([StepLR(o, 1), ReduceLROnPlateau(o)])
SWALR(o, .1, anneal_strategy='other')
SWALR(o, .1, -1)
SWALR(o, [.1])
OneCycleLR(o, .1, 40, three_phase=True).state_dict()
""")  # fmt: skip


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_path(scheduler):
    check(f"walk({scheduler})", in_module(SETUP))


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_resumed(scheduler):
    check(f"resumed(lambda o: {scheduler})", in_module(SETUP))


@pytest.mark.parametrize("expression", OTHERS)
def test_like_pytorch(expression):
    check(expression, in_module(SETUP))


def in_module(setup):
    """The setup, importing from whichever library `torch` is."""
    return setup.replace(
        "from torch.optim.lr_scheduler import *",
        "schedules = torch.optim.lr_scheduler\n"
        "globals().update({name: getattr(schedules, name) for name in schedules.__all__})",
    )


def test_a_group_that_is_added_later():
    x, y = (rushlight.ones(1, requires_grad=True) for _ in range(2))
    optimizer = rushlight.optim.SGD([x], lr=1.0)
    schedules = rushlight.optim.lr_scheduler
    shared = schedules.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    each = schedules.ReduceLROnPlateau(optimizer, patience=0, factor=0.5, min_lr=[0.1])
    optimizer.add_param_group({"params": [y]})
    shared.step(1.0)
    shared.step(1.0)
    assert shared.get_last_lr() == [0.5, 0.5]
    each.step(1.0)
    with pytest.raises(RuntimeError, match="The number of param groups in the `optimizer`"):
        each.step(1.0)


def test_a_scheduler_does_not_keep_its_optimizer_alive_by_the_step_it_wraps():
    import gc
    import weakref

    optimizer = rushlight.optim.SGD([rushlight.ones(1, requires_grad=True)])
    rushlight.optim.lr_scheduler.StepLR(optimizer, 1)
    gone = weakref.ref(optimizer)
    del optimizer
    gc.collect()
    assert gone() is None


def test_the_old_name():
    schedules = rushlight.optim.lr_scheduler
    assert issubclass(schedules._LRScheduler, schedules.LRScheduler)
