# Code cells of a notebook that walks the graph, in Chinese ("Autograd 過程解析").

# %% [In 10]
import torch

# %% [In 11]
x = torch.rand(5, 5, requires_grad=True)
x

# %% [In 12]
y = torch.rand(5, 5, requires_grad=True)
y

# %% [In 13]
z=torch.sum(x+y)
z

# %% [In 14]
z.backward()
print(x.grad)
print(y.grad)

# %% [In 15]
x = torch.rand(5, 5, requires_grad=True)
y = torch.rand(5, 5, requires_grad=True)
z= x**2+y**3
z

# %% [In 16]
z.backward(torch.ones_like(x))
print(x.grad)

# %% [In 17]
with torch.no_grad():
    print((x +y*2).requires_grad)

# %% [In 18]
dir(z)

# %% [In 19]
print("x.is_leaf="+str(x.is_leaf))
print("z.is_leaf="+str(z.is_leaf))

# %% [In 20]
z.grad_fn

# %% [In 21]
dir(z.grad_fn)

# %% [In 22]
z.grad_fn.next_functions

# %% [In 23]
xg = z.grad_fn.next_functions[0][0]
dir(xg)

# %% [In 24]
x_leaf=xg.next_functions[0][0]
type(x_leaf)

# %% [In 25]
x_leaf.variable

# %% [In 26]
print("x_leaf.variable的id:"+str(id(x_leaf.variable)))
print("x的id:"+str(id(x)))

# %% [In 28]
from torch.autograd.function import Function

# %% [In 31]
class multiply_constant(Function):
    @staticmethod
    def forward(ctx, tensor, constant):
        ctx.constant=constant
        return tensor *constant
    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None

# %% [In 43]
a = torch.rand(3,3,requires_grad=True)
b = multiply_constant.apply(a,10)
print("a:"+str(a))
print("b:"+str(b))

# %% [In 44]
b.backward(torch.ones_like(a))

# %% [In 45]
a.grad
