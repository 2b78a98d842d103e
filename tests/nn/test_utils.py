"""`nn.utils`: clipping, vectors, parametrizations, pruning, fusion, stateless calls."""

import copy
import pickle

import pytest

import rushlight
from tests.nn.twins import agree

EXPRESSIONS = """
u.clip_grad_norm_(m.parameters(), 0.5), grads(m)
u.clip_grad_norm_(m.parameters(), 0.5, norm_type=float('inf')), grads(m)
u.clip_grad_norm_(m.weight, 0.5, 1), grads(m)
u.clip_grad_norm_([], 0.5)
u.clip_grad_norm_((q for q in ()), 0.5)
u.clip_grad_norm_([torch.ones(1, requires_grad=True)], 0.5)
u.clip_grad_norm_(spoilt(m), 0.5, error_if_nonfinite=True)
u.clip_grad_norm_(spoilt(m), 0.5)
u.clip_grad_norm(m.parameters(), 0.5)
u.clip_grad_value_(m.parameters(), 0.1), grads(m)
u.clip_grads_with_norm_(m.parameters(), 1.0, torch.tensor(4.0)), grads(m)
u.get_total_norm(grads(m)), u.get_total_norm(grads(m), 1.0), u.get_total_norm([])
u.parameters_to_vector(m.parameters())
u.vector_to_parameters(torch.arange(8.), m.parameters()), m.state_dict()
u.vector_to_parameters([1], m.parameters())
u.weight_norm(m), list(m.state_dict()), m(x), m.weight.grad_fn is None
u.remove_weight_norm(u.weight_norm(m, dim=None)), m.state_dict()
u.weight_norm(u.weight_norm(m))
u.remove_weight_norm(m)
u.spectral_norm(m), list(m.state_dict()), m(x), m(x), m.eval()(x)
u.remove_spectral_norm(u.spectral_norm(m, n_power_iterations=3)), m.state_dict()
u.spectral_norm(u.spectral_norm(m))
u.spectral_norm(m, n_power_iterations=0)
u.remove_spectral_norm(m)
u.spectral_norm(nn.ConvTranspose1d(2, 3, 2)).weight_u.shape == (3,)
z.weight_norm(m), list(m.state_dict()), m(x), m
z.weight_norm(m, dim=None), m.parametrizations.weight.original0.shape == ()
z.weight_norm(m).load_state_dict(u.weight_norm(nn.Linear(3, 2)).state_dict())
z.spectral_norm(m), list(m.state_dict()), m(x), m.eval()(x), m
z.spectral_norm(m, 'nope')
z.spectral_norm(m, dim=7)
z.spectral_norm(m, 'bias'), m.bias
z.orthogonal(m), m.weight @ m.weight.T
z.orthogonal(nn.Linear(3, 3), orthogonal_map='cayley').weight
z.orthogonal(nn.Linear(2, 4), orthogonal_map='cayley').weight
z.orthogonal(nn.Linear(2, 4), use_trivialization=False).weight
z.orthogonal(m, orthogonal_map='nope')
z.orthogonal(m, 'bias')
r.register_parametrization(m, 'weight', Twice()), m, m(x), list(m.state_dict()), type(m)
r.register_parametrization(m, 'nope', Twice())
r.register_parametrization(m, 'weight', Wide())
r.register_parametrization(m, 'weight', Double())
r.register_parametrization(m, 'weight', Wide(), unsafe=True).weight
r.register_parametrization(r.register_parametrization(m, 'weight', Twice()), 'weight', Wide())
r.register_parametrization(r.register_parametrization(m, 'weight', Twice()), 'weight', Twice()).weight
setattr(r.register_parametrization(m, 'weight', Twice()), 'weight', torch.ones(2, 3))
setattr(r.register_parametrization(m, 'weight', Half()), 'weight', torch.ones(2, 3)), m.weight
r.remove_parametrizations(r.register_parametrization(m, 'weight', Twice()), 'weight'), m.state_dict()
r.remove_parametrizations(r.register_parametrization(m, 'weight', Twice()), 'weight', False).weight
r.remove_parametrizations(z.weight_norm(m), 'weight').weight
r.remove_parametrizations(z.weight_norm(m), 'weight', leave_parametrized=False)
r.remove_parametrizations(m, 'weight')
r.is_parametrized(m), r.is_parametrized(r.register_parametrization(m, 'weight', Twice()), 'bias')
r.type_before_parametrizations(r.register_parametrization(m, 'weight', Twice()))
r.transfer_parametrizations_and_params(r.register_parametrization(m, 'weight', Twice()), n).weight
copy.deepcopy(r.register_parametrization(m, 'weight', Twice())).weight
pickle.dumps(r.register_parametrization(m, 'weight', Twice()))
p.l1_unstructured(m, 'weight', 2), m.weight, list(m.state_dict()), m(x)
p.l1_unstructured(p.l1_unstructured(m, 'weight', 2), 'weight', 0.5), m.weight
p.random_unstructured(m, 'weight', 0.4), m.weight
p.random_structured(m, 'weight', 1, dim=1), m.weight
p.ln_structured(m, 'weight', 1, n=2, dim=0), m.weight
p.ln_structured(p.l1_unstructured(m, 'weight', 2), 'weight', 1, n=2, dim=1), m.weight
p.custom_from_mask(m, 'weight', torch.eye(2, 3)), m.weight
p.identity(m, 'weight'), list(m.state_dict())
p.global_unstructured([(m, 'weight'), (n, 'weight')], p.L1Unstructured, amount=0.5), m.weight, n.weight
p.remove(p.l1_unstructured(m, 'weight', 2), 'weight'), m.state_dict(), p.is_pruned(m)
p.is_pruned(p.l1_unstructured(m, 'weight', 2))
p.remove(m, 'weight')
p.l1_unstructured(m, 'weight', 'a')
p.l1_unstructured(m, 'weight', 1.5)
p.l1_unstructured(m, 'weight', 7)
p.ln_structured(m, 'bias', 1, 2, 0)
p.random_structured(m, 'weight', 1, 5)
p.global_unstructured([(m, 'weight')], p.LnStructured, amount=1, n=2)
u.fuse_linear_bn_eval(m.eval(), nn.BatchNorm1d(2).eval())(x)
u.fuse_linear_bn_eval(m, nn.BatchNorm1d(2))
u.fuse_conv_bn_eval(nn.Conv1d(3, 2, 1).eval(), nn.BatchNorm1d(2).eval())(x.T.reshape(1, 3, 4))
functional_call(m, {'weight': torch.ones(2, 3)}, x), m.weight
functional_call(m, {'weight': torch.ones(2, 3)}, (x,), strict=True)
functional_call(m, {'weight': torch.ones(2, 3), 'bias': torch.ones(2), 'x': x}, x, strict=True)
functional_call(tied, {'0.weight': torch.ones(3, 3), '0.bias': torch.ones(3)}, x)
functional_call(tied, {'0.weight': torch.ones(3, 3), '1.weight': torch.zeros(3, 3)}, x)
functional_call(tied, {'0.weight': torch.ones(3, 3)}, x, tie_weights=False)
functional_call(nn.BatchNorm1d(3), buffers, x), buffers
u.skip_init(nn.Linear, 3, 2).weight.shape == (2, 3), torch.rand(2)
u.skip_init(nn.Sequential)
u.skip_init(int)
""".strip().splitlines()

SETUP = """
class Twice(nn.Module):
    def forward(self, x):
        return 2 * x

class Half(Twice):
    def right_inverse(self, x):
        return x / 2

class Wide(nn.Module):
    def forward(self, x):
        return torch.cat([x, x])

class Double(nn.Module):
    def forward(self, x):
        return x.double()

def grads(m):
    return [p.grad for p in m.parameters()]

def spoilt(m):
    m.bias.grad[0] = float('nan')
    return list(m.parameters())

m, n = nn.Linear(3, 2), nn.Linear(3, 2)
x = torch.randn(4, 3)
m(x).square().sum().backward()
tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
tied[1].weight = tied[0].weight
tied[1].bias = tied[0].bias
buffers = {'running_mean': torch.ones(3), 'num_batches_tracked': torch.tensor(4)}
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression(expression):
    def program(t):
        u = t.nn.utils
        from importlib import import_module

        home = u.__name__
        names = {"torch": t, "nn": t.nn, "u": u, "copy": copy, "pickle": pickle}
        names |= {"z": import_module(f"{home}.parametrizations")}
        names |= {"r": import_module(f"{home}.parametrize"), "p": import_module(f"{home}.prune")}
        names["functional_call"] = t.func.functional_call
        exec(SETUP, names)
        return eval(expression, names)

    agree(program, rtol=1e-4, atol=1e-5)


def test_training_through_parametrizations():
    def program(t):
        m = t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(3, 2))
        m = t.nn.utils.parametrizations.weight_norm(m, "bias", None)
        x = t.randn(4, 3)
        for _ in range(3):
            m(x).square().sum().backward()
            with t.no_grad():
                for p in m.parameters():
                    p -= 0.1 * p.grad
                    p.grad = None
        return m.state_dict()

    agree(program, rtol=1e-4, atol=1e-5)


def test_cached_parametrizations_are_computed_once():
    calls = []

    class Counted(rushlight.nn.Module):
        def forward(self, x):
            calls.append(1)
            return x + 1

    from rushlight.nn.utils import parametrize

    m = parametrize.register_parametrization(rushlight.nn.Linear(1, 1), "weight", Counted())
    calls.clear()
    with parametrize.cached():
        assert m.weight is m.weight
    assert len(calls) == 1
    assert m.weight is not m.weight


def test_prefixes_are_taken_off():
    def program(t):
        state = t.nn.Sequential(t.nn.Linear(1, 1)).state_dict(prefix="module.")
        t.nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
        return list(state), dict(state._metadata)

    agree(program)
