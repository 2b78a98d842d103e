# Code cells of an annotated copy of the PyTorch notebook "Autograd: Automatic Differentiation".

# %% [In 1]
# %matplotlib inline

# %% [In 2]
import torch

# %% [In 3]
x = torch.tensor([[1,3],[2,2]], requires_grad=True, dtype = torch.float32)
print(x)
print(x.size())

# %% [In 10]
y = ( x + 2)
z = 3 * (y ** 2)
print(y,z)

# %% [In 11] raises NameError
print(y.grad_fn)
print(zz.grad_fn)

# %% [In 11] again, with a product of the kind the page shows (its cell is lost)
zz = torch.mm(x, y)
print(y.grad_fn)
print(zz.grad_fn)

# %% [In 12]
z = y * y
out = z.mean()
print(z, out)

# %% [In 13]
a = torch.tensor([2, 2],dtype = torch.float32)
a = ((a * 3))
print(a)
print(a.requires_grad)
a.requires_grad_(True)
print(a.requires_grad)
b = (a * a).sum()
print(b)
print(b.grad_fn)

# %% [In 30]
x = torch.tensor([3],dtype = torch.float32,requires_grad = False)
x.requires_grad_(True)
y = 2 * x + x * x  * 3
print(x,y)

# %% [In 31]
y.backward()
print(x.grad)

# %% [In 34]
x = torch.tensor([3,4,6], dtype = torch.float32,requires_grad=True)
y = x * x * 3
v = torch.tensor([1,1,2], dtype=torch.float)
y.backward(v)
print(x.grad)

# %% [In 41]
g = torch.tensor([[1,1,1],[2,3,4]],dtype = torch.float32)
g.add_(torch.ones_like(g))
g.requires_grad_(True)
print(g, g.requires_grad)
gg = g*g*g
ggg = gg +3*g
v = torch.tensor([[1,1,2],[2,2,2]], dtype=torch.float)
ggg.backward(v)
print(g.grad)

# %% [In 49]
x = torch.randn(3, requires_grad=True)
print(x)
y = x * 2
count = 0
while y.data.norm() < 100:
    y = y * 2
    count += 1

print(y,count)

v = torch.tensor([0.1, 1.0, 0.0001], dtype=torch.float)
y.backward(v)

print(x.grad)

# %% [In 53]
x = torch.randn(3, requires_grad=True)
print(x.requires_grad)
print((x ** 2).requires_grad)

with torch.no_grad():
	print((x ** 2).requires_grad)

x = torch.randn(3, requires_grad=True)
x.requires_grad_(False)
print((x**2).requires_grad)

# %% [In 55]
x.requires_grad_(True)
print(x.requires_grad)
y = x.detach()
print(y.requires_grad)
print(x.eq(y))
