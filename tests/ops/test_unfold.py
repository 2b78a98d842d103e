"""unfold and fold against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")


def unfold(*args, **options):
    return lambda torch, x: torch.nn.functional.unfold(x, *args, **options)


def fold(*args, **options):
    return lambda torch, x: torch.nn.functional.fold(x, *args, **options)


IMAGES = [[(2, 3, 5, 6)], [(3, 5, 6)], [(0, 3, 5, 6)]]
EMPTY = [[(2, 0, 5, 6)], [(2, 3, 0, 6)], [(5, 1)], [(2, 3, 5, 6, 1)]]
ALL = "float16 bfloat16 float32 float64 complex128 bool int64"
CASES = [
    ("unfold", unfold(2), IMAGES),
    ("unfold, all settings", unfold((2, 3), (1, 2), (1, 0), (2, 1)), IMAGES),
    ("unfold to nothing", unfold(4, dilation=3), IMAGES),
    ("unfold of nothing", unfold(1), EMPTY[:2] + EMPTY[3:]),
    ("fold", fold((4, 5), 2), [[(2, 12, 12)], [(8, 12)], [(0, 8, 12)]]),
    ("fold, all settings", fold((5, 6), (2, 3), (1, 2), (1, 0), (2, 1)), [[(2, 12, 6)], [(6, 6)]]),
    ("fold without overlap", fold((6, 6), 3, stride=3), [[(2, 18, 4)]]),
    ("fold of large kernels", fold((6, 6), 5), [[(2, 25, 4)]]),
    (
        "fold of a wrong size",
        fold((4, 5), 2),
        [[(2, 12, 11)], [(2, 11, 12)], [(2, 0, 12)], [(12,)]],
    ),
    ("fold to less than a kernel", fold(1, 2), [[(2, 12, 12)]]),
]
ROWS = [
    Row(name, call, shapes, dtypes=ALL, special=False, tolerance=2, reason="order of sums")
    for name, call, shapes in CASES
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

SETTINGS = [
    *[{"kernel_size": k} for k in (0, (1, -1), (2, 2, 2), (2,), [], 2.5, (2, 2.5), None, True)],
    *[{"kernel_size": 2, "stride": s} for s in (0, (1, 1, 1), "a")],
    *[{"kernel_size": 2, "padding": p} for p in (-1, (1, 1, 1))],
    *[{"kernel_size": 2, "dilation": d} for d in (0, (1, 1, 1))],
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("name", ["unfold", "fold"])
def test_wrong_settings(name, settings):
    found = []
    for lib in (rushlight, torch):
        function = getattr(lib.nn.functional, name)
        size = {} if name == "unfold" else {"output_size": (4, 4)}
        with pytest.raises((RuntimeError, TypeError)) as error:
            function(lib.zeros(1, 4, 9) if size else lib.zeros(1, 1, 4, 4), **size, **settings)
        found.append((error.type, str(error.value)))
    assert found[0] == found[1]


@pytest.mark.parametrize("size", [(4, 5, 6), (4,), 2.5])
def test_wrong_output_sizes(size):
    found = []
    for lib in (rushlight, torch):
        with pytest.raises((RuntimeError, TypeError)) as error:
            lib.nn.functional.fold(lib.zeros(1, 4, 9), size, 2)
        found.append((error.type, str(error.value)))
    assert found[0] == found[1]


def test_no_tensor():
    with pytest.raises(
        TypeError, match=r"im2col\(\): argument 'input' \(position 1\) must be Tens"
    ):
        rushlight.nn.functional.unfold(5, 2)


def test_fold_undoes_unfold_but_for_the_overlap():
    x = rushlight.arange(24.0).view(1, 1, 4, 6)
    fold, unfold = rushlight.nn.functional.fold, rushlight.nn.functional.unfold
    times = fold(unfold(rushlight.ones(1, 1, 4, 6), 3), (4, 6), 3)
    np.testing.assert_array_equal(fold(unfold(x, 3), (4, 6), 3).numpy(), (x * times).numpy())
