"""`grad`, `grad_and_value`, `vjp`: values, nesting, in-place writes, errors, against PyTorch."""

import pytest

import rushlight
from tests.func.programs import agree

VALUES = [
    "func.grad(torch.sin)(s)",
    "func.grad(func.grad(torch.sin))(s)",
    "func.grad(func.grad(func.grad(func.grad(func.grad(func.grad(lambda t: t.exp() * t.sin()))))))(s)",
    "func.grad(lambda a, b: (a * b.sin()).sum(), argnums=1)(x, y)",
    "func.grad(lambda a, b: (a * b.sin()).sum(), argnums=(0, 1))(x, y)",
    "func.grad(lambda a, b: (a * b.sin()).sum(), argnums=(-1, 0))(x, y)",
    "func.grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': x, 'b': [y]})",
    "func.grad(lambda t: (t.sum(), {'twice': t * 2}), has_aux=True)(x)",
    "func.grad_and_value(lambda t: (t**3).sum())(x)",
    "func.grad_and_value(lambda t: ((t**3).sum(), t + 1), has_aux=True)(x)",
    "func.grad(lambda t, *, scale: (t * scale).sum())(x, scale=3.0)",
    "func.grad(lambda t: y.sum())(x)",
    "func.grad(lambda t: (t.detach() * t).sum())(x)",
    "func.grad(lambda t: (t[0] * t[1:]).sum())(x)",
    "func.grad(lambda t: (A @ t).softmax(0)[1])(x)",
    "func.grad(lambda t: t.unbind()[1] * t.split(2)[0].sum())(x)",
    "func.grad(lambda t: t.max(0).values * t.sort().values[0])(x)",
    "func.grad(lambda t: torch.where(t > 0, t.exp(), t).sum())(x)",
    "func.grad(lambda t: (t.float() * 2).sum())(x)",
    "func.grad(lambda t: (torch.view_as_real(torch.complex(t, t * 2)) ** 2).sum())(x)",
    "func.vjp(torch.sin, x)[1](torch.ones_like(x))",
    "func.vjp(lambda a, b: {'p': a * b, 'q': (a + b).sum()}, x, y)[1]({'p': x, 'q': s})",
    "func.vjp(lambda a: (a * 2, a.sum()), x, has_aux=True)[2]",
    "func.vjp(lambda a: a * 2, x)[0]",
    "[func.vjp(torch.exp, x)[1](g) for g in (x, y)]",
]

NESTED = [
    "func.vmap(func.grad(lambda t: (t * t).prod()))(A)",
    "func.grad(lambda t: func.vmap(lambda r: (r * t).sum())(A).prod())(x)",
    "func.vmap(func.grad(lambda w, r: (w * r).sum().tanh()), in_dims=(None, 0))(x, A)",
    "func.vmap(func.vmap(func.grad(torch.sin)))(A)",
    "func.grad(lambda t: func.jvp(torch.sin, (t,), (t * 2,))[1].sum())(x)",
    "func.jvp(func.grad(lambda t: (t**3).sum()), (x,), (y,))",
    "func.jvp(func.vmap(func.grad(lambda t: (t**3).sum())), (A,), (A + 1,))",
    "func.vmap(lambda r: func.vjp(lambda t: t.sin() * r, x)[1](r)[0])(A)",
    "func.grad(lambda t: func.vjp(torch.exp, t)[1](t)[0].sum())(x)",
    "func.grad(lambda t: t * func.grad(lambda u: u * t * t)(t))(s)",
    "func.grad(lambda t: t * func.grad(lambda u: t + u * 0)(s))(s)",
    "func.vmap(lambda v: func.jvp(func.grad(lambda t: (t**4).sum()), (x,), (v,))[1])(A)",
]

WITH_THE_TAPE = [
    "x.requires_grad_(); out = func.grad(lambda t: (t**3).sum())(x); out.sum().backward(); result = (out, x.grad)",
    "y.requires_grad_(); out = func.grad(lambda t: (t**2 * y).sum())(x); out.sum().backward(); result = (out, y.grad)",
    "x.requires_grad_(); result = func.vjp(torch.sin, x)[0]",
    "x.requires_grad_()\nwith torch.no_grad():\n    result = func.grad(lambda t: (t**3).sum())(x)",
    "def f(t):\n    with torch.no_grad():\n        c = t * t\n    return (c * t).sum()\nresult = func.grad(f)(x)",
    "x.requires_grad_(); y.requires_grad_(); out = func.grad(lambda t: (t * y).sin().sum())(x); result = torch.autograd.grad(out.sum(), (x, y))",
    "seen = []\ndef f(t):\n    seen.append((t.requires_grad, t.is_leaf, (t * 2).is_leaf))\n    return t.sum()\nfunc.grad(f)(x); result = seen",
    "def f(t):\n    u = t * 2\n    g, = torch.autograd.grad((u * t).sum(), t, create_graph=True)\n    return (g * t).sum()\nresult = func.grad(f)(x)",
]

WRITES = [
    "def f(t):\n    t = t.clone()\n    t.mul_(2)\n    return (t * t).sum()\nresult = func.grad(f)(x)",
    "def f(t):\n    out = torch.zeros(3, dtype=torch.float64)\n    out[0] = t[1] * 2\n    out[1:] = t[:2] ** 2\n    return (out * out).sum()\nresult = func.grad(f)(x)",
    "def f(t):\n    t = t * 1\n    v = t[1:]\n    v.exp_()\n    return (t * t).sum()\nresult = func.grad(f)(x)",
    "def f(t):\n    t = t * 1\n    v = t[1:]\n    w = t.view(3, 1)\n    v.mul_(2)\n    return (w * w).sum()\nresult = func.grad(func.grad(lambda q: f(x * q)))(s)",
    "def f(t):\n    out = t.new_empty(2, 3)\n    out.copy_(t)\n    out.add_(t).relu_()\n    return out.sum()\nresult = func.grad(f)(x)",
    "def f(t):\n    t.mul_(2)\n    return t.sum()\nresult = func.grad(f)(x)",
    "def f(t):\n    u = t.sin()\n    v = u * u\n    u.add_(1)\n    return v.sum()\nresult = func.grad(f)(x)",
    "def f(r):\n    r = r * 1\n    r[0] = r[1].exp() + r[2]\n    return r.sum()\nresult = func.vmap(func.grad(f))(A)",
]

ERRORS = [
    "func.grad(lambda t: t * 2)(x)",
    "func.grad(lambda t: 3.0)(x)",
    "func.grad(lambda t: (t.sum(), 1, 2), has_aux=True)(x)",
    "func.grad(lambda t: t.sum(), argnums=1)(x)",
    "func.grad(lambda t: t.sum(), argnums=())(x)",
    "func.grad(lambda a, b: (a * b).sum(), argnums=(0, 0))(x, y)",
    "func.grad(lambda a, b: (a * b).sum(), argnums='0')(x, y)",
    "func.grad(lambda t: t)(3.0)",
    "func.grad(lambda t: t.sum())(torch.arange(3))",
    "func.vjp(lambda t: 3.0, x)",
    "func.vjp(lambda t: t > 0, x)",
    "func.vjp(lambda t: (t, t), x)[1](x)",
]


@pytest.mark.parametrize("source", VALUES + NESTED + WITH_THE_TAPE + WRITES)
def test_values(source):
    agree(source)


def test_captured_tensors_are_not_written_to():
    kept = rushlight.ones(3)
    with pytest.raises(RuntimeError, match=r"in-place operation \(aten::mul_.* captured Tensor"):
        rushlight.func.grad(lambda t: kept.mul_(t).sum())(rushlight.ones(3))
    assert kept.tolist() == [1, 1, 1]
    assert kept._version == 0


@pytest.mark.parametrize("source", ERRORS)
def test_errors(source):
    agree(source)
