"""Averages of weights, against PyTorch."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

SETUP = """
S = torch.optim.swa_utils

def lists(kind=torch.float32):
    return [torch.zeros(2, dtype=kind), torch.ones(1).to(kind)], [torch.full((2,), 6.).to(kind)] * 2

def updated(function, n, kind=torch.float32):
    a, b = lists(kind)
    return function(a, b[:2], n), a

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.tensor([1., 2.]))
        self.register_buffer('b', torch.tensor([5.]))

    def forward(self, x):
        return self.w * x + self.b

def averaged(n=3, **options):
    model = Model()
    average = S.AveragedModel(model, **options)
    for t in range(n):
        with torch.no_grad():
            model.w.add_(t * t)
            model.b.add_(1)
        average.update_parameters(model)
    return average.module.w, average.module.b, average.n_averaged, average(torch.ones(2))

def statistics(momentum=.1, device=None):
    net = torch.nn.Sequential(torch.nn.BatchNorm1d(2, momentum=momentum))
    net.eval()
    batches = [torch.arange(6.).reshape(3, 2), [torch.ones(3, 2), 'label']]
    S.update_bn(batches, net, device)
    bn = net[0]
    return bn.running_mean, bn.running_var, bn.num_batches_tracked, bn.momentum, net.training
"""

FUNCTIONS = rows("""
updated(S.get_ema_multi_avg_fn(), 1)
updated(S.get_ema_multi_avg_fn(.75), 1, torch.complex64)
updated(S.get_ema_multi_avg_fn(.5), 1, torch.int64)
updated(S.get_swa_multi_avg_fn(), 2)
updated(S.get_swa_multi_avg_fn(), torch.tensor(2))
S.get_ema_avg_fn(.5)(torch.ones(2), torch.zeros(2), 3)
S.get_swa_avg_fn()(torch.ones(2), torch.zeros(2), 3)
S.get_swa_avg_fn()(torch.ones(2), torch.zeros(2), torch.tensor(3))
S.get_ema_avg_fn(2.)
S.get_ema_multi_avg_fn(-1.)
""")

MODELS = rows("""
averaged()
averaged(0)
averaged(use_buffers=True)
averaged(avg_fn=S.get_ema_avg_fn(.5))
averaged(multi_avg_fn=S.get_ema_multi_avg_fn(.5), use_buffers=True)
averaged(avg_fn=lambda a, b, n: a + b * n)
averaged(device='cpu')
averaged(avg_fn=S.get_ema_avg_fn(.5), multi_avg_fn=S.get_ema_multi_avg_fn(.5))
S.AveragedModel(Model()).state_dict()
S.AveragedModel(Model())
statistics()
statistics(None)
statistics(device='cpu')
S.update_bn([torch.ones(2)], Model())
""")


@pytest.mark.parametrize("expression", FUNCTIONS)
def test_functions(expression):
    check(expression, SETUP.partition("class Model")[0])


@pytest.mark.skipif(not hasattr(rushlight.nn, "Module"), reason="networks are not there yet")
@pytest.mark.parametrize("expression", MODELS)
def test_models(expression):
    check(expression, SETUP)


def test_names():
    assert rushlight.optim.swa_utils.__all__ == torch.optim.swa_utils.__all__
