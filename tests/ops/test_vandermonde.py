"""Vandermonde matrices, against PyTorch."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 complex128 int64 int32 uint8 bool"
VECTORS = [[(3,)], [(0,)], [(1,)], [()], [(2, 3)]]
ROWS = [
    Row("linalg.vander", lambda torch, x: torch.linalg.vander(x), [*VECTORS, [(2, 0)]], dtypes=ALL),
    Row("linalg.vander 4", lambda torch, x: torch.linalg.vander(x, N=4), VECTORS, dtypes=ALL),
    Row("linalg.vander 1", lambda torch, x: torch.linalg.vander(x, N=1), VECTORS, derivatives=""),
    *[
        Row(
            f"vander {n} {up}",
            lambda torch, x, n=n, up=up: torch.vander(x, n, up),
            VECTORS,
            dtypes=ALL,
            derivatives="",  # PyTorch overwrites what it needs for its gradient
        )
        for n in (None, 0, 1, 4, -1)
        for up in (False, True)
    ],
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("up", [False, True])
def test_gradient(up):
    values, weights = [0.0, 2.0, -1.5], rushlight.arange(12.0).reshape(3, 4)
    x, y = (rushlight.tensor(values, requires_grad=True) for _ in range(2))
    (rushlight.vander(x, 4, up) * weights).sum().backward()
    (rushlight.linalg.vander(y, N=4) * (weights if up else weights.flip(1))).sum().backward()
    assert x.grad.tolist() == y.grad.tolist()


@pytest.mark.parametrize("up", [False, True])
def test_vmap(up):
    x = rushlight.arange(6.0).reshape(2, 3)
    out = rushlight.func.vmap(lambda v: rushlight.vander(v, 4, up))(x)
    assert out.tolist() == [rushlight.vander(v, 4, up).tolist() for v in x]


def test_no_whole_number():
    messages = []
    for lib in (rushlight, torch):
        with pytest.raises(TypeError) as error:
            lib.linalg.vander(lib.ones(3), N=2.0)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
