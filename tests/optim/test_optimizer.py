"""What all optimizers share, against PyTorch: groups, options, errors, hooks, saving."""

import copy
import pickle

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

SETUP = """
import copy
from collections import OrderedDict
O = torch.optim
x = torch.tensor([1., -2.], requires_grad=True)
y = torch.tensor([[3.]], requires_grad=True)
c = torch.tensor([1j], requires_grad=True)
x.grad, y.grad, c.grad = torch.ones(2), torch.ones(1, 1), torch.ones(1) * 1j
log = []

def stepped(name, *args, **kwargs):
    o = getattr(O, name)(*args, **kwargs)
    o.step()
    return o

def keys(o):
    return [{k: v for k, v in g.items() if k != 'params'} for g in o.param_groups]

def closure():
    log.append(torch.is_grad_enabled())
    return (x * x).sum()

def hooked(o):
    o.register_step_pre_hook(lambda *a: log.append(('pre', a[0] is o, len(a[1]), a[2])))
    o.register_step_post_hook(lambda *a: log.append(('post', a[0] is o, len(a[1]), a[2])))
    h = o.register_step_pre_hook(lambda *a: log.append('second'))
    o.step()
    h.remove()
    o.step(closure=None)
    return log

def dict_hooked(o):
    o.register_state_dict_pre_hook(lambda o: log.append('a'))
    o.register_state_dict_pre_hook(lambda o: log.append('b'), prepend=True)
    o.register_state_dict_post_hook(lambda o, d: log.append(sorted(d)))
    o.register_state_dict_post_hook(lambda o, d: {**d, 'more': 1}, prepend=True)
    d = o.state_dict()
    o.register_load_state_dict_pre_hook(lambda o, d: log.append(sorted(d)))
    o.register_load_state_dict_pre_hook(lambda o, d: {**d, 'yet': 1}, prepend=True)
    o.register_load_state_dict_post_hook(lambda o: log.append('loaded'))
    o.register_load_state_dict_post_hook(lambda o: log.append('first'), prepend=True)
    o.load_state_dict(d)
    return log

def zeroed(g, set_to_none):
    x.grad = g
    O.SGD([x]).zero_grad(set_to_none)
    return x.grad

def loaded(name, **kwargs):
    a, b = stepped(name, [x, y], lr=.5), getattr(O, name)([x, y], **kwargs)
    b.load_state_dict(a.state_dict())
    return b, b.state_dict(), b.state[x] is a.state[x]

def old_style(name, **more):
    a = stepped(name, [x])
    d = copy.deepcopy(a.state_dict())
    for k, v in d['state'][0].items():
        if v.dim() == 0:
            d['state'][0][k] = v.item()
    d['param_groups'] = [{'params': [0], **{k: v for k, v in d['param_groups'][0].items()
                          if k in ('lr', 'betas', 'eps', 'weight_decay', 'alpha', 'momentum')}}]
    b = getattr(O, name)([x])
    b.load_state_dict(d)
    return b, b.state[x]

def with_doubles(f):
    torch.set_default_dtype(torch.float64)
    try:
        return f()
    finally:
        torch.set_default_dtype(torch.float32)

def of_group(*groups):
    return repr(O.SGD([*groups], lr=.1))
"""

NAMES = [
    *("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adadelta", "Adagrad", "RMSprop"),
    *("Rprop", "ASGD", "LBFGS", "Adafactor"),
]
STEPPING = [name for name in NAMES if name != "LBFGS"]
COUNTING = [name for name in STEPPING if name not in ("SGD", "Adafactor", "Rprop")]

EXPRESSIONS = [
    *(f"O.{name}([x])" for name in NAMES),
    *(f"O.{name}([x]).state_dict()" for name in NAMES),
    *(f"O.{name}([{{'params': [x]}}, {{'params': y, 'lr': .25}}])" for name in NAMES),
    *(f"O.{name}([('a', x), ('b', y)]).state_dict()" for name in NAMES),
    *(f"stepped('{name}', [x, y]).state_dict()" for name in STEPPING),
    *(f"loaded('{name}')" for name in STEPPING),
    *(f"old_style('{name}')" for name in COUNTING),
    *(f"O.{name}([x], lr=-1.)" for name in NAMES),
    *(f"O.{name}([x], lr=float('nan'))" for name in NAMES),
    *(f"O.{name}([x], lr=torch.ones(2))" for name in NAMES),
    *(f"O.{name}([x], lr=torch.tensor([.5]))" for name in NAMES),
    *(f"O.{name}([x], weight_decay=-1)" for name in NAMES if name not in ("Rprop", "LBFGS")),
    *(
        f"stepped('{name}', [x], capturable=True)"
        for name in STEPPING
        if name not in ("SGD", "Adagrad", "Adafactor")
    ),
    *(
        f"stepped('{name}', [x], foreach=True, differentiable=True)"
        for name in STEPPING
        if name not in ("SGD", "Adafactor")
    ),
    *(f"stepped('{name}', [x], differentiable=True)" for name in STEPPING if name != "Adafactor"),
    *rows("""
O.Muon([y])
O.Muon([x])
O.Muon([y], lr=-1.)
O.Muon([y], momentum=-1.)
O.Muon([y], weight_decay=-1.)
O.Muon([y], adjust_lr_fn='other')
stepped('Muon', [y], ns_steps=100)
stepped('Muon', [y], ns_coefficients=(1., 2.))
O.SparseAdam([x])
O.SparseAdam([x], lr=0.)
O.SparseAdam([x], eps=0.)
O.SparseAdam([c])
stepped('SparseAdam', [x])
O.SGD([x], momentum=-1)
O.SGD([x], nesterov=True)
O.SGD([x], nesterov=True, momentum=.5, dampening=.1)
O.SGD([x], fused=True, foreach=True)
O.SGD([x], fused=True, differentiable=True)
stepped('SGD', [c], fused=True)
O.Adam([x], fused=True, foreach=True)
O.Adam([x], fused=True, differentiable=True)
O.Adam([x], betas=(1., .9))
O.Adam([x], betas=(.9, -1.))
O.Adam([x], betas=(1, .9))
O.Adam([x], betas=(0, .9))
O.Adam([x], betas=(.5, torch.tensor(.5)))
O.Adam([x], betas=(torch.tensor([.5]), torch.tensor(.5)))
O.Adam([x], betas=(torch.tensor(.5), torch.tensor(.5)), foreach=True)
O.Adam([x], eps=-1.)
O.Adam([x], lr=torch.tensor(.1), foreach=True)
stepped('Adam', [x], fused=True).state_dict()
stepped('Adam', [c], fused=True)
O.Adamax([x], eps=-1.)
O.Adamax([x], betas=(1., .9))
O.NAdam([x], momentum_decay=-1.)
O.NAdam([x], betas=(1., .9))
O.RAdam([x], eps=-1.)
O.Adadelta([x], rho=2.)
O.Adadelta([x], eps=-1.)
O.Adagrad([x], lr_decay=-1.)
O.Adagrad([x], initial_accumulator_value=-1.)
O.Adagrad([x], eps=-1.)
O.Adagrad([x], fused=True, foreach=True)
O.Adagrad([x, c], initial_accumulator_value=.5).state_dict()
O.RMSprop([x], eps=-1.)
O.RMSprop([x], momentum=-1.)
O.RMSprop([x], alpha=-1.)
O.Rprop([x], etas=(1., 2.))
O.Adafactor([x], beta2_decay=.5)
O.Adafactor([x], eps=(-1., 0.))
O.Adafactor([x], eps=(None, -1.))
O.Adafactor([x], d=.5)
stepped('Adafactor', [c])
O.LBFGS([{'params': [x]}, {'params': [y]}])
O.LBFGS([x], max_iter=8)
O.LBFGS([x]).step()
O.LBFGS([x], line_search_fn='other').step(lambda: (x * x).sum())
O.SGD(x)
O.SGD(y.long())
O.SGD([])
O.SGD(3)
O.SGD([3])
O.SGD([None])
O.SGD([[x]])
O.SGD([x * 2])
O.SGD([x * 2], differentiable=True)
O.SGD({x})
O.SGD([{'params': {x}}])
O.SGD([{'lr': .1}])
O.SGD([x, x])
O.SGD([('a', x), y])
O.SGD([{'params': [('a', x)]}, {'params': [y]}])
O.SGD([{'params': [x]}, {'params': [('a', y)]}])
O.SGD([{'params': [x]}, {'params': [x]}])
O.SGD([x], momentum=.5).add_param_group([y])
O.SGD([x]).add_param_group({'params': [x]})
O.SGD((p for p in [x, y]))
O.SGD({'a': x}.values())
of_group({'params': x}, {'params': [y], 'momentum': .5, 'note': 'own'})
O.SGD([x]).step(1)
O.SGD([x]).step(closure), log, torch.is_grad_enabled()
stepped('SGD', [torch.zeros(1).expand(3).requires_grad_()])
hooked(O.SGD([x]))
hooked(O.AdamW([x]))
dict_hooked(O.Adam([x]))
zeroed(None, True)
zeroed(None, False)
zeroed(torch.ones(2), True)
zeroed(torch.ones(2), False)
zeroed(x * 2, False), x.grad.requires_grad
O.SGD([x]).load_state_dict(O.SGD([{'params': x}, {'params': y}]).state_dict())
O.SGD([x]).load_state_dict(O.SGD([x, y]).state_dict())
O.SGD([x]).load_state_dict({})
O.SGD([x], momentum=.5).defaults
O.Optimizer([x], {}).step()
sorted(O.SGD([x]).__getstate__())
sorted(n for n in O.__all__ if n != 'swap_in_optimizer_params_and_state')
with_doubles(lambda: stepped('Adam', [x]).state)
"""),
]  # fmt: skip
# The types of the first and the message of the second error are Python's own.
OTHER_WORDS = ("O.SGD([x]).step(1)", "O.LBFGS([x]).step()")


@pytest.mark.parametrize("expression", [e for e in EXPRESSIONS if e not in OTHER_WORDS])
def test_like_pytorch(expression):
    check(expression, SETUP)


def one(value=1.0):
    p = rushlight.tensor([value], requires_grad=True)
    p.grad = rushlight.ones(1)
    return p


def test_hooks_may_replace_the_arguments():
    optimizer = rushlight.optim.SGD([one()])
    calls = []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: calls.append(1)), {}))
    optimizer.step()
    assert calls == [1]
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with pytest.raises(RuntimeError, match="must return None or a tuple of"):
        optimizer.step()


def test_global_hooks_come_first_before_and_last_after():
    module = rushlight.optim.optimizer
    log = []
    optimizer = rushlight.optim.SGD([one()])
    optimizer.register_step_pre_hook(lambda *a: log.append("own before"))
    optimizer.register_step_post_hook(lambda *a: log.append("own after"))
    before = module.register_optimizer_step_pre_hook(lambda *a: log.append("all before"))
    after = module.register_optimizer_step_post_hook(lambda *a: log.append("all after"))
    optimizer.step()
    before.remove()
    after.remove()
    optimizer.step()
    assert log == ["all before", "own before", "own after", "all after", "own before", "own after"]


def test_a_subclass_steps_with_hooks():
    class Descent(rushlight.optim.Optimizer):
        def __init__(self, params, lr=rushlight.optim.optimizer.required):
            super().__init__(params, {"lr": lr})

        @rushlight.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    p.sub_(p.grad, alpha=group["lr"])

    with pytest.raises(ValueError, match="didn't specify a value of required optimization"):
        Descent([one()])
    p, log = one(), []
    optimizer = Descent([p], lr=0.5)
    optimizer.register_step_post_hook(lambda *a: log.append("after"))
    optimizer.step()
    assert p.item() == 0.5
    assert log == ["after"]


def test_copies_and_pickles_go_on_alike():
    p = one()
    optimizer = rushlight.optim.Adam([p], lr=0.1)
    optimizer.step()
    twins = [copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))]
    optimizer.step()
    for twin in twins:
        (q,) = twin.param_groups[0]["params"]
        assert q is not p
        q.grad = rushlight.ones(1)
        twin.step()
        assert q.item() == p.item()
        assert twin.state[q]["step"].item() == 2


def test_a_gradient_scaler_is_undone_by_a_fused_step():
    p = one()
    optimizer = rushlight.optim.SGD([p], lr=1.0, fused=True)
    assert optimizer._step_supports_amp_scaling
    optimizer.grad_scale, optimizer.found_inf = rushlight.tensor(4.0), rushlight.tensor(0.0)
    optimizer.step()
    assert p.item() == 0.75
    optimizer.found_inf = rushlight.tensor(1.0)
    optimizer.step()
    assert p.item() == 0.75
    plain = rushlight.optim.SGD([p])
    plain.grad_scale = rushlight.tensor(4.0)
    with pytest.raises(AssertionError, match="Expected grad_scale and found_inf to be None"):
        plain.step()


def test_a_subclass_of_tensor_steps_by_operations():
    class Mine(rushlight.Tensor):
        pass

    p = rushlight.ones(2).as_subclass(Mine).requires_grad_()
    p.grad = rushlight.ones(2)
    rushlight.optim.Adam([p], lr=0.1).step()
    assert type(p) is Mine
    assert p.tolist() == pytest.approx([0.9, 0.9])


def test_an_inference_tensor_is_not_written_to():
    with rushlight.inference_mode():
        p = rushlight.ones(2)
        p.grad = rushlight.ones(2)
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
        rushlight.optim.SGD([p]).step()
