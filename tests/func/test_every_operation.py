"""Every operation under transforms: one sample of each; `python -m tests.func.operations` runs all.

A part of the operations is taken at a time, so that a failure says where to look.
"""

import warnings

import pytest

pytest.importorskip("torch")

from tests.func.operations import CHECKS, Operations, failures

PARTS = 20


@pytest.fixture(scope="module")
def operations():
    return Operations(samples=1, tiers=(1,))


@pytest.mark.parametrize("part", range(PARTS))
def test_transforms_agree_with_a_loop(operations, part):
    names = list(operations.entries)[part::PARTS]
    assert len(names) > 5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the database's and those of operations that loop
        found = [(n, *row) for n in names for row in failures(operations, n, CHECKS)]
    assert not found
