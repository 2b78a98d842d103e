# Code blocks of the blog post "Pytorch 自动微分" by Michael阿明 (2020-12-24).

# %%
import torch
x = torch.ones(2,2, requires_grad=True)
print(x)

# %%
x.detach_()
print(x.requires_grad)

# %%
x = torch.ones(2,2, requires_grad=True)
y = x + 2
print(y)
print(y.grad_fn)

# %%
z = y*y*3
out = z.mean()
print(z, out)

# %%
a = torch.randn(2, 2)
a = ((a*3)/(a-1))
print(a.requires_grad)
b = (a*a).sum()
print(b.grad_fn)

a.requires_grad_(True)
print(a.requires_grad)
b = (a*a).sum()
print(b.grad_fn)

# %%
z = y*y*3
y = x+2

# %%
out.backward()
print(y.grad)
print(x.grad)

# %% as printed, below the block above: the graph is gone. raises RuntimeError
v = torch.tensor(2, dtype=torch.float)
out.backward(v)
print(x.grad)

# %% as meant ("change the code above to"): the same on a fresh graph
x = torch.ones(2,2, requires_grad=True)
y = x + 2
z = y*y*3
out = z.mean()
v = torch.tensor(2, dtype=torch.float)
out.backward(v)
print(x.grad)

# %%
print(x.requires_grad)
print((x ** 2).requires_grad)

with torch.no_grad():
    print((x ** 2).requires_grad)
