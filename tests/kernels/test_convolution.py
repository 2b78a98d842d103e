"""The kernels of convolution against the sum that defines them, written as loops."""

import itertools

import numpy as np
import pytest

from rushlight.kernels import convolution as kernels

CASES = [
    # samples, inputs and outputs of a group, groups, input, kernel, stride, padding, dilation
    ((2, 2, 3, 1), (6,), (3,), (1,), (0,), (1,)),
    ((2, 2, 3, 1), (6,), (3,), (2,), (1,), (2,)),
    ((2, 3, 2, 2), (5, 6), (2, 3), (1, 1), (1, 2), (1, 1)),  # fewer outputs than inputs
    ((2, 1, 3, 2), (5, 6), (2, 3), (1, 1), (1, 2), (1, 2)),
    ((2, 1, 1, 4), (5, 5), (3, 3), (1, 1), (1, 1), (1, 1)),  # each channel by itself
    ((2, 1, 1, 4), (5, 5), (3, 3), (2, 2), (1, 1), (1, 1)),
    ((3, 2, 3, 1), (4, 4), (1, 1), (1, 1), (0, 0), (1, 1)),  # a product of channels
    ((3, 2, 3, 1), (4, 5), (1, 1), (2, 3), (0, 0), (1, 1)),
    ((2, 1, 2, 1), (7, 7), (5, 5), (2, 2), (0, 0), (1, 1)),  # more taps than places
    ((1, 1, 1, 1), (10, 9), (2, 2), (1, 1), (0, 0), (1, 1)),  # many places
    ((1, 1, 2, 1), (2, 3, 3), (2, 1, 2), (1, 2, 1), (0, 0, 1), (1, 1, 1)),
    ((1, 1, 1, 1), (3,), (2,), (4,), (3,), (1,)),  # places that lie on zeros only
    ((0, 2, 3, 1), (6,), (3,), (1,), (0,), (1,)),
    ((2, 0, 3, 1), (6,), (3,), (1,), (0,), (1,)),
]
DTYPES = ["float32", "float64", "complex128", "int64", "uint8"]


def terms(x, w, size, stride, padding, dilation, groups):
    """(index of y, of w, of x) for each term of the form."""
    of_group = len(w) // groups, w.shape[1]
    for n, o, c in itertools.product(range(len(x)), range(len(w)), range(w.shape[1])):
        for t, k in itertools.product(np.ndindex(*size), np.ndindex(*w.shape[2:])):
            at = [
                s * i + d * j - p
                for i, j, s, p, d in zip(t, k, stride, padding, dilation, strict=True)
            ]
            if all(0 <= i < m for i, m in zip(at, x.shape[2:], strict=True)):
                yield (n, o, *t), (o, c, *k), (n, o // of_group[0] * of_group[1] + c, *at)


def drawn(rng, shape, dtype):
    a = rng.integers(0, 4, shape)
    return (a + 1j * rng.integers(0, 4, shape) if dtype == "complex128" else a).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("block", [1, kernels.BLOCK])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_derivative_of_the_form(case, dtype, block, monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK", block)
    (samples, inputs, outputs, groups), length, kernel, *how = case
    rng = np.random.default_rng(0)
    size = kernels.places(length, kernel, *how)
    x = drawn(rng, (samples, inputs * groups, *length), dtype)
    w = drawn(rng, (outputs * groups, inputs, *kernel), dtype)
    y = drawn(rng, (samples, outputs * groups, *size), dtype)
    by_y, by_w, by_x = np.zeros_like(y), np.zeros_like(w), np.zeros_like(x)
    for at_y, at_w, at_x in terms(x, w, size, *how, groups):
        by_y[at_y] += w[at_w] * x[at_x]
        by_w[at_w] += y[at_y] * x[at_x]
        by_x[at_x] += y[at_y] * w[at_w]
    found = (
        kernels.convolution(x, w, size, *how, groups),
        kernels.convolution_weight(y, x, kernel, *how, groups),
        kernels.convolution_input(y, w, length, *how, groups),
    )
    for ours, wanted in zip(found, (by_y, by_w, by_x), strict=True):
        assert ours.dtype == wanted.dtype
        np.testing.assert_array_equal(ours, wanted)  # of small whole numbers


def test_layouts_in_memory_do_not_matter():
    rng = np.random.default_rng(0)
    how = ((1, 2), (1, 0), (1, 1), 2)
    x, w = rng.normal(size=(3, 4, 6, 7)), rng.normal(size=(6, 2, 2, 3))
    size = kernels.places((6, 7), (2, 3), *how[:3])
    y = kernels.convolution(x, w, size, *how)
    flipped, stepped = x[::-1, ::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1, ::-1], np.repeat(x, 2, 3)
    for other in (flipped, stepped[..., ::2], np.asfortranarray(x)):
        np.testing.assert_allclose(kernels.convolution(other, w, size, *how), y, 1e-13, 1e-13)
    ones = np.broadcast_to(np.float64(1), y.shape)
    for function, of, shape in (
        (kernels.convolution_input, w, (6, 7)),
        (kernels.convolution_weight, x, (2, 3)),
    ):
        wanted = function(ones.copy(), of, shape, *how)
        np.testing.assert_allclose(function(ones, of, shape, *how), wanted, 1e-13, 1e-13)


def test_fewer_places_than_there_is_room_for():
    x, w = np.arange(12.0).reshape(1, 1, 12), np.ones((1, 1, 1))
    y = kernels.convolution(x, w, (3,), (1,), (0,), (1,), 1)
    assert y.tolist() == [[[0, 1, 2]]]


@pytest.mark.parametrize("kernel", [(2, 3), (5, 4)])
def test_columns_add_up_to_how_often_each_element_was_taken(kernel):
    how = ((2, 1), (1, 0), (1, 1))
    x = np.random.default_rng(0).normal(size=(2, 3, 6, 5))
    columns = kernels.unfolded(x, kernel, *how)
    assert columns.shape[2] == np.prod(kernel)
    times = kernels.folded(kernels.unfolded(np.ones_like(x), kernel, *how), (6, 5), kernel, *how)
    np.testing.assert_allclose(kernels.folded(columns, (6, 5), kernel, *how), x * times)
