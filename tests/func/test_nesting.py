"""Random compositions of transforms; `python -m tests.func.nesting` compares as many as wanted."""

import pytest

from tests.func.nesting import disagreement


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(770233, id="a write in the backward of a jacobian in a batch"),
        pytest.param(880271, id="a write to a view of a gradient in a batch"),
        pytest.param(990778, id="unit vectors in a batch of inner products"),
    ],
)
def test_compositions_that_disagreed(seed):
    assert disagreement(seed) is None


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_compositions_equal_pytorch(first):
    found = [disagreement(seed) for seed in range(first, first + 10)]
    assert not [text for text in found if text and not text.startswith("PyTorch cannot")]
    assert sum(text is None for text in found) >= 7  # most can be compared
