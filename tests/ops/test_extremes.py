"""Largest, smallest, middle, k-th and most frequent elements, against PyTorch."""

import copy
import pickle

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 complex64 int64 int32 uint8 bool"
LINES = [[(3,)], [(4,)], [(2, 3)], [(0, 2)], [(2, 0)]]
BLOCKS = [[(2, 3)], [(2, 3, 2)], [(2, 0)], [(0, 2, 1)]]
NAN = float("nan")
D = "float64"

# PyTorch's median along a dim reads wrong elements of expanded inputs: `contiguous` avoids that.
ROWS = [
    Row("max", lambda torch, x: x.max(), dtypes=ALL, derivatives=D),
    Row("max dim", lambda torch, x: torch.max(x, -1), dtypes=ALL, derivatives=D),
    Row("max kept", lambda torch, x: x.max(dim=0, keepdim=True), dtypes=ALL, derivatives=D),
    Row("max empty dim", lambda torch, x: x.max(-1), LINES, dtypes=ALL, derivatives=""),
    Row("max of two", lambda torch, x, y: torch.max(x, y), derivatives=D),
    Row("max other", lambda torch, x, y: x.max(other=y), derivatives=D),
    Row("min", lambda torch, x: x.min(), dtypes=ALL, derivatives=D),
    Row("min dim", lambda torch, x: torch.min(x, -1), dtypes=ALL, derivatives=D),
    Row("min kept", lambda torch, x: x.min(axis=0, keepdims=True), dtypes=ALL, derivatives=D),
    Row("min of two", lambda torch, x, y: torch.min(x, y), derivatives=D),
    Row("max bad dim", lambda torch, x: x.max(5), derivatives=""),
    Row("amax", lambda torch, x: x.amax(), dtypes=ALL, derivatives=D),
    Row("amax dim", lambda torch, x: torch.amax(x, -1, True), dtypes=ALL, derivatives=D),
    Row("amax dims", lambda torch, x: x.amax((0, 1)), BLOCKS, derivatives=D, special=False),
    Row("amin", lambda torch, x: x.amin(()), dtypes=ALL, derivatives=D),
    Row("amin dim", lambda torch, x: torch.amin(x, 0), dtypes=ALL, derivatives=D),
    Row("aminmax", lambda torch, x: torch.aminmax(x), dtypes=ALL, derivatives=D),
    Row("aminmax dim", lambda torch, x: x.aminmax(dim=-1, keepdim=True), dtypes=ALL, derivatives=D),
    Row("argmax", lambda torch, x: x.argmax(), dtypes=ALL, derivatives=""),
    Row("argmax kept", lambda torch, x: torch.argmax(x, keepdim=True), dtypes=ALL, derivatives=""),
    Row("argmax dim", lambda torch, x: x.argmax(-1, True), dtypes=ALL, derivatives=""),
    Row("argmin", lambda torch, x: x.argmin(), dtypes=ALL, derivatives=""),
    Row("argmin dim", lambda torch, x: torch.argmin(x, 0), dtypes=ALL, derivatives=""),
    Row("median", lambda torch, x: x.median(), dtypes=ALL, derivatives=D),
    Row(
        "median dim",
        lambda torch, x: torch.median(x.contiguous(), -1)[0],
        LINES,
        dtypes=ALL,
        derivatives=D,
    ),
    Row(
        "median kept",
        lambda torch, x: x.contiguous().median(0, keepdim=True)[0],
        dtypes=ALL,
        derivatives=D,
    ),
    Row("nanmedian", lambda torch, x: x.nanmedian(), dtypes=ALL, derivatives=D),
    Row(
        "nanmedian dim",
        lambda torch, x: torch.nanmedian(x.contiguous(), -1)[0],
        LINES,
        dtypes=ALL,
        derivatives=D,
    ),
    Row("kthvalue", lambda torch, x: torch.kthvalue(x, 2)[0], LINES, dtypes=ALL, derivatives=D),
    Row("kthvalue kept", lambda torch, x: x.kthvalue(1, 0, True)[0], dtypes=ALL, derivatives=D),
    Row("kthvalue out of range", lambda torch, x: x.kthvalue(9), derivatives=""),
    Row("mode", lambda torch, x: torch.mode(x), dtypes=ALL, derivatives=D),
    Row("mode kept", lambda torch, x: x.mode(0, keepdim=True), dtypes=ALL, derivatives=D),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("name", ["median", "nanmedian", "kthvalue", "mode"])
@pytest.mark.parametrize("dim", [0, 1])
def test_indices_where_nothing_is_tied(name, dim):
    values = np.random.default_rng(0).permutation(35).reshape(5, 7).astype(np.float32)
    extra = (2, dim) if name == "kthvalue" else (dim,)
    ours, theirs = (getattr(lib.tensor(values), name)(*extra) for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours.values.numpy(), theirs.values.numpy())
    np.testing.assert_array_equal(ours.indices.numpy(), theirs.indices.numpy())


@pytest.mark.parametrize("name", ["max", "min", "median", "nanmedian"])
@pytest.mark.parametrize("lane", [[NAN, 2.0, NAN, 1.0], [1.0, 2.0, NAN], [NAN, NAN], [3.0, NAN]])
def test_lanes_with_nan(name, lane):
    ours, theirs = (getattr(lib.tensor(lane), name)(0) for lib in (rushlight, torch))
    np.testing.assert_array_equal(ours.values.numpy(), theirs.values.numpy())
    assert ours.indices.item() == theirs.indices.item()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.max(),
        lambda x: x.max(0)[0],
        lambda x: x.min(),
        lambda x: x.min(0)[0],
        lambda x: x.amax(),
        lambda x: x.amin(0),
        lambda x: x.median(),
        lambda x: x.nanmedian(),
        lambda x: sum(x.aminmax()),
        lambda x: sum(x.aminmax(dim=0)),
    ],
)
@pytest.mark.parametrize("lane", [[1.0, 3.0, 3.0, 1.0], [2.0, 2.0, 2.0], [NAN, 1.0, NAN]])
def test_ties_share_the_gradient_as_in_pytorch(call, lane):
    def gradient(lib):
        x = lib.tensor(lane, requires_grad=True)
        call(x).backward()
        return x.grad.numpy()

    np.testing.assert_array_equal(gradient(rushlight), gradient(torch))


@pytest.mark.parametrize("call", [lambda x: x.max(), lambda x: x.min(), lambda x: x.max(0)[0]])
def test_a_cotangent_that_is_nan_goes_to_the_chosen_alone(call):
    def gradient(lib):
        x = lib.tensor([1.0, 3.0, 3.0, 2.0], requires_grad=True)
        (call(x) * NAN).backward()
        return x.grad.numpy()

    np.testing.assert_array_equal(gradient(rushlight), gradient(torch))


def test_named_results():
    ours, theirs = (lib.tensor([[1.0, 4.0], [3.0, 2.0]]).max(0) for lib in (rushlight, torch))
    assert repr(ours) == repr(theirs)
    assert str(type(ours)) == str(type(theirs))
    assert isinstance(ours, rushlight.return_types.max)
    assert isinstance(ours, tuple)
    values, indices = ours
    assert values is ours.values is ours[0]
    assert indices is ours.indices is ours[-1]
    assert type(ours[:1]) is tuple
    match ours:
        case rushlight.return_types.max(first, second):
            assert first is values
            assert second is indices


def test_named_results_are_made_from_a_sequence_and_read_only():
    kind = rushlight.return_types.aminmax
    made = kind([1, 2])
    assert made == (1, 2)
    assert (made.min, made.max) == (1, 2)
    for wrong in ([1], [1, 2, 3], 5):
        with pytest.raises(TypeError) as ours:
            kind(wrong)
        with pytest.raises(TypeError) as theirs:
            torch.return_types.aminmax(wrong)
        assert str(ours.value) == str(theirs.value)
    with pytest.raises(AttributeError):
        made.min = 3


def test_named_results_are_pickled_and_copied():
    result = rushlight.return_types.sort([1, [2]])
    for twin in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert type(twin) is type(result)
        assert twin == result


def test_named_results_have_pytorchs_fields():
    for name in rushlight.return_types.__all__:
        theirs = getattr(torch.return_types, name)
        assert getattr(rushlight.return_types, name).__match_args__ == theirs.__match_args__


def test_out_of_two_results():
    x = rushlight.tensor([[1.0, 4.0], [3.0, 2.0]])
    out = rushlight.empty(0), rushlight.empty(0, dtype=rushlight.int64)
    values, indices = rushlight.max(x, 0, out=out)
    assert values is out[0]
    assert indices is out[1]
    assert indices.tolist() == [1, 0]
