# Two moons told apart by one hidden layer, everything by hand.

# %%
import math

import torch

torch.manual_seed(7)
turn = torch.rand(100, dtype=torch.float64) * math.pi
upper = torch.stack([torch.cos(turn[:50]), torch.sin(turn[:50])], dim=1)
lower = torch.stack([1 - torch.cos(turn[50:]), 0.4 - torch.sin(turn[50:])], dim=1)
points = torch.cat([upper, lower])
labels = torch.cat([torch.zeros(50, dtype=torch.long), torch.ones(50, dtype=torch.long)])
print(points[:2], labels[48:52], points.shape, labels.dtype)

# %%
parameters = [
    torch.randn(2, 8, dtype=torch.float64, requires_grad=True),
    torch.zeros(8, dtype=torch.float64, requires_grad=True),
    (torch.randn(8, 2, dtype=torch.float64) / math.sqrt(8)).requires_grad_(),
    torch.zeros(2, dtype=torch.float64, requires_grad=True),
]
sum(p.numel() for p in parameters)


# %%
def model(x):
    w1, b1, w2, b2 = parameters
    return torch.relu(x @ w1 + b1) @ w2 + b2


def log_softmax(t):
    return t - t.exp().sum(-1, keepdim=True).log()


for epoch in range(40):
    logits = model(points)
    loss = -log_softmax(logits)[range(100), labels].mean()
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p.sub_(0.5 * p.grad)
            p.grad.zero_()
    if epoch % 10 == 0:
        accuracy = (logits.argmax(dim=1) == labels).double().mean()
        print(f"{epoch:3d} loss {loss:.6f} accuracy {accuracy:.2f}")

# %% against the built-in loss
builtin = torch.nn.functional.cross_entropy(model(points), labels)
ours = -log_softmax(model(points))[torch.arange(100), labels].mean()
print(builtin.item().__format__(".8f"), torch.allclose(builtin, ours), builtin.grad_fn)

# %%
probabilities = torch.softmax(model(points[:4]), dim=-1)
print(probabilities, probabilities.sum(1))
values, indices = probabilities.max(dim=1)
values, indices
