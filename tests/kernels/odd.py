"""Native kernels beside their twins in NumPy, on arrays of every kind of memory."""

import numpy as np
import pytest

CLOSE = {
    "float32": {"rtol": 1e-5, "atol": 1e-5},
    "float64": {"rtol": 1e-12, "atol": 1e-12},
    "float16": {"rtol": 1e-2, "atol": 1e-2},
}


def misaligned(a):
    memory = np.empty(a.nbytes + 1, np.uint8)[1:].view(a.dtype).reshape(a.shape)
    memory[...] = a
    return memory


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def strided(a):
    wide = np.zeros((*a.shape, 2), a.dtype)
    if a.dtype.kind in "fc":
        wide += np.nan
    wide[..., 0] = a
    return wide[..., 0]


ODD = {
    "strided": strided,
    "reversed": lambda a: a[..., ::-1].copy()[..., ::-1],
    "transposed": np.asfortranarray,
    "overlapping": lambda a: np.broadcast_to(a[:1], a.shape),
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": read_only,
    "misaligned": misaligned,
    "no samples": lambda a: a[:0],
    "whole numbers": lambda a: (a * 4).astype(np.int64),
    "complex": lambda a: a + 1j * a,
    "half": lambda a: a.astype(np.float16),
}
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 100.0, -100.0, 1e4, -1e4]


def with_special_values(a):
    """The array with one element in three replaced by NaN, infinities, the very small and large."""
    rng = np.random.default_rng(3)
    return np.where(rng.random(a.shape) < 0.3, rng.choice(SPECIAL, a.shape), a).astype(a.dtype)


def outcome(function, args):
    """The results, or the error's type."""
    try:
        with np.errstate(all="ignore"):
            out = function(*args)
    except (TypeError, ValueError, IndexError, Warning) as error:
        return type(error)
    return out if isinstance(out, tuple) else (out,)


def assert_agree(native, twin, args, **close):
    """The same results, dtypes and shapes; the arguments are left as they were."""
    before = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    expected, found = outcome(twin, args), outcome(native, args)
    for a, b in zip(args, before, strict=True):
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
    if isinstance(expected, type):
        assert found is expected
        return
    for x, y in zip(found, expected, strict=True):
        assert (np.shape(x), np.asarray(x).dtype) == (np.shape(y), np.asarray(y).dtype)
        how = CLOSE.get(str(np.asarray(y).dtype.newbyteorder("=")), CLOSE["float64"])
        np.testing.assert_allclose(x, y, **{**how, **close})


def converted(args, change):
    """The arguments with `change` applied to floating arrays."""
    return [
        change(a) if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.ndim else a
        for a in args
    ]


def native_only(native, twin):
    """The mark of tests that the pure build, where the twin does the work, has no use for."""
    return pytest.mark.skipif(native is twin, reason="the pure build has only the twins")
