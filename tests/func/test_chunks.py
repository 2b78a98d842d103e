"""Batches in parts: as long as asked for, or as the memory budget allows."""

import pytest

import rushlight
from rushlight.func import chunks
from tests.func.programs import agree

func = rushlight.func
X = rushlight.linspace(-1, 1, 40, dtype=rushlight.float64)


def curve(t):
    return (t.sin() * t.sum() + t[::2].repeat(2)) * t.roll(1)


def lengths_of(transform, monkeypatch, budget):
    """The lengths of the chunks that a transform ran."""
    seen = []
    took = chunks.Chunks.took
    monkeypatch.setattr(chunks, "BUDGET", budget)
    monkeypatch.setattr(
        chunks.Chunks, "took", lambda self, n, size: seen.append(n) or took(self, n, size)
    )
    transform()
    return seen


JACOBIANS = {
    "jacrev": lambda size: func.jacrev(curve, chunk_size=size)(X),
    "jacfwd": lambda size: func.jacfwd(curve, chunk_size=size)(X),
    "hessian": lambda size: func.hessian(lambda t: curve(t).sin().sum(), chunk_size=size)(X),
    "vmap": lambda size: rushlight.vmap(curve, chunk_size=size)(X.reshape(20, 2)),
}


@pytest.mark.parametrize("name", JACOBIANS)
@pytest.mark.parametrize("size", ["auto", 1, 7])
def test_chunks_give_the_same(name, size):
    whole, parts = JACOBIANS[name](None), JACOBIANS[name](size)
    assert whole.shape == parts.shape
    assert rushlight.allclose(whole, parts, 1e-13, 1e-13)


@pytest.mark.parametrize("name", ["jacrev", "jacfwd"])
def test_a_small_budget_makes_small_chunks(name, monkeypatch):
    seen = lengths_of(lambda: JACOBIANS[name]("auto"), monkeypatch, 40_000)
    assert seen[0] == chunks.FIRST
    assert sum(seen) == 40
    assert len(seen) >= 3
    assert len(set(seen[1:-1])) == 1  # once measured, all are alike


def test_a_budget_that_holds_nothing_goes_one_by_one(monkeypatch):
    seen = lengths_of(lambda: JACOBIANS["jacrev"]("auto"), monkeypatch, 1)
    assert seen == [chunks.FIRST, *[1] * 24]


def test_a_large_budget_takes_the_rest_at_once(monkeypatch):
    assert lengths_of(lambda: JACOBIANS["vmap"]("auto"), monkeypatch, 2**30) == [16, 4]


@pytest.mark.parametrize("size", [0, -3])
def test_refused(size):
    agree(f"func.jacrev(torch.sin, chunk_size={size})(x)")
    agree(f"func.vmap(torch.sin, chunk_size={size})(x)")
    for transform in (func.jacfwd, func.hessian):
        with pytest.raises(ValueError, match="`chunk_size` should be greater than 0"):
            transform(rushlight.sin, chunk_size=size)
