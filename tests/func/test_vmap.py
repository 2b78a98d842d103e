"""`vmap`: dims, trees, in-place writes, random numbers, fallback, control flow, errors."""

import warnings

import numpy as np
import pytest

import rushlight
from tests.func.programs import agree, evaluated, torch

VALUES = [
    "func.vmap(func.vmap(lambda a, b: a * b, in_dims=(0, None)), in_dims=(None, 0))(x, y)",
    "func.vmap(lambda a, k: a * k)(A, k=x)",
    "func.vmap(lambda a, k: a * k)(A, k=A)",
    "func.vmap(lambda a, k: a * k, in_dims=(0, None))(A, 3)",
    "func.vmap(lambda a: {'a': a, 'b': (a, a.sum())}, out_dims={'a': 1, 'b': (0, 0)})(A)",
    "func.vmap(lambda a: (a, torch.ones(2)), out_dims=(0, None))(A)",
    "func.vmap(lambda a: (a, 3), out_dims=(0, None))(A)",
    "func.vmap(lambda a: 3, out_dims=None)(A)",
    "func.vmap(lambda a: [a, [a]])(A)",
    "func.vmap(lambda a: a, out_dims=-1)(A)",
    "func.vmap(lambda a: a.sin(), in_dims=-1, out_dims=-1)(A)",
    "func.vmap(lambda a: a['p'], in_dims=({'p': 1},))({'p': A})",
    "func.vmap(lambda a: a * 2, chunk_size=1)(A)",
    "func.vmap(lambda a, b: a * b, (0, 1), 1, chunk_size=3)(A, A.mT.contiguous())",
    "func.vmap(lambda a: a * 2)(A[:0])",
    "func.vmap(lambda a: a + torch.tensor(1, dtype=torch.float64))(A[:, 0].float())",
    "func.vmap(lambda a: a + torch.ones(2, dtype=torch.float16))(A[:, 0])",
    "func.vmap(lambda a: sum(v * i for i, v in enumerate(a)))(A)",
    "seen = []\nfunc.vmap(lambda a: seen.append((a.shape, a.stride(), a.dim(), len(a), a.numel())) or a)(A.mT)\n"
    "result = seen",
    "seen = []\nfunc.vmap(lambda a: seen.append(repr(a)) or a)(A.float())\nresult = seen",
    "seen = []\nfunc.vmap(func.grad(lambda a: seen.append(repr(a)) or a.sum()))(A.float())\nresult = seen",
    "seen = []\nfunc.grad(lambda a: seen.append(f'{a:.2f}') or a)(s)\nresult = seen",
    "func.vmap(torch.histc)(A)",
    "func.grad(lambda t: func.vmap(lambda a: torch.linalg.vector_norm(a, torch.inf, 0))(t).sum())(x)",
    "func.vmap(lambda a: B.T @ a)(A)",
    "func.vmap(lambda m: m @ B)(A.reshape(2, 2, 3))",
    "func.vmap(lambda m: B.T @ m, 2, 1)(A.reshape(2, 3, 2).movedim(0, 2).contiguous())",
    "func.vmap(func.grad(lambda w, a: torch.addmm(y[:2], a[None], w).sin().sum()), (None, 0))(B, A)",
    "func.grad(lambda w: func.vmap(lambda a: torch.addmm(y[:2], a[None], w).sin().sum())(A).sum())(B)",
    "func.vmap(lambda m: B.T @ m)(torch.zeros(0, 3, 2, dtype=torch.float64))",
]

WRITES = [
    "func.vmap(lambda a: a.add_(1))(A.clone())",
    "c = A.clone(); func.vmap(lambda a: a.mul_(2))(c); result = c",
    "c = A.clone(); func.vmap(lambda a: a.view(3, 1).add_(1))(c); result = c",
    "func.vmap(lambda a: torch.zeros_like(a).copy_(a))(A)",
    "func.vmap(lambda a: a.new_zeros(3).copy_(a))(A)",
    "func.grad(lambda t: func.vmap(lambda a: (a * t).mul_(a.cos()))(A).sum())(x)",
    "func.jvp(lambda t: t.clone().mul_(t.cos()).add_(t), (x,), (y,))",
    "def f(t):\n    out = torch.zeros(3, dtype=torch.float64)\n    out[0] = t[1] * 2\n    out[1:] = t[:2] ** 2\n"
    "    return out * out\nresult = (func.jvp(f, (x,), (y,)), func.jacfwd(f)(x))",
    "def f(t):\n    t = t * 1\n    v = t[1:]\n    w = v.view(2, 1)\n    v.mul_(t[:2].cos())\n    t.add_(w.sum())\n"
    "    return t, v, w\nresult = func.jvp(f, (x,), (y,))",
    "def f(t):\n    t = t * 1\n    a, b = t.split([1, 2])\n    t.mul_(2)\n    return a * b.sum()\n"
    "result = func.jvp(f, (x,), (y,))",
    "def f(t):\n    t = t * 1.0\n    t[..., 0] = t[..., -1].exp()\n    t[..., -1:].mul_(t[..., :1].clone())\n"
    "    return t\nresult = (func.hessian(lambda t: f(t).sum().sin())(x), func.vmap(func.jacfwd(f))(A))",
]

ERRORS = [
    "func.vmap(lambda a: a.sum().item())(A)",
    "func.vmap(lambda a: a.tolist())(A)",
    "func.vmap(lambda a: a if a.sum() > 0 else -a)(A)",
    "func.vmap(lambda a: a * float(a.sum()))(A)",
    "func.vmap(lambda a: torch.arange(a[0]))(A)",
    "func.vmap(lambda a: a.nonzero())(A.relu())",
    "func.vmap(lambda a: torch.masked_select(a, a > 0))(A)",
    "func.vmap(lambda a: a[a > 0])(A)",
    "func.vmap(lambda a, b: b.mul_(a), in_dims=(0, None))(A.reshape(4, 1, 3), torch.zeros(1, 3))",
    "func.vmap(lambda a: torch.add(a, a, out=torch.zeros(3)))(A)",
    "func.jvp(lambda a: torch.add(a, a, out=torch.zeros(3)), (x,), (x,))",
    "func.vmap(lambda a, k: a * k)(A, 3)",
    "func.vmap(lambda a: (a, a), out_dims=(0, None))(A)",
    "func.vmap(lambda a: a, in_dims=-3)(A)",
    "func.vmap(lambda a: a, in_dims=[0])(A)",
    "func.vmap(lambda a: a['p'], in_dims=({'q': 1},))({'p': A})",
    "func.vmap(lambda a: a, in_dims=None)(A)",
    "func.vmap(lambda a: a, in_dims=(None,))(A)",
    "func.vmap(lambda a, b: a)(A, A[:1])",
    "func.vmap(lambda: 3)()",
    "func.vmap(lambda a: 3)(A)",
    "func.vmap(lambda a: None)(A)",
    "func.vmap(lambda a: a, chunk_size=0)(A)",
    "func.vmap(lambda a: a, randomness='x')(A)",
    "func.vmap(lambda a: a)(s)",
    "func.vmap(lambda a: a, out_dims=5)(A)",
    "func.vmap(lambda a: a.requires_grad_())(A)",
    "func.grad(lambda a: a.requires_grad_().sum())(x)",
    "func.vmap(lambda a: torch.zeros(3).requires_grad_() + a)(A)",
    "func.vmap(lambda a: a.sum().backward())(A)",
    "func.grad(lambda a: torch.autograd.backward(a.sum()))(x)",
    "func.vmap(lambda a: torch.autograd.grad(a.sum(), a))(A)",
    "func.vmap(lambda a: (a * 2).retain_grad())(A)",
    "func.vmap(lambda a: (a * 2).register_hook(print))(A)",
    "func.vmap(lambda a: torch.randn(3) + a)(A)",
    "func.vmap(lambda a: torch.zeros(3).normal_() + a, randomness='different')(A)",
    "kept = []; func.vmap(lambda a: kept.append(a) or a)(A); result = kept[0] + 1",
    "func.vmap(lambda a: torch.nn.functional.batch_norm(a, x, y, training=True))(A.reshape(2, 2, 3))",
]


@pytest.mark.filterwarnings("ignore:There is a performance drop")
@pytest.mark.parametrize("source", VALUES + WRITES)
def test_values_are_pytorchs(source):
    agree(source)


@pytest.mark.parametrize("source", ERRORS)
def test_errors_are_pytorchs(source):
    assert isinstance(evaluated(torch, source), Exception)
    agree(source)


def test_what_made_batching_impossible_is_said():
    x = rushlight.tensor([[1.0, 0.0], [1.0, 1.0]])
    with pytest.raises(RuntimeError, match=r"(?s)2 samples: tensor\(\[1., 2.\]\).*test_vmap.py"):
        rushlight.vmap(lambda a: a.sum().item())(x)
    with pytest.raises(
        RuntimeError, match=r"(?s)Sample 0 .* \[1, 1\], but sample 1 one of \[2, 1\]"
    ):
        rushlight.vmap(lambda a: a.nonzero())(x)


RANDOM = {
    "randn": lambda lib, a: lib.randn(3) + a,
    "randn_like": lambda lib, a: lib.randn_like(a),
    "bernoulli": lambda lib, a: lib.bernoulli(a * 0 + 0.5),
    "dropout": lambda lib, a: lib.dropout(a, 0.5, True),
    "dropout2d": lambda lib, a: lib.nn.functional.dropout2d(a.reshape(1, 3, 1, 1)),
    "alpha": lambda lib, a: lib.nn.functional.alpha_dropout(a, training=True),
    "gumbel": lambda lib, a: lib.nn.functional.gumbel_softmax(a),
    "randperm": lambda lib, a: lib.randperm(7),
    "filled": lambda lib, a: lib.empty_like(a).uniform_(),
}


@pytest.mark.parametrize("name", RANDOM)
def test_random_numbers(name):
    """One draw for all or one for each; refused unless said; as many numbers as PyTorch draws."""
    x = rushlight.ones(5, 3)
    with pytest.raises(RuntimeError, match="called random operation while in randomness error"):
        rushlight.vmap(lambda a: RANDOM[name](rushlight, a))(x)
    rushlight.manual_seed(3)
    different = rushlight.vmap(lambda a: RANDOM[name](rushlight, a), randomness="different")(x)
    assert len({row.tolist().__repr__() for row in different}) > 1
    if name in ("randn", "randperm"):
        same = rushlight.vmap(lambda a: RANDOM[name](rushlight, a), randomness="same")(x)
        assert all(rushlight.equal(row, same[0]) for row in same)
    torch.manual_seed(3)
    theirs = torch.vmap(lambda a: RANDOM[name](torch, a), randomness="different")(torch.ones(5, 3))
    np.testing.assert_allclose(different.numpy(), theirs.numpy(), 1e-5, 1e-6)


def test_the_fallback_says_so_and_can_be_silenced():
    x = rushlight.ones(2, 3)
    switch = rushlight._C._functorch._set_vmap_fallback_warning_enabled
    switch(True)
    with pytest.warns(UserWarning, match="not yet implemented the batching rule for aten::histc"):
        rushlight.vmap(rushlight.histc)(x)
    switch(False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rushlight.vmap(rushlight.histc)(x)
    finally:
        switch(True)


# -- samples that go different ways ----------------------------------------------------------


def branching(a):
    if a.sum() > 0:
        return a.exp()
    while a.sum() < -1:
        a = a / 2
    return a


SPLIT = [
    branching,
    lambda a: a[a > 0].sum(),
    lambda a: a * a[0].item(),
    lambda a: sum((a**k for k in range(int(a[0].abs()))), a),
    lambda a: {"x": a if a[0] > 0 else -a, "y": a.sum()},
    lambda a: rushlight.vmap(lambda b: b if b > 0 else 2 * b, split=True)(a),
]
SAMPLES = rushlight.tensor([[1.0, 2], [-3, 1], [4, -9], [0, 0], [-3, 1]], dtype=rushlight.float64)


@pytest.mark.parametrize("function", SPLIT)
@pytest.mark.parametrize("chunk", [None, 2])
def test_split_follows_every_sample(function, chunk):
    found = rushlight.vmap(function, split=True, chunk_size=chunk)(SAMPLES)
    rows = [function(a) for a in SAMPLES]
    for key in ("x", "y") if isinstance(found, dict) else (None,):
        whole = found if key is None else found[key]
        assert rushlight.equal(whole, rushlight.stack([r if key is None else r[key] for r in rows]))


def test_split_runs_the_function_once_per_way():
    calls = []
    rushlight.vmap(lambda a: calls.append(len(calls)) or (a if a.sum() > 0 else -a), split=True)(
        SAMPLES
    )
    assert len(calls) == 3  # once to find out, then each way


def test_split_can_be_differentiated_and_differentiates():
    expected = rushlight.stack(
        [rushlight.func.grad(lambda t: branching(t).sum())(a) for a in SAMPLES]
    )
    outer = rushlight.func.grad(lambda x: rushlight.vmap(branching, split=True)(x).sum())(SAMPLES)
    inner = rushlight.vmap(rushlight.func.grad(lambda a: branching(a).sum()), split=True)(SAMPLES)
    assert rushlight.equal(outer, expected)
    assert rushlight.equal(inner, expected)


def test_split_refuses_results_that_cannot_be_joined():
    with pytest.raises(ValueError, match="samples returned different structures"):
        rushlight.vmap(lambda a: a if a.sum() > 0 else (a, a), split=True)(SAMPLES)
    with pytest.raises(RuntimeError, match="Sizes of tensors must match"):
        rushlight.vmap(lambda a: a[a > 0], split=True)(SAMPLES)


@pytest.mark.parametrize("view", ["y[:1]", "y.view(1, 3)[:, :1].view(1)", "y.narrow(0, 1, 1)"])
@pytest.mark.parametrize(
    "derivative", ["func.grad(g)(t)", "func.jvp(g, (t,), (t,))", "func.jacrev(func.grad(g))(t)"]
)
def test_a_view_of_one_argument_takes_values_that_follow_another(view, derivative):
    agree(
        "def f(c, t):\n"
        "    def g(t):\n"
        "        y = c * 1\n"
        f"        {view}.copy_(t * t)\n"
        "        return y.prod() * t.sum()\n"
        f"    return {derivative}\n"
        "result = func.vmap(f)(A, A[:, 1:2])"
    )


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", ["(4, 3)", "(4, 2, 3)", "(4, 1, 3)", "(4, 2, 3, 2)"])
@pytest.mark.parametrize("target", ["torch.arange(n).reshape(size) % 3", "torch.tensor(-100)"])
def test_gradients_of_class_losses(shape, reduction, target):
    agree(
        f"from math import prod; shape = {shape}; size = shape[:2] + shape[3:] if len(shape) > 3 "
        "else shape[:-1]; n = prod(size); t = (" + target + ").expand(size); "
        "x = (torch.arange(prod(shape)).double() / 5).sin().reshape(shape); "
        "f = lambda a, t: torch.nn.functional.cross_entropy(a, t, reduction="
        + repr(reduction)
        + ");"
        "result = func.vmap(func.grad(lambda a, t: (f(a, t) * 2).sum()))(x, t), func.vmap(f)(x, t)"
    )
