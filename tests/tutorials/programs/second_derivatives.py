# Derivatives of derivatives.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x**4
for _order in range(5):
    print(y)
    if y.requires_grad:
        (y,) = torch.autograd.grad(y, x, create_graph=True)

# %% a Hessian, row by row
p = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
f = p[0] ** 2 * p[1] + torch.sin(p[2]) * p[0] + p.prod()
(gradient,) = torch.autograd.grad(f, p, create_graph=True)
rows = [torch.autograd.grad(g, p, retain_graph=True)[0] for g in gradient]
hessian = torch.stack(rows)
print(hessian)
print(torch.allclose(hessian, hessian.T))

# %% Hessian times vector without the Hessian
v = torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64)
(product,) = torch.autograd.grad(gradient, p, grad_outputs=v)
product, hessian @ v

# %% a penalty on the slope
w = torch.tensor([0.5, -0.3], requires_grad=True)
inputs = torch.tensor([[1.0, 2.0], [3.0, -1.0]], requires_grad=True)
score = torch.tanh(inputs @ w)
(slope,) = torch.autograd.grad(score.sum(), inputs, create_graph=True)
penalty = (slope.norm(dim=1) - 1).pow(2).mean()
penalty.backward()
print(penalty)
print(w.grad)

# %% backward twice with create_graph leaves a gradient that has a history
x = torch.tensor([1.0, -2.0], requires_grad=True)
(x**3).sum().backward(create_graph=True)
print(x.grad)
x.grad.sum().backward()
print(x.grad)

# %% what was not used
a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
print(torch.autograd.grad((a * 2).sum(), (a, b), allow_unused=True))
print(torch.autograd.grad((a * 2).sum(), (a, b), materialize_grads=True))

# %% raises RuntimeError
torch.autograd.grad((a * 2).sum(), (a, b))

# %% Jacobian from batched vectors
y = torch.stack([a[0] * b[1], a[1] ** 2])
torch.autograd.grad(y, (a, b), torch.eye(2), is_grads_batched=True)
