"""Every draw gives PyTorch's numbers for the same seed and leaves the stream where PyTorch leaves
it.
"""

from __future__ import annotations

import contextlib
import pickle
import threading

import numpy as np
import pytest

from rushlight.kernels import random as draws
from rushlight.kernels.random import Engine
from tests.kernels.streams import Pair, assert_same, numpy_dtype

torch = pytest.importorskip("torch")

SEEDS = (0, 1, 123456789, 2**32 + 7, 2**63 + 11, -3)
SHAPES = [
    (0,), (1,), (2,), (3,), (5,), (15,), (16,), (17,), (31,), (32,), (100,), (1000,), (), (3, 5),
    (4, 4, 4), (2, 0),
]  # fmt: skip
FLOATS = ("float32", "float64", "float16", "bfloat16")
COMPLEXES = ("complex64", "complex128")
INTS = ("int8", "int16", "int32", "int64", "uint8")
UNSIGNED = ("uint16", "uint32", "uint64")


# the stream


@pytest.mark.parametrize("seed", [*SEEDS, 2**64 - 1, -(2**63), 5489])
def test_seeding(seed):
    pair = Pair(seed)
    assert pair.ours.initial_seed() == pair.theirs.initial_seed()
    pair.same_state()
    pair.same(draws.integers, "random_", (700,), "int64", 0, 2**20)


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError) as theirs:
        torch.Generator().manual_seed(seed)
    with pytest.raises(ValueError) as ours:
        Engine().manual_seed(seed)
    assert str(ours.value) == str(theirs.value)


def test_unseeded_engines():
    assert Engine().initial_seed() == torch.Generator().initial_seed() == draws.DEFAULT_SEED
    engine = Engine()
    assert engine.seed() == engine.initial_seed() != Engine().seed()


@pytest.mark.parametrize("words", [0, 1, 2, 623, 624, 625, 1248, 2000])
def test_state_goes_both_ways(words):
    pair = Pair(3)
    if words:
        torch.empty(words).uniform_(generator=pair.theirs)
    pair.ours.words32(words)
    pair.same_state()
    other = Pair(99)
    other.ours.set_state(pair.theirs.get_state().numpy())
    other.theirs.set_state(torch.from_numpy(pair.ours.get_state()))
    other.same_state()
    assert other.ours.initial_seed() == 3
    other.same(draws.normal, "normal_", (7,), "float64")


def test_state_keeps_the_waiting_normal():
    pair = Pair(5)
    pair.same(draws.normal, "normal_", (3,), "float64")
    assert pair.ours.next_normal is not None
    other = Engine()
    other.set_state(pair.theirs.get_state().numpy())
    assert other.next_normal == pair.ours.next_normal
    assert_same(draws.normal(other, (4,), np.dtype("f4")), pair.filled((4,), "float32", "normal_"))


def test_bad_states():
    good = Engine(1).get_state()
    for bad in (good[:5], np.zeros_like(good)):
        with pytest.raises(RuntimeError) as theirs:
            torch.Generator().set_state(torch.from_numpy(bad))
        with pytest.raises(RuntimeError) as ours:
            Engine().set_state(bad)
        assert str(ours.value) == str(theirs.value)
    with pytest.raises(TypeError, match="RNG state must be a torch"):
        Engine().set_state(good.astype(np.float32))


def test_float_normal_of_a_state_survives():
    """PyTorch's CPU draws never set it, but its state has the place."""
    state = Engine(1).get_state()
    state[5048:5052] = np.frombuffer(np.float32(0.5).tobytes(), np.uint8)
    state[5052] = 1
    engine = Engine()
    engine.set_state(state)
    np.testing.assert_array_equal(engine.get_state(), state)


def test_clone_fork_and_pickle():
    engine = Engine(4)
    draws.normal(engine, (3,), np.dtype("f4"))
    copies = [engine.clone(), pickle.loads(pickle.dumps(engine))]
    with engine.fork():
        expected = draws.normal(engine, (30,), np.dtype("f4"))
    for copy in [*copies, engine]:
        np.testing.assert_array_equal(draws.normal(copy, (30,), np.dtype("f4")), expected)
        assert copy.initial_seed() == 4


def test_fork_restores_after_an_error():
    engine = Engine(4)
    before = engine.get_state()
    with contextlib.suppress(KeyError), engine.fork():
        engine.words32(10)
        raise KeyError
    np.testing.assert_array_equal(engine.get_state(), before)


def test_one_by_one_gives_back_what_was_not_used():
    engine, plain = Engine(4), Engine(4)
    with engine.doubles_one_by_one() as uniform:
        taken = [uniform() for _ in range(1000)]
    assert taken == plain.doubles(1000).tolist()
    np.testing.assert_array_equal(engine.get_state(), plain.get_state())
    with Engine(4).doubles_one_by_one():
        pass


def test_threads_share_the_stream_without_losing_words():
    engine, parts = Engine(8), []

    def work():
        for _ in range(200):
            parts.append(draws.normal(engine, (5,), np.dtype("f8")))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = np.concatenate([draws.normal(alone, (5,), np.dtype("f8"))
                            for alone in [Engine(8)] for _ in range(800)])  # fmt: skip
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.sort(whole))


# draws of one parameter set, over shapes, dtypes and seeds

ROWS = [
    ("uniform_", draws.uniform, FLOATS + COMPLEXES, [(), (-0.1, 0.1), (-1 / 3, 0.7), (2.0, 2.0)]),
    ("normal_", draws.normal, FLOATS + COMPLEXES, [(), (2.0, 0.5), (-1 / 3, 0.7), (1.0, 0.0)]),
    ("log_normal_", draws.log_normal, FLOATS, [(), (-1.5, 0.3)]),
    ("exponential_", draws.exponential, FLOATS, [(), (0.3,), (7.0,), (float("inf"),)]),
    ("cauchy_", draws.cauchy, FLOATS, [(), (-1.5, 0.3)]),
    ("geometric_", draws.geometric, FLOATS + INTS, [(0.5,), (0.2,), (0.99,)]),
    ("bernoulli_", draws.bernoulli, FLOATS + INTS + ("bool",), [(0.5,), (0.1,), (0.0,), (1.0,)]),
    ("random_", draws.integers_any, FLOATS + INTS + ("bool",), [()]),
    ("random_", draws.integers, FLOATS + INTS + UNSIGNED, [(0, 10), (3, 100)]),
    ("random_", draws.integers, ("bool",), [(0, 1), (0, 2), (1, 2), (0, None), (1, None)]),
    ("random_", draws.integers, ("int8", "int16", "int32", "int64"), [(-100, 27), (-5, None)]),
    ("random_", draws.integers, ("uint8", "uint16", "uint32"), [(5, None), (0, 255)]),
    ("random_", draws.integers, ("int32", "int64", "uint32"), [(0, 2**28 - 1), (0, 2**28)]),
    ("random_", draws.integers, ("int64",), [(-(2**40), 2**41), (-(2**63), 2**63 - 1)]),
    ("random_", draws.integers, ("int64", "float32", "float64", "bfloat16"), [(-(2**63), None)]),
    ("random_", draws.integers, ("float32",), [(2**24, 2**24 + 1), (-(2**24), 2**24), (5, None)]),
    ("random_", draws.integers, ("float16", "bfloat16"), [(-256, 256), (7, None)]),
    ("random_", draws.integers, ("float64",), [(0, 2**53), (-(2**53), 9), (9, None)]),
]
CASES = [
    pytest.param(method, draw, name, parameters, id=f"{draw.__name__}-{name}-{parameters}")
    for method, draw, names, choices in ROWS
    for name in names
    for parameters in choices
]


@pytest.mark.parametrize(("method", "draw", "name", "parameters"), CASES)
def test_draw(method, draw, name, parameters):
    for seed in SEEDS[:3]:
        pair = Pair(seed)
        for shape in SHAPES:
            pair.same(draw, method, shape, name, *parameters)


@pytest.mark.parametrize("name", [*FLOATS, *COMPLEXES])
def test_normal_of_many(name):
    """Past the size that is worked on at a time; every number to the last bit."""
    pair = Pair(7)
    for count in (2**15, 2**15 + 1, 100_003):
        pair.same(draws.normal, "normal_", (count,), name, 0.25, 1.5)


@pytest.mark.parametrize("name", FLOATS)
def test_uniform_leaves_out_the_end(name):
    """In half precision rounding reaches the end; PyTorch then gives the start."""
    pair = Pair(7)
    pair.same(draws.uniform, "uniform_", (20_000,), name)
    pair.same(draws.uniform, "uniform_", (20_000,), name, 0.1, 0.3)
    assert (draws.uniform(pair.ours, (20_000,), numpy_dtype(name)) < 1).all()


@pytest.mark.filterwarnings("error")
def test_overflow_is_silent():
    Pair(7).same(draws.log_normal, "log_normal_", (100,), "float32", 0.0, 100.0)
    Pair(7).same(draws.log_normal, "log_normal_", (100,), "float64", 0.0, 1000.0)
    Pair(7).same(draws.cauchy, "cauchy_", (100,), "float16", 0.0, 1e6)
    Pair(7).same(draws.normal, "normal_", (100,), "float16", 0.0, 1e5)
    Pair(7).same(draws.normal, "normal_", (100,), "float32", 0.0, 3e38)


def test_extreme_uniform():
    Pair(7).same(draws.uniform, "uniform_", (100,), "float64", -1e307, 1e308)
    Pair(7).same(draws.uniform, "uniform_", (100,), "float32", -1e38, 2e38)


MIXED = [
    ("normal_", draws.normal, "float64", (3,), ()),
    ("normal_", draws.normal, "float32", (3,), (1.0, 2.0)),
    ("uniform_", draws.uniform, "float32", (5,), ()),
    ("normal_", draws.normal, "float32", (17,), ()),
    ("normal_", draws.normal, "float16", (2,), ()),
    ("log_normal_", draws.log_normal, "float64", (7,), ()),
    ("random_", draws.integers, "int64", (5,), (0, 2**40)),
    ("bernoulli_", draws.bernoulli, "float32", (9,), (0.3,)),
    ("normal_", draws.normal, "complex64", (3,), ()),
    ("normal_", draws.normal, "bfloat16", (18,), ()),
    ("exponential_", draws.exponential, "float32", (11,), ()),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_mixed_sequence(seed):
    pair, order = Pair(seed), np.random.default_rng(seed & 0xFF).integers(len(MIXED), size=80)
    for method, draw, name, shape, parameters in (MIXED[i] for i in order):
        pair.same(draw, method, shape, name, *parameters)


# draws with a parameter per element


@pytest.mark.parametrize("name", FLOATS)
def test_normal_around(name):
    dtype = numpy_dtype(name)
    for shape in SHAPES:
        mean = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape).astype(dtype)
        std = np.linspace(0, 2, int(np.prod(shape))).reshape(shape).astype(dtype)
        tensors = [torch.tensor(a.astype("f8"), dtype=getattr(torch, name)) for a in (mean, std)]
        pair = Pair(2)
        for arrays, arguments in (
            ((mean, 0.7), (tensors[0], 0.7)),
            ((0.3, std), (0.3, tensors[1])),
            ((mean, std), tuple(tensors)),
        ):
            theirs = torch.normal(*arguments, generator=pair.theirs)
            assert_same(draws.normal_around(pair.ours, *arrays, dtype), theirs)
            pair.same_state()


def test_normal_around_broadcasts_and_promotes():
    pair = Pair(2)
    mean, std = np.arange(20.0, dtype="f4").reshape(20, 1), np.array([0.1, 2.0, 3.0])
    theirs = torch.normal(torch.tensor(mean), torch.tensor(std), generator=pair.theirs)
    assert_same(draws.normal_around(pair.ours, mean, std, mean.dtype), theirs)


@pytest.mark.parametrize("p_name", FLOATS)
@pytest.mark.parametrize("name", ["float32", "int64", "bool", "float16"])
def test_bernoulli_each(name, p_name):
    pair = Pair(6)
    for shape in SHAPES:
        p = np.linspace(0, 1, int(np.prod(shape))).reshape(shape).astype(numpy_dtype(p_name))
        tensor = torch.tensor(p.astype("f8"), dtype=getattr(torch, p_name))
        theirs = pair.filled(shape, name, "bernoulli_", tensor)
        assert_same(draws.bernoulli_each(pair.ours, shape, numpy_dtype(name), p), theirs)
        pair.same_state()


@pytest.mark.parametrize("name", FLOATS)
def test_poisson(name):
    pair = Pair(6)
    rates = np.array([0, 1e-3, 0.5, 3, 9.5, 10, 12, 50, 200, 1000] * 40).astype(numpy_dtype(name))
    tensor = torch.tensor(rates.astype("f8"), dtype=getattr(torch, name))
    for _ in range(3):
        assert_same(draws.poisson(pair.ours, rates), torch.poisson(tensor, generator=pair.theirs))
        pair.same_state()


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_standard_gamma(name):
    """The C library's pow and ours may differ in the last bit of a double; the stream may not."""
    pair = Pair(6)
    shapes = np.array([0, 1e-3, 0.3, 0.999, 1, 1.5, 3, 10, 250, -1] * 40, name)
    for _ in range(3):
        theirs = torch._standard_gamma(torch.from_numpy(shapes), generator=pair.theirs)
        assert_same(draws.standard_gamma(pair.ours, shapes), theirs)
        pair.same_state()


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_dirichlet(name):
    pair = Pair(6)
    shapes = np.array([[0.3, 1, 5], [2, 2, 2], [1e-3, 9, 1]] * 20, name)
    theirs = torch._sample_dirichlet(torch.from_numpy(shapes), generator=pair.theirs)
    assert_same(draws.dirichlet(pair.ours, shapes), theirs)
    pair.same_state()


# permutations and choices


@pytest.mark.parametrize("name", [*INTS, *FLOATS])
def test_randperm(name):
    pair = Pair(9)
    for n in (0, 1, 2, 3, 16, 100, 128):
        theirs = torch.randperm(n, dtype=getattr(torch, name), generator=pair.theirs)
        assert_same(draws.randperm(pair.ours, n, numpy_dtype(name)), theirs)
        pair.same_state()


def test_long_randperm():
    pair = Pair(9)
    theirs = torch.randperm(50_000, generator=pair.theirs)
    assert_same(draws.randperm(pair.ours, 50_000, np.dtype("i8")), theirs)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("shape", [(1,), (7,), (100,), (5, 7), (3, 1000), (40, 1)])
def test_multinomial(name, replacement, shape):
    weights = np.random.default_rng(0).random(shape).astype(numpy_dtype(name))
    tensor = torch.tensor(weights.astype("f8"), dtype=getattr(torch, name))
    pair = Pair(9)
    for count in (1, min(3, shape[-1]), shape[-1], 50):
        if replacement or count <= shape[-1]:
            theirs = torch.multinomial(tensor, count, replacement, generator=pair.theirs)
            ours = draws.multinomial(pair.ours, weights, count, replacement)
            if weights.dtype.itemsize > 2 or replacement or shape[-1] < 10:
                assert_same(ours, theirs)
            else:  # quotients in half precision tie, and PyTorch's sort leaves ties anyhow
                np.testing.assert_array_equal(ours[..., :3], theirs.numpy()[..., :3])
            pair.same_state()


@pytest.mark.parametrize("replacement", [False, True])
def test_multinomial_of_turned_weights_with_zeros(replacement):
    weights = np.random.default_rng(0).random((9, 6)).T
    weights[:, [0, 4, 8]] = 0
    pair = Pair(9)
    for count in (1, 6):
        tensor = torch.from_numpy(weights)
        theirs = torch.multinomial(tensor, count, replacement, generator=pair.theirs)
        assert_same(draws.multinomial(pair.ours, weights, count, replacement), theirs)
        pair.same_state()


def test_multinomial_of_no_rows():
    assert draws.multinomial(Engine(0), np.ones((0, 3)), 2).shape == (0, 2)


# targets of any strides

TARGETS = [
    ("transposed", lambda t: t.reshape(6, 8).T),
    ("permuted", lambda t: t.reshape(2, 4, 6).transpose(2, 0, 1)),
    ("every other column", lambda t: t.reshape(6, 8)[:, ::2]),
    ("transposed part", lambda t: t.reshape(6, 8)[1:5, 1:4].T),
    ("a row of length one", lambda t: t.reshape(6, 8)[:, 3:4].T),
    ("small", lambda t: t.reshape(6, 8)[:3, :2].T),
]
FILLS = [
    ("uniform_", draws.uniform, "float32", (0.5, 2.0)),
    ("normal_", draws.normal, "float32", ()),
    ("normal_", draws.normal, "float64", (1.0, 3.0)),
    ("normal_", draws.normal, "complex64", (1.0,)),
    ("random_", draws.integers, "int64", (0, 100)),
    ("bernoulli_", draws.bernoulli, "float32", (0.4,)),
    ("exponential_", draws.exponential, "float64", ()),
]


def same_view(array: np.ndarray):
    """A tensor on a copy of the memory of `array`, with its shape and strides."""
    base = array
    while base.base is not None:
        base = base.base
    offset = (array.ctypes.data - base.ctypes.data) // array.itemsize
    strides = [step // array.itemsize for step in array.strides]
    return torch.from_numpy(base.copy()).as_strided(array.shape, strides, offset)


@pytest.mark.parametrize("view", [view for _, view in TARGETS], ids=[name for name, _ in TARGETS])
@pytest.mark.parametrize(("method", "draw", "name", "parameters"), FILLS)
def test_fill(view, method, draw, name, parameters):
    pair = Pair(3)
    target = view(np.zeros(48, name))
    theirs = same_view(target)
    for _ in range(2):
        getattr(theirs, method)(*parameters, generator=pair.theirs)
        draws.fill(pair.ours, target, draw, *parameters)
        assert_same(target, theirs)
        pair.same_state()


@pytest.mark.parametrize("view", [view for _, view in TARGETS], ids=[name for name, _ in TARGETS])
def test_fill_with_a_probability_per_element(view):
    pair = Pair(3)
    target = view(np.zeros(48, "f4"))
    p = np.linspace(0, 1, target.size, dtype="f4").reshape(target.shape)
    theirs = same_view(target).bernoulli_(torch.from_numpy(p), generator=pair.theirs)
    draws.fill(pair.ours, target, draws.bernoulli_each, p)
    assert_same(target, theirs)


@pytest.mark.parametrize("turned", [False, True])
def test_dropout_is_a_bernoulli_mask(turned):
    """noise = like(input).bernoulli_(1 - p) / (1 - p); output = input * noise."""
    values = np.random.default_rng(0).random((6, 8), np.float32)
    values = values.T if turned else values
    for p in (0.1, 0.5, 0.9):
        torch.manual_seed(3)
        theirs = torch.nn.functional.dropout(torch.from_numpy(values), p)
        noise = np.empty_like(values)
        draws.fill(Engine(3), noise, draws.bernoulli, 1 - p)
        noise /= np.float32(1 - p)
        assert_same(values * noise, theirs)


@pytest.mark.parametrize("like", ["rand_like", "randn_like"])
def test_like_follows_the_memory(like):
    values = np.zeros((8, 6), np.float32).T
    torch.manual_seed(3)
    theirs = getattr(torch, like)(torch.from_numpy(values))
    ours = np.empty_like(values)
    draws.fill(Engine(3), ours, draws.uniform if like == "rand_like" else draws.normal)
    assert_same(ours, theirs)


# without an oracle


def test_default_engine_is_one_per_process():
    from rushlight.kernels.random_stream import default_engine

    assert draws.default_engine is default_engine
    assert isinstance(default_engine, Engine)


@pytest.mark.parametrize("draw", [draws.uniform, draws.normal, draws.exponential])
def test_results_are_new_contiguous_arrays(draw):
    result = draw(Engine(0), (3, 7), np.dtype("f4"))
    assert result.flags.c_contiguous
    assert result.flags.writeable
