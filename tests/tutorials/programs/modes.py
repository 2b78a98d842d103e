# When the tape records.

# %%
import torch

x = torch.ones(2, requires_grad=True)
print(torch.is_grad_enabled(), (x * 2).requires_grad)
with torch.no_grad():
    print(torch.is_grad_enabled(), (x * 2).requires_grad, x.requires_grad)
    with torch.enable_grad():
        print(torch.is_grad_enabled(), (x * 2).requires_grad)
    print(torch.is_grad_enabled())
print(torch.is_grad_enabled())


# %% as decorators
@torch.no_grad()
def doubled(t):
    return t * 2


@torch.enable_grad()
def tripled(t):
    return t * 3


with torch.no_grad():
    print(tripled(x).requires_grad)
doubled(x).requires_grad, doubled.__name__


# %% generators keep their own mode between steps
@torch.no_grad()
def steps(t):
    for _ in range(2):
        t = t * 2
        yield t.requires_grad, torch.is_grad_enabled()


for seen in steps(x):
    print(seen, torch.is_grad_enabled())

# %% set by value
for flag in (True, False):
    with torch.set_grad_enabled(flag):
        print(flag, (x + 1).requires_grad)
torch.set_grad_enabled(False)
print((x + 1).requires_grad)
torch.set_grad_enabled(True)
print((x + 1).requires_grad)

# %% restored when something fails
try:
    with torch.no_grad():
        raise ValueError("on purpose")
except ValueError:
    print(torch.is_grad_enabled())

# %% inference mode
with torch.inference_mode():
    y = x * 2
    print(torch.is_inference_mode_enabled(), y.is_inference(), y.requires_grad)
print(y, y.is_inference())

# %% PyTorch writes before it refuses, so the tensor is not one to be compared. raises RuntimeError
with torch.inference_mode():
    scratch = [x * 2]
scratch[0].add_(1)

# %% raises RuntimeError
(x * y).sum().backward()

# %% views made without recording may not be written with it raises RuntimeError
with torch.no_grad():
    view = x[:1]
view.mul_(2)

# %% anomaly detection names the culprit raises RuntimeError
with torch.autograd.set_detect_anomaly(True):
    q = torch.tensor([0.0], requires_grad=True)
    torch.sqrt(q * 0).sum().backward()
