# Code cells of PyTorch's "Learn the Basics: Autograd" notebook, as far as a damaged copy goes.

# %%
# %matplotlib inline

# %%
import torch

x = torch.ones(5)
y = torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w)+b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
