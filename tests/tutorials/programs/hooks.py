# Watching gradients go by.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
y.register_hook(lambda g: print("at y:", g))
handle = x.register_hook(lambda g: g * 10)
z = (y**2).sum()
z.backward()
x.grad

# %% a handle takes its hook away
handle.remove()
x.grad = None
(x * 2).sum().backward()
x.grad

# %% hooks run in the order they were registered, and see what the one before made
x.grad = None
first = x.register_hook(lambda g: g + 1)
second = x.register_hook(lambda g: print("second sees", g))
(x * 2).sum().backward()
first.remove(), second.remove()
x.grad

# %% retain_grad
h = x.exp()
h.retain_grad()
print(h.retains_grad, h.is_leaf)
(h * h).sum().backward()
h.grad

# %% without it
h = x.exp()
h.sum().backward()
print(h.grad)

# %% node hooks
a = torch.ones(2, requires_grad=True)
b = (a * 3).tanh()
node = b.grad_fn
node.register_prehook(lambda grads: print("into", node.name(), grads))
node.register_hook(lambda inputs, outputs: print("out of", node.name(), inputs, outputs))
b.sum().backward()
a.grad

# %% a hook may replace what a node passes on
a.grad = None
c = a * 5
c.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 0, *inputs[1:]))
c.sum().backward()
a.grad

# %% after accumulation
a.grad = None
a.register_post_accumulate_grad_hook(lambda p: print("accumulated", p.grad))
(a * a).sum().backward()

# %% raises RuntimeError
torch.ones(2).register_hook(print)

# %% walking the graph
w = torch.randn(2, 2, requires_grad=True)
out = torch.sigmoid(x[:2] @ w + a).mean()


def walk(node, depth=0):
    print("  " * depth + node.name())
    for parent, _ in node.next_functions:
        if parent is not None:
            walk(parent, depth + 1)


walk(out.grad_fn)

# %% what a node keeps
q = torch.tensor([1.0, 2.0], requires_grad=True)
product = q * torch.tensor([3.0, 4.0])
print(product.grad_fn._saved_self, product.grad_fn._saved_other)
power = q**3
print(power.grad_fn._saved_self is q, power.grad_fn._saved_exponent)
print(q.exp().grad_fn._saved_result, q.sum(0).grad_fn._saved_self_sym_sizes)
power.sum().backward()

# %% freed raises RuntimeError
power.grad_fn._saved_self
