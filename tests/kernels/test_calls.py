"""Calls that kernels read themselves are what the general way makes of them."""

import numpy as np
import pytest
import torch as oracle

import rushlight

F = {oracle: oracle.nn.functional, rushlight: rushlight.nn.functional}
PROGRAMS = {
    "softmax": lambda t, x: (x.softmax(1), t.softmax(x, dim=0), F[t].softmax(x, -1)),
    "log_softmax": lambda t, x: (x.log_softmax(1), F[t].log_softmax(x, dim=-2)),
    "softmax out": lambda t, x: t.softmax(x.detach(), 0, out=t.zeros(3, 4, dtype=x.dtype)),
    "softmax dtype": lambda t, x: F[t].softmax(x, 1, dtype=t.float64),
    "gather": lambda t, x: (x.gather(1, t.tensor([[0, 3], [1, 1], [2, 0]])),
                            x.gather(0, t.tensor([[2, 0, 1, 1]]))),
    "where": lambda t, x: (t.where(x > 0, x, x * 2), t.where(x > 0, x, 0.0), t.where(x > 0, 1, x)),
    "where mixed": lambda t, x: (t.where(x > 0, x, x[0]), t.where(x > 0, x, x.double())),
    "masked_fill": lambda t, x: (x.masked_fill(x > 0, 2), x.masked_fill(x > 0, float("-inf"))),
    "clamp": lambda t, x: (x.clamp(0, 1), x.clamp(max=0.5), x.clamp(-1), t.clamp(x, min=0, max=2)),
    "clamp crossed": lambda t, x: x.clamp(1, -1),
    "embedding": lambda t, x: (F[t].embedding(t.tensor([[2, 0], [1, 1]]), x),
                               F[t].embedding(t.tensor([1]), x, None, None, 2.0, False, False)),
    "embedding padding": lambda t, x: F[t].embedding(t.tensor([1, 0]), x, 1),
    "index_select": lambda t, x: (x.index_select(0, t.tensor([2, 2])),
                                  t.index_select(x, -1, t.tensor([3]))),
    "cat": lambda t, x: (t.cat([x, x]), t.cat((x, x * 2), 1), t.cat([x, x[:, :1]], dim=-1)),
    "cat mixed": lambda t, x: (t.cat([x, x.double()]), t.cat([x, t.zeros(0)])),
    "stack": lambda t, x: (t.stack([x, x * 3]), t.stack((x, x), 2), t.stack([x, x], dim=-1)),
    "split": lambda t, x: (*x.split(2), *x.split(3, 1), *t.split(x, 2, dim=-1), *x.split([1, 2])),
    "chunk": lambda t, x: (*x.chunk(2), *x.chunk(3, 1), *t.chunk(x, 9, dim=-1)),
    "unbind": lambda t, x: (*x.unbind(), *x.unbind(1), *t.unbind(x, dim=-1)),
    "products": lambda t, x: (x @ x[0], x[0] @ x[1], t.mv(x, x[0]), x.matmul(x[2]), x[:, 0] @ x),
    "of matrices": lambda t, x: (x.mm(x.t()), t.mm(x.t(), x), x[0].dot(x[1]), x.mv(x[1])),
    "of batches": lambda t, x: (t.stack([x, x]) @ t.stack([x, x]).mT,
                                t.stack([x, x]).bmm(t.stack([x.t(), x.t()])),
                                t.stack([x, x]).detach() @ t.stack([x, x]).mT.detach()),
    "linear": lambda t, x: (F[t].linear(t.stack([x, x]), x, x[:, 0].contiguous()),
                            F[t].linear(t.stack([x, x]), x), F[t].linear(x, x[:2])),
    "functions": lambda t, x: (x.floor(), x.sign(), x.expm1(), t.tan(x), x.detach().isnan()),
    "triangles": lambda t, x: (x.tril(), x.triu(1), t.tril(x, -1), t.triu(x, diagonal=-9), x.tril(9),
                               t.stack([x, x]).tril(), (x.detach() > 0).tril(),
                               x.detach().to(t.complex64).triu()),
    "class losses": lambda t, x: (F[t].cross_entropy(x, t.tensor([0, 3, 1])),
                                  F[t].nll_loss(x, t.tensor([0, 3, 1])),
                                  F[t].nll_loss(x, t.tensor([0, -100, 1])),
                                  F[t].nll_loss(x, t.tensor([0, 3, 1]), reduction="sum"),
                                  F[t].cross_entropy(x[0], t.tensor(2))),
    "layer norm": lambda t, x: (F[t].layer_norm(x.detach(), (4,)),
                                F[t].layer_norm(x.detach(), (3, 4), x),
                                F[t].layer_norm(x.detach(), (4,), x[0], x[1], 0.5),
                                F[t].layer_norm(x.detach(), [4], None, x[1])),
    "numpy's own": lambda t, x: (t.atan2(x, x * 2), t.hypot(x, x), t.fmod(x, x[0]),
                                 (x > 0) & (x < 1), (x > 0) | x.isnan(), t.lerp(x, x * 2, 0.7)),
    "extremes": lambda t, x: (t.maximum(x, x * 2), t.minimum(x, x[0]), t.maximum(x, x.flip(0))),
    "sums": lambda t, x: (x.sum(0), x.sum((1, 0)), x.sum([-1]), x.sum(1, dtype=t.float64),
                          x.mean(1), t.mean(x, (0, 1)), x.prod(0), x.logsumexp((0, 1))),
    "largest": lambda t, x: (x.max(), *x.max(1), x.amax(), x.amax(0), x.argmax(), x.argmax(-1)),
    "smallest": lambda t, x: (x.min(), *x.min(0), x.amin((0, -1)), x.argmin(), t.min(x, x * 2)),
    "truths": lambda t, x: ((x > 0).any(), (x > 0).any(1), (x > 0).all(0), x.any()),
    "kept": lambda t, x: [y.squeeze() for y in (
        x.sum([-1], True), t.sum(x, dim=-2, keepdim=True), t.prod(x, -1, keepdim=True),
        *t.max(x, dim=0, keepdim=True), *t.min(x, -1, True), x.argmax(-1, True),
        t.argmax(x, keepdim=True), (x > 0).all(0, keepdim=True))],
    "spreads": lambda t, x: (x.var(0), x.var(-1, keepdim=True).squeeze(), x.std(), t.std(x, (0, 1)),
                             x.var(1, False), x.var(False), x.std(0, correction=2)),
    "norms": lambda t, x: (x.norm(), x.norm(1), x.norm(dim=1), x.norm(float("inf"), 0),
                           t.norm(x, p=1, dim=(0, 1)), x.norm(None, 1), x.norm("fro", (1, 0)),
                           x.norm(3), x.norm(2, -1, True).squeeze()),
    "searches": lambda t, x: [f(*(y, e)[::way], **how)
                              for y in (x.detach().contiguous(), x.detach()[0].clone())
                              for e in (t.linspace(-1, 1, 4, dtype=x.dtype), t.arange(40).to(x),
                                        t.tensor([0, float("nan")]).to(x))
                              for f, way in ((t.bucketize, 1), (t.searchsorted, -1))
                              for how in ({}, {"right": True}, {"out_int32": True})],
    "counts": lambda t, x: (t.bincount(t.tensor([1, 3, 1])), t.tensor([2]).bincount(minlength=5),
                            x.detach().nan_to_num(0, 1, 1).histc(4, -1, 1), x.detach().clamp(
                                -1, 1).nan_to_num(0).histc(3), t.histc(x.detach(), 3, -9, 9),
                            x.detach().unique(), *x.detach().unique(return_counts=True,
                                                                    return_inverse=True)),
    "pooling": lambda t, x: [pool(y, *how, **named) for y in (t.stack([x, -x]), t.stack([x, -x])[None])
                             for pool in (F[t].max_pool2d, F[t].avg_pool2d)
                             for how, named in (((2,), {}), (((2, 3),), {"stride": 1}), (
                                 (3, 2, 1), {}), ((2, None, (1, 0)), {}), ((2,), {"ceil_mode": True}
                                 ), ((), {"kernel_size": (1, 2), "padding": 0}))],
    "activations": lambda t, x: (F[t].elu(x), F[t].gelu(x.clamp(max=3)), F[t].hardsigmoid(x),
                                 F[t].hardswish(x), F[t].hardtanh(x), F[t].leaky_relu(x),
                                 F[t].mish(x), F[t].silu(x), F[t].softplus(x)),
    "activations with numbers": lambda t, x: (F[t].elu(x, 2), F[t].leaky_relu(x, 0.2),
                                              F[t].softplus(x, 3), F[t].softplus(x, 2.0, 1)),
    "activations with words": lambda t, x: (F[t].elu(x, inplace=False), F[t].silu(x * 1, True),
                                            F[t].gelu(x.clamp(max=3), approximate="none"),
                                            F[t].gelu(x, approximate="tanh"),
                                            F[t].mish(x * 1, inplace=True), F[t].elu(x, alpha=2.0)),
}  # fmt: skip
ROW_MAJOR = {
    "order": lambda t, x: (*x.sort(), *x.sort(0, True), *t.sort(x, dim=1, descending=True),
                           x.argsort(), x.argsort(0, descending=True),
                           *x.sort(dim=1, stable=True)),
    "ranks": lambda t, x: (*x.topk(2), *t.topk(x, 3, 1), *x.topk(2, largest=False), *x.topk(k=1),
                           x.kthvalue(2)[0], x.kthvalue(1, 1, True)[0],
                           x.kthvalue(3, keepdim=True)[0], *x.median(1),
                           *t.median(x, dim=1, keepdim=True)),
    "running": lambda t, x: (x.cumsum(0), t.cumsum(x, dim=-1), x.cumprod(1), x.logcumsumexp(1),
                             *x.cummax(0), *t.cummin(x, 1), x.cumsum(1, dtype=t.float64)),
    "additions": lambda t, x: (x.scatter_add(1, t.tensor([[0, 0], [3, 1], [2, 2]]), x[:, :2] * 2),
                               x.scatter_add(0, t.tensor([[2, 0, 1, 1]] * 3), x * 2),
                               x.index_add(0, t.tensor([2, 2]), x[1:] * 3),
                               t.index_add(x, -1, t.tensor([0]), x[:, :1].clone(), alpha=2)),
}  # fmt: skip
REFUSED = {
    "sum": lambda t, x: x.sum(2),
    "sum twice": lambda t, x: x.sum((0, -2)),
    "max": lambda t, x: x.max(1, 2),
    "max of dims": lambda t, x: x.max((0, 1)),
    "argmax": lambda t, x: x.argmax(0, keepdims=1, other=2),
    "topk": lambda t, x: x.topk(5),
    "topk of a dim": lambda t, x: x.topk(1, 2),
    "topk named twice": lambda t, x: x.topk(1, k=2),
    "kthvalue": lambda t, x: x.kthvalue(0),
    "cumsum": lambda t, x: x.cumsum(2),
    "median": lambda t, x: x.median(0, 1),
    "norm": lambda t, x: x.norm("some"),
    "index_add": lambda t, x: x.index_add(0, t.tensor([3]), x[:1]),
    "index_add shapes": lambda t, x: x.index_add(0, t.tensor([0]), x[:2]),
    "scatter_add": lambda t, x: x.scatter_add(1, t.tensor([[4]]), x),
    "scatter_add shapes": lambda t, x: x.scatter_add(1, t.tensor([[0, 1]]), x[:1, :1]),
    "bincount": lambda t, x: t.bincount(t.tensor([1, -1])),
    "histc": lambda t, x: t.histc(x, 3, 2, 1),
    "searchsorted": lambda t, x: t.searchsorted(x[0], x[0], right=True, side="left"),
    "max_pool2d": lambda t, x: F[t].max_pool2d(x[None], 5),
    "max_pool2d padding": lambda t, x: F[t].max_pool2d(x[None], 2, 1, 2),
    "avg_pool2d": lambda t, x: F[t].avg_pool2d(x[None], 2, 0),
    "avg_pool2d kernel": lambda t, x: F[t].avg_pool2d(x[None], (2, 2, 2)),
    "softplus": lambda t, x: F[t].softplus(x, "1"),
    "gelu": lambda t, x: F[t].gelu(x, approximate="some"),
    "elu": lambda t, x: F[t].elu(x, 1.0, False, 1.0, 2),
    "softmax": lambda t, x: x.softmax(2),
    "gather": lambda t, x: x.gather(1, t.tensor([[4]])),
    "gather shape": lambda t, x: x.gather(1, t.tensor([[0], [0], [0], [0]])),
    "where": lambda t, x: t.where(x > 0, x, x[:, :2]),
    "masked_fill": lambda t, x: x.masked_fill(x, 1.0),
    "clamp": lambda t, x: x.clamp(),
    "embedding": lambda t, x: F[t].embedding(t.tensor([3]), x),
    "index_select": lambda t, x: x.index_select(0, t.tensor([-1])),
    "cat": lambda t, x: t.cat([x, x[0]]),
    "cat dim": lambda t, x: t.cat([x, x], 2),
    "stack": lambda t, x: t.stack([x, x[0]]),
    "split": lambda t, x: x.split(-1),
    "chunk": lambda t, x: x.chunk(0),
    "unbind": lambda t, x: x.unbind(2),
    "tril": lambda t, x: x[0].tril(),
    "nll_loss": lambda t, x: F[t].nll_loss(x, t.tensor([0, 4, 1])),
    "cross_entropy": lambda t, x: F[t].cross_entropy(x, t.tensor([0, 1])),
    "layer_norm": lambda t, x: F[t].layer_norm(x, (3,)),
    "mm": lambda t, x: x.mm(x),
    "mm of one": lambda t, x: t.mm(x),
    "bmm": lambda t, x: t.bmm(x[None], x[None]),
    "batches": lambda t, x: x[None] @ x[None],
    "dot": lambda t, x: x[0] @ x[:, 0],
    "mv": lambda t, x: x @ x[:, 0],
    "maximum": lambda t, x: t.maximum(x, 1.0),
}
MAKERS = {
    "plain": lambda t: t.linspace(-2, 3, 12).reshape(3, 4),
    "transposed": lambda t: t.linspace(-2, 3, 12).reshape(4, 3).T,
    "stepped": lambda t: t.linspace(-2, 3, 48).reshape(6, 8)[::2, ::2],
    "nan": lambda t: t.tensor([[float("nan"), 1, float("inf"), -1]] * 3),
    "double": lambda t: t.linspace(-2, 3, 12, dtype=t.float64).reshape(3, 4),
}  # fmt: skip


def outcome(t, make, program):
    """Values, dtypes, nodes and the gradient of the sum of squares."""
    x = make(t).requires_grad_()
    out = program(t, x)
    out = out if isinstance(out, (tuple, list)) else (out,)
    wanted = [y for y in out if y.requires_grad]
    facts = [
        (str(y.dtype), tuple(y.shape), y.stride(), y.grad_fn and y.grad_fn.name(), y.is_leaf)
        for y in out
    ]
    values = [y.detach().numpy() for y in out]
    if wanted:
        values += [g.numpy() for g in t.autograd.grad(sum((y * y).sum() for y in wanted), x)]
    return facts, values


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", [*PROGRAMS, *ROW_MAJOR])
def test_calls(name, kind):
    found, wanted = [
        outcome(t, MAKERS[kind], PROGRAMS[name])
        if name in PROGRAMS
        else outcome(t, lambda t: MAKERS[kind](t).contiguous(), ROW_MAJOR[name])
        for t in (rushlight, oracle)
    ]
    assert found[0] == wanted[0]
    for a, b in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    said = []
    for t in (rushlight, oracle):
        with pytest.raises((RuntimeError, IndexError, TypeError, ValueError)) as caught:
            REFUSED[name](t, MAKERS["plain"](t))
        said.append((type(caught.value), str(caught.value).splitlines()[0]))
    assert said[0] == said[1]
