"""The engine that the documentation opens with: short, right, and not recursive."""

import doctest
from pathlib import Path

import numpy as np
import pytest

from examples import engine_in_100_lines as engine
from examples.engine_in_100_lines import Tensor, exp, tanh

rng = np.random.default_rng(0)

PROGRAMS = {
    "add": (lambda a, b: a + b, (3, 2), (3, 2)),
    "broadcast rows": (lambda a, b: a * b + b, (3, 2), (2,)),
    "broadcast columns": (lambda a, b: a * b - a, (3, 2), (3, 1)),
    "broadcast a scalar": (lambda a, b: b * a, (3, 2), ()),
    "numbers": (lambda a, b: 3 * a + (b * 0.5 + 1), (2,), (2,)),
    "arrays on the left": (lambda a, b: np.arange(3.0) * a + b, (3,), (3,)),
    "matmul": (lambda a, b: a @ b, (3, 4), (4, 2)),
    "pow": (lambda a, b: (a * a + 1) ** 0.5 * b**3, (4,), (4,)),
    "exp and tanh": (lambda a, b: exp(tanh(a) * b), (5,), (5,)),
    "a value used twice": (lambda a, b: (a * b) * (a * b) + a, (2, 2), (2, 2)),
    "a sum inside": (lambda a, b: a.sum() * b, (3,), (3,)),
}


def by_finite_differences(f, array, step=1e-6):
    gradient = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        kept = array[i]
        array[i] = kept + step
        above = f()
        array[i] = kept - step
        gradient[i] = (above - f()) / (2 * step)
        array[i] = kept
    return gradient


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_agree_with_finite_differences(name):
    program, *shapes = PROGRAMS[name]
    leaves = [Tensor(rng.standard_normal(shape)) for shape in shapes]
    program(*leaves).sum().backward()
    for leaf in leaves:
        expected = by_finite_differences(lambda: program(*leaves).sum().data, leaf.data)
        np.testing.assert_allclose(leaf.grad, expected, rtol=1e-6, atol=1e-8)


def test_gradients_accumulate():
    x = Tensor([1.0, 2.0])
    (x * x).sum().backward()
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]


def test_a_long_chain_needs_no_recursion():
    y = x = Tensor(1.0)
    for _ in range(100_000):
        y = y + 1e-5
    y.backward()
    assert x.grad == 1.0


def test_its_own_example():
    assert doctest.testmod(engine) == (0, 4)


def test_it_is_a_hundred_lines():
    assert len(Path(engine.__file__).read_text().splitlines()) <= 100
