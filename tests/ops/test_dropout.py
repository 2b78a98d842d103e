"""Dropout: PyTorch's numbers for the same seed, its gradients, warnings and errors."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

NAMES = ["dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"]
LIBRARIES = (rushlight, torch)


def sample(lib, name, dtype="float32"):
    shape = {"dropout1d": (4, 5, 6), "dropout3d": (2, 3, 2, 4, 5)}.get(name, (3, 4, 5, 2))
    n = int(np.prod(shape))
    return (lib.arange(1, n + 1, dtype=getattr(lib, dtype)) / 7).reshape(shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.73])
@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name, p, dtype):
    found = []
    for lib in LIBRARIES:
        x = sample(lib, name, dtype)
        drop = getattr(lib.nn.functional, name)
        for t in (x, x.transpose(0, 1), x[:1].expand(x.shape)):
            lib.manual_seed(3)
            found.append(drop(t, p, training=True).tolist())
        lib.manual_seed(3)
        found.append(drop(x, p, training=True, inplace=True).tolist())
        found.append(x.tolist())
        found.append(lib.rand(2).tolist())
    half = len(found) // 2
    assert found[:half] == found[half:]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_gradients_pass_where_elements_do(name, p):
    found = []
    for lib in LIBRARIES:
        x = sample(lib, name).requires_grad_()
        lib.manual_seed(0)
        out = getattr(lib.nn.functional, name)(x, p, training=True)
        out.pow(2).sum().backward()
        found.append((out.grad_fn and out.grad_fn.name(), out.detach().numpy(), x.grad.numpy()))
    assert found[0][0] == found[1][0]
    np.testing.assert_array_equal(found[0][1], found[1][1])
    np.testing.assert_allclose(found[0][2], found[1][2], 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_returns_the_input(name):
    x = sample(rushlight, name)
    assert getattr(rushlight.nn.functional, name)(x, 0.5, training=False) is x or "1d" in name


@pytest.mark.parametrize(
    "name", ["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"]
)
def test_functions_of_the_main_namespace(name):
    found = []
    for lib in LIBRARIES:
        for suffix in ("", "_"):
            x = sample(lib, name)
            lib.manual_seed(1)
            found.append(getattr(lib, name + suffix)(x, 0.4, True).tolist())
            found.append(x.tolist())
    assert found[:4] == found[4:]


@pytest.mark.parametrize(("name", "shape", "options"), [
    ("dropout", (3,), {"p": 1.5}), ("dropout", (3,), {"p": -0.1, "training": False}),
    ("dropout", (3,), {"p": float("nan")}), ("alpha_dropout", (3,), {"p": 2}),
    ("dropout1d", (3,), {}), ("dropout1d", (1, 2, 3, 4), {}),
    ("feature_alpha_dropout", (3,), {"training": True}), ("dropout2d", (3,), {}),
    ("dropout2d", (2, 3), {}), ("dropout2d", (2, 3, 4), {}), ("dropout3d", (2, 3, 4), {}),
    ("dropout3d", (), {}),
])  # fmt: skip
def test_errors_and_warnings(name, shape, options):
    """The suite turns warnings into errors."""
    found = []
    for lib in LIBRARIES:
        with pytest.raises((ValueError, RuntimeError, UserWarning)) as caught:
            getattr(lib.nn.functional, name)(lib.ones(shape), **options)
        found.append((type(caught.value), str(caught.value)))
    assert found[0] == found[1]


def test_integers_cannot_be_dropped():
    found = []
    for lib in LIBRARIES:
        with pytest.raises(RuntimeError) as caught:
            lib.nn.functional.dropout(lib.ones(3).int())
        found.append(str(caught.value))
    assert found[0] == found[1]


def test_inplace_on_a_leaf_is_refused():
    x = rushlight.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        rushlight.nn.functional.dropout(x, inplace=True)


@pytest.mark.parametrize("hard", [True, False])
def test_gumbel_softmax(hard):
    found = []
    for lib in LIBRARIES:
        x = sample(lib, "dropout1d").requires_grad_()
        lib.manual_seed(2)
        out = lib.nn.functional.gumbel_softmax(x, tau=2.0, hard=hard, dim=1)
        (out * sample(lib, "dropout1d")).sum().backward()
        found.append((out.detach().numpy(), x.grad.numpy()))
    np.testing.assert_allclose(found[0][0], found[1][0], 1e-5, 1e-7)
    np.testing.assert_allclose(found[0][1], found[1][1], 1e-4, 1e-5)
