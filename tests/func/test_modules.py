"""`functional_call`, `stack_module_state`, `replace_all_batch_norm_modules_` against PyTorch."""

import pytest

from tests.func.programs import agree

FILLED = """
def filled(module, start=0.1):
    for i, p in enumerate(module.parameters()):
        torch.nn.init.constant_(p, start + 0.2 * i)
    return module.double()
nn = torch.nn
m = filled(nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1)))
"""
SOURCES = [
    "p = dict(m.named_parameters())\n"
    "result = func.vmap(func.grad(lambda p, a: func.functional_call(m, p, (a,)).sum()), (None, 0))(p, A)",
    "models = [filled(nn.Linear(3, 2), i) for i in range(3)]\n"
    "p, b = func.stack_module_state(models)\n"
    "each = func.vmap(lambda p, b, a: func.functional_call(models[0], (p, b), (a,)), (0, 0, None))\n"
    "result = (p, b, each(p, b, A))",
    "models = [nn.BatchNorm1d(3, affine=False).double().eval() for i in range(2)]\n"
    "result = func.stack_module_state(models)",
    "result = func.stack_module_state([])",
    "result = func.stack_module_state([nn.Linear(2, 2), nn.Linear(2, 2).eval()])",
    "result = func.stack_module_state([nn.Linear(2, 2), nn.Bilinear(2, 2, 2)])",
    "result = func.functional_call(m, {'unknown': x}, (A,)), hasattr(m, 'unknown')",
    "result = func.functional_call(m, {'unknown': x}, (A,), strict=True)",
    "result = func.functional_call(m, {'7.weight': x}, (A,))",
    "result = func.functional_call(m, {'': x}, (A,))",
    "result = func.functional_call(m, {'0.weight': 3}, (A,))",
    "result = func.functional_call(m, {'0.training': x}, (A,))",
    "result = func.functional_call(m, ({'0.bias': x[:2]}, {'0.bias': x[:2]}), (A,))",
    "n = nn.Sequential(nn.BatchNorm1d(3), nn.Sequential(nn.InstanceNorm2d(2), nn.BatchNorm2d(3)))\n"
    "result = repr(func.replace_all_batch_norm_modules_(n))",
    "n = nn.BatchNorm1d(3).double()\nsame = func.replace_all_batch_norm_modules_(n) is n\n"
    "result = (same, n.running_mean, n.num_batches_tracked, func.vmap(n)(A.reshape(2, 2, 3)))",
]


@pytest.mark.parametrize("source", SOURCES)
def test_modules(source):
    agree(FILLED + source)
