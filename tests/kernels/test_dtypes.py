"""dtypes, their NumPy counterparts, the default dtype, finfo and iinfo, beside PyTorch's."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from rushlight.kernels import dtypes

torch = pytest.importorskip("torch")

WITH_NUMPY = [d for d in dtypes.ALL if d not in (dtypes.bfloat16, dtypes.complex32)]
ALIASES = ["half", "float", "double", "short", "int", "long", "cfloat", "cdouble", "chalf"]


def theirs(d):
    return getattr(torch, d.name)


def same_error(ours, expected, *errors):
    """Both calls fail with the same exception type and text."""
    with pytest.raises(errors) as a:
        ours()
    with pytest.raises(errors) as b:
        expected()
    assert (type(a.value), str(a.value)) == (type(b.value), str(b.value))


@pytest.mark.parametrize("d", dtypes.ALL)
def test_attributes(d):
    for name in ("is_floating_point", "is_complex", "is_signed", "itemsize", "abbr"):
        assert getattr(d, name) == getattr(theirs(d), name), name
    assert repr(d) == str(d) == repr(theirs(d))
    assert (d.category == dtypes.BOOL) == (d.name == "bool")
    assert (d.category == dtypes.FLOAT) == d.is_floating_point
    assert (d.category == dtypes.COMPLEX) == d.is_complex


@pytest.mark.parametrize("d", dtypes.ALL)
def test_one_object_per_process(d):
    assert copy.copy(d) is copy.deepcopy(d) is d
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(d, protocol)) is d
    assert {d: 1}[d] == 1


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases(alias):
    assert str(getattr(dtypes, alias)) == str(getattr(torch, alias))


@pytest.mark.parametrize("d", dtypes.ALL)
def test_real_and_complex_counterparts(d):
    assert str(d.to_real()) == str(theirs(d).to_real())
    if d.category >= dtypes.FLOAT:
        assert str(d.to_complex()) == str(theirs(d).to_complex())
    else:
        same_error(d.to_complex, theirs(d).to_complex, RuntimeError)


def test_nothing_can_be_written():
    same_error(dtypes.dtype, torch.dtype, TypeError)
    for name in ("is_signed", "itemsize", "nonsense"):
        same_error(
            lambda name=name: setattr(dtypes.float32, name, 1),
            lambda name=name: setattr(torch.float32, name, 1),
            AttributeError,
        )
    same_error(lambda: dtypes.float32.nonsense, lambda: torch.float32.nonsense, AttributeError)


@pytest.mark.parametrize("d", WITH_NUMPY)
def test_numpy_and_back(d):
    assert d.numpy == torch.empty(0, dtype=theirs(d)).numpy().dtype
    assert dtypes.of(d.numpy) is dtypes.of(d.numpy.type) is d


def test_platform_spellings():
    assert dtypes.of(np.dtype("longlong")) is dtypes.of(np.dtype("int64")) is dtypes.int64


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None]), np.zeros(2, np.longdouble)])
def test_elements_no_tensor_holds(array):
    same_error(lambda: dtypes.of(array.dtype), lambda: torch.from_numpy(array), TypeError)


def test_foreign_byte_order():
    array = np.zeros(2, np.dtype("f4").newbyteorder())
    same_error(lambda: dtypes.of(array.dtype), lambda: torch.from_numpy(array), ValueError)


def test_bfloat16_comes_from_ml_dtypes():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert dtypes.bfloat16.numpy == np.dtype(ml_dtypes.bfloat16)
    assert dtypes.of(np.dtype(ml_dtypes.bfloat16)) is dtypes.bfloat16


def test_ml_dtypes_is_imported_only_when_asked_for():
    program = """
import copy, sys
from rushlight.kernels import dtypes
assert "ml_dtypes" not in sys.modules
sys.modules["ml_dtypes"] = None  # as if it were not installed
assert copy.deepcopy(dtypes.bfloat16) is dtypes.bfloat16
try:
    dtypes.bfloat16.numpy
except ImportError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "needs the package ml_dtypes" in ran.stdout


def test_complex32_has_a_name_only():
    assert dtypes.chalf.is_complex
    with pytest.raises(TypeError, match=r"torch\.complex32 tensors are not supported"):
        dtypes.complex32.numpy


@pytest.mark.parametrize("value", [float, int, bool, complex])
def test_python_types_stand_for_dtypes(value):
    assert str(dtypes.as_dtype(value)) == str(torch.zeros(1, dtype=value).dtype)


@pytest.mark.parametrize("value", ["float32", np.dtype("f4"), np.float32, 3, str])
def test_what_is_no_dtype(value):
    same_error(
        lambda: dtypes.as_dtype(value, "zeros()"), lambda: torch.zeros(1, dtype=value), TypeError
    )


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_default_dtype(name):
    try:
        dtypes.set_default_dtype(getattr(dtypes, name))
        torch.set_default_dtype(getattr(torch, name))
        assert str(dtypes.get_default_dtype()) == str(torch.get_default_dtype())
        assert str(dtypes.finfo()) == str(torch.finfo())
        if name == "bfloat16":
            same_error(dtypes.get_default_complex_dtype, lambda: torch.tensor(1j), RuntimeError)
        elif name != "float16":  # PyTorch warns about complex32
            assert str(dtypes.get_default_complex_dtype()) == str(torch.tensor(1j).dtype)
    finally:
        dtypes.set_default_dtype(dtypes.float32)
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("value", ["int32", "complex64", None, float])
def test_a_default_dtype_is_floating_point(value):
    ours, expected = (
        (getattr(dtypes, value), getattr(torch, value)) if isinstance(value, str) else (value,) * 2
    )
    same_error(
        lambda: dtypes.set_default_dtype(ours), lambda: torch.set_default_dtype(expected), TypeError
    )


@pytest.mark.parametrize("d", dtypes.ALL)
@pytest.mark.parametrize("kind", ["finfo", "iinfo"])
def test_limits(kind, d):
    ours, expected = getattr(dtypes, kind), getattr(torch, kind)
    if (d.category < dtypes.FLOAT) == (kind == "finfo") or d is dtypes.bool:
        same_error(lambda: ours(d), lambda: expected(theirs(d)), TypeError)
        return
    ours, expected = ours(d), expected(theirs(d))
    assert repr(ours) == repr(expected)
    for name in dir(expected):
        if not name.startswith("_"):
            assert getattr(ours, name) == getattr(expected, name), name


def test_limits_compare_by_value_and_stay():
    assert dtypes.finfo(dtypes.float32) == dtypes.finfo(type=dtypes.complex64)
    assert dtypes.finfo(float) != dtypes.finfo(dtypes.float32)
    assert dtypes.iinfo(int) != 3
    for call in (hash, pickle.dumps):
        same_error(
            lambda call=call: call(dtypes.finfo()), lambda call=call: call(torch.finfo()), TypeError
        )
    same_error(
        lambda: setattr(dtypes.finfo(), "eps", 1), lambda: setattr(torch.finfo(), "eps", 1),
        AttributeError,
    )  # fmt: skip
    same_error(dtypes.iinfo, torch.iinfo, TypeError)
    same_error(lambda: dtypes.iinfo(3), lambda: torch.iinfo(3), TypeError)
    same_error(lambda: dtypes.finfo("a"), lambda: torch.finfo("a"), TypeError)
