# Looking at part of a tensor, and the gradient that comes back through it.

# %%
import torch

x = torch.arange(12.0).reshape(3, 4).requires_grad_()
print(x[1], x[:, 1], x[0, -1], x[::2, 1:3])

# %%
for part in (x[1], x[:, ::2], x[None, 0], x[..., 0], x[x > 5], x[[0, 2]], x[[0, 2], [1, 3]]):
    print(part, tuple(part.shape))

# %%
picked = x[torch.tensor([0, 0, 2])]
(picked * torch.tensor([[1.0], [2.0], [3.0]])).sum().backward()
x.grad

# %%
x.grad = None
(x[1:, 2:] ** 2).sum().backward()
(x.t()[0] * 10).sum().backward()
x.grad

# %% the names of the nodes
views = {
    "transpose": x.transpose(0, 1),
    "permute": x.permute(1, 0),
    "reshape": x.reshape(4, 3),
    "view": x.view(2, 6),
    "flatten": x.flatten(),
    "unsqueeze": x.unsqueeze(0),
    "squeeze": x.unsqueeze(0).squeeze(0),
    "expand": x[:1].expand(3, 4),
    "chunk": x.chunk(2)[0],
    "split": x.split([1, 2])[1],
    "unbind": x.unbind()[2],
    "narrow": x.narrow(1, 1, 2),
    "select": x.select(0, 1),
    "diagonal": x.diagonal(),
    "cat": torch.cat([x, x]),
    "stack": torch.stack([x, x]),
    "where": torch.where(x > 5, x, 0.0),
    "gather": x.gather(1, torch.zeros(3, 1, dtype=torch.int64)),
    "clone": x.clone(),
    "contiguous": x.t().contiguous(),
}
for name, view in views.items():
    print(f"{name:12} {view.grad_fn.name():24} {tuple(view.shape)} {view._is_view()}", end=" ")
    print(view.is_contiguous())

# %% reductions
print(x.sum(), x.sum(0), x.mean(1, keepdim=True))
print(x.max(), x.max(dim=0), x.min(1).indices, x.argmax())
print(x.var(), x.std(dim=1), x.prod(), x.norm(), x.cumsum(1)[-1])
print(x.argmax(1), x.amin(0), x.any(), x.logsumexp(1))

# %% through a maximum
x.grad = None
x.max(dim=1).values.sum().backward()
x.grad

# %% shapes meet
a = torch.ones(3, 1, requires_grad=True)
b = torch.ones(1, 4, requires_grad=True)
c = torch.tensor(2.0, requires_grad=True)
(a * b * c).sum().backward()
print(a.grad, b.grad, c.grad)

# %% or do not raises RuntimeError
torch.ones(3) + torch.ones(4)

# %% raises RuntimeError
torch.ones(2, 3) @ torch.ones(2, 3)

# %% raises IndexError
x[5]

# %% raises RuntimeError
x.view(5, 3)

# %% raises IndexError
x.sum(3)

# %% types meet
types = (torch.int64, torch.float32, torch.float64, torch.bool)
i, f, d, h = (torch.ones(1, dtype=t) for t in types)
print((i + f).dtype, (f + d).dtype, (i / i).dtype, (h + h).dtype, (i + 0.5).dtype, (f * 2j).dtype)
print((f + torch.tensor(1.0, dtype=torch.float64)).dtype, (h + 1).dtype)
print((i // 2).dtype, (i**2).dtype)
