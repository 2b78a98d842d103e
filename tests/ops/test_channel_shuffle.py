"""Channel shuffle against PyTorch."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")


def shuffled(groups, name="channel_shuffle"):
    return lambda torch, x: getattr(torch, name)(x, groups)


SHAPES = [[(2, 6, 3)], [(1, 6, 2, 2)], [(0, 6, 3)], [(2, 6, 0)]]
BAD = [[(2, 6)], [(6,)], [()], [(2, 5, 3)]]
ROWS = [
    Row("groups of 3", shuffled(2), SHAPES + BAD, special=False),
    Row("groups of 2", shuffled(3), SHAPES, special=False),
    Row("one group", shuffled(1), SHAPES, special=False),
    Row(
        "native", shuffled(2, "native_channel_shuffle"), SHAPES + BAD, special=False, derivatives=""
    ),
    Row("no groups", shuffled(0), SHAPES[:1], special=False),
    Row("fewer than none", shuffled(-1), SHAPES[:1], special=False),
    Row("half a group", shuffled(1.5), SHAPES[:1], special=False, derivatives=""),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_the_native_one_has_a_gradient():
    """PyTorch's has none."""
    x = rushlight.arange(6.0).view(1, 6, 1).requires_grad_()
    (rushlight.native_channel_shuffle(x, 2).flatten() * rushlight.arange(6.0)).sum().backward()
    assert x.grad.flatten().tolist() == [0, 2, 4, 1, 3, 5]


def test_it_is_there_for_networks():
    assert rushlight.nn.functional.channel_shuffle is rushlight.channel_shuffle
