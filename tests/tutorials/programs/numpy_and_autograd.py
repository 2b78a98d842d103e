# One hidden layer, once in NumPy with the chain rule by hand, once on the tape.

# %%
import numpy as np
import torch

torch.manual_seed(3)
x = torch.randn(8, 4, dtype=torch.float64)
t = torch.randn(8, 2, dtype=torch.float64)
w1 = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
w2 = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
x[0], w1

# %% the tape
hidden = x.mm(w1).clamp(min=0)
out = hidden.mm(w2)
loss = (out - t).pow(2).sum()
loss.backward()
print(loss, f"{loss.item():.10f}")
print(w2.grad)

# %% by hand, on the same memory
a, b = w1.detach().numpy(), w2.detach().numpy()
h = np.maximum(x.numpy() @ a, 0)
g = 2 * (h @ b - t.numpy())
gb = h.T @ g
ga = x.numpy().T @ ((g @ b.T) * (h > 0))
print(np.allclose(ga, w1.grad.numpy()), np.allclose(gb, w2.grad.numpy()), type(w1.grad.numpy()))

# %% memory is shared both ways
array = np.arange(6.0).reshape(2, 3)
tensor = torch.from_numpy(array)
array[0, 0] = 42
tensor[1, 2] = -1
print(array)
print(tensor, tensor.dtype)
torch.tensor(array).data_ptr() == tensor.data_ptr()

# %% what NumPy may not take raises RuntimeError
w1.numpy()

# %%
print(w1.detach().numpy().shape, np.asarray(t).dtype, float(loss) == loss.item())
print(torch.from_numpy(np.array([1, 2], dtype=np.int32)), torch.as_tensor(np.float32(2.5)))
w1.tolist()[0][0] == w1[0, 0].item()
