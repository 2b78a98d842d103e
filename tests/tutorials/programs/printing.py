# How tensors look.

# %%
import torch

torch.tensor([1.0, 2.5, -3.0]), torch.tensor([1, -20, 300]), torch.tensor([True, False])

# %%
torch.tensor(3.0), torch.tensor(7), torch.tensor(True), torch.tensor(1e-8), torch.tensor(12345678.0)

# %%
(
    torch.tensor([1e-5, 1.0]),
    torch.tensor([1e10, 1.0]),
    torch.tensor([0.1, 1000.5]),
    torch.tensor([1e5, 2e5]),
)

# %%
torch.tensor([float("nan"), float("inf"), -float("inf"), 1.0]), torch.tensor([float("nan")])

# %%
torch.empty(0), torch.empty(0, 3), torch.empty(2, 0, dtype=torch.int64), torch.tensor([[]])

# %%
print(torch.arange(2000))
print(torch.arange(2001.0).reshape(3, 667))
print(torch.zeros(20, 60))

# %%
print(torch.arange(24).reshape(2, 3, 4))
print(torch.arange(16.0).reshape(2, 2, 2, 2) / 3)

# %%
for dtype in (torch.float64, torch.float16, torch.int8, torch.uint8, torch.int32, torch.bool):
    print(torch.tensor([[0, 1], [1, 0]], dtype=dtype))
print(torch.tensor([1 + 2j, -0.5j]), torch.tensor(1 + 1j, dtype=torch.complex128))

# %%
x = torch.ones(2, requires_grad=True)
print(x, x * 2, (x * 2).sum(), x.detach(), [x], {"x": x.sum()})
print(x.double(), x.double().detach(), (x > 0), x.unsqueeze(0) + 1)

# %%
f"{torch.tensor(3.14159):.2f} {torch.tensor(3)} {torch.tensor([1.0])} {x.sum():.1f}"

# %%
torch.set_printoptions(precision=2)
print(torch.tensor([1.23456, 100.0]))
torch.set_printoptions(sci_mode=True)
print(torch.tensor([1.23456, 100.0]))
torch.set_printoptions(profile="default", sci_mode=None)
torch.set_printoptions(threshold=5, edgeitems=2, linewidth=40)
print(torch.arange(10), torch.arange(30.0).reshape(5, 6))
torch.set_printoptions(profile="default")
print(torch.tensor([1.23456, 100.0]))

# %% long rows break where PyTorch breaks them
print(torch.arange(40.0) / 7)
print(torch.arange(30) * 1000003)

# %%
x.shape, x.size(), x.size(0), x.dtype, x.device, x.layout, x.stride(), type(x), torch.float32

# %%
print(
    torch.Size([1, 2]), torch.Size([1, 2]) + (3,), torch.Size([2, 3]).numel(), torch.tensor(5).shape
)
