# A line through noise: updates under no_grad, gradients put back to zero.

# %%
import torch

true_w, true_b = torch.tensor([2.0, -3.4]), 4.2
features = torch.randn(64, 2)
labels = features @ true_w + true_b + 0.01 * torch.randn(64)
print(features[:3])
print(labels[:3])

# %%
w = (0.01 * torch.randn(2)).requires_grad_()
b = torch.zeros(1, requires_grad=True)
print(w, b, w.is_leaf, b.is_leaf)


# %%
def batches(size):
    order = torch.randperm(len(features))
    for start in range(0, len(features), size):
        rows = order[start : start + size]
        yield features[rows], labels[rows]


def descend(parameters, rate):
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
            p.grad.zero_()


for epoch in range(3):
    for x, y in batches(16):
        loss = ((x @ w + b - y) ** 2).mean() / 2
        loss.backward()
        descend([w, b], 0.3)
    print(f"epoch {epoch}: {((features @ w + b - labels) ** 2).mean().item():.5f}")

# %%
print(w.grad, b.grad, w.requires_grad, w._version, b._version)
print(f"{(w - true_w).abs().max().item():.3f} {(b - true_b).abs().item():.3f}")

# %% without no_grad raises RuntimeError
w -= 0.1 * w

# %% through .data, as older programs do
loss = ((features @ w + b - labels) ** 2).sum()
loss.backward()
first = w.grad.clone()
w.data -= 1e-3 * w.grad.data
loss = ((features @ w + b - labels) ** 2).sum()
loss.backward()
print(torch.equal(w.grad, first), (w.grad - first).norm() < first.norm())
