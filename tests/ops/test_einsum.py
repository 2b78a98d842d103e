"""torch.einsum against PyTorch: values, derivatives, graphs and errors of many equations."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.test_matmul import graph_of

torch = pytest.importorskip("torch")

ONE = {
    "ii": (3, 3), "ii->i": (3, 3), "ij->ji": (2, 3), "ba": (2, 3), "ij->j": (2, 3), "ij->": (2, 3),
    "iji->j": (2, 3, 2), "...ii->...i": (4, 3, 3), "...->": (2, 3), "i...": (2, 3), "iii->i":
    (2, 2, 2), "ijk->ki": (2, 3, 4), "": (), "...ij->ji": (5, 2, 3), "i j -> j i": (2, 3),
}  # fmt: skip
TWO = {
    "ij,jk->ik": ((2, 3), (3, 4)), "ij,jk": ((2, 3), (3, 4)), "i,j->ij": ((2,), (3,)),
    "bij,bjk->bik": ((5, 2, 3), (5, 3, 4)), "ij,ij->": ((2, 3), (2, 3)),
    "ij,ij->ij": ((2, 3), (2, 3)), "...ij,...jk->...ik": ((5, 2, 3), (3, 4)),
    "...i,...i->...": ((5, 3), (3,)), "ij,j->i": ((2, 1), (3,)), "i,i": ((3,), (3,)),
    "ii,ij->j": ((3, 3), (3, 4)), "i,->i": ((3,), ()), ",": ((), ()),
    "ij,kl->": ((2, 3), (4, 5)), "ij,jk->i": ((2, 3), (3, 4)), "ab,ab->ba": ((2, 3), (2, 3)),
    "ij,ik->jk": ((2, 3), (2, 4)), "bij,bjk->bk": ((5, 2, 3), (5, 3, 4)),
    "ij,jk->ki ": ((2, 3), (3, 4)), "Ab,bA": ((2, 3), (3, 2)), "ij,ij->ij...": ((2, 3), (2, 3)),
}  # fmt: skip
THREE = {
    "i,ij,j->": ((2,), (2, 3), (3,)), "ij,jk,kl->il": ((2, 3), (3, 4), (4, 5)),
    "i,i,i->i": ((3,), (3,), (3,)), "bi,oij,bj->bo": ((2, 3), (4, 3, 5), (2, 5)),
}  # fmt: skip
DTYPES = "float32 float64 complex128 int64"


def one(equation):
    return lambda torch, a: torch.einsum(equation, a)


def two(equation):
    return lambda torch, a, b: torch.einsum(equation, a, b)


def three(equation):
    return lambda torch, a, b, c: torch.einsum(equation, a, b, c)


ROWS = [
    *[Row(e, one(e), [[s]], dtypes=DTYPES, special=False) for e, s in ONE.items()],
    *[Row(e, two(e), [s], dtypes=DTYPES, special=False) for e, s in TWO.items()],
    *[Row(e, three(e), [s], dtypes=DTYPES, special=False) for e, s in THREE.items()],
    Row(
        "lists",
        lambda torch, a, b: torch.einsum(a, [0, 1], b, [1, 2], [2, 0]),
        [[(2, 3), (3, 4)]],
        special=False,
        dtypes=DTYPES,
    ),
    Row(
        "lists without output",
        lambda torch, a, b: torch.einsum(a, [..., 0], b, [0, ...]),
        [[(2, 3), (3, 2)]],
        special=False,
        dtypes=DTYPES,
    ),
    Row(
        "operands in a list",
        lambda torch, a, b: torch.einsum("ij,jk", [a, b]),
        [[(2, 3), (3, 4)]],
        special=False,
        dtypes=DTYPES,
    ),
]
test_values, test_derivatives, test_transforms = checks_of(ROWS)

BAD = [
    ("ij,jk->ik", (2, 3), (4, 5)), ("ij,jk", (2, 3)), ("ij", (2, 3), (3,)), ("ijk", (2, 3)),
    ("ij->ik", (2, 3)), ("ij->ii", (2, 3)), ("ii->i", (2, 3)), ("i-j", (2,)), ("..ij", (2, 3)),
    ("ij...k...", (2, 3, 4)), ("ij->i->j", (2, 3)), ("i1", (2, 3)), ("bij,bjk", (5, 2, 3),
    (4, 3, 4)), ("ii,i", (1, 3), (3,)), ("->i", ()), ("i->.", (3,)), ("i->1", (3,)),
    (",i", (2,), (3,)), ("ijk...", (2, 3)),
]  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case[0]} {case[1:]}")
def test_errors(case):
    equation, *shapes = case
    errors = []
    for lib in (rushlight, torch):
        with pytest.raises(RuntimeError) as caught:
            lib.einsum(equation, *[lib.ones(s) for s in shapes])
        errors.append(str(caught.value).splitlines()[0])
    assert errors[0] == errors[1]


@pytest.mark.parametrize("arguments", [(), ("ij",), ([0, 1], [0, 52])])
def test_too_few_arguments_or_bad_lists(arguments):
    errors = []
    for lib in (rushlight, torch):
        args = [lib.ones(2, 3), arguments[1]] if len(arguments) == 2 else arguments
        with pytest.raises(ValueError) as caught:
            lib.einsum(*args)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


@pytest.mark.parametrize(("equation", "shapes"), [*TWO.items(), *THREE.items()])
def test_records_what_pytorch_records(equation, shapes):
    graphs = []
    for lib in (rushlight, torch):
        operands = [lib.ones(s, requires_grad=True) for s in shapes]
        graphs.append(graph_of(lib.einsum(equation, *operands)))
    assert graphs[0] == graphs[1]
