# The same numbers for the same seed.

# %%
import torch

torch.manual_seed(42)
torch.rand(3), torch.rand(2, 2), torch.randn(5), torch.randn(4, 5)

# %%
torch.rand(3, dtype=torch.float64), torch.randn(3, dtype=torch.float64)

# %%
torch.randint(10, (6,)), torch.randint(-5, 5, (2, 3)), torch.randperm(8)

# %%
torch.bernoulli(torch.full((8,), 0.3)), torch.normal(torch.zeros(3), torch.tensor([0.1, 1.0, 10.0]))

# %%
t = torch.empty(5)
t.uniform_(-1, 1), t.clone().normal_(2, 3), t.clone().exponential_()

# %%
torch.rand_like(t), torch.randn_like(t)

# %% a generator of one's own leaves the global one alone
g = torch.Generator().manual_seed(5)
before = torch.get_rng_state()
print(torch.rand(2, generator=g), torch.randn(2, generator=g), g.initial_seed())
print(torch.equal(before, torch.get_rng_state()), before.dtype, before.shape)

# %% states go back and forth
state = torch.get_rng_state()
first = torch.randn(3)
torch.set_rng_state(state)
print(torch.equal(first, torch.randn(3)))
with torch.random.fork_rng(devices=[]):
    torch.manual_seed(1)
    print(torch.rand(1))
torch.rand(1)

# %%
torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 5, replacement=True)

# %% gradients flow through scale and shift
scale = torch.tensor(2.0, requires_grad=True)
noise = torch.randn(3)
(scale * noise).sum().backward()
scale.grad == noise.sum()
