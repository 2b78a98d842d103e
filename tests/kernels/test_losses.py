"""The native elementwise losses against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import curves, losses, rows
from tests.kernels.odd import (
    ODD,
    assert_agree,
    converted,
    misaligned,
    native_only,
    strided,
    with_special_values,
)

pytestmark = native_only(curves.mse, losses.mse)

LOSSES = {
    "mse": [()],
    "smooth_l1": [(1.0,), (0.3,)],
    "huber": [(1.0,), (0.3,)],
    "bce": [()],
    "bce_with_logits": [()],
}
CASES = [(name, params) for name, choices in LOSSES.items() for params in choices]


def arrays_for(name, shape, dtype="float64"):
    rng = np.random.default_rng(0)
    if name == "bce":
        return [rng.random(shape).astype(dtype), rng.random(shape).astype(dtype)]
    return [(rng.standard_normal(shape) * 2).astype(dtype) for _ in range(2)]


def agree(name, arrays, params, **close):
    native, twin = getattr(curves, name), getattr(losses, name)
    assert_agree(native.each, twin.each, [*arrays, *params], **close)
    assert_agree(native.total, twin.total, [*arrays, *params], **close)
    assert_agree(native.gradient, twin.gradient, [0.25, *arrays, *params], **close)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 5), (1023,), (300, 1000)], ids=str)
@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_losses_agree_with_numpy(name, params, shape, dtype):
    agree(name, arrays_for(name, shape, dtype), params)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_losses_of_odd_arrays(name, params, odd):
    close = {"rtol": 0.02, "atol": 0.5} if odd == "half" else {}
    agree(name, converted(arrays_for(name, (6, 5, 2)), ODD[odd]), params, **close)


@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_losses_of_special_values(name, params):
    x, t = arrays_for(name, (90,))
    if name == "bce":  # the rest is refused at the door of the operation
        x[:4], x[5] = [0, 1, 1e-320, 1 - 1e-16], np.nan
    else:
        x = with_special_values(x)
    native, twin = getattr(curves, name), getattr(losses, name)
    assert_agree(native.each, twin.each, [x, t, *params])
    assert_agree(native.gradient, twin.gradient, [2.0, x, t, *params])


def test_two_shapes_or_dtypes_are_left_to_numpy():
    x, t = arrays_for("mse", (4, 5))
    for pair in ((x, t[:1]), (x, t.astype(np.float32)), (x, np.asfortranarray(t))):
        agree("mse", pair, ())


def test_losses_of_classes():
    x = np.random.default_rng(0).standard_normal((6, 5))
    target = np.array([0, 4, 2, 2, 1, 3])
    for scores in (x, x.astype(np.float32), x.astype(np.float16)):
        for change in ODD.values():
            args = [*converted([scores], change), target]
            if len(args[0]) == len(target):
                assert_agree(rows.class_losses, losses.class_losses, args)
    np.testing.assert_array_equal(rows.class_losses(x, target), -x[range(6), target])
    for odd in (misaligned(target), strided(target), target[::-1]):
        assert_agree(rows.class_losses, losses.class_losses, [x, odd])


@pytest.mark.parametrize(
    "target", [[-1, 0], [0, 5], [-100, 0], [0], [], [2**62, 0], [[0, 1]]], ids=str
)
def test_classes_that_do_not_exist_are_declined(target):
    x = np.zeros((2, 5))
    assert rows.class_losses(x, np.array(target, np.int64)) is None
    assert losses.class_losses(x, np.array(target, np.int64)) is None
