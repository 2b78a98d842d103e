"""Draws that PyTorch refuses are refused with its error, and leave the stream where it was."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from rushlight.kernels import random as draws
from rushlight.kernels.random import Engine
from tests.kernels.streams import Pair, assert_same, numpy_dtype

torch = pytest.importorskip("torch")

INF, NAN = float("inf"), float("nan")

REFUSALS = [
    ("uniform_", draws.uniform, "float32", (2.0, 1.0)),
    ("uniform_", draws.uniform, "float32", (-1e39, 1.0)),
    ("uniform_", draws.uniform, "float32", (0.0, NAN)),
    ("uniform_", draws.uniform, "float16", (0.0, 1e6)),
    ("uniform_", draws.uniform, "bfloat16", (0.0, 1e39)),
    ("uniform_", draws.uniform, "float32", (-3e38, 3e38)),
    ("uniform_", draws.uniform, "int64", ()),
    ("uniform_", draws.uniform, "bool", ()),
    ("normal_", draws.normal, "float32", (0.0, -1.0)),
    ("normal_", draws.normal, "int64", ()),
    ("log_normal_", draws.log_normal, "float32", (0.0, 0.0)),
    ("log_normal_", draws.log_normal, "int32", ()),
    ("exponential_", draws.exponential, "float32", (0.0,)),
    ("exponential_", draws.exponential, "float32", (NAN,)),
    ("exponential_", draws.exponential, "int32", ()),
    ("cauchy_", draws.cauchy, "float32", (0.0, -0.5)),
    ("cauchy_", draws.cauchy, "int16", ()),
    ("cauchy_", draws.cauchy, "complex64", ()),
    ("geometric_", draws.geometric, "float32", (0.0,)),
    ("geometric_", draws.geometric, "float32", (1.0,)),
    ("geometric_", draws.geometric, "bool", (0.5,)),
    ("bernoulli_", draws.bernoulli, "float32", (1.5,)),
    ("bernoulli_", draws.bernoulli, "float32", (NAN,)),
    ("bernoulli_", draws.bernoulli, "complex64", (0.5,)),
    ("bernoulli_", draws.bernoulli, "uint16", (0.5,)),
    ("random_", draws.integers, "int64", (5, 5)),
    ("random_", draws.integers, "int8", (0, 300)),
    ("random_", draws.integers, "uint8", (-1, 3)),
    ("random_", draws.integers, "uint16", (-1, 3)),
    ("random_", draws.integers, "uint64", (-1, 3)),
    ("random_", draws.integers, "uint64", (5, None)),
    ("random_", draws.integers, "bool", (0, 3)),
    ("random_", draws.integers, "int16", (-(2**20), 3)),
    ("random_", draws.integers, "float16", (0, 70000)),
    ("random_", draws.integers, "float32", (2**25, None)),
    ("random_", draws.integers, "complex64", (0, 4)),
    ("random_", draws.integers, "complex64", (0, None)),
    ("random_", draws.integers, "int32", (-(2**63), None)),
    ("random_", draws.integers, "float16", (-(2**63), None)),
    ("random_", draws.integers_any, "uint16", ()),
    ("random_", draws.integers_any, "complex64", ()),
]


def outcome(function, *arguments):
    """What `function` raises, or None: PyTorch lets some calls pass with nothing to fill."""
    try:
        function(*arguments)
    except (RuntimeError, NotImplementedError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize(
    ("method", "draw", "name", "parameters"),
    REFUSALS,
    ids=[f"{draw.__name__}-{name}-{parameters}" for _, draw, name, parameters in REFUSALS],
)
def test_refusal(method, draw, name, parameters, count):
    pair = Pair()
    theirs = outcome(pair.filled, (count,), name, method, *parameters)
    ours = outcome(draw, pair.ours, (count,), numpy_dtype(name), *parameters)
    assert ours == theirs
    assert count == 0 or theirs is not None
    pair.same_state()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("float32", 2**24 + 1, 2**24 + 5), ("float16", 0, 5000), ("float16", 0, 65504),
     ("float64", -(2**60), 3), ("bfloat16", -1000, 999), ("float32", -(2**26) - 3, 7),
     ("bfloat16", 257, 300), ("float32", 2**24 + 1, 2**25 + 1), ("float16", -4001, 4001)],
)  # fmt: skip
def test_integers_that_a_float_cannot_tell_apart(name, low, high):
    pair = Pair(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        theirs = pair.filled((50,), name, "random_", low, high)
        wanted = [str(each.message).split(" (Triggered")[0] for each in caught]
        caught.clear()
        assert_same(draws.integers(pair.ours, (50,), numpy_dtype(name), low, high), theirs)
        # PyTorch says each warning once a process, so ours may be more
        assert set(wanted) <= {str(each.message) for each in caught}
        assert caught
    pair.same_state()


CALLS = [
    ("normal_around", (np.ones(3, "f4"), -1.0, np.dtype("f4")),
     lambda: torch.normal(torch.ones(3), -1.0)),
    ("normal_around", (np.ones(3), -np.ones(3), np.dtype("f8")),
     lambda: torch.normal(torch.ones(3), -torch.ones(3))),
    ("normal_around", (np.ones(3), np.ones(3, "c8"), np.dtype("f8")),
     lambda: torch.normal(torch.ones(3), torch.ones(3, dtype=torch.complex64))),
    ("normal_around", (np.ones(3, "i8"), 1.0, np.dtype("i8")),
     lambda: torch.normal(torch.ones(3, dtype=torch.int64), 1.0)),
    ("bernoulli_each", ((2,), np.dtype("f4"), np.array([0.5, 2.0])),
     lambda: torch.bernoulli(torch.tensor([0.5, 2.0]))),
    ("bernoulli_each", ((2,), np.dtype("f4"), np.array([0.5, NAN])),
     lambda: torch.bernoulli(torch.tensor([0.5, NAN]))),
    ("bernoulli_each", ((2,), np.dtype("f4"), np.array([1, 0])),
     lambda: torch.empty(2).bernoulli_(torch.tensor([1, 0]))),
    ("poisson", (np.array([-1.0]),), lambda: torch.poisson(torch.tensor([-1.0]))),
    ("poisson", (np.array([NAN]),), lambda: torch.poisson(torch.tensor([NAN]))),
    ("poisson", (np.array([1]),), lambda: torch.poisson(torch.tensor([1]))),
    ("standard_gamma", (np.ones(1, "f2"),),
     lambda: torch._standard_gamma(torch.ones(1, dtype=torch.float16))),
    ("dirichlet", (np.ones(1, "f2"),),
     lambda: torch._sample_dirichlet(torch.ones(1, dtype=torch.float16))),
    ("randperm", (-1, np.dtype("i8")), lambda: torch.randperm(-1)),
    ("randperm", (300, np.dtype("u1")), lambda: torch.randperm(300, dtype=torch.uint8)),
    ("randperm", (2050, np.dtype("f2")), lambda: torch.randperm(2050, dtype=torch.float16)),
    ("randperm", (2**24 + 2, np.dtype("f4")),
     lambda: torch.randperm(2**24 + 2, dtype=torch.float32)),
    ("randperm", (2, np.dtype("?")), lambda: torch.randperm(2, dtype=torch.bool)),
    ("randperm", (2, np.dtype("u2")), lambda: torch.randperm(2, dtype=torch.uint16)),
    *(
        ("multinomial", (np.array(weights), *rest),
         lambda weights=weights, rest=rest: torch.multinomial(torch.tensor(weights), *rest))
        for weights, *rest in [
            ([[[1.0]]], 1), (1.0, 1), ([1, 2], 1), ([1.0], 0), ([1.0], 2), ([0.0, 0.0], 1),
            ([0.0, 0.0], 1, True), ([-1.0, 0.0], 1), ([-1.0, 0.0], 1, True), ([NAN, 0.0], 1),
            ([INF, 0.0], 1, True), ([[1.0], [0.0]], 1), ([0.0, 0.0], 2, True),
            ([-1.0, 2.0], 2, True), ([NAN, 2.0], 2, True), ([INF, 2.0], 2, True),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "theirs"), CALLS)
def test_refused_call(name, arguments, theirs):
    with pytest.raises((RuntimeError, NotImplementedError)) as expected:
        theirs()
    with pytest.raises(expected.type) as ours:
        getattr(draws, name)(Engine(0), *arguments)
    assert str(ours.value) == str(expected.value)
