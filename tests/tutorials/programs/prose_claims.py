# What the pages say in words, tried.

# %%
import torch

x = torch.ones(2, 2, requires_grad=True)
print(x.grad_fn, x.grad, x.is_leaf)
out = (3 * (x + 2) ** 2).mean()
out.backward()
x.grad

# %% backward() is backward(torch.tensor(1.)), for one value
x = torch.ones(2, 2, requires_grad=True)
(3 * (x + 2) ** 2).mean().backward(torch.tensor(1.0))
x.grad

# %% "the argument can be any number" - it cannot raises TypeError
(x * x).mean().backward(1)

# %% "and should have the same size"
z = x * x
x.grad = None
z.backward(torch.full((2, 2), 0.5))
x.grad

# %% the flag defaults to False
torch.zeros(3).requires_grad, torch.zeros(3).requires_grad_().requires_grad

# %% "if we do gg.backward(v), then the derivative is 3g^2 only"
g = torch.tensor([[2.0, 2.0, 2.0], [3.0, 4.0, 5.0]], requires_grad=True)
(g * g * g).backward(torch.tensor([[1.0, 1, 2], [2, 2, 2]]))
g.grad

# %% the Jacobian of which it is a product
x = torch.tensor([3.0, 4.0, 6.0], requires_grad=True)
y = x * x * 3
torch.stack([torch.autograd.grad(y, x, row, retain_graph=True)[0] for row in torch.eye(3)])

# %% gradients of logits, the loss of the basics page
torch.manual_seed(1)
inputs, wanted = torch.ones(5), torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
logits = torch.matmul(inputs, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)
print(f"Gradient function for z = {logits.grad_fn}")
print(f"Gradient function for loss = {loss.grad_fn}")
loss.backward()
print(w.grad)
print(b.grad)

# %% tracking switched off, two ways
logits = torch.matmul(inputs, w) + b
print(logits.requires_grad)
with torch.no_grad():
    logits = torch.matmul(inputs, w) + b
print(logits.requires_grad)
(torch.matmul(inputs, w) + b).detach().requires_grad

# %% the walk, in one dimension and in three
for shape in [(3,), (2, 2, 2)]:
    a = torch.rand(shape, requires_grad=True)
    print(a, (a + a).grad_fn.next_functions[0][0].variable is a)
