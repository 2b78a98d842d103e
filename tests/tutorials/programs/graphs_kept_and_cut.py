# retain_graph, detach, and what PyTorch says when the graph is gone.

# %%
import torch

inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"First call\n{inp.grad}")
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nSecond call\n{inp.grad}")
inp.grad.zero_()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nCall after zeroing gradients\n{inp.grad}")

# %% a second time
x = torch.tensor([2.0], requires_grad=True)
y = x * x
y.backward()
try:
    y.backward()
except RuntimeError as error:
    print(type(error).__name__, str(error).splitlines()[0])

# %% the last line says it all raises RuntimeError
y.backward()

# %% nodes that keep nothing can go again
s = (x + 1).sum()
s.backward()
s.backward()
x.grad

# %% detach shares memory and nothing else
a = torch.ones(3, requires_grad=True)
b = (a * 2).detach()
print(b.requires_grad, b.grad_fn, b.is_leaf)
c = a.detach()
c[0] = 7
print(a, c.data_ptr() == a.data_ptr(), a._version, c._version)

# %% a state carried over steps, cut each time
weight = torch.tensor(0.5, requires_grad=True)
state = torch.tensor(1.0)
for step in range(3):
    state = torch.tanh(weight * state + 1)
    state.backward()
    print(step, state, weight.grad)
    state = state.detach()

# %% the same uncut
state = torch.tensor(1.0)
try:
    for _step in range(3):
        state = torch.tanh(weight * state + 1)
        state.backward()
except RuntimeError as error:
    print(float(state), str(error).splitlines()[0])

# %% detach_ on a view raises RuntimeError
(a * 2)[:2].detach_()

# %% grad leaves .grad alone
x = torch.tensor([1.0, 2.0], requires_grad=True)
print(torch.autograd.grad((x**2).sum(), x), x.grad)

# %% backward to chosen inputs
u = torch.ones(2, requires_grad=True)
v = torch.ones(2, requires_grad=True)
(u * v).sum().backward(inputs=[u])
u.grad, v.grad

# %% several at once
torch.autograd.backward([u.sum(), (v * 2)], [None, torch.tensor([1.0, 0.5])])
u.grad, v.grad

# %% gradient of a vector needs a vector raises RuntimeError
(u * v).backward()

# %% of the right shape raises RuntimeError
(u * v).backward(torch.ones(3))

# %% nothing to do raises RuntimeError
torch.ones(2).sum().backward()

# %% whole numbers have no slope raises RuntimeError
torch.tensor([1, 2], requires_grad=True)

# %% nor is there one to ask for raises RuntimeError
torch.arange(3).requires_grad_()

# %% non-leaves keep their flag raises RuntimeError
(u * 2).requires_grad = False
