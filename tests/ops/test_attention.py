"""Scaled dot product attention against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

HEADS = [[(2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)]]
PLAIN = [[(2, 3, 4), (2, 5, 4), (2, 5, 6)], [(3, 4), (5, 4), (5, 4)]]
BAD = [[(3,), (3,), (3,)], [(2, 3, 4), (2, 3, 5), (2, 3, 4)], [(2, 3, 4), (2, 3, 4), (2, 5, 4)]]


def attention(mask=None, **options):
    def call(torch, q, k, v):
        if mask is not None:
            options["attn_mask"] = torch.tensor(mask, dtype=None if mask[0][0] is True else q.dtype)
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, **options)

    return call


BOOL = [[True, False, True, True, False]] * 2 + [[True] * 5]
ADDED = [[0.0, 1.0, -2.0, 0.5, float("-inf")]] * 3
REAL = "float16 float32 float64"
FIELDS = {
    "special": False,
    "derivatives": "float32 float64",
    "tolerance": 10,
    "reason": "PyTorch's fused kernel works in blocks",
}

ROWS = [
    Row("heads", attention(), HEADS, dtypes=REAL, second=False, **FIELDS),
    Row("heads, causal", attention(is_causal=True), HEADS, dtypes=REAL, second=False, **FIELDS),
    Row("heads, masked", attention(BOOL), HEADS, dtypes=REAL, second=False, **FIELDS),
    Row(
        "heads, added",
        attention(ADDED, scale=0.3),
        HEADS,
        dtypes="float32 float64",
        second=False,
        **FIELDS,
    ),
    Row("plain", attention(), PLAIN, dtypes="float32 float64", **FIELDS),
    Row(
        "plain, causal",
        attention(is_causal=True, scale=0.3),
        PLAIN,
        dtypes="float32 float64",
        **FIELDS,
    ),
    Row("plain, masked", attention(BOOL), PLAIN, dtypes="float32 float64", **FIELDS),
    Row(
        "grouped heads",
        attention(enable_gqa=True),
        [[(1, 4, 3, 2), (1, 2, 5, 2), (1, 2, 5, 2)]],
        dtypes="float32 float64",
        second=False,
        **FIELDS,
    ),
    Row("bad", attention(), BAD, dtypes="float64", derivatives="", special=False),
    Row(
        "mask and causal",
        attention(BOOL, is_causal=True),
        PLAIN,
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    Row(
        "dropout", attention(dropout_p=1.5), PLAIN, dtypes="float64", derivatives="", special=False
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_rows_that_attend_to_nothing_are_zero():
    q = rushlight.ones(1, 1, 3, 2, requires_grad=True)
    nothing = rushlight.zeros(3, 3, dtype=rushlight.bool)
    f = rushlight.nn.functional.scaled_dot_product_attention
    for x in (q, q[0]):
        out = f(x, x, x, attn_mask=nothing)
        assert not out.any()
        (g,) = rushlight.autograd.grad(out.sum(), q)
        assert not g.any()


def test_dropout_draws_pytorchs_numbers():
    found = []
    for lib in (rushlight, torch):
        lib.manual_seed(0)
        q = lib.arange(24.0).reshape(2, 3, 4) / 24
        found.append(lib.nn.functional.scaled_dot_product_attention(q, q, q, dropout_p=0.4).numpy())
    np.testing.assert_allclose(found[0], found[1], 1e-5)
