"""Matrix and vector products, products added to a tensor, and what is composed of them."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 complex128 int64 int32 uint8 bool"
NUMBERS = ALL.replace(" bool", "")
FLOATS = "float32 float64 complex128 int64"
MATRICES = [[(2, 3), (3, 4)], [(1, 3), (3, 1)], [(0, 3), (3, 2)], [(2, 0), (0, 3)]]
BAD_MATRICES = [[(2, 3), (4, 5)], [(3,), (3, 4)], [(2, 3), (3,)]]
BATCHES = [[(5, 2, 3), (5, 3, 4)], [(0, 2, 3), (0, 3, 4)], [(2, 2, 0), (2, 0, 3)]]
BAD_BATCHES = [
    [(5, 2, 3), (4, 3, 4)],
    [(5, 2, 3), (5, 4, 4)],
    [(2, 3), (5, 3, 4)],
    [(5, 2, 3), (3, 4)],
]
VECTORS = [[(3,), (3,)], [(0,), (0,)], [(1,), (1,)]]
ANY_RANKS = [
    [(3,), (3,)], [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 4)], [(5, 2, 3), (3,)],
    [(5, 2, 3), (3, 4)], [(2, 3), (5, 3, 4)], [(3,), (5, 3, 4)], [(5, 2, 3), (5, 3, 4)],
    [(6, 5, 2, 3), (5, 3, 4)], [(5, 2, 3), (6, 1, 3, 4)], [(6, 1, 2, 3), (5, 3, 4)],
    [(1, 2, 3), (5, 3, 4)], [(5, 2, 3), (1, 3, 4)], [(0, 2, 3), (3, 4)], [(2, 2, 0), (0, 3)],
]  # fmt: skip
BAD_RANKS = [
    [(), (3,)],
    [(3,), ()],
    [(3,), (4,)],
    [(2, 3, 4), (3, 4, 5)],
    [(2, 3, 4), (5, 6)],
    [(2, 3, 4), (2, 5, 6)],
    [(3,), (2, 2, 3)],
    [(2,), (3, 4)],
]
ADDED = [
    [(2, 4), (2, 3), (3, 4)],
    [(4,), (2, 3), (3, 4)],
    [(2, 1), (2, 3), (3, 4)],
    [(), (2, 3), (3, 4)],
    [(2, 4), (2, 0), (0, 4)],
]
BAD_ADDED = [
    [(3, 4), (2, 3), (3, 4)],
    [(2, 4), (2, 3), (4, 4)],
    [(2, 4), (2, 3, 1), (3, 4)],
    [(1, 2, 4), (2, 3), (3, 4)],
]
REFUSED = {"dtypes": "float64", "derivatives": "", "special": False}

ROWS = [
    Row("mm", lambda torch, a, b: torch.mm(a, b), MATRICES, dtypes=ALL, special=False),
    Row("mm method", lambda torch, a, b: a.mm(b), BAD_MATRICES, derivatives=""),
    Row(
        "mm dtypes",
        lambda torch, a, b: a.mm(b.to(torch.int16)),
        MATRICES,
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row(
        "mm of views",
        lambda torch, a, b: a.t().mm(b.flip(0).t()),
        [[(3, 2), (4, 3)]],
        dtypes=FLOATS,
        special=False,
    ),
    Row("bmm", lambda torch, a, b: torch.bmm(a, b), BATCHES, dtypes=ALL, special=False),
    Row("bmm bad", lambda torch, a, b: a.bmm(b), BAD_BATCHES, **REFUSED),
    Row(
        "bmm dtypes",
        lambda torch, a, b: a.bmm(b.int()),
        BATCHES[:1],
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row(
        "mv",
        lambda torch, a, b: torch.mv(a, b),
        [[(2, 3), (3,)], [(0, 3), (3,)], [(2, 0), (0,)]],
        dtypes=ALL,
        special=False,
    ),
    Row(
        "mv bad",
        lambda torch, a, b: a.mv(b),
        [[(2, 3), (4,)], [(3,), (3,)], [(2, 3), (3, 1)], [(), (3,)]],
        **REFUSED,
    ),
    Row("dot", lambda torch, a, b: torch.dot(a, b), VECTORS, dtypes=ALL, special=False),
    Row("dot bad", lambda torch, a, b: a.dot(b), [[(2,), (3,)], [(2, 1), (2,)]], **REFUSED),
    Row(
        "dot dtypes",
        lambda torch, a, b: a.dot(b.int()),
        VECTORS,
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row("vdot", lambda torch, a, b: torch.vdot(a, b), VECTORS, dtypes=ALL, special=False),
    Row("matmul", lambda torch, a, b: torch.matmul(a, b), ANY_RANKS, special=False),
    Row(
        "@",
        lambda torch, a, b: a @ b,
        ANY_RANKS,
        dtypes="float16 complex64 int32",
        derivatives="float32",
        special=False,
    ),
    Row("matmul bad", lambda torch, a, b: a @ b, BAD_RANKS, **REFUSED),
    Row("linalg.matmul", lambda torch, a, b: torch.linalg.matmul(a, b), MATRICES, special=False),
    Row("__rmatmul__", lambda torch, a, b: b.__rmatmul__(a), MATRICES, special=False),
    Row("matmul of a number", lambda torch, a: torch.matmul(a, 3), derivatives=""),
    Row(
        "inner",
        lambda torch, a, b: torch.inner(a, b),
        [[(3,), (3,)], [(4, 2), (3, 2)], [(4, 5, 2), (2,)], [(), (3, 2)], [(2, 3), (2,)]],
        dtypes=FLOATS,
        special=False,
    ),
    Row(
        "outer",
        lambda torch, a, b: torch.outer(a, b),
        [[(2,), (3,)], [(0,), (3,)], [(2, 1), (3,)], [(2,), ()]],
        dtypes=ALL,
        special=False,
    ),
    Row("ger", lambda torch, a, b: a.ger(b), VECTORS, special=False),
    Row("addmm", lambda torch, x, a, b: torch.addmm(x, a, b), ADDED, dtypes=NUMBERS, special=False),
    Row(
        "addmm scaled",
        lambda torch, x, a, b: x.addmm(a, b, beta=3, alpha=2),
        ADDED,
        dtypes=FLOATS,
        special=False,
    ),
    Row(
        "addmm without input",
        lambda torch, x, a, b: torch.addmm(x / 0, a, b, beta=0),
        [[(2, 4), (2, 3), (3, 4)]],
        **REFUSED,
    ),
    Row("addmm bad", lambda torch, x, a, b: x.addmm(a, b), BAD_ADDED, **REFUSED),
    Row(
        "addmm dtypes",
        lambda torch, x, a, b: x.int().addmm(a, b),
        ADDED,
        dtypes="float32",
        derivatives="",
        special=False,
    ),
    Row("addmm_", lambda torch, x, a, b: x.clone().addmm_(a, b, beta=2), ADDED[:1], special=False),
    Row(
        "baddbmm",
        lambda torch, x, a, b: torch.baddbmm(x, a, b, beta=2, alpha=3),
        [
            [(5, 2, 4), (5, 2, 3), (5, 3, 4)],
            [(4,), (5, 2, 3), (5, 3, 4)],
            [(5, 1, 1), (5, 2, 3), (5, 3, 4)],
        ],
        dtypes=ALL,
        special=False,
    ),
    Row(
        "baddbmm bad",
        lambda torch, x, a, b: x.baddbmm(a, b),
        [
            [(5, 3, 4), (5, 2, 3), (5, 3, 4)],
            [(5, 2, 4), (5, 2, 3), (4, 3, 4)],
            [(5, 2, 4), (5, 2, 3), (3, 4)],
        ],
        **REFUSED,
    ),
    Row(
        "addbmm",
        lambda torch, x, a, b: torch.addbmm(x, a, b, beta=2, alpha=3),
        [[(2, 4), (5, 2, 3), (5, 3, 4)], [(), (5, 2, 3), (5, 3, 4)]],
        dtypes=NUMBERS,
        special=False,
    ),
    Row(
        "addbmm bad",
        lambda torch, x, a, b: x.addbmm(a, b),
        [
            [(3, 4), (5, 2, 3), (5, 3, 4)],
            [(2, 4), (5, 2, 3), (4, 3, 4)],
            [(2, 4), (2, 3), (5, 3, 4)],
            [(2, 4), (5, 2, 3), (5, 4, 4)],
        ],
        **REFUSED,
    ),
    Row(
        "addmv",
        lambda torch, x, a, b: torch.addmv(x, a, b, beta=2, alpha=3),
        [[(2,), (2, 3), (3,)], [(1,), (2, 3), (3,)], [(), (2, 3), (3,)], [(2,), (2, 0), (0,)]],
        dtypes=ALL,
        special=False,
    ),
    Row(
        "addmv bad",
        lambda torch, x, a, b: x.addmv(a, b),
        [[(3,), (2, 3), (3,)], [(2,), (2, 3), (4,)], [(2, 2), (2, 3), (3,)]],
        **REFUSED,
    ),
    Row(
        "addr",
        lambda torch, x, a, b: torch.addr(x, a, b, beta=2, alpha=3),
        [[(2, 3), (2,), (3,)], [(3,), (2,), (3,)], [(2, 3), (2, 1), (3,)]],
        dtypes="float16 float32 float64 complex128 int64",
        special=False,
    ),
    Row(
        "addr float factor",
        lambda torch, x, a, b: x.addr(a, b, alpha=1.5),
        [[(2, 3), (2,), (3,)]],
        special=False,
    ),
    Row(
        "tensordot",
        lambda torch, a, b: torch.tensordot(a, b, 2),
        [[(2, 3, 4), (3, 4, 5)], [(3, 4), (3, 4)], [(1, 4), (3, 4)], [(3, 4), (4, 3)]],
        dtypes=FLOATS,
        special=False,
    ),
    Row(
        "tensordot dims",
        lambda torch, a, b: torch.tensordot(a, b, ([1, -1], [1, 0])),
        [[(2, 3, 4), (4, 3, 5)], [(2, 1, 4), (4, 3, 5)]],
        special=False,
    ),
    Row(
        "tensordot bad",
        lambda torch, a, b: torch.tensordot(a, b, ([0], [0, 1])),
        [[(2, 3), (2, 3)]],
        **REFUSED,
    ),
    Row(
        "tensordot none",
        lambda torch, a, b: torch.tensordot(a, b, 0),
        [[(2,), (3, 1)]],
        special=False,
    ),
    Row(
        "kron",
        lambda torch, a, b: torch.kron(a, b),
        [[(2, 3), (4, 5)], [(2,), (3, 2)], [(), (3,)], [(2, 0), (1, 2)]],
        special=False,
    ),
    Row(
        "matrix_power",
        lambda torch, a: [torch.matrix_power(a, n) for n in (1, 2, 3, 6)],
        [[(3, 3)], [(2, 2, 2)]],
        special=False,
        tolerance=20,
        reason="sixth powers: the roundings of five products of numbers up to 1e4",
    ),
    Row(
        "matrix_power 0",
        lambda torch, a: a.matrix_power(0),
        [[(3, 3)], [(2, 2, 2)]],
        special=False,
        node=False,
    ),
    Row(
        "matrix_power bad",
        lambda torch, a: torch.linalg.matrix_power(a, 2),
        [[(2, 3)], [(3,)]],
        **REFUSED,
    ),
    Row(
        "multi_dot",
        lambda torch, a, b, c: torch.linalg.multi_dot([a, b, c]),
        [[(2, 3), (3, 4), (4, 5)], [(3,), (3, 4), (4,)], [(9, 1), (1, 9), (9, 1)]],
        special=False,
    ),
    Row(
        "multi_dot bad",
        lambda torch, a, b: torch.linalg.multi_dot([a, b]),
        [[(2, 3), (2, 3)], [(2, 3, 3), (3, 1)]],
        **REFUSED,
    ),
    Row(
        "cross",
        lambda torch, a, b: torch.linalg.cross(a, b),
        [[(3,), (3,)], [(4, 3), (1, 3)], [(2, 3), (2, 3)]],
        dtypes=ALL,
        special=False,
    ),
    Row(
        "cross dim",
        lambda torch, a, b: torch.cross(a, b, dim=0),
        [[(3, 2), (3, 1)], [(3,), (3,)]],
        special=False,
    ),
    Row(
        "cross bad",
        lambda torch, a, b: torch.linalg.cross(a, b),
        [[(2,), (2,)], [(3, 3), (3,)], [(3, 3), (2, 3)]],
        **REFUSED,
    ),
    Row(
        "vecdot",
        lambda torch, a, b: torch.linalg.vecdot(a, b, dim=0),
        [[(3, 2), (3, 1)]],
        special=False,
    ),
    Row(
        "linear",
        lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
        [
            [(2, 3), (4, 3), (4,)],
            [(3,), (4, 3), (4,)],
            [(5, 2, 3), (4, 3), (4,)],
            [(2, 3), (4, 3), (2, 4)],
            [(0, 3), (4, 3), (4,)],
        ],
        dtypes="float16 " + FLOATS,
        special=False,
    ),
    Row(
        "linear bad",
        lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
        [[(2, 3), (4, 4), (4,)], [(2, 3), (4, 3), (5,)], [(), (4, 3), (4,)]],
        **REFUSED,
    ),
    Row(
        "linear without bias",
        lambda torch, x, w: torch.nn.functional.linear(x, w),
        [[(2, 3), (4, 3)], [(3,), (4, 3)], [(5, 2, 3), (4, 3)], [(2, 3), (3,)]],
        dtypes=FLOATS,
        special=False,
    ),
    Row(
        "bilinear",
        lambda torch, x, y, w, b: torch.nn.functional.bilinear(x, y, w, b),
        [[(2, 3), (2, 4), (5, 3, 4), (5,)], [(2, 2, 3), (2, 2, 4), (5, 3, 4), (5,)]],
        dtypes="float32 float64",
        derivatives="float64",
        special=False,
        vmap=False,
    ),
    Row(
        "bilinear bad",
        lambda torch, x, y, w: torch.nn.functional.bilinear(x, y, w),
        [[(2, 3), (3, 4), (5, 3, 4)], [(2, 3), (2, 4), (5, 4, 4)], [(3,), (2, 4), (5, 3, 4)]],
        **REFUSED,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def graph_of(t):
    """The nodes behind a tensor, as nested names."""

    def walk(node):
        if node is None or node.name().endswith("AccumulateGrad"):
            return "leaf" if node else "-"
        return f"{node.name()}({', '.join(walk(n) for n, _ in node.next_functions)})"

    return walk(t.grad_fn)


@pytest.mark.parametrize("needs", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("shapes", ANY_RANKS)
def test_matmul_records_what_pytorch_records(shapes, needs):
    graphs = []
    for lib in (rushlight, torch):
        a, b = (lib.ones(s, requires_grad=r) for s, r in zip(shapes, needs, strict=True))
        graphs.append(graph_of(a @ b))
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (5, 2, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_records_what_pytorch_records(shape, bias):
    graphs = []
    for lib in (rushlight, torch):
        w, b = lib.ones(4, 3, requires_grad=True), lib.ones(4, requires_grad=True)
        x = lib.ones(shape, requires_grad=True)
        graphs.append(graph_of(lib.nn.functional.linear(x, w, b if bias else None)))
    assert graphs[0] == graphs[1]


def test_products_of_expanded_gradients_use_blas():
    """The gradient of a sum has strides 0; NumPy alone would multiply it element by element."""
    from rushlight.ops.products import blas_ready

    a = np.broadcast_to(np.float32(1), (2, 3, 4))
    assert blas_ready(a).flags.c_contiguous
    b = np.ones((2, 3, 4), np.float32)
    assert blas_ready(b) is b
    turned = b.swapaxes(1, 2)
    assert blas_ready(turned) is turned


def test_matmul_of_what_is_no_tensor():
    for lib in (rushlight, torch):
        with pytest.raises(TypeError, match="unsupported operand type"):
            lib.ones(3) @ 3
        with pytest.raises(TypeError, match="unsupported operand type"):
            3 @ lib.ones(3)


def test_chain_matmul_warns():
    with pytest.warns(UserWarning, match=r"^torch.chain_matmul is deprecated"):
        out = rushlight.chain_matmul(rushlight.ones(2, 3), rushlight.ones(3, 2))
    assert out.tolist() == [[3, 3], [3, 3]]


def test_out_gets_the_product():
    out = rushlight.empty(2, 2)
    found = rushlight.matmul(rushlight.ones(2, 3), rushlight.ones(3, 2), out=out)
    assert found is out
    assert out.tolist() == [[3, 3], [3, 3]]


@pytest.mark.parametrize("factors", [(0.2, 0.6), (1, 2.5), (1.0, 1), (0.0, 2), (2, 1.0), (2, 3)])
@pytest.mark.parametrize("name", ["addmv", "addbmm", "baddbmm"])
def test_fractions_of_integers_under_vmap(name, factors):
    shapes = {"addmv": "3 33 3", "addbmm": "33 233 233", "baddbmm": "233 233 233"}[name]
    arrays = [np.arange(54).reshape(3, -1)[:, : np.prod([*map(int, s)])] for s in shapes.split()]
    ours, theirs = (
        lib.func.vmap(
            lambda x, a, b, lib=lib: getattr(lib, name)(x, a, b, beta=factors[0], alpha=factors[1])
        )(
            *(
                lib.tensor(a.reshape(3, *map(int, s)))
                for a, s in zip(arrays, shapes.split(), strict=True)
            )
        ).numpy()
        for lib in (rushlight, torch)
    )
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs)
