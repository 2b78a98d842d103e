"""Promotion agrees with PyTorch on every pair of dtypes and every mix of ranks."""

import itertools

import numpy as np
import pytest

from rushlight.kernels import dtypes, promotion
from rushlight.kernels.promotion import DIMENSIONED, NUMBER, ZERO_DIM

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")

NUMBERS = (True, 3, 2.5, 1j)
NUMBER_DTYPES = (dtypes.bool, dtypes.int64, dtypes.float64, dtypes.complex128)


def theirs(d):
    return getattr(torch, d.name)


def outcome(function, *args):
    """The result's name, or the error's text."""
    try:
        return str(function(*args))
    except RuntimeError as error:
        return str(error)


@pytest.fixture(params=["float16", "bfloat16", "float32", "float64"])
def default(request):
    """The same default dtype on both sides."""
    dtypes.set_default_dtype(getattr(dtypes, request.param))
    torch.set_default_dtype(getattr(torch, request.param))
    yield
    dtypes.set_default_dtype(dtypes.float32)
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("a", dtypes.ALL)
def test_promote_types_and_can_cast(a):
    for b in dtypes.ALL:
        expected = outcome(torch.promote_types, theirs(a), theirs(b))
        assert outcome(promotion.promote_types, a, b) == expected, (a, b)
        assert promotion.can_cast(a, b) == torch.can_cast(theirs(a), theirs(b)), (a, b)


def test_arguments_are_checked():
    assert promotion.promote_types(int, dtypes.int8) is dtypes.int64
    for args in ((1, dtypes.int8), (dtypes.int8, "x")):
        with pytest.raises(TypeError) as ours:
            promotion.promote_types(*args)
        with pytest.raises(TypeError) as expected:
            torch.promote_types(*(torch.int8 if a is dtypes.int8 else a for a in args))
        assert str(ours.value) == str(expected.value)


def test_tensors_of_every_dtype_and_rank():
    tensors = [
        (d, rank, torch.empty(shape, dtype=theirs(d)))
        for d in dtypes.ALL
        for rank, shape in ((DIMENSIONED, 2), (ZERO_DIM, ()))
    ]
    for (a, rank_a, x), (b, rank_b, y) in itertools.product(tensors, repeat=2):
        expected = outcome(torch.result_type, x, y)
        assert outcome(promotion.result_dtype, [(a, rank_a), (b, rank_b)]) == expected


def test_tensors_with_numbers(default):
    for d, (rank, shape) in itertools.product(dtypes.ALL, ((DIMENSIONED, 2), (ZERO_DIM, ()))):
        x = torch.empty(shape, dtype=theirs(d))
        for number, number_dtype in zip(NUMBERS, NUMBER_DTYPES, strict=True):
            pair = [(d, rank), (number_dtype, NUMBER)]
            assert outcome(promotion.result_dtype, pair) == outcome(torch.result_type, x, number)
            pair.reverse()
            assert outcome(promotion.result_dtype, pair) == outcome(torch.result_type, number, x)


def test_two_numbers(default):
    for a, b in itertools.product(NUMBERS, repeat=2):
        assert outcome(promotion.of_operands, a, b) == outcome(torch.result_type, a, b)


def test_many_tensors_as_cat_sees_them():
    kinds = [dtypes.int8, dtypes.uint8, dtypes.float16, dtypes.bfloat16, dtypes.complex64]
    for three in itertools.product(kinds, repeat=3):
        expected = torch.cat([torch.empty(2, dtype=theirs(d)) for d in three]).dtype
        assert str(promotion.result_dtype([(d, DIMENSIONED) for d in three])) == str(expected)


@pytest.mark.parametrize("repeat", [1, 2])  # the second call finds the cached answer
def test_arrays_and_numbers(default, repeat):
    names = ["bool", "uint8", "int64", "uint16", "float16", "float32", "float64", "complex64"]
    arrays = [np.ones(shape, name) for name in names for shape in ((2, 1), ())]
    for a, b in itertools.product(arrays, [*arrays, *NUMBERS]):
        x = torch.from_numpy(a)
        y = torch.from_numpy(b) if isinstance(b, np.ndarray) else b
        assert outcome(promotion.of_operands, a, b) == outcome(torch.result_type, x, y)
        assert outcome(promotion.of_operands, b, a) == outcome(torch.result_type, y, x)


def test_numpy_scalars_count_as_numbers():
    for number in (np.bool_(True), np.int8(1), np.float64(1), np.float32(1), np.complex128(1)):
        x = np.ones(2, np.int16)
        expected = torch.result_type(torch.from_numpy(x), number.item())
        assert str(promotion.of_operands(x, number)) == str(expected)


def test_a_repeated_operand_changes_nothing():
    a, b = np.ones(2, np.float16), np.ones(2, np.int64)
    assert promotion.of_operands(*[a, b] * 1000) is dtypes.float16


def test_what_no_tensor_holds():
    with pytest.raises(TypeError, match="expected arrays or numbers, not str"):
        promotion.of_operands("a", 1)
    with pytest.raises(TypeError, match=r"can't convert np\.ndarray of type numpy\.str_"):
        promotion.of_operands(np.array(["a"]), 1)
    with pytest.raises(ValueError, match="at least one operand"):
        promotion.of_operands()
