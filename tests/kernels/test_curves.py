"""The native activations against their twins in NumPy."""

import numpy as np
import pytest

from rushlight.kernels import activations, curves, error_function
from tests.kernels.odd import ODD, assert_agree, converted, native_only, with_special_values

pytestmark = native_only(curves.gelu, activations.gelu)

PARAMS = {
    "softplus": [(1, 20), (2.5, 3.0)],
    "elu": [(1.0, 1, 1), (1.67, 1.05, 1), (0.5, 1, 2.0), (-0.5, 1, -2.0)],
    "leaky_relu": [(0.01,), (-1.5,), (3.0,)],
    "hardtanh": [(-1.0, 1.0), (0.0, 6.0), (2, 2)],
    "threshold": [(0,), (0.5,)],
}
TWINS = {f.__name__: f for f in vars(activations).values() if hasattr(f, "__code__")}
NAMES = ["erf", *sorted(TWINS.keys() - {"real", "sigmoid"})]
CASES = [(name, p) for name in NAMES for p in PARAMS.get(name.removesuffix("_gradient"), [()])]


def twin_of(name):
    return error_function.erf if name == "erf" else getattr(activations, name)


def arrays_for(name, params, shape, dtype="float64"):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal(shape) * 3, rng.standard_normal(shape)
    arrays = [g.astype(dtype), x.astype(dtype)] if name.endswith("_gradient") else [x.astype(dtype)]
    return [*arrays, *params]


def test_all_activations_have_native_forms():
    assert not [name for name in NAMES if getattr(curves, name) is twin_of(name)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_curves_agree_with_numpy(name, params, dtype):
    for shape in ((), (1,), (3, 5), (1009,)):
        assert_agree(getattr(curves, name), twin_of(name), arrays_for(name, params, shape, dtype))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_curves_of_odd_arrays(name, params, odd):
    args = converted(arrays_for(name, params, (6, 5, 2)), ODD[odd])
    assert_agree(getattr(curves, name), twin_of(name), args)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_curves_of_special_values(name, params, dtype):
    (*arrays,) = converted(arrays_for(name, params, (50, 7), dtype), with_special_values)
    assert_agree(getattr(curves, name), twin_of(name), arrays)


@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
def test_results_lie_in_memory_as_the_input_does(name, params):
    args = arrays_for(name, params, (2, 3, 4))
    args = converted(args, lambda a: np.ascontiguousarray(a.transpose(2, 0, 1)).transpose(1, 2, 0))
    assert getattr(curves, name)(*args).strides == args[0].strides


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_gradient")])
def test_one_cotangent_for_all(name):
    params = PARAMS.get(name.removesuffix("_gradient"), [()])[0]
    _, x, *_ = arrays_for(name, params, (7, 300))
    g = np.broadcast_to(np.float64(1.5), x.shape)
    assert_agree(getattr(curves, name), twin_of(name), [g, x, *params])


def test_several_threads_and_chunks():
    x = np.random.default_rng(0).standard_normal(1 << 18).astype(np.float32)
    assert_agree(curves.gelu, activations.gelu, [x])
    assert_agree(curves.silu_gradient, activations.silu_gradient, [x[::-1].copy(), x])


def test_arguments_that_are_no_arrays_or_numbers():
    with pytest.raises((TypeError, AttributeError)):
        curves.gelu([1.0])
    with pytest.raises(TypeError):
        curves.leaky_relu(np.ones(2), "slope")
