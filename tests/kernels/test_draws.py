"""Native draws give the numbers of their twins, and leave to them what they do not take."""

import numpy as np
import pytest

from rushlight.kernels import box_muller as plain
from rushlight.kernels import random_normal, random_stream, random_words


def bits():
    engine = np.random.MT19937(0)
    engine._legacy_seeding(7)
    return engine


RANGES = [
    (-0.5, 0.5),
    (2.0, 3.0),
    (-3e38, 3e37),
    (1.0, 1.0),
    (1e-45, 3e-45),
    (16777216.0, 16777218.0),
]


@pytest.mark.parametrize(
    ("name", "bounds"),
    [*((name, ()) for name in ("words32", "words64", "floats", "doubles"))]
    + [("floats_between", bounds) for bounds in RANGES],
)
@pytest.mark.parametrize("count", [0, 1, 5, 1300])
def test_words(name, bounds, count):
    ours, theirs = bits(), bits()
    found = getattr(random_stream, name)(ours, count, *bounds)
    wanted = getattr(random_words, name)(theirs, count, *bounds)
    assert found.dtype == wanted.dtype
    assert found.tolist() == wanted.tolist()
    assert ours.random_raw() == theirs.random_raw()  # the stream goes on from the same place


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("blocks", [0, 1, 3, 4000])
def test_normal_numbers(dtype, blocks):
    uniforms = np.random.default_rng(1).random(16 * blocks).astype(dtype)
    uniforms[:16:5] = 0
    ours, theirs = uniforms.copy(), uniforms.copy()
    random_normal.box_muller(ours, 0.5, 2.0)
    plain.box_muller(theirs, 0.5, 2.0)
    assert ours.tolist() == theirs.tolist()


def test_normal_numbers_of_arrays_with_gaps():
    uniforms = np.random.default_rng(1).random(64).astype("float32")
    wide = np.zeros((64, 2), "float32")
    wide[:, 0] = uniforms
    random_normal.box_muller(wide[:, 0], 0.0, 1.0)
    plain.box_muller(uniforms, 0.0, 1.0)
    assert wide[:, 0].tolist() == uniforms.tolist()
    assert not wide[:, 1].any()


def test_other_generators_are_refused():
    with pytest.raises((AttributeError, ValueError)):
        random_stream.floats(object(), 3)
