"""Printed tensors are PyTorch's to the character."""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rushlight.kernels import dtypes
from rushlight.tensor import printing

torch = pytest.importorskip("torch")

FLOATS = ["float16", "float32", "float64"]
INTS = ["uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]


@dataclass(eq=False)
class Tensor:
    """What printing needs of a tensor."""

    array: np.ndarray
    requires_grad: bool = False
    grad_fn: object = None

    @property
    def dtype(self):
        return dtypes.of(self.array.dtype)

    def __repr__(self):
        return printing.tensor_repr(self)

    def __format__(self, spec):
        return printing.tensor_format(self, spec)


class MyT(Tensor):
    pass


class TheirMyT(torch.Tensor):
    pass


def assert_same(array, **flags):
    """Ours and PyTorch's text of the array are equal."""
    theirs = torch.from_numpy(array.copy())
    if flags.get("requires_grad"):
        theirs.requires_grad_()
    assert repr(Tensor(array, **flags)) == repr(theirs)


@pytest.fixture
def set_options():
    """set_printoptions on both sides, undone after the test."""

    def set_both(*args, **kwargs):
        printing.set_printoptions(*args, **kwargs)
        torch.set_printoptions(*args, **kwargs)

    yield set_both
    set_both(profile="default")


def samples(dtype, shape, seed=0):
    """Numbers of the dtype in a modest range."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype in INTS:
        info = np.iinfo(dtype)
        return rng.integers(max(info.min, -1000), min(info.max, 1000), shape, dtype=dtype)
    values = rng.normal(size=shape) * 10
    if dtype.startswith("complex"):
        values = values + 1j * rng.normal(size=shape)
    return np.asarray(values).astype(dtype)


SHAPES = [
    (), (1,), (5,), (40,), (1000,), (1001,), (0,), (0, 3), (2, 0), (3, 4), (1, 1), (2, 3, 4),
    (2, 1, 3, 2), (7, 200), (200, 7), (1001, 1), (1, 1001), (12, 12, 12), (2, 2, 400),
    (6, 7, 6, 7), (30, 40),
]  # fmt: skip
DTYPES = ["bool", *INTS, *FLOATS, "complex64", "complex128"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_and_dtypes(dtype, shape):
    assert_same(samples(dtype, shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (9,), (3, 0), (30, 40)], ids=str)
def test_requires_grad(shape, dtype):
    assert_same(samples(dtype, shape), requires_grad=True)


INTERESTING = [
    [0.0], [-0.0], [-0.0, 1.0], [-0.0, 1e-8], [math.nan], [math.inf], [-math.inf, math.nan, 0.0],
    [math.inf, 1.0], [math.inf, 1.5], [math.inf, 1e10], [1e8], [1.5e8], [100000001.0], [1e-4],
    [9.9e-5], [1.0, 1000.0], [1.0, 1001.0], [0.5, 501.0], [1e10, 1.0], [1e10, 1e-10], [100000.5],
    [0.1, -1.0], [-1.0, 2.0], [1e308, 5e-324], [1e-320], [9.99995], [0.00005, 0.05], [999.99995],
    [-1e100], [1.0, -1234567.0], [2.5, 0.0, math.nan], [1e5 + 0.5, 1.0],
]  # fmt: skip


@pytest.mark.parametrize("values", INTERESTING, ids=str)
def test_notations(values):
    assert_same(np.array(values))
    assert_same(np.array(values * 9).reshape(3, -1))
    for value in values:
        assert_same(np.array(value))
        assert_same(np.array(complex(value, values[0])))
    with np.errstate(over="ignore"):
        assert_same(np.array(values, np.float32))
    pairs = [complex(a, b) for a in values for b in values]
    assert_same(np.array(pairs))


@pytest.mark.parametrize("values", [[2**63 - 1, -(2**63)], [0, -1, 10], [7]], ids=str)
def test_integers(values):
    assert_same(np.array(values))


def test_uint64_is_not_wrapped():
    assert_same(np.array([2**64 - 1, 0], np.uint64))


def test_strides_do_not_matter():
    base = samples("float32", (50, 60))
    for view in (base.T, base[:, 3], base[::7, ::2], np.broadcast_to(base[0], (40, 60))):
        assert_same(view)


def test_bfloat16():
    pytest.importorskip("ml_dtypes")
    for values in INTERESTING[:24]:
        with np.errstate(over="ignore"):
            array = np.array(values).astype(dtypes.bfloat16.numpy)
        assert repr(Tensor(array)) == repr(torch.tensor(values).to(torch.bfloat16))
    scalar = Tensor(np.array(1.5, dtypes.bfloat16.numpy))
    assert f"{scalar:.3f}" == f"{torch.tensor(1.5, dtype=torch.bfloat16):.3f}"


shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=9)
exponents = st.integers(-46, 38)


@st.composite
def floats(draw, dtype):
    """Arrays whose magnitudes stay near each other, or do not."""
    scale, spread = draw(exponents), draw(st.sampled_from([0, 1, 3, 8, 30]))
    element = st.builds(
        lambda m, e: m * 10.0 ** (scale + e),
        st.sampled_from([1.0, -1.0, 2.0, 0.0, 1.5, -9.9999, 9.99995, 3.14159265, 1e-3, 7.0]),
        st.integers(-spread, spread),
    )
    odd = st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf])
    kind = draw(st.sampled_from([element, element | odd, st.floats(width=64)]))
    with np.errstate(over="ignore"):
        return draw(hnp.arrays(np.float64, draw(shapes), elements=kind)).astype(dtype)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FLOATS).flatmap(floats))
def test_any_float(array):
    assert_same(array)


@settings(max_examples=60, deadline=None)
@given(floats("float64"), st.data())
def test_any_complex(real, data):
    imag = data.draw(hnp.arrays(np.float64, real.shape, elements=st.floats()))
    array = np.empty(real.shape, np.complex128)
    array.real, array.imag = real, imag
    assert_same(array)


option_values = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 9),
        "threshold": st.sampled_from([0, 3, 20, math.inf]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.sampled_from([1, 20, 40, 80, 200]),
        "profile": st.sampled_from(["default", "short", "full", "unknown"]),
        "sci_mode": st.sampled_from([True, False]),
    },
)


@settings(max_examples=150, deadline=None)
@given(option_values, floats("float64"), st.sampled_from([np.float32, np.int64, np.complex64]))
def test_any_options(chosen, array, dtype):
    with np.errstate(all="ignore"):
        array = array.astype(dtype)
    with printing.printoptions(**chosen), torch._tensor_str.printoptions(**chosen):
        assert printing.get_printoptions() == torch._tensor_str.get_printoptions()
        assert_same(array)
        assert_same(array, requires_grad=dtype is not np.int64)
    assert printing.get_printoptions() == torch._tensor_str.get_printoptions()


def test_options_persist_but_sci_mode_does_not(set_options):
    array = np.array([1.23456, 2.0])
    for chosen in (
        {"sci_mode": True}, {"precision": 2}, {"profile": "short"}, {"profile": "full"},
        {"profile": "Short", "linewidth": 40},
    ):  # fmt: skip
        set_options(**chosen)
        assert printing.get_printoptions() == torch._tensor_str.get_printoptions()
        assert_same(array)
    set_options(3, 5, 1, 30, None, True)
    assert_same(np.arange(12.0))


def test_options_come_back_after_an_error():
    before = printing.get_printoptions()
    with pytest.raises(KeyError), printing.printoptions(precision=1):
        raise KeyError
    assert printing.get_printoptions() == before


@pytest.mark.parametrize("default", ["float16", "bfloat16", "float32", "float64"])
def test_dtype_is_shown_unless_default(default):
    try:
        dtypes.set_default_dtype(getattr(dtypes, default))
        torch.set_default_dtype(getattr(torch, default))
        for dtype in DTYPES:
            assert_same(samples(dtype, (2, 2)))
            assert_same(samples(dtype, (0,)))
    finally:
        dtypes.set_default_dtype(dtypes.float32)
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 8, 9, 12, 13])
def test_grad_fn(size):
    x = torch.linspace(0.1, 3, size, requires_grad=True)
    for theirs in (x * 2, (x * 2).double().exp(), (x * 2).sum()):
        node = SimpleNamespace(name=theirs.grad_fn.name)
        ours = Tensor(theirs.detach().numpy(), requires_grad=True, grad_fn=node)
        assert repr(ours) == repr(theirs)


def test_grad_fn_that_cannot_be_told():
    class Spoilt(Tensor):
        @property
        def grad_fn(self):
            raise RuntimeError("a view was modified")

        @grad_fn.setter
        def grad_fn(self, value):
            pass

    assert repr(Spoilt(np.array([1.0]))) == "Spoilt([1.], dtype=torch.float64, grad_fn=<Invalid>)"


def test_subclasses_print_their_name():
    for array in (samples("float32", (40,)), samples("float64", (3, 0)), np.float32(2)):
        array = np.asarray(array)
        ours = repr(MyT(array)).replace("MyT", "TheirMyT")
        assert ours.split() == repr(torch.from_numpy(array).as_subclass(TheirMyT)).split()
    array = np.ones(2, np.float32)
    assert repr(MyT(array)) == "MyT([1., 1.])"
    assert printing.tensor_repr(MyT(array), "tensor") == repr(torch.ones(2))


@pytest.mark.parametrize("value", [1.5, 3, True, 1 + 2j])
@pytest.mark.parametrize("spec", ["", ".2f", "10", ">12", "d", "e"])
def test_format_of_one_number(value, spec):
    def outcome(t):
        try:
            return format(t, spec)
        except ValueError as error:
            return str(error)

    array = np.asarray(value)
    assert outcome(Tensor(array)) == outcome(torch.from_numpy(array))


@pytest.mark.parametrize("spec", ["", ".2f", ">12"])
def test_format_of_others(spec):
    def outcome(t):
        try:
            return format(t, spec)
        except TypeError as error:
            return str(error).replace("TheirMyT", "MyT")

    array = np.ones(2, np.float32)
    assert outcome(Tensor(array)) == outcome(torch.from_numpy(array))
    scalar = np.asarray(np.float32(1))
    theirs = torch.from_numpy(scalar).as_subclass(TheirMyT)
    assert outcome(MyT(scalar)) == outcome(theirs).replace("TheirMyT", "MyT")


def test_a_summary_reads_only_what_it_shows():
    huge = np.broadcast_to(np.float32(1), (10**6, 10**6, 10**3))
    text = repr(Tensor(huge))
    assert text.count("1.") == 6**3
    assert text == repr(torch.ones(()).expand(10**6, 10**6, 10**3))
