"""Infinity, nan and zero where a formula meets them, against PyTorch."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

INF, NAN = float("inf"), float("nan")
CALLS = {
    "0 ** 0": lambda lib: lib.zeros(3, dtype=lib.complex64) ** lib.zeros(3, dtype=lib.complex64),
    "0 ** some": lambda lib: (
        lib.zeros(3, dtype=lib.complex128) ** lib.tensor([0, 2 + 1j, 1], dtype=lib.complex128)
    ),
    "number ** 0": lambda lib: lib.pow(0j, lib.zeros(2, dtype=lib.complex64)),
    "0 ** number": lambda lib: lib.zeros(2, dtype=lib.complex64) ** 0,
    "True ** True": lambda lib: lib.pow(lib.tensor(True), True),
    "False ** False": lambda lib: lib.tensor(False) ** False,
    "norm": lambda lib: lib.tensor([complex(-INF, 1.5)]).norm(),
    "vector_norm": lambda lib: lib.linalg.vector_norm(lib.tensor([complex(INF, -INF), 1j])),
    "dist": lambda lib: lib.dist(lib.tensor([1j, 2 + 1j]), lib.tensor([0, -INF])),
    "mv": lambda lib: lib.mv(lib.tensor([[INF], [2.0], [NAN]]), lib.tensor([0.0])),
    "vector @ matrix": lambda lib: lib.tensor([0.0]) @ lib.tensor([[INF, 1.0]]),
    "mm": lambda lib: lib.tensor([[0.0]]) @ lib.tensor([[INF, 1.0]]),
    "mm transposed": lambda lib: lib.tensor([[INF], [1.0]]) @ lib.tensor([[0.0]]),
}


@pytest.mark.parametrize("name", CALLS)
def test_values(name):
    ours, theirs = (CALLS[name](lib) for lib in (rushlight, torch))
    assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_distinct_nans():
    x = np.where(np.arange(40) % 7 == 0, NAN, np.arange(40) % 5)
    ours, theirs = (lib.unique(lib.tensor(x), return_inverse=True)[1] for lib in (rushlight, torch))
    assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("name", ["cummax", "cummin"])
def test_a_bad_dim_is_told_before_a_bad_dtype(name):
    errors = []
    for lib in (rushlight, torch):
        with pytest.raises(IndexError) as error:
            getattr(lib, name)(lib.tensor([1j]), 1)
        errors.append(str(error.value))
    assert errors[0] == errors[1]
