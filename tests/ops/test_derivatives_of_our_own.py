"""Derivatives that PyTorch lacks agree with finite differences."""

import pytest

import rushlight as torch
from rushlight.autograd import gradcheck, gradgradcheck

F = torch.nn.functional


def numbers(*shape):
    torch.manual_seed(len(shape) + sum(shape))
    return torch.randn(*shape, dtype=torch.float64).requires_grad_()


def rows(table, weights):
    where, starts = torch.tensor([0, 2, 1, 1, 3]), torch.tensor([0, 3])
    return F.embedding_bag(where, table, starts, mode="sum", per_sample_weights=weights)


def sampled(x, grid):
    return F.grid_sample(x, grid.tanh(), align_corners=True)


def alignments(x):
    return F.ctc_loss(x.log_softmax(-1), torch.tensor([[1, 2], [2, 2]]), (4, 4), (2, 2))


def attention(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


def layer_norm(x, weight, bias):
    return torch.native_layer_norm(x, (3,), weight, bias, 1e-5)[0]


def least_squares(a, b):
    return torch.linalg.lstsq(a, b).solution


SECOND = {
    "cdist": (torch.cdist, [(3, 2), (4, 2)]),
    "cdist, p = 3": (lambda x, y: torch.cdist(x, y, 3.0), [(3, 2), (4, 2)]),
    "hardsigmoid": (F.hardsigmoid, [(4,)]),
    "embedding_bag": (rows, [(4, 2), (5,)]),
    "grid_sample": (sampled, [(1, 2, 3, 3), (1, 2, 2, 2)]),
    "layer norm": (layer_norm, [(2, 3), (3,), (3,)]),
    "attention": (attention, [(1, 2, 3), (1, 4, 3), (1, 4, 3)]),
}
FORWARD = {
    **SECOND,
    "ctc_loss": (alignments, [(4, 2, 3)]),
    "lstsq": (least_squares, [(4, 2), (4, 1)]),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name):
    function, shapes = SECOND[name]
    assert gradgradcheck(function, [numbers(*shape) for shape in shapes])


@pytest.mark.parametrize("name", FORWARD)
def test_forward_mode(name):
    function, shapes = FORWARD[name]
    inputs = [numbers(*shape) for shape in shapes]
    assert gradcheck(function, inputs, check_forward_ad=True)
