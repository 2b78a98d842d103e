# A cubic fitted to a bump, first with the gradient written by hand, then by the tape.

# %%
import math

import torch

points = torch.linspace(-math.pi, math.pi, 200, dtype=torch.float64)
target = torch.exp(-((points - 0.5) ** 2) / 2)
points[:5], target.sum()


# %% by hand
def by_hand(steps, rate):
    c = [0.1, 0.0, 0.0, 0.0]
    for _ in range(steps):
        fit = c[0] + c[1] * points + c[2] * points**2 + c[3] * points**3
        error = 2 * (fit - target)
        slopes = [(error * points**k).mean().item() for k in range(4)]
        c = [value - rate * slope for value, slope in zip(c, slopes, strict=True)]
    return c


print([f"{value:.6f}" for value in by_hand(60, 0.004)])

# %% by the tape
coefficients = torch.tensor([0.1, 0.0, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
powers = torch.stack([points**k for k in range(4)])
print(powers.shape, powers.dtype, powers.requires_grad)
for step in range(60):
    loss = ((coefficients @ powers - target) ** 2).mean()
    loss.backward()
    if step % 15 == 0:
        print(step, loss, f"{loss.item():.8f}")
    with torch.no_grad():
        coefficients -= 0.004 * coefficients.grad
        coefficients.grad = None
coefficients

# %%
[f"{value:.6f}" for value in coefficients.tolist()] == [f"{v:.6f}" for v in by_hand(60, 0.004)]

# %% four separate scalars, as many tutorials have it
a, b, c, d = (torch.full((), v, dtype=torch.float64, requires_grad=True) for v in (0.1, 0, 0, 0))
y = a + b * points + c * points**2 + d * points**3
loss = (y - target).pow(2).sum()
print(f"{loss.item():.8f}", y.grad_fn, loss.grad_fn.next_functions)
loss.backward()
a.grad, b.grad, c.grad, d.grad

# %%
print(f"Result: y = {a.item()} + {b.item()} x + {c.item()} x^2 + {d.item()} x^3")
print([f"{p.grad.item():.6f}" for p in (a, b, c, d)])
