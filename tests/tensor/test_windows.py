"""torch.hann_window and its kin against PyTorch."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

CALLS = [
    ("hann_window", ()), ("hamming_window", ()), ("hamming_window", (0.5,)),
    ("hamming_window", (0.6, 0.3)), ("blackman_window", ()), ("bartlett_window", ()),
    ("kaiser_window", ()), ("kaiser_window", (3.0,)), ("kaiser_window", (0.0,)),
]  # fmt: skip
TOLERANCE = {"float64": 1e-14, "float32": 1e-6, "float16": 1e-3}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("name", "numbers"), CALLS)
def test_windows(name, numbers, dtype):
    for length in (0, 1, 2, 5, 8, 33):
        for periodic in (True, False):
            ours, theirs = (
                getattr(lib, name)(length, periodic, *numbers, dtype=getattr(lib, dtype))
                for lib in (rushlight, torch)
            )
            assert str(ours.dtype) == str(theirs.dtype)
            assert ours.shape == theirs.shape
            assert ours.tolist() == pytest.approx(theirs.tolist(), abs=TOLERANCE[dtype])


@pytest.mark.parametrize(
    "expression",
    rows("""
torch.hann_window(4)
torch.hann_window(window_length=4, periodic=False, dtype=torch.float64)
torch.hann_window(4, requires_grad=True)
torch.hann_window(-1)
torch.kaiser_window(-2)
torch.hann_window(2.5)
torch.hann_window(4, dtype=torch.int64)
torch.blackman_window(4, dtype=torch.int32)
torch.hann_window(4, dtype=torch.complex64)
torch.bartlett_window(4, device='cuda')
"""),
)
def test_options_and_errors(expression):
    check(expression)


def test_the_default_dtype_is_taken():
    rushlight.set_default_dtype(rushlight.float64)
    try:
        assert rushlight.hann_window(3).dtype is rushlight.float64
    finally:
        rushlight.set_default_dtype(rushlight.float32)
