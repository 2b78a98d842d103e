"""`F.linear_cross_entropy` and its module, with all scores at once and by chunks of rows."""

import itertools

import pytest
import torch as pt

import rushlight
from tests.nn.twins import agree

OPTIONS = "None", "O()", "O(batch_chunk_size=4)", "O(True, chunking_method='aspect_ratio:1')"
ARGUMENTS = """
x, w, y, linear_bias=b
x, w, y, weight=u
x, w, y, ignore_index=3, weight=u, linear_bias=b
x[0], w, y[0]
x[:0], w, y[:0]
x, w, y.int()
x, w, y + 1
x, w, y - 1, weight=u
x, w, y[:5]
x, w, y, weight=u[1:]
x, w, y, label_smoothing=0.1
x, w, u.expand(6, 10)
x, w, u.expand(6, 10), ignore_index=2
x, w.double(), y
x.bfloat16(), w.bfloat16(), y, linear_bias=b
x, w.view(5, 2, 5), y.view(6, 1).expand(6, 2) % 5, linear_bias=b.view(5, 2)
x[0], w.view(5, 2, 5), y
x[None], w, y
x, w[0], y
x[:, :3], w, y
x, w, y, linear_bias=b[:3]
x.long(), w.long(), y
""".strip().splitlines()
PROGRAMS = [
    f"F.linear_cross_entropy({given}, reduction='{r}', options={o})"
    for given, r, o in itertools.product(ARGUMENTS, ("mean", "sum", "none"), OPTIONS)
] + """
F.linear_cross_entropy(x, w, y, reduction='x', options=O())
F.linear_cross_entropy(x, w, y, options=O(acc_dtype=torch.float64))
F.linear_cross_entropy(x, w, y, options=O(batch_chunk_size=3, chunking_method='aspect_ratio'))
str(O(3)), O() == O(), str(O(acc_dtype=torch.float32))
O(batch_chunk_size=0)
O(acc_policy='x')
O(chunking_method='x')
O(chunking_method='aspect_ratio:0')
O(acc_dtype=torch.int64)
setattr(O(), 'acc_policy', 'compact')
nn.LinearCrossEntropyLoss(5, 10, weight=u.detach())
nn.LinearCrossEntropyLoss(5, 10, out_features=(2,), bias=True, options=O())
nn.LinearCrossEntropyLoss(5, 10, out_features=(2, 3), bias=True)(x, y.view(6, 1, 1).expand(6, 2, 3))
nn.LinearCrossEntropyLoss(5, 10, bias=True, options=O())(x, y)
nn.LinearCrossEntropyLoss(5, 10, weight=u[1:])
nn.LinearCrossEntropyLoss(5, 10, label_smoothing=2)
""".strip().splitlines()  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(program):
    def run(t):
        x, w, b = [t.randn(shape).requires_grad_() for shape in ((6, 5), (10, 5), 10)]
        names = {"torch": t, "nn": t.nn, "F": t.nn.functional, "x": x, "w": w, "b": b}
        names |= {"O": t.nn.LinearCrossEntropyOptions}
        names |= {"u": t.linspace(0.1, 1, 10), "y": t.tensor([1, 2, 3, 9, 0, 5])}
        out = eval(program, names)
        if not isinstance(out, t.Tensor):
            return out
        (out.float() * t.arange(1.0, out.numel() + 1).view(out.shape)).sum().backward()
        return [out.float(), str(out.dtype), x.grad, w.grad, b.grad]

    rough = {"rtol": 2e-2, "atol": 2e-2} if "bfloat16" in program else {}
    agree(run, **{"rtol": 1e-4, "atol": 1e-5, **rough})


def test_chunks_have_every_derivative():
    """PyTorch computes gradients on the way forward, so there they cannot be differentiated."""
    torch = rushlight
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=3)
    given = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in ((4, 5), (6, 5), 6)]
    y, u = torch.tensor([1, 2, -100, 4]), torch.linspace(0.1, 1, 6, dtype=torch.float64)

    def loss(x, w, b):
        f = torch.nn.functional.linear_cross_entropy
        return f(x, w, y, linear_bias=b, weight=u, options=options)

    assert torch.autograd.gradcheck(loss, given, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(loss, given)
    x, *rest = [t.detach() for t in given]
    grad = torch.func.grad(loss)
    several = torch.func.vmap(grad, (0, None, None))(torch.stack([x, 2 * x]), *rest)
    assert torch.allclose(several, torch.stack([grad(x, *rest), grad(2 * x, *rest)]))


def test_a_graph_that_is_used_again():
    for torch in (rushlight, pt):
        layer = torch.nn.LinearCrossEntropyLoss(
            2, 3, options=torch.nn.LinearCrossEntropyOptions(True)
        )
        loss = layer(torch.ones(4, 2), torch.tensor([0, 1, 2, 0]))
        loss.backward(retain_graph=True)
        first = layer.linear.weight.grad.clone()
        loss.backward()
        assert torch.equal(layer.linear.weight.grad, 2 * first)
