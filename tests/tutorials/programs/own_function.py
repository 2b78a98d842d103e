# A derivative of one's own: the smooth step 3x^2 - 2x^3, and Functions of every kind.

# %%
import torch


class SmoothStep(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * (3 - 2 * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 6 * x * (1 - x)


x = torch.linspace(0, 1, 5, requires_grad=True)
y = SmoothStep.apply(x)
print(y)
y.sum().backward()
x.grad

# %%
print(y.grad_fn, type(y.grad_fn), y.grad_fn.name())
y.grad_fn.next_functions

# %% the rule is differentiable itself
x = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(SmoothStep.apply(x).sum(), x, create_graph=True)
print(slope)
torch.autograd.grad(slope.sum(), x)

# %%
print(torch.autograd.gradcheck(SmoothStep.apply, (x,)))
print(torch.autograd.gradgradcheck(SmoothStep.apply, (x,)))


# %% two tensors, a number and a flag
class Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx, left, right, weight, verbose=False):
        ctx.save_for_backward(left, right)
        ctx.weight = weight
        if verbose:
            print("mixing", tuple(left.shape), left.requires_grad, torch.is_grad_enabled())
        return left * weight + right * (1 - weight), left.detach() > right

    @staticmethod
    def backward(ctx, g, g_flag):
        left, right = ctx.saved_tensors
        print(ctx.needs_input_grad, g, g_flag, left.shape == right.shape)
        return g * ctx.weight, g * (1 - ctx.weight), None, None


left = torch.ones(2, 3, requires_grad=True)
right = torch.zeros(2, 3)
mixed, flag = Mix.apply(left, right, 0.25, True)
print(mixed, flag)
mixed.backward(torch.ones_like(mixed))
left.grad, right.grad


# %% forward apart from setup_context
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x**3

    @staticmethod
    def setup_context(ctx, inputs, output):
        (x,) = inputs
        ctx.save_for_backward(x)
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return None if g is None else 3 * x**2 * g


x = torch.tensor([1.0, 2.0], requires_grad=True)
z = Cube.apply(x)
z.sum().backward()
print(z, x.grad)


# %% too few gradients raises RuntimeError
class Forgetful(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, g):
        return g


a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
Forgetful.apply(a, b).sum().backward()


# %% the wrong shape raises RuntimeError
class Misshapen(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, g):
        return g.sum(0, keepdim=True).repeat(3)


Misshapen.apply(a).sum().backward()


# %% marking
class Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        inside = (x > -1) & (x < 1)
        ctx.save_for_backward(inside)
        ctx.mark_non_differentiable(inside)
        return x.clamp(-1, 1), inside

    @staticmethod
    def backward(ctx, g, g_inside):
        (inside,) = ctx.saved_tensors
        return g * inside


x = torch.tensor([-2.0, 0.5, 3.0], requires_grad=True)
clipped, inside = Clip.apply(x)
print(clipped, inside, inside.requires_grad)
clipped.backward(torch.tensor([1.0, 2.0, 3.0]))
x.grad


# %% once differentiable raises RuntimeError
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


x = torch.tensor([1.0, 2.0], requires_grad=True)
(slope,) = torch.autograd.grad(Once.apply(x).sum(), x, create_graph=True)
print(slope)
slope.sum().backward()
