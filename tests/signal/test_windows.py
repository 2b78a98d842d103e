"""torch.signal.windows against PyTorch."""

import inspect

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

OURS, THEIRS = rushlight.signal.windows, torch.signal.windows
NEEDED = {"general_cosine": {"a": [0.5, 0.3, 0.2]}}
GIVEN = {
    "exponential": [{"tau": 2.5}, {"center": 1, "sym": False}],
    "gaussian": [{"std": 0.4}],
    "general_cosine": [{"a": (0.25,)}, {"a": range(1, 4)}],
    "general_hamming": [{"alpha": 0.7}],
    "kaiser": [{"beta": 0.0}, {"beta": 3.0}, {"beta": 40.0}],
}
CASES = [
    (name, {**NEEDED.get(name, {}), **options})
    for name in OURS.__all__
    for options in ({}, {"sym": False}, *GIVEN.get(name, []))
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_windows(name, options):
    for dtype, limit in (("float64", 1e-14), ("float32", 2e-6)):
        for length in (0, 1, 2, 5, 8, 33):
            ours, theirs = (
                getattr(windows, name)(length, **options, dtype=getattr(lib, dtype))
                for lib, windows in ((rushlight, OURS), (torch, THEIRS))
            )
            assert str(ours.dtype) == str(theirs.dtype)
            assert ours.tolist() == pytest.approx(theirs.tolist(), abs=limit, nan_ok=True)


def test_all_are_there_with_their_signatures():
    assert sorted(OURS.__all__) == sorted(n for n in dir(THEIRS) if n != "windows" and n[0] != "_")
    for name in OURS.__all__:
        ours, theirs = (
            [(p.name, p.kind, str(p.default)) for p in inspect.signature(f).parameters.values()]
            for f in (getattr(OURS, name), getattr(THEIRS, name))
        )
        assert ours == theirs


@pytest.mark.parametrize(
    "expression",
    rows("""
W.hann(5, requires_grad=True)
W.hann(1, requires_grad=True)
W.bartlett(4, requires_grad=True).is_leaf
W.cosine(1, requires_grad=True)
W.gaussian(0, requires_grad=True)
W.hann(-1)
W.kaiser(-1)
W.cosine(3, dtype=torch.float16)
W.hann(5, dtype=torch.int64)
W.gaussian(5, layout=torch.sparse_coo)
W.exponential(5, tau=0.)
W.exponential(5, center=1)
W.gaussian(5, std=0)
W.kaiser(5, beta=-3.)
W.general_cosine(5, a=[])
W.general_cosine(5, a=3)
W.general_cosine(5)
W.hann(5, False)
"""),
)
def test_errors_and_gradients(expression):
    check(expression, "W = torch.signal.windows")
