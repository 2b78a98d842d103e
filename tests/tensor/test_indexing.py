"""`x[...]`, `x[...] = value`, iteration: against PyTorch, on random indices and on odd ones."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight

torch = pytest.importorskip("torch")

LIBS = (rushlight, torch)
both = pytest.mark.parametrize("lib", LIBS, ids=["rushlight", "torch"])

# -- random indices ----------------------------------------------------------------------------
# An index is described by plain data, from which each library's own index is built:
# ("tensor", dtype, nested list), ("array", ...), ("list", ...) or what it is.


def ints(n):
    return st.integers(-n, max(n - 1, 0))


def slices(n):
    bound = st.none() | st.integers(-n - 2, n + 2)
    return st.builds(slice, bound, bound, st.sampled_from([None, 1, 2, 3]))


def index_lists(n, common):
    """Nested lists of in-range indices, of a shape that broadcasts to `common`."""
    shapes = [common, (1,) * len(common), common[-1:]]

    def filled(shape):
        if not shape:
            return ints(n)
        return st.lists(filled(shape[1:]), min_size=shape[0], max_size=shape[0])

    return st.sampled_from(shapes).flatmap(filled)


@st.composite
def entries(draw, n, common):
    """One index for a dim of length n."""
    kinds = ["int", "slice", "slice", "none"] + (["tensor", "mask"] if n else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "int" and n:
        return draw(ints(n))
    if kind == "tensor":
        holder = draw(st.sampled_from(["tensor", "array", "list"]))
        dtype = draw(st.sampled_from(["int64", "int32"]))
        return (holder, dtype, draw(index_lists(n, common)))
    if kind == "mask":
        count = common[-1]
        keep = sorted(draw(st.permutations(range(n)))[:count]) if count <= n else []
        return ("tensor", "bool", [i in keep for i in range(n)])
    return None if kind == "none" else draw(slices(n))


@st.composite
def cases(draw):
    """A shape and an index for it."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 0]), min_size=1, max_size=4)))
    common = draw(st.sampled_from([(2,), (1,), (3, 2)]))
    key, at = [], 0
    while at < len(shape) and draw(st.integers(0, 5)):
        entry = draw(entries(shape[at], common))
        key.append(entry)
        at += entry is not None
    if draw(st.booleans()):
        back = draw(st.integers(0, len(key)))
        taken = sum(x is not None for x in key[back:])
        if taken == 0:
            key.insert(back, ...)
    if draw(st.integers(0, 9)) == 0:
        key.insert(draw(st.integers(0, len(key))), draw(st.booleans()))
    return shape, tuple(key) if len(key) != 1 or draw(st.booleans()) else key[0]


def built(lib, index):
    """The index that a description means, for one library."""
    if isinstance(index, tuple) and index and index[0] in ("tensor", "array", "list"):
        holder, dtype, data = index
        if holder == "list":
            return data
        return lib.tensor(data, dtype=getattr(lib, dtype)) if holder == "tensor" else np.array(data)
    if isinstance(index, tuple):
        return tuple(built(lib, x) for x in index)
    return index


def numbered(lib, shape, dtype="float64"):
    return lib.arange(float(np.prod(shape)), dtype=getattr(lib, dtype)).reshape(shape)


def graph(node):
    """The names of a node and of those behind it."""
    if node is None:
        return None
    behind = [graph(n) for n, _ in node.next_functions]
    return [node.name().rpartition("::")[2], *behind]


def outcome(function):
    """A result, or an exception's type and first line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function()
        except Exception as error:
            return type(error), str(error).splitlines()[0]


def reading(lib, shape, index):
    x = numbered(lib, shape).requires_grad_()
    y = x[built(lib, index)]
    y.backward(lib.arange(1.0, y.numel() + 1, dtype=lib.float64).reshape(tuple(y.shape)))
    offset = y.storage_offset() if y._is_view() and y.numel() else None
    return (
        tuple(y.shape),
        y.tolist(),
        y._is_view(),
        offset,
        graph(y.grad_fn),
        x.grad.tolist(),
        layout(x.detach()[built(lib, index)]) if y.numel() else None,
    )


def layout(x):
    """The strides of the dims that have more than one place; those of others say nothing."""
    return [step for length, step in zip(x.shape, x.stride(), strict=True) if length > 1]


@settings(max_examples=150, deadline=None)
@given(cases())
def test_reading(case):
    ours, theirs = (outcome(lambda lib=lib: reading(lib, *case)) for lib in LIBS)
    assert ours == theirs


FORMS = {
    "alone": lambda s: s,
    "in a tuple": lambda s: (s,),
    "behind None": lambda s: (None, s),
    "behind ...": lambda s: (..., s),
    "before an int": lambda s: (s, 0),
    "one too many": lambda s: (s, 0, s),
}


@pytest.mark.parametrize("length", [0, 1, 2])
@pytest.mark.parametrize("form", FORMS)
def test_which_slices_are_views(form, length):
    bounds = (None, -1, 0, 1, 2)
    for bound in itertools.product(bounds, bounds, (None, 1, 2)):
        index = FORMS[form](slice(*bound))
        ours, theirs = (outcome(lambda lib=lib: reading(lib, (length, 2), index)) for lib in LIBS)
        assert ours == theirs, index


def writing(lib, shape, index, value_shape, recorded):
    x = numbered(lib, shape)
    v = (numbered(lib, value_shape) + 0.5).requires_grad_(recorded)
    if recorded:
        x = x.requires_grad_() * 1.0
    x[built(lib, index)] = v
    if not recorded:
        return x.tolist(), x._version
    x.backward(numbered(lib, shape) + 1)
    return x.tolist(), x._version, graph(x.grad_fn), v.grad.tolist()


@settings(max_examples=150, deadline=None)
@given(cases(), st.booleans(), st.data())
def test_writing(case, recorded, data):
    shape, index = case
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target = tuple(numbered(torch, shape)[built(torch, index)].shape)
        except IndexError:
            target = (1,)
    if duplicates(shape, index):
        return
    drop = data.draw(st.integers(0, len(target)))
    value_shape = tuple(data.draw(st.sampled_from([n, 1])) for n in target[drop:])
    if data.draw(st.integers(0, 9)) == 0:
        value_shape = (*value_shape, 5)
    if data.draw(st.integers(0, 9)) == 0:
        value_shape = (1, *value_shape)
    ours, theirs = (
        outcome(lambda lib=lib: writing(lib, shape, index, value_shape, recorded)) for lib in LIBS
    )
    assert ours == theirs


def duplicates(shape, index):
    """Does the index name an element twice?  Which value stays then, PyTorch leaves open."""
    found = outcome(lambda: numbered(torch, shape)[built(torch, index)])
    return isinstance(found, torch.Tensor) and found.unique().numel() != found.numel()


# -- odd indices -------------------------------------------------------------------------------


class Two:
    def __index__(self):
        return 2


ODD = {
    "empty tuple": lambda t: (), "ellipsis": lambda t: ..., "two of them": lambda t: (..., ...),
    "True": lambda t: True, "False": lambda t: False, "True and int": lambda t: (True, 0),
    "True and list": lambda t: (True, [0, 1]), "two True": lambda t: (True, True),
    "False and list": lambda t: (False, [0, 1]), "0-d tensor": lambda t: t.tensor(1),
    "0-d int32": lambda t: (slice(None), t.tensor(1, dtype=t.int32)),
    "0-d bool": lambda t: (t.tensor(True), 0), "0-d byte": lambda t: t.tensor(1, dtype=t.uint8),
    "0-d int16": lambda t: t.tensor(1, dtype=t.int16), "0-d float": lambda t: t.tensor(1.0),
    "int16": lambda t: t.tensor([1], dtype=t.int16), "float tensor": lambda t: t.tensor([1.0]),
    "byte mask": lambda t: t.tensor([0, 1, 1, 0], dtype=t.uint8), "float": lambda t: 1.0,
    "numpy int": lambda t: (np.int32(1), np.uint8(2)), "numpy 0-d": lambda t: np.array(1),
    "numpy mask": lambda t: np.array([True, False, True, False]),
    "numpy floats": lambda t: np.array([1.0]), "numpy matrix": lambda t: np.zeros((2, 2), int),
    "numpy bool": lambda t: np.bool_(True), "numpy text": lambda t: np.array(["a"]),
    "index object": lambda t: Two(), "range": lambda t: range(2), "text": lambda t: "a",
    "bytes": lambda t: b"a", "set": lambda t: {0}, "dict": lambda t: {}, "complex": lambda t: 1j,
    "text in tuple": lambda t: (0, "a"), "float in tuple": lambda t: (1.5, 0),
    "list": lambda t: [0, 1], "empty list": lambda t: [], "list of floats": lambda t: [1.5],
    "mask list": lambda t: [True, False, True, False], "mixed list": lambda t: [True, 1],
    "list of list": lambda t: [[0, 1], [1, 0]], "ragged": lambda t: [[0], [1, 2]],
    "deep list": lambda t: [[[0, 1], [1, 0]]], "list of slice": lambda t: [slice(0, 2)],
    "list of ellipsis": lambda t: [...], "list with None": lambda t: [None, 0],
    "list of tensors": lambda t: [t.tensor(0), t.tensor(1)],
    "tensors in a list in a tuple": lambda t: ([t.tensor(1), t.tensor(2)],),
    "numpy ints in a list": lambda t: [np.int64(1), np.int64(2)],
    "long list": lambda t: [0] * 33, "list of huge": lambda t: [10**30],
    "tuple of tuples": lambda t: ((0, 1), (1, 2)), "huge": lambda t: 10**30,
    "huge slice": lambda t: slice(10**15, None), "negative step": lambda t: slice(None, None, -1),
    "step 0": lambda t: (0, slice(None, None, 0)), "float step": lambda t: slice(None, None, 2.0),
    "float bound": lambda t: slice(1.5, None), "tensor bound": lambda t: slice(t.tensor([1]), None),
    "float tensor bound": lambda t: slice(t.tensor(1.0), None), "out of range": lambda t: 5,
    "below range": lambda t: (0, -6), "too many": lambda t: (0, 0, 0, 0),
    "list out of range": lambda t: (slice(None), [2, 7]), "second out": lambda t: ([0], [7]),
    "list below": lambda t: [-5], "short mask": lambda t: t.tensor([True, False]),
    "short second mask": lambda t: (slice(None), t.tensor([True, False])),
    "mask of many dims": lambda t: t.ones(4, 5, 6, 1) > 0,
    "mask and more": lambda t: (t.ones(4, 5, 6) > 0, 0), "wide mask": lambda t: t.ones(4, 5) > 0,
    "misfit": lambda t: ([0, 1], [0, 1, 2]),
    "mask and misfit": lambda t: (t.ones(4, 5) > 0, [0] * 19), "generator": lambda t: iter([0]),
    "none": lambda t: None, "nones": lambda t: (None, None),
    "split": lambda t: ([0, 1], None, [0, 1]),
    "whole": lambda t: (slice(0, 100), 0), "whole from behind": lambda t: (slice(-4, None), 0),
}  # fmt: skip


def everything(lib, index):
    x = numbered(lib, (4, 5, 6)).requires_grad_()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        y = x[index(lib)]
    texts = [str(w.message).partition(" (Triggered")[0] for w in seen]
    return y.tolist(), tuple(y.shape), y._is_view(), graph(y.grad_fn), texts


def caught(function):
    try:
        return function()
    except Exception as error:
        return type(error), str(error).splitlines()[0]


@pytest.mark.parametrize("name", ODD)
def test_odd_indices(name):
    ours, theirs = (caught(lambda lib=lib: everything(lib, ODD[name])) for lib in LIBS)
    assert ours == theirs


@pytest.mark.parametrize("index", [
    0, slice(None), (), ..., None, True, False, (0,), [0], (None, ...), (slice(None),),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("written", [False, True])
def test_indices_of_a_0_d_tensor(index, written):
    def run(lib):
        x = lib.tensor(1.5)
        if written:
            x[index] = 2.0
            return x.item()
        return x[index].tolist()

    ours, theirs = (caught(lambda lib=lib: run(lib)) for lib in LIBS)
    assert ours == theirs


EMPTY = [
    ((0, 3), [0]), ((0, 3), 0), ((3, 0), [5]), ((3, 0), (slice(None), [0])), ((0, 3), []),
    ((0,), slice(1, None)), ((2, 0), (0, slice(None))),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "index"), EMPTY, ids=str)
def test_indices_of_empty_tensors(shape, index):
    ours, theirs = (caught(lambda lib=lib: tuple(lib.zeros(shape)[index].shape)) for lib in LIBS)
    assert ours == theirs


# -- writing -----------------------------------------------------------------------------------

VALUES = {
    "number": lambda t: 2.5, "int": lambda t: 3, "bool": lambda t: True,
    "numpy number": lambda t: np.float64(2), "0-d": lambda t: t.tensor(2.5),
    "0-d of another dtype": lambda t: t.tensor(2), "row": lambda t: t.ones(6),
    "doubles": lambda t: t.ones(6, dtype=t.float64), "integers": lambda t: t.ones(6).int(),
    "one": lambda t: t.ones(1), "leading": lambda t: t.ones(1, 1, 6), "wrong": lambda t: t.ones(5),
    "wrong leading": lambda t: t.ones(2, 6), "none": lambda t: None, "list": lambda t: [1.0] * 6,
    "array": lambda t: np.ones(6), "text": lambda t: "a", "complex": lambda t: 1j,
    "complex tensor": lambda t: t.tensor(1 + 2j), "large": lambda t: 1e300,
}  # fmt: skip
PLACES = {
    "int": lambda t: 0, "pair": lambda t: (0, 1), "slice": lambda t: slice(1, 3),
    "whole": lambda t: slice(None), "ellipsis": lambda t: ..., "list": lambda t: [0, 2],
    "tensor": lambda t: t.tensor([3, 1]), "mask": lambda t: t.arange(120).reshape(4, 5, 6) % 7 == 0,
    "row mask": lambda t: t.tensor([True, False, False, True]), "True": lambda t: True,
    "False": lambda t: False, "none": lambda t: None, "mixed": lambda t: (0, [1, 2]),
    "no place": lambda t: [], "beyond": lambda t: 4, "list beyond": lambda t: [0, 9],
}  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_assignments(place, value):
    """The same elements, count of writes and history, or the same error and nothing changed."""

    def run(lib, recorded):
        x = numbered(lib, (4, 5, 6), "float32")
        x = x.requires_grad_() * 1 if recorded else x
        before = x.tolist()
        try:
            x[PLACES[place](lib)] = VALUES[value](lib)
        except Exception as error:
            assert lib is torch or x.tolist() == before  # PyTorch may have written a part
            return type(error), str(error).splitlines()[0]
        return x.tolist(), x._version, graph(x.grad_fn)

    for recorded in (False, True):
        assert run(rushlight, recorded) == run(torch, recorded)


def test_views_see_writes_and_remember_their_base():
    x = rushlight.zeros(3, 4)
    part = x[1:, ::2]
    part[0] = 5
    assert x.tolist() == [[0] * 4, [5, 0, 5, 0], [0] * 4]
    assert part._base is x
    assert x[0][1]._base is x
    assert part._version == x._version == 1


@both
def test_a_write_to_a_leaf_is_refused(lib):
    x = lib.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used"):
        x[:] = 1.0
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad is being"):
        x[0] = 1.0
    with lib.no_grad():
        x[0] = 2.0
    assert x.tolist() == [2.0, 1.0, 1.0]


@both
def test_a_write_after_saving_is_noticed(lib):
    x = lib.ones(3, requires_grad=True) * 1
    index = lib.tensor([0, 2])
    y = x[index].sum()
    z = (x * x).sum()
    index[0] = 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()
    x[0] = 3.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


@both
def test_gradients_through_a_row_written_in_a_loop(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    rows = lib.zeros(3, 2)
    state = w * 1
    for i in range(3):
        state = state * w
        rows[i] = state
    rows.sum().backward()
    assert w.grad.tolist() == [2.0 + 3.0 + 4.0, 2 * 2 + 3 * 4 + 4 * 8]


@both
def test_augmented_assignment(lib):
    x = lib.zeros(3)
    x[1:] += 2
    x[lib.tensor([0, 0])] += 1
    x[x > 1] *= 3
    assert x.tolist() == [1.0, 6.0, 6.0]


@pytest.mark.parametrize("index", ["rows", "pairs", "masked", "slices"])
def test_indexing_under_vmap(index):
    def run(lib):
        x = numbered(lib, (3, 4, 5))
        i = lib.tensor([[0, 2], [1, 1], [3, 0]])
        choose = {
            "rows": lambda t, k: t[k], "pairs": lambda t, k: t[k, k],
            "masked": lambda t, k: t[lib.arange(t.shape[0]) % 2 == 0],
            "slices": lambda t, k: t[1:, None, ::2][:, :, k[:1] % 2],
        }[index]  # fmt: skip
        both = lib.func.vmap(choose)(x, i)
        one = lib.func.vmap(choose, (None, 0))(x[0], i)
        other = lib.func.vmap(choose, (2, None))(x, i[0] % 3)
        leaf = x.clone().requires_grad_()
        lib.func.vmap(choose)(leaf, i).pow(2).sum().backward()
        flat = x[0].clone().requires_grad_()
        y = choose(flat, i[0])
        basis = lib.ones(3, *y.shape, dtype=y.dtype)
        rows = lib.func.vmap(lambda v: lib.autograd.grad(y, flat, v)[0])(basis)
        found = both, one, other, leaf.grad, rows
        return [t.tolist() for t in found]


# -- the protocol ------------------------------------------------------------------------------


@both
def test_iteration(lib):
    x = lib.arange(6.0).reshape(2, 3).requires_grad_()
    rows = list(x)
    assert [r.tolist() for r in rows] == [[0, 1, 2], [3, 4, 5]]
    assert rows[0].grad_fn.name() == "UnbindBackward0"
    _, b = x
    assert b.tolist() == [3, 4, 5]
    assert len(x) == 2
    with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
        iter(lib.tensor(1))
    with pytest.raises(TypeError, match=r"len\(\) of a 0-d tensor"):
        len(lib.tensor(1))


@both
def test_membership(lib):
    x = lib.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert 2 in x
    assert 5 not in x
    assert lib.tensor([9.0, 4.0]) in x
    with pytest.raises(RuntimeError, match="only supports Tensor or scalar, but you passed in a"):
        "a" in x


@both
def test_deleting_is_refused(lib):
    x = lib.zeros(3)
    with pytest.raises(TypeError, match="Tensor does not support deleting items"):
        del x[0]
