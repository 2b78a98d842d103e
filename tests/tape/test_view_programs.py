"""Every kind of view with every kind of write, in every setting, as under PyTorch.

Each combination is one small program; values, versions, bases, whole graphs, gradients and refusals
are compared.
"""

import pytest

import rushlight
from tests.tape.transcript import assert_same, torch, transcript

VIEWS = {
    "row": lambda torch, x: x[0],
    "part": lambda torch, x: x[:, 1:],
    "steps": lambda torch, x: x[::2],
    "t": lambda torch, x: x.t(),
    "view": lambda torch, x: x.view(-1),
    "view_as": lambda torch, x: x.view_as(x),
    "reshape": lambda torch, x: x.reshape(2, 6),
    "unsqueeze": lambda torch, x: x.unsqueeze(1),
    "squeeze": lambda torch, x: x.unsqueeze(0).squeeze(0),
    "diagonal": lambda torch, x: x.diagonal(),
    "narrow": lambda torch, x: x.narrow(1, 1, 2),
    "select": lambda torch, x: x.select(1, 2),
    "permute": lambda torch, x: x.permute(1, 0),
    "flatten": lambda torch, x: x.flatten(),
    "unfold": lambda torch, x: x.unfold(0, 1, 2),
    "as_strided": lambda torch, x: x.as_strided((2, 2), (4, 1), 1),
    "chain": lambda torch, x: x.t()[1:].unsqueeze(-1),
    "unbind": lambda torch, x: x.unbind()[1],
    "split": lambda torch, x: x.split(2)[0],
    "chunk": lambda torch, x: x.chunk(2, 1)[1],
    "view_of_unbind": lambda torch, x: x.unbind()[0][1:],
    "expand": lambda torch, x: x[:1].expand(2, 4),
    "detach": lambda torch, x: x.detach(),
    "data": lambda torch, x: x.data,
    "no_grad": lambda torch, x: within(torch.no_grad(), lambda: x[0]),
    "inference": lambda torch, x: within(torch.inference_mode(), lambda: x[0]),
    "function": lambda torch, x: row(torch).apply(x),
    "same": lambda torch, x: same(torch).apply(x),
    "real": lambda torch, x: torch.view_as_real(torch.view_as_complex(x.view(3, 2, 2)))[..., 0],
    "movedim": lambda torch, x: x.movedim(0, 1),
    "swap": lambda torch, x: x.swapaxes(0, 1),
    "hsplit": lambda torch, x: x.hsplit(2)[0],
    "ellipsis": lambda torch, x: x[..., None, 1],
    "unflatten": lambda torch, x: x.unflatten(1, (2, 2)),
    "alias": lambda torch, x: x[:],
    "view_dtype": lambda torch, x: x.view(torch.float32),
}
WRITES = {
    "mul_": lambda torch, v, w: v.mul_(2),
    "add_": lambda torch, v, w: v.add_(w.expand_as(v)),
    "copy_": lambda torch, v, w: v.copy_(w * 3),
    "sin_": lambda torch, v, w: v.sin_(),
    "exp_": lambda torch, v, w: v.exp_(),
    "zero_": lambda torch, v, w: v.zero_(),
    "fill_": lambda torch, v, w: v.fill_(w.sum()),
    "setitem": lambda torch, v, w: v.__setitem__(0, w),
    "masked_fill_": lambda torch, v, w: v.masked_fill_(v.detach() > 0.5, 0.25),
    "index_put_": lambda torch, v, w: v.index_put_((torch.tensor([0, 0]),), w, accumulate=True),
    "index_fill_": lambda torch, v, w: v.index_fill_(0, torch.tensor([0]), 9.0),
    "clamp_": lambda torch, v, w: v.clamp_(0.3, 0.7),
    "data": lambda torch, v, w: v.data.mul_(2),
    "detach": lambda torch, v, w: v.detach().add_(1),
    "out": lambda torch, v, w: torch.mul(v.detach(), 2, out=v),
    "no_grad": lambda torch, v, w: within(torch.no_grad(), lambda: v.mul_(2)),
    "iadd": lambda torch, v, w: v.__iadd__(1),
    "twice": lambda torch, v, w: v.mul_(2).add_(w),
    "requires_grad_": lambda torch, v, w: v.requires_grad_(),
    "detach_": lambda torch, v, w: v.detach_(),
    "set_": lambda torch, v, w: v.set_(torch.ones(2, dtype=torch.float64)),
    "resize_": lambda torch, v, w: v.resize_(1),
    "set_other": lambda torch, v, w: v.set_(torch.ones(2)),
    "t_": lambda torch, v, w: v.unsqueeze_(0),
}


def within(mode, act):
    with mode:
        return act()


def row(torch):
    class Row(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.shape = x.shape
            return x[0]

        @staticmethod
        def backward(ctx, g):
            whole = g.new_zeros(ctx.shape)
            whole[0] = 2 * g
            return whole

    return Row


def same(torch):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 3

    return Same


def numbers(torch):
    return torch.linspace(0.1, 1.2, 12, dtype=torch.float64).view(3, 4)


BASES = {
    "plain": lambda torch: (None, numbers(torch).clone()),
    "inside": lambda torch: (leaf := numbers(torch).clone().requires_grad_(), leaf * 1),
    "leaf": lambda torch: (leaf := numbers(torch).clone().requires_grad_(), leaf),
    "view": lambda torch: (leaf := numbers(torch).clone().requires_grad_(), (leaf * 1).t().t()),
    "saved": lambda torch: (leaf := numbers(torch).clone().requires_grad_(), leaf.exp()),
}


def look(torch, say, named, *tensors):
    """What can be seen of tensors; graphs are refreshed by looking."""
    for t in tensors:
        try:
            say(t.requires_grad, t.is_leaf, t._is_view(), t._version, list(t.shape), t.stride())
            say(t if named else t.detach())
        except RuntimeError as error:
            say.refused(raising, error)


def raising(error):
    raise error


def program(view, write, base):
    """Make a view, write to it (or to its base), look, and differentiate."""

    def run(torch, say):
        for to_view in (True, False):
            leaf, x = BASES[base](torch)
            w = torch.tensor(0.5, dtype=torch.float64, requires_grad=base == "plain")
            product = x * x if base == "saved" else None
            try:
                v = VIEWS[view](torch, x)
            except Exception as error:
                say.refused(raising, error)
                continue
            other = x[1]
            try:
                made = WRITES[write](torch, v if to_view else x, w)
                say(made is v, made is x)
            except Exception as error:
                say.refused(raising, error)
            # PyTorch names pieces of a view of complex numbers, and what is left of a view after
            # set_, by nodes of their own.
            named = view != "real" and write != "set_"
            look(torch, say, named, v, x, other)
            differentiate(torch, say, named, leaf, w, v, x, other, product)

    return run


def differentiate(torch, say, named, leaf, w, v, x, other, product):
    """Gradients of what the view, the base and another view became."""
    for t in (v, x, other, product):
        for source in (leaf, w):
            if t is None or source is None or not source.requires_grad:
                continue
            try:
                if not t.requires_grad:
                    continue
                if named:
                    say.graph(t)
                out = (t * t).sum()
                (g,) = torch.autograd.grad(
                    out, source, allow_unused=True, retain_graph=True, create_graph=True
                )
                say(g if g is None else g.detach())
            except RuntimeError as error:
                say.refused(raising, error, first_words=None if named else 3)


@pytest.mark.parametrize("view", VIEWS)
def test_views_and_writes(view):
    """One test per view; the first write that differs is shown.

    Tensors inside a graph come with every write, other bases in turn, for the time it takes.
    """
    others = [base for base in BASES if base != "inside"]
    turn = list(VIEWS).index(view)
    for i, write in enumerate(WRITES):
        if (view, write) == ("real", "set_"):  # refused in PyTorch for a reason of its own
            continue
        for base in ("inside", others[(turn + i) % len(others)]):
            run = program(view, write, base)
            ours, theirs = transcript(run, rushlight), transcript(run, torch)
            try:
                assert_same(ours, theirs)
            except AssertionError as error:
                raise AssertionError(f"{view} of {base}, {write}: {error}") from None
