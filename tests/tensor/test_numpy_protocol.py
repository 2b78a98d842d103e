"""NumPy's functions take tensors, record what they do, and give NumPy's numbers."""

import numpy as np
import pytest

import rushlight
from rushlight.tensor.numpy_counterparts import UFUNCS
from rushlight.tensor.numpy_functions import ALWAYS, FUNCTIONS
from tests.tensor.expressions import rows

A = np.array([[0.3, 0.5, 0.9], [0.2, 0.7, 0.4]])
B = np.array([[0.6, 0.1, 0.8], [0.5, 0.9, 0.3]])
S = np.array([[2.0, 0.3], [0.3, 1.0]])
WHOLE = ("bitwise", "shift", "invert", "gcd", "lcm")

CALLS = rows("""
np.sum(x), np.sum(x, axis=0), np.sum(x, 1, keepdims=True), np.mean(x), np.mean(x, axis=(0, 1))
np.prod(x), np.prod(x, axis=1), np.max(x), np.max(x, axis=0), np.amin(x, axis=1), np.ptp(x)
np.std(x), np.var(x, axis=0, ddof=1), np.median(x, axis=1), np.nansum(x), np.nanmean(x, axis=0)
np.cumsum(x), np.cumsum(x, axis=0), np.cumprod(x, axis=1), np.argmax(x), np.argmin(x, axis=1)
np.reshape(x, (3, 2)), np.ravel(x), np.transpose(x), np.transpose(x, (0, 1)), np.swapaxes(x, 0, 1)
np.squeeze(x[:1]), np.expand_dims(x, 1), np.expand_dims(x, (0, -1)), np.broadcast_to(x, (2, 2, 3))
np.concatenate([x, y]), np.concatenate([x, B], axis=1), np.stack([x, y], axis=1), np.vstack((x, y))
np.hstack((x, y)), np.dstack((x, y)), np.column_stack((x, y)), np.split(x, 3, axis=1)
np.tile(x, 2), np.tile(x, (2, 1)), np.repeat(x, 2), np.repeat(x, 2, axis=0), np.roll(x, 1)
np.roll(x, 1, axis=1), np.flip(x), np.flip(x, 1), np.fliplr(x), np.flipud(x), np.rot90(x)
np.dot(x, y.T), np.dot(x, B[0]), np.dot(x, 2.0), np.inner(x, y), np.outer(x, y), np.vdot(x[0], y[0])
np.tensordot(x, y, axes=([1], [1])), np.einsum('ij,kj->ik', x, y), np.kron(x, y), B @ x.T
np.trace(s), np.diag(s), np.diagonal(x), np.tril(x), np.triu(x, 1), np.diff(x), np.diff(x, axis=0)
np.where(x > 0.45, x, y), np.where(A > 0.45, x, 0.0), np.clip(x, 0.3, 0.6), np.clip(x, None, 0.5)
np.take(x, [0, 2], axis=1), np.take(x, [1, 3]), np.take_along_axis(x, np.array([[0], [2]]), 1)
np.sort(x, axis=0), np.argsort(x), np.round(x, 1), np.nan_to_num(x), np.moveaxis(x, 0, 1)
np.isclose(x, y), np.allclose(x, x), np.array_equal(x, y), np.count_nonzero(x), np.real(x)
np.zeros_like(x), np.ones_like(x), np.full_like(x, 2.0), np.copy(x), np.atleast_2d(x[0])
np.ndim(x), np.shape(x), np.size(x), np.size(x, 1), np.iscomplexobj(x), np.meshgrid(x[0], y[0])
np.add.reduce(x), np.maximum.reduce(x, axis=1), np.add.accumulate(x), np.multiply.outer(x[0], y[0])
A + x, x - A, A * x, A / x, A ** x, A > x, np.float64(2) * x, np.arctan2(A, x), np.add(2.0, x)
""")


def plain(value):
    """Whatever a call gave, as arrays and numbers."""
    if isinstance(value, (list, tuple)) and not isinstance(value, rushlight.Size):
        return [plain(x) for x in value]
    return value.detach().numpy() if isinstance(value, rushlight.Tensor) else value


def same(ours, theirs):
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            same(a, b)
    else:
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-12)


@pytest.mark.parametrize("call", CALLS)
def test_numbers_are_numpys(call):
    arrays = {"np": np, "A": A, "B": B, "x": A, "y": B, "s": S}
    tensors = arrays | {k: rushlight.tensor(arrays[k], requires_grad=True) for k in ("x", "y", "s")}
    same(plain(eval(f"[{call}]", tensors)), eval(f"[{call}]", arrays))


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_ufuncs(ufunc):
    whole = any(word in ufunc.__name__ for word in WHOLE)
    arrays = [(10 * m).astype(np.int64) if whole else m for m in (A, B)][: ufunc.nin]
    if ufunc is np.ldexp:
        arrays[1] = np.arange(3)
    if ufunc is np.arccosh:
        arrays = [A + 1]
    tensors = [rushlight.tensor(m) for m in arrays]
    theirs = ufunc(*arrays)
    same(ufunc(*tensors).numpy(), theirs)
    if ufunc.nin == 2:  # an array or a number may stand beside a tensor
        same(ufunc(arrays[0], tensors[1]).numpy(), theirs)
        same(ufunc(tensors[0], arrays[1]).numpy(), theirs)


def test_gradients_are_recorded():
    x = rushlight.tensor(A, requires_grad=True)
    z = np.mean(np.concatenate([np.sin(x), np.ones((2, 3)) * x]) ** 2)
    z.backward()
    expected = (np.sin(2 * A) + 2 * A) / 12
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)


def test_functions_give_arrays_where_pytorch_does():
    t = rushlight.tensor(A)
    for function in (np.concatenate, np.stack, np.vstack):
        assert type(function([t, t])) is np.ndarray
    assert type(np.where(A > 0.5, t, 0)) is np.ndarray
    assert type(np.histogram(t)[0]) is np.ndarray
    assert type(np.sum(t)) is rushlight.Tensor
    assert type(np.cbrt(t)) is rushlight.Tensor


def test_what_cannot_be_recorded_says_so():
    x = rushlight.tensor(A, requires_grad=True)
    for call in (np.cbrt, np.histogram, np.fft.fft, lambda x: np.sin(x, where=A > 0)):
        with pytest.raises(TypeError, match="has no counterpart among the operations on tensors"):
            call(x)


def test_out():
    t, array = rushlight.tensor(A), np.zeros((2, 3))
    assert np.sin(t, out=array) is array
    same(array, np.sin(A))
    target = rushlight.zeros(2, 3, dtype=rushlight.float64)
    assert np.add(A, t, out=target) is target
    same(target.numpy(), A + A)
    array += t
    same(array, np.sin(A) + A)
    with pytest.raises(RuntimeError, match="requires grad"):
        array += rushlight.tensor(A, requires_grad=True)


def test_dtype_argument():
    assert np.sin(rushlight.ones(2), dtype=np.float64).dtype is rushlight.float64


def test_odd_arrays_beside_tensors():
    t = rushlight.ones(3, dtype=rushlight.float64)
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    assert (frozen + t).tolist() == [1, 2, 3]
    assert (np.arange(3.0)[::-1] + t).tolist() == [3, 2, 1]


def test_tables_agree():
    assert set(FUNCTIONS) >= ALWAYS
