"""`polar` by negative and zero absolute values, where PyTorch's derivative has the wrong sign."""

import numpy as np

import rushlight as torch


def test_derivatives_are_the_function_s():
    r = torch.tensor([-1.5, 0.0, 0.7], dtype=torch.float64, requires_grad=True)
    angle = torch.tensor([0.3, -2.0, 0.4], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(torch.polar, (r, angle), check_forward_ad=True)
    torch.polar(r, angle).real.sum().backward()
    np.testing.assert_allclose(r.grad.numpy(), np.cos(angle.detach().numpy()))
