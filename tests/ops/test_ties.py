"""Which of equal elements sorting and selecting name, against PyTorch."""

import numpy as np
import pytest

import rushlight
from rushlight.kernels import ties

torch = pytest.importorskip("torch")

LENGTHS = (1, 4, 17, 50, 63, 64, 200, 1000, 3000)
DTYPES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64")
CALLS = {
    "sort": lambda x, dim, k: x.sort(dim)[1],
    "sort falling": lambda x, dim, k: x.sort(dim, descending=True)[1],
    "argsort": lambda x, dim, k: x.argsort(dim),
    "mode": lambda x, dim, k: x.mode(dim)[1],
    "median": lambda x, dim, k: x.median(dim)[1],
    "kthvalue": lambda x, dim, k: x.kthvalue(k, dim)[1],
    "topk": lambda x, dim, k: x.topk(k, dim)[1],
    "topk smallest": lambda x, dim, k: x.topk(k, dim, largest=False)[1],
    "topk in no order": lambda x, dim, k: x.topk(k, dim, sorted=False)[1],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CALLS)
def test_equal_elements(name, dtype):
    if dtype == "bool" and name[:4] in ("topk", "kthv", "medi"):
        dtype = "int8"
    rng = np.random.default_rng(0)
    for n in LENGTHS:
        for shape, dim in (((2, n), 1), ((n, 2), 0), ((n,), 0)):
            for values in (2, 30):
                x = rng.integers(0, values, shape).astype(dtype)
                for k in {1, n // 64 or 1, n // 2 or 1, n}:
                    ours, theirs = (
                        CALLS[name](lib.tensor(x), dim, k).numpy() for lib in (rushlight, torch)
                    )
                    np.testing.assert_array_equal(ours, theirs, f"{shape} {values} {k}")


@pytest.mark.parametrize("name", [name for name in CALLS if name != "mode"])
def test_nans_are_equal(name):
    x = np.random.default_rng(0).integers(0, 3, 300).astype(np.float32)
    x[x == 2] = np.nan
    ours, theirs = (CALLS[name](lib.tensor(x), 0, 150).numpy() for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "int64", "float64", "bool"])
def test_long_rows(dtype, stable):
    x = np.random.default_rng(0).integers(0, 3, 40_000).astype(dtype)
    for shape in (-1, (1, -1)):
        ours, theirs = (
            lib.tensor(x.reshape(shape)).sort(stable=stable)[1].numpy()
            for lib in (rushlight, torch)
        )
        np.testing.assert_array_equal(ours, theirs)


def test_an_expanded_tensor_is_sorted():
    ours, theirs = (lib.ones(1).expand(40).sort()[1].tolist() for lib in (rushlight, torch))
    assert ours == theirs


@pytest.mark.parametrize("values", [[np.nan, 1], [1, np.nan, 1, 0], [np.nan, 2, np.nan, 2, 1]])
def test_mode_among_nans(values):
    ours, theirs = (lib.tensor(values).mode() for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours[0].numpy(), theirs[0].numpy())
    assert ours[1].item() == theirs[1].item()


def test_what_defeats_the_median_of_three():
    """Quicksort goes too deep here and both fall back on a heap."""
    n = 2000
    killer = [0] * n
    for i in range(n // 2):
        killer[i] = i + 1 if i % 2 == 0 else n // 2 + i + (n // 2) % 2
        killer[n // 2 + i] = 2 * (i + 1)
    x = np.array(killer) // 3
    assert ties.sorted_places(x.tolist()) == torch.tensor(x).sort()[1].tolist()
    assert ties.top_places((-x).tolist(), 900, True) == torch.tensor(x).topk(900)[1].tolist()
    assert rushlight.tensor(x).sort()[1].tolist() == torch.tensor(x).sort()[1].tolist()
