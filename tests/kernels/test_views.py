"""Views by their native shortcuts are what the operations' own code makes."""

import numpy as np
import pytest
import torch as oracle

import rushlight as torch

CALLS = {
    "view": [(4, 6), (-1,), (2, -1, 3), ((24,),), ([4, 6],), (2, 3, 4)],
    "reshape": [(4, 6), (-1,), ((3, 8),), (1, 24, 1)],
    "flatten": [(), (1,), (0, 1), (-2, -1), (1, 1)],
    "transpose": [(0, 1), (-1, 0), (1, 1)],
    "permute": [(2, 0, 1), ((0, 2, 1),), (-1, -2, -3)],
    "unsqueeze": [(0,), (-1,), (2,), (3,)],
    "squeeze": [()],
    "select": [(0, 1), (-1, -2)],
    "narrow": [(0, 0, 1), (1, 1, 2), (-1, -3, 2)],
    "expand": [(5, 2, 3, 4), (-1, 3, 4), ((2, 3, 4),), (1, 2, 3, 4)],
}
BAD = {
    "view": [(5, 5), (-1, -1), (-2,), (0,), (2**40, 2**40)],
    "reshape": [(7,), (-3,)],
    "flatten": [(2, 1), (4,)],
    "transpose": [(0, 3), (-4, 0)],
    "permute": [(0, 1), (0, 0, 1), (0, 1, 3)],
    "unsqueeze": [(4,), (-5,)],
    "select": [(3, 0), (0, 2), (0, -3)],
    "narrow": [(0, 1, 2), (3, 0, 1), (0, 0, -1)],
    "expand": [(2, 3), (3, 3, 4), (-1, 2, 3, 4)],
}
INDICES = [
    1, -1, slice(1, None), slice(None), slice(None, None, 2), (0, 1), (slice(None), 2), (None, 0),
    (slice(0, 2), slice(1, 3), slice(None, None, 2)), (..., 1), (0, None, slice(1, 2), -1),
    slice(0, 0), slice(-2, 10), None, ..., slice(0, 99),
]  # fmt: skip
MAKERS = {
    "contiguous": lambda t: t.arange(24.0).reshape(2, 3, 4),
    "transposed": lambda t: t.arange(24.0).reshape(4, 3, 2).permute(2, 1, 0),
    "stepped": lambda t: t.arange(96.0).reshape(4, 6, 4)[::2, ::2],
    "expanded": lambda t: t.arange(12.0).reshape(1, 3, 4).expand(2, 3, 4),
    "int64": lambda t: t.arange(24).reshape(2, 3, 4),
    "bool": lambda t: t.arange(24).reshape(2, 3, 4) > 11,
}


def seen(make, torch):
    """What a user sees of a view: values, layout, place in the graph."""
    x = make(torch)
    if x.dtype.is_floating_point:
        x.requires_grad_()
    return x


def facts(x):
    node = x.grad_fn
    return (
        x.detach().numpy().tolist(), tuple(x.shape), x.stride(), x.storage_offset(),
        node and node.name(), x.requires_grad, x._version,
    )  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", CALLS)
def test_calls(name, kind):
    for args in CALLS[name]:
        found = attempt(lambda: facts(getattr(seen(MAKERS[kind], torch), name)(*args)))
        wanted = attempt(lambda: facts(getattr(seen(MAKERS[kind], oracle), name)(*args)))
        assert found == wanted, args


@pytest.mark.parametrize("name", BAD)
def test_refusals(name):
    for args in BAD[name]:
        found = attempt(lambda: getattr(MAKERS["contiguous"](torch), name)(*args))
        wanted = attempt(lambda: getattr(MAKERS["contiguous"](oracle), name)(*args))
        assert isinstance(wanted, tuple), args
        assert found == wanted, args


def attempt(call):
    try:
        return call()
    except (RuntimeError, IndexError, TypeError, ValueError) as error:
        return type(error), str(error).splitlines()[0]


@pytest.mark.parametrize("kind", MAKERS)
def test_indices(kind):
    for index in INDICES:
        found = facts(seen(MAKERS[kind], torch)[index])
        wanted = facts(seen(MAKERS[kind], oracle)[index])
        assert found == wanted, index


def test_a_view_of_a_view_keeps_only_the_memory():
    x = torch.zeros(4)
    y = x
    for _ in range(100_000):
        y = y.view(2, 2).flatten()
    del x  # a chain of bases this long could not be taken down without overflowing the stack
    assert y.tolist() == [0.0] * 4


def test_views_of_foreign_arrays():
    swapped = np.arange(6, dtype=np.float32).reshape(2, 3)
    readonly = swapped.copy()
    readonly.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        t = torch.from_numpy(readonly)
    assert not t.t().numpy().flags.writeable
    assert torch.from_numpy(swapped)[:, 1].tolist() == [1.0, 4.0]
    assert torch.zeros(0, 3).t().shape == (3, 0)
    assert torch.zeros(0, 3)[:, 1].shape == (0,)


def test_long_dims_are_kept():
    """Lengths beyond the ints that the interpreter shares, which a kernel once let go too early."""
    for _ in range(200):
        x = torch.ones(300, 400, requires_grad=True)
        x.reshape(400, 300).expand(2, 400, 300).sum().backward()
        assert x.grad.shape == (300, 400)
