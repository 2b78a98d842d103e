"""Exponentials and powers of matrices, against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.regular import regular

torch = pytest.importorskip("torch")

SQUARE = [[(0, 0)], [(1, 1)], [(2, 2)], [(3, 3)], [(2, 4, 4)], [(0, 3, 3)], [(2, 3)], [(3,)]]
OFTEN = {"tolerance": 100, "reason": "products of many matrices", "special": False}
NOT_BOOL = "float32 float64 complex128 int64"

ROWS = [
    Row("matrix_exp", lambda torch, a: torch.linalg.matrix_exp(a), SQUARE, **OFTEN),
    Row("torch.matrix_exp", lambda torch, a: torch.matrix_exp(a), SQUARE, **OFTEN),
    Row("large exponents", lambda torch, a: (3 * a).matrix_exp(), SQUARE[3:5], **OFTEN),
    Row("small exponents", lambda torch, a: (a / 100).matrix_exp(), SQUARE[3:5], **OFTEN),
    *[
        Row(
            f"matrix_power {n}",
            lambda torch, a, n=n: torch.linalg.matrix_power(regular(torch, a) / 4, n),
            SQUARE,
            dtypes="float32 float64 complex128",
            **OFTEN,
        )
        for n in (-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7)
    ],
    Row("power of integers", lambda torch, a: a.matrix_power(3), SQUARE, dtypes=NOT_BOOL, **OFTEN),
    Row(
        "inverse power of integers",
        lambda torch, a: torch.matrix_power(a, -1),
        SQUARE[3:],
        dtypes="int64",
        derivatives="",
        special=False,
    ),
    Row(
        "no whole power",
        lambda torch, a: torch.linalg.matrix_power(a, 1.5),
        SQUARE[3:4],
        derivatives="",
        special=False,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_has_no_exponential(bad):
    a = rushlight.zeros(3, 2, 2)
    a[1, 0, 1] = bad
    out = rushlight.linalg.matrix_exp(a)
    assert out[1].isnan().all()
    np.testing.assert_array_equal(out[::2].numpy(), np.stack([np.eye(2)] * 2))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_single(dtype):
    a = rushlight.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=getattr(rushlight, dtype))
    out = a.matrix_exp()
    assert out.dtype is a.dtype
    wanted = [[np.cos(1), np.sin(1)], [-np.sin(1), np.cos(1)]]
    np.testing.assert_allclose(out.float().numpy(), wanted, 1e-2)


def test_overflow_is_nan_beside_infinity_as_in_pytorch():
    ours, theirs = (lib.linalg.matrix_exp(1000 * lib.eye(2)) for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours.isfinite().numpy(), theirs.isfinite().numpy())


def test_third_derivative_of_the_exponential():
    values = np.random.default_rng(0).standard_normal((3, 3))

    def third(lib):
        a = lib.tensor(values, requires_grad=True)
        out = lib.linalg.matrix_exp(a)
        for _ in range(2):
            out = lib.autograd.grad(out, a, lib.ones_like(out), create_graph=True)[0][:2].sum()
        return lib.autograd.grad(out, a)[0].numpy()

    np.testing.assert_allclose(third(rushlight), third(torch), 1e-10)
