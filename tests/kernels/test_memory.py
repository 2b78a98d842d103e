"""Memory of large results is kept for the next ones, within limits, and holds what it should."""

import gc

import numpy as np
import pytest

import rushlight
from rushlight.kernels import memory

native = pytest.mark.skipif(
    memory.memory_stats()["kept_bytes.limit"] == 0, reason="the pure build keeps nothing"
)
MANY = 1 << 20


@pytest.fixture
def fresh():
    """Nothing kept before or after, and the limit as it was."""
    limit = memory.memory_stats()["kept_bytes.limit"]
    gc.collect()
    memory.empty_cache()
    yield memory.memory_stats()
    memory.set_memory_limit(limit)
    memory.empty_cache()


def grown(before):
    return {key: value - before[key] for key, value in memory.memory_stats().items()}


def handler(array):
    return np._core.multiarray.get_handler_name(array)


@native
def test_a_block_is_used_again(fresh):
    x = rushlight.ones(MANY)
    where = (x + x).numpy().ctypes.data  # freed at once
    assert grown(fresh)["kept_bytes"] == 4 * MANY
    y = x + x
    assert y.numpy().ctypes.data == where
    assert where % 64 == 0
    counts = grown(fresh)
    assert (counts["allocated_bytes"], counts["kept_bytes"]) == (4 * MANY, 0)
    assert (counts["blocks.made"], counts["blocks.reused"]) == (1, 1)
    assert y.sum() == 2 * MANY


@native
def test_used_and_kept_together_never_exceed_what_was_used(fresh):
    x = rushlight.ones(3 * MANY)
    draw = np.random.default_rng(0)
    held, most = [], 0
    for n in draw.integers(MANY // 8, 3 * MANY, 60):
        held.append(x[:n] + 1)
        counts = grown(fresh)
        most = max(most, counts["allocated_bytes"])
        assert counts["allocated_bytes"] + counts["kept_bytes"] <= most
        if len(held) > 5:
            del held[int(draw.integers(6))]
    assert all(bool((t == 2).all()) for t in held)


@native
def test_the_limit_holds(fresh):
    memory.set_memory_limit(5 * MANY)
    x = rushlight.ones(MANY)
    a, b = x + 1, x + 2
    del a, b
    assert grown(fresh)["kept_bytes"] == 4 * MANY
    memory.set_memory_limit(0)
    assert grown(fresh)["kept_bytes"] == 0
    del x
    c = rushlight.ones(MANY) * 3
    del c
    assert memory.memory_stats()["kept_bytes"] == 0


@native
def test_arrays_of_others_stay_with_their_handler():
    x = rushlight.ones(MANY)
    ours = (x + x).array
    theirs = np.ones(MANY, np.float32) + 1
    assert handler(ours) == "rushlight"
    assert handler(theirs) == "default_allocator"
    assert handler(rushlight.ones(3).exp().array) == "default_allocator"


@native
def test_a_kept_block_may_be_resized():
    array = memory.lasting(np.arange, (MANY,))
    array.resize(2 * MANY, refcheck=False)
    assert (array[MANY - 1], array[MANY], array[-1]) == (MANY - 1, 0, 0)
    array.resize(10, refcheck=False)
    assert array.tolist() == list(range(10))
    small = memory.lasting(np.arange, (10,))
    small.resize(MANY, refcheck=False)
    assert (small[9], small[10], small[-1]) == (9, 0, 0)


@native
def test_zeros_are_zeros_in_kept_memory(fresh):
    x = memory.lasting(np.full, (MANY, 7.0))
    del x
    assert not memory.lasting(np.zeros, (MANY,)).any()


@native
def test_the_peak_starts_anew(fresh):
    x = rushlight.ones(MANY) + 1
    del x
    memory.reset_peak_memory_stats()
    counts = memory.memory_stats()
    assert counts["allocated_bytes.peak"] == counts["allocated_bytes"]


def test_functions_run_and_fail_as_without():
    for run in (memory.lasting, memory.lasting_if_large):
        assert run(np.add, (1, 2)) == 3
        with pytest.raises(ValueError, match="broadcast"):
            run(np.add, (np.ones(MANY), np.ones(3)))
    assert list(memory.memory_stats()) == list(memory.COUNTS)


def test_names_are_public():
    assert rushlight.memory_stats is memory.memory_stats
    assert rushlight.empty_cache is memory.empty_cache
    assert rushlight.set_memory_limit is memory.set_memory_limit
    assert rushlight.reset_peak_memory_stats is memory.reset_peak_memory_stats


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "complex128", "bool"])
@pytest.mark.parametrize("shape", [(), (3, 4), (300, 700)], ids=str)
def test_copies(shape, dtype):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    odd = [x, x.T, x[::-1], np.asfortranarray(x)] if shape else [x]
    for a in (*odd, np.broadcast_to(x.dtype.type(2), shape), np.broadcast_to(x, (2, *shape))):
        copy = memory.copied(a)
        assert copy.flags.owndata
        np.testing.assert_array_equal(copy, a, strict=True)
    assert memory.copied(x).strides == x.strides
    assert memory.copied(x.T).strides == x.T.strides
