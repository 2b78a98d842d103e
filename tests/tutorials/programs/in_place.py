# Writing over values that the tape still needs.

# %%
import torch


def complaint(action):
    try:
        action()
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return "no complaint"


x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x.exp()
y.add_(1)
print(y)
complaint(lambda: y.sum().backward())

# %% addition keeps nothing, so writing is fine
z = x + 1
z.mul_(2)
print(z, z.grad_fn.next_functions)
z.sum().backward()
x.grad

# %% versions count
t = torch.zeros(3)
versions = [t._version]
t.add_(1)
versions.append(t._version)
t[0] = 5
versions.append(t._version)
t[1:].mul_(3)
versions.append(t._version)
versions, t

# %% leaves
print(complaint(lambda: x.add_(1)))
print(complaint(lambda: x[0].mul_(2)))
print(complaint(lambda: x.zero_()))


def assign():
    x[0] = 1.0


complaint(assign)

# %% a failed write changes nothing
print(x, x._version)

# %% under no_grad it is allowed, and counted
with torch.no_grad():
    x.mul_(2)
print(x, x._version, x.requires_grad)

# %% views and their base share a history
base = torch.zeros(2, 3)
view = base[0]
view.add_(x)
print(base)
print(base.grad_fn, view.grad_fn)
(base * torch.arange(6.0).reshape(2, 3)).sum().backward()
x.grad

# %% assignment by index
rows = torch.zeros(3, 2)
source = torch.ones(2, requires_grad=True)
rows[1] = source * 3
rows[2, 0] = source.sum()
print(rows)
rows.sum().backward()
source.grad

# %% a saved value written through a view
w = torch.ones(4, requires_grad=True)
h = w * 2
s = h.sigmoid()
s[:2] = 0
complaint(lambda: s.sum().backward())

# %% in-place activations
a = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True)
b = (a * 1).relu_()
print(b, b.grad_fn)
b.sum().backward()
a.grad

# %% wrong in-place type raises RuntimeError
torch.ones(2, dtype=torch.int64).add_(0.5)

# %% shapes that do not fit raises RuntimeError
torch.ones(2).add_(torch.ones(3, 2))
